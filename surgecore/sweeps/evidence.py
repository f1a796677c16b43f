"""Where the optimum of each batch size may lie: the slope of the loss along the learning rate, with its error."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from surgecore._validate import FloatArray
from surgecore.sweeps.errors import TrendedVariance
from surgecore.sweeps.paths import NEVER, reaches, running

if TYPE_CHECKING:
    from surgecore.sweeps.valleys import Valleys

# a point of the axis this close to a rate, in ln units, is as good as the rate
_NEAR = 0.07


def axis(low: float, high: float, step: float, best: FloatArray, sigma: FloatArray) -> FloatArray:
    """Points at even steps, and finer ones about each optimum: a quarter of its standard error apart, up to four away.

    Of points much closer than either's step, one is enough.
    """
    few = max(5, min(33, 500 // max(len(best), 1)))
    finer = best[:, None] + sigma[:, None] * np.linspace(-4.0, 4.0, few)
    even = np.arange(low, high + step, step)
    points = np.append(even, finer)
    gaps = np.append(np.full(len(even), step), np.repeat(sigma * 8.0 / (few - 1), few))
    kept = [low]
    for k in np.argsort(points):
        if kept[-1] + 0.5 * gaps[k] < points[k] <= high + step:
            kept.append(points[k])
    return np.round(kept, 6)


@dataclass(frozen=True, eq=False)
class Evidence:
    """Slopes of the loss at every batch size on one axis of ln learning rate, with their errors.

    Attributes
    ----------
    batch : ndarray
        Batch sizes, ascending, shape (n,) [examples].
    x : ndarray
        ln learning rate, ascending, shape (g,).
    slope : ndarray
        Estimated slope of the loss, in a unit of each batch size's own, shape (n, g).
    own : TrendedVariance
        Variances of the slope at the optimum, over the runs.
    profile : ndarray
        Variance of the slope over that at the optimum, shape (n, g).
    fixed : ndarray
        Variance of the slope that does not come from runs: steps of the grid, rounding; shape (n, g).
    inside : ndarray of bool
        Rates within those tried, shape (n, g).
    possible : ndarray of bool
        Rates below the wall of diverged runs, shape (n, g).
    factors : tuple of ndarray
        Per batch size, what turns independent normal numbers into the error of the slope, shape (g, k), rows of
        length one.
    best : ndarray
        ln of the best rate, shape (n,).
    excess : ndarray
        Extra loss over that at the best rate, in its standard errors, shape (n, g): far from the optimum it says more
        than a slope does, as the steps between rates hardly blur it.
    """

    batch: FloatArray
    x: FloatArray
    slope: FloatArray
    own: TrendedVariance
    profile: FloatArray
    fixed: FloatArray
    inside: NDArray[np.bool_]
    possible: NDArray[np.bool_]
    factors: tuple[FloatArray, ...]
    best: FloatArray
    excess: FloatArray

    @classmethod
    def of_points(cls, batch: FloatArray, y: FloatArray, own: TrendedVariance, bound: FloatArray) -> Evidence:
        """Evidence of optima with known errors, ln rates `y`; `bound` is +1 where they lie at or above, -1 below."""
        sigma = np.sqrt(own.value)
        low, high = float((y - 6.0 * sigma).min()), float((y + 6.0 * sigma).max())
        x = axis(low, high, (high - low) / 80.0, y, sigma)
        slope = x - y[:, None]
        inside = np.where(bound[:, None] > 0, slope <= 0, np.where(bound[:, None] < 0, slope >= 0, True))
        ones = np.ones_like(slope)
        factors = tuple(np.ones((len(x), 1)) for _ in y)
        return cls(batch, x, slope, own, ones, 0.0 * ones, inside, ones > 0, factors, y, 0.0 * ones)

    def apart(self, correlation: float) -> Evidence:
        """The evidence of differences between batch sizes, whose errors are correlated: what is common falls out."""
        return replace(self, own=replace(self.own, value=(1.0 - correlation) * self.own.value))

    def part(self, keep: NDArray[np.intp]) -> Evidence:
        """The evidence of some batch sizes, in the order given."""
        return Evidence(
            self.batch[keep], self.x, self.slope[keep], self.own.part(keep), self.profile[keep], self.fixed[keep],
            self.inside[keep], self.possible[keep], tuple(self.factors[k] for k in keep), self.best[keep],
            self.excess[keep],
        )  # fmt: skip

    @cached_property
    def variance(self) -> FloatArray:
        """Variance of the slope, shape (n, g)."""
        return np.asarray(self.own.value[:, None] * self.profile + self.fixed)

    @cached_property
    def deviance(self) -> FloatArray:
        """Squared standard errors against the optimum lying at x, shape (n, g); least 0, never two valleys."""
        z = self.slope / np.sqrt(self.variance)
        return np.array([self._deviance_of(row, i) for i, row in enumerate(z)])

    @cached_property
    def reach(self) -> FloatArray:
        """As `deviance`, by whichever of slope and extra loss says more: for limits of where an optimum may lie."""
        above, below = self.sides
        right = self.x > self.best[:, None]
        above = np.maximum(above, _outwards(np.where(right, 0.0, self.excess)[:, ::-1])[:, ::-1])
        below = np.maximum(below, _outwards(np.where(right, self.excess, 0.0)))
        worst = np.maximum(above, below)
        return np.array([_deviance(row, possible) for row, possible in zip(worst, self.possible, strict=True)])

    @cached_property
    def bend(self) -> FloatArray:
        """How fast the slope grows at the best ln rate, shape (n,); 0 where it does not."""
        around = np.abs(self.x - self.best[:, None]) < 0.35
        out = np.zeros(len(self.batch))
        for i, near in enumerate(around & self.inside):
            if near.sum() > 2:
                out[i] = np.polyfit(self.x[near] - self.best[i], self.slope[i, near], 1)[0]
        return np.asarray(np.maximum(out, 0.0))

    @cached_property
    def sigma(self) -> FloatArray:
        """Standard error of the best ln rate by the curvature there, shape (n,)."""
        at = np.argmin(np.abs(self.x - self.best[:, None]), axis=1)
        variance = self.variance[np.arange(len(at)), at]
        return np.asarray(np.sqrt(np.divide(variance, self.bend**2, out=np.full(len(at), np.inf), where=self.bend > 0)))

    def _deviance_of(self, z: FloatArray, index: int) -> FloatArray:
        """Deviance for slopes over their standard errors at one batch size, of shape (g,) or (g, draws).

        Where the loss still falls at a higher rate, the optimum lies above it; where it rises at a lower one, below.
        Beyond the rates tried nothing more is known; beyond a wall of diverged runs there is no optimum.
        """
        z[~self.inside[index]] = 0.0
        above = running(np.minimum, z[::-1])[::-1]
        worst = running(np.maximum, z)
        # of both, one is never negative
        return _deviance(np.maximum(worst, np.negative(above, out=above), out=worst), self.possible[index])

    @cached_property
    def sides(self) -> tuple[FloatArray, FloatArray]:
        """Standard errors by which the optimum is known to lie above x, and below x; shape (n, g) each."""
        z = np.where(self.inside, self.slope / np.sqrt(self.variance), 0.0)
        return _outwards(np.maximum(-z, 0.0)[:, ::-1])[:, ::-1], _outwards(np.maximum(z, 0.0))

    def interval(self, i: int, limit: float, wall: float) -> tuple[float, float]:
        """Where the deviance of one batch size is within a limit; infinite on a side that nothing closes."""
        low, high = (reaches(self.reach[i], self.x, np.array([limit]), side, open_end)[0] for side, open_end in (
            (-1, True), (1, not np.isfinite(wall))))  # fmt: skip
        return float(low), min(float(high), wall)

    def redraw(self, centre: FloatArray, draws: int, rng: np.random.Generator) -> FloatArray:
        """Deviances of sweeps like this one whose optima lie at `centre`, shape (n, g, draws)."""
        single = np.float32  # a simulation needs no more, and takes half the time
        ratio = self.own.redraw(draws, rng).astype(single)
        out = np.empty((*self.slope.shape, draws), dtype=single)
        for i, factor in enumerate(self.factors):
            spread = (factor * np.sqrt(self.variance[i])[:, None]).astype(single)
            z = spread @ rng.standard_normal((draws, factor.shape[1]), dtype=single).T
            z += self._moved(i, float(centre[i])).astype(single)[:, None]
            used = np.outer((self.own.value[i] * self.profile[i]).astype(single), ratio[:, i])
            used += self.fixed[i].astype(single)[:, None]
            z /= np.sqrt(used, out=used)
            out[i] = self._deviance_of(z, i)
        return out

    def _moved(self, i: int, centre: float) -> FloatArray:
        """The slope of one batch size with its optimum moved to `centre`; a side that was not tried is mirrored."""
        x, slope, best = self.x[self.inside[i]], self.slope[i, self.inside[i]], self.best[i]
        at = self.x - centre + best
        here = np.interp(at, x, slope)
        mirrored = -np.interp(2.0 * best - at, x, slope)
        beyond = (at > x[-1]) if best > x[-1] - 1e-9 else (at < x[0]) if best < x[0] + 1e-9 else np.zeros(len(at), bool)
        return np.asarray(np.where(beyond, mirrored, here))


def _deviance(worst: FloatArray, possible: NDArray[np.bool_]) -> FloatArray:
    worst[~possible] = np.inf
    worst -= worst.min(axis=0)
    return np.asarray(np.minimum(np.square(worst, out=worst), NEVER, out=worst))


def _outwards(values: FloatArray) -> FloatArray:
    return np.asarray(np.maximum.accumulate(values, axis=-1))


def standard_errors_above(valleys: Valleys, evidence: Evidence, averaged: bool = False) -> FloatArray:
    """Extra loss over that at each batch size's best rate, in its standard errors, shape (n, g); 0 beyond the rates.

    `averaged`: errors between the rates by all kernels and shapes that may be true, not by the likeliest alone.
    """
    out = np.zeros_like(evidence.slope)
    for i, valley in enumerate(valleys.valleys):
        at, best = evidence.x[evidence.inside[i]], np.array([valley.best])
        difference = valley.weights(at, 0) - valley.weights(best, 0)
        variance = variance_above(valleys, i, at, difference, float(evidence.bend[i]))
        between = valley.excess_error(at, difference, averaged)
        more = np.maximum(valley.warped(at) - valley.warped(best), 0.0)
        doubt = valley.doubt[0 if averaged else 1]
        if doubt > 0:
            # whatever the shape, the optimum lies between the neighbours of the lowest cell where these are higher
            x, k = valley.cells.x, valley.cells.best
            beyond = (at <= x[max(k - 1, 0)] + _NEAR) | (at >= x[min(k + 1, len(x) - 1)] - _NEAR)
            lowest = float(valley.warped(x[k : k + 1])[0] - valley.warped(best)[0])
            between = np.where(beyond, between, np.maximum(between, doubt * valley.slope(at) ** 2))
            more = np.where(beyond, np.maximum(more - lowest, 0.0), more)
        error = np.sqrt(np.maximum(variance + between, 1e-300))
        out[i, evidence.inside[i]] = np.where(more > 0, more / error, 0.0)
    return out


def variance_above(valleys: Valleys, index: int, at: FloatArray, difference: FloatArray, bend: float) -> FloatArray:
    """Variance of the warped extra loss: what the runs of the batch size say, drawn towards what all say.

    All together tell how far the optimum may lie off, and how noisy a loss is apart from that.
    """
    valley, best = valleys.valleys[index], valleys.valleys[index].weights(np.array([valleys.valleys[index].best]), 1)
    noise, rounding = valleys.noise(valley, difference), valleys.rounding(valley, difference)
    own = valleys.variances
    if not own.dof[index]:
        return noise + rounding
    shifted = max(float(own.value[index] - valleys.noise(valley, best)[0]), 0.0)
    together = noise + shifted * (valley.slope(at) / max(bend, 1e-12)) ** 2
    measured, dof = valley.variance(difference, valleys.spare(valley)), float(own.dof[index])
    more = max(float(own.total_dof[index]) - dof, 0.0)
    return np.asarray((dof * measured + more * together) / (dof + more) + rounding)
