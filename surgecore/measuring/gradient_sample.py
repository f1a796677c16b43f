"""Mean, spread, skewness and Gaussian twins of per-example gradients, streamed in blocks (torch)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy.special import gammaln
from torch import Tensor

from surgecore.measuring.probes import Probe
from surgecore.measuring.statistic import Statistic

SOURCE = "examples"


@dataclass(frozen=True, eq=False)
class GradientSample:
    """Statistics of per-example gradients from blocks of examples, or from all examples of a data set.

    A product of two means of the same examples is biased by their common noise; products of means of
    different blocks are not. With all examples of the data set, from which minibatches are drawn with
    replacement, the statistics are those of that distribution, without error, and there is one block.

    Attributes
    ----------
    exact : bool
        Whether these are all examples of the data set.
    n, block_size : int
        Examples in all and in a block.
    means : Tensor, shape (K, P)
        Mean gradient of each block.
    std, skewness : Tensor, shape (P,)
        Standard deviation, from the deviations within blocks, and skewness of the per-example gradient.
    traces : ndarray, shape (K,)
        Trace of the covariance within each block.
    twins : Tensor, shape (K, D, P)
        Gaussian vectors with each block's covariance: deviations weighted by standard normal numbers.
    """

    exact: bool
    n: int
    block_size: int
    means: Tensor
    std: Tensor
    skewness: Tensor
    traces: np.ndarray
    twins: Tensor

    @classmethod
    def collect(
        cls, probe: Probe, *, examples: int | None, blocks: int, twins: int, generator: torch.Generator
    ) -> GradientSample:
        """Stream the gradients once.

        Parameters
        ----------
        probe : Probe
            The model and its point.
        examples : int or None
            How many to draw with replacement; None for all examples of the data set.
        blocks : int
            Blocks of equal size, at least 4; one if `examples` is None.
        twins : int
            Gaussian vectors, divided among the blocks; 0 for none.
        generator : torch.Generator
            Draws examples and Gaussian weights.

        Returns
        -------
        GradientSample
            The statistics.

        Raises
        ------
        ValueError
            If there are fewer than 4 blocks, or fewer than 2 examples a block.
        """
        exact = examples is None
        count = 1 if exact else blocks
        if not exact and blocks < 4:
            raise ValueError(f"blocks must be at least 4, but got {blocks!r}")
        if examples is not None and examples < 2 * blocks:
            raise ValueError(f"examples must be at least two a block ({2 * blocks}), but got {examples!r}")
        per_block = len(probe.everything()) if examples is None else examples // blocks
        each, zeros = -(-twins // count), probe.start.new_zeros
        means, twin = zeros(count, probe.size), zeros(count, each, probe.size)
        squares, cubes, traces = zeros(probe.size), zeros(probe.size), np.zeros(count)
        for k in range(count):
            rows = probe.everything() if exact else probe.draw(per_block, generator)
            weights = torch.randn(each, per_block, generator=generator).to(means)
            means[k], within, third, twin[k] = _moments(probe, rows, weights)
            squares += within
            cubes += third
            traces[k] = float(within.sum()) / (per_block - (not exact))
        n = count * per_block
        std = (squares / (n if exact else n - count)).clamp(min=0).sqrt()
        alive = std > 1e-12 * std.max()
        std = torch.where(alive, std, torch.zeros_like(std))
        skewness = torch.where(alive, cubes / n / std.clamp(min=1e-300) ** 3, torch.zeros_like(std))
        # weights of variance one give the covariance times b, or times b - 1 around the block's own mean
        twin /= (per_block - (not exact)) ** 0.5
        return cls(exact, n, per_block, means, std, skewness, traces, twin)

    @property
    def mean(self) -> Tensor:
        """Mean gradient over all blocks, shape (P,)."""
        return self.means.mean(dim=0)

    @property
    def alive(self) -> Tensor:
        """Coordinates whose gradient varies at all, shape (P,)."""
        return self.std > 0

    @property
    def snr(self) -> Tensor:
        """Mean over standard deviation of each block, free of the bias of an estimated std, shape (K, P)."""
        bias = 1.0 if self.exact else inverse_std_bias(self.n - len(self.means))
        return self.over_std(self.means) / bias

    def over_std(self, vectors: Tensor) -> Tensor:
        """Vectors over the standard deviations; 0 where a gradient never varies."""
        return torch.where(self.alive, vectors / self.std.clamp(min=1e-300), torch.zeros_like(vectors))

    def signal(self, scale: Tensor | float = 1.0) -> Tensor:
        """Rows of mean / std times `scale`, for error functions; infinite where a gradient never varies."""
        return self.over_std(self.means) * scale

    def pairs(self, left: Tensor, right: Tensor) -> Statistic:
        """Sum over coordinates of left_k right_l, averaged over different blocks k and l."""
        products = (left @ right.T).cpu().numpy().astype(np.float64)
        return Statistic(float(products[0, 0])) if self.exact else Statistic.pairs(SOURCE, products)

    def covariance_form(self, right: Tensor) -> Statistic:
        """tr(H Sigma) from H times the block means: the part of their quadratic forms that is noise."""
        if self.exact:
            raise ValueError("the noise of block means needs several blocks, but got all examples in one")
        products = (self.means @ right.T).cpu().numpy().astype(np.float64)
        forms = Statistic.mean(SOURCE, np.diag(products)) - Statistic.pairs(SOURCE, products)
        return forms.scaled(self.block_size)

    def per_block(self, values: Tensor) -> Statistic:
        """Mean of one value a block."""
        return Statistic.mean(SOURCE, values.cpu().numpy())


def inverse_std_bias(dof: int) -> float:
    """E[1/s] sigma for the standard deviation s of Gaussian numbers.

    Parameters
    ----------
    dof : int
        Degrees of freedom, at least 2.

    Returns
    -------
    float
        ``sqrt(dof / 2) Gamma((dof - 1) / 2) / Gamma(dof / 2)``, slightly above 1.
    """
    return float(np.sqrt(dof / 2) * np.exp(gammaln((dof - 1) / 2) - gammaln(dof / 2)))


def _moments(probe: Probe, rows: Tensor, weights: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Mean gradient of a block, sums of squared and cubed deviations from it, and of weighted deviations."""
    count, shift, at = len(rows), None, 0
    first, second, third = (probe.start.new_zeros(probe.size) for _ in range(3))
    twin = probe.start.new_zeros(len(weights), probe.size)
    for chunk in probe.gradients(rows):
        # deviations from the first chunk's mean keep the sums of squares and cubes from cancelling
        shift = chunk.mean(dim=0) if shift is None else shift
        deviation = chunk - shift
        first += deviation.sum(dim=0)
        second += deviation.square().sum(dim=0)
        third += deviation.pow(3).sum(dim=0)
        twin += weights[:, at : at + len(chunk)] @ deviation
        at += len(chunk)
    assert shift is not None
    offset = first / count
    within = second - count * offset.square()
    cubes = third - 3 * offset * second + 2 * count * offset**3
    return shift + offset, within, cubes, twin - weights.sum(dim=1, keepdim=True) * offset
