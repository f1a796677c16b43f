"""Fitted laws, or the smooth path, beside the optima they were fitted to, and how far off each is. Pure drawings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from figures import axes
from figures.marks import marks
from figures.palette import STYLES
from figures.plot import Mark, Plot
from surgecore import FitResult, Optimum
from surgecore.sweeps.advice import SMOOTH_PATH
from surgecore.sweeps.averaging import REACH
from surgecore.sweeps.smooth_path import SmoothPath
from surgecore.words import batch_size, curve, number, optima_alt, say

FloatArray = NDArray[np.float64]

POINTS = 121
_PATH_POINTS = 61


def fit_line(plot: Plot, fit: FitResult) -> None:
    """A fitted law with its 95 % band and its name."""
    if fit.law is None:
        return
    key, grid = fit.family.key, np.geomspace(plot.x.low, plot.x.high, POINTS)
    low, high = (np.asarray(edge, dtype=float).tolist() for edge in fit.band(grid))
    plot.band(grid.tolist(), low, high, STYLES[key].colour, key)
    plot.line(grid.tolist(), np.asarray(fit.law(grid)).tolist(), STYLES[key], key=key, label=curve(key))


def path_line(plot: Plot, path: SmoothPath) -> None:
    """The smooth path with its 95 % band and its name, as far beyond the data as advice reaches."""
    ends = np.exp(path.log_batch.min()) / REACH, np.exp(path.log_batch.max()) * REACH
    grid = np.geomspace(max(plot.x.low, ends[0]), min(plot.x.high, ends[1]), _PATH_POINTS)
    rates, low, high = (part.tolist() for part in path.predict(grid))
    plot.band(grid.tolist(), low, high, STYLES[SMOOTH_PATH].colour, SMOOTH_PATH)
    plot.line(grid.tolist(), rates, STYLES[SMOOTH_PATH], key=SMOOTH_PATH, label=curve(SMOOTH_PATH))


def fits(
    optima: Sequence[Optimum], results: Sequence[FitResult], *, measured_label: str, path: SmoothPath | None = None,
    unit: str | None = None, width: float = 800, height: float = 410,
) -> str:  # fmt: skip
    """Measured optima with fitted laws, the smooth path and their 95 % bands, an octave beyond the data each side."""
    title = axes.best_rate(unit)
    if not optima:
        plot = Plot(width, height, axes.batches(1, 2**10), axes.decades(title, 1e-4, 1))
        plot.note(say("empty-fits"))
        return plot.svg(say("empty-fits"))
    sizes = [o.batch_size for o in optima]
    heights = [o.learning_rate for o in optima] + [end for o in optima for end in o.interval or ()]
    fitted = [fit for fit in results if fit.law is not None]
    plot = Plot(
        width, height, axes.batches(min(sizes) / 2, max(sizes) * 2), axes.decades(title, *axes.span(heights, 2)),
        names=[curve(key) for key in [fit.family.key for fit in fitted] + [SMOOTH_PATH] * (path is not None)],
    )  # fmt: skip
    for fit in fitted:
        fit_line(plot, fit)
    if path is not None:
        path_line(plot, path)
    inside, edges = ([o for o in optima if bool(o.on_edge) is bound] for bound in (False, True))
    plot.marks(marks(inside), label=measured_label)
    plot.marks(marks(edges), key="measured_on_edge", name="up", label=say("points-on-edge"))
    return plot.svg(say("details-laws-alt", optima=optima_alt(optima)))


def residuals(results: Sequence[FitResult], *, width: float = 800, height: float = 340) -> str:
    """Measured over fitted learning rate, minus one, against batch size, for the optima that were fitted."""
    sizes = [o.batch_size for result in results for o in result.used]
    off = [100 * float(value) for result in results for value in np.expm1(result.residuals)]
    most = 1.15 * max([1.0, *map(abs, off)])
    x = axes.batches(min(sizes) / 2, max(sizes) * 2) if sizes else axes.batches(1, 2**10)
    plot = Plot(width, height, x, axes.linear(say("axis-residual"), -most, most))
    plot.level_at(0.0)
    for place, result in enumerate(results):
        key, colour = result.family.key, STYLES[result.family.key].colour
        # side by side, so that laws do not hide each other at one batch size
        aside = 2 ** (0.08 * (place - (len(results) - 1) / 2))
        found = [
            Mark(o.batch_size * aside, 100 * float(r), text=_missed(curve(key), o, float(r)))
            for o, r in zip(result.used, np.expm1(result.residuals), strict=True)
        ]
        plot.marks(found, key=key, size=4.5, colour=colour, fill=colour, label=curve(key))
    if not sizes:
        plot.note(say("empty-residuals"))
    return plot.svg(say("details-residuals-alt"))


def _missed(name: str, optimum: Optimum, part: float) -> str:
    return say("drawn-residual", curve=name, at=batch_size(optimum.batch_size), off=number(100 * part, 2))
