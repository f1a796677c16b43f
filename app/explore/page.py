"""What the Explore page needs from Streamlit: its state, what it hands to the instrument, what it shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import streamlit as st
from choice import address, catalogue
from choice.made import once
from choice.shelf import KEPT
from components import terms
from components.room_link import qr_code, reachable
from components.surge_chart import last_state, spoken
from figures.browser import WHOLE, point, specs, style

from explore.curves import ControlsFit, fit_controls
from explore.presets import PRESETS
from explore.said import caution, decision
from explore.snippet import snippet
from explore.state import DEFAULT_MODEL, KEYS, PARTS, ExploreState, from_json, from_query
from surgecore import Analysis, NoiseModel, Optimum, one_step_curves, words
from surgecore.theory.curves import CURVES
from surgecore.theory.noise_model import nearest_model
from surgecore.theory.progress import TrainingProgress, simulate
from surgecore.words import citations, say

#: A checkpoint of Evidence in the address, whose measured curve is to be opened.
CHECKPOINT = "measured"


def hide_frame() -> None:
    """Take away the sidebar and the navigation, for an instrument that is embedded alone."""
    parts = ("stSidebar", "stSidebarCollapsedControl", "stExpandSidebarButton", "stHeader")
    hidden = ", ".join(f"[data-testid={part}]" for part in parts)
    st.html(f"<style>{hidden} {{ display: none !important; }}</style>")


def query() -> dict[str, list[str]]:
    return {key: st.query_params.get_all(key) for key in st.query_params}


def current_state() -> tuple[ExploreState, list[str]]:
    """The state of the last release, of this session, or of the URL; the URL follows the last release."""
    sent = last_state()
    if sent is not None:
        state = from_json(sent)
        before, notices = st.session_state.get("explore") or _from_address()
        # the instrument tells its view as soon as it stands: what was wrong with the address is said until a change
        st.session_state["explore"] = state, notices if state.model == before.model else []
        _write_query(state)
    elif "explore" not in st.session_state:
        st.session_state["explore"] = _from_address()
    elif not set(KEYS) & set(st.query_params):
        _write_query(st.session_state["explore"][0])  # back from another page, whose address has no state
    state, notices = st.session_state["explore"]
    return state, notices


def _from_address() -> tuple[ExploreState, list[str]]:
    """The state of the address; a lesson that stands there alone is the lesson's."""
    given = query()
    state, notices = from_query(given)
    if state.lesson and set(KEYS) & set(given) == {"lesson"}:
        return next(lesson.state for lesson in PRESETS if lesson.key == state.lesson), notices
    return state, notices


def _write_query(state: ExploreState) -> None:
    wanted = _said(state)
    address.follow("explore", {key: wanted.get(key, "") for key in KEYS})


def _said(state: ExploreState) -> dict[str, str | list[str]]:
    """The state as an address has it: one that names a sweep shows its points unless it says that it does not."""
    hidden_points = {} if state.points or "sweep" not in st.query_params else {"points": "off"}
    return state.to_query() | hidden_points


@st.cache_resource(show_spinner=False)
def _training() -> dict[str, TrainingProgress]:
    return {"fixed": simulate(noise_shrinks=0.0), "shrinking": simulate(noise_shrinks=1.0)}


def shown_model(state: ExploreState) -> NoiseModel:
    """The model on the curve: where training has moved the controls to, as in `state.js`."""
    if state.t == 0:
        return state.model
    ratios = _ratios(state)
    values = {name: getattr(state.model, name) * ratios[name] for name in ("snr", "alignment", "lr_scale")}
    values["alignment"] = min(values["alignment"], state.model.max_alignment)
    return replace(state.model, **values)  # type: ignore[arg-type]


def _ratios(state: ExploreState) -> dict[str, float]:
    """The simulated run at the state's moment, interpolated in the log."""
    rows = _training()[state.noise].ratios()
    place = state.t * (len(rows) - 1)
    index = min(int(place), len(rows) - 2)
    low, high = rows[index], rows[index + 1]
    return {name: low[name] * (high[name] / low[name]) ** (place - index) for name in low if low[name] > 0}


def _fitted(analysis: Analysis) -> ControlsFit:
    return once(analysis, "controls", lambda: fit_controls(analysis, DEFAULT_MODEL))


def open_checkpoint() -> None:
    """The measured curve of a checkpoint that the address names, as the controls that describe it best."""
    text = st.query_params.get(CHECKPOINT, "")
    found = next((one for one in catalogue.explanations() if text in (one.name, one.title)), None)
    if found is not None:
        sizes = [float(2**k) for k in range(15)]
        curve = found.measurement.gradient_noise().optimal_lr(sizes)
        state = set_to(nearest_model(sizes, curve)[0], found.title)
        del st.query_params[CHECKPOINT]
        _write_query(state)


