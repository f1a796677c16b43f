"""The sweeps of a visitor on this server: what became of each, and the way back to it."""

from __future__ import annotations

import streamlit as st
from choice.shelf import shelf
from components import terms

from surgecore import words
from surgecore.training.plans.plan import Plan
from surgecore.training.runs.jobs import ACTIVE, CANCELLED, DONE, FAILED, RUNNING, Job
from surgecore.words import say
from surgecore.words import training as training_words
from train.jobs import jobs, local
from train.plan import cost

#: In the address: the sweep, which may be shared, and the key of its owner, by which it is stopped.
JOB, KEY = "job", "owner"
_MINE = "train-mine"
_MOST = 8
#: How often the list is made anew while something in it is under way [s].
_LOOK = 2.0


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
    """Cancel; the worker may need some seconds to stop."""
    if mine(name):
        jobs().cancel(name)


def names() -> list[str]:
    """Sweeps that this visitor started; all of them where the server is the visitor's own machine."""
    found = jobs().all() if local() else [*reversed(st.session_state.get(_MINE, {}))]
    return found[:_MOST]


def running() -> int:
    """How many of this visitor's sweeps run or wait."""
    return sum((job := jobs().find(name)) is not None and job.state in ACTIVE for name in names())


def show(current: str) -> None:
    """One line a sweep: state, progress, time left, and what can be done with it."""
    found = [name for name in names() if name != current]
    if found:
        under_way = any(job.state in ACTIVE for _, job in _jobs(found))
        st.fragment(_list, run_every=_LOOK if under_way else None)(found, expanded=not current)


def _jobs(found: list[str]) -> list[tuple[str, Job]]:
    return [(name, job) for name in found if (job := jobs().find(name)) is not None]


def _list(found: list[str], *, expanded: bool) -> None:
    listed = _jobs(found)
    running = sum(job.state in ACTIVE for _, job in listed)
    with st.expander(say("train-list", count=len(listed), running=running), expanded=expanded):
        for name, job in listed:
            _line(name, job)


def _line(name: str, job: Job) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        terms.text(f"**{words.plain(job.plan.title)}** · {state(job)}")
        pressed = [st.button(say("train-list-open"), key=f"open-{name}", on_click=_open, args=(name,))]
        if job.state in ACTIVE:
            label = say("train-cancelling" if job.stopping else "train-cancel")
            st.button(label, key=f"cancel-{name}", on_click=cancel, args=(name,), disabled=job.stopping)
        if job.state in (CANCELLED, FAILED) and mine(name):
            pressed.append(st.button(say("train-resume"), key=f"resume-{name}", on_click=resume, args=(name,)))
    if any(pressed):
        st.rerun()  # the page, of which this list is a part


def state(job: Job) -> str:
    """`running, 1,309 of 8,640 runs, 10 to 20 s left`."""
    said, done = say(f"train-state-is-{job.state}"), job.progress.get("done", 0)
    if not done or job.state == DONE:
        return say("train-state-runs", state=said, total=f"{cost(job.plan).runs:,}")
    said = say("train-state-progress", state=said, done=f"{done:,}", total=f"{job.progress['total']:,}")
    if job.state == RUNNING and not job.stopping:
        said = f"{said}, {say('train-left', span=training_words.left(job.progress))}"
    return said


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
    jobs().resume(name)
    _open(name)
