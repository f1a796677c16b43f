"""Reference: what is the law, when does it hold, and where do the data come from?"""

from pathlib import Path

import streamlit as st
from choice import catalogue, shown

from surgecore import LAWS, NoiseModel, words
from surgecore.words import tables

BIBTEX = """@inproceedings{li2024surge,
  title     = {Surge Phenomenon in Optimal Learning Rate and Batch Size Scaling},
  author    = {Li, Shuaipeng and Zhao, Penghao and Zhang, Hailin and others},
  booktitle = {Advances in Neural Information Processing Systems},
  year      = {2024},
  note      = {arXiv:2405.14578}
}

@article{mccandlish2018empirical,
  title   = {An Empirical Model of Large-Batch Training},
  author  = {McCandlish, Sam and Kaplan, Jared and Amodei, Dario and {OpenAI Dota Team}},
  journal = {arXiv preprint arXiv:1812.06162},
  year    = {2018}
}"""

st.title(words.say("reference-title"), anchor=False)
st.container(width=780).markdown(Path(__file__).with_name("reference.md").read_text(encoding="utf-8"))

st.header(words.say("reference-laws"), anchor=False)
st.table(
    {
        words.say("reference-law"): [words.curve(key) for key in LAWS],
        words.say("reference-source"): [law.source for law in LAWS.values()],
    }
)

st.header(words.say("reference-glossary"), anchor=False)
params = [*NoiseModel.params, *(param for law in LAWS.values() for param in law.law.params)]
st.table(tables.glossary(params).set_index(words.say("column-symbol")))

st.header(words.say("reference-sweeps"), anchor=False)
titles, here = list(catalogue.by_title()), shown.entry()
title = st.selectbox(words.say("reference-card"), titles, index=titles.index(here.title) if here else 0, key="card")
st.markdown(catalogue.card(title))

st.header(words.say("reference-citation"), anchor=False)
st.code(BIBTEX, language="bibtex")
