"""The handout: two printed sides with the figures of the story and a worksheet, and a teacher's key. Pure.

Every number of the key comes from the noise model of the story or from the bundled sweep.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from math import exp, hypot, log, sqrt
from pathlib import Path
from typing import Literal

import jinja2
import numpy as np
from components.markup import STYLE
from figures import axes, verdict
from figures.marks import marks
from figures.optimum import ANSWER, FALL
from figures.palette import STYLES
from figures.plot import Plot
from markupsafe import Markup
from scipy.optimize import brentq

from learn.lesson_figures import loaded, optimum_at
from learn.story import CORRELATION, NO_ALIGNMENT, STORY, VIEW, fall
from surgecore import Optimum, __version__, one_step_curves, surge_verdict, words
from surgecore.words import interval, number, say, share

Facts = Mapping[str, str]
_HERE = Path(__file__).parent
#: Sizes of the figures [px]: across a printed side, and on a phone.
LARGE, SMALL = (800.0, 290.0), (305.0, 290.0)
CURVES = ("plateau", "linear", "square_root", "exact")
#: Ends of figure 1's learning rates; a small one ends lower, so that no rule crosses the name of the peak.
LOWEST, HIGHEST, HIGHEST_SMALL = 0.005, 0.5, 0.15
#: How many times the batch size of the peak the rule is carried.
FURTHER = 16
#: A reading of the peak is good where the curve is at least this share of it.
GOOD = 0.98
#: Batch sizes of figure 2 that are compared, and between which the learning rate is carried.
NEAR, FAR = (16.0, 32.0), (128.0, 1024.0)
_SIZES = {"first": f"{NEAR[0]:g}", "second": f"{NEAR[1]:g}", "third": f"{FAR[0]:g}", "fourth": f"{FAR[1]:g}"}


# --- the exercises and their answers ------------------------------------------------------------------------


def _peak() -> tuple[float, float]:
    (found,) = STORY.gradient_noise().peaks()
    return found.batch_size, found.lr


@cache
def peak() -> Facts:
    """Where the peak is, how high, and between which batch sizes a reading is good."""
    (batch, rate), curve = _peak(), one_step_curves(STORY)["exact"].optimal_lr

    def over(at: float) -> float:
        return float(curve(at)) / rate - GOOD

    ends = brentq(over, 1.0, batch), brentq(over, batch, 4096.0)
    return {"batch": number(batch, 2), "rate": number(rate, 2), "low": number(ends[0], 2), "high": number(ends[1], 2)}


@cache
def rule() -> Facts:
    """What the square-root rule asks further on, starting from the rate at the peak."""
    batch, rate = _peak()
    best, asked = float(one_step_curves(STORY)["exact"].optimal_lr(FURTHER * batch)), rate * sqrt(FURTHER)
    return {
        "times": str(FURTHER), "root": f"{sqrt(FURTHER):g}", "rate": number(rate, 2), "asked": number(asked, 2),
        "best": number(best, 2), "ratio": number(asked / best, 2),
    }  # fmt: skip


@cache
def signal() -> Facts:
    """The peak at twice the signal to noise."""
    (found,) = replace(STORY, snr=2 * STORY.snr).gradient_noise().peaks()
    batch, _ = _peak()
    return {"before": number(batch, 2), "after": number(found.batch_size, 2), "rate": number(found.lr, 2)}


@cache
def undone() -> Facts:
    """What is left of the fall without alignment, and with noise that is shared."""
    aligned, noisy = replace(STORY, alignment=NO_ALIGNMENT), replace(STORY, correlation=CORRELATION)
    assert fall(aligned) == 0.0  # below R = 1 there is no peak, and the sentence says so
    return {
        "from": number(STORY.alignment, 1), "alignment": number(NO_ALIGNMENT, 1),
        "correlation": number(CORRELATION, 1), "level": number(aligned.gradient_noise().plateau_lr, 2),
        "fall": share(fall(STORY)), "left": share(fall(noisy)),
    }  # fmt: skip


def stderr(first: Optimum, second: Optimum) -> float:
    """Standard error of the log of the ratio of two best rates."""
    assert first.stderr is not None  # both are inside the rates tried
    assert second.stderr is not None
    return hypot(first.stderr, second.stderr)


def apart(first: Optimum, second: Optimum) -> float:
    """How many standard errors lie between the logs of two best rates."""
    return abs(log(first.learning_rate / second.learning_rate)) / stderr(first, second)


@cache
def bars() -> Facts:
    """Two pairs of neighbours in the sweep: one whose difference chance explains, one whose it does not."""
    near, far = (apart(*map(optimum_at, pair)) for pair in (NEAR, FAR))
    return _SIZES | {"near": number(near, 1), "far": number(far, 2)}


@cache
def use() -> Facts:
    """The square-root rule beside the sweep at a batch size that was measured."""
    first, last = map(optimum_at, FAR)
    asked = first.learning_rate * sqrt(FAR[1] / FAR[0])
    ratio, spread = asked / last.learning_rate, exp(1.96 * stderr(first, last))
    return _SIZES | {
        "asked": number(asked, 2), "best": number(last.learning_rate, 2), "interval": interval(*last.interval),
        "ratio": number(ratio, 2), "low": number(ratio / spread, 2), "high": number(ratio * spread, 2),
    }  # fmt: skip


@dataclass(frozen=True)
class Exercise:
    """A question, and the numbers of its answer."""

    key: str
    facts: Callable[[], Facts]

    def said(self, part: Literal["ask", "key"]) -> str:
        return say(f"handout-{self.key}-{part}", **self.facts())


EXERCISES = (
    Exercise("peak", peak),
    Exercise("rule", rule),
    Exercise("signal", signal),
    Exercise("undone", undone),
    Exercise("bars", bars),
    Exercise("use", use),
)


# --- the figures --------------------------------------------------------------------------------------------


def theory(width: float, height: float) -> str:
    """The rules of thumb and the exact law of sign descent, its peak marked."""
    (left, right), top = VIEW[:2], HIGHEST if width > SMALL[0] else HIGHEST_SMALL
    x, y = axes.batches(2.0**left, 2.0**right), axes.decades(axes.rate(None), LOWEST, top)
    curves = one_step_curves(STORY)
    plot = Plot(width, height, x, y)
    sizes = 2.0 ** np.arange(left, right + 0.01, 0.125)
    for key in CURVES:
        rates = np.broadcast_to(curves[key].optimal_lr(sizes), sizes.shape)
        plot.line(sizes.tolist(), rates.tolist(), STYLES[key], key=key, label=words.curve(key))
    batch, rate = _peak()
    plot.answer(batch, rate, None, say("handout-peak-mark"), ANSWER)
    return plot.svg(say("handout-theory-alt", **peak()))


def measurements(width: float, height: float) -> str:
    """The bundled sweep: optima with 95 % intervals, and the range of the fall."""
    optima, found = loaded().optima(), surge_verdict(loaded())
    sizes = [o.batch_size for o in optima]
    heights = [end for o in optima for end in (o.learning_rate, *(o.interval or ()))]
    y = axes.decades(axes.best_rate(None), *axes.span(heights, 1.15))
    plot = Plot(width, height, axes.batches(min(sizes) / 1.6, max(sizes) * 1.6), y)
    if found.decision == "fall" and found.peak and found.trough:
        plot.shade(found.peak, found.trough, FALL, say("drawn-fall"))
    plot.marks(marks(optima), label=say("handout-marks", measured=words.measured(loaded())))
    return plot.svg(words.optima_alt(optima))


def _figure(draw: Callable[[float, float], str], caption: str) -> dict[str, str | Markup]:
    return {"large": Markup(draw(*LARGE)), "small": Markup(draw(*SMALL)), "caption": caption}


# --- the document -------------------------------------------------------------------------------------------


def content(*, key: bool) -> str:
    """The handout as markup with its style, for a page: two sides, and the key if wanted."""
    return _render("handout.html", level=2, key=key)


def document(*, key: bool) -> str:
    """The same as one HTML file that needs nothing else."""
    return _render("handout_file.html", level=1, key=key)


def _render(name: str, *, level: int, key: bool) -> str:
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(_HERE), autoescape=True)
    found = surge_verdict(loaded())
    model = {param: number(getattr(STORY, param), 2) for param in ("lr_scale", "snr", "alignment")}
    return environment.get_template(name).render(
        say=say, level=level, style=Markup(STYLE), exercises=EXERCISES, key=key,
        claims=[say("learn-rule-claim"), say("learn-bend-sentence"), say("learn-cause-claim")],
        theory=_figure(theory, say("handout-theory-caption")),
        measured=_figure(measurements, say("handout-measured-caption", name=words.plain(loaded().name))),
        chip=Markup(verdict.chip(found)), verdict=words.verdict(found),
        model=say("handout-key-model", **model), origin=say("handout-origin", version=__version__),
    )  # fmt: skip
