"""The address of a page: written at once and only where something changed, so that the browser's Back leads back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

import streamlit as st

T = TypeVar("T")

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
    now = {key: st.query_params.get_all(key) for key in st.query_params}
    # one entry in the history, however many parts
    if new := {key: text for key, text in wanted.items() if text and now.get(key) != _all(text)}:
        st.query_params.update(new)
    for key in [key for key, text in wanted.items() if not text and key in now]:
        del st.query_params[key]


def _all(text: str | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else text


#: What the address says where several may be chosen and none is.
_NONE = "none"


class Field(Generic[T]):
    """What a widget shows, in the address by codes that no language changes; the first is left out.

    Made before its widget, which has the same key; `keep` after it.

    Parameters
    ----------
    key : str
        Of the widget and in the address.
    codes : mapping of str to value
        What the address may say.
    old : mapping of str to value, optional
        What it said in earlier versions: labels.
    """

    def __init__(self, key: str, codes: Mapping[str, T], old: Mapping[str, T] | None = None) -> None:
        self.key, self.codes = key, codes
        _begin(key, {**(old or {}), **codes}, None)
        if st.session_state.get(key) not in codes.values():
            st.session_state[key] = next(iter(codes.values()))

    def keep(self, value: T) -> None:
        """Let the address say what is chosen."""
        code = next(code for code, one in self.codes.items() if one == value)
        _end(self.key, [] if code == next(iter(self.codes)) else [code])


class Fields(Generic[T]):
    """The same where several may be chosen; the default, which is left out, is `usual`."""

    def __init__(self, key: str, codes: Mapping[str, T], usual: Sequence[T], old: Mapping[str, T]) -> None:
        self.key, self.codes, self.usual = key, codes, usual
        _begin(key, {**old, **codes}, [])
        st.session_state.setdefault(key, list(usual))

    def keep(self, values: Sequence[T]) -> None:
        """Let the address say what is chosen."""
        said = [code for code, one in self.codes.items() if one in values]
        _end(self.key, [] if list(values) == list(self.usual) else said or [_NONE])


def _begin(key: str, known: Mapping[str, T], none: list[T] | None) -> None:
    """Take over what the address says, where that is new or nothing is chosen yet; `none` where several may be."""
    text, state = st.query_params.get_all(key), st.session_state
    if text == state.get(_said(key), []) and (key in state or not text):
        return
    state[_said(key)] = text
    found = [known[one] for one in text if one in known]
    if found or (text == [_NONE] and none is not None):
        state[key] = found if none is not None else found[0]
    else:
        state.pop(key, None)


def _end(key: str, says: list[str]) -> None:
    st.session_state[_said(key)] = says
    follow(f"field-{key}", {key: says})


def _said(key: str) -> str:
    return f"{key}-said"
