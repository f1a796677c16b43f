"""Analyses that run beside the page: how far they are, and how they are stopped."""

from __future__ import annotations

import os
from dataclasses import fields, replace
from typing import NoReturn

import streamlit as st

from choice.made import MADE, forget, once
from choice.shelf import shelf
from surgecore import Analysis, Sweep
from surgecore.sweeps.beside import BACKGROUND, AnalysisStopped, Pending, Workers
from surgecore.tables.guarded import CORES
from surgecore.words import say

#: Seconds that pass unseen, and between two looks at the progress.
_UNSEEN, _LOOK = 0.3, 0.2


@st.cache_resource(show_spinner=False)
def workers() -> Workers:
    """Those of this server."""
    given = os.environ.get(CORES, "")
    return Workers(int(given) if given.isdecimal() and int(given) > 0 else None)


def start(sweep: Sweep, owner: str) -> Pending:
    """The analysis of a sweep on its way: one for all who want it."""
    return once(sweep, "task", lambda: workers().submit(sweep, owner))


def analysis_for(sweep: Sweep, *, own: bool) -> Analysis:
    """The analysis of a sweep, kept with it; the page waits and shows how far it is, others go on.

    An `own` one can be stopped by its visitor, and is nobody else's; a bundled one serves all visitors.
    """
    task = start(sweep, shelf().key)
    if not task.over:
        workers().hurry(task, shelf().key)
    _wait(task, own=own)
    try:
        return once(sweep, "analysis", task.result)
    except AnalysisStopped as stopped:
        _stopped(sweep, died=stopped.died)


def renamed(sweep: Sweep, name: str) -> Sweep:
    """The sweep under another name, with all that was found out about it: the data are the same."""
    new = replace(sweep, name=name)
    given = {field.name for field in fields(sweep)} | {MADE}
    vars(new).update({key: value for key, value in vars(sweep).items() if key not in given})
    known = vars(sweep).get(MADE, {})
    if {"task", "analysis"} <= set(known) and known["analysis"].made:
        once(new, "task", lambda: known["task"].value)
        once(new, "analysis", lambda: replace(known["analysis"].value, sweep=new))
    return new


def _wait(task: Pending, *, own: bool) -> None:
    wait_for(task, say("choice-fitting"), say("choice-cancel") if own else "", "stop-analysis")


def wait_for(task: Pending, what: str, cancel: str, key: str) -> None:
    """Show how far a task is until it is over, and the button that stops it where there is one."""
    place = st.empty()  # there in every run, waiting or not, so that what follows keeps its place
    if task.wait(_UNSEEN):
        return
    with place.container(key=f"waiting-{key}"):
        bar = st.progress(task.progress, what)
        if cancel:
            st.button(cancel, icon=":material/stop:", key=key, on_click=_stop, args=(task,))
    # a click anywhere ends this loop at the next look, and the work goes on
    while not task.wait(_LOOK):
        bar.progress(task.progress, what)
    place.empty()


def _stop(task: Pending) -> None:
    workers().cancel(task)


def _stopped(sweep: Sweep, *, died: bool) -> NoReturn:
    st.warning(say("choice-analysis-died" if died else "choice-cancelled"), icon=":material/stop_circle:")
    st.button(say("choice-again"), key="again", type="primary", on_click=forget, args=(sweep, "task"))
    st.stop()


def warm(sweeps: list[Sweep]) -> None:
    """Analyse bundled sweeps while nobody waits for anything."""
    for sweep in sweeps:
        start(sweep, BACKGROUND)
