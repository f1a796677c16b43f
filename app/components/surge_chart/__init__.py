"""The instrument of the Explore page: a chart that computes and redraws in the browser.

It keeps its state while a control moves and hands it over on release. `bundle.js` is made from the modules in this
folder and in `law/`, `text/`, `chart/` beside it by `make components`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st
from components import code
from components.payload import written

from surgecore.words import phrases

_HERE = Path(__file__).parent
KEY = "surge_chart"


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


_component = st.components.v2.component(
    "surge_chart", html=_read("frame.html"), css=_read("style.css"), js=code.of("surge_chart")
)


def spoken() -> str:
    """The phrases that the instrument says, as Fluent text."""
    return phrases.section("page: explore")


def surge_chart(data: Mapping[str, Any]) -> dict[str, Any] | None:
    """Draw the instrument; the state on the last release, or None before the first."""
    result = _component(data=written(data), key=KEY, default={"state": None}, on_state_change=lambda: None)
    return result.state


def last_state() -> dict[str, Any] | None:
    """The state of the last release, known before the instrument is drawn."""
    return (st.session_state.get(KEY) or {}).get("state")
