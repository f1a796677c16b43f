"""The test for a fall of the optimum, and how large it is: order-restricted inference on slopes of the loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from surgecore._validate import FloatArray
from surgecore.sweeps.evidence import Evidence
from surgecore.sweeps.paths import Squares, largest_drop, least_path_with_drop

#: Share of sweeps without any fall in which the test may find one: the lower end of the 95 % interval.
LEVEL = 0.025
_DRAWS = 1000
# share of the level that is spent on a single peak; the rest on a fall between two rises
_ON_PEAK = 0.8


@dataclass(frozen=True)
class Fall:
    """Whether the optimum falls, and by how much, in ln units.

    Attributes
    ----------
    p_value : float
        Against every path that never falls.
    fitted : float
        Drop of the best path that rises, falls and may rise again.
    likely : float
        The least drop that the test holds for as likely as not.
    low, high : float
        95 % interval of the largest drop; `high` is infinite where nothing bounds it.
    limits : ndarray
        Upper limits of the drop between each pair of batch sizes, shape (n, n).
    """

    p_value: float
    fitted: float
    likely: float
    low: float
    high: float
    limits: FloatArray


def fall_of(evidence: Evidence, ends: NDArray[np.bool_], rng: np.random.Generator) -> Fall:
    """Test and size of the fall.

    Parameters
    ----------
    evidence : Evidence
        Of three batch sizes or more.
    ends : ndarray of bool
        Whether the optimum may lie below and above all rates considered, shape (n, 2).
    rng : numpy.random.Generator
        For the simulation.
    """
    x, deviance = evidence.x, evidence.deviance
    test = _Test.of(evidence, _DRAWS, rng)
    limits = largest_drop(evidence.reach, x, float(stdtrit(test.dof, 0.975)) ** 2, ends)
    high = max(float(limits.max()), 0.0)
    low = _drop_within(deviance, x, test.limit(LEVEL)) if test.p_value < LEVEL else 0.0
    likely = max(_drop_within(deviance, x, test.limit(0.5)), low)
    fitted = _drop_within(deviance, x, float(test.observed.and_rises_again) + 0.05)
    return Fall(test.p_value, float(np.clip(fitted, low, high)), min(likely, high), min(low, high), high, limits)


def fall_p_value(evidence: Evidence, rng: np.random.Generator) -> float:
    """Against every path that never falls."""
    return _Test.of(evidence, _DRAWS // 2, rng).p_value


@dataclass(frozen=True)
class _Test:
    """What rising paths leave over what paths with a peak leave, as an F statistic, and so with a second rise.

    The more likely of the two alternatives, a single peak, is given most of the level (Tippett's least p, weighted).
    """

    observed: Squares
    simulated: Squares
    dof: float

    @classmethod
    def of(cls, evidence: Evidence, draws: int, rng: np.random.Generator) -> _Test:
        simulated = Squares.of(evidence.redraw(_null(evidence), draws, rng))
        return cls(Squares.of(evidence.deviance), simulated, float(np.median(evidence.own.total_dof)))

    def _ratios(self, squares: Squares) -> tuple[FloatArray, FloatArray]:
        # small errors of the errors cancel: they also make the wider shape fit badly
        peak, again = squares.rises_then_falls, squares.and_rises_again
        least = squares.never_falls
        return (least - peak) / (1.0 + peak / self.dof), (least - again) / (1.0 + again / self.dof)

    @property
    def _shares(self) -> FloatArray:
        """Least weighted p of each simulated sweep."""
        return np.minimum(*(_tail(s, s) / w for s, w in zip(self._ratios(self.simulated), _WEIGHTS, strict=True)))

    @property
    def p_value(self) -> float:
        both = zip(self._ratios(self.simulated), self._ratios(self.observed), _WEIGHTS, strict=True)
        share = min(float(_tail(s, np.atleast_1d(o))[0]) / w for s, o, w in both)
        shares = self._shares
        return float((1 + np.count_nonzero(shares <= share)) / (len(shares) + 1))

    def limit(self, level: float) -> float:
        """Cost of the best path of some shape up to which that shape is not refuted at a level."""
        share = float(np.quantile(self._shares, level))
        wider = (self.observed.rises_then_falls, self.observed.and_rises_again)
        both = zip(self._ratios(self.simulated), wider, _WEIGHTS, strict=True)
        return min(
            float(w) + float(np.quantile(s, max(1.0 - share * weight, 0.0))) * (1.0 + float(w) / self.dof)
            for s, w, weight in both
        )


_WEIGHTS = (_ON_PEAK, 1.0 - _ON_PEAK)


def _tail(simulated: FloatArray, values: FloatArray) -> FloatArray:
    """Share of simulated values at or above each value."""
    ordered = np.sort(simulated)
    above = len(ordered) - np.searchsorted(ordered, values - 1e-9)
    return np.asarray((1.0 + above) / (len(ordered) + 1.0))


def _drop_within(deviance: FloatArray, x: FloatArray, limit: float) -> float:
    """Least drop that brings the cost within a limit."""
    low, high = 0.0, float(x[-1] - x[0])
    if float(least_path_with_drop(deviance, x, 0.0)) <= limit:
        return 0.0
    for _ in range(16):
        middle = 0.5 * (low + high)
        if float(least_path_with_drop(deviance, x, middle)) <= limit:
            high = middle
        else:
            low = middle
    return high


def _null(evidence: Evidence) -> FloatArray:
    """The least favourable path that never falls: constant, but for rises that are beyond doubt."""
    y, sigma = evidence.best, np.minimum(evidence.sigma, 3.0)
    weight = 1.0 / sigma**2
    level = isotonic(y, weight)
    clear = 2.0 * np.sqrt(np.log(len(y)) + 1.0)
    sure = np.maximum(np.diff(level) - clear * np.hypot(sigma[1:], sigma[:-1]), 0.0)
    path = np.concatenate([[0.0], np.cumsum(sure)])
    return np.asarray(path + np.average(y - path, weights=weight))


def isotonic(y: FloatArray, weight: FloatArray) -> FloatArray:
    """Weighted non-decreasing least-squares fits of the rows of `y`, by the max-min formula.

    Parameters
    ----------
    y : ndarray
        Shape (..., n).
    weight : ndarray
        Positive, broadcastable to `y`.

    Returns
    -------
    ndarray
        Same shape as `y`.
    """
    weight = np.broadcast_to(weight, y.shape)
    n = y.shape[-1]
    zero = np.zeros((*y.shape[:-1], 1))
    total = np.concatenate([zero, np.cumsum(y * weight, axis=-1)], axis=-1)
    mass = np.concatenate([zero, np.cumsum(weight, axis=-1)], axis=-1)
    with np.errstate(all="ignore"):
        # mean over a..b for every a (rows) and b (columns); fit_i = max over a <= i of min over b >= i
        mean = (total[..., None, 1:] - total[..., :-1, None]) / (mass[..., None, 1:] - mass[..., :-1, None])
    mean = np.where(np.tril(np.ones((n, n), dtype=bool), -1), np.inf, mean)
    best = np.flip(np.minimum.accumulate(np.flip(mean, -1), axis=-1), -1)
    best = np.where(np.tril(np.ones((n, n), dtype=bool), -1), -np.inf, best)
    return np.asarray(best.max(axis=-2))
