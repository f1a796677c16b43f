"""A handful of numbers that stand for the gradient noise of a whole model: what the sliders move."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import OptimizeResult, least_squares
from scipy.special import ndtri

from surgecore._validate import FloatArray, finite, positive, positive_array
from surgecore.theory.gradient_noise import GradientNoise
from surgecore.theory.params import Param

#: Quantile nodes that stand for all parameters.
NODES = 256


@dataclass(frozen=True)
class NoiseModel:
    r"""Gradient noise of a whole model in nine numbers.

    All parameters have the same mean gradient; their noise differs, so that signal-to-noise ratios are
    lognormal. The curvature is a multiple of the identity plus a rank one along the gradient's sign (or one
    for each block of parameters), and one common factor correlates the gradients along that same direction.
    `gradient_noise` turns this into a `GradientNoise` on quantile nodes, so that every curve shown follows
    from the theory. With one block there is a surge where R is above 1, whatever the spread.

    Parameters
    ----------
    lr_scale : float
        Sum of |mu| over the trace of the Hessian [parameter units per step].
    snr : float
        Median over the parameters of mean over standard deviation of the per-example gradient.
    snr_spread : float
        Standard deviation of the natural log of that ratio over the parameters.
    alignment : float
        R, off-diagonal curvature along the sign of the gradient over the trace, from 0 to `max_alignment`.
    correlation : float
        Correlation of two parameters' per-example gradients, in [0, 1).
    momentum : float, optional
        beta_1 of an update by the sign of the averaged gradient, in [0, 1): one step with a warm buffer,
        which counts as (1 + beta_1)/(1 - beta_1) times the batch size.
    skewness : float, optional
        Skewness of the per-example gradients in the direction of their mean.
    n_parameters : int, optional
        Number of parameters, at least 2.
    blocks : int, optional
        Number of equal groups of parameters, by signal to noise, that are coupled only among themselves; each
        can have a peak of its own.

    Raises
    ------
    ValueError
        If a value is outside its range.

    References
    ----------
    Li et al., arXiv 2405.14578, Theorem 2, for the law; Su, kexue.fm 11301, for the momentum row.

    Examples
    --------
    >>> model = NoiseModel(lr_scale=0.3, snr=0.05, snr_spread=0.0, alignment=5.0, correlation=0.0)
    >>> [peak] = model.gradient_noise().peaks()
    >>> round(peak.batch_size), round(peak.lr, 4), round(peak.prominence, 2)
    (141, 0.0671, 0.34)
    """

    lr_scale: float
    snr: float
    snr_spread: float
    alignment: float
    correlation: float
    momentum: float = 0.0
    skewness: float = 0.0
    n_parameters: int = 256
    blocks: int = 1

    # The defaults describe a small network on scikit-learn's digits under sign descent, to two digits.
    params: ClassVar[tuple[Param, ...]] = (
        Param("lr_scale", r"\varepsilon_0", "rate_sign", 0.3, (1e-8, 1e3)),
        Param("snr", "z", "per_example", 0.045, (1e-4, 2.0), phrase="snr_median"),
        Param("snr_spread", r"\sigma_{\ln z}", "", 1.2, (0.0, 3.0), log=False),
        Param("alignment", "R", "", 5.4, (0.01, 200.0)),
        Param("correlation", r"\rho", "", 0.0, (0.0, 0.9), log=False),
        Param("momentum", r"\beta_1", "", 0.0, (0.0, 0.99), log=False),
        Param("skewness", r"\gamma", "", 0.0, (0.0, 2.0), log=False),
        Param("n_parameters", "N", "", 256.0, (2.0, 1048576.0)),
        Param("blocks", "K", "", 1.0, (1.0, 4.0), log=False),
    )

    def __post_init__(self) -> None:
        positive("lr_scale", self.lr_scale)
        positive("snr", self.snr)
        if not finite("snr_spread", self.snr_spread) >= 0:
            raise ValueError(f"snr_spread must not be negative, but got {self.snr_spread!r}")
        for name in ("correlation", "momentum"):
            if not 0 <= finite(name, getattr(self, name)) < 1:
                raise ValueError(f"{name} must be at least 0 and below 1, but got {getattr(self, name)!r}")
        finite("skewness", self.skewness)
        for name, least in (("n_parameters", 2), ("blocks", 1)):
            number = finite(name, getattr(self, name))
            if number < least or number != int(number):
                raise ValueError(f"{name} must be a whole number of at least {least}, but got {number!r}")
        if not 0 <= finite("alignment", self.alignment) <= self.max_alignment:
            raise ValueError(
                f"alignment must lie between 0 and {self.max_alignment:g}, the most that "
                f"{self.n_parameters} parameters allow, but got {self.alignment!r}"
            )

    @property
    def max_alignment(self) -> float:
        """Largest alignment whose curvature is positive: all of it along the gradient's sign."""
        return _most_alignment(self._block_of(min(NODES, int(self.n_parameters))))

    def gradient_noise(self, nodes: int = NODES) -> GradientNoise:
        """The gradient statistics on quantile nodes of the signal-to-noise distribution.

        Each node stands for an equal share of the parameters. The trace is 1, ``sum |mu|`` is `lr_scale`, and
        `GradientNoise.alignment` is `alignment` exactly.

        Parameters
        ----------
        nodes : int, optional
            Largest number of nodes; there are never more than parameters.

        Returns
        -------
        GradientNoise
            With ``min(nodes, n_parameters)`` coordinates.

        Raises
        ------
        ValueError
            If `nodes` is below 2, or so few that the alignment would need negative curvature.
        """
        count = min(int(nodes), int(self.n_parameters))
        block = self._block_of(max(count, 1))
        if count < 2 or self.alignment > _most_alignment(block):
            raise ValueError(f"nodes must be at least 2 and enough for the alignment, but got {nodes!r}")
        mean = np.full(count, self.lr_scale / count)
        std = mean / self.snr_nodes(count) * math.sqrt((1.0 - self.momentum) / (1.0 + self.momentum))
        # every pair inside a block has the same off-diagonal curvature
        pair = self.alignment / max(_most_alignment(block) * count, 1.0)
        return GradientNoise(
            mean,
            std,
            np.full(count, 1.0 / count - pair),
            math.sqrt(pair) * (block[:, None] == np.arange(int(self.blocks))),
            np.full(count, math.sqrt(self.correlation)) if self.correlation else None,
            np.full(count, self.skewness) if self.skewness else None,
        )

    def snr_nodes(self, count: int) -> FloatArray:
        """Signal-to-noise ratios at `count` equally likely quantiles, ascending."""
        quantiles = ndtri((np.arange(count) + 0.5) / count)
        return np.asarray(self.snr * np.exp(self.snr_spread * quantiles))

    def _block_of(self, count: int) -> NDArray[np.int64]:
        return np.arange(count, dtype=np.int64) * int(self.blocks) // count


