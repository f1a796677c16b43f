"""Your sweep: which learning rate to use, and what this sweep says about learning rate and batch size."""

import streamlit as st
from choice import reading_panel, shown, source
from sweep import advice, details, downloads, start

from surgecore import words
from surgecore.words import say

if shown.name() is None:
    start.show()
    st.stop()
source.chip(alone=True)
if shown.waiting() is not None:
    st.title(words.plain(shown.name() or ""), anchor=False)
    st.stop()  # nothing but the problem or the choice above: the answers of another sweep would be taken for its own
analysis, upload = shown.analysis(), shown.upload()
sweep = analysis.sweep

st.title(words.plain(sweep.name), anchor=False)
answer = analysis.verdict.sentence if sweep.is_grid else words.findings(analysis)[0]
st.markdown(f"**{answer}**")
if not sweep.is_grid:
    st.markdown(say("sweep-no-grid"))
st.caption(words.facts(sweep))
if upload is not None:
    reading_panel.show(upload)
st.caption("\n".join(f"- {words.plain(remark)}" for remark in words.remarks(analysis) if remark != answer))
details.show(analysis, shown.unit())
if analysis.optima:
    st.subheader(say("sweep-which-rate"), anchor=False)
    advice.show(analysis)
st.subheader(say("sweep-export"), anchor=False)
downloads.show(analysis, shown.unit())
