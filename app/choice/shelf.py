"""What visitors brought, in this server's memory: for each a shelf that a reload finds again by its key.

Nothing is written or sent. A shelf that nobody used for hours, or that others need the room of, is forgotten.
"""

from __future__ import annotations

import re
import secrets
import threading
import time
from dataclasses import dataclass, field
from functools import cached_property

import streamlit as st

from surgecore import ColumnMapping, DivergedRule, Problem, Sweep, SweepError, Table

#: Keys of the address and of the session's state.
KEPT, SHELF = "kept", "shelf"
HOURS = 12
#: How many shelves are kept, and of how many what was made of their tables; bytes of all, and of one.
_MOST_SHELVES, _MOST_READ = 200, 50
_MOST_BYTES, _MOST_OWN = 512 * 2**20, 256 * 2**20


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

    @cached_property
    def size(self) -> int:
        """Bytes that it takes."""
        frames = [self.table.frame] if self.table is not None else [self.trained.trials] if self.trained else []
        return sum(int(frame.memory_usage(deep=True).sum()) for frame in frames)


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

    @property
    def size(self) -> int:
        return sum(item.size for item in self.items)

    def make_room(self) -> None:
        """Forget the oldest things where all take too much; the newest stays in any case."""
        while len(self.items) > 1 and self.size > _MOST_OWN:
            self.items.pop(0)
            self.read.clear()


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
        """Keep a shelf, and make room: of the ones used longest ago first what was read goes, then all."""
        with self._lock:
            shelf.make_room()
            shelf.used = time.monotonic()
            self._shelves[shelf.key] = shelf
            ordered = sorted(self._shelves.values(), key=lambda other: other.used, reverse=True)
            size = 0
            for place, other in enumerate(ordered):
                size += other.size
                late = time.monotonic() - other.used > 3600 * HOURS
                if other is not shelf and (late or place >= _MOST_SHELVES or size > _MOST_BYTES):
                    del self._shelves[other.key]
                elif place >= _MOST_READ:
                    other.read.clear()


@st.cache_resource(show_spinner=False)
def shelves() -> Shelves:
    """Those of this server."""
    return Shelves()


def shelf() -> Shelf:
    """This visitor's: of the session, else the one that the address has the key of, else a new one."""
    mine: Shelf | None = st.session_state.get(SHELF)
    if mine is None:
        key = st.query_params.get(KEPT, "")
        found = shelves().find(key) if re.fullmatch(r"[\w-]{22}", key) else None
        mine = st.session_state[SHELF] = found or Shelf(secrets.token_urlsafe(16))
    return mine
