"""Data cards: where do the bundled sweeps come from?"""

import streamlit as st
from choice import catalogue, shown

from surgecore.words import say

st.title(say("page-cards"), anchor=False)
titles, here = list(catalogue.by_title()), shown.entry()
title = st.selectbox(
    say("reference-card"), titles, index=titles.index(here.title) if here else 0, key="card", bind="query-params"
)  # fmt: skip
st.container(key="reference-text", width=780).markdown(catalogue.card(title))
