"""The lab's game: an instance hides a bundled sweep; what was looked at, and the bet, stand in the address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from surgecore.sweeps.bet import Bet, HiddenSweep
from surgecore.words import say

ROUNDS = 3
#: Bundled sweeps whose best rate at the target is known well, lies on no edge, and follows no single rule.
HIDDEN = (
    "digits-mlp-sign-k10", "digits-mlp-adam-k20", "digits-mlp-sgd-k5", "digits-mlp-lion-k20", "digits-mlp-sign-k1",
    "digits-mlp-adam-warm-k10", "digits-mlp-sign-c3-k10", "digits-mlp-lion-k5",
)  # fmt: skip
MOST_INSTANCES = 9999
KEYS = ("lab", "look", "bet")
#: A batch size, and the number of a learning rate among those tried.
Cell = tuple[int, int]


@dataclass(frozen=True)
class Game:
    """What was done: the cells of each round, in order, and the bet."""

    instance: int = 1
    rounds: tuple[tuple[Cell, ...], ...] = ()
    bet: Bet | None = None

    @property
    def hides(self) -> str:
        return HIDDEN[(self.instance - 1) % len(HIDDEN)]

    def to_query(self) -> dict[str, str | list[str]]:
        query: dict[str, str | list[str]] = {"lab": str(self.instance)}
        if self.rounds:
            query["look"] = [_written(cells) for cells in self.rounds]
        if self.bet is not None:
            query["bet"] = " ".join(f"{value:.4g}" for value in vars(self.bet).values())
        return query


def _written(cells: Sequence[Cell]) -> str:
    return " ".join(f"{size}.{rate}" + (f"x{n}" if n > 1 else "") for (size, rate), n in Counter(cells).items())


def _cells(text: str) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    for part in text.split():
        cell, _, times = part.partition("x")
        size, rate = cell.split(".")
        cells += [(int(size), int(rate))] * int(times or 1)
    return tuple(cells)


def instance_of(query: Mapping[str, Sequence[str]]) -> int:
    """The instance of an address; the first where it names none."""
    text = (query.get("lab") or ["1"])[-1]
    return int(text) if text.isdecimal() and 1 <= int(text) <= MOST_INSTANCES else 1


def rates(hidden: HiddenSweep, cells: Sequence[Cell]) -> list[tuple[float, float]]:
    """Cells with their learning rates.

    Raises
    ------
    ValueError
        If there is no learning rate of that number.
    """
    tried = hidden.learning_rates
    for _, rate in cells:
        if not 0 <= rate < len(tried):
            raise ValueError(f"the number of a rate must lie below {len(tried)}, but got {rate}")
    return [(float(size), float(tried[rate])) for size, rate in cells]


def from_query(query: Mapping[str, Sequence[str]], hidden: HiddenSweep) -> tuple[Game, list[str]]:
    """The game of an address, and what of it cannot be used: rounds up to the first that breaks a rule."""
    game, notices = Game(instance_of(query)), []
    for text in list(query.get("look", ()))[:ROUNDS]:
        try:
            game = with_round(game, _cells(text), hidden)
        except ValueError:
            notices.append(say("lab-address-look", text=text[:60]))
            break
    given = (query.get("bet") or [""])[-1]
    if given:
        try:
            game = replace(game, bet=Bet(*map(float, given.split())))
        except (ValueError, TypeError):
            notices.append(say("lab-address-bet", text=given[:60]))
    return game, notices


def with_round(game: Game, cells: Sequence[Cell], hidden: HiddenSweep) -> Game:
    """The game after one more round.

    Raises
    ------
    ValueError
        If the rounds are over, no cell was chosen, or the cells cannot be had for what is left of the budget.
    """
    if game.bet is not None or len(game.rounds) >= ROUNDS or not cells:
        raise ValueError(f"a round must have cells and be one of {ROUNDS} before the bet, but got {cells!r}")
    after = replace(game, rounds=(*game.rounds, tuple(cells)))
    hidden.look(rates(hidden, [cell for each in after.rounds for cell in each]))
    return after


def with_deed(game: Game, deed: Mapping[str, Any], hidden: HiddenSweep) -> Game:
    """The game after what the browser did: a round, a bet, or another instance; unchanged where that is none."""
    try:
        if "look" in deed:
            return with_round(game, [(int(size), int(rate)) for size, rate in deed["look"]], hidden)
        if "bet" in deed and game.bet is None:
            return replace(game, bet=Bet(*(float(f"{float(value):.4g}") for value in deed["bet"])))
        if "instance" in deed:
            return Game(instance_of({"lab": [str(deed["instance"])]}))
    except (ValueError, TypeError):
        return game
    return game
