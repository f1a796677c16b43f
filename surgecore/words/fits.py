"""Fitted laws, their ranking and what else an analysis found, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from surgecore.sweeps.analysis import Analysis, Remark
from surgecore.sweeps.comparison import Comparison, Ranking
from surgecore.sweeps.fitting import FitFlag, FitResult, FittedParam
from surgecore.sweeps.identity import peak_identity
from surgecore.words.catalogue import curve, param, unit
from surgecore.words.numbers import (
    WIDE,
    examples,
    examples_interval,
    interval,
    number,
    rounded,
    rounded_interval,
    whole,
)
from surgecore.words.phrases import say
from surgecore.words.problems import Where, notice, with_remedy
from surgecore.words.surge import said as verdict_said
from surgecore.words.tradeoff import identity, tradeoff
from surgecore.words.verdict import reasons, sizes


def fit_note(fit: FitResult) -> str:
    """What to know about a fit, in sentences."""
    n, p = fit.n, len(fit.family.free)
    if fit.law is None:
        return " ".join([say("fit-too-few", parameters=p, count=n), *_bounds(fit)])
    parts = [say("fit-not-tested", count=n, parameters=p)] if n <= p else []
    _, *shapes = fit.parameters.values()
    for item in fit.parameters.values():
        if item.at_bound:
            parts.append(say("fit-at-end", name=param(item.param)) + " " + _open(item))
        elif n > p and item in shapes and not (item.bounded_below and item.bounded_above):
            parts.append(_open(item))
    if FitFlag.PEAK_NOT_BRACKETED in fit.flags and fit.peak is not None:
        low, high = fit.used[0].batch_size, fit.used[-1].batch_size
        where = "fit-peak-may-lie-outside" if low < fit.peak.batch_size < high else "fit-peak-outside"
        parts.append(say(f"{where}-optima" if fit.n_bounds else where, low=whole(low), high=whole(high)))
    if FitFlag.POOR_FIT in fit.flags:
        parts.append(say("fit-poor"))
    parts += _bounds(fit)
    return " ".join(parts) or say("fit-determined")


def _bounds(fit: FitResult) -> list[str]:
    return [say("fit-bounds", count=fit.n_bounds)] if fit.n_bounds else []


def _open(item: FittedParam) -> str:
    after = f" {unit(item.param.unit)}" if item.param.unit else ""
    counted = item.param.unit == "examples"
    first, last = (examples(end) if counted else number(end, 2) for end in item.interval)
    low, high = first + after, last + after
    name = param(item.param)
    if item.bounded_below and item.bounded_above:
        return say("fit-bounded", name=name, low=first, high=high)
    if item.bounded_below:
        return say("fit-bounded-below", name=name, low=low)
    return say("fit-bounded-above", name=name, high=high) if item.bounded_above else say("fit-open", name=name)


def fitted(item: FittedParam, name: str) -> str:
    """One fitted parameter under a name, with its interval.

    A value that ran to the end of its range is the optimizer's, not the data's: what is bounded is all that is said.
    """
    span = examples_interval if item.param.unit == "examples" else _span
    if not (item.bounded_below or item.bounded_above):
        return say("not-determined", name=name)
    if not (item.bounded_below and item.bounded_above):
        return f"{name}: {span(*item.interval)}"
    value = examples(item.value, item.interval) if span is examples_interval else rounded(item.value, item.stderr)
    return f"{name} = {value} ({span(*item.interval)})"


def _span(low: float, high: float) -> str:
    """An interval with the digits that its own width carries; two at an end that is open or far from the other."""
    return rounded_interval(low, high) if high <= WIDE * low else interval(low, high, lambda end: number(end, 2))


def ranking(comparison: Comparison) -> str:
    """What the ranking does and does not show."""
    if comparison.outcome is Ranking.TOO_FEW:
        return say("ranking-too-few")
    close, rest = [curve(key) for key in comparison.close], "; ".join(curve(key) for key in comparison.only_corrected)
    tried, n = len(comparison.fits), comparison.fits[0].n
    if comparison.outcome is Ranking.NONE_FITS:
        return say("ranking-none-fits", tried=tried, law=close[0])
    if comparison.outcome is Ranking.SUPPORTED:
        text = say("ranking-supported", tried=tried, law=close[0])
        return f"{text} {say('ranking-wider')}" if comparison.wider_fits else text
    if len(close) == 1:
        return say("ranking-simplest", law=close[0], count=n, laws=rest)
    text = (
        say("ranking-two", first=close[0], second=close[1])
        if len(close) == 2
        else say("ranking-undecided", laws="; ".join(close))
    )
    return f"{text} {say('ranking-only-corrected', count=n, laws=rest)}" if rest else text


def remark(found: Remark) -> str:
    """One remark on a sweep."""
    at = found.batch_sizes
    where = sizes(at) if at else ""
    return say(f"remark-{found.kind.replace('_', '-')}", count=found.count, of=f"{found.of:,}", where=where, n=len(at))


def findings(analysis: Analysis) -> list[str]:
    """All findings on a sweep, the most important first."""
    said = [verdict_said(analysis), *reasons(analysis.verdict), ranking(analysis.comparison)]
    return list(dict.fromkeys([*said, *_rest(analysis)]))


def remarks(analysis: Analysis, where: Where | None = None) -> list[str]:
    """What else there is to know about a sweep, beside verdict and ranking; `where` says for whom with remedies."""
    told = [with_remedy(told, where) if where else notice(told) for told in analysis.sweep.notices]
    return list(dict.fromkeys([*reasons(analysis.verdict), *told, *_rest(analysis)]))


def _rest(analysis: Analysis) -> Iterator[str]:
    surge = next((fit for fit in analysis.comparison.fits if fit.family.key == "surge"), None)
    # what is known of the surge's own peak; that it describes the optima badly is said by the ranking
    if surge and surge.flags & {FitFlag.UNDERDETERMINED, FitFlag.PEAK_NOT_BRACKETED, FitFlag.AT_BOUND}:
        yield say("fit-of", law=curve("surge"), note=fit_note(surge))
    yield from (remark(found) for found in analysis.remarks)
    if analysis.tradeoff is not None:
        yield tradeoff(analysis.tradeoff)
        if (found := peak_identity(analysis)) is not None:
            yield identity(found)


def document(analysis: Analysis) -> dict[str, Any]:
    """`Analysis.to_dict` with what it says: `label` and `status` of each fit, `sentence`s, and all `sentences`."""
    result = analysis.to_dict()
    for fit in analysis.comparison.fits:
        result["fits"][fit.family.key] |= {"label": curve(fit.family.key), "status": fit_note(fit)}
    result["surge"]["sentence"] = verdict_said(analysis)
    result["ranking"]["sentence"] = ranking(analysis.comparison)
    if (found := peak_identity(analysis)) is not None:
        result["identity"] = found.to_dict()
    return result | {"sentences": findings(analysis)}
