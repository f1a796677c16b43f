"""Does the optimal learning rate fall after its peak? Asked against every curve that never falls.

The estimand is the largest drop of the optimum below a maximum that it reached at a smaller batch size.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr

from surgecore._validate import FloatArray
from surgecore.sweeps.errors import FLOOR, TrendedVariance, trended_variance
from surgecore.sweeps.evidence import Evidence
from surgecore.sweeps.fall import LEVEL, fall_of, fall_p_value
from surgecore.sweeps.points import Points, PointsLike
from surgecore.sweeps.scatter import scatter_of_path, scatter_p_value
from surgecore.sweeps.sweep import Sweep
from surgecore.sweeps.valleys import Source, Valleys

#: A fall below this many octaves (16 %) is too small to act on.
SMALL_FALL = 0.25
# more batch sizes than this are taken together in groups
_MOST = 32
_LN2 = float(np.log(2.0))
_HARD = 1e-4


class Kind(StrEnum):
    """What the optimum does as the batch size grows."""

    FALLS = "falls"
    FALLS_THEN_RISES = "falls_then_rises"
    DIP = "dip"
    DOES_NOT_FALL = "does_not_fall"
    NOT_DECIDED = "not_decided"


class Reason(StrEnum):
    """Why nothing is decided."""

    TOO_FEW = "too_few_batch_sizes"
    EDGE = "optimum_beyond_the_rates"
    ONE_RUN = "one_run_per_cell"
    ERRORS = "errors_too_large"
    COARSE = "rates_too_far_apart"


@dataclass(frozen=True)
class Witness:
    """One learning rate that proves a fall.

    Attributes
    ----------
    learning_rate : float
        At this rate the loss still improves with a higher rate at the smaller batch size, and already gets worse with
        one at the larger.
    smaller, larger : float
        The two batch sizes [examples].
    strength : float
        The weaker of the two slopes, in its standard errors.
    """

    learning_rate: float
    smaller: float
    larger: float
    strength: float


@dataclass(frozen=True)
class SurgeVerdict:
    """Whether optimal learning rates fall after their peak, and by how much.

    Attributes
    ----------
    kind : Kind
        What the optimum does.
    p_value : float or None
        Against every curve that never falls; None where it cannot be tested. Never below 1/1001, the resolution of
        its simulation.
    fall_octaves : float or None
        log2 of the largest drop after a running maximum: from `peak` to `trough` where it falls, else the least that
        the test holds for as likely as not; None where it cannot be estimated. The pair is chosen because it drops
        most, so a fall is biased upwards; `interval` is not.
    interval : tuple of float or None
        95 % interval of `fall_octaves`; its upper end is infinite where nothing bounds the fall.
    peak, trough : float or None
        Batch sizes between which the optimum drops most.
    peak_bracketed : bool
        Whether the optima rise to the peak and fall after it, both beyond the errors, at rates inside those tried.
    reach : float or None
        Batch size up to which a fall of 0.25 octaves (16 %) is excluded; None unless the optimum does not fall.
    reason : Reason or None
        Why nothing is decided.
    witness : Witness or None
        The rate that shows the fall best; None unless it falls.
    rests_on : tuple of float
        Batch sizes without any one of which no fall is found.
    beyond : tuple of float
        Batch sizes whose best rate lies at or beyond an end of the rates tried: used as bounds.
    coarse : bool
        Whether what the loss may do between the rates, as far as these runs tell, leaves room for a fall of 0.25
        octaves whatever the scatter of the seeds.
    source : Source
        What the errors rest on.
    groups : int or None
        Groups of neighbouring batch sizes that were tested, where there are too many.
    """

    kind: Kind
    p_value: float | None = None
    fall_octaves: float | None = None
    interval: tuple[float, float] | None = None
    peak: float | None = None
    trough: float | None = None
    peak_bracketed: bool = False
    reach: float | None = None
    reason: Reason | None = None
    witness: Witness | None = None
    rests_on: tuple[float, ...] = ()
    beyond: tuple[float, ...] = ()
    coarse: bool = False
    source: Source = Source.NONE
    groups: int | None = None

    @property
    def decision(self) -> Literal["fall", "no_fall", "undecided"]:
        """The kind in one of three words."""
        if self.kind is Kind.NOT_DECIDED:
            return "undecided"
        return "no_fall" if self.kind is Kind.DOES_NOT_FALL else "fall"


def surge_verdict(measured: Sweep | PointsLike, *, seed: int = 0) -> SurgeVerdict:
    """Test a sweep against every optimum that never falls, and estimate the largest fall.

    The statistic is the least sum of squared slopes of the loss, in their standard errors, along a path of rates that
    never falls as the batch size grows; its distribution is simulated for the constant path, the least favourable
    one, with errors estimated anew from as few runs as the sweep has. The interval inverts the same test for "it
    falls by no more than this"; its upper end is the largest of the single pairs' limits. An optimum beyond the rates
    tried is a bound.

    Parameters
    ----------
    measured : Sweep, Points, or sequence of Point or Optimum
        A sweep; or optima, where that is all there is.
    seed : int, optional
        Seed of the simulation.

    Returns
    -------
    SurgeVerdict

    References
    ----------
    Robertson, Wright and Dykstra, Order Restricted Statistical Inference (1988), section 2.3; Berger, Technometrics
    24 (1982) 295, for the upper end; Fieller, J. R. Stat. Soc. B 16 (1954) 175, for slopes instead of optima.

    Examples
    --------
    >>> from surgecore import SurgeLaw
    >>> from surgecore.sweeps.points import Point
    >>> truth = SurgeLaw(1e-2, 64.0)
    >>> found = surge_verdict([Point(b, truth(b), 0.05, 20) for b in (4, 16, 64, 256, 1024)])
    >>> found.decision, found.peak, found.trough
    ('fall', 64.0, 1024.0)
    """
    rng = np.random.default_rng(seed)
    if isinstance(measured, Sweep) and measured.are_optima:
        measured = measured.optima()
    if isinstance(measured, Sweep):
        valleys = Valleys.of(measured)
        if len(valleys.valleys) > _MOST:
            return _of_points(valleys.points, valleys.source, rng)
        return _of_valleys(valleys, rng)
    return _of_points(Points.of(measured), Source.NONE, rng)


def expected_false_falls(verdicts: Iterable[SurgeVerdict]) -> tuple[int, int, float, int]:
    """How many of several verdicts would say "falls" by chance if no optimum ever fell.

    Returns
    -------
    falls, tested : int
        Verdicts that say so, and those that could.
    expected : float
        Most that chance is expected to give: the level of the test times `tested`.
    unlikely : int
        Number that chance reaches in fewer than 5 % of such collections.
    """
    given = [verdict for verdict in verdicts if verdict.p_value is not None]
    n = len(given)
    within = int(np.searchsorted(bdtr(np.arange(n + 1), n, LEVEL), 0.95))
    falls = sum(verdict.decision == "fall" for verdict in given)
    return falls, n, LEVEL * n, within + 1


def _of_valleys(valleys: Valleys, rng: np.random.Generator) -> SurgeVerdict:
    beyond = tuple(v.cells.batch_size for v in valleys.valleys if v.on_edge)
    common = SurgeVerdict(Kind.NOT_DECIDED, reason=Reason.TOO_FEW, beyond=beyond, source=valleys.source)
    if len(valleys.valleys) < 3:
        return common
    evidence = valleys.evidence.apart(valleys.correlation)
    high = np.array([v.on_edge == "high" for v in valleys.valleys])
    ends = np.array([[True, not np.isfinite(v.cells.wall)] for v in valleys.valleys])
    common = replace(common, coarse=_coarse(evidence))
    if valleys.source not in (Source.ONE_RUN, Source.STATED):
        return _judge(evidence, ends, high, common, rng)
    found = _judge(evidence, ends, high, common, rng)
    return _with_hidden_shifts(found, evidence, np.array([v.on_edge is None for v in valleys.valleys]), rng)


def _with_hidden_shifts(
    found: SurgeVerdict, evidence: Evidence, inside: NDArray[np.bool_], rng: np.random.Generator
) -> SurgeVerdict:
    """With one run per cell a seed may shift a whole valley: a fall must stand out from the path's own scatter too."""
    used = np.flatnonzero(inside)
    nothing = replace(
        found, kind=Kind.NOT_DECIDED, reason=Reason.ONE_RUN, reach=None, witness=None, rests_on=(),
        peak_bracketed=False, peak=None, trough=None,
    )  # fmt: skip
    if len(used) < 5:
        return replace(nothing, interval=None, fall_octaves=None, p_value=None)
    y = evidence.best[used]
    p_value = max(scatter_p_value(y), found.p_value or 1.0)
    spread, dof = scatter_of_path(y)
    variance = spread**2 + np.minimum(evidence.sigma[used], 3.0) ** 2
    own, n = TrendedVariance.common(variance, dof), len(used)
    points = Evidence.of_points(evidence.batch[used], y, own, np.zeros(n))
    size = fall_of(points, np.ones((n, 2), bool), rng)
    fall, interval = size.likely / _LN2, (size.low / _LN2, size.high / _LN2)
    if found.decision == "fall" and p_value < LEVEL:
        return replace(found, p_value=p_value, fall_octaves=fall, interval=interval)
    return replace(nothing, p_value=p_value, fall_octaves=fall, interval=(0.0, interval[1]))


