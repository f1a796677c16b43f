"""The best learning rate at each batch size, with its error: a fit of the loss valley around the best cell.

One-step losses are near parabolas in the learning rate, which a cubic in it follows; losses after many steps are
skewed valleys, which a cubic or quartic in its log follows. A bare grid minimum would be off by up to half a grid
step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student_t

from surgecore._validate import FloatArray
from surgecore.sweeps.points import Point

# points with at least this share of the largest loss drop belong to the valley
_DROP_SHARE = 0.6
_MIN_POINTS = 5
# no valley reaches further than this from its best cell, in ln units (1 octave), unless the grid is coarse
_REACH = np.log(2)
_FINE = 40  # places between two cells where a minimum is looked for


@dataclass(frozen=True)
class Optimum:
    """The best learning rate at one batch size.

    Attributes
    ----------
    batch_size : float
        Batch size [examples].
    learning_rate : float
        Best learning rate; the edge itself where `on_edge` is set.
    stderr : float or None
        Standard error of the natural log of `learning_rate`, including the error of interpolating between
        grid points; None where nothing tells it, and on an edge.
    interval : tuple of float or None
        95 % interval of `learning_rate` (Student t with `dof`); None without `stderr`.
    on_edge : {"low", "high"} or None
        The best cell is the lowest or highest learning rate of the grid: the number is only a bound.
    n_trials, n_infeasible : int
        Trials at this batch size, and those of them that diverged.
    n_seeds : int
        Seeds (or anonymous repeats) that the error rests on; 0 without.
    loss : float
        Mean loss of the best cell.
    source : {"seeds", "repeats", "valley", "none"}
        Where `stderr` comes from: bootstrap over seeds, scatter of repeated trials without a seed, residuals
        of the valley fit, or nowhere.
    note : str
        What to know about this optimum, or "".
    dof : float
        Degrees of freedom behind `stderr`; 0 without.
    """

    batch_size: float
    learning_rate: float
    stderr: float | None
    interval: tuple[float, float] | None
    on_edge: Literal["low", "high"] | None
    n_trials: int
    n_infeasible: int
    n_seeds: int
    loss: float
    source: Literal["seeds", "repeats", "valley", "none"]
    note: str = ""
    dof: float = 0.0

    @property
    def point(self) -> Point:
        """What fits and tests take of it."""
        if self.on_edge is None:
            return Point(self.batch_size, self.learning_rate, self.stderr, self.dof)
        return Point(self.batch_size, self.learning_rate, bound="at_least" if self.on_edge == "high" else "at_most")


@dataclass(frozen=True)
class _Column:
    """Trials of one batch size: losses (seed, rate), NaN where not complete; rates with diverged, unfinished runs."""

    batch_size: float
    rates: FloatArray
    losses: FloatArray
    blocked: NDArray[np.bool_]
    unfinished: NDArray[np.bool_]
    n_trials: int
    n_infeasible: int
    paired: bool


@dataclass(frozen=True)
class _Valley:
    """A polynomial through part of a column: positions `u` (rates or their logs), in units of `scale`."""

    points: NDArray[np.intp]
    u: FloatArray
    degree: int
    centre: float
    scale: float
    one_step: bool

    def coefficients(self, means: FloatArray) -> FloatArray:
        """Polynomial coefficients, highest power last, for means of shape (draws, points)."""
        return np.asarray(means @ np.linalg.pinv(np.vander(self.u, self.degree + 1, increasing=True)).T)

    def minima(self, means: FloatArray) -> tuple[FloatArray, NDArray[np.bool_]]:
        """Position of the minimum in u for each draw, kept within the points, and whether the fit has one."""
        power = np.polynomial.polynomial
        c = self.coefficients(means).T
        places = np.linspace(self.u[0], self.u[-1], _FINE * (len(self.u) - 1) + 1)
        at = np.argmin(np.vander(places, self.degree + 1, increasing=True) @ c, axis=0)
        good = (at > 0) & (at < len(places) - 1)
        u, step = places[at], places[1] - places[0]
        first, second = power.polyder(c), power.polyder(c, 2)
        for _ in range(3):  # Newton's method, held to the place that was found
            bend = power.polyval(u, second, tensor=False)
            with np.errstate(all="ignore"):
                move = np.where(bend > 0, -power.polyval(u, first, tensor=False) / bend, 0.0)
            u = np.clip(u + np.clip(move, -step, step), self.u[0], self.u[-1])
        return np.where(good, u, self.u[np.argmin(means, axis=1)]), good

    def log_rate(self, u: FloatArray) -> FloatArray:
        x = self.centre + self.scale * u
        return np.asarray(np.log(x) if self.one_step else x)


def given_optimum(batch_size: Any, rows: pd.DataFrame) -> Optimum:  # noqa: ANN401 - a key of a grouping
    """An optimum that a file states: without an error, as nothing tells it."""
    rate = float(rows["learning_rate"].median())
    loss = float(rows["loss"].mean())
    return Optimum(float(batch_size), rate, None, None, None, len(rows), 0, 0, loss, "none")


def find_optima(trials: pd.DataFrame, *, one_step: bool, draws: int = 500, seed: int = 0) -> tuple[Optimum, ...]:
    """Best learning rate at each batch size of checked trials (see `Sweep.optima`)."""
    if draws < 2:
        raise ValueError(f"draws must be at least 2, but got {draws!r}")
    found, columns = [], _columns(trials)
    draws = min(draws, max(50, 200_000 // max(len(columns), 1)))  # thousands of batch sizes share one patience
    for index, column in enumerate(columns):
        rng = np.random.default_rng([seed, index])
        if (optimum := _find(column, one_step, draws, rng)) is not None:
            found.append(optimum)
    share = _grid_share([item for item in found if isinstance(item, _Refined)])
    return tuple(item.optimum(share) if isinstance(item, _Refined) else item for item in found)


def _columns(trials: pd.DataFrame) -> list[_Column]:
    status = trials["status"].to_numpy()
    batch = trials["batch_size"].to_numpy(dtype=np.float64)
    rate = trials["learning_rate"].to_numpy(dtype=np.float64)
    loss = np.where(status == "complete", trials["loss"].to_numpy(dtype=np.float64), np.nan)
    paired = "seed" in trials and bool(trials["seed"].notna().all())
    cell = trials.groupby(["batch_size", "learning_rate"], sort=False)
    replicate = pd.factorize(trials["seed"])[0] if paired else cell.cumcount().to_numpy()
    columns = []
    for size in np.unique(batch):
        here = batch == size
        rates, j = np.unique(rate[here], return_inverse=True)
        seeds, i = np.unique(replicate[here], return_inverse=True)
        total = np.zeros((len(seeds), len(rates)))
        count = np.zeros_like(total)
        complete = ~np.isnan(loss[here])
        np.add.at(total, (i[complete], j[complete]), loss[here][complete])
        np.add.at(count, (i[complete], j[complete]), 1.0)
        infeasible = status[here] == "infeasible"
        blocked = np.bincount(j[infeasible], minlength=len(rates)) > 0
        unfinished = np.bincount(j[status[here] == "incomplete"], minlength=len(rates))
        # where most runs did not finish, those that did are a choice of the lucky ones
        blocked |= unfinished > count.sum(axis=0)
        with np.errstate(invalid="ignore"):
            losses = np.where(count > 0, total / np.maximum(count, 1.0), np.nan)
        losses = _on_common_seeds(losses) if paired else losses
        n_bad = int(infeasible.sum())
        columns.append(_Column(float(size), rates, losses, blocked, unfinished > 0, int(here.sum()), n_bad, paired))
    return columns


def _on_common_seeds(losses: FloatArray) -> FloatArray:
    """Losses (seed, rate) with each seed's own level taken off where seeds are missing at some rates.

    A mean over the seeds that are there would follow those seeds and not the learning rate. Levels come from the
    rates at which every seed is there; without two of them nothing can be told apart.
    """
    have = ~np.isnan(losses)
    seeds = have.any(axis=1)
    whole = have[seeds].all(axis=0)
    if whole.all() or whole.sum() < 2:
        return losses
    level = np.zeros(len(losses))
    level[seeds] = losses[np.ix_(seeds, whole)].mean(axis=1)
    partial = ~whole & have.any(axis=0)
    out = losses.copy()
    out[:, partial] -= (level - level[seeds].mean())[:, None]
    return out


def _find(column: _Column, one_step: bool, draws: int, rng: np.random.Generator) -> Optimum | _Refined | None:
    has_loss = ~np.isnan(column.losses)
    usable = has_loss.any(axis=0) & ~column.blocked
    if not usable.any() or len(column.rates) == 1:
        return None
    means = np.full(len(column.rates), np.nan)
    means[usable] = np.nanmean(column.losses[:, usable], axis=0)
    if usable.sum() > 1 and np.ptp(means[usable]) == 0:
        return None  # every learning rate is as good: none is best
    best = int(np.nanargmin(means))
    n_seeds = int(has_loss[:, best].sum())
    counts = (column.n_trials, column.n_infeasible)
    edge = _edge(column, usable, best)
    if edge is None:
        points = _window(column.rates, means, usable, best)
        if len(points) >= 3:
            degrees = [2] if len(points) < _MIN_POINTS else [3] if one_step else [3, 4]
            valleys = [_valley(column.rates, points, best, degree, one_step) for degree in degrees]
            if points[0] < best < points[-1] or valleys[0].minima(means[points][None])[1][0]:
                return _refined(column, valleys, means, usable, draws, rng)
    rate, loss = float(column.rates[best]), float(means[best])
    n_seeds = n_seeds if n_seeds > 1 else 0
    if edge is not None:
        beyond = "lowest learning rate of the grid: the optimum lies there or below"
        if edge == "high":
            beyond = "highest learning rate of the grid: the optimum lies there or above"
        note = f"The best cell is the {beyond}."
        return Optimum(column.batch_size, rate, None, None, edge, *counts, n_seeds, loss, "none", note)
    # best cell bracketed by diverged or missing cells only: all we know is the grid step
    step = float(np.max(np.abs(np.diff(np.log(column.rates[max(best - 1, 0) : best + 2])))))
    note = "Too few usable learning rates around the best cell to interpolate: the error is that of the grid."
    error = step / 12**0.5
    interval = (rate * float(np.exp(-step)), rate * float(np.exp(step)))
    return Optimum(column.batch_size, rate, error, interval, None, *counts, n_seeds, loss, "none", note, dof=1.0)


def _edge(column: _Column, usable: NDArray[np.bool_], best: int) -> Literal["low", "high"] | None:
    if not usable[:best].any() and best == np.flatnonzero(usable)[0]:
        return "low"
    # a diverged learning rate above the best one brackets it; the end of the grid does not
    if not usable[best + 1 :].any() and not column.blocked[best + 1 :].any():
        return "high"
    return None


def _window(rates: FloatArray, means: FloatArray, usable: NDArray[np.bool_], best: int) -> NDArray[np.intp]:
    """Contiguous usable cells around the best one that make up its valley."""
    cells = np.flatnonzero(usable)
    at = int(np.searchsorted(cells, best))
    start_loss, best_loss = means[cells[0]], means[best]
    inside = best_loss + (1.0 - _DROP_SHARE) * (start_loss - best_loss)
    # rates are written with few digits: one at the limit must not be in or out by its rounding
    far = np.abs(np.log(rates[cells] / rates[best])) > _REACH + 0.02
    wall = np.array([not usable[a : b + 1].all() for a, b in pairwise(cells)])
    low = high = at
    while low > 0 and not wall[low - 1] and means[cells[low - 1]] <= inside and not far[low - 1]:
        low -= 1
    while high < len(cells) - 1 and not wall[high] and means[cells[high + 1]] <= inside and not far[high + 1]:
        high += 1
    while high - low + 1 < _MIN_POINTS:
        # widen to the side with the lower loss, but never past a cell worse than hardly training at all
        sides = []
        if low > 0 and not wall[low - 1]:
            sides.append((means[cells[low - 1]], -1))
        if high < len(cells) - 1 and not wall[high] and means[cells[high + 1]] <= start_loss:
            sides.append((means[cells[high + 1]], 1))
        if not sides:
            break
        if min(sides)[1] < 0:
            low -= 1
        else:
            high += 1
    return cells[low : high + 1]


def _valley(rates: FloatArray, points: NDArray[np.intp], best: int, degree: int, one_step: bool) -> _Valley:
    x = rates[points] if one_step else np.log(rates[points])
    centre = float(rates[best] if one_step else np.log(rates[best]))
    scale = float(np.ptp(x)) / (len(points) - 1)  # about one grid step
    # the loss after one step is a parabola in the rate only as far as the loss is quadratic: the cubic term takes
    # up the rest, which moved the optimum of real networks by up to 6 %
    return _Valley(points, (x - centre) / scale, min(degree, len(points) - 1), centre, scale, one_step)


def _refined(
    column: _Column, valleys: Sequence[_Valley], means: FloatArray, usable: NDArray[np.bool_], draws: int,
    rng: np.random.Generator,
) -> Optimum | _Refined:  # fmt: skip
    stiff, loss = valleys[0], float(np.nanmin(means))
    counts = (column.n_trials, column.n_infeasible)
    replicates, source, dof, n_seeds = _replicate_means(column, stiff, means, draws, rng)
    if replicates is None:
        rate = float(np.exp(stiff.log_rate(stiff.minima(means[stiff.points][None])[0])[0]))
        note = "One trial a cell and too few cells to judge the scatter: no error."
        return Optimum(column.batch_size, rate, None, None, None, *counts, 0, loss, "none", note)
    # residuals of the valley cannot judge a polynomial that follows them all
    tried = valleys if source != "valley" else valleys[:1]
    fits = [_Fit.of(valley, column.rates, means, usable, replicates) for valley in tried]
    chosen = min(fits, key=lambda fit: float(np.hypot(fit.spread, fit.grid_error)))
    rate, last = float(np.exp(chosen.log_rate)), int(stiff.points[-1])
    notes = []
    if column.blocked[last + 1 :].any() and rate > column.rates[stiff.points[-2]]:
        notes.append("Bracketed from above by diverged runs only.")
    if np.mean(chosen.good) < 0.9:
        notes.append("The valley is flat against the noise: many resamples have no clear minimum.")
    if column.unfinished[stiff.points].any():
        notes.append("Some runs near the optimum did not finish: the others are compared after their seeds' levels.")
    note = " ".join(notes)
    bare = Optimum(column.batch_size, rate, None, None, None, *counts, n_seeds, loss, source, note, dof)
    misfit = None
    if len(fits) > 1:
        noise = float(np.var(fits[1].positions - fits[0].positions))
        misfit = ((fits[1].log_rate - fits[0].log_rate) ** 2 - noise) / fits[0].grid_error ** 2
    fine = float(np.median(np.diff(np.log(column.rates[stiff.points])))) < 0.7 * np.log(2)
    return _Refined(bare, chosen.spread, chosen.grid_error, fine, misfit)


@dataclass(frozen=True)
class _Fit:
    """Where one polynomial has its minimum, in ln rate, and where the resampled means have theirs."""

    log_rate: float
    positions: FloatArray
    good: NDArray[np.bool_]
    grid_error: float

    @classmethod
    def of(
        cls, valley: _Valley, rates: FloatArray, means: FloatArray, usable: NDArray[np.bool_], replicates: FloatArray
    ) -> _Fit:
        u, _ = valley.minima(means[valley.points][None])
        grid_error = _grid_error(np.log(rates[valley.points]), valley)
        # other means have their best cell, and so the valley's cells, elsewhere
        best = valley.points[np.argmin(replicates[:, valley.points], axis=1)]
        positions, good = np.empty(len(best)), np.empty(len(best), dtype=np.bool_)
        for cell in np.unique(best):
            here, points = best == cell, _window(rates, means, usable, int(cell))
            there = valley
            if cell != valley.points[np.argmin(means[valley.points])] and len(points) > valley.degree:
                there = _valley(rates, points, int(cell), valley.degree, valley.one_step)
            places, good[here] = there.minima(replicates[np.ix_(here, there.points)])
            positions[here] = there.log_rate(places)
        return cls(float(valley.log_rate(u)[0]), positions, good, grid_error)

    @property
    def spread(self) -> float:
        return float(np.std(self.positions))


@dataclass(frozen=True)
class _Refined:
    """An optimum between grid points before its error is known: that needs the other batch sizes too."""

    bare: Optimum
    spread: float
    grid_error: float
    fine: bool
    misfit: float | None

    def optimum(self, share: float) -> Optimum:
        """With the error of the resampled seeds, and that share of the usual error of the grid.

        On a coarse grid two polynomials that agree may both be wrong: nothing is taken off there.
        """
        grid_error = self.grid_error * (share if self.fine else 1.0)
        reach = float(np.hypot(student_t.ppf(0.975, self.bare.dof) * self.spread, 1.96 * grid_error))
        rate = self.bare.learning_rate
        interval = (rate * float(np.exp(-reach)), rate * float(np.exp(reach)))
        return replace(self.bare, stderr=float(np.hypot(self.spread, grid_error)), interval=interval)


def _grid_share(found: Sequence[_Refined]) -> float:
    """How much of the usual error of interpolation these valleys have, from 0.1 to 1.

    A quartic through the same cells moves the minimum of a cubic by about the usual error of the cubic; what
    resampling alone moves it is taken off. One batch size says little, so all of them are taken together, with
    half an observation of what is usual.
    """
    known = [item.misfit for item in found if item.misfit is not None]
    if not known:
        return 1.0
    return float(np.sqrt(np.clip((sum(known) + 0.25) / (len(known) + 0.5), 0.01, 1.0)))


def _grid_error(x: FloatArray, valley: _Valley) -> float:
    """Error of interpolating a skewed valley, in ln units: one to two per cent for half an octave between points."""
    octaves = float(np.median(np.diff(x))) / np.log(2)
    if valley.one_step:
        return float(0.01 * max(1.0, octaves))
    error = {2: 0.04, 3: 0.02, 4: 0.015}[valley.degree] * (2.0 * octaves) ** 2.2
    return float(min(max(error, 0.005), octaves * np.log(2) / np.sqrt(12.0)))


def _replicate_means(
    column: _Column, valley: _Valley, means: FloatArray, draws: int, rng: np.random.Generator
) -> tuple[FloatArray | None, Literal["seeds", "repeats", "valley", "none"], float, int]:
    """Resampled cell means (draws, rates), what they rest on, its degrees of freedom, number of seeds."""
    have = ~np.isnan(column.losses)
    inside = have[:, valley.points].sum(axis=0)
    if column.paired and (inside >= 2).all():
        # seeds are resampled jointly for all learning rates: they share initial weights and minibatches
        n = len(column.losses)
        weights = rng.multinomial(n, np.full(n, 1.0 / n), size=draws).astype(np.float64)
        count = weights @ have
        total = weights @ np.where(have, column.losses, 0.0)
        resampled = np.where(count > 0, total / np.maximum(count, 1.0), means)
        n = int(np.median(inside))
        # the bootstrap's variance falls short by (n - 1) / n
        return means + (resampled - means) * np.sqrt(n / (n - 1)), "seeds", float(n - 1), n
    replicates = np.broadcast_to(means, (draws, len(means))).copy()
    if not column.paired and (inside >= 2).all():
        losses = column.losses[:, valley.points]
        error = np.nanstd(losses, axis=0, ddof=1) / np.sqrt(inside)
        noise: Any = rng.standard_normal((draws, len(inside)))
        replicates[:, valley.points] += error * noise
        return replicates, "repeats", float((inside - 1).sum()), int(np.median(inside))
    dof = len(inside) - valley.degree - 1
    if dof < 1:
        return None, "none", 0.0, 0
    here = means[valley.points]
    fitted = np.polynomial.polynomial.polyval(valley.u, valley.coefficients(here[None])[0])
    scatter = float(np.sqrt(((here - fitted) ** 2).sum() / dof))
    replicates[:, valley.points] = fitted + scatter * rng.standard_normal((draws, len(inside)))
    return replicates, "valley", float(dof), 0
