"""Surge Explorer: optimal learning rate against batch size."""

from pathlib import Path

import shell
import streamlit as st
from choice import shown

icon = Path(__file__).with_name("icon.svg")
page = st.navigation(shell.pages(), position="hidden")
st.set_page_config(page_title=shell.document_title(page), page_icon=icon, layout="wide")
shown.follow_address()
shell.top(page)
page.run()
