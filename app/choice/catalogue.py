"""The bundled sweeps and explanations, loaded once for all visitors, and where each stands in the choice.

What is asked for dozens of times a rerun is kept by `cache`: a look into Streamlit's costs a hundred times as much.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import streamlit as st

from choice.made import once
from surgecore import Entry, Sweep, load_catalogue, words
from surgecore.why.explanation import Explanation, load_explanations
from surgecore.why.gaussianity import Gaussianity, load_gaussianity
from surgecore.words.phrases import current_language

DATA_DIR = Path(__file__).resolve().parents[2] / "data"


@dataclass(frozen=True)
class Place:
    """Where a bundled sweep stands in the choice: workload, optimizer, horizon and protocol."""

    workload: str
    optimizer: str
    run: str


@cache
def entries() -> tuple[Entry, ...]:
    return load_catalogue(DATA_DIR)


@cache
def by_title() -> dict[str, Entry]:
    return {entry.title: entry for entry in entries()}


def named(text: str) -> str | None:
    """Title of the bundled sweep that an address names; earlier addresses held the title itself."""
    return text if text in by_title() else {entry.name: entry.title for entry in entries()}.get(text)


def checkpoints() -> dict[str, str]:
    """Titles of the explained checkpoints, by what an address calls them."""
    return {explanation.name: explanation.title for explanation in explanations()}


def bundled(title: str) -> Sweep:
    """A bundled sweep with all that was made of it: drawings are in one language, so each language has its own."""
    entry = by_title()[title]
    return once(entry, current_language(), entry.load)


@cache
def explanations() -> tuple[Explanation, ...]:
    """Checkpoints whose optima are explained, in the order of the list they were made from."""
    found = {explanation.name: explanation for explanation in load_explanations(DATA_DIR / "why")}
    cases = tomllib.loads((DATA_DIR / "why" / "cases.toml").read_text(encoding="utf-8"))["case"]
    return tuple(found[case["name"]] for case in cases if case["name"] in found)


@cache
def gaussianity() -> dict[str, tuple[Gaussianity, ...]]:
    """Tests of the checkpoints' gradients for being Gaussian, by checkpoint."""
    return load_gaussianity(DATA_DIR / "why")


@st.cache_resource(show_spinner=False)
def card(title: str) -> str:
    """The data card of a bundled sweep, Markdown beside its file, without its heading."""
    return by_title()[title].read_card().partition("\n")[2].strip()


def places() -> dict[str, Place]:
    """The place of each bundled sweep by title, in the order of the choice: steps and losses by number."""
    return _places(current_language())


@cache
def _places(language: str) -> dict[str, Place]:
    firsts = [list(dict.fromkeys(column)) for column in zip(*map(_trained_as, entries()), strict=True)]
    found = {}
    for entry in entries():
        alike = [e.horizon for e in entries() if _trained_as(e)[:2] == _trained_as(entry)[:2]]
        run = words.run(entry, horizon_first=len(alike) > 1)
        order = (
            *(names.index(part) for names, part in zip(firsts, _trained_as(entry), strict=True)),
            entry.checkpoint, entry.horizon, entry.loss, entry.amount or 0,
        )  # fmt: skip
        place = Place(words.workload(entry.workload), words.optimizer(entry.optimizer, entry.state), run)
        found[entry.title] = order, place
    return {title: place for title, (_, place) in sorted(found.items(), key=lambda item: item[1][0])}


def _trained_as(entry: Entry) -> tuple[str, tuple[str, str], str]:
    return entry.workload, (entry.optimizer, entry.state), entry.protocol


def first(workload: str, optimizer: str | None = None, run: str | None = None) -> str:
    """The first bundled sweep of a workload, with that optimizer and run where there is one."""
    titles = [entry.title for entry in entries() if places()[entry.title].workload == workload]
    for name, wanted in (("optimizer", optimizer), ("run", run)):
        titles = [title for title in titles if getattr(places()[title], name) == wanted] or titles
    return titles[0]
