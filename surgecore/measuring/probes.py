"""A model at one point: gradients of single examples, products with the curvature, losses nearby (torch)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from surgecore.training.engine.stack import Shapes, Views
from surgecore.training.workloads.batch import Batch
from surgecore.training.workloads.models import DataModel, Model
from surgecore.training.workloads.quadratic import QuadraticModel

#: Working memory of one chunk of per-example gradients or curvature products [bytes].
MEMORY = 256 << 20


class Probe(ABC):
    """A loss at one point of its parameters, and the distribution of its examples.

    Parameters
    ----------
    start : Tensor, shape (P,)
        The point; its dtype is that of all results.
    n_examples : int or None
        Examples of the data set, which minibatches draw with replacement; None where there is no end of them.

    Attributes
    ----------
    start : Tensor, shape (P,)
        The point.
    n_examples : int or None
        Examples of the data set.
    """

    def __init__(self, start: Tensor, n_examples: int | None) -> None:
        self.start, self.n_examples = start, n_examples

    @property
    def size(self) -> int:
        """Number of parameters P."""
        return self.start.numel()

    def draw(self, count: int, generator: torch.Generator) -> Tensor:
        """What `count` examples are made of, drawn with replacement: to be given to `gradients`."""
        assert self.n_examples is not None
        return torch.randint(self.n_examples, (count,), generator=generator)

    @abstractmethod
    def gradients(self, rows: Tensor) -> Iterator[Tensor]:
        """Per-example gradients of drawn rows, in chunks (examples, P) that fit the memory."""

    @abstractmethod
    def products(self, vectors: Tensor) -> Tensor:
        """Products with the Hessian of the mean loss over all examples: (K, P) to (K, P)."""

    @abstractmethod
    def losses(self, points: Tensor) -> Tensor:
        """Mean loss over all examples at points (K, P): float64, shape (K,)."""

    def everything(self) -> Tensor:
        """Rows of all examples.

        Raises
        ------
        ValueError
            If there is no end of examples.
        """
        if self.n_examples is None:
            raise ValueError("examples must be a number for endless data, but got all")
        return torch.arange(self.n_examples)


class QuadraticProbe(Probe):
    """The quadratic of a `QuadraticModel`, whose examples have Gaussian gradients.

    Parameters
    ----------
    model : QuadraticModel
        Mean, curvature and noise.
    start : Tensor, optional
        The point; 0 by default.
    """

    def __init__(self, model: QuadraticModel, start: Tensor | None = None) -> None:
        super().__init__((model.initial(0) if start is None else start).double(), None)
        self._hessian, self._noise = model.hessian.double(), model.noise.double()
        self._mean, self._floor = model.mean.double(), model.floor

    def draw(self, count: int, generator: torch.Generator) -> Tensor:
        """Standard normal numbers, one row an example."""
        return torch.randn(count, self._noise.shape[1], generator=generator, dtype=torch.float64)

    def gradients(self, rows: Tensor) -> Iterator[Tensor]:
        """Per-example gradients; see `Probe.gradients`."""
        step = max(1, MEMORY // (8 * self.size))
        for at in range(0, len(rows), step):
            yield self._hessian @ self.start + self._mean + rows[at : at + step] @ self._noise.T

    def products(self, vectors: Tensor) -> Tensor:
        """Products with the Hessian; see `Probe.products`."""
        return vectors.to(self.start.dtype) @ self._hessian

    def losses(self, points: Tensor) -> Tensor:
        """Exact losses; see `Probe.losses`."""
        return ((0.5 * points @ self._hessian + self._mean) * points).sum(dim=-1) + self._floor


class ModelProbe(Probe):
    """A workload's model at a point. Its stacked copies make single examples and many vectors cheap.

    Parameters
    ----------
    model : DataModel
        The model.
    start : Tensor, shape (P,)
        The point.
    dtype : torch.dtype, optional
        Precision of all results.
    """

    def __init__(self, model: DataModel, start: Tensor, *, dtype: torch.dtype = torch.float64) -> None:
        super().__init__(start.to(dtype), len(model.x))
        self._model = model
        self._x = model.x.to(dtype) if model.x.is_floating_point() else model.x

    def gradients(self, rows: Tensor) -> Iterator[Tensor]:
        """Per-example gradients, each example on a copy of its own; see `Probe.gradients`."""
        step = self._room(self.size + self._model.activations)
        views = named_views(self._model.shapes, self.start[None])
        for at in range(0, len(rows), step):
            chosen = rows[at : at + step].to(self.start.device)
            batch = Batch(self._x[chosen][:, None], self._model.y[chosen][:, None])
            copies = {name: v.expand(len(chosen), *v.shape[1:]) for name, v in views.items()}
            parts = self._model.gradients(copies, batch)
            yield torch.cat([part.reshape(len(chosen), -1) for part in parts], dim=1)

    def products(self, vectors: Tensor) -> Tensor:
        """Products with the Hessian by a second backward pass; see `Probe.products`."""
        examples = min(len(self._x), max(1, self._room(16 * self._model.activations)))
        step = max(1, self._room(16 * self._model.activations * examples + 4 * self.size))
        vectors = vectors.to(self.start.dtype)
        out = torch.zeros_like(vectors)
        for at in range(0, len(vectors), step):
            part = vectors[at : at + step]
            for batch, weight in self._batches(examples):
                leaf = self.start.expand(len(part), -1).clone().requires_grad_()
                with sdpa_kernel(SDPBackend.MATH):  # the fused kernel has no second derivative
                    loss = self._model.losses(named_views(self._model.shapes, leaf), batch).sum()
                (first,) = torch.autograd.grad(loss, leaf, create_graph=True)
                (second,) = torch.autograd.grad(first, leaf, part)
                out[at : at + step] += weight * second
        return out

    @torch.no_grad()
    def losses(self, points: Tensor) -> Tensor:
        """Losses over all examples; see `Probe.losses`."""
        examples = min(len(self._x), 512)
        step = max(1, self._room(2 * self._model.activations * examples, memory=8 << 20))
        out = points.new_zeros(len(points), dtype=torch.float64)
        for at in range(0, len(points), step):
            views = named_views(self._model.shapes, points[at : at + step])
            for batch, weight in self._batches(examples):
                out[at : at + step] += weight * self._model.losses(views, batch)[0].double()
        return out

    def _batches(self, examples: int) -> Iterator[tuple[Batch, float]]:
        for at in range(0, len(self._x), examples):
            batch = Batch(self._x[None, at : at + examples], self._model.y[None, at : at + examples])
            yield batch, batch.y.shape[1] / len(self._x)

    def _room(self, floats: int, memory: int = MEMORY) -> int:
        return max(1, memory // (self.start.element_size() * floats))


def named_views(shapes: Shapes, points: Tensor) -> Views:
    """Named views (1, K, *shape) of points (K, P), or rather of one group of K runs."""
    sizes = [torch.Size(shape).numel() for shape in shapes.values()]
    parts = torch.split(points, sizes, dim=1)
    return {
        name: part.reshape(1, len(points), *shape) for (name, shape), part in zip(shapes.items(), parts, strict=True)
    }


def probe_of(model: Model, start: Tensor) -> Probe:
    """The probe that fits a model.

    Raises
    ------
    ValueError
        If it is neither a quadratic nor a model of a data set.
    """
    if isinstance(model, QuadraticModel):
        return QuadraticProbe(model, start)
    if isinstance(model, DataModel):
        return ModelProbe(model, start)
    raise ValueError(f"a model must be a quadratic or have a data set, but got {type(model).__name__}")
