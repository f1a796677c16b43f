"""Paths of the optimum over batch sizes: the cheapest ones that never fall, that rise, fall and rise again, that drop.

Costs are squared standard errors against the optimum lying at x: arrays of shape (n, g), n batch sizes by g rates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surgecore._validate import FloatArray

#: Cost of what cannot be.
NEVER = 1e6


@dataclass(frozen=True)
class Squares:
    """Least costs of three shapes, each wider than the one before; arrays of one shape, a value for each draw.

    Attributes
    ----------
    never_falls, rises_then_falls, and_rises_again : ndarray
        Of paths that never fall, that fall after a peak, and that may rise again after that.
    """

    never_falls: FloatArray
    rises_then_falls: FloatArray
    and_rises_again: FloatArray

    @classmethod
    def of(cls, cost: FloatArray) -> Squares:
        """Least costs over the paths of each shape; of costs of shape (n, g) or, for many draws, (n, g, draws)."""
        rise = fall = again = cost[0]
        for here in cost[1:]:
            again = _up_to(np.minimum(fall, again)) + here
            fall = _from(np.minimum(rise, fall)) + here
            rise = _up_to(rise) + here
        least = rise.min(axis=0)
        peak = np.minimum(least, fall.min(axis=0))
        return cls(np.asarray(least), np.asarray(peak), np.asarray(np.minimum(peak, again.min(axis=0))))


def running(extreme: np.ufunc, values: FloatArray) -> FloatArray:
    """Least or greatest value so far along the first axis, `extreme` being `numpy.minimum` or `numpy.maximum`."""
    if values.ndim == 1:
        return np.asarray(extreme.accumulate(values))
    out = np.empty_like(values)
    out[0] = values[0]
    for k in range(1, len(values)):  # row by row: numpy's own goes number by number, at a fifth of the speed
        extreme(out[k - 1], values[k], out=out[k])
    return out


def _up_to(values: FloatArray) -> FloatArray:
    return running(np.minimum, values)


def _from(values: FloatArray) -> FloatArray:
    return running(np.minimum, values[::-1])[::-1]


def least_path_with_drop(cost: FloatArray, x: FloatArray, drop: float) -> FloatArray:
    """Least sum of costs over paths that never fall more than `drop` below their highest."""
    low = np.searchsorted(x, x - drop - 1e-9)
    # total of each running maximum so far
    total = cost[0]
    for here in cost[1:]:
        total = np.minimum(total + _least_between(here, low), _up_to(total) + here)
    return np.asarray(total.min())


def _least_between(values: FloatArray, low: NDArray[np.intp]) -> FloatArray:
    """Least of values[low[k] : k + 1] for every k, by a table of doubled spans."""
    n = len(values)
    span = np.arange(n) - low + 1
    level = np.floor(np.log2(span)).astype(np.intp)
    table = [values]
    for step in 2 ** np.arange(int(level.max())):
        last = table[-1]
        table.append(np.minimum(last, np.append(last[step:], np.repeat(last[-1], step))))
    stacked = np.stack(table)
    start = np.arange(n) - 2**level + 1
    return np.asarray(np.minimum(stacked[level, low], stacked[level, start]))


def largest_drop(cost: FloatArray, x: FloatArray, limit: float, possible_ends: NDArray[np.bool_]) -> FloatArray:
    """Largest drop of each pair of batch sizes whose costs sum to `limit`, shape (n, n).

    Parameters
    ----------
    cost : ndarray
        Shape (n, g).
    x : ndarray
        ln rates.
    limit : float
        Sum of costs that is allowed.
    possible_ends : ndarray of bool
        Whether the optimum may lie below the first and above the last x, where the cost allows it; (n, 2).

    Returns
    -------
    ndarray
        Entry (i, j) for i < j; minus infinity elsewhere, infinite where nothing bounds it.
    """
    n = len(cost)
    shares = np.linspace(0.0, limit, 25)
    high = np.array([reaches(row, x, shares, 1, end[1]) for row, end in zip(cost, possible_ends, strict=True)])
    low = np.array([reaches(row, x, shares, -1, end[0]) for row, end in zip(cost, possible_ends, strict=True)])
    out = np.full((n, n), -np.inf)
    for i in range(n):
        for j in range(i + 1, n):
            out[i, j] = float(np.max(high[i] - low[j][::-1]))
    return out


def reaches(cost: FloatArray, x: FloatArray, limits: FloatArray, side: int, open_end: bool) -> FloatArray:
    """Furthest x on one side whose cost is within each limit, between grid points by interpolation."""
    allowed = cost <= limits[:, None] + 1e-12
    k = len(x) - 1 - np.argmax(allowed[:, ::-1], axis=1) if side > 0 else np.argmax(allowed, axis=1)
    last = len(x) - 1 if side > 0 else 0
    following = np.clip(k + side, 0, len(x) - 1)
    # the cost is a square: its root is straight
    root, there = np.sqrt(cost[k]), np.sqrt(cost[following])
    share = np.where(cost[following] < NEVER, (np.sqrt(limits) - root) / np.maximum(there - root, 1e-12), 1.0)
    found = x[k] + np.clip(share, 0.0, 1.0) * (x[following] - x[k])
    found = np.where(k == last, side * np.inf if open_end else x[last], found)
    return np.asarray(np.where(allowed.any(axis=1), found, x[int(np.argmin(cost))]))
