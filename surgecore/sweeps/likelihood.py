"""The likelihood of a law: Gaussian errors of ln learning rate, known or estimated, and bounds as censored values.

Every law is a scale, its first parameter, times a shape. In log space the scale is an additive constant; without
bounds its best value has a closed form, with bounds it is the minimum of a convex function of one number. So only the
shape parameters are searched, on a grid over their whole range (a start everywhere) and then to the bottom.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.optimize import least_squares
from scipy.special import log_ndtr

from surgecore._validate import FloatArray
from surgecore.sweeps.errors import FLOOR, trended_variance
from surgecore.sweeps.points import Point, Points
from surgecore.theory.families import LawFamily

# places along each shape parameter to start from, by their number
_GRID = {0: 1, 1: 241, 2: 61, 3: 25}
#: Of a numerical derivative, in fit coordinates.
STEP = 1e-5
# degrees of freedom from which on an error is its own
_MANY = 100.0

#: Scatter of an optimum in ln units where a sweep says nothing of it: that of one run in the bundled sweeps.
TYPICAL = 0.15


@dataclass(frozen=True)
class Data:
    """What a fit sees, in natural logarithms: n estimates, then the bounds.

    `whiten` turns the errors of the estimates into independent ones of size 1. `known` says whether their size is
    known; if not, it is estimated from the scatter about the law.
    """

    batch: FloatArray
    log_value: FloatArray
    n: int
    whiten: FloatArray
    side: FloatArray
    side_sigma: float
    known: bool
    dof: float

    @property
    def n_bounds(self) -> int:
        """Number of bounds."""
        return len(self.side)

    @property
    def unit(self) -> FloatArray:
        """What one unit of log scale adds to the whitened estimates."""
        return np.asarray(self.whiten.sum(axis=1))

    def concentrate(self, curves: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Best log scale and -2 ln likelihood (less its constant) of curves, shape (m, n + bounds)."""
        gap = (self.log_value[: self.n] - curves[:, : self.n]) @ self.whiten.T
        unit = self.unit
        scale = gap @ unit / (unit @ unit)
        squares = ((gap - scale[:, None] * unit) ** 2).sum(axis=1)
        if not self.n_bounds:
            return scale, squares
        best = self._with_bounds(scale, curves)
        return best, squares + (unit @ unit) * (best - scale) ** 2 + self.bound_terms(best, curves).sum(axis=1)

    def _z(self, scale: FloatArray, curves: FloatArray) -> FloatArray:
        return np.asarray(
            self.side * (curves[:, self.n :] + scale[:, None] - self.log_value[self.n :]) / self.side_sigma
        )

    def bound_terms(self, scale: FloatArray, curves: FloatArray) -> FloatArray:
        """What each bound adds to -2 ln likelihood, shape (m, bounds)."""
        return np.asarray(-2.0 * log_ndtr(self._z(scale, curves)))

    def _with_bounds(self, centre: FloatArray, curves: FloatArray) -> FloatArray:
        """Newton's method on the convex -2 ln likelihood of the scale."""
        mass, scale = float(self.unit @ self.unit), centre.copy()
        for _ in range(40):
            z = self._z(scale, curves)
            hazard = np.exp(-0.5 * z**2 - log_ndtr(z)) / np.sqrt(2.0 * np.pi)
            slope = mass * (scale - centre) - (hazard * self.side).sum(axis=1) / self.side_sigma
            bend = mass + np.clip(hazard * (z + hazard), 0.0, 1.0).sum(axis=1) / self.side_sigma**2
            step = slope / bend
            scale = scale - step
            if np.abs(step).max() < 1e-12:
                break
        return scale

    def reach(self, scale: FloatArray, curves: FloatArray, slack: FloatArray) -> tuple[FloatArray, FloatArray]:
        """How far the log scale can go down and up before -2 ln likelihood has grown by `slack`."""
        half = np.sqrt(np.maximum(slack, 0.0) / (self.unit @ self.unit))
        if not self.n_bounds:
            return scale - half, scale + half
        return self._end(scale, -half, curves, slack), self._end(scale, half, curves, slack)

    def _end(self, scale: FloatArray, furthest: FloatArray, curves: FloatArray, slack: FloatArray) -> FloatArray:
        # bounds only add curvature, so the end lies between the best scale and that without bounds
        gap = (self.log_value[: self.n] - curves[:, : self.n]) @ self.whiten.T
        unit = self.unit
        centre, mass = gap @ unit / (unit @ unit), float(unit @ unit)

        def rise(at: FloatArray) -> FloatArray:
            return np.asarray(mass * (at - centre) ** 2 + self.bound_terms(at, curves).sum(axis=1))

        near, far, floor = np.zeros_like(furthest), np.ones_like(furthest), rise(scale)
        for _ in range(40):
            middle = 0.5 * (near + far)
            inside = rise(scale + middle * furthest) - floor <= slack
            near, far = np.where(inside, middle, near), np.where(inside, far, middle)
        return np.asarray(scale + near * furthest)

    def residuals(self, curve: FloatArray) -> FloatArray:
        """Whose squares sum to -2 ln likelihood at the best scale, for one curve."""
        scale, _ = self.concentrate(curve[None])
        gap = self.whiten @ (self.log_value[: self.n] - curve[: self.n] - scale[0])
        return np.concatenate([gap, np.sqrt(self.bound_terms(scale, curve[None])[0])])


