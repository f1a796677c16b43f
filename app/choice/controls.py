"""Widgets to core objects: the sweep that all pages share, the caches, and errors as messages."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import plotly.graph_objects as go
import streamlit as st

from choice import uploads
from choice.uploads import NOTICE, SHOWN
from surgecore import (
    LAWS,
    Analysis,
    Entry,
    FitResult,
    Sweep,
    analyse,
    load_catalogue,
    words,
)
from surgecore.why.explanation import Explanation, load_explanations
from surgecore.words import plain

DATA_DIR = Path(__file__).resolve().parents[2] / "data"
TRAINED, BUNDLED = "trained", "bundled"
#: The key of the sweep in the address, what it says of a visitor's own sweep, and what it said and was made to say.
KEY, OWN, SAID = "sweep", "own", "sweep-said"
OPTIMIZER, RUN = "sweep-optimizer", "sweep-run"
_TRAINED_HERE = " (trained here)"


@dataclass(frozen=True)
class Place:
    """Where a bundled sweep stands in the choice: workload, optimizer, horizon and protocol."""

    workload: str
    optimizer: str
    run: str


@dataclass(frozen=True)
class Trained:
    """A sweep that was trained on the Train page, and what with."""

    sweep: Sweep
    optimizer: str | None


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


@st.cache_resource(show_spinner=False)
def places() -> dict[str, Place]:
    """The place of each bundled sweep by title, in the order of the choice: steps and losses by number."""
    entries = catalogue()
    firsts = [list(dict.fromkeys(column)) for column in zip(*map(_trained_as, entries), strict=True)]
    found = {}
    for entry in entries:
        alike = [e.horizon for e in entries if _trained_as(e)[:2] == _trained_as(entry)[:2]]
        run = words.run(entry, horizon_first=len(alike) > 1)
        order = (
            *(names.index(part) for names, part in zip(firsts, _trained_as(entry), strict=True)),
            entry.checkpoint, entry.horizon, entry.loss, entry.amount or 0,
        )  # fmt: skip
        found[entry.title] = order, Place(*_names(entry), run)
    return {title: place for title, (_, place) in sorted(found.items(), key=lambda item: item[1][0])}


def _trained_as(entry: Entry) -> tuple[str, tuple[str, str], str]:
    return entry.workload, (entry.optimizer, entry.state), entry.protocol


def _names(entry: Entry) -> tuple[str, str]:
    return words.workload(entry.workload), words.optimizer(entry.optimizer, entry.state)


def _first(workload: str, optimizer: str | None = None, run: str | None = None) -> str:
    """The first bundled sweep of a workload, with that optimizer and run where there is one."""
    titles = [entry.title for entry in catalogue() if places()[entry.title].workload == workload]
    for name, wanted in (("optimizer", optimizer), ("run", run)):
        titles = [title for title in titles if getattr(places()[title], name) == wanted] or titles
    return titles[0]


def _own() -> dict[str, Sweep]:
    """Sweeps of the visitor's own by label: uploads that can be read, then those trained here."""
    return uploads.readable(uploads.held()) | {label: trained.sweep for label, trained in _trained().items()}


def _trained() -> dict[str, Trained]:
    found: dict[str, Trained] = st.session_state.get(TRAINED, {})
    return found


def _own_names() -> list[str]:
    """Everything of the visitor's own that can be on show, also what is not understood yet."""
    return [*(item.label for item in uploads.held()), *_trained()]


def show_trained(label: str, sweep: Sweep, optimizer: str) -> None:
    """Offer a sweep that was trained here, by its optimizer's key, on every page, and show it from now on."""
    named = replace(sweep, name=label.removesuffix(_TRAINED_HERE))
    st.session_state.setdefault(TRAINED, {})[label] = Trained(named, optimizer)
    uploads.show(label)


def _use_upload() -> None:
    """Show the newest upload, one that can be read before one that cannot; a removed one gives way."""
    items = uploads.held()
    known = st.session_state.setdefault("seen", set())
    new = [item.label for item in items if item.digest not in known]
    readable = uploads.readable(items)
    if new:
        uploads.show(([label for label in new if label in readable] or new)[-1])
    st.session_state["seen"] = {item.digest for item in items}


def _use_pasted() -> None:
    if text := st.session_state.get("paste", "").strip():
        st.session_state.setdefault(uploads.PASTED, []).append(text)
        _use_upload()


def _use_choice() -> None:
    """The first box chooses a workload or an own sweep, the others the rest; what can be kept is kept."""
    wanted, before = st.session_state[KEY], places()[bundled_title()]
    if wanted in _own_names():
        uploads.show(wanted)
        return
    optimizer = st.session_state.get(OPTIMIZER, before.optimizer)
    uploads.show(_first(wanted, optimizer, st.session_state.get(RUN, before.run)))


def _follow_address() -> None:
    """Take the sweep from the address where that is new, and say so where it cannot be shown."""
    text = st.query_params.get(KEY, "")
    state = st.session_state
    if text and text not in state.get(SAID, ()):
        own = _own_names()
        if text in places():
            uploads.show(text)
        elif text == OWN and own:
            uploads.show(own[-1])
        else:
            uploads.show(bundled_title())
            state[NOTICE] = _lost(text)
    if state.get(SHOWN) not in (*places(), *_own_names()):
        uploads.show(bundled_title())
    if state[SHOWN] in places():
        state[BUNDLED] = state[SHOWN]
    says = OWN if state[SHOWN] not in places() else "" if state[SHOWN] == catalogue()[0].title else state[SHOWN]
    state[SAID] = {text, says}
    if says and says != text:
        st.query_params[KEY] = says
    elif text and not says:
        del st.query_params[KEY]