def _of_points(points: Points, source: Source, rng: np.random.Generator) -> SurgeVerdict:
    used = points.points
    beyond = tuple(point.batch_size for point in used if point.bound)
    common = SurgeVerdict(Kind.NOT_DECIDED, reason=Reason.TOO_FEW, beyond=beyond, source=source)
    if len(used) < 3 or len(used) == len(beyond):
        return common
    batch = np.array([point.batch_size for point in used])
    y = np.log([point.value for point in used])
    bound = np.array([{"at_least": 1.0, "at_most": -1.0, None: 0.0}[point.bound] for point in used])
    error = np.array([np.nan if point.stderr is None else max(point.stderr, FLOOR) for point in used])
    have = np.isfinite(error)
    if have.sum() < 2:
        return replace(common, reason=Reason.ONE_RUN)
    dof = np.array([max(point.dof, 1.0) if point.dof else 1e6 for point in used])
    own = trended_variance(np.where(have, error**2, 0.0), np.where(have, dof, 0.0), batch)
    assert own is not None
    own = replace(own, value=np.where(bound != 0, _HARD, own.value))
    evidence = Evidence.of_points(batch, y, own, bound)
    if len(batch) > _MOST:
        evidence, bound = _in_groups(evidence, bound)
        common = replace(common, groups=len(bound))
    return _judge(evidence, np.ones((len(bound), 2), bool), bound > 0, common, rng)


