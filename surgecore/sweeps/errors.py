"""Errors of optima as the fits and the verdict use them: pooled over batch sizes, with a floor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
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

    def redraw(self, draws: int, rng: np.random.Generator) -> FloatArray:
        """Errors as other experiments of the same size would estimate them, shape (draws, n)."""
        chi2 = rng.chisquare(self.dof, size=(draws, len(self.dof)))
        variance = self.sigma**2 * chi2 / self.dof
        ratio = np.mean(variance / self.sigma**2, axis=1, keepdims=True)
        if not np.isfinite(self.prior_dof):
            return np.asarray(np.sqrt(ratio) * self.sigma)
        weight = self.prior_dof / (self.prior_dof + self.dof)
        return np.asarray(np.sqrt(weight * ratio * self.sigma**2 + (1.0 - weight) * variance))


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
    prior_dof = 2.0 * _trigamma_inverse(excess)
    return prior_dof, float(np.exp(np.mean(z) + digamma(prior_dof / 2) - np.log(prior_dof / 2)))


def _trigamma_inverse(value: float) -> float:
    x = 0.5 + 1.0 / value
    for _ in range(50):
        step = polygamma(1, x) * (1.0 - polygamma(1, x) / value) / polygamma(2, x)
        x += float(step)
        if abs(step) < 1e-10 * x:
            break
    return float(x)


@dataclass(frozen=True)
class TrendedVariance:
    """Variances from few degrees of freedom, drawn towards a trend in ln batch size as far as they agree with it.

    Attributes
    ----------
    value : ndarray
        Moderated variances, shape (n,); the trend's own where nothing was measured.
    dof : ndarray
        Degrees of freedom that were measured, shape (n,); 0 where none.
    prior_dof : float
        Worth of the trend, in degrees of freedom.
    total_dof : ndarray
        Degrees of freedom behind each moderated variance, shape (n,).
    hat : ndarray
        Takes logs of measured variances to those of the trend, shape (n, n).
    """

    value: FloatArray
    dof: FloatArray
    prior_dof: float
    total_dof: FloatArray
    hat: FloatArray

    def redraw(self, draws: int, rng: np.random.Generator) -> FloatArray:
        """Variances over their true values, as other experiments of the same size estimate them, (draws, n)."""
        known = self.dof > 0
        dof = np.where(known, self.dof, 1.0)
        own = np.where(known, rng.chisquare(dof, size=(draws, len(dof))) / dof, 1.0)
        log = np.where(known, np.log(np.maximum(own, 1e-300)) - digamma(dof / 2) + np.log(dof / 2), 0.0)
        trend = np.exp(log @ self.hat.T)
        if not np.isfinite(self.prior_dof):
            return np.asarray(trend)
        weight = self.prior_dof / (self.prior_dof + np.where(known, self.dof, 0.0))
        return np.asarray(weight * trend + (1.0 - weight) * own)


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
    nu = dof[known]
    z = np.log(variance[known]) - digamma(nu / 2) + np.log(nu / 2)
    weight = 1.0 / polygamma(1, nu / 2)
    u = np.log(batch)
    u = u - np.average(u[known], weights=weight)
    design = np.column_stack([np.ones(known.sum()), u[known]])
    ridge = np.diag([0.0, 1.0 / _STEEPEST**2])
    inner = np.linalg.solve(design.T @ (design * weight[:, None]) + ridge, design.T * weight)
    hat = np.zeros((len(dof), len(dof)))
    hat[:, known] = np.column_stack([np.ones(len(dof)), u]) @ inner
    level = hat[:, known] @ z
    left = z - level[known]
    free = max(float(known.sum() - np.trace(hat[np.ix_(known, known)])), 0.0)
    excess = float((weight * left**2).sum() - free) / float(weight.sum()) if free >= 1 else 0.0
    if nu.min() >= 100:
        prior_dof = 0.0
    elif excess <= 0:
        prior_dof = np.inf
    else:
        prior_dof = float(2.0 * _trigamma_inverse(excess))
    if np.isfinite(prior_dof) and prior_dof > 0:
        level = level + digamma(prior_dof / 2) - np.log(prior_dof / 2)
    measured = np.where(known, np.where(known, dof, 0.0) * np.where(known, variance, 0.0), 0.0)
    have = np.where(known, dof, 0.0)
    if np.isfinite(prior_dof):
        value = (prior_dof * np.exp(level) + measured) / np.maximum(prior_dof + have, 1e-12)
        value = np.where(known | (prior_dof > 0), value, np.exp(level))
    else:
        value = np.exp(level)
    most = float(nu.sum()) - 1.0 if known.sum() > 1 else float(nu.sum())
    total = np.minimum(have + prior_dof, max(most, 1.0))
    return TrendedVariance(np.asarray(value), have, prior_dof, np.asarray(np.maximum(total, 1.0)), hat)
