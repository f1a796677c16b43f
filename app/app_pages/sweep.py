"""Your sweep: which learning rate to use, and what this sweep says about learning rate and batch size."""

import streamlit as st
from choice import reading_panel, shown, source
from components.drop_zone import named_drop_zones
from sweep import advice, answer, details, downloads, start

from surgecore import words

if shown.name() is None:
    with st.container(key="start"):
        start.show()
    st.stop()
st.empty()  # takes the place of all that an empty page has at once: piece by piece, the rest would jump about
source.chip(also=named_drop_zones)
if shown.waiting() is not None:
    st.title(words.plain(shown.name() or ""), anchor=False)
    source.waiting(alone=True)
    st.stop()  # nothing but the problem or the choice above: the answers of another sweep would be taken for its own
analysis, upload, unit = shown.analysis(), shown.upload(), shown.unit()
sweep = analysis.sweep

st.title(words.plain(sweep.name), anchor=False)
source.waiting(alone=True)
wanted = answer.show(analysis, unit)
details.show(analysis, unit)
if wanted is not None:
    advice.show(analysis, wanted)
reading_panel.how_read(analysis, upload)
downloads.show(analysis, unit, wanted)