def prepare(points: Points) -> tuple[tuple[Point, ...], Data | None]:
    """The estimates among points, and what a fit sees of them and of the bounds; None without an estimate."""
    inside = [index for index, point in enumerate(points.points) if point.bound is None]
    used = tuple(points.points[index] for index in inside)
    bounds = [point for point in points.points if point.bound is not None]
    if not used:
        return used, None
    log_value = np.log([point.value for point in (*used, *bounds)])
    batch = np.array([point.batch_size for point in (*used, *bounds)])
    side = np.array([1.0 if point.bound == "at_least" else -1.0 for point in bounds])
    if points.covariance is not None:
        part = points.covariance[np.ix_(inside, inside)] + FLOOR**2 * np.eye(len(inside))
        whiten, dof, known = np.linalg.inv(np.linalg.cholesky(part)), float(np.median([p.dof for p in used])), True
        sigma = float(np.exp(np.mean(np.log(np.diag(part)))) ** 0.5)
    elif all(point.stderr is not None for point in used):
        errors, dof = _known_errors(used, points.moderated)
        whiten, known, sigma = np.diag(1.0 / errors), True, float(np.exp(np.mean(np.log(errors))))
    else:
        sigma = _scatter(np.log(batch[: len(used)]), log_value[: len(used)]) if bounds else 1.0
        whiten, dof, known = np.eye(len(used)) / sigma, 0.0, False
    return used, Data(batch, log_value, len(used), whiten, side, sigma, known, dof)


def _known_errors(used: Sequence[Point], moderated: bool) -> tuple[FloatArray, float]:
    """Standard errors and their degrees of freedom; errors from few seeds are drawn towards their common trend."""
    raw = np.maximum([point.stderr or 0.0 for point in used], FLOOR)
    dof = np.array([point.dof if point.dof > 0 else np.inf for point in used])
    if moderated or dof.min() >= _MANY:
        return raw, float(np.median(dof)) if moderated else float(min(dof.sum(), 1e6))
    dof = np.minimum(dof, 1e6)
    # it is the scatter of one seed that batch sizes have in common
    seeds = np.where(dof < _MANY, dof + 1.0, 1.0) if dof.max() < _MANY else np.ones(len(dof))
    found = trended_variance(raw**2 * seeds, dof, np.array([point.batch_size for point in used]))
    assert found is not None
    return np.sqrt(found.value / seeds), float(dof.sum())


def _scatter(x: FloatArray, y: FloatArray) -> float:
    """Scatter of points about the lines through their neighbours; a typical one where there are too few."""
    if len(x) < 4:
        return TYPICAL
    share = (x[1:-1] - x[:-2]) / (x[2:] - x[:-2])
    miss = y[1:-1] - (1.0 - share) * y[:-2] - share * y[2:]
    return max(float(np.sqrt(np.mean(miss**2 / (1.0 + share**2 + (1.0 - share) ** 2)))), FLOOR)


