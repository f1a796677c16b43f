"""Batches that change during a run, and the noise scale beside them. Pure: no streamlit."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

import pandas as pd

from figures import axes
from figures.palette import STYLES
from figures.plot import Mark, Plot
from surgecore.words import batches as words
from surgecore.words import interval, number, say
from surgecore.words.numbers import whole

#: Signs and colours of the batch sizes that runs start from, each in turn, so that 35 differ.
_SIGNS = ("circle", "square", "diamond", "up", "pentagon", "down", "star")
_COLOURS = ("#2b7cc4", "#1e9a6e", "#a45fb8", "#b8800a", "#c4527f")
_NOISE = "#7c8490"


def batches(
    table: pd.DataFrame, rate: float, eta: float | None = None, *, width: float = 800, height: float = 410
) -> str:
    """Mean batch against step for every batch size that runs start from, at one learning rate.

    Parameters
    ----------
    table : DataFrame
        Of `surgecore.training.runs.batches.batch_paths`.
    rate : float
        One of its learning rates.
    eta : float, optional
        Of the norm test: draws where it comes to rest.
    """
    rows = table[table["learning_rate"] == rate]
    starts = sorted(rows["batch_size"].unique())
    noise = known_noise(rows[rows["batch_size"] == starts[0]]) if starts else rows
    factor = 1.0 if eta is None else words.rest_factor(eta)
    heights = [*rows["batch"], *noise["noise_scale"], *(factor * noise["noise_scale"])]
    plot = Plot(
        width, height, axes.decades(say("axis-step"), *axes.span(list(rows["step"]), 1.15)),
        axes.decades(say("axis-batch-used"), *axes.span(heights, 1.3)),
    )  # fmt: skip
    if eta is not None and len(noise):
        low, value, high = (
            (factor * (noise["noise_scale"] + side * noise["noise_scale_error"])).tolist() for side in (-1.96, 0, 1.96)
        )
        steps = noise["step"].tolist()
        plot.band(steps, low, high, STYLES["sgd"].colour, "rest")
        plot.line(steps, value, STYLES["sgd"], key="rest", label=say("curve-rest"))
    for start, sign, colour in zip(starts, cycle(_SIGNS), cycle(_COLOURS), strict=False):
        marks = _marks(rows[rows["batch_size"] == start])
        name = say("points-batch-from", start=whole(start))
        plot.marks(marks, key=f"from-{start:g}", colour=colour, fill=colour, bars=colour, name=sign, label=name)
    plot.marks(
        _noise_marks(noise), key="noise", colour=_NOISE, fill=_NOISE, bars=_NOISE, name="cross",
        label=say("points-noise-scale"),
    )  # fmt: skip
    return plot.svg(" ".join(words.path(rows[rows["batch_size"] == start], eta) for start in starts))


def known_noise(rows: pd.DataFrame) -> pd.DataFrame:
    """Steps at which the noise scale is known to a factor of two."""
    return rows[rows["noise_scale"] > 2 * rows["noise_scale_error"]]


def _marks(rows: pd.DataFrame) -> Sequence[Mark]:
    found = []
    for row in rows.itertuples():
        step, start, batch, error = (float(v) for v in (row.step, row.batch_size, row.batch, row.batch_error))  # type: ignore[arg-type]
        text = say("batches-point", step=whole(step), start=whole(start), batch=number(batch))
        found.append(Mark(step, batch, _around(batch, error), text=text))
    return found


def _noise_marks(rows: pd.DataFrame) -> Sequence[Mark]:
    found = []
    for row in rows.itertuples():
        values = (row.step, row.batch_size, row.noise_scale, row.noise_scale_error)
        step, start, noise, error = (float(v) for v in values)  # type: ignore[arg-type]
        ends = _around(noise, error)
        known = {"step": whole(step), "start": whole(start), "noise": number(noise), "interval": interval(*ends)}
        found.append(Mark(step, noise, ends, text=say("batches-noise-point", **known)))
    return found


def _around(value: float, error: float) -> tuple[float, float]:
    return max(value - 1.96 * error, value / 100), value + 1.96 * error
