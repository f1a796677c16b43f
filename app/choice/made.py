"""What is made of an analysis, kept with it: figures, tables and answers are made once, for all who look at it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")
_MOST = 64


class _Slot:
    """One value, and the lock of whoever makes it: others who want it wait instead of making it again."""

    def __init__(self) -> None:
        self.lock, self.made, self.value = threading.RLock(), False, None


#: Under this name an object holds what was made of it. A dictionary beside it would keep both for good: most of what is
#: made of a sweep holds the sweep.
MADE = "_made_of_it"
_lock = threading.Lock()


def once(source: Any, key: Hashable, make: Callable[[], T]) -> T:  # noqa: ANN401 - whatever a result was made from
    """The value of that key made from `source`; `make` runs where it was not made before, or long ago."""
    with _lock:
        known: dict[Hashable, _Slot] = vars(source).setdefault(MADE, {})
        slot = known.pop(key, None) or _Slot()
        known[key] = slot  # the newest last
        while len(known) > _MOST:
            del known[next(iter(known))]
    if not slot.made:
        with slot.lock:
            if not slot.made:
                slot.value, slot.made = make(), True
    found: T = slot.value
    return found


def forget(source: Any, key: Hashable) -> None:  # noqa: ANN401 - as above
    """Let the next who wants it make it again."""
    with _lock:
        vars(source).get(MADE, {}).pop(key, None)
