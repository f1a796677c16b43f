"""Predictions beside measured optima: figures and tables of an explanation. Pure: no streamlit."""

from __future__ import annotations

from collections.abc import Sequence

import axes
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import words
from palette import ERROR_BAR, GREY, MEASURED, RUNG_STYLES

from surgecore.explanation import Explanation, MeasuredOptimum
from surgecore.measured import QUANTITIES, RUNGS, Estimate

#: Numbers of the table of checkpoints.
SHOWN = ("loss", "noise_scale", "simple_noise_scale", "alignment", "trace_ratio")


def ladder(explanation: Explanation, update: str, rungs: Sequence[str], steps: int, *, unit: str) -> go.Figure:
    """Measured optima as markers, each prediction as a line with its 95 % band."""
    figure = axes.blank(540)
    optima = explanation.measured(update, steps)
    for rung in rungs:
        curve = [p for p in explanation.measurement.curve(rung, update) if p.lr.value > 0]
        if not curve:
            continue
        style, x = RUNG_STYLES[rung], [p.batch_size for p in curve]
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
            name=RUNGS[rung],
            mode="lines",
            line=style.line(),
            meta=rung,
            hovertemplate="B = %{x}<br>learning rate %{y:.3g}<extra>" + RUNGS[rung] + "</extra>",
        )
    _measured(figure, optima, f"Measured after {words.count(steps, 'step')}")
    heights = [o.lr.value for o in optima] + [
        p.lr.value for rung in rungs for p in explanation.measurement.curve(rung, update) if p.lr.value > 0
    ]
    low, high = axes.lr_span(heights)
    figure.update_xaxes(axes.batch_axis(*_span(explanation, update)))
    figure.update_yaxes(axes.lr_axis(f"Optimal learning rate [{unit}]", low / 1.2, high * 1.2))
    return figure


def _measured(figure: go.Figure, optima: Sequence[MeasuredOptimum], label: str) -> None:
    bars = [(o.lr.low or o.lr.value, o.lr.high or o.lr.value) for o in optima]
    figure.add_scatter(
        x=[o.batch_size for o in optima],
        y=[o.lr.value for o in optima],
        error_y=ERROR_BAR
        | {
            "type": "data",
            "symmetric": False,
            "array": [high - o.lr.value for o, (_, high) in zip(optima, bars, strict=True)],
            "arrayminus": [o.lr.value - low for o, (low, _) in zip(optima, bars, strict=True)],
        },
        name=label,
        mode="markers",
        marker=MEASURED
        | {"symbol": [{"high": "triangle-up", "low": "triangle-down"}.get(o.on_edge, "circle") for o in optima]},
        meta="measured",
        hovertemplate="B = %{x}<br>learning rate %{y:.3g}<extra>measured</extra>",
    )


def ratios(explanation: Explanation, update: str, rungs: Sequence[str]) -> go.Figure:
    """Prediction over measured one-step optimum, with the errors of both; 1 is right."""
    figure = axes.blank(340)
    values = [1.0]
    for position, rung in enumerate(rungs):
        found = explanation.ratios(update, rung)
        # side by side, so that error bars of one batch size do not hide each other
        aside = 2 ** (0.09 * (position - (len(rungs) - 1) / 2))
        values += [r.value for r in found]
        colour = RUNG_STYLES[rung].colour
        figure.add_scatter(
            x=[r.batch_size * aside for r in found],
            y=[r.value for r in found],
            error_y=ERROR_BAR
            | {
                "type": "data",
                "symmetric": False,
                "color": colour,
                "array": [r.high - r.value for r in found],
                "arrayminus": [r.value - r.low for r in found],
            },
            name=RUNGS[rung],
            mode="markers",
            marker={"color": colour, "size": 8, "symbol": position},
            meta=f"{rung} ratio",
            text=[f"B = {r.batch_size}" for r in found],
            hovertemplate="%{text}<br>%{y:.2f} times the measured<extra>" + RUNGS[rung] + "</extra>",
        )
    figure.add_hline(y=1, line={"color": GREY, "width": 1.5})
    low, high = min(values) / 1.25, max(values) * 1.25
    figure.update_xaxes(axes.batch_axis(*_span(explanation, update)))
    figure.update_yaxes(axes.lr_axis("Predicted over measured", low, high))
    figure.update_layout(showlegend=False)
    return figure


