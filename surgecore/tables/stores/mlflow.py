"""MLflow's tracking store: a folder of files or a SQLite file, under the columns of ``mlflow.search_runs()``."""

from __future__ import annotations

import math
from pathlib import Path

from surgecore.tables.stores.files import MAX_SETTINGS, Tree, read_text
from surgecore.tables.stores.runs import Contents, Run, as_cell
from surgecore.tables.stores.sqlite import opened, tables_of

_STATES = {"1": "RUNNING", "2": "SCHEDULED", "3": "FINISHED", "4": "FAILED", "5": "KILLED"}
_KINDS = frozenset({"params", "metrics", "tags"})
#: What the database keeps for an infinite value.
_LARGEST = 1.7976931348623157e308


def is_database(path: Path) -> bool:
    """Whether a file is a database of runs."""
    return path.is_file() and {"runs", "experiments", "latest_metrics", "params"} <= tables_of(path).keys()


def run_folders(tree: Tree) -> list[Path]:
    """Folders that look like runs: something about themselves, and parameters or metrics below."""
    return [
        folder
        for folder in tree.holding("meta.yaml")
        if folder / "params" in tree.folders or folder / "metrics" in tree.folders
    ]


def _meta(folder: Path) -> dict[str, str]:
    """The flat ``key: value`` lines that MLflow writes; a full parser would take most of the time."""
    pairs = (line.split(":", 1) for line in read_text(folder / "meta.yaml", MAX_SETTINGS).splitlines() if ":" in line)
    return {key.strip(): value.strip().strip("'\"") for key, value in pairs}


def read_tree(tree: Tree) -> Contents:
    """All active runs below a folder."""
    runs, experiments = [], set()
    below: dict[Path, list[Path]] = {}
    for folder in tree.folders:
        if not _KINDS.isdisjoint(folder.parent.parts):  # a key with a slash is a folder
            for owner in folder.parents:
                if owner.name in _KINDS:
                    below.setdefault(owner, []).append(folder)
    for folder in run_folders(tree):
        meta = _meta(folder)
        if meta.get("lifecycle_stage") == "deleted" or not {"run_id", "run_uuid"} & meta.keys():
            continue
        experiments.add(meta.get("experiment_id", ""))
        run = Run(meta.get("run_name") or folder.name, {"run_id": folder.name})
        run.cells |= {"experiment_id": meta.get("experiment_id"), "status": _STATES.get(meta.get("status", ""))}
        for kind in ("params", "metrics", "tags"):
            for part in (folder / kind, *below.get(folder / kind, ())):
                for file in sorted(tree.folders.get(part, ())):
                    path = part / file
                    key = file if part.name == kind else path.relative_to(folder / kind).as_posix()
                    _add(run, kind, key, path)
        runs.append(run)
    return _contents(runs, len(experiments))


def _add(run: Run, kind: str, key: str, file: Path) -> None:
    if kind == "metrics":
        for line in read_text(file).splitlines():
            parts = line.split()
            if len(parts) >= 2:
                run.log(f"metrics.{key}", float(parts[2]) if len(parts) > 2 else 0.0, float(parts[1]))
    elif kind == "params":
        run.cells[f"params.{key}"] = as_cell(read_text(file, MAX_SETTINGS))
    elif _own(key):
        run.cells[f"tags.{key}"] = read_text(file, MAX_SETTINGS)


def _own(tag: str) -> bool:
    """Whether a tag is a person's, or the name of the run."""
    return not tag.startswith("mlflow.") or tag == "mlflow.runName"


def read_database(path: Path) -> Contents:
    """All active runs of a SQLite file."""
    runs: dict[str, Run] = {}
    with opened(path) as connection:
        rows = connection.execute
        active = "FROM runs WHERE lifecycle_stage = 'active' ORDER BY start_time"
        for key, name, status, experiment in rows(f"SELECT run_uuid, name, status, experiment_id {active}"):
            cells = {"run_id": key, "experiment_id": str(experiment), "status": status}
            runs[key] = Run(name or key, cells)
        for key, name, text in rows('SELECT run_uuid, "key", value FROM params'):
            if key in runs:
                runs[key].cells[f"params.{name}"] = as_cell(str(text))
        query = 'SELECT run_uuid, "key", step, value, is_nan FROM metrics ORDER BY step, timestamp, value'
        for key, name, step, value, is_nan in rows(query):
            if key in runs:
                infinite = abs(value) >= _LARGEST
                number = math.nan if is_nan else math.copysign(math.inf, value) if infinite else float(value)
                runs[key].log(f"metrics.{name}", step, number)
        for key, name, text in rows('SELECT run_uuid, "key", value FROM tags'):
            if key in runs and _own(name):
                runs[key].cells[f"tags.{name}"] = text
    return _contents(list(runs.values()), len({run.cells["experiment_id"] for run in runs.values()}))


def _contents(runs: list[Run], n_experiments: int) -> Contents:
    if n_experiments > 1:
        for run in runs:
            run.cells["experiment_id"] = f"experiment {run.cells['experiment_id']}"
    return Contents("mlflow", runs, group=("experiment_id",) if n_experiments > 1 else ())
