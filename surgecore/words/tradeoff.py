"""Steps against examples in words."""

from __future__ import annotations

from math import exp, isfinite

from surgecore.sweeps.identity import PeakIdentity, PeakShift, typical_miss
from surgecore.sweeps.tradeoff import FEW_STEPS, Tradeoff
from surgecore.words.numbers import examples, examples_interval, interval, number, share, whole
from surgecore.words.phrases import say


def tradeoff(steps: Tradeoff) -> str:
    """What is known of the critical batch size, in sentences."""
    low, high = steps.critical_interval
    sizes = steps.points["batch_size"]
    spans = {"first": whole(sizes.min()), "last": whole(sizes.max())}
    if low <= 0 and not isfinite(high):
        parts = [say("tradeoff-open", **spans)]
    elif not isfinite(high):
        parts = [say("tradeoff-bounded-below", low=examples(low), **spans)]
    elif low <= 0:
        parts = [say("tradeoff-bounded-above", high=examples(high), **spans)]
    else:
        known = {"value": examples(steps.critical_batch_size, (low, high)), "interval": examples_interval(low, high)}
        parts = [say("tradeoff-known", **known)]
    if steps.logged_every > 1:
        parts.append(say("tradeoff-logged", every=steps.logged_every))
    if steps.poor_fit:
        parts.append(say("tradeoff-poor"))
    if steps.few_steps_from is not None:
        parts.append(say("tradeoff-few-steps", size=whole(steps.few_steps_from), count=FEW_STEPS))
    return " ".join(parts)


def identity(found: PeakIdentity) -> str:
    """Peak against critical batch size, and the paper's procedure beside the free fit."""
    low, high = found.ratio.interval
    both = {
        "peak": examples(found.peak, found.peak_interval),
        "peak_interval": examples_interval(*found.peak_interval),
        "critical": examples(found.critical, found.critical_interval),
        "critical_interval": examples_interval(*found.critical_interval),
    }
    if low <= 0 or not isfinite(high):
        parts = [say("identity-open", **both)]
    else:
        if found.fall_found:
            key = "identity-holds" if found.ratio.holds_one else "identity-fails"
        else:
            key = "identity-holds-supposed" if found.ratio.holds_one else "identity-fails-supposed"
        parts = [say(key, ratio=number(found.ratio.value, 2), ratio_interval=interval(low, high), **both)]
    if found.poor_fit:
        parts.append(say("identity-poor"))
    if found.paper is not None and found.paper_noise_scale is not None:
        misses = [share(exp(typical_miss(result)) - 1.0) for result in (found.paper, found.free)]
        parts.append(say("identity-paper", scale=examples(found.paper_noise_scale), paper=misses[0], free=misses[1]))
    else:
        parts.append(say("identity-no-paper"))
    return " ".join(parts)


def peak_shift(found: PeakShift) -> str:
    """How the peak moves between two targets."""
    peak = found.peak
    key = "shift-open" if peak.interval[0] <= 0 or not isfinite(peak.interval[1]) else "shift-none"
    if key == "shift-none" and not peak.holds_one:
        key = "shift-moves"
    text = say(key, ratio=number(peak.value, 2), interval=interval(*peak.interval))
    if found.critical is None:
        return text
    critical = say("shift-critical", ratio=number(found.critical.value, 2), interval=interval(*found.critical.interval))
    return f"{text} {critical}"
