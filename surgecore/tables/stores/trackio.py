"""Trackio projects: one SQLite file each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from surgecore.tables.problems import ProblemCode, refused
from surgecore.tables.stores.runs import Contents, Run, as_number, flat
from surgecore.tables.stores.sqlite import opened, tables_of

_CONFIGS = "SELECT {}, run_name, config FROM configs ORDER BY id"
_METRICS = "SELECT {}, run_name, step, metrics FROM metrics ORDER BY step, id"


def is_database(path: Path) -> bool:
    """Whether a file is a project's database."""
    found = tables_of(path) if path.is_file() else {}
    return {"run_name", "step", "metrics"} <= found.get("metrics", frozenset()) and "configs" in found


def read_databases(paths: list[Path]) -> Contents:
    """The runs of one or several projects."""
    runs = []
    for path in paths:
        for run in _read(path):
            if len(paths) > 1:
                run.cells["project"] = path.stem
            runs.append(run)
    return Contents("trackio", runs, group=("project",) if len(paths) > 1 else ())


def _read(path: Path) -> list[Run]:
    known = tables_of(path)
    # before runs had identities, their names were all
    key = "run_id" if all("run_id" in known.get(table, ()) for table in ("metrics", "configs")) else "run_name"
    runs: dict[str, Run] = {}
    with opened(path) as connection:
        for name, title, text in connection.execute(_CONFIGS.format(key)):
            settings = {k: v for k, v in _object(text, path).items() if not str(k).startswith("_")}
            runs[name] = Run(title, {"Name": title, **flat(settings)})
        for name, title, step, text in connection.execute(_METRICS.format(key)):
            run = runs.setdefault(name, Run(title, {"Name": title}))
            for metric, value in flat(_object(text, path)).items():
                if (number := as_number(value)) is not None:
                    run.log(metric if metric not in run.cells else f"logged {metric}", step, number)
    return list(runs.values())


def _object(text: str | bytes, path: Path) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise refused(ProblemCode.STORE_BAD_FILE, name=path.name, kind="Trackio") from error
    return value if isinstance(value, dict) else {}
