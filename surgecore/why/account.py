"""What accounts for the difference between the law of independent noise and the optima as trained: facts, no words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from surgecore.why.explanation import Explanation, Summit

Cause = Literal["exact_mean", "correlation", "not_gaussian", "not_quadratic"]

#: Updates whose one step is that of sign descent.
SIGNS = ("sign", "adam_cold")
#: What each prediction no longer assumes away.
_DROPPED: dict[str, Cause] = {
    "independent": "exact_mean",
    "correlated": "correlation",
    "sampled": "not_gaussian",
    "quartic": "not_quadratic",
    "line_search": "not_quadratic",
}


@dataclass(frozen=True)
class Account:
    """Which predictions do what the optima do after one step, and which dropped assumption decides it.

    Attributes
    ----------
    law, last : str
        First and last prediction that exist at every batch size, by key of `RUNGS`.
    predicted, predicted_last : Summit
        Where they are highest.
    agrees, all_agree : bool
        Whether the first does what the optima do, and whether all do.
    cause : str or None
        What the first prediction that agrees no longer assumes: "exact_mean", "correlation", "not_gaussian" or
        "not_quadratic"; None where none does.
    control : str
        Of a sign step's control with correlation taken out: "falls", "not_quadratic" where it stays level for that
        reason, "level", or "" where nothing is known.
    control_fall : float or None
        Largest fall of the control that the data allow [octaves].
    """

    law: str
    last: str
    predicted: Summit
    predicted_last: Summit
    agrees: bool
    all_agree: bool
    cause: Cause | None
    control: Literal["", "falls", "not_quadratic", "level"] = ""
    control_fall: float | None = None


def account(of: Explanation, update: str) -> Account | None:
    """Compare predictions with the optima of an update after one step.

    Parameters
    ----------
    of : Explanation
        The checkpoint.
    update : str
        Key of `UPDATES`.

    Returns
    -------
    Account or None
        None where no prediction exists at every batch size.
    """
    rungs = _whole(of, update)
    if not rungs:
        return None
    agree = [agrees(of, update, rung) for rung in rungs]
    control, fall = _control(of, update)
    return Account(
        rungs[0], rungs[-1], of.predicted_peak(rungs[0], update), of.predicted_peak(rungs[-1], update),
        agree[0], all(agree), _cause(rungs, agree), control, fall,
    )  # fmt: skip


def agrees(of: Explanation, update: str, rung: str) -> bool:
    """Whether a prediction does what the optima do after one step."""
    verdict, kind = of.verdict(update), of.trained_peak(update).kind
    if kind != "no_fall" or verdict.interval is None:
        predicted = of.predicted_peak(rung, update).kind
        return predicted == kind or (kind == "fall" and predicted == "peak")
    curve = [p.lr for p in of.measurement.curve(rung, update)]
    top, last = max(curve, key=lambda lr: lr.value), curve[-1]
    least = math.log(top.value / last.value) - (0 if top is last else math.hypot(top.log_error, last.log_error))
    return least / math.log(2) <= verdict.interval[1] + 1e-9


def _whole(of: Explanation, update: str) -> list[str]:
    """Predictions that exist at every batch size."""
    return [rung for rung in of.rungs(update) if of.predicted_peak(rung, update).kind != "none"]


def _cause(rungs: Sequence[str], agree: Sequence[bool]) -> Cause | None:
    if not agree[-1]:
        # the control is measured by a line search, so only the shape of the loss is left
        return "not_quadratic" if rungs[-1] in ("sampled", "quartic") else None
    first = max((i for i, good in enumerate(agree) if not good), default=-1) + 1
    return _DROPPED.get(rungs[first])


def _control(of: Explanation, update: str) -> tuple[Literal["", "falls", "not_quadratic", "level"], float | None]:
    """What the decorrelated control adds to the account of a sign step."""
    if update not in SIGNS or not of.trained("decorrelated"):
        return "", None
    kind = of.trained_peak("decorrelated").kind
    if kind in ("peak", "fall"):
        return "falls", None
    rungs, verdict = _whole(of, "decorrelated"), of.verdict("decorrelated")
    if kind != "no_fall" or verdict.interval is None or not rungs:
        return "", None
    agree = [agrees(of, "decorrelated", rung) for rung in rungs]
    level = "not_quadratic" if _cause(rungs, agree) == "not_quadratic" else "level"
    return level, verdict.interval[1]  # type: ignore[return-value]
