"""Reference: what is the law?"""

from pathlib import Path

import streamlit as st
from components import terms

from surgecore.words import say

st.title(say("reference-title"), anchor=False)
text = Path(__file__).with_suffix(".md").read_text(encoding="utf-8")
with st.container(key="reference-text", width=780):
    terms.text(text)
