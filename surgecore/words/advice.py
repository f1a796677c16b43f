"""Advice in words: a learning rate, Adam's settings, and what to beware of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import floor, isfinite, log10

from surgecore.sweeps.adam import AdamAdvice, AdamFlag
from surgecore.sweeps.advice import AVERAGE, MAREK, SMOOTH_PATH, AdviceFlag, Limits, Recommendation
from surgecore.sweeps.averaging import REACH
from surgecore.sweeps.comparison import SPEAKS
from surgecore.sweeps.price import Cost, Price
from surgecore.tables.metric import Metric
from surgecore.words.catalogue import curve
from surgecore.words.numbers import (
    WIDE,
    batch_size,
    ends,
    examples,
    interval,
    number,
    rounded,
    rounded_interval,
    share,
    whole,
)
from surgecore.words.phrases import say
from surgecore.words.problems import metric_name

_ROUNDING = 1e-12


def rule(row: Recommendation) -> str:
    """Name of the rule behind a recommendation."""
    return rule_name(row.rule)


def rule_name(key: str) -> str:
    """Name of a rule by its key."""
    if key == AVERAGE:
        return say("rule-average")
    return say("rule-marek", exponent=str(MAREK)) if key == "marek" else curve(key)


def rate(row: Recommendation) -> str:
    """The learning rate with the digits that its interval carries; two where it has none, and for a bound."""
    if row.bound is None:
        return estimate(row)
    return say("rate-at-least" if row.at_most is None else "rate-at-most", rate=number(row.bound, 2))


def estimate(row: Recommendation) -> str:
    """What the laws say, whatever bound was measured."""
    if row.interval is None or not all(isfinite(end) and end > 0 for end in row.interval):
        return number(row.lr, 2)
    low, high = row.interval
    return number(row.lr, 1) if high > WIDE * low else rounded(row.lr, (high - low) / 3.92)


def how_sure(row: Recommendation) -> str:
    """What stands under the rate: its interval; under a bound what the laws say; "" where neither is known."""
    if row.interval is None:
        return ""
    if row.bound is None:
        return say("answer-interval", interval=rounded_interval(*row.interval))
    return say("answer-by-laws", rate=estimate(row), interval=rounded_interval(*row.interval))


def advice_note(row: Recommendation) -> str:
    """What to beware of in one recommendation, or ""."""
    bound = _bound(row)
    # at a batch size that was measured, if only to a bound, nothing is said of how far it is from those measured
    flags = row.flags - ({AdviceFlag.BEYOND_DATA, AdviceFlag.BEYOND_OPTIMA} if bound else set())
    return " ".join([*bound, *_notes(flags, row.beyond, row.limits)])


def _bound(row: Recommendation) -> list[str]:
    """What the sweep itself says of the best rate at a batch size where the end of those tried was the best."""
    for name, bound in (("most", row.at_most), ("least", row.at_least)):
        if bound is not None:
            tried = bound if row.tried is None else row.tried
            closed = "" if row.at_end else "-near"
            return [say(f"advice-at-{name}{closed}", rate=number(tried, 2), bound=number(bound, 2))]
    return []


def _notes(flags: Iterable[str], beyond: float, known: Limits) -> list[str]:
    values = {
        "beyond": f"{beyond:.2g}",
        "reach": f"{REACH:.0f}",
        "noise": examples(known.noise_scale),
        "critical": examples(known.critical_batch_size),
    }
    order = [flag for flag in AdviceFlag if flag in flags]
    return [say(f"advice-{flag.replace('_', '-')}", **values) for flag in order]


def advice(rows: Sequence[Recommendation], wanted: float) -> str:
    """The learning rate to use in a sentence or two, as sure as the laws and the path that speak for it agree."""
    at, first = batch_size(wanted), rows[0] if rows else None
    speaking = [row for row in rows if (row.weight or 0.0) >= SPEAKS]
    if first is None or first.rule != AVERAGE or not speaking:
        return say("advice-none", at=at)
    laws = [row for row in speaking if row.rule != SMOOTH_PATH]
    if first.interval is None:
        return _too_far(at, first, laws)
    path = next((row for row in speaking if row.rule == SMOOTH_PATH), None)
    values = {"at": at, "rate": estimate(first), "interval": rounded_interval(*first.interval)}
    if path is not None and laws:
        values["weight"] = share(path.weight or 0.0)
    ending = "" if path is None else "-path"
    if not laws:
        text = say("advice-rate-only-path", **values)
    elif len(laws) == 1:
        text = say(f"advice-rate-one{ending}", law=rule(laws[0]), **values)
    else:
        text = say(f"advice-rate{ending}", laws=len(laws), **values)
    if AdviceFlag.POOR_FIT in first.flags:
        text += " " + say("advice-poor")
    if bound := _bound(first):
        return " ".join([*bound, text])
    among = "-optima" if AdviceFlag.BEYOND_OPTIMA in first.flags else ""
    return text + (" " + say(f"advice-opens{among}", beyond=f"{first.beyond:.2g}") if first.beyond > 1 else "")


def _too_far(at: str, first: Recommendation, laws: Sequence[Recommendation]) -> str:
    values = {"at": at, "beyond": f"{first.beyond:.2g}", "reach": f"{REACH:.0f}"}
    if not laws:
        return say("advice-too-far-path", **values)
    low, high = min(row.lr for row in laws), max(row.lr for row in laws)
    span = interval(low, high, lambda end: number(end, 2)) if number(low, 2) != number(high, 2) else number(low, 2)
    return say("advice-too-far", span=span, **values)


def next_rates(row: Recommendation, wanted: float) -> str:
    """Which rates to try next where the end of those tried was the best; "" elsewhere."""
    for side, bound in (("below", row.at_most), ("above", row.at_least)):
        if bound is not None:
            tried = bound if row.tried is None else row.tried
            return say(f"next-rates-{side}", rate=number(tried, 2), at=batch_size(wanted))
    return ""


def adam_notes(advised: AdamAdvice) -> list[str]:
    """Where the rules for Adam's settings end, and what to check: a sentence each."""
    notes = []
    for flag in AdamFlag:
        if flag in advised.flags:
            notes.append(_adam_note(advised, flag))
    return notes


