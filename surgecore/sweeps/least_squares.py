"""Weighted least squares of ln learning rate: a law's shape is searched, its scale has a closed form.

Every law is a scale, its first parameter, times a shape. In log space the scale is an additive constant with
a closed-form best value, so that the sum of squares is searched over the one or two shape parameters only, on
a grid over their whole bounds (a start everywhere) and then to the bottom.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.optimize import least_squares
from scipy.stats import t as student_t

from surgecore._validate import FloatArray
from surgecore.sweeps.errors import pooled_errors
from surgecore.sweeps.optima import Optimum
from surgecore.theory.laws import LawFamily, Param

_GRID = {0: 1, 1: 241, 2: 61}
_STEP = 1e-5


@dataclass(frozen=True)
class Region:
    """Shapes that the data allow at 95 %, with the scale's best log and half width at each."""

    family: LawFamily
    shapes: FloatArray
    log_scale: FloatArray
    half_width: FloatArray

    def limits(self, log_values: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Lowest and highest of log_scale + values over the region; values of shape (n_shapes, ...)."""
        extra = (slice(None), *(None,) * (log_values.ndim - 1))
        centre = self.log_scale[extra] + log_values
        half = self.half_width[extra]
        return (centre - half).min(axis=0), (centre + half).max(axis=0)


@dataclass(frozen=True)
class Data:
    """What a fit sees of the usable optima, in natural logarithms."""

    log_batch: FloatArray
    log_lr: FloatArray
    weight: FloatArray
    known: bool
    dof: float

    @property
    def batch(self) -> FloatArray:
        """Batch sizes."""
        return np.asarray(np.exp(self.log_batch))

    def concentrate(self, log_shape: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Best log scale and sum of weighted squares for shapes (m, n)."""
        gap = self.log_lr - log_shape
        log_scale = gap @ self.weight / self.weight.sum()
        return log_scale, ((gap - log_scale[:, None]) ** 2) @ self.weight


def prepare(optima: Sequence[Optimum]) -> tuple[tuple[Optimum, ...], Data | None]:
    """The optima inside the grid, and what a fit sees of them; None where there is none."""
    used = tuple(optimum for optimum in optima if optimum.on_edge is None)
    if not used:
        return used, None
    batch = np.log([optimum.batch_size for optimum in used])
    rate = np.log([optimum.learning_rate for optimum in used])
    errors = pooled_errors(used)
    if errors is None:
        return used, Data(batch, rate, np.ones(len(used)), False, 0.0)
    return used, Data(batch, rate, 1.0 / errors.sigma**2, True, errors.total_dof)


def log_shape(family: LawFamily, shapes: FloatArray, batch: FloatArray) -> FloatArray:
    """Log of the law with scale 1, shape (len(shapes), len(batch)); shapes are in fit coordinates."""
    scale, *free = family.free
    values = {p.name: np.exp(s) if p.log else s for p, s in zip(free, shapes.T, strict=True)}
    columns = {**dict(family.fixed), scale.name: 1.0, **{name: v[:, None] for name, v in values.items()}}
    # an instance with arrays for parameters: the curve is plain arithmetic and broadcasts
    law = object.__new__(family.law)
    for name, value in columns.items():
        object.__setattr__(law, name, value)
    with np.errstate(all="ignore"):
        curve = np.log(law._curve(batch[None, :]))
    return np.broadcast_to(np.where(np.isfinite(curve), curve, -700.0), (len(shapes), len(batch)))


def fit_bounds(param: Param) -> tuple[float, float]:
    """Bounds of a parameter in fit coordinates."""
    low, high = param.bounds
    return (float(np.log(low)), float(np.log(high))) if param.log else (low, high)


def minimise(family: LawFamily, data: Data) -> tuple[FloatArray, float, float]:
    """Best shape (fit coordinates), log scale and sum of squares, from the best few of a grid of starts."""
    free = family.free[1:]
    batch = data.batch
    axes = [np.linspace(*fit_bounds(param), _GRID[min(len(free), 2)]) for param in free]
    grid = np.array(list(product(*axes))) if free else np.empty((1, 0))
    _, squares = data.concentrate(log_shape(family, grid, batch))
    if not free:
        scale, squares = data.concentrate(log_shape(family, grid, batch))
        return grid[0], float(scale[0]), float(squares[0])
    low, high = np.array([fit_bounds(param) for param in free]).T

    def residuals(shape: FloatArray) -> FloatArray:
        curve = log_shape(family, shape[None], batch)
        scale, _ = data.concentrate(curve)
        return np.asarray((data.log_lr - curve[0] - scale[0]) * np.sqrt(data.weight))

    best_shape, best = grid[int(np.argmin(squares))], float(squares.min())
    for start in _starts(grid, squares, axes):
        found = least_squares(residuals, start, bounds=(low, high), xtol=1e-12, ftol=1e-12, gtol=1e-12)
        if 2.0 * found.cost < best:
            best_shape, best = found.x, 2.0 * float(found.cost)
    scale, _ = data.concentrate(log_shape(family, best_shape[None], batch))
    return best_shape, float(scale[0]), best


def _starts(grid: FloatArray, squares: FloatArray, axes: list[FloatArray]) -> list[FloatArray]:
    """The lowest local minima of the grid, at most three."""
    surface = squares.reshape([len(axis) for axis in axes])
    padded = np.pad(surface, 1, constant_values=np.inf)
    lowest = np.ones(surface.shape, dtype=bool)
    for axis in range(surface.ndim):
        for shift in (-1, 1):
            neighbour = np.roll(padded, shift, axis=axis)[(slice(1, -1),) * surface.ndim]
            lowest &= surface <= neighbour
    found = np.flatnonzero(lowest.ravel())
    return [grid[index] for index in found[np.argsort(squares[found])][:3]]


def allowed_region(family: LawFamily, data: Data, shape: FloatArray, best: float, variance: float) -> Region:
    """Shapes within the likelihood threshold of the best, on a grid that is zoomed to them."""
    free = family.free[1:]
    limit = _threshold(data, variance, len(data.log_lr), len(family.free))
    total = data.weight.sum()
    if not free:
        log_scale, _ = data.concentrate(log_shape(family, shape[None], data.batch))
        return Region(family, shape[None], log_scale, np.sqrt(np.array([limit / total])))
    box = np.array([fit_bounds(param) for param in free])
    size = {1: 401, 2: 81}[min(len(free), 2)]
    for _ in range(4):
        axes = [np.unique([*np.linspace(lo, hi, size), s]) for (lo, hi), s in zip(box, shape, strict=True)]
        grid = np.array(list(product(*axes)))
        log_scale, squares = data.concentrate(log_shape(family, grid, data.batch))
        slack = limit - (squares - best)
        inside = slack >= 0
        inside |= (grid == shape).all(axis=1)
        new = []
        for dimension, axis in enumerate(axes):
            there = np.searchsorted(axis, grid[inside, dimension])
            first, last = max(there.min() - 1, 0), min(there.max() + 1, len(axis) - 1)
            new.append((axis[first], axis[last]))
        shrunk = np.prod(np.ptp(new, axis=1)) < 0.7 * np.prod(np.ptp(box, axis=1))
        box = np.array(new)
        if not shrunk:
            break
    half = np.sqrt(np.maximum(slack[inside], 0.0) / total)
    return Region(family, grid[inside], log_scale[inside], half)


def _threshold(data: Data, variance: float, n: int, p: int) -> float:
    dof = data.dof if data.known else n - p
    return float(variance * student_t.ppf(0.975, max(dof, 1.0)) ** 2)


def scale_interval(region: Region, log_values: FloatArray) -> tuple[float, float]:
    """Interval of scale times values; a side that is set by a bound of a shape parameter is open."""
    bounds = np.array([fit_bounds(q) for q in region.family.free[1:]]).reshape(-1, 2)
    margin = 2e-3 * np.ptp(bounds, axis=1)
    stuck = ((region.shapes <= bounds[:, 0] + margin) | (region.shapes >= bounds[:, 1] - margin)).any(axis=1)
    low = region.log_scale + log_values - region.half_width
    high = region.log_scale + log_values + region.half_width
    first, last = int(low.argmin()), int(high.argmax())
    return (
        0.0 if stuck[first] else float(np.exp(low[first])),
        np.inf if stuck[last] else float(np.exp(high[last])),
    )


def delta_method(
    family: LawFamily, data: Data, shape: FloatArray, values: Mapping[str, float], variance: float | None
) -> dict[str, float]:
    """Delta method: the inverse of the Fisher information, each parameter in its own unit."""
    if variance is None:
        return dict.fromkeys(values, np.inf)
    columns = [np.ones(len(data.log_lr))]
    for index in range(len(shape)):
        step = np.zeros(len(shape))
        step[index] = _STEP
        both = log_shape(family, np.array([shape + step, shape - step]), data.batch)
        columns.append((both[0] - both[1]) / (2 * _STEP))
    information = (np.array(columns) * data.weight) @ np.array(columns).T / variance
    if np.linalg.cond(information) > 1e12:
        return dict.fromkeys(values, np.inf)
    errors = np.sqrt(np.diag(np.linalg.inv(information)))
    return {
        q.name: float(error * (values[q.name] if q.log or not index else 1.0))
        for index, (q, error) in enumerate(zip(family.free, errors, strict=True))
    }


def aicc_of(data: Data, best: float, n: int, p: int) -> float:
    """Akaike's criterion, corrected for small samples."""
    if data.known:
        return best + 2 * p + 2 * p * (p + 1) / (n - p - 1) if n > p + 1 else np.inf
    k = p + 1
    return n * float(np.log(max(best, 1e-300) / n)) + 2 * k + 2 * k * (k + 1) / (n - k - 1) if n > k + 1 else np.inf


def variance_factor(data: Data, best: float, n: int, p: int, poor: bool) -> float | None:
    """Worth of a unit of the sum of squares: 1 for known errors, unless they cannot explain the scatter."""
    if data.known:
        return best / (n - p) if poor else 1.0
    return best / (n - p) if n > p else None
