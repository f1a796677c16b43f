"""The loss along the learning rate as a Gaussian process: its value and slope are linear in the cells' means.

At each batch size the loss, after a monotone map that tames cliffs, is a parabola in ln learning rate, or in a power of
the rate where rates are about an octave apart, plus a Gaussian process. Its kernel (Gaussian, or Matern 5/2 where the
valleys have kinks), its length and the ratio of noise to amplitude are common to all batch sizes and maximise the
restricted likelihood.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import product

import numpy as np

from surgecore._validate import FloatArray
from surgecore.sweeps.cells import Cells

_LENGTHS = np.log(2.0) * np.array([1.0, 1.5, 2.5, 4.0, 6.0, 9.0, 15.0])
NOISES = 10.0 ** np.arange(-6.0, 3.1, 0.5)
TRENDS = np.array([-1.0, -0.5, 0.0, 0.5, 1.0])
_JITTER = 1e-9


@dataclass(frozen=True)
class Warp:
    """ln(1 + excess loss / scale): steep above the scale, straight below it; moves no minimum."""

    base: float
    scale: float

    def __call__(self, loss: FloatArray) -> FloatArray:
        """Warped loss."""
        return np.asarray(np.log1p(np.maximum(loss - self.base, -0.5 * self.scale) / self.scale))

    def slope(self, loss: FloatArray) -> FloatArray:
        """Derivative of the warped loss by the loss."""
        return np.asarray(1.0 / (self.scale + np.maximum(loss - self.base, -0.5 * self.scale)))

    def loss(self, warped: FloatArray) -> FloatArray:
        """The loss of a warped one."""
        return np.asarray(self.base + self.scale * np.expm1(np.minimum(warped, 50.0)))


def warp_of(cells: Cells, noise: float) -> Warp:
    """Scale: the usual excess an octave from the best cell, on the shallower side, but above the noise of a mean."""
    excess, away = cells.mean - cells.mean.min(), (cells.x - cells.x[cells.best]) / np.log(2.0)
    near = [side for side in ((away > 0.4) & (away < 1.6), (away < -0.4) & (away > -1.6)) if side.any()]
    usual = min([float(np.median(excess[side])) for side in near], default=float(np.median(excess)))
    scale = max(usual, 4.0 * noise)
    return Warp(float(cells.mean.min()), scale if scale > 0 else 1.0)


def steady(warps: Sequence[Warp], sizes: FloatArray) -> list[Warp]:
    """Warps whose scales follow a power of the batch size: one valley alone tells its depth badly."""
    if not warps:
        return []
    scale = np.log([warp.scale for warp in warps])
    line = np.polyfit(np.log(sizes), scale, 1 if len(warps) > 3 else 0)
    return [Warp(w.base, float(s)) for w, s in zip(warps, np.exp(np.polyval(line, np.log(sizes))), strict=True)]


class Kernel(Enum):
    """Kernels: the smoothest, and one that allows kinks."""

    GAUSSIAN = "gaussian"
    MATERN_5_2 = "matern_5_2"


@dataclass(frozen=True)
class Shape:
    """The kernel: its length in ln learning rate, and whether it is Gaussian or Matern 5/2, which allows kinks."""

    length: float
    kernel: Kernel

    @property
    def slope_variance(self) -> float:
        """Variance of the slope, for amplitude 1."""
        return (1.0 if self.kernel is Kernel.GAUSSIAN else 5.0 / 3.0) / self.length**2


SHAPES = tuple(Shape(float(length), kernel) for length, kernel in product(_LENGTHS, Kernel))


@dataclass(frozen=True)
class Smoother:
    """Shape, noise and amplitude of the process.

    Attributes
    ----------
    shape : Shape
        Of the kernel.
    amplitude : float
        Variance of the process about its parabola, in warped loss.
    noise : ndarray
        Variance of one run at each batch size over the amplitude, shape (n_batch,).
    dof : float
        Degrees of freedom behind the amplitude.
    likelihood : float
        Log of the restricted likelihood.
    likely : tuple
        Amplitudes and shapes of all kernels that may be true, the amplitudes times the kernels' likelihood.
    power : float
        The parabola is one in this power of the learning rate; 0 for its logarithm.
    """

    shape: Shape
    amplitude: float
    noise: FloatArray
    dof: float
    likelihood: float
    likely: tuple[tuple[float, Shape], ...] = ()
    power: float = 0.0

    def system(self, x: FloatArray, n: FloatArray, index: int) -> tuple[FloatArray, FloatArray]:
        """Matrices that take the cells' warped means to the process's and the parabola's coefficients."""
        noise = self.noise[index] / n + _JITTER
        inverse = np.asarray(np.linalg.inv(kernel(x, x, self.shape) + np.diag(noise)), dtype=np.float64)
        basis = _basis(x, x, 0, self.power)
        parabola = np.linalg.solve(basis.T @ inverse @ basis, basis.T @ inverse)
        return np.asarray(inverse @ (np.eye(len(x)) - basis @ parabola)), np.asarray(parabola)

    def weights(self, system: tuple[FloatArray, FloatArray], x: FloatArray, at: FloatArray, order: int) -> FloatArray:
        """Matrix that takes the cells' warped means to the value (`order` 0) or slope (1) at `at`."""
        process, parabola = system
        return np.asarray(cross(at, x, self.shape, order) @ process + _basis(at, x, order, self.power) @ parabola)

    def pull(
        self, system: tuple[FloatArray, FloatArray], x: FloatArray, noise: FloatArray, place: float, at: FloatArray,
        order: int,
    ) -> FloatArray:  # fmt: skip
        """How far values (`order` 0) or slopes (1) at `at` follow the slope at `place` by what the means leave open.

        Their covariance, given the means with their variances `noise`, over the variance of that slope.
        """
        there, means = np.array([place]), kernel(x, x, self.shape) + np.diag(noise)
        one, other = self.weights(system, x, there, 1), self.weights(system, x, at, order)
        here, beside = cross(there, x, self.shape, 1), cross(at, x, self.shape, order)
        prior = bends(at, there, self.shape) if order else -cross(at, there, self.shape, 1)
        both = (prior - beside @ one.T - other @ here.T + other @ means @ one.T)[:, 0]
        own = self.shape.slope_variance - float((2.0 * here @ one.T - one @ means @ one.T)[0, 0])
        return np.asarray(both / max(own, 1e-12))

    def kernels(self, averaged: bool) -> tuple[tuple[float, Shape], ...]:
        """Kernels and their amplitudes: the likeliest, or all, averaged by likelihood."""
        return self.likely if averaged and self.likely else ((self.amplitude, self.shape),)

    def bias(self, x: FloatArray, weights: FloatArray, at: FloatArray, averaged: bool) -> FloatArray:
        """Variance of the slope at `at` that is due to the steps between cells, not to noise."""
        return np.asarray(sum(size * _bias(shape, x, weights, at) for size, shape in self.kernels(averaged)))

    def gap(self, x: FloatArray, difference: FloatArray, at: FloatArray, best: float, averaged: bool) -> FloatArray:
        """Variance of the loss at `at` over that at `best` that is due to the steps between cells, not to noise."""
        return np.asarray(sum(size * _gap(shape, x, difference, at, best) for size, shape in self.kernels(averaged)))


