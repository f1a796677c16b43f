"""What new runs would bring, simulated: the width of the peak's interval, or the chance of a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri, stdtrit

from surgecore._validate import FloatArray
from surgecore.sweeps.fall import LEVEL, isotonic
from surgecore.sweeps.fitting import FitFlag, FitResult
from surgecore.sweeps.likelihood import log_shape, log_slopes

# least error that reading an optimum off a few rates half an octave apart leaves, in ln units
_GRID_ERROR = 0.02
# what rates half an octave apart leave to the error stated for an optimum however many seeds there are, in ln units;
# 0.017 in quadratic valleys, 0.027 in steep ones
_STEPS_ERROR = 0.027
# the fall that is to be excluded, in ln units: a quarter of an octave, 16 %
_EXCLUDED = 0.25 * np.log(2.0)
# what the real width of a peak's interval scatters by, in ln units, beyond what a simulation of optima knows: valleys
# give more or less than optima with normal errors would. From simulated sweeps with a surge of 1.5 octaves and with
# kinked valleys; benchmarks/runs_calibration.py has others as well
_UNKNOWN = 0.2
# step of numerical derivatives, in fit coordinates
_STEP = 1e-5


@dataclass(frozen=True)
class Promise:
    """A simulated outcome of new runs.

    Attributes
    ----------
    value : float
        Median share of its present width that the interval would have, or the chance of a verdict.
    low, high : float
        Four of five such shares lie between them, also for valleys and laws unlike the one supposed; the value itself
        for a chance.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Ground:
    """What simulations stand on: the law that is supposed, what was measured, and the scatter of one seed.

    Attributes
    ----------
    law : FitResult
        The law that is supposed.
    spread : float
        Scatter of one seed's optimum [ln units].
    seeds : int
        Usual number of seeds.
    coarse : bool
        Whether the rates are farther apart than new ones would be, which then take away an error that seeds do not.
    """

    law: FitResult
    spread: float
    seeds: int
    coarse: bool = False

    @property
    def sizes(self) -> FloatArray:
        """Batch sizes measured."""
        return np.array([point.batch_size for point in self.law.used])

    @property
    def errors(self) -> FloatArray:
        """Their standard errors, pooled to a common one per seed."""
        known = np.array([point.stderr or self.spread / np.sqrt(self.seeds) for point in self.law.used])
        return np.full(len(known), float(np.sqrt(np.mean(known**2))))

    @property
    def dof(self) -> float:
        """Degrees of freedom behind the errors, as the fit counts them."""
        known = [point.dof for point in self.law.used if point.dof > 0]
        return max(float(np.median(known)), 1.0) if known else float(len(self.sizes) * max(self.seeds - 1.0, 1.0))

    def error_of(self, seeds: FloatArray) -> FloatArray:
        """Standard error of a new optimum from so many seeds."""
        return np.asarray(np.hypot(self.spread / np.sqrt(seeds), _GRID_ERROR))

    def merged(self, sizes: FloatArray, seeds: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Batch sizes with their errors and degrees of freedom once new runs have joined those there are."""
        old, errors = self.sizes, self.errors
        every = np.unique(np.concatenate([old, sizes]))
        weight, dof = np.zeros(len(every)), np.zeros(len(every))
        where = np.searchsorted(every, old)
        weight[where] += 1.0 / errors**2
        dof[where] += self.seeds - 1.0
        where = np.searchsorted(every, sizes)
        np.add.at(weight, where, 1.0 / self.error_of(seeds) ** 2)
        np.add.at(dof, where, np.maximum(seeds - (dof[where] == 0), 1.0))
        return every, 1.0 / np.sqrt(weight), np.maximum(dof, 1.0)


def _peak_variances(ground: Ground, shapes: FloatArray, sizes: FloatArray, errors: FloatArray) -> FloatArray:
    """Variance of ln noise scale from optima with these errors, by the Fisher information, for each shape."""
    family, columns = ground.law.family, [np.ones((len(shapes), len(sizes)))]
    for step in _STEP * np.eye(shapes.shape[1]):
        up, down = (log_shape(family, shapes + sign * step, sizes) for sign in (1.0, -1.0))
        columns.append((up - down) / (2.0 * _STEP))
    slopes = np.stack(columns, axis=-1) / errors[:, None]
    return np.asarray(np.linalg.pinv(slopes.transpose(0, 2, 1) @ slopes, hermitian=True)[:, 1, 1])


def width_after(
    ground: Ground, sizes: Sequence[float], seeds: Sequence[float], *, draws: int = 400, seed: int = 0
) -> Promise:
    """Share of its present width that the peak's interval would have after new runs.

    Errors of optima are estimates from few seeds, today's as well as those to come: each draw has true errors that
    today's agree with, and estimates them anew, pooled over batch sizes as the fit does, with the t quantile of its
    degrees of freedom. The law's shape is drawn from what the optima allow.

    Parameters
    ----------
    ground : Ground
        The law supposed and the scatter.
    sizes, seeds : sequence
        New runs: batch sizes and seeds at each.
    draws, seed : int, optional
        Of the simulation.

    Returns
    -------
    Promise
    """
    rng = np.random.default_rng(seed)
    every, errors, dof = ground.merged(np.array(sizes, dtype=float), np.array(seeds, dtype=float))
    after = _peak_variances(ground, _shapes(ground, draws, rng), every, errors)
    total, old = float(dof.sum()), float(len(ground.sizes) * max(ground.seeds - 1.0, 1.0))
    new = max(total - old, 1.0)
    # today's errors are estimates too: the true ones are as much larger or smaller as these may be wrong
    fresh = (rng.chisquare(new, draws) / new) / (rng.chisquare(old, draws) / old)
    half = stdtrit(ground.dof * total / old, 0.975) * np.sqrt((old + new * fresh) / (old + new) * after)
    middle, *ends = (float(q) for q in np.quantile(2.0 * half / _present_width(ground), [0.5, 0.1, 0.9]))
    low, high = (np.exp(np.hypot(np.log(end / middle), ndtri(0.9) * _UNKNOWN)) for end in ends)
    return Promise(middle, float(middle / low), float(middle * high))


def _present_width(ground: Ground) -> float:
    """Width of the peak's interval in ln batch size: the one that is stated, which from few seeds may be half or twice
    the usual; the usual one where a side is open, or where a coarse grid or the law's poor fit has widened it."""
    low, high = ground.law["noise_scale"].interval
    if low > 0 and np.isfinite(high) and not ground.coarse and FitFlag.POOR_FIT not in ground.law.flags:
        return float(np.log(high / low))
    usual = _peak_variances(ground, ground.law.shape[None], ground.sizes, ground.errors)[0]
    return float(2.0 * stdtrit(ground.dof, 0.975) * np.sqrt(usual))


def chance_to_decide(
    ground: Ground, sizes: Sequence[float], seeds: Sequence[float], *, draws: int = 1000, seed: int = 0
) -> Promise:
    """Chance that a fall is decided after new runs, if the law holds with parameters as uncertain as they are.

    The largest drop over its error, for all pairs of batch sizes, is compared with the 97.5 % quantile of the same in a
    constant optimum.

    Parameters
    ----------
    ground : Ground
        The law supposed and the scatter.
    sizes, seeds : sequence
        New runs: batch sizes and seeds at each.
    draws, seed : int, optional
        Of the simulation.

    Returns
    -------
    Promise
    """
    rng = np.random.default_rng(seed)
    every, errors, dof = ground.merged(np.array(sizes, dtype=float), np.array(seeds, dtype=float))
    curves = log_shape(ground.law.family, _shapes(ground, draws, rng), every)
    noise = rng.standard_normal((2, draws, len(every))) * errors
    estimated = errors * np.sqrt(rng.chisquare(dof, (2, draws, len(every))) / dof)
    # errors are pooled over batch sizes before they are used
    pooled = np.sqrt((estimated**2 / errors**2 * dof).sum(axis=-1, keepdims=True) / dof.sum()) * errors
    critical = float(np.quantile(_largest_drop(noise[0], pooled[0]), 1.0 - LEVEL))
    chance = float(np.mean(_largest_drop(curves + noise[1], pooled[1]) > critical))
    return Promise(chance, chance, chance)


def chance_to_exclude(ground: Ground, seeds: float, *, draws: int = 1000, seed: int = 0) -> Promise:
    """Chance that new runs at all batch sizes measured exclude a fall of 16 %, if the optimum does not fall.

    The optima are supposed to lie on the path that is nearest to those measured and never falls. New ones scatter about
    it and join those there are. A fall is excluded where the 95 % intervals of the drops of all pairs of batch sizes
    end below it.

    Parameters
    ----------
    ground : Ground
        What was measured, and the scatter; its law is not supposed.
    seeds : float
        New seeds at each batch size.
    draws, seed : int, optional
        Of the simulation.

    Returns
    -------
    Promise
    """
    rng = np.random.default_rng(seed)
    y, total = np.log([point.value for point in ground.law.used]), ground.seeds + float(seeds)
    fresh = isotonic(y, np.ones(len(y))) + rng.standard_normal((draws, len(y))) * ground.spread / np.sqrt(seeds)
    both = (ground.seeds * y + seeds * fresh) / total
    dof = len(y) * max(total - 2.0, 1.0)
    pooled = ground.spread * np.sqrt(rng.chisquare(dof, (draws, 1)) / dof / total)
    pooled = np.broadcast_to(np.hypot(pooled, _STEPS_ERROR), both.shape)
    ends = _largest_drop(both, pooled, float(stdtrit(dof, 0.975)))
    chance = float(np.mean(ends < _EXCLUDED))
    return Promise(chance, chance, chance)


def _shapes(ground: Ground, draws: int, rng: np.random.Generator) -> FloatArray:
    """Shapes of the law that the optima allow, shape (draws, n)."""
    fit = ground.law
    slopes = log_slopes(fit.family, fit.shape, ground.sizes)
    covariance = np.linalg.pinv((slopes.T / ground.errors**2) @ slopes)
    covariance = 0.5 * (covariance + covariance.T)
    moved = rng.multivariate_normal(np.zeros(len(covariance)), covariance, draws, method="eigh")
    ends = np.array([param.fit_bounds for param in fit.family.free[1:]])
    return np.asarray(np.clip(fit.shape + moved[:, 1:], ends[:, 0], ends[:, 1]))


def _largest_drop(y: FloatArray, errors: FloatArray, beyond: float | None = None) -> FloatArray:
    """The largest drop from one column to a later one, in its errors; or so many errors beyond it."""
    best = np.full(len(y), -np.inf)
    for later in range(1, y.shape[1]):
        drop, error = y[:, :later] - y[:, later : later + 1], np.hypot(errors[:, :later], errors[:, later : later + 1])
        best = np.maximum(best, (drop / error if beyond is None else drop + beyond * error).max(axis=1))
    return best
