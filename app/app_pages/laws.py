"""Laws and assumptions: which laws are compared, and where does each assumption fail?"""

from pathlib import Path

import streamlit as st
from components import terms

from surgecore import LAWS, words
from surgecore.sweeps.advice import SMOOTH_PATH
from surgecore.words import say

st.title(say("page-laws"), anchor=False)
with st.container(key="reference-text", width=780):
    st.header(say("laws-hold"), anchor="assumptions")
    terms.text(Path(__file__).with_suffix(".md").read_text(encoding="utf-8"))
    st.header(say("reference-laws"), anchor="laws")
    for key, family in LAWS.items():
        st.subheader(words.curve(key), anchor=key.replace("_", "-"))
        names = ", ".join(f"${param.symbol}$ ({words.param(param)})" for param in family.free)
        source = say("laws-source", source=family.source) if family.source else say("laws-empirical")
        st.latex(rf"\varepsilon(B) = {family.formula}")
        terms.text(say("laws-parameters", source=source, names=names))
    st.subheader(words.curve(SMOOTH_PATH), anchor=SMOOTH_PATH.replace("_", "-"))
    terms.text(say("laws-smooth-path"))
