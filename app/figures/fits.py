"""Core objects as plotly figures. Pure: no streamlit, and no maths beyond axis limits and colour limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from figures import axes
from figures.palette import ERROR_BAR, GREY, GRID, MEASURED, STYLES
from surgecore import FitResult, Optimum
from surgecore.words import batch_size as batch_words
from surgecore.words import count, curve, number, say

FloatArray = NDArray[np.float64]
Curve = Callable[[FloatArray], FloatArray]

POINTS = 241


def _line(figure: go.Figure, key: str, x: FloatArray, y: FloatArray, name: str) -> None:
    figure.add_scatter(
        x=x,
        y=np.where(y > 0, y, np.nan),  # a negative rate has no place on a log axis
        name=name,
        mode="lines",
        line=STYLES[key].line(),
        meta=key,
        hovertemplate="B = %{x:.4g}<br>learning rate %{y:.3g}<extra>" + name + "</extra>",
    )


def _hover(optimum: Optimum) -> str:
    lines = [f"B = {batch_words(optimum.batch_size)}", f"learning rate {number(optimum.learning_rate)}"]
    if optimum.interval:
        low, high = optimum.interval
        lines.append(f"95 % from {number(low)} to {number(high)}")
    if optimum.on_edge:
        lines.append(f"on the {optimum.on_edge} edge of the grid: only a bound")
    lines.append(f"{count(optimum.n_trials, 'trial')}, {optimum.n_infeasible} diverged")
    return "<br>".join(lines)


def measured(figure: go.Figure, optima: Sequence[Optimum], label: str) -> None:
    """Measured optima: markers with their 95 % intervals, never joined; bounds as triangles."""
    inside = [o for o in optima if not o.on_edge]
    edges = [o for o in optima if o.on_edge]
    bars = [o.interval or (o.learning_rate, o.learning_rate) for o in inside]
    if inside:
        figure.add_scatter(
            x=[o.batch_size for o in inside],
            y=[o.learning_rate for o in inside],
            error_y=ERROR_BAR
            | {
                "type": "data",
                "symmetric": False,
                "array": [high - o.learning_rate for o, (_, high) in zip(inside, bars, strict=True)],
                "arrayminus": [o.learning_rate - low for o, (low, _) in zip(inside, bars, strict=True)],
            },
            name=label,
            mode="markers",
            marker=MEASURED,
            meta="measured",
            text=[_hover(o) for o in inside],
            hovertemplate="%{text}<extra>measured</extra>",
        )
    if edges:
        figure.add_scatter(
            x=[o.batch_size for o in edges],
            y=[o.learning_rate for o in edges],
            name="Measured, on the edge of the grid: a bound",
            mode="markers",
            marker=MEASURED
            | {
                "symbol": ["triangle-up" if o.on_edge == "high" else "triangle-down" for o in edges],
                "size": 12,
            },
            meta="measured on edge",
            text=[_hover(o) for o in edges],
            hovertemplate="%{text}<extra>measured</extra>",
        )


def fits(
    optima: Sequence[Optimum], results: Sequence[FitResult], *, measured_label: str, unit: str = axes.LR_UNIT
) -> go.Figure:
    """Measured optima with fitted laws and their 95 % bands, one octave beyond the data each side."""
    figure = axes.blank(560)
    if not optima:
        figure.update_xaxes(axes.batch_axis(1, 2**10))
        figure.update_yaxes(axes.lr_axis(f"Optimal learning rate [{unit}]", 1e-4, 1))
        return axes.empty(figure, "No optimum to fit")
    sizes = [o.batch_size for o in optima]
    x = min(sizes) / 2, max(sizes) * 2
    grid = np.geomspace(*x, POINTS)
    fitted = [(result, result.law) for result in results if result.law is not None]
    for result, _law in fitted:
        low, high = (np.asarray(edge, dtype=float) for edge in result.band(grid))
        known = np.isfinite(low) & np.isfinite(high) & (low > 0)
        if known.any():
            figure.add_scatter(
                x=np.concatenate([grid[known], grid[known][::-1]]),
                y=np.concatenate([high[known], low[known][::-1]]),
                fill="toself",
                mode="lines",
                line={"width": 0},
                fillcolor=STYLES[result.family.key].fill(0.16),
                name=say("band-of", curve=curve(result.family.key)),
                meta=f"{result.family.key} band",
                hoverinfo="skip",
                showlegend=False,
            )
    for result, law in fitted:
        _line(figure, result.family.key, grid, np.asarray(law(grid)), curve(result.family.key))
    measured(figure, optima, measured_label)
    heights = [o.learning_rate for o in optima] + [b for o in optima if o.interval for b in o.interval]
    low, high = axes.lr_span(heights)
    figure.update_xaxes(axes.batch_axis(*x))
    figure.update_yaxes(axes.lr_axis(f"Optimal learning rate [{unit}]", low / 1.3, high * 1.3))
    return figure


def residuals(results: Sequence[FitResult]) -> go.Figure:
    """Measured over fitted learning rate, minus one, against batch size, for the optima that were fitted."""
    figure = axes.blank(360)
    sizes = [o.batch_size for result in results for o in result.used]
    for result in results:
        key = result.family.key
        figure.add_scatter(
            x=[o.batch_size for o in result.used],
            y=100 * np.expm1(result.residuals),
            name=curve(key),
            mode="markers",
            marker={"color": STYLES[key].colour, "size": 9},
            meta=key,
            hovertemplate="B = %{x:.4g}<br>%{y:.2g} %<extra>" + curve(key) + "</extra>",
        )
    figure.update_xaxes(axes.batch_axis(*((min(sizes) / 2, max(sizes) * 2) if sizes else (1, 2**10))))
    figure.update_yaxes(
        title={"text": "Measured over fitted, minus one [%]"},
        zeroline=True,
        zerolinecolor=GREY,
        gridcolor=GRID,
    )
    return figure if sizes else axes.empty(figure, "No residuals")
