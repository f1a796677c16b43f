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
from choice import shown, uploads
from choice.made import once
from choice.shelf import KEPT
from components.surge_chart import last_state
from figures.palette import GREY, STYLES

from explore.curves import ControlsFit, Reading, fit_controls, fitting_view
from explore.presets import PRESETS
from explore.said import Around, caution, decision, moved
from explore.state import CURVES, DEFAULT_MODEL, KEYS, PARTS, WHOLE, ExploreState, from_json, from_query
from surgecore import Analysis, DivergedRule, NoiseModel, Optimum, words
from surgecore.theory.progress import TrainingProgress, simulate

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
        st.session_state["explore"] = state, []
        _write_query(state)
    elif "explore" not in st.session_state:
        st.session_state["explore"] = from_query(query())
    elif not set(KEYS) & set(st.query_params):
        _write_query(st.session_state["explore"][0])  # back from another page, whose address has no state
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


def describe(model: NoiseModel, curve: str) -> ExploreState:
    """Controls that describe a measured curve, to be opened: the page then says so, and not what decides it."""
    values = {name: float(f"{value:.5g}") for name, value in vars(model).items() if name not in WHOLE}
    values["correlation"] = values["correlation"] if values["correlation"] > 1e-4 else 0.0
    nearest = replace(model, **values)  # type: ignore[arg-type]
    opening = f"Nearest to the measured curve of {curve}"
    caveat = "several settings give nearly this curve, so they do not say why it is so"
    st.session_state["described"] = nearest, opening, caveat
    st.session_state.pop("explore", None)
    return ExploreState(model=nearest)


def around(state: ExploreState, analysis: Analysis, own: bool) -> Around:
    """What belongs around the headline of this state, as in `index.js`."""
    fit = _fitted(analysis)
    shown = state.t == 0 and state.model == fit.model
    run = moved(_ratios(state)["loss"], state.model.alignment, shown_model(state).alignment) if state.t else ""
    described, *said = st.session_state.get("described", (None,))
    if state.t == 0 and state.model == described:
        return Around(decision(analysis) if own else "", *said, bare=True)
    return Around(
        decision(analysis) if own else "", fit.opening if shown else "", fit.caveat if shown else "", run
    )  # fmt: skip


def chart_data(state: ExploreState, analysis: Analysis, hide: Sequence[str], own: bool = False) -> dict[str, Any]:
    """Everything the instrument draws from; `own` where the sweep is the visitor's."""
    fit = _fitted(analysis)
    return {
        "token": "explore",
        "state": state.to_json(),
        "defaults": ExploreState().to_json(),
        "specs": _specs(),
        "styles": {key: _style(key) for key in CURVES},
        "presets": [preset.to_json() for preset in PRESETS],
        "measured": [_point(optimum) for optimum in analysis.optima],
        "measured_name": analysis.sweep.name,
        "caution": caution(analysis.sweep),
        "decision": decision(analysis) if own else "",
        "fit": {
            "params": None if fit.model is None else vars(fit.model), "sentence": fit.sentence,
            "opening": fit.opening, "caveat": fit.caveat, "digits": dict(fit.digits),
        },
        "described": _described(),
        "progress": {noise: run.ratios() for noise, run in _training().items()},
        "progress_note": _PROGRESS_NOTE,
        "logged": st.session_state.get("logged", []),
        "hide": list(hide),
    }  # fmt: skip


def _described() -> dict[str, Any]:
    model, *said = st.session_state.get("described", (None, "", ""))
    return {"params": None if model is None else vars(model), "opening": said[0], "caveat": said[1], "bare": True}


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
    style = STYLES[key]
    dash = _DASHES.get(style.dash) or style.dash.replace("px,", " ").removesuffix("px")
    return {"label": words.curve(key), "colour": style.colour, "dash": dash, "width": style.width}


def _point(optimum: Optimum) -> dict[str, Any]:
    low, high = optimum.interval or (None, None)
    return {
        "batch": float(optimum.batch_size), "lr": float(optimum.learning_rate), "low": low, "high": high,
        "edge": optimum.on_edge,
    }  # fmt: skip


def curve_table(reading: Reading, keys: Sequence[str]) -> pd.DataFrame:
    """The curves that are drawn, at powers of two from 1 to 2^20."""
    batch = 2.0 ** np.arange(21)
    curves = reading.curves()
    return pd.DataFrame({"batch_size": batch} | {key: curves[key](batch) for key in keys if key in curves})


