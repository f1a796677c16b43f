"""Sweep plans: TOML files that a person can read, checked with all errors at once. No torch."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from hashlib import sha256
from math import ceil, floor, isfinite, log2
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from surgecore.training.engine.methods import OPTIMIZERS
from surgecore.training.engine.policies import POLICIES, Fixed, Policy
from surgecore.training.engine.precision import PRECISIONS
from surgecore.training.engine.protocols import PROTOCOLS, Protocol
from surgecore.training.engine.rules import Optimizer
from surgecore.training.engine.stack import n_params
from surgecore.training.workloads.options import option, read_options, unknown
from surgecore.training.workloads.own_class import imported
from surgecore.training.workloads.workloads import WORKLOADS, Workload

T = TypeVar("T")

STATES = ("cold", "warm", "limit")
#: Working sets of this size stay in a processor's caches, and one step of them costs little but arithmetic.
_CACHE = 6_500_000
_PARAMETER_CACHE = 16_000_000
#: A plan may not have more than this: it is costed, and cut into chunks, before anybody has agreed to run it.
_MOST_RATES, _MOST_RUNS, _MOST_CHUNKS = 1_000, 10_000_000, 100_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")


class PlanError(ValueError):
    """A plan that cannot be run.

    Attributes
    ----------
    problems : tuple of str
        Everything that is wrong, a sentence each.
    """

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        count = f"{len(problems)} problem{'s' * (len(problems) > 1)}"
        super().__init__("\n".join([f"the plan has {count}:", *(f"- {problem}" for problem in problems)]))


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
class Run:
    """How a plan is computed; none of it but the precision changes what is computed, beyond rounding."""

    compile: bool = option(False)
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
    run: Run
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
            raise PlanError([f"the file must be TOML, but: {error}"]) from error
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
        problems: list[str] = []
        known = ("name", "title", "workload", "optimizer", "policy", "protocol", "grid", "run")
        problems += [unknown(key, key, dict.fromkeys(known)) for key in table if key not in known]
        texts = [_text(table, key, problems) for key in ("name", "title")]
        told = problems if allow_import else None
        workload = _choose(table, "workload", _kinds(table, "workload", WORKLOADS, Workload, told), problems)
        settings = dict(_table(table, "optimizer", problems))
        state, warm_steps = _state(settings, problems)
        optimizer = _choose(
            {"optimizer": settings}, "optimizer", _kinds(table, "optimizer", OPTIMIZERS, Optimizer, told), problems
        )
        policy = _choose(table, "policy", POLICIES, problems) if "policy" in table else Fixed()
        protocol = _choose(table, "protocol", PROTOCOLS, problems)
        grid = _grid(_table(table, "grid", problems), problems)
        run = _options(Run, _table(table, "run", problems, needed=False), "run", problems)
        if protocol is not None:
            problems += protocol.problems()
        if optimizer is not None and state == "limit":
            try:
                optimizer = optimizer.limit()
            except ValueError as error:
                problems.append(f"optimizer.state: {error}")
        if optimizer is not None and grid is not None:
            key = str(_table(table, "workload", []).get("key"))
            problems += _raised([lambda: optimizer.check_batches(grid.batch_sizes, key)])
        if policy is not None and policy.adapts:
            problems += _together(table, policy, protocol, grid)
        plan = None
        if (
            policy is not None
            and workload is not None
            and optimizer is not None
            and protocol is not None
            and grid is not None
            and run
        ):
            plan = cls(
                texts[0], texts[1], workload, optimizer, protocol, grid, run, state, warm_steps, policy, dict(table)
            )
            problems += plan._too_large()
        if problems or plan is None:  # whatever could not be read is among the problems
            raise PlanError(problems)
        return plan

    def to_toml(self) -> str:
        """Write the plan so that `from_toml` reads it back as the same plan."""
        import tomli_w  # here, so that a plan can be read and run without

        return tomli_w.dumps(_plain(self.source))

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
            count = self._count(stage, batch_size)
            seeds = [self.grid.first_seed + i for i in range(count)]
            for at in range(0, count, groups):
                for low in range(0, len(here), width):
                    part = tuple(seeds[at : at + groups]), tuple(here[low : low + width])
                    out.append(Chunk(stage, batch_size, *part))
        return out

    def _count(self, stage: int, batch_size: int) -> int:
        count = self.grid.n_seeds(batch_size)
        return min(count, self.grid.scout_seeds) if stage == 0 else count

    def _cut(self, batch_size: int, n_rates: int, device: str) -> tuple[int, int]:
        """Learning rates and seeds of the largest chunk."""
        buffers = self.optimizer.n_buffers
        room = self.run.memory_mb * 1e6
        # on a GPU with what the capture of a graph holds beside them: copies before and after, and temporaries
        most = self._max_runs(batch_size, room, room, 4 + buffers if device == "cpu" else 10 + 2 * buffers)
        width = min(n_rates, most)
        soft = self._max_runs(batch_size, _CACHE, _PARAMETER_CACHE, 4 + buffers) if device == "cpu" else most
        return width, max(1, min(soft, most) // width)

    def _too_large(self) -> list[str]:
        """What is too much to be costed and cut into chunks; found without doing either."""
        grid, runs, chunks = self.grid, 0, 0
        surround = 2 * grid.each_side + 1
        stages = [(0, len(grid.learning_rates)), (1, surround)] if grid.refine else [(1, len(grid.learning_rates))]
        for stage, n_rates in stages:
            for batch_size in grid.batch_sizes:
                width, groups = self._cut(batch_size, n_rates, "cpu")
                count = self._count(stage, batch_size)
                runs += count * n_rates
                chunks += ceil(count / groups) * ceil(n_rates / width)
        if runs > _MOST_RUNS:
            return [f"grid must have at most {_MOST_RUNS:,} runs (sizes x rates x seeds), but got {runs:,}"]
        if chunks > _MOST_CHUNKS:
            return [
                f"grid must have at most {_MOST_CHUNKS:,} chunks of runs that fit the memory, but got {chunks:,}: "
                "take fewer seeds, or several plans"
            ]
        return []

    def _max_runs(self, batch_size: int, activations: float, parameters: float, copies: int) -> int:
        held = 4 * self.workload.activations * self.workload.cost_in_examples(self.policy.drawn(batch_size))
        by_parameters = parameters / (4 * n_params(self.workload.shapes) * copies)
        return max(1, int(min(activations / held, by_parameters)))

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
            out[batch_size] = tuple(_rounded(2 ** (j / self.grid.per_octave)) for j in range(low, high + 1))
        return out


def _together(table: Mapping[str, Any], policy: Policy, protocol: Protocol | None, grid: Grid | None) -> list[str]:
    """What is wrong about a policy together with the rest."""
    keys = {name: str(table[name].get("key")) for name in ("workload", "optimizer") if name in table}
    checks: list[Callable[[], None]] = [
        lambda: policy.check_optimizer(keys.get("optimizer", "")),
        lambda: policy.check_workload(keys.get("workload", "")),
    ]
    if grid is not None:
        checks.append(lambda: policy.check_batches(grid.batch_sizes))
    if protocol is not None:
        checks.append(protocol.check_changing)
    return _raised(checks)


def _raised(checks: Sequence[Callable[[], None]]) -> list[str]:
    """What checks raise, a sentence each."""
    out = []
    for check in checks:
        try:
            check()
        except ValueError as error:
            out.append(str(error))
    return out


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")


def _table(table: Mapping[str, Any], key: str, problems: list[str], *, needed: bool = True) -> Mapping[str, Any]:
    value = table.get(key)
    if isinstance(value, Mapping):
        return value
    if value is not None or needed:
        problems.append(f"[{key}] must be a table, but got {'nothing' if value is None else repr(value)}")
    return {}


def _text(table: Mapping[str, Any], key: str, problems: list[str]) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        problems.append(f"{key} must be text, but got {'nothing' if value is None else repr(value)}")
        return ""
    if key == "name" and not _NAME.fullmatch(value):
        problems.append(
            "name must be of letters, digits, '-', '_' and '.', at most 81, and begin with a letter or a digit (it "
            f"names files), but got {value[:100]!r}"
        )
    return value


def _choose(table: Mapping[str, Any], key: str, kinds: Mapping[str, type[Any]], problems: list[str]) -> Any:  # noqa: ANN401
    if key not in table and f"[{key}] must be a table, but got nothing" in problems:
        return None
    options = _table(table, key, problems)
    if not options:
        return None
    name = options.get("key")
    if not kinds:  # why is among the problems
        return None
    if not isinstance(name, str) or name not in kinds:
        own = "; one of your own runs from a terminal or Python only" * (
            ":" in str(name) and key in ("workload", "optimizer")
        )
        problems.append(f"{key}.key must be one of {', '.join(kinds)}, but got {name!r}{own}")
        return None
    try:
        return _options(kinds[name], options, key, problems)
    except ValueError as error:
        problems.append(f"{key}: {error}")
        return None


def _kinds(
    table: Mapping[str, Any], where: str, known: Mapping[str, type[T]], base: type[T], problems: list[str] | None
) -> Mapping[str, type[T]]:
    """What a table may choose from, with what it names by its import path; without a list of problems it may not."""
    chosen = table.get(where)
    key = chosen.get("key") if isinstance(chosen, Mapping) else None
    if problems is None or not (isinstance(key, str) and ":" in key):
        return known
    try:
        return {**known, key: imported(key, base, where)}
    except ValueError as error:
        problems.append(str(error))
        return {}


def _options(cls: type[T], table: Mapping[str, Any], where: str, problems: list[str]) -> T | None:
    try:
        return read_options(cls, table, where, problems)
    except OverflowError:  # TOML has whole numbers of any length
        problems.append(f"{where} must hold no number above 1.8e308, but got a larger one")
        return None


def _state(settings: dict[str, Any], problems: list[str]) -> tuple[str, int]:
    state, warm_steps = settings.pop("state", "cold"), settings.pop("warm_steps", 200)
    if state not in STATES:
        problems.append(f"optimizer.state must be one of {', '.join(STATES)}, but got {state!r}")
    if not isinstance(warm_steps, int) or isinstance(warm_steps, bool) or warm_steps < 1:
        problems.append(f"optimizer.warm_steps must be a positive whole number, but got {warm_steps!r}")
    return str(state), warm_steps


def _grid(table: Mapping[str, Any], problems: list[str]) -> Grid | None:
    """Read the grid; learning rates may be a list or a range {low, high, per_octave}."""
    values, before = dict(table), len(problems)
    for name in ("batch_sizes", "learning_rates"):
        if table and name not in table:
            problems.append(f"grid.{name} must be given")
    if isinstance(span := values.get("learning_rates"), Mapping):
        values["learning_rates"] = _span(span, problems)
        if values["learning_rates"] is None:
            del values["learning_rates"]
    grid = _options(Grid, values, "grid", problems) if table else None
    if grid is not None and "learning_rates" in values:  # else there is nothing to say about the default's
        for name in ("batch_sizes", "learning_rates"):
            items = getattr(grid, name)
            if len(set(items)) < len(items):
                problems.append(f"grid.{name} must not repeat a value, but got {list(items)}")
        reach = grid.each_side / grid.per_octave
        gaps = np.diff(np.log2(sorted(grid.learning_rates)))
        if grid.refine and len(gaps) and gaps.max() > reach + 1e-9:
            problems.append(
                f"grid.learning_rates must lie within {reach:g} octaves of each other, which the second stage reaches, "
                f"but got a gap of {gaps.max():.2g}"
            )
        if not 3 <= len(grid.learning_rates) <= _MOST_RATES:
            rule = "at least 3" if len(grid.learning_rates) < 3 else f"at most {_MOST_RATES:,}"
            problems.append(f"grid.learning_rates must be {rule}, but got {len(grid.learning_rates):,}")
    return grid if len(problems) == before else None


def _span(span: Mapping[str, Any], problems: list[str]) -> list[float] | None:
    names = ("low", "high", "per_octave")
    numbers = [_positive(span.get(name)) for name in names]
    if set(span) != set(names) or 0.0 in numbers or numbers[0] >= numbers[1]:
        problems.append(
            "grid.learning_rates must be a list or {low, high, per_octave} with positive numbers and low < high, "
            f"but got {dict(span)}"
        )
        return None
    low, high, density = numbers
    bounds = Grid.__dataclass_fields__["learning_rates"].metadata
    if low < bounds["low"] or high > bounds["high"]:
        problems.append(
            f"grid.learning_rates must lie between {bounds['low']:g} and {bounds['high']:g}, but got {dict(span)}"
        )
        return None
    steps = (log2(high) - log2(low)) * density + 1e-9
    if steps >= _MOST_RATES:  # before there is a list of them
        problems.append(f"grid.learning_rates must be at most {_MOST_RATES:,}, but got {steps:.3g} of {dict(span)}")
        return None
    return [_rounded(low * 2 ** (j / density)) for j in range(floor(steps) + 1)]


def _positive(value: object) -> float:
    """A positive finite number as it is, anything else as 0."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return 0.0
    try:
        return float(value) if value > 0 and isfinite(value) else 0.0
    except OverflowError:
        return 0.0


def _plain(value: Any) -> Any:  # noqa: ANN401
    """Tables and lists as dict and list, which is what can be written."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
