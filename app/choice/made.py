"""What is made of an analysis, kept with it: figures, tables and answers are made once, for all who look at it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")
_made: WeakKeyDictionary[Any, dict[Hashable, Any]] = WeakKeyDictionary()
_lock = threading.Lock()
_MOST = 64


def once(source: Any, key: Hashable, make: Callable[[], T]) -> T:  # noqa: ANN401 - whatever a result was made from
    """The value of that key made from `source`; `make` runs where it was not made before, or long ago."""
    with _lock:
        known = _made.setdefault(source, {})
    if key not in known:
        value = make()
        with _lock:
            known[key] = value
            while len(known) > _MOST:
                del known[next(iter(known))]
        return value
    found: T = known[key]
    return found
