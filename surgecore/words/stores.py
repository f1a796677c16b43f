"""Trackers' stores in words."""

from __future__ import annotations

from surgecore.tables.stores.registry import STORES
from surgecore.words.phrases import say


def layout(text: str) -> str:
    """How a table was laid out: a tracker's name for its store, else the export and the format.

    Parameters
    ----------
    text : str
        `Table.layout`.

    Returns
    -------
    str
    """
    if text in {store.key for store in STORES}:
        return say(f"store-{text}")
    return ", ".join(say(f"layout-{key}") for key in text.split())


def stores() -> list[tuple[str, str, str]]:
    """Every store that is understood, for documentation and help.

    Returns
    -------
    list of (str, str, str)
        Name of the tracker, what to point at, what is read; in the order in which a folder is asked.
    """
    keys = [store.key for store in STORES]
    return [(say(f"store-{key}"), say(f"store-at-{key}"), say(f"store-read-{key}")) for key in keys]
