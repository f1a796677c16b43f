"""The axes that every figure shares: logarithmic, titled, with units; batch sizes ticked at powers of two."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log2, log10

import numpy as np
import plotly.graph_objects as go

from figures.palette import GREY, GRID
from surgecore.words import lr_unit, number, power_of_two, say


def batch_title() -> str:
    return say("axis-batch")


def best_rate(unit: str | None) -> str:
    """Title of an axis of best learning rates."""
    return say("axis-best-rate", unit=unit or lr_unit("sign"))


def rate(unit: str | None) -> str:
    """Title of an axis of learning rates."""
    return say("axis-rate", unit=unit or lr_unit("sign"))


def rate_ticks(low: float, high: float) -> list[float]:
    """1, 2, 5 of every decade, or fewer where there are many."""
    decades, octaves = range(floor(log10(low)), ceil(log10(high)) + 1), log10(high / low)
    steps = (1,) if octaves > 4 else (1, 3) if octaves > 2.2 else (1, 2, 5)
    return [m * 10.0**k for k in decades for m in steps]


def batch_axis(low: float, high: float) -> dict[str, object]:
    first, last = ceil(log2(low) - 1e-9), floor(log2(high) + 1e-9)
    step = 1 if last - first <= 7 else 2 if last - first <= 16 else 4
    powers = range(first + first % step, last + 1, step)
    return _axis(batch_title(), low, high) | {
        "tickvals": [2.0**k for k in powers],
        "ticktext": [power_of_two(k) for k in powers],
    }


def lr_axis(title: str, low: float, high: float) -> dict[str, object]:
    values = rate_ticks(low, high)
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
