"""Buttons for everything that a visitor can take away, each file made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urlencode

import streamlit as st
from choice.shelf import KEPT
from figures import optimum

from surgecore import Analysis, words
from surgecore.words import say
from sweep import answer, takeaway


def show(analysis: Analysis, unit: str, wanted: float | None) -> None:
    name = words.file_name(analysis.sweep)
    offers: dict[str, tuple[Callable[[], str], str, str]] = {
        "export-csv": (analysis.sweep.to_csv, f"{name}.csv", "text/csv"),
        "export-json": (partial(takeaway.to_json, analysis), f"{name}-analysis.json", "application/json"),
        "export-report": (partial(report, analysis, unit, wanted, _link()), f"{name}-report.html", "text/html"),
        "export-notebook": (partial(takeaway.notebook, analysis, unit), f"{name}.ipynb", "application/x-ipynb+json"),
    }
    with st.container(horizontal=True):
        for label, (make, file_name, mime) in offers.items():
            st.download_button(say(label), make, file_name, mime, on_click="ignore", icon=":material/download:")
    with st.expander(say("export-python"), on_change="rerun", key="python") as python:
        if python.open:
            st.code(takeaway.snippet(analysis, unit), language="python")


def _link() -> str:
    """The page's address, without the key of the visitor's own table."""
    query = {key: st.query_params.get_all(key) for key in st.query_params if key != KEPT}
    base = (st.context.url or "").partition("?")[0]
    return f"{base}?{urlencode(query, doseq=True)}" if base and query else base


def report(analysis: Analysis, unit: str, wanted: float | None, link: str) -> str:
    """The report with the answer at the batch size on show, dated today."""
    date = f"{datetime.now(UTC):%Y-%m-%d}"
    if wanted is None:
        return takeaway.report(analysis, "", optimum.card(analysis, unit), date=date, link=link)
    rows = answer.recommended(analysis, wanted)
    card = answer.card(analysis, rows, wanted, with_size=True)
    return takeaway.report(analysis, card, answer.chart(analysis, unit, rows, wanted)["wide"], date=date, link=link)
