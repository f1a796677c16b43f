"""The verdict on the surge in short: a chip, and what it means for the surge law, the same wherever it stands."""

from __future__ import annotations

from typing import Literal

from surgecore.sweeps.analysis import Analysis
from surgecore.words.phrases import say
from surgecore.words.verdict import percent

Sign = Literal["falls", "stays", "open"]
_SIGNS: dict[str, Sign] = {"fall": "falls", "no_fall": "stays", "undecided": "open"}
#: Laws whose optimum falls because large batches agree on the sign: the surge law and those it comes from.
_SURGE = {"surge", "equal_snr", "general_surge"}


def sign(decision: str) -> Sign:
    """Which of three looks a decision has."""
    return _SIGNS[decision]


def chip(decision: str, fall_octaves: float | None) -> str:
    """`Falls 12 %`, `Does not fall`, `Not decided`."""
    if decision == "fall" and fall_octaves is not None:
        return say("chip-falls", fall=percent(fall_octaves))
    return say("chip-stays" if decision == "no_fall" else "chip-open")


def meaning(analysis: Analysis) -> str:
    """What the verdict means for the surge law, in one sentence."""
    decision, steps = analysis.verdict.decision, analysis.sweep.steps
    if decision == "undecided":
        return say("meaning-open")
    if decision == "no_fall":
        return say("meaning-stays")
    best = set(analysis.comparison.close)
    if steps != 1:
        return say("meaning-horizon", count=steps) if steps else say("meaning-horizon-unknown")
    return say("meaning-surge" if best & _SURGE else "meaning-other")
