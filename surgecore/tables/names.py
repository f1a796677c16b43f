"""Column aliases, status words, and the mapping from a file's columns to a sweep's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal, get_args
from urllib.parse import parse_qsl, urlencode

from surgecore.tables.batch import PARTS, Part, part_of
from surgecore.tables.metric import Goal, metric_of, preference

BatchUnit = Literal["examples", "sequences", "tokens"]
Take = Literal["last", "best", "smoothed"]
Holds = Literal["", "runs", "optima"]

CANONICAL = ("batch_size", "learning_rate", "loss", "seed", "steps", "status")
REQUIRED = CANONICAL[:3]
ROLES = (*CANONICAL, "steps_to_target", "examples", "excess_loss", "loss_std", "loss_stderr", "n_runs")

#: What files call a learning rate that is the best of its batch size already; the canonical file the first.
BEST_RATES = (
    "best_learning_rate", "best_lr", "optimal_learning_rate", "optimal_lr", "lr_opt", "opt_lr", "lr_best", "lr_star",
)  # fmt: skip
#: End of the name of a column that was decided about while reading: nobody is asked about it again.
SETTLED = " [settled]"

#: What files call each canonical column, preferred names first (after `plain_name`).
ALIASES: dict[str, tuple[str, ...]] = {
    "batch_size": (
        *PARTS["total"], *PARTS["tokens"], *PARTS["batch"], *PARTS["local"]
    ),
    "learning_rate": (
        "learning_rate", "peak_learning_rate", "peak_lr", "max_learning_rate", "max_lr",
        "base_lr", "initial_lr", "lr_init", "learning_rate_init", "init_lr", "lr0", "lrate",
        "learningrate", "lr", "step_size", "stepsize", "eta", "epsilon", *BEST_RATES
    ),
    "seed": (
        "seed", "random_seed", "rng_seed", "seed_id", "repeat", "replicate", "sample_id", "run_seed"
    ),
    "steps": (
        "steps", "n_steps", "num_steps", "max_steps", "total_steps", "train_steps"
    ),
    "status": (
        "status", "state", "run_state", "trial_state"
    ),
    "excess_loss": (
        "excess_loss",
    ),
    "steps_to_target": (
        "steps_to_target", "steps_to_result", "steps_to_goal"
    ),
    "examples": (
        "examples", "n_examples", "examples_to_target", "examples_seen"
    ),
    "group": (
        "group",
    ),
}  # fmt: skip

#: Too common as the last part of a longer name to say anything: ``gpu/value``, ``sweep.state``.
_VAGUE = frozenset({
    "value", "values_0", "metric", "error", "objective", "batch", "group", "status", "state", "epsilon", "step_size",
    "stepsize",
})  # fmt: skip
_TRAINING, _HELD_OUT = {"train", "training"}, {"val", "valid", "validation", "eval", "evaluation", "test"}

#: Fields of a mapping that take several columns.
TUPLES = ("group", "batch_factors", "best_of")

#: What counts along a run: a table with one of these and several rows a run holds curves.
CURVES = frozenset(
    {
        "epoch",
        "step",
        "global_step",
        "iteration",
        "iter",
        "training_iteration",
        "trainer_global_step",
        "train_step",
        "update",
        "tokens",
        "tokens_seen",
        "num_tokens",
        "samples_seen",
        "examples_seen",
        "total_tokens",
        "train_tokens",
        "steps_done",
        "trained_tokens",
        "consumed_samples",
        "consumed_tokens",
        "it",
        "intermediate_step",
    }
)

_STATUS = {
    "complete": (
        "complete", "completed", "finished", "success", "succeeded", "done", "ok", "terminated"
    ),
    "incomplete": (
        "incomplete", "pruned", "running", "pending", "killed", "queued", "scheduled", "waiting",
        "preempted", "preempting", "truncated", "stopped", "cancelled", "canceled", "paused", "crashed",
        "failed", "fail", "error", "stopped early"
    ),
    "infeasible": (
        "infeasible", "diverged", "divergent", "nan", "inf", "oom", "exploded", "overflow"
    ),
}  # fmt: skip
STATUS_WORDS = {word: status for status, words in _STATUS.items() for word in words}

_PREFIX = re.compile(
    r"^(config|params?|hparams?|hyperparameters|args|metrics?|summary|user_attrs|summary_metrics)[/._ ]+"
)


def plain_name(name: object) -> str:
    """Lower case, without a tracker's prefix, everything but letters and digits as underscores."""
    text = _PREFIX.sub("", str(name).strip().lower())
    return re.sub(r"[^0-9a-z]+", "_", text).strip("_")


