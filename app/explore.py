"""What the Explore page needs from Streamlit: its state, what it hands to the instrument, what it shares."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import segno
import streamlit as st
import words
from components.surge_chart import last_state
from explore_presets import PRESETS
from explore_state import DEFAULT_MODEL, KEYS, PARTS, WHOLE, ExploreState, from_json, from_query
from noise_reading import Reading
from palette import GREY, STYLES

from surgecore import Analysis, EqualSnrLaw, NoiseModel, Optimum
from surgecore.training_progress import TrainingProgress, simulate

LABELS = {
    "exact": "Exact (Theorem 2)",
    "correlated": "Exact, correlated gradients",
    "surge": "Theorem 3",
    "plateau": "Plateau (Theorem 4)",
    "sgd": "SGD",
    "saturating_half": "Saturating, α = 1/2",
    "linear": "Linear rule",
    "square_root": "Square-root rule",
}
_DASHES = {
    "solid": "1 0",
    "dash": "9 5",
    "dot": "2 4",
    "dashdot": "9 4 2 4",
    "longdash": "14 5",
    "longdashdot": "14 4 2 4",
}
_PROGRESS_NOTE = (
    "A simulated run: sign descent on a noisy quadratic, mean of 32 seeds. It moves z, R and ε₀ by the run's "
    "ratios; the controls show its start."
)
BIBTEX = """@inproceedings{li2024surge,
  title     = {Surge Phenomenon in Optimal Learning Rate and Batch Size Scaling},
  author    = {Li, Shuaipeng and Zhao, Penghao and Zhang, Hailin and others},
  booktitle = {Advances in Neural Information Processing Systems},
  year      = {2024},
  note      = {arXiv:2405.14578}
}"""


def query() -> dict[str, list[str]]:
    return {key: st.query_params.get_all(key) for key in st.query_params}


def current_state() -> tuple[ExploreState, list[str]]:
    """The state of the last release, of this session, or of the URL; the URL follows the last release."""
    sent = last_state()
    if sent is not None:
        state = from_json(sent)
        st.session_state["explore"] = state, []
        _write_query(state)
    elif "explore" not in st.session_state:
        st.session_state["explore"] = from_query(query())
    state, notices = st.session_state["explore"]
    return state, notices


def _write_query(state: ExploreState) -> None:
    wanted = state.to_query()
    for key in KEYS:
        if key in wanted:
            st.query_params[key] = wanted[key]
        elif key in st.query_params:
            del st.query_params[key]


@st.cache_resource(show_spinner=False)
def _training() -> dict[str, TrainingProgress]:
    return {"fixed": simulate(noise_shrinks=0.0), "shrinking": simulate(noise_shrinks=1.0)}


def shown_model(state: ExploreState) -> NoiseModel:
    """The model on the curve: where training has moved the controls to, as in `state.js`."""
    if state.t == 0:
        return state.model
    rows = _training()[state.noise].ratios()
    place = state.t * (len(rows) - 1)
    index = min(int(place), len(rows) - 2)
    part = place - index
    moved = {
        name: getattr(state.model, name) * rows[index][name] * (rows[index + 1][name] / rows[index][name]) ** part
        for name in ("snr", "alignment", "lr_scale")
    }
    moved["alignment"] = min(moved["alignment"], state.model.max_alignment)
    return replace(state.model, **moved)  # type: ignore[arg-type]


def chart_data(state: ExploreState, analysis: Analysis, hide: Sequence[str]) -> dict[str, Any]:
    """Everything the instrument draws from."""
    return {
        "token": "explore",
        "state": state.to_json(),
        "defaults": ExploreState().to_json(),
        "specs": _specs(),
        "styles": {key: _style(key) for key in LABELS},
        "presets": [preset.to_json() for preset in PRESETS],
        "measured": [_point(optimum) for optimum in analysis.optima],
        "measured_name": analysis.sweep.name,
        "fit": _fit(analysis),
        "progress": {noise: run.ratios() for noise, run in _training().items()},
        "progress_note": _PROGRESS_NOTE,
        "logged": st.session_state.get("logged", []),
        "hide": list(hide),
    }


def _specs() -> list[dict[str, Any]]:
    return [
        {
            "name": param.name, "label": param.label, "unit": param.unit, "description": param.description,
            "default": vars(DEFAULT_MODEL)[param.name], "low": param.bounds[0], "high": param.bounds[1],
            "log": param.log, "whole": param.name in WHOLE,
        }
        for param in NoiseModel.params
    ]  # fmt: skip


def _style(key: str) -> dict[str, Any]:
    if key == "plateau":
        return {"label": LABELS[key], "colour": GREY, "dash": "3 4", "width": 2.0}
    if key == "correlated":
        return {"label": LABELS[key], "colour": "#b8800a", "dash": "1 0", "width": 3.0}
    style = STYLES[key]
    return {"label": LABELS[key], "colour": style.colour, "dash": _DASHES[style.dash], "width": style.width}


def _point(optimum: Optimum) -> dict[str, Any]:
    low, high = optimum.interval or (None, None)
    return {
        "batch": float(optimum.batch_size), "lr": float(optimum.learning_rate), "low": low, "high": high,
        "edge": optimum.on_edge,
    }  # fmt: skip


def _fit(analysis: Analysis) -> dict[str, Any]:
    """The controls that fit the sweep on show: the exact law with equal signal to noise."""
    fit = next(fit for fit in analysis.comparison.fits if fit.family.key == "equal_snr")
    if not isinstance(fit.law, EqualSnrLaw):
        return {"params": None, "sentence": fit.status}
    plain = {p.name: vars(DEFAULT_MODEL)[p.name] for p in NoiseModel.params[4:]}
    fitted = {
        "lr_scale": fit.law.lr_scale,
        "snr": fit.law.snr,
        "snr_spread": 0.0,
        "alignment": fit.law.coupling,
    }
    sentence = f"Sets the controls to the exact law with equal signal to noise, fitted to the points. {fit.status}"
    return {"params": {**plain, **fitted}, "sentence": sentence}


def curve_table(reading: Reading, keys: Sequence[str]) -> pd.DataFrame:
    """The curves that are drawn, at powers of two from 1 to 2^20."""
    batch = 2.0 ** np.arange(21)
    curves = reading.curves()
    return pd.DataFrame({"batch_size": batch} | {key: curves[key](batch) for key in keys if key in curves})


def numbers(reading: Reading, keys: Sequence[str]) -> None:
    """The curves in numbers, to read and to keep."""
    table = curve_table(reading, keys)
    shown = table.map(words.number).rename(columns=LABELS).set_index(table["batch_size"].map(words.batch_size))
    st.table(shown.drop(columns="batch_size").rename_axis("Batch size"))
    st.download_button(
        "Curves, CSV",
        lambda: table.to_csv(index=False),
        "surge-curves.csv",
        "text/csv",
        on_click="ignore",
        icon=":material/download:",
    )


def share(state: ExploreState) -> None:
    """A link to exactly this state, as text and for a phone's camera, to embed, and as code."""
    address = st.context.url or ""
    keep = {key: values for key, values in query().items() if key not in (*KEYS, "hide", "embed", "embed_options")}
    link = _address(address, keep | state.to_query())
    embed = _address(address, keep | state.to_query() | {"embed": "true", "hide": "presets,history,map,page"})
    left, right = st.columns([3, 1])
    with left:
        st.markdown("**Link to this state**")
        st.code(link, language=None, wrap_lines=True)
        st.markdown("**To embed it**: `hide=` takes any of " + ", ".join(f"`{part}`" for part in PARTS))
        st.code(f'<iframe src="{embed}" width="100%" height="760"></iframe>', language="html", wrap_lines=True)
    with right:
        image = io.BytesIO()
        segno.make(link, error="l").save(image, kind="svg", scale=3, border=3, light="#ffffff")
        st.image(image.getvalue().decode(), caption="The same link, for a room", width="stretch")
    st.markdown("**Python that draws this figure**")
    st.code(snippet(state), language="python")
    st.markdown("**BibTeX**")
    st.code(BIBTEX, language="bibtex")


def _address(base: str, parts: dict[str, Any]) -> str:
    return f"{base}?{urlencode(parts, doseq=True)}" if parts else base


def snippet(state: ExploreState) -> str:
    model = shown_model(state)
    arguments = ",\n    ".join(f"{name}={value!r}" for name, value in vars(model).items())
    return f"""import numpy as np
import plotly.graph_objects as go
from surgecore import NoiseModel

model = NoiseModel(
    {arguments},
)
noise = model.gradient_noise()
batch_size = np.logspace(0, 6, 300)
figure = go.Figure(go.Scatter(x=batch_size, y=noise.optimal_lr(batch_size), name="exact"))
if (surge := noise.small_batch_law()) is not None:
    figure.add_scatter(x=batch_size, y=surge(batch_size), name="Theorem 3", line_dash="dash")
figure.add_hline(noise.plateau_lr, line_dash="dot")
figure.update_xaxes(type="log", title="Batch size [examples]")
figure.update_yaxes(type="log", title="Optimal learning rate [parameter units per step]")
figure.show()
print(noise.peaks())
"""
