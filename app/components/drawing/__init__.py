"""A drawing on a page: as large as there is room, read by pointer and arrow keys, saved as SVG, PNG and PDF.

`bundle.js` is made from the modules in this folder and in `chart/` beside it by `make components`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st
from components import code
from components.markup import STYLE
from components.payload import written

from surgecore.words import say

_HERE = Path(__file__).parent


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


_component = st.components.v2.component(
    "drawing", html=_read("frame.html"), css=f"{STYLE}\n{_read('style.css')}", js=code.of("drawing")
)


def sized(draw: Callable[..., str], sizes: dict[str, tuple[float, float]], *, tall: float = 1.0) -> dict[str, str]:
    """The same drawing for every width; `tall` times as high as usual."""
    return {name: draw(width=width, height=tall * height) for name, (width, height) in sizes.items()}


def drawing(sizes: dict[str, str], *, name: str, title: str) -> None:
    """Show a drawing that was made with every text escaped; `name` is its key and its file's name.

    The title stands in the files alone: on the page the heading above says it.
    """
    labels = {kind: say(f"drawing-{kind}") for kind in ("svg", "png", "pdf")}
    data = {"sizes": sizes, "name": name, "title": title, "labels": labels, "hint": say("drawing-hint")}
    with st.container(key=f"drawn-{name}"):
        _component(data=written(data), key=name)
