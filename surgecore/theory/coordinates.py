"""Sums over coordinates of what a sign-like update keeps of a batch gradient: the work behind `GradientNoise`.

A coordinate's expected sign is an error function of its scaled mean, corrected for skewness; with a common factor the
signs of two coordinates are independent only once the factor is given, so that the sums run over its nodes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.special import erf

from surgecore._validate import FloatArray

#: Elements of the largest temporary array (2 MB of float64), however many coordinates and batch sizes.
_ELEMENTS = 1 << 18
#: Above it the error function is 1 and its slope 0, to the last bit.
_CERTAIN = 1e6


class SignSums(NamedTuple):
    """Sums over the coordinates, each of shape (M,): one entry a batch size."""

    signal: FloatArray  # sum of mu_i E_i
    coupling: FloatArray  # expectation of sum over i != j of sign_i sign_j H_ij
    signal_slope: FloatArray  # their derivatives by ln B
    coupling_slope: FloatArray


@dataclass(frozen=True, eq=False)
class Coordinates:
    """N coordinates whose gradients are noisy; arguments are those of `GradientNoise`, checked there."""

    mean: FloatArray
    std: FloatArray
    factors: FloatArray | None
    loadings: FloatArray | None
    skewness: FloatArray | None

    @cached_property
    def snr(self) -> FloatArray:
        """Signal-to-noise ratio mu_i / sigma_i of each coordinate, shape (N,)."""
        return self.mean / self.std

    @cached_property
    def squared_factors(self) -> FloatArray:
        """Diagonal of U U^T, shape (N,)."""
        factors = self.factors
        return np.zeros_like(self.mean) if factors is None else np.einsum("ik,ik->i", factors, factors)

    @cached_property
    def _nodes(self) -> tuple[FloatArray, FloatArray]:
        loadings = self.loadings
        return (np.zeros(1), np.ones(1)) if loadings is None else factor_nodes(float(np.abs(loadings).max()))

    def projected(self, vector: FloatArray) -> float:
        """Curvature U U^T along a vector."""
        factors = self.factors
        return 0.0 if factors is None else float(((factors.T @ vector) ** 2).sum())

    def off_diagonal(self, vector: FloatArray) -> float:
        """The same without the diagonal."""
        return self.projected(vector) - float((self.squared_factors * vector**2).sum())

    def coupling_growth(self) -> float:
        """Half the second derivative of the coupling by sqrt(B) at 0, averaged over the common factor."""
        assert self.loadings is not None
        loading = self.loadings
        rest = np.sqrt(1.0 - loading**2)
        total = 0.0
        for node, weight in zip(*self._nodes, strict=True):
            shift = loading * node / rest
            sign = erf(shift / math.sqrt(2.0))
            first = self.snr * math.sqrt(2.0 / math.pi) / rest * np.exp(-0.5 * shift**2)
            second = -first * shift * self.snr / rest
            # sum over i != j of s_i s''_j, from the square of the sum of both
            mixed = self.off_diagonal(sign + second) - self.off_diagonal(sign - second)
            total += weight * (0.25 * mixed + self.off_diagonal(first))
        return float(total)

    def sums(self, root: FloatArray, *, slopes: bool = False) -> SignSums:
        """The sums at batch sizes `root` squared; infinity is the limit of large batches."""
        result = SignSums(*(np.zeros(root.size) for _ in range(4)))
        columns = 1 if self.factors is None else 1 + self.factors.shape[1]
        step = max(1, min(64, _ELEMENTS // (self._nodes[0].size * columns)))
        with np.errstate(over="ignore", invalid="ignore"):  # what is beyond a float gives NaN, as no curvature does
            for start in range(0, root.size, step):
                part = slice(start, start + step)
                for whole, piece in zip(result, self._chunk(root[part], slopes), strict=True):
                    whole[part] = piece
        return result

    def _chunk(self, root: FloatArray, slopes: bool) -> SignSums:
        nodes, weights = self._nodes
        rank = 0 if self.factors is None else self.factors.shape[1]
        shape = (nodes.size, root.size)
        projection, projection_slope = np.zeros((2, *shape, rank))
        squares, squares_slope = np.zeros((2, *shape))
        signal, signal_slope = np.zeros((2, root.size))
        step = max(1, _ELEMENTS // root.size)
        for start in range(0, self.mean.size, step):
            part = slice(start, start + step)
            scaled, shift, shift_slope = self._scaled_mean(root, part)
            sign = erf(scaled / math.sqrt(2.0)) + shift
            signal += sign @ self.mean[part]
            if slopes:
                sign_slope = scaled * _density(scaled) + shift_slope
                signal_slope += sign_slope @ self.mean[part]
            if self.factors is None:
                continue
            factors, squared = self.factors[part], self.squared_factors[part]
            for index, node in enumerate(nodes):
                if self.loadings is not None:
                    loading = self.loadings[part]
                    rest = np.sqrt(1.0 - loading**2)
                    given = (scaled + loading * node) / rest
                    sign = erf(given / math.sqrt(2.0)) + shift
                    if slopes:
                        sign_slope = scaled * _density(given) / rest + shift_slope
                projection[index] += sign @ factors
                squares[index] += (sign * sign) @ squared
                if slopes:
                    projection_slope[index] += sign_slope @ factors
                    squares_slope[index] += (sign * sign_slope) @ squared
        coupling = weights @ ((projection**2).sum(axis=2) - squares)
        coupling_slope = 2.0 * weights @ ((projection * projection_slope).sum(axis=2) - squares_slope)
        return SignSums(signal, coupling, signal_slope, coupling_slope)

    def _scaled_mean(self, root: FloatArray, part: slice) -> tuple[FloatArray, FloatArray | float, FloatArray | float]:
        snr = self.snr[part]
        if np.isinf(root).any():  # the limit of large batches: infinite but for coordinates of zero mean
            return np.tile(np.where(snr == 0, 0.0, np.copysign(np.inf, snr)), (root.size, 1)), 0.0, 0.0
        if float(np.abs(snr).max()) * float(root.max()) > _CERTAIN:
            scaled = np.clip(root[:, None] * snr, -_CERTAIN, _CERTAIN)
        else:
            scaled = root[:, None] * snr
        if self.skewness is None or not root.all():
            return scaled, 0.0, 0.0
        scale = self.skewness[part] * _density(scaled) / (3.0 * root[:, None])
        square = scaled**2
        return scaled, scale * (square - 1.0), scale * (0.5 + square - 0.5 * square**2)


def factor_nodes(loading: float, tolerance: float = 1e-15) -> tuple[FloatArray, FloatArray]:
    r"""Nodes and weights that average over the common factor of correlated signs.

    The trapezoidal rule on a Gaussian weight: its error for this integrand is about
    ``exp(-pi^2 / (h^2 kappa))`` with ``kappa = (1 + loading^2) / (2 (1 - loading^2))``, so the step h follows
    from the tolerance, where the order of a Gauss-Hermite rule would have to be guessed.

    Parameters
    ----------
    loading : float
        Largest absolute loading, in [0, 1).
    tolerance : float, optional
        Error of the average.

    Returns
    -------
    nodes, weights : ndarray, shape (Q,)
        Values of the factor and weights that add up to 1; Q is about 40 for a loading of 0.7 and grows as
        ``1 / sqrt(1 - loading^2)``.
    """
    digits = -math.log(tolerance)
    kappa = (1.0 + loading**2) / (2.0 * (1.0 - loading**2))
    step = math.pi / math.sqrt(digits * kappa)
    count = math.ceil(math.sqrt(2.0 * digits) / step)
    nodes: FloatArray = step * np.arange(-count, count + 1, dtype=np.float64)
    weights: FloatArray = np.exp(-0.5 * nodes**2)
    return nodes, np.asarray(weights / weights.sum())


def _density(x: FloatArray) -> FloatArray:
    return np.asarray(np.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi))
