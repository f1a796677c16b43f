"""Where losses fall below targets, from few readings of the full loss.

A reading costs as much as hundreds of steps at a small batch size. So runs are read coarsely, parameters are kept
between two readings, and the stretch in which a run crossed a target is bisected.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, log
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from surgecore.training.engine.loop import Engine

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
#: A stretch without a reading is at most one part in so many of the run so far: early losses fall fast.
_SHARE = 4


class Crossings:
    """First crossings of target losses, and the losses some steps later, of all runs of an engine.

    Points are `every` steps apart. A crossing is interpolated between two neighbouring points that were both read, the
    second being the first at or below the target of all that were read; losses between points are interpolated too.

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
    coarse : int
        Most points from one reading of all runs to the next; 1 reads every point.

    Attributes
    ----------
    step : dict of float to ndarray, shape (seeds, rates)
        Of each target; NaN where it was never reached.
    diverged : ndarray of bool, shape (seeds, rates)
        Whether the last reading was not finite.
    """

    def __init__(
        self, engine: Engine, targets: Sequence[float], then: Sequence[int], *, every: int, most: int, coarse: int
    ) -> None:
        self._engine, self._then, self._every, self._most = engine, then, every, most
        first = engine.losses()
        self._at, self._losses, self._seen = [0.0], [first], [np.ones(first.shape, dtype=bool)]
        self._wanted: dict[int, list[tuple[int, int]]] = {}
        self._last_wanted = np.zeros(first.shape, dtype=np.int64)
        self._active = np.arange(first.shape[1])
        self.diverged = ~np.isfinite(first)
        self.step = {target: np.full(first.shape, np.nan) for target in targets}
        self._close(0)
        coarse = min(coarse, engine.most_snapshots())
        while engine.steps < most and len(self._active):
            self._stretch(max(1, min(coarse, (len(self._at) - 1) // _SHARE)))
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

    def _stretch(self, points: int) -> None:
        """Go on to the next reading of all runs, then read between where that is needed."""
        engine, base = self._engine, len(self._at) - 1
        kept: list[Any] = [engine.snapshot()] if points > 1 else []
        for _ in range(points):
            if engine.steps < self._most:
                engine.advance(min(self._every, self._most - engine.steps))
                self._at.append(float(engine.steps))
                self._losses.append(np.full(self.diverged.shape, np.nan))
                self._seen.append(np.zeros(self.diverged.shape, dtype=bool))
                if points > 1:
                    kept.append(engine.snapshot())
        end = self._losses[-1]
        end[:, self._active] = engine.losses()
        self._seen[-1][:, self._active] = True
        # a run that diverged here may have crossed a target before
        burst = np.zeros(end.shape, dtype=bool)
        burst[:, self._active] = ~np.isfinite(end[:, self._active]) & np.isfinite(self._losses[base][:, self._active])
        for point in range(base + 1, len(self._at)):
            self._wanted.setdefault(point, []).extend(_runs(burst))
        while self._close(base) | self._read(base, kept):
            pass
        self.diverged[:, self._active] = ~np.isfinite(end[:, self._active])

    def _close(self, base: int) -> bool:
        """Note crossings after the point `base`, and what is to be read; whether there is anything new."""
        losses, seen = np.array(self._losses[base:]), np.array(self._seen[base:])
        points = np.arange(len(losses))[:, None, None]
        before = np.maximum.accumulate(np.where(seen, points, -1), axis=0)
        news = False
        for target, step in self.step.items():
            below = seen & (losses <= target)
            first = below.argmax(axis=0)
            found = below.any(axis=0) & np.isnan(step)
            last = np.take_along_axis(before, np.maximum(first - 1, 0)[None], axis=0)[0]
            last[first == 0] = 0
            for run in _runs(found):
                news = True
                low, high = int(last[run]), int(first[run])
                if high - low > 1:
                    self._wanted.setdefault(base + (low + high) // 2, []).append(run)
                else:
                    step[run] = self._between(target, base + low, base + high, run)
                    self._need(step[run], run)
        return news

    def _between(self, target: float, low: int, high: int, run: tuple[int, int]) -> float:
        above, below = self._losses[low][run], self._losses[high][run]
        if low == high:
            return self._at[low]
        share = (above - target) / (above - below) if np.isfinite(above) else 1.0  # from infinity: the reading itself
        return float(self._at[low] + share * (self._at[high] - self._at[low]))

    def _need(self, crossing: float, run: tuple[int, int]) -> None:
        """Points about the steps after a crossing."""
        final = ceil(self._most / self._every)
        for k in self._then:
            low = int((crossing + k) // self._every)
            for point in (min(low, final), min(low + 1, final)):
                self._wanted.setdefault(point, []).append(run)
                self._last_wanted[run] = max(self._last_wanted[run], point)

    def _read(self, base: int, kept: list[Any]) -> bool:
        """Read what is wanted of this stretch; whether there was anything."""
        cells = {
            (point, *run)
            for point in range(base, len(self._at))
            for run in self._wanted.pop(point, [])
            if not self._seen[point][run]
        }
        column = {int(rate): i for i, rate in enumerate(self._active)}
        which = sorted(cell for cell in cells if cell[2] in column)
        if not which:
            return False
        asked = np.array([(point - base, seed, column[rate]) for point, seed, rate in which])
        for cell, loss in zip(which, self._engine.losses_of(kept, asked), strict=True):
            point, *run = cell
            self._losses[point][tuple(run)] = loss
            self._seen[point][tuple(run)] = True
        return True

    def _drop(self) -> None:
        """Leave out the learning rates of which all runs are over."""
        lowest = self.step[min(self.step)]
        done = np.isfinite(lowest) & (self._last_wanted < len(self._at))
        over = done | np.isnan(self._losses[-1])  # from infinity a run may come back
        left = np.flatnonzero(~over[:, self._active].all(axis=0))
        # it costs a copy, so it is done when a quarter of them is finished
        if len(left) <= 0.75 * len(self._active):
            self._active = self._active[left]
            if len(left):
                self._engine.keep(left.tolist())


def _runs(mask: Mask) -> list[tuple[int, int]]:
    return [(int(seed), int(rate)) for seed, rate in zip(*np.nonzero(mask), strict=True)]


def n_readings(points: int, coarse: int, targets: int, then: int) -> int:
    """About how many readings of its loss a run of so many points takes."""
    if coarse <= 1:
        return 1 + points
    early = min(points, _SHARE * coarse)
    grown = min(early, _SHARE) + log(max(early / _SHARE, 1)) / log(1 + 1 / _SHARE)
    return ceil(1 + grown + (points - early) / coarse + targets * (log(coarse, 2) + 2 * then))