def set_to(model: NoiseModel, curve: str) -> ExploreState:
    """Controls that describe a measured curve, to be opened: the page then says so, and not what decides it."""
    values = {name: float(f"{value:.5g}") for name, value in vars(model).items() if name not in WHOLE}
    values["correlation"] = values["correlation"] if values["correlation"] > 1e-4 else 0.0
    nearest = replace(model, **values)  # type: ignore[arg-type]
    st.session_state["described"] = nearest, say("explore-described", curve=curve)
    st.session_state.pop("explore", None)
    return ExploreState(model=nearest)


def chart_data(state: ExploreState, analysis: Analysis, hide: Sequence[str], own: bool = False) -> dict[str, Any]:
    """Everything the instrument draws from; `own` where the sweep is the visitor's."""
    fit = _fitted(analysis)
    described, opening = st.session_state.get("described", (None, ""))
    return {
        "token": "explore",
        "state": state.to_json(),
        "defaults": ExploreState().to_json(),
        "specs": specs(),
        "styles": {key: style(key) for key in CURVES},
        "lessons": [lesson.to_json() for lesson in PRESETS],
        "measured": [point(optimum) for optimum in analysis.optima],
        "measured_name": analysis.sweep.name,
        "caution": caution(analysis.sweep),
        "decision": decision(analysis) if own else "",
        "fit": {
            "model": None if fit.model is None else vars(fit.model), "sentence": fit.sentence,
            "opening": fit.opening, "digits": dict(fit.digits),
        },
        "described": {"model": None if described is None else vars(described), "opening": opening},
        "progress": {noise: run.ratios() for noise, run in _training().items()},
        "logged": st.session_state.get("logged", []),
        "hide": list(hide),
        "phrases": spoken(),
        "terms": terms.given(),
    }  # fmt: skip


def curve_table(model: NoiseModel, keys: Sequence[str]) -> pd.DataFrame:
    """The curves that are drawn, at powers of two from 1 to 2^20."""
    batch = 2.0 ** np.arange(21)
    curves = one_step_curves(model)
    return pd.DataFrame(
        {"batch_size": batch} | {key: curves[key].optimal_lr(batch) for key in keys if key in curves}
    )  # fmt: skip


def numbers(model: NoiseModel, keys: Sequence[str]) -> None:
    """The curves in numbers, to read and to keep."""
    table = curve_table(model, keys)
    shown = (
        table.map(words.number)
        .rename(columns={key: words.curve(key) for key in CURVES})
        .set_index(table["batch_size"].map(words.batch_size))
    )
    st.table(shown.drop(columns="batch_size").rename_axis(say("chart-batch")))
    st.download_button(
        say("explore-download-curves"),
        lambda: table.to_csv(index=False),
        "surge-curves.csv",
        "text/csv",
        on_click="ignore",
        icon=":material/download:",
    )


def share(state: ExploreState, optima: Sequence[Optimum]) -> None:
    """A link to exactly this state, as text and for a phone's camera, to embed, and as code."""
    address = st.context.url or ""
    keep = {
        key: values for key, values in query().items() if key not in (*KEYS, KEPT, "hide", "embed", "embed_options")
    }
    link = _address(address, keep | _said(state))
    embed = _address(address, keep | _said(state) | {"embed": "true", "hide": "presets,history,map,page"})
    left, right = st.columns([3, 1])
    with left:
        st.markdown(f"**{say('explore-share-link')}**")
        st.code(link, language=None, wrap_lines=True)
        st.markdown(say("explore-share-embed", parts=", ".join(f"`{part}`" for part in PARTS)))
        st.code(f'<iframe src="{embed}" width="100%" height="1050"></iframe>', language="html", wrap_lines=True)
    with right:
        if phones := reachable(link):
            st.image(qr_code(phones), caption=say("explore-share-room"), width="stretch")
        else:
            st.caption(say("explore-share-local"))
    st.markdown(f"**{say('explore-share-python')}**")
    shown = optima if state.points and not state.lesson else ()
    st.code(snippet(state, shown_model(state), shown, style), language="python", wrap_lines=True)
    st.markdown(f"**{say('explore-share-bibtex')}**")
    st.code(citations.LI, language="bibtex", wrap_lines=True)


def _address(base: str, parts: dict[str, Any]) -> str:
    return f"{base}?{urlencode(parts, doseq=True)}" if parts else base
