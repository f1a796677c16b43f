"""What visitors brought, in this server's memory: for each a shelf that a reload finds again by its key.

Nothing is written or sent. A shelf that nobody used for hours, or that others need the room of, is forgotten.
"""

from __future__ import annotations

import re
import secrets
import threading
import time
from dataclasses import dataclass, field

import streamlit as st

from surgecore import ColumnMapping, DivergedRule, Problem, Sweep, SweepError, Table

#: Keys of the address and of the session's state.
KEPT, SHELF = "kept", "shelf"
HOURS = 12
_MOST_SHELVES, _MOST_ROWS = 200, 20_000_000


@dataclass(frozen=True)
class Settings:
    """How a table is to be understood."""

    mapping: ColumnMapping
    group: str | None = None
    skip_bad_rows: bool = False
    rule: DivergedRule = field(default_factory=DivergedRule)


@dataclass(frozen=True, eq=False)
class Held:
    """One thing of the visitor's own: a table, or why it is none, or a sweep that was trained here."""

    label: str
    digest: str
    table: Table | None = None
    problems: tuple[Problem, ...] = ()
    trained: Sweep | None = None
    optimizer: str | None = None

    @property
    def key(self) -> str:
        return self.digest[:10]

    @property
    def rows(self) -> int:
        return len(self.table.frame) if self.table is not None else 0


@dataclass(eq=False)
class Shelf:
    """All of one visitor's own, with what was made of it: nothing is read or analysed twice."""

    key: str
    items: list[Held] = field(default_factory=list)
    settings: dict[str, Settings] = field(default_factory=dict)
    read: dict[tuple[str, str, str], Sweep | SweepError] = field(default_factory=dict)
    last: str = ""
    used: float = field(default_factory=time.monotonic)

    def find(self, label: str) -> Held | None:
        return next((item for item in self.items if item.label == label), None)

    def remove(self, label: str) -> None:
        self.items = [item for item in self.items if item.label != label]


class Shelves:
    """The shelves of all visitors, by key."""

    def __init__(self) -> None:
        self._shelves: dict[str, Shelf] = {}
        self._lock = threading.Lock()

    def find(self, key: str) -> Shelf | None:
        with self._lock:
            found = self._shelves.get(key)
            if found is not None and time.monotonic() - found.used > 3600 * HOURS:
                del self._shelves[key]
                return None
            return found

    def keep(self, shelf: Shelf) -> None:
        """Keep a shelf, and make room: the ones used longest ago go first."""
        with self._lock:
            shelf.used = time.monotonic()
            self._shelves[shelf.key] = shelf
            ordered = sorted(self._shelves.values(), key=lambda other: other.used, reverse=True)
            rows = 0
            for place, other in enumerate(ordered):
                rows += sum(item.rows for item in other.items)
                if other is not shelf and (place >= _MOST_SHELVES or rows > _MOST_ROWS):
                    del self._shelves[other.key]


@st.cache_resource(show_spinner=False)
def shelves() -> Shelves:
    """Those of this server."""
    return Shelves()


def shelf() -> Shelf:
    """This visitor's: of the session, else the one that the address has the key of, else a new one."""
    state = st.session_state
    if SHELF not in state:
        key = st.query_params.get(KEPT, "")
        found = shelves().find(key) if re.fullmatch(r"[\w-]{22}", key) else None
        state[SHELF] = found or Shelf(secrets.token_urlsafe(16))
    mine: Shelf = state[SHELF]
    return mine