def _in_groups(evidence: Evidence, bound: FloatArray) -> tuple[Evidence, FloatArray]:
    """Weighted means of neighbouring optima: a curve that never falls stays one."""
    used = bound == 0
    y, size, weight = evidence.best[used], np.log(evidence.batch[used]), 1.0 / evidence.own.value[used]
    first = np.linspace(0, len(y), _MOST, endpoint=False).astype(int)
    total = np.add.reduceat(weight, first)
    mean = np.add.reduceat(weight * y, first) / total
    batch = np.array([float(f"{b:.3g}") for b in np.exp(np.add.reduceat(weight * size, first) / total)])
    dof = np.add.reduceat(evidence.own.total_dof[used], first)
    own = TrendedVariance.apart(1.0 / total, dof)
    return Evidence.of_points(batch, mean, own, np.zeros(_MOST)), np.zeros(_MOST)


def _judge(
    evidence: Evidence, ends: NDArray[np.bool_], high: NDArray[np.bool_], common: SurgeVerdict, rng: np.random.Generator
) -> SurgeVerdict:
    size = fall_of(evidence, ends, rng)
    p_value, limits, interval = size.p_value, size.limits, (size.low / _LN2, size.high / _LN2)
    peak, trough = _pair(evidence)
    sizes = evidence.batch
    found = replace(
        common, p_value=p_value, fall_octaves=size.likely / _LN2, interval=interval, reason=None,
        peak=float(sizes[peak]), trough=float(sizes[trough]),
    )  # fmt: skip
    if p_value < LEVEL and interval[0] > 0:
        found = replace(found, fall_octaves=size.fitted / _LN2)
        return _what_kind(found, evidence, peak, trough, high, rng)
    found = replace(found, peak=None, trough=None)
    if interval[1] < SMALL_FALL:
        return replace(found, kind=Kind.DOES_NOT_FALL, reach=float(sizes[-1]))
    reach = _reach(limits)
    beyond = set(common.beyond)
    if reach >= max(3, (len(sizes) + 1) // 2) and all(size in beyond for size in sizes[reach:]):
        upper = max(float(limits[:reach, :reach].max()) / _LN2, 0.0)
        return replace(found, kind=Kind.DOES_NOT_FALL, reach=float(sizes[reach - 1]), interval=(0.0, upper))
    reason = Reason.EDGE if not np.isfinite(interval[1]) and beyond else Reason.ERRORS
    if reason is Reason.ERRORS and common.coarse:
        reason = Reason.COARSE
    return replace(found, kind=Kind.NOT_DECIDED, reason=reason)


def _reach(limits: FloatArray) -> int:
    """Number of batch sizes from the first on between which no fall worth the name is left."""
    reach = len(limits)
    while reach > 1 and limits[:reach, :reach].max() / _LN2 >= SMALL_FALL:
        reach -= 1
    return reach


def _pair(evidence: Evidence) -> tuple[int, int]:
    """Peak and trough: the two optima whose drop is largest beyond its standard error."""
    y, sigma = evidence.best, np.minimum(evidence.sigma, 3.0)
    drop = y[:, None] - y - np.hypot(sigma[:, None], sigma)
    drop = np.where(np.triu(np.ones_like(drop, dtype=bool), 1), drop, -np.inf)
    peak, trough = np.unravel_index(int(np.argmax(drop)), drop.shape)
    return int(peak), int(trough)


def _what_kind(
    found: SurgeVerdict, evidence: Evidence, peak: int, trough: int, high: NDArray[np.bool_], rng: np.random.Generator
) -> SurgeVerdict:
    n = len(evidence.batch)
    before = _p_rise(evidence.part(np.arange(peak + 1)), rng) if peak else 1.0
    after = _p_rise(evidence.part(np.arange(trough, n)), rng) if trough < n - 1 else 1.0
    needed = tuple(i for i in (peak, trough) if n > 3 and _p_without(evidence, i, rng) >= LEVEL)
    kind = Kind.FALLS
    if after < LEVEL:
        kind = Kind.DIP if trough in needed else Kind.FALLS_THEN_RISES
    bracketed = before < LEVEL and not bool(high[peak])
    rests_on = tuple(float(evidence.batch[i]) for i in needed)
    return replace(found, kind=kind, peak_bracketed=bracketed, witness=_witness(evidence), rests_on=rests_on)


def _p_rise(evidence: Evidence, rng: np.random.Generator) -> float:
    """Against optima that never rise: the same test with the batch sizes in reverse."""
    return fall_p_value(evidence.part(np.arange(len(evidence.batch))[::-1]), rng)


def _p_without(evidence: Evidence, index: int, rng: np.random.Generator) -> float:
    return fall_p_value(evidence.part(np.delete(np.arange(len(evidence.batch)), index)), rng)


def _witness(evidence: Evidence) -> Witness:
    above, below = evidence.sides
    best = np.maximum.accumulate(above, axis=0)[:-1]
    strength = np.minimum(best, below[1:])
    row, column = np.unravel_index(int(np.argmax(strength)), strength.shape)
    smaller = int(np.argmax(above[: row + 1, column]))
    rate = float(np.exp(evidence.x[column]))
    value = float(strength[row, column])
    return Witness(rate, float(evidence.batch[smaller]), float(evidence.batch[row + 1]), value)


def _coarse(evidence: Evidence) -> bool:
    """Whether the steps between rates alone leave a fall of 0.25 octaves open."""
    share = np.array([np.interp(b, evidence.x, f / v) for b, f, v in zip(
        evidence.best, evidence.fixed, evidence.variance, strict=True)])  # fmt: skip
    by_grid = np.minimum(evidence.sigma, 3.0) * np.sqrt(share)
    return bool(1.96 * np.sqrt(2.0) * float(np.median(by_grid)) > SMALL_FALL * _LN2)
