"""Read any table, guess what its columns mean, and build the sweep once that is settled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from surgecore.tables.asking import (
    batch_as,
    look_like_optima,
    optima_already,
    which_base,
    which_batch,
    which_group,
    which_metric,
    which_way,
)
from surgecore.tables.batch import BatchReading, readings
from surgecore.tables.cells import parse_numbers
from surgecore.tables.checks import Checked, check, is_canonical
from surgecore.tables.curves import curve_column, cut_short, is_counter, one_row_a_run
from surgecore.tables.diverged import DivergedRule
from surgecore.tables.layouts import layouts_told
from surgecore.tables.metric import Metric, metric_of
from surgecore.tables.models import (
    Group,
    as_text,
    best_of_settings,
    changes_with_batch,
    could_tell,
    guess_group_columns,
    list_groups,
)
from surgecore.tables.names import (
    ALIASES,
    CANONICAL,
    REQUIRED,
    ROLES,
    SETTLED,
    ColumnMapping,
    batch_parts,
    candidates,
    known_as,
    last_name,
    plain_name,
)
from surgecore.tables.problems import Notice, NoticeCode, Problem, ProblemCode, SweepError, notice, problem, refused
from surgecore.tables.questions import GroupsFound, Question, QuestionOpen
from surgecore.tables.raw import Lines


@dataclass(frozen=True, eq=False)
class _Rows:
    """One row a run, on which line it stands, and which runs were cut short."""

    frame: pd.DataFrame
    lines: Lines
    short: np.ndarray[Any, np.dtype[np.bool_]]
    notices: tuple[Notice, ...] = ()


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
        Keys of the tracker whose export it seems to be, and of the format, or of the store: see `words.layout`.
    mapping : ColumnMapping
        The guess, group columns included.
    nan_is_diverged : bool
        Whether a loss that is NaN is a diverged run; in a file it is a missing one.
    uneven : tuple of Problem
        Rows with more or fewer cells than the header.
    notices : tuple of Notice
        What was done to bring it to one row per run.
    """

    name: str
    frame: pd.DataFrame
    lines: np.ndarray[Any, np.dtype[np.int64]]
    layout: str
    mapping: ColumnMapping
    nan_is_diverged: bool = False
    uneven: tuple[Problem, ...] = ()
    notices: tuple[Notice, ...] = ()

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
        chosen = self.resolve(self.mapping if mapping is None else mapping)
        try:
            rows = self._rows(chosen, group)
        except SweepError as error:
            return error.problems
        return tuple(self._check(rows, chosen, DivergedRule()).problems)

    def question(self, mapping: ColumnMapping | None = None, *, group: str | Group | None = None) -> Question | None:
        """What has to be said before this can be read under a mapping (the guess by default), if anything."""
        try:
            self._rows(self.resolve(self.mapping if mapping is None else mapping), group)
        except QuestionOpen as error:
            return error.question
        except SweepError:
            return None
        return None

    def resolve(self, mapping: ColumnMapping) -> ColumnMapping:
        """The mapping with its batch's factors, curve and group columns looked for, where it leaves them open."""
        if self._unmapped(mapping):
            return mapping
        if mapping.batch_factors is None and len(found := self._batches(mapping)) == 1:
            mapping = batch_as(mapping, found[0])
        if mapping.curve is None:
            found_curve = curve_column(self.frame, mapping.batch_size, mapping.learning_rate, mapping.seed)
            mapping = replace(mapping, curve=found_curve)
        if mapping.group is not None or not mapping.loss:
            return mapping
        used = set(mapping.columns.values()) | set(batch_parts(self.columns)) | {mapping.curve, *mapping.best_of}
        extra = [name for name in self.columns if name not in used and could_tell(self.frame[name])]
        if not extra:
            return replace(mapping, group=())
        checked = self._check(self._whole_runs(mapping, self.frame, self.lines), mapping, DivergedRule(None))
        trials = checked.trials[~checked.bad]
        return replace(mapping, group=guess_group_columns(trials, [name for name in extra if name in trials]))

    def groups(self, mapping: ColumnMapping | None = None) -> tuple[Group, ...]:
        """The models that the mapping's group columns tell apart, largest first; empty for one model."""
        return self.resolved(self.mapping if mapping is None else mapping)[1]

    def resolved(self, mapping: ColumnMapping) -> tuple[ColumnMapping, tuple[Group, ...]]:
        """`resolve` and `groups` at once: cells are looked at once."""
        chosen = self.resolve(mapping)
        names = [name for name in chosen.group or () if name in self.columns]
        found = list_groups(self.frame, names)
        return chosen, found if len(found) > 1 else ()

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
        chosen = self.resolve(self.mapping if mapping is None else mapping)
        rows = self._rows(chosen, group)
        checked = self._check(rows, chosen, diverged or DivergedRule())
        trials, n_bad = checked.trials, int(checked.bad.sum())
        if checked.problems and not (skip_bad_rows and n_bad < len(trials)):
            raise SweepError(checked.problems)
        notices = [*self.notices, *self._notices(chosen), *rows.notices, *checked.notices]
        notices += layouts_told(rows.frame, checked.trials, checked.bad, checked.metric, chosen)
        if n_bad:
            trials = trials[~checked.bad].reset_index(drop=True)
            trials["batch_size"] = _whole(trials["batch_size"])
            where = tuple(dict.fromkeys(found.column for found in checked.problems if found.column))
            notices.append(notice(NoticeCode.LEFT_OUT, columns=where, count=n_bad))
        if chosen.best_of:
            trials = best_of_settings(trials, [name for name in chosen.best_of if name in trials])
            notices.append(notice(NoticeCode.BEST_OF, columns=chosen.best_of))
        used = set(chosen.columns.values()) | {chosen.curve, *chosen.best_of, *batch_parts(self.columns)}
        extra = [name for name in trials.columns if name not in used and name not in CANONICAL and name in self.columns]
        if told := changes_with_batch(trials, [name for name in extra if could_tell(trials[name])]):
            notices.append(notice(NoticeCode.CHANGES_WITH, columns=told))
        if chosen.holds == "optima":
            notices.append(notice(NoticeCode.OPTIMA, column=chosen.learning_rate, count=len(trials)))
        if len(trials) < 2:
            raise refused(ProblemCode.ONE_TRIAL)
        return trials.rename(columns=self._settled(chosen, checked.metric)), checked.metric, tuple(notices)

    def _settled(self, mapping: ColumnMapping, metric: Metric) -> dict[str, str]:
        """New names of columns that this reading decided about, so that a file of its trials raises no question."""
        models = set(self.mapping.group or ()) - set(mapping.group or ())
        if models:  # another column may say the same
            models |= {name for name in self.columns if could_tell(self.frame[name])} - set(mapping.group or ())
        others = [*candidates(self.columns, "learning_rate")]
        others += candidates(self.columns, "loss") if metric.column == "loss" else []
        decided = {*batch_parts(self.columns), *models, *others, *mapping.best_of, mapping.curve}
        decided -= {*mapping.columns.values(), *ROLES}
        return {name: name + SETTLED for name in self.columns if name in decided}

    def _unmapped(self, mapping: ColumnMapping) -> list[Problem]:
        found = [problem(ProblemCode.NO_COLUMN, role=role, columns=self.columns) for role in mapping.missing]
        factors = (name.removeprefix("/") for name in mapping.batch_factors or ())
        given = [*mapping.columns.values(), *(mapping.group or ()), *factors, *mapping.best_of, mapping.curve or ""]
        wrong = [name for name in given if name and name not in self.columns]
        return found + [problem(ProblemCode.NO_SUCH_COLUMN, column=name, columns=self.columns) for name in wrong]

    def _batches(self, mapping: ColumnMapping) -> list[BatchReading]:
        parts = batch_parts(self.columns)
        plain = {name: p if (p := plain_name(name)) in ALIASES["batch_size"] else last_name(name) for name in parts}
        guess = mapping.batch_size == self.mapping.batch_size
        return readings(self.frame, parts, plain, "" if guess else mapping.batch_size)

    def _rows(self, mapping: ColumnMapping, group: str | Group | None) -> _Rows:
        """The rows of one model, one a run; raises what is wrong, or open."""
        self._ask_names(mapping)
        if found := self._unmapped(mapping):
            raise SweepError(found)
        frame, lines = self._of_group(mapping, group)

        def preview(way: ColumnMapping) -> tuple[tuple[float, float], ...]:
            return self._preview(self._whole_runs(way, frame, lines), way)

        if mapping.batch_factors is None and len(found_batches := self._batches(mapping)) > 1:
            raise QuestionOpen(which_batch(mapping, found_batches, preview))
        if not mapping.goal and mapping.holds != "optima" and not metric_of(mapping.loss).goal:
            raise QuestionOpen(which_way(mapping, preview))
        return self._whole_runs(mapping, frame, lines)

    def _ask_names(self, mapping: ColumnMapping) -> None:
        """Questions about what columns are, before any cell is looked at."""
        if (base := which_base(self.frame, mapping)) is not None:
            raise QuestionOpen(base)
        if not mapping.batch_size or not mapping.learning_rate or mapping.holds:
            return
        named = {mapping.batch_size, mapping.learning_rate} <= set(self.columns)
        judged = mapping.status in self.columns and is_canonical(self.frame[mapping.status])
        if named and not judged:
            batch, _ = parse_numbers(self.frame[mapping.batch_size], thousands_first=True)
            rate, _ = parse_numbers(self.frame[mapping.learning_rate])
            if len(self.frame) <= 1000 and look_like_optima(batch, rate):
                raise QuestionOpen(optima_already(mapping, mapping.batch_size, mapping.learning_rate))
        if not mapping.loss and (names := self._numeric(mapping)):
            raise QuestionOpen(which_metric(mapping, names))

    def _numeric(self, mapping: ColumnMapping) -> list[str]:
        """Columns of varied numbers that nothing else is known of: one may be the metric."""
        used = set(mapping.columns.values()) | set(batch_parts(self.columns))
        free = [name for name in self.columns if name not in used and not known_as(name) and not is_counter(name)]
        varied = {name: parse_numbers(self.frame[name])[0] for name in free[:100]}
        return [name for name, v in varied.items() if np.isfinite(v).mean() > 0.5 and len(np.unique(v)) > 3][:8]

    def _of_group(self, mapping: ColumnMapping, group: str | Group | None) -> tuple[pd.DataFrame, Lines]:
        groups = self.groups(mapping)
        if not groups:
            return self.frame, self.lines
        label = group.label if isinstance(group, Group) else group
        matches = [candidate for candidate in groups if label == candidate.label]
        matches = matches or [candidate for candidate in groups if label and candidate.is_called(label)]
        columns = tuple(name for name, _ in groups[0].pairs)
        if len(matches) != 1:
            asked = which_group(matches or groups, columns, self.frame, mapping.batch_size)
            raise GroupsFound(replace(asked, asked_for=label or "", n_matches=len(matches)))
        here = np.ones(len(self.frame), dtype=bool)
        for name, value in matches[0].pairs:
            here &= (as_text(self.frame[name]) == value).to_numpy()
        return self.frame[here].reset_index(drop=True), self.lines[here]

    def _whole_runs(self, mapping: ColumnMapping, frame: pd.DataFrame, lines: Lines) -> _Rows:
        """One row a run, and which of them were cut short."""
        if not mapping.curve or not mapping.loss:
            return _Rows(frame, lines, np.zeros(len(frame), dtype=bool))
        large = (mapping.goal or metric_of(mapping.loss).goal) in ("maximise", "drop")
        columns = (mapping.batch_size, mapping.learning_rate, mapping.seed, mapping.loss)
        runs = one_row_a_run(frame, mapping.curve, mapping.take, columns, large_is_good=large)
        kept = frame.iloc[runs.rows].reset_index(drop=True)
        if runs.loss is not None:
            kept = kept.assign(**{mapping.loss: runs.loss})
        told = [notice(NoticeCode.CURVE, column=mapping.curve, take=mapping.take, count=len(kept), metric=mapping.loss)]
        batch, _ = parse_numbers(kept[mapping.batch_size], thousands_first=True)
        short = cut_short(batch, runs.reached)
        return _Rows(kept, lines[runs.rows], short, tuple(told))

    def _preview(self, rows: _Rows, mapping: ColumnMapping) -> tuple[tuple[float, float], ...]:
        """The best cell of the grid at each batch size, at most at eight of them."""
        checked = self._check(rows, mapping, DivergedRule())
        trials = checked.trials[~checked.bad & (checked.trials["status"] == "complete").to_numpy()]
        cells = trials.groupby(["batch_size", "learning_rate"], sort=True)["loss"].mean().dropna().reset_index()
        if not len(cells):
            return ()
        best = cells.loc[cells.groupby("batch_size")["loss"].idxmin()]
        pairs = list(zip(best["batch_size"].astype(float), best["learning_rate"].astype(float), strict=True))
        return tuple(pairs if len(pairs) <= 8 else pairs[:4] + pairs[-4:])

    def _check(self, rows: _Rows, mapping: ColumnMapping, rule: DivergedRule) -> Checked:
        return check(
            rows.frame, rows.lines, mapping, nan_is_diverged=self.nan_is_diverged, rule=rule, uneven=self.uneven,
            short=rows.short,
        )  # fmt: skip

    def _notices(self, mapping: ColumnMapping) -> list[Notice]:
        found = []
        for role in REQUIRED:
            used = getattr(mapping, role)
            others = tuple(name for name in candidates(self.columns, role) if name != used)
            if used != role or (others and role == "learning_rate"):
                found.append(notice(NoticeCode.READ_FROM, role=role, column=used, others=others))
        goal = mapping.goal or metric_of(mapping.loss).goal
        if goal in ("maximise", "drop"):
            code = NoticeCode.DROP_IS_GOOD if goal == "drop" else NoticeCode.LARGE_IS_GOOD
            found.append(notice(code, column=mapping.loss))
        if mapping.batch_unit == "sequences" and mapping.sequence_length > 0:
            found.append(notice(NoticeCode.TOKENS, column=mapping.batch_size, length=mapping.sequence_length))
        elif mapping.batch_unit != "examples":
            found.append(notice(NoticeCode.UNIT, column=mapping.batch_size, unit=mapping.batch_unit))
        part = batch_parts(self.columns).get(mapping.batch_size)
        if mapping.batch_factors:
            times = " × ".join((mapping.batch_size, *mapping.batch_factors)).replace("× /", "/ ")
            found.append(notice(NoticeCode.PRODUCT, columns=times))
        elif part == "local":
            found.append(notice(NoticeCode.PER_DEVICE, column=mapping.batch_size))
        return found


def _whole(column: pd.Series[Any]) -> pd.Series[Any]:
    return column.astype(np.int64) if (column % 1 == 0).all() and (column < 2**53).all() else column
