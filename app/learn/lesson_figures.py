"""Figures of the lesson: axes, lines from the library, measured points, and what is hidden before the reveal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from math import sqrt
from typing import Any

import numpy as np
from figures.browser import point

from learn.story import CORRELATION, MEASURED, STORY, VIEW, fall
from surgecore import EqualSnrLaw, NoiseModel, Sweep, surge_verdict
from surgecore.sweeps.excess import excess
from surgecore.words import number, say, share

BATCH = tuple(2.0**k for k in range(0, 13, 2))
#: The sweep of the last two steps, and where its points are hidden.
SWEEP = MEASURED[1]
SHOWN = 128.0
LARGE = 1024.0
#: Runs at higher rates are hidden before the reveal of the last step.
SEEN = 0.045
#: Coins of the third step: batch sizes, flips of each, seed of the browser's random numbers.
COINS = (1, 4, 16, 64, 256, 1024)
FLIPS, SEED = 1000, 13
_FINE = 2.0 ** np.arange(0, 12.01, 0.25)
SNRS = (0.005, 0.05, 0.5)


def mean_sign(batch: float, snr: float = STORY.snr) -> float:
    """Mean of a sign, erf(sqrt(B/2) z): Theorem 2 with a curvature that couples nothing."""
    return float(EqualSnrLaw(1.0, snr, 0.0)(batch))


def right(batch: float, snr: float = STORY.snr) -> float:
    """Share of the signs that agree with the mean gradient."""
    return 0.5 + 0.5 * mean_sign(batch, snr)


def pull(batch: float) -> float:
    """Curvature that agreeing signs meet, in traces: R E^2."""
    return STORY.alignment * mean_sign(batch) ** 2


def gradient_length(batch: float, of: float = 16.0) -> float:
    """Root mean square of a batch gradient over that at another batch size: sqrt(mu^2 + sigma^2 / B)."""
    return sqrt((1 + 1 / (batch * STORY.snr**2)) / (1 + 1 / (of * STORY.snr**2)))


@cache
def loaded(name: str = SWEEP) -> Sweep:
    from choice import catalogue

    return {entry.name: entry for entry in catalogue.entries()}[name].load()


# --- the parts of a figure ----------------------------------------------------------------------------------


def axis(title: str, low: float, high: float, *, log: bool = True, ticks: Mapping[float, str]) -> dict[str, Any]:
    return {"title": title, "low": low, "high": high, "log": log, "ticks": [[at, text] for at, text in ticks.items()]}


def batches() -> dict[str, Any]:
    return axis(say("chart-batch"), 1.0, 4096.0, ticks={size: f"{size:g}" for size in BATCH})


def line(style: str, label: str, xs: Sequence[float], curve: Callable[[float], float]) -> dict[str, Any]:
    """A line of the look of a law, from a function of the library."""
    return {"style": style, "label": label, "points": [[float(x), float(curve(float(x)))] for x in xs]}


def plain(values: Sequence[float]) -> dict[float, str]:
    return {value: f"{value:g}" for value in values}


def percents(values: Sequence[float]) -> dict[float, str]:
    return {value: f"{100 * value:.0f} %" for value in values}


def plot(x: dict[str, Any], y: dict[str, Any], **parts: Any) -> dict[str, Any]:  # noqa: ANN401 - lines and marks
    return {"kind": "plot", "x": x, "y": y, "before": [], "after": [], "marks": [], "coins": None} | parts


def chart(model: NoiseModel, before: Sequence[str], until: float, after: Sequence[str], **parts: Any) -> dict[str, Any]:  # noqa: ANN401
    """The chart of rates: curves drawn up to a batch size, and all of those after the reveal."""
    return {
        "kind": "chart", "model": vars(model), "after_model": vars(model), "before": list(before), "until": until,
        "after": list(after), "view": {key: list(VIEW[2 * i : 2 * i + 2]) for i, key in enumerate("xyd")},
        "measured": [],
    } | parts  # fmt: skip


# --- one figure a step --------------------------------------------------------------------------------------


def sgd_times(batch: float) -> float:
    """SGD's best rate over that at batch size 1 (1812.06162, eq. 2.6)."""
    law = STORY.gradient_noise().sgd_law()
    assert law is not None  # the model has a mean gradient along its curvature
    return float(law(batch) / law(1.0))


def sgd() -> dict[str, Any]:
    y = axis(say("lesson-axis-times"), 0.7, 100.0, ticks=plain([1, 3, 10, 30, 100]))
    first = line("sgd", say("lesson-line-sgd"), _FINE[_FINE <= 2], sgd_times)
    return plot(batches(), y, before=[first], after=[line("sgd", say("lesson-line-sgd"), _FINE, sgd_times)])


def signs() -> dict[str, Any]:
    y = axis(say("lesson-axis-length"), 0.1, 10.0, ticks=plain([0.1, 0.3, 1, 3, 10]))
    gradient = line("sgd", say("lesson-line-gradient"), _FINE, gradient_length)
    step = line("exact", say("lesson-line-sign"), _FINE, lambda _: 1.0)
    return plot(batches(), y, before=[gradient], after=[gradient, step])


