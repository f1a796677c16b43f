"""Drawings about several sweeps, and about steps against examples. Pure: no streamlit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from figures import axes
from figures.marks import said
from figures.palette import STYLES
from figures.plot import Mark, Plot
from figures.symbols import SIGNS
from surgecore import Optimum, Tradeoff, words
from surgecore.words import number, optima_alt, say

#: One colour and one sign a sweep; lines are for models, so these are never joined.
_COLOURS = ("#7c8490", "#2b7cc4", "#d2600a", "#1e9a6e", "#a45fb8", "#b8800a", "#c4527f", "#2a93a8")
MOST = len(_COLOURS)


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


def several(
    optima: Mapping[str, Sequence[Optimum]], *, unit: str, relative: bool = False, width: float = 800,
    height: float = 410,
) -> str:  # fmt: skip
    """Measured optima of several sweeps with their 95 % intervals; bounds as open triangles."""
    everything = [o for found in optima.values() for o in found]
    title = say("axis-relative") if relative else axes.best_rate(unit)
    if not everything:
        plot = Plot(width, height, axes.batches(1, 2**10), axes.decades(title, 1e-4, 1))
        plot.note(say("empty-several"))
        return plot.svg(say("empty-several"))
    sizes = [o.batch_size for o in everything]
    plot = Plot(
        width, height, axes.batches(min(sizes) / 2, max(sizes) * 2),
        axes.decades(title, *axes.span([o.learning_rate for o in everything], 2)),
    )  # fmt: skip
    looks = zip(_COLOURS, SIGNS, strict=True)
    for place, ((name, found), (colour, sign)) in enumerate(zip(optima.items(), looks, strict=False)):
        # a little aside, so that sweeps that agree do not hide each other
        aside = 2 ** (0.07 * (place - (len(optima) - 1) / 2))
        marks = [Mark(o.batch_size * aside, o.learning_rate, o.interval, o.on_edge, said(o, name)) for o in found]
        plot.marks(marks, key=name, colour=colour, fill=colour, bars=colour, name=sign, label=words.plain(name))
    return plot.svg(" ".join(f"{words.plain(name)}: {optima_alt(found)}" for name, found in optima.items()))


def tradeoff(steps: Tradeoff, *, width: float = 800, height: float = 420) -> str:
    """Steps against examples to the target: measured points, and the fitted curve."""
    points = steps.points
    sizes = points["batch_size"].to_numpy(dtype=float)
    grid = np.geomspace(sizes.min() / 4, sizes.max() * 4, 200)
    examples, taken = (np.asarray(found(grid), dtype=float).tolist() for found in (steps.examples, steps.steps))
    x = axes.decades(say("axis-examples"), *axes.span([*examples, *points["examples"]], 1.15))
    y = axes.decades(say("axis-steps"), *axes.span([*taken, *points["steps"]], 1.15))
    plot = Plot(width, height, x, y)
    plot.line(examples, taken, STYLES["sgd"], key="tradeoff", label=say("curve-tradeoff"))
    errors = points["stderr"].to_numpy(dtype=float) if "stderr" in points else np.full(len(points), np.nan)
    spread = np.exp(1.96 * np.nan_to_num(errors))
    found = [
        Mark(
            float(at), float(value), (float(value / part), float(value * part)),
            text=say(
                "drawn-tradeoff", batch=words.batch_size(size), examples=number(float(at)), steps=number(float(value))
            ),
        )
        for at, value, part, size in zip(points["examples"], points["steps"], spread, sizes, strict=True)
    ]  # fmt: skip
    plot.marks(found, label=say("points-tradeoff"))
    return plot.svg(words.tradeoff(steps))
