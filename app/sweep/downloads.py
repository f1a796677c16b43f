"""Buttons for everything that a visitor can take away, each file made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple
from urllib.parse import urlencode

import streamlit as st
from choice.made import forget, once
from choice.shelf import KEPT, shelf
from choice.waiting import wait_for, workers
from figures import optimum

from surgecore import Analysis, words
from surgecore.sweeps.beside import AnalysisStopped, Pending
from surgecore.words import say
from sweep import answer, takeaway

#: Trials from which on a file is first made, with its progress, and then offered.
_MANY = 50_000
#: Which file the visitor has asked for, in the session.
_WANTED = "export-wanted"


class _Offer(NamedTuple):
    """A file to take away: what makes it, from what, and what it is called."""

    label: str
    make: Callable[..., str]
    more: tuple[object, ...]
    file_name: str
    mime: str


def show(analysis: Analysis, unit: str, wanted: float | None) -> None:
    owner, many = shelf().key, len(analysis.sweep.trials) >= _MANY
    with st.container(horizontal=True):
        for offer in offers(analysis, unit, wanted, _link()):
            if many:
                _in_two_steps(analysis, offer)
            else:
                _button(offer, partial(made, analysis, offer, owner))
    with st.expander(say("export-python"), on_change="rerun", key="python") as python:
        if python.open:
            st.code(takeaway.snippet(analysis, unit), language="python", wrap_lines=True)


def offers(analysis: Analysis, unit: str, wanted: float | None, link: str) -> list[_Offer]:
    """Every file that there is."""
    name = words.file_name(analysis.sweep)
    return [
        _Offer("export-csv", canonical, (), f"{name}.csv", "text/csv"),
        _Offer("export-json", takeaway.to_json, (), f"{name}-analysis.json", "application/json"),
        _Offer("export-report", report, (unit, wanted, link), f"{name}-report.html", "text/html"),
        _Offer("export-notebook", takeaway.notebook, (unit,), f"{name}.ipynb", "application/x-ipynb+json"),
    ]


def _button(offer: _Offer, data: Callable[[], str] | str) -> None:
    st.download_button(
        say(offer.label), data, offer.file_name, offer.mime, on_click="ignore", icon=":material/download:"
    )


def _task(analysis: Analysis, offer: _Offer, owner: str) -> Pending:
    """A worker writes the file: a thread of the server that did would keep all others waiting."""
    return workers().make(owner, offer.make, analysis, *offer.more)


def made(analysis: Analysis, offer: _Offer, owner: str) -> str:
    """The file, once a worker has written it."""
    text: str = _task(analysis, offer, owner).result()
    return text


def _in_two_steps(analysis: Analysis, offer: _Offer) -> None:
    """A button that has the file made; while it is, how far; then the button that saves it."""
    key = ("file", offer.label, offer.more)
    if st.session_state.get(_WANTED) != (analysis.sweep.name, key):
        st.button(say(offer.label), icon=":material/edit_document:", key=offer.label, on_click=_want,
                  args=(analysis, key))  # fmt: skip
        return
    task = once(analysis, key, lambda: _task(analysis, offer, shelf().key))
    wait_for(task, say("export-writing"), say("export-stop"), f"stop-{offer.label}")
    try:
        _button(offer, task.result())
    except AnalysisStopped:
        forget(analysis, key)
        st.session_state.pop(_WANTED)
        st.rerun()


def _want(analysis: Analysis, key: Hashable) -> None:
    st.session_state[_WANTED] = (analysis.sweep.name, key)


def canonical(analysis: Analysis) -> str:
    """The trials as the canonical CSV."""
    return analysis.sweep.to_csv()


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
    drawn, plan = answer.chart(analysis, unit, rows, wanted)["wide"], answer.planned(analysis)
    return takeaway.report(analysis, card, drawn, date=date, link=link, plan=plan)
