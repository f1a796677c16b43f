"""Output folders of the Hugging Face Trainer: ``trainer_state.json``, and the arguments it was started with."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from surgecore.tables.problems import ProblemCode, SweepError, refused
from surgecore.tables.stores.files import MAX_SETTINGS, Tree, read_settings, read_text
from surgecore.tables.stores.plain import settings_of, settings_of_names
from surgecore.tables.stores.runs import Cell, Contents, Run, as_cell, as_number, flat
from surgecore.tables.stores.tensorboard import PART, read_events

STATE = "trainer_state.json"
_CHECKPOINT = re.compile(r"checkpoint-\d+$")
#: Lines of a model card: ``- learning_rate: 5e-05``.
_CARD = re.compile(r"^- (\w+): (.+)$", re.MULTILINE)
#: What training was asked for, as files name it; many more arguments only name folders and services.
_ARGUMENTS = re.compile(
    r"learning_rate|batch_size|accumulation|seed|^num_devices$|world_size|n_gpu|max_steps|epochs|warmup|weight_decay|"
    r"adam|^optim|scheduler|max_grad_norm|bf16|fp16|group_by|packing|max_length|max_seq|label_smoothing|lora"
)


def run_folders(tree: Tree) -> dict[Path, list[Path]]:
    """Folders of runs, each with the folders that keep a state of it: its own and its checkpoints'."""
    found: dict[Path, list[Path]] = {}
    for folder in tree.holding(STATE):
        found.setdefault(folder.parent if _CHECKPOINT.match(folder.name) else folder, []).append(folder)
    return found


def read_tree(tree: Tree) -> Contents:
    """One row a run, from its latest state. ``training_args.bin`` is a pickle and never opened."""
    runs, unread = [], []
    folders = run_folders(tree)
    events: dict[Path, list[Path]] = {}
    for path in tree.matching(part=PART):
        for above in path.parents:
            if above in folders:
                events.setdefault(above, []).append(path)
                break
    for folder, states in folders.items():
        run = Run(tree.label(folder), {"run": tree.label(folder)})
        try:
            state = max((_state(place / STATE) for place in states), key=_progress)
            run.cells |= _arguments(tree, folder, events.get(folder, []))
            _fill(run, state)
        except SweepError as error:
            unread += [replace(problem, column=run.name) for problem in error.problems]
        else:
            runs.append(run)
    return Contents("trainer", runs, unread=tuple(unread))


def _state(path: Path) -> Mapping[str, Any]:
    try:
        value = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise refused(ProblemCode.STORE_BAD_FILE, name=path.name, kind="JSON") from error
    if not isinstance(value, dict) or not isinstance(value.get("log_history"), list):
        raise refused(ProblemCode.STORE_NO_HISTORY, name=path.name)
    return value


def _progress(state: Mapping[str, Any]) -> tuple[float, int]:
    return as_number(state.get("global_step")) or 0.0, len(state["log_history"])


def _fill(run: Run, state: Mapping[str, Any]) -> None:
    settings = run.cells
    if isinstance(state.get("trial_params"), dict):
        settings |= flat(state["trial_params"])
    rates, ended, speed = [], False, {}
    for row in state["log_history"]:
        if not isinstance(row, dict):
            continue
        at = as_number(row.get("step")) or 0.0
        if "train_runtime" in row:
            ended, speed = True, row
        for key, value in row.items():
            number = as_number(value)
            if number is None or key in ("step", "epoch"):
                continue
            if key == "learning_rate":
                rates.append(number)
            else:
                run.log(_metric(key), at, number)
    if "learning_rate" not in settings and rates:
        # the schedule's highest: the set rate was at least so large
        settings["peak_learning_rate"] = max(rates)
    if not any("batch_size" in name for name in settings):
        micro = as_number(state.get("train_batch_size"))
        settings["per_device_train_batch_size"] = micro
        if (total := _total(micro, speed)) is not None:
            settings["total_train_batch_size"] = total
    step, most = as_number(state.get("global_step")), as_number(state.get("max_steps"))
    run.cells |= {"steps": most, "epochs": as_number(state.get("num_train_epochs"))}
    run.cells["status"] = "finished" if ended or (step is not None and step == most) else "stopped"


def _total(micro: float | None, speed: Mapping[str, Any]) -> float | None:
    """Examples of a step from the speed of training, where that tells the multiple of what a device saw.

    The last log has examples and steps a second, each to three decimals.
    """
    examples, steps = (as_number(speed.get(f"train_{what}_per_second")) for what in ("samples", "steps"))
    if not (micro and examples and steps and micro > 0 and examples > 0 and steps > 0):
        return None
    times = examples / steps / micro
    # a last batch that is not full makes it a little less, the decimals make it uncertain
    rounding = times * 0.0005 * (1 / steps + 1 / examples)
    whole = round(times)
    return whole * micro if whole >= 1 and abs(times - whole) < 0.2 and rounding < 0.2 else None


def _metric(key: str) -> str:
    """A metric under the name that the Trainer gives it in every tracker: ``eval/loss``, ``train/loss``."""
    for kind in ("eval", "test"):
        if key.startswith(f"{kind}_"):
            return f"{kind}/{key.removeprefix(f'{kind}_')}"
    return f"train/{key.removeprefix('train_')}"


def _arguments(tree: Tree, folder: Path, events: list[Path]) -> dict[str, Cell]:
    """Arguments of training: of a settings file, names of folders, a model card and event files, the last best."""
    found = _known(settings_of(tree, folder)) | settings_of_names(tree, folder)
    if "README.md" in tree.folders[folder]:
        card = _CARD.findall(read_text(folder / "README.md", MAX_SETTINGS))
        found |= _known({name: as_cell(value) for name, value in card})
    for name in ("training_args.json", "args.json", "hyperparameters.json"):
        if name in tree.folders[folder]:
            found |= _known(read_settings(folder / name))
    text = read_events(events).texts.get("args/text_summary", "") if events else ""
    try:
        value = json.loads(text) if text else None
    except (ValueError, RecursionError):
        value = None
    return found | (_known(value) if isinstance(value, dict) else {})


def _known(value: Mapping[Any, Any]) -> dict[str, Cell]:
    return {name: cell for name, cell in flat(value).items() if _ARGUMENTS.search(name) and cell is not None}
