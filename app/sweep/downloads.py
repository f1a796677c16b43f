"""Buttons for everything that a visitor can take away, each file made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import plotly.graph_objects as go
import streamlit as st
from figures import fits, loss_map

from surgecore import Analysis, words
from surgecore.words import say
from sweep import takeaway


def show(analysis: Analysis, unit: str) -> None:
    name = words.file_name(analysis.sweep)
    offers: dict[str, tuple[Callable[[], str], str, str]] = {
        "Sweep, canonical CSV": (analysis.sweep.to_csv, f"{name}.csv", "text/csv"),
        "Analysis, JSON": (partial(takeaway.to_json, analysis), f"{name}-analysis.json", "application/json"),
        "Report, HTML": (lambda: takeaway.report(analysis, drawn(analysis, unit)), f"{name}-report.html", "text/html"),
        "Notebook": (partial(takeaway.notebook, analysis), f"{name}.ipynb", "application/x-ipynb+json"),
    }
    with st.container(horizontal=True):
        for label, (make, file_name, mime) in offers.items():
            st.download_button(label, make, file_name, mime, on_click="ignore", icon=":material/download:")
    with st.expander("Python that gives the same numbers", on_change="rerun", key="python") as python:
        if python.open:
            st.code(takeaway.snippet(analysis), language="python")
    st.segmented_control(
        "Image format of the camera button above each figure",
        ["svg", "png"],
        default="svg",
        required=True,
        key="image",
        bind="query-params",
    )


def drawn(analysis: Analysis, unit: str) -> dict[str, go.Figure]:
    """The figures of the report."""
    sweep, ranked = analysis.sweep, analysis.comparison.fits
    figures = {say("details-map"): loss_map.draw(sweep, analysis.optima, loss_title=words.loss_title(sweep), unit=unit)}
    if any(fit.law is not None for fit in ranked):
        figures[say("details-laws")] = fits.fits(
            analysis.optima, ranked[:2], measured_label=words.measured(sweep), unit=unit
        )  # fmt: skip
    return figures
