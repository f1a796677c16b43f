"""Errors of optima as the fits and the verdict use them: pooled over batch sizes, with a floor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, gammaln, polygamma

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
    place : ndarray or None
        ln batch size, shape (n,); None where the variances follow no trend.
    """

    value: FloatArray
    dof: FloatArray
    total_dof: FloatArray
    place: FloatArray | None = None

    @classmethod
    def common(cls, value: FloatArray, dof: float) -> TrendedVariance:
        """Variances known up to one common factor, which rests on so many degrees of freedom."""
        return cls(value, np.zeros(len(value)), np.full(len(value), dof))

    @classmethod
    def apart(cls, value: FloatArray, dof: FloatArray) -> TrendedVariance:
        """Variances each with degrees of freedom of its own."""
        return cls(value, dof, dof)

    def part(self, keep: NDArray[np.intp]) -> TrendedVariance:
        """The variances of some batch sizes, in the order given."""
        place = None if self.place is None else self.place[keep]
        return TrendedVariance(self.value[keep], self.dof[keep], self.total_dof[keep], place)

    def redraw(self, draws: int, rng: np.random.Generator) -> FloatArray:
        """Variances over their true values, as other experiments of the same size estimate them, (draws, n)."""
        known = self.dof > 0
        if not known.any():
            all_dof = float(self.total_dof.min())
            return np.asarray(np.repeat(rng.chisquare(all_dof, (draws, 1)) / all_dof, len(known), axis=1))
        dof = np.where(known, self.dof, 1.0)
        own = np.where(known, rng.chisquare(dof, size=(draws, len(dof))) / dof, 1.0)
        if self.place is None:
            return own
        return _moderated(own, self.dof, self.place) * _behaviour(tuple(self.dof), tuple(self.place))[0]


#: Variances change with batch size by no steeper a power than about this: in the 56 bundled sweeps with 64 seeds the
#: root mean square is 0.36, the most 0.69.
_STEEPEST = 0.4
#: What the trend may be worth to one variance, in degrees of freedom: each as likely beforehand.
_WORTH = np.array([6.0, 15.0, 50.0, 200.0])


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
    the trend. Here the trend's worth is averaged over instead of estimated: seven variances hardly tell it.
    """
    known = (dof > 0) & (variance > 0)
    if not known.any():
        return None
    have = np.where(known, np.minimum(dof, _MANY), 0.0)
    value, total = trended_rows(np.where(known, variance, 1.0)[None], have, batch)
    return TrendedVariance(value[0], have, total, np.log(batch))


def trended_rows(variance: FloatArray, dof: FloatArray, batch: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Rows of positive variances drawn towards the trend of each row, and the degrees of freedom that they are worth.

    Parameters
    ----------
    variance : ndarray
        Shape (rows, n).
    dof, batch : ndarray
        Their degrees of freedom, the same in every row and 0 where nothing was measured, and batch sizes, shape (n,).
    """
    unbiased, total = _behaviour(tuple(dof), tuple(np.log(batch)))
    return _moderated(variance, dof, np.log(batch)) * unbiased, total


@cache
def _behaviour(dof: tuple[float, ...], place: tuple[float, ...]) -> tuple[FloatArray, FloatArray]:
    """Of moderated variances: what makes them as large as the truth, and the degrees of freedom that their scatter
    is worth, by simulation of equal variances."""
    have = np.array(dof)
    one = np.where(have > 0, have, 1.0)
    own = np.where(have > 0, np.random.default_rng(0).chisquare(one, (1000, len(one))) / one, 1.0)
    logs = np.log(_moderated(own, have, np.array(place)))
    total = np.minimum(2.0 * _trigamma_inverses(np.maximum(logs.var(axis=0), 1e-6)), max(have.sum(), 1.0))
    unbiased = np.exp(digamma(0.5 * total) - np.log(0.5 * total) - logs.mean(axis=0))
    return np.asarray(unbiased), np.asarray(np.maximum(total, 1.0))


def _moderated(variance: FloatArray, dof: FloatArray, place: FloatArray) -> FloatArray:
    """Rows of variances drawn towards the trend of each row.

    Given a trend, a variance over it is Fisher's F with `dof` and the trend's worth; its log is a line in `place`.
    """
    known, rows = dof > 0, len(variance)
    nu = np.where(known, dof, 0.0)
    if dof[known].min() >= 100 and known.all():  # each is known well enough by itself
        return variance
    squares = nu * variance  # sums of squares, (rows, n)
    u = place - np.average(place, weights=nu)
    values, likelihoods = [], []
    for worth in _WORTH:
        level, trend = np.log(squares.sum(axis=1) / nu.sum()), np.zeros(rows)
        weight = nu * worth / (2.0 * (nu + worth + 2.0))
        mean, bend = (weight * u).sum() / weight.sum(), 1.0 / _STEEPEST**2
        bend += (weight * (u - mean) ** 2).sum()
        for _ in range(12):  # Fisher's scoring
            scale = worth * np.exp(level[:, None] + trend[:, None] * u)
            score = 0.5 * ((nu + worth) * squares / (scale + squares) - nu)
            along = ((score * (u - mean)).sum(axis=1) - trend / _STEEPEST**2) / bend
            level = level + np.clip(score.sum(axis=1) / weight.sum() - mean * along, -2.0, 2.0)
            trend = trend + np.clip(along, -1.0, 1.0)
        scale = worth * np.exp(level[:, None] + trend[:, None] * u)
        terms = gammaln(0.5 * (nu + worth)) - gammaln(0.5 * worth) - 0.5 * nu * np.log(scale)
        terms = terms - 0.5 * (nu + worth) * np.log1p(squares / scale)
        likelihoods.append(np.where(known, terms, 0.0).sum(axis=1) - 0.5 * (trend / _STEEPEST) ** 2)
        values.append((scale + squares) / (worth + nu))
    logs = np.array(likelihoods)
    share = np.exp(logs - logs.max(axis=0))
    share /= share.sum(axis=0)
    return np.asarray(1.0 / np.einsum("wr,wrn->rn", share, 1.0 / np.array(values)))


def _trigamma_inverses(values: FloatArray) -> FloatArray:
    x = 0.5 + 1.0 / values
    for _ in range(12):
        x = x + polygamma(1, x) * (1.0 - polygamma(1, x) / values) / polygamma(2, x)
    return np.asarray(x)
