"""A loss surface that fills in without a flicker: cells are drawn once and then only change their colour."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from components import code

_HERE = Path(__file__).parent


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


_component = st.components.v2.component(
    "loss_surface", html=_read("frame.html"), css=_read("style.css"), js=code.of("loss_surface")
)


def loss_surface(data: bytes, *, key: str = "loss_surface") -> None:
    """Draw what `figures.surface` made and `payload.written` wrote."""
    _component(data=data, key=key)