def coins() -> dict[str, Any]:
    y = axis(say("lesson-axis-right"), 0.4, 1.0, log=False, ticks=percents([0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]))
    fair = line("plateau", say("lesson-line-fair"), [1.0, 4096.0], lambda _: 0.5)
    flips = {"snr": STORY.snr, "sizes": list(COINS), "flips": FLIPS, "seed": SEED}
    return plot(
        batches(), y, before=[fair], after=[fair, line("exact", say("lesson-line-erf"), _FINE, right)], coins=flips
    )


def costs() -> dict[str, Any]:
    y = axis(say("lesson-axis-cost"), 0.008, 12.0, ticks=plain([0.01, 0.1, 1, 10]))
    floor = line("plateau", say("lesson-line-floor"), [1.0, 4096.0], lambda _: 1.0)
    first = line("exact", say("lesson-line-pull"), _FINE[_FINE <= 4], pull)
    return plot(batches(), y, before=[floor, first], after=[floor, line("exact", say("lesson-line-pull"), _FINE, pull)])


def falls() -> dict[str, Any]:
    """The fall over the alignment, without and with noise that is shared."""
    x = axis(say("lesson-axis-alignment"), 0.1, 30.0, ticks=plain([0.1, 0.3, 1, 3, 10, 30]))
    y = axis(say("lesson-axis-fall"), 0.0, 0.7, log=False, ticks=percents([0.0, 0.2, 0.4, 0.6]))
    rs = np.geomspace(0.1, 30.0, 25)

    def at(correlation: float) -> Callable[[float], float]:
        # with equal signal to noise the number of nodes does not matter
        return lambda r: fall(replace(STORY, alignment=r, correlation=correlation), nodes=32)

    alone, shared = say("lesson-line-alone"), say("lesson-line-shared", correlation=number(CORRELATION, 1))
    after = [line("exact", alone, rs, at(0.0)), line("correlated", shared, rs, at(CORRELATION))]
    return plot(x, y, before=[line("exact", alone, rs[rs >= STORY.alignment], at(0.0))], after=after)


def peak() -> dict[str, Any]:
    return chart(STORY, ("exact",), 16.0, ("exact", "square_root"))


def plateau() -> dict[str, Any]:
    return chart(STORY, ("exact",), 256.0, ("exact", "surge", "plateau"))


def momentum() -> dict[str, Any]:
    return chart(STORY, ("exact",), 4096.0, ("exact",), after_model=vars(replace(STORY, momentum=0.9)))


def optima() -> dict[str, Any]:
    points = [point(optimum) for optimum in loaded().optima()]
    view = {"x": [1.0, 11.0], "y": [-1.7, -0.9], "d": list(VIEW[4:])}
    return chart(STORY, (), SHOWN, (), measured=points, view=view)


def valley() -> dict[str, Any]:
    """Extra loss over the rate at the largest batch size: runs as markers, the valley through them as a line."""
    sweep, best = loaded(), optimum_at(LARGE)
    cells = sweep.cells()
    cells = cells[(cells["batch_size"] == LARGE) & cells["loss"].notna()]
    rates = np.geomspace(0.02, 0.2, 60)
    extra, _, _ = excess(sweep.valleys, LARGE, rates)
    known = [(rate, loss) for rate, loss in zip(rates, extra, strict=True) if np.isfinite(loss)]
    smooth = {"style": "exact", "label": say("lesson-line-valley"), "points": [[float(r), float(e)] for r, e in known]}
    marks = [
        {"x": float(rate), "y": float(loss - best.loss), "error": float(1.96 * stderr), "hidden": rate > SEEN}
        for rate, loss, stderr in cells[["learning_rate", "loss", "stderr"]].itertuples(index=False)
    ]
    x = axis(say("lesson-axis-rate"), 0.01, 0.4, ticks=plain([0.01, 0.02, 0.05, 0.1, 0.2, 0.4]))
    y = axis(say("lesson-axis-extra"), -0.02, 0.4, log=False, ticks=plain([0, 0.1, 0.2, 0.3, 0.4]))
    return plot(x, y, after=[smooth], marks=marks)


def optimum_at(batch: float) -> Any:  # noqa: ANN401 - an Optimum
    (found,) = [optimum for optimum in loaded().optima() if optimum.batch_size == batch]
    return found


def extra_loss(rate: float) -> float:
    """Mean loss of the runs at the largest batch size beyond the lowest, between the rates that were tried."""
    cells = loaded().cells()
    cells = cells[(cells["batch_size"] == LARGE) & cells["loss"].notna()]
    return float(np.interp(np.log(rate), np.log(cells["learning_rate"]), cells["loss"]) - optimum_at(LARGE).loss)


def ends(name: str) -> dict[str, str]:
    """The size of a measured fall with its interval, in words; of the lower end's "0 %" too."""
    verdict = surge_verdict(loaded(name))
    assert verdict.fall_octaves is not None
    assert verdict.interval is not None
    low, high = (1.0 - 2.0**-end for end in verdict.interval)
    return {"fall": share(1.0 - 2.0**-verdict.fall_octaves), "low": share(low) if low else "0", "high": share(high)}
