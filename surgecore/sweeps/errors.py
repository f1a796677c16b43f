"""Errors of optima as the fits and the verdict use them: pooled over batch sizes, with a floor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, polygamma

from surgecore._validate import FloatArray
from surgecore.sweeps.optima import Optimum

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


def pooled_errors(optima: Sequence[Optimum]) -> Errors | None:
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
