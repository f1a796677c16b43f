"""Several rows per run: the column that counts along its curve, and the one row that represents it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surgecore._validate import FloatArray
from surgecore.tables.cells import parse_numbers
from surgecore.tables.metric import metric_of
from surgecore.tables.names import CURVES, batch_parts, last_name, plain_name

Take = Literal["last", "best", "smoothed"]
#: Names of runs, of which each has a curve.
_IDS = (
    "run_id",
    "run",
    "name",
    "run_name",
    "trial_id",
    "trial",
    "id",
    "uuid",
    "number",
    "experiment",
    "config_id",
    "sheet",
)
#: Part of a curve at its end that is averaged where it is to be smoothed.
_TAIL = 0.1


@dataclass(frozen=True)
class Runs:
    """One row a run.

    Attributes
    ----------
    rows : ndarray of int
        Row of the table that stands for each run, shape (n_runs,).
    loss : ndarray or None
        What stands for the metric of each run, where it is no cell of that row.
    reached : ndarray
        Where each run's curve ends, shape (n_runs,).
    """

    rows: NDArray[np.intp]
    loss: FloatArray | None
    reached: FloatArray


def is_counter(name: object) -> bool:
    """Whether a column counts along a run, by its name."""
    return bool({plain_name(name), last_name(name)} & CURVES)


def curve_column(frame: pd.DataFrame, batch: str, rate: str, seed: str) -> str:
    """The column along which every run has several rows; "" where there is one row per run.

    Parameters
    ----------
    frame : DataFrame
        The table.
    batch, rate, seed : str
        Columns of the batch size and the learning rate, and of the seed or "".

    Returns
    -------
    str
    """
    names = [name for name in map(str, frame.columns) if is_counter(name)]
    if not names or len(frame) < 4:
        return ""
    codes = _runs(frame, batch, rate, seed)
    size = np.bincount(codes)
    if np.mean(size[size > 0] >= 2) < 0.5:
        return ""
    for name in sorted(names, key=lambda n: ("epoch" not in plain_name(n), names.index(n))):
        values, kind = parse_numbers(frame[name], thousands_first=True)
        if (kind == "number").mean() > 0.9 and _is_ladder(codes, values, frame[batch]):
            return name
    return ""


def _runs(frame: pd.DataFrame, batch: str, rate: str, seed: str) -> NDArray[np.intp]:
    """A number for the rows that may be one run: the same settings, seed and name."""
    keys = {batch, rate, seed, *batch_parts([str(name) for name in frame.columns])} - {""}
    for name in map(str, frame.columns):
        if is_counter(name) or metric_of(name).kind or name in keys:
            continue
        few = frame[name].nunique(dropna=False) <= max(1, len(frame) // 2)
        text = not pd.api.types.is_numeric_dtype(frame[name].dtype)
        whole = text or bool((frame[name].dropna() % 1 == 0).all())
        if few and (plain_name(name) in _IDS or last_name(name) in _IDS or (whole and "time" not in plain_name(name))):
            keys.add(name)
    ordered = [name for name in frame.columns if name in keys]
    return np.asarray(frame.groupby(ordered, sort=False, dropna=False).ngroup(), dtype=np.intp)


def _is_ladder(codes: NDArray[np.intp], values: FloatArray, batch: pd.Series[Any]) -> bool:
    """Whether most runs climb the same rungs from the same start; final steps of repeats do not."""
    table = pd.DataFrame({"run": codes, "at": values, "batch": batch.to_numpy()}).dropna(subset=["at"])
    runs = table.groupby("run").agg(first=("at", "min"), rungs=("at", "nunique"), batch=("batch", "first"))
    if not len(runs) or (runs["rungs"] >= 2).mean() < 0.5:
        return False
    starts = runs.groupby("batch")["first"].agg(lambda first: first.value_counts().iloc[0] / len(first))
    return bool(starts.mean() >= 0.7)


def one_row_a_run(
    frame: pd.DataFrame, curve: str, take: Take, columns: tuple[str, str, str, str], *, large_is_good: bool
) -> Runs:
    """The row that stands for each run of a table of curves.

    Parameters
    ----------
    frame : DataFrame
        The table.
    curve : str
        Column that counts along a run.
    take : {"last", "best", "smoothed"}
        The last value; the best; or the mean of the last tenth.
    columns : tuple of str
        Of batch size, learning rate, seed ("" for none) and metric.
    large_is_good : bool
        Which value is best.

    Returns
    -------
    Runs
    """
    batch, rate, seed, metric = columns
    at, _ = parse_numbers(frame[curve], thousands_first=True)
    loss, kind = parse_numbers(frame[metric])
    codes = _split(_runs(frame, batch, rate, seed), at)
    order = np.lexsort((np.arange(len(frame)), at, codes))
    said = order[(kind[order] != "empty")]
    last = pd.Series(said, index=codes[said]).groupby(level=0).last()
    # a run that never reported is still a run
    every = pd.Series(order, index=codes[order]).groupby(level=0).last()
    rows = np.asarray(last.reindex(every.index).fillna(every), dtype=np.intp)
    reached = np.asarray(pd.Series(at).groupby(codes).max().reindex(every.index), dtype=np.float64)
    if take == "last":
        return Runs(rows, None, reached)
    table = pd.DataFrame({"run": codes[order], "y": loss[order]}).dropna()
    groups = table.groupby("run")["y"]
    if take == "best":
        stands = groups.max() if large_is_good else groups.min()
    else:
        stands = groups.agg(lambda y: float(y.iloc[-max(1, round(_TAIL * len(y))) :].mean()))
    # a run whose curve ends in nan is diverged, however good it was
    value = stands.reindex(every.index).to_numpy(dtype=np.float64)
    return Runs(rows, np.where(kind[rows] == "number", value, loss[rows]), reached)


def _split(codes: NDArray[np.intp], at: FloatArray) -> NDArray[np.intp]:
    """Repeats of one cell without a name or a seed, told apart: one after the other, or side by side."""
    table = pd.DataFrame({"run": codes, "at": at})
    if not table.duplicated().any():
        return codes
    back = (table.groupby("run")["at"].diff() <= 0).to_numpy()
    if back.mean() <= 0.34:
        part = pd.Series(back).groupby(codes).cumsum().to_numpy()
    else:
        part = table.groupby(["run", "at"], dropna=False).cumcount().to_numpy()
    return np.asarray(pd.DataFrame({"run": codes, "part": part}).groupby(["run", "part"]).ngroup(), dtype=np.intp)


def cut_short(batch: FloatArray, reached: FloatArray) -> NDArray[np.bool_]:
    """Runs that ended before the others of their batch size, on a common ladder: pruned, or stopped.

    Parameters
    ----------
    batch, reached : ndarray
        Batch size of each run and where it ended, shape (n_runs,).

    Returns
    -------
    ndarray of bool
        All False where ends are too varied to say what a whole run is.
    """
    table = pd.DataFrame({"b": batch, "at": reached})
    groups = table.groupby("b")["at"]
    top = groups.transform("max")
    whole = (table["at"] == top).groupby(table["b"]).transform("sum")
    rungs = groups.transform("nunique")
    size = groups.transform("size")
    told = (whole >= 2) & (rungs <= np.maximum(8, 0.2 * size))
    return np.asarray((table["at"] < top) & told, dtype=np.bool_)
