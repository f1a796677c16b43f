"""The loss surface of a sweep while it fills in: what to draw, as fractions of the plot. Pure: no streamlit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import ceil, isfinite, log2
from typing import Any

import numpy as np
from plotly.colors import sample_colorscale

from figures import axes
from figures.loss_map import colour_limits
from surgecore import Optimum, words
from surgecore.tables.metric import LOSS
from surgecore.words import say

COLOURS = "YlGnBu_r"
Cells = Mapping[tuple[int, float], float | None]


class _Axis:
    """A log axis from 0 to 1, a half step of room at either end."""

    def __init__(self, values: Sequence[float]) -> None:
        self.values = sorted(set(values))
        edges = _edges(self.values)
        self.low, self.high = edges[0], edges[-1]

    def at(self, value: float) -> float:
        """Place of a value; those outside stop at the edge."""
        return round(min(max((log2(value) - self.low) / (self.high - self.low), 0.0), 1.0), 5)

    def spans(self, values: Sequence[float]) -> dict[float, tuple[float, float]]:
        """Place of each value's cell, from half way to its lower neighbour to half way to its upper one."""
        ordered = sorted(set(values))
        edges = [(edge - self.low) / (self.high - self.low) for edge in _edges(ordered)]
        return {
            value: (round(low, 5), round(high, 5)) for value, low, high in zip(ordered, edges, edges[1:], strict=False)
        }


def _edges(values: Sequence[float]) -> list[float]:
    """Borders of cells in octaves."""
    logs = [log2(value) for value in values]
    inner = [(a + b) / 2 for a, b in pairwise(logs)]
    if not inner:
        return [logs[0] - 0.5, logs[0] + 0.5]
    return [2 * logs[0] - inner[0], *inner, 2 * logs[-1] - inner[-1]]


def surface(
    batch_sizes: Sequence[int],
    learning_rates: Sequence[float],
    cells: Cells,
    *,
    optima: Sequence[Optimum] | None = None,
    show_planned: bool = True,
    loss_title: str | None = None,
    unit: str | None = None,
) -> dict[str, Any]:
    """The planned grid, the cells measured so far, and the best rate of each batch size: so far, or for good."""
    rates = [rate for _, rate in cells] + (list(learning_rates) if show_planned or not cells else [])
    x, y = _Axis([*batch_sizes, *(size for size, _ in cells)]), _Axis(rates)
    planned = {(size, rate): None for size in batch_sizes for rate in learning_rates} if show_planned else {}
    low, high = colour_limits([loss for loss in cells.values() if loss is not None])
    marks = _best(cells) if optima is None else [_optimum(optimum) for optimum in optima]
    drawn: list[dict[str, Any]] = []
    columns = x.spans(x.values)
    for size in x.values:
        here = [rate for batch, rate in {**planned, **cells} if batch == size]
        for rate, (bottom, top) in y.spans(here).items() if here else ():
            key = (int(size), rate)
            drawn.append(
                {
                    "key": f"{size}:{rate}",
                    "x": columns[size][0],
                    "w": round(columns[size][1] - columns[size][0], 5),
                    "y": round(1 - top, 5),
                    "h": round(top - bottom, 5),
                    **_look(key, cells, low, high),
                }
            )
    return {
        "cells": drawn,
        "marks": [mark | {"x": x.at(mark["batch"]), **_heights(y, mark)} for mark in marks],
        "final": optima is not None,
        "labels": {
            "best": say("points-optimum" if optima is not None else "points-best-so-far"),
            "diverged": say("points-diverged"),
            "planned": say("points-planned"),
            "above": say("scale-above"),
        },
        "xticks": [{"at": x.at(v), "text": _batch_label(v)} for v in _thinned(x.values)],
        "yticks": [{"at": round(1 - y.at(v), 5), "text": words.number(v, 1)} for v in _rate_ticks(y)],
        "xtitle": axes.batch_title(),
        "ytitle": axes.rate(unit),
        "scale": _scale(loss_title or words.metric_name(LOSS), low, high)
        if any(v is not None for v in cells.values())
        else None,
        "alt": _alt(len(planned), cells, marks, optima is not None),
    }


def _look(key: tuple[int, float], cells: Cells, low: float, high: float) -> dict[str, Any]:
    where = say("cell-at", batch=words.batch_size(key[0]), rate=words.number(key[1]))
    if key not in cells:
        return {"state": "planned", "text": say("cell-planned", where=where)}
    loss = cells[key]
    if loss is None:
        return {"state": "diverged", "text": say("cell-diverged", where=where)}
    (colour,) = sample_colorscale(COLOURS, [float(np.clip((loss - low) / (high - low), 0, 1))])
    return {"state": "measured", "fill": colour, "text": say("cell-loss", where=where, loss=words.number(loss))}


def _best(cells: Cells) -> list[dict[str, Any]]:
    best: dict[int, tuple[float, float]] = {}
    for (size, rate), loss in cells.items():
        if loss is not None and isfinite(loss) and (size not in best or loss < best[size][0]):
            best[size] = loss, rate
    return [
        {
            "batch": size,
            "lr": best[size][1],
            "text": say("mark-best", batch=words.batch_size(size), rate=words.number(best[size][1])),
        }
        for size in sorted(best)
    ]


def _optimum(optimum: Optimum) -> dict[str, Any]:
    low, high = optimum.interval or (optimum.learning_rate, optimum.learning_rate)
    known = words.interval(low, high) if optimum.interval else say("no-interval")
    known = ", ".join([known, *([say(f"edge-{optimum.on_edge}")] if optimum.on_edge else [])])
    rate = words.number(optimum.learning_rate)
    return {
        "batch": optimum.batch_size,
        "lr": optimum.learning_rate,
        "low": low,
        "high": high,
        "text": say("mark-optimum", batch=words.batch_size(optimum.batch_size), rate=rate, interval=known),
    }


def _heights(y: _Axis, mark: Mapping[str, Any]) -> dict[str, float]:
    out = {"y": round(1 - y.at(mark["lr"]), 5)}
    if mark.get("low", mark["lr"]) > 0 and "low" in mark:
        top = 1 - y.at(mark["high"]) if isfinite(mark["high"]) else 0.0
        out |= {"bottom": round(1 - y.at(mark["low"]), 5), "top": round(top, 5)}
    return out


def _batch_label(value: float) -> str:
    power = log2(value)
    return words.power_of_two(round(power)) if power == round(power) else words.number(value)


def _thinned(values: Sequence[float]) -> Sequence[float]:
    return values[:: ceil(len(values) / 12)]


def _rate_ticks(y: _Axis) -> list[float]:
    return axes.rate_ticks(2.0**y.low, 2.0**y.high)


def _scale(title: str, low: float, high: float) -> dict[str, Any]:
    return {
        "title": title,
        "low": words.number(low),
        "high": words.number(high),
        "colours": sample_colorscale(COLOURS, [k / 12 for k in range(13)]),
    }


def _alt(planned: int, cells: Cells, marks: Sequence[Mapping[str, Any]], final: bool) -> str:
    if not cells:
        return say("alt-planned", count=planned)
    said = say("alt-surface", count=len(cells), lost=sum(loss is None for loss in cells.values()))
    if not marks:
        return said
    named = {"first": marks[0], "top": max(marks, key=lambda mark: mark["lr"]), "last": marks[-1]}
    values = {name: words.number(mark["lr"]) for name, mark in named.items()}
    values |= {f"{name}_at": f"{mark['batch']:g}" for name, mark in named.items()}
    return f"{said} {say('alt-surface-best', final='yes' if final else 'no', **values)}"
