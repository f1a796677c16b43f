"""Bounded options as dataclass fields; plans are checked against them, with every problem reported.

This is done by hand, not by cattrs. What it would do here is the smallest part, telling kinds of values apart, and by
default it converts where a plan must be refused: "3" and 2.7 become whole numbers. Limits, choices, the nearest known
name and the facts of which `words` makes sentences would be hooks of ours all the same, and `make gpu-day`, which needs
no package beyond torch, numpy, pandas, scipy and scikit-learn, would need one more.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from difflib import get_close_matches
from math import isfinite
from typing import Any, TypeVar

from surgecore.training.workloads.problems import PlanCode, PlanProblem, wrong

T = TypeVar("T")

#: What an option can be, and how the phrase about a wrong one names it.
KINDS = {
    "int": "whole-number",
    "float": "number",
    "bool": "switch",
    "bool | None": "switch-or-auto",
    "str": "text",
    "tuple[int, ...]": "whole-numbers",
    "tuple[float, ...]": "numbers",
}


def option(default: Any, low: float | None = None, high: float | None = None, choices: tuple[str, ...] = ()) -> Any:  # noqa: ANN401
    """Declare a dataclass field that a plan may set.

    Parameters
    ----------
    default : object
        Its value where the plan says nothing.
    low, high : float, optional
        Smallest and largest value (of every entry of a list).
    choices : tuple of str, optional
        The words that are allowed.
    """
    return dataclasses.field(default=default, metadata={"low": low, "high": high, "choices": choices})


def read_options(cls: type[T], table: Mapping[str, Any], where: str, problems: list[PlanProblem]) -> T | None:
    """Make `cls` from a table of options; add to `problems` everything that is wrong.

    Parameters
    ----------
    cls : dataclass type
        Fields made with `option`.
    table : mapping
        Values by name; ``key`` is skipped, it chose the class.
    where : str
        Name of the table in the plan.
    problems : list of PlanProblem
        Grows.

    Returns
    -------
    instance of cls or None
        None if anything was wrong.
    """
    fields = {field.name: field for field in dataclasses.fields(cls) if field.init}  # type: ignore[arg-type]
    before, values = len(problems), {}
    for name, value in table.items():
        if name == "key":
            continue
        if name not in fields:
            problems.append(unknown(f"{where}.{name}", name, fields))
            continue
        try:
            values[name] = _convert(str(fields[name].type), value)
        except ValueError:
            kind = KINDS[str(fields[name].type)]
            problems.append(wrong(PlanCode.WRONG_KIND, where=f"{where}.{name}", kind=kind, got=repr(value)))
            continue
        problems.extend(_out_of_bounds(f"{where}.{name}", values[name], fields[name].metadata))
    return cls(**values) if len(problems) == before else None


def unknown(where: str, name: str, known: Mapping[str, Any]) -> PlanProblem:
    """The problem of a name that is not known, with the nearest one that is."""
    near = get_close_matches(name, known, n=1)
    if near:
        return wrong(PlanCode.UNKNOWN_NEAR, where=where, near=near[0])
    if known:
        return wrong(PlanCode.UNKNOWN, where=where, known=", ".join(known))
    return wrong(PlanCode.UNKNOWN_NONE, where=where)


def _convert(kind: str, value: Any) -> Any:  # noqa: ANN401
    if kind.startswith("tuple"):
        inner = kind[len("tuple[") :].split(",")[0]
        items = value if isinstance(value, list | tuple) else [value]
        if not items:
            raise ValueError
        return tuple(_convert(inner, item) for item in items)
    if kind == "float" and isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
        return float(value)
    if kind == "int" and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind == "bool | None" and value == "auto":
        return None
    if (kind.startswith("bool") and isinstance(value, bool)) or (kind == "str" and isinstance(value, str)):
        return value
    raise ValueError


def _out_of_bounds(where: str, value: Any, rule: Mapping[str, Any]) -> list[PlanProblem]:  # noqa: ANN401
    low, high, choices = rule.get("low"), rule.get("high"), rule.get("choices")
    out = []
    for item in value if isinstance(value, tuple) else (value,):
        if choices and item not in choices:
            out.append(wrong(PlanCode.NOT_A_CHOICE, where=where, choices=", ".join(choices), got=repr(item)))
        elif low is not None and item < low:
            out.append(wrong(PlanCode.TOO_LOW, where=where, limit=f"{low:g}", got=repr(item)))
        elif high is not None and item > high:
            out.append(wrong(PlanCode.TOO_HIGH, where=where, limit=f"{high:g}", got=repr(item)))
    return out
