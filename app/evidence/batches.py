"""Batches that changed during the runs of a bundled sweep, with the learning rate as the one choice."""

from __future__ import annotations

from math import log

import streamlit as st
from choice.made import once
from components.drawing import drawing, sized
from figures import batches as drawn
from figures.plot import SIZES

from surgecore import Analysis, Entry
from surgecore.words import batches as said
from surgecore.words import number, plain, say
from surgecore.words.numbers import setting, whole


def show(entry: Entry, analysis: Analysis) -> None:
    """The figure and its sentence, where batches changed; at first at the rate that is best from the smallest."""
    table = once(analysis, "batches", entry.batch_paths)
    if table is None:
        return
    name, eta = entry.title, entry.settings.get("eta") if entry.settings["policy"] == "norm-test" else None
    st.subheader(say("batches-title"), anchor=False)
    rates = sorted(table["learning_rate"].unique())
    best = analysis.optima[0].learning_rate if analysis.optima else rates[len(rates) // 2]
    nearest = min(rates, key=lambda rate: abs(log(rate / best)))
    rate = st.select_slider(
        say("batches-rate"), rates, nearest, format_func=setting, key=f"batches-rate-{entry.name}"
    )  # fmt: skip
    rows = table[table["learning_rate"] == rate]
    start = rows["batch_size"].min()
    first = rows[rows["batch_size"] == start]
    st.markdown(said.path(first, eta))
    drawing(
        sized(lambda **size: drawn.batches(table, rate, eta, **size), SIZES), name="surge-batches",
        title=f"{say('batches-title')}: {plain(name)}",
    )  # fmt: skip
    about = say("batches-about", start=whole(float(start)))
    if eta is not None:
        factor = number(said.rest_factor(eta), 2)
        about += " " + say("batches-line", factor=factor, eta=setting(eta))
    st.caption(about)
