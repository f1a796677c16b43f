"""A noise scale that was logged during a run, laid over the path of the peak."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from choice.catalogue import DATA_DIR
from components import terms
from components.drop_zone import named_drop_zones

from surgecore import SweepError
from surgecore.tables.guarded import read_guarded
from surgecore.words import plain, say

SCALES = ("noise_scale", "simple_noise_scale", "sgd_noise_scale", "l1_noise_scale")
_BUNDLED = DATA_DIR / "why" / "digits-mlp-series.csv"
_MOST_POINTS = 60


def show() -> None:
    terms.text(say("explore-logged-about", scales=", ".join(f"`{key}`" for key in SCALES)))
    file = st.file_uploader(say("explore-logged-file"), type=["csv"], key="logged_file", on_change=_use_file)
    named_drop_zones("logged")
    if _BUNDLED.exists():
        st.button(say("explore-logged-bundled"), on_click=_use, args=(_BUNDLED.read_bytes,))
    if problem := st.session_state.get("logged_problem"):
        st.error(plain(problem), icon=":material/error:")
    frame: pd.DataFrame | None = st.session_state.get("logged_frame")
    if frame is None:
        return
    keys = [key for key in SCALES if key in frame]
    st.segmented_control(
        say("explore-logged-which"), keys, default=st.session_state.get("logged_key", keys[0]),
        format_func=lambda key: say(f"scale-{key}"), required=True, key="logged_choice", on_change=_choose,
    )  # fmt: skip
    drawn = say("explore-logged-drawn", count=len(st.session_state.get("logged", [])))
    terms.caption(f"{drawn} {st.session_state.get('logged_note', '')}")
    if file is None:
        st.button(say("explore-logged-remove"), on_click=_clear)


def _clear() -> None:
    st.session_state["logged"], st.session_state["logged_problem"] = [], None
    st.session_state.pop("logged_frame", None)


def _use_file() -> None:
    file = st.session_state.get("logged_file")
    _clear()
    if file is not None:
        _use(file.getvalue)


def _use(read: Callable[[], bytes]) -> None:
    _clear()
    try:
        frame = read_guarded(read(), name=say("explore-logged-file")).frame
        keys = [key for key in SCALES if key in frame]
        if "step" not in frame or not keys:
            raise ValueError(f"it must have the column step and one of {', '.join(SCALES)}")
        frame = frame[["step", *keys]].apply(pd.to_numeric)
        if frame.empty or not np.isfinite(frame["step"]).all() or (frame["step"] < 0).any():
            raise ValueError("every step must be a number, and none negative")
        if not any((frame[key] > 0).any() for key in keys):
            raise ValueError("a noise scale must be positive somewhere")
    except (ValueError, SweepError) as error:
        st.session_state["logged_problem"] = say("explore-logged-unusable", why=str(error))
        return
    st.session_state["logged_frame"] = frame
    st.session_state["logged_key"] = next(key for key in keys if (frame[key] > 0).any())
    _draw()


def _choose() -> None:
    st.session_state["logged_key"] = st.session_state["logged_choice"]
    _draw()


def _draw() -> None:
    frame, key = st.session_state["logged_frame"], st.session_state["logged_key"]
    last = max(float(frame["step"].max()), 1.0)
    kept = frame[np.isfinite(frame[key]) & (frame[key] > 0)]
    left = len(frame) - len(kept)
    st.session_state["logged_note"] = say("explore-logged-left", count=left) if left else ""
    kept = kept.iloc[:: max(1, len(kept) // _MOST_POINTS)]
    points: list[dict[str, Any]] = [
        {"part": step / last, "batch": scale} for step, scale in zip(kept["step"], kept[key], strict=True)
    ]
    st.session_state["logged"] = points
