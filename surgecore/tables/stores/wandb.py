"""W&B runs in their own folders, offline or not: ``run-*.wandb`` files, under the columns of the runs table."""

from __future__ import annotations

import json
from pathlib import Path

from surgecore.tables.stores.files import Tree, read_data
from surgecore.tables.stores.runs import Cell, Contents, Run, as_number, flat
from surgecore.tables.stores.wire import as_signed, first, log_records, messages

MAGIC = b":W&B"
_HEADER = 7
#: Fields of a record, of a run, and of an item, by their numbers in W&B's protocol.
_HISTORY, _SUMMARY, _CONFIG, _RUN, _EXIT = 2, 3, 5, 17, 18
_RUN_ID, _RUN_CONFIG, _RUN_GROUP, _RUN_NAME, _RUN_TAG, _RUN_SWEEP = 1, 4, 6, 8, 10, 12
_KEY, _NESTED_KEY, _VALUE = 1, 2, 16


def files(tree: Tree) -> list[Path]:
    """The logs below a folder, by the time in their folder's name."""
    return tree.matching(end=".wandb")


def is_log(path: Path) -> bool:
    """Whether a file is a run's log."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def read_logs(paths: list[Path]) -> Contents:
    """One row a run; a run that was resumed has several logs."""
    found: dict[str, _Log] = {}
    for path in paths:
        data = read_data(path)
        if data[: len(MAGIC)] != MAGIC:
            continue
        log = _Log(path)
        for record in log_records(data, _HEADER):
            log.take(record)
        if log.key in found:
            found[log.key].resume(log)
        else:
            found[log.key] = log
    return Contents("wandb", [log.run() for log in found.values()])


class _Log:
    """What the records of a log add up to."""

    def __init__(self, path: Path) -> None:
        self.key = path.stem
        self.name, self.state = path.stem, "running"
        self.settings: dict[str, Cell] = {}
        self.facts: dict[str, Cell] = {}
        self.summary: dict[str, Cell] = {}
        self.history: list[tuple[float, dict[str, float]]] = []

    def take(self, record: bytes) -> None:
        for number, body in messages(record):
            if not isinstance(body, bytes):
                continue
            if number == _RUN:
                self._take_run(body)
            elif number == _CONFIG:
                self.settings |= _items(body)
            elif number == _SUMMARY:
                self.summary |= _items(body)
            elif number == _HISTORY:
                row = {name: as_number(cell) for name, cell in _items(body).items()}
                step = row.pop("_step", None)
                points = {name: value for name, value in row.items() if value is not None and name[0] != "_"}
                self.history.append((len(self.history) if step is None else step, points))
            elif number == _EXIT:
                code = next((as_signed(value) for key, value in messages(body) if key == 1), 0)
                self.state = "finished" if code == 0 else "failed"

    def _take_run(self, body: bytes) -> None:
        text = {
            key: first(body, key).decode("utf-8", "replace") for key in (_RUN_ID, _RUN_GROUP, _RUN_NAME, _RUN_SWEEP)
        }
        self.key, self.name = text[_RUN_ID] or self.key, text[_RUN_NAME] or text[_RUN_ID] or self.name
        self.facts |= {"Group": text[_RUN_GROUP]} if text[_RUN_GROUP] else {}
        self.facts |= {"Sweep": text[_RUN_SWEEP]} if text[_RUN_SWEEP] else {}
        tags = [
            value.decode("utf-8", "replace")
            for key, value in messages(body)
            if key == _RUN_TAG and isinstance(value, bytes)
        ]
        self.facts |= {"Tags": ", ".join(tags)} if tags else {}
        self.settings |= _items(first(body, _RUN_CONFIG))

    def resume(self, later: _Log) -> None:
        self.settings |= later.settings
        self.summary |= later.summary
        self.history += later.history
        self.state = later.state

    def run(self) -> Run:
        settings = {name: cell for name, cell in self.settings.items() if not name.startswith("_")}
        run = Run(self.name, {"Name": self.name, "State": self.state, **self.facts, **settings})
        for step, row in self.history:
            for name, value in row.items():
                run.log(name if name not in settings else f"logged {name}", step, value)
        for name, cell in self.summary.items():
            if not name.startswith("_") and name.rpartition(".")[2] != "_type":
                # the summary is what the runs table shows, also where the code set it by hand
                run.cells[name if name not in settings else f"logged {name}"] = cell
        return run


def _items(body: bytes) -> dict[str, Cell]:
    """Updates of a config, a summary or a history, flattened as the runs table does: ``optimizer.lr``."""
    result: dict[str, Cell] = {}
    for number, item in messages(body):
        if number != 1 or not isinstance(item, bytes):
            continue
        parts, text = [], b""
        for key, value in messages(item):
            if key in (_KEY, _NESTED_KEY) and isinstance(value, bytes):
                parts.append(value.decode("utf-8", "replace"))
            elif key == _VALUE and isinstance(value, bytes):
                text = value
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            continue
        name = ".".join(parts)
        if name:
            result |= flat({name: value}, ".")
    return result
