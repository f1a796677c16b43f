"""What the data allow of a law's parameters: the region within a threshold of the likelihood, and its limits."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from surgecore._validate import FloatArray
from surgecore.sweeps.likelihood import STEP, Data, log_shape
from surgecore.theory.families import LawFamily
from surgecore.theory.params import Param

# places of the region along each shape parameter, by their number
_REGION = {1: 401, 2: 81, 3: 23}
# shares of the likelihood threshold, one a step, on the way from the best to a parameter's limit
_LEVELS = np.concatenate([np.repeat(np.linspace(0.2, 1.0, 5) ** 2, 2), np.ones(3)])
# share of a parameter's range that counts as its end
_END = 2e-3
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Region:
    """Shapes that the data allow at 95 %, with the lowest and the highest log scale at each."""

    family: LawFamily
    shapes: FloatArray
    low: FloatArray
    high: FloatArray
    dof: float

    def limits(self, log_values: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Lowest and highest of log scale + values over the region; values of shape (n_shapes, ...)."""
        extra = (slice(None), *(None,) * (log_values.ndim - 1))
        return (self.low[extra] + log_values).min(axis=0), (self.high[extra] + log_values).max(axis=0)

    def scale_interval(self, log_values: FloatArray) -> tuple[float, float]:
        """Interval of scale times values; a side that is set by a bound of a shape parameter is open."""
        stuck = np.zeros(len(self.shapes), dtype=bool)
        for column, param in zip(self.shapes.T, self.family.free[1:], strict=True):
            stuck |= runs_low(param, column) | runs_high(param, column)
        low, high = self.low + log_values, self.high + log_values
        first, last = int(low.argmin()), int(high.argmax())
        return (
            0.0 if stuck[first] else float(np.exp(low[first])),
            np.inf if stuck[last] else float(np.exp(high[last])),
        )


def runs_low(param: Param, coordinate: ArrayLike) -> BoolArray:
    """Whether fit coordinates are at the lower end of a parameter's range."""
    low, high = param.fit_bounds
    return np.asarray(np.asarray(coordinate) <= low + _END * (high - low))


def runs_high(param: Param, coordinate: ArrayLike) -> BoolArray:
    """Whether fit coordinates are at the upper end of a parameter's range."""
    low, high = param.fit_bounds
    return np.asarray(np.asarray(coordinate) >= high - _END * (high - low))


def allowed_region(family: LawFamily, data: Data, shape: FloatArray, best: float, variance: float) -> Region:
    """Shapes within the likelihood threshold of the best: a grid that is zoomed to them, and the limits themselves."""
    free = family.free[1:]
    dof = max(data.dof if data.known else data.n - len(family.free), 1.0)
    limit = float(variance * stdtrit(dof, 0.975) ** 2)
    if not free:
        curves = log_shape(family, shape[None], data.batch)
        scale, _ = data.concentrate(curves)
        return Region(family, shape[None], *data.reach(scale, curves, np.array([limit])), dof)
    box = np.array([param.fit_bounds for param in free])
    for _ in range(4):
        axes = [
            np.unique([*np.linspace(lo, hi, _REGION[len(free)]), s]) for (lo, hi), s in zip(box, shape, strict=True)
        ]
        grid = np.array(list(product(*axes)))
        curves = log_shape(family, grid, data.batch)
        scale, deviance = data.concentrate(curves)
        slack = limit - (deviance - best)
        inside = (slack >= 0) | (grid == shape).all(axis=1)
        new = []
        for dimension, axis in enumerate(axes):
            there = np.searchsorted(axis, grid[inside, dimension])
            first, last = max(there.min() - 1, 0), min(there.max() + 1, len(axis) - 1)
            new.append((axis[first], axis[last]))
        shrunk = np.prod(np.ptp(new, axis=1)) < 0.7 * np.prod(np.ptp(box, axis=1))
        box = np.array(new)
        if not shrunk:
            break
    shapes, scale, curves, slack = grid[inside], scale[inside], curves[inside], slack[inside]
    if len(free) > 1:
        more = _towards_limits(family, data, shape, best, limit)
        further = log_shape(family, more, data.batch)
        at, deviance = data.concentrate(further)
        fine = deviance - best <= limit
        shapes, curves = np.concatenate([shapes, more[fine]]), np.concatenate([curves, further[fine]])
        scale, slack = np.append(scale, at[fine]), np.append(slack, limit - (deviance - best)[fine])
    return Region(family, shapes, *data.reach(scale, curves, slack), dof)


