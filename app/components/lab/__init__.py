"""The board of the lab: cells to look at, and a bet to place. `bundle.js` is made by `make components`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st
from components import code, terms

from surgecore.words import phrases

_HERE = Path(__file__).parent


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


_component = st.components.v2.component("lab", html=_read("frame.html"), css=_read("style.css"), js=code.of("lab"))


def lab(data: Mapping[str, Any]) -> dict[str, Any] | None:
    """Draw the board; what was done on it just now: a round, a bet, or another instance."""
    handed = {**data, "phrases": phrases.section("page: lab"), "terms": terms.given()}
    deed: dict[str, Any] | None = _component(data=handed, key="lab", on_deed_change=lambda: None).deed
    return deed
