"""Explore: where does the optimal learning rate peak, and what decides it? Grab the surge and move it."""

from dataclasses import replace

import streamlit as st
from choice import shown, source
from components.surge_chart import surge_chart
from explore import logged as logged_scales
from explore import page as explore
from explore.curves import Reading
from explore.said import sentences
from explore.state import hidden

from surgecore import words
from surgecore.words import tables

analysis = shown.analysis()
own = shown.entry() is None
hide = hidden(explore.query())
state, notices = explore.current_state()

if "page" not in hide:
    source.chip(alone=False)
    st.title("Where does the optimal learning rate peak?", anchor=False)
for notice in notices:
    st.warning(words.plain(notice), icon=":material/link_off:")
surge_chart(explore.chart_data(state, analysis, hide, own))
if "page" in hide:
    if st.context.is_embedded:
        explore.hide_frame()
    st.stop()

NAMES = ["This figure", "Numbers", "Share and cite", "Logged noise scale"]
# Only the open tab is made, and the first needs little, so that the chart is there soon
figure, numbers, share, logged = st.tabs(NAMES, key="below", on_change="rerun")
if figure.open:
    with figure:
        st.caption(
            "**Lines**: theory for one step, computed from the controls, so without error. Rules start with "
            "the small-batch limit; SGD, in its own units, is drawn to end on the plateau. "
            f"**Points**: {words.points(analysis.sweep, shown.unit())}. They are never joined."
        )
if numbers.open:
    with numbers:
        reading = Reading(explore.shown_model(state))
        around = explore.around(state, analysis, own)
        st.markdown(" ".join(sentences(reading, replace(around, sweep=words.plain(around.sweep)))))
        explore.numbers(reading, state.curves)
        st.table(tables.optima(analysis.optima, analysis.sweep.metric).set_index("Batch size"))
if share.open:
    with share:
        explore.share(state, analysis)
if logged.open:
    with logged:
        logged_scales.show()
