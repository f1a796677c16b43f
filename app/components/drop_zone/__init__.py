"""Streamlit's drop zones have a name and the role of decoration at once; a screen reader needs the name."""

from pathlib import Path

import streamlit as st

_component = st.components.v2.component(
    "drop_zone", html="<i></i>", js=Path(__file__).with_name("index.js").read_text(encoding="utf-8")
)


def named_drop_zones(where: str = "sweep") -> None:
    """Give every drop zone of the page, now and later, the role that goes with its name; once `where` there is one."""
    _component(key=f"drop_zone-{where}")
