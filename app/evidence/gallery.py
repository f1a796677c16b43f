"""All bundled sweeps at a glance: small multiples with a verdict each, and how many falls chance would give."""

from __future__ import annotations

from functools import cache
from html import escape
from math import isfinite

import streamlit as st
from choice import catalogue
from choice.catalogue import Place
from components import terms
from components.later import Later
from components.markup import markup
from figures import optimum, verdict
from figures.plot import Mark

from surgecore import Entry, words
from surgecore.sweeps.answers import Answer, load_answers
from surgecore.sweeps.verdict import SurgeVerdict
from surgecore.why.explanation import Explanation
from surgecore.words import say, surge

#: How many tiles fill the first view of a large screen.
_FIRST = 30


@cache
def answers() -> dict[str, Answer]:
    return load_answers(catalogue.DATA_DIR)


@st.cache_resource(show_spinner=False)
def _facets() -> dict[str, dict[str, str]]:
    """What sweeps are filtered by: for each facet the sweeps' values, by name of the sweep."""
    places, entries = catalogue.places(), catalogue.entries()
    return {
        "workload": {e.name: places[e.title].workload for e in entries},
        "optimizer": {e.name: places[e.title].optimizer for e in entries},
        "horizon": {e.name: words.horizon(e.horizon, e.amount, 0.0) if e.amount else _other(e) for e in entries},
        "device": {e.name: e.device.split(",")[0] for e in entries},
        "verdict": {name: say(f"gallery-{_key(answer.verdict)}") for name, answer in answers().items()},
    }


def _key(found: SurgeVerdict) -> str:
    return found.decision.replace("_", "-")


def _other(entry: Entry) -> str:
    return say("gallery-steps-to-loss")


def show() -> str | None:
    """The gallery; the title of the sweep that was just opened, if any."""
    names = _filtered()
    if counted := _chance(names):
        terms.text(counted)
    elif not names:
        terms.text(say("gallery-nothing"))
    terms.caption(default_adam())
    boxes = Later()
    with st.container(horizontal=True), boxes:
        _filters()
    first, more = _grid(names)
    opened = markup(first, key="gallery", more=more)
    boxes.send()
    return opened


@st.cache_resource(show_spinner=False, max_entries=32)
def _chance(names: tuple[str, ...]) -> str:
    """How many falls chance would give among these sweeps."""
    known = answers()
    return words.chance([known[name].verdict for name in names if name in known])


def like(of: Explanation, update: str, steps: int) -> Entry | None:
    """The sweep from the same checkpoint, by the same update and compared after as many steps."""
    optimizer, _, state = update.partition("_")
    return next(
        (
            entry for entry in catalogue.entries()
            if (entry.optimizer, f"{entry.workload}-{entry.loss}") == (optimizer, of.name)
            and (entry.horizon, entry.amount, entry.checkpoint) == ("steps", steps, 1)
            and (not state or entry.state == state)
        ),
        None,
    )  # fmt: skip


def sentence(entry: Entry) -> str:
    """The verdict on one bundled sweep, "" where it is not known."""
    answer = answers().get(entry.name)
    return surge.sentence(answer.verdict, entry.steps, answer.close) if answer else ""


@st.cache_resource(show_spinner=False)
def default_adam() -> str:
    """The verdicts on Adam as it starts by default, in one line."""
    known = answers()
    found = [known[e.name].verdict for e in catalogue.entries() if e.optimizer == "adam" and e.state == "cold"
             and e.name in known]  # fmt: skip
    counted = {key: sum(answer.decision == key for answer in found) for key in ("fall", "no_fall", "undecided")}
    return say("gallery-adam", count=len(found), falls=counted["fall"], stays=counted["no_fall"],
               open=counted["undecided"])  # fmt: skip


def _filtered() -> tuple[str, ...]:
    """Names of the sweeps that the filters leave, by number of steps."""
    chosen = {facet: st.session_state.get(f"by-{facet}") or () for facet in _facets()}
    return _left(tuple((facet, tuple(values)) for facet, values in chosen.items() if values))


@st.cache_resource(show_spinner=False, max_entries=32)
def _left(chosen: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[str, ...]:
    by_title, facets = catalogue.by_title(), _facets()
    names = [by_title[title].name for title in catalogue.places()]
    return tuple(name for name in names if all(facets[facet].get(name) in values for facet, values in chosen))


@st.cache_resource(show_spinner=False)
def _options() -> dict[str, list[str]]:
    """What each filter offers, in the order of the catalogue."""
    entries = catalogue.entries()
    found = {facet: dict.fromkeys(values.get(e.name, "") for e in entries) for facet, values in _facets().items()}
    return {facet: [option for option in options if option] for facet, options in found.items()}


def _filters() -> None:
    for facet, options in _options().items():
        st.multiselect(
            say(f"gallery-by-{facet}"), options, key=f"by-{facet}", width=205, placeholder=say("gallery-all"),
        )  # fmt: skip


@st.cache_resource(show_spinner=False, max_entries=32)
def _grid(names: tuple[str, ...]) -> tuple[str, str]:
    """The gallery with the tiles of the first view, and the rest of its tiles."""
    by_name = {entry.name: entry for entry in catalogue.entries()}
    tiles = [_tile(by_name[name]) for name in names]
    return f"<div class='gallery'>{''.join(tiles[:_FIRST])}</div>", "".join(tiles[_FIRST:])


@st.cache_resource(show_spinner=False)
def _tile(entry: Entry) -> str:
    return tile(entry, catalogue.places()[entry.title], answers().get(entry.name))


def tile(entry: Entry, place: Place, answer: Answer | None) -> str:
    """One sweep: what was trained, its optima, and the verdict in the words of every other place."""
    head = f"<b>{escape(place.workload)}</b><small>{escape(place.optimizer)}, {escape(place.run)}</small>"
    if answer is None:
        return f"<button data-open='{escape(entry.title, quote=True)}'>{head}</button>"
    marks = [Mark(o.batch_size, o.learning_rate, _interval(o.interval), o.on_edge) for o in answer.optima]
    drawn = optimum.thumbnail(marks) if marks else ""
    said = surge.sentence(answer.verdict, entry.steps, answer.close)
    chip = f"{verdict.chip(answer.verdict)}<small class='said'>{escape(said)}</small>"
    return f"<button data-open='{escape(entry.title, quote=True)}'>{head}{drawn}{chip}</button>"


def _interval(found: tuple[float, float] | None) -> tuple[float, float] | None:
    return found if found is not None and all(end is not None and isfinite(end) and end > 0 for end in found) else None
