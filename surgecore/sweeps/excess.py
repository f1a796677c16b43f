"""Extra loss at other learning rates over that at the best one of a batch size, with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t as student_t

from surgecore._validate import FloatArray, positive_array

if TYPE_CHECKING:
    from surgecore.sweeps.evidence import Evidence
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
    variance = _variance(valleys, valley.index, at, difference, float(valleys.evidence.bend[valley.index]))
    variance = variance + valley.excess_error(at, difference, averaged=True)
    dof = float(valleys.variances.total_dof[valley.index])
    half = float(student_t.ppf(0.975, dof)) * np.sqrt(variance) / warp.slope(loss)
    more = np.minimum(half**2 / np.maximum(4.0 * mean, 1e-300), 0.25 * half)
    low = np.where(mean > 0.5 * half, np.maximum(mean - half + more, 0.0), 0.0)
    return mean, np.where(inside, low, np.nan), np.asarray(mean + half + more)


def standard_errors_above(valleys: Valleys, evidence: Evidence, averaged: bool = False) -> FloatArray:
    """Extra loss over that at each batch size's best rate, in its standard errors, shape (n, g); 0 beyond the rates.

    `averaged`: errors between the rates by all kernels that may be true, not by the likeliest alone.
    """
    out = np.zeros_like(evidence.slope)
    for i, valley in enumerate(valleys.valleys):
        at = evidence.x[evidence.inside[i]]
        difference = valley.weights(at, 0) - valley.weights(np.array([valley.best]), 0)
        variance = _variance(valleys, i, at, difference, float(evidence.bend[i]))
        variance = variance + valley.excess_error(at, difference, averaged)
        more = np.maximum(valley.warped(at) - valley.warped(np.array([valley.best])), 0.0)
        out[i, evidence.inside[i]] = np.where(more > 0, more / np.sqrt(np.maximum(variance, 1e-300)), 0.0)
    return out


def _variance(valleys: Valleys, index: int, at: FloatArray, difference: FloatArray, bend: float) -> FloatArray:
    """Variance of the warped extra loss: what the runs of the batch size say, drawn towards what all say.

    All together tell how far the optimum may lie off, and how noisy a loss is apart from that.
    """
    valley, best = valleys.valleys[index], valleys.valleys[index].weights(np.array([valleys.valleys[index].best]), 1)
    noise, rounding = valleys.noise(valley, difference), valleys.rounding(valley, difference)
    own = valleys.variances
    if not own.dof[index]:
        return noise + rounding
    shifted = max(float(own.value[index] - valleys.noise(valley, best)[0]), 0.0)
    together = noise + shifted * (valley.slope(at) / max(bend, 1e-12)) ** 2
    measured, dof = valley.variance(difference, valleys.spare(valley)), float(own.dof[index])
    more = max(float(own.total_dof[index]) - dof, 0.0)
    return np.asarray((dof * measured + more * together) / (dof + more) + rounding)
