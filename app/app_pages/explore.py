"""Explore: where does the optimal learning rate peak, and what decides it? Grab the surge and move it."""

import controls
import explore
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

st.caption(
    "**Lines**: theory for one step, computed from the controls, so without error. Rules start with the "
    "small-batch limit; SGD, in its own units, is drawn to end on the plateau. "
    f"**Points**: {words.points(analysis.sweep, controls.lr_unit())}. They are never joined."
)
reading = Reading(explore.shown_model(state))
numbers, share, logged = st.tabs(["Numbers", "Share and cite", "Logged noise scale"])
with numbers:
    st.markdown(" ".join(sentences(reading)))
    table = explore.curve_table(reading, state.curves)
    labels = {key: explore.LABELS[key] for key in table.columns[1:]}
    shown = (
        table.map(words.number).rename(columns=labels).set_index(table["batch_size"].map(words.batch_size))
    )
    st.dataframe(shown.drop(columns="batch_size").rename_axis("Batch size"))
    st.download_button(
        "Curves, CSV", lambda: table.to_csv(index=False), "surge-curves.csv", "text/csv",
        on_click="ignore", icon=":material/download:",
    )  # fmt: skip
    st.dataframe(tables.optima(analysis.optima), hide_index=True)
with share:
    explore.share(state)
with logged:
    explore.read_logged()
