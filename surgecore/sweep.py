"""A sweep: trials over learning rate, batch size and seed, read, checked and written.

A trial is one training run: `complete`, `incomplete` (stopped, or its loss missing) or `infeasible` (it
diverged). Nothing is dropped: diverged and truncated runs are kept and counted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd

from surgecore._validate import FloatArray
from surgecore.optima import Optimum, find_optima
from surgecore.reading import (
    ALIASES,
    CANONICAL,
    REQUIRED,
    STATUS_WORDS,
    Problem,
    SweepError,
    decode,
    parse_numbers,
    plain_name,
    read_table,
)

__all__ = ["Optimum", "Problem", "Sweep", "SweepError"]

STATUSES = ("complete", "incomplete", "infeasible")
#: Learning rates closer than this are one level, written with different roundings.
SAME_RATE = 6e-3
_MAX_PROBLEMS = 1000


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
    notices : tuple of str
        What was decided while reading, in sentences.
    """

    name: str
    trials: pd.DataFrame
    notices: tuple[str, ...] = ()

    @classmethod
    def from_csv(cls, source: str | PathLike[str] | bytes | IO[Any], *, name: str | None = None) -> Sweep:
        """Read a sweep from a CSV file.

        Parameters
        ----------
        source : path, bytes or file object
            Comma, semicolon, tab or bar separated text with a header; gzip is unpacked. Common aliases of
            the column names (``lr``, ``bs``, ``val_loss``, ...) are understood.
        name : str, optional
            Name of the sweep; the file's name by default.

        Returns
        -------
        Sweep

        Raises
        ------
        SweepError
            With every problem at once, if the table cannot be read as a sweep.
        OSError
            If the path cannot be opened.
        """
        data, default = _load(source)
        table = read_table(decode(data))
        return cls._from_table(table.frame, table.lines, name or default, nan_is_diverged=False)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame, *, name: str = "sweep") -> Sweep:
        """Make a sweep from a table in memory; the frame itself is left alone.

        Parameters
        ----------
        frame : DataFrame
            Columns as in a CSV. A loss that is NaN or infinite counts as diverged, one that is None as
            missing, unless a status column says otherwise.
        name : str, optional
            Name of the sweep.

        Returns
        -------
        Sweep

        Raises
        ------
        SweepError
            With every problem at once; rows are counted from 1.
        """
        if frame.empty:
            raise SweepError([Problem(None, None, "the table has no rows")])
        frame = frame.copy()
        frame.columns = [str(column) for column in frame.columns]
        rows = np.arange(1, len(frame) + 1)
        return cls._from_table(frame.reset_index(drop=True), rows, name, nan_is_diverged=True)

    @classmethod
    def _from_table(
        cls,
        frame: pd.DataFrame,
        lines: np.ndarray[Any, np.dtype[np.int64]],
        name: str,
        *,
        nan_is_diverged: bool,
    ) -> Sweep:
        columns, notices = _find_columns([str(c) for c in frame.columns])
        if missing := [wanted for wanted in REQUIRED if wanted not in columns]:
            found = ", ".join(map(str, frame.columns[:20])) + (", ..." if frame.shape[1] > 20 else "")
            raise SweepError(
                [
                    Problem(None, None, f"a column {w} (or an alias of it) must be there, but got {found}")
                    for w in missing
                ]
            )
        trials, problems, more = _check(frame, columns, lines, nan_is_diverged)
        if len(frame) == 1:
            problems.append(Problem(None, None, "a sweep must have at least two trials, but got one row"))
        if problems:
            problems.sort(key=lambda problem: (problem.row is None, problem.row or 0))
            if len(problems) > _MAX_PROBLEMS:
                rest = len(problems) - _MAX_PROBLEMS
                problems = [
                    *problems[:_MAX_PROBLEMS],
                    Problem(None, None, f"and {rest:,} more problems of these kinds"),
                ]
            raise SweepError(problems)
        trials["learning_rate"], merged = _merge_levels(trials["learning_rate"].to_numpy())
        return cls(name, trials, (*notices, *more, *merged))

    def to_csv(self, path: str | PathLike[str] | None = None) -> str:
        """Write the canonical CSV, which `from_csv` reads back as the same sweep.

        Parameters
        ----------
        path : path, optional
            Where to write it; nowhere by default.

        Returns
        -------
        str
            The CSV. A diverged loss is ``nan`` or ``inf``, a missing one is empty.
        """
        table = self.trials.copy()
        loss = table["loss"]
        text = loss.astype(object)
        text[loss.isna()] = np.where(table["status"][loss.isna()] == "infeasible", "nan", "")
        table["loss"] = text
        csv = table.to_csv(index=False, lineterminator="\n")
        if path is not None:
            Path(path).write_text(csv, encoding="utf-8", newline="")
        return csv

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical CSV, in hexadecimal: the identity of the data, whatever the name."""
        return hashlib.sha256(self.to_csv().encode()).hexdigest()

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

    @property
    def steps(self) -> int | None:
        """Number of steps of every trial, or None where it is unknown or differs."""
        if "steps" not in self.trials:
            return None
        values = self.trials["steps"].dropna().unique()
        return int(values[0]) if len(values) == 1 else None

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

    def optima(self, *, draws: int = 500, seed: int = 0) -> tuple[Optimum, ...]:
        """Best learning rate at each batch size, refined between the grid's points.

        The loss valley around the best cell is fitted with a cubic (a quadratic below five points) in log
        learning rate, or, for one-step losses, a parabola in the learning rate. Cells with a diverged trial
        cannot hold the optimum. Errors come from a bootstrap over seeds, common to all learning rates.

        Parameters
        ----------
        draws : int, optional
            Bootstrap draws.
        seed : int, optional
            Seed of the bootstrap.

        Returns
        -------
        tuple of Optimum
            By batch size, ascending; batch sizes without any complete trial are left out.
        """
        return find_optima(self.trials, one_step=self.steps == 1, draws=draws, seed=seed)


def _load(source: str | PathLike[str] | bytes | IO[Any]) -> tuple[bytes, str]:
    if isinstance(source, bytes):
        return source, "sweep"
    if isinstance(source, str | PathLike):
        path = Path(source)
        return path.read_bytes(), path.name.split(".")[0] or "sweep"
    data = source.read()
    name = Path(str(getattr(source, "name", "") or "sweep")).name.split(".")[0]
    return (data.encode() if isinstance(data, str) else bytes(data)), name or "sweep"


def _find_columns(names: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Canonical name to the file's column; says where there was a choice."""
    plain = {name: plain_name(name) for name in names}
    found: dict[str, str] = {}
    notices = []
    for wanted, aliases in ALIASES.items():
        rank = {alias: position for position, alias in enumerate(aliases)}
        hits = sorted((n for n in names if plain[n] in rank), key=lambda n: (n != wanted, rank[plain[n]]))
        if not hits:
            continue
        found[wanted] = hits[0]
        if wanted in REQUIRED and hits[0] != wanted:
            others = f"; {', '.join(hits[1:])} left as they are" if len(hits) > 1 else ""
            notices.append(f"{wanted} was read from the column {hits[0]}{others}.")
    return found, notices


