"""Plain trees: a folder per run, with its settings in one file and its metrics in another; also Hydra's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from surgecore.tables.problems import Problem, ProblemCode, SweepError, problem, refused
from surgecore.tables.stores.files import Tree, read_csv_rows, read_json_lines, read_settings, read_text
from surgecore.tables.stores.runs import Cell, Contents, Run, as_cell, as_number, flat

_ENDINGS = ("json", "yaml", "yml")
#: Names of files, the best first.
SETTINGS = tuple(
    f"{stem}.{ending}" for stem in ("config", "hparams", "params", "args", "hyperparameters") for ending in _ENDINGS
)
METRICS = tuple(
    f"{stem}.{ending}"
    for stem in ("metrics", "results", "history", "log", "progress")
    for ending in ("csv", "jsonl", "json")
)
_STEPS = ("step", "global_step", "_step", "iteration", "iter", "trainer/global_step", "epoch")
_PAIR = re.compile(r"(?:^|[,;&_+ -])([A-Za-z][A-Za-z0-9_.]*?)=([^,;&=/]+?)(?=$|[,;& ]|[_+-][A-Za-z][A-Za-z0-9_.]*=)")


def settings_of(tree: Tree, folder: Path) -> dict[str, Cell]:
    """Settings of a run: of the first known file in its folder or the one above, and of names like ``lr=0.1,bs=8``."""
    for place in (folder, folder.parent):
        name = next((name for name in SETTINGS if name in tree.folders.get(place, ())), None)
        if name:
            return settings_of_names(tree, folder) | flat(read_settings(place / name), ".")
    return settings_of_names(tree, folder)


def settings_of_names(tree: Tree, folder: Path) -> dict[str, Cell]:
    """Settings that stand in the names of a folder and of those above it, up to the tree's root."""
    found: dict[str, Cell] = {}
    for part in (folder, *folder.parents):
        if part == tree.root.parent:
            break
        found = _of_name(part.name) | found
    return found


def _of_name(name: str) -> dict[str, Cell]:
    return {key: as_cell(value) for key, value in _PAIR.findall(name)}


def run_folders(tree: Tree) -> list[Path]:
    """Folders with metrics, whose settings stand beside them or in their name."""
    found = []
    for folder, names in tree.folders.items():
        if names & set(METRICS) and (names & set(SETTINGS) or _of_name(folder.name)):
            found.append(folder)
    return found


def read_tree(tree: Tree) -> Contents:
    """One row a folder; a folder beside the runs that lacks its settings or its metrics is one that cannot be read."""
    runs = run_folders(tree)
    contents = _read(tree, "tree", [(folder, None) for folder in runs])
    return replace(contents, unread=(*contents.unread, *_halves(tree, runs)))


def _halves(tree: Tree, runs: Sequence[Path]) -> Iterator[Problem]:
    """Folders beside the runs, and with nothing of them below, that hold only one half of a run."""
    known, homes = set(runs), {folder.parent for folder in runs}
    above = {place for folder in runs for place in folder.parents}
    for folder, names in tree.folders.items():
        if folder in known or folder in above or folder.parent not in homes:
            continue
        if names & set(METRICS):
            yield problem(ProblemCode.STORE_NO_SETTINGS, column=tree.label(folder), name=folder.name)
        elif names & set(SETTINGS):
            yield problem(ProblemCode.STORE_NO_METRICS, column=tree.label(folder), names=", ".join(METRICS[:3]))


def hydra_folders(tree: Tree) -> list[Path]:
    """Folders of Hydra's jobs."""
    return [
        folder.parent for folder, names in tree.folders.items() if folder.name == ".hydra" and "config.yaml" in names
    ]


def read_hydra(tree: Tree) -> Contents:
    """One row a job: its composed settings, and the metrics that the job wrote beside them."""
    return _read(tree, "hydra", [(job, job / ".hydra" / "config.yaml") for job in hydra_folders(tree)])


def _read(tree: Tree, key: str, folders: Iterable[tuple[Path, Path | None]]) -> Contents:
    runs, unread = [], []
    for folder, settings in folders:
        run = Run(tree.label(folder), {"run": tree.label(folder)})
        try:
            run.cells |= settings_of(tree, folder) if settings is None else flat(read_settings(settings), ".")
            add_metrics(run, tree, folder)
        except SweepError as error:
            unread += [replace(found, column=run.name) for found in error.problems]
        else:
            runs.append(run)
    return Contents(key, runs, unread=tuple(unread))


def add_metrics(run: Run, tree: Tree, folder: Path) -> None:
    """Read the first known file of metrics into a run.

    Raises
    ------
    SweepError
        If there is none, or it cannot be read.
    """
    name = next((name for name in METRICS if name in tree.folders.get(folder, ())), None)
    if name is None:
        raise refused(ProblemCode.STORE_NO_METRICS, names=", ".join(METRICS[:3]))
    path = folder / name
    if path.suffix == ".csv":
        rows: Iterable[Mapping[str, Any]] = read_csv_rows(path)
    elif path.suffix == ".jsonl":
        rows = read_json_lines(path)
    else:
        rows = _json_rows(path)
    settings = set(run.cells)
    for index, row in enumerate(rows):
        cells = flat({str(key): value for key, value in row.items() if value is not None and value != ""})
        step = next((number for mark in _STEPS if (number := as_number(cells.get(mark))) is not None), index)
        for metric, cell in cells.items():
            if metric in _STEPS:
                run.cells["steps" if metric != "epoch" else "epochs"] = cell
            elif (number := as_number(cell)) is None:
                run.cells.setdefault(metric, cell)
            else:
                run.log(metric if metric not in settings else f"logged {metric}", step, number)


def _json_rows(path: Path) -> Sequence[Mapping[str, Any]]:
    """Rows of a JSON file: a list of objects, an object of lists, or an object of final values."""
    try:
        value = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise refused(ProblemCode.STORE_BAD_FILE, name=path.name, kind="JSON") from error
    if isinstance(value, list):
        return [row for row in value if isinstance(row, dict)]
    if not isinstance(value, dict):
        raise refused(ProblemCode.STORE_NO_SETTINGS, name=path.name)
    columns = {key: cells for key, cells in value.items() if isinstance(cells, list)}
    length = max(map(len, columns.values()), default=0)
    rows = [{key: cells[index] for key, cells in columns.items() if index < len(cells)} for index in range(length)]
    return rows or [value]