def numbers(reading: Reading, keys: Sequence[str]) -> None:
    """The curves in numbers, to read and to keep."""
    table = curve_table(reading, keys)
    shown = (
        table.map(words.number)
        .rename(columns={key: words.curve(key) for key in CURVES})
        .set_index(table["batch_size"].map(words.batch_size))
    )
    st.table(shown.drop(columns="batch_size").rename_axis("Batch size"))
    st.download_button(
        "Curves, CSV",
        lambda: table.to_csv(index=False),
        "surge-curves.csv",
        "text/csv",
        on_click="ignore",
        icon=":material/download:",
    )


def share(state: ExploreState, analysis: Analysis) -> None:
    """A link to exactly this state, as text and for a phone's camera, to embed, and as code."""
    address = st.context.url or ""
    keep = {
        key: values for key, values in query().items() if key not in (*KEYS, KEPT, "hide", "embed", "embed_options")
    }
    link = _address(address, keep | state.to_query())
    embed = _address(address, keep | state.to_query() | {"embed": "true", "hide": "presets,history,map,page"})
    left, right = st.columns([3, 1])
    with left:
        st.markdown("**Link to this state**")
        st.code(link, language=None, wrap_lines=True)
        st.markdown("**To embed it**: `hide=` takes any of " + ", ".join(f"`{part}`" for part in PARTS))
        st.code(f'<iframe src="{embed}" width="100%" height="1050"></iframe>', language="html", wrap_lines=True)
    with right:
        image = io.BytesIO()
        segno.make(link, error="l").save(image, kind="svg", scale=3, border=3, light="#ffffff")
        st.image(image.getvalue().decode(), caption="The same link, for a room", width="stretch")
    st.markdown("**Python that draws this figure**")
    st.code(snippet(state, analysis.optima, measured_code(analysis)), language="python")
    st.markdown("**BibTeX**")
    st.code(BIBTEX, language="bibtex")


def _address(base: str, parts: dict[str, Any]) -> str:
    return f"{base}?{urlencode(parts, doseq=True)}" if parts else base


def measured_code(analysis: Analysis) -> str:
    """Python that finds the optima on show again: a bundled sweep by its name, a file of the visitor's by its own."""
    entry, upload = shown.entry(), shown.upload()
    if entry is not None:
        return f"""# The bundled sweeps: the folder data of the Surge Explorer
entry = next(entry for entry in load_catalogue("data") if entry.name == {entry.name!r})
optima = entry.load().optima()"""
    if upload is None:
        return f"""# Fill in the path: the Sweep page saves this file as "Sweep, canonical CSV"
optima = Sweep.from_csv({words.file_name(analysis.sweep) + ".csv"!r}).optima()"""
    how = uploads.settings(upload)
    options = [f"mapping=ColumnMapping.from_query({query!r})" for query in [uploads.address(upload)] if query]
    options += [f"group={how.group!r}"] if how.group else []
    options += ["skip_bad_rows=True"] if how.skip_bad_rows else []
    options += [f"diverged={how.rule!r}"] if how.rule != DivergedRule() else []
    return f"""# Fill in the path of your file
optima = Sweep.from_csv({", ".join([repr(upload.label + ".csv"), *options])}).optima()"""


def view(state: ExploreState, optima: Sequence[Optimum]) -> tuple[float, ...]:
    """Limits of the two plots: what the visitor chose, else what the instrument shows by itself."""
    if state.view is not None:
        return state.view
    moments = [replace(state, t=row / 30) for row in range(31)] if state.t else []
    return fitting_view(Reading(shown_model(state)), optima, [Reading(shown_model(m)).top for m in moments])


# What each curve is in the library's own terms: optimal learning rate, then loss drop where it has one
_IN_PYTHON = {
    "exact": ("independent.optimal_lr(batch_size)", "independent.loss_drop(batch_size)"),
    "correlated": ("noise.optimal_lr(batch_size)", "noise.loss_drop(batch_size)"),
    "surge": (
        "theorem(batch_size)",
        "2 * theorem.lr_max**2 / (1 + theorem.noise_scale / batch_size)",
    ),
    "plateau": (
        "np.full(batch_size.shape, noise.plateau_lr)",
        "np.full(batch_size.shape, noise.plateau_loss_drop)",
    ),
    "sgd": (
        "SaturatingLaw(noise.plateau_lr, sgd.noise_scale)(batch_size)",
        "noise.plateau_loss_drop / (1 + sgd.noise_scale / batch_size)",
    ),
    "saturating_half": ("SaturatingLaw(noise.plateau_lr, sgd.noise_scale, 0.5)(batch_size)", ""),
    "linear": ("PowerLaw(start, 1.0)(batch_size)", ""),
    "square_root": ("PowerLaw(start, 0.5)(batch_size)", ""),
}


