"""Ray Tune's result folders: ``params.json`` and ``result.json`` a trial, under the columns of its data frame."""

from __future__ import annotations

import re
from pathlib import Path

from surgecore.tables.stores.files import Tree, read_json_lines, read_settings
from surgecore.tables.stores.runs import Contents, Run, as_number, flat

#: What Ray writes about itself into every row.
_ABOUT = re.compile(r"^(time_|timestamp$|pid$|iterations_since_restore$|checkpoint_dir_name$|should_checkpoint$|date$)")


def trial_folders(tree: Tree) -> list[Path]:
    """Folders of trials."""
    return [folder for folder in tree.holding("result.json") if "params.json" in tree.folders[folder]]


def read_tree(tree: Tree) -> Contents:
    """One row a trial. Its pickled files are never opened."""
    runs = []
    for folder in trial_folders(tree):
        run = Run(tree.label(folder))
        done, name = False, folder.name
        for row in read_json_lines(folder / "result.json"):
            cells = flat({key: value for key, value in row.items() if key != "config"})
            done, name = bool(cells.get("done", done)), str(cells.get("trial_id", name))
            step = as_number(cells.get("training_iteration")) or 0.0
            for metric, cell in cells.items():
                if _ABOUT.match(metric):
                    continue
                if (number := as_number(cell)) is None or metric == "training_iteration" or isinstance(cell, str):
                    run.cells[metric] = cell
                else:
                    run.log(metric, step, number)
        failed = "error.txt" in tree.folders[folder]
        run.cells["status"] = "ERROR" if failed else "TERMINATED" if done else "RUNNING"
        run.cells |= {"trial_id": name, **flat(read_settings(folder / "params.json"), "/", "config/")}
        runs.append(run)
    return Contents("ray", runs)
