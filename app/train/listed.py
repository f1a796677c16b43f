"""The sweeps of a visitor on this server: what became of each, and the way back to it."""

from __future__ import annotations

import streamlit as st
from choice.shelf import shelf

from surgecore import words
from surgecore.training.plans.plan import Plan
from surgecore.training.runs.jobs import ACTIVE, CANCELLED, DONE, FAILED, Job
from surgecore.words import say
from train.jobs import jobs, local

#: In the address: the sweep, which may be shared, and the key of its owner, by which it is stopped.
JOB, KEY = "job", "owner"
_MINE, _CANCELLING = "train-mine", "train-cancelling"
_MOST = 8


def start(plan: Plan) -> None:
    """Start a sweep of this visitor's, and show it."""
    name, key = jobs().start(plan, "" if local() else shelf().key)
    st.session_state.setdefault(_MINE, {})[name] = key
    _open(name)


def mine(name: str) -> bool:
    """Whether this visitor may stop that sweep and take it up again: he started it, or the machine is his own."""
    if local():
        return True
    key = st.session_state.setdefault(_MINE, {}).get(name)
    if key is None and jobs().owns(name, given := st.query_params.get(KEY, "")):
        key = st.session_state[_MINE][name] = given
    return key is not None


def cancel(name: str) -> None:
    """Cancel, and say so at once: the worker may need some seconds to stop."""
    if mine(name):
        st.session_state.setdefault(_CANCELLING, set()).add(name)
        jobs().cancel(name)


def cancelling(name: str) -> bool:
    return name in st.session_state.get(_CANCELLING, ())


def names() -> list[str]:
    """Sweeps that this visitor started; all of them where the server is the visitor's own machine."""
    found = jobs().all() if local() else [*reversed(st.session_state.get(_MINE, {}))]
    return found[:_MOST]


def running() -> int:
    """How many of this visitor's sweeps run or wait."""
    return sum((job := jobs().find(name)) is not None and job.state in ACTIVE for name in names())


def show(current: str) -> None:
    """One line a sweep: state, progress, and what can be done with it."""
    found = [(name, job) for name in names() if name != current and (job := jobs().find(name)) is not None]
    if not found:
        return
    running = sum(job.state in ACTIVE for _, job in found)
    with st.expander(say("train-list", count=len(found), running=running), expanded=not current):
        for name, job in found:
            _line(name, job)


def _line(name: str, job: Job) -> None:
    done, total = (job.progress.get(key, 0) for key in ("done", "total"))
    state = say(f"train-state-is-{job.state}")
    if done and job.state != DONE:
        state = say("train-state-progress", state=state, done=f"{done:,}", total=f"{total:,}")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{words.plain(job.plan.title)}** · {state}")
        st.button(say("train-list-open"), key=f"open-{name}", on_click=_open, args=(name,))
        if job.state in ACTIVE:
            st.button(say("train-cancel"), key=f"cancel-{name}", on_click=cancel, args=(name,))
        if job.state in (CANCELLED, FAILED):
            st.button(say("train-resume"), key=f"resume-{name}", on_click=resume, args=(name,))


def _open(name: str) -> None:
    st.query_params[JOB] = name
    key = st.session_state.get(_MINE, {}).get(name)
    if key is not None and not local():
        st.query_params[KEY] = key


def leave() -> None:
    """Show no sweep any more."""
    for key in (JOB, KEY):
        st.query_params.pop(key, None)


def resume(name: str) -> None:
    """Take a stopped sweep up again, and show it."""
    if not mine(name):
        return
    st.session_state.get(_CANCELLING, set()).discard(name)
    jobs().resume(name)
    _open(name)
