"""The loss as a function of ln learning rate at each batch size: one model, from which all else is read.

Grids, two-stage grids, random and Bayesian searches take the same road: a Gaussian process through the cells' means
(`smooth`), whose slope is linear in the runs, so that the scatter of the runs is the error of the slope.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.sparse import csr_array
from scipy.stats import t as student_t

from surgecore._validate import FloatArray, positive_array
from surgecore.sweeps.cells import Cells, cells_of, quantum
from surgecore.sweeps.errors import FLOOR, TrendedVariance, trended_variance
from surgecore.sweeps.evidence import Evidence
from surgecore.sweeps.optima import Optimum, OptimumFlag
from surgecore.sweeps.points import Point, Points
from surgecore.sweeps.smooth import Smoother, Warp, fit_smoother, steady, warp_of

if TYPE_CHECKING:
    from surgecore.sweeps.sweep import Sweep

_STEP = np.log(2.0) / 24.0
_MARGIN = 0.05
#: Fewest rates at a batch size that show where the loss falls.
FEWEST = 2
#: An error that rests on the slope's own bend at the optimum is not stated beyond this, in ln units.
_WIDEST = 3.0
# how much wider than an octave's excess the warp may be, and powers of its slope that noise may follow
_WARPS = (1.0, 5.0, 25.0, 125.0)
_POWERS = (0.0, 1.0, 2.0)
#: Worth of the noise's own profile along the rate, in degrees of freedom.
_PROFILE_DOF = 6.0


class Source(StrEnum):
    """What the errors rest on."""

    SEEDS = "seeds"
    REPEATS = "repeats"
    SCATTER = "scatter"
    ONE_RUN = "one_run"
    STATED = "stated"
    NONE = "none"


class Missing(StrEnum):
    """What a sweep lacks for a valley at some of its batch sizes."""

    RATES = "too_few_rates"
    HIGHER = "higher_rates"
    LOWER = "lower_rates"
    DIFFERENCE = "differences"


@dataclass(frozen=True)
class MissingRegion:
    """A region that was not tried, where it matters.

    Attributes
    ----------
    what : Missing
        What is missing.
    batch_sizes : tuple of float
        At which batch sizes.
    learning_rate : float or None
        The highest or lowest rate tried there; None where rates are too few.
    """

    what: Missing
    batch_sizes: tuple[float, ...]
    learning_rate: float | None = None


@dataclass(frozen=True, eq=False)
class Valley:
    """The loss along the learning rate at one batch size."""

    cells: Cells
    warp: Warp
    precision: FloatArray
    smoother: Smoother
    index: int

    def weights(self, at: FloatArray, order: int) -> FloatArray:
        """What turns the cells' warped means into the warped loss at ln rates, or into its slope (`order` 1)."""
        return self.smoother.weights(self.cells.x, self.precision, self.index, at, order)

    def warped(self, at: FloatArray) -> FloatArray:
        """Warped loss at ln rates."""
        return self.weights(at, 0) @ self.warp(self.cells.mean)

    def slope(self, at: FloatArray) -> FloatArray:
        """Slope of the warped loss at ln rates."""
        return self.weights(at, 1) @ self.warp(self.cells.mean)

    @cached_property
    def best(self) -> float:
        """ln of the best rate within those tried."""
        x = self.cells.x
        at = np.unique(np.append(np.arange(x[0], x[-1], _STEP), [x[-1]]))
        k = int(np.argmin(self.warped(at)))
        if k in (0, len(at) - 1):
            return float(at[k])
        near = np.linspace(at[k - 1], at[k + 1], 41)
        return float(near[int(np.argmin(self.warped(near)))])

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
        return np.asarray(left * grow * steep[c.cell])

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
            return max(float(squares.sum() / (squares / c.n).sum()) - 1.0, 0.0)
        parts = squares / c.n
        repeated = c.n > 1
        return float(parts.sum() ** 2 / (parts[repeated] ** 2 / (c.n[repeated] - 1.0)).sum())

    @cached_property
    def shared(self) -> bool:
        """Whether a seed stands behind a third of the cells or more: its own shift then moves them together."""
        return bool(np.bincount(self.cells.source).max() >= max(2.0, len(self.cells.x) / 3.0))


