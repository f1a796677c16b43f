"""The frame of all pages: which there are, where old addresses lead, and the bar at the top."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import sleep
from typing import NoReturn

import streamlit as st
from choice import shown
from components import terms
from streamlit.navigation.page import StreamlitPage

from surgecore.words import say

_FOLDER = Path(__file__).parents[1] / "app_pages"
#: Files of the pages in the order of the bar; the first that is there is the front page. No icons: Streamlit makes
#: them the tab's icon, and a browser fetches that from a font server.
_PAGES = ("learn", "explore", "sweep", "evidence", "reference")
#: What stands behind Learn, in the order of its second row of links; the story itself shows no such row.
_BEHIND_LEARN = ("learn", "lesson", "derivation", "lab", "handout")
#: What stands behind Reference, in the order of its second row of links.
_BEHIND_REFERENCE = ("reference", "laws", "glossary", "cards", "method", "citations")
#: Addresses of earlier versions, and the pages that they lead to.
_OLD = {"why": "evidence", "about": "reference"}
#: How long a new visitor's page stays empty [s]: Streamlit draws it narrow and low before it takes width and style.
_SETTLE = 0.12
#: How often the bar looks whether a training is over [s].
_LOOK = 5
_STYLE = Path(__file__).with_name("frame.css")
#: Whether the server's page brings the style along, so that nothing need wait for it.
_styled = False


def style() -> str:
    """The style of the frame."""
    return _STYLE.read_text(encoding="utf-8")


def styled_already() -> None:
    """From now on the server's page brings the style along."""
    global _styled
    _styled = True


def there(names: tuple[str, ...] = _PAGES) -> list[str]:
    return [name for name in names if (_FOLDER / f"{name}.py").exists()]


def pages() -> list[StreamlitPage]:
    """All pages, and the addresses that lead to them."""
    names = dict.fromkeys((*there(), "train", *there(_BEHIND_LEARN), *there(_BEHIND_REFERENCE)))
    found = [st.Page(f"app_pages/{name}.py", title=say(f"page-{name}"), url_path=name) for name in names]
    leads = [st.Page(partial(_lead, new), title=say(f"page-{new}"), url_path=old) for old, new in _OLD.items()]
    # an address without a page that says something is one of Explore's of earlier versions
    front = partial(_lead, "explore" if st.query_params else there()[0])
    return [st.Page(front, title=say("app-name"), url_path="front", default=True), *found, *leads]


def _lead(new: str) -> NoReturn:
    query: dict[str, list[str]] = {key: st.query_params.get_all(key) for key in st.query_params}
    if new == "evidence":
        query["part"] = ["why"]
    st.switch_page(f"app_pages/{new}.py", query_params=query)


def rows(name: str) -> int:
    """How many rows of links a page of that name has at its top."""
    return 1 + (name in (*_BEHIND_LEARN[1:], *_BEHIND_REFERENCE))


def document_title(page: StreamlitPage) -> str:
    return say("document-title", page=page.title)


def top(page: StreamlitPage, running: Callable[[], int]) -> None:
    """Name and links in a row, on a phone too; nothing where a page is embedded alone."""
    if not _styled:
        # as text, not as `st.html`: the code for that arrives later than the first elements, which would then jump
        st.markdown(f"<style>{style()}</style>", unsafe_allow_html=True)
        if st.session_state.setdefault("settled", False) is False:
            st.session_state["settled"] = True
            sleep(_SETTLE)
    if st.context.is_embedded:
        terms.listen()
        return
    with st.container(key="bar", horizontal=True, gap="small", vertical_alignment="center"):
        for name in there():
            with st.container(key=_key(name, page), width="content"):
                st.page_link(f"app_pages/{name}.py", label=say(f"page-{name}"), query_params=shown.link())
        terms.listen()  # in the row, where it never takes a line of its own
        if running():
            st.fragment(_badge, run_every=_LOOK)(page, running)
    for key, names in (("learn", _BEHIND_LEARN[1:]), ("reference", _BEHIND_REFERENCE)):
        if page.url_path in names:
            _second(key, ("learn", *names) if key == "learn" else names, page)


def _second(key: str, names: tuple[str, ...], page: StreamlitPage) -> None:
    """The pages behind one of the bar's links."""
    with st.container(key=f"{key}-bar", horizontal=True, gap="small", vertical_alignment="center"):
        for name in there(names):
            with st.container(key="second-here" if name == page.url_path else f"second-{name}", width="content"):
                st.page_link(f"app_pages/{name}.py", label=say(f"{key}-link-{name}"), query_params=shown.link())


def _badge(page: StreamlitPage, running: Callable[[], int]) -> None:
    """A link to Train while something is trained there, with how many."""
    if count := running():
        with st.container(key="link-here-train" if page.url_path == "train" else "link-train", width="content"):
            st.page_link("app_pages/train.py", label=say("page-train-running", count=count), query_params=shown.link())


def _key(name: str, page: StreamlitPage) -> str:
    behind = {"sweep": ("train",), "learn": _BEHIND_LEARN[1:], "reference": _BEHIND_REFERENCE[1:]}.get(name, ())
    here = page.title == say(f"page-{name}") or page.url_path in behind
    return "link-here" if here else f"link-{name}"
