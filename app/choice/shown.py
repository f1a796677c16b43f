"""The sweep on show: one for all pages, in the session and in the address."""

from __future__ import annotations

import streamlit as st

from choice import address, catalogue, uploads
from choice.shelf import KEPT, Held, shelf
from choice.uploads import OWN
from choice.waiting import analysis_for as waiting_for
from surgecore import Analysis, Entry, Sweep, words
from surgecore.words import plain, say

#: Key of the sweep in the address; what is on show by name; the bundled one that was last; a sentence for the visitor;
#: and what the address said and was made to say.
KEY, SHOWN, BUNDLED, NOTICE, SAID = "sweep", "shown", "bundled", "sweep-notice", "sweep-said"


def show(name: str) -> None:
    """From now on the sweep of that name is on show, be it one already or still to be understood."""
    st.session_state[SHOWN] = name
    st.session_state.pop(NOTICE, None)
    if shelf().find(name) is not None:
        shelf().last = name


def show_trained(label: str, sweep: Sweep, optimizer: str) -> None:
    """Offer a sweep that was trained here on every page, and show it from now on."""
    uploads.put_trained(label, sweep, optimizer)
    show(label)


def follow_address() -> None:
    """Take the sweep from the address where that is new, say so where it cannot be shown, and keep the address true."""
    text, state, mine = st.query_params.get(KEY, ""), st.session_state, shelf()
    if text and text not in state.get(SAID, ()):
        if (title := catalogue.named(text)) is not None:
            show(title)
        elif text == OWN and mine.items:
            show(mine.last if mine.find(mine.last) else mine.items[-1].label)
        else:
            state.pop(SHOWN, None)
            state[NOTICE] = _lost(text)
    if not _is_there(state.get(SHOWN, "")):
        state.pop(SHOWN, None)
    name = state.get(SHOWN, "")
    if name in catalogue.by_title():
        state[BUNDLED] = name
    says = code(name) if name in catalogue.by_title() else OWN if name else ""
    state[SAID] = {text, says}
    address.follow("shown", {KEY: says, KEPT: mine.key if says == OWN else ""})


def _is_there(name: str) -> bool:
    return name in catalogue.by_title() or shelf().find(name) is not None


def _lost(text: str) -> str:
    if text == OWN:
        return say("choice-lost-own")
    return say("choice-lost", key=KEY, text=plain(repr(text[:80])))


def link() -> dict[str, str]:
    """What the address of any page says of the sweep on show: a link that carries it need not be written anew."""
    return {key: value for key in (KEY, KEPT) if (value := st.query_params.get(key, ""))}


def name() -> str | None:
    """Name of what is on show, be it a sweep or not yet; None where nothing was chosen."""
    found: str | None = st.session_state.get(SHOWN)
    return found


def bundled_title() -> str:
    """The bundled sweep that was on show last, the first one at first."""
    title: str = st.session_state.get(BUNDLED, catalogue.entries()[0].title)
    return title


def item() -> Held | None:
    """The visitor's own that is on show, be it a sweep or not yet."""
    return shelf().find(name() or "")


def waiting() -> Held | None:
    """The upload on show while it is no sweep: it is refused, or a choice is left to make."""
    found = item()
    return found if found is not None and not isinstance(uploads.read(found), Sweep) else None


def upload() -> Held | None:
    """The upload on show that is a sweep and has a table, or None while it is another one."""
    found = item()
    return found if found is not None and found.table is not None and waiting() is None else None


def entry() -> Entry | None:
    """The bundled sweep that pages are about, or None while it is the visitor's own."""
    if item() is not None and waiting() is None:
        return None
    return catalogue.by_title()[bundled_title()]


def unit() -> str:
    """Unit of the learning rates on show, by their optimizer; unknown for an upload."""
    found, own = entry(), item()
    return words.lr_unit(found.optimizer if found else own.optimizer if own else None)


def analysis() -> Analysis:
    """Everything known about the sweep on show; of the last bundled one while there is no other."""
    found = item()
    sweep = uploads.read(found) if found is not None else None
    return analysis_for(sweep) if isinstance(sweep, Sweep) else bundled_analysis(bundled_title())


def others() -> list[str]:
    """Names of everything that the sweep on show can be compared with."""
    here = name()
    return [label for label in (*own_sweeps(), *catalogue.places()) if label != here]


def codes(labels: list[str]) -> dict[str, str]:
    """Those names by what an address calls them, as `code`."""
    known = catalogue.by_title()
    return {known[label].name if label in known else label: label for label in labels}


def at_another_target() -> tuple[Entry, Entry] | None:
    """The bundled sweep on show and its like at another target loss, the earlier target first; None without one."""
    here = entry()
    if here is None or here.protocol != "target":
        return None
    same = ("workload", "optimizer", "protocol", "settings", "state", "horizon", "amount")
    for other in catalogue.entries():
        if other.loss != here.loss and all(getattr(other, key) == getattr(here, key) for key in same):
            return (here, other) if here.loss > other.loss else (other, here)
    return None


def code(label: str) -> str:
    """What an address calls a sweep: a bundled one by its name, the visitor's own by the label that it has."""
    found = catalogue.by_title().get(label)
    return found.name if found else label


def own_sweeps() -> list[str]:
    """Names of the visitor's own that are sweeps."""
    return [found.label for found in shelf().items if isinstance(uploads.read(found), Sweep)]


def analysis_of(label: str) -> Analysis:
    found = shelf().find(label)
    sweep = uploads.read(found) if found is not None else None
    return analysis_for(sweep) if isinstance(sweep, Sweep) else bundled_analysis(label)


def bundled_analysis(title: str) -> Analysis:
    return waiting_for(catalogue.bundled(title), own=False)


def analysis_for(sweep: Sweep) -> Analysis:
    """The analysis of a visitor's own sweep, which is nobody else's."""
    return waiting_for(sweep, own=True)
