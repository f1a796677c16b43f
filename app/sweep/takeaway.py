"""What a visitor takes away: data, numbers, code that reproduces them, and one file for colleagues."""

from __future__ import annotations

import json
from pathlib import Path

import jinja2
import pandas as pd
from components.markup import STYLE

from surgecore import Analysis, __version__, words
from surgecore.words import say, tables

_TEMPLATE = Path(__file__).with_name("report.html")


def to_json(analysis: Analysis) -> str:
    return json.dumps(words.document(analysis), indent=1, allow_nan=False)


def snippet(analysis: Analysis) -> str:
    """Python that finds the shown numbers again from the canonical CSV, and draws the figure of the fits."""
    best = analysis.comparison.fits[0].family.key if analysis.comparison.fits else "surge"
    return f'''\
# Surge Explorer {__version__}: pip install . plotly, in its folder; the CSV is the page's "Sweep, CSV"
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
            "source": f"# {words.plain(analysis.sweep.name)}\n\n{words.plain(words.verdict(analysis.verdict))}",
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


def report(analysis: Analysis, card: str, chart: str, *, date: str, link: str = "") -> str:
    """One small HTML file for colleagues: the answer, the verdict, the drawing, the tables, and where it comes from.

    `card` and `chart` are markup of the page; every other text is escaped by the template.
    """
    sweep, comparison = analysis.sweep, analysis.comparison
    found = [_table(say("report-optima"), "", tables.optima(analysis.optima, sweep.metric))] if analysis.optima else []
    ranked = tables.ranking(comparison, symbols=False).reset_index()
    found.append(_table(say("report-laws"), words.ranking(comparison), ranked))
    template = jinja2.Environment(autoescape=True).from_string(_TEMPLATE.read_text(encoding="utf-8"))
    return template.render(
        name=sweep.name, style=STYLE, card=card, chart=chart, remarks=words.remarks(analysis), tables=found,
        facts=words.facts(sweep), link=link if link.startswith(("http://", "https://")) else "",
        origin=say("report-origin", version=__version__, date=date, digest=sweep.digest),
    )  # fmt: skip


def _table(title: str, lead: str, cells: pd.DataFrame) -> dict[str, object]:
    return {"title": title, "lead": lead, "head": list(cells.columns), "rows": cells.astype(str).to_numpy().tolist()}
