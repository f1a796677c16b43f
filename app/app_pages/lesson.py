"""Lesson: ten steps, each with a prediction before its answer. What do you expect, and what is so?"""

from typing import Any

import streamlit as st
from choice import address
from components import terms
from components.lesson import last_state, lesson, spoken
from figures.browser import specs, style
from learn import progress
from learn.lesson import STEPS

from surgecore.theory.curves import CURVES


@st.cache_resource(show_spinner=False)
def steps() -> list[dict[str, Any]]:
    return [step.to_json() for step in STEPS]


def place() -> progress.Learner:
    """The last one, or the address's; the address follows."""
    sent = progress.from_json(last_state())
    if sent is None:
        return progress.from_query({key: st.query_params.get_all(key) for key in st.query_params})
    wanted = sent.to_query()
    address.follow("lesson", {key: wanted.get(key, "") for key in progress.KEYS})
    return sent


now = place()
opened = lesson({
    "token": "lesson", "state": now.to_json(), "steps": steps(),
    "styles": {key: style(key) for key in CURVES}, "specs": specs(), "phrases": spoken(), "terms": terms.given(),
})  # fmt: skip
if opened:
    st.switch_page(f"app_pages/{opened['page']}.py")
