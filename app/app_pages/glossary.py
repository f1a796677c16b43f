"""Glossary: what does each symbol mean, and each term that is explained where it stands?"""

import streamlit as st

from surgecore import LAWS, NoiseModel, Param, words
from surgecore.words import say
from surgecore.words.glossary import terms

st.title(say("page-glossary"), anchor=False)
by_name: dict[str, list[Param]] = {}
for param in [*NoiseModel.params, *(param for law in LAWS.values() for param in law.law.params)]:
    by_name.setdefault(words.param(param), []).append(param)
explained = {term.name.partition(",")[0]: term.about for term in terms()}
with st.container(key="reference-text", width=780):
    for name, params in by_name.items():
        symbols = ", ".join(dict.fromkeys(f"${param.symbol}$" for param in params))
        st.header(f"{name}, {symbols}", anchor=params[0].name.replace("_", "-"))
        about = list(dict.fromkeys([*filter(None, [explained.pop(name, "")]), *map(words.meaning, params)]))
        unit = say("glossary-unit", unit=words.unit(params[0].unit)) if params[0].unit else ""
        keys = ", ".join(dict.fromkeys(f"`{param.name}`" for param in params))
        st.markdown(" ".join([*about, unit, say("glossary-key", keys=keys)]))
    for name, about in sorted(explained.items(), key=lambda term: term[0].lower()):
        st.header(name, anchor=False)
        st.markdown(about)
