"""Valleys with a kink, or flatter or sharper than a parabola at the bottom: where they would put the optima.

Rates an octave apart do not show what a valley does between two of them. Besides parabolas (`smooth`), its two sides
may be powers of the distance from the optimum, with factors of their own. Optima are found by least squares, and how
likely each form is by the same process as that of parabolas, about the form and its shifts.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from surgecore._validate import FloatArray
from surgecore.sweeps.smooth import NOISES, SHAPES, TRENDS, kernel

#: Forms of valleys: powers of the distance, and ratios of the right side to the left.
FORMS = np.array(list(product((1.0, 1.5, 3.0), 2.0 ** (np.arange(-6, 7) / 3.0))))
#: How likely each is beforehand, on average 1.
LIKELY = np.exp(-0.5 * (np.log(FORMS[:, 1]) / 0.8) ** 2)
LIKELY /= LIKELY.mean()
# seeds that shift valleys round their mean off within about this, in ln rate
_ROUND = 0.1
_PLACES = 33
_JITTER = 1e-9
Column = tuple[FloatArray, FloatArray, FloatArray]


def _height(u: FloatArray, exponent: FloatArray, ratio: FloatArray) -> FloatArray:
    side = ratio ** (0.5 * np.sign(u))
    return np.asarray(side * ((u * u + _ROUND**2) ** (0.5 * exponent) - _ROUND**exponent))


def _slope(u: FloatArray, exponent: FloatArray, ratio: FloatArray) -> FloatArray:
    side = ratio ** (0.5 * np.sign(u))
    return np.asarray(side * exponent * u * (u * u + _ROUND**2) ** (0.5 * exponent - 1.0))


def optima(x: FloatArray, y: FloatArray) -> FloatArray:
    """ln of the best rate by each form, by least squares of a level and a scale, within a step of the lowest cell."""
    k = int(np.argmin(y))
    places = np.linspace(x[max(k - 1, 0)], x[min(k + 1, len(x) - 1)], _PLACES)
    g = _height(x - places[:, None], *FORMS.T[:, :, None, None])
    g, z = g - g.mean(axis=-1, keepdims=True), y - y.mean()
    return np.asarray(places[np.argmax(np.maximum(g @ z, 0.0) ** 2 / (g**2).sum(axis=-1), axis=1)])


def fitted(columns: Sequence[Column], sizes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Logs of the restricted likelihoods of all forms, and ln of the best rates by each, shape (forms, n_batch).

    Parameters
    ----------
    columns : sequence of tuple
        x, mapped means and their precisions at each batch size.
    sizes : ndarray
        Batch sizes.
    """
    best = np.column_stack([optima(x, y) for x, y, _ in columns])
    centred = np.log(sizes) - np.log(sizes).mean()
    trends = TRENDS if len(sizes) > 2 else np.zeros(1)
    squares, logs, dof = np.zeros((len(FORMS), len(SHAPES), len(NOISES), len(trends))), 0.0, 0
    for (x, y, n), middle, at in zip(columns, centred, best.T, strict=True):
        if len(x) < 4:
            continue
        u, root = x - at[:, None], np.sqrt(n)
        basis = np.stack([np.ones_like(u), *(f(u, *FORMS.T[:, :, None]) for f in (_height, _slope))], axis=-1)
        rest = np.linalg.qr(basis * root[:, None], mode="complete")[0][:, :, 3:]
        whitened = rest * root[:, None]
        kernels = np.array([kernel(x, x, shape) for shape in SHAPES])
        values, vectors = np.linalg.eigh(whitened.transpose(0, 2, 1)[:, None] @ kernels @ whitened[:, None])
        left = np.einsum("fnc,n,fsck->fsk", whitened, y, vectors)
        noise = NOISES[:, None] * np.exp(trends * middle)
        variance = (np.maximum(values, 0.0) + _JITTER)[:, :, None, None, :] + noise[..., None]
        squares += (left[:, :, None, None, :] ** 2 / variance).sum(axis=-1)
        volume = np.linalg.slogdet(basis.transpose(0, 2, 1) @ (basis * n[:, None]))[1]
        volume = volume - np.linalg.slogdet(basis.transpose(0, 2, 1) @ basis)[1] - np.log(n).sum()
        logs = logs + np.log(variance).sum(axis=-1) + volume[:, None, None, None]
        dof += values.shape[-1]
    if not dof:
        return np.zeros(len(FORMS)), best
    likelihood = -0.5 * (dof * np.log(np.maximum(squares / dof, 1e-30)) + logs)
    return np.asarray(likelihood.reshape(len(FORMS), -1).max(axis=1)), best
