"""Handout: two printed sides for a class, with a worksheet and its key. What does the room take home?"""

import streamlit as st
from components import terms
from components.markup import markup
from learn import handout

from surgecore.words import say


@st.cache_resource(show_spinner=False)
def made(key: bool) -> tuple[str, str]:
    return handout.content(key=key), handout.document(key=key)


with st.container(key="handout-controls"):
    st.title(say("page-handout"), anchor=False)
    terms.text(say("handout-intro"))
    with st.container(horizontal=True, vertical_alignment="center"):
        key = st.toggle(say("handout-with-key"), key="key", bind="query-params")
        name = "surge-handout-key.html" if key else "surge-handout.html"
        st.download_button(
            say("handout-download"), made(key)[1], name, "text/html", on_click="ignore", icon=":material/download:",
            type="primary",
        )  # fmt: skip
    terms.caption(say("handout-print"))
with st.container(key="handout"):
    markup(made(key)[0], key="handout-preview")
