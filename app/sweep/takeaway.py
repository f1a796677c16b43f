"""What a visitor takes away: data, numbers, code that reproduces them, and one file for colleagues."""

from __future__ import annotations

import gzip
import json
import re
import textwrap
from base64 import b85encode
from math import isfinite
from pathlib import Path

import jinja2
import numpy as np
import pandas as pd
from components import install
from components.markup import STYLE
from figures import verdict
from figures.palette import STYLES

from surgecore import Analysis, FitResult, NextRuns, __version__, words
from surgecore.sweeps.advice import SMOOTH_PATH
from surgecore.words import plain, say, tables

_TEMPLATE = Path(__file__).with_name("report.html")

_FIGURE = """\
import numpy as np
import plotly.graph_objects as go

from surgecore import LAWS

# batch size, best learning rate, ends of its 95 % interval, and which end of the rates tried was the best: a bound
optima = [
{optima}]
laws = [
{laws}]

figure = go.Figure()
sizes = np.geomspace(min(size for size, *_ in optima) / 2, max(size for size, *_ in optima) * 2, 241)
for name, law, line in laws:
    figure.add_scatter(x=sizes, y=law(sizes), mode="lines", name=name, line=line)
for edge, symbol in ((None, "circle"), ("high", "triangle-up"), ("low", "triangle-down")):
    points = [(size, rate, low, high) for size, rate, low, high, at in optima if at == edge]
    bars = [(rate - low, high - rate) if low else (0, 0) for _, rate, low, high in points]
    figure.add_scatter(
        x=[size for size, *_ in points], y=[rate for _, rate, *_ in points], mode="markers", name={measured},
        marker=dict(symbol=symbol, color="white", size=10, line=dict(color="#1d2127", width=2.5)),
        error_y=dict(
            symmetric=False, arrayminus=[below for below, _ in bars], array=[above for _, above in bars],
            visible=edge is None, color="#7c8490", thickness=2, width=4,
        ),
        showlegend=edge is None,
    )
figure.update_layout(template="plotly_white", title={title}, legend=dict(orientation="h", y=-0.15))
figure.update_xaxes(type="log", title={batch})
figure.update_yaxes(type="log", title={rate})
figure.show()
"""
_PATH = "lambda size: np.interp(size, {points})"
_DATA = """\
# the sweep itself, and everything found again from it
import gzip
from base64 import b85decode

from surgecore import Sweep, analyse, words

DATA = '''
{data}
'''
sweep = Sweep.from_csv(gzip.decompress(b85decode("".join(DATA.split()))), name={name})
assert sweep.digest == "{digest}"
analysis = analyse(sweep)
print(*words.findings(analysis), sep="\\n")
"""


def to_json(analysis: Analysis) -> str:
    return json.dumps(words.document(analysis), indent=1, allow_nan=False)


def snippet(analysis: Analysis, unit: str) -> str:
    """Python that draws the page's figure: optima and laws stand in it, with the colours of the page."""
    rate = say("axis-best-rate", unit=unit)
    return install.comment() + _figure(analysis, title=plain(analysis.sweep.name), rate=rate)


def _figure(analysis: Analysis, *, title: str, rate: str) -> str:
    rows = [(o.batch_size, o.learning_rate, *_ends(o.interval), o.on_edge) for o in analysis.optima]
    optima = "".join(f"    {row!r},\n" for row in rows)
    laws = "".join(_curves(analysis))
    labels = {"title": title, "batch": say("axis-batch"), "rate": rate, "measured": words.measured(analysis.sweep)}
    return _FIGURE.format(optima=optima, laws=laws, **{name: json.dumps(text) for name, text in labels.items()})


def _ends(interval: tuple[float, float] | None) -> tuple[float | None, float | None]:
    return interval if interval is not None and all(map(isfinite, interval)) else (None, None)


def _curves(analysis: Analysis) -> list[str]:
    """The curves of the page's figure: the best law and the surge law, or the smooth path where no law holds."""
    comparison = analysis.comparison
    if comparison.no_law and comparison.path is not None:
        sizes = [o.batch_size for o in analysis.optima]
        places = np.geomspace(min(sizes) / 2, max(sizes) * 2, 61)
        rates = [float(f"{rate:.5g}") for rate in comparison.path.predict(places)[0]]
        points = f"{[float(f'{size:.5g}') for size in places]!r}, {rates!r}"
        return [_curve(SMOOTH_PATH, _PATH.format(points=points))]
    found = [fit for fit in comparison.fits if fit.law is not None]
    return [_law(fit) for fit in found if fit in found[:1] or fit.family.key == "surge"]


def _law(fit: FitResult) -> str:
    values = ", ".join(f"{name}={value!r}" for name, value in vars(fit.law).items())
    return _curve(fit.family.key, f"LAWS[{fit.family.key!r}].law({values})")


def _curve(key: str, function: str) -> str:
    look = STYLES[key]
    name, line = json.dumps(words.curve(key)), {"color": look.colour, "dash": look.dash, "width": look.width}
    return f"    ({name}, {function}, {line!r}),\n"


def notebook(analysis: Analysis, unit: str) -> str:
    """The sweep and its analysis as a Jupyter notebook, nbformat 4: the CSV stands in it, so it needs no file."""
    sweep = analysis.sweep
    head = f"# {plain(sweep.name)}\n\n{verdict.plain_block(analysis)}"
    text = textwrap.fill(b85encode(gzip.compress(sweep.to_csv().encode(), 9, mtime=0)).decode(), 116)
    data = _DATA.format(data=text, digest=sweep.digest, name=json.dumps(plain(sweep.name)))
    code = snippet(analysis, unit)
    cells = [
        {"id": "what", "cell_type": "markdown", "metadata": {}, "source": head},
        *(
            {
                "id": name, "cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [],
                "source": source,
            }
            for name, source in (("figure", code), ("data", data))
        ),
    ]  # fmt: skip
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": cells}, indent=1)


def report(
    analysis: Analysis, card: str, chart: str, *, date: str, link: str = "", plan: NextRuns | None = None
) -> str:
    """One small HTML file for colleagues: the answer, the verdict, the drawing, the tables, and where it comes from.

    `card` and `chart` are markup of the page; every other text is escaped by the template. The runs of a `plan` are
    listed where the card asks for them.
    """
    sweep, comparison = analysis.sweep, analysis.comparison
    found = []
    if plan is not None and words.worth_running(plan):
        lead = f"{words.next_runs(plan)} {words.without_plan(plan)}".strip()
        found.append(_table(say("advice-next"), lead, tables.next_runs(plan)))
    if analysis.optima:
        found.append(_table(say("report-optima"), "", tables.optima(analysis.optima, sweep.metric)))
    ranked = tables.ranking(comparison, symbols=False).reset_index()
    found.append(_table(say("report-laws"), words.ranking(comparison), ranked))
    template = jinja2.Environment(autoescape=True).from_string(_TEMPLATE.read_text(encoding="utf-8"))
    page = template.render(
        name=sweep.name, style=STYLE, card=card, chart=chart, remarks=words.remarks(analysis), tables=found,
        facts=words.facts(sweep), link=link if link.startswith(("http://", "https://")) else "",
        origin=say("report-origin", version=__version__, date=date, digest=sweep.digest),
    )  # fmt: skip
    return re.sub(r"(?<=\d) %", "&nbsp;%", page)  # no line begins with the sign


def _table(title: str, lead: str, cells: pd.DataFrame) -> dict[str, object]:
    return {"title": title, "lead": lead, "head": list(cells.columns), "rows": cells.astype(str).to_numpy().tolist()}
