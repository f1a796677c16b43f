"""Sweeps and their optima in words."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from surgecore.sweeps.optima import Optimum
from surgecore.sweeps.sweep import Sweep
from surgecore.tables.metric import LOSS, Metric
from surgecore.words.numbers import number, plain, whole
from surgecore.words.phrases import say
from surgecore.words.problems import metric_name

#: A peak that stands out by less than this fraction of the plateau is not worth the name.
VISIBLE = 0.01


def optima_alt(optima: Sequence[Optimum]) -> str:
    """The measured optima in one sentence, for alt text."""
    if not optima:
        return say("alt-no-optimum")
    top = max(optima, key=lambda optimum: optimum.learning_rate)
    named = {"first": optima[0], "top": top, "last": optima[-1]}
    values = {name: number(o.learning_rate) for name, o in named.items()}
    values |= {f"{name}_at": whole(o.batch_size) for name, o in named.items()}
    return say("alt-optima", count=len(optima), **values)


def optimum_note(optimum: Optimum) -> str:
    """What to know about one optimum, in sentences; "" where there is nothing."""
    edge = [say(f"edge-{optimum.on_edge}") + "."] if optimum.on_edge else []
    return " ".join([*edge, *(say(f"optimum-{flag}") for flag in optimum.flags)])


def error_source(optimum: Optimum) -> str:
    """What the error of one optimum rests on."""
    return say(f"from-{optimum.source.replace('_', '-')}", count=optimum.n_seeds)


def measured(sweep: Sweep) -> str:
    """What the points are, with the horizon: one step and many steps never share a label."""
    return say("points-after", count=sweep.steps) if sweep.steps else say("points-measured")


def file_name(sweep: Sweep) -> str:
    """The sweep's name as a file's: nothing but letters, digits, dots, dashes and underscores."""
    return "".join(c if c.isalnum() or c in ".-_" else "-" for c in sweep.name)[:80] or "sweep"


def facts(sweep: Sweep) -> str:
    """Size of a sweep in one line; nothing that was lost goes unsaid."""
    status = sweep.trials["status"].value_counts()
    parts = [
        say("trials", count=len(sweep.trials)),
        say("batch-sizes", count=len(sweep.batch_sizes)),
        say("learning-rates", count=len(sweep.learning_rates)),
        say("seeds", count=sweep.n_seeds) if sweep.n_seeds else say("no-seeds"),
        say("diverged-runs", count=int(status.get("infeasible", 0))),
        say("incomplete-runs", count=int(status.get("incomplete", 0))),
    ]
    return " · ".join(parts)


def clipped(losses: Sequence[float], limits: tuple[float, float], metric: Metric | None = None) -> str:
    """What the colour scale leaves out, of losses as the trials hold them (small is good)."""
    metric = metric or LOSS
    above = sum(1 for loss in losses if isfinite(loss) and loss > limits[1])
    if not above:
        return say("clipped-none", metric=metric_name(metric))
    limit, name = number(metric.shown(limits[1])), metric_name(metric)
    key = "clipped-above" if metric.sign > 0 else "clipped-below"
    # within a sentence; a name of the visitor's own stays as it is
    return say(key, cells=above, metric=name.lower() if metric.name == "loss" else name, limit=limit)


def lr_unit(optimizer: str | None) -> str:
    """Unit of a learning rate by its optimizer's key: SGD's is not a sign's, and an upload's is unknown."""
    if optimizer is None:
        return say("unit-rate-unknown")
    if optimizer in ("adafactor", "adalomo", "lars", "clars"):
        return say("unit-rate-relative")
    return say("unit-rate-sgd" if optimizer in ("sgd", "active-sgd", "extrapolated") else "unit-rate-sign")


def points(sweep: Sweep, unit: str) -> str:
    """What the measured points are, in one clause."""
    return say("points-caption", points=measured(sweep), name=plain(sweep.name), unit=unit)
