"""One answer from several laws: their estimates averaged by weight, with an interval that counts the choice of law."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from surgecore._validate import FloatArray
from surgecore.sweeps.comparison import Comparison
from surgecore.sweeps.fitting import FitResult
from surgecore.sweeps.likelihood import Region, log_shape

#: A law below this Akaike weight does not speak for the sweep.
SPEAKS = 0.05
#: How many times beyond the batch sizes measured advice has an interval; further out it has none.
REACH = 4.0
#: Standard deviation of what the slope beyond the data may differ by from every law tried, on log-log axes. No law of
#: the list is exact: with the two largest batch sizes of the bundled sweeps left out, this makes 95 % intervals hold
#: 95 % of the optima there (`benchmarks/advice_calibration.py --bundled`); 0.05 would hold 77 %.
SLOPE = 0.15
_HALF = 0.975


@dataclass(frozen=True)
class Voice:
    """What one law says of a number, in natural log: best value, 95 % limits, degrees of freedom, Akaike weight."""

    centre: float
    low: float
    high: float
    dof: float
    weight: float

    def below(self, value: FloatArray, extra: float) -> FloatArray:
        """Probability that the number is below `value`: Student t with a width for each side, and `extra` added."""
        quantile = float(stdtrit(self.dof, _HALF))
        gap = value - self.centre
        half = np.where(gap < 0, self.centre - self.low, self.high - self.centre) / quantile
        width = np.maximum(np.hypot(half, extra), 1e-12)
        return np.asarray(stdtr(self.dof, gap / width))


def voices(comparison: Comparison, number: Callable[[FitResult, Region], tuple[float, FloatArray]]) -> list[Voice]:
    """What each law says.

    `number` gives the log of the best value, and its log with scale 1 at every shape of the region; or a column of
    two where the scale does not matter (low and high of it).
    """
    result = []
    for fit, weight in zip(comparison.fits, comparison.weights, strict=True):
        if fit.law is None or fit.region is None or weight <= 0:
            continue
        centre, values = number(fit, fit.region)
        if values.ndim == 1:
            low, high = (float(end) for end in fit.region.limits(values))
        else:
            low, high = float(values.min()), float(values.max())
        result.append(Voice(centre, min(low, centre), max(high, centre), fit.region.dof, float(weight)))
    return result


def misfit(comparison: Comparison) -> float:
    """Scatter about the best law that errors do not explain, in ln units, where they refute every law; else 0."""
    if comparison.overdispersion <= 1.0:
        return 0.0
    residuals = comparison.fits[0].residuals
    return float(np.sqrt(np.mean(residuals**2) * (1.0 - 1.0 / comparison.overdispersion)))


def averaged(
    said: Sequence[Voice], beyond: float = 1.0, misses: float = 0.0
) -> tuple[float, tuple[float, float]] | None:
    """Weighted mean of what laws say, and its 95 % interval, in natural log; None where no law speaks.

    The interval's tails are the weighted means of the laws' own tails, and it holds all laws with a weight of
    `SPEAKS` or more at their best. Beyond the data it opens by `SLOPE` per unit of ln `beyond`; `misses` is what
    every law misses the data by (see `misfit`). It supposes that one of the laws tried holds, or misses by no more.

    References
    ----------
    Buckland, Burnham and Augustin, Biometrics 53 (1997) 603; Burnham and Anderson (2002), section 4.3; Turek and
    Fletcher, Comput. Stat. Data Anal. 56 (2012) 2809, for the tails.
    """
    if not said:
        return None
    weight = np.array([voice.weight for voice in said])
    weight = weight / weight.sum()
    centres = np.array([voice.centre for voice in said])
    mean = float(weight @ centres)
    extra = float(np.hypot(SLOPE * np.log(beyond), misses))
    reach = max(float(np.hypot(voice.high - voice.low, 8.0 * extra)) for voice in said) + 1e-6
    ends = (float(centres.min()) - 4.0 * reach, float(centres.max()) + 4.0 * reach)

    def tail(probability: float) -> float:
        low, high = ends
        for _ in range(60):
            middle = 0.5 * (low + high)
            below = float(sum(w * v.below(np.array(middle), extra) for w, v in zip(weight, said, strict=True)))
            low, high = (middle, high) if below < probability else (low, middle)
        return 0.5 * (low + high)

    loud = [voice.centre for voice in said if voice.weight >= SPEAKS] or [mean]
    return mean, (min(tail(1.0 - _HALF), *loud, mean), max(tail(_HALF), *loud, mean))


def at_batch_size(size: float) -> Callable[[FitResult, Region], tuple[float, FloatArray]]:
    """For `voices`: the value at a batch size."""

    def number(fit: FitResult, region: Region) -> tuple[float, FloatArray]:
        at = np.array([size])
        return float(fit.log_value(at)[0]), log_shape(region.family, region.shapes, at)[:, 0]

    return number


def ratio_of(old: float, new: float) -> Callable[[FitResult, Region], tuple[float, FloatArray]]:
    """For `voices`: the ratio of the values at two batch sizes."""

    def number(fit: FitResult, region: Region) -> tuple[float, FloatArray]:
        sizes = np.array([old, new])
        both = log_shape(region.family, region.shapes, sizes)
        change = both[:, 1] - both[:, 0]
        return float(np.diff(fit.log_value(sizes))[0]), np.column_stack([change, change])

    return number