def last_name(name: object) -> str:
    """`plain_name` of what follows the last dot or slash: ``lr`` of ``config.optimizer.lr``."""
    return plain_name(re.split(r"[./]", str(name).rstrip("./ "))[-1])


@dataclass(frozen=True)
class ColumnMapping:
    """Which column of a file is what, and what its numbers mean.

    `guess` proposes one from the names; `to_query` and `from_query` carry it in a URL.

    Attributes
    ----------
    batch_size, learning_rate, loss : str
        Columns of the file; ``""`` while not known.
    seed, steps, status, steps_to_target, examples, excess_loss : str
        Further columns, ``""`` where the file has none.
    group : tuple of str or None
        Columns that tell models in one file apart; empty for a single model, None to look for them.
    batch_factors : tuple of str or None
        Columns that `batch_size` is multiplied by (accumulation, devices), or divided by with a leading "/"; empty
        for none, None to look for them.
    curve : str or None
        Column that counts along a run, where every run has several rows; "" for one row per run, None to look for it.
    take : {"last", "best", "smoothed"}
        What stands for a run with a curve: its last value, its best one, or the mean of its last tenth.
    best_of : tuple of str
        Settings of which the best is taken at each batch size and learning rate.
    loss_std, loss_stderr, n_runs : str
        Where a row is the mean of several runs: columns of their standard deviation, or of the standard error of the
        mean, and of their number; for the last also the number itself, ``"5"``, where it is the same in every row.
    holds : {"", "runs", "optima"}
        Whether rows are runs or best learning rates already; "" for runs, and to be asked where they look like the
        latter.
    goal : {"", "minimise", "maximise", "drop"}
        What is good: a small metric, a large one, or a large loss drop; "" for what the metric's name says, and
        to be asked where it says nothing.
    batch_unit : {"examples", "sequences", "tokens"}
        What the batch size counts.
    sequence_length : float
        Tokens in a sequence; with it, batch sizes in sequences are turned into tokens. 0 where unknown.
    n_steps : int
        Training steps of every trial where no column says so; 0 where unknown. With 1 the losses are
        parabolas.

    Raises
    ------
    ValueError
        If `goal` or `batch_unit` is none of those, or a number negative.
    """

    batch_size: str = ""
    learning_rate: str = ""
    loss: str = ""
    seed: str = ""
    steps: str = ""
    status: str = ""
    steps_to_target: str = ""
    examples: str = ""
    excess_loss: str = ""
    group: tuple[str, ...] | None = None
    batch_factors: tuple[str, ...] | None = None
    curve: str | None = None
    take: Take = "last"
    best_of: tuple[str, ...] = ()
    loss_std: str = ""
    loss_stderr: str = ""
    n_runs: str = ""
    holds: Holds = ""
    goal: Goal = ""
    batch_unit: BatchUnit = "examples"
    sequence_length: float = 0.0
    n_steps: int = 0

    def __post_init__(self) -> None:
        for name, kind in (("goal", Goal), ("batch_unit", BatchUnit), ("take", Take), ("holds", Holds)):
            allowed = get_args(kind)
            if getattr(self, name) not in allowed:
                raise ValueError(
                    f"{name} must be one of {', '.join(filter(None, allowed))}, but got {getattr(self, name)!r}"
                )
        for name in ("sequence_length", "n_steps"):
            if not 0 <= getattr(self, name) < 1e12:
                raise ValueError(f"{name} must be 0 or positive and finite, but got {getattr(self, name)!r}")
        if self.n_runs.isdecimal() and not self.stated_runs:
            raise ValueError(f"n_runs must be a column or a positive whole number, but got {self.n_runs!r}")

    @property
    def stated_runs(self) -> int:
        """The number of runs behind every row, where `n_runs` states it; else 0."""
        return int(self.n_runs) if self.n_runs.isdecimal() else 0

    @property
    def missing(self) -> tuple[str, ...]:
        """Required roles without a column."""
        # best learning rates are there without the metric that made them best
        needed = REQUIRED[:2] if self.holds == "optima" else REQUIRED
        return tuple(role for role in needed if not getattr(self, role))

    @property
    def columns(self) -> dict[str, str]:
        """Column of the file by canonical name, for the roles that have one."""
        found = {role: getattr(self, role) for role in ROLES if getattr(self, role)}
        if self.stated_runs:
            del found["n_runs"]
        return found

    @classmethod
    def guess(cls, names: Sequence[str]) -> ColumnMapping:
        """Propose a mapping from column names alone; roles without a hit stay empty.

        Parameters
        ----------
        names : sequence of str
            Columns of the file. A set learning rate is preferred to one that may have decayed, and a
            validation loss to a training loss. A name that is not known as a whole is taken by its last part
            (``optimizer.lr``), where no other column is known as a whole.

        Returns
        -------
        ColumnMapping
        """
        found = {role: hits[0] for role in (*ALIASES, "loss") if (hits := candidates(names, role))}
        groups = (found.pop("group"),) if "group" in found else None
        mapping = cls(**found, group=groups)  # type: ignore[arg-type] # roles are text
        plain = {plain_name(name): name for name in names}
        drops = [name for name in names if metric_of(name).goal == "drop"]
        if drops and ("loss_before" in plain or not mapping.loss):
            # a paired difference is far less noisy than the loss after the step
            one = 1 if "loss_before" in plain and not mapping.steps else 0
            mapping = replace(mapping, loss=drops[0], n_steps=one)
        mapping = replace(mapping, goal=metric_of(mapping.loss).goal if mapping.loss else "")
        for unit in get_args(BatchUnit)[1:]:
            if unit in plain_name(mapping.batch_size):
                return replace(mapping, batch_unit=unit)
        return mapping

    def to_query(self) -> str:
        """The mapping as a URL query string, without the parts that are at their default."""
        pairs = []
        for field in fields(self):
            value = getattr(self, field.name)
            if value != field.default:
                # a single model is an empty group, which is not the same as none given
                parts = (value or ("",)) if isinstance(value, tuple) else (str(value),)
                pairs += [(field.name, part) for part in parts]
        return urlencode(pairs)

    @classmethod
    def from_query(cls, query: str) -> ColumnMapping:
        """Read `to_query` back.

        Parameters
        ----------
        query : str
            A query string; parts that are not part of a mapping are ignored.

        Returns
        -------
        ColumnMapping

        Raises
        ------
        ValueError
            If a value is not allowed.
        """
        values: dict[str, object] = {}
        names = {field.name for field in fields(cls)}
        for name, value in parse_qsl(query, keep_blank_values=True):
            if name in TUPLES:
                values[name] = (*values.get(name, ()), *([value] if value else []))  # type: ignore[misc]
            elif name in ("sequence_length", "n_steps"):
                values[name] = _number(name, value)
            elif name in names:
                values[name] = value
        return cls(**values)  # type: ignore[arg-type]


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError as error:
        raise ValueError(f"{name} must be a number, but got {text!r}") from error
    return int(number) if name == "n_steps" and number == number and abs(number) < 1e12 else number


