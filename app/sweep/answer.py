"""The answer first: the learning rate for one batch size, what missing it costs, the verdict, and one thing to do."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from math import log2

import streamlit as st
from choice import shown
from choice.made import once
from components.drawing import drawing, sized
from components.later import Later
from components.markup import markup
from figures import optimum, verdict
from figures.plot import SIZES

from surgecore import Analysis, NextRuns, Recommendation, next_runs, price, recommend, words
from surgecore.sweeps.advice import AdviceFlag
from surgecore.words import say
from sweep.defaults import follow

Rows = tuple[Recommendation, ...]


def show(analysis: Analysis, unit: str) -> float | None:
    """Card and chart side by side; the batch size that was asked for."""
    if not analysis.optima:
        markup(f"<p>{escape(words.findings(analysis)[0])}</p>", key="verdict")
        return None
    left, right = st.columns([5, 8], gap="medium")
    box = Later()
    with left:
        with st.container(), box:
            wanted = _batch_size(analysis)
        rows = recommended(analysis, wanted)
        opened = markup(once(analysis, ("card", wanted), lambda: card(analysis, rows, wanted)), key="answer-card")
        if opened:
            st.switch_page("app_pages/method.py", query_params=shown.link())
    with right:
        sizes = once(analysis, ("chart", wanted, unit), lambda: chart(analysis, unit, rows, wanted))
        title = say("drawn-of-sweep", what=say("answer-title"), name=words.plain(analysis.sweep.name))
        drawing(sizes, name="surge-answer", title=title)
    box.send()
    return wanted


def _batch_size(analysis: Analysis) -> float:
    sizes = [found.batch_size for found in analysis.optima]
    middle = float(2 ** round(log2(sizes[len(sizes) // 2])))
    follow({"at": middle})
    return st.number_input(say("answer-at"), 1e-3, 1e12, middle, format="%g", key="at", bind="query-params", width=220)


def recommended(analysis: Analysis, wanted: float) -> Rows:
    return once(analysis, ("recommend", wanted), lambda: recommend(analysis, wanted))


def rate(row: Recommendation) -> float:
    """The rate to use: what bounds it where that is the answer at this very batch size, else what the laws say."""
    return row.lr if row.bound is None else row.bound


def _advised(best: Recommendation) -> bool:
    """Whether a rate is given: not where it would be a guess too far beyond the data."""
    return best.interval is not None or rate(best) != best.lr


def card(analysis: Analysis, rows: Rows, wanted: float, *, with_size: bool = False) -> str:
    """The answer in words; on paper `with_size`, as there is no box that says the batch size."""
    best = rows[0] if rows else None
    parts = []
    if best is not None and _advised(best):
        known = words.how_sure(best)
        use = say("answer-use-at", at=f"{wanted:g}") if with_size else say("answer-use")
        parts.append(f"<small>{escape(use)}</small><div class='big'>{escape(words.rate(best))}</div>")
        parts += [f"<small>{escape(known)}</small>"] if known else []
        cost = price(analysis.sweep, wanted, learning_rate=rate(best))
        if cost is not None:
            parts.append(f"<p class='quiet'>{escape(words.price(cost, analysis.sweep.metric))}</p>")
        notes = [say("advice-poor")] if AdviceFlag.POOR_FIT in best.flags else []
        notes += [words.advice_note(replace(best, flags=best.flags - {AdviceFlag.POOR_FIT}))]
        parts += [f"<p class='quiet'>{escape(note)}</p>" for note in notes if note]
    else:
        parts.append(f"<p>{escape(words.advice(rows, wanted).replace('**', ''))}</p>")
    parts.append(verdict.block(analysis))
    if not with_size:
        parts.append(f"<button class='more' data-open='method'>{escape(say('answer-method'))}</button>")
    todo = (words.next_rates(best, wanted) if best is not None else "") or to_do(analysis)
    parts.append(f"<p><b>{escape(say('answer-next'))}</b> {escape(todo)}</p>")
    return f"<div class='answer-card'>{''.join(parts)}</div>"


def to_do(analysis: Analysis) -> str:
    """The one thing that would help most."""
    return words.next_step(planned(analysis))


def planned(analysis: Analysis) -> NextRuns:
    """What to run next, found once."""
    plan: NextRuns = once(analysis, "next", lambda: next_runs(analysis))
    return plan


def chart(analysis: Analysis, unit: str, rows: Rows, wanted: float) -> dict[str, str]:
    """The optima with the answer among them, for every width."""
    best = rows[0] if rows else None
    if best is None or not _advised(best):
        return sized(lambda **size: optimum.card(analysis, unit, **size), SIZES)
    known = None if rate(best) != best.lr else best.interval
    answer = {"at": wanted, "rate": rate(best), "known": known, "said": words.rate(best)}
    return sized(lambda **size: optimum.card(analysis, unit, **answer, **size), SIZES)
