"""Measured optima as drawings mark them, each with its sentence. Pure: no streamlit."""

from __future__ import annotations

from collections.abc import Sequence

from figures.plot import Mark
from surgecore import Optimum, words
from surgecore.words import interval, number, say


def marks(optima: Sequence[Optimum]) -> list[Mark]:
    return [Mark(o.batch_size, o.learning_rate, o.interval, o.on_edge, said(o)) for o in optima]


def said(optimum: Optimum, of: str = "") -> str:
    """One optimum in a sentence, and whose it is."""
    known = interval(*optimum.interval) if optimum.interval else say("interval-unknown")
    values = {"at": words.batch_size(optimum.batch_size), "rate": number(optimum.learning_rate), "interval": known}
    text = say(f"drawn-bound-{optimum.on_edge}" if optimum.on_edge else "drawn-optimum", **values)
    return say("drawn-of", name=words.plain(of), text=text) if of else text
