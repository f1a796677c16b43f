"""The metric of a sweep: which column it is, which way is good, and how to show it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import pandas as pd

from surgecore._validate import FloatArray

Goal = Literal["", "minimise", "maximise", "drop"]
Split = Literal["", "training", "validation", "test"]
_Number = TypeVar("_Number", float, "FloatArray", "pd.Series[Any]")


@dataclass(frozen=True)
class MetricKind:
    """A kind of metric: its key, which way is good, and the names that files give it (after `plain_name`)."""

    key: str
    goal: Goal
    names: tuple[str, ...]


_VOCABULARY = tomllib.loads(Path(__file__).with_name("metrics.toml").read_text(encoding="utf-8"))
#: Kinds that a name can speak for; the first that fits decides.
KINDS = tuple(MetricKind(kind["key"], kind["goal"], tuple(kind["names"])) for kind in _VOCABULARY["kind"])
#: Names of an objective that say nothing about which way is good.
OPEN: tuple[str, ...] = tuple(_VOCABULARY["open"])
_SPLIT_NAMES: tuple[Split, ...] = ("validation", "test", "training")
_SPLITS: dict[str, Split] = {word: split for split in _SPLIT_NAMES for word in _VOCABULARY[split]}
_AROUND = frozenset(_VOCABULARY["around"])
_NOT_A_METRIC = frozenset(_VOCABULARY["not_a_metric"])
_SETTING = re.compile(r"^(config|params?|hparams?|hyperparameters|args)[/._ ]", re.IGNORECASE)
#: Words in brackets behind a name that say which values are good.
_GOALS: dict[str, Goal] = {
    "minimise": "minimise", "minimize": "minimise", "maximise": "maximise", "maximize": "maximise", "drop": "drop",
}  # fmt: skip
_UNITS = ("", "%")
_CAMEL = re.compile(r"(?<=[a-z]{2})(?=[A-Z])")
_PREFIX = re.compile(r"^(metrics?|summary|user_attrs|summary_metrics|log_history|history)[/._ ]+", re.IGNORECASE)


@dataclass(frozen=True)
class Metric:
    """What the trials of a sweep are compared by.

    Inside, every analysis minimises: a metric that is good when large is kept with its sign changed, in the column
    ``loss`` of the trials. `shown` gives its own numbers back, for axes, tables and files.

    Attributes
    ----------
    name : str
        As the file names it.
    goal : {"", "minimise", "maximise", "drop"}
        Which way is good; "drop" is a loss drop, good when large; "" while nobody has said.
    kind : str
        Key of the vocabulary (`KINDS`), "" where the name is not in it.
    split : {"", "training", "validation", "test"}
        Data it was measured on, as far as its name says.
    unit : str
        "%" where the file writes per cent, else "".

    Examples
    --------
    >>> metric = metric_of("val/accuracy")
    >>> metric.goal, metric.split, metric.shown(-0.93)
    ('maximise', 'validation', 0.93)
    """

    name: str = "loss"
    goal: Goal = "minimise"
    kind: str = "loss"
    split: Split = ""
    unit: str = ""

    @property
    def sign(self) -> float:
        """-1 where the trials hold the metric with its sign changed, else 1."""
        return -1.0 if self.goal in ("maximise", "drop") else 1.0

    def shown(self, values: _Number) -> _Number:
        """Numbers of the trials' column ``loss`` as the metric itself has them, and back."""
        return values if self.sign > 0 else -values

    @property
    def column(self) -> str:
        """Its column in a canonical file: the name and, unless it is plain ``loss``, which way is good and the unit."""
        if self.name == "loss" and self.goal == "minimise" and not self.unit:
            return self.name
        return f"{self.name} [{', '.join(filter(None, (self.goal or 'minimise', self.unit)))}]"


#: A plain loss.
LOSS = Metric()


