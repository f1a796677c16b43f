"""The verdict in words: one sentence per kind, then what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import isfinite

from surgecore.sweeps.valleys import Source
from surgecore.sweeps.verdict import SMALL_FALL, Kind, Reason, SurgeVerdict, expected_false_falls
from surgecore.words.numbers import number, whole
from surgecore.words.phrases import say

# a fall of less than this many octaves (0.7 %) is none that a number should name
_NONE = 0.01


def verdict(found: SurgeVerdict) -> str:
    """The verdict in one sentence."""
    if found.kind is Kind.NOT_DECIDED:
        return _open(found)
    if found.kind is Kind.DOES_NOT_FALL:
        high = _upper(found)
        last = _size(found.reach)
        if high < _NONE:
            return say("verdict-none", last=last)
        return say("verdict-none-above", last=last, most=percent(high))
    values = {"fall": fall(found), "peak": _size(found.peak), "trough": _size(found.trough)}
    if found.kind is Kind.FALLS_THEN_RISES:
        return say("verdict-falls-then-rises", **values)
    if found.kind is Kind.DIP:
        return say("verdict-dip", **values)
    return say("verdict-falls" if found.peak_bracketed else "verdict-falls-without-peak", **values)


def reasons(found: SurgeVerdict) -> list[str]:
    """What the verdict rests on, a sentence each: the witness, single batch sizes, the test, bounds, groups."""
    said = []
    if found.witness is not None:
        w = found.witness
        said.append(
            say("verdict-witness", rate=number(w.learning_rate, 2), smaller=_size(w.smaller), larger=_size(w.larger))
        )
    if found.rests_on and found.kind is not Kind.DIP:
        said.append(say("verdict-rests-on", sizes=sizes(found.rests_on), count=len(found.rests_on)))
    if found.p_value is not None:
        at_most = found.p_value < 0.0015
        said.append(say("verdict-p-below" if at_most else "verdict-p", p=number(found.p_value, 2)))
    if found.source in (Source.ONE_RUN, Source.STATED) and found.reason is not Reason.ONE_RUN:
        said.append(say("verdict-stated" if found.source is Source.STATED else "verdict-one-run"))
    if found.beyond:
        said.append(say("verdict-beyond", sizes=sizes(found.beyond), count=len(found.beyond)))
    if found.coarse and found.reason is not Reason.COARSE and found.kind is not Kind.DOES_NOT_FALL:
        said.append(say("verdict-coarse", most=percent(SMALL_FALL)))
    if found.groups:
        said.append(say("verdict-groups", groups=found.groups))
    return said


def fall(found: SurgeVerdict) -> str:
    """The size of a fall in per cent with its interval; "" where there is none."""
    if found.fall_octaves is None or found.interval is None:
        return ""
    low, high = found.interval
    if not isfinite(high):
        return say("fall-at-least", low=percent(low))
    return say("fall-with-interval", value=_share(found.fall_octaves), low=_share(low), high=_share(high))


def percent(octaves: float) -> str:
    """A fall in octaves as the part of the peak that is lost: 0.25 octaves are "16 %"."""
    return say("percent", number=_share(octaves))


def _share(octaves: float) -> str:
    share = 100.0 * (1.0 - 2.0**-octaves)
    if share > 99.5:  # no rate falls by all of itself
        return f"{min(share, 99.9):.1f}"
    return f"{share:.0f}" if share >= 9.95 or share <= 0 else number(max(share, 0.1), 1)


def chance(verdicts: Iterable[SurgeVerdict]) -> str:
    """Of so many verdicts, how many say "falls", and how many would by chance; "" below two that could."""
    given = [verdict for verdict in verdicts if verdict.p_value is not None]
    falls, tested, expected, _ = expected_false_falls(given)
    if tested < 2:
        return ""
    stays = sum(verdict.decision == "no_fall" for verdict in given)
    return say(
        "verdict-chance", tested=tested, falls=falls, stays=stays, open=tested - falls - stays,
        expected=number(expected, 2),
    )  # fmt: skip


def sizes(values: Sequence[float]) -> str:
    """Batch sizes in a row: "64, 128 and 256"; no more than six."""
    said = [_size(value) for value in values[:6]]
    if len(values) > len(said):
        return say("sizes-and-more", sizes=", ".join(said), more=len(values) - len(said))
    return said[0] if len(said) == 1 else say("sizes-and", sizes=", ".join(said[:-1]), last=said[-1])


def _open(found: SurgeVerdict) -> str:
    reason = found.reason or Reason.ERRORS
    if reason is Reason.ERRORS:
        high = _upper(found)
        return say("open-errors-any") if not isfinite(high) else say("open-errors", most=percent(high))
    names = {
        Reason.TOO_FEW: "open-too-few",
        Reason.EDGE: "open-edge",
        Reason.ONE_RUN: "open-stated" if found.source is Source.STATED else "open-one-run",
        Reason.COARSE: "open-coarse",
    }
    at = sizes(found.beyond) if found.beyond else ""
    return say(names[reason], sizes=at, count=len(found.beyond), most=percent(SMALL_FALL))


def _upper(found: SurgeVerdict) -> float:
    return found.interval[1] if found.interval is not None else float("inf")


def _size(value: float | None) -> str:
    return "" if value is None else whole(value)