def snippet(state: ExploreState, optima: Sequence[Optimum], measured: str) -> str:
    """Python that draws what is shown: the laws that are on, ghosts, measured optima, loss drop, the same range."""
    model = shown_model(state)
    drawn = Reading(model).curves()
    lines = []
    for key in state.curves:
        if key in drawn:
            style, (lr, drop) = _style(key), _IN_PYTHON[key]
            parts = [repr(style["label"]), lr, *([drop] if drop else []), f"color={style['colour']!r}"]
            dash = f"{style['dash'].replace(' ', 'px,')}px"
            parts += [f"width={style['width']}", *([f"dash={dash!r}"] if style["dash"] != "1 0" else [])]
            lines.append("draw(\n    " + ",\n    ".join(parts) + ",\n)")
    for number, ghost in enumerate(state.ghosts, 1):
        lines.append(
            f"ghost = {_model_code(ghost)}.gradient_noise()\n"
            f"draw('Pinned {number}', ghost.optimal_lr(batch_size), ghost.loss_drop(batch_size), color={GREY!r})"
        )
    laws = "\n".join(lines)
    used = f"{laws} {measured if optima else ''} NoiseModel("
    names = ("ColumnMapping", "DivergedRule", "NoiseModel", "PowerLaw", "SaturatingLaw", "Sweep", "load_catalogue")
    imports = ", ".join(name for name in names if f"{name}(" in used or f"{name}." in used)
    x0, x1, *ends = view(state, optima)
    sweep = f"""
{measured}
ends = [optimum.interval or (optimum.learning_rate, optimum.learning_rate) for optimum in optima]
best = np.array([optimum.learning_rate for optimum in optima])
symbols = {{None: "circle", "high": "triangle-up", "low": "triangle-down"}}
figure.add_scatter(
    x=[optimum.batch_size for optimum in optima], y=best, mode="markers", name="measured",
    marker=dict(color="black", size=9, symbol=[symbols[optimum.on_edge] for optimum in optima]),
    error_y=dict(symmetric=False, array=[high for _, high in ends] - best, arrayminus=best - [low for low, _ in ends]),
    row=1, col=1,
)
"""
    return f"""from dataclasses import replace

import numpy as np
from plotly.subplots import make_subplots
from surgecore import {imports}

model = {_model_code(model)}
noise = model.gradient_noise()
independent = replace(model, correlation=0.0).gradient_noise()  # as Theorems 2 and 3 have it
theorem, sgd = independent.small_batch_law(), noise.sgd_law()
start = np.sqrt(2 / np.pi) * float((independent.mean**2 / independent.std).sum())  # small batches: start * sqrt(B)

batch_size = 2.0 ** np.linspace({x0!r}, {x1!r}, 300)
figure = make_subplots(rows=2, shared_xaxes=True, row_heights=[0.68, 0.32], vertical_spacing=0.05)


def draw(name, lr, drop=None, **line):
    for row, values in ((1, lr), (2, drop)):
        if values is not None:
            figure.add_scatter(x=batch_size, y=np.where(values > 0, values, np.nan), mode="lines", name=name, line=line,
                               showlegend=row == 1, row=row, col=1)


{laws}
{sweep if optima else ""}
figure.update_xaxes(type="log", range=np.log10(2) * np.array([{x0!r}, {x1!r}]))
figure.update_xaxes(title="Batch size [examples]", row=2)
figure.update_yaxes(type="log", title="Optimal learning rate [{words.lr_unit("")}]", range={ends[:2]!r}, row=1)
figure.update_yaxes(type="log", title="Best loss drop of one step [loss]", range={ends[2:]!r}, row=2)
figure.show()
print(noise.peaks())
"""


def _model_code(model: NoiseModel) -> str:
    return "NoiseModel(\n    " + ",\n    ".join(f"{name}={value!r}" for name, value in vars(model).items()) + ",\n)"
