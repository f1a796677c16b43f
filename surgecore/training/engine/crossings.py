"""Where losses fall below targets, without reading more of the full loss than that takes.

A reading costs as much as hundreds of steps at a small batch size. But whether a loss is still above a target is
often proved by a part of the data, and the exact loss matters at the crossing only.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

    from surgecore.training.engine.loop import Engine

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Run = tuple[int, int]

#: Points of a run that are read together, at most.
_MOST_AHEAD = 32
#: Share of the learning rates, below which the others are left out.
_LEFT = 15 / 16


class Crossings:
    """First crossings of target losses, and the losses some steps later, of all runs of an engine.

    Points are `every` steps apart. A target is crossed between the first point at which the loss is not above it, and
    the point before; the step is interpolated between the two. Losses between points are interpolated too.

    Parameters
    ----------
    engine : Engine
        At its start; it is run to the end.
    targets : sequence of float
        Losses to be crossed.
    then : sequence of int
        Steps after each crossing at which the loss is needed too.
    every, most : int
        Steps between two points, and of the longest run.
    together : int, optional
        Runs whose losses are read in about the time that the calls take; with 1 every point is read when it is there.

    Attributes
    ----------
    step : dict of float to ndarray, shape (seeds, rates)
        Of each target; NaN where it was never reached.
    diverged : ndarray of bool, shape (seeds, rates)
        Whether the last reading was not finite.
    """

    def __init__(
        self, engine: Engine, targets: Sequence[float], then: Sequence[int], *, every: int, most: int, together: int = 1
    ) -> None:
        self._engine, self._then, self._every, self._most = engine, then, every, most
        self._together = together
        first = engine.losses()
        self._at = [0.0]
        #: Of every point; NaN where a loss was not read to the end, or is none.
        self._losses = [first]
        self._wanted: dict[int, list[Run]] = {}
        self._last_wanted = np.zeros(first.shape, dtype=np.int64)
        self._active = np.arange(first.shape[1])
        self._lost = np.isnan(first)
        self.diverged = ~np.isfinite(first)
        self.step = {target: np.full(first.shape, np.nan) for target in sorted(targets, reverse=True)}
        #: The next target of every run, -inf after the last.
        self._next = np.full(first.shape, max(targets))
        for run in _runs(first <= max(targets)):
            self._cross(run)
        while engine.steps < most and len(self._active):
            self._advance()
            self._drop()

    def later(self, target: float, k: int) -> Array:
        """Loss of every run k steps after its crossing, NaN where there is none."""
        when = self.step[target] + k
        out = np.full(when.shape, np.nan)
        for run in zip(*np.nonzero(np.isfinite(when)), strict=True):
            low = min(int(when[run] // self._every), len(self._at) - 1)
            high = min(low + 1, len(self._at) - 1)
            width = self._at[high] - self._at[low]
            share = (when[run] - self._at[low]) / width if width else 0.0
            here, there = self._losses[low][run], self._losses[high][run]
            out[run] = here if share == 0 else (1 - share) * here + share * there
        return out

    def _advance(self) -> None:
        """Go on by some points, and read there what may matter: of all of them at once, then look at one by one."""
        engine = self._engine
        shots, points = [engine.snapshot()], []
        for _ in range(self._ahead()):
            if engine.steps < self._most:
                engine.advance(min(self._every, self._most - engine.steps))
                points.append(engine.steps)
                shots.append(engine.snapshot())
        exact = np.array([self._exact(len(self._at) + i, at) for i, at in enumerate(points)])
        read = np.stack([self._may_matter(here) for here in exact])
        floors = np.where(exact, np.inf, self._next)
        found, whole = np.full(read.shape, np.nan), np.zeros(read.shape, dtype=bool)
        if read.any():
            found[read], whole[read] = self._read(read, floors[read], shots[1:])
        for i, at in enumerate(points):
            exact_now = self._exact(len(self._at), at)
            self._wanted.pop(len(self._at), None)
            self._at.append(float(at))
            self._losses.append(np.full(self.diverged.shape, np.nan))
            self._look(self._may_matter(exact_now), exact_now, found[i], whole[i], shots[i : i + 2])

    def _ahead(self) -> int:
        """Points that are read together: calls bind where runs are few, and what is read beyond a crossing is lost."""
        count = len(self._next) * len(self._active)
        return max(1, min(_MOST_AHEAD, self._together // count))

    def _exact(self, point: int, steps: int) -> Mask:
        """Of which runs the loss at a point is told to the end: of the last point of all."""
        exact = np.full(self.diverged.shape, steps >= self._most)
        for run in self._wanted.get(point, ()):
            exact[run] = True
        return exact

    def _may_matter(self, exact: Mask) -> Mask:
        asked = np.zeros(exact.shape, dtype=bool)
        asked[:, self._active] = True
        asked &= ~self._lost & (exact | np.isfinite(self._next))
        return asked

    def _look(self, asked: Mask, exact: Mask, found: Array, whole: Mask, shots: Sequence[Tensor]) -> None:
        """Look at the last point, given what was read there and snapshots of it and of the point before."""
        if not asked.any():
            return
        # a crossing just before has made the exact loss matter here
        if (unread := asked & exact & ~whole).any():
            found[unread] = self._read(unread[None], np.full(int(unread.sum()), np.inf), shots[1:])[0]
            whole = whole | unread
        now = self._losses[-1]
        now[asked] = np.where(whole, found, np.nan)[asked]
        self.diverged[asked] = ~np.isfinite(found[asked])
        self._lost[asked] = np.isnan(found[asked])
        crossed = now <= self._next
        if (unread := crossed & np.isnan(self._losses[-2])).any():
            self._losses[-2][unread] = self._read(unread[None], np.full(int(unread.sum()), np.inf), shots[:1])[0]
        for run in _runs(crossed):
            self._cross(run)

    def _read(self, which: Mask, floors: Array, shots: Sequence[Tensor]) -> tuple[Array, Mask]:
        """Read runs, each at its snapshot: `which` has shape (snapshots, seeds, rates)."""
        runs = np.argwhere(which)
        column = np.full(which.shape[2], -1)
        column[self._active] = np.arange(len(self._active))
        return self._engine.losses_of(np.column_stack([runs[:, :2], column[runs[:, 2]]]), floors, shots)

    def _cross(self, run: Run) -> None:
        """Note which targets a run has crossed at the last point, and what is to be read after that."""
        left = [target for target, step in self.step.items() if np.isnan(step[run])]
        below = self._losses[-1][run]
        for target in left:
            if below <= target:
                self.step[target][run] = step = self._between(target, run)
                for k in self._then:
                    low = int((step + k) // self._every)
                    for point in (min(low, self._final), min(low + 1, self._final)):
                        self._wanted.setdefault(point, []).append(run)
                        self._last_wanted[run] = max(self._last_wanted[run], point)
        self._next[run] = max((target for target in left if below > target), default=-np.inf)

    @property
    def _final(self) -> int:
        return ceil(self._most / self._every)

    def _between(self, target: float, run: Run) -> float:
        if len(self._at) == 1:
            return 0.0
        above, below = self._losses[-2][run], self._losses[-1][run]
        share = (above - target) / (above - below) if np.isfinite(above) else 1.0  # from infinity: the reading itself
        return float(self._at[-2] + share * (self._at[-1] - self._at[-2]))

    def _drop(self) -> None:
        """Leave out the learning rates of which all runs are over."""
        done = np.isneginf(self._next) & (self._last_wanted < len(self._at))
        over = done | self._lost  # from infinity a run may come back
        left = np.flatnonzero(~over[:, self._active].all(axis=0))
        # it costs a copy, which is less than a step where one learning rate in sixteen is left out
        if len(left) <= _LEFT * len(self._active):
            self._active = self._active[left]
            if len(left):
                self._engine.keep(left.tolist())


def _runs(mask: Mask) -> list[Run]:
    return [(int(seed), int(rate)) for seed, rate in np.argwhere(mask)]
