"""Surge Explorer: optimal learning rate against batch size."""

from pathlib import Path

import streamlit as st
from choice import controls, reading_panel, uploads

from surgecore import words

icon = Path(__file__).with_name("icon.svg")
st.set_page_config(page_title="Surge Explorer", page_icon=icon, layout="wide", initial_sidebar_state=340)

explore = st.Page("app_pages/explore.py", title="Explore", icon=":material/tune:", default=True)
sweep = st.Page("app_pages/sweep.py", title="Sweep", icon=":material/grid_on:", url_path="sweep")
why = st.Page("app_pages/why.py", title="Why", icon=":material/help:", url_path="why")
train = st.Page("app_pages/train.py", title="Train", icon=":material/play_circle:", url_path="train")
about = st.Page("app_pages/about.py", title="About", icon=":material/menu_book:", url_path="about")
page = st.navigation([explore, sweep, why, train, about], position="top")
about_a_sweep = page not in (why, train)
with st.sidebar:
    st.markdown("### Surge Explorer")
    # Drawn on every page and hidden where it has no effect: an uploader that is left out forgets its files
    with st.container(key="choice"):
        controls.choose_sweep()
    if not about_a_sweep:
        st.html("<style>.st-key-choice {display: none}</style>")
        st.caption("Explore and Sweep offer a choice of sweeps, and take your own.")
if about_a_sweep:
    controls.say_notice()
    if page == sweep and controls.waiting() is not None:
        st.title(words.plain(controls.shown()), anchor=False)
    reading_panel.report(uploads.held(), controls.shown(), controls.bundled_title(), alone=page == sweep)
page.run()
