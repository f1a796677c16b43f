"""Bounded options as dataclass fields; plans are checked against them, with every problem reported."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from difflib import get_close_matches
from math import isfinite
from typing import Any, TypeVar

T = TypeVar("T")

WORDS = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "str": "text",
    "tuple[int, ...]": "a list of at least one whole number",
    "tuple[float, ...]": "a list of at least one number",
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


def read_options(cls: type[T], table: Mapping[str, Any], where: str, problems: list[str]) -> T | None:
    """Make `cls` from a table of options; add a sentence to `problems` for everything that is wrong.

    Parameters
    ----------
    cls : dataclass type
        Fields made with `option`.
    table : mapping
        Values by name; ``key`` is skipped, it chose the class.
    where : str
        Name of the table in the plan.
    problems : list of str
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
            problems.append(f"{where}.{name} must be {WORDS[str(fields[name].type)]}, but got {value!r}")
            continue
        problems.extend(_out_of_bounds(f"{where}.{name}", values[name], fields[name].metadata))
    return cls(**values) if len(problems) == before else None


def unknown(where: str, name: str, known: Mapping[str, Any]) -> str:
    """Sentence about a name that is not known, with the nearest one that is."""
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known) or 'nothing'}"
    return f"{where} is not known; {hint}"


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
    if (kind == "bool" and isinstance(value, bool)) or (kind == "str" and isinstance(value, str)):
        return value
    raise ValueError


def _out_of_bounds(where: str, value: Any, rule: Mapping[str, Any]) -> list[str]:  # noqa: ANN401
    low, high, choices = rule.get("low"), rule.get("high"), rule.get("choices")
    out = []
    for item in value if isinstance(value, tuple) else (value,):
        if choices and item not in choices:
            out.append(f"{where} must be one of {', '.join(choices)}, but got {item!r}")
        elif low is not None and item < low:
            out.append(f"{where} must be at least {low:g}, but got {item!r}")
        elif high is not None and item > high:
            out.append(f"{where} must be at most {high:g}, but got {item!r}")
    return out
