"""Surge Explorer: optimal learning rate against batch size."""

from pathlib import Path

import controls
import reading_panel
import streamlit as st
import uploads

st.set_page_config(page_title="Surge Explorer", page_icon=Path(__file__).with_name("icon.svg"), layout="wide")

page = st.navigation(
    [
        st.Page("app_pages/explore.py", title="Explore", icon=":material/tune:", default=True),
        st.Page("app_pages/sweep.py", title="Sweep", icon=":material/grid_on:", url_path="sweep"),
        st.Page("app_pages/why.py", title="Why", icon=":material/help:", url_path="why"),
        st.Page("app_pages/train.py", title="Train", icon=":material/play_circle:", url_path="train"),
        st.Page("app_pages/about.py", title="About", icon=":material/menu_book:", url_path="about"),
    ],
    position="top",
)
with st.sidebar:
    st.markdown("### Surge Explorer")
    controls.choose_sweep()
reading_panel.report(uploads.held())
page.run()
