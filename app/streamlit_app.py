"""Surge Explorer: optimal learning rate against batch size."""

from pathlib import Path

import streamlit as st
from choice import shown
from shell import frame

icon = Path(__file__).with_name("icon.svg")
page = st.navigation(frame.pages(), position="hidden")
st.set_page_config(page_title=frame.document_title(page), page_icon=icon, layout="wide")
shown.follow_address()
frame.top(page)
page.run()
