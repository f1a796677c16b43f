"""A sweep: trials over learning rate, batch size and seed, read, checked and written.

A trial is one training run: `complete`, `incomplete` (stopped, or its loss missing) or `infeasible` (it
diverged). Nothing is dropped: diverged and truncated runs are kept and counted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd

from surgecore._validate import FloatArray
from surgecore.sweeps.optima import Optimum, given_optimum
from surgecore.sweeps.valleys import Valleys
from surgecore.tables.diverged import DivergedRule
from surgecore.tables.escape import unformulated
from surgecore.tables.metric import LOSS, Metric
from surgecore.tables.models import Group
from surgecore.tables.names import BEST_RATES, BatchUnit, ColumnMapping
from surgecore.tables.opening import import_frame, open_table
from surgecore.tables.problems import Notice, NoticeCode
from surgecore.tables.table import Table

# rows of a CSV that are written at a time
_ROWS = 100_000


@dataclass(frozen=True, eq=False)
class Sweep:
    """All trials of one workload, validated.

    Make one with `from_csv` or `from_frame`; the constructor expects checked trials.

    Attributes
    ----------
    name : str
        What to call it.
    trials : DataFrame
        One row a trial: batch_size [examples], learning_rate, loss, then seed and steps where known, status
        ("complete", "incomplete" or "infeasible"), then every other column unchanged. Do not modify it.
    notices : tuple of Notice
        What was decided while reading.
    metric : Metric
        What the trials are compared by. The column ``loss`` holds it so that small is good: with its sign changed
        where large is good (`Metric.shown` gives it back).
    are_optima : bool
        Whether the rows are best learning rates already, which somebody else has found.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"batch_size": [64] * 5, "learning_rate": [0.25, 0.5, 1.0, 2.0, 4.0],
    ...                       "loss": [4.0, 2.0, 1.0, 2.0, 4.0]})
    >>> Sweep.from_frame(frame).batch_sizes
    array([64.])
    """

    name: str
    trials: pd.DataFrame
    notices: tuple[Notice, ...] = ()
    metric: Metric = LOSS
    are_optima: bool = False

    @classmethod
    def from_csv(
        cls,
        source: str | PathLike[str] | bytes | IO[Any],
        *,
        name: str | None = None,
        mapping: ColumnMapping | None = None,
        group: str | None = None,
        skip_bad_rows: bool = False,
        diverged: DivergedRule | None = None,
    ) -> Sweep:
        """Read a sweep from a file in any format that `open_table` knows.

        Parameters
        ----------
        source : path, bytes or file object
            CSV and its relatives, JSON lines, Parquet, gzipped or not. Common aliases of the column names
            (``lr``, ``bs``, ``val_loss``, ...) and the exports of trackers are understood.
        name : str, optional
            Name of the sweep; the file's name by default.
        mapping : ColumnMapping, optional
            Which column is what; guessed by default.
        group : str, optional
            Which model, where the table holds several: a label or a value of the group's column.
        skip_bad_rows : bool, optional
            Leave out rows with a problem, and say how many, instead of raising.
        diverged : DivergedRule, optional
            When a finite loss counts as diverged.

        Returns
        -------
        Sweep

        Raises
        ------
        GroupsFound
            If the table holds several models and none was chosen.
        SweepError
            With every problem at once, if the table cannot be read as a sweep.
        OSError
            If the path cannot be opened.
        """
        table = open_table(source, name=name)
        return cls.from_table(table, mapping, group=group, skip_bad_rows=skip_bad_rows, diverged=diverged, name=name)

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        *,
        name: str = "sweep",
        mapping: ColumnMapping | None = None,
        group: str | None = None,
        skip_bad_rows: bool = False,
        diverged: DivergedRule | None = None,
    ) -> Sweep:
        """Make a sweep from a table in memory; the frame itself is left alone.

        Parameters
        ----------
        frame : DataFrame
            Columns as in a file. A loss that is NaN or infinite counts as diverged, one that is None as
            missing, unless a status column says otherwise.
        name, mapping, group, skip_bad_rows, diverged
            As for `from_csv`.

        Returns
        -------
        Sweep

        Raises
        ------
        GroupsFound, SweepError
            As for `from_csv`; rows are counted from 1.
        """
        table = import_frame(frame, name=name)
        return cls.from_table(table, mapping, group=group, skip_bad_rows=skip_bad_rows, diverged=diverged, name=name)

    @classmethod
    def from_table(
        cls,
        table: Table,
        mapping: ColumnMapping | None = None,
        *,
        group: str | Group | None = None,
        skip_bad_rows: bool = False,
        diverged: DivergedRule | None = None,
        name: str | None = None,
    ) -> Sweep:
        """Make a sweep from a table that was opened and looked at.

        Parameters
        ----------
        table : Table
            From `open_table`.
        mapping : ColumnMapping, optional
            Which column is what; the table's guess by default.
        group : str or Group, optional
            Which model, where the table holds several: a group, its label, or a value of its column.
        skip_bad_rows : bool, optional
            Leave out rows with a problem, and say how many, instead of raising.
        diverged : DivergedRule, optional
            When a finite loss counts as diverged.
        name : str, optional
            Name of the sweep; the table's, with the group's label, by default.

        Returns
        -------
        Sweep

        Raises
        ------
        GroupsFound
            If the table holds several models and none was chosen.
        SweepError
            With every problem at once.
        """
        trials, metric, notices = table.trials(mapping, group=group, skip_bad_rows=skip_bad_rows, diverged=diverged)
        label = group.label if isinstance(group, Group) else group
        optima = (mapping or table.mapping).holds == "optima"
        return cls(name or " ".join(part for part in (table.name, label) if part), trials, notices, metric, optima)

    def to_csv(self, path: str | PathLike[str] | None = None) -> str:
        """Write the canonical CSV, which `from_csv` reads back as the same sweep.

        Parameters
        ----------
        path : path, optional
            Where to write it; nowhere by default.

        Returns
        -------
        str
            The CSV. Text that a spreadsheet would take for a formula begins with an apostrophe, also when it is read
            back. The metric stands under its own name and with its own sign, and beside a name other than
            ``loss`` which way is good, in brackets, with its unit; batch sizes that count tokens or sequences say so.
            A diverged loss is ``nan`` or ``inf``, a missing one is empty. Best learning rates stand in
            ``best_learning_rate``; columns that were decided about while reading end in ``[settled]``.
        """
        csv = "".join(self._csv())
        if path is not None:
            Path(path).write_text(csv, encoding="utf-8", newline="")
        return csv

    def _csv(self) -> Iterator[str]:
        """The canonical CSV: its head, then some of its rows at a time, so that a long one never is in memory."""
        yield str(unformulated(self._named(self.trials.iloc[:0])).to_csv(index=False, lineterminator="\n"))
        place = list(self.trials.columns).index("loss")
        for start in range(0, len(self.trials), _ROWS):
            trials = self.trials.iloc[start : start + _ROWS]
            table, lost = unformulated(self._named(trials)), trials["loss"].isna()
            if lost.any():
                text = self.metric.shown(trials["loss"]).astype(object)
                text[lost] = np.where(trials["status"][lost] == "infeasible", "nan", "")
                table.isetitem(place, text.to_numpy())
            yield _written(table)

    def _named(self, trials: pd.DataFrame, metric: pd.Series[Any] | None = None) -> pd.DataFrame:
        table = trials.assign(loss=self.metric.shown(trials["loss"]) if metric is None else metric)
        if self.batch_unit != "examples":
            table = table.rename(columns={"batch_size": f"batch_size_{self.batch_unit}"})
        if self.are_optima:
            table = table.rename(columns={"learning_rate": BEST_RATES[0]})
        # steps to a target are in a column of their own already
        apart = self.metric.name != "loss" and self.metric.name in table
        return table if apart else table.rename(columns={"loss": self.metric.column})

    def canonical(self, metric: pd.Series[Any] | None = None) -> pd.DataFrame:
        """The trials with the metric under its own name and with its own sign.

        Parameters
        ----------
        metric : Series, optional
            What stands in the metric's column; its numbers by default.

        Returns
        -------
        DataFrame
            One row a trial; a copy.
        """
        return self._named(self.trials, metric)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical CSV, in hexadecimal: the identity of the data, whatever the name."""
        found = hashlib.sha256()
        for part in self._csv():
            found.update(part.encode())
        return found.hexdigest()

    @property
    def batch_unit(self) -> BatchUnit:
        """What the batch sizes count; stands in the name of their column in the canonical file."""
        for told in self.notices:
            if told.code is NoticeCode.TOKENS:
                return "tokens"
            if told.code is NoticeCode.UNIT:
                unit: BatchUnit = dict(told.values)["unit"]  # type: ignore[assignment] # as the mapping had it
                return unit
        return "examples"

    @property
    def batch_sizes(self) -> FloatArray:
        """Distinct batch sizes, ascending, shape (n_batch_sizes,) [examples]."""
        return np.sort(self.trials["batch_size"].unique()).astype(np.float64)

    @property
    def learning_rates(self) -> FloatArray:
        """Distinct learning rates, ascending, shape (n_learning_rates,)."""
        return np.sort(self.trials["learning_rate"].unique()).astype(np.float64)

    @property
    def n_seeds(self) -> int:
        """Number of distinct seeds; 0 where the table has no seed column."""
        return int(self.trials["seed"].nunique()) if "seed" in self.trials else 0

    @cached_property
    def steps(self) -> int | None:
        """Number of steps of every trial, or None where it is unknown or differs."""
        if "steps" not in self.trials:
            return None
        values = self.trials["steps"].dropna().unique()
        return int(values[0]) if len(values) == 1 else None

    @cached_property
    def is_grid(self) -> bool:
        """Whether batch sizes were swept over a common or a regular set of learning rates.

        False for a random search: rates that hardly any other batch size has, irregularly spaced or fewer
        than four a batch size. An optimum for each batch size cannot be read off it.
        """
        if self.are_optima:
            return True
        cells = self.trials[["batch_size", "learning_rate"]].drop_duplicates()
        rates = np.log(cells["learning_rate"].to_numpy(dtype=np.float64))
        n_sizes = cells["batch_size"].nunique()
        if n_sizes < 2 and len(rates) < 20:
            return True
        shared = float((cells.groupby("learning_rate")["batch_size"].transform("size") > 1).mean())
        if shared > 0.5:
            return True
        cells = cells.assign(log_rate=rates).sort_values(["batch_size", "log_rate"])
        gaps = cells.groupby("batch_size")["log_rate"].diff()
        by_size = gaps.groupby(cells["batch_size"])
        if float(by_size.size().median()) < 4:
            return False
        return bool(float((by_size.std() / by_size.mean()).median()) < 0.5)

    @cached_property
    def valleys(self) -> Valleys:
        """The loss along the learning rate at each batch size, with its errors: see `Valleys`."""
        return Valleys.of_trials(self.trials)

    def cells(self) -> pd.DataFrame:
        """One row for each (batch size, learning rate) that was run.

        Returns
        -------
        DataFrame
            batch_size, learning_rate, loss (mean over complete trials, NaN without any), stderr (of that
            mean, NaN below two trials), n_trials, n_infeasible, n_incomplete; sorted.
        """
        status = self.trials["status"].to_numpy()
        table = pd.DataFrame(
            {
                "batch_size": self.trials["batch_size"].to_numpy(),
                "learning_rate": self.trials["learning_rate"].to_numpy(),
                "loss": np.where(status == "complete", self.trials["loss"].to_numpy(), np.nan),
                "infeasible": status == "infeasible",
                "incomplete": status == "incomplete",
            }
        )
        groups = table.groupby(["batch_size", "learning_rate"], sort=True)
        return groups.agg(
            loss=("loss", "mean"),
            stderr=("loss", "sem"),
            n_trials=("loss", "size"),
            n_infeasible=("infeasible", "sum"),
            n_incomplete=("incomplete", "sum"),
        ).reset_index()

    def optima(self) -> tuple[Optimum, ...]:
        """Best learning rate at each batch size, between the rates tried, from `valleys`.

        Cells with a diverged trial cannot hold the optimum. Errors come from the scatter of seeds, common to all
        learning rates, or of repeated trials.

        Returns
        -------
        tuple of Optimum
            By batch size, ascending; batch sizes that show no valley are left out, and named in `valleys.missing`.
        """
        if self.are_optima:
            return tuple(given_optimum(size, rates) for size, rates in self.trials.groupby("batch_size"))
        return self.valleys.optima


