"""The loss along the learning rate at one batch size, and the scatter of the runs behind it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from scipy.sparse import csr_array

from surgecore._validate import FloatArray
from surgecore.sweeps.cells import Cells
from surgecore.sweeps.pooled import Pooled
from surgecore.sweeps.smooth import Smoother, Warp

#: Step in ln rate at which a valley is read.
STEP = np.log(2.0) / 24.0
# a pooled curve is moved by at most so much in ln rate
_NEAR = 0.6


@dataclass(frozen=True, eq=False)
class Valley:
    """The loss along the learning rate at one batch size.

    Attributes
    ----------
    cells, warp, precision, smoother, index, pool
        The runs, the map of the loss, the precisions of the mapped means, the process, which batch size it is, and what
        is shared with the others.
    doubt : tuple of float
        Variance of where other shapes, about as likely, put the optimum, and the part of it that is not common to the
        batch sizes, in ln units squared; 0 unless rates are about an octave apart.
    placed : float or None
        ln of the best rate by the curve that all batch sizes have in common, to which the pooled curve is moved; None
        for where that curve is least.
    lowest : float or None
        ln rate at which the curve is flat, though the means alone would have it elsewhere between the same rates.
    """

    cells: Cells
    warp: Warp
    precision: FloatArray
    smoother: Smoother
    index: int
    pool: Pooled | None = None
    doubt: tuple[float, float] = (0.0, 0.0)
    placed: float | None = None
    lowest: float | None = None

    def weights(self, at: FloatArray, order: int) -> FloatArray:
        """What turns the cells' warped means into the warped loss at ln rates, or into its slope (`order` 1).

        Where valleys are pooled, other batch sizes' means add to it; they are taken as given.
        """
        if self.pool is not None:
            return np.asarray(self.pool.weights(self.index, at - self._moved, order)[:, self.pool.group == self.index])
        return self.smoother.weights(self._system, self.cells.x, at, order)

    @cached_property
    def _system(self) -> tuple[FloatArray, FloatArray]:
        return self.smoother.system(self.cells.x, self.precision, self.index)

    def warped(self, at: FloatArray) -> FloatArray:
        """Warped loss at ln rates."""
        return self._read(at, 0)

    def slope(self, at: FloatArray) -> FloatArray:
        """Slope of the warped loss at ln rates."""
        return self._read(at, 1)

    def _read(self, at: FloatArray, order: int) -> FloatArray:
        if self.pool is not None:
            return np.asarray(self.pool.weights(self.index, at - self._moved, order) @ self.pool.y)
        y = self.warp(self.cells.mean)
        loss = self.weights(at, order) @ y
        if self.lowest is not None:
            noise = self.smoother.noise[self.index] / self.precision
            pull = self.smoother.pull(self._system, self.cells.x, noise, self.lowest, at, order)
            loss = loss - float(self.weights(np.array([self.lowest]), 1)[0] @ y) * pull
        return np.asarray(loss)

    def slope_error(self, at: FloatArray, weights: FloatArray, averaged: bool = False) -> FloatArray:
        """Variance of slopes that no run of this batch size explains: the steps between its rates.

        By the likeliest kernel, or by all, averaged. Between batch sizes most of this error is common.
        """
        if self.pool is not None:
            return self.pool.slope_error(self.index, at - self._moved)
        return self.smoother.bias(self.cells.x, weights, at, averaged)

    def excess_error(self, at: FloatArray, difference: FloatArray, averaged: bool = False) -> FloatArray:
        """The same of the warped loss over that at the best rate."""
        if self.pool is not None:
            return self.pool.excess_error(self.index, at - self._moved, self.best - self._moved)
        return self.smoother.gap(self.cells.x, difference, at, self.best, averaged)

    @cached_property
    def _moved(self) -> float:
        """How far the pooled curve is moved along ln rate; not for a bound, nor where it has no bottom nearby."""
        if self.placed is None or self.pool is None or not self.cells.x[0] < self.placed < self.cells.x[-1]:
            return 0.0
        at = self.placed + np.linspace(-_NEAR, _NEAR, 241)
        lowest = int(np.argmin(self.pool.weights(self.index, at, 0) @ self.pool.y))
        return self.placed - float(at[lowest]) if 0 < lowest < len(at) - 1 else 0.0

    @cached_property
    def best(self) -> float:
        """ln of the best rate within those tried."""
        x = self.cells.x
        if self.placed is not None:
            return float(np.clip(self.placed, x[0], x[-1]))
        at = np.unique(np.append(np.arange(x[0], x[-1], STEP), [x[-1]]))
        k = int(np.argmin(self.warped(at)))
        if k in (0, len(at) - 1):
            return float(at[k])
        near = np.linspace(at[k - 1], at[k + 1], 41)
        return float(near[int(np.argmin(self.warped(near)))])

    @cached_property
    def bend(self) -> float:
        """How fast the slope grows at the best rate; 0 where it does not."""
        ends = self.slope(self.best + np.array([-0.05, 0.05]))
        return max(float(ends[1] - ends[0]) / 0.1, 0.0)

    def between(self, at: FloatArray, weights: FloatArray, averaged: bool = False) -> FloatArray:
        """Variance of slopes that no run explains: what valleys, of one shape or of any, may do between the rates."""
        error, doubt = self.slope_error(at, weights, averaged), self.doubt[0 if averaged else 1]
        return np.asarray(np.maximum(error, doubt * self.secant(at) ** 2)) if doubt > 0 else error

    def secant(self, at: FloatArray) -> FloatArray:
        """How fast the slope grows between the best rate and ln rates; 0 where it does not."""
        away = at - self.best
        near = np.abs(away) < 0.05
        return np.asarray(np.where(near, self.bend, np.maximum(self.slope(at) / np.where(near, 1.0, away), 0.0)))

    @property
    def on_edge(self) -> Literal["low", "high"] | None:
        """The end of the rates tried at which the best one lies."""
        x = self.cells.x
        if self.best <= x[0]:
            return "low"
        return "high" if self.best >= x[-1] and not np.isfinite(self.cells.wall) else None

    @cached_property
    def _errors(self) -> FloatArray:
        """Each run's deviation from its cell's mean, warped, without its seed's level, as large as a true error."""
        c = self.cells
        steep = self.warp.slope(c.mean)
        left = c.loss - c.mean[c.cell]
        weight = steep[c.cell] ** 2
        level = np.bincount(c.source, weight * left) / np.bincount(c.source, weight)
        many = np.bincount(c.source) > 1
        left = left - np.where(many, level, 0.0)[c.source]
        n = c.n[c.cell]
        grow = np.where(n > 1, np.sqrt(n / np.maximum(n - 1.0, 1.0)), 0.0)
        errors = left * grow * steep[c.cell]
        for seed in np.unique(c.source[n < 2]) if self.shared else ():
            # a run alone in its cell: its seed moved it about as much as in the cells nearby
            own = c.source == seed
            known, alone = own & (n > 1), own & (n < 2)
            if known.any():
                at = np.argsort(c.x[c.cell[known]])
                errors[alone] = np.interp(c.x[c.cell[alone]], c.x[c.cell[known]][at], errors[known][at])
        return np.asarray(errors)

    def by_seed(self, weights: FloatArray) -> FloatArray:
        """What each seed adds to one linear function of the means, shape (n_sources,)."""
        c = self.cells
        return np.asarray(np.bincount(c.source, self._errors / c.n[c.cell] * weights[c.cell]), dtype=np.float64)

    @cached_property
    def covariance(self) -> FloatArray:
        """Covariance of the warped means over runs, shape (n_cells, n_cells): all that variances need of the runs.

        What a seed adds to each mean is summed before it is squared; cells run once add nothing.
        """
        c = self.cells
        # sparse: a seed that was never shared has one cell, and there may be as many as runs
        added = csr_array((self._errors / c.n[c.cell], (c.source, c.cell)), shape=(int(c.source.max()) + 1, len(c.x)))
        return np.asarray((added.T @ added).toarray(), dtype=np.float64)

    def variance(self, weights: FloatArray, spare: float) -> FloatArray:
        """Variance over runs of linear functions of the means; `spare` is that of a cell run once."""
        once = np.where(self.cells.n < 2, spare, 0.0)
        by_runs = ((weights @ self.covariance) * weights).sum(axis=1)
        return np.asarray(np.maximum(by_runs, 0.0) + weights**2 @ once)

    @cached_property
    def run_variance(self) -> tuple[float, float]:
        """Variance of one run in its cell, warped and without seeds' levels, and its degrees of freedom."""
        c = self.cells
        dof = float((c.n - 1.0).sum())
        if dof <= 0:
            return np.nan, 0.0
        repeated = c.n[c.cell] > 1
        return float((self._errors[repeated] ** 2).sum() / repeated.sum()), dof

    def dof(self, weights: FloatArray) -> float:
        """Degrees of freedom of the variance over runs of one linear function of the means."""
        c, squares = self.cells, weights**2
        if squares @ (c.n < 2) > 0.5 * squares.sum():
            return 0.0
        if self.shared:
            usual = self.runs(weights)
            own = np.bincount(c.source, np.abs(weights)[c.cell] / c.n[c.cell]) ** 2
            return max(min(usual, float(own.sum() ** 2 / (own**2).sum())) - 1.0, 0.0)
        parts = squares / c.n
        repeated = c.n > 1
        return float(parts.sum() ** 2 / (parts[repeated] ** 2 / (c.n[repeated] - 1.0)).sum())

    def runs(self, weights: FloatArray) -> float:
        """Usual number of runs in the cells that one linear function of the means rests on."""
        squares = weights**2
        return float(squares.sum() / (squares / self.cells.n).sum())

    @cached_property
    def shared(self) -> bool:
        """Whether a seed stands behind a third of the cells or more: its own shift then moves them together."""
        return bool(np.bincount(self.cells.source).max() >= max(2.0, len(self.cells.x) / 3.0))
