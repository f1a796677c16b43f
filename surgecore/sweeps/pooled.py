"""Valleys of one shape: what one batch size's runs say of the shape helps at another whose runs are few.

Each valley has a level and a slope of its own, a shape common to all, about each one's optimum, and what it has apart
from that: a self-modelling regression (Lawton, Sylvestre and Maggio, Technometrics 14 (1972) 513) with Gaussian
processes for the shape and for the rest. How much is common maximises the restricted likelihood.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from surgecore._validate import FloatArray
from surgecore.sweeps.cells import Cells
from surgecore.sweeps.smooth import SHAPES, Shape, Smoother, Warp, cross, kernel

#: Parts of the processes' variance that are common, and variance of the valleys' own curvatures over all of it.
_COMMON = (0.0, 0.5, 0.8, 0.95, 0.99)
_CURVATURE = (1e-3, 1e-2, 0.1, 1.0, 10.0)
_RATIOS = 10.0 ** np.arange(-1.5, 1.6, 0.5)
# turns of optima and shape, and of them those in which the processes are chosen
_ROUNDS = 4
_CHOICES = 2
_JITTER = 1e-9
#: Cells in all beyond which each valley is left to tell its own shape.
MOST = 400


@dataclass(frozen=True)
class Process:
    """What is chosen by likelihood: kernel, common part, own curvature, and noise over that of the first pass."""

    shape: Shape
    common: float
    curvature: float
    ratio: float


@dataclass(frozen=True, eq=False)
class Pooled:
    """All cells of a sweep, aligned by their optima, and the processes behind them.

    Attributes
    ----------
    x, y, noise : ndarray
        ln rates, warped means, and variances of the means over the amplitude at first, of all cells, shape (n,).
    group : ndarray of int
        Batch size of each, shape (n,).
    best : ndarray
        ln of the best rate at each batch size, shape (n_batch,).
    process : Process
        Of the shape and the rest.

    Kernels of all cells are kept: many processes are tried with the same optima.
    """

    x: FloatArray
    y: FloatArray
    noise: FloatArray
    group: NDArray[np.intp]
    best: FloatArray
    process: Process
    _kernels: dict[Shape, FloatArray] = field(default_factory=dict, repr=False)

    @property
    def dof(self) -> int:
        """Degrees of freedom behind the amplitude."""
        return max(len(self.x) - 2 * len(self.best) - 1, 1)

    @cached_property
    def _u(self) -> FloatArray:
        return np.asarray(self.x - self.best[self.group])

    @cached_property
    def _noise(self) -> FloatArray:
        return self.process.ratio * self.noise + _JITTER

    @cached_property
    def _covariance(self) -> FloatArray:
        p, square = self.process, self._u**2
        if p.shape not in self._kernels:
            self._kernels[p.shape] = kernel(self._u, self._u, p.shape)
        k = self._kernels[p.shape]
        own = np.multiply.outer(square, square) * (p.curvature / p.shape.length**4) + (1.0 - p.common) * k
        k = p.common * k + own * (self.group[:, None] == self.group)
        k.ravel()[:: len(k) + 1] += self._noise
        return np.asarray(k)

    @cached_property
    def _fitted(self) -> tuple[float, float]:
        """Amplitude, and log of the restricted likelihood."""
        fixed = self._fixed(self._u, self.group, 0)
        try:
            factor = cho_factor(self._covariance, lower=True, check_finite=False)
        except LinAlgError:
            return 1.0, -np.inf
        solved = cho_solve(factor, np.column_stack([fixed, self.y]), check_finite=False)
        inner, right = fixed.T @ solved[:, :-1], fixed.T @ solved[:, -1]
        try:
            root = cho_factor(inner, lower=True, check_finite=False)
            parabola = cho_solve(root, right, check_finite=False)
            inside = 2.0 * float(np.log(np.diag(root[0])).sum())
        except LinAlgError:  # rates so few or so near to each other that they leave a slope open
            parabola = np.asarray(np.linalg.lstsq(inner, right, rcond=None)[0], np.float64)
            inside = float(np.linalg.slogdet(inner)[1])
        left = solved[:, -1] - solved[:, :-1] @ parabola
        amplitude = max(float(self.y @ left) / self.dof, 1e-30)
        volume = 2.0 * np.log(np.diag(factor[0])).sum() + inside
        return amplitude, float(-0.5 * (self.dof * np.log(amplitude) + volume))

    @property
    def amplitude(self) -> float:
        """Variance of all processes together, in warped loss."""
        return self._fitted[0]

    @property
    def likelihood(self) -> float:
        """Log of the restricted likelihood."""
        return self._fitted[1]

    @cached_property
    def _system(self) -> tuple[FloatArray, FloatArray]:
        """Matrices that take all means to the processes and to the fixed part's coefficients."""
        fixed, inverse = self._fixed(self._u, self.group, 0), np.linalg.inv(self._covariance)
        parabola = np.linalg.lstsq(fixed.T @ inverse @ fixed, fixed.T @ inverse, rcond=None)[0]
        return np.asarray(inverse @ (np.eye(len(self.x)) - fixed @ parabola)), np.asarray(parabola)

    @cached_property
    def _means(self) -> tuple[FloatArray, FloatArray]:
        """What the means give: the processes, and the fixed part's coefficients."""
        process, parabola = self._system
        return np.asarray(process @ self.y), np.asarray(parabola @ self.y)

    def weights(self, index: int, at: FloatArray, order: int) -> FloatArray:
        """What turns all cells' means into the loss (`order` 0) or its slope (1) at ln rates of one batch size."""
        u, group = at - self.best[index], np.full(len(at), index)
        process, parabola = self._system
        return np.asarray(self._with_all(u, group, order) @ process + self._fixed(u, group, order) @ parabola)

    def slope_error(self, index: int, at: FloatArray) -> FloatArray:
        """Variance of a slope that is not by the noise of the batch size's own runs: steps, and others' noise."""
        p, u, weights = self.process, at - self.best[index], self.weights(index, at, 1)
        prior = p.shape.slope_variance + 4.0 * u**2 * p.curvature / p.shape.length**4
        return self._rest(index, prior, self._with_all(u, np.full(len(at), index), 1), weights)

    def excess_error(self, index: int, at: FloatArray, best: float) -> FloatArray:
        """The same of the loss over that at `best`."""
        p, u, u0 = self.process, at - self.best[index], np.array([best]) - self.best[index]
        weights = self.weights(index, at, 0) - self.weights(index, np.array([best]), 0)
        prior = 2.0 - 2.0 * kernel(u, u0, p.shape)[:, 0] + p.curvature / p.shape.length**4 * (u**2 - u0**2) ** 2
        here = self._with_all(u0, np.array([index]), 0)
        return self._rest(index, prior, self._with_all(u, np.full(len(at), index), 0) - here, weights)

    def _rest(self, index: int, prior: FloatArray, between: FloatArray, weights: FloatArray) -> FloatArray:
        all_of_it = prior - 2.0 * np.einsum("ij,ij->i", between, weights)
        all_of_it = all_of_it + np.einsum("ij,ij->i", weights @ self._covariance, weights)
        own = self.group == index
        return np.asarray(self.amplitude * np.maximum(all_of_it - weights[:, own] ** 2 @ self._noise[own], 0.0))

    def _with_all(self, at: FloatArray, at_group: NDArray[np.intp], order: int) -> FloatArray:
        """Covariance of values or slopes with all cells' values, over the amplitude."""
        p = self.process
        if order == 0:
            k, power = kernel(at, self._u, p.shape), at**2
        else:
            k, power = cross(at, self._u, p.shape, 1), 2.0 * at
        own = np.multiply.outer(power, self._u**2) * (p.curvature / p.shape.length**4) + (1.0 - p.common) * k
        return np.asarray(p.common * k + own * (at_group[:, None] == self.group))

    def _fixed(self, u: FloatArray, group: NDArray[np.intp], order: int) -> FloatArray:
        """A level and a slope for each batch size, and one curvature for all; or their derivatives."""
        one = (group[:, None] == np.arange(len(self.best))).astype(np.float64)
        if order == 0:
            return np.column_stack([one, one * u[:, None], u**2])
        return np.column_stack([0.0 * one, one, 2.0 * u])

    def lowest(self, index: int) -> tuple[float, float]:
        """ln of the best rate within those tried at a batch size, and the warped loss there."""
        # not by the weights of all cells, which take the time of many more numbers
        own, p, n = self.group == index, self.process, len(self.best)
        process, parabola = self._means
        x, around, inside = self.x[own], self._u[own], process[own]
        at = np.linspace(x[0], x[-1], 151)
        u = at - self.best[index]
        loss = parabola[index] + parabola[n + index] * u
        loss += (parabola[-1] + p.curvature / p.shape.length**4 * (around**2 @ inside)) * u**2
        loss += (1.0 - p.common) * kernel(u, around, p.shape) @ inside
        if p.common > 0:
            loss += p.common * kernel(u, self._u, p.shape) @ process
        return float(at[np.argmin(loss)]), float(loss.min())


