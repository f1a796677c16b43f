"""The curvature of a probe: products, and its diagonal by random probes or exactly (torch)."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from surgecore.measuring.probes import Probe
from surgecore.measuring.statistic import Statistic

#: Up to this many parameters the whole Hessian is computed, and nothing about it is random.
DENSE_LIMIT = 2048
_COLUMNS = 128


class Curvature:
    """Hessian of the mean loss: products, and sums over its diagonal.

    Parameters
    ----------
    probe : Probe
        The model and its point.
    probes : int
        Rademacher vectors for the diagonal (Hutchinson), unless the whole Hessian is computed.
    generator : torch.Generator
        Draws the vectors.
    dense_limit : int, optional
        Largest number of parameters for which the whole Hessian is computed.

    Attributes
    ----------
    diagonal : Tensor, shape (M, P)
        Unbiased estimates of the diagonal, one a Rademacher vector; the exact one alone if `exact`.
    exact : bool
        Whether the whole Hessian is known.
    dense : Tensor or None
        It, shape (P, P).
    """

    def __init__(
        self, probe: Probe, *, probes: int, generator: torch.Generator, dense_limit: int = DENSE_LIMIT
    ) -> None:
        self._probe, size = probe, probe.size
        self.exact = size <= dense_limit
        self.dense: Tensor | None = None
        if self.exact:
            eye = torch.eye(size, dtype=probe.start.dtype, device=probe.start.device)
            whole = torch.cat([probe.products(rows) for rows in torch.split(eye, _COLUMNS)])
            self.dense = 0.5 * (whole + whole.T)
            self.diagonal = self.dense.diagonal()[None]
        else:
            signs = torch.randint(2, (probes, size), generator=generator).to(probe.start) * 2 - 1
            self.diagonal = signs * probe.products(signs)

    def products(self, vectors: Tensor) -> Tensor:
        """Products with the Hessian, (K, P) to (K, P)."""
        return self._probe.products(vectors) if self.dense is None else vectors @ self.dense

    def forms(self, vectors: Tensor) -> Tensor:
        """Quadratic forms v^T H v, shape (K,)."""
        return (vectors * self.products(vectors)).sum(dim=1)

    def diagonal_sum(self, weights: Tensor) -> Statistic:
        """Sum of w_i H_ii for weights (P,), with the error of the random vectors."""
        values = (self.diagonal @ weights.to(self.diagonal)).cpu().numpy().astype(np.float64)
        return Statistic.mean("curvature", values)
