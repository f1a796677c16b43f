"""Citations: whom does one cite?"""

import streamlit as st

from surgecore.words import citations, say

st.title(say("page-citations"), anchor=False)
st.code(f"{citations.LI}\n\n{citations.MCCANDLISH}", language="bibtex", wrap_lines=True)
