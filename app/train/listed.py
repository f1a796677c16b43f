"""The sweeps of a visitor on this server: what became of each, and the way back to it."""

from __future__ import annotations

import streamlit as st

from surgecore import words
from surgecore.training.runs.jobs import ACTIVE, CANCELLED, DONE, FAILED, Job
from surgecore.words import say
from train.jobs import jobs

_MINE, _CANCELLING = "train-mine", "train-cancelling"
_LOCAL = ("localhost", "127.0.0.1", "::1")
_MOST = 8


def remember(name: str) -> None:
    """This visitor started that sweep."""
    st.session_state.setdefault(_MINE, []).insert(0, name)


def cancel(name: str) -> None:
    """Cancel, and say so at once: the worker may need some seconds to stop."""
    st.session_state.setdefault(_CANCELLING, set()).add(name)
    jobs().cancel(name)


def cancelling(name: str) -> bool:
    return name in st.session_state.get(_CANCELLING, ())


def names() -> list[str]:
    """Sweeps that this visitor started; all of them where the server is the visitor's own machine."""
    mine: list[str] = st.session_state.get(_MINE, [])
    found = jobs().all() if st.get_option("server.address") in _LOCAL else mine
    return found[:_MOST]


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
    if total and job.state != DONE:
        state = say("train-state-progress", state=state, done=f"{done:,}", total=f"{total:,}")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{words.plain(job.plan.title)}** · {state}")
        st.button(say("train-list-open"), key=f"open-{name}", on_click=_open, args=(name,))
        if job.state in ACTIVE:
            st.button(say("train-cancel"), key=f"cancel-{name}", on_click=cancel, args=(name,))
        if job.state in (CANCELLED, FAILED):
            st.button(say("train-resume"), key=f"resume-{name}", on_click=resume, args=(name,))


def _open(name: str) -> None:
    st.query_params["job"] = name


def resume(name: str) -> None:
    """Take a stopped sweep up again, and show it."""
    st.session_state.get(_CANCELLING, set()).discard(name)
    jobs().resume(name)
    _open(name)
