"""The loss over batch size and learning rate as a Plotly figure, to hover over and to zoom into. Pure.

Every measured cell is in it, also the lost ones, and the optima.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from figures import axes
from figures.marks import said
from figures.palette import DIVERGED, ERROR_BAR, GREY, INK, MEASURED
from surgecore import Metric, Optimum, Sweep
from surgecore.words import batch_size as batch_words
from surgecore.words import metric_name, number, say

FloatArray = NDArray[np.float64]

#: Part of an axis that is kept free beyond the outermost markers.
_ROOM = 0.04


def colour_limits(losses: Sequence[float] | FloatArray) -> tuple[float, float]:
    """Colour scale that huge losses cannot wreck: from the best loss to three times the median's distance."""
    finite = np.asarray(losses, dtype=float)
    finite = finite[np.isfinite(finite)]
    if not finite.size:
        return 0.0, 1.0
    low = float(finite.min())
    high = min(float(finite.max()), low + 3.0 * (float(np.median(finite)) - low))
    return low, high if high > low else float(finite.max()) if finite.max() > low else low + 1.0


def _edges(values: FloatArray) -> FloatArray:
    """Borders of the cells of a log grid, half way between neighbours."""
    logs = np.log(values)
    inner = (logs[1:] + logs[:-1]) / 2
    if not inner.size:
        return np.exp(np.array([logs[0] - 0.35, logs[0] + 0.35]))
    return np.exp(np.concatenate([[2 * logs[0] - inner[0]], inner, [2 * logs[-1] - inner[-1]]]))


def _with_gaps(sizes: FloatArray) -> tuple[FloatArray, list[float]]:
    """Borders as `_edges`, and what lies between: a batch size, or NaN where one of the usual steps was left out."""
    logs = np.log(sizes)
    if len(logs) < 3:
        return _edges(sizes), list(sizes)
    half = float(np.median(np.diff(logs))) / 2
    edges, columns = [logs[0] - half], [float(sizes[0])]
    for last, log, size in zip(logs, logs[1:], sizes[1:], strict=False):
        if log - last > 3 * half:
            edges += [last + half, log - half]
            columns += [np.nan, float(size)]
        else:
            edges.append((last + log) / 2)
            columns.append(float(size))
    return np.exp([*edges, logs[-1] + half]), columns


def _span(edges: FloatArray, values: Iterable[float]) -> tuple[float, float]:
    """Ends of an axis: the cells, and room for a whole marker at the outermost values."""
    levels = list(values)
    room = (max(levels) / min(levels)) ** _ROOM
    return min(edges[0], min(levels) / room), max(edges[-1], max(levels) * room)


def _cell_hover(cell: pd.Series, metric: Metric) -> str:
    text = say("hover-curve", batch=batch_words(cell.batch_size), rate=number(cell.learning_rate))
    if np.isfinite(cell.loss):
        error = f" ± {number(cell.stderr, 1)}" if np.isfinite(cell.stderr) else ""
        text += f"<br>{escape(metric_name(metric))} {number(metric.shown(float(cell.loss)))}{error}"
    runs = [say("trials", count=int(cell.n_trials))]
    runs += [say("diverged-runs", count=int(cell.n_infeasible))] if cell.n_infeasible else []
    runs += [say("incomplete-runs", count=int(cell.n_incomplete))] if cell.n_incomplete else []
    return f"{text}<br>{', '.join(runs)}"


def draw(
    sweep: Sweep | None, optima: Sequence[Optimum] = (), *, loss_title: str = "", unit: str | None = None
) -> go.Figure:
    """A heat map where the cells form a grid; every measured cell is a marker, whatever became of it."""
    figure = _blank()
    cells = pd.DataFrame() if sweep is None else sweep.cells()
    if cells.empty:
        figure.update_xaxes(axes.batches(1, 2**10).plotly())
        figure.update_yaxes(axes.decades(axes.rate(unit), 1e-4, 1).plotly())
        return figure.add_annotation(
            text=say("empty-map"), x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False, font={"size": 16}
        )
    table = cells.pivot(index="learning_rate", columns="batch_size", values="loss")  # noqa: PD010
    (x, columns), y = _with_gaps(table.columns.to_numpy(dtype=float)), _edges(table.index.to_numpy(dtype=float))
    metric = sweep.metric
    low, high = colour_limits(cells["loss"].to_numpy(dtype=float))
    low, high = sorted((metric.shown(low), metric.shown(high)))
    figure.update_layout(coloraxis=_colours(metric, low, high, loss_title or metric_name(metric)))
    is_grid = len(cells) >= 0.4 * table.size
    if is_grid:
        figure.add_heatmap(
            x=x,
            y=y,
            z=metric.shown(table.reindex(columns=columns).to_numpy(dtype=float)),
            coloraxis="coloraxis",
            hoverinfo="skip",
            meta="loss",
        )
    finite = cells[np.isfinite(cells["loss"])]
    figure.add_scatter(
        x=finite["batch_size"],
        y=finite["learning_rate"],
        name=say("points-cell"),
        mode="markers",
        marker={"size": 5, "color": "rgba(255, 255, 255, 0.55)", "line": {"color": INK, "width": 0.5}}
        if is_grid
        else {"size": 7, "color": metric.shown(finite["loss"]), "coloraxis": "coloraxis"},
        meta="cells",
        text=[_cell_hover(cell, metric) for _, cell in finite.iterrows()],
        hovertemplate="%{text}<extra></extra>",
    )
    _mark_lost(figure, cells, metric)
    _mark_optima(figure, optima)
    figure.update_xaxes(axes.batches(*_span(x, table.columns)).plotly() | {"showgrid": False})
    figure.update_yaxes(axes.decades(axes.rate(unit), *_span(y, table.index)).plotly() | {"showgrid": False})
    return figure


