"""Uploaded and pasted tables, how each is read, and the sweeps they yield."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from pathlib import PurePosixPath

import streamlit as st

from choice import shelf as shelves
from choice.catalogue import places
from choice.made import once
from choice.shelf import Held, Settings, shelf
from choice.waiting import renamed
from surgecore import ColumnMapping, Question, QuestionOpen, Sweep, SweepError, Table
from surgecore.tables.guarded import read_guarded, resolve_guarded, trials_guarded
from surgecore.tables.models import Group

#: What the address calls a sweep of the visitor's own.
OWN = "own"


def take(files: Iterable[tuple[str, bytes]]) -> list[Held]:
    """Put files on the shelf; those that are there already are found again. Returns them in order."""
    mine, found = shelf(), []
    for name, data in files:
        digest = sha256(data).hexdigest()
        known = next((item for item in mine.items if item.digest == digest), None)
        if known is None:
            known = _opened(free_label(name.split(".")[0] or name), digest, data)
            mine.items.append(known)
        found.append(known)
    shelves.shelves().keep(mine)
    return found


def _opened(label: str, digest: str, data: bytes) -> Held:
    try:
        return Held(label, digest, read_guarded(data, name=label))
    except SweepError as error:
        return Held(label, digest, problems=error.problems)


def packed(files: Iterable[tuple[str, bytes]]) -> tuple[str, bytes]:
    """The files of a folder as one archive, under the folder's name: a tracker's store is many files."""
    buffer, name = io.BytesIO(), "folder"
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, data in files:
            name = PurePosixPath(path).parts[0]
            archive.writestr(path, data)
    return name, buffer.getvalue()


def put_trained(label: str, sweep: Sweep, optimizer: str) -> None:
    """A sweep that was trained here is one of the visitor's own."""
    mine = shelf()
    mine.remove(label)
    mine.items.append(Held(label, sweep.digest, trained=sweep, optimizer=optimizer))
    shelves.shelves().keep(mine)


def free_label(stem: str) -> str:
    """A name that neither a bundled sweep nor another table has."""
    taken = {item.label for item in shelf().items} | set(places()) | {OWN}
    taken |= {place.workload for place in places().values()}
    return next(text for n in range(1, 10_000) if (text := stem if n == 1 else f"{stem} ({n})") not in taken)


def rename(item: Held, wanted: str) -> Held:
    """The item under another name, as near to the wanted one as is free."""
    if not wanted.strip() or wanted == item.label:
        return item
    mine = shelf()
    new = replace(item, label=free_label(wanted.strip()[:80]))
    for (digest, label, how), found in [*mine.read.items()]:
        if (digest, label) == (item.digest, item.label) and isinstance(found, Sweep):
            mine.read[digest, new.label, how] = renamed(found, new.label + found.name.removeprefix(label))
    mine.items = [new if other is item else other for other in mine.items]
    return new


def settings(item: Held) -> Settings:
    """As the visitor chose, else as the address says for columns that are there, else as guessed."""
    assert item.table is not None
    chosen = shelf().settings
    if item.digest not in chosen:
        chosen[item.digest] = Settings(_from_address(item.table) or item.table.mapping)
    return chosen[item.digest]


def change(item: Held, new: Settings) -> None:
    shelf().settings[item.digest] = new


def address(item: Held) -> str:
    """The mapping for the address, "" where it is the guess."""
    assert item.table is not None
    mapping = settings(item).mapping
    return "" if mapping == item.table.mapping else mapping.to_query()


def _from_address(table: Table) -> ColumnMapping | None:
    # only what a link brought: a mapping made in this visit is of one file, and says nothing of the next
    query = st.session_state.setdefault("map of the link", st.query_params.get("map", ""))
    if not query:
        return None
    try:
        mapping = ColumnMapping.from_query(query)
    except ValueError:
        return None
    names = {*mapping.columns.values(), *(mapping.group or ())}
    if mapping.missing or not names <= set(table.columns):
        return None
    return resolved(table, mapping)[0]


def resolved(table: Table, mapping: ColumnMapping) -> tuple[ColumnMapping, tuple[Group, ...]]:
    """A mapping with what it leaves open looked for, and the models that it tells apart; itself at too high a cost."""

    def look() -> tuple[ColumnMapping, tuple[Group, ...]]:
        try:
            return resolve_guarded(table, mapping)
        except SweepError:
            return mapping, ()

    return once(table, mapping, look)


def groups(item: Held) -> tuple[Group, ...]:
    """The models that a table holds, as it is understood now."""
    assert item.table is not None
    return resolved(item.table, settings(item).mapping)[1]


def read(item: Held) -> Sweep | SweepError:
    """The sweep, or what keeps the table from being one: a `QuestionOpen` is a question."""
    if item.trained is not None:
        return item.trained
    if item.table is None:
        return SweepError(item.problems)
    return _read(item, item.table, settings(item))


def _read(item: Held, table: Table, how: Settings) -> Sweep | SweepError:
    known, key = shelf().read, (item.digest, item.label, repr(how))
    if key not in known:
        name = f"{item.label} {how.group}" if how.group else item.label
        try:
            trials, metric, notices = trials_guarded(
                table, how.mapping, group=how.group, skip_bad_rows=how.skip_bad_rows, diverged=how.rule
            )
            known[key] = Sweep(name, trials, notices, metric, how.mapping.holds == "optima")
        except SweepError as error:
            known[key] = error
        while len(known) > 16:
            del known[next(iter(known))]
    return known[key]


def good_rows(item: Held) -> int:
    """Rows that would be left without those that have a problem; 0 where that would not help."""
    if item.table is None:
        return 0
    left = _read(item, item.table, replace(settings(item), skip_bad_rows=True))
    return len(left.trials) if isinstance(left, Sweep) else 0


def question(item: Held) -> Question | None:
    result = read(item)
    return result.question if isinstance(result, QuestionOpen) else None
