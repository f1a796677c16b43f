"""What a visitor brought: tables read once a session, how they are to be understood, and the sweeps they give.

Everything stays in this session's memory; nothing is written or sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

import streamlit as st

from surgecore import (
    ColumnMapping,
    DivergedRule,
    Problem,
    Question,
    QuestionOpen,
    Sweep,
    SweepError,
    Table,
    open_table,
)

#: Endings that the dialog offers; what a file really is, its content says.
ENDINGS = ["csv", "tsv", "txt", "gz", "json", "jsonl", "ndjson", "parquet"]
UPLOAD, PASTED, SETTINGS = "upload", "pasted", "reading"
#: What is on show by name, names that no upload may take, and a sentence about an address that cannot be followed.
SHOWN, RESERVED, NOTICE = "shown", "reserved", "sweep-notice"


@dataclass(frozen=True)
class Settings:
    """How a table is to be understood."""

    mapping: ColumnMapping
    group: str | None = None
    skip_bad_rows: bool = False
    rule: DivergedRule = field(default_factory=DivergedRule)


@dataclass(frozen=True, eq=False)
class Held:
    """One file of the visitor's: a table, or why it is none."""

    label: str
    digest: str
    table: Table | None
    problems: tuple[Problem, ...] = ()

    @property
    def key(self) -> str:
        return self.digest[:10]


# One copy a session, gone with it: an upload is nobody else's. Its digest is the key, not a sample of it.
@st.cache_resource(scope="session", max_entries=8, show_spinner="Reading the file")
def _opened(digest: str, name: str, _data: bytes) -> Table | tuple[Problem, ...]:
    try:
        return open_table(_data, name=name)
    except SweepError as error:
        return error.problems


@st.cache_resource(scope="session", max_entries=8, show_spinner="Checking every row")
def _read(digest: str, settings: str, _table: Table, _settings: Settings) -> Sweep | SweepError:
    try:
        return Sweep.from_table(
            _table,
            _settings.mapping,
            group=_settings.group,
            skip_bad_rows=_settings.skip_bad_rows,
            diverged=_settings.rule,
        )
    except SweepError as error:
        return error


@st.cache_data(scope="session", max_entries=16, show_spinner=False, hash_funcs={bytes: id})
def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()


def held() -> list[Held]:
    """Everything the visitor brought, in that order."""
    files = [(file.name, file.getvalue()) for file in st.session_state.get(UPLOAD) or []]
    files += [("Pasted table", text.encode()) for text in st.session_state.get(PASTED, [])]
    found: list[Held] = []
    for name, data in files:
        digest = _digest(data)
        if any(other.digest == digest for other in found):
            continue
        stem = name.split(".")[0] or name
        taken = {other.label for other in found} | st.session_state.get(RESERVED, frozenset())
        label = next(text for n in range(1, 1000) if (text := stem if n == 1 else f"{stem} ({n})") not in taken)
        table = _opened(digest, stem, data)
        found.append(Held(label, digest, *((table, ()) if isinstance(table, Table) else (None, table))))
    return found


def show(name: str) -> None:
    """From now on the sweep of that name is on show, be it one already or still to be understood."""
    st.session_state[SHOWN] = name
    st.session_state.pop(NOTICE, None)


def settings(item: Held) -> Settings:
    """As the visitor chose, else as the address says for columns that are there, else as guessed."""
    assert item.table is not None
    chosen: dict[str, Settings] = st.session_state.setdefault(SETTINGS, {})
    if item.digest not in chosen:
        chosen[item.digest] = Settings(_from_address(item.table) or item.table.mapping)
    return chosen[item.digest]


def change(item: Held, new: Settings) -> None:
    st.session_state[SETTINGS][item.digest] = new


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
    return table.resolve(mapping)


def read(item: Held) -> Sweep | SweepError:
    """The sweep, or what keeps the table from being one: a `QuestionOpen` is a question."""
    if item.table is None:
        return SweepError(item.problems)
    how = settings(item)
    result = _read(item.digest, repr(how), item.table, how)
    return replace(result, name=_name(item, how)) if isinstance(result, Sweep) else result


def readable(items: Sequence[Held]) -> dict[str, Sweep]:
    """Sweeps by label, of all that can be read as it stands."""
    return {item.label: sweep for item in items if isinstance(sweep := read(item), Sweep)}


def good_rows(item: Held) -> int:
    """Rows that would be left without those that have a problem; 0 where that would not help."""
    if item.table is None:
        return 0
    how = settings(item)
    left = _read(item.digest, repr(replace(how, skip_bad_rows=True)), item.table, replace(how, skip_bad_rows=True))
    return len(left.trials) if isinstance(left, Sweep) else 0


def question(item: Held) -> Question | None:
    result = read(item)
    return result.question if isinstance(result, QuestionOpen) else None


def _name(item: Held, how: Settings) -> str:
    return f"{item.label} {how.group}" if how.group else item.label
