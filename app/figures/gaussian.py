"""Histogram of standardised gradients beside a Gaussian. Pure: no streamlit."""

from __future__ import annotations

from collections.abc import Sequence

from figures import axes
from figures.palette import STYLES
from figures.plot import Mark, Plot
from surgecore.why.gaussianity import EDGES, Gaussianity
from surgecore.words import gaussianity as words
from surgecore.words import number, say, share
from surgecore.words.numbers import whole

_LOOKS = (("circle", "#2b7cc4"), ("square", "#1e9a6e"), ("diamond", "#a45fb8"), ("up", "#b8800a"))
#: Shares below which nothing is drawn.
_LEAST = 1e-5


def histogram(tests: Sequence[Gaussianity], *, width: float = 800, height: float = 410) -> str:
    """Share of gradients in each bin for every batch size, measured, and a Gaussian's as a line."""
    middles = ((EDGES[:-1] + EDGES[1:]) / 2).tolist()
    title, most = say("axis-standardised"), max(float(test.histogram.max()) for test in tests)
    plot = Plot(
        width, height, axes.linear(title, float(EDGES[0]), float(EDGES[-1])),
        axes.decades(say("axis-share"), _LEAST, 2 * most),
    )  # fmt: skip
    plot.line(middles, tests[0].gaussian.tolist(), STYLES["exact"], key="gaussian", label=say("curve-gaussian"))
    for test, (sign, colour) in zip(tests, _LOOKS, strict=False):
        batch = whole(test.batch_size)
        marks = [
            Mark(
                at, float(part), text=say(
                    "gaussian-point", batch=batch, share=share(float(part)), low=number(float(low), 2),
                    high=number(float(high), 2),
                ),
            )
            for at, part, low, high in zip(middles, test.histogram, EDGES[:-1], EDGES[1:], strict=True)
            if part > _LEAST
        ]  # fmt: skip
        name = say("points-gaussian", batch=batch)
        plot.marks(marks, key=f"batch-{batch}", size=3.5, colour=colour, fill=colour, name=sign, label=name)
    return plot.svg(words.answer(tests))
