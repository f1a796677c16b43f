"""Method and calibration: how is the verdict reached, and how often is it wrong?"""

from pathlib import Path

import streamlit as st
from components import terms

from surgecore.words import say

st.title(say("page-method"), anchor=False)
HERE = Path(__file__)
with st.container(key="reference-text", width=780):
    terms.text(HERE.with_suffix(".md").read_text(encoding="utf-8"))
    terms.text((HERE.parents[2] / "docs" / "method.md").read_text(encoding="utf-8").partition("\n")[2])
