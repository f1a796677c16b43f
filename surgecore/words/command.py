"""The command line in words: help, the report for a terminal, and why a file cannot be read, with what to do."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from surgecore.sweeps.advice import Recommendation
from surgecore.sweeps.analysis import Analysis
from surgecore.sweeps.optima import Optimum
from surgecore.tables.problems import Problem
from surgecore.words.advice import advice_note, rule
from surgecore.words.catalogue import curve, param
from surgecore.words.fits import findings, fitted
from surgecore.words.numbers import interval, number, rounded_interval, whole
from surgecore.words.phrases import say
from surgecore.words.problems import choice, remedy, with_remedy

_WIDE = 36


def option(name: str) -> str:
    """What an option or command does, for ``--help``."""
    return say(f"help-{name}").replace("%", "%%")


def report(analysis: Analysis) -> str:
    """The analysis as text for a terminal.

    Parameters
    ----------
    analysis : Analysis
        From `analyse`.

    Returns
    -------
    str
        Findings, optima and fits; every number with its interval.
    """
    sweep = analysis.sweep
    lines = [say("report-title", name=sweep.name, count=len(sweep.trials)), ""]
    lines += [*(with_remedy(told, "flag") for told in sweep.notices), *findings(analysis)]
    if analysis.optima:
        lines += ["", f"{say('report-batch'):>10s}  {say('report-best')}"]
        lines += [f"{whole(optimum.batch_size):>10s}  {_optimum(optimum)}" for optimum in analysis.optima]
    return "\n".join([*lines, *_fits(analysis)])


def _optimum(optimum: Optimum) -> str:
    rate = number(optimum.learning_rate)
    if optimum.on_edge:
        tried = number(optimum.learning_rate if optimum.tried is None else optimum.tried)
        return say(f"report-edge-{optimum.on_edge}", rate=rate, tried=tried)
    if optimum.interval is None:
        return say("report-no-error", rate=rate)
    return say("report-interval", rate=rate, interval=interval(*optimum.interval))


def _fits(analysis: Analysis) -> list[str]:
    ranking = analysis.comparison
    rows = [
        (fit, *scores)
        for fit, *scores in zip(ranking.fits, ranking.scores, ranking.weights, ranking.holdout, strict=True)
        if fit.law is not None
    ]
    if not rows:
        return []
    heads = [say(f"report-{name}") for name in ("law", "score", "weight", "holdout", "parameters")]
    lines = ["", f"{heads[0]:{_WIDE}s}  {heads[1]:>7s}  {heads[2]:>6s}  {heads[3]:>7s}  {heads[4]}"]
    for fit, score, weight, holdout in rows:
        parameters = "; ".join(fitted(item, param(item.param)) for item in fit.parameters.values())
        name = f"{curve(fit.family.key):{_WIDE}s}"
        # without errors, or with as many parameters as optima, no law has a score; and nothing is left to hold out
        scores = (
            f"{score:7.1f}  {weight:6.2f}" if isfinite(score) else f"{say('none'):>7s}  {say('none'):>6s}",
            f"{holdout:+7.2f}" if isfinite(holdout) else f"{say('none'):>7s}",
        )
        lines.append("  ".join([name, *scores, parameters]))
    return lines


def advice(batch_size: float, rows: Sequence[Recommendation]) -> str:
    """Learning rates for one batch size, a rule a line."""
    lines = [f"{say('report-at', batch=whole(batch_size)):{_WIDE}s}  {say('report-rate')}"]
    for row in rows:
        span = "" if row.interval is None else f"({rounded_interval(*row.interval)})"
        rate = number(row.lr) if isfinite(row.lr) else "∞"
        weight = "" if row.weight is None else f"{say('report-weight')} {row.weight:.2f}"
        lines.append(
            " ".join(part for part in (f"{rule(row):{_WIDE}s} ", rate, span, weight, advice_note(row)) if part)
        )
    return "\n".join(lines)


def unreadable(path: str, problems: Sequence[Problem]) -> str:
    """Why a file cannot be read, and what to do about it: one line a problem, then each remedy once."""
    lines = [say("unreadable", path=path), *map(str, problems)]
    for problem in problems:
        if problem.question is not None:
            lines += [
                f"  {answer.flag:{_WIDE}s}  {choice(problem.question, answer)}" for answer in problem.question.choices
            ]
    remedies = dict.fromkeys(text for problem in problems if (text := remedy(problem, "flag")))
    return "\n".join([*lines, *(say("unreadable-remedy", remedy=text) for text in remedies)])
