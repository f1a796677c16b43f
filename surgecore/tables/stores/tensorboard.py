"""TensorBoard event folders, with the settings of the HParams plugin: under the columns of its table."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from pathlib import Path

from surgecore.tables.stores.files import Tree, read_data
from surgecore.tables.stores.plain import settings_of
from surgecore.tables.stores.runs import Cell, Contents, Run
from surgecore.tables.stores.wire import as_double, as_signed, first, messages, tf_records

#: Part of the name of every event file.
PART = ".tfevents."
_STATES = {0: "UNKNOWN", 1: "SUCCESS", 2: "FAILURE", 3: "RUNNING"}
#: Bytes of a number in a tensor, by its type: float, double, int32, int64.
_PACKED = {1: "<f", 2: "<d", 3: "<i", 9: "<q"}


@dataclass
class Events:
    """What the event files of one folder say."""

    settings: dict[str, Cell] = field(default_factory=dict)
    state: str | None = None
    scalars: list[tuple[str, float, float]] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)


def read_events(paths: list[Path]) -> Events:
    """Scalars, texts and HParams of some event files, in the order of their names."""
    events = Events()
    for path in paths:
        for record in tf_records(read_data(path)):
            step, summaries = 0, []
            for number, value in messages(record):
                if number == 2:
                    step = as_signed(value)
                elif number == 5 and isinstance(value, bytes):
                    summaries.append(value)
            for summary in summaries:
                for number, value in messages(summary):
                    if number == 1 and isinstance(value, bytes):
                        _take(events, step, value)
    return events


def _take(events: Events, step: int, body: bytes) -> None:
    parts = dict(messages(body))
    name = parts.get(1, b"")
    tag = name.decode("utf-8", "replace") if isinstance(name, bytes) else ""
    if tag.startswith("_hparams_/"):
        _take_hparams(events, parts.get(9, b""))
    elif 2 in parts:
        events.scalars.append((tag, step, as_double(parts[2])))
    elif isinstance(parts.get(8), bytes):
        tensor = parts[8]
        assert isinstance(tensor, bytes)
        if (text := first(tensor, 8)) and dict(messages(tensor)).get(1) == 7:
            events.texts[tag] = text.decode("utf-8", "replace")
        elif (number_ := _scalar(tensor)) is not None:
            events.scalars.append((tag, step, number_))


def _scalar(tensor: bytes) -> float | None:
    """The one number of a tensor; None where it holds more or something else."""
    parts = dict(messages(tensor))
    mark = _PACKED.get(parts[1]) if isinstance(parts.get(1), int) else None  # type: ignore[arg-type]
    content = parts.get(4, b"")
    if mark and isinstance(content, bytes) and len(content) == struct.calcsize(mark):
        return float(struct.unpack(mark, content)[0])
    for number, width in ((5, 4), (6, 8)):  # packed floats, doubles
        value = parts.get(number)
        if isinstance(value, bytes) and len(value) == width:
            return as_double(value)
    return None


def _take_hparams(events: Events, metadata: int | bytes) -> None:
    content = first(first(metadata, 1), 2) if isinstance(metadata, bytes) else b""
    for number, body in messages(content):
        if not isinstance(body, bytes):
            continue
        if number == 3:  # the start of a session: its settings
            for key, entry in messages(body):
                if key == 1 and isinstance(entry, bytes):
                    name = first(entry, 1).decode("utf-8", "replace")
                    events.settings[name] = _setting(first(entry, 2))
        elif number == 4:
            code = next((value for key, value in messages(body) if key == 1 and isinstance(value, int)), 0)
            events.state = _STATES.get(code)


def _setting(body: bytes) -> Cell:
    for number, value in messages(body):
        if number == 2:
            return as_double(value)
        if number == 3 and isinstance(value, bytes):
            return value.decode("utf-8", "replace")
        if number == 4:
            return bool(value)
    return None


def read_tree(tree: Tree) -> Contents:
    """One row a session of HParams; without any, one a folder with scalars and settings beside them."""
    by_folder: dict[Path, list[Path]] = {}
    for path in tree.matching(part=PART):
        by_folder.setdefault(path.parent, []).append(path)
    events = {folder: read_events(paths) for folder, paths in by_folder.items()}
    sessions = [folder for folder, found in events.items() if found.settings]
    owners = sessions or list(events)
    runs = {folder: _start(tree, folder, events[folder]) for folder in owners}
    for folder, found in events.items():
        if (owner := _owner(folder, owners)) is not None:
            for tag, step, value in found.scalars:
                runs[owner].log(tag if tag not in runs[owner].cells else f"logged {tag}", step, value)
    return Contents("tensorboard", list(runs.values()))


def _start(tree: Tree, folder: Path, found: Events) -> Run:
    name = tree.label(folder)
    run = Run(name, {"trial_id": name, **(found.settings or settings_of(tree, folder))})
    if found.state is not None:
        run.cells["status"] = found.state
    return run


def _owner(folder: Path, owners: list[Path]) -> Path | None:
    """The session that a folder's scalars belong to: its own, one above, or the only one below.

    The last is what ``SummaryWriter.add_hparams`` makes: the session stands in a folder of its own in the run's.
    """
    known = set(owners)
    for above in (folder, *folder.parents):
        if above in known:
            return above
    below = [owner for owner in owners if folder in owner.parents]
    return below[0] if len(below) == 1 else None
