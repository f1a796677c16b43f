"""Glossary: what does each symbol mean, and each term that is explained where it stands?"""

import streamlit as st

from surgecore import LAWS, NoiseModel, words
from surgecore.words import say
from surgecore.words.glossary import terms

params = [*NoiseModel.params, *(param for law in LAWS.values() for param in law.law.params)]
st.title(say("page-glossary"), anchor=False)
with st.container(key="reference-text", width=780):
    for param in {(param.name, param.symbol): param for param in params}.values():
        anchor = param.name.replace("_", "-")
        st.header(f"{words.param(param)}, ${param.symbol}$", anchor=anchor)
        unit = say("glossary-unit", unit=words.unit(param.unit)) if param.unit else ""
        st.markdown(f"{words.meaning(param)} {unit} {say('glossary-key', key=param.name)}")
    for term in terms():
        st.header(term.name, anchor=False)
        st.markdown(term.about)
