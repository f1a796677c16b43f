"""Core objects as plotly figures. Pure: no streamlit, and no maths beyond axis limits and colour limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from figures import axes, marks
from figures.palette import GREY, GRID, MEASURED, STYLES
from surgecore import FitResult, Optimum
from surgecore.words import batch_size as batch_words
from surgecore.words import curve, number, say

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
        hovertemplate=say("hover-curve", batch="%{x:.4g}", rate="%{y:.3g}") + f"<extra>{name}</extra>",
    )


def _hover(optimum: Optimum) -> str:
    lines = [say("hover-curve", batch=batch_words(optimum.batch_size), rate=number(optimum.learning_rate))]
    if optimum.interval:
        low, high = optimum.interval
        lines.append(say("hover-interval", low=number(low), high=number(high)))
    if optimum.on_edge:
        lines.append(say(f"edge-{optimum.on_edge}"))
    lines.append(f"{say('trials', count=optimum.n_trials)}, {say('diverged-runs', count=optimum.n_infeasible)}")
    return "<br>".join(lines)


def points(figure: go.Figure, optima: Sequence[Optimum], label: str) -> None:
    """Measured optima: markers with their 95 % intervals, never joined; bounds as triangles."""
    inside = [o for o in optima if not o.on_edge]
    edges = [o for o in optima if o.on_edge]
    hover = f"%{{text}}<extra>{say('hover-measured')}</extra>"
    if inside:
        rates = [o.learning_rate for o in inside]
        figure.add_scatter(
            x=[o.batch_size for o in inside],
            y=rates,
            error_y=marks.bars(rates, [o.interval for o in inside]),
            name=label,
            mode="markers",
            marker=MEASURED,
            meta="measured",
            text=[_hover(o) for o in inside],
            hovertemplate=hover,
        )
    if edges:
        figure.add_scatter(
            x=[o.batch_size for o in edges],
            y=[o.learning_rate for o in edges],
            name=say("points-on-edge"),
            mode="markers",
            marker=MEASURED | {"symbol": [marks.symbol(o.on_edge) for o in edges], "size": 12},
            meta="measured_on_edge",
            text=[_hover(o) for o in edges],
            hovertemplate=hover,
        )


def fits(
    optima: Sequence[Optimum], results: Sequence[FitResult], *, measured_label: str, unit: str | None = None
) -> go.Figure:
    """Measured optima with fitted laws and their 95 % bands, one octave beyond the data each side."""
    figure = axes.blank(560)
    if not optima:
        figure.update_xaxes(axes.batch_axis(1, 2**10))
        figure.update_yaxes(axes.lr_axis(axes.best_rate(unit), 1e-4, 1))
        return axes.empty(figure, say("empty-fits"))
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
    points(figure, optima, measured_label)
    heights = [o.learning_rate for o in optima] + [b for o in optima if o.interval for b in o.interval]
    low, high = axes.lr_span(heights)
    figure.update_xaxes(axes.batch_axis(*x))
    figure.update_yaxes(axes.lr_axis(axes.best_rate(unit), low / 1.3, high * 1.3))
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
            hovertemplate=f"{say('batch-is', batch='%{x:.4g}')}<br>%{{y:.2g}} %<extra>{curve(key)}</extra>",
        )
    figure.update_xaxes(axes.batch_axis(*((min(sizes) / 2, max(sizes) * 2) if sizes else (1, 2**10))))
    figure.update_yaxes(
        title={"text": say("axis-residual")},
        zeroline=True,
        zerolinecolor=GREY,
        gridcolor=GRID,
    )
    return figure if sizes else axes.empty(figure, say("empty-residuals"))
