"""What measured optima and predictions say, in sentences: is there a surge, and which assumption decides it?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from surgecore.words.catalogue import curve

if TYPE_CHECKING:
    from surgecore.why.explanation import Explanation, Summit

#: What each rung of `RUNGS` no longer assumes away, as the subject of a sentence.
CAUSES: Mapping[str, str] = MappingProxyType(
    {
        "independent": "the exact mean sign",
        "correlated": "correlated gradient noise",
        "sampled": "gradient noise that is not Gaussian",
        "quartic": "the loss not being quadratic",
        "line_search": "the loss not being quadratic",
    }
)
_NOT_QUADRATIC = CAUSES["line_search"]
_NAMES = {
    "surge": "Theorem 3",
    "independent": "the law of independent noise",
    "correlated": "that of correlated noise",
    "line_search": "the line search",
}
#: Updates whose one step is that of sign descent.
_SIGNS = ("sign", "adam_cold")


def answer(of: Explanation, update: str, steps: int) -> str:
    """One sentence; see `Explanation.answer`."""
    said, kind = _observed(of, update, steps), of.measured_peak(update, steps).kind
    if steps > 1:
        about = f"so this {kind} is no evidence for them" if kind in ("peak", "fall") else "and do not say why"
        return f"{said}; the predictions are for one step{', ' if kind in ('peak', 'fall') else ' '}{about}."
    rungs = _whole(of, update)
    if not rungs:
        return f"{said}; no prediction exists at every batch size."
    return f"{said}{_reason(of, update, rungs)}."


def sentences(of: Explanation, update: str) -> tuple[str, ...]:
    """One sentence for each rung and one for the cost of independence; see `Explanation.sentences`."""
    out = [_sentence(of, update, rung) for rung in of.rungs(update)]
    if update in _SIGNS:
        out.append(_cause(of, update))
    return tuple(sentence for sentence in out if sentence)


def _whole(of: Explanation, update: str) -> list[str]:
    """Rungs with a prediction at every batch size."""
    return [rung for rung in of.rungs(update) if of.predicted_peak(rung, update).kind != "none"]


def _observed(of: Explanation, update: str, steps: int) -> str:
    """What the measured optima do."""
    verdict, summit = of.verdict(update, steps), of.measured_peak(update, steps)
    used = [o for o in of.measured(update, steps) if not o.on_edge]
    when = "one step" if steps == 1 else f"{steps} steps"
    edge = len(of.measured(update, steps)) - len(used)
    aside = f"left out: {_count(edge, 'optimum', 'optima')} on the edge of the learning-rate grid" if edge else ""
    if verdict.interval is None or verdict.fall_octaves is None:
        reason = verdict.sentence.partition(": ")[2].split(". ")[0].rstrip(".")
        return f"Undecided after {when}, as {reason}"
    last = f"B = {used[-1].batch_size}"
    shares = [_percent(octaves) for octaves in (verdict.fall_octaves, *verdict.interval)]
    amount = f"{shares[0]} % ({shares[1]} to {shares[2]} %)"
    if summit.kind in ("peak", "fall"):
        place = f"is highest at B = {summit.highest}"
        if summit.between:
            place = f"peaks between B = {summit.between[0]} and {summit.between[1]}"
        what = f"surge after {when}" if summit.kind == "peak" else f"fall after {when}, with no rise before it"
        return f"A {what}: the measured optimum {place} and falls by {amount} to {last}{_aside(aside)}"
    if summit.kind == "no_fall":
        any_fall = f"any fall is below {shares[2]} %" if verdict.interval[1] >= 0.01 else ""
        return f"No surge after {when}, up to {last}{_aside(any_fall, aside)}"
    chance = f"p = {verdict.p_value:.2g} against none"
    return f"Undecided after {when}: the measured optimum falls by {amount} to {last}{_aside(chance, aside)}"


def _reason(of: Explanation, update: str, rungs: Sequence[str]) -> str:
    """What the law predicted, and which assumption accounts for the difference."""
    law, kind = rungs[0], of.measured_peak(update).kind
    summit, name, joint = of.predicted_peak(law, update), _NAMES[law], ": " if kind == "no_fall" else "; "
    predicted = f"{joint}{name} predicts {_said(summit)}"
    if kind == "undecided":
        last = rungs[-1]
        return f"{predicted}, {_NAMES.get(last, 'the sampled updates')} {_said(of.predicted_peak(last, update))}"
    if _agrees(of, update, law):
        if summit.kind == "peak" and kind == "no_fall":
            return f"{predicted}, with a fall too small to be told from none"
        if all(_agrees(of, update, rung) for rung in rungs):
            name = "every prediction"
        return f", as {name} has it" + (f", {_said(summit, law=law)}" if kind == "peak" else "")
    cause = _cause_rung(of, update, rungs)
    if cause is None:
        return f"{predicted}, and no assumption dropped here accounts for the difference"
    verb = "removes it" if kind == "no_fall" else "moves it" if summit.kind == kind else f"makes the {kind}"
    return f"{predicted}, {cause} {verb}{_control(of, update)}"


def _agrees(of: Explanation, update: str, rung: str) -> bool:
    """Whether a prediction does what the measured optima do after one step."""
    verdict, kind = of.verdict(update), of.measured_peak(update).kind
    if kind != "no_fall" or verdict.interval is None:
        predicted = of.predicted_peak(rung, update).kind
        return predicted == kind or (kind == "fall" and predicted == "peak")
    curve = [p.lr for p in of.measurement.curve(rung, update)]
    top, last = max(curve, key=lambda lr: lr.value), curve[-1]
    least = math.log(top.value / last.value) - (0 if top is last else math.hypot(top.log_error, last.log_error))
    return least / math.log(2) <= verdict.interval[1] + 1e-9


def _cause_rung(of: Explanation, update: str, rungs: Sequence[str]) -> str | None:
    """The assumption without which the predictions agree with what was measured; None where none does it."""
    agree = [_agrees(of, update, rung) for rung in rungs]
    if not agree[-1]:
        # the control is measured by a line search, so only the shape of the loss is left
        return _NOT_QUADRATIC if rungs[-1] in ("sampled", "quartic") else None
    first = max((i for i, good in enumerate(agree) if not good), default=-1) + 1
    return CAUSES.get(rungs[first])


def _control(of: Explanation, update: str) -> str:
    """What the decorrelated control adds to the reason of a sign step."""
    if update not in _SIGNS or not of.measured("decorrelated"):
        return ""
    kind = of.measured_peak("decorrelated").kind
    if kind in ("peak", "fall"):
        return "; the control without correlation does have one"
    rungs, verdict = _whole(of, "decorrelated"), of.verdict("decorrelated")
    if kind != "no_fall" or verdict.interval is None or not rungs:
        return ""
    if _cause_rung(of, "decorrelated", rungs) == _NOT_QUADRATIC:
        return f", and so would {_NOT_QUADRATIC}"
    return f"; any fall of the control without correlation is below {_percent(verdict.interval[1])} %"


def _sentence(of: Explanation, update: str, rung: str) -> str:
    ratios = of.ratios(update, rung)
    label = curve(rung, update)
    asked = len([o for o in of.measured(update) if not o.on_edge])
    if not ratios:
        return f"{label}: no prediction anywhere, as the model it minimises has no minimum."
    low, high = (pick(ratios, key=lambda r: r.value) for pick in (min, max))
    text = (
        f"{label}: between {low.value:.2f} (at B = {low.batch_size}) and {high.value:.2f} "
        f"(at B = {high.batch_size}) times the measured optimum"
    )
    missing = asked - len(ratios)
    if missing:
        text += f", with no minimum at {missing} of {asked} batch sizes"
    outside = [r for r in ratios if not r.low <= 1 <= r.high]
    return f"{text}; off by more than the errors at {len(outside)} of {len(ratios)}."


def _cause(of: Explanation, update: str) -> str:
    independent, correlated = (of.worst(update, rung) for rung in ("independent", "correlated"))
    sampled, ratio = of.worst(update, "sampled"), of.measurement.numbers["trace_ratio"]
    between = "" if ratio.low is None else f" (95 % interval {ratio.low:.3g} to {ratio.high:.3g})"
    text = (
        f"Signs of correlated noise bend the loss {ratio.value:.3g} times{between} as much as independent ones "
        "would; dropping independence takes the largest error from a factor of "
        f"{independent:.1f} to {correlated:.1f}"
    )
    control = of.worst("decorrelated", "independent") if of.measured("decorrelated") else math.nan
    if math.isfinite(control):
        text += (
            ", and where every coordinate draws examples of its own, the independent law is off by "
            f"at most a factor of {control:.2f}"
        )
    left = f"What sampled updates leave, a factor of {sampled:.2f} at most, is errors and {_NOT_QUADRATIC}."
    return f"{text}. {left}"


def _said(summit: Summit, *, law: str = "") -> str:
    """A prediction as the object of a sentence, by the name of its law where several have one."""
    if (peak := summit.batch_size) is not None:
        known = "" if peak.low is None else f" ({peak.low:.3g} to {peak.high:.3g})"
        beyond = {"no_fall": ", beyond those measured", "fall": ", before those measured"}.get(summit.kind, "")
        who = f", by {_NAMES[law]}" if law else ""
        return f"a peak at B = {peak.value:.3g}{known}{beyond}{who}"
    if summit.between is not None:
        return f"a peak between B = {summit.between[0]} and {summit.between[1]}"
    return {
        "fall": f"a fall from B = {summit.highest} on",
        "no_fall": "none",
        "undecided": f"a highest point at B = {summit.highest}, not beyond the errors",
    }[summit.kind]


def _count(n: int, one: str, many: str) -> str:
    return f"{n} {one if n == 1 else many}"


def _aside(*parts: str) -> str:
    said = "; ".join(part for part in parts if part)
    return f" ({said})" if said else ""


def _percent(octaves: float) -> str:
    """A fall in octaves as a share [%], the smallest of them rounded up."""
    share = 100.0 * (1.0 - 2.0**-octaves)
    return f"{max(share, 0.1):.2g}" if share > 0 else "0"