def _bias(shape: Shape, x: FloatArray, weights: FloatArray, at: FloatArray) -> FloatArray:
    quadratic = ((weights @ kernel(x, x, shape)) * weights).sum(axis=1)
    gap = shape.slope_variance - 2.0 * np.einsum("ij,ij->i", cross(at, x, shape, 1), weights) + quadratic
    return np.asarray(np.maximum(gap, 0.0))


def _gap(shape: Shape, x: FloatArray, difference: FloatArray, at: FloatArray, best: float) -> FloatArray:
    there, here = kernel(at, x, shape), kernel(np.array([best]), x, shape)
    quadratic = ((difference @ kernel(x, x, shape)) * difference).sum(axis=1)
    own = 2.0 - 2.0 * kernel(at, np.array([best]), shape)[:, 0]
    return np.asarray(np.maximum(own - 2.0 * np.einsum("ij,ij->i", there - here, difference) + quadratic, 0.0))


def fit_smoother(
    columns: Sequence[tuple[FloatArray, FloatArray, FloatArray]], sizes: FloatArray, power: float = 0.0
) -> Smoother:
    """Best length, ratio of noise to amplitude, and trend of the noise in batch size, on a grid.

    Parameters
    ----------
    columns : sequence of tuple
        x, warped means and their precisions (one over the variance, up to a factor) at each batch size.
    sizes : ndarray
        Batch sizes.
    power : float, optional
        Of the learning rate, in which the parabola is one; 0 for the logarithm.
    """
    centred = np.log(sizes) - np.log(sizes).mean() if len(sizes) else sizes
    trends = TRENDS if len(sizes) > 2 else np.zeros(1)
    wide = [index for index, (x, _, _) in enumerate(columns) if len(x) > _degree(x) + 1]
    if not wide:
        usual = Shape(float(_LENGTHS[2]), Kernel.MATERN_5_2)
        return Smoother(usual, 1.0, np.full(len(sizes), 1e-2), 0.0, -np.inf, ((1.0, usual),), power)
    squares, logs, dof = np.zeros((len(SHAPES), len(NOISES), len(trends))), 0.0, 0
    for index in wide:
        values, rest = _spectra(*columns[index], power)
        noise = NOISES[:, None] * np.exp(trends * centred[index])
        variance = values[:, None, None, :] + noise[..., None]
        squares += (rest[:, None, None, :] ** 2 / variance).sum(axis=-1)
        logs = logs + np.log(variance).sum(axis=-1) + _log_volume(*columns[index], power)
        dof += values.shape[1]
    amplitude = np.maximum(squares / dof, 1e-30)
    likelihood = -0.5 * (dof * np.log(amplitude) + logs)
    k, i, j = np.unravel_index(int(np.argmax(likelihood)), likelihood.shape)
    noise = NOISES[i] * np.exp(trends[j] * centred)
    each = likelihood.reshape(len(SHAPES), -1)
    at = each.argmax(axis=1)
    share = np.exp(each.max(axis=1) - each.max())
    share /= share.sum()
    size = amplitude.reshape(len(SHAPES), -1)[np.arange(len(SHAPES)), at]
    likely = tuple((float(p * a), shape) for p, a, shape in zip(share, size, SHAPES, strict=True) if p > 0.01)
    return Smoother(SHAPES[k], float(amplitude[k, i, j]), noise, float(dof), float(likelihood[k, i, j]), likely, power)


