"""Read a table of anybody's, propose what its columns mean, and make the sweep once that is settled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd

from surgecore.tables.batch import Reading, compare_layouts, readings
from surgecore.tables.cells import parse_numbers
from surgecore.tables.checks import Checked, check
from surgecore.tables.diverged import DivergedRule
from surgecore.tables.formats import RawTable, read_bytes
from surgecore.tables.metric import Goal, Metric, describe
from surgecore.tables.models import Group, as_text, could_tell, guess_group_columns, list_groups
from surgecore.tables.names import (
    ALIASES,
    REQUIRED,
    BatchUnit,
    ColumnMapping,
    batch_parts,
    candidates,
    last_name,
    plain_name,
)
from surgecore.tables.problems import Notice, NoticeCode, Problem, ProblemCode, SweepError, notice, problem, refused
from surgecore.tables.questions import Change, Choice, GroupsFound, Question, QuestionOpen, Topic
from surgecore.tables.stores.registry import read_store, store_file
from surgecore.tables.stores.runs import Contents
from surgecore.tables.stores.upload import is_store, laid_down

Source = str | PathLike[str] | bytes | IO[Any]

#: A tracker is recognised by columns that only its exports have.
_TRACKERS = (
    ("W&B export", {"Name", "State", "Runtime"}),
    ("Optuna trials", {"number", "state", "datetime_start"}),
    ("MLflow runs", {"run_id", "experiment_id"}),
    ("TensorBoard HParams", {"trial_id", "show_metrics"}),
    ("Ray Tune results", {"training_iteration", "trial_id"}),
)


@dataclass(frozen=True, eq=False)
class Table:
    """A table that was read but not yet interpreted.

    Attributes
    ----------
    name : str
        Of the file, without its endings.
    frame : DataFrame
        The cells: numbers where a column is numeric throughout, else text. Do not modify it.
    lines : ndarray
        Line of each row as an editor counts it, shape (n_rows,).
    layout : str
        Format in words, and the tracker it seems to come from.
    mapping : ColumnMapping
        The guess, group columns included.
    nan_is_diverged : bool
        Whether a loss that is NaN is a diverged run; in a file it is a missing one.
    uneven : tuple of Problem
        Rows with more or fewer cells than the header.
    """

    name: str
    frame: pd.DataFrame
    lines: np.ndarray[Any, np.dtype[np.int64]]
    layout: str
    mapping: ColumnMapping
    nan_is_diverged: bool = False
    uneven: tuple[Problem, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the file."""
        return tuple(map(str, self.frame.columns))

    @property
    def choices(self) -> dict[str, tuple[str, ...]]:
        """For each required role, the columns that fit it by name, the most likely first."""
        return {role: tuple(candidates(self.columns, role)) for role in REQUIRED}

    def preview(self, rows: int = 8) -> pd.DataFrame:
        """First rows of the table, as read."""
        return self.frame.head(rows).copy()

    def problems(
        self, mapping: ColumnMapping | None = None, *, group: str | Group | None = None
    ) -> tuple[Problem, ...]:
        """Everything that is wrong under a mapping (the guess by default), without raising."""
        chosen = self.mapping if mapping is None else mapping
        if found := self._unmapped(chosen):
            return tuple(found)
        try:
            frame, lines = self._of_group(chosen, group)
        except SweepError as error:
            return error.problems
        if (asked := self.question(chosen, group=group)) is not None:
            return QuestionOpen(asked).problems
        return tuple(self._check(frame, lines, chosen, DivergedRule()).problems)

    def question(self, mapping: ColumnMapping | None = None, *, group: str | Group | None = None) -> Question | None:
        """What has to be said before this can be read under a mapping (the guess by default), if anything."""
        chosen = self.mapping if mapping is None else mapping
        if self._unmapped(chosen):
            return None
        try:
            frame, lines = self._of_group(chosen, group)
        except QuestionOpen as open_:
            return open_.question
        if chosen.batch_factors is None and len(readings := self._batches(chosen)) > 1:
            ways = [(reading, _batch_as(chosen, reading)) for reading in readings]
            return Question(
                Topic.BATCH,
                (readings[0].column, *readings[0].factors),
                tuple(
                    Choice(
                        "tokens" if reading.tokens else "product" if reading.factors else "column",
                        _batch_change(way),
                        columns=(reading.column, *reading.factors),
                        preview=self._preview(frame, lines, way),
                    )
                    for reading, way in ways
                ),
            )
        if not chosen.goal and not describe(chosen.loss).goal:
            goals: tuple[Goal, ...] = ("minimise", "maximise")
            answers = tuple(
                Choice(goal, (("goal", goal),), preview=self._preview(frame, lines, replace(chosen, goal=goal)))
                for goal in goals
            )
            return Question(Topic.GOAL, (chosen.loss,), answers)
        return None

    def _batches(self, mapping: ColumnMapping) -> list[Reading]:
        parts = batch_parts(self.columns)
        plain = {
            name: last_name(name) if plain_name(name) not in ALIASES["batch_size"] else plain_name(name)
            for name in parts
        }
        guess = mapping.batch_size == self.mapping.batch_size
        return readings(self.frame, parts, plain, "" if guess else mapping.batch_size)

    def _preview(
        self, frame: pd.DataFrame, lines: np.ndarray[Any, np.dtype[np.int64]], mapping: ColumnMapping
    ) -> tuple[tuple[float, float], ...]:
        """The best cell of the grid at each batch size, at most at eight of them."""
        checked = self._check(frame, lines, mapping, DivergedRule())
        trials = checked.trials[~checked.bad & (checked.trials["status"] == "complete").to_numpy()]
        if not len(trials):
            return ()
        cells = trials.groupby(["batch_size", "learning_rate"], sort=True)["loss"].mean().dropna().reset_index()
        best = cells.loc[cells.groupby("batch_size")["loss"].idxmin()]
        pairs = list(zip(best["batch_size"].astype(float), best["learning_rate"].astype(float), strict=True))
        return tuple(pairs if len(pairs) <= 8 else pairs[:4] + pairs[-4:])

    def resolve(self, mapping: ColumnMapping) -> ColumnMapping:
        """The mapping with its batch's factors and group columns looked for, where it leaves them open."""
        if self._unmapped(mapping):
            return mapping
        if mapping.batch_factors is None and len(found := self._batches(mapping)) == 1:
            mapping = _batch_as(mapping, found[0])
        if mapping.group is not None:
            return mapping
        used = set(mapping.columns.values()) | set(batch_parts(self.columns))
        extra = [name for name in self.columns if name not in used and could_tell(self.frame[name])]
        if not extra:
            return replace(mapping, group=())
        checked = self._check(self.frame, self.lines, mapping, DivergedRule(gain_factor=None))
        trials = checked.trials[~checked.bad]
        return replace(mapping, group=guess_group_columns(trials, [name for name in extra if name in trials]))

    def groups(self, mapping: ColumnMapping | None = None) -> tuple[Group, ...]:
        """The models that the mapping's group columns tell apart, largest first; empty for one model."""
        chosen = self.resolve(self.mapping if mapping is None else mapping)
        names = [name for name in chosen.group or () if name in self.columns]
        found = list_groups(self.frame, names)
        return found if len(found) > 1 else ()

    def trials(
        self,
        mapping: ColumnMapping | None = None,
        *,
        group: str | Group | None = None,
        skip_bad_rows: bool = False,
        diverged: DivergedRule | None = None,
    ) -> tuple[pd.DataFrame, Metric, tuple[Notice, ...]]:
        """Checked trials in canonical columns, their metric, and what was decided on the way.

        Arguments and errors are those of `Sweep.from_table`.
        """
        chosen = self.mapping if mapping is None else mapping
        if found := self._unmapped(chosen):
            raise SweepError(found)
        frame, lines = self._of_group(chosen, group)
        if (asked := self.question(chosen, group=group)) is not None:
            raise QuestionOpen(asked)
        checked = self._check(frame, lines, chosen, diverged or DivergedRule())
        notices = [*self._notices(chosen), *checked.notices, *_layouts(frame, checked, chosen)]
        trials, n_bad = checked.trials, int(checked.bad.sum())
        if checked.problems and not (skip_bad_rows and n_bad < len(trials)):
            raise SweepError(checked.problems)
        if n_bad:
            trials = trials[~checked.bad].reset_index(drop=True)
            trials["batch_size"] = _whole(trials["batch_size"])
            notices.append(notice(NoticeCode.LEFT_OUT, count=n_bad))
        if len(trials) < 2:
            raise refused(ProblemCode.ONE_TRIAL)
        return trials, checked.metric, tuple(notices)

    def _unmapped(self, mapping: ColumnMapping) -> list[Problem]:
        found = [problem(ProblemCode.NO_COLUMN, role=role, columns=self.columns) for role in mapping.missing]
        given = [*mapping.columns.values(), *(mapping.group or ())]
        wrong = [name for name in given if name not in self.columns]
        return found + [problem(ProblemCode.NO_SUCH_COLUMN, column=name, columns=self.columns) for name in wrong]

    def _of_group(
        self, mapping: ColumnMapping, group: str | Group | None
    ) -> tuple[pd.DataFrame, np.ndarray[Any, np.dtype[np.int64]]]:
        groups = self.groups(mapping)
        if not groups:
            return self.frame, self.lines
        label = group.label if isinstance(group, Group) else group
        for candidate in groups:
            if label == candidate.label or (label and label in [value for _, value in candidate.pairs]):
                here = np.ones(len(self.frame), dtype=bool)
                for name, value in candidate.pairs:
                    here &= (as_text(self.frame[name]) == value).to_numpy()
                return self.frame[here].reset_index(drop=True), self.lines[here]
        names = tuple(name for name, _ in groups[0].pairs)
        raise GroupsFound(Question(Topic.MODEL, names, tuple(Choice(g.label, group=g) for g in groups)))

    def _check(
        self,
        frame: pd.DataFrame,
        lines: np.ndarray[Any, np.dtype[np.int64]],
        mapping: ColumnMapping,
        rule: DivergedRule,
    ) -> Checked:
        return check(frame, lines, mapping, nan_is_diverged=self.nan_is_diverged, rule=rule, uneven=self.uneven)

    def _notices(self, mapping: ColumnMapping) -> list[Notice]:
        found = []
        for role in REQUIRED:
            used = getattr(mapping, role)
            others = tuple(name for name in candidates(self.columns, role) if name != used)
            if used != role or (others and role == "learning_rate"):
                found.append(notice(NoticeCode.READ_FROM, role=role, column=used, others=others))
        goal = mapping.goal or describe(mapping.loss).goal
        if goal in ("maximise", "drop"):
            code = NoticeCode.DROP_IS_GOOD if goal == "drop" else NoticeCode.LARGE_IS_GOOD
            found.append(notice(code, column=mapping.loss))
        if mapping.batch_unit == "sequences" and mapping.sequence_length > 0:
            found.append(notice(NoticeCode.TOKENS, length=mapping.sequence_length))
        elif mapping.batch_unit != "examples":
            found.append(notice(NoticeCode.UNIT, unit=mapping.batch_unit))
        part = batch_parts(self.columns).get(mapping.batch_size)
        if mapping.batch_factors:
            times = " × ".join((mapping.batch_size, *mapping.batch_factors)).replace("× /", "/ ")
            found.append(notice(NoticeCode.PRODUCT, columns=times))
        elif part == "local":
            found.append(notice(NoticeCode.PER_DEVICE, column=mapping.batch_size))
        return found


