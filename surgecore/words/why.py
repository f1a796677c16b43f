"""A checkpoint explained, in words: is there a surge, which assumption decides it, and what was measured."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import pandas as pd

from surgecore.sweeps.verdict import SurgeVerdict
from surgecore.why.account import SIGNS, Account, account
from surgecore.why.explanation import Explanation, Summit
from surgecore.why.measurement import QUANTITIES, Estimate, Measurement
from surgecore.words import numbers
from surgecore.words.catalogue import curve, horizon
from surgecore.words.catalogue import workload as workload_name
from surgecore.words.phrases import has, say
from surgecore.words.verdict import fall as size_of_fall
from surgecore.words.verdict import percent


def update(key: str) -> str:
    """Name of an update."""
    return say(f"update-{key.replace('_', '-')}")


def workload(of: Measurement) -> str:
    """Name of what was measured; one that is not of this project is called by its key."""
    return workload_name(of.workload) if has(f"workload-{of.workload}") else of.workload


def checkpoint(of: Measurement) -> str:
    """Where on its way the training was measured."""
    return say("measured-at-loss", loss=numbers.setting(of.checkpoint)) if of.checkpoint else say("measured-at-start")


def precision(of: Explanation) -> str:
    """In what a checkpoint was measured and its optima were trained; files of surgecore 0.1 say it in words."""
    found = of.provenance.get("precision", "?")
    return found if isinstance(found, str) else say("measured-precision", **found)


def answer(of: Explanation, update: str, steps: int = 1) -> str:
    """Is there a surge, what did the law of independent noise predict, and what accounts for the difference?

    Parameters
    ----------
    of : Explanation
        The checkpoint.
    update : str
        Key of `UPDATES`.
    steps : int, optional
        Steps after which losses were compared. Every prediction is for one.

    Returns
    -------
    str
        Short sentences.
    """
    said, kind = [_observed(of, update, steps)], of.trained_peak(update, steps).kind
    if left_out := sum(bool(o.on_edge) for o in of.trained(update, steps)):
        said.append(say("why-left-out", count=left_out))
    if steps > 1:
        said.append(say("why-other-horizon", kind=kind))
    elif (because := account(of, update)) is None:
        said.append(say("why-no-prediction"))
    else:
        said += _because(because, kind)
    return " ".join(said)


def sentences(of: Explanation, update: str) -> tuple[str, ...]:
    """What the ratios say: one sentence for each prediction, then what independence costs a sign step.

    Parameters
    ----------
    of : Explanation
        The checkpoint.
    update : str
        Key of `UPDATES`.

    Returns
    -------
    tuple of str
        Plain text.
    """
    out = [_ratios(of, update, rung) for rung in of.rungs(update)]
    return (*out, _cost(of, update)) if update in SIGNS else tuple(out)


def _observed(of: Explanation, update: str, steps: int) -> str:
    """What the optima do."""
    verdict, summit = of.verdict(update, steps), of.trained_peak(update, steps)
    used = [o for o in of.trained(update, steps) if not o.on_edge]
    after = horizon("steps", steps, 0.0)
    if verdict.interval is None or verdict.fall_octaves is None:
        return say("why-undecided-few" if len(used) < 3 else "why-undecided-no-error-bars", after=after)
    facts = {"after": after, "fall": fall(verdict), "last": numbers.whole(used[-1].batch_size)}
    if summit.kind == "no_fall":
        small = verdict.interval[1] < 0.01
        return say("why-none" if small else "why-none-above", most=percent(verdict.interval[1]), **facts)
    if summit.kind == "undecided" or verdict.p_value is None:
        return say("why-undecided", p=numbers.number(verdict.p_value, 2), **facts)
    return say(f"why-{summit.kind}", place=place(summit) or str(summit.highest), **facts)


def _because(of: Account, kind: str) -> list[str]:
    """What the law predicted, and which assumption accounts for the difference."""
    law = say("why-law", law=of.law)
    predicted = say("why-predicts", law=law, peak=_said(of.predicted))
    if kind == "undecided":
        return [predicted, say("why-predicts", law=say("why-law", law=of.last), peak=_said(of.predicted_last))]
    if of.agrees:
        if of.predicted.kind == "peak" and kind == "no_fall":
            return [predicted, say("why-too-small")]
        agreed = say("why-all-agree") if of.all_agree else say("why-agrees", law=law)
        return [agreed, predicted] if kind == "peak" else [agreed]
    if of.cause is None:
        return [predicted, say("why-no-cause")]
    effect = "removes" if kind == "no_fall" else "moves" if of.predicted.kind == kind else f"makes-{kind}"
    said = [predicted, say(f"why-cause-{of.cause.replace('_', '-')}", effect=effect)]
    if of.control:
        most = "" if of.control_fall is None else percent(of.control_fall)
        said.append(say(f"why-control-{of.control.replace('_', '-')}", most=most))
    return said


def _ratios(of: Explanation, update: str, rung: str) -> str:
    ratios, label = of.ratios(update, rung), curve(rung, update)
    asked = len([o for o in of.trained(update) if not o.on_edge])
    if not ratios:
        return say("why-ratios-none", curve=label)
    low, high = (pick(ratios, key=lambda r: r.value) for pick in (min, max))
    text = say(
        "why-ratios", curve=label, low=numbers.number(low.value), low_at=numbers.whole(low.batch_size),
        high=numbers.number(high.value), high_at=numbers.whole(high.batch_size),
        outside=sum(not r.low <= 1 <= r.high for r in ratios), count=len(ratios),
    )  # fmt: skip
    missing = asked - len(ratios)
    return f"{text} {say('why-ratios-missing', count=missing, all=asked)}" if missing else text


def _cost(of: Explanation, update: str) -> str:
    """What independence costs the predictions of a sign step."""
    worst = {rung: numbers.number(of.worst(update, rung)) for rung in ("independent", "correlated", "sampled")}
    said = [say("why-cost", **worst), say("why-bends", ratio=number(of.measurement.numbers["trace_ratio"]))]
    control = of.worst("decorrelated", "independent") if of.trained("decorrelated") else math.nan
    if math.isfinite(control):
        said.append(say("why-cost-control", worst=numbers.number(control)))
    return " ".join(said)


def _said(summit: Summit) -> str:
    """A prediction as the object of a sentence."""
    if (peak := summit.batch_size) is not None:
        beyond = {"no_fall": "beyond", "fall": "before"}.get(summit.kind, "inside")
        return say("why-peak-at", peak=size(peak), where=beyond)
    if summit.between is not None:
        return say("why-peak-between", place=place(summit))
    return say(f"why-peak-{summit.kind.replace('_', '-')}", highest=str(summit.highest))


# --- numbers ----------------------------------------------------------------------------------------------


def fall(verdict: SurgeVerdict) -> str:
    """`12 % (7.4 % to 19 %)`."""
    return size_of_fall(verdict) or numbers.number(None)


def number(estimate: Estimate) -> str:
    """`18.3`, `5.23 (5.15 to 5.32)`, `0.058 (no error bar known)`, or why there is none."""
    return _estimate(estimate, numbers.number(estimate.value), numbers.interval)


def size(estimate: Estimate) -> str:
    """The same of a batch size: `16,000 (9,500 to 27,000)`."""
    known = None if estimate.low is None or estimate.high is None else (estimate.low, estimate.high)
    return _estimate(estimate, numbers.examples(estimate.value, known, 3), numbers.examples_interval)


def _estimate(estimate: Estimate, text: str, span: Callable[[float, float], str]) -> str:
    why = say(f"reason-{estimate.reason.replace('_', '-')}") if estimate.reason else ""
    if not math.isfinite(estimate.value):
        return why or say("none")
    if estimate.low is None or estimate.high is None:
        return say("with-interval", value=text, interval=why) if why else text
    return say("with-interval", value=text, interval=span(estimate.low, estimate.high))


def place(summit: Summit) -> str:
    """`between batch sizes 2⁴ and 2⁶`, or empty."""
    low, high = summit.between or ("", "")
    return say("between-batch-sizes", low=_power(int(low)), high=_power(int(high))) if summit.between else ""


def _power(batch_size: int) -> str:
    return numbers.batch_size(batch_size).split(" = ")[0]


# --- tables -----------------------------------------------------------------------------------------------


def checkpoints(explanations: Sequence[Explanation]) -> pd.DataFrame:
    """One column for each checkpoint: where each law and sign descent itself put the peak, and what was measured."""
    return pd.DataFrame({one.title: _checkpoint(one) for one in explanations}).fillna(numbers.number(None))


def _checkpoint(of: Explanation) -> pd.Series[str]:
    found = of.measurement.numbers
    rows = {say("row-peak-theorem-3"): size(found["noise_scale"])}
    rows |= {
        say("row-peak-by", curve=curve(rung)): peak(of.predicted_peak(rung)) for rung in ("independent", "correlated")
    }
    rows |= {
        say("row-peak-trained", after=horizon("steps", steps, 0.0)): _trained_peak(of, steps)
        for steps in (1, 10)
        if steps in of.steps("sign")
    }
    shown = ("trace_ratio", "alignment", "simple_noise_scale", "loss")
    return pd.Series(
        rows
        | {_row(key): (size if key == "simple_noise_scale" else number)(found[key]) for key in shown if key in found}
    )


def _row(key: str) -> str:
    quantity, unit = QUANTITIES[key], _unit(key)
    name = say("row-quantity", name=say(f"quantity-{key.replace('_', '-')}"), symbol=f"${quantity.symbol}$")
    return name if quantity.unit in ("", "loss") else say("with-unit", name=name, unit=unit)


def _unit(key: str) -> str:
    unit = QUANTITIES[key].unit
    return say(f"unit-{unit.replace('_', '-')}") if unit else say("unit-none")


def peak(summit: Summit) -> str:
    """`37.6, between batch sizes 2⁴ and 2⁶`, or that there is none."""
    if summit.batch_size is not None:
        return ", ".join(part for part in (size(summit.batch_size), place(summit)) if part)
    return place(summit) or say(f"peak-{summit.kind.replace('_', '-')}")


def _trained_peak(of: Explanation, steps: int) -> str:
    summit, verdict = of.trained_peak("sign", steps), of.verdict("sign", steps)
    if summit.kind == "no_fall" and verdict.interval is not None:
        small = verdict.interval[1] < 0.01
        return say("none") if small else say("peak-none-above", most=percent(verdict.interval[1]))
    return peak(summit)


def error_bars(explanations: Sequence[Explanation]) -> str:
    """What the numbers of the table know of their error bars."""
    sampled = [one.title for one in explanations if not one.measurement.exact]
    some = say("why-sampled", names=", ".join(sampled)) if sampled else say("why-exact")
    return " ".join((say("why-brackets"), some, say("why-probes")))


def quantities(found: Sequence[str] | None = None) -> pd.DataFrame:
    """Symbol, name, unit and meaning of measured numbers."""
    keys = list(QUANTITIES if found is None else found)
    return pd.DataFrame(
        {
            say("column-symbol"): [f"${QUANTITIES[key].symbol}$" for key in keys],
            say("column-name"): [say(f"quantity-{key.replace('_', '-')}") for key in keys],
            say("column-unit"): [_unit(key) for key in keys],
            say("column-meaning"): [say(f"quantity-{key.replace('_', '-')}.about") for key in keys],
        }
    ).set_index(say("column-symbol"))


def measured_table(of: Explanation) -> pd.DataFrame:
    """Everything measured at a checkpoint."""
    found = of.measurement.numbers
    table = quantities(tuple(found))
    table.insert(1, say("column-value"), [number(estimate) for estimate in found.values()])
    return table
