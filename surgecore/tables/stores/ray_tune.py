"""Ray Tune's result folders: ``params.json`` and ``result.json`` per trial, under the columns of its data frame."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from surgecore.tables.problems import SweepError
from surgecore.tables.stores.files import Tree, read_json_lines, read_settings, read_text
from surgecore.tables.stores.runs import Contents, Run, as_number, flat

#: What Ray writes about itself into every row.
_ABOUT = re.compile(r"^(time_|timestamp$|pid$|iterations_since_restore$|checkpoint_dir_name$|should_checkpoint$|date$)")


def trial_folders(tree: Tree) -> list[Path]:
    """Folders of trials."""
    return [folder for folder in tree.holding("result.json") if "params.json" in tree.folders[folder]]


def _states(tree: Tree) -> dict[str, str]:
    """State of each trial by its name, from the experiment's own files; a trainable that returns never says "done"."""
    found: dict[str, str] = {}
    for path in tree.matching(start="experiment_state-", end=".json"):
        with suppress(ValueError, LookupError, TypeError, RecursionError):
            for text, *_ in json.loads(read_text(path))["trial_data"]:
                trial = json.loads(text)
                found[str(trial["trial_id"])] = str(trial["status"])
    return found


def read_tree(tree: Tree) -> Contents:
    """One row a trial. Its pickled files are never opened."""
    runs, unread = [], []
    states = _states(tree)
    for folder in trial_folders(tree):
        try:
            runs.append(_run(tree, folder, states))
        except SweepError as error:
            unread += [replace(problem, column=tree.label(folder)) for problem in error.problems]
    return Contents("ray", runs, unread=tuple(unread))


def _run(tree: Tree, folder: Path, states: dict[str, str]) -> Run:
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
    said = "ERROR" if "error.txt" in tree.folders[folder] else "TERMINATED" if done else states.get(name)
    run.cells |= {"status": said, "trial_id": name, **flat(read_settings(folder / "params.json"), "/", "config/")}
    return run
