"""JSON Schema of `surge fit --json`, made from the types that are written."""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from surgecore.sweeps.advice import AdviceFlag
from surgecore.sweeps.analysis import Remark
from surgecore.sweeps.comparison import Ranking
from surgecore.sweeps.fitting import FitFlag, FittedPeak
from surgecore.sweeps.identity import Factor, PeakIdentity
from surgecore.sweeps.next_runs import Goal
from surgecore.sweeps.optima import Optimum
from surgecore.sweeps.price import Price
from surgecore.sweeps.promise import Promise
from surgecore.sweeps.tradeoff import Tradeoff
from surgecore.sweeps.verdict import SurgeVerdict
from surgecore.theory.families import LAWS

_SIMPLE = {int: {"type": "integer"}, str: {"type": "string"}, bool: {"type": "boolean"}, type(None): {"type": "null"}}
# what is unknown or unbounded is null
_NUMBER: dict[str, Any] = {"type": ["number", "null"]}
_STRINGS: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}
_LAW = {"enum": list(LAWS)}


def analysis_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of what ``surge fit --json`` prints, and `surgecore.words.document` returns.

    Returns
    -------
    dict
        Ready for JSON. Codes are stable: a code may be added, none changes its meaning.

    Examples
    --------
    >>> sorted(analysis_schema()["properties"]["surge"]["properties"]["decision"]["enum"])
    ['fall', 'no_fall', 'undecided']
    """
    required = {
        "read": _read(), "optima": _array(_of(Optimum)), "fits": {"type": "object", "additionalProperties": _fit()},
        "ranking": _ranking(), "surge": _surge(), "remarks": _array(_of(Remark)),
    }  # fmt: skip
    optional = {
        "tradeoff": _of(Tradeoff, points={"type": "array", "items": {"type": "object"}}),
        "identity": _of(PeakIdentity, free=_fit(), paper={"anyOf": [_fit(), {"type": "null"}]}),
        "sentences": _STRINGS, "at": _array(_recommendation()), "price": {"anyOf": [_of(Price), {"type": "null"}]},
        "next_runs": _next_runs(), "shift": {"anyOf": [_shift(), {"type": "null"}]},
    }  # fmt: skip
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "analysis",
        **_object(required, optional),
    }


def _object(required: Mapping[str, Any], optional: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {
        "type": "object", "properties": {**required, **(optional or {})}, "required": list(required),
        "additionalProperties": False,
    }  # fmt: skip


def _array(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _of(kind: type, **given: dict[str, Any]) -> dict[str, Any]:
    """Schema of a dataclass; `given` for fields that are written otherwise than they are."""
    hints = get_type_hints(kind)
    return _object({item.name: given.get(item.name) or _schema(hints[item.name]) for item in fields(kind)})


def _schema(kind: Any) -> dict[str, Any]:  # noqa: ANN401 - a type, or what typing makes of several
    origin, inside = get_origin(kind), get_args(kind)
    if kind is float:
        return _NUMBER
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    if origin is Literal:
        return {"enum": list(inside)}
    if origin in (Union, types.UnionType):
        return {"anyOf": [_schema(part) for part in inside]}
    if origin in (tuple, frozenset):
        if origin is frozenset or inside[-1] is Ellipsis:
            return _array(_schema(inside[0]))
        return {"type": "array", "prefixItems": [_schema(part) for part in inside], "minItems": len(inside)}
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return {"enum": [str(code) for code in kind]}
    if is_dataclass(kind) and isinstance(kind, type):
        return _of(kind)
    raise ValueError(f"a type that is written must have a schema, but got {kind!r}")


def _read() -> dict[str, Any]:
    numbers = {"type": "array", "items": {"type": "number"}}
    metric = _object({"name": _TEXT, "goal": _TEXT})
    required = {
        "name": _TEXT, "rows": _COUNT, "digest": _TEXT, "batch_sizes": numbers, "learning_rates": numbers,
        "seeds": _COUNT, "steps": {"type": ["integer", "null"]}, "infeasible": _COUNT, "incomplete": _COUNT,
        "grid": {"type": "boolean"}, "metric": metric, "notices": {"type": "array"},
    }  # fmt: skip
    # the command line adds how the file was read
    return _object(required) | {"additionalProperties": True}


def _fit() -> dict[str, Any]:
    interval = _schema(tuple[float, float])
    parameter = _object({"value": _NUMBER, "stderr": _NUMBER, "interval": interval})
    numbers = _array({"type": "number"})
    return _object(
        {
            "parameters": {"type": "object", "additionalProperties": parameter},
            "fixed": {"type": "object", "additionalProperties": {"type": "number"}},
            "peak": {"anyOf": [_of(FittedPeak), {"type": "null"}]},
            "flags": _array(_schema(FitFlag)), "residuals": numbers, "outliers": numbers, "deviance": _NUMBER,
            "aic": _NUMBER, "n": _COUNT, "bounds": _COUNT,
        },
        {"label": _TEXT, "status": _TEXT},
    )  # fmt: skip


def _ranking() -> dict[str, Any]:
    row = _object({"law": _LAW, "aic": _NUMBER, "weight": _NUMBER, "holdout_error": _NUMBER})
    path = _object({"weight": _NUMBER, "parameters": _NUMBER})
    facts = {
        "outcome": _schema(Ranking), "close": _array(_LAW), "tried": _COUNT, "overdispersion": _NUMBER,
        "order": _array(row), "smooth_path": {"anyOf": [path, {"type": "null"}]},
    }  # fmt: skip
    return _object(facts, {"sentence": _TEXT})


def _surge() -> dict[str, Any]:
    hints = get_type_hints(SurgeVerdict)
    facts = {item.name: _schema(hints[item.name]) for item in fields(SurgeVerdict)}
    source = facts.pop("source", None)
    decision = {"enum": ["fall", "no_fall", "undecided"]}
    optional = {"sentence": _TEXT} | ({} if source is None else {"errors_from": source})
    base = {name: facts.pop(name) for name in ("p_value", "fall_octaves", "interval", "peak_bracketed")}
    price = _array(_of(Price))
    return _object({**base, "decision": decision, "price": price}, {**facts, **optional})


def _recommendation() -> dict[str, Any]:
    interval = {"anyOf": [_schema(tuple[float, float]), {"type": "null"}]}
    return _object(
        {
            "rule": _TEXT, "fitted": {"type": "boolean"}, "lr": _NUMBER, "interval": interval, "beyond": _NUMBER,
            "weight": _NUMBER, "at_most": _NUMBER, "at_least": _NUMBER, "tried": _NUMBER,
            "flags": _array(_schema(AdviceFlag)), "label": _TEXT, "note": _TEXT,
        }
    )  # fmt: skip


def _shift() -> dict[str, Any]:
    factor = _of(Factor)
    return _object({"peak": factor, "critical": {"anyOf": [factor, {"type": "null"}]}, "sentence": _TEXT})


def _next_runs() -> dict[str, Any]:
    promise = {"anyOf": [_of(Promise), {"type": "null"}]}
    return _object(
        {
            "cells": _array({"type": "object"}), "goal": _schema(Goal), "runs": _COUNT, "sentence": _TEXT,
            "promise": promise, "uniform": promise,
        }
    )  # fmt: skip


if __name__ == "__main__":
    sys.stdout.write(json.dumps(analysis_schema(), indent=1) + "\n")
