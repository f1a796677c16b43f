"""Fit the laws to measured optima, say how well each parameter is known, and compare the laws.

Every law is a scale, its first parameter, times a shape. In log space the scale is an additive constant with
a closed-form best value, so that the sum of squares is searched over the one or two shape parameters only, on
a grid over their whole bounds (a start everywhere) and then to the bottom.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import least_squares
from scipy.stats import chi2 as chi2_distribution
from scipy.stats import t as student_t

from surgecore._uncertainty import pooled_errors
from surgecore._validate import FloatArray, like, positive_array
from surgecore.laws import LAWS, Law, LawFamily, Param
from surgecore.optima import Optimum

_GRID = {0: 1, 1: 241, 2: 61}
_EVIDENCE = 2.0 * np.log(20.0)  # AICc difference of an evidence ratio of 20
_STEP = 1e-5


@dataclass(frozen=True)
class _Region:
    """Shapes that the data allow at 95 %, with the scale's best log and half width at each."""

    family: LawFamily
    shapes: FloatArray
    log_scale: FloatArray
    half_width: FloatArray

    def limits(self, log_values: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Lowest and highest of log_scale + values over the region; values of shape (n_shapes, ...)."""
        extra = (slice(None), *(None,) * (log_values.ndim - 1))
        centre = self.log_scale[extra] + log_values
        half = self.half_width[extra]
        return (centre - half).min(axis=0), (centre + half).max(axis=0)


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
        Peak of the fitted law: batch_size, lr and the 95 % interval of each; None for a law without one.
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
    _region: _Region | None = field(default=None, repr=False)

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
        if self._region is None:
            return np.zeros(b.shape), np.full(b.shape, np.inf)
        curves = _log_shape(self._region.family, self._region.shapes, b.ravel())
        low, high = self._region.limits(curves)
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


@dataclass(frozen=True, eq=False)
class Comparison:
    """All laws on the same optima, best first.

    Attributes
    ----------
    fits : tuple of FitResult
        Ranked by AICc.
    weights : ndarray
        Akaike weights, shape (n_fits,); zeros where no law has a finite AICc.
    holdout : ndarray
        ln(predicted / measured) at the largest batch size by the law fitted without it, shape (n_fits,); NaN
        where too few optima are left.
    sentence : str
        What the ranking does and does not show.
    """

    fits: tuple[FitResult, ...]
    weights: FloatArray
    holdout: FloatArray
    sentence: str


@dataclass(frozen=True)
class _Data:
    log_batch: FloatArray
    log_lr: FloatArray
    weight: FloatArray
    known: bool
    dof: float

    @property
    def batch(self) -> FloatArray:
        return np.asarray(np.exp(self.log_batch))

    def concentrate(self, log_shape: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Best log scale and sum of weighted squares for shapes (m, n)."""
        gap = self.log_lr - log_shape
        log_scale = gap @ self.weight / self.weight.sum()
        return log_scale, ((gap - log_scale[:, None]) ** 2) @ self.weight


def _log_shape(family: LawFamily, shapes: FloatArray, batch: FloatArray) -> FloatArray:
    """Log of the law with scale 1, shape (len(shapes), len(batch)); shapes are in fit coordinates."""
    scale, *free = family.free
    values = {p.name: np.exp(s) if p.log else s for p, s in zip(free, shapes.T, strict=True)}
    columns = {**dict(family.fixed), scale.name: 1.0, **{name: v[:, None] for name, v in values.items()}}
    # an instance with arrays for parameters: the curve is plain arithmetic and broadcasts
    law = object.__new__(family.law)
    for name, value in columns.items():
        object.__setattr__(law, name, value)
    with np.errstate(all="ignore"):
        curve = np.log(law._curve(batch[None, :]))
    return np.broadcast_to(np.where(np.isfinite(curve), curve, -700.0), (len(shapes), len(batch)))


def _bounds(param: Param) -> tuple[float, float]:
    low, high = param.bounds
    return (float(np.log(low)), float(np.log(high))) if param.log else (low, high)


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
    family = _family(law)
    used, data = _prepare(optima)
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
    shape, log_scale, best = _minimise(family, data)
    return _describe(family, used, data, shape, log_scale, best, left_out)


def _family(law: str | LawFamily | type[Law]) -> LawFamily:
    if isinstance(law, LawFamily):
        return law
    if isinstance(law, str):
        if law not in LAWS:
            raise ValueError(f"law must be one of {', '.join(LAWS)}, but got {law!r}")
        return LAWS[law]
    return LawFamily(law.__name__, law.__name__, law, "")


def _prepare(optima: Sequence[Optimum]) -> tuple[tuple[Optimum, ...], _Data | None]:
    used = tuple(optimum for optimum in optima if optimum.on_edge is None)
    if not used:
        return used, None
    batch = np.log([optimum.batch_size for optimum in used])
    rate = np.log([optimum.learning_rate for optimum in used])
    errors = pooled_errors(used)
    if errors is None:
        return used, _Data(batch, rate, np.ones(len(used)), False, 0.0)
    return used, _Data(batch, rate, 1.0 / errors.sigma**2, True, errors.total_dof)


def _minimise(family: LawFamily, data: _Data) -> tuple[FloatArray, float, float]:
    """Best shape (fit coordinates), log scale and sum of squares, from the best few of a grid of starts."""
    free = family.free[1:]
    batch = data.batch
    axes = [np.linspace(*_bounds(param), _GRID[min(len(free), 2)]) for param in free]
    grid = np.array(list(product(*axes))) if free else np.empty((1, 0))
    _, squares = data.concentrate(_log_shape(family, grid, batch))
    if not free:
        scale, squares = data.concentrate(_log_shape(family, grid, batch))
        return grid[0], float(scale[0]), float(squares[0])
    low, high = np.array([_bounds(param) for param in free]).T

    def residuals(shape: FloatArray) -> FloatArray:
        log_shape = _log_shape(family, shape[None], batch)
        scale, _ = data.concentrate(log_shape)
        return np.asarray((data.log_lr - log_shape[0] - scale[0]) * np.sqrt(data.weight))

    best_shape, best = grid[int(np.argmin(squares))], float(squares.min())
    for start in _starts(grid, squares, axes):
        found = least_squares(residuals, start, bounds=(low, high), xtol=1e-12, ftol=1e-12, gtol=1e-12)
        if 2.0 * found.cost < best:
            best_shape, best = found.x, 2.0 * float(found.cost)
    scale, _ = data.concentrate(_log_shape(family, best_shape[None], batch))
    return best_shape, float(scale[0]), best


def _starts(grid: FloatArray, squares: FloatArray, axes: list[FloatArray]) -> list[FloatArray]:
    """The lowest local minima of the grid, at most three."""
    surface = squares.reshape([len(axis) for axis in axes])
    padded = np.pad(surface, 1, constant_values=np.inf)
    lowest = np.ones(surface.shape, dtype=bool)
    for axis in range(surface.ndim):
        for shift in (-1, 1):
            neighbour = np.roll(padded, shift, axis=axis)[(slice(1, -1),) * surface.ndim]
            lowest &= surface <= neighbour
    found = np.flatnonzero(lowest.ravel())
    return [grid[index] for index in found[np.argsort(squares[found])][:3]]


def _describe(
    family: LawFamily, used: tuple[Optimum, ...], data: _Data, shape: FloatArray, log_scale: float, best:
    float, left_out: int,
) -> FitResult:  # fmt: skip
    n, p = len(used), len(family.free)
    fitted = log_scale + _log_shape(family, shape[None], data.batch)[0]
    residuals = data.log_lr - fitted
    scale_param, *free = family.free
    values = {scale_param.name: float(np.exp(log_scale))}
    values |= {q.name: float(np.exp(s)) if q.log else float(s) for q, s in zip(free, shape, strict=True)}
    law = family.build(**values)
    poor = data.known and n > p and chi2_distribution.sf(best, n - p) < 0.05
    variance = _variance_factor(data, best, n, p, poor)
    region = _region(family, data, shape, best, variance) if variance is not None else None
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
    aicc = _aicc(data, best, n, p)
    stderr = _stderr(family, data, shape, values, variance)
    chi2 = best if data.known else float("nan")
    return FitResult(
        family, law, stderr, interval, status, frozenset(flags), residuals, used, aicc, n, chi2, peak, region
    )


def _variance_factor(data: _Data, best: float, n: int, p: int, poor: bool) -> float | None:
    """Worth of a unit of the sum of squares: 1 for known errors, unless they cannot explain the scatter."""
    if data.known:
        return best / (n - p) if poor else 1.0
    return best / (n - p) if n > p else None


def _threshold(data: _Data, variance: float, n: int, p: int) -> float:
    dof = data.dof if data.known else n - p
    return float(variance * student_t.ppf(0.975, max(dof, 1.0)) ** 2)


def _region(family: LawFamily, data: _Data, shape: FloatArray, best: float, variance: float) -> _Region:
    """Shapes within the likelihood threshold of the best, on a grid that is zoomed to them."""
    free = family.free[1:]
    limit = _threshold(data, variance, len(data.log_lr), len(family.free))
    total = data.weight.sum()
    if not free:
        log_scale, _ = data.concentrate(_log_shape(family, shape[None], data.batch))
        return _Region(family, shape[None], log_scale, np.sqrt(np.array([limit / total])))
    box = np.array([_bounds(param) for param in free])
    size = {1: 401, 2: 81}[min(len(free), 2)]
    for _ in range(4):
        axes = [np.unique([*np.linspace(lo, hi, size), s]) for (lo, hi), s in zip(box, shape, strict=True)]
        grid = np.array(list(product(*axes)))
        log_scale, squares = data.concentrate(_log_shape(family, grid, data.batch))
        slack = limit - (squares - best)
        inside = slack >= 0
        inside |= (grid == shape).all(axis=1)
        new = []
        for dimension, axis in enumerate(axes):
            there = np.searchsorted(axis, grid[inside, dimension])
            first, last = max(there.min() - 1, 0), min(there.max() + 1, len(axis) - 1)
            new.append((axis[first], axis[last]))
        shrunk = np.prod(np.ptp(new, axis=1)) < 0.7 * np.prod(np.ptp(box, axis=1))
        box = np.array(new)
        if not shrunk:
            break
    half = np.sqrt(np.maximum(slack[inside], 0.0) / total)
    return _Region(family, grid[inside], log_scale[inside], half)


def _intervals(
    family: LawFamily, region: _Region | None, values: Mapping[str, float]
) -> tuple[dict[str, tuple[float, float]], list[Param]]:
    """Intervals, open where the region runs into a bound; and the parameters whose value does."""
    result: dict[str, tuple[float, float]] = {}
    at_bound = []
    for index, param in enumerate(family.free):
        low, high = _bounds(param)
        margin = 2e-3 * (high - low)
        value = float(np.log(values[param.name])) if param.log else values[param.name]
        if value <= low + margin or value >= high - margin:
            at_bound.append(param)
        floor = 0.0 if param.log else -np.inf
        if region is None:
            result[param.name] = (floor, np.inf)
            continue
        if index == 0:
            result[param.name] = _scale_interval(region, np.zeros(len(region.shapes)))
            continue
        start, stop = float(region.shapes[:, index - 1].min()), float(region.shapes[:, index - 1].max())
        undo = np.exp if param.log else float
        lower = floor if start <= low + margin else float(undo(start))
        upper = np.inf if stop >= high - margin else float(undo(stop))
        result[param.name] = (lower, upper)
    return result, at_bound


def _scale_interval(region: _Region, log_values: FloatArray) -> tuple[float, float]:
    """Interval of scale times values; a side that is set by a bound of a shape parameter is open."""
    bounds = np.array([_bounds(q) for q in region.family.free[1:]]).reshape(-1, 2)
    margin = 2e-3 * np.ptp(bounds, axis=1)
    stuck = ((region.shapes <= bounds[:, 0] + margin) | (region.shapes >= bounds[:, 1] - margin)).any(axis=1)
    low = region.log_scale + log_values - region.half_width
    high = region.log_scale + log_values + region.half_width
    first, last = int(low.argmin()), int(high.argmax())
    return (
        0.0 if stuck[first] else float(np.exp(low[first])),
        np.inf if stuck[last] else float(np.exp(high[last])),
    )


def _is_open(param: Param, interval: tuple[float, float]) -> bool:
    return not np.isfinite(interval[1]) or interval[0] == (0.0 if param.log else -np.inf)


def _peak(
    family: LawFamily, law: Law, region: _Region | None
) -> dict[str, float | tuple[float, float]] | None:
    if (batch := law.peak_batch_size) is None:
        return None
    lr = float(law(batch))
    if region is None:
        return {"batch_size": batch, "batch_interval": (0.0, np.inf), "lr": lr, "lr_interval": (0.0, np.inf)}
    scale, *free = family.free
    sizes, heights = [], []
    stride = max(1, len(region.shapes) // 600)
    chosen = np.unique(
        [*range(0, len(region.shapes), stride), *region.shapes.argmin(0), *region.shapes.argmax(0)]
    )
    region = _Region(family, region.shapes[chosen], region.log_scale[chosen], region.half_width[chosen])
    for shape in region.shapes:
        values = {q.name: float(np.exp(s)) if q.log else float(s) for q, s in zip(free, shape, strict=True)}
        other = family.build(**{scale.name: 1.0}, **values)
        size = other.peak_batch_size
        sizes.append(np.inf if size is None else size)
        heights.append(np.log(other(1e30 if size is None else size)))
    bounds = [_bounds(q) for q in free]
    margin = [2e-3 * (b[1] - b[0]) for b in bounds]
    lowest, highest = float(min(sizes)), float(max(sizes))
    if len(free) == 1:
        lowest = 0.0 if region.shapes.min() <= bounds[0][0] + margin[0] else lowest
        highest = np.inf if region.shapes.max() >= bounds[0][1] - margin[0] else highest
    return {
        "batch_size": float(batch),
        "batch_interval": (lowest, highest),
        "lr": lr,
        "lr_interval": _scale_interval(region, np.array(heights)),
    }


def _bracketed(peak: Mapping[str, float | tuple[float, float]], measured: tuple[float, float]) -> bool:
    interval = peak["batch_interval"]
    assert isinstance(interval, tuple)
    return measured[0] < interval[0] and interval[1] < measured[1]


def _stderr(
    family: LawFamily, data: _Data, shape: FloatArray, values: Mapping[str, float], variance: float | None
) -> dict[str, float]:
    """Delta method: the inverse of the Fisher information, each parameter in its own unit."""
    if variance is None:
        return dict.fromkeys(values, np.inf)
    columns = [np.ones(len(data.log_lr))]
    for index in range(len(shape)):
        step = np.zeros(len(shape))
        step[index] = _STEP
        both = _log_shape(family, np.array([shape + step, shape - step]), data.batch)
        columns.append((both[0] - both[1]) / (2 * _STEP))
    information = (np.array(columns) * data.weight) @ np.array(columns).T / variance
    if np.linalg.cond(information) > 1e12:
        return dict.fromkeys(values, np.inf)
    errors = np.sqrt(np.diag(np.linalg.inv(information)))
    return {
        q.name: float(error * (values[q.name] if q.log or not index else 1.0))
        for index, (q, error) in enumerate(zip(family.free, errors, strict=True))
    }


def _aicc(data: _Data, best: float, n: int, p: int) -> float:
    if data.known:
        return best + 2 * p + 2 * p * (p + 1) / (n - p - 1) if n > p + 1 else np.inf
    k = p + 1
    return (
        n * float(np.log(max(best, 1e-300) / n)) + 2 * k + 2 * k * (k + 1) / (n - k - 1)
        if n > k + 1
        else np.inf
    )


def _status(
    family: LawFamily, flags: set[str], interval: Mapping[str, tuple[float, float]], at_bound: list[Param],
    open_ended: list[Param], peak: Mapping[str, float | tuple[float, float]] | None, measured: tuple[float,
    float], n: int, left_out: int,
) -> str:  # fmt: skip
    parts = []
    p = len(family.free)
    if n <= p:
        parts.append(
            f"{_count(n)} usable for {p} parameters: the curve is fixed but not tested.".capitalize()
        )
    for param in at_bound:
        parts.append(_open_sentence(param, interval[param.name], "runs to the end of its range: it"))
    if n > p:
        parts += [
            _open_sentence(param, interval[param.name]) for param in open_ended if param not in at_bound
        ]
    if "peak_not_bracketed" in flags and peak is not None:
        batch = float(peak["batch_size"])  # type: ignore[arg-type]
        inside = measured[0] < batch < measured[1]
        where = "may lie outside" if inside else "lies outside"
        parts.append(
            f"The peak of the fit {where} the batch sizes measured ({measured[0]:g} to {measured[1]:g})."
        )
    if "poor_fit" in flags:
        parts.append(
            "The optima scatter about it by more than their errors; its intervals are widened to match."
        )
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
        return f"{name} is only bounded below, by {low:.2g}{unit}."
    if low == floor:
        return f"{name} is only bounded above, by {high:.2g}{unit}."
    return f"{name} is between {low:.2g} and {high:.2g}{unit}."


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


def compare(optima: Sequence[Optimum], families: Iterable[str | LawFamily] | None = None) -> Comparison:
    """Fit several laws to the same optima and rank them.

    Parameters
    ----------
    optima : sequence of Optimum
        As `Sweep.optima` gives them.
    families : iterable of str or LawFamily, optional
        Which laws; all of ``LAWS`` by default.

    Returns
    -------
    Comparison
        The sentence names a winner only if its evidence ratio to every other law is above 20 and its own fit
        is not refuted by the errors.

    Raises
    ------
    ValueError
        If a family is not a known key.

    References
    ----------
    Burnham and Anderson, Model Selection and Multimodel Inference (2002), sections 2.4 and 2.9.
    """
    chosen = [_family(family) for family in (LAWS.values() if families is None else families)]
    fits = [fit(optima, family) for family in chosen]
    fits.sort(key=lambda result: result.aicc)
    aicc = np.array([result.aicc for result in fits])
    weights = np.zeros(len(fits))
    if fits and np.isfinite(aicc[0]):
        weights = np.exp(-0.5 * (aicc - aicc[0]))
        weights /= weights.sum()
    holdout = np.array([_holdout(optima, result.family) for result in fits])
    return Comparison(tuple(fits), weights, holdout, _ranking_sentence(fits, aicc))


def _holdout(optima: Sequence[Optimum], family: LawFamily) -> float:
    used = [optimum for optimum in optima if optimum.on_edge is None]
    if len(used) < len(family.free) + 1:
        return float("nan")
    last = max(used, key=lambda optimum: optimum.batch_size)
    rest, data = _prepare([optimum for optimum in used if optimum is not last])
    if data is None or len(rest) < len(family.free):
        return float("nan")
    shape, log_scale, _ = _minimise(family, data)
    predicted = log_scale + _log_shape(family, shape[None], np.array([last.batch_size]))[0, 0]
    return float(predicted - np.log(last.learning_rate))


def _ranking_sentence(fits: Sequence[FitResult], aicc: FloatArray) -> str:
    if not fits or not np.isfinite(aicc[0]):
        return "Too few usable optima to compare laws: it takes at least three."
    best = fits[0]
    # the small-sample correction alone refutes nothing: a law must also fall behind without it
    aic = np.array([_aic(result) for result in fits])
    behind = (aicc - aicc[0] >= _EVIDENCE) & (aic - aic[0] >= _EVIDENCE)
    close = [
        f for f, far in zip(fits, behind, strict=True) if not far and not _contains(f.family, best.family)
    ]
    names = [result.family.label for result in close]
    if all("poor_fit" in result.flags for result in close):
        return f"No law describes these optima within their errors; the nearest is {names[0]}."
    if len(close) == 1:
        return f"{names[0]} is supported: every other law is at least 20 times less likely on these optima."
    if len(close) == 2:
        return f"These data do not tell {names[0]} from {names[1]}."
    return f"These data do not tell apart: {'; '.join(names)}."


def _aic(result: FitResult) -> float:
    p = len(result.family.free)
    if np.isfinite(result.chi2):
        return result.chi2 + 2.0 * p
    if not len(result.residuals):
        return np.inf
    return result.n * float(np.log(max(np.mean(result.residuals**2), 1e-300))) + 2.0 * (p + 1)


def _contains(wide: LawFamily, narrow: LawFamily) -> bool:
    """Whether `narrow` is `wide` with a parameter held: the wider law fits as well but is not needed."""
    return wide.law is narrow.law and wide.key != narrow.key and wide.fixed.items() < narrow.fixed.items()
