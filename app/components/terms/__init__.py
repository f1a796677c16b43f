"""Terms that explain themselves on hover and on focus, on every page: in markup, in text, and inside components."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from html import escape
from typing import Any

import pandas as pd
import streamlit as st
from components import code

from surgecore.words.glossary import Term, split, terms
from surgecore.words.phrases import current_language

#: Where a term is left as it stands: drawings, and what can be pressed.
_QUIET = ("svg", "button", "a", "code", "summary")
_TAG = re.compile(r"(<[^>]+>)")


@cache
def _component() -> Callable[..., Any]:
    """Made when the first page asks for it: this module is loaded before the server has the code as files."""
    return st.components.v2.component("terms", js=code.of("terms"))


def listen() -> None:
    """Show what a term means while the pointer or the focus is on it, wherever it stands on the page."""
    with st.container(key="terms"):
        _component()(key="term-listener")


def given() -> list[dict[str, object]]:
    """The terms as the browser's modules take them."""
    return [{"name": term.name, "forms": list(term.forms), "about": term.about} for term in terms()]


# what stood on the page a moment ago is not looked through again; the language is a part of what was asked
_kept = lru_cache(maxsize=256)


def _together(text: str) -> str:
    """No line begins with a per cent sign."""
    return re.sub(r"(?<=\d) %", "\u00a0%", text)


def _span(text: str, term: Term) -> str:
    about = escape(term.about, quote=True)
    return f'<span class="term" tabindex="0" data-about="{about}" aria-description="{about}">{_together(text)}</span>'


def marked(html: str) -> str:
    """Markup with each term explained where it stands first; drawings and buttons stay as they are."""
    return _marked(html, current_language())


@_kept
def _marked(html: str, language: str) -> str:
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
                out.append(_span(text, term) if term else _together(text))
                if term:
                    left.remove(term)
    return "".join(out)


#: In Markdown, what stays as it is: code, formulas, links, headings.
_KEPT = re.compile(
    r"(```.*?```|`[^`]*`|\$\$.*?\$\$|(?<!\\)\$[^$\n]+\$|\[[^\]]*\]\([^)]*\)|<https?://[^>\s]+>|^#+ [^\n]*)",
    re.DOTALL | re.MULTILINE,
)  # fmt: skip
#: A "<" that would begin a tag.
_OPENS = re.compile(r"(\\*)<(?=[A-Za-z/!?])")


def explained(markdown: str) -> str:
    """Markdown with each term explained where it stands first; no other markup gets in."""
    return _explained(markdown, current_language())


@_kept
def _explained(markdown: str, language: str) -> str:
    out, left = [], list(terms())
    for i, part in enumerate(_KEPT.split(markdown)):
        if i % 2:
            out.append(part)
            continue
        harmless = _OPENS.sub(lambda met: met[0] if len(met[1]) % 2 else f"{met[1]}\\<", part)
        for found, term in split(harmless, left):
            out.append(_span(found, term) if term else _together(found))
            if term:
                left.remove(term)
    return "".join(out)


def about(name: str) -> str:
    """What a term means, as help beside a box that is named so."""
    return next(term.about for term in terms() if term.name == name)


def text(markdown: str) -> None:
    """A paragraph in Markdown whose terms explain themselves; a stranger's words go through `words.plain` first."""
    st.markdown(explained(markdown), unsafe_allow_html=True)


def table(frame: pd.DataFrame) -> None:
    """A table of Markdown cells whose terms explain themselves."""
    rows = [
        [frame.index.name or "", *frame.columns],
        ["---"] * (1 + len(frame.columns)),
        *frame.reset_index().to_numpy(),
    ]
    text("\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in rows))


def caption(markdown: str) -> None:
    """A caption whose terms explain themselves, as `text`."""
    st.caption(explained(markdown), unsafe_allow_html=True)
