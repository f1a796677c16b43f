"""The quadratic model: mean, noise and curvature are known (torch)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from surgecore.training.engine.device_draws import uploaded
from surgecore.training.engine.draws import draw_normals
from surgecore.training.engine.native import native_steps
from surgecore.training.engine.resident import of_quadratic
from surgecore.training.engine.stack import Views
from surgecore.training.workloads.batch import Batch
from surgecore.training.workloads.examples import Examples
from surgecore.training.workloads.models import BLOCK, Model

if TYPE_CHECKING:
    from surgecore.training.engine.native import Native
    from surgecore.training.engine.resident import Resident
    from surgecore.training.engine.rules import Needs, Optimizer
    from surgecore.training.workloads.workloads import Quadratic


class QuadraticModel(Model):
    """mean . theta + theta H theta / 2, shifted to zero at its minimum, with Gaussian per-example gradients.

    Per-example gradients are H theta + mean + A xi with standard normal xi; a minibatch of B has the noise A xi /
    sqrt(B), drawn directly, so any batch size costs the same. Runs start at theta = 0.

    Parameters
    ----------
    mean : array_like, shape (N,)
        Gradient at the start.
    hessian : array_like, shape (N, N)
        Curvature, positive definite.
    noise : array_like, shape (N, M)
        A: the noise covariance is A A^T.
    device : str
        "cpu" or "cuda".
    """

    def __init__(self, mean: ArrayLike, hessian: ArrayLike, noise: ArrayLike, device: str = "cpu") -> None:
        exact = np.asarray(mean, dtype=np.float64), np.asarray(hessian, dtype=np.float64)
        super().__init__({"theta": (len(exact[0]),)}, device)
        self.mean, self.hessian, self.noise = (
            torch.tensor(np.asarray(value), dtype=torch.float32, device=self.device) for value in (*exact, noise)
        )
        self.floor = float(0.5 * exact[0] @ np.linalg.solve(exact[1], exact[0]))

    @classmethod
    def standard(cls, workload: Quadratic, device: str = "cpu") -> Self:
        """The problem that a plan describes: condition number 1e3, minimum at distance one in every direction."""
        n, random = workload.size, np.random.Generator(np.random.Philox(key=workload.problem_seed))
        spectrum = np.logspace(0, -3, n)
        basis, _ = np.linalg.qr(random.standard_normal((n, n)))
        if workload.hessian == "rotated":
            spectrum = 1 / np.arange(1, n + 1)
            hessian = (basis * spectrum) @ basis.T
            mean = hessian @ random.standard_normal(n)
        elif workload.hessian == "aligned":
            direction = random.choice([-1.0, 1.0], n) / np.sqrt(n)
            hessian = np.diag(spectrum) + n * np.outer(direction, direction) / 4
            mean = hessian @ (direction + 0.1 * random.standard_normal(n) / np.sqrt(n))
        else:
            hessian = np.diag(spectrum)
            mean = hessian @ random.standard_normal(n)
        size = np.sqrt(np.mean(mean**2)) / 0.03  # root mean square signal-to-noise ratio of one example
        if workload.noise == "isotropic":
            noise = size * np.eye(n)
        else:
            values, vectors = np.linalg.eigh(hessian)
            noise = vectors * np.sqrt(values * size**2 * n / values.sum())
        return cls(mean, hessian, noise, device)

    def fused(self, optimizer: Optimizer, batch_size: int) -> Resident | None:
        """A program a run."""
        return of_quadratic(self, optimizer)

    def native(self, optimizer: Optimizer) -> Native | None:
        """All runs together."""
        data = self.hessian.numpy(), self.mean.numpy()
        return native_steps("quadratic", data, optimizer, lambda drawn: drawn @ self.noise.T)

    def initial(self, seed: int) -> Tensor:
        """Zero for every seed."""
        return torch.zeros_like(self.mean)

    def draw(self, seeds: Sequence[int], batch_size: int, block: int) -> Tensor:
        """Mean standard normal numbers of a minibatch, shape (BLOCK, groups, M)."""
        normals = draw_normals(seeds, batch_size, block, BLOCK, self.noise.shape[1])
        scaled: Tensor = uploaded(normals, self.device) / batch_size**0.5
        return scaled

    def batch(self, drawn: Tensor) -> Batch:
        """Noise of the minibatch gradient, shape (groups, 1, N)."""
        noise = (drawn @ self.noise.T)[:, None]
        return Batch(noise, noise)

    def curvatures(self) -> dict[str, float]:
        """Largest and smallest curvature; that of one example is the same."""
        values = torch.linalg.eigvalsh(self.hessian.double())
        return {"smooth": float(values[-1]), "roughest": float(values[-1]), "convex": float(values[0])}

    def gradients(self, params: Views, batch: Batch) -> list[Tensor]:
        """Noisy gradient of every run."""
        # a run that uses fewer examples than were drawn has more noise
        noise = batch.x if batch.sizes is None else batch.x * (batch.drawn / batch.sizes[..., None]).sqrt()
        return [params["theta"] @ self.hessian + self.mean + noise]

    def examples(self, params: Views, batch: Batch, needs: Needs) -> tuple[list[Tensor], Examples]:
        """Gradients, and what single examples have on average given their mean, as they are not drawn.

        Raises
        ------
        ValueError
            If products with the mean gradient are needed.
        """
        if needs.along:
            raise ValueError("the quadratic draws no single examples, so they have no products with the mean gradient")
        g = self.gradients(params, batch)[0]
        count = batch.n_used(g)[..., None]
        squares = g.square() + (count - 1) / count * self.noise.square().sum(dim=1)
        norms = (count * squares).sum(dim=-1)[..., None, None]
        return [g], Examples([squares] if needs.squares else None, norms if needs.norms else None)

    def losses(self, params: Views, batch: Batch) -> Tensor:
        """Loss of every run on its minibatch, shape (groups, runs)."""
        theta = params["theta"]
        return ((0.5 * theta @ self.hessian + self.mean + batch.x) * theta).sum(dim=-1) + self.floor

    def full_losses(self, params: Views) -> Tensor:
        """Exact loss of every run, shape (groups, runs), float64."""
        theta = params["theta"].double()
        return ((0.5 * theta @ self.hessian.double() + self.mean.double()) * theta).sum(dim=-1) + self.floor
