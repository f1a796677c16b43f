"""What the lab shows of a game: cells that were looked at, what is left, and in the end what the bet cost."""

from __future__ import annotations

from typing import Any

from lab.game import ROUNDS, Game, rates
from surgecore.sweeps.bet import LEVEL, Bet, HiddenSweep, Score
from surgecore.words import number, say, share

#: The batch size that rules of thumb start from.
RULE_FROM = 64.0


def data(game: Game, hidden: HiddenSweep, title: str) -> dict[str, Any]:
    """Everything the board draws from; of runs only those that were paid for."""
    cells = [cell for each in game.rounds for cell in each]
    found: dict[tuple[int, int], list[float | None]] = {}
    for cell, look in zip(cells, hidden.look(rates(hidden, cells)), strict=True):
        found.setdefault(cell, []).append(look.loss)
    tried = hidden.learning_rates
    return {
        "instance": game.instance, "round": len(game.rounds), "rounds": ROUNDS, "target": int(hidden.target),
        "budget": int(hidden.budget), "left": int(hidden.budget - sum(size for size, _ in cells)),
        "rates": tried.tolist(),
        "columns": [
            {"size": int(size), "runs": [hidden.runs(float(size), float(rate)) for rate in tried]}
            for size in hidden.batch_sizes
        ],
        "looks": [{"size": s, "rate": r, "losses": losses} for (s, r), losses in found.items()],
        "bet": None if game.bet is None else list(vars(game.bet).values()),
        "result": None if game.bet is None else result(game, game.bet, hidden, title),
    }  # fmt: skip


def result(game: Game, bet: Bet, hidden: HiddenSweep, title: str) -> dict[str, Any]:
    """The truth, the two terms of the cost, what the error bar was worth, and what rules of thumb would have cost."""
    score, truth = hidden.score(bet), hidden.truth
    assert truth.interval is not None  # HIDDEN names sweeps with many seeds
    rule = next((o.learning_rate for o in hidden.sweep.optima() if o.batch_size == RULE_FROM), None)
    rows = [
        [say("lab-row-rate"), cost(score.rate_cost)],
        [say("lab-row-interval"), cost(score.interval_cost)],
    ]
    if rule is not None:
        root = rule * (hidden.target / RULE_FROM) ** 0.5
        rows += [
            [say("lab-row-keep", batch=f"{RULE_FROM:g}"), cost(hidden.rate_cost(rule))],
            [say("lab-row-root", batch=f"{RULE_FROM:g}"), cost(hidden.rate_cost(root))],
        ]
    ends = {"low": number(truth.interval[0]), "high": number(truth.interval[1])}
    return {
        "truth": [truth.learning_rate, *truth.interval], "cost": cost(score.cost), "rows": rows,
        "sentences": [
            say("lab-truth", batch=f"{hidden.target:g}", rate=number(truth.learning_rate), **ends),
            held(score), worth(score), say("lab-was", title=title),
        ],
        "line": line(game.instance, bet, say("lab-your-name")),
    }  # fmt: skip


def cost(value: float) -> str:
    return f"{value:.2f}"


def held(score: Score) -> str:
    octaves = number(abs(score.off), 2)
    level, side = share(LEVEL), "high" if score.off > 0 else "low"
    return say("lab-held", level=level) if score.held else say("lab-missed", off=octaves, side=side, level=level)


def worth(score: Score) -> str:
    """What an error bar is worth: the cost without it, less the cost with it."""
    gain = score.bare_cost - score.interval_cost
    facts = {"bare": cost(score.rate_cost + score.bare_cost), "gain": cost(abs(gain))}
    return say("lab-worth" if gain > 0 else "lab-not-worth", **facts)


def line(instance: int, bet: Bet, name: str) -> str:
    """A result as a line to paste: everything that its score needs."""
    return " ".join([str(instance), *(f"{value:.4g}" for value in vars(bet).values()), name])
