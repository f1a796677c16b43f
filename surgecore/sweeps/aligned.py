"""Where each optimum lies when the valleys of all batch sizes are one curve, moved: the moves have a likelihood.

In `pooled` each valley has a slope of its own, so that runs on one flank tell nothing of where the bottom is. Here a
valley is the common curve moved along ln rate, plus what slope and curvature it has apart, both as small as the losses
say. Flanks then place a bottom that lies in a gap between the rates tried. The curve is a parabola plus a Gaussian
process, or, where that is beyond doubt, has a cusp. A path that is smooth in batch size decides where runs do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from scipy.linalg import LinAlgError

from surgecore._validate import FloatArray
from surgecore.sweeps.cells import Cells
from surgecore.sweeps.forms import FREE, LEVEL, Form, Mapped, Processes, free_part
from surgecore.sweeps.smooth import Shape, Warp, kernel

#: Batch sizes and cells in all beyond which runs are too few at each, or enough, or the time too long.
MOST_SIZES, MOST_CELLS = 20, 300
# how a curve turns from one side to the other: in a cusp of this power, or, negative, in a bend so wide in ln rate;
# and by how much a cusp must be likelier, in log likelihood
_TURNS = (-1.4, -0.7, 1.0, 1.5)
_DOUBT = 3.0
_ROUNDS = 3
# cells in all up to which other starts are tried, their changes of ln rate with ln batch size, and by how much one must
# be likelier, in log likelihood
_FEW, _TILTS, _CLEAR = 80, (-0.5, 0.0, 0.5, 1.0), 3.0
_LARGE = 1e30
# of the path of the optima over ln batch size: its size about a line, how far it is smooth, and how rough it is
_PATH_SIZE, _PATH_LENGTH, _ROUGH = 0.5, 2.0, 0.1
# a rate farther than this beyond those tried, in ln, is not asked about
_BEYOND = 1.0


class MovedCurve:
    """The common curve as a sum of functions, and each valley moved along ln rate."""

    def __init__(self, cells: Mapped, form: Form) -> None:
        self.cells, self.form = cells, form
        reach = max(float(np.ptp(c.x)) for c in cells.used) + 1.5
        self.knots = np.linspace(-reach, reach, int(min(44, np.ceil(reach / (0.3 * form.shape.length)))) + 1)
        own = kernel(self.knots, self.knots, form.shape) + 1e-8 * np.eye(len(self.knots))
        self.root = np.linalg.inv(np.linalg.cholesky(own)).T
        size = np.full(len(self.knots), max(form.size * form.common, 1e-12))
        free = np.full(3, FREE * cells.variance)
        self.prior = np.diag(1.0 / np.append(size, free))
        self.told = cache(self._told)
        self._wiggle = cache(self._wiggle_of)

    def functions(self, u: FloatArray) -> FloatArray:
        """The functions at distances from the optimum, one more axis at the end."""
        process = kernel(u.ravel(), self.knots, self.form.shape) @ self.root
        return np.concatenate([process.reshape(*u.shape, -1), free_part(u, self.form.turn)], axis=-1)

    def own(self, w: FloatArray, u: FloatArray) -> FloatArray:
        """Covariance of what one valley has apart, between two sets of distances."""
        f, both = self.form, w[..., :, None] * u[..., None, :]
        return np.asarray(LEVEL * self.cells.variance + f.slope * both + f.bend * both**2)

    def about(self, index: int, u: FloatArray) -> FloatArray:
        """Covariance of one batch size's means about the common curve."""
        return np.asarray(self.own(u, u) + self._wiggle(index))

    def _wiggle_of(self, index: int) -> FloatArray:
        f, x = self.form, self.cells.used[index].x
        return np.asarray(f.size * (1.0 - f.common) * kernel(x, x, f.shape) + np.diag(self.cells.noise(index, f)))

    def _told(self, index: int, at: float) -> tuple[FloatArray, FloatArray]:
        """What one batch size tells of the functions' coefficients, were its optimum at a rate."""
        u = self.cells.used[index].x - at
        root = np.linalg.cholesky(self.about(index, u))
        z = np.linalg.solve(root, np.column_stack([self.functions(u), self.cells.y[index]]))
        return z[:, :-1].T @ z[:, :-1], z[:, :-1].T @ z[:, -1]

    def profile(self, index: int, at: FloatArray, mean: FloatArray, spread: FloatArray) -> FloatArray:
        """Log likelihood of one batch size's means for optima at some rates, given what the others tell."""
        u = self.cells.used[index].x - at[:, None]
        f, n = self.functions(u), u.shape[1]
        # with the means as one more row, the root has them in its last row as independent numbers
        both = np.full((len(at), n + 1, n + 1), _LARGE)
        both[:, :n, :n] = f @ spread @ np.swapaxes(f, 1, 2) + self.about(index, u)
        both[:, n, :n] = self.cells.y[index] - f @ mean
        root = np.linalg.cholesky(both)
        squares, logs = root[:, n, :n] ** 2, np.log(np.diagonal(root[:, :n, :n], axis1=1, axis2=2))
        return np.asarray(-0.5 * squares.sum(axis=1) - logs.sum(axis=1))

    def bottom(self, index: int, at: float, mean: FloatArray, spread: FloatArray) -> tuple[float, float]:
        """ln rate at which one valley is least, were its optimum by the common curve at a rate; and how low it is."""
        x = self.cells.used[index].x
        where = np.append(np.linspace(x[0] - _BEYOND, x[-1] + _BEYOND, 61), at + np.linspace(-0.4, 0.4, 41))
        u, w = x - at, where - at
        f, g = self.functions(u), self.functions(w)
        left = np.linalg.solve(f @ spread @ f.T + self.about(index, u), self.cells.y[index] - f @ mean)
        own = self.own(w, u) + self.form.size * (1.0 - self.form.common) * kernel(where, x, self.form.shape)
        loss = g @ mean + (g @ spread @ f.T + own) @ left
        lowest = int(np.argmin(loss))
        return float(where[lowest]), float(loss[lowest])

    def lowest(self, at: FloatArray, draws: int = 0) -> tuple[float, FloatArray]:
        """Where the common curve is least, and where it is in curves as likely."""
        told = [self.told(i, float(a)) for i, a in enumerate(at)]
        precision = self.prior + sum(t for t, _ in told)
        mean = np.linalg.solve(precision, sum(h for _, h in told))
        w = np.linspace(-_BEYOND, _BEYOND, 81)
        middle = float(w[np.argmin(self.functions(w) @ mean)])
        z = np.random.default_rng(0).standard_normal((len(mean), draws))
        w = middle + np.linspace(-0.6, 0.6, 97)
        curves = self.functions(w) @ (mean[:, None] + np.linalg.solve(np.linalg.cholesky(precision).T, z))
        return middle, np.asarray(w[np.argmin(curves, axis=0)] if draws else np.array([middle]))


