"""The story of the Learn page: text that drives one chart. `bundle.js` is made by `make components`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st
from components import code

from surgecore.words import phrases

_HERE = Path(__file__).parent
KEY = "story"


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


_component = st.components.v2.component(
    "story",
    html=_read("frame.html"),
    css=_read("base.css") + _read("style.css") + _read("presenter.css"),
    js=code.of("story"),
)


def spoken() -> str:
    """The phrases that the story says, as Fluent text."""
    return phrases.section("page: learn") + phrases.section("page: presenter") + phrases.section("page: explore")


def story(data: Mapping[str, Any]) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Draw the story; where the learner is, and the door that was just opened."""
    result = _component(
        data=dict(data), key=KEY, default={"state": None}, on_state_change=lambda: None, on_open_change=lambda: None
    )
    return result.state, result.open


def last_state() -> dict[str, Any] | None:
    """Where the learner was last, known before the story is drawn."""
    return (st.session_state.get(KEY) or {}).get("state")
