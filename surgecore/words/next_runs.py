"""What to run next, in words."""

from __future__ import annotations

import pandas as pd

from surgecore.sweeps.next_runs import Goal, NextRuns, Purpose
from surgecore.sweeps.verdict import SMALL_FALL
from surgecore.words.catalogue import curve
from surgecore.words.numbers import share
from surgecore.words.phrases import say

# below this chance runs are said not to decide, and at or above this share of its width not to narrow an interval
_EVEN = 0.5
_NO_NARROWER = 0.9


def next_runs(plan: NextRuns) -> str:
    """What the next runs are for and what they should achieve."""
    edges = {Purpose.LOWEST_TRIED, Purpose.HIGHEST_TRIED} & set(plan.table.get("reason", ()))
    first = [say("next-widen")] if edges and plan.goal is not Goal.WIDEN else []
    return " ".join([*first, _aim(plan)])


def _aim(plan: NextRuns) -> str:
    name = curve(plan.law or "surge")
    promise = plan.promise
    if plan.goal is Goal.DECIDE and plan.fall_octaves is not None and promise is not None:
        key = "next-decide" if promise.value >= _EVEN else "next-hard"
        fall = share(1.0 - 2.0**-plan.fall_octaves)
        return say(key, fall=fall, count=plan.n_runs, law=name, chance=share(promise.value))
    if plan.goal is Goal.EXCLUDE and promise is not None:
        return say("next-exclude", count=plan.n_runs, fall=share(1.0 - 2.0**-SMALL_FALL), chance=share(promise.value))
    if plan.goal is Goal.NARROW and promise is not None:
        if promise.value >= _NO_NARROWER:
            return say("next-no-narrower", count=plan.n_runs)
        text = say(
            "next-narrow", width=share(promise.value), low=share(promise.low), high=share(promise.high),
            count=plan.n_runs, law=name,
        )  # fmt: skip
        return f"{text} {say('next-doubtful')}" if plan.doubtful else text
    return _goal(plan)


def _goal(plan: NextRuns) -> str:
    # where the optima refute the surge law, it says nothing of where they go on to
    return say("next-larger" if plan.goal is Goal.GO_UP and plan.doubtful else f"next-{plan.goal.replace('_', '-')}")


def next_step(plan: NextRuns) -> str:
    """The same in one short sentence, for a card; runs that would hardly help are not asked for."""
    promise = plan.promise
    if promise is None:
        return _goal(plan)
    if plan.goal is Goal.EXCLUDE:
        return say("next-step-exclude", count=plan.n_runs, fall=share(1.0 - 2.0**-SMALL_FALL),
                   chance=share(promise.value))  # fmt: skip
    if plan.goal is Goal.DECIDE:
        return say("next-step-decide" if worth_running(plan) else "next-step-hard", count=plan.n_runs,
                   chance=share(promise.value))  # fmt: skip
    if not worth_running(plan):
        return say("next-step-enough")
    return say("next-step-narrow", count=plan.n_runs, width=share(promise.value))


def worth_running(plan: NextRuns) -> bool:
    """Whether a card asks for these runs: there are some, and they promise enough."""
    promise = plan.promise
    if promise is None:
        return len(plan.table) > 0
    return promise.value >= _EVEN if plan.goal is not Goal.NARROW else not plan.doubtful and promise.value <= 0.7


def without_plan(plan: NextRuns) -> str:
    """What the same runs would achieve as extra seeds; "" where nothing is promised."""
    return say("next-uniform", uniform=share(plan.uniform.value)) if plan.uniform is not None else ""


def next_runs_table(plan: NextRuns) -> pd.DataFrame:
    """The cells to run, with their reasons in words."""
    reasons = [say(f"next-reason-{str(code).replace('_', '-')}") for code in plan.table["reason"]]
    return plan.table.assign(reason=reasons)
