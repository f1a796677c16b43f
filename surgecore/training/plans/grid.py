"""Grids of a plan, how it is computed, and the chunks of runs that it is cut into. No torch."""

from __future__ import annotations

import json
from collections.abc import Set
from dataclasses import dataclass, replace
from hashlib import sha256

from surgecore.training.engine.precision import PRECISIONS
from surgecore.training.workloads.options import option


@dataclass(frozen=True)
class Grid:
    """Batch sizes, learning rates and seeds.

    `few_seeds` seeds are used from batch size `few_seeds_from` on. With `refine`, a first stage of `scout_seeds` seeds
    runs `learning_rates`, and the rates proper are `each_side` steps of 1 / `per_octave` octave each side of where
    it found the optima.
    """

    batch_sizes: tuple[int, ...] = option((4, 16, 64, 256), 1, 1 << 24)
    learning_rates: tuple[float, ...] = option((0.01,), 1e-12, 1e6)
    seeds: int = option(8, 1, 100_000)
    first_seed: int = option(0, 0, 1 << 31)
    few_seeds: int = option(0, 0, 100_000)
    few_seeds_from: int = option(1 << 24, 1)
    refine: bool = option(False)
    scout_seeds: int = option(4, 1, 1000)
    each_side: int = option(5, 1, 50)
    per_octave: float = option(2.0, 0.25, 16)

    def n_seeds(self, batch_size: int) -> int:
        """Seeds at a batch size."""
        return self.few_seeds if self.few_seeds and batch_size >= self.few_seeds_from else self.seeds


@dataclass(frozen=True)
class RunOptions:
    """How a plan is computed; none of it but the precision changes what is computed, beyond rounding.

    Without `native`, or with "auto", steps are taken in native code where there is some and the estimate says that it
    pays; likewise without `compile` they are compiled by torch.
    """

    native: bool | None = option(None)
    compile: bool | None = option(None)
    memory_mb: float = option(512.0, 16)
    precision: str = option("float32", choices=PRECISIONS)


@dataclass(frozen=True)
class Chunk:
    """Runs that advance together.

    Attributes
    ----------
    stage : int
        0 for the scouting stage of a refined grid, else 1.
    batch_size : int
        Examples a minibatch.
    seeds, rates : tuple
        Every combination is one run.
    """

    stage: int
    batch_size: int
    seeds: tuple[int, ...]
    rates: tuple[float, ...]

    @property
    def key(self) -> str:
        """Identity within its plan."""
        which = sha256(json.dumps([self.seeds, self.rates]).encode()).hexdigest()[:12]
        return f"{self.stage}/{self.batch_size}/{self.seeds[0]}-{self.seeds[-1]}/{which}"

    @property
    def n_runs(self) -> int:
        """Seeds times rates."""
        return len(self.seeds) * len(self.rates)

    def halves(self) -> tuple[list[Chunk], int]:
        """Two chunks of half the seeds each (0), or of half the rates where there is one seed (1)."""
        if len(self.seeds) > 1:
            middle = len(self.seeds) // 2
            return [replace(self, seeds=part) for part in (self.seeds[:middle], self.seeds[middle:])], 0
        middle = len(self.rates) // 2
        return [replace(self, rates=part) for part in (self.rates[:middle], self.rates[middle:])], 1

    def without(self, done: Set[tuple[int, int, float]]) -> Chunk | None:
        """What of it is not done, given (batch size, seed, rate) of what is; whole seeds."""
        seeds = tuple(s for s in self.seeds if any((self.batch_size, s, r) not in done for r in self.rates))
        return replace(self, seeds=seeds) if seeds else None