@dataclass(frozen=True, eq=False)
class Placement:
    """One batch size's optimum given all others: rates in ln, their log weights, and what the others tell."""

    at: FloatArray
    log: FloatArray
    mean: FloatArray
    spread: FloatArray

    @cached_property
    def weight(self) -> FloatArray:
        """Weights of the rates, summing to 1."""
        w = np.exp(self.log - self.log.max()) * np.gradient(self.at)
        return np.asarray(w / w.sum())

    @property
    def volume(self) -> float:
        """Log of the integral over its highest value."""
        return float(np.log((np.exp(self.log - self.log.max()) * np.gradient(self.at)).sum()))

    @property
    def variance(self) -> float:
        """Variance of the optimum."""
        middle = self.weight @ self.at
        return float(self.weight @ (self.at - middle) ** 2)


def _placed_anew(
    curve: MovedCurve, at: FloatArray, variance: FloatArray, places: FloatArray
) -> tuple[FloatArray, list[Placement]]:
    """Each batch size's optimum placed anew, in turn, by its runs and by the path of the others."""
    at, variance = at.copy(), variance.copy()
    path = _path(places)
    told = [curve.told(i, float(a)) for i, a in enumerate(at)]
    precision, right = curve.prior + sum(t for t, _ in told), sum(h for _, h in told)
    seen = []
    for i, c in enumerate(curve.cells.used):
        precision, right = precision - told[i][0], right - told[i][1]
        spread = np.linalg.inv(precision)
        spread = 0.5 * (spread + spread.T)
        even = np.linspace(c.x[0] - _BEYOND, c.x[-1] + _BEYOND, int(np.ptp(c.x) / 0.08) + 26)
        rates = np.unique(np.append(even, at[i] + np.linspace(-0.2, 0.2, 41)))
        by_path, rough = _expected(i, at, variance, path)
        log = curve.profile(i, rates, spread @ right, spread)
        log = log + _student(rates - by_path, rough)
        seen.append(Placement(rates, log, spread @ right, spread))
        at[i], variance[i] = rates[np.argmax(log)], seen[-1].variance
        told[i] = curve.told(i, float(at[i]))
        precision, right = precision + told[i][0], right + told[i][1]
    return at, seen