def _colours(metric: Metric, low: float, high: float, title: str) -> dict[str, object]:
    """The scale of colours, with its bar below the plot."""
    return {
        "colorscale": "YlGnBu_r" if metric.sign > 0 else "YlGnBu",
        "cmin": low,
        "cmax": high,
        "colorbar": {
            "title": {"text": escape(title), "side": "top"},
            "exponentformat": "e",
            "orientation": "h",
            "thickness": 12,
            "outlinewidth": 0,
            "y": -0.16,
            "yanchor": "top",
        },
    }


def _blank() -> go.Figure:
    figure = go.Figure()
    legend = {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.05, "yanchor": "bottom", "font": {"size": 14}}
    # a saved image has another font, wider than the one that the page measures: as wide as is needed there
    legend |= {"entrywidth": 300, "entrywidthmode": "pixels"}
    figure.update_layout(
        height=600, margin={"l": 72, "r": 16, "t": 40, "b": 60}, font={"size": 14}, hovermode="closest",
        legend=legend | {"bgcolor": "rgba(0, 0, 0, 0)"},
    )  # fmt: skip
    return figure


def _mark_optima(figure: go.Figure, optima: Sequence[Optimum]) -> None:
    """Markers with their 95 % intervals, never joined; bounds as triangles."""
    inside, edges = ([o for o in optima if bool(o.on_edge) is bound] for bound in (False, True))
    look = {"mode": "markers", "hovertemplate": f"%{{text}}<extra>{say('hover-measured')}</extra>"}
    if inside:
        ends = [o.interval or (o.learning_rate, o.learning_rate) for o in inside]
        bars = {
            "type": "data", "symmetric": False,
            "array": [high - o.learning_rate for o, (_, high) in zip(inside, ends, strict=True)],
            "arrayminus": [o.learning_rate - low for o, (low, _) in zip(inside, ends, strict=True)],
        }  # fmt: skip
        figure.add_scatter(
            x=[o.batch_size for o in inside], y=[o.learning_rate for o in inside], error_y=ERROR_BAR | bars,
            name=say("points-optimum"), marker=MEASURED, meta="measured", text=[said(o) for o in inside], **look,
        )  # fmt: skip
    if edges:
        symbols = [{"high": "triangle-up", "low": "triangle-down"}[str(o.on_edge)] for o in edges]
        figure.add_scatter(
            x=[o.batch_size for o in edges], y=[o.learning_rate for o in edges], name=say("points-on-edge"),
            marker=MEASURED | {"symbol": symbols, "size": 12}, meta="measured_on_edge",
            text=[said(o) for o in edges], **look,
        )  # fmt: skip


def _mark_lost(figure: go.Figure, cells: pd.DataFrame, metric: Metric) -> None:
    no_loss = ~np.isfinite(cells["loss"])
    groups = {
        "diverged": (cells[no_loss & (cells["n_infeasible"] > 0)], "x", DIVERGED),
        "some-diverged": (cells[~no_loss & (cells["n_infeasible"] > 0)], "x-thin", DIVERGED),
        "incomplete": (cells[no_loss & (cells["n_infeasible"] == 0)], "square-open", GREY),
    }
    for key, (lost, symbol, colour) in groups.items():
        if len(lost):
            figure.add_scatter(
                x=lost["batch_size"],
                y=lost["learning_rate"],
                name=say(f"points-{key}"),
                mode="markers",
                marker={"symbol": symbol, "size": 9, "color": colour, "line": {"color": colour, "width": 2}},
                meta=key,
                text=[_cell_hover(cell, metric) for _, cell in lost.iterrows()],
                hovertemplate=f"%{{text}}<extra>{say(f'points-{key}')}</extra>",
            )