def metric_of(name: object) -> Metric:
    """What a column's name says of the metric in it; `goal` and `kind` are "" where it says nothing.

    Parameters
    ----------
    name : str
        A column, with or without a tracker's prefix; a direction in brackets, as `Metric.column` writes it, counts.

    Returns
    -------
    Metric
    """
    text = str(name)
    given: Goal = ""
    unit = ""
    if is_chosen(text):
        text, _, words = text[:-1].rpartition("[")
        word, _, unit = words.partition(", ")
        text, given = text.rstrip(), _GOALS[word.lower()]
    tokens = _tokens(text)
    split: Split = next((_SPLITS[token] for token in tokens if token in _SPLITS), "")
    kind = _kind(tokens)
    if kind is None or _SETTING.match(text):
        return Metric(text, given, kind.key if kind and given else "", split, unit)
    return Metric(text, given or kind.goal, kind.key, split, unit)


def is_chosen(name: object) -> bool:
    """Whether a name has a direction in brackets, as the metric of a canonical file has, and perhaps a unit."""
    head, _, words = str(name)[:-1].rpartition("[")
    word, _, unit = words.partition(", ")
    return str(name).endswith("]") and word.lower() in _GOALS and unit in _UNITS and head.strip() != ""


STD, STDERR = {"std", "stdev", "stddev", "sd", "sigma"}, {"stderr", "sem", "se"}


def statistic_of(name: object, metric: object) -> str:
    """The role of a column that says how a metric scatters over runs: "loss_std", "loss_stderr", or ""."""
    tokens, own = (
        _tokens(str(name)),
        [token for token in _tokens(str(metric)) if token not in ("mean", "avg", "average")],
    )
    words = [token for token in tokens if token in STD | STDERR]
    rest = [token for token in tokens if token not in words]
    if len(words) != 1 or (rest and rest != own):
        return ""
    return "loss_std" if words[0] in STD else "loss_stderr"


def in_vocabulary(name: object) -> bool:
    """Whether a name is a metric as it stands: ``rouge1``, ``top5``."""
    plain = "_".join(_tokens(str(name)))
    return any(plain in kind.names for kind in KINDS)


def preference(name: object) -> tuple[int, int, int] | None:
    """Sorting key of a column as the metric, the most likely lowest; None for a column that is none by its name."""
    text = str(name)
    tokens = _tokens(text)
    metric = metric_of(text)
    if is_chosen(text):
        return (0, 0, 0)
    if _SETTING.match(text):
        return None
    plain = "_".join(tokens)
    bare = "_".join(token for token in tokens if token not in _AROUND)
    if plain in OPEN or bare in OPEN:
        return (6, OPEN.index(plain if plain in OPEN else bare), len(tokens))
    if not metric.kind:
        return None
    lossy = metric.kind in ("loss", "perplexity", "bits", "squared-error", "negated-loss")
    tier = {
        ("validation", True): 1, ("", True): 2, ("validation", False): 3, ("test", True): 4, ("", False): 5,
        ("test", False): 5, ("training", True): 7, ("training", False): 8,
    }[metric.split, lossy]  # fmt: skip
    if metric.kind in ("throughput-to-a-target", "loss-drop"):
        tier = 9
    if plain in ("precision", "excess_loss"):
        return None  # of numbers; and a column of its own
    order = next(position for position, kind in enumerate(KINDS) if kind.key == metric.kind)
    # the last value is the run's, a best one is chosen with hindsight; both are what people compare
    return (tier, order, len(tokens))


def _tokens(text: str) -> list[str]:
    bare = _PREFIX.sub("", _CAMEL.sub("_", text.strip()))
    return [token for token in re.split(r"[^0-9a-z]+", bare.lower()) if token]


def _kind(tokens: Sequence[str]) -> MetricKind | None:
    """The first kind that some run of words names, if no word makes a setting or a statistic of it."""
    plain = "_".join(tokens)
    whole = next((kind for kind in KINDS if plain in kind.names), None)
    if whole is not None:
        return whole
    core = [token for token in tokens if token not in _SPLITS and token not in _AROUND]
    if set(core) & _NOT_A_METRIC:
        return None
    padded, glued = f"_{'_'.join(core)}_", f"_{plain}_"
    for kind in KINDS:
        if any(f"_{name}_" in padded or ("_" in name and f"_{name}_" in glued) for name in kind.names):
            return kind
    return None
