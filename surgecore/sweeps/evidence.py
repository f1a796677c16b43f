"""Where the optimum of each batch size may lie: the slope of the loss along the learning rate, with its error."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from surgecore._validate import FloatArray
from surgecore.sweeps.errors import TrendedVariance
from surgecore.sweeps.paths import NEVER, reach


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

    @classmethod
    def of_points(cls, batch: FloatArray, y: FloatArray, own: TrendedVariance, bound: FloatArray) -> Evidence:
        """Evidence of optima with known errors, ln rates `y`; `bound` is +1 where they lie at or above, -1 below."""
        sigma = np.sqrt(own.value)
        low, high = y - 6.0 * sigma, y + 6.0 * sigma
        local = (y[:, None] + sigma[:, None] * np.linspace(-4.0, 4.0, max(5, min(17, 500 // len(y))))).ravel()
        x = np.unique(np.round(np.append(local, np.linspace(low.min(), high.max(), 200)), 6))
        slope = x - y[:, None]
        inside = np.where(bound[:, None] > 0, slope <= 0, np.where(bound[:, None] < 0, slope >= 0, True))
        ones = np.ones_like(slope)
        factors = tuple(np.ones((len(x), 1)) for _ in y)
        return cls(batch, x, slope, own, ones, 0.0 * ones, inside, ones > 0, factors, y)

    def apart(self, correlation: float) -> Evidence:
        """The evidence of differences between batch sizes, whose errors are correlated: what is common falls out."""
        return replace(self, own=replace(self.own, value=(1.0 - correlation) * self.own.value))

    def part(self, keep: NDArray[np.intp]) -> Evidence:
        """The evidence of some batch sizes, in the order given."""
        return Evidence(
            self.batch[keep], self.x, self.slope[keep], self.own.part(keep), self.profile[keep], self.fixed[keep],
            self.inside[keep], self.possible[keep], tuple(self.factors[k] for k in keep), self.best[keep],
        )  # fmt: skip

    @cached_property
    def variance(self) -> FloatArray:
        """Variance of the slope, shape (n, g)."""
        return np.asarray(self.own.value[:, None] * self.profile + self.fixed)

    @cached_property
    def deviance(self) -> FloatArray:
        """Squared standard errors against the optimum lying at x, shape (n, g); least 0, never two valleys."""
        return self.deviance_of(self.slope / np.sqrt(self.variance))

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

    def deviance_of(self, z: FloatArray) -> FloatArray:
        """Deviance for slopes over their standard errors of shape (..., n, g).

        Where the loss still falls at a higher rate, the optimum lies above it; where it rises at a lower one, below.
        Beyond the rates tried nothing more is known; beyond a wall of diverged runs there is no optimum.
        """
        z = np.where(self.inside, z, 0.0)
        above = np.maximum.accumulate(np.maximum(-z, 0.0)[..., ::-1], axis=-1)[..., ::-1]
        below = np.maximum.accumulate(np.maximum(z, 0.0), axis=-1)
        worst = np.where(self.possible, np.maximum(above, below), np.inf)
        worst = worst - worst.min(axis=-1, keepdims=True)
        return np.asarray(np.minimum(worst**2, NEVER))

    @cached_property
    def sides(self) -> tuple[FloatArray, FloatArray]:
        """Standard errors by which the optimum is known to lie above x, and below x; shape (n, g) each."""
        z = np.where(self.inside, self.slope / np.sqrt(self.variance), 0.0)
        above = np.maximum.accumulate(np.maximum(-z, 0.0)[:, ::-1], axis=-1)[:, ::-1]
        below = np.maximum.accumulate(np.maximum(z, 0.0), axis=-1)
        return np.asarray(above), np.asarray(below)

    def interval(self, i: int, limit: float, wall: float) -> tuple[float, float]:
        """Where the deviance of one batch size is within a limit; infinite on a side that nothing closes."""
        d = self.deviance[i]
        return (
            reach(d, self.x, limit, -1, True),
            min(reach(d, self.x, limit, 1, not np.isfinite(wall)), wall),
        )

    def redraw(self, centre: FloatArray, draws: int, rng: np.random.Generator) -> FloatArray:
        """Deviances of sweeps like this one whose optima lie at `centre`, shape (draws, n, g)."""
        ratio = self.own.redraw(draws, rng)
        out = np.empty((draws, *self.slope.shape))
        for i, factor in enumerate(self.factors):
            noise = rng.standard_normal((draws, factor.shape[1])) @ factor.T
            mean = self._moved(i, float(centre[i]))
            used = ratio[:, i, None] * self.own.value[i] * self.profile[i] + self.fixed[i]
            out[:, i] = (mean + np.sqrt(self.variance[i]) * noise) / np.sqrt(used)
        return self.deviance_of(out)

    def _moved(self, i: int, centre: float) -> FloatArray:
        """The slope of one batch size with its optimum moved to `centre`; a side that was not tried is mirrored."""
        x, slope, best = self.x[self.inside[i]], self.slope[i, self.inside[i]], self.best[i]
        at = self.x - centre + best
        here = np.interp(at, x, slope)
        mirrored = -np.interp(2.0 * best - at, x, slope)
        beyond = (at > x[-1]) if best > x[-1] - 1e-9 else (at < x[0]) if best < x[0] + 1e-9 else np.zeros(len(at), bool)
        return np.asarray(np.where(beyond, mirrored, here))
