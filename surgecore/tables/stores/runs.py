"""One training run as a tracker keeps it, and the table that many of them make."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from surgecore.tables.limits import MAX_COLUMNS
from surgecore.tables.metric import Goal, metric_of
from surgecore.tables.problems import Notice, NoticeCode, Problem, ProblemCode, SweepError, notice, problem, refused
from surgecore.tables.raw import RawTable

Cell = str | float | int | bool | None
#: Deepest nesting that becomes columns, and longest text kept of a cell.
_DEPTH = 6
_LONGEST = 200
_MOST_SETTINGS = 20_000
_END = object()
#: Curves that only count.
_CLOCKS = frozenset({"epoch", "step", "global_step", "iteration"})


@dataclass
class Run:
    """One run: settings and results under the names that the tracker's export gives them.

    Attributes
    ----------
    name : str
        What the tracker calls it; for a folder, its path below the store.
    cells : dict
        Settings, state and results, by column.
    curves : dict
        Steps and values of each metric that was logged more than once, or whose last value is to be taken: two
        sequences of equal length, in the order logged.
    """

    name: str
    cells: dict[str, Cell] = field(default_factory=dict)
    curves: dict[str, tuple[list[float], list[float]]] = field(default_factory=dict)

    def log(self, metric: str, step: float, value: float) -> None:
        """Append one point to a curve."""
        steps, values = self.curves.setdefault(metric, ([], []))
        steps.append(step)
        values.append(value)


@dataclass(frozen=True)
class Contents:
    """What a store holds.

    Attributes
    ----------
    key : str
        Which tracker's: a key of `STORES`.
    runs : sequence of Run
        In the tracker's order.
    loss : str
        Column of the metric, where the tracker itself says which it is; else empty.
    goal : {"", "minimise", "maximise"}
        What the tracker says is good; empty where it says nothing.
    group : tuple of str
        Columns that tell studies, experiments or projects apart.
    unread : tuple of Problem
        Runs that could not be read, each with its name as `column`.
    beside : tuple of str
        Keys of other trackers whose runs are in the same folder, and were not read.
    """

    key: str
    runs: Sequence[Run]
    loss: str = ""
    goal: Goal = ""
    group: tuple[str, ...] = ()
    unread: tuple[Problem, ...] = ()
    beside: tuple[str, ...] = ()

    def raw_table(self) -> RawTable:
        """One row a run: last values of curves, and their lowest or highest where that is another one."""
        if not self.runs:
            raise SweepError(self.unread or [problem(ProblemCode.STORE_NO_RUNS)])
        best = _best_columns(self.runs)
        frame = frame_of([_record(run, best) for run in self.runs])
        return RawTable(frame, np.arange(1, len(frame) + 1, dtype=np.int64), self.key, (), tuple(self._told()))

    def _told(self) -> Iterator[Notice]:
        """What is in the folder, and not in the table."""
        if self.unread:
            names = tuple(dict.fromkeys(str(found.column) for found in self.unread))
            first = self.unread[0]
            yield notice(
                NoticeCode.UNREAD_RUNS, count=len(names), runs=names, reason=first.code.value, **dict(first.values)
            )
        if self.beside:
            yield notice(NoticeCode.OTHER_STORES, store=self.key, others=self.beside)

    def curves(self) -> pd.DataFrame:
        """All curves, one row a point.

        Returns
        -------
        DataFrame
            run (row of the table, from 1), metric, step, value; empty where the tracker keeps no histories.
        """
        parts = [
            pd.DataFrame({"run": row, "metric": metric, "step": steps, "value": values})
            for row, run in enumerate(self.runs, start=1)
            for metric, (steps, values) in run.curves.items()
        ]
        names = ["run", "metric", "step", "value"]
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=names)


def _best_columns(runs: Sequence[Run]) -> dict[str, str]:
    """The metrics whose best value is not the last in some run, each with the name of the column for the best."""
    found: dict[str, str] = {}
    for metric in dict.fromkeys(name for run in runs for name in run.curves if name not in _CLOCKS):
        pairs = [np.asarray(run.curves[metric][1]) for run in runs if metric in run.curves]
        word = "max" if metric_of(metric).goal == "maximise" else "min"
        sign = -1.0 if word == "max" else 1.0
        if any(len(values) > 1 and np.nanmin(sign * values, initial=np.inf) < sign * values[-1] for values in pairs):
            head, mark, tail = metric.partition("metrics.")
            found[metric] = f"{mark}{word} {tail}" if mark and not head else f"{word} {metric}"
    return found


def _record(run: Run, best: Mapping[str, str]) -> dict[str, Cell]:
    record = dict(run.cells)
    for metric, (steps, values) in run.curves.items():
        last = max(range(len(steps)), key=lambda index: (steps[index], index))
        record.setdefault(metric, values[last])
        if metric in best:
            finite = [value for value in values if not math.isnan(value)]
            pick = max if best[metric].removeprefix("metrics.").startswith("max ") else min
            # a run that ended in nan diverged, whatever it once reached
            record[best[metric]] = pick(finite) if finite and not math.isnan(values[last]) else math.nan
    return record


def frame_of(records: Sequence[Mapping[str, Cell]]) -> pd.DataFrame:
    """One row a record: a column of numbers where all its cells are, else text; nan stays apart from missing."""
    names = list(dict.fromkeys(name for record in records for name in record))
    if len(names) > MAX_COLUMNS:
        raise refused(ProblemCode.TOO_MANY_COLUMNS, limit=MAX_COLUMNS, size=len(names))
    columns: dict[str, Any] = {}
    for name in names:
        cells = [record.get(name) for record in records]
        plain = all(cell is None or (isinstance(cell, int | float) and not isinstance(cell, bool)) for cell in cells)
        if plain and not any(isinstance(cell, float) and math.isnan(cell) for cell in cells):
            columns[name] = pd.Series([math.nan if cell is None else _float(cell) for cell in cells], dtype=np.float64)
        else:
            columns[name] = pd.Series([None if cell is None else _text(cell) for cell in cells], dtype="str")
    return pd.DataFrame(columns)


def _float(cell: Cell) -> float:
    try:
        return float(cell)  # type: ignore[arg-type] # only numbers come here
    except OverflowError:
        return math.inf


def _text(cell: Cell) -> str:
    return (repr(cell) if isinstance(cell, float) else str(cell))[:_LONGEST]


def as_cell(text: str) -> Cell:
    """A number where a text is one, as trackers that keep everything as text mean it."""
    plain = text.strip()
    if not plain or plain[0] not in "+-.0123456789naiNAI" or "_" in plain or len(plain) > 40:
        return text
    try:
        return int(plain)
    except ValueError:
        pass
    try:
        return float(plain)
    except ValueError:
        return text


def as_number(value: object) -> float | None:
    """A finite or infinite number, or nan; None for everything else, booleans too."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str):
        value = as_cell(value)
    if isinstance(value, str) or value is None:
        return None
    return _float(value)


