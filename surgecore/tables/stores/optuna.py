"""Optuna studies: a SQLite file or a journal file, under the columns of ``study.trials_dataframe()``."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from surgecore.tables.metric import Goal
from surgecore.tables.stores.files import read_json_lines
from surgecore.tables.stores.runs import Cell, Contents, Run
from surgecore.tables.stores.sqlite import opened, tables_of

#: Directions and states by the number that a journal keeps.
_DIRECTIONS = {1: "MINIMIZE", 2: "MAXIMIZE"}
_STATES = {0: "RUNNING", 1: "COMPLETE", 2: "PRUNED", 3: "FAIL", 4: "WAITING"}
_SPECIAL = {"INF_POS": math.inf, "INF_NEG": -math.inf, "NAN": math.nan}


@dataclass
class _Trial:
    number: int
    state: str = "RUNNING"
    params: dict[str, Cell] = field(default_factory=dict)
    attributes: dict[str, Cell] = field(default_factory=dict)
    values: dict[int, float] = field(default_factory=dict)
    reports: list[tuple[float, float]] = field(default_factory=list)

    def run(self, n_objectives: int) -> Run:
        names = ["value"] if n_objectives == 1 else [f"values_{index}" for index in range(n_objectives)]
        cells: dict[str, Cell] = {"number": self.number}
        cells |= {name: self.values.get(index) for index, name in enumerate(names)}
        cells |= {f"params_{name}": value for name, value in self.params.items()}
        cells |= {f"user_attrs_{name}": value for name, value in self.attributes.items()}
        return Run(f"trial {self.number}", cells | {"state": self.state})


@dataclass
class _Study:
    name: str
    directions: Sequence[str]
    trials: list[_Trial] = field(default_factory=list)


def is_database(path: Path) -> bool:
    """Whether a file is a database of studies."""
    return path.is_file() and {"studies", "trials", "trial_params"} <= tables_of(path).keys()


def is_journal(path: Path) -> bool:
    """Whether a file is a journal: its first line is an operation of a worker."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        line = file.readline(10_000)
    return line.startswith(b"{") and b'"op_code"' in line and b'"worker_id"' in line


def read_database(path: Path) -> Contents:
    """All studies of a SQLite file."""
    with opened(path) as connection:
        rows = connection.execute
        studies = {key: _Study(name, []) for key, name in rows("SELECT study_id, study_name FROM studies")}
        for key, direction in rows("SELECT study_id, direction FROM study_directions ORDER BY objective"):
            studies[key].directions = [*studies[key].directions, direction]
        trials: dict[int, _Trial] = {}
        for key, number, study, state in rows("SELECT trial_id, number, study_id, state FROM trials ORDER BY trial_id"):
            trials[key] = _Trial(number, state)
            studies[study].trials.append(trials[key])
        for key, name, value, text in rows(
            "SELECT trial_id, param_name, param_value, distribution_json FROM trial_params"
        ):
            trials[key].params[name] = _external(value, text)
        for key, name, text in rows('SELECT trial_id, "key", value_json FROM trial_user_attributes'):
            trials[key].attributes[name] = _attribute(json.loads(text))
        for key, objective, value, kind in rows("SELECT trial_id, objective, value, value_type FROM trial_values"):
            trials[key].values[objective] = _SPECIAL.get(kind, value)
        query = "SELECT trial_id, step, intermediate_value, intermediate_value_type FROM trial_intermediate_values"
        for key, step, value, kind in rows(query):
            trials[key].reports.append((step, _SPECIAL.get(kind, value)))
    return _contents(list(studies.values()))


def read_journal(path: Path) -> Contents:
    """All studies of a journal: its operations, played back in their order."""
    studies: list[_Study | None] = []
    trials: list[_Trial] = []
    for entry in read_json_lines(path):
        _play(entry, studies, trials)
    return _contents([study for study in studies if study is not None])


def _play(entry: Mapping[str, Any], studies: list[_Study | None], trials: list[_Trial]) -> None:
    code = entry["op_code"]
    if code == 0:
        directions = [_DIRECTIONS.get(direction, "MINIMIZE") for direction in entry["directions"]]
        studies.append(_Study(entry["study_name"], directions))
    elif code == 1:
        studies[entry["study_id"]] = None
    elif code == 4:
        study = studies[entry["study_id"]]
        trial = _Trial(len(study.trials) if study else 0, _STATES[entry.get("state", 0)])
        for name, value in (entry.get("params") or {}).items():
            trial.params[name] = _external(value, entry["distributions"][name])
        trial.attributes = {name: _attribute(value) for name, value in (entry.get("user_attrs") or {}).items()}
        values = entry.get("values") or ([] if entry.get("value") is None else [entry["value"]])
        trial.values = dict(enumerate(map(float, values)))
        trial.reports = [(int(step), float(v)) for step, v in (entry.get("intermediate_values") or {}).items()]
        trials.append(trial)
        if study:
            study.trials.append(trial)
    elif code >= 5:
        _change(trials[entry["trial_id"]], code, entry)


def _change(trial: _Trial, code: int, entry: Mapping[str, Any]) -> None:
    if code == 5:
        trial.params[entry["param_name"]] = _external(entry["param_value_internal"], entry["distribution"])
    elif code == 6:
        trial.state = _STATES[entry["state"]]
        trial.values = dict(enumerate(map(float, entry.get("values") or trial.values.values())))
    elif code == 7:
        trial.reports.append((entry["step"], float(entry["intermediate_value"])))
    elif code == 8:
        trial.attributes |= {name: _attribute(value) for name, value in entry["user_attr"].items()}


def _external(value: float, text: str) -> Cell:
    """A parameter as it was suggested: a choice by its number, a whole number where it was one."""
    distribution = json.loads(text)
    kind, settings = distribution.get("name", ""), distribution.get("attributes", {})
    if kind == "CategoricalDistribution":
        choice = settings["choices"][int(value)]
        return choice if choice is None or isinstance(choice, str | int | float | bool) else str(choice)
    return int(value) if kind.startswith("Int") else float(value)


def _attribute(value: object) -> Cell:
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def _contents(studies: Sequence[_Study]) -> Contents:
    filled = [study for study in studies if study.trials]
    runs = []
    for study in filled:
        for trial in study.trials:
            run = trial.run(len(study.directions) or 1)
            if len(filled) > 1:
                run.cells["study"] = study.name
            if trial.reports:
                steps, values = zip(*trial.reports, strict=True)
                run.curves["intermediate"] = (list(steps), list(values))
            runs.append(run)
    goals: dict[str, Goal] = defaultdict(lambda: "minimise", MAXIMIZE="maximise")
    first = {study.directions[0] for study in filled if study.directions}
    single = all(len(study.directions) == 1 for study in filled)
    goal = goals[first.pop()] if len(first) == 1 else ""
    group = ("study",) if len(filled) > 1 else ()
    return Contents("optuna", runs, "value" if single else "values_0", goal, group)
