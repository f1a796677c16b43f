"""Problems, notices and questions of a table in words, with what to do about them on the page and in a shell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from surgecore.sweeps.sweep import Sweep
from surgecore.tables.diverged import DivergedRule
from surgecore.tables.metric import Metric
from surgecore.tables.problems import Notice, NoticeCode, Problem, Value
from surgecore.tables.questions import Choice, Question
from surgecore.words.numbers import setting
from surgecore.words.phrases import has, say

Where = Literal["page", "panel", "flag"]
_SOME = 20


def problem(found: Problem) -> str:
    """The rule that is broken, and the text that breaks it.

    Parameters
    ----------
    found : Problem
        Of a table.

    Returns
    -------
    str
        One clause, without the row.
    """
    if found.question is not None:
        return question(found.question)
    text = _said(f"problem-{found.code}", _problem_values(found))
    return say("problem-rows", count=found.n_rows, message=text) if found.n_rows > 1 else text


def remedy(fact: Problem | Notice, where: Where) -> str:
    """What to do about a problem, or to decide otherwise than a notice says.

    Parameters
    ----------
    fact : Problem or Notice
        Of a table.
    where : {"page", "panel", "flag"}
        Who asks: the page is told a control of its own, the command line an option, and both what to change in the
        file where neither helps. "panel" is the page where leaving rows out would leave no sweep.

    Returns
    -------
    str
        "" for a question, whose answers are the remedy.
    """
    if isinstance(fact, Notice):
        names, values = [f"notice-{fact.code}.{part}" for part in (where, "file")], _notice_values(fact)
    elif fact.question is not None:
        return ""
    else:
        parts = ("panel", "page", "file") if where == "panel" else (where, "file")
        names, values = [f"problem-{fact.code}.{part}" for part in parts], _problem_values(fact)
    return _said(next(filter(has, names), names[0]), values)


def with_remedy(told: Notice, where: Where) -> str:
    """What was decided while reading, and how to decide otherwise.

    Parameters
    ----------
    told : Notice
        Of a table or sweep.
    where : {"page", "flag"}
        Who asks.

    Returns
    -------
    str
    """
    return say("notice-remedy", notice=notice(told), remedy=remedy(told, where))


def _problem_values(found: Problem) -> dict[str, str | int | float]:
    values = _spelled(dict(found.values))
    if found.column is not None:
        values["column"] = found.column
    if "text" in values:
        values["text"] = repr(values["text"]) if values["text"] else say("problem-empty-cell")
    return values


def notice(told: Notice) -> str:
    """What was decided while reading, as a sentence.

    Parameters
    ----------
    told : Notice
        Of a table or sweep.

    Returns
    -------
    str
    """
    return _said(f"notice-{told.code}", _notice_values(told))


def _notice_values(told: Notice) -> dict[str, str | int | float]:
    values = dict(told.values)
    spelled = _spelled(values)
    others, columns = values.get("others"), values.get("columns")
    if isinstance(listed := columns if others is None else others, tuple):
        spelled["n"] = len(listed)
    if told.code is NoticeCode.UNREAD_RUNS:
        spelled["why"] = _said(f"problem-{values['reason']}", spelled)
    if told.code is NoticeCode.OTHER_STORES:
        spelled["key"] = spelled["store"]
        spelled["store"] = say(f"store-{values['store']}")
        spelled["others"] = ", ".join(say(f"store-{key}") for key in others) if isinstance(others, tuple) else ""
    if told.code is NoticeCode.FINITE_DIVERGED:
        factor, above = values["factor"], values["above"]
        rule = DivergedRule(float(str(factor)) or None, None if above == "" else float(str(above)))
        spelled["rule"] = diverged_rule(rule)
    return spelled


def question(asked: Question) -> str:
    """What is open, as one sentence.

    Parameters
    ----------
    asked : Question
        Of a table.

    Returns
    -------
    str
    """
    groups = [choice.group.label for choice in asked.choices if choice.group is not None]
    some = "; ".join(groups[:8]) + ("; ..." if len(groups) > 8 else "")
    if asked.asked_for:
        return say("question-asked-for", group=asked.asked_for, count=asked.n_matches, some=some)
    return say(f"question-{asked.topic}", columns=", ".join(asked.columns), count=len(groups), some=some)


def choice(asked: Question, answer: Choice) -> str:
    """One answer to a question, as a clause.

    Parameters
    ----------
    asked : Question
        Of a table.
    answer : Choice
        One of its choices.

    Returns
    -------
    str
    """
    if answer.group is not None:
        return answer.key
    return say(f"answer-{asked.topic}-{answer.key}", columns=" × ".join(answer.columns))


def preview(answer: Choice) -> str:
    """What an answer would give: batch sizes and the best rates of the grid; "" where that is not known.

    Parameters
    ----------
    answer : Choice
        With a preview.

    Returns
    -------
    str
    """
    return ", ".join(
        say("drawn-answer", rate=setting(float(f"{rate:.3g}")), at=f"{size:g}") for size, rate in answer.preview
    )


def diverged_rule(rule: DivergedRule) -> str:
    """When a loss counts as diverged.

    Parameters
    ----------
    rule : DivergedRule
        The rule in force.

    Returns
    -------
    str
    """
    rules = [say("rule-nan")]
    if rule.gain_factor is not None:
        rules.append(say("rule-factor", factor=f"{rule.gain_factor:g}"))
    if rule.above is not None:
        rules.append(say("rule-above", above=f"{rule.above:g}"))
    return say("rule-diverged", rules=say("rule-or").join(rules))


def metric_name(metric: Metric) -> str:
    """What stands on axes and tables: the metric's own name, as the file has it, with its unit.

    Parameters
    ----------
    metric : Metric
        Of a sweep.

    Returns
    -------
    str
    """
    if metric.name == "loss":
        return say("metric-loss")
    if metric.name == "steps_to_target":
        return say("metric-steps")
    return f"{metric.name} [{metric.unit}]" if metric.unit else metric.name


def loss_title(sweep: Sweep) -> str:
    """Title of the axis of a sweep's metric, with the horizon.

    Parameters
    ----------
    sweep : Sweep
        Any sweep.

    Returns
    -------
    str
    """
    name = metric_name(sweep.metric)
    return say("metric-after", metric=name, steps=sweep.steps) if sweep.steps else name


def speak(fact: Problem | Notice) -> str:
    """Any fact about a table as a sentence.

    Parameters
    ----------
    fact : Problem or Notice
        Of a table.

    Returns
    -------
    str
    """
    return problem(fact) if isinstance(fact, Problem) else notice(fact)


def _said(phrase: str, values: Mapping[str, str | int | float]) -> str:
    return say(phrase, **values)  # type: ignore[arg-type] # no value is called language


def _spelled(values: Mapping[str, Value]) -> dict[str, str | int | float]:
    """Values as phrases take them: lists joined, floats short, whole numbers as they are."""
    out: dict[str, str | int | float] = {}
    for name, value in values.items():
        if isinstance(value, tuple):
            out[name] = ", ".join(value[:_SOME]) + (", ..." if len(value) > _SOME else "")
        else:
            out[name] = f"{value:g}" if isinstance(value, float) else value
    return out
