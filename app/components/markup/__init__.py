"""Markup of our own on a page: cards and drawings in the page's colours, whose buttons answer by name."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from components import code, terms
from components.payload import written

_HERE = Path(__file__).parent
#: The look of cards, chips and drawings, for pages and reports alike.
STYLE = (_HERE / "style.css").read_text(encoding="utf-8")
_component = st.components.v2.component(
    "markup",
    html="<div class='markup'></div>",
    css=STYLE,
    js=code.of("markup"),
)


def markup(html: str, *, key: str, more: str = "") -> str | None:
    """Draw markup that was made with every text escaped; the name of the button that was pressed just now, if any.

    `more` of the same, without terms, is put to the end of its only element when the rest of the page has come.
    """
    data = written({"html": terms.marked(html), "more": more})
    pressed: str | None = _component(data=data, key=key, on_open_change=lambda: None).open
    return pressed
