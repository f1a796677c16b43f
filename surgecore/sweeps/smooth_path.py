"""A smooth path through the optima that is no law: what advice follows where no law of the list holds.

ln optimum against ln batch size is a straight line, whatever its level and slope, plus a random walk of its slope (an
integrated random walk) and a random walk of its own: between batch sizes the path bends and jumps as much as the
optima themselves do, and beyond them it opens as its last slope is known. How much it bends and jumps is not chosen
but integrated over, weighed by the restricted likelihood.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import log_ndtr, stdtr, stdtrit

from surgecore._validate import FloatArray, positive_array
from surgecore.sweeps.fitting import FitResult
from surgecore.sweeps.likelihood import TYPICAL, Data, prepare
from surgecore.sweeps.points import Points

#: Spread of the slope's change over one unit of ln batch size, and of the jumps over one, in ln units: half of the
#: prior (Cauchy, positive) lies below each. And how much of it has no jumps at all.
BEND, JUMP, NO_JUMPS = 0.3, 0.1, 0.8
_BENDS = np.geomspace(0.01, 4.0, 14)
_JUMPS = np.array([0.0, *np.geomspace(0.02, 0.8, 7)])
# errors of about this size lie in the middle of what bends and jumps are tried for, where errors are unknown
_UNKNOWN = 0.1
# how far, in ln units, errors that are unknown may be from the usual ones: a standard deviation
_SPREAD = 0.7
_FEWEST = 3
# parts of the mixture below this share change nothing
_NOTHING = 1e-5


@dataclass(frozen=True, eq=False)
class SmoothPath:
    """A smooth path: a mixture of Gaussian ones, by how much they bend and jump.

    Attributes
    ----------
    log_batch : ndarray
        Where optima are, estimates then bounds, shape (n,).
    values : ndarray
        ln optima there, shape (parts, n); of a bound the value that stands for it under each part.
    noise : ndarray
        Covariance of their errors, shape (parts, n, n).
    bends, jumps : ndarray
        Of each part, shape (parts,).
    shares : ndarray
        Of each part; they sum to 1.
    dof : float
        Degrees of freedom behind the errors.
    deviance, freedom : float
        Of the mean path: -2 ln likelihood less its constant, and the number of parameters that it is worth (the trace
        of what maps optima to path).
    aic : float
        Akaike's criterion by these two, as laws have it.

    References
    ----------
    Wahba, J. R. Stat. Soc. B 40 (1978) 364, for the smoother; Hastie and Tibshirani, Generalized Additive Models
    (1990), section 3.5, and Vaida and Blanchard, Biometrika 92 (2005) 351, for the number of its parameters.
    """

    log_batch: FloatArray
    values: FloatArray
    noise: FloatArray
    bends: FloatArray
    jumps: FloatArray
    shares: FloatArray
    dof: float
    deviance: float
    freedom: float
    residuals: FloatArray
    variance: float

    def criterion(self, best: FitResult, score: float, excess: float) -> float:
        """Akaike's criterion of the mean path, comparable to those of laws, of which `best` has the lowest, `score`.

        Known errors, `excess` times larger in square, give it as a law's. Unknown ones are the path's own, and it is
        what lies between path and best law by them (Mallows' criterion, without bounds): a correction for small
        samples would rule out every path.
        """
        if np.isfinite(self.deviance):
            return self.deviance / excess + 2.0 * self.freedom
        squares = float(np.sum(self.residuals**2) - np.sum(best.residuals**2))
        return score + squares / self.variance + 2.0 * (self.freedom - len(best.family.free))

    def excess(self) -> float:
        """How far the estimates scatter about the mean path beyond their errors; 1 where they do not."""
        spare = max(len(self.log_batch) - self.freedom, 1.0)
        return max(1.0, self.deviance / spare) if np.isfinite(self.deviance) else 1.0

    def value(self, batch_size: float) -> tuple[FloatArray, FloatArray]:
        """ln rate at a batch size by each part, and its standard error: shapes (parts,)."""
        return self._said(np.log([batch_size]), np.ones(1))

    def predict(self, batch_size: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Learning rate at batch sizes with its 95 % band, each of shape (n,): (lr, low, high).

        Raises
        ------
        ValueError
            If a batch size is not positive and finite.
        """
        at = np.log(np.atleast_1d(positive_array("batch_size", batch_size)))
        values, errors = (np.array(part).T for part in zip(*(self._said(x[None], np.ones(1)) for x in at), strict=True))
        mean = self.shares @ values
        low, high = (self._quantile(p, values, errors) for p in (0.025, 0.975))
        return np.exp(mean), np.exp(np.minimum(low, mean)), np.exp(np.maximum(high, mean))

    def _quantile(self, p: float, values: FloatArray, errors: FloatArray) -> FloatArray:
        """Of the mixture of the parts' Student t, by bisection: it lies between the parts' own."""
        own = values + float(stdtrit(self.dof, p)) * errors
        low, high = own.min(axis=0), own.max(axis=0)
        for _ in range(24):
            middle = 0.5 * (low + high)
            short = self.shares @ stdtr(self.dof, (middle - values) / errors) < p
            low, high = np.where(short, middle, low), np.where(short, high, middle)
        return np.asarray(0.5 * (low + high))

    def change(self, old: float, new: float) -> tuple[FloatArray, FloatArray]:
        """Change of ln rate between two batch sizes by each part, and its standard error: shapes (parts,)."""
        return self._said(np.log([old, new]), np.array([-1.0, 1.0]))

    def _said(self, at: FloatArray, signs: FloatArray) -> tuple[FloatArray, FloatArray]:
        weights = _weights(self.log_batch, self.noise, self.bends, self.jumps, at) @ signs
        between = _walk(self.bends, self.jumps, self.log_batch, at) @ signs
        among = self.noise + _walk(self.bends, self.jumps, self.log_batch, self.log_batch)
        own = _walk(self.bends, self.jumps, at, at) @ signs @ signs
        variance = np.einsum("si,sij,sj->s", weights, among, weights) - 2.0 * (weights * between).sum(axis=1) + own
        return (weights * self.values).sum(axis=1), np.sqrt(np.maximum(variance, 1e-12))


def _walk(bends: FloatArray, jumps: FloatArray, a: FloatArray, b: FloatArray) -> FloatArray:
    """Generalised covariance of the random part, shape (parts, len(a), len(b)): valid for what ignores any line."""
    gap = np.abs(a[:, None] - b[None, :])
    return np.asarray(bends[:, None, None] ** 2 * gap**3 / 12.0 - jumps[:, None, None] ** 2 * gap / 2.0)


def _weights(x: FloatArray, noise: FloatArray, bends: FloatArray, jumps: FloatArray, at: FloatArray) -> FloatArray:
    """What of the values at `x` the path at `at` is made of, shape (parts, len(x), len(at)): universal kriging."""
    n, parts = len(x), len(bends)
    line, there = np.vander(x, 2), np.vander(at, 2)
    system = np.zeros((parts, n + 2, n + 2))
    system[:, :n, :n] = noise + _walk(bends, jumps, x, x)
    system[:, :n, n:], system[:, n:, :n] = line, line.T
    right = np.concatenate([_walk(bends, jumps, x, at), np.broadcast_to(there.T, (parts, 2, len(at)))], axis=1)
    return np.asarray(np.linalg.solve(system, right)[:, :n])


def smooth_path(points: Points) -> SmoothPath | None:
    """Fit the smooth path to points; None with fewer than three estimates.

    Parameters
    ----------
    points : Points
        As laws are fitted to. Where their errors are unknown, one variance is estimated with each part. Bounds are
        added one after the other, the nearest first, each as the normal value with the same two moments.

    Returns
    -------
    SmoothPath or None
    """
    _, data = prepare(points)
    if data is None or data.n < _FEWEST:
        return None
    bends, jumps = (axis.ravel() for axis in np.meshgrid(_BENDS, _JUMPS, indexing="ij"))
    n, x = data.n, np.log(data.batch[: data.n])
    errors = np.linalg.inv(data.whiten.T @ data.whiten)
    if not data.known:
        # bends and jumps are then relative to the errors, whose size each part finds for itself
        errors, bends, jumps = np.eye(n), bends / _UNKNOWN, jumps / _UNKNOWN
    noise = np.broadcast_to(errors, (len(bends), n, n))
    likelihood, size = _restricted(data, x, noise, bends, jumps)
    bends, jumps, noise = bends * size, jumps * size, noise * size[:, None, None] ** 2
    values = np.broadcast_to(data.log_value[:n], (len(bends), n))
    x, values, noise, seen = _with_bounds(data, x, values, noise, bends, jumps)
    chance = likelihood + seen + _prior(bends, jumps)
    shares = np.exp(chance - chance.max())
    kept = shares > _NOTHING * shares.sum()
    shares = shares[kept] / shares[kept].sum()
    return _described(data, x, values[kept], noise[kept], bends[kept], jumps[kept], shares)


def _prior(bends: FloatArray, jumps: FloatArray) -> FloatArray:
    """Log of the prior on the grid, but for a constant."""
    among = _JUMPS[1:] / JUMP
    relative, every = jumps / JUMP, float(np.sum(among / (1.0 + among**2)))
    some = np.where(jumps > 0, (1.0 - NO_JUMPS) * relative / (1.0 + relative**2) / every, NO_JUMPS)
    return np.asarray(np.log(some) + np.log(bends) - np.log1p((bends / BEND) ** 2))


def _restricted(
    data: Data, x: FloatArray, noise: FloatArray, bends: FloatArray, jumps: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Log of the restricted likelihood by part, and the size of the errors relative to `noise`: 1 where known."""
    n = data.n
    free = np.linalg.qr(np.vander(x, 2), mode="complete")[0][:, 2:]
    among = free.T @ (noise + _walk(bends, jumps, x, x)) @ free
    rest = free.T @ data.log_value[:n]
    solved = np.linalg.solve(among, np.broadcast_to(rest[:, None], (len(bends), n - 2, 1)))[..., 0]
    squares, volume = np.maximum(solved @ rest, 1e-12), np.linalg.slogdet(among)[1]
    if data.known:
        return -0.5 * (volume + squares), np.ones(len(bends))
    size = np.sqrt(squares / (n - 2))
    usual = -0.5 * (np.log(size / TYPICAL) / _SPREAD) ** 2
    return usual - 0.5 * (volume + (n - 2) * np.log(squares)), size


def _with_bounds(
    data: Data, x: FloatArray, values: FloatArray, noise: FloatArray, bends: FloatArray, jumps: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Values with those that stand for bounds, and the log probability of the bounds by part."""
    seen, start = np.zeros(len(bends)), x
    places = np.log(data.batch[data.n :])
    nearest = np.argsort([np.abs(start - place).min() for place in places])
    for index in nearest:
        path = SmoothPath(x, values, noise, bends, jumps, np.empty(0), 0.0, 0.0, 0.0, np.empty(0), 1.0)
        mean, error = path.value(float(np.exp(places[index])))
        side, at = data.side[index], data.log_value[data.n + index]
        total = np.hypot(error, data.side_sigma)
        z = side * (mean - at) / total
        seen = seen + log_ndtr(z)
        hazard = np.exp(-0.5 * z**2 - log_ndtr(z)) / np.sqrt(2.0 * np.pi)
        precision = 1.0 / error**2
        share = np.clip((error / total) ** 2 * hazard * (z + hazard), 1e-9, 1.0 - 1e-9)
        known = precision * share / (1.0 - share)
        moved = mean + side * error**2 / total * hazard
        stands = moved + precision / known * (moved - mean)
        x = np.append(x, places[index])
        values = np.column_stack([values, stands])
        wider = np.zeros((len(bends), len(x), len(x)))
        wider[:, :-1, :-1], wider[:, -1, -1] = noise, 1.0 / known
        noise = wider
    return x, values, noise, seen


def _described(
    data: Data, x: FloatArray, values: FloatArray, noise: FloatArray, bends: FloatArray, jumps: FloatArray,
    shares: FloatArray,
) -> SmoothPath:  # fmt: skip
    """The path with what its mean is worth."""
    n = data.n
    weights = _weights(x, noise, bends, jumps, np.log(data.batch))
    mean = shares @ np.einsum("sij,si->sj", weights, values)
    freedom = float(shares @ np.einsum("sii->s", weights[:, :n, :n]))
    residuals = data.log_value[:n] - mean[:n]
    if not data.known:
        variance = float(shares @ noise[:, 0, 0])
        return SmoothPath(x, values, noise, bends, jumps, shares, n - 2.0, np.nan, freedom, residuals, variance)
    z = data.side * (mean[n:] - data.log_value[n:]) / data.side_sigma
    deviance = float(np.sum((data.whiten @ residuals) ** 2) - 2.0 * np.sum(log_ndtr(z)))
    return SmoothPath(x, values, noise, bends, jumps, shares, max(data.dof, 1.0), deviance, freedom, residuals, 1.0)
