"""The loss as a function of ln learning rate at each batch size: one model, from which all else is read.

Grids, two-stage grids, random and Bayesian searches take the same road: a Gaussian process through the cells' means
(`smooth`), whose slope is linear in the runs, so that the scatter of the runs is the error of the slope.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from surgecore._validate import FloatArray
from surgecore.sweeps.cells import cells_of, quantum
from surgecore.sweeps.errors import FLOOR, TrendedVariance, trended_variance
from surgecore.sweeps.evidence import Evidence, axis, standard_errors_above
from surgecore.sweeps.likelihood import TYPICAL
from surgecore.sweeps.missing import MissingRegion, missing_regions
from surgecore.sweeps.optima import Optimum, OptimumFlag
from surgecore.sweeps.points import Point, Points
from surgecore.sweeps.shared import correlation
from surgecore.sweeps.smooth import steady, warp_of
from surgecore.sweeps.taming import alike, coarse, doubted, noise_of_mean, smoothed
from surgecore.sweeps.valley import STEP, Valley

if TYPE_CHECKING:
    from surgecore.sweeps.sweep import Sweep

_MARGIN = 0.05
#: Fewest rates at a batch size that show where the loss falls.
FEWEST = 2
#: An error that rests on the slope's own bend at the optimum is not stated beyond this, in ln units.
_WIDEST = 3.0
# a bound this close to an end of the rates tried, in ln units, is that end: the axis of slopes does not tell them apart
_AT_END = 0.01
# share of likely shapes, by likelihood, that a bound may leave out
_UNLIKELY = 0.005
# worth, in degrees of freedom, of what is known beforehand of errors along the rate: how they change, and that they are
# least at the optimum; and the most that other batch sizes' errors are worth
_PROFILE_DOF = 6.0
_FLOOR_DOF = 30.0
_SHARED_DOF = 30.0


class Source(StrEnum):
    """What the errors rest on."""

    SEEDS = "seeds"
    REPEATS = "repeats"
    SCATTER = "scatter"
    ONE_RUN = "one_run"
    STATED = "stated"
    NONE = "none"


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
    labelled : bool
        Whether every trial has a seed.
    """

    valleys: tuple[Valley, ...]
    source: Source
    missing: tuple[MissingRegion, ...]
    thin: tuple[float, ...]
    quantum: float
    labelled: bool

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
        noise = [max(noise_of_mean(c), step / 3.5) for c in used]
        narrow = steady([warp_of(c, n) for c, n in zip(used, noise, strict=True)], sizes)
        used = [c.near(w.scale) for c, w in zip(used, narrow, strict=True)]
        ways = smoothed(used, narrow, sizes)
        valleys = doubted(used, ways) if coarse(used) else ways[0].valleys(used)
        source = _source(valleys, labelled)
        if source in (Source.SCATTER, Source.ONE_RUN):
            valleys = alike(valleys, narrow)
        thin = tuple(v.cells.batch_size for v in valleys if v.dof(v.weights(np.array([v.best]), 1)[0]) <= 0)
        repeated = source in (Source.SEEDS, Source.REPEATS)
        return cls(valleys, source, missing_regions(few, flat, valleys), thin if repeated else (), step, labelled)

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
            values, dof, runs = np.array([self._measured(v) for v in self.valleys]).T
            # it is the variance of one run that batch sizes have in common, not that of a mean over few or many
            found = trended_variance(values * runs, dof, self.batch_sizes)
            if found is not None:
                return replace(found, value=found.value / runs)
        noise = [self.noise(v, v.weights(np.array([v.best]), 1))[0] for v in self.valleys]
        dof = max(self.valleys[0].smoother.dof, 1.0) if self.valleys else 1.0
        return TrendedVariance.common(np.array(noise), dof)

    def _measured(self, valley: Valley) -> tuple[float, float, float]:
        weights = valley.weights(np.array([valley.best]), 1)
        return float(valley.variance(weights, self.spare(valley))[0]), valley.dof(weights[0]), valley.runs(weights[0])

    def spare(self, valley: Valley) -> float:
        """Variance of a run in a cell that was run once: that of the others at its batch size, or of all.

        Where seeds are shared by cells, what its seed did elsewhere is counted already, and only noise is left.
        """
        if valley.shared:
            s = valley.smoother
            return float(s.amplitude * s.noise[valley.index] / np.median(valley.precision / valley.cells.n))
        own, dof = valley.run_variance
        if dof >= 3:
            return own
        every = [v.run_variance for v in self.valleys]
        return float(sum(v * d for v, d in every if d) / max(sum(d for _, d in every), 1.0))

    def noise(self, valley: Valley, weights: FloatArray) -> FloatArray:
        """Variance of linear functions of the means by the noise that the process finds, or that is stated."""
        c, s = valley.cells, valley.smoother
        if self.source is Source.STATED:
            return np.asarray(weights**2 @ np.nan_to_num(c.spread * valley.warp.slope(c.mean)) ** 2)
        return np.asarray(weights**2 @ (s.amplitude * s.noise[valley.index] / valley.precision))

    def rounding(self, valley: Valley, weights: FloatArray) -> FloatArray:
        """Variance of linear functions of the means by the rounding of the losses."""
        return np.asarray(weights**2 @ (self.quantum * valley.warp.slope(valley.cells.mean)) ** 2 / 12.0)

    @cached_property
    def evidence(self) -> Evidence:
        """Slopes of all batch sizes on one axis, with their errors."""
        best = np.array([v.best for v in self.valleys])
        slopes = np.array([v.slope(v.best + np.array([-0.1, 0.1])) for v in self.valleys])
        bend = np.maximum(np.diff(slopes, axis=1)[:, 0] / 0.2, 1e-300)
        sigma = np.clip(np.sqrt(self.variances.value) / bend, 1e-3, 0.5)
        low = min(v.cells.x[0] for v in self.valleys) - _MARGIN
        high = max(v.cells.x[-1] if not np.isfinite(v.cells.wall) else v.cells.wall for v in self.valleys) + _MARGIN
        found = self._evidence(axis(low, high, max(2.0 * STEP, (high - low) / 125.0), best, sigma))
        return replace(found, excess=standard_errors_above(self, found))

    @cached_property
    def single(self) -> Evidence:
        """The same for single optima: errors between the rates by all kernels that may be true.

        Most of that error is common to batch sizes, as their rates are, and none of it tells a fall.
        """
        e = self.evidence
        fixed = e.fixed.copy()
        for i, v in enumerate(self.valleys):
            at = np.clip(e.x, v.cells.x[0], v.cells.x[-1])
            weights = v.weights(at, 1)
            fixed[i] += v.between(at, weights, averaged=True) - v.between(at, weights)
        found = replace(e, fixed=np.maximum(fixed, e.fixed))
        return replace(found, excess=standard_errors_above(self, found, averaged=True))

    def _evidence(self, x: FloatArray) -> Evidence:
        n, g = len(self.valleys), len(x)
        slope, profile, fixed = np.zeros((n, g)), np.ones((n, g)), np.zeros((n, g))
        inside, possible = np.zeros((n, g), bool), np.ones((n, g), bool)
        factors = []
        for i, v in enumerate(self.valleys):
            c = v.cells
            at = np.clip(x, c.x[0], c.x[-1])
            weights = v.weights(at, 1)
            slope[i] = v.slope(at)
            factor = self._errors_along(v, x, weights)
            profile[i] = (factor**2).sum(axis=1)
            factors.append(factor / np.sqrt(np.maximum(profile[i], 1e-300))[:, None])
            # were the optimum at x, the error there would be that of an optimum: only many runs say that it is less
            floor = _FLOOR_DOF / (_FLOOR_DOF + float(self.variances.dof.sum()))
            profile[i] = floor * np.maximum(profile[i], 1.0) + (1.0 - floor) * profile[i]
            # no optimum is known better than FLOOR
            fixed[i] = v.between(at, weights) + self.rounding(v, weights) + (FLOOR * v.bend) ** 2
            inside[i] = (x >= c.x[0] - 1e-9) & (x <= c.x[-1] + 1e-9)
            possible[i] = x < c.wall
        best = np.array([v.best for v in self.valleys])
        return Evidence(
            self.batch_sizes, x, slope, self.variances, profile, fixed, inside, possible, tuple(factors), best,
            np.zeros((n, g)),
        )  # fmt: skip

    def _errors_along(self, valley: Valley, x: FloatArray, weights: FloatArray) -> FloatArray:
        """What turns independent normal numbers into the error of a slope along x, of size 1 at the optimum.

        A seed that shifts the valley moves the slope by about as much everywhere; noise does not. The scatter of all
        seeds, about the optimum of each batch size, says more of it than one batch size could.
        """
        noise = weights / np.sqrt(valley.precision)
        at_best = valley.weights(np.array([valley.best]), 1)
        noise = np.asarray(noise / np.sqrt((at_best**2 / valley.precision).sum()))
        if self._common is None:
            return noise
        u, common, all_dof = self._common
        value, dof = float(self.variances.value[valley.index]), float(self.variances.dof[valley.index])
        share = min(float(self.noise(valley, at_best)[0]) / value, 1.0)
        where = np.clip(x - valley.best, u[0], u[-1])
        together = np.column_stack([np.interp(where, u, row) for row in common])
        own = weights @ _root(self._covariance_of(valley))
        size = float(np.interp(valley.best, x, (own**2).sum(axis=1)))
        own = own / np.sqrt(size) if size > 0 else together
        shift = np.full((len(x), 1), np.sqrt(1.0 - share))
        all_dof = min(all_dof, _SHARED_DOF)
        parts = [(dof, own), (all_dof, together), (_PROFILE_DOF, np.hstack([shift, np.sqrt(share) * noise]))]
        total = sum(worth for worth, _ in parts)
        return np.asarray(np.hstack([np.sqrt(worth / total) * part for worth, part in parts]))

    def _covariance_of(self, valley: Valley) -> FloatArray:
        """Covariance of the means; a cell that was run once has the noise of the others."""
        return np.asarray(valley.covariance + np.diag(np.where(valley.cells.n < 2, self.spare(valley), 0.0)))

    @cached_property
    def _common(self) -> tuple[FloatArray, FloatArray, float] | None:
        """What single seeds add to the slope, from the optimum on, over all batch sizes; None with one run per cell.

        Distances in ln rate; functions of them, whose squares sum to 1 at the optimum; degrees of freedom.
        """
        if not self.variances.dof.any():
            return None
        u = np.arange(-60, 61) * (2.0 * STEP)
        rows, mass = [], np.zeros(len(u))
        for v, value, dof in zip(self.valleys, self.variances.value, self.variances.dof, strict=True):
            if dof <= 0:
                continue
            inside = (v.best + u >= v.cells.x[0]) & (v.best + u <= v.cells.x[-1])
            weights = v.weights(np.where(inside, v.best + u, v.best), 1)
            added = weights @ _root(self._covariance_of(v))
            rows.append(np.sqrt(dof / value) * added.T * inside)
            mass += dof * inside
        seen = mass > 0
        found = _root((np.vstack(rows).T @ np.vstack(rows)) / np.sqrt(np.outer(mass, mass) + ~np.outer(seen, seen)))
        middle = float((found[len(u) // 2] ** 2).sum())
        if middle <= 0:
            return None
        return u[seen], found[seen].T / np.sqrt(middle), float(self.variances.dof.sum())

    @cached_property
    def intervals(self) -> tuple[tuple[float, float], ...]:
        """95 % interval of ln rate at each batch size; infinite on a side that the rates tried leave open."""
        e = self.single
        out = []
        for i, v in enumerate(self.valleys):
            limit = float(stdtrit(e.own.total_dof[i], 0.975)) ** 2
            low, high = e.interval(i, limit, float(v.cells.wall))
            out.append((min(low, v.best), max(high, v.best)))
        return tuple(out)

    def bound(self, index: int) -> float | None:
        """What ln rate the optimum lies at or beyond where the curve is least at an end of the rates tried; else None.

        The end itself only where the losses say that it lies beyond: it may as well lie between that rate and the next.
        """
        v, (below, above) = self.valleys[index], self.intervals[index]
        if v.on_edge is None:
            return None
        x, end, inward = (v.cells.x, above, 1.0) if v.on_edge == "low" else (v.cells.x[::-1], below, -1.0)
        step, room, reach = inward * (x[1] - x[0]), inward * (x[-1] - x[0]), inward * (end - x[0])
        if self.source in (Source.ONE_RUN, Source.NONE):
            reach = max(reach + 1.96 * TYPICAL, step)  # nothing tells how far its seed moved the valley
        elif v.doubt[0] > _UNLIKELY * step**2:  # some likely shape has it further in, between rates an octave apart
            reach = max(reach, step)
        elif reach < _AT_END:
            reach = 0.0
        return float(x[0] + inward * min(reach, room))

    @cached_property
    def points(self) -> Points:
        """The optima as fits and tests take them: estimates, or bounds where the best rate is at an edge."""
        made = []
        for i, v in enumerate(self.valleys):
            end = self.bound(i)
            if end is not None:
                side: Literal["at_least", "at_most"] = "at_least" if v.on_edge == "high" else "at_most"
                made.append(Point(v.cells.batch_size, float(np.exp(end)), bound=side))
                continue
            error, dof = self.stderr(i)
            made.append(Point(v.cells.batch_size, float(np.exp(v.best)), error, dof if error else 0.0))
        return Points(tuple(made), self._covariance(made), moderated=True)

    def stderr(self, index: int) -> tuple[float | None, float]:
        """Standard error of ln rate at one optimum inside the rates tried, and its degrees of freedom."""
        if self.source in (Source.ONE_RUN, Source.NONE):
            return None, 0.0
        e, (low, high) = self.single, self.intervals[index]
        dof = float(e.own.total_dof[index])
        reach = float(stdtrit(dof, 0.975))
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
                    float(np.exp(v.best)) if v.on_edge else None,
                )
            )  # fmt: skip
        return tuple(made)

    @cached_property
    def correlation(self) -> float:
        """Correlation of the optima's errors between batch sizes, where seeds are shared and it is beyond doubt."""
        return correlation(self.valleys) if self.source is Source.SEEDS and self.labelled else 0.0

    def _covariance(self, made: list[Point]) -> FloatArray | None:
        if not self.correlation:
            return None
        error = np.array([point.stderr or 0.0 for point in made])
        return np.asarray(np.outer(error, error) * (self.correlation + (1.0 - self.correlation) * np.eye(len(error))))


def _root(covariance: FloatArray) -> FloatArray:
    """Matrix whose square is a covariance, up to a thousandth; columns as many as matter."""
    values, vectors = np.linalg.eigh(covariance)
    used = values > 1e-3 * values[-1]
    return np.asarray(vectors[:, used] * np.sqrt(values[used]))


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
