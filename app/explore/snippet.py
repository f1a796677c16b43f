"""Python that draws what the Explore page shows, from the library alone: the measured points stand in the code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from components import install
from figures.palette import GREY

from explore.state import ExploreState
from surgecore import NoiseModel, Optimum, one_step_curves
from surgecore.words import say

_HEAD = """\
import numpy as np
from plotly.subplots import make_subplots

from surgecore import NoiseModel, one_step_curves

model = {model}
curves = one_step_curves(model)

batch_size = 2.0 ** np.linspace({x0!r}, {x1!r}, 300)
figure = make_subplots(rows=2, shared_xaxes=True, row_heights=[0.68, 0.32], vertical_spacing=0.05)


def draw(name, curve, **line):
    for row, of in ((1, curve.optimal_lr), (2, curve.loss_drop)):
        if of is not None:
            values = of(batch_size)
            figure.add_scatter(x=batch_size, y=np.where(values > 0, values, np.nan), mode="lines", name=name, line=line,
                               showlegend=row == 1, row=row, col=1)


"""
_POINTS = """
# {about}
points = np.array([
{rows}
], dtype=object)
sizes, best, low, high = points[:, :4].astype(float).T
symbols = {{None: "circle", "high": "triangle-up", "low": "triangle-down"}}
figure.add_scatter(
    x=sizes, y=best, mode="markers", name="{name}",
    marker=dict(color="white", size=10, line=dict(color="#1d2127", width=2.5), symbol=[symbols[e] for *_, e in points]),
    error_y=dict(symmetric=False, array=high - best, arrayminus=best - low, color="#7c8490"),
    row=1, col=1,
)
"""
_FOOT = """
figure.update_layout(template="plotly_white", legend=dict(orientation="h", y=-0.12))
figure.update_xaxes(type="log", range=np.log10(2) * np.array([{x0!r}, {x1!r}]))
figure.update_xaxes(title="{batch}", row=2)
figure.update_yaxes(type="log", title="{rate}"{y}, row=1)
figure.update_yaxes(type="log", title="{drop}"{d}, row=2)
figure.show()
print(model.gradient_noise().peaks())
"""


def snippet(
    state: ExploreState, model: NoiseModel, optima: Sequence[Optimum], style: Callable[[str], dict[str, Any]]
) -> str:
    """The curves that are on, pinned ones, measured points, loss drop, in the range that is shown."""
    view = state.view or (0.0, 16.0)
    x0, x1 = max(view[0], 0.0), view[1]
    y, d = (f", range={list(view[at : at + 2])!r}" if len(view) == 6 else "" for at in (2, 4))
    drawn = one_step_curves(model)
    lines = [_draw(key, style(key)) for key in state.curves if key in drawn]
    for number, ghost in enumerate(state.ghosts, 1):
        which = "correlated" if ghost.correlation else "exact"
        name = say("chart-pinned", number=number)
        lines.append(f"draw({name!r}, one_step_curves({_model_code(ghost)})[{which!r}], color={GREY!r})")
    rows = "\n".join(f"    {_row(optimum)}," for optimum in optima)
    titles = {"batch": say("chart-batch"), "rate": say("chart-rate"), "drop": say("chart-drop")}
    return (
        install.comment()
        + _HEAD.format(model=_model_code(model), x0=x0, x1=x1)
        + "\n".join(lines)
        + (_POINTS.format(about=say("snippet-points"), rows=rows, name=say("chart-measured")) if optima else "")
        + _FOOT.format(x0=x0, x1=x1, y=y, d=d, **titles)
    )


def _draw(key: str, look: dict[str, Any]) -> str:
    dash = f"{look['dash'].replace(' ', 'px,')}px"
    line = f"color={look['colour']!r}, width={look['width']}" + ("" if look["dash"] == "1 0" else f", dash={dash!r}")
    return f"draw({look['label']!r}, curves[{key!r}], {line})"


def _row(optimum: Optimum) -> list[Any]:
    low, high = optimum.interval or (optimum.learning_rate, optimum.learning_rate)
    return [float(optimum.batch_size), float(optimum.learning_rate), float(low), float(high), optimum.on_edge]


def _model_code(model: NoiseModel) -> str:
    return "NoiseModel(\n    " + ",\n    ".join(f"{name}={value!r}" for name, value in vars(model).items()) + ",\n)"
