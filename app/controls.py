"""Widgets to core objects: the sweep that all pages share, the caches, and errors as messages."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path

import plotly.graph_objects as go
import streamlit as st
import uploads
import words
from words import plain

from surgecore import (
    LAWS,
    Analysis,
    Entry,
    FitResult,
    Sweep,
    analyse,
    load_catalogue,
)
from surgecore.explanation import Explanation, load_explanations

DATA_DIR = Path(__file__).resolve().parent.parent / "data"
TRAINED, NEXT = "trained", "sweep_to_show"


@st.cache_resource(show_spinner=False)
def catalogue() -> tuple[Entry, ...]:
    return load_catalogue(DATA_DIR)


@st.cache_resource(show_spinner=False)
def explanations() -> tuple[Explanation, ...]:
    """Checkpoints whose optima are explained, in the order of the list they were made from."""
    found = {explanation.name: explanation for explanation in load_explanations(DATA_DIR / "why")}
    cases = tomllib.loads((DATA_DIR / "why" / "cases.toml").read_text(encoding="utf-8"))["case"]
    return tuple(found[case["name"]] for case in cases if case["name"] in found)


@st.cache_resource(show_spinner=False)
def _bundled(name: str) -> Sweep:
    return next(entry for entry in catalogue() if entry.name == name).load()


# Bundled sweeps are everybody's: the first visitor's analysis serves all
@st.cache_resource(show_spinner="Fitting the laws")
def _bundled_analysis(name: str) -> Analysis:
    return analyse(_bundled(name))


@st.cache_resource(
    scope="session",
    max_entries=8,
    show_spinner="Fitting the laws",
    hash_funcs={Sweep: lambda sweep: (sweep.name, sweep.digest)},
)
def _analysis(sweep: Sweep) -> Analysis:
    return analyse(sweep)


def _own() -> dict[str, Sweep]:
    """Sweeps of the visitor's own by label: uploads that can be read, then those trained here."""
    trained: dict[str, Sweep] = st.session_state.get(TRAINED, {})
    return uploads.readable(uploads.held()) | trained


def show_trained(label: str, sweep: Sweep) -> None:
    """Offer a sweep that was trained here on every page, and show it from the next page on."""
    st.session_state.setdefault(TRAINED, {})[label] = sweep
    st.session_state[NEXT] = label


def _use_upload() -> None:
    """The newest readable upload becomes the sweep on show; a removed one gives way to the first bundled one."""
    own = _own()
    if st.session_state.get("sweep") not in [*(entry.title for entry in catalogue()), *own]:
        st.session_state["sweep"] = catalogue()[0].title
    items = uploads.held()
    known = st.session_state.setdefault("seen", set())
    for item in items:
        if item.digest not in known and item.label in own:
            st.session_state["sweep"] = item.label
    st.session_state["seen"] = {item.digest for item in items}


def _use_pasted() -> None:
    if text := st.session_state.get("paste", "").strip():
        st.session_state.setdefault(uploads.PASTED, []).append(text)
        _use_upload()


def choose_sweep() -> None:
    """Draw the choice of sweep that every page shares."""
    titles = [*_own(), *(entry.title for entry in catalogue())]
    if (wanted := st.session_state.pop(NEXT, None)) in titles:
        st.session_state["sweep"] = wanted
    if st.session_state.get("sweep") not in titles and not st.query_params.get("sweep"):
        st.session_state["sweep"] = catalogue()[0].title
    st.selectbox("Sweep", titles, key="sweep", bind="query-params", filter_mode="contains")
    st.file_uploader(
        "Your own sweep",
        type=uploads.ENDINGS,
        accept_multiple_files=True,
        key=uploads.UPLOAD,
        on_change=_use_upload,
        help="A table with one row a training run: batch size, learning rate, loss, and if you have them seed, steps "
        "and status. Exports of W&B, Optuna, MLflow, TensorBoard and Ray Tune are understood, as CSV, TSV, JSON "
        "lines or Parquet, gzipped or not.",
    )
    with st.popover("Paste a table"):
        st.text_area("One row a training run, the first row names the columns", key="paste", height=180)
        st.button("Read it", on_click=_use_pasted)
    st.caption("It stays in memory, for your session only. It is never stored or sent anywhere.")


def chosen_entry() -> Entry | None:
    """The bundled sweep on show, or None while it is the visitor's own."""
    return next((entry for entry in catalogue() if entry.title == st.session_state.get("sweep")), None)


def card(entry: Entry) -> str:
    """The data card of a bundled sweep, Markdown beside its file, without its heading."""
    return (entry.folder / entry.card).read_text(encoding="utf-8").partition("\n")[2].strip()


def lr_unit() -> str:
    entry = chosen_entry()
    return words.lr_unit(entry.optimizer if entry else None)


def chosen_title() -> str:
    entry = chosen_entry()
    return entry.title if entry else plain(chosen_analysis().sweep.name)


def chosen_upload() -> uploads.Held | None:
    """The upload on show, or None while it is another sweep."""
    label = st.session_state.get("sweep")
    return next((item for item in uploads.held() if item.label == label and chosen_entry() is None), None)


def chosen_analysis() -> Analysis:
    """Everything known about the sweep on show."""
    own = _own().get(st.session_state.get("sweep", ""))
    if chosen_entry() is None and own is not None:
        return _analysis(own)
    return _bundled_analysis((chosen_entry() or catalogue()[0]).name)


def other_sweeps() -> list[str]:
    """Names of everything that the sweep on show can be compared with."""
    names = [*_own(), *(entry.title for entry in catalogue())]
    return [name for name in names if name != st.session_state.get("sweep")]


def analysis_of(name: str) -> Analysis:
    own = _own().get(name)
    if own is not None:
        return _analysis(own)
    return _bundled_analysis(next(entry.name for entry in catalogue() if entry.title == name))


def show(figure: go.Figure, *, name: str, alt: str) -> None:
    """A figure with its text for those who cannot see it, and a camera button that saves it."""
    image = {"format": st.session_state.get("image", "svg"), "filename": name, "width": 1200, "height": 800}
    st.plotly_chart(
        figure,
        key=name,
        alt=alt,
        config={
            "displaylogo": False,
            "toImageButtonOptions": image,
            "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
        },
    )


def choose_laws(ranking: Sequence[FitResult]) -> list[str]:
    """Which fitted laws to draw: the best one and the surge law, until the visitor chooses."""
    keys = [fit.family.key for fit in ranking if fit.law is not None]
    default = [key for key in dict.fromkeys([*keys[:1], "surge", "square_root"]) if key in keys]
    return st.pills(
        "Laws, best first",
        keys,
        selection_mode="multi",
        default=default,
        format_func=lambda key: LAWS[key].label,
        key="laws",
        bind="query-params",
    )
