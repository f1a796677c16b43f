"""Errors of optima as the fits and the verdict use them: pooled over batch sizes, with a floor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, polygamma

from surgecore._validate import FloatArray
from surgecore.sweeps.optima import Optimum
from surgecore.sweeps.points import Point

#: No optimum is known better than this, in ln units: a refined grid has some interpolation error.
FLOOR = 0.005
_MANY = 1e6


@dataclass(frozen=True)
class Errors:
    """Standard errors of ln learning rate, shape (n,), each from few seeds, made steadier by the others.

    An error from three seeds is itself uncertain by half. Variances are therefore drawn towards their common
    value as far as they agree: G. Smyth, Stat. Appl. Genet. Mol. Biol. 3 (2004) 3, section 6.2.
    """

    sigma: FloatArray
    dof: FloatArray
    prior_dof: float

    @property
    def total_dof(self) -> float:
        """Degrees of freedom behind all errors together."""
        return float(self.dof.sum())


def pooled_errors(optima: Sequence[Optimum | Point]) -> Errors | None:
    """Errors of the given optima; None unless every one has an error."""
    if not optima or any(optimum.stderr is None for optimum in optima):
        return None
    raw = np.array([optimum.stderr for optimum in optima], dtype=np.float64)
    raw = np.maximum(raw, FLOOR)
    dof = np.array([optimum.dof if optimum.dof > 0 else _MANY for optimum in optima])
    prior_dof, prior = _prior(raw**2, dof)
    if np.isfinite(prior_dof):
        variance = (prior_dof * prior + dof * raw**2) / (prior_dof + dof)
    else:
        variance = np.full_like(raw, prior)
    return Errors(np.sqrt(variance), dof, prior_dof)


def _prior(variance: FloatArray, dof: FloatArray) -> tuple[float, float]:
    """Degrees of freedom and value of the variance that all optima share."""
    n = len(variance)
    if n < 3 or dof.min() >= 100:
        return 0.0, float(np.median(variance))
    z = np.log(variance) - digamma(dof / 2) + np.log(dof / 2)
    excess = float(np.var(z, ddof=1) - np.mean(polygamma(1, dof / 2)))
    if excess <= 0:
        return np.inf, float(np.exp(np.mean(z)))
    prior_dof = 2.0 * float(_trigamma_inverses(np.array([excess]))[0])
    return prior_dof, float(np.exp(np.mean(z) + digamma(prior_dof / 2) - np.log(prior_dof / 2)))


@dataclass(frozen=True, eq=False)
class TrendedVariance:
    """Variances from few degrees of freedom, drawn towards a trend in ln batch size as far as they agree with it.

    Attributes
    ----------
    value : ndarray
        Moderated variances, shape (n,); the trend's own where nothing was measured.
    dof : ndarray
        Degrees of freedom that were measured, shape (n,); 0 where none.
    total_dof : ndarray
        Degrees of freedom behind each moderated variance, shape (n,).
    hat : ndarray
        Takes logs of measured variances to those of the trend, shape (n, n).
    spare : float
        Degrees of freedom that the trend leaves to the scatter about it.
    """

    value: FloatArray
    dof: FloatArray
    total_dof: FloatArray
    hat: FloatArray
    spare: float

    @classmethod
    def common(cls, value: FloatArray, dof: float) -> TrendedVariance:
        """Variances known up to one common factor, which rests on so many degrees of freedom."""
        n = len(value)
        return cls(value, np.zeros(n), np.full(n, dof), np.zeros((n, n)), 0.0)

    @classmethod
    def apart(cls, value: FloatArray, dof: FloatArray) -> TrendedVariance:
        """Variances each with degrees of freedom of its own."""
        return cls(value, dof, dof, np.eye(len(value)), 0.0)

    def part(self, keep: NDArray[np.intp]) -> TrendedVariance:
        """The variances of some batch sizes, in the order given."""
        hat = self.hat[np.ix_(keep, keep)]
        share = hat.sum(axis=1, keepdims=True)
        hat = np.divide(hat, share, out=np.zeros_like(hat), where=share > 0.5)
        return TrendedVariance(self.value[keep], self.dof[keep], self.total_dof[keep], hat, self.spare)

    def redraw(self, draws: int, rng: np.random.Generator) -> FloatArray:
        """Variances over their true values, as other experiments of the same size estimate them, (draws, n)."""
        known = self.dof > 0
        if not known.any():
            all_dof = float(self.total_dof.min())
            return np.asarray(np.repeat(rng.chisquare(all_dof, (draws, 1)) / all_dof, len(known), axis=1))
        dof = np.where(known, self.dof, 1.0)
        own = np.where(known, rng.chisquare(dof, size=(draws, len(dof))) / dof, 1.0)
        return _moderated(own, self.dof, self.hat, self.spare)[0]


#: Variances change with batch size by no steeper a power than about this.
_STEEPEST = 0.7


def trended_variance(variance: FloatArray, dof: FloatArray, batch: FloatArray) -> TrendedVariance | None:
    """Moderate variances towards their trend in batch size; None where nothing was measured.

    Parameters
    ----------
    variance, dof : ndarray
        Measured variances and their degrees of freedom, shape (n,); dof 0 where none.
    batch : ndarray
        Batch sizes, shape (n,).

    References
    ----------
    G. Smyth, Stat. Appl. Genet. Mol. Biol. 3 (2004) 3, section 6.2; C. Law et al., Genome Biol. 15 (2014) R29, for
    the trend.
    """
    known = (dof > 0) & (variance > 0)
    if not known.any():
        return None
    have = np.where(known, dof, 0.0)
    weight = 1.0 / polygamma(1, have[known] / 2)
    u = np.log(batch)
    u = u - np.average(u[known], weights=weight)
    design = np.column_stack([np.ones(known.sum()), u[known]])
    ridge = np.diag([0.0, 1.0 / _STEEPEST**2])
    inner = np.linalg.solve(design.T @ (design * weight[:, None]) + ridge, design.T * weight)
    hat = np.zeros((len(dof), len(dof)))
    hat[:, known] = np.column_stack([np.ones(len(dof)), u]) @ inner
    spare = max(float(known.sum() - np.trace(hat[np.ix_(known, known)])), 0.0)
    value, prior = _moderated(np.where(known, variance, 1.0)[None], have, hat, spare)
    most = float(have.sum()) - (1.0 if known.sum() > 1 else 0.0)
    total = np.maximum(np.minimum(have + float(prior[0]), max(most, 1.0)), 1.0)
    return TrendedVariance(value[0], have, np.asarray(total), hat, spare)


def _moderated(variance: FloatArray, dof: FloatArray, hat: FloatArray, spare: float) -> tuple[FloatArray, FloatArray]:
    """Rows of variances drawn towards the trend of each row, and the trend's worth in degrees of freedom."""
    known = dof > 0
    nu = np.where(known, dof, 1.0)
    z = np.where(known, np.log(np.maximum(variance, 1e-300)) - digamma(nu / 2) + np.log(nu / 2), 0.0)
    level = z @ hat.T
    weight = np.where(known, 1.0 / polygamma(1, nu / 2), 0.0)
    excess = ((weight * (z - level) ** 2).sum(axis=-1) - spare) / weight.sum()
    prior: FloatArray = np.zeros(len(variance))
    if nu[known].min() >= 100:
        pass  # each is known well enough by itself
    elif spare < 1:
        prior = np.full(len(variance), np.inf)
    else:
        prior = np.where(excess > 0, 2.0 * _trigamma_inverses(np.maximum(excess, 1e-6)), np.inf)
    finite = np.where(np.isfinite(prior) & (prior > 0), prior, 1.0)
    shift = np.where(np.isfinite(prior) & (prior > 0), digamma(finite / 2) - np.log(finite / 2), 0.0)
    trend = np.exp(level + shift[:, None])
    share = np.where(np.isfinite(prior), prior, 1e12)[:, None]
    mixed = (share * trend + dof * variance) / np.maximum(share + dof, 1e-12)
    return np.asarray(np.where(known | (share > 0), mixed, trend)), prior


def _trigamma_inverses(values: FloatArray) -> FloatArray:
    x = 0.5 + 1.0 / values
    for _ in range(12):
        x = x + polygamma(1, x) * (1.0 - polygamma(1, x) / values) / polygamma(2, x)
    return np.asarray(x)
