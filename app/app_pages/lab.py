"""Lab: bet on a batch size that nobody has tried, and learn what an error bar is worth."""

import streamlit as st
from choice import catalogue
from components import terms
from components.lab import lab
from lab import game, group, shown

from surgecore import words
from surgecore.sweeps.bet import HiddenSweep
from surgecore.words import say

RESULTS = "results"


@st.cache_resource(show_spinner=False)
def hidden_sweep(instance: int) -> HiddenSweep:
    name = game.Game(instance).hides
    return HiddenSweep(catalogue.bundled(title(name)), seed=instance)


def title(name: str) -> str:
    return next(entry.title for entry in catalogue.entries() if entry.name == name)


def write(now: game.Game) -> None:
    wanted = now.to_query()
    for key in game.KEYS:
        if key in wanted:
            st.query_params[key] = wanted[key]
        elif key in st.query_params:
            del st.query_params[key]


query = {key: st.query_params.get_all(key) for key in st.query_params}
hidden = hidden_sweep(game.instance_of(query))
now, notices = game.from_query(query, hidden)

st.title(say("lab-title", batch=f"{hidden.target:g}"), anchor=False)
facts = {"budget": f"{hidden.budget:g}", "rounds": game.ROUNDS, "largest": f"{hidden.largest:g}"}
terms.text(say("lab-rules", batch=f"{hidden.target:g}", **facts))
for notice in notices:
    st.warning(words.plain(notice), icon=":material/link_off:")

# the room of the board, so that what stands below does not jump while it loads
room = f".st-key-lab {{min-height: {150 + 30 * len(hidden.learning_rates)}px}}"
st.markdown(f"<style>@media (min-width: 801px) {{{room}}}</style>", unsafe_allow_html=True)
deed = lab(shown.data(now, hidden, title(now.hides)))
if deed:
    write(game.with_deed(now, deed, hidden))
    st.rerun()

with st.expander(say("lab-class"), expanded=RESULTS in query, key="class"):
    terms.text(say("lab-class-how"))
    text = st.text_area(say("lab-class-lines"), value="\n".join(query.get(RESULTS, [])), height=160, key="lines")
    entries, problems = group.read(text, hidden_sweep)
    for problem in problems:
        st.warning(words.plain(problem), icon=":material/warning:")
    if entries:
        terms.text(group.verdict(entries))
        st.table(group.table(entries))
    if text.splitlines() != query.get(RESULTS, []):
        st.query_params[RESULTS] = text.splitlines()
