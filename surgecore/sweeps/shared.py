"""Seeds shared over batch sizes: how far their optima err together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from surgecore._validate import FloatArray
from surgecore.sweeps.valley import Valley

#: Errors count as common to batch sizes where chance gives as much in a smaller share of shuffled seeds than this.
_SURE = 0.01
_SHUFFLES = 500
#: The most that is taken to be common: the rest would be zero, which no sweep can show.
_MOST = 0.95


def correlation(valleys: Sequence[Valley]) -> float:
    """Correlation of the optima's errors between batch sizes, by what each seed adds to the slopes there.

    0 unless it is beyond doubt: seeds are shuffled within batch sizes to see what chance gives.
    """
    table = _by_seed(valleys)
    if table.shape[0] < 2 or table.shape[1] < 2:
        return 0.0
    rng = np.random.default_rng(0)
    found = float(_mean_correlation(table))
    shuffled = rng.permuted(np.broadcast_to(table, (_SHUFFLES, *table.shape)), axis=2)
    sure = (1 + np.count_nonzero(_mean_correlation(shuffled) >= found - 1e-12)) / (_SHUFFLES + 1) < _SURE
    return float(np.clip(found, 0.0, _MOST)) if sure else 0.0


def _by_seed(valleys: Sequence[Valley]) -> FloatArray:
    """What each seed adds to the slope at each optimum, in units of the batch size's own; seeds at all sizes only."""
    rows = []
    for valley in valleys:
        added = valley.by_seed(valley.weights(np.array([valley.best]), 1)[0])
        rows.append(dict(zip(valley.cells.seeds.tolist(), added.tolist(), strict=True)))
    common = sorted(set.intersection(*(set(row) for row in rows))) if rows else []
    table = np.array([[row[seed] for seed in common] for row in rows]).reshape(len(rows), len(common))
    size = np.sqrt((table**2).sum(axis=1, keepdims=True))
    return np.asarray(table / np.where(size > 0, size, 1.0))


def _mean_correlation(table: FloatArray) -> FloatArray:
    """Mean over pairs of rows of length one, shape (...); rows in the last axis but one."""
    n = table.shape[-2]
    every, own = (table.sum(axis=-2) ** 2).sum(axis=-1), (table**2).sum(axis=(-2, -1))
    return np.asarray((every - own) / (n * (n - 1)))