def _most_alignment(block: NDArray[np.int64]) -> float:
    sizes = np.bincount(block)
    return float((sizes * (sizes - 1)).sum() / block.size)


def nearest_model(batch_size: ArrayLike, lr: ArrayLike) -> tuple[NoiseModel, float]:
    """The noise model whose exact curve is nearest to a given one: sliders for what was measured.

    Parameters
    ----------
    batch_size : array_like, shape (n,)
        Batch sizes [examples], at least five different ones.
    lr : array_like, shape (n,)
        Optimal learning rates of the curve, positive [parameter units per step].

    Returns
    -------
    model : NoiseModel
        Least squares in log learning rate over `lr_scale`, `snr`, `snr_spread`, `alignment` and `correlation`.
        A description of the curve, not a measurement of those five: several sets of them can give one curve.
    misfit : float
        Largest factor between the two curves.

    Raises
    ------
    ValueError
        If there are fewer than five batch sizes, or a number is not positive and finite.
    """
    sizes, rates = positive_array("batch_size", batch_size).ravel(), positive_array("lr", lr).ravel()
    if len(np.unique(sizes)) < 5 or len(sizes) != len(rates):
        raise ValueError(
            f"batch_size must hold at least five different sizes, one for each lr, but got {len(sizes)} "
            f"and {len(rates)}"
        )
    specs = {param.name: param for param in NoiseModel.params}
    names = ("lr_scale", "snr", "snr_spread", "alignment", "correlation")
    low = np.array([np.log(specs[n].bounds[0]) if n in names[:2] else 0.0 for n in names])
    high = np.array([np.log(specs[n].bounds[1]) if n in names[:2] else specs[n].bounds[1] for n in names])
    low[3], high[3] = np.log(1e-3), np.log(200.0)
    high[4] = min(high[4], 0.99)

    def model(x: FloatArray) -> NoiseModel:
        values = [math.exp(x[0]), math.exp(x[1]), float(x[2]), math.exp(x[3]), float(x[4])]
        return NoiseModel(**dict(zip(names, values, strict=True)))  # type: ignore[arg-type]

    def misses(x: FloatArray) -> FloatArray:
        return np.asarray(np.log(model(x).gradient_noise(64).optimal_lr(sizes)) - np.log(rates))

    def fitted(alignment: float, correlation: float) -> OptimizeResult:
        middle = float(np.sqrt(sizes.min() * sizes.max()))
        start = np.array([np.log(2.0 * rates.max()), -0.5 * np.log(middle), 1.0, np.log(alignment), correlation])
        return least_squares(misses, np.clip(start, low + 1e-6, high - 1e-6), bounds=(low, high), max_nfev=60)

    best = min((fitted(a, c) for a in (0.5, 4.0) for c in (0.01, 0.2)), key=lambda found: float(found.cost))
    found = model(best.x)
    miss = np.log(np.asarray(found.gradient_noise().optimal_lr(sizes)) / rates)
    return found, float(np.exp(np.abs(miss).max()))
