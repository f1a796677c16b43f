"""Derivation: from Lemma 1 to Theorem 5, each symbol measured. Which step holds, and what does each one cost?"""

import streamlit as st
from choice import address, catalogue
from components import terms
from learn.derivation import STAGES, table

from surgecore.words import say

explanations = catalogue.explanations()
st.title(say("derive-title"), anchor=False)
terms.text(say("derive-intro"))
if not explanations:
    st.info(say("evidence-none"))
    st.stop()

titles = [explanation.title for explanation in explanations]
page = st.container(key="derivation")
checkpoint = address.Field("checkpoint", catalogue.checkpoints(), {title: title for title in titles})
title = page.selectbox(
    say("derive-checkpoint"),
    titles,
    key="checkpoint",
    filter_mode=None,
    width=360,
    help=terms.about(say("term-checkpoint")),
)
checkpoint.keep(title)
explanation = explanations[titles.index(title)]
for place, stage in enumerate(STAGES, 1):
    name = say(f"derive-{stage.key}-title")
    with page.expander(f"**{place}. {name}**", expanded=place == 1):  # a formula is in sight at once
        terms.text(say(f"derive-{stage.key}-idea"))
        for formula in stage.formulas:
            st.latex(formula)
        terms.text(say("derive-in-words", words=say(f"derive-{stage.key}-words")))
        st.table(table(stage, explanation))
        for error in stage.errors(explanation):
            terms.text(say("derive-approximately", error=error))
        terms.text(say("derive-imprecise", what=say(f"derive-{stage.key}-imprecise", **stage.imprecise())))
        label = say(f"derive-{stage.key}-see")
        st.page_link("app_pages/explore.py", label=label, icon=":material/tune:", query_params=stage.link())
query = {"part": "why", "checkpoint": explanation.name}
st.page_link("app_pages/evidence.py", label=say("derive-end"), icon=":material/stairs:", query_params=query)