def _layouts(frame: pd.DataFrame, checked: Checked, mapping: ColumnMapping) -> list[Notice]:
    """Whether runs with the same batch size in another layout have the same metric, where that was tried."""
    parts = batch_parts([str(name) for name in frame.columns])
    names = [name for name, part in parts.items() if part in ("local", "batch", "accumulation", "devices", "nodes")]
    names = [name for name in names if len(frame[name].unique()) > 1]
    if not names or (not mapping.batch_factors and names == [mapping.batch_size]):
        return []
    layout = pd.Series(list(zip(*(frame[name].astype("str").fillna("") for name in names), strict=True)))
    found = compare_layouts(checked.trials[~checked.bad], layout[~checked.bad])
    if found is None:
        return []
    code = NoticeCode.SAME_LAYOUT if found.same else NoticeCode.OTHER_LAYOUT
    shown = checked.metric.shown(found.difference)
    return [notice(code, cells=found.cells, difference=float(f"{shown:.2g}"), error=float(f"{found.error:.2g}"))]


def _batch_as(mapping: ColumnMapping, reading: Reading) -> ColumnMapping:
    """A mapping with one reading of the batch size."""
    unit: BatchUnit = (
        "tokens" if reading.tokens else mapping.batch_unit if mapping.batch_unit != "tokens" else "examples"
    )
    return replace(mapping, batch_size=reading.column, batch_factors=reading.factors, batch_unit=unit)


