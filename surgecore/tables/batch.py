"""The batch that one optimizer step sees: micro-batches times accumulation times devices, or a total beside them."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import pandas as pd

from surgecore._validate import FloatArray
from surgecore.tables.cells import parse_numbers

Part = Literal[
    "total",
    "tokens",
    "local",
    "batch",
    "accumulation",
    "devices",
    "nodes",
    "per_node",
    "parallel",
    "length",
    "rollouts",
]

#: What files call each part (after `plain_name`), preferred names first.
_FILE = Path(__file__).with_name("batch.toml")
_NAMES: dict[Part, list[str]] = cast("Any", tomllib.loads(_FILE.read_text(encoding="utf-8")))
PARTS = {part: tuple(names) for part, names in _NAMES.items()}
_PART_OF = {name: part for part, names in PARTS.items() for name in names}
#: Degrees of data parallelism that multiply, as torchtitan has them.
_DEGREES = ("data_parallel_replicate_degree", "data_parallel_shard_degree")
#: A batch size of these frameworks' data loaders is each device's, whatever it is called.
_LOADERS = ("accumulate_grad_batches",)
#: A mini-batch of verl counts prompts, each with several answers.
_PROMPTS = ("ppo_mini_batch_size",)
#: Composer's batch of a device is what its micro-batches make together.
_ACCUMULATED = ("device_train_batch_size",)


@dataclass(frozen=True)
class BatchReading:
    """One way to read the batch size.

    Attributes
    ----------
    column : str
        What is multiplied.
    factors : tuple of str
        Columns it is multiplied by; those with a leading "/" divide.
    tokens : bool
        Whether it counts tokens.
    """

    column: str
    factors: tuple[str, ...] = ()
    tokens: bool = False


def part_of(plain: str, last: str) -> Part | None:
    """Which part of a batch size a column is, by its plain name or the last part of it."""
    if plain in _DEGREES or last in _DEGREES:
        return "devices"
    return _PART_OF.get(plain) or _PART_OF.get(last)


def effective(frame: pd.DataFrame, reading: BatchReading) -> FloatArray:
    """The batch size of every row under a reading; NaN where a part of it is no number."""
    values, _ = parse_numbers(frame[reading.column], thousands_first=True)
    for factor in reading.factors:
        other, _ = parse_numbers(frame[factor.removeprefix("/")], thousands_first=True)
        with np.errstate(all="ignore"):
            values = values / other if factor.startswith("/") else values * other
    return np.asarray(values, dtype=np.float64)


def readings(
    frame: pd.DataFrame, parts: dict[str, Part], plain: dict[str, str], chosen: str = ""
) -> list[BatchReading]:
    """All readings of the batch size that the columns leave open, the most likely first; one where they agree.

    Parameters
    ----------
    frame : DataFrame
        The table.
    parts : dict
        Part of a batch size by column.
    plain : dict
        Name to compare by column: plain, or its last part.
    chosen : str, optional
        The column to be taken, whatever there is beside it.

    Returns
    -------
    list of BatchReading
        Empty where no column is a batch size.
    """
    values = {name: parse_numbers(frame[name], thousands_first=True)[0] for name in parts}
    usable = {name for name, numbers in values.items() if np.isfinite(numbers).mean() > 0.5}
    of = {part: sorted((n for n in usable if parts[n] == part), key=lambda n: _order(part, plain[n])) for part in PARTS}
    factors = _factors(of, plain, values)
    if chosen:
        of = _only(of, chosen, parts.get(chosen))
    products = [_product(name, factors, plain) for name in of["local"]]
    answers = tuple(name for name in of["rollouts"] if _matters(values[name]))[:1]
    totals = [BatchReading(name, answers if plain[name] in _PROMPTS else ()) for name in of["total"]]
    totals += [BatchReading(name, tokens=True) for name in of["tokens"]]
    loose = [BatchReading(name) for name in of["batch"]]
    found = _choose(frame, totals, products, loose, factors, plain)
    return _with_length(frame, found, of, values)


def _order(part: Part, plain: str) -> int:
    names = PARTS[part]
    return names.index(plain) if plain in names else len(names)


def _only(of: dict[Part, list[str]], chosen: str, part: Part | None) -> dict[Part, list[str]]:
    kinds: tuple[Part, ...] = ("total", "tokens", "local", "batch")
    rest: dict[Part, list[str]] = {kind: [] for kind in kinds}
    return {**of, **rest, part if part in kinds else "batch": [chosen]}


def _factors(
    of: dict[Part, list[str]], plain: dict[str, str], values: dict[str, FloatArray]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Columns of the accumulation and of the devices, those that are 1 throughout left out."""

    def matters(name: str) -> bool:
        return _matters(values[name])

    accumulation = [name for name in of["accumulation"] if matters(name)][:1]
    degrees = [name for name in of["devices"] if plain[name] in _DEGREES and matters(name)]
    whole = [name for name in of["devices"] if plain[name] not in _DEGREES]
    parallel = [f"/{name}" for name in of["parallel"] if matters(name)]
    devices: list[str] = []
    if whole and plain[whole[0]].startswith(("data_parallel", "dp")):
        devices = whole[:1]
    elif degrees:
        devices = degrees
    elif of["nodes"] and of["per_node"]:
        devices = [*of["nodes"][:1], *of["per_node"][:1], *parallel]
    elif whole and of["nodes"] and plain[whole[0]] == "devices":
        devices = [whole[0], of["nodes"][0], *parallel]
    elif whole or of["per_node"]:
        devices = [(whole or of["per_node"])[0], *parallel]
    return tuple(accumulation), tuple(name for name in devices if name.startswith("/") or matters(name))