def pooled(used: Sequence[Cells], warps: Sequence[Warp], precisions: Sequence[FloatArray], smoother: Smoother,
           best: FloatArray, start: Process | None = None) -> Pooled:  # fmt: skip
    """Optima and shape, in turn, until they agree.

    Parameters
    ----------
    used : sequence of Cells
        At each batch size.
    warps, precisions, smoother
        Of a first pass, in which each valley had a shape of its own; see `taming.smoothed`.
    best : ndarray
        ln of the best rates to start from, shape (n_batch,).
    start : Process or None
        To start from; None for that of the first pass.
    """
    group = np.repeat(np.arange(len(used)), [len(c.x) for c in used])
    x = np.concatenate([c.x for c in used])
    y = np.concatenate([w(c.mean) for c, w in zip(used, warps, strict=True)])
    noise = smoother.noise[group] / np.concatenate(precisions)
    now = Pooled(x, y, noise, group, best, start or Process(smoother.shape, 0.0, 0.1, 1.0))
    for turn in range(_ROUNDS):
        if turn < (_CHOICES if start is None else 1):
            now = _likeliest(now, smoother.shape.length)
        new = np.array([now.lowest(i)[0] for i in range(len(used))])
        moved = float(np.abs(new - now.best).max())
        now = replace(now, best=new, _kernels={})
        if moved < 1e-3:
            break
    return now


def _likeliest(now: Pooled, least: float) -> Pooled:
    """With the process whose likelihood is greatest, one choice after the other.

    No rougher than the valleys alone say: where all have the same rates, one curve is seen at few points only.
    """
    shares = list(product(_COMMON, _CURVATURE))
    p = now.process
    now = _best_of(now, (replace(p, common=c, curvature=q) for c, q in shares))
    p = now.process
    longer = [shape for shape in SHAPES if shape.length >= least]
    now = _best_of(now, (replace(p, shape=s, curvature=p.curvature * (s.length / p.shape.length) ** 4) for s in longer))
    p = now.process
    return _best_of(now, (replace(p, ratio=p.ratio * r) for r in _RATIOS))


def _best_of(now: Pooled, processes: Iterable[Process]) -> Pooled:
    return max([now, *(replace(now, process=process) for process in processes)], key=lambda one: one.likelihood)
