"""The verdict on the surge in short: a chip, and what it means for the surge law, the same wherever it stands."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from surgecore.sweeps.analysis import Analysis
from surgecore.sweeps.verdict import SurgeVerdict
from surgecore.words.phrases import say
from surgecore.words.verdict import percent, verdict

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


def meaning(found: SurgeVerdict, steps: int | None, close: Collection[str]) -> str:
    """What a verdict means for the surge law, in one sentence.

    Parameters
    ----------
    found : SurgeVerdict
        Of a sweep.
    steps : int or None
        Optimizer steps after which its losses were taken; None where unknown.
    close : collection of str
        Keys of the laws that describe its optima best.
    """
    if found.decision == "undecided":
        return say("meaning-open")
    if found.decision == "no_fall":
        return say("meaning-stays")
    if steps != 1:
        return say("meaning-horizon", count=steps) if steps else say("meaning-horizon-unknown")
    return say("meaning-other" if _SURGE.isdisjoint(close) else "meaning-surge")


def sentence(found: SurgeVerdict, steps: int | None, close: Collection[str]) -> str:
    """The verdict and what it means for the surge law: the same wherever a sweep is spoken of."""
    return f"{verdict(found)} {meaning(found, steps, close)}"


def said(analysis: Analysis) -> str:
    """`sentence` of an analysis."""
    return sentence(analysis.verdict, analysis.sweep.steps, analysis.comparison.close)