def _adam_note(advised: AdamAdvice, flag: AdamFlag) -> str:
    kappa, known = advised.factor, advised.limits
    if flag in (AdamFlag.BETA1_GONE, AdamFlag.BETA2_GONE):
        name = "beta1" if flag is AdamFlag.BETA1_GONE else "beta2"
        old, power = getattr(advised.old, name), getattr(advised.power, name)
        value = 1.0 - kappa * (1.0 - old)
        return say(
            "adam-beta-gone", symbol="β₁" if name == "beta1" else "β₂", factor=whole(kappa),
            value="0" if abs(value) <= _ROUNDING else number(value, 2), power=beta_text(power),
        )  # fmt: skip
    size = advised.batch_size or 0.0
    return say(
        f"adam-{flag.replace('_', '-')}", size=whole(max(size, size * kappa)), noise=examples(known.noise_scale),
        critical=examples(known.critical_batch_size), decay=number(advised.power.weight_decay, 2),
    )  # fmt: skip


def beta_text(value: float) -> str:
    """A beta with two digits, or with two digits of how far it is from 1: "0.19", "0.9841"."""
    if not isfinite(value):
        return "–"
    if value <= 0.5:
        return number(value, 2)
    decimals = 1 - floor(log10(1.0 - value) + _ROUNDING) if value < 1.0 else 1
    return f"{value:.{decimals}f}".rstrip("0")


def price(found: Price, metric: Metric | None = None) -> str:
    """Which rates are as good, and what half and twice the rate cost, in a sentence or two."""
    name, of_steps = _within(metric), metric is not None and metric.name == "steps_to_target"
    extra = number(found.extra_loss, 2)
    low, high = found.lowest, found.highest
    if low is not None and high is not None:
        first, last = ends(low, high, lambda end: number(end, 2))
        text = say("price-range", extra=extra, name=name, low=first, high=last)
    elif low is not None or high is not None:
        key = "price-from" if low is not None else "price-up-to"
        text = say(key, extra=extra, name=name, rate=number(low if low is not None else high, 2))
    else:
        text = say("price-open", extra=extra, name=name)
    said = [text]
    for cost in found.costs:
        if cost.factor != 1.0:
            # of steps themselves it is said once what they cost
            said.append(_cost(replace(cost, steps=None) if of_steps else cost, name))
    if any(cost.loss is not None and cost.interval is None for cost in found.costs):
        said.append(say("price-no-error"))
    return " ".join(said)


def _within(metric: Metric | None) -> str:
    """The metric's name within a sentence."""
    if metric is None or metric.name == "loss":
        return say("price-loss")
    return say("price-steps") if metric.name == "steps_to_target" else metric_name(metric)


def _cost(cost: Cost, name: str) -> str:
    side = "half" if cost.factor < 1 else "twice"
    if cost.loss is None:
        return say(f"price-{side}-unknown")
    loss = number(cost.loss, 2)
    if cost.interval is not None:
        loss = say("price-interval", value=loss, low=number(cost.interval[0], 2), high=number(cost.interval[1], 2))
    if cost.steps is None:
        return say(f"price-{side}", loss=loss, name=name)
    steps = number(cost.steps, 2)
    if cost.steps_interval is not None:
        low, high = cost.steps_interval
        steps = say("price-interval", value=steps, low=number(low, 2), high=number(high, 2))
    return say(f"price-{side}-steps", loss=loss, name=name, steps=steps)