def _student(away: FloatArray, variance: float) -> FloatArray:
    """Log density of Student's t with 4 degrees of freedom, up to a constant."""
    return np.asarray(-2.5 * np.log1p(away**2 / (4.0 * variance)) - 0.5 * np.log(variance))


def _path(places: FloatArray) -> FloatArray:
    """Covariance of a path that is smooth in ln batch size."""
    d = places[:, None] - places
    return np.asarray(_PATH_SIZE**2 * np.exp(-0.5 * (d / _PATH_LENGTH) ** 2) + 10.0 * (1.0 + np.outer(places, places)))


def _expected(index: int, at: FloatArray, variance: FloatArray, path: FloatArray) -> tuple[float, float]:
    """Where a smooth path puts one optimum, from the others, and its variance."""
    others = np.arange(len(at)) != index
    noisy = path[np.ix_(others, others)] + np.diag(variance[others] + _ROUGH**2)
    weights = np.linalg.solve(noisy, path[others, index])
    middle = float(at[others].mean())
    spread = float(path[index, index] - weights @ path[others, index]) + _ROUGH**2
    return middle + float(weights @ (at[others] - middle)), spread


def aligned(used: Sequence[Cells], warps: Sequence[Warp], start: FloatArray, shape: Shape) -> FloatArray | None:
    """ln of the best rate at each batch size, averaged over forms; None if too many cells.

    Parameters
    ----------
    used, warps
        Cells and maps of each batch size.
    start : ndarray
        ln of best rates to start from, shape (n,).
    shape : Shape
        Of the process, to start from.
    """
    if not 3 <= len(used) <= MOST_SIZES or sum(len(c.x) for c in used) > MOST_CELLS:
        return None
    places = np.log([c.batch_size for c in used])
    places = places - places.mean()
    cells = Mapped(used, warps)
    first = _likelier_start(cells, start, shape, places)
    start = start if first is None else first.start
    fits = [*(_fit(cells, start, shape, turn, places) for turn in _TURNS[1:]), first]
    found = [one for one in fits if one is not None]
    if not found:
        return None
    log = np.array([one.log for one in found])
    share = np.exp(log - log.max())
    share /= share.sum()
    return np.asarray(share @ np.array([one.best for one in found]))


@dataclass(frozen=True, eq=False)
class Fit:
    """The likeliest form with one turn: where it was started, its log weight, without and with that of the path of the
    optima, and the optima."""

    start: FloatArray
    log: float
    with_path: float
    best: FloatArray


