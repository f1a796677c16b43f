"""Defaults that follow the sweep on show, until the visitor touches them."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st


def follow(defaults: Mapping[str, object]) -> None:
    """Let what the visitor has not touched go on to the defaults of another sweep.

    A widget with a key keeps its value when its default changes: the numbers of the sweep before would stay.
    """
    for key, value in defaults.items():
        before = st.session_state.get(f"{key}-default")
        if before not in (None, value) and st.session_state.get(key, before) == before:
            st.session_state[key] = value
        st.session_state[f"{key}-default"] = value