def candidates(names: Sequence[str], role: str) -> list[str]:
    """Columns that may play a role, the most likely first: known as a whole, then by their last part."""
    if role == "loss":
        ranked = [(key, position, name) for position, name in enumerate(names) if (key := preference(name))]
        return [name for _, _, name in sorted(ranked)]
    rank = {alias: position for position, alias in enumerate(ALIASES[role])}
    hits = [name for name in names if plain_name(name) in rank]
    nested = [name for name in names if plain_name(name) not in rank and _nested(name, role)]
    by_last = sorted(nested, key=lambda name: (not _path(name) & _TRAINING, rank[last_name(name)]))
    whole = sorted(hits, key=lambda name: (name != role, rank[plain_name(name)]))
    # a bare "lr" beside a learning rate written out is the one of the last step, where a schedule has ended
    bare = [name for name in whole if plain_name(name) == "lr" and role == "learning_rate"]
    if bare and any(last_name(name) != "lr" for name in by_last):
        return [name for name in whole if name not in bare] + by_last + bare
    return whole + by_last


def known_as(name: object) -> frozenset[str]:
    """Roles that a column's name speaks for, as a whole or by its last part."""
    plain = plain_name(name)
    whole = {role for role, aliases in ALIASES.items() if plain in aliases}
    metric = {"loss"} if preference(name) else set()
    return frozenset(whole or {role for role in ALIASES if _nested(name, role)} | metric)


def batch_parts(names: Sequence[str]) -> dict[str, Part]:
    """Which columns are parts of a batch size; what an evaluation was set to is none."""
    found = {name: part_of(plain_name(name), last_name(name)) for name in names if not _path(name) & _HELD_OUT}
    return {name: part for name, part in found.items() if part is not None}


def _path(name: object) -> set[str]:
    return {plain_name(part) for part in re.split(r"[./]", str(name))[:-1]}


def _nested(name: object, role: str) -> bool:
    """Whether the last part of a longer name is an alias; what an evaluation was set to is no setting of a run."""
    last = last_name(name)
    if last == plain_name(name) or last in _VAGUE or last not in ALIASES[role]:
        return False
    return not _path(name) & _HELD_OUT