def _span(explanation: Explanation, update: str) -> tuple[float, float]:
    sizes = [o.batch_size for o in explanation.measured(update)]
    return min(sizes) / 1.6, max(sizes) * 1.6


def number(estimate: Estimate) -> str:
    """`18.3`, `5.23 (5.15 to 5.32)`, or why there is none."""
    if not np.isfinite(estimate.value):
        return estimate.note or "none"
    text = words.number(estimate.value)
    if estimate.low is None or estimate.high is None:
        return text
    return f"{text} ({words.interval(estimate.low, estimate.high)})"


def checkpoints(explanations: Sequence[Explanation]) -> pd.DataFrame:
    """One row a checkpoint: what was measured of it, and where each law and the sweep put the peak."""
    rows = []
    for explanation in explanations:
        numbers = explanation.measurement.numbers
        row = {"Checkpoint": explanation.title}
        row |= {f"${QUANTITIES[key].symbol}$": number(numbers[key]) for key in SHOWN if key in numbers}
        row |= {
            f"Peak by {short}": _peak(explanation.predicted_peak(rung))
            for rung, short in (("surge", "Theorem 3"), ("independent", "Theorem 2"), ("correlated", "correlated law"))
        }
        row["Measured, 1 step"] = _verdict(explanation, 1)
        if 10 in explanation.steps("sign"):
            row["Measured, 10 steps"] = _verdict(explanation, 10)
        rows.append(row)
    return pd.DataFrame(rows).fillna("–").set_index("Checkpoint")


def _peak(batch_size: int | None) -> str:
    return "none" if batch_size is None else f"B = {batch_size}"


def _verdict(explanation: Explanation, steps: int) -> str:
    top, kind = explanation.peak("sign", steps)
    if top is None:
        return "–"
    size = words.batch_size(top.batch_size)
    return {
        "peak": f"peak at {size}",
        "rising": "none: rises to the end",
        "undecided": f"highest at {size}, not beyond the errors",
    }[kind]


def glossary() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Symbol": [f"${q.symbol}$" for q in QUANTITIES.values()],
            "Name": [q.label for q in QUANTITIES.values()],
            "Unit": [q.unit or "none" for q in QUANTITIES.values()],
            "Meaning": [q.description for q in QUANTITIES.values()],
        }
    ).set_index("Symbol")


def numbers(explanation: Explanation) -> pd.DataFrame:
    found = explanation.measurement.numbers
    return pd.DataFrame(
        {
            "Symbol": [f"${QUANTITIES[key].symbol}$" for key in found],
            "Name": [QUANTITIES[key].label for key in found],
            "Value (95 % interval)": [number(estimate) for estimate in found.values()],
            "Note": [estimate.note for estimate in found.values()],
            "Meaning": [QUANTITIES[key].description for key in found],
        }
    ).set_index("Symbol")


def snippet(explanation: Explanation, update: str) -> str:
    """Python that finds the ratios again from the downloaded file."""
    return f'''\
# the file is the page's "Everything, JSON"
from surgecore.explanation import Explanation

explanation = Explanation.load("{explanation.name}.json")
for rung in explanation.rungs("{update}"):
    for ratio in explanation.ratios("{update}", rung):
        print(rung, ratio.batch_size, ratio.value, ratio.low, ratio.high)
print(*explanation.sentences("{update}"), sep="\\n")
noise = explanation.measurement.gradient_noise()
print(noise.optimal_lr([1, 16, 256, 4096]))
'''