def _batch_change(mapping: ColumnMapping) -> Change:
    names = ("batch_size", "batch_factors", "batch_unit")
    default = ColumnMapping()
    return tuple((name, v) for name in names if (v := getattr(mapping, name)) != getattr(default, name))


def open_table(source: Source, *, name: str | None = None) -> Table:
    """Read a table in any known format and guess what its columns mean.

    Parameters
    ----------
    source : path, bytes or file object
        CSV, TSV, semicolons with decimal commas, columns between runs of spaces, JSON lines, a JSON list, Parquet
        (with pyarrow), any of them gzipped; pasted text as bytes. Also what a tracker keeps: a folder, its zip, a
        database or a log (see `open_store`).
    name : str, optional
        Name of the table; the file's by default.

    Returns
    -------
    Table

    Raises
    ------
    SweepError
        If it is no table, or beyond the limits (200 MB unpacked, 1000 columns, lines of 1 MB).
    OSError
        If the path cannot be opened.

    Examples
    --------
    >>> table = open_table("\\n".join(["bs,lr,val_loss", "64,0.001,1.2", "64,0.002,1.1"]).encode())
    >>> table.mapping.loss
    'val_loss'
    """
    if isinstance(source, str | PathLike):
        path = Path(source)
        if path.is_dir() or store_file(path) is not None:
            return open_store(path, name=name)
    data, default = _load(source)
    if is_store(data):
        with laid_down(data, name or default) as path:
            return open_store(path, name=name or default)
    return _import_of(read_bytes(data), name or default, nan_is_diverged=False)


