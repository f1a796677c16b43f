"""Why as a staircase: one assumption dropped at each step, and how far theory is then off."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from figures import steps
from figures.palette import STYLES

from surgecore import words
from surgecore.why.explanation import Explanation
from surgecore.words import number, say

#: Predictions from the one that assumes most to the one that assumes least; the line search is a check, no step.
STAIRS = ("independent", "correlated", "sampled")


def stairs(of: Explanation, update: str, unit: str) -> str:
    """One column a step: the gap as a number, what was dropped, the line beside the optima."""
    rungs = [rung for rung in STAIRS if rung in of.rungs(update)]
    parts = []
    for place, rung in enumerate(rungs):
        drawn = steps.step(of, update, rung, before=rungs[:place], unit=unit)
        head = f"<div class='big' style='color: {STYLES[rung].colour}'>{escape(gap(of, update, rung))}</div>"
        parts.append(f"<div>{head}<p>{escape(say(f'stairs-{rung}'))}</p>{drawn}</div>")
    return f"<div class='stairs'>{''.join(parts)}</div>"


def multiples(explanations: Sequence[Explanation]) -> str:
    """The same two lines at every checkpoint: independent gradients, and correlated ones."""
    parts = []
    for of in explanations:
        gaps = say("stairs-gaps", first=gap(of, "sign", "independent"), then=gap(of, "sign", "correlated"))
        drawn = steps.step(of, "sign", "correlated", before=["independent"], unit=words.lr_unit("sign"))
        parts.append(f"<div><b>{escape(of.title)}</b><p>{escape(gaps)}</p>{drawn}</div>")
    return f"<div class='stairs'>{''.join(parts)}</div>"


def gap(of: Explanation, update: str, rung: str) -> str:
    """`5.6×`: the largest factor between prediction and optimum."""
    return say("times", number=number(of.worst(update, rung), 2 if of.worst(update, rung) > 1.3 else 3))


def prominences(explanations: Sequence[Explanation]) -> str:
    """How high the predicted peaks stand above the largest batch size measured."""
    shares = []
    for of in explanations:
        values = [found.lr.value for found in of.fine("independent", "sign")]
        if values and of.predicted_peak("independent").kind == "peak":
            shares.append(say("stairs-prominence-of", share=words.share(max(values) / values[-1] - 1), name=of.title))
    return say("stairs-prominence", shares="; ".join(shares))


def check(of: Explanation, update: str) -> str:
    """What the line search says: how far the loss itself agrees with the optima as trained; "" without one."""
    return say("stairs-check", gap=gap(of, update, "line_search")) if "line_search" in of.rungs(update) else ""
