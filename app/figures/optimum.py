"""Best learning rates of one sweep as a drawing: with the answer in it for a card, small for a gallery. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from figures import axes
from figures.fits import fit_line, path_line
from figures.marks import marks
from figures.plot import Limits, Mark, Plot, size_of
from surgecore import Analysis, words
from surgecore.sweeps.advice import SMOOTH_PATH
from surgecore.words import number, say

ANSWER, FALL = "#1f6fb5", "#d2600a"


def card(
    analysis: Analysis, unit: str, *, at: float | None = None, rate: float | None = None, said: str = "",
    known: Limits | None = None, width: float = 800, height: float = 410,
) -> str:  # fmt: skip
    """The optima of a sweep with the answer at one batch size, the range of the fall, and the rate that shows it.

    The curve is the law that describes them best, or, where none does, the smooth path that the answer follows. The
    answer is `said` with the digits that it has in the sentence beside the drawing.
    """
    optima, verdict = analysis.optima, analysis.verdict
    sizes = [o.batch_size for o in optima] + ([at] if at else [])
    heights = [o.learning_rate for o in optima] + [end for o in optima if o.interval for end in o.interval]
    low, high = axes.span([*heights, rate], 1.25)
    ends = [end for end in known or () if low / 2 < end < 2 * high]
    x = (min(sizes) / 1.6, max(sizes) * 1.6) if sizes else (1.0, 1024.0)
    path = analysis.comparison.path if analysis.comparison.no_law else None
    best = next((fit for fit in analysis.comparison.fits if fit.law is not None and path is None), None)
    y = axes.decades(axes.best_rate(unit), *axes.span([*heights, rate, *ends], 1.15))
    names = [words.curve(SMOOTH_PATH)] if path is not None else [words.curve(best.family.key)] if best else []
    plot = Plot(width, height, axes.batches(*x), y, names=names)
    if verdict.decision == "fall" and verdict.peak and verdict.trough:
        plot.shade(verdict.peak, verdict.trough, FALL, say("drawn-fall"))
    if path is not None:
        path_line(plot, path)
    elif best is not None:
        fit_line(plot, best)
    if witness := verdict.witness:
        text = say("drawn-witness", rate=number(witness.learning_rate, 2))
        plot.level(witness.learning_rate, witness.smaller, witness.larger, text, say("drawn-witness-name"))
    plot.marks(marks(optima), label=words.measured(analysis.sweep))
    if any(o.on_edge for o in optima):
        plot.entry("up", say("points-on-edge"))
    if at and rate:
        plot.answer(at, rate, known, say("drawn-answer", at=size_of(at), rate=said or number(rate, 2)), ANSWER)
    return plot.svg(words.optima_alt(optima))


def thumbnail(points: Sequence[Mark], fall: Limits | None = None) -> str:
    """The optima alone, small."""
    values = [point.value for point in points] + [end for p in points if p.interval for end in p.interval]
    sizes = [point.at for point in points]
    x = (min(sizes) / 1.5, max(sizes) * 1.5) if sizes else (1.0, 2.0)
    # never less than a factor of four high, so that noise does not look like a shape
    low, high = axes.span(values, 1.2)
    middle, half = (low * high) ** 0.5, max((high / low) ** 0.5, 2.0)
    y = axes.decades("", middle / half, middle * half)
    plot = Plot(220, 110, axes.batches(*x), y, bare=True)
    if fall is not None:
        plot.shade(*fall, FALL)
    plot.marks(points, size=3.2)
    return plot.svg(say("drawn-thumbnail", count=len(points)))
