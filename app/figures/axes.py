"""The axes that every figure shares: logarithmic, titled, with units; batch sizes ticked at powers of two."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log2, log10

import numpy as np
import plotly.graph_objects as go

from figures.palette import GREY, GRID
from surgecore.words import number, power_of_two

BATCH_TITLE = "Batch size [examples]"
LR_UNIT = "parameter units per step"


def batch_axis(low: float, high: float) -> dict[str, object]:
    first, last = ceil(log2(low) - 1e-9), floor(log2(high) + 1e-9)
    step = 1 if last - first <= 7 else 2 if last - first <= 16 else 4
    powers = range(first + first % step, last + 1, step)
    return _axis(BATCH_TITLE, low, high) | {
        "tickvals": [2.0**k for k in powers],
        "ticktext": [power_of_two(k) for k in powers],
    }


def lr_axis(title: str, low: float, high: float) -> dict[str, object]:
    decades = range(floor(log10(low)), ceil(log10(high)) + 1)
    steps = (1,) if log10(high / low) > 4 else (1, 3) if log10(high / low) > 2.2 else (1, 2, 5)
    values = [m * 10.0**k for k in decades for m in steps]
    return _axis(title, low, high) | {"tickvals": values, "ticktext": [number(value, 1) for value in values]}


def _axis(title: str, low: float, high: float) -> dict[str, object]:
    return {
        "title": {"text": title, "standoff": 12},
        "type": "log",
        "range": [log10(low), log10(high)],
        "gridcolor": GRID,
        "zeroline": False,
        "ticks": "outside",
        "tickcolor": GRID,
        "showline": True,
        "linecolor": GREY,
        "tickfont": {"size": 14},
    }


def blank(height: int) -> go.Figure:
    figure = go.Figure()
    figure.update_layout(
        height=height,
        margin={"l": 72, "r": 16, "t": 40, "b": 60},
        font={"size": 14},
        hovermode="closest",
        legend={
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1.05,
            "yanchor": "bottom",
            "font": {"size": 14},
            "bgcolor": "rgba(0, 0, 0, 0)",
        },
    )
    return figure


def empty(figure: go.Figure, text: str) -> go.Figure:
    figure.add_annotation(text=text, x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False, font={"size": 16})
    return figure


def lr_span(values: Sequence[float]) -> tuple[float, float]:
    usable = [v for v in values if v is not None and np.isfinite(v) and v > 0]
    return (min(usable) / 1.6, max(usable) * 1.6) if usable else (1e-4, 1.0)