def _lost(text: str) -> str:
    if text == OWN:
        return (
            "The link does not carry the sweep that was shown here: an uploaded or trained one stays in the memory of "
            f"its session, and goes with it. {plain(bundled_title())} is shown instead. Upload the file again, or open "
            "the trained sweep from its address on the Train page."
        )
    return f"{KEY} = {plain(repr(text[:80]))} in the address cannot be used; {plain(bundled_title())} is shown instead."


def choose_sweep() -> None:
    """Draw the choice of sweep that pages share."""
    workloads = list(dict.fromkeys(place.workload for place in places().values()))
    st.session_state[uploads.RESERVED] = frozenset((*places(), *workloads, OWN))
    _follow_address()
    state, own = st.session_state, _own_names()
    place = places().get(state[SHOWN])
    _choice("Workload, or your own sweep" if own else "Workload", [*own, *workloads], KEY,
            place.workload if place else state[SHOWN])  # fmt: skip
    if place is not None:
        optimizers = [other.optimizer for other in places().values() if other.workload == place.workload]
        _choice("Optimizer", optimizers, OPTIMIZER, place.optimizer)
        alike = (place.workload, place.optimizer)
        runs = [other.run for other in places().values() if (other.workload, other.optimizer) == alike]
        _choice("Horizon and protocol", runs, RUN, place.run, help=_RUN_HELP)
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


_RUN_HELP = (
    "All runs of a sweep start from one checkpoint, trained down to the loss named; a numbered checkpoint is another "
    "one of that loss. By the paper's protocol each run is first trained to a target loss."
)


def _choice(label: str, options: Iterable[str], key: str, value: str, **more: str) -> None:
    """A box that shows what is on show: state decides, and a choice changes the state."""
    st.session_state[key] = value
    st.selectbox(
        label, list(dict.fromkeys(options)), key=key, on_change=_use_choice, filter_mode="contains", **more
    )  # fmt: skip


def say_notice() -> None:
    """What the address asked for and cannot be shown."""
    if notice := st.session_state.get(NOTICE):
        st.warning(notice, icon=":material/link_off:")


def shown() -> str:
    """Name of what is on show, be it a sweep or not yet."""
    name: str = st.session_state[SHOWN]
    return name


def bundled_title() -> str:
    """The bundled sweep that was on show last, the first one at first."""
    title: str = st.session_state.get(BUNDLED, catalogue()[0].title)
    return title


def chosen_entry() -> Entry | None:
    """The bundled sweep that pages are about, or None while it is the visitor's own."""
    title = bundled_title() if waiting() is not None else st.session_state.get(SHOWN)
    return next((entry for entry in catalogue() if entry.title == title), None)


def waiting() -> uploads.Held | None:
    """The upload on show while it is no sweep: it is refused, or a choice is left to make."""
    item = _chosen_item()
    return item if item is not None and not isinstance(uploads.read(item), Sweep) else None


def chosen_upload() -> uploads.Held | None:
    """The upload on show that is a sweep, or None while it is another one."""
    item = _chosen_item()
    return item if item is not None and isinstance(uploads.read(item), Sweep) else None


def _chosen_item() -> uploads.Held | None:
    label = st.session_state.get(SHOWN)
    return next((item for item in uploads.held() if item.label == label), None)


def card(entry: Entry) -> str:
    """The data card of a bundled sweep, Markdown beside its file, without its heading."""
    return (entry.folder / entry.card).read_text(encoding="utf-8").partition("\n")[2].strip()


def lr_unit() -> str:
    """Unit of the learning rates on show, by their optimizer; unknown for an upload."""
    entry, trained = chosen_entry(), _trained().get(st.session_state.get(SHOWN, ""))
    return words.lr_unit(entry.optimizer if entry else trained.optimizer if trained else None)


def chosen_title() -> str:
    entry = chosen_entry()
    return entry.title if entry else plain(chosen_analysis().sweep.name)


def chosen_analysis() -> Analysis:
    """Everything known about the sweep on show; of the last bundled one while an upload is no sweep yet."""
    own = _own().get(st.session_state.get(SHOWN, ""))
    if own is not None:
        return _analysis(own)
    return analysis_of(bundled_title())


def other_sweeps() -> list[str]:
    """Names of everything that the sweep on show can be compared with."""
    return [name for name in (*_own(), *places()) if name != st.session_state.get(SHOWN)]


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


def follow(defaults: Mapping[str, object]) -> None:
    """Let what the visitor has not touched go on to the defaults of another sweep.

    A widget with a key keeps its value when its default changes: the numbers of the sweep before would stay.
    """
    for key, value in defaults.items():
        before = st.session_state.get(f"{key} by default")
        if before not in (None, value) and st.session_state.get(key, before) == before:
            st.session_state[key] = value
        st.session_state[f"{key} by default"] = value


def choose_laws(ranking: Sequence[FitResult]) -> list[str]:
    """Which fitted laws to draw: the best one and the surge law, until the visitor chooses."""
    keys = [fit.family.key for fit in ranking if fit.law is not None]
    default = [key for key in dict.fromkeys([*keys[:1], "surge", "square_root"]) if key in keys]
    follow({"laws": default})
    if not set(st.session_state.get("laws", [])) <= set(keys):
        st.session_state["laws"] = [key for key in st.session_state["laws"] if key in keys]
    return st.pills(
        "Laws, best first",
        keys,
        selection_mode="multi",
        default=default,
        format_func=lambda key: LAWS[key].label,
        key="laws",
        bind="query-params",
    )
