"""Data cards: where do the bundled sweeps come from?"""

import streamlit as st
from choice import address, catalogue, shown
from components import terms

from surgecore.words import say

st.title(say("page-cards"), anchor=False)
titles, here = list(catalogue.by_title()), shown.entry()
first = [here.title] if here else []
names = {catalogue.by_title()[title].name: title for title in [*first, *titles]}
card = address.Field("card", names, {title: title for title in titles})
title = st.selectbox(say("reference-card"), titles, key="card")
card.keep(title)
with st.container(key="reference-text", width=780):
    terms.text(catalogue.card(title))
