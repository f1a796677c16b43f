"""The address of a page: written at once and only where something changed, so that the browser's Back leads back."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

_PAGE, _NEW, _WROTE = "address-page", "address-new", "address-wrote"


def arrive(page: str) -> None:
    """Note which page this run is on, before it writes anything."""
    state = st.session_state
    state[_NEW] = state.get(_PAGE) != page
    state[_PAGE] = page


def follow(who: str, wanted: Mapping[str, str | list[str]]) -> None:
    """Give the address these parts, "" for none, where the page was just opened or `who` wants something new.

    What the browser went back to stays as it is: written anew, it would be a step forward, and Back a step in place.
    """
    wrote = st.session_state.setdefault(_WROTE, {})
    if not st.session_state.get(_NEW, True) and wrote.get(who) == dict(wanted):
        return
    wrote[who] = dict(wanted)
    now = {key: st.query_params.get(key) for key in st.query_params}
    # one entry in the history, however many parts
    if new := {key: text for key, text in wanted.items() if text and now.get(key) != text}:
        st.query_params.update(new)
    for key in [key for key, text in wanted.items() if not text and key in now]:
        del st.query_params[key]
