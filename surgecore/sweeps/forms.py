"""Forms of a curve that all batch sizes have in common, and how likely the losses are by each; see `aligned`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache

import numpy as np
from scipy.linalg.lapack import dpotrf, dtrtrs

from surgecore._validate import FloatArray
from surgecore.sweeps.cells import Cells
from surgecore.sweeps.smooth import SHAPES, Shape, Warp, kernel

# variance of a level over that of the losses, and of what the process leaves free
LEVEL, FREE = 1e4, 10.0
_COMMON = (0.5, 0.8, 0.95, 0.99, 0.999, 0.9999, 0.999999)
_POWERS = (0.0, 1.0, 2.0)
_FEW = 90  # cells that choose the processes
_JITTER = 1e-9


@dataclass(frozen=True)
class Form:
    """A common curve and what valleys have apart; variances are those of mapped losses.

    Attributes
    ----------
    turn : float
        The curve has a term |u|^turn with a factor on each side of the optimum: a cusp. Where negative, a slope on each
        side that goes over into the other within a bend of -turn in ln rate.
    shape : Shape
        Of the process.
    size, common : float
        Variance of the process, and the part of it that all valleys have in common.
    slope, bend : float
        Variances of a valley's own slope and curvature.
    noise, power : float
        Variance of a run where the map is steepest, and the power of the map's slope that it follows.
    """

    turn: float
    shape: Shape
    size: float
    common: float
    slope: float
    bend: float
    noise: float
    power: float


@dataclass(frozen=True, eq=False)
class Mapped:
    """Cells with their mapped means, at each batch size."""

    used: Sequence[Cells]
    warps: Sequence[Warp]

    @cached_property
    def y(self) -> list[FloatArray]:
        """Mapped means."""
        return [w(c.mean) for c, w in zip(self.used, self.warps, strict=True)]

    @cached_property
    def steep(self) -> list[FloatArray]:
        """Slopes of the maps over those at their bottoms."""
        return [w.slope(c.mean) * w.scale for c, w in zip(self.used, self.warps, strict=True)]

    @cached_property
    def jacobian(self) -> float:
        """What turns the density of mapped losses into that of the losses, in log."""
        return float(sum(np.log(w.slope(c.mean)).sum() for c, w in zip(self.used, self.warps, strict=True)))

    @cached_property
    def variance(self) -> float:
        """Of the mapped means about those of their batch sizes."""
        return float(np.var(np.concatenate([y - y.mean() for y in self.y])))

    def noise(self, index: int, form: Form) -> FloatArray:
        """Variances of the mapped means of one batch size."""
        return np.asarray(form.noise * self.steep[index] ** form.power / self.used[index].n + _JITTER)

    def thinned(self) -> Mapped:
        """Every so many cells of each batch size, few enough to try many processes."""
        step = -(-sum(len(c.x) for c in self.used) // _FEW)
        if step < 2:
            return self
        return Mapped([replace(c, x=c.x[::step], mean=c.mean[::step], n=c.n[::step]) for c in self.used], self.warps)


class Processes:
    """Covariance of all cells for any form of one turn, at given places of the optima."""

    def __init__(self, cells: Mapped, at: FloatArray, turn: float) -> None:
        self.cells = cells
        self.u = np.concatenate([c.x - a for c, a in zip(cells.used, at, strict=True)])
        group = np.repeat(np.arange(len(at)), [len(c.x) for c in cells.used])
        self.same = (group[:, None] == group).astype(np.float64)
        free = free_part(self.u, turn)
        self.slopes = np.outer(self.u, self.u) * self.same
        self.bends = self.slopes**2
        self.fixed = cells.variance * (LEVEL * self.same + FREE * free @ free.T)
        self.y, self.steep = np.concatenate(cells.y), np.concatenate(cells.steep)
        self.n = np.concatenate([c.n for c in cells.used])
        # forms that are tried one after the other differ in one thing or two: what they have in common is kept
        self._kernel = cache(lambda shape: kernel(self.u, self.u, shape))
        self._process = lru_cache(len(SHAPES))(self._process_of)
        self._rest = lru_cache(1)(self._rest_of)
        self._both = lru_cache(1)(self._both_of)
        self._noise = lru_cache(len(_POWERS))(lambda power: self.steep**power / self.n)
        self.likelihood = cache(self._likelihood_of)

    def _process_of(self, shape: Shape, common: float) -> FloatArray:
        return np.asarray(self._kernel(shape) * (common + (1.0 - common) * self.same))

    def _rest_of(self, slope: float, bend: float) -> FloatArray:
        return np.asarray(self.fixed + slope * self.slopes + bend * self.bends)

    def _both_of(self, shape: Shape, common: float, size: float, slope: float, bend: float) -> FloatArray:
        return np.asarray(size * self._process(shape, common) + self._rest(slope, bend))

    def _likelihood_of(self, form: Form) -> float:
        """Log likelihood of the losses."""
        k = self._both(form.shape, form.common, form.size, form.slope, form.bend).copy()
        k.ravel()[:: len(k) + 1] += form.noise * self._noise(form.power) + _JITTER
        root, failed = dpotrf(k.T, lower=1, clean=0, overwrite_a=1)
        if failed:
            return -np.inf
        z, _ = dtrtrs(root, self.y, lower=1)
        return float(-0.5 * z @ z - np.log(root.diagonal()).sum() + self.cells.jacobian)

    def likeliest(self, form: Form) -> Form:
        """The form whose likelihood is greatest, one choice after the other."""
        v = self.cells.variance
        now = self._best(form, (replace(form, power=p, noise=v * k) for p in _POWERS for k in _decades(-5, 0, 2)))
        for _ in range(2):
            f = now
            now = self._best(now, (replace(f, shape=s, size=v * k) for s in SHAPES for k in _decades(-3, 2, 1)))
            f = now
            now = self._best(now, (replace(f, power=p, noise=f.noise * k) for p in _POWERS for k in _decades(-1, 1, 3)))
            f = now
            now = self._best(now, (replace(f, common=c) for c in _COMMON))
            f = now
            now = self._best(now, (replace(f, slope=v * k) for k in _decades(-6, 1, 1)))
            f = now
            now = self._best(now, (replace(f, bend=v * k) for k in _decades(-6, 1, 1)))
        return now

    def _best(self, now: Form, forms: Iterable[Form]) -> Form:
        return max([now, *forms], key=self.likelihood)


def _decades(low: int, high: int, each: int) -> FloatArray:
    return np.asarray(10.0 ** np.linspace(low, high, (high - low) * each + 1))


def free_part(u: FloatArray, turn: float) -> FloatArray:
    """What is free of the common curve: a parabola, and a slope of either side, with a cusp between or a bend."""
    if turn > 0:
        away = np.abs(u) ** turn
        return np.stack([u**2, away * (u < 0), away * (u > 0)], axis=-1)
    bend = -turn
    return np.stack([u**2, bend * np.logaddexp(0.0, -u / bend), bend * np.logaddexp(0.0, u / bend)], axis=-1)
