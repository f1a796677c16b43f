"""All bundled sweeps at a glance: small multiples with a verdict each, and how many falls chance would give."""

from __future__ import annotations

from html import escape
from math import isfinite

import streamlit as st
from choice import catalogue
from choice.catalogue import Place
from components import terms
from components.markup import markup
from figures import optimum, verdict
from figures.plot import Mark

from surgecore import Entry, words
from surgecore.sweeps.answers import Answer, load_answers
from surgecore.sweeps.verdict import SurgeVerdict
from surgecore.why.explanation import Explanation
from surgecore.words import say, surge


@st.cache_resource(show_spinner=False)
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
    shown = _filtered()
    found = [answers()[entry.name].verdict for entry in shown if entry.name in answers()]
    if counted := words.chance(found):
        terms.text(counted)
    terms.caption(default_adam())
    _filters()
    return markup(_grid(tuple(entry.name for entry in shown)), key="gallery")


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


def default_adam() -> str:
    """The verdicts on Adam as it starts by default, in one line."""
    found = [answers()[e.name].verdict for e in catalogue.entries() if e.optimizer == "adam" and e.state == "cold"
             and e.name in answers()]  # fmt: skip
    counted = {key: sum(answer.decision == key for answer in found) for key in ("fall", "no_fall", "undecided")}
    return say("gallery-adam", count=len(found), falls=counted["fall"], stays=counted["no_fall"],
               open=counted["undecided"])  # fmt: skip


def _filtered() -> list[Entry]:
    """The sweeps that the filters leave, by number of steps."""
    shown = [catalogue.by_title()[title] for title in catalogue.places()]
    for facet, values in _facets().items():
        if chosen := st.session_state.get(f"by-{facet}"):
            shown = [entry for entry in shown if values.get(entry.name) in chosen]
    return shown


def _filters() -> None:
    with st.container(horizontal=True):
        for facet, values in _facets().items():
            options = dict.fromkeys(values.get(entry.name, "") for entry in catalogue.entries())
            st.multiselect(
                say(f"gallery-by-{facet}"), [option for option in options if option], key=f"by-{facet}", width=205,
                placeholder=say("gallery-all"),
            )  # fmt: skip


@st.cache_resource(show_spinner=False, max_entries=32)
def _grid(names: tuple[str, ...]) -> str:
    by_name = {entry.name: entry for entry in catalogue.entries()}
    return f"<div class='gallery'>{''.join(_tile(by_name[name]) for name in names)}</div>"


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
