"""Sweeps and their optima in words."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from surgecore.sweeps.analysis import Analysis
from surgecore.sweeps.optima import Optimum
from surgecore.sweeps.sweep import Sweep
from surgecore.tables.metric import LOSS, Metric
from surgecore.words.numbers import count, number, plain
from surgecore.words.phrases import say
from surgecore.words.problems import metric_name, notice

#: A peak that stands out by less than this fraction of the plateau is not worth the name.
VISIBLE = 0.01


def optima_alt(optima: Sequence[Optimum]) -> str:
    """The measured optima in one sentence, for alt text."""
    if not optima:
        return "No measured optimum."
    best = max(optima, key=lambda optimum: optimum.learning_rate)
    at = [f"{number(o.learning_rate)} at B = {o.batch_size:g}" for o in (optima[0], best, optima[-1])]
    sizes = count(len(optima), "batch size")
    return f"Measured optimal learning rates at {sizes}: {at[0]}, highest {at[1]}, {at[2]}."


def measured(sweep: Sweep) -> str:
    """What the points are, with the horizon: one step and many steps never share a label."""
    return f"Measured after {count(sweep.steps, 'step')}" if sweep.steps else "Measured"


def file_name(sweep: Sweep) -> str:
    """The sweep's name as a file's: nothing but letters, digits, dots, dashes and underscores."""
    return "".join(c if c.isalnum() or c in ".-_" else "-" for c in sweep.name)[:80] or "sweep"


def facts(sweep: Sweep) -> str:
    """Size of a sweep in one line; nothing that was lost goes unsaid."""
    status = sweep.trials["status"].value_counts()
    seeds = count(sweep.n_seeds, "seed") if sweep.n_seeds else "no seed column"
    parts = [
        count(len(sweep.trials), "trial"),
        count(len(sweep.batch_sizes), "batch size"),
        count(len(sweep.learning_rates), "learning rate"),
        seeds,
        f"{status.get('infeasible', 0):,} diverged",
        f"{status.get('incomplete', 0):,} incomplete",
    ]
    return " · ".join(parts)


def clipped(losses: Sequence[float], limits: tuple[float, float], metric: Metric | None = None) -> str:
    """What the colour scale leaves out, of losses as the trials hold them (small is good)."""
    metric = metric or LOSS
    above = sum(1 for loss in losses if isfinite(loss) and loss > limits[1])
    if not above:
        return say("clipped-none", metric=metric_name(metric))
    limit = number(metric.shown(limits[1]))
    return say(
        "clipped-above" if metric.sign > 0 else "clipped-below", cells=above, metric=metric_name(metric), limit=limit
    )


def lr_unit(optimizer: str | None) -> str:
    """Unit of a learning rate by its optimizer's key: SGD's is not a sign's, and an upload's is unknown."""
    if optimizer is None:
        return "units of its optimizer"
    return "parameter units² per loss" if optimizer == "sgd" else "parameter units per step"


def points(sweep: Sweep, unit: str) -> str:
    """What the measured points are, in one clause."""
    horizon = f" after {count(sweep.steps, 'step')}" if sweep.steps else ""
    return f"measured optima{horizon} with their 95 % intervals, {plain(sweep.name)} [{unit}]"


def remarks(analysis: Analysis) -> list[str]:
    """What else there is to know about a sweep, beside the verdict and the ranking."""
    shown = {analysis.verdict.sentence, analysis.comparison.sentence}
    return [*map(notice, analysis.sweep.notices), *(said for said in analysis.sentences if said not in shown)]