@dataclass(frozen=True, eq=False)
class Valleys:
    """The loss along the learning rate at every batch size of a sweep, with its errors.

    Attributes
    ----------
    valleys : tuple of Valley
        By batch size, ascending; those that show no valley are in `missing`.
    source : Source
        What the errors rest on.
    missing : tuple of MissingRegion
        What was not tried, where it matters.
    thin : tuple of float
        Batch sizes whose error is that of the others, as too few of their own cells were repeated.
    quantum : float
        Step of the lattice that the losses are rounded to; 0 where they are not.
    """

    valleys: tuple[Valley, ...]
    source: Source
    missing: tuple[MissingRegion, ...]
    thin: tuple[float, ...]
    quantum: float

    @classmethod
    def of(cls, sweep: Sweep) -> Valleys:
        """The valleys of a sweep; made once for each.

        Parameters
        ----------
        sweep : Sweep
            Any sweep.
        """
        return sweep.valleys

    @classmethod
    def of_trials(cls, trials: pd.DataFrame) -> Valleys:
        """The valleys of checked trials."""
        columns, labelled = cells_of(trials)
        few = tuple(c.batch_size for c in columns if len(c.x) < FEWEST)
        flat = tuple(c.batch_size for c in columns if len(c.x) >= FEWEST and np.ptp(c.mean) == 0)
        used = [c for c in columns if len(c.x) >= FEWEST and np.ptp(c.mean) > 0]
        step = quantum(np.concatenate([c.loss for c in used])) if used else 0.0
        sizes = np.array([c.batch_size for c in used])
        noise = [max(_noise_of_mean(c), step / 3.5) for c in used]
        narrow = steady([warp_of(c, n) for c, n in zip(used, noise, strict=True)], sizes)
        used = [c.near(w.scale) for c, w in zip(used, narrow, strict=True)]
        warps, precisions, smoother = _smooth(used, narrow, sizes)
        parts = zip(used, warps, precisions, strict=True)
        valleys = tuple(Valley(c, w, p, smoother, i) for i, (c, w, p) in enumerate(parts))
        source = _source(valleys, labelled)
        missing = [MissingRegion(Missing.RATES, few)] if few else []
        missing += [MissingRegion(Missing.DIFFERENCE, flat)] if flat else []
        for side, what in (("high", Missing.HIGHER), ("low", Missing.LOWER)):
            there = [v.cells for v in valleys if v.on_edge == side]
            if there:
                ends = [c.x[-1] if side == "high" else c.x[0] for c in there]
                rate = float(np.exp(max(ends) if side == "high" else min(ends)))
                missing.append(MissingRegion(what, tuple(c.batch_size for c in there), rate))
        thin = tuple(v.cells.batch_size for v in valleys if v.dof(v.weights(np.array([v.best]), 1)[0]) <= 0)
        repeated = source in (Source.SEEDS, Source.REPEATS)
        return cls(valleys, source, tuple(missing), thin if repeated else (), step)

    @property
    def batch_sizes(self) -> FloatArray:
        """Batch sizes with a valley, ascending, shape (n,) [examples]."""
        return np.array([valley.cells.batch_size for valley in self.valleys])

    def at(self, batch_size: float) -> Valley:
        """The valley at a batch size.

        Raises
        ------
        ValueError
            If there is none.
        """
        for valley in self.valleys:
            if valley.cells.batch_size == batch_size:
                return valley
        raise ValueError(f"batch_size must be one of {self.batch_sizes.tolist()}, but got {batch_size!r}")

    @cached_property
    def variances(self) -> TrendedVariance:
        """Variances of the slope at the optimum, over the runs."""
        if self.source in (Source.SEEDS, Source.REPEATS):
            measured = [self._measured(v) for v in self.valleys]
            values, dof = np.array(measured).T
            found = trended_variance(values, dof, self.batch_sizes)
            if found is not None:
                return found
        noise = [self._noise(v, v.weights(np.array([v.best]), 1))[0] for v in self.valleys]
        dof = max(self.valleys[0].smoother.dof, 1.0) if self.valleys else 1.0
        return TrendedVariance.common(np.array(noise), dof)

    def _measured(self, valley: Valley) -> tuple[float, float]:
        weights = valley.weights(np.array([valley.best]), 1)
        return float(valley.variance(weights, self._spare(valley))[0]), valley.dof(weights[0])

    def _spare(self, valley: Valley) -> float:
        """Variance of a run in a cell that was run once: that of the others at its batch size, or of all."""
        own, dof = valley.run_variance
        if dof >= 3:
            return own
        every = [v.run_variance for v in self.valleys]
        return float(sum(v * d for v, d in every if d) / max(sum(d for _, d in every), 1.0))

    def _noise(self, valley: Valley, weights: FloatArray) -> FloatArray:
        """Variance of linear functions of the means by the noise that the process finds, or that is stated."""
        c, s = valley.cells, valley.smoother
        if self.source is Source.STATED:
            return np.asarray(weights**2 @ np.nan_to_num(c.spread * valley.warp.slope(c.mean)) ** 2)
        return np.asarray(weights**2 @ (s.amplitude * s.noise[valley.index] / valley.precision))

    def _rounding(self, valley: Valley, weights: FloatArray) -> FloatArray:
        return np.asarray(weights**2 @ (self.quantum * valley.warp.slope(valley.cells.mean)) ** 2 / 12.0)

    @cached_property
    def evidence(self) -> Evidence:
        """Slopes of all batch sizes on one axis, with their errors."""
        coarse = self._evidence(self._axis(np.empty(0)))
        sigma = np.clip(coarse.sigma, 1e-3, 0.5)
        few = max(5, min(17, 500 // max(len(sigma), 1)))
        local = coarse.best[:, None] + sigma[:, None] * np.linspace(-4.0, 4.0, few)
        return self._evidence(self._axis(local.ravel()))

    def _axis(self, extra: FloatArray) -> FloatArray:
        low = min(v.cells.x[0] for v in self.valleys) - _MARGIN
        high = max(v.cells.x[-1] if not np.isfinite(v.cells.wall) else v.cells.wall for v in self.valleys) + _MARGIN
        step = max(_STEP, (high - low) / 250.0)
        points = np.concatenate([np.arange(low, high + step, step), extra[(extra > low) & (extra < high)]])
        return np.unique(np.round(points, 5))

    def _evidence(self, x: FloatArray) -> Evidence:
        n, g = len(self.valleys), len(x)
        slope, profile, fixed = np.zeros((n, g)), np.ones((n, g)), np.zeros((n, g))
        inside, possible = np.zeros((n, g), bool), np.ones((n, g), bool)
        factors, repeated = [], self.source in (Source.SEEDS, Source.REPEATS)
        for i, v in enumerate(self.valleys):
            c = v.cells
            at = np.clip(x, c.x[0], c.x[-1])
            weights = v.weights(at, 1)
            slope[i] = weights @ v.warp(c.mean)
            scale = weights / np.sqrt(v.precision)
            size = np.sqrt((scale**2).sum(axis=1))
            profile[i] = (size / float(np.interp(v.best, x, size))) ** 2
            if repeated:  # few runs say little of how the error changes with the rate
                best, dof = v.weights(np.array([v.best]), 1), self.variances.dof[i]
                spare = self._spare(v)
                own = v.variance(weights, spare) / max(float(v.variance(best, spare)[0]), 1e-300)
                profile[i] = (dof * own + _PROFILE_DOF * profile[i]) / (dof + _PROFILE_DOF)
            ends = v.slope(v.best + np.array([-0.05, 0.05]))
            least = (FLOOR * max(float(ends[1] - ends[0]) / 0.1, 0.0)) ** 2  # no optimum is known better than FLOOR
            fixed[i] = v.smoother.bias(c.x, weights, at) + self._rounding(v, weights) + least
            inside[i] = (x >= c.x[0] - 1e-9) & (x <= c.x[-1] + 1e-9)
            possible[i] = x < c.wall
            factors.append(scale / np.maximum(size, 1e-300)[:, None])
        best = np.array([v.best for v in self.valleys])
        return Evidence(
            self.batch_sizes, x, slope, self.variances, profile, fixed, inside, possible, tuple(factors), best
        )

    @cached_property
    def intervals(self) -> tuple[tuple[float, float], ...]:
        """95 % interval of ln rate at each batch size; infinite on a side that the rates tried leave open."""
        e = self.evidence
        out = []
        for i, v in enumerate(self.valleys):
            limit = float(student_t.ppf(0.975, e.own.total_dof[i])) ** 2
            low, high = e.interval(i, limit, float(v.cells.wall))
            out.append((min(low, v.best), max(high, v.best)))
        return tuple(out)

    @cached_property
    def points(self) -> Points:
        """The optima as fits and tests take them: estimates, or bounds where the best rate is at an edge."""
        made = []
        for i, v in enumerate(self.valleys):
            side = v.on_edge
            if side is not None:
                bound = "at_least" if side == "high" else "at_most"
                made.append(Point(v.cells.batch_size, float(np.exp(v.best)), None, 0.0, bound))  # type: ignore[arg-type]
                continue
            error, dof = self.stderr(i)
            made.append(Point(v.cells.batch_size, float(np.exp(v.best)), error, dof if error else 0.0))
        return Points(tuple(made), self._covariance(made), moderated=True)

    def stderr(self, index: int) -> tuple[float | None, float]:
        """Standard error of ln rate at one optimum inside the rates tried, and its degrees of freedom."""
        if self.source in (Source.ONE_RUN, Source.NONE):
            return None, 0.0
        e, (low, high) = self.evidence, self.intervals[index]
        dof = float(e.own.total_dof[index])
        reach = float(student_t.ppf(0.975, dof))
        by_bend = float(e.sigma[index])
        ends = [abs(end - e.best[index]) for end in (low, high) if np.isfinite(end)]
        by_ends = max(ends) / reach if ends else _WIDEST
        error = max(by_bend, by_ends) if np.isfinite(by_bend) else by_ends
        c = self.valleys[index].cells
        if np.isfinite(c.wall) and e.best[index] >= c.x[-1]:  # anywhere up to the wall
            error = max(error, float(c.wall - c.x[-1]) / np.sqrt(3.0))
        return float(min(max(error, FLOOR / 2.0), _WIDEST)), dof

    @cached_property
    def optima(self) -> tuple[Optimum, ...]:
        """The optima with what is known of them, by batch size."""
        made = []
        for i, (v, point) in enumerate(zip(self.valleys, self.points.points, strict=True)):
            c, known = v.cells, point.stderr is not None
            low, high = self.intervals[i]
            flags = {
                OptimumFlag.WALL: np.isfinite(c.wall) and v.best > c.x[max(len(c.x) - 2, 0)],
                OptimumFlag.UNFINISHED: bool(c.unfinished[np.abs(c.x - v.best) < 1.0].any()),
                OptimumFlag.BORROWED: known and c.batch_size in self.thin,
                OptimumFlag.OPEN: known and not (np.isfinite(low) and np.isfinite(high)),
            }
            interval = (float(np.exp(low)), float(np.exp(high))) if known else None
            source = str(self.source) if known else str(Source.NONE)
            seeds = c.n_seeds if known and self.source in (Source.SEEDS, Source.REPEATS) else 0
            made.append(
                Optimum(
                    c.batch_size, point.value, point.stderr, interval, v.on_edge, c.n_trials, c.n_infeasible, seeds,
                    float(c.mean[c.best]), source, tuple(flag for flag, yes in flags.items() if yes), point.dof,
                )
            )  # fmt: skip
        return tuple(made)

    def _covariance(self, made: list[Point]) -> FloatArray | None:
        return None

    def excess(self, batch_size: float, learning_rates: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Extra loss at other rates over the loss at a batch size's best one.

        Parameters
        ----------
        batch_size : float
            One of `batch_sizes`.
        learning_rates : array_like
            Shape (m,), positive.

        Returns
        -------
        mean, stderr : ndarray
            Shape (m,), in units of the loss; NaN outside the rates tried. The errors are widened for few runs, so
            that 1.96 of them are a 95 % interval.

        Raises
        ------
        ValueError
            If the batch size has no valley, or a rate is not positive.
        """
        valley = self.at(batch_size)
        at = np.log(positive_array("learning_rates", learning_rates)).ravel()
        c, warp = valley.cells, valley.warp
        inside = (at >= c.x[0] - 1e-9) & (at <= c.x[-1] + 1e-9)
        there, best = valley.weights(at, 0), valley.weights(np.array([valley.best]), 0)
        y = warp(c.mean)
        loss, least = warp.loss(there @ y), warp.loss(best @ y)
        difference = there - best
        if self.source in (Source.SEEDS, Source.REPEATS):
            variance = valley.variance(difference, self._spare(valley))
        else:
            variance = self._noise(valley, difference)
        variance = variance * self._moderation(valley) + self._rounding(valley, difference)
        stderr = np.sqrt(variance + valley.smoother.gap(c.x, difference, at, valley.best)) / warp.slope(loss)
        return np.where(inside, np.maximum(loss - least, 0.0), np.nan), np.where(inside, stderr, np.nan)

    def _moderation(self, valley: Valley) -> float:
        """What a variance over a few runs is to be multiplied by: drawn to the other batch sizes', widened for t."""
        own, i = self.variances, valley.index
        if self.source not in (Source.SEEDS, Source.REPEATS):
            return 1.0
        measured = self._measured(valley)[0]
        steadier = float(own.value[i]) / measured if measured > 0 else 1.0
        return steadier * (float(student_t.ppf(0.975, own.total_dof[i])) / 1.96) ** 2


def _smooth(used: list[Cells], narrow: list[Warp], sizes: FloatArray) -> tuple[list[Warp], list[FloatArray], Smoother]:
    """Warps, precisions of the warped means, and the process, by the likelihood of the losses themselves.

    The likelihood chooses how far cliffs are tamed, and, where too few runs are repeated to tell, whether the noise
    grows with the loss.
    """
    best: tuple[float, list[Warp], list[FloatArray], Smoother] | None = None
    for wider in _WARPS:
        warps = [Warp(w.base, w.scale * wider) for w in narrow]
        known = _noise_power(used, warps)
        steep = [w.slope(c.mean) for c, w in zip(used, warps, strict=True)]
        # of the contrasts alone: the likelihood is restricted
        jacobian = float(sum(np.log(s).mean() * max(len(s) - 3, 0) for s in steep))
        for power in _POWERS if known is None else (known,):
            precise = [c.n / (s * w.scale) ** power for c, w, s in zip(used, warps, steep, strict=True)]
            found = fit_smoother([(c.x, w(c.mean), p) for c, w, p in zip(used, warps, precise, strict=True)], sizes)
            likelihood = found.likelihood + jacobian
            if best is None or likelihood > best[0]:
                best = (likelihood, warps, precise, found)
    assert best is not None
    return best[1], best[2], best[3]


def _noise_power(used: list[Cells], warps: list[Warp]) -> float | None:
    """Power of the warp's slope that the variance of a warped run follows: 2 where the loss itself is as noisy
    everywhere, 0 where it is noisier in proportion; None with too few repeated runs to tell."""
    u, z, group = [], [], []
    for i, (c, w) in enumerate(zip(used, warps, strict=True)):
        steep = w.slope(c.mean)
        square = np.bincount(c.cell, (c.loss - c.mean[c.cell]) ** 2) * steep**2
        many = (c.n > 1) & (square > 0)
        u.append(np.log(steep * w.scale)[many])
        z.append(np.log(square[many] / (c.n[many] - 1.0)))
        group.append(np.full(int(many.sum()), i))
    if sum(map(len, u)) < 12:
        return None
    x, y, g = np.concatenate(u), np.concatenate(z), np.concatenate(group)
    count = np.maximum(np.bincount(g), 1)
    x, y = x - (np.bincount(g, x) / count)[g], y - (np.bincount(g, y) / count)[g]
    return float(np.clip((x @ y) / max(x @ x, 1e-12), 0.0, 2.0))


def _noise_of_mean(cells: Cells) -> float:
    """Standard error of a mean near the best, from repeated runs; 0 without."""
    dof = float((cells.n - 1.0).sum())
    if dof <= 0:
        return 0.0
    near = (np.abs(cells.cell - cells.best) <= 2) & (cells.n[cells.cell] > 1)
    if near.sum() < 2:
        return 0.0
    left, seed = (cells.loss - cells.mean[cells.cell])[near], cells.source[near]
    runs = np.bincount(seed)
    if runs.max() > 1:
        left = left - (np.bincount(seed, left) / np.maximum(runs, 1))[seed]
    return float(np.sqrt((left**2).mean() / np.median(cells.n)))


def _source(valleys: tuple[Valley, ...], labelled: bool) -> Source:
    if not valleys:
        return Source.NONE
    dof = [v.dof(v.weights(np.array([v.best]), 1)[0]) for v in valleys]
    if sum(d > 0 for d in dof) >= max(1, (len(dof) + 1) // 2):
        return Source.SEEDS if any(v.shared for v in valleys) else Source.REPEATS
    if all(np.isfinite(v.cells.spread).all() for v in valleys):
        return Source.STATED
    if labelled and not any(v.shared for v in valleys):
        return Source.SCATTER
    return Source.ONE_RUN
