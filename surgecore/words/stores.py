"""Trackers' stores in words."""

from __future__ import annotations

from surgecore.tables.stores.registry import STORES
from surgecore.words.phrases import say


def layout(text: str) -> str:
    """How a table was laid out: a tracker's name for its store, else as the reader says it.

    Parameters
    ----------
    text : str
        `Table.layout`.

    Returns
    -------
    str
    """
    return say(f"store-{text}") if text in {store.key for store in STORES} else text


def stores() -> list[tuple[str, str, str]]:
    """Every store that is understood, for documentation and help.

    Returns
    -------
    list of (str, str, str)
        Name of the tracker, what to point at, what is read; in the order in which a folder is asked.
    """
    keys = [store.key for store in STORES]
    return [(say(f"store-{key}"), say(f"store-at-{key}"), say(f"store-read-{key}")) for key in keys]
