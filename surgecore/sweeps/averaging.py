"""One answer from several laws and a path that is no law: their estimates averaged, with the choice in the interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from surgecore._validate import FloatArray
from surgecore.sweeps.comparison import SPEAKS, Comparison
from surgecore.sweeps.fitting import FitResult
from surgecore.sweeps.likelihood import log_shape
from surgecore.sweeps.region import Region
from surgecore.sweeps.smooth_path import SmoothPath

#: How many times beyond the batch sizes measured advice has an interval; further out it has none.
REACH = 4.0
_HALF = 0.975


@dataclass(frozen=True, eq=False)
class Wanted:
    """A number that is asked of laws and path, in natural log: the value at a batch size, or the ratio of two."""

    size: float
    before: float | None = None

    def by_law(self, fit: FitResult, region: Region) -> tuple[float, float, float]:
        """Best value and 95 % limits by a law; a ratio's are all that its shapes allow."""
        if self.before is None:
            at = np.array([self.size])
            values = log_shape(region.family, region.shapes, at)[:, 0]
            low, high = (float(end) for end in region.limits(values))
            centre = float(fit.log_value(at)[0])
        else:
            sizes = np.array([self.before, self.size])
            change = np.diff(log_shape(region.family, region.shapes, sizes), axis=1)
            low, high = float(change.min()), float(change.max())
            centre = float(np.diff(fit.log_value(sizes))[0])
        return centre, min(low, centre), max(high, centre)

    def by_path(self, path: SmoothPath) -> tuple[FloatArray, FloatArray]:
        """Value and standard error by each part of the path."""
        return path.value(self.size) if self.before is None else path.change(self.before, self.size)


@dataclass(frozen=True, eq=False)
class Said:
    """What is said of a number by laws, then by the parts of the path: each a Student t with a width for each side.

    `loud` are the values that an interval must hold: those of laws that speak, and of the path if it does.
    """

    centres: FloatArray
    below: FloatArray
    above: FloatArray
    dof: FloatArray
    weights: FloatArray
    loud: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Weighted mean."""
        return float(self.weights @ self.centres)

    def interval(self) -> tuple[float, float]:
        """95 % interval: its tails are the weighted means of all tails, and it holds what is `loud`."""
        reach = 60.0 * float(np.maximum(self.below, self.above).max())
        ends = [self._quantile(p, reach) for p in (1.0 - _HALF, _HALF)]
        return min(ends[0], *self.loud, self.mean), max(ends[1], *self.loud, self.mean)

    def _quantile(self, probability: float, reach: float) -> float:
        low, high = float(self.centres.min()) - reach, float(self.centres.max()) + reach
        for _ in range(60):
            middle = 0.5 * (low + high)
            gap = middle - self.centres
            below = float(self.weights @ stdtr(self.dof, gap / np.where(gap < 0, self.below, self.above)))
            low, high = (middle, high) if below < probability else (low, middle)
        return 0.5 * (low + high)


def said(comparison: Comparison, wanted: Wanted) -> Said | None:
    """What laws and path say of a number, by their shares; None where none speaks.

    References
    ----------
    Buckland, Burnham and Augustin, Biometrics 53 (1997) 603; Burnham and Anderson (2002), section 4.3; Turek and
    Fletcher, Comput. Stat. Data Anal. 56 (2012) 2809, for the tails.
    """
    misses, rows, loud = misfit(comparison), [], []
    for fit, share in zip(comparison.fits, comparison.law_shares, strict=True):
        if fit.law is None or fit.region is None or share <= 0:
            continue
        centre, low, high = wanted.by_law(fit, fit.region)
        quantile = float(stdtrit(fit.region.dof, _HALF))
        below, above = (max(float(np.hypot(half / quantile, misses)), 1e-9) for half in (centre - low, high - centre))
        rows.append((centre, below, above, fit.region.dof, share))
        loud += [centre] if share >= SPEAKS else []
    if comparison.path is not None and comparison.path_share > 0:
        found = _of_path(comparison.path, wanted, comparison.path_share)
        rows += list(zip(found.centres, found.below, found.above, found.dof, found.weights, strict=True))
        loud += [found.mean / comparison.path_share] if comparison.path_share >= SPEAKS else []
    if not rows:
        return None
    centres, below, above, dof, weights = np.array(rows, dtype=np.float64).T
    return Said(centres, below, above, dof, weights / weights.sum(), tuple(loud))


def by_path(comparison: Comparison, wanted: Wanted) -> Said | None:
    """What the smooth path alone says; None without one."""
    return None if comparison.path is None else _of_path(comparison.path, wanted, 1.0)


def _of_path(path: SmoothPath, wanted: Wanted, share: float) -> Said:
    centres, errors = wanted.by_path(path)
    return Said(centres, errors, errors, np.full(len(centres), path.dof), share * path.shares, ())


def misfit(comparison: Comparison) -> float:
    """Scatter about the best law that errors do not explain, in ln units, where they refute every law; else 0."""
    if comparison.overdispersion <= 1.0:
        return 0.0
    residuals = comparison.fits[0].residuals
    return float(np.sqrt(np.mean(residuals**2) * (1.0 - 1.0 / comparison.overdispersion)))
