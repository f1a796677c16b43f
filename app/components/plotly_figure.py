"""A plotly figure on a page, with its text for those who cannot see it."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st


def show(figure: go.Figure, *, name: str, alt: str) -> None:
    """The figure with a camera button that saves it as PNG at twice its size; `name` is its key and its file's name."""
    image = {"format": "png", "filename": name, "width": 1200, "height": 800, "scale": 2}
    st.plotly_chart(
        figure,
        key=name,
        alt=alt,
        config={
            "displaylogo": False,
            "toImageButtonOptions": image,
            "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
        },
    )
