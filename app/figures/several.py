"""Figures about several sweeps, and about steps against examples. Pure: no streamlit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go

from figures import axes, marks
from figures.palette import ERROR_BAR, GREY, GRID, INK, MEASURED, STYLES
from surgecore import Optimum, Tradeoff
from surgecore.words import batch_size as batch_words
from surgecore.words import number, say

#: One colour and one marker a sweep; lines are for models, so these are never joined.
_MARKS = (
    ("#1d2127", "circle"), ("#2b7cc4", "square"), ("#d2600a", "diamond"), ("#1e9a6e", "triangle-up"),
    ("#a45fb8", "cross"), ("#b8800a", "triangle-down"), ("#c4527f", "star"), ("#7c8490", "pentagon"),
)  # fmt: skip
MOST = len(_MARKS)


def relative(optima: Sequence[Optimum]) -> tuple[Optimum, ...]:
    """Optima as parts of the largest of them, their intervals likewise."""
    top = max((o.learning_rate for o in optima), default=1.0)
    return tuple(
        replace(
            o, learning_rate=o.learning_rate / top,
            interval=o.interval and (o.interval[0] / top, o.interval[1] / top),
        )
        for o in optima
    )  # fmt: skip


def several(optima: Mapping[str, Sequence[Optimum]], *, unit: str, relative: bool = False) -> go.Figure:
    """Measured optima of several sweeps with their 95 % intervals; bounds as open markers."""
    figure = axes.blank(560)
    everything = [o for found in optima.values() for o in found]
    if not everything:
        return axes.empty(figure, say("empty-several"))
    for (name, found), (colour, symbol) in zip(optima.items(), _MARKS, strict=False):
        rates = [o.learning_rate for o in found]
        figure.add_scatter(
            x=[o.batch_size for o in found],
            y=rates,
            error_y=marks.bars(rates, [o.interval for o in found], color=colour),
            name=name,
            mode="markers",
            marker={
                "symbol": [f"{symbol}-open" if o.on_edge else symbol for o in found],
                "size": 10,
                "color": colour,
                "line": {"color": INK, "width": 1},
            },
            meta=f"measured {name}",
            hovertemplate=say("hover-curve", batch="%{x:.4g}", rate="%{y:.3g}") + f"<extra>{name}</extra>",
        )
    sizes = [o.batch_size for o in everything]
    low, high = axes.lr_span([o.learning_rate for o in everything])
    figure.update_xaxes(axes.batch_axis(min(sizes) / 2, max(sizes) * 2))
    title = say("axis-relative") if relative else axes.best_rate(unit)
    figure.update_yaxes(axes.lr_axis(title, low / 1.3, high * 1.3))
    figure.update_layout(showlegend=True)
    return figure


def tradeoff(steps: Tradeoff) -> go.Figure:
    """Steps against examples to the target: measured points, the fitted curve, and its two limits."""
    figure = axes.blank(520)
    points = steps.points
    sizes = points["batch_size"].to_numpy(dtype=float)
    grid = np.geomspace(sizes.min() / 4, sizes.max() * 4, 200)
    figure.add_scatter(
        x=np.asarray(steps.examples(grid)),
        y=np.asarray(steps.steps(grid)),
        name=say("curve-tradeoff"),
        mode="lines",
        line=STYLES["sgd"].line(),
        meta="tradeoff",
        text=[say("batch-is", batch=number(b)) for b in grid],
        hovertemplate=_hover("%{x:.3g}", "%{y:.3g}", "hover-fit"),
    )
    errors = points["stderr"].to_numpy(dtype=float) if "stderr" in points else np.full(len(points), np.nan)
    spread = np.expm1(1.96 * np.nan_to_num(errors)) * points["steps"].to_numpy(dtype=float)
    figure.add_scatter(
        x=points["examples"],
        y=points["steps"],
        error_y=ERROR_BAR | {"type": "data", "array": spread},
        name=say("points-tradeoff"),
        mode="markers",
        marker=MEASURED,
        meta="measured_tradeoff",
        text=[say("batch-is", batch=batch_words(b)) for b in sizes],
        hovertemplate=_hover("%{x:.4g}", "%{y:.4g}", "hover-measured"),
    )
    style = {"type": "log", "gridcolor": GRID, "zeroline": False, "showline": True, "linecolor": GREY}
    figure.update_xaxes(style | {"title": {"text": say("axis-examples")}})
    figure.update_yaxes(style | {"title": {"text": say("axis-steps")}})
    return figure


def _hover(examples: str, steps: str, what: str) -> str:
    return f"%{{text}}<br>{say('hover-tradeoff', examples=examples, steps=steps)}<extra>{say(what)}</extra>"
