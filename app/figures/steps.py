"""One step of the staircase of assumptions: optima as trained, a prediction, and faintly those before it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from figures import axes
from figures.palette import GREY, STYLES
from figures.plot import Mark, Plot
from surgecore import words
from surgecore.why.explanation import Explanation
from surgecore.words import say


def step(of: Explanation, update: str, rung: str, *, before: Sequence[str], unit: str, steps: int = 1) -> str:
    """The prediction `rung` beside the optima of an update, with the predictions `before` it in grey."""
    optima = of.trained(update, steps)
    sizes = [float(found.batch_size) for found in optima]
    curves = {key: of.fine(key, update) for key in (*before, rung)}
    heights = [found.lr.value for found in optima] + [p.lr.value for curve in curves.values() for p in curve]
    x = (min(sizes) / 1.5, max(sizes) * 1.5) if sizes else (1.0, 2.0)
    y = axes.decades(axes.best_rate(unit), *axes.span(heights, 1.15))
    plot = Plot(360, 260, axes.batches(*x), y)
    for key, curve in curves.items():
        style = STYLES[key] if key == rung else replace(STYLES[key], colour=GREY, width=1.5)
        plot.line([float(p.batch_size) for p in curve], [p.lr.value for p in curve], style, key=key)
    marks = [
        Mark(float(o.batch_size), o.lr.value, (o.lr.low, o.lr.high) if o.lr.low and o.lr.high else None, o.on_edge)
        for o in optima
    ]
    plot.marks(marks, size=4.0)
    return plot.svg(say("drawn-step", curve=words.curve(rung, update), count=len(marks)))