def _spectra(x: FloatArray, y: FloatArray, n: FloatArray, power: float) -> tuple[FloatArray, FloatArray]:
    """Of every shape, the kernel's eigenvalues and the data in the space that the parabola leaves, noise made white.

    Both of shape (shapes, contrasts).
    """
    root = np.sqrt(n)
    basis = _basis(x, x, 0, power) * root[:, None]
    rest = np.linalg.qr(basis, mode="complete")[0][:, basis.shape[1] :]
    whitened = rest * root[:, None]
    kernels = np.array([kernel(x, x, shape) for shape in SHAPES])
    values, vectors = np.linalg.eigh(whitened.T @ kernels @ whitened)
    return np.maximum(values, 0.0) + _JITTER, np.asarray((whitened.T @ y) @ vectors)


def _log_volume(x: FloatArray, _: FloatArray, precision: FloatArray, power: float) -> float:
    """Log determinant of the contrasts' noise before it was made white."""
    basis = _basis(x, x, 0, power)
    weighted = np.linalg.slogdet(basis.T @ (basis * precision[:, None]))[1] - np.linalg.slogdet(basis.T @ basis)[1]
    return float(weighted - np.log(precision).sum())


def _degree(x: FloatArray) -> int:
    return min(2, len(x) - 1)


def _basis(at: FloatArray, x: FloatArray, order: int, power: float) -> FloatArray:
    """Powers up to the parabola of ln rate about the cells' middle, or of a power of the rate; or their derivatives."""
    u, powers = at - x.mean(), np.arange(_degree(x) + 1)
    z = np.expm1(power * u) / power if power else u
    if order == 0:
        return np.asarray(z[:, None] ** powers)
    slopes = np.where(powers > 0, powers * z[:, None] ** np.maximum(powers - 1, 0), 0.0)
    return np.asarray(slopes * np.exp(power * u)[:, None] if power else slopes)


def kernel(a: FloatArray, b: FloatArray, shape: Shape) -> FloatArray:
    """Covariance of the process's values at two sets of ln rates, for amplitude 1."""
    d = np.abs(a[:, None] - b) / shape.length
    if shape.kernel is Kernel.GAUSSIAN:
        return np.asarray(np.exp(-0.5 * d * d))
    r = np.sqrt(5.0) * d
    return np.asarray((1.0 + r + r * r / 3.0) * np.exp(-r))


def cross(at: FloatArray, x: FloatArray, shape: Shape, order: int) -> FloatArray:
    """Covariance of values (`order` 0) or slopes (1) at some ln rates with values at others, for amplitude 1."""
    if order == 0:
        return kernel(at, x, shape)
    d = (at[:, None] - x) / shape.length
    if shape.kernel is Kernel.GAUSSIAN:
        return np.asarray(-d / shape.length * np.exp(-0.5 * d * d))
    u = np.sqrt(5.0) * d
    r = np.abs(u)
    return np.asarray(-(np.sqrt(5.0) / shape.length) * u * (1.0 + r) / 3.0 * np.exp(-r))


def bends(at: FloatArray, x: FloatArray, shape: Shape) -> FloatArray:
    """Covariance of slopes at some ln rates with slopes at others, for amplitude 1."""
    d = (at[:, None] - x) / shape.length
    if shape.kernel is Kernel.GAUSSIAN:
        return np.asarray((1.0 - d * d) / shape.length**2 * np.exp(-0.5 * d * d))
    r = np.sqrt(5.0) * np.abs(d)
    return np.asarray(5.0 / 3.0 / shape.length**2 * (1.0 + r - r * r) * np.exp(-r))