def _written(table: pd.DataFrame) -> str:
    """The rows that `DataFrame.to_csv` writes, a column at a time: every value that repeats is written out once."""
    columns = [_cells(table[name]) for name in table.columns]
    if not all(columns) or table.columns.duplicated().any():
        return str(table.to_csv(index=False, header=False, lineterminator="\n"))
    return "\n".join(map(",".join, zip(*columns, strict=True))) + "\n"


def _cells(column: pd.Series[Any]) -> list[str] | None:
    """The cells of a column as a file has them; None for what only pandas can write."""
    kind = column.dtype.kind
    if kind not in "iufO" or len(column) == 0:
        return None
    codes, values = pd.factorize(column)
    if kind == "f":
        texts = [repr(value) for value in values.tolist()]
    elif kind in "iu":
        texts = list(map(str, values.tolist()))
    else:
        found: list[Any] = values.tolist()
        kinds = set(map(type, found))
        if not kinds <= {str, float}:
            return None
        texts = [repr(v) if isinstance(v, float) else v for v in found] if float in kinds else found
        everything = "".join(texts)
        if any(mark in everything for mark in ',"\n\r') or "" in texts[:-1]:
            return None
    lookup = np.array([*texts, ""], dtype=object)
    cells: list[str] = lookup[codes].tolist()
    return cells
