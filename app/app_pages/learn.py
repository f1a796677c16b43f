"""Learn: a story in five steps that ends where the visitor goes on alone."""

from typing import Any

import streamlit as st
from choice import address, catalogue
from components import terms
from components.story import last_state, spoken, story
from figures.browser import specs, style
from learn import presenting
from learn.story import KEYS, MEASURED, STEPS, VIEW, StoryPlace, from_json, from_query, panel

from surgecore.theory.curves import CURVES


@st.cache_resource(show_spinner=False)
def panels() -> list[dict[str, Any]]:
    by_name = {entry.name: entry for entry in catalogue.entries()}
    return [panel(by_name[name].load(), name) for name in MEASURED]


def place() -> StoryPlace:
    """The last one, or the address's; the address follows."""
    sent = from_json(last_state())
    if sent is None:
        return from_query({key: st.query_params.get_all(key) for key in st.query_params})
    wanted = sent.to_query()
    address.follow("learn", {key: wanted.get(key, "") for key in KEYS})
    return sent


now = place()
_, opened = story({
    "token": "learn", "state": {"step": now.step, "model": vars(now.model)},
    "steps": [step.to_json() for step in STEPS],
    "view": {key: list(VIEW[2 * i : 2 * i + 2]) for i, key in enumerate("xyd")}, "panels": panels(),
    "styles": {key: style(key) for key in CURVES}, "specs": specs(), "phrases": spoken(), "terms": terms.given(),
    "present": presenting.follow(last_state()), "room": presenting.room(),
})  # fmt: skip
if opened:
    moved = {name: repr(value) for name, value in vars(now.model).items()} if opened["page"] == "explore" else {}
    st.switch_page(f"app_pages/{opened['page']}.py", query_params=moved)
