"""Extra loss at other learning rates over that at the best one of a batch size, with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from surgecore._validate import FloatArray, positive_array
from surgecore.sweeps.errors import trended_rows
from surgecore.sweeps.evidence import variance_above

if TYPE_CHECKING:
    from surgecore.sweeps.valleys import Valleys


def excess(valleys: Valleys, batch_size: float, learning_rates: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Extra loss at other rates over the loss at a batch size's best one.

    Parameters
    ----------
    valleys : Valleys
        Of a sweep.
    batch_size : float
        One of its batch sizes.
    learning_rates : array_like
        Shape (m,), positive.

    Returns
    -------
    mean, low, high : ndarray
        Shape (m,), in units of the loss, with a 95 % interval. NaN outside the rates tried; the interval also where
        nothing tells the errors. It is symmetric in the root of the extra loss: near its optimum a valley is a
        parabola, and what is uncertain is mostly how far away the optimum is.

    Raises
    ------
    ValueError
        If the batch size has no valley, or a rate is not positive.
    """
    valley = valleys.at(batch_size)
    at = np.log(positive_array("learning_rates", learning_rates)).ravel()
    x, warp = valley.cells.x, valley.warp
    inside = (at >= x[0] - 1e-9) & (at <= x[-1] + 1e-9)
    best = np.array([valley.best])
    loss, least = warp.loss(valley.warped(at)), warp.loss(valley.warped(best))
    mean = np.where(inside, np.maximum(loss - least, 0.0), np.nan)
    if valleys.stderr(valley.index)[0] is None:
        return mean, np.full(len(at), np.nan), np.full(len(at), np.nan)
    difference = valley.weights(at, 0) - valley.weights(best, 0)
    variance = variance_above(valleys, valley.index, at, difference, float(valleys.evidence.bend[valley.index]))
    rounding = valleys.rounding(valley, difference)
    quantile = float(stdtrit(float(valleys.variances.total_dof[valley.index]), 0.975))
    # two estimates of one variance: the first is too small in flat-bottomed valleys, where the slope at the optimum
    # hardly tells how far it may lie off, the second in kinked ones
    by_runs = np.maximum(quantile**2 * (variance - rounding), _as_far(valleys, valley.index, at - valley.best))
    # what valleys of one shape, or the shapes, may do between the rates
    between = np.maximum(valley.excess_error(at, difference, averaged=True), valley.doubt[0] * valley.slope(at) ** 2)
    reach = by_runs + quantile**2 * (rounding + between)
    half = np.sqrt(reach) / warp.slope(loss)
    more = np.minimum(half**2 / np.maximum(4.0 * mean, 1e-300), 0.25 * half)
    low = np.where(mean > 0.5 * half, np.maximum(mean - half + more, 0.0), 0.0)
    return mean, np.where(inside, low, np.nan), np.asarray(mean + half + more)


def _as_far(valleys: Valleys, index: int, away: FloatArray) -> FloatArray:
    """Square of how far a 95 % interval of the warped extra loss reaches, by the runs alone, at ln distances from the
    optimum: what the runs of each batch size say as far from its own, drawn to a trend; 0 with one run per cell."""
    own, n, m = valleys.variances, len(valleys.valleys), len(away)
    if own.place is None:
        return np.zeros(m)
    spread, inside, runs = np.ones((m, n)), np.zeros((m, n), bool), np.ones(n)
    for i, valley in enumerate(valleys.valleys):
        at, best, x = valley.best + away, np.array([valley.best]), valley.cells.x
        inside[:, i] = (at >= x[0] - 1e-9) & (at <= x[-1] + 1e-9)
        difference = valley.weights(np.clip(at, x[0], x[-1]), 0) - valley.weights(best, 0)
        runs[i] = valley.runs(valley.weights(best, 1)[0])
        spread[:, i] = runs[i] * np.maximum(valley.variance(difference, valleys.spare(valley)), 1e-30)
    out = np.zeros(m)
    for pattern in np.unique(inside, axis=0):
        dof, same = np.where(pattern, own.dof, 0.0), (inside == pattern).all(axis=1)
        if dof.any():
            value, total = trended_rows(spread[same], dof, valleys.batch_sizes)
            out[same] = stdtrit(total[index], 0.975) ** 2 * value[:, index] / runs[index]
    return out
