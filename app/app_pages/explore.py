"""Explore: where does the optimal learning rate peak, and what decides it? Grab the surge and move it."""

import controls
import explore
import logged_scales
import streamlit as st
import tables
import words
from components.surge_chart import surge_chart
from explore_state import hidden
from explore_words import sentences
from noise_reading import Reading

analysis = controls.chosen_analysis()
hide = hidden(explore.query())
state, notices = explore.current_state()

if "page" not in hide:
    st.title("Where does the optimal learning rate peak?", anchor=False)
for notice in notices:
    st.warning(notice, icon=":material/link_off:")
surge_chart(explore.chart_data(state, analysis, hide))
if "page" in hide:
    st.stop()

NAMES = ["This figure", "Numbers", "Share and cite", "Logged noise scale"]
# Only the open tab is made, and the first needs little, so that the chart is there soon
figure, numbers, share, logged = st.tabs(NAMES, key="below", on_change="rerun")
if figure.open:
    with figure:
        st.caption(
            "**Lines**: theory for one step, computed from the controls, so without error. Rules start with "
            "the small-batch limit; SGD, in its own units, is drawn to end on the plateau. "
            f"**Points**: {words.points(analysis.sweep, controls.lr_unit())}. They are never joined."
        )
if numbers.open:
    with numbers:
        reading = Reading(explore.shown_model(state))
        st.markdown(" ".join(sentences(reading)))
        explore.numbers(reading, state.curves)
        st.table(tables.optima(analysis.optima).set_index("Batch size"))
if share.open:
    with share:
        explore.share(state)
if logged.open:
    with logged:
        logged_scales.show()
