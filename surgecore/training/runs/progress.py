"""How far a sweep is: counts, the best rates so far, the time that is left."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from time import monotonic

import numpy as np

from surgecore.training.plans.estimate import chunk_seconds, stages
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

    def __init__(self, plan: Plan, began: float, tell: Callable[[Progress], None] | None, device: str = "cpu") -> None:
        self.main = plan.protocol.outputs()[0].key
        self.tell, self.began, self.plan, self.device = tell, began, plan, device
        self.stage = self.done = self.total = 0
        self.spent = self.computed = 0.0

    def start(self, stage: int, chunks: list[Chunk], records: list[Record], left: list[Chunk]) -> None:
        """Begin a stage, with what a journal already has of it and what is left to compute."""
        self.stage, self.done, self.last = stage, 0, monotonic()
        self.total = sum(chunk.n_runs for chunk in chunks)
        self.sums: dict[tuple[int, float], tuple[float, int]] = {}
        for record in records:
            self._tally(record)
        self.untold = set(self.sums)
        self.left = sum(map(self._weight, left)) + sum(self._later(stage))

    def _weight(self, chunk: Chunk) -> float:
        return chunk_seconds(self.plan, chunk, self.device)

    def _later(self, stage: int) -> Iterator[float]:
        """What the stages after this one weigh."""
        for other, rates in stages(self.plan):
            if other > stage:
                yield from map(self._weight, self.plan.chunks(other, rates, self.device))

    def _remaining(self, chunk: Chunk, now: float) -> float:
        """Seconds to come, where this chunk is done too: large batches weigh more, and those of an earlier stage count.

        Zero after the last chunk, however it was cut.
        """
        weight = self._weight(chunk)
        self.computed, self.left = self.computed + weight, max(self.left - weight, 0.0)
        self.spent, self.last = self.spent + now - self.last, now
        over = self.done == self.total and not any(self._later(self.stage))
        return 0.0 if over else self.spent / self.computed * self.left

    def _tally(self, record: Record) -> None:
        self.done = min(self.done + record.chunk.n_runs, self.total)
        losses = record.losses(self.main)
        for rate, total in zip(record.chunk.rates, losses.sum(axis=0).tolist(), strict=True):
            before, count = self.sums.get((record.chunk.batch_size, rate), (0.0, 0))
            self.sums[record.chunk.batch_size, rate] = (before + total, count + len(losses))

    def add(self, record: Record) -> None:
        """Count a finished chunk, and tell."""
        self._tally(record)
        if self.tell is None:
            return
        now = monotonic()
        remaining = self._remaining(record.chunk, now)
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
