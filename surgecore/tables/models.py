"""Several models in one table: columns that differ where batch size, learning rate and seed do not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from surgecore.tables.names import CANONICAL, CURVES, SETTLED, known_as, last_name, plain_name

_MOST_VALUES = 30
#: What a run reports rather than what it was set to, and names of runs: never what tells models apart.
_REPORT = re.compile(
    r"(^|_)(loss|acc|accuracy|f1|auc|score|error|metric|metrics|time|runtime|duration|date|created|updated|start|"
    r"end|name|id|uuid|notes|tags|user|host|hostname|pid|node|gpu|ip|timestamp|datetime|iter|iteration|iterations|"
    r"done|url|path|logdir|val|train|test|memory|state|number|trial|run|sweep|best|examples|grad)(_|$)"
)
#: Of these, what people write into by hand.
_NAMED = re.compile(r"(^|_)(name|runname|tags|notes|run|number|title)(_|$)")
MODEL = frozenset({
    "model", "model_name", "arch", "architecture", "network", "net", "workload", "task", "dataset",
    "optimizer", "optimiser", "optim", "opt", "group", "activation", "width", "depth", "hidden",
    "hidden_size", "n_layers", "num_layers", "n_params", "num_params", "params", "size", "model_size",
    "target", "protocol", "schedule", "experiment", "exp", "config", "variant", "method", "data", "corpus",
    "grad_clip", "clip", "n_train", "train_size", "precision", "dropout", "init", "warmup", "warmup_steps",
    "lr_schedule", "beta1", "beta2", "momentum", "weight_decay", "epochs", "budget", "fidelity",
})  # fmt: skip


#: Settings of a run beside its learning rate and batch size, of which one may want the best.
SETTINGS = frozenset(
    {
        "weight_decay",
        "wd",
        "decay",
        "l2",
        "beta1",
        "beta2",
        "b1",
        "b2",
        "adam_beta1",
        "adam_beta2",
        "betas",
        "momentum",
        "mom",
        "nesterov",
        "warmup",
        "warmup_steps",
        "warmup_ratio",
        "warmup_epochs",
        "num_warmup_steps",
        "warmup_frac",
        "warmup_iters",
        "dropout",
        "dropout_rate",
        "label_smoothing",
        "eps",
        "adam_epsilon",
        "adam_eps",
        "grad_clip",
        "clip",
        "clip_grad",
        "max_grad_norm",
        "gradient_clip_val",
        "clip_norm",
        "min_lr",
        "min_lr_ratio",
        "lr_min",
        "lr_schedule",
        "schedule",
        "lr_scheduler_type",
        "lr_scheduler",
        "scheduler",
        "ema",
        "ema_decay",
        "lr_decay",
        "final_lr_fraction",
        "cooldown",
        "decay_frac",
        "temperature",
    }
)
#: What naturally goes with a batch size: how long a run is, and what its steps are made of.
_HORIZON = frozenset(
    {
        "epochs",
        "num_epochs",
        "n_epochs",
        "max_epochs",
        "num_train_epochs",
        "steps",
        "max_steps",
        "num_steps",
        "budget",
        "train_steps",
        "total_steps",
        "tokens",
        "total_tokens",
        "train_tokens",
        "fidelity",
        "n_iters",
        "max_iters",
    }
)


@dataclass(frozen=True)
class Group:
    """One of several models in a table.

    Attributes
    ----------
    label : str
        ``column=value`` pairs, as `Sweep.from_table` and ``--group`` take it.
    pairs : tuple of (str, str)
        Column and value, as text.
    n_rows : int
        Rows of it.
    """

    label: str
    pairs: tuple[tuple[str, str], ...]
    n_rows: int

    def is_called(self, text: str) -> bool:
        """Whether a value, or some of the ``column=value`` pairs, are this group's."""
        values = {value for _, value in self.pairs}
        pairs = {f"{name}={value}" for name, value in self.pairs}
        return text in values or {part.strip() for part in text.split(",")} <= values | pairs


def guess_group_columns(trials: pd.DataFrame, extra: Sequence[str]) -> tuple[str, ...]:
    """Columns among `extra` that tell models apart in checked trials; empty for one model."""
    keys = [name for name in ("batch_size", "learning_rate", "seed") if name in trials]
    few = [name for name in extra if could_tell(trials[name])]
    if not few:
        return ()
    repeated = trials.duplicated(keys, keep=False)
    chosen = []
    if repeated.any():
        cells = trials.loc[repeated].groupby(keys, sort=False, dropna=False)
        # "differ" means in most repeated cells: a column that differs in a few is a property of those runs
        share = {name: float((cells[name].nunique(dropna=False) >= 2).mean()) for name in few}
        chosen = [name for name in few if share[name] > 0 and (names_a_model(name) or is_setting(name))]
        chosen = chosen or [name for name in few if share[name] > 0.5 and _is_own_grid(trials, name)]
    # a model of its own at each batch size: nobody knows what made the difference
    chosen += [name for name in few if name not in chosen and _goes_with_batch(trials, name) and _is_other_model(name)]
    if not chosen:
        # models that never meet in one cell: only columns whose name says so, and that no other explains
        own = [name for name in few if names_a_model(name) and not _goes_with_batch(trials, name)]
        chosen = [name for name in own if _is_own_grid(trials, name)]
    return _independent(trials, chosen)


