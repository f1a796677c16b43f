"""Sweep plans: TOML files that a person can read, checked with all errors at once. No torch."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from hashlib import sha256
from math import ceil, log2
from os import PathLike
from pathlib import Path
from typing import Any

from surgecore.training.engine.policies import Fixed, Policy
from surgecore.training.engine.protocols import Protocol
from surgecore.training.engine.rules import Optimizer
from surgecore.training.engine.stack import n_params
from surgecore.training.plans.grid import Chunk as Chunk
from surgecore.training.plans.grid import Grid as Grid
from surgecore.training.plans.grid import RunOptions as RunOptions
from surgecore.training.plans.tables import STATES as STATES
from surgecore.training.plans.tables import read_tables, rounded
from surgecore.training.workloads.problems import PlanCode, PlanProblem, wrong
from surgecore.training.workloads.problems import PlanError as PlanError
from surgecore.training.workloads.workloads import Workload

#: Working sets of this size stay in a processor's caches, and one step of them costs little but arithmetic.
_CACHE = 6_500_000
_PARAMETER_CACHE = 16_000_000
#: A plan may not have more than this: it is costed, and cut into chunks, before anybody has agreed to run it.
_MOST_RUNS, _MOST_CHUNKS = 10_000_000, 100_000


@dataclass(frozen=True)
class Plan:
    """A checked plan of a sweep over batch size, learning rate and seed.

    Attributes
    ----------
    name, title : str
        Name for files, and for people.
    workload, optimizer, protocol, grid, run
        Its five tables.
    state : str
        "cold" (empty optimizer state), "warm" (state of `warm_steps` gradients at the start) or "limit" (all beta = 0).
    policy : Policy
        Who chooses each run's next batch; the grid's batch sizes are the first ones.
    source : mapping
        The tables as read: what `to_toml` and `digest` are made of.
    """

    name: str
    title: str
    workload: Workload
    optimizer: Optimizer
    protocol: Protocol
    grid: Grid
    run: RunOptions
    state: str = "cold"
    warm_steps: int = 200
    policy: Policy = field(default_factory=Fixed)
    source: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_toml(cls, source: str | PathLike[str], *, allow_import: bool = False) -> Plan:
        """Read a plan from a file, or from TOML text (a string with a line break).

        Parameters
        ----------
        source : str or path
            The file or the text.
        allow_import : bool, optional
            Whether the plan may name a workload by its import path, which runs that module: never for a plan that
            somebody else wrote.

        Raises
        ------
        PlanError
            With every problem at once.
        OSError
            If the file cannot be read.
        """
        is_text = isinstance(source, str) and "\n" in source
        text = str(source) if is_text else Path(source).read_text(encoding="utf-8")
        try:
            table = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise PlanError([wrong(PlanCode.TOML, error=str(error))]) from error
        return cls.from_dict(table, allow_import=allow_import)

    @classmethod
    def from_dict(cls, table: Mapping[str, Any], *, allow_import: bool = False) -> Plan:
        """Check the tables of a plan.

        Parameters
        ----------
        table : mapping
            Its tables, as TOML gives them.
        allow_import : bool, optional
            As in `from_toml`.

        Raises
        ------
        PlanError
            With every problem at once.
        """
        problems: list[PlanProblem] = []
        parts = read_tables(table, problems, allow_import=allow_import)
        plan = None
        if parts is not None:
            given = {part.name: getattr(parts, part.name) for part in fields(parts)}
            plan = cls(**given, source=dict(table))
            problems += plan._too_large()
        if problems or plan is None:  # whatever could not be read is among the problems
            raise PlanError(problems)
        return plan

    def to_toml(self) -> str:
        """Write the plan so that `from_toml` reads it back as the same plan."""
        import tomli_w  # here, so that a plan can be read and run without

        return tomli_w.dumps(_writable(self.source))

    @property
    def digest(self) -> str:
        """SHA-256 of what the plan computes: everything but its title and how it is computed."""
        table = {key: value for key, value in self.source.items() if key not in ("title", "run")}
        if self.run.precision != "float32":
            table["precision"] = self.run.precision
        return sha256(json.dumps(table, sort_keys=True).encode()).hexdigest()

    def chunks(
        self, stage: int, rates: Mapping[int, tuple[float, ...]] | None = None, device: str = "cpu"
    ) -> list[Chunk]:
        """Cut a stage into chunks that fit a CPU's caches where they can and the memory budget always.

        A GPU is kept busy by many runs, not by small ones: there a chunk is as large as the memory budget allows.

        Parameters
        ----------
        stage : int
            0 scouts, 1 is the sweep itself.
        rates : mapping of int to tuple of float, optional
            Learning rates of each batch size; the grid's by default.
        device : str, optional
            "cpu" or "cuda".
        """
        out = []
        for batch_size in self.grid.batch_sizes:
            here = self.grid.learning_rates if rates is None else rates[batch_size]
            width, groups = self._cut(batch_size, len(here), device)
            count = self._n_seeds(stage, batch_size)
            seeds = [self.grid.first_seed + i for i in range(count)]
            for at in range(0, count, groups):
                for low in range(0, len(here), width):
                    part = tuple(seeds[at : at + groups]), tuple(here[low : low + width])
                    out.append(Chunk(stage, batch_size, *part))
        return out

    def _n_seeds(self, stage: int, batch_size: int) -> int:
        count = self.grid.n_seeds(batch_size)
        return min(count, self.grid.scout_seeds) if stage == 0 else count

    def _cut(self, batch_size: int, n_rates: int, device: str) -> tuple[int, int]:
        """Learning rates and seeds of the largest chunk."""
        buffers = self.optimizer.n_buffers
        room = self.run.memory_mb * 1e6
        # on a GPU with what the capture of a graph holds beside them: copies before and after, and temporaries
        most = self._max_runs(batch_size, room, room, 4 + buffers if device == "cpu" else 10 + 2 * buffers)
        width = min(n_rates, most)
        if device == "cpu" and self.workload.alone and self._held(batch_size) > _CACHE:
            return 1, 1
        soft = self._max_runs(batch_size, _CACHE, _PARAMETER_CACHE, 4 + buffers) if device == "cpu" else most
        return width, max(1, min(soft, most) // width)

    def _too_large(self) -> list[PlanProblem]:
        """What is too much to be costed and cut into chunks; found without doing either."""
        grid, runs, chunks = self.grid, 0, 0
        surround = 2 * grid.each_side + 1
        stages = [(0, len(grid.learning_rates)), (1, surround)] if grid.refine else [(1, len(grid.learning_rates))]
        for stage, n_rates in stages:
            for batch_size in grid.batch_sizes:
                width, groups = self._cut(batch_size, n_rates, "cpu")
                count = self._n_seeds(stage, batch_size)
                runs += count * n_rates
                chunks += ceil(count / groups) * ceil(n_rates / width)
        if runs > _MOST_RUNS:
            return [wrong(PlanCode.MANY_RUNS, limit=f"{_MOST_RUNS:,}", got=f"{runs:,}")]
        if chunks > _MOST_CHUNKS:
            return [wrong(PlanCode.MANY_CHUNKS, limit=f"{_MOST_CHUNKS:,}", got=f"{chunks:,}")]
        return []

    def _max_runs(self, batch_size: int, activations: float, parameters: float, copies: int) -> int:
        by_parameters = parameters / (4 * n_params(self.workload.shapes) * copies)
        return max(1, int(min(activations / self._held(batch_size), by_parameters)))

    def _held(self, batch_size: int) -> int:
        """Bytes of activations of one run."""
        return 4 * self.workload.activations * self.workload.cost_in_examples(self.policy.drawn(batch_size))

    def refined(self, optima: Mapping[int, tuple[float, ...]]) -> dict[int, tuple[float, ...]]:
        """Learning rates of the second stage around the first stage's best ones.

        Parameters
        ----------
        optima : mapping of int to tuple of float
            Best scouted rates of every batch size, one for each output.

        Returns
        -------
        dict of int to tuple of float
            Rates on one lattice of 1 / `per_octave` octave, so that batch sizes share them.
        """
        out = {}
        for batch_size, best in optima.items():
            low = round(log2(min(best)) * self.grid.per_octave) - self.grid.each_side
            high = round(log2(max(best)) * self.grid.per_octave) + self.grid.each_side
            out[batch_size] = tuple(rounded(2 ** (j / self.grid.per_octave)) for j in range(low, high + 1))
        return out


def _writable(value: Any) -> Any:  # noqa: ANN401
    """Tables and lists as dict and list, which is what can be written."""
    if isinstance(value, Mapping):
        return {key: _writable(item) for key, item in value.items()}
    return [_writable(item) for item in value] if isinstance(value, list | tuple) else value
