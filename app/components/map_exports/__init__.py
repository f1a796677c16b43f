"""Buttons that save the loss map beside them as SVG, PNG and PDF, with its title above it and the page's font in it.

`bundle.js` is made from the modules in this folder and in `chart/` beside it by `make components`.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from components import code
from components.payload import written

from surgecore.words import say

_HERE = Path(__file__).parent
_STYLE = _HERE.parent / "drawing" / "style.css"
_component = st.components.v2.component(
    "map_exports",
    html='<div class="drawing"><div class="below"><p class="readout"></p><div class="exports"></div></div></div>',
    css=_STYLE.read_text(encoding="utf-8") + "\n.drawing .below { max-width: none; }",
    js=code.of("map_exports"),
)


def map_exports(*, name: str, title: str) -> None:
    """The buttons for the figure whose key is `name`, which is its file's name too."""
    labels = {kind: say(f"drawing-{kind}") for kind in ("svg", "png", "pdf")}
    _component(data=written({"name": name, "title": title, "labels": labels}), key=f"save-{name}")