def _likelier_start(cells: Mapped, start: FloatArray, shape: Shape, places: FloatArray) -> Fit | None:
    """The fit with the widest bend, from where it is likeliest.

    Optima are placed one after the other, so that a path whose tilt is wrong is left slowly, or never where few runs
    hold it: of few runs the start may be wrong. Paths that are straight in ln batch size are looked at as well.
    """
    own = _fit(cells, start, shape, _TURNS[0], places)
    if sum(len(c.x) for c in cells.used) > _FEW:
        return own
    lines = [_fit(cells, start.mean() + tilt * places, shape, _TURNS[0], places, rounds=1) for tilt in _TILTS]
    seen = [one for one in lines if one is not None]
    if not seen:
        return own
    other = _fit(cells, max(seen, key=lambda one: one.with_path).best, shape, _TURNS[0], places)
    return own if other is None or (own is not None and other.with_path < own.with_path + _CLEAR) else other


def _fit(
    cells: Mapped, start: FloatArray, shape: Shape, turn: float, places: FloatArray, rounds: int = _ROUNDS
) -> Fit | None:
    """The likeliest form with one turn; None where it tells nothing."""
    try:
        found = _of_form(cells, start, shape, turn, places, rounds)
    except LinAlgError:  # runs so few or so even that a form tells nothing
        return None
    return found if np.isfinite(found.log) and np.isfinite(found.best).all() else None


def _of_form(cells: Mapped, start: FloatArray, shape: Shape, turn: float, places: FloatArray, rounds: int) -> Fit:
    v, best = cells.variance, np.array([c.mean.min() for c in cells.used])
    form = Form(turn, shape, v, 0.99, 0.1 * v, 0.01 * v, 0.01 * v, 0.0)
    at, variance = start, np.full(len(start), 0.1)
    for last in range(rounds):
        form = Processes(cells.thinned(), at, turn).likeliest(form)
        curve = MovedCurve(cells, form)
        for _ in range(2):
            if turn < 0:  # nothing else ties the curve to where it is least
                at = at + curve.lowest(at)[0]
            at, seen = _placed_anew(curve, at, variance, places)
            variance = np.array([one.variance for one in seen])
        if last < rounds - 1:
            cells = _from_bottoms(curve, at, seen, best)
    smooth, likely = (0.0, np.zeros(1)) if turn > 0 else curve.lowest(at, 100)
    log = Processes(cells, at, turn).likelihood(form) + sum(one.volume for one in seen) - (_DOUBT if turn > 0 else 0.0)
    optimum = np.empty(len(at))
    for i, one in enumerate(seen):
        kept = one.weight > 2e-3 * one.weight.sum()
        weight = one.weight[kept] / one.weight[kept].sum()
        every = np.array([curve.bottom(i, float(a), one.mean, one.spread)[0] for a in one.at[kept]])
        optimum[i] = weight @ every + likely.mean() - smooth
    # each optimum by the path of the others: half of it, as a path that is told so is counted twice
    by = (_expected(i, at, variance, _path(places)) for i in range(len(at)))
    smoothly = sum(_student(a - middle, rough) for a, (middle, rough) in zip(at, by, strict=True))
    return Fit(start, float(log), float(log + 0.5 * smoothly), optimum)


def _from_bottoms(curve: MovedCurve, at: FloatArray, seen: list[Placement], best: FloatArray) -> Mapped:
    """The cells mapped from the bottoms of the curves: of few runs none is near it."""
    warps = []
    for i, (w, one) in enumerate(zip(curve.cells.warps, seen, strict=True)):
        lowest = float(w.loss(np.array(curve.bottom(i, float(at[i]), one.mean, one.spread)[1])))
        warps.append(Warp(min(max(lowest, w.base - w.scale), float(best[i]) + 0.3 * w.scale), w.scale))
    return Mapped(curve.cells.used, warps)
