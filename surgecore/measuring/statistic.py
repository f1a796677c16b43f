"""Numbers with errors from several independent sources, and their sums, ratios and intervals. No torch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from surgecore._validate import FloatArray
from surgecore.why.measurement import Estimate

_LEVEL = 0.975


@dataclass(frozen=True, eq=False)
class Statistic:
    """A number and what each independent draw contributes to its error.

    Attributes
    ----------
    value : float
        The number.
    parts : mapping of str to ndarray
        By source of error (examples, curvature probes, minibatches): contributions whose squares add up to
        the variance of `value` from that source. Sums of statistics add contributions draw by draw, which
        keeps all covariances. Empty where the number is exact.
    """

    value: float
    parts: Mapping[str, FloatArray] = field(default_factory=dict)

    @classmethod
    def mean(cls, source: str, values: ArrayLike) -> Statistic:
        """Mean of independent values; of a single value, that value as if exact."""
        x = np.asarray(values, dtype=np.float64)
        if x.size < 2:
            return cls(float(x.mean()))
        return cls(float(x.mean()), {source: (x - x.mean()) / math.sqrt(x.size * (x.size - 1))})

    @classmethod
    def jackknife(cls, source: str, value: float, left_out: ArrayLike) -> Statistic:
        """A number with what it becomes when one block after the other is left out."""
        x = np.asarray(left_out, dtype=np.float64)
        return cls(float(value), {source: math.sqrt((x.size - 1) / x.size) * (x.mean() - x)})

    @classmethod
    def pairs(cls, source: str, products: ArrayLike) -> Statistic:
        """Unbiased mean product of two different blocks.

        Parameters
        ----------
        source : str
            Source of error.
        products : array_like, shape (K, K)
            A bilinear form of all pairs of blocks, K at least 3; the diagonal, which is biased, is not used.

        Returns
        -------
        Statistic
            Mean over the pairs, with the error of the jackknife over blocks.
        """
        a = np.array(products, dtype=np.float64)
        a = 0.5 * (a + a.T)
        np.fill_diagonal(a, 0.0)
        k, total, rows = len(a), a.sum(), a.sum(axis=1)
        left_out = (total - 2.0 * rows) / ((k - 1) * (k - 2))
        return cls.jackknife(source, total / (k * (k - 1)), left_out)

    def __add__(self, other: Statistic) -> Statistic:
        parts = dict(self.parts)
        for source, part in other.parts.items():
            parts[source] = parts[source] + part if source in parts else part
        return Statistic(self.value + other.value, parts)

    def __sub__(self, other: Statistic) -> Statistic:
        return self + other.scaled(-1.0)

    def scaled(self, factor: float) -> Statistic:
        """The statistic times a number."""
        return Statistic(factor * self.value, {source: factor * part for source, part in self.parts.items()})

    def over(self, other: Statistic) -> Statistic:
        """Ratio, with its error to first order."""
        if not other.value:
            return Statistic(math.nan)
        ratio = self.value / other.value
        return Statistic(ratio, (self - other.scaled(ratio)).scaled(1.0 / other.value).parts)

    def times(self, other: Statistic) -> Statistic:
        """Product, with its error to first order."""
        parts = (self.scaled(other.value) + other.scaled(self.value)).parts
        return Statistic(self.value * other.value, parts)

    def to_power(self, exponent: float) -> Statistic:
        """Power, with its error to first order; NaN where it is not a real number."""
        if self.value <= 0:
            return Statistic(math.nan)
        value = self.value**exponent
        return Statistic(value, self.scaled(exponent * value / self.value).parts)

    @property
    def variance(self) -> float:
        """Squared standard error."""
        return sum(float((part**2).sum()) for part in self.parts.values())

    @property
    def width(self) -> float:
        """Standard errors that a 95 % interval reaches each side: Student t, degrees of freedom by Welch."""
        variances = {source: float((part**2).sum()) for source, part in self.parts.items()}
        total = sum(variances.values())
        if not total > 0:
            return 0.0
        spread = sum(v**2 / (self.parts[source].size - 1) for source, v in variances.items())
        return float(stdtrit(total**2 / spread, _LEVEL))

    def estimate(self, reason: str = "") -> Estimate:
        """Value, standard error and 95 % interval."""
        if not self.parts or not math.isfinite(self.value):
            return Estimate(self.value, None, None, None, reason)
        error = math.sqrt(self.variance)
        reach = self.width * error
        return Estimate(self.value, error, self.value - reach, self.value + reach, reason)


def ratio(top: Statistic, bottom: Statistic, reason: str = "") -> Estimate:
    """Ratio of two statistics with Fieller's 95 % interval.

    Where the denominator cannot be told from zero the interval has no upper end: infinity, and beyond it
    negative ratios, are not excluded.

    Parameters
    ----------
    top, bottom : Statistic
        Numerator and denominator.
    reason : str, optional
        Passed on.

    Returns
    -------
    Estimate
        With the standard error to first order.
    """
    value = top.over(bottom)
    if not value.parts or not math.isfinite(value.value):
        return Estimate(value.value, None, None, None, reason)
    t2 = max(top.width, bottom.width) ** 2
    covariance = 0.5 * ((top + bottom).variance - top.variance - bottom.variance)
    a = bottom.value**2 - t2 * bottom.variance
    b = top.value * bottom.value - t2 * covariance
    c = top.value**2 - t2 * top.variance
    root = math.sqrt(max(b * b - a * c, 0.0))
    error = math.sqrt(value.variance)
    if a > 0:
        return Estimate(value.value, error, (b - root) / a, (b + root) / a, reason)
    low = c / (b + root) if b + root > 0 else -math.inf
    return Estimate(value.value, error, low, math.inf, reason)


def unspiked(largest: float, ratio: float) -> float:
    """Eigenvalue of a correlation matrix behind the largest one of a sample, which noise makes too large.

    Parameters
    ----------
    largest : float
        Largest eigenvalue of the sample's correlation matrix.
    ratio : float
        Dimensions over sample size.

    Returns
    -------
    float
        At least 1; the edge of the noise itself where `largest` does not exceed it.

    References
    ----------
    Paul, Statistica Sinica 17 (2007) 1617: a spike l shows as l (1 + ratio / (l - 1)).
    """
    b = largest + 1.0 - ratio
    root = b * b - 4.0 * largest
    if largest <= (1.0 + math.sqrt(ratio)) ** 2 or root < 0:
        return 1.0 + math.sqrt(ratio)
    return 0.5 * (b + math.sqrt(root))
