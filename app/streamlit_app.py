"""Surge Explorer: optimal learning rate against batch size."""

from pathlib import Path

import streamlit as st
from choice import address, shown
from shell import frame
from train import listed

from surgecore.words import say

icon = Path(__file__).with_name("icon.svg")
# first of all, so that nothing is drawn narrow and then jumps
st.set_page_config(page_title=say("app-name"), page_icon=icon, layout="wide")
page = st.navigation(frame.pages(), position="hidden")
st.set_page_config(page_title=frame.document_title(page))
address.arrive(page.url_path)
shown.follow_address()
frame.top(page, listed.running)
page.run()