def _towards_limits(family: LawFamily, data: Data, shape: FloatArray, best: float, limit: float) -> FloatArray:
    """Shapes on the way from the best to both limits of every parameter, the scale among them.

    Where parameters trade off, the region is long, narrow and oblique to them, and a grid misses its tips. Each limit
    is the furthest place of its parameter in the linearised region, again and again while the threshold rises.

    References
    ----------
    Venzon and Moolgavkar, J. R. Stat. Soc. C 37 (1988) 87.
    """
    low, high = np.array([(-np.inf, np.inf), *(param.fit_bounds for param in family.free[1:])]).T
    span = high - low
    # off the ends of the ranges, where a slope may vanish by symmetry
    start = np.clip(shape, low[1:] + 0.02 * span[1:], high[1:] - 0.02 * span[1:])
    scale, _ = data.concentrate(log_shape(family, start[None], data.batch))
    count = len(low)
    at = np.tile(np.append(scale, start), (2 * count, 1))
    target, side = np.repeat(np.eye(count), 2, axis=0), np.tile([-1.0, 1.0], count)
    seen = []
    for level in _LEVELS:
        residuals, slopes = _linearised(family, data, at)
        allowed = best + 0.999 * level * limit
        inside, held = at, np.zeros_like(at)
        for _ in range(2):  # the second time the others make up for what a range withholds
            step = _furthest(residuals, slopes, target, side, allowed, held, held * (inside - at))
            step /= np.maximum(1.0, np.abs(step / (0.1 * span)).max(axis=1))[:, None]
            inside = np.clip(at + step, low, high)
            held = (inside != at + step).astype(np.float64)
            if not held.any():
                break
        at = inside
        seen.append(at[:, 1:])
    return np.concatenate(seen)


def _linearised(family: LawFamily, data: Data, at: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Residuals whose squares sum to -2 ln likelihood, (rows, m), and slopes by log scale and shapes, (rows, m, p)."""
    count = at.shape[1]
    moved = (at[:, None] + STEP * np.vstack([np.zeros(count), np.eye(count)])).reshape(-1, count)
    curves = log_shape(family, moved[:, 1:], data.batch)
    gap = (data.log_value[: data.n] - curves[:, : data.n] - moved[:, :1]) @ data.whiten.T
    every = np.hstack([gap, np.sqrt(data.bound_terms(moved[:, 0], curves))]).reshape(len(at), 1 + count, -1)
    return every[:, 0], np.swapaxes(every[:, 1:] - every[:, :1], 1, 2) / STEP


def _furthest(
    residuals: FloatArray, slopes: FloatArray, target: FloatArray, side: FloatArray, allowed: float,
    held: FloatArray, fixed: FloatArray,
) -> FloatArray:  # fmt: skip
    """Steps to the furthest place along `target` where linearised residuals are allowed, those `held` being given."""
    residuals = residuals + np.einsum("rmp,rp->rm", slopes, fixed)
    slopes = slopes * (1.0 - held)[:, None]
    bend = np.einsum("rmp,rmq->rpq", slopes, slopes)
    # a direction that the data say nothing of is one of a very small slope
    bend += 1e-10 * np.trace(bend, axis1=1, axis2=2)[:, None, None] * np.eye(held.shape[1])
    bend += held[:, :, None] * np.eye(held.shape[1])
    pull = -np.einsum("rmp,rm->rp", slopes, residuals)
    home, along = np.moveaxis(np.linalg.solve(bend, np.stack([pull, target], axis=2)), 2, 0)
    least = ((residuals + np.einsum("rmp,rp->rm", slopes, home)) ** 2).sum(axis=1)
    reach = np.sqrt(np.maximum(allowed - least, 0.0) / (along * target).sum(axis=1))
    return np.asarray((home + (side * reach)[:, None] * along) * (1.0 - held) + fixed)
