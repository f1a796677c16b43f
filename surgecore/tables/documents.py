"""JSON: one object per line, a list, one object of runs or of columns, with or without a history in each run."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from surgecore.tables.limits import MAX_CELLS, MAX_COLUMNS, MAX_PROBLEMS, MAX_ROWS
from surgecore.tables.metric import metric_of
from surgecore.tables.names import CURVES, plain_name
from surgecore.tables.problems import Problem, ProblemCode, SweepError, problem, refused

Records = list[tuple[int, dict[str, Any]]]
#: Lists below these names are a run's history, whatever is in them.
_HISTORIES = ("history", "log_history", "log", "logs", "trials", "results", "metrics", "epochs", "curve", "evaluations")


def read_json(text: str) -> tuple[pd.DataFrame, np.ndarray[Any, np.dtype[np.int64]]]:
    """Rows of a JSON document and where each stands: the line, or the position in the list.

    Parameters
    ----------
    text : str
        The file. Nested objects become ``outer/inner`` columns, a list of numbers or objects in a run its history.

    Returns
    -------
    frame : DataFrame
    lines : ndarray
        Shape (n_rows,).

    Raises
    ------
    SweepError
        If it is no JSON, or no table.
    """
    problems: list[Problem] = []
    records: Records = []
    for line, value in _rows(text, problems):
        if isinstance(value, Mapping):
            records += [(line, row) for row in _expanded(flat(value))]
        else:
            problems.append(problem(ProblemCode.JSON_ROW, line, text=str(value)[:40]))
        if len(problems) >= MAX_PROBLEMS:
            break
        if len(records) > MAX_ROWS:
            raise refused(ProblemCode.TOO_MANY_ROWS, limit=MAX_ROWS)
    if problems:
        raise SweepError(problems)
    if not records:
        raise refused(ProblemCode.EMPTY)
    return frame_of([row for _, row in records]), np.array([line for line, _ in records], dtype=np.int64)


def _rows(text: str, problems: list[Problem]) -> Iterable[tuple[int, Any]]:
    """Runs of a document, whatever holds them."""
    start = text.lstrip()[:1]
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        if start == "[":
            raise refused(ProblemCode.BAD_JSON, reason=str(error)[:200]) from error
        return _json_lines(text, problems)
    if isinstance(whole, Mapping):
        return enumerate(_of_object(whole), start=1)
    return enumerate(whole, start=1) if isinstance(whole, list) else [(1, whole)]


def _json_lines(text: str, problems: list[Problem]) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError):
                problems.append(problem(ProblemCode.JSON_LINE, number, text=line[:40]))


def _of_object(whole: Mapping[str, Any]) -> Iterable[Any]:
    """Runs in one object: under a key, by name, by columns, or the object is the run."""
    if "nbformat" in whole and "cells" in whole:
        raise refused(ProblemCode.NOTEBOOK)
    columns, data = whole.get("columns"), whole.get("data")
    if isinstance(columns, list) and isinstance(data, list) and all(isinstance(row, list) for row in data):
        return [dict(zip(map(str, columns), row, strict=False)) for row in data]
    values = list(whole.values())
    if (
        values
        and all(isinstance(value, list) for value in values)
        and len({len(value) for value in values}) == 1
        and not any(isinstance(item, Mapping | list) for value in values for item in value[:5])
    ):
        return [dict(zip(whole, row, strict=True)) for row in zip(*values, strict=True)]
    if values and all(isinstance(value, Mapping) for value in values):
        if all(key.isdecimal() for value in values for key in value):  # columns of numbered cells, as pandas writes
            rows = dict.fromkeys(key for value in values for key in value)
            return [{name: cells.get(key) for name, cells in whole.items()} for key in rows]
        if len(values) > 1 and not {"config", "summary", "params", "hparams", "args"} & {str(key) for key in whole}:
            return [{"name": name, **value} for name, value in whole.items()]
    lists = [value for value in values if isinstance(value, list) and value and isinstance(value[0], Mapping)]
    scalars = [value for value in values if not isinstance(value, Mapping | list)]
    run = {"lr", "learning_rate", "config", "params", "hparams", "args"} & {plain_name(key) for key in whole}
    if len(lists) == 1 and not run and len(scalars) < 20:
        return lists[0]
    return [whole]


def flat(value: Mapping[str, Any], prefix: str = "", depth: int = 0) -> dict[str, Any]:
    """Nested objects as ``outer/inner`` keys, five levels deep."""
    result: dict[str, Any] = {}
    for key, item in value.items():
        if isinstance(item, Mapping) and depth < 5:
            result |= flat(item, f"{prefix}{key}/", depth + 1)
        else:
            result[f"{prefix}{key}"] = item
    return result


def _expanded(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A run with a history as one row a step of it; other lists as text."""
    scalars, steps = {}, None
    series: dict[str, list[Any]] = {}
    for name, item in row.items():
        last = name.rpartition("/")[2]
        if isinstance(item, list) and item and all(isinstance(entry, Mapping) for entry in item):
            if steps is None or plain_name(last) in _HISTORIES:
                steps = item
        elif isinstance(item, list) and len(item) > 1 and (metric_of(last).kind or plain_name(last) in CURVES):
            series[name] = item
        else:
            scalars[name] = str(item)[:200] if isinstance(item, list | Mapping) else item
    if steps is not None:
        for entry in steps:
            yield scalars | {key: v for key, v in flat(entry).items() if not isinstance(v, list)}
        return
    if series:
        length = max(map(len, series.values()))
        counted = any(plain_name(name.rpartition("/")[2]) in CURVES for name in series)
        for index in range(length):
            here = {name: values[index] for name, values in series.items() if index < len(values)}
            yield scalars | here | ({} if counted else {"epoch": index + 1})
        return
    yield scalars


def frame_of(records: list[dict[str, Any]]) -> pd.DataFrame:
    """A frame of records; JSON's NaN, a diverged loss, and its null, a missing one, stay apart as text.

    Parameters
    ----------
    records : list of dict
        One a row.

    Returns
    -------
    DataFrame

    Raises
    ------
    SweepError
        If it would be beyond the limits.
    """
    names = list(dict.fromkeys(name for record in records for name in record))
    if len(names) > MAX_COLUMNS:
        raise refused(ProblemCode.TOO_MANY_COLUMNS, limit=MAX_COLUMNS, size=len(names))
    if len(names) * len(records) > MAX_CELLS:
        raise refused(ProblemCode.TOO_MANY_CELLS, limit=MAX_CELLS)
    columns = {}
    for name in names:
        cells = [record.get(name) for record in records]
        if any(isinstance(cell, str | bool) or (isinstance(cell, float) and math.isnan(cell)) for cell in cells):
            columns[name] = pd.Series([None if cell is None else str(cell)[:1000] for cell in cells], dtype="str")
            continue
        try:
            columns[name] = pd.Series(cells, dtype=np.float64)
        except OverflowError:  # a whole number beyond 1.8e308
            columns[name] = pd.Series([_bounded(cell) for cell in cells], dtype=np.float64)
    return pd.DataFrame(columns)


def _bounded(cell: Any) -> float:  # noqa: ANN401 - a number of JSON
    if cell is None:
        return math.nan
    try:
        return float(cell)
    except OverflowError:
        return math.inf if cell > 0 else -math.inf
