"""The page before there is a sweep: a drop zone, and other ways to get one."""

from __future__ import annotations

import streamlit as st
from choice import catalogue, reading_panel, shown, source
from choice.shelf import shelf
from components import terms
from components.drop_zone import named_drop_zones

from surgecore.words import say

#: What a table looks like at least: one row per training run.
TEMPLATE = "batch_size,learning_rate,loss,seed\n32,0.001,0.52,0\n32,0.002,0.47,0\n32,0.004,0.55,0\n64,0.001,0.50,0\n"


def show() -> None:
    if notice := st.session_state.get(shown.NOTICE):
        st.warning(notice, icon=":material/link_off:")
    st.title(say("start-title"), anchor=False)
    terms.text(say("start-lead"))
    source.drop_zone(large=True)
    named_drop_zones()
    with st.container(horizontal=True, vertical_alignment="center"):
        example = catalogue.entries()[0].title
        st.button(say("start-example"), icon=":material/science:", on_click=shown.show, args=(example,))
        st.download_button(
            say("start-template"), TEMPLATE, "sweep-template.csv", "text/csv", on_click="ignore",
            icon=":material/download:",
        )  # fmt: skip
        source.paste()
        source.folder()
        st.page_link("app_pages/train.py", label=say("start-train"), icon=":material/play_circle:")
    reading_panel.report(shelf().items, "", shown.bundled_title(), alone=True)
