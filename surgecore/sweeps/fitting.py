"""Fit a law to measured optima and say how well each parameter is known; a status is a value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2 as chi2_distribution
from scipy.stats import t as student_t

from surgecore._validate import FloatArray, like, positive_array
from surgecore._words import number
from surgecore.sweeps.least_squares import (
    Data,
    Region,
    aicc_of,
    allowed_region,
    delta_method,
    fit_bounds,
    log_shape,
    minimise,
    prepare,
    scale_interval,
    variance_factor,
)
from surgecore.sweeps.optima import Optimum
from surgecore.theory.laws import LAWS, Law, LawFamily, Param


@dataclass(frozen=True, eq=False)
class FitResult:
    """A law fitted to optima: an outcome, not necessarily a success; `status` says what it is worth.

    Attributes
    ----------
    family : LawFamily
        What was fitted.
    law : Law or None
        The best law, or None with fewer usable optima than parameters.
    stderr : dict
        Standard error of each free parameter, in its own unit (delta method); inf where undetermined.
    interval : dict
        95 % profile-likelihood interval of each free parameter; 0 or inf on a side that the data leave open.
    status : str
        What to know, in sentences.
    flags : frozenset of str
        Any of "underdetermined", "at_bound", "peak_not_bracketed", "optimum_on_edge", "poor_fit".
    residuals : ndarray
        ln(measured / fitted) of the optima that were used, in their order.
    used : tuple of Optimum
        Those optima: all but the ones on the edge of the learning-rate grid.
    aicc : float
        Akaike's criterion, corrected for small samples; inf with too few optima. With known errors it is
        chi2 + 2 p + 2 p (p + 1) / (n - p - 1), otherwise n ln(SSR / n) with the variance as one more
        parameter.
    n : int
        Number of optima used.
    chi2 : float
        Sum of squared residuals over their variances; NaN where the errors are unknown.
    peak : dict or None
        Peak of the fit: batch_size, batch_interval, lr, lr_interval (95 %); None for a law without one.
    outliers : tuple of float
        Batch sizes whose residual is beyond what one of so many would be by chance in 1 of 100 sweeps.
    region : Region or None
        The parameters that the data allow at 95 %, behind `interval` and `band`.
    """

    family: LawFamily
    law: Law | None
    stderr: Mapping[str, float]
    interval: Mapping[str, tuple[float, float]]
    status: str
    flags: frozenset[str]
    residuals: FloatArray
    used: tuple[Optimum, ...]
    aicc: float
    n: int
    chi2: float
    peak: Mapping[str, float | tuple[float, float]] | None = None
    outliers: tuple[float, ...] = ()
    region: Region | None = field(default=None, repr=False)

    def band(self, batch_size: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """95 % profile-likelihood band of the law, at each batch size on its own.

        Parameters
        ----------
        batch_size : array_like
            Positive and finite, any shape [examples].

        Returns
        -------
        low, high : ndarray
            Same shape; 0 and inf where the fit gives no band.

        Raises
        ------
        ValueError
            If a batch size is not positive and finite.
        """
        b = positive_array("batch_size", batch_size)
        if self.region is None:
            return np.zeros(b.shape), np.full(b.shape, np.inf)
        curves = log_shape(self.region.family, self.region.shapes, b.ravel())
        low, high = self.region.limits(curves)
        return np.exp(low).reshape(b.shape), np.exp(high).reshape(b.shape)

    def predict(self, batch_size: ArrayLike) -> tuple[ArrayLike, ArrayLike, ArrayLike]:
        """Fitted learning rate with its band, scalars for a scalar: (lr, low, high).

        Raises
        ------
        ValueError
            If there is no law, or a batch size is not positive and finite.
        """
        if self.law is None:
            raise ValueError(f"predict needs a fitted law, but got none: {self.status}")
        low, high = self.band(batch_size)
        return self.law(batch_size), like(low, batch_size), like(high, batch_size)


def fit(optima: Sequence[Optimum], law: str | LawFamily | type[Law]) -> FitResult:
    """Fit one law to optima: weighted least squares of ln learning rate.

    Optima on the edge of the learning-rate grid are left out, and said so. Standard errors of the optima,
    where all have one, are pooled over batch sizes and taken as known; otherwise one common variance is
    estimated.

    Parameters
    ----------
    optima : sequence of Optimum
        As `Sweep.optima` gives them.
    law : str, LawFamily or type of Law
        A key of ``LAWS``, a family, or a law with all parameters free.

    Returns
    -------
    FitResult

    Raises
    ------
    ValueError
        If `law` is not a known key.
    """
    family = as_family(law)
    used, data = prepare(optima)
    n, p = len(used), len(family.free)
    left_out = len(optima) - n
    if data is None or n < p:
        status = f"{family.label} has {p} free parameter{'s' * (p > 1)}, but {_count(n)} usable."
        open_sides = {param.name: (0.0 if param.log else -np.inf, np.inf) for param in family.free}
        return FitResult(
            family, None, dict.fromkeys(open_sides, np.inf), open_sides, _join([status,
            _edge_sentence(left_out)]), frozenset({"underdetermined"} | ({"optimum_on_edge"} if left_out
            else set())), np.empty(0), used, np.inf, n, np.nan,
        )  # fmt: skip
    shape, log_scale, best = minimise(family, data)
    return _describe(family, used, data, shape, log_scale, best, left_out)


def as_family(law: str | LawFamily | type[Law]) -> LawFamily:
    """Return the family that a key, a family or a type of law stands for; `ValueError` for an unknown key."""
    if isinstance(law, LawFamily):
        return law
    if isinstance(law, str):
        if law not in LAWS:
            raise ValueError(f"law must be one of {', '.join(LAWS)}, but got {law!r}")
        return LAWS[law]
    return LawFamily(law.__name__, law.__name__, law, "")


def _describe(
    family: LawFamily, used: tuple[Optimum, ...], data: Data, shape: FloatArray, log_scale: float, best:
    float, left_out: int,
) -> FitResult:  # fmt: skip
    n, p = len(used), len(family.free)
    fitted = log_scale + log_shape(family, shape[None], data.batch)[0]
    residuals = data.log_lr - fitted
    scale_param, *free = family.free
    values = {scale_param.name: float(np.exp(log_scale))}
    values |= {q.name: float(np.exp(s)) if q.log else float(s) for q, s in zip(free, shape, strict=True)}
    law = family.build(**values)
    poor = data.known and n > p and chi2_distribution.sf(best, n - p) < 0.05
    variance = variance_factor(data, best, n, p, poor)
    region = allowed_region(family, data, shape, best, variance) if variance is not None else None
    interval, at_bound = _intervals(family, region, values)
    peak = _peak(family, law, region)
    flags = set()
    flags |= {"optimum_on_edge"} if left_out else set()
    flags |= {"at_bound"} if at_bound else set()
    flags |= {"poor_fit"} if poor else set()
    open_ended = [q for q in free if _is_open(q, interval[q.name])]
    if n <= p or open_ended:
        flags.add("underdetermined")
    measured = (float(data.batch.min()), float(data.batch.max()))
    if peak is not None and not _bracketed(peak, measured):
        flags.add("peak_not_bracketed")
    status = _status(family, flags, interval, at_bound, open_ended, peak, measured, n, left_out)
    aicc = aicc_of(data, best, n, p)
    stderr = delta_method(family, data, shape, values, variance)
    chi2 = best if data.known else float("nan")
    return FitResult(
        family, law, stderr, interval, status, frozenset(flags), residuals, used, aicc, n, chi2, peak,
        _outliers(data, residuals, n, p, variance), region,
    )  # fmt: skip


def _outliers(data: Data, residuals: FloatArray, n: int, p: int, variance: float | None) -> tuple[float, ...]:
    """Batch sizes whose residual is beyond the Bonferroni limit at 1 % (deleted, without known errors)."""
    if variance is None or n <= p + 1:
        return ()
    scaled = residuals * np.sqrt(data.weight)
    dof = max(data.dof, 1.0) if data.known else n - p - 1.0
    if not data.known:
        rest = (np.sum(scaled**2) - scaled**2) / dof
        scaled = scaled / np.sqrt(np.maximum(rest, 1e-300))
    limit = float(student_t.ppf(1.0 - 0.005 / n, dof))
    # out of their logs, sizes are whole again
    return tuple(float(f"{b:.12g}") for b in data.batch[np.abs(scaled) > limit])


def _intervals(
    family: LawFamily, region: Region | None, values: Mapping[str, float]
) -> tuple[dict[str, tuple[float, float]], list[Param]]:
    """Intervals, open where the region runs into a bound; and the parameters whose value does."""
    result: dict[str, tuple[float, float]] = {}
    at_bound = []
    for index, param in enumerate(family.free):
        low, high = fit_bounds(param)
        margin = 2e-3 * (high - low)
        value = float(np.log(values[param.name])) if param.log else values[param.name]
        if value <= low + margin or value >= high - margin:
            at_bound.append(param)
        floor = 0.0 if param.log else -np.inf
        if region is None:
            result[param.name] = (floor, np.inf)
            continue
        if index == 0:
            result[param.name] = scale_interval(region, np.zeros(len(region.shapes)))
            continue
        start, stop = float(region.shapes[:, index - 1].min()), float(region.shapes[:, index - 1].max())
        undo = np.exp if param.log else float
        lower = floor if start <= low + margin else float(undo(start))
        upper = np.inf if stop >= high - margin else float(undo(stop))
        result[param.name] = (lower, upper)
    return result, at_bound


def _is_open(param: Param, interval: tuple[float, float]) -> bool:
    return not np.isfinite(interval[1]) or interval[0] == (0.0 if param.log else -np.inf)


def _peak(family: LawFamily, law: Law, region: Region | None) -> dict[str, float | tuple[float, float]] | None:
    if (batch := law.peak_batch_size) is None:
        return None
    lr = float(law(batch))
    if region is None:
        return {"batch_size": batch, "batch_interval": (0.0, np.inf), "lr": lr, "lr_interval": (0.0, np.inf)}
    scale, *free = family.free
    sizes, heights = [], []
    stride = max(1, len(region.shapes) // 600)
    chosen = np.unique([*range(0, len(region.shapes), stride), *region.shapes.argmin(0), *region.shapes.argmax(0)])
    region = Region(family, region.shapes[chosen], region.log_scale[chosen], region.half_width[chosen])
    for shape in region.shapes:
        values = {q.name: float(np.exp(s)) if q.log else float(s) for q, s in zip(free, shape, strict=True)}
        other = family.build(**{scale.name: 1.0}, **values)
        size = other.peak_batch_size
        sizes.append(np.inf if size is None else size)
        heights.append(np.log(other(1e30 if size is None else size)))
    bounds = [fit_bounds(q) for q in free]
    margin = [2e-3 * (b[1] - b[0]) for b in bounds]
    lowest, highest = float(min(sizes)), float(max(sizes))
    if len(free) == 1:
        lowest = 0.0 if region.shapes.min() <= bounds[0][0] + margin[0] else lowest
        highest = np.inf if region.shapes.max() >= bounds[0][1] - margin[0] else highest
    return {
        "batch_size": float(batch),
        "batch_interval": (lowest, highest),
        "lr": lr,
        "lr_interval": scale_interval(region, np.array(heights)),
    }


def _bracketed(peak: Mapping[str, float | tuple[float, float]], measured: tuple[float, float]) -> bool:
    interval = peak["batch_interval"]
    assert isinstance(interval, tuple)
    return measured[0] < interval[0] and interval[1] < measured[1]


def _status(
    family: LawFamily, flags: set[str], interval: Mapping[str, tuple[float, float]], at_bound: list[Param],
    open_ended: list[Param], peak: Mapping[str, float | tuple[float, float]] | None, measured: tuple[float,
    float], n: int, left_out: int,
) -> str:  # fmt: skip
    parts = []
    p = len(family.free)
    if n <= p:
        parts.append(f"{_count(n)} usable for {p} parameters: the curve is fixed but not tested.".capitalize())
    for param in at_bound:
        parts.append(_open_sentence(param, interval[param.name], "runs to the end of its range: it"))
    if n > p:
        parts += [_open_sentence(param, interval[param.name]) for param in open_ended if param not in at_bound]
    if "peak_not_bracketed" in flags and peak is not None:
        batch = float(peak["batch_size"])  # type: ignore[arg-type]
        inside = measured[0] < batch < measured[1]
        where = "may lie outside" if inside else "lies outside"
        parts.append(f"The peak of the fit {where} the batch sizes measured ({measured[0]:g} to {measured[1]:g}).")
    if "poor_fit" in flags:
        parts.append("The optima scatter about it by more than their errors; its intervals are widened to match.")
    parts.append(_edge_sentence(left_out))
    return _join(parts) or f"{family.label}: every parameter is determined by these optima."


def _open_sentence(param: Param, interval: tuple[float, float], prefix: str = "") -> str:
    low, high = interval
    floor = 0.0 if param.log else -np.inf
    unit = f" {param.unit}" if param.unit else ""
    name = f"{param.label} {prefix}".strip()
    if low == floor and not np.isfinite(high):
        return f"{name} is not determined by these optima."
    if not np.isfinite(high):
        return f"{name} is only bounded below, by {number(low)}{unit}."
    if low == floor:
        return f"{name} is only bounded above, by {number(high)}{unit}."
    return f"{name} is between {number(low)} and {number(high)}{unit}."


def _edge_sentence(left_out: int) -> str:
    if not left_out:
        return ""
    noun = (
        "optimum on the edge of the learning-rate grid is"
        if left_out == 1
        else "optima on the edge of the learning-rate grid are"
    )
    return f"{left_out} {noun} left out: widen the grid there."


def _count(n: int) -> str:
    return {0: "no optimum is", 1: "1 optimum is"}.get(n, f"{n} optima are")


def _join(parts: Iterable[str]) -> str:
    return " ".join(part for part in parts if part)
