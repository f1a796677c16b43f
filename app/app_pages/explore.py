"""Explore: where does the best learning rate peak, and what decides it? Grab the surge and move it."""

import streamlit as st
from choice import shown, source
from components import terms
from components.drop_zone import named_drop_zones
from components.surge_chart import surge_chart
from explore import logged as logged_scales
from explore import page as explore
from explore.state import hidden

from surgecore import words
from surgecore.words import say, tables

analysis = shown.analysis()
own = shown.entry() is None
hide = hidden(explore.query())
explore.open_checkpoint()
state, notices = explore.current_state()

if "page" not in hide:
    source.chip(also=named_drop_zones)
    source.waiting(alone=False)
    st.title(say("explore-title"), anchor=False)
for notice in notices:
    st.warning(words.plain(notice), icon=":material/link_off:")
surge_chart(explore.chart_data(state, analysis, hide, own))
if "page" in hide:
    if st.context.is_embedded:
        explore.hide_frame()
    st.stop()

NAMES = [say(f"explore-tab-{name}") for name in ("figure", "numbers", "share", "logged")]
# Only the open tab is made, and the first needs little, so that the chart is there soon
figure, numbers, share, logged = st.tabs(NAMES, key="below", on_change="rerun")
if figure.open:
    with figure:
        points = say("explore-figure-points", points=words.points(analysis.sweep, shown.unit()))
        terms.caption(f"{say('explore-figure-lines')} {points if state.points else ''}")
if numbers.open:
    with numbers:
        explore.numbers(explore.shown_model(state), state.curves)
        if state.points:
            st.table(tables.optima(analysis.optima, analysis.sweep.metric).set_index(say("column-batch-size")))
if share.open:
    with share:
        explore.share(state, analysis.optima)
if logged.open:
    with logged:
        logged_scales.show()
