"""The chip that says which sweep is on show, and opens the choice: bundled sweeps, one's own, a file, a paste."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence

import streamlit as st

from choice import catalogue, reading_panel, shown, uploads
from choice.shelf import HOURS, Held, shelf
from surgecore import Sweep
from surgecore.tables.guarded import ReadLimits
from surgecore.words import plain, say

OPTIMIZER, RUN = "sweep-optimizer", "sweep-run"
#: Counts the drop zones of a session: a new one is empty, as what was dropped is on the shelf.
_ROUND = "upload-round"
#: Whether the choice is open: what is in it is made only then, as it costs as much as the rest of a page.
OPEN = "choice"


def chip(*, also: Callable[[], None]) -> None:
    """One line for the source of the data, which opens the choice of another one; `also` is made in the open choice."""
    if notice := st.session_state.get(shown.NOTICE):
        st.warning(notice, icon=":material/link_off:")
    label, state = plain(shown.name() or shown.bundled_title()), st.session_state
    if state.get(OPEN):
        state[OPEN] = True  # under the name of another sweep it is another popover, which would be closed
    with st.popover(label, icon=":material/dataset:", type="tertiary", key=OPEN, on_change="rerun") as choice:
        if choice.open:
            _choices()
            _own_table()
            drop_zone()
            paste()
            also()


def waiting(*, alone: bool) -> None:
    """What keeps an upload from being a sweep; `alone` where a page shows nothing else until it is understood."""
    name = shown.name() or ""
    reading_panel.report(shelf().items, name, shown.bundled_title(), alone=alone)


def _choices() -> None:
    own, place = [item.label for item in shelf().items], catalogue.places()[shown.bundled_title()]
    workloads = list(dict.fromkeys(other.workload for other in catalogue.places().values()))
    item = shown.item()
    label = say("choice-workload-or-own" if own else "choice-workload")
    _choice(label, [*own, *workloads], shown.KEY, item.label if item else place.workload)
    if item is None:
        optimizers = [other.optimizer for other in catalogue.places().values() if other.workload == place.workload]
        _choice(say("choice-optimizer"), optimizers, OPTIMIZER, place.optimizer)
        alike = (place.workload, place.optimizer)
        runs = [other.run for other in catalogue.places().values() if (other.workload, other.optimizer) == alike]
        _choice(say("choice-run"), runs, RUN, place.run, help=say("choice-run-help"))


def _choice(label: str, options: Iterable[str], key: str, value: str, **more: str) -> None:
    """A box that shows what is on show: state decides, and a choice changes the state.

    A browser that has not drawn the box yet, as in a closed popover, still tells of the one before: each thing on show
    has a box of its own, so that a late word about another one chooses nothing.
    """
    box = _box(key)
    st.session_state[box] = value
    st.selectbox(label, list(dict.fromkeys(options)), key=box, on_change=_use, filter_mode="contains", **more)


def _box(key: str) -> str:
    return f"{key} of {shown.name() or shown.bundled_title()}"


def _use() -> None:
    """The first box chooses a workload or an own sweep, the others the rest; what can be kept is kept."""
    wanted, before = st.session_state[_box(shown.KEY)], catalogue.places()[shown.bundled_title()]
    if shelf().find(wanted) is not None:
        shown.show(wanted)
        return
    optimizer = st.session_state.get(_box(OPTIMIZER), before.optimizer)
    shown.show(catalogue.first(wanted, optimizer, st.session_state.get(_box(RUN), before.run)))


def _own_table() -> None:
    item = shown.item()
    if item is None:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = f"name-{item.key}"
        st.session_state[key] = item.label
        st.text_input(say("choice-name"), key=key, max_chars=80, on_change=_rename, args=(item, key))
        st.button(say("choice-remove"), icon=":material/delete:", on_click=_remove, args=(item,))


def _rename(item: Held, key: str) -> None:
    shown.show(uploads.rename(item, st.session_state[key]).label)


def _remove(item: Held) -> None:
    shelf().remove(item.label)


def drop_zone(*, large: bool = False) -> None:
    """Where files are dropped; they go on the shelf, and the newest that can be read is shown.

    A `large` one is the page itself, whose heading says what to drop.
    """
    place = st.session_state.setdefault(_ROUND, 0)
    with st.container(key="drop-here" if large else "drop-more"):
        files = st.file_uploader(
            say("choice-drop"), accept_multiple_files=True, key=f"upload-{place}", max_upload_size=ReadLimits().size,
            help=None if large else say("choice-drop-help"), label_visibility="collapsed" if large else "visible",
        )  # fmt: skip
    if large:
        st.caption(say("choice-drop-help"))
    st.caption(say("choice-kept", hours=HOURS))
    if files:
        _take(_here(files))


def folder() -> None:
    """The store of a tracker, as the folder that it is."""
    with st.popover(say("choice-folder"), icon=":material/folder_open:"):
        st.caption(say("choice-folder-help"))
        place = st.session_state.setdefault(_ROUND, 0)
        files = st.file_uploader(
            say("choice-folder-label"), accept_multiple_files="directory", key=f"folder-{place}",
            max_upload_size=ReadLimits().size,
        )  # fmt: skip
        if files:
            _take([uploads.packed(_here(files))])


def _here(files: Sequence[object]) -> list[tuple[str, bytes]]:
    """Names and bytes; after a restart of the server the browser still names files that are gone."""
    here = [(file.name, file.getvalue()) for file in files if isinstance(file, io.BytesIO)]  # type: ignore[attr-defined]
    if len(here) < len(files):
        st.session_state[shown.NOTICE] = say("choice-drop-again")
    return here


def _take(files: list[tuple[str, bytes]]) -> None:
    with st.spinner(say("choice-reading")):
        use(files)
    st.session_state[_ROUND] += 1
    st.rerun()


def paste() -> None:
    with st.popover(say("choice-paste"), icon=":material/content_paste:"):
        st.text_area(say("choice-paste-label"), key="paste", height=180)
        st.button(say("choice-paste-read"), on_click=_use_pasted)


def _use_pasted() -> None:
    if text := st.session_state.get("paste", "").strip():
        use([(say("choice-pasted"), text.encode())])
        st.session_state["paste"] = ""


def use(files: Iterable[tuple[str, bytes]]) -> None:
    """Take tables, and show the newest: one that can be read before one that cannot."""
    before = [item.label for item in shelf().items]
    items = uploads.take(files)
    if items:
        here = [item for item in items if shelf().find(item.label)]
        readable = [item for item in here if isinstance(uploads.read(item), Sweep)]
        shown.show((readable or here)[-1].label)
    if gone := [label for label in before if shelf().find(label) is None]:
        st.session_state[shown.NOTICE] = say("choice-made-room", names=plain(", ".join(gone)))
