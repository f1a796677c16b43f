"""What the columns of a table mean, by their names and by what stands in them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from surgecore.tables.cells import parse_numbers
from surgecore.tables.metric import is_chosen, metric_of, statistic_of
from surgecore.tables.names import BEST_RATES, ColumnMapping, candidates, last_name, plain_name

#: Rows that are looked at to find out what a column holds.
_SAMPLE = 20_000
COUNTS = (
    "n_seeds", "num_seeds", "n_runs", "num_runs", "n_repeats", "num_repeats", "n_trials", "num_trials", "n", "runs",
    "seeds", "repeats", "count",
)  # fmt: skip


def guess_mapping(frame: pd.DataFrame) -> ColumnMapping:
    """The most likely mapping of a table.

    Parameters
    ----------
    frame : DataFrame
        One row a run.

    Returns
    -------
    ColumnMapping
        With what `Table.resolve` looks for still open.
    """
    some = frame if len(frame) <= _SAMPLE else frame.sample(_SAMPLE, random_state=0)
    guess = _with_numbers(some, _swept_rate(some, ColumnMapping.guess([str(name) for name in frame.columns])))
    if {plain_name(guess.learning_rate), last_name(guess.learning_rate)} & set(BEST_RATES):
        guess = replace(guess, holds="optima")
    return _with_spread(some, guess)


def _with_numbers(frame: pd.DataFrame, guess: ColumnMapping) -> ColumnMapping:
    """Prefer a metric that has numbers in most rows to one without; a name that says which way is good was chosen."""
    if is_chosen(guess.loss):
        return guess
    ranked = candidates([str(name) for name in frame.columns], "loss")
    share = {name: float(np.isfinite(parse_numbers(frame[name])[0]).mean()) for name in ranked}
    if not guess.loss or share.get(guess.loss, 0.0) >= 0.5:
        return guess
    best = max(share.values(), default=0.0)
    full = next((name for name in ranked if share[name] >= 0.5 or (share[name] == best > 0)), "")
    if not full or full == guess.loss or share[guess.loss] >= 0.5 * share[full]:
        return guess
    return replace(guess, loss=full, goal=metric_of(full).goal)


def _swept_rate(frame: pd.DataFrame, guess: ColumnMapping) -> ColumnMapping:
    """Prefer a learning rate of few values, each in several rows: that was set, and did not decay."""
    if not guess.learning_rate:
        return guess
    names = candidates([str(name) for name in frame.columns], "learning_rate")
    levels = {name: frame[name].nunique() for name in names}
    shared = [name for name in names if 2 <= levels[name] <= max(2, len(frame) // 2)]
    if not shared:
        return guess
    # two values are another setting's rate, not a sweep
    fewest = min((name for name in shared if levels[name] > 2), key=lambda name: levels[name], default=shared[0])
    kept = guess.learning_rate if guess.learning_rate in shared else shared[0]
    # a rate that decayed has many values, even where each stands in several rows of one run
    return replace(guess, learning_rate=fewest if levels[kept] > 2 * levels[fewest] else kept)


def _with_spread(frame: pd.DataFrame, guess: ColumnMapping) -> ColumnMapping:
    """Columns of the standard deviation, or error, of the metric over runs, and of their number."""
    if not guess.loss:
        return guess
    found: dict[str, str] = {}
    for name in map(str, frame.columns):
        role = statistic_of(name, guess.loss)
        if role and role not in found and np.isfinite(parse_numbers(frame[name])[0]).any():
            found[role] = name
    if not found:
        return guess
    for name in map(str, frame.columns):
        if plain_name(name) in COUNTS or last_name(name) in COUNTS:
            values, _ = parse_numbers(frame[name])
            known = values[np.isfinite(values)]
            if len(known) and (known >= 1).all() and (known == np.round(known)).all() and name != guess.seed:
                found["n_runs"] = name
                break
    return replace(guess, **found)  # type: ignore[arg-type] # roles are text
