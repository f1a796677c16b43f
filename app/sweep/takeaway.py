"""What a visitor takes away: data, numbers, code that finds them again, and one file for colleagues. No streamlit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape

import plotly.graph_objects as go

from surgecore import Analysis, __version__, words
from surgecore.words import tables

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:980px;margin:2rem auto;padding:0 1rem;color:#1d2127}"
    "table{border-collapse:collapse;margin:1rem 0;font-size:14px}td,th{border-bottom:1px solid #d9dce1;"
    "padding:4px 10px;text-align:left;vertical-align:top}h1,h2{font-family:Georgia,serif}"
    "small{color:#5b626b}"
)
_PLAIN = {"displaylogo": False, "showSendToCloud": False, "plotlyServerURL": ""}


def to_json(analysis: Analysis) -> str:
    return json.dumps(words.document(analysis), indent=1, allow_nan=False)


def snippet(analysis: Analysis) -> str:
    """Python that finds the shown numbers again from the canonical CSV, and draws the figure of the fits."""
    best = analysis.comparison.fits[0].family.key if analysis.comparison.fits else "surge"
    return f'''\
# Surge Explorer {__version__}: pip install surgecore plotly; the CSV is the page's "Sweep, canonical CSV"
import numpy as np
import plotly.graph_objects as go
from surgecore import Sweep, analyse, words

sweep = Sweep.from_csv("{words.file_name(analysis.sweep)}.csv")
assert sweep.digest == "{analysis.sweep.digest}"
analysis = analyse(sweep)
print(*words.findings(analysis), sep="\\n")

figure = go.Figure()
for optimum in analysis.optima:
    low, high = optimum.interval or (optimum.learning_rate, optimum.learning_rate)
    print(optimum.batch_size, optimum.learning_rate, low, high, optimum.on_edge or "")
    figure.add_scatter(
        x=[optimum.batch_size], y=[optimum.learning_rate], mode="markers", marker_color="black", showlegend=False,
        error_y=dict(symmetric=False, array=[high - optimum.learning_rate], arrayminus=[optimum.learning_rate - low]),
    )
for fit in analysis.comparison.fits:
    if fit.law is not None and fit.family.key in ("{best}", "surge"):
        sizes = np.geomspace(sweep.batch_sizes.min() / 2, sweep.batch_sizes.max() * 2, 241)
        figure.add_scatter(x=sizes, y=fit.law(sizes), mode="lines", name=words.curve(fit.family.key))
        print(words.curve(fit.family.key), *fit.parameters.values(), sep="\\n  ")
figure.update_xaxes(type="log", title="Batch size [examples]")
figure.update_yaxes(type="log", title="Optimal learning rate")
figure.show()
'''


def notebook(analysis: Analysis) -> str:
    """The same as a Jupyter notebook, nbformat 4."""
    code = snippet(analysis)
    first, second = code.split("\n\nfigure = go.Figure()")
    cells = [
        {
            "id": "what",
            "cell_type": "markdown",
            "metadata": {},
            "source": f"# {words.plain(analysis.sweep.name)}\n\n{words.plain(analysis.verdict.sentence)}",
        },
        *(
            {
                "id": name,
                "cell_type": "code",
                "metadata": {},
                "execution_count": None,
                "outputs": [],
                "source": source,
            }
            for name, source in (("numbers", first), ("figure", "figure = go.Figure()" + second.rstrip()))
        ),
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": cells}, indent=1)


def report(analysis: Analysis, figures: Mapping[str, go.Figure]) -> str:
    """One HTML file with everything in it, for colleagues; every text of the visitor's file is escaped."""
    sweep = analysis.sweep
    parts = [
        f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{escape(sweep.name)}</title>",
        "<meta name='viewport' content='width=device-width'>",
        f"<style>{_STYLE}</style><h1>{escape(sweep.name)}</h1>",
        f"<p><b>{escape(analysis.verdict.sentence)}</b></p><p><small>{escape(words.facts(sweep))}</small></p>",
        *(f"<p>{escape(sentence)}</p>" for sentence in words.remarks(analysis)),
    ]
    for position, (title, figure) in enumerate(figures.items()):
        # names in a figure's legend are read as HTML by plotly
        drawn = figure.to_html(full_html=False, include_plotlyjs=position == 0, config=_PLAIN)
        parts.append(f"<h2>{escape(title)}</h2>{drawn}")
    if analysis.optima:
        parts.append("<h2>Best learning rate at each batch size</h2>")
        parts.append(tables.optima(analysis.optima, sweep.metric).to_html(index=False, border=0))
    parts += [
        f"<h2>Laws</h2><p>{escape(words.ranking(analysis.comparison))}</p>",
        tables.ranking(analysis.comparison, symbols=False).to_html(border=0),
        f"<p><small>Surge Explorer {__version__}. sha256 of the canonical CSV: {sweep.digest}. Intervals are 95 %; "
        "points are measured, lines are fitted.</small></p></html>",
    ]
    return "\n".join(parts)