def could_tell(column: pd.Series[Any]) -> bool:
    """Whether a column, by its name and its values, may be what tells models apart."""
    plain = plain_name(column.name)
    if str(column.name).endswith(SETTLED):
        return False
    if plain in CANONICAL or known_as(column.name) - {"group"} or {plain, last_name(column.name)} & CURVES:
        return False
    if _REPORT.search(plain) and not names_a_model(column.name) and not _labels(column):
        return False
    n = column.nunique(dropna=False)
    return bool(1 < n <= _MOST_VALUES and n <= max(2, len(column) // 4))


def names_a_model(name: object) -> bool:
    """Whether a column says by its name that its values are models, settings of one, or groups of runs."""
    plain = re.sub(r"^(run|wandb)_(?=group$)", "", plain_name(name))
    return bool({plain, re.sub(r"_(name|id|type|size|group|version)$", "", plain), last_name(name)} & MODEL)


def _labels(column: pd.Series[Any]) -> bool:
    """Whether a column of names, tags or notes may label models: words, not numbered runs, times or machines."""
    if not _NAMED.search(plain_name(column.name)) or not isinstance(column.dtype, pd.StringDtype):
        return False
    stems = column.dropna().str.replace(r"[\d\W_]+", "", regex=True).str.lower()
    return bool(2 <= stems[stems != ""].nunique() <= _MOST_VALUES)


def _is_own_grid(trials: pd.DataFrame, name: str) -> bool:
    """Whether every value of the column has several learning rates of its own, in rows enough for a grid."""
    sizes = trials.groupby(name, dropna=False)["learning_rate"].agg(["nunique", "size"])
    return bool((sizes["nunique"] >= 2).all() and (sizes["size"] >= 4).all())


def is_setting(name: object) -> bool:
    """Whether a column is a setting of the optimizer by its name, rather than a model."""
    return bool({plain_name(name), last_name(name)} & SETTINGS)


def changes_with_batch(trials: pd.DataFrame, names: Sequence[str]) -> tuple[str, ...]:
    """Settings and horizons among some columns that have one value at each batch size, and not the same."""
    told = [name for name in names if is_setting(name) or {plain_name(name), last_name(name)} & _HORIZON]
    return tuple(name for name in told if _goes_with_batch(trials, name))


def _goes_with_batch(trials: pd.DataFrame, name: str) -> bool:
    values = trials.groupby("batch_size")[name]
    return bool(values.nunique(dropna=False).max() == 1 and len(values.first().unique()) > 1)


def _is_other_model(name: str) -> bool:
    return names_a_model(name) and not is_setting(name) and not {plain_name(name), last_name(name)} & _HORIZON


def _independent(trials: pd.DataFrame, names: Sequence[str]) -> tuple[str, ...]:
    """Drop columns that the others already determine (a model's name and its width)."""
    kept: list[str] = []
    for name in sorted(names, key=lambda n: (-trials[n].nunique(dropna=False), list(names).index(n))):
        if not kept or (trials.groupby(kept, dropna=False)[name].nunique(dropna=False) >= 2).any():
            kept.append(name)
    return tuple(sorted(kept, key=list(names).index))


def best_of_settings(trials: pd.DataFrame, settings: Sequence[str]) -> pd.DataFrame:
    """The trials of the best setting at each batch size and learning rate, by their mean loss."""
    if not settings:
        return trials
    keys = ["batch_size", "learning_rate"]
    combination = trials.groupby(list(settings), dropna=False, sort=False).ngroup()
    table = trials[[*keys, "loss", "status"]].assign(combination=combination)
    complete = table[table["status"] == "complete"]
    means = complete.groupby([*keys, "combination"])["loss"].mean().reset_index()
    best = means.loc[means.groupby(keys)["loss"].idxmin().dropna(), [*keys, "combination"]]
    chosen = table.merge(best.rename(columns={"combination": "best"}), on=keys, how="left")
    # where nothing finished, the first setting stands for the cell
    first = table.groupby(keys)["combination"].transform("first").to_numpy()
    keep = chosen["combination"].to_numpy() == chosen["best"].fillna(pd.Series(first, index=chosen.index)).to_numpy()
    kept: pd.DataFrame = trials[keep].reset_index(drop=True)
    return kept


def as_text(column: pd.Series[Any]) -> pd.Series[Any]:
    """Cells as a person would write them: ``8`` and not ``8.0``."""
    if pd.api.types.is_float_dtype(column.dtype):
        written = {v: str(int(v)) if float(v).is_integer() else repr(float(v)) for v in column.dropna().unique()}
        return column.map(written).astype("str").fillna("nan")
    return column.astype("str").fillna("")


def list_groups(frame: pd.DataFrame, names: Sequence[str]) -> tuple[Group, ...]:
    """The groups that columns make, largest first."""
    if not names:
        return ()
    text = pd.DataFrame({name: as_text(frame[name]) for name in names})
    counts = text.value_counts(dropna=False, sort=False)
    groups = []
    for key, n_rows in counts.items():
        parts = key if isinstance(key, tuple) else (key,)
        pairs = tuple((name, str(part)) for name, part in zip(names, parts, strict=True))
        groups.append(Group(", ".join(f"{name}={part}" for name, part in pairs), pairs, int(n_rows)))
    return tuple(sorted(groups, key=lambda group: (-group.n_rows, group.label)))
