"""The instrument of the Explore page: a chart that computes and redraws in the browser.

Plain files, joined here in order; they share one scope, and only `index.js` exports. The instrument keeps
its state while a control moves and hands it over on release.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

_HERE = Path(__file__).parent
KEY = "surge_chart"


def read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def script() -> str:
    """The whole script; the worker of the regime map gets the law's own source."""
    law = read("law.js")
    parts = [read(name) for name in ("state.js", "chart.js", "panel.js", "index.js")]
    return "\n".join([law, f"const LAW_SOURCE = {json.dumps(law)};", *parts])


_component = st.components.v2.component("surge_chart", html=read("frame.html"), css=read("style.css"), js=script())


def surge_chart(data: Mapping[str, Any]) -> dict[str, Any] | None:
    """Draw the instrument; the state on the last release, or None before the first."""
    result = _component(data=dict(data), key=KEY, default={"state": None}, on_state_change=lambda: None)
    return result.state


def last_state() -> dict[str, Any] | None:
    """The state of the last release, known before the instrument is drawn."""
    return (st.session_state.get(KEY) or {}).get("state")
