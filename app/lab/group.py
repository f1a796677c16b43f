"""The table of a class: pasted lines in, bets scored anew, and how many of the intervals held."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from lab.game import MOST_INSTANCES
from lab.shown import cost
from surgecore.sweeps.bet import LEVEL, Bet, HiddenSweep, Score, coverage
from surgecore.words import number, plain, say, share

MOST_LINES = 500


@dataclass(frozen=True)
class ClassEntry:
    """One line of a class: who bet what on which instance, and what that cost."""

    name: str
    instance: int
    bet: Bet
    score: Score


def read(text: str, hidden: Callable[[int], HiddenSweep]) -> tuple[list[ClassEntry], list[str]]:
    """Entries by their cost, and one sentence for each line that is none, with its number."""
    entries, problems = [], []
    for row, line in enumerate(text.splitlines()[:MOST_LINES], 1):
        if not line.strip():
            continue
        try:
            instance, rate, low, high, *name = line.replace(",", " ").split()
            bet = Bet(float(rate), float(low), float(high))
            if not 1 <= int(instance) <= MOST_INSTANCES:
                raise ValueError(instance)
            entries.append(ClassEntry(" ".join(name)[:40], int(instance), bet, hidden(int(instance)).score(bet)))
        except (ValueError, TypeError):
            problems.append(say("lab-line-unusable", row=row, line=line[:60]))
    return sorted(entries, key=lambda entry: entry.score.cost), problems


def table(entries: Sequence[ClassEntry]) -> pd.DataFrame:
    """For people: one row a bet, the cheapest first."""
    rows = [
        {
            say("lab-column-name"): plain(entry.name) or "–",
            say("lab-column-instance"): str(entry.instance),
            say("lab-column-bet"): say(
                "lab-bet", rate=number(entry.bet.learning_rate), low=number(entry.bet.low), high=number(entry.bet.high)
            ),
            say("lab-column-held"): say("lab-yes") if entry.score.held else say("lab-no"),
            say("lab-column-rate"): cost(entry.score.rate_cost),
            say("lab-column-interval"): cost(entry.score.interval_cost),
            say("lab-column-cost"): cost(entry.score.cost),
        }
        for entry in entries
    ]
    return pd.DataFrame(rows).set_index(say("lab-column-name"))


def verdict(entries: Sequence[ClassEntry]) -> str:
    """How often the intervals of a class held, beside how often they were meant to; and what they were worth."""
    held = sum(entry.score.held for entry in entries)
    low, high = coverage(held, len(entries))
    gain = sum(entry.score.bare_cost - entry.score.interval_cost for entry in entries) / len(entries)
    facts = {"held": held, "count": len(entries), "low": share(low), "high": share(high), "level": share(LEVEL)}
    how = "narrow" if high < LEVEL else "wide" if low > LEVEL else "fair"
    worth = say("lab-class-worth" if gain > 0 else "lab-class-not-worth", gain=cost(abs(gain)))
    return f"{say('lab-class-held', **facts)} {say(f'lab-class-{how}')} {worth}"
