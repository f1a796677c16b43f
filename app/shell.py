"""The frame of all pages: which there are, where old addresses lead, and the bar at the top."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from surgecore.words import say

_FOLDER = Path(__file__).with_name("app_pages")
#: Files of the pages in the order of the bar, each with its icon; the first that is there is the front page.
_PAGES = {
    "learn": ":material/school:",
    "explore": ":material/tune:",
    "sweep": ":material/upload_file:",
    "evidence": ":material/science:",
    "reference": ":material/menu_book:",
}
#: Addresses of earlier versions, and the pages that they lead to.
_OLD = {"why": "evidence", "about": "reference"}
_STYLE = Path(__file__).with_name("shell.css")


def pages() -> list[StreamlitPage]:
    """All pages, the front page first."""
    there = [name for name in _PAGES if (_FOLDER / f"{name}.py").exists()]
    found = [
        st.Page(f"app_pages/{name}.py", title=say(f"page-{name}"), icon=_PAGES[name], url_path=name, default=not place)
        for place, name in enumerate(there)
    ]
    train = st.Page("app_pages/train.py", title=say("page-train"), icon=":material/play_circle:", url_path="train")
    return [*found, train, *(st.Page(_leads_to(new), title=new, url_path=old) for old, new in _OLD.items())]


def _leads_to(new: str) -> Callable[[], None]:
    def lead() -> NoReturn:
        query = {key: st.query_params.get_all(key) for key in st.query_params}
        st.switch_page(f"app_pages/{new}.py", query_params=query)

    lead.__name__ = f"to_{new}"
    return lead


def document_title(page: StreamlitPage) -> str:
    return say("document-title", page=page.title)


def top(page: StreamlitPage) -> None:
    """Name and links in a row, on a phone too; nothing where a page is embedded alone."""
    st.html(f"<style>{_STYLE.read_text(encoding='utf-8')}</style>")
    if st.context.is_embedded:
        return
    with st.container(key="bar", horizontal=True, gap="small", vertical_alignment="center"):
        for name in _PAGES:
            if (_FOLDER / f"{name}.py").exists():
                with st.container(key=_key(name, page), width="content"):
                    st.page_link(f"app_pages/{name}.py", label=say(f"page-{name}"))


def _key(name: str, page: StreamlitPage) -> str:
    here = page.url_path == name or (page.url_path == "" and page.title == say(f"page-{name}"))
    return f"link-{'here' if here or (name == 'sweep' and page.url_path == 'train') else name}"