def _check(
    frame: pd.DataFrame,
    columns: dict[str, str],
    lines: np.ndarray[Any, np.dtype[np.int64]],
    nan_is_diverged: bool,
) -> tuple[pd.DataFrame, list[Problem], list[str]]:
    problems: list[Problem] = []
    notices: list[str] = []
    table: dict[str, Any] = {}
    for wanted in ("batch_size", "learning_rate"):
        column = frame[columns[wanted]]
        values, kind = parse_numbers(column, thousands_first=wanted == "batch_size")
        for index in np.flatnonzero(~(np.isfinite(values) & (values > 0) & (kind == "number"))):
            got = "an empty cell" if kind[index] == "empty" else repr(str(column.iloc[index]))
            message = f"{wanted} must be a positive number, but got {got}"
            problems.append(Problem(int(lines[index]), columns[wanted], message))
        table[wanted] = _integers(values) if wanted == "batch_size" else values
    loss_column = frame[columns["loss"]]
    loss, kind = parse_numbers(loss_column)
    for index in np.flatnonzero(kind == "text"):
        got = repr(str(loss_column.iloc[index]))
        message = f"loss must be a number, empty, or a word such as nan or diverged, but got {got}"
        problems.append(Problem(int(lines[index]), columns["loss"], message))
    if nan_is_diverged and pd.api.types.is_float_dtype(loss_column.dtype):
        kind[np.isnan(loss)] = "diverged"
    table["loss"] = loss
    if "seed" in columns:
        table["seed"] = _tidy(frame[columns["seed"]])
    if "steps" in columns:
        values, step_kind = parse_numbers(frame[columns["steps"]], thousands_first=True)
        if not (step_kind == "empty").all():
            table["steps"] = _integers(values)
    table["status"] = _status(frame, columns, kind, notices)
    used = set(columns.values())
    for wanted in columns.keys() - set(CANONICAL):
        values, _ = parse_numbers(frame[columns[wanted]])
        table[wanted] = frame[columns[wanted]] if wanted == "group" else _integers(values)
    for name in frame.columns:
        if name not in used and name not in table:
            table[name] = _tidy(frame[name])
    return pd.DataFrame(table), problems, notices