def _matters(values: FloatArray) -> bool:
    """Whether a factor is a number, and not 1 throughout."""
    finite = values[np.isfinite(values)]
    return bool((finite > 0).all() and (finite != 1).any())


def _product(name: str, factors: tuple[tuple[str, ...], tuple[str, ...]], plain: dict[str, str]) -> BatchReading:
    accumulation, devices = factors
    return BatchReading(name, (*(() if plain[name] in _ACCUMULATED else accumulation), *devices))


def _choose(
    frame: pd.DataFrame,
    totals: Sequence[BatchReading],
    products: Sequence[BatchReading],
    loose: Sequence[BatchReading],
    factors: tuple[tuple[str, ...], tuple[str, ...]],
    plain: dict[str, str],
) -> list[BatchReading]:
    """Totals before products, and what contradicts them."""
    if totals:
        first = effective(frame, totals[0])
        rivals, known = [*totals[1:], *products[:1]], bool(factors[0] and factors[1])
        return [
            totals[0],
            *(r for r in rivals if not _goes_with(first, effective(frame, r), known=known)),
        ]
    if products:
        best = products[0]
        for other in loose:
            ratio = _ratio(effective(frame, other), effective(frame, best))
            own = _ratio(effective(frame, other), effective(frame, BatchReading(best.column)))
            if _constant(ratio, 1.0) or (_constant(own, 1.0) and best.factors):
                continue
            if _constant(ratio) and ratio[0] > 1 and not factors[1]:
                return [other]  # a total, and the devices are not in the file
            return [best, other]
        return [best]
    if not loose:
        return []
    # beside a column of plain batch sizes the first other one says nothing
    several = _product(loose[0].column, factors, plain)
    if not several.factors:
        return [loose[0]]
    if any(plain[name] in _LOADERS for name in factors[0]):
        return [several]
    return [several, loose[0]]


def _ratio(a: FloatArray, b: FloatArray) -> FloatArray:
    known = np.isfinite(a) & np.isfinite(b) & (b > 0)
    return a[known] / b[known]


def _constant(ratio: FloatArray, value: float | None = None) -> bool:
    return bool(len(ratio) and np.allclose(ratio, ratio[0] if value is None else value, rtol=1e-6))


def _goes_with(total: FloatArray, product: FloatArray, *, known: bool) -> bool:
    """Whether a product is the total, or lacks a factor (accumulation, devices) that the file does not have."""
    ratio = _ratio(total, product)
    if not len(ratio) or _constant(ratio, 1.0) or _constant(ratio):
        return True
    whole = np.allclose(ratio, np.round(ratio)) and (ratio >= 1).all()
    return bool(whole and not known)


def _with_length(
    frame: pd.DataFrame, found: list[BatchReading], of: dict[Part, list[str]], values: dict[str, FloatArray]
) -> list[BatchReading]:
    """Sequences and tokens: a length that varies is a factor or it is not, and only a person can say which."""
    varying = [name for name in of["length"] if len(np.unique(values[name][np.isfinite(values[name])])) > 1]
    if not found or not of["length"] or found[0].tokens:
        return found
    length = values[of["length"][0]]
    for name in of["local"]:
        # a total that is micro-batches times length, and more, counts tokens
        ratio = _ratio(effective(frame, found[0]), values[name] * length)
        if found[0].column in of["total"] and len(ratio) and (ratio >= 1).all() and np.allclose(ratio, np.round(ratio)):
            return [BatchReading(found[0].column, found[0].factors, tokens=True), *found[1:]]
    if not varying:
        return found
    longer = [BatchReading(r.column, (*r.factors, varying[0]), tokens=True) for r in found[:1]]
    return [*longer, *found]
