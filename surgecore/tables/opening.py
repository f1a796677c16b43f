"""From a file, a folder or a frame to a `Table`: which reader it needs, and the first guess at its columns."""

from __future__ import annotations

import re
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd

from surgecore.tables.formats import read_bytes
from surgecore.tables.guesses import guess_mapping
from surgecore.tables.limits import MAX_CELLS
from surgecore.tables.problems import ProblemCode, refused
from surgecore.tables.raw import RawTable
from surgecore.tables.shapes import tidy
from surgecore.tables.stores.registry import read_store, store_file
from surgecore.tables.stores.runs import Contents
from surgecore.tables.stores.upload import is_store, laid_down
from surgecore.tables.table import Table

Source = str | PathLike[str] | bytes | IO[Any]

#: A tracker is recognised by columns that only its exports have.
_TRACKERS = (
    ("export-wandb", {"Name", "State", "Runtime"}),
    ("export-optuna", {"number", "state", "datetime_start"}),
    ("export-mlflow", {"run_id", "experiment_id"}),
    ("export-tensorboard", {"trial_id", "show_metrics"}),
    ("export-ray", {"training_iteration", "trial_id"}),
)


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
    """Read what a tracker keeps in its own folder or database: one row per run.

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
    if len(table.frame.columns) * len(table.frame) > MAX_CELLS:
        raise refused(ProblemCode.TOO_MANY_CELLS, limit=MAX_CELLS)
    frame, lines, told = tidy(table.frame, table.lines)
    names = [str(column) for column in frame.columns]
    tracker = next((label for label, marks in _TRACKERS if marks <= set(names)), "")
    layout = f"{tracker} {table.layout}" if tracker else table.layout
    guess = guess_mapping(frame)
    draft = Table(name, frame, lines, layout, guess, nan_is_diverged, table.uneven, (*table.notices, *told))
    return replace(draft, mapping=draft.resolve(draft.mapping))


def _load(source: Source) -> tuple[bytes, str]:
    if isinstance(source, bytes):
        return source, "sweep"
    if isinstance(source, str | PathLike):
        path = Path(source)
        return path.read_bytes(), title_of(path.name)
    data = source.read()
    name = title_of(str(getattr(source, "name", "") or "sweep"))
    return (data.encode() if isinstance(data, str) else bytes(data)), name


def title_of(file: str) -> str:
    """A file's name without its folder and endings, which begin with a letter: "adam-t0.5.csv.gz" is "adam-t0.5"."""
    name = Path(file).name
    return re.sub(r"(\.[A-Za-z]\w{0,8})+$", "", name) or name.strip(".") or "sweep"
