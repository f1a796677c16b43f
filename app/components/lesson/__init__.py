"""The lesson of the Learn room: predict on a figure, reveal, check. `bundle.js` is made by `make components`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st
from components import code

from surgecore.words import phrases

_HERE = Path(__file__).parent
KEY = "lesson"


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


_component = st.components.v2.component(
    "lesson", html=_read("frame.html"), css=_read("../story/base.css") + _read("style.css"), js=code.of("lesson")
)


def spoken() -> str:
    """The phrases that the lesson says, as Fluent text."""
    return phrases.section("page: lesson") + phrases.section("page: explore")


def lesson(data: Mapping[str, Any]) -> dict[str, Any] | None:
    """Draw the lesson; the door that was just opened."""
    result = _component(
        data=dict(data), key=KEY, default={"state": None}, on_state_change=lambda: None, on_open_change=lambda: None
    )
    opened: dict[str, Any] | None = result.open
    return opened


def last_state() -> dict[str, Any] | None:
    """Where the learner was last, known before the lesson is drawn."""
    return (st.session_state.get(KEY) or {}).get("state")
