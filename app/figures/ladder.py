"""Predictions beside measured optima: figures of an explanation. Pure: no streamlit."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from figures import axes, marks
from figures.palette import GREY, MEASURED, STYLES
from surgecore import words
from surgecore.why.explanation import Explanation, TrainedOptimum
from surgecore.why.measurement import RUNGS
from surgecore.words import say


def ladder(explanation: Explanation, update: str, rungs: Sequence[str], steps: int, *, unit: str) -> go.Figure:
    """Measured optima as markers, each prediction as a line with its 95 % band."""
    figure = _blank(560, len(rungs) + 1, below=0.16)
    optima = explanation.trained(update, steps)
    for rung in rungs:
        curve = explanation.fine(rung, update)
        if not curve:
            continue
        style, x = STYLES[rung], [p.batch_size for p in curve]
        bounds = [(p.lr.low, p.lr.high) for p in curve]
        if all(low is not None and high is not None and low > 0 for low, high in bounds):
            figure.add_scatter(
                x=[*x, *x[::-1]],
                y=[*(high for _, high in bounds), *(low for low, _ in bounds[::-1])],
                fill="toself",
                mode="lines",
                line={"width": 0},
                fillcolor=style.fill(0.15),
                meta=f"{rung} band",
                hoverinfo="skip",
                showlegend=False,
            )
        figure.add_scatter(
            x=x,
            y=[p.lr.value for p in curve],
            name=words.curve(rung, update),
            mode="lines",
            line=style.line(),
            meta=rung,
            hovertemplate=say("hover-curve", batch="%{x}", rate="%{y:.3g}")
            + f"<extra>{words.curve(rung, update)}</extra>",
        )
    _points(figure, optima, say("points-after", count=steps))
    heights = [end for o in optima for end in (o.lr.value, o.lr.low or o.lr.value, o.lr.high or o.lr.value)] + [
        p.lr.value for rung in rungs for p in explanation.measurement.curve(rung, update) if p.lr.value > 0
    ]
    low, high = axes.lr_span(heights)
    figure.update_xaxes(axes.batch_axis(*_span(explanation, update)))
    figure.update_yaxes(axes.lr_axis(axes.best_rate(unit), low / 1.2, high * 1.2))
    return figure


def _points(figure: go.Figure, optima: Sequence[TrainedOptimum], label: str) -> None:
    rates = [o.lr.value for o in optima]
    figure.add_scatter(
        x=[o.batch_size for o in optima],
        y=rates,
        error_y=marks.bars(rates, [(o.lr.low or o.lr.value, o.lr.high or o.lr.value) for o in optima]),
        name=label,
        mode="markers",
        marker=MEASURED | {"symbol": [marks.symbol(o.on_edge) for o in optima]},
        meta="measured",
        hovertemplate=say("hover-curve", batch="%{x}", rate="%{y:.3g}") + f"<extra>{say('hover-measured')}</extra>",
    )


def ratios(explanation: Explanation, update: str, rungs: Sequence[str]) -> go.Figure:
    """Prediction over measured one-step optimum, with the errors of both; 1 is right."""
    figure = _blank(400, len(rungs), below=0.27)
    values = [1.0]
    for position, rung in enumerate(rungs):
        found = explanation.ratios(update, rung)
        # side by side, so that error bars of one batch size do not hide each other
        aside = 2 ** (0.09 * (position - (len(rungs) - 1) / 2))
        values += [end for r in found for end in (r.value, max(r.low, r.value / 3), min(r.high, 3 * r.value))]
        colour = STYLES[rung].colour
        figure.add_scatter(
            x=[r.batch_size * aside for r in found],
            y=[r.value for r in found],
            error_y=marks.bars([r.value for r in found], [(r.low, r.high) for r in found], color=colour),
            name=words.curve(rung, update),
            mode="markers",
            marker={"color": colour, "size": 8, "symbol": list(RUNGS).index(rung)},
            meta=f"{rung} ratio",
            text=[say("batch-is", batch=str(r.batch_size)) for r in found],
            hovertemplate=f"%{{text}}<br>{say('hover-ratio', ratio='%{y:.2f}')}"
            f"<extra>{words.curve(rung, update)}</extra>",
        )
    figure.add_hline(y=1, line={"color": GREY, "width": 1.5})
    low, high = min(values) / 1.1, max(values) * 1.1
    figure.update_xaxes(axes.batch_axis(*_span(explanation, update)))
    figure.update_yaxes(axes.lr_axis(say("axis-ratio"), low, high))
    if high / low < 4:
        ticks = [
            round(0.1 * k, 1) for k in (*range(2, 12), 12, 14, 16, 18, *range(20, 45, 5)) if low <= 0.1 * k <= high
        ]
        figure.update_yaxes(tickvals=ticks, ticktext=[f"{tick:g}" for tick in ticks])
    return figure


def _blank(height: int, entries: int, *, below: float) -> go.Figure:
    """Legend below the plot by a share of its height, where no toolbar covers it; the taller the more it holds."""
    figure = axes.blank(height + 12 * entries)
    figure.update_layout(legend={"y": -below, "yanchor": "top"}, showlegend=True)
    return figure


def _span(explanation: Explanation, update: str) -> tuple[float, float]:
    sizes = [o.batch_size for o in explanation.trained(update)]
    return min(sizes) / 1.6, max(sizes) * 1.6


def snippet(explanation: Explanation, update: str) -> str:
    """Python that finds the ratios again from the downloaded file."""
    return f'''\
# the file is the page's "Everything, JSON"
from surgecore.why.explanation import Explanation
from surgecore.words import why

explanation = Explanation.load("{explanation.name}.json")
for rung in explanation.rungs("{update}"):
    for ratio in explanation.ratios("{update}", rung):
        print(rung, ratio.batch_size, ratio.value, ratio.low, ratio.high)
print(why.answer(explanation, "{update}"))
print(*why.sentences(explanation, "{update}"), sep="\\n")
noise = explanation.measurement.gradient_noise()
print(noise.optimal_lr([1, 16, 256, 4096]))
'''