def _status(
    frame: pd.DataFrame, columns: dict[str, str], kind: np.ndarray[Any, np.dtype[np.str_]], notices: list[str]
) -> np.ndarray[Any, np.dtype[np.str_]]:
    by_loss = np.where(kind == "diverged", "infeasible", np.where(kind == "empty", "incomplete", "complete"))
    if "status" not in columns:
        return by_loss
    words = frame[columns["status"]].astype("str").str.strip().str.lower()
    said = words.map(STATUS_WORDS).astype(object).to_numpy()
    unknown = sorted(set(words[pd.isna(said) & words.notna().to_numpy()]))
    if unknown:
        some = ", ".join(unknown[:5]) + (", ..." if len(unknown) > 5 else "")
        notices.append(f"The status {some} is not known; those trials are judged by their loss.")
    # a loss that is missing or not finite outweighs a status that says "complete"
    result = np.where(pd.isna(said) | (said == "complete"), by_loss, said.astype("U10"))
    # a run that was stopped after its loss had become nan is diverged; a plain empty NaN of a frame is not
    written = ~frame[columns["loss"]].isna().to_numpy() & (kind == "diverged")
    return np.where(written, "infeasible", result)


def _integers(values: FloatArray) -> Any:  # noqa: ANN401
    """Whole numbers as integers where all of them are whole."""
    finite = np.isfinite(values)
    if finite.all() and (np.abs(values) < 2**53).all() and (values == np.round(values)).all():
        return values.astype(np.int64)
    return values


def _tidy(column: pd.Series[Any]) -> pd.Series[Any]:
    """Text trimmed; floats that are whole, as a missing cell makes them, left as they are."""
    return column.str.strip() if pd.api.types.is_string_dtype(column.dtype) else column


def _merge_levels(rates: FloatArray) -> tuple[FloatArray, list[str]]:
    """Replace rates that differ by rounding only with the smallest of them."""
    levels = np.unique(rates)
    leader = levels.copy()
    for index in range(1, len(levels)):
        if levels[index] <= leader[index - 1] * (1 + SAME_RATE):
            leader[index] = leader[index - 1]
    pairs = [(rate, lead) for rate, lead in zip(levels, leader, strict=True) if rate != lead]
    # where every other rate has such a neighbour, they are a random search and not two roundings
    if not pairs or len(pairs) > len(levels) // 2 or len(levels) > 200:
        return rates, []
    some = ", ".join(f"{rate:.6g} as {lead:.6g}" for rate, lead in pairs[:5]) + (
        ", ..." if len(pairs) > 5 else ""
    )
    return leader[np.searchsorted(levels, rates)], [
        f"Learning rates equal up to rounding are one level: {some}."
    ]
