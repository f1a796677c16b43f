"""How far a sweep is: counts, the best rates so far, the time that is left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic

import numpy as np

from surgecore.training.plans.plan import Chunk, Plan
from surgecore.training.runs.records import Record


@dataclass(frozen=True, eq=False)
class Progress:
    """How far a sweep is.

    Attributes
    ----------
    done, total : int
        Runs finished, and runs of the stage in all.
    stage : int
        0 while it scouts, 1 in the sweep itself.
    elapsed, remaining : float
        Seconds since the start, and the estimate of those to come.
    best : mapping of int to tuple of float
        Best (learning rate, mean loss) so far at each batch size, of the main output.
    cells : tuple
        (batch size, learning rate, mean loss or None, runs) of the chunk that was just finished.
    """

    done: int
    total: int
    stage: int
    elapsed: float
    remaining: float
    best: Mapping[int, tuple[float, float]]
    cells: tuple[tuple[int, float, float | None, int], ...]


class Tracker:
    """Counts runs and keeps the best mean loss of every batch size."""

    def __init__(self, plan: Plan, began: float, tell: Callable[[Progress], None] | None) -> None:
        self.main = plan.protocol.outputs()[0].key
        self.tell, self.began = tell, began
        self.stage = self.done = self.total = self.resumed = 0

    def start(self, stage: int, chunks: list[Chunk], records: list[Record]) -> None:
        """Begin a stage, with what a journal already has of it."""
        self.stage, self.done, self.started = stage, 0, monotonic()
        self.total = sum(chunk.n_runs for chunk in chunks)
        self.sums: dict[tuple[int, float], tuple[float, int]] = {}
        for record in records:
            self._count(record)
        self.resumed = self.done
        self.untold = set(self.sums)

    def _count(self, record: Record) -> None:
        self.done = min(self.done + record.chunk.n_runs, self.total)
        losses = record.losses(self.main)
        for rate, total in zip(record.chunk.rates, losses.sum(axis=0).tolist(), strict=True):
            before, count = self.sums.get((record.chunk.batch_size, rate), (0.0, 0))
            self.sums[record.chunk.batch_size, rate] = (before + total, count + len(losses))

    def add(self, record: Record) -> None:
        """Count a finished chunk, and tell."""
        self._count(record)
        if self.tell is None:
            return
        now = monotonic()
        remaining = (now - self.started) / max(self.done - self.resumed, 1) * (self.total - self.done)
        means = {cell: total / count for cell, (total, count) in self.sums.items()}
        best: dict[int, tuple[float, float]] = {}
        for (batch_size, rate), mean in means.items():
            if np.isfinite(mean) and (batch_size not in best or mean < best[batch_size][1]):
                best[batch_size] = (rate, mean)
        # with the first new chunk come all cells of those that a resumed run already had
        here = {(record.chunk.batch_size, rate) for rate in record.chunk.rates}
        cells = tuple(
            (*cell, means[cell] if np.isfinite(means[cell]) else None, self.sums[cell][1])
            for cell in sorted(self.untold | here)
        )
        self.untold = set()
        self.tell(Progress(self.done, self.total, self.stage, now - self.began, remaining, best, cells))
