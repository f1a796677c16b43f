"""Steps against examples in words."""

from __future__ import annotations

from math import isfinite

from surgecore.sweeps.tradeoff import FEW_STEPS, Tradeoff
from surgecore.words.numbers import interval, number
from surgecore.words.phrases import say


def tradeoff(steps: Tradeoff) -> str:
    """What is known of the critical batch size, in sentences."""
    low, high = steps.critical_interval
    sizes = steps.points["batch_size"]
    spans = {"first": f"{sizes.min():g}", "last": f"{sizes.max():g}"}
    if low <= 0 and not isfinite(high):
        parts = [say("tradeoff-open", **spans)]
    elif not isfinite(high):
        parts = [say("tradeoff-bounded-below", low=number(low, 2), **spans)]
    elif low <= 0:
        parts = [say("tradeoff-bounded-above", high=number(high, 2), **spans)]
    else:
        parts = [say("tradeoff-known", value=number(steps.critical_batch_size, 2), interval=interval(low, high))]
    if steps.logged_every > 1:
        parts.append(say("tradeoff-logged", every=steps.logged_every))
    if steps.poor_fit:
        parts.append(say("tradeoff-poor"))
    if steps.few_steps_from is not None:
        parts.append(say("tradeoff-few-steps", size=f"{steps.few_steps_from:g}", count=FEW_STEPS))
    return " ".join(parts)
