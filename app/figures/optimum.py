"""Best learning rates of one sweep as a drawing: with the answer in it for a card, small for a gallery. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from figures import axes
from figures.palette import STYLES
from figures.plot import Limits, Mark, Plot, size_of, span
from surgecore import Analysis, FitResult, Optimum, words
from surgecore.words import interval, number, say

ANSWER, FALL = "#1f6fb5", "#d2600a"
_POINTS = 121


def marks(optima: Sequence[Optimum]) -> list[Mark]:
    return [Mark(o.batch_size, o.learning_rate, o.interval, o.on_edge, _said(o)) for o in optima]


def _said(optimum: Optimum) -> str:
    known = interval(*optimum.interval) if optimum.interval else say("interval-unknown")
    values = {"at": words.batch_size(optimum.batch_size), "rate": number(optimum.learning_rate), "interval": known}
    return say("drawn-bound" if optimum.on_edge else "drawn-optimum", **values)


def card(
    analysis: Analysis, unit: str, *, at: float | None = None, rate: float | None = None, known: Limits | None = None,
    width: float = 760, height: float = 380,
) -> str:  # fmt: skip
    """The optima of a sweep with the answer at one batch size, the range of the fall, and the rate that shows it."""
    optima, verdict = analysis.optima, analysis.verdict
    sizes = [o.batch_size for o in optima] + ([at] if at else [])
    heights = [o.learning_rate for o in optima] + [end for o in optima if o.interval for end in o.interval]
    y = span([*heights, rate])
    ends = [end for end in known or () if y[0] / 2 < end < 2 * y[1]]
    x = (min(sizes) / 1.6, max(sizes) * 1.6) if sizes else (1.0, 1024.0)
    best = next((fit for fit in analysis.comparison.fits if fit.law is not None), None)
    # room for the whole name of the law; a narrow drawing goes without
    right = 20 + 7.7 * len(words.curve(best.family.key)) if width > 500 and best is not None else 16
    plot = Plot(width, height, x, span([*heights, rate, *ends], 1.15), axes.best_rate(unit), right=right)
    if verdict.decision == "fall" and verdict.peak and verdict.trough:
        plot.shade(verdict.peak, verdict.trough, FALL, say("drawn-fall"))
    witness = verdict.witness
    if witness is not None:
        plot.level(
            witness.learning_rate,
            witness.smaller,
            witness.larger,
            say("drawn-witness", rate=number(witness.learning_rate, 2)),
        )
    if best is not None:
        _law(plot, best, x)
    plot.marks(marks(optima))
    if at and rate:
        plot.answer(at, rate, known, say("drawn-answer", at=size_of(at), rate=number(rate, 2)), ANSWER)
    return plot.svg(words.optima_alt(optima))


def _law(plot: Plot, fit: FitResult, x: Limits) -> None:
    grid = np.geomspace(*x, _POINTS)
    assert fit.law is not None
    low, high = (np.asarray(edge, dtype=float).tolist() for edge in fit.band(grid))
    style = STYLES[fit.family.key]
    plot.band(grid.tolist(), low, high, style.colour)
    plot.line(
        grid.tolist(),
        np.asarray(fit.law(grid)).tolist(),
        style,
        key=fit.family.key,
        label=words.curve(fit.family.key) if plot.right > 16 else "",
    )


def thumbnail(points: Sequence[Mark], fall: Limits | None = None) -> str:
    """The optima alone, small."""
    values = [point.value for point in points] + [end for p in points if p.interval for end in p.interval]
    sizes = [point.batch_size for point in points]
    x = (min(sizes) / 1.5, max(sizes) * 1.5) if sizes else (1.0, 2.0)
    # never less than a factor of four high, so that noise does not look like a shape
    low, high = span(values, 1.2)
    middle, half = (low * high) ** 0.5, max((high / low) ** 0.5, 2.0)
    plot = Plot(220, 110, x, (middle / half, middle * half))
    if fall is not None:
        plot.shade(*fall, FALL)
    plot.marks(points, size=3.2)
    return plot.svg(say("drawn-thumbnail", count=len(points)))
