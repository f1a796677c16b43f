"""Terms that explain themselves on hover and on focus, on every page: in markup, in text, and inside components."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

import streamlit as st

from surgecore.words.glossary import Term, split, terms

_HERE = Path(__file__).parent
_component = st.components.v2.component("terms", js=(_HERE / "index.js").read_text(encoding="utf-8"))
#: Where a term is left as it stands: drawings, and what can be pressed.
_QUIET = ("svg", "button", "a", "code", "summary")
_TAG = re.compile(r"(<[^>]+>)")


def listen() -> None:
    """Show what a term means while the pointer or the focus is on it, wherever it stands on the page."""
    with st.container(key="terms"):
        _component(key="term-listener")


def given() -> list[dict[str, object]]:
    """The terms as the browser's modules take them."""
    return [{"name": term.name, "forms": list(term.forms), "about": term.about} for term in terms()]


def _span(text: str, term: Term) -> str:
    about = escape(term.about, quote=True)
    return f'<span class="term" tabindex="0" data-about="{about}" aria-description="{about}">{text}</span>'


def marked(html: str) -> str:
    """Markup with each term explained where it stands first; drawings and buttons stay as they are."""
    out, quiet, left = [], 0, list(terms())
    for part in _TAG.split(html):
        if part.startswith("<"):
            name = re.match(r"</?(\w+)", part)
            if name and name[1] in _QUIET and not part.endswith("/>"):
                quiet += -1 if part.startswith("</") else 1
            out.append(part)
        elif quiet:
            out.append(part)
        else:
            for text, term in split(part, left):
                out.append(_span(text, term) if term else text)
                if term:
                    left.remove(term)
    return "".join(out)


def text(markdown: str) -> None:
    """A paragraph in Markdown whose terms explain themselves; the page's own words only, no stranger's."""
    st.markdown(marked(markdown), unsafe_allow_html=True)
