"""The lesson: ten steps, each with one idea, one prediction before the reveal, and one check. Numbers are computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from learn import lesson_figures as draw
from learn.lesson_figures import LARGE, SHOWN, extra_loss, mean_sign, optimum_at, pull, right
from learn.progress import OPTIONS
from learn.story import CORRELATION, STORY, fall
from surgecore import one_step_curves, price
from surgecore.words import number, say, share

_WHY = "digits-mlp-1.0"
#: The sweep whose fall is not decided, as an example of what that means.
UNDECIDED = "digits-mlp-sgd-k10"


@dataclass(frozen=True)
class Guess:
    """What is predicted on the figure.

    Attributes
    ----------
    axis : {"x", "y"}
        Along which the mark moves.
    truth : callable
        The number that the reveal shows, from the library or the data.
    close : float
        Factor within which a guess is close, or on a linear axis the distance.
    start : float
        Where the mark waits.
    form : {"batch", "rate", "times", "percent", "plain", "loss"}
        How its value is said.
    at : callable
        Place on the other axis where the truth stands.
    """

    axis: str
    truth: Callable[[], float]
    close: float
    start: float
    form: str
    at: Callable[[], float] = float

    def to_json(self) -> dict[str, Any]:
        return vars(self) | {"truth": self.truth(), "at": self.at()}


@dataclass(frozen=True)
class LessonStep:
    """One idea: figure, prediction, facts in its sentences, and the option that is right."""

    key: str
    figure: Callable[[], dict[str, Any]]
    guess: Guess
    facts: Callable[[], Mapping[str, str]]
    right: str

    def to_json(self) -> dict[str, Any]:
        """As the browser draws it."""
        facts = self.facts()
        told = {part: say(f"lesson-{self.key}-{part}", **facts) for part in ("idea", "predict", "reveal", "question")}
        options = [
            {
                "key": option, "text": say(f"lesson-{self.key}-{option}", **facts), "right": option == self.right,
                "why": say(f"lesson-{self.key}-{option}.why", **facts),
            }
            for option in OPTIONS
        ]  # fmt: skip
        return told | {"key": self.key, "figure": self.figure(), "guess": self.guess.to_json(), "options": options}


def _top() -> float:
    """Height of the peak; a warm memory moves it along the batch sizes only."""
    return STORY.gradient_noise().peaks()[0].lr


def _plateau() -> float:
    return STORY.gradient_noise().plateau_lr


def _best(batch: float) -> float:
    return float(optimum_at(batch).learning_rate)


def _peak(momentum: float = 0.0) -> float:
    (found,) = replace(STORY, momentum=momentum).gradient_noise().peaks()
    return found.batch_size


def _sgd() -> dict[str, str]:
    law = STORY.gradient_noise().sgd_law()
    assert law is not None
    early, late = (float(law(4.0 * batch) / law(batch)) for batch in (4.0, 1024.0))
    return {"early": number(early, 2), "late": number(late), "scale": number(law.noise_scale, 2)}


def _sign() -> dict[str, str]:
    shares = {name: share(right(batch)) for name, batch in (("before", 16.0), ("after", LARGE))}
    return shares | {"snr": number(STORY.snr, 1)}


def _coin() -> dict[str, str]:
    e = mean_sign(1.0)
    # so many flips that two standard errors of a fair coin, 1 / sqrt n, are the distance e / 2 from it
    flips = f"{round(4 / e**2, -2):,.0f}"
    means = {
        name: number(mean_sign(4.0) * times, 2) for name, times in (("double", 1.0), ("single", 0.5), ("four", 2.0))
    }
    return means | {"snr": number(STORY.snr, 1), "one": share(right(1.0)), "needed": flips, "flips": f"{draw.FLIPS:,}"}


def _pull() -> dict[str, str]:
    return {f"at{batch:g}": number(pull(batch), 2) for batch in (1.0, 16.0, LARGE)} | {
        "alignment": f"{STORY.alignment:g}"
    }


def _rise() -> dict[str, str]:
    curves = one_step_curves(STORY)
    ratio = curves["square_root"].optimal_lr(LARGE) / curves["exact"].optimal_lr(LARGE)
    return {
        "peak": number(_peak(), 2), "fall": share(fall(STORY)), "ratio": number(float(ratio)),
        "right": share(right(_peak())), "later": share(right(LARGE)),
    }  # fmt: skip


def _settle() -> dict[str, str]:
    noise, batch = STORY.gradient_noise(), 4096.0
    curves = one_step_curves(STORY)
    short, exact = (number(float(curves[key].optimal_lr(batch))) for key in ("surge", "exact"))
    return {
        "plateau": number(noise.plateau_lr), "limit": f"{noise.linear_batch_limit:.0f}", "short": short, "exact": exact,
        "scale": f"{STORY.lr_scale:g}", "sum": f"{1 + STORY.alignment:g}",
    }  # fmt: skip


def _gone() -> dict[str, str]:
    from choice import catalogue

    (found,) = [one for one in catalogue.explanations() if one.name == _WHY]
    ratio = found.measurement.numbers["trace_ratio"]
    return {
        "fall": share(fall(STORY)), "left": share(fall(replace(STORY, correlation=CORRELATION))),
        "alignment": f"{STORY.alignment:g}", "correlation": number(CORRELATION, 1), "ratio": number(ratio.value, 2),
        "title": found.title,
    }  # fmt: skip


def _adam() -> dict[str, str]:
    first, sign = (
        {o.batch_size: o for o in draw.loaded(name).optima()}[LARGE].learning_rate
        for name in ("digits-mlp-adam-k1", "digits-mlp-sign-k1")
    )
    counts = f"{(1 + 0.9) / (1 - 0.9):.0f}"
    return {"peak": number(_peak(), 2), "moved": number(_peak(0.9), 2), "counts": counts,
            "adam": number(first), "sign": number(sign)}  # fmt: skip


def _real() -> dict[str, str]:
    return draw.ends(draw.SWEEP) | {"shown": f"{SHOWN:g}", "open": draw.ends(UNDECIDED)["high"]}


def kept_cost() -> float:
    """Extra loss of the rate that was best at the batch size of the peak, used at the largest."""
    found = price(draw.loaded(), LARGE, learning_rate=_best(SHOWN))
    assert found is not None
    assert found.costs[1].loss is not None
    return found.costs[1].loss


def _tomorrow() -> dict[str, str]:
    found = price(draw.loaded(), LARGE, learning_rate=_best(SHOWN))
    assert found is not None
    assert found.costs[1].interval is not None
    low, high = found.costs[1].interval
    return {
        "keep": f"{kept_cost():.3f}", "low": f"{low:.3f}", "high": f"{high:.3f}",
        "root": f"{extra_loss(4.0 * _best(64.0)):.2f}", "shown": f"{SHOWN:g}", "seen": f"{draw.SEEN:g}",
        "rate": number(_best(SHOWN), 2), "best": number(optimum_at(LARGE).loss, 2),
    }  # fmt: skip


def _at(place: float) -> Callable[[], float]:
    return lambda: place


STEPS = (
    LessonStep("sgd", draw.sgd, Guess("y", lambda: draw.sgd_times(16.0), 1.4, 2.0, "times", _at(16.0)), _sgd, "b"),
    LessonStep("sign", draw.signs, Guess("y", _at(1.0), 1.2, 3.0, "times", _at(LARGE)), _sign, "b"),
    LessonStep("coin", draw.coins, Guess("y", lambda: right(64.0), 0.05, 0.9, "percent", _at(64.0)), _coin, "b"),
    LessonStep("pull", draw.costs, Guess("x", _peak, 1.4, 512.0, "batch", _at(1.0)), _pull, "b"),
    LessonStep("rise", draw.peak, Guess("x", _peak, 2.0, 2048.0, "batch", _top), _rise, "c"),
    LessonStep("settle", draw.plateau, Guess("y", _plateau, 1.4, 0.01, "rate", _at(4096.0)), _settle, "a"),
    LessonStep("gone", draw.falls, Guess("x", _at(1.0), 1.25, 4.0, "plain"), _gone, "b"),
    LessonStep("adam", draw.momentum, Guess("x", lambda: _peak(0.9), 1.5, 512.0, "batch", _top), _adam, "c"),
    LessonStep("real", draw.optima, Guess("y", lambda: _best(LARGE), 1.1, 0.09, "rate", _at(LARGE)), _real, "b"),
    LessonStep("tomorrow", draw.valley, Guess("y", kept_cost, 0.02, 0.2, "loss", lambda: _best(SHOWN)), _tomorrow, "b"),
)  # fmt: skip
