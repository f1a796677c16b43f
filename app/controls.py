"""Widgets to core objects: the sweep that all pages share, the caches, and errors as messages."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path

import plotly.graph_objects as go
import streamlit as st
import words
from words import count, plain

from surgecore import (
    LAWS,
    Analysis,
    Entry,
    FitResult,
    Problem,
    Sweep,
    SweepError,
    analyse,
    load_catalogue,
)

DATA_DIR = Path(__file__).resolve().parent.parent / "data"
UPLOAD = "Uploaded file"
SHOWN_PROBLEMS = 20


@st.cache_resource(show_spinner=False)
def catalogue() -> tuple[Entry, ...]:
    return load_catalogue(DATA_DIR)


@st.cache_resource(show_spinner=False)
def _bundled(name: str) -> Sweep:
    return next(entry for entry in catalogue() if entry.name == name).load()


# Bundled sweeps are everybody's: the first visitor's analysis serves all
@st.cache_resource(show_spinner="Fitting the laws")
def _bundled_analysis(name: str) -> Analysis:
    return analyse(_bundled(name))


# One copy a session, gone with it: an upload is nobody else's. Its digest is the key, not a sample of it.
@st.cache_resource(scope="session", max_entries=4, show_spinner="Reading the file")
def _uploaded(digest: str, name: str, _data: bytes) -> Sweep | tuple[Problem, ...]:
    try:
        return Sweep.from_csv(_data, name=name)
    except SweepError as error:
        return error.problems


@st.cache_resource(
    scope="session",
    max_entries=8,
    show_spinner="Fitting the laws",
    hash_funcs={Sweep: lambda sweep: (sweep.name, sweep.digest)},
)
def _analysis(sweep: Sweep) -> Analysis:
    return analyse(sweep)


def _read_upload() -> Sweep | tuple[Problem, ...] | None:
    file = st.session_state.get("upload")
    if file is None:
        return None
    data = file.getvalue()
    return _uploaded(sha256(data).hexdigest(), Path(file.name).stem, data)


def _use_upload() -> None:
    """A readable upload becomes the sweep on show; a removed one gives way to the first bundled one."""
    if isinstance(_read_upload(), Sweep):
        st.session_state["sweep"] = UPLOAD
    elif st.session_state.get("sweep") == UPLOAD:
        st.session_state["sweep"] = catalogue()[0].title


def choose_sweep() -> None:
    """Draw the choice of sweep that every page shares."""
    titles = [entry.title for entry in catalogue()]
    if isinstance(_read_upload(), Sweep):
        titles.append(UPLOAD)
    st.selectbox("Sweep", titles, key="sweep", bind="query-params", filter_mode=None)
    st.file_uploader(
        "Your own sweep (CSV)",
        type=["csv", "tsv", "txt", "gz"],
        key="upload",
        on_change=_use_upload,
        help="One row a training run: batch size, learning rate, loss, and if you have them seed, steps and "
        "status. Common names of these columns are understood.",
    )
    st.caption("An upload stays in memory, for your session only. It is never stored or sent anywhere.")


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


def chosen_analysis() -> Analysis:
    """Everything known about the sweep on show."""
    upload = _read_upload()
    if chosen_entry() is None and isinstance(upload, Sweep):
        return _analysis(upload)
    return _bundled_analysis((chosen_entry() or catalogue()[0]).name)


def report_upload() -> None:
    """Say everything that is wrong with an upload, each problem with its row."""
    problems = _read_upload()
    if not isinstance(problems, tuple):
        return
    name = plain(st.session_state["upload"].name)
    st.error(
        f"**{name} cannot be read as a sweep**: {count(len(problems), 'problem')}. "
        "The page goes on with the bundled sweep.\n\n" + _bullets(problems[:SHOWN_PROBLEMS]),
        icon=":material/error:",
    )
    if rest := problems[SHOWN_PROBLEMS:]:
        with st.expander(f"The other {count(len(rest), 'problem')}"):
            st.markdown(_bullets(rest))


def _bullets(problems: Sequence[Problem]) -> str:
    return "\n".join(f"- {plain(_problem(problem))}" for problem in problems)


def _problem(problem: Problem) -> str:
    where = [f"row {problem.row}"] if problem.row is not None else []
    where += [str(problem.column)] if problem.column else []
    return f"{', '.join(where)}: {problem.message}" if where else problem.message


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


def downloads(analysis: Analysis, figures: Mapping[str, go.Figure]) -> None:
    """The data, the numbers and the figures, each made when it is asked for."""
    name = analysis.sweep.name
    offers: dict[str, tuple[Callable[[], str], str, str]] = {
        "Sweep, canonical CSV": (analysis.sweep.to_csv, f"{name}.csv", "text/csv"),
        "Analysis, JSON": (partial(_json, analysis), f"{name}-analysis.json", "application/json"),
    }
    for label, figure in figures.items():
        page = partial(figure.to_html, include_plotlyjs=True, config={"showSendToCloud": False})
        offers[f"{label}, HTML"] = (page, f"{name}-{label.lower().replace(' ', '-')}.html", "text/html")
    with st.container(horizontal=True):
        for label, (make, file_name, mime) in offers.items():
            st.download_button(label, make, file_name, mime, on_click="ignore", icon=":material/download:")
    st.segmented_control(
        "Image format of the camera button above each figure",
        ["svg", "png"],
        default="svg",
        required=True,
        key="image",
        bind="query-params",
    )


def _json(analysis: Analysis) -> str:
    return json.dumps(analysis.to_dict(), indent=1, allow_nan=False)
