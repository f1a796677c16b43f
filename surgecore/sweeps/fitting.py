"""Fit a law to points and say how well each parameter is known; the outcome is a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtrc, stdtrit

from surgecore._validate import FloatArray, like, positive_array
from surgecore.sweeps.likelihood import Data, criterion, log_shape, minimise, prepare, standard_errors
from surgecore.sweeps.points import Point, Points, PointsLike
from surgecore.sweeps.region import Region, allowed_region, runs_high, runs_low
from surgecore.theory.families import LAWS, LawFamily
from surgecore.theory.laws import Law
from surgecore.theory.params import Param


class FitFlag(StrEnum):
    """What to know about a fit."""

    UNDERDETERMINED = "underdetermined"
    AT_BOUND = "at_bound"
    PEAK_NOT_BRACKETED = "peak_not_bracketed"
    OPTIMUM_ON_EDGE = "optimum_on_edge"
    POOR_FIT = "poor_fit"


@dataclass(frozen=True)
class FittedParam:
    """One free parameter of a fit: value, error and interval, each in the parameter's own unit.

    Attributes
    ----------
    param : Param
        Which one.
    value : float
        Best value; NaN without a law.
    stderr : float
        Standard error (delta method); inf where undetermined.
    interval : tuple of float
        95 % profile-likelihood interval; 0, minus infinity or infinity on a side that the data leave open.
    at_bound : bool
        Whether the value ran to an end of the parameter's range: it is then the range's, not the data's.
    """

    param: Param
    value: float
    stderr: float
    interval: tuple[float, float]
    at_bound: bool = False

    @property
    def bounded_below(self) -> bool:
        """Whether the data give a lower limit."""
        return self.interval[0] > self.param.open_interval[0]

    @property
    def bounded_above(self) -> bool:
        """Whether the data give an upper limit."""
        return bool(np.isfinite(self.interval[1]))


@dataclass(frozen=True)
class FittedPeak:
    """Peak of a fitted law, with 95 % intervals.

    Attributes
    ----------
    batch_size, lr : float
        Where it is [examples], and its learning rate.
    batch_interval, lr_interval : tuple of float
        Intervals; 0 or inf on a side that the data leave open.
    """

    batch_size: float
    batch_interval: tuple[float, float]
    lr: float
    lr_interval: tuple[float, float]


@dataclass(frozen=True, eq=False)
class FitResult:
    """A law fitted to points: an outcome, not necessarily a success; `flags` say what it is worth.

    ``fit["noise_scale"]`` is the `FittedParam` of that name.

    Attributes
    ----------
    family : LawFamily
        What was fitted.
    law : Law or None
        The best law, or None with fewer estimates than parameters.
    parameters : Mapping
        Its free parameters by name, the scale first.
    flags : frozenset of FitFlag
        What to know about it.
    residuals : ndarray
        ln(measured / fitted) of the estimates, in their order.
    used : tuple of Point
        The estimates.
    n_bounds : int
        Bounds that were used beside them, as censored values.
    aic : float
        Akaike's criterion. With known errors it is -2 ln likelihood + 2 p, that is chi2 + 2 p without bounds;
        otherwise n ln(SSR / n) with the variance as one more parameter and the correction for small samples. Infinite
        where there are no more estimates than parameters.
    deviance : float
        -2 ln likelihood, less its constant: the sum of squared residuals over their variances, and what bounds add;
        NaN where the errors are unknown.
    peak : FittedPeak or None
        Peak of the fit; None for a law without one.
    outliers : tuple of float
        Batch sizes whose residual is beyond what one of so many would be by chance in 1 of 100 sweeps.
    region : Region or None
        The parameters that the data allow at 95 %, behind intervals and `band`.

    Examples
    --------
    >>> from surgecore import SurgeLaw
    >>> law = SurgeLaw(lr_max=0.01, noise_scale=64.0)
    >>> points = [Point(b, law(b), stderr=0.05, dof=20) for b in (4.0, 16.0, 64.0, 256.0, 1024.0)]
    >>> result = fit(points, "surge")
    >>> round(result["noise_scale"].value, 3), round(result.peak.lr, 5), sorted(result.flags)
    (64.0, 0.01, [])
    """

    family: LawFamily
    law: Law | None
    parameters: Mapping[str, FittedParam]
    flags: frozenset[FitFlag]
    residuals: FloatArray
    used: tuple[Point, ...]
    n_bounds: int
    aic: float
    deviance: float
    peak: FittedPeak | None = None
    outliers: tuple[float, ...] = ()
    region: Region | None = field(default=None, repr=False)

    def __getitem__(self, name: str) -> FittedParam:
        """The free parameter of that name; `KeyError` where the family has none."""
        return self.parameters[name]

    @property
    def n(self) -> int:
        """Number of estimates used."""
        return len(self.used)

    @property
    def shape(self) -> FloatArray:
        """Fit coordinates of all free parameters but the scale."""
        _, *free = self.parameters.values()
        return np.array([item.param.to_fit(item.value) for item in free])

    def log_value(self, batch_size: FloatArray) -> FloatArray:
        """Natural log of the law at batch sizes, shape (n,); finite where the law itself leaves the floats."""
        scale, *_ = self.parameters.values()
        return np.asarray(np.log(scale.value) + log_shape(self.family, self.shape[None], batch_size)[0])

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
        low, high = self.region.limits(log_shape(self.region.family, self.region.shapes, b.ravel()))
        return np.exp(low).reshape(b.shape), np.exp(high).reshape(b.shape)

    def predict(self, batch_size: ArrayLike) -> tuple[ArrayLike, ArrayLike, ArrayLike]:
        """Fitted learning rate with its band, scalars for a scalar: (lr, low, high).

        Raises
        ------
        ValueError
            If there is no law, or a batch size is not positive and finite.
        """
        if self.law is None:
            raise ValueError(f"predict needs a fitted law, but got {self.family.key} with {self.n} estimates")
        low, high = self.band(batch_size)
        return self.law(batch_size), like(low, batch_size), like(high, batch_size)


def fit(points: PointsLike, law: str | LawFamily | type[Law]) -> FitResult:
    """Fit one law to points by maximum likelihood of ln learning rate.

    Errors, where all estimates have one, are pooled over batch sizes (or taken from the joint covariance) and count
    as known; otherwise one common variance is estimated. A bound (an optimum on the edge of the learning-rate grid)
    is a censored value: it pulls a law that lies on its wrong side and leaves others alone.

    Parameters
    ----------
    points : Points, or sequence of Point or Optimum
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

    References
    ----------
    Tobin, Econometrica 26 (1958) 24, for the censored values.

    Examples
    --------
    >>> from surgecore import PowerLaw
    >>> from surgecore.sweeps.points import Point
    >>> truth = PowerLaw(1e-3, 0.5)
    >>> found = fit([Point(b, truth(b), 0.02, 20) for b in (4, 16, 64, 256)], "power")
    >>> round(found.parameters["exponent"].value, 3)
    0.5
    """
    family, given = as_family(law), Points.of(points)
    used, data = prepare(given)
    n_bounds = len(given.points) - len(used)
    if data is None or len(used) < len(family.free):
        unknown = {p.name: FittedParam(p, np.nan, np.inf, p.open_interval) for p in family.free}
        flags = {FitFlag.UNDERDETERMINED} | ({FitFlag.OPTIMUM_ON_EDGE} if n_bounds else set())
        return FitResult(family, None, unknown, frozenset(flags), np.empty(0), used, n_bounds, np.inf, np.nan)
    shape, log_scale, best = minimise(family, data)
    return _describe(family, used, data, shape, log_scale, best)


def as_family(law: str | LawFamily | type[Law]) -> LawFamily:
    """Return the family that a key, a family or a type of law stands for; `ValueError` for an unknown key."""
    if isinstance(law, LawFamily):
        return law
    if isinstance(law, str):
        if law not in LAWS:
            raise ValueError(f"law must be one of {', '.join(LAWS)}, but got {law!r}")
        return LAWS[law]
    return LawFamily(law.__name__, law)


def _describe(
    family: LawFamily, used: tuple[Point, ...], data: Data, shape: FloatArray, log_scale: float, best: float
) -> FitResult:
    n, p = len(used), len(family.free)
    coordinates = [log_scale, *shape.tolist()]
    values = {param.name: float(param.from_fit(x)) for param, x in zip(family.free, coordinates, strict=True)}
    law = family.build(**values)
    residuals = data.log_value[:n] - log_scale - log_shape(family, shape[None], data.batch[:n])[0]
    poor = data.known and n > p and _is_poor(best, n + data.n_bounds - p, data.dof)
    variance = _variance(data, best, p, poor)
    region = allowed_region(family, data, shape, best, variance) if variance is not None else None
    errors = standard_errors(family, data, shape, variance)
    parameters = _parameters(family, coordinates, errors, region)
    peak = _peak(law, region)
    flags = {FitFlag.OPTIMUM_ON_EDGE} if data.n_bounds else set()
    flags |= {FitFlag.AT_BOUND} if any(item.at_bound for item in parameters.values()) else set()
    flags |= {FitFlag.POOR_FIT} if poor else set()
    _, *shapes = parameters.values()
    if n <= p or not all(item.bounded_below and item.bounded_above for item in shapes):
        flags.add(FitFlag.UNDERDETERMINED)
    low, high = data.batch[:n].min(), data.batch[:n].max()
    if peak is not None and not (low < peak.batch_interval[0] and peak.batch_interval[1] < high):
        flags.add(FitFlag.PEAK_NOT_BRACKETED)
    return FitResult(
        family, law, parameters, frozenset(flags), residuals, used, data.n_bounds,
        criterion(data, best, residuals, p), best if data.known else float("nan"), peak,
        _outliers(data, residuals, p, variance), region,
    )  # fmt: skip


def _is_poor(deviance: float, dof: int, error_dof: float) -> bool:
    """Whether the scatter is beyond what errors that are themselves estimated explain."""
    return bool(fdtrc(dof, min(max(error_dof, 1.0), 1e6), deviance / dof) < 0.05)


def _variance(data: Data, best: float, p: int, poor: bool) -> float | None:
    """Worth of a unit of deviance: 1 for known errors, unless they cannot explain the scatter."""
    spare = data.n - p
    if data.known:
        return best / (spare + data.n_bounds) if poor else 1.0
    return best / spare if spare > 0 else None


def _outliers(data: Data, residuals: FloatArray, p: int, variance: float | None) -> tuple[float, ...]:
    """Batch sizes whose residual is beyond the Bonferroni limit at 1 % (deleted, without known errors)."""
    n = data.n
    if variance is None or n <= p + 1:
        return ()
    dof = max(data.dof, 1.0) if data.known else n - p - 1.0
    if data.known:
        scaled = residuals * np.sqrt(np.diag(data.whiten.T @ data.whiten))
    else:
        rest = (np.sum(residuals**2) - residuals**2) / dof
        scaled = residuals / np.sqrt(np.maximum(rest, 1e-300))
    limit = float(stdtrit(dof, 1.0 - 0.005 / n))
    return tuple(float(b) for b in data.batch[:n][np.abs(scaled) > limit])


def _parameters(
    family: LawFamily, coordinates: list[float], errors: FloatArray, region: Region | None
) -> dict[str, FittedParam]:
    """Values with their intervals, open where the region runs into the end of a range."""
    result = {}
    for index, (param, x, error) in enumerate(zip(family.free, coordinates, errors, strict=True)):
        value = float(param.from_fit(x))
        interval = param.open_interval
        if region is not None and index == 0:
            interval = region.scale_interval(np.zeros(len(region.shapes)))
        elif region is not None:
            start, end = region.shapes[:, index - 1].min(), region.shapes[:, index - 1].max()
            interval = (
                interval[0] if runs_low(param, start) else float(param.from_fit(start)),
                interval[1] if runs_high(param, end) else float(param.from_fit(end)),
            )
        at_bound = bool(runs_low(param, x) or runs_high(param, x))
        result[param.name] = FittedParam(param, value, float(error * param.slope(value)), interval, at_bound)
    return result


def _peak(law: Law, region: Region | None) -> FittedPeak | None:
    if (batch := law.peak_batch_size) is None:
        return None
    lr = float(law(batch))
    if region is None:
        return FittedPeak(batch, (0.0, np.inf), lr, (0.0, np.inf))
    stride = max(1, len(region.shapes) // 600)
    chosen = np.unique([*range(0, len(region.shapes), stride), *region.shapes.argmin(0), *region.shapes.argmax(0)])
    region = Region(region.family, region.shapes[chosen], region.low[chosen], region.high[chosen], region.dof)
    scale, *free = region.family.free
    sizes, heights = [], []
    for shape in region.shapes:
        values = {param.name: float(param.from_fit(x)) for param, x in zip(free, shape, strict=True)}
        other = region.family.build(**{scale.name: 1.0}, **values)
        size = other.peak_batch_size
        sizes.append(np.inf if size is None else size)
        heights.append(np.log(other(1e30 if size is None or not np.isfinite(size) else max(size, 1e-300))))
    low, high = float(min(sizes)), float(max(sizes))
    if len(free) == 1:
        low = 0.0 if runs_low(free[0], region.shapes.min()) else low
        high = np.inf if runs_high(free[0], region.shapes.max()) else high
    return FittedPeak(float(batch), (low, high), lr, region.scale_interval(np.array(heights)))