def flat(value: Mapping[Any, Any], mark: str = "/", prefix: str = "") -> dict[str, Cell]:
    """Nested settings as columns, ``outer/inner``; lists as text.

    Raises
    ------
    SweepError
        If there are more than the most columns of a table.
    """
    result: dict[str, Cell] = {}
    waiting = [(prefix, 1, iter(value.items()))]
    for _ in range(_MOST_SETTINGS):
        if not waiting:
            return result
        before, depth, items = waiting[-1]
        key, item = next(items, (None, _END))
        name = f"{before}{str(key)[:_LONGEST]}"
        if item is _END:
            waiting.pop()
        elif isinstance(item, Mapping):
            if depth < _DEPTH:
                waiting.append((f"{name}{mark}", depth + 1, iter(item.items())))
        elif item is None or isinstance(item, str | int | float | bool):
            result[name] = item[:_LONGEST] if isinstance(item, str) else item
        elif (
            isinstance(item, Sequence) and len(item) <= 20 and all(isinstance(part, str | int | float) for part in item)
        ):
            result[name] = str(list(item))[:_LONGEST]
    # aliases of YAML can make a small file endless
    raise refused(ProblemCode.STORE_TOO_MANY_SETTINGS, limit=_MOST_SETTINGS)


def without(cells: Mapping[str, Cell], names: Iterable[str]) -> dict[str, Cell]:
    """The cells of other names."""
    dropped = set(names)
    return {name: cell for name, cell in cells.items() if name not in dropped}
