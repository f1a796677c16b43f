"""A plotly figure on a page, with its text for those who cannot see it."""

from __future__ import annotations

from collections.abc import Callable, Hashable

import plotly.graph_objects as go
import streamlit as st


@st.cache_resource(show_spinner=False, max_entries=32)
def show(_draw: Callable[[], go.Figure], *, of: Hashable, name: str, alt: str) -> None:
    """The figure, by the key `name`; what saves it stands below it, see `map_exports`.

    What is drawn `of` the same is drawn and written once; Streamlit puts it on the page again.
    """
    st.plotly_chart(
        _draw(),
        key=name,
        alt=alt,
        config={
            "displaylogo": False,
            "modeBarButtonsToRemove": ["toImage", "select2d", "lasso2d", "autoScale2d"],
        },
    )
