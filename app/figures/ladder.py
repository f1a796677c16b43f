"""Predictions beside measured optima: drawings of an explanation. Pure: no streamlit."""

from __future__ import annotations

from collections.abc import Sequence

from figures import axes
from figures.palette import STYLES
from figures.plot import Mark, Plot
from figures.symbols import SIGNS
from surgecore import words
from surgecore.why.explanation import Explanation, TrainedOptimum
from surgecore.why.measurement import RUNGS, Estimate
from surgecore.words import say


def ladder(
    explanation: Explanation, update: str, rungs: Sequence[str], steps: int, *, unit: str, alt: str,
    width: float = 800, height: float = 460,
) -> str:  # fmt: skip
    """Measured optima as markers, each prediction as a line with its 95 % band."""
    optima = explanation.trained(update, steps)
    curves = {rung: explanation.fine(rung, update) for rung in rungs}
    heights = [end for o in optima for end in (o.lr.value, *(_interval(o.lr) or ()))] + [
        p.lr.value for rung in rungs for p in explanation.measurement.curve(rung, update) if p.lr.value > 0
    ]
    plot = Plot(
        width, height, _span(explanation, update), axes.decades(axes.best_rate(unit), *axes.span(heights, 1.9)),
        names=[words.curve(rung, update) for rung, curve in curves.items() if curve],
    )  # fmt: skip
    for rung, curve in curves.items():
        if not curve:
            continue
        sizes, bounds = [float(p.batch_size) for p in curve], [(p.lr.low, p.lr.high) for p in curve]
        if all(low is not None and high is not None and low > 0 for low, high in bounds):
            lows, highs = zip(*bounds, strict=True)
            plot.band(sizes, lows, highs, STYLES[rung].colour, rung)
        plot.line(sizes, [p.lr.value for p in curve], STYLES[rung], key=rung, label=words.curve(rung, update))
    plot.marks([_mark(o) for o in optima], label=say("points-after", count=steps))
    return plot.svg(alt)


def ratios(
    explanation: Explanation, update: str, rungs: Sequence[str], *, alt: str, width: float = 800, height: float = 340
) -> str:
    """Prediction over measured one-step optimum, with the errors of both; 1 is right."""
    found = {rung: explanation.ratios(update, rung) for rung in rungs}
    ends = [
        end for ratios in found.values() for r in ratios
        for end in (r.value, max(r.low, r.value / 3), min(r.high, 3 * r.value))
    ]  # fmt: skip
    y = axes.decades(say("axis-ratio"), *axes.span([1.0, *ends], 1.1))
    plot = Plot(width, height, _span(explanation, update), y)
    plot.level_at(1.0)
    for place, (rung, ratios) in enumerate(found.items()):
        # side by side, so that error bars of one batch size do not hide each other
        aside = 2 ** (0.09 * (place - (len(rungs) - 1) / 2))
        name, colour = words.curve(rung, update), STYLES[rung].colour
        marks = [
            Mark(
                r.batch_size * aside, r.value, (r.low, r.high),
                text=say("drawn-ratio", curve=name, at=words.batch_size(r.batch_size), ratio=words.number(r.value)),
            )
            for r in ratios
        ]  # fmt: skip
        sign = SIGNS[list(RUNGS).index(rung) % len(SIGNS)]
        plot.marks(marks, key=f"{rung} ratio", size=4.5, colour=colour, fill=colour, bars=colour, name=sign, label=name)
    return plot.svg(alt)


def _mark(found: TrainedOptimum) -> Mark:
    known = _interval(found.lr)
    values = {
        "at": words.batch_size(found.batch_size),
        "rate": words.number(found.lr.value),
        "interval": words.interval(*known) if known else say("interval-unknown"),
    }
    text = say(f"drawn-bound-{found.on_edge}" if found.on_edge else "drawn-optimum", **values)
    return Mark(float(found.batch_size), found.lr.value, known, found.on_edge, text)


def _interval(lr: Estimate) -> tuple[float, float] | None:
    return (lr.low, lr.high) if lr.low and lr.high else None


def _span(explanation: Explanation, update: str) -> axes.Axis:
    sizes = [o.batch_size for o in explanation.trained(update)]
    return axes.batches(min(sizes) / 1.6, max(sizes) * 1.6)


#: Python that finds the ratios again from the downloaded file.
_SNIPPET = """# {about}
from surgecore.why.explanation import Explanation
from surgecore.words import why

explanation = Explanation.load("{name}.json")
for rung in explanation.rungs("{update}"):
    for ratio in explanation.ratios("{update}", rung):
        print(rung, ratio.batch_size, ratio.value, ratio.low, ratio.high)
print(why.answer(explanation, "{update}"))
print(*why.sentences(explanation, "{update}"), sep="\\n")
noise = explanation.measurement.gradient_noise()
print(noise.optimal_lr([1, 16, 256, 4096]))
"""


def snippet(explanation: Explanation, update: str) -> str:
    """Python that finds the ratios again from the downloaded file."""
    return _SNIPPET.format(about=say("evidence-snippet"), name=explanation.name, update=update)