def open_store(path: str | PathLike[str], *, kind: str | None = None, name: str | None = None) -> Table:
    """Read what a tracker keeps in its own folder or database: one row a run.

    Parameters
    ----------
    path : path
        A folder or file of a tracker in `STORES`.
    kind : str, optional
        Key of the tracker, where a folder holds runs of several; the first that is found by default.
    name : str, optional
        Name of the table; the folder's or file's by default.

    Returns
    -------
    Table
        With the columns of the tracker's own export, and ``min`` or ``max`` of each metric whose best value is not
        its last.

    Raises
    ------
    SweepError
        If it is no store that is known, or one that is damaged or beyond the limits.
    OSError
        If it cannot be opened.
    """
    place = Path(path)
    return table_of_store(read_store(place, kind), name=name or place.resolve().stem)


def table_of_store(contents: Contents, *, name: str) -> Table:
    """The table of what a store or a server gave; the metric, its direction and the groups are the tracker's word."""
    table = _import_of(contents.raw_table(), name, nan_is_diverged=False)
    mapping = table.mapping
    if contents.loss in table.columns:
        mapping = replace(mapping, loss=contents.loss)
    if contents.goal:
        mapping = replace(mapping, goal=contents.goal)
    if contents.group:
        mapping = replace(mapping, group=contents.group)
    return replace(table, mapping=mapping, layout=contents.key)


def import_frame(frame: pd.DataFrame, *, name: str) -> Table:
    """The same for a table in memory; the caller's frame is left alone, rows count from 1."""
    if frame.empty:
        raise refused(ProblemCode.NO_ROWS)
    copy = frame.reset_index(drop=True)
    copy.columns = [str(column) for column in frame.columns]
    return _import_of(RawTable(copy, np.arange(1, len(copy) + 1), "table"), name, nan_is_diverged=True)


def _import_of(table: RawTable, name: str, *, nan_is_diverged: bool) -> Table:
    names = [str(column) for column in table.frame.columns]
    tracker = next((label for label, marks in _TRACKERS if marks <= set(names)), "")
    layout = f"{tracker}, {table.layout}" if tracker else table.layout
    guess = _with_numbers(table.frame, _swept_rate(table.frame, ColumnMapping.guess(names)))
    draft = Table(name, table.frame, table.lines, layout, guess, nan_is_diverged, table.uneven)
    return replace(draft, mapping=draft.resolve(draft.mapping))


def _with_numbers(frame: pd.DataFrame, guess: ColumnMapping) -> ColumnMapping:
    """Prefer a metric that has numbers in most rows to one without."""
    ranked = candidates([str(name) for name in frame.columns], "loss")
    share = {name: float(np.isfinite(parse_numbers(frame[name])[0]).mean()) for name in ranked}
    if not guess.loss or share.get(guess.loss, 0.0) >= 0.5:
        return guess
    best = max(share.values(), default=0.0)
    full = next((name for name in ranked if share[name] >= 0.5 or (share[name] == best > 0)), "")
    if not full or full == guess.loss or share[guess.loss] >= 0.5 * share[full]:
        return guess
    return replace(guess, loss=full, goal=describe(full).goal)


def _swept_rate(frame: pd.DataFrame, guess: ColumnMapping) -> ColumnMapping:
    """Prefer a learning rate of few values, each in several rows: that was set, and did not decay."""
    if not guess.learning_rate:
        return guess
    names = candidates([str(name) for name in frame.columns], "learning_rate")
    levels = {name: frame[name].nunique() for name in names}
    shared = [name for name in names if 2 <= levels[name] <= max(2, len(frame) // 2)]
    return guess if not shared or guess.learning_rate in shared else replace(guess, learning_rate=shared[0])


def _load(source: Source) -> tuple[bytes, str]:
    if isinstance(source, bytes):
        return source, "sweep"
    if isinstance(source, str | PathLike):
        path = Path(source)
        return path.read_bytes(), path.name.split(".")[0] or "sweep"
    data = source.read()
    name = Path(str(getattr(source, "name", "") or "sweep")).name.split(".")[0]
    return (data.encode() if isinstance(data, str) else bytes(data)), name or "sweep"


def _whole(column: pd.Series[Any]) -> pd.Series[Any]:
    return column.astype(np.int64) if (column % 1 == 0).all() and (column < 2**53).all() else column
