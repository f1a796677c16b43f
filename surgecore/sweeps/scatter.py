"""A fall judged without error bars, from the scatter of the optima around a smooth path over batch sizes.

With one run per cell nothing tells how far a seed shifts a valley. The test below is free of that scale; its
distribution is simulated for a constant optimum, averaged over ways in which the shifts' spread may change with batch
size.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from surgecore._validate import FloatArray

_DRAWS = 4000
_SHARE = 0.15
#: The spread of the shifts changes over the batch sizes by up to this factor: the most in the bundled sweeps.
_CHANGE = 6.0


def scatter_of_path(y: FloatArray) -> tuple[float, float]:
    """Scatter of values round a smooth path, from their second differences, and its degrees of freedom."""
    n = len(y)
    # second differences of white noise have a variance of 6 and are correlated by -2/3 and 1/6
    return float(np.sqrt(_second(y))), max((n - 2) / 2.0, 1.0)


def scatter_p_value(y: FloatArray) -> float:
    """Against a constant with shifts of unknown spread; values in the order of batch size, five or more."""
    reference = _reference(len(y))
    observed = float(_statistic(y[None])[0])
    beyond = (reference >= observed).sum(axis=1)
    return float((1 + beyond.mean()) / (reference.shape[1] + 1))


def _second(y: FloatArray) -> FloatArray:
    return np.asarray((np.diff(y, 2, axis=-1) ** 2).mean(axis=-1) / 6.0)


def _statistic(y: FloatArray) -> FloatArray:
    """Squares left by the best curve that never falls, over those of the best that rises, then falls."""
    rising, falling = _squares(y), _squares(y[:, ::-1])[:, ::-1]
    n = y.shape[1]
    # the peak joins whichever side makes it highest: a split anywhere is a curve that rises, then falls
    joined = np.stack([rising[:, n - 1], *(rising[:, k] + falling[:, k + 1] for k in range(n - 1))])
    # a split may step up where it should fall; such a curve is left in: it only lowers the statistic's scale
    return np.asarray(rising[:, -1] / (joined.min(axis=0) + _SHARE * n * _second(y) + 1e-300))


def _squares(y: FloatArray) -> FloatArray:
    """Least squares of non-decreasing fits of the first k + 1 values of each row, shape (rows, n)."""
    rows, n = y.shape
    out, left = np.zeros((rows, n)), np.zeros(rows)
    # pool adjacent violators, value by value: the blocks of each row so far, as a stack
    level, size, top = np.zeros((rows, n)), np.zeros((rows, n)), np.full(rows, -1)
    for k in range(n):
        top += 1
        level[np.arange(rows), top], size[np.arange(rows), top] = y[:, k], 1.0
        now = np.flatnonzero(top > 0)
        while len(now := now[level[now, top[now] - 1] >= level[now, top[now]]]):
            here, below = (now, top[now]), (now, top[now] - 1)
            value, count, other, many = level[here], size[here], level[below], size[below]
            left[now] += (other - value) ** 2 * many * count / (many + count)
            level[below], size[below] = (other * many + value * count) / (many + count), many + count
            top[now] -= 1
            now = now[top[now] > 0]
        out[:, k] = left
    return out


@cache
def _reference(n: int) -> FloatArray:
    """The statistic under a constant, one row for each way in which the spread changes, (ways, draws)."""
    rng = np.random.default_rng(n)
    normal = rng.standard_normal((_DRAWS, n))
    ways = [normal, normal * np.geomspace(_CHANGE, 1.0, n), normal * np.geomspace(1.0, _CHANGE / 2.0, n)]
    ways.append(rng.standard_t(3, (_DRAWS, n)))
    return np.array([_statistic(way) for way in ways])