def log_shape(family: LawFamily, shapes: FloatArray, batch: FloatArray) -> FloatArray:
    """Log of the law with scale 1, shape (len(shapes), len(batch)); shapes are in fit coordinates."""
    scale, *free = family.free
    values = {param.name: param.from_fit(column)[:, None] for param, column in zip(free, shapes.T, strict=True)}
    # an instance with arrays for parameters: the curve is plain arithmetic and broadcasts
    law = object.__new__(family.law)
    for name, value in {**dict(family.fixed), scale.name: 1.0, **values}.items():
        object.__setattr__(law, name, value)
    with np.errstate(all="ignore"):
        curve = np.log(law._curve(batch[None, :]))
    return np.broadcast_to(np.where(np.isfinite(curve), curve, -700.0), (len(shapes), len(batch)))


def log_slopes(family: LawFamily, shape: FloatArray, batch: FloatArray) -> FloatArray:
    """Derivatives of ln law by its fit coordinates, the log scale first: shape (len(batch), 1 + len(shape))."""
    columns = [np.ones(len(batch))]
    for step in STEP * np.eye(len(shape)):
        up, down = log_shape(family, np.array([shape + step, shape - step]), batch)
        columns.append((up - down) / (2.0 * STEP))
    return np.column_stack(columns)


def minimise(family: LawFamily, data: Data) -> tuple[FloatArray, float, float]:
    """Best shape (fit coordinates), log scale and -2 ln likelihood, from the best few of a grid of starts."""
    free = family.free[1:]
    axes = [np.linspace(*param.fit_bounds, _GRID[len(free)]) for param in free]
    grid = np.array(list(product(*axes))) if free else np.empty((1, 0))
    scales, deviance = data.concentrate(log_shape(family, grid, data.batch))
    if not free:
        return grid[0], float(scales[0]), float(deviance[0])
    low, high = np.array([param.fit_bounds for param in free]).T

    def residuals(shape: FloatArray) -> FloatArray:
        return data.residuals(log_shape(family, shape[None], data.batch)[0])

    best_shape, best = grid[int(np.argmin(deviance))], float(deviance.min())
    for start in _starts(grid, deviance, axes):
        found = least_squares(residuals, start, bounds=(low, high), xtol=1e-12, ftol=1e-12, gtol=1e-12)
        if 2.0 * found.cost < best:
            best_shape, best = found.x, 2.0 * float(found.cost)
    scale, _ = data.concentrate(log_shape(family, best_shape[None], data.batch))
    return best_shape, float(scale[0]), best


def _starts(grid: FloatArray, deviance: FloatArray, axes: Sequence[FloatArray]) -> list[FloatArray]:
    """The lowest local minima of the grid, at most three."""
    surface = deviance.reshape([len(axis) for axis in axes])
    padded = np.pad(surface, 1, constant_values=np.inf)
    lowest = np.ones(surface.shape, dtype=bool)
    for axis in range(surface.ndim):
        for shift in (-1, 1):
            neighbour = np.roll(padded, shift, axis=axis)[(slice(1, -1),) * surface.ndim]
            lowest &= surface <= neighbour
    found = np.flatnonzero(lowest.ravel())
    return [grid[index] for index in found[np.argsort(deviance[found])][:3]]


def standard_errors(family: LawFamily, data: Data, shape: FloatArray, variance: float | None) -> FloatArray:
    """Of the fit coordinates (log scale first), from the Fisher information; inf where it is singular.

    A bound adds no information: it is on the safe side, and exact where the bound is far from the law.
    """
    p = len(family.free)
    if not variance:  # unknown; or rounded optima that lie on the law, which says nothing of their errors
        return np.full(p, np.inf)
    whitened = data.whiten @ log_slopes(family, shape, data.batch[: data.n])
    information = whitened.T @ whitened / variance
    if np.linalg.cond(information) > 1e12:
        return np.full(p, np.inf)
    return np.asarray(np.sqrt(np.diag(np.linalg.inv(information))))


def criterion(data: Data, best: float, residuals: FloatArray, p: int) -> float:
    """Akaike's criterion: exact where the errors are known; corrected for small samples where they are estimated.

    Infinite for a law with as many parameters as there are estimates, which nothing tests.
    """
    if data.n <= p:
        return np.inf
    if data.known:
        return best + 2.0 * p
    n, k = data.n, p + 1
    if n <= k + 1:
        return np.inf
    squares = float(residuals @ residuals)
    bounds = max(best - squares / data.side_sigma**2, 0.0) if data.n_bounds else 0.0
    return float(n * np.log(max(squares, 1e-300) / n) + 2 * k + 2 * k * (k + 1) / (n - k - 1) + bounds)
