"""A model at one point: gradients of single examples, products with the curvature, losses nearby (torch)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad, vmap
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
        views = _views(self._model.shapes, self.start[None])
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
                    loss = self._model.losses(_views(self._model.shapes, leaf), batch).sum()
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
            views = _views(self._model.shapes, points[at : at + step])
            for batch, weight in self._batches(examples):
                out[at : at + step] += weight * self._model.losses(views, batch)[0].double()
        return out

    def _batches(self, examples: int) -> Iterator[tuple[Batch, float]]:
        for at in range(0, len(self._x), examples):
            batch = Batch(self._x[None, at : at + examples], self._model.y[None, at : at + examples])
            yield batch, batch.y.shape[1] / len(self._x)

    def _room(self, floats: int, memory: int = MEMORY) -> int:
        return max(1, memory // (self.start.element_size() * floats))


def check_evaluation(module: nn.Module) -> None:
    """Check that a module treats every example alone, and the same way twice.

    Raises
    ------
    ValueError
        If dropout or batch normalisation in it is in training mode.
    """
    noisy = (nn.modules.dropout._DropoutNd, nn.modules.batchnorm._BatchNorm)
    for name, part in module.named_modules():
        if part.training and isinstance(part, noisy):
            raise ValueError(
                "dropout and batch normalisation must be in evaluation mode, as they mix or change examples (call "
                f"eval() on the model, or on that layer), but got {name or 'a model'} = {type(part).__name__} "
                "in training mode"
            )


class ModuleProbe(Probe):
    """Any `torch.nn.Module` at its present parameters, by `torch.func`.

    Parameters
    ----------
    module : nn.Module
        In evaluation mode, so that an example's loss depends on that example only.
    loss : callable
        ``loss(output, target)``: the mean loss of a batch.
    x, y : Tensor
        All examples, one a row.
    chunk : int, optional
        Examples whose gradients are held at once; as many as fit the memory by default.

    Raises
    ------
    ValueError
        If dropout or batch normalisation in it is in training mode.

    Examples
    --------
    >>> import torch
    >>> from surgecore.measuring.probes import ModuleProbe
    >>> _ = torch.manual_seed(0)
    >>> x, y = torch.randn(64, 5), torch.randn(64, 1)
    >>> probe = ModuleProbe(torch.nn.Linear(5, 1), torch.nn.functional.mse_loss, x, y)
    >>> next(probe.gradients(probe.everything())).shape
    torch.Size([64, 6])
    """

    def __init__(
        self, module: nn.Module, loss: Callable[[Tensor, Tensor], Tensor], x: Tensor, y: Tensor, *,
        chunk: int | None = None,
    ) -> None:  # fmt: skip
        check_evaluation(module)
        named = {name: value.detach() for name, value in module.named_parameters() if value.requires_grad}
        super().__init__(torch.cat([value.reshape(-1) for value in named.values()]), len(x))
        self._shapes = {name: tuple(value.shape) for name, value in named.items()}
        self._module, self._loss, self._x, self._y, self._chunk = module, loss, x, y, chunk

    def _total(self, flat: Tensor, x: Tensor, y: Tensor) -> Tensor:
        named = {name: v[0, 0] for name, v in _views(self._shapes, flat[None]).items()}
        return self._loss(functional_call(self._module, named, (x,)), y)

    def _single(self, flat: Tensor, x: Tensor, y: Tensor) -> Tensor:
        return self._total(flat, x[None], y[None])

    def gradients(self, rows: Tensor) -> Iterator[Tensor]:
        """Per-example gradients by `vmap(grad)`; see `Probe.gradients`.

        Raises
        ------
        ValueError
            If the module mixes examples, or draws random numbers.
        """
        step = self._chunk or max(1, MEMORY // (8 * self.start.element_size() * self.size))
        each: Callable[..., Any] = vmap(grad(self._single), in_dims=(None, 0, 0))
        for at in range(0, len(rows), step):
            chosen = rows[at : at + step].to(self._x.device)
            try:
                yield each(self.start, self._x[chosen], self._y[chosen]).detach()
            except RuntimeError as error:
                if "vmap" not in str(error):
                    raise
                raise ValueError(
                    "model must treat every example alone and draw no random numbers (call model.eval() if it "
                    f"does only in training), but got: {str(error).splitlines()[0]}"
                ) from error

    def products(self, vectors: Tensor) -> Tensor:
        """Products with the Hessian, one vector at a time; see `Probe.products`."""
        out = torch.zeros_like(vectors.to(self.start.dtype))
        for x, y, weight in self._pieces():
            leaf = self.start.clone().requires_grad_()
            with sdpa_kernel(SDPBackend.MATH):  # the fused kernel has no second derivative
                loss = self._total(leaf, x, y)
            (first,) = torch.autograd.grad(loss, leaf, create_graph=True)
            for row, vector in enumerate(vectors.to(self.start.dtype)):
                (second,) = torch.autograd.grad(first, leaf, vector, retain_graph=True)
                out[row] += weight * second
        return out

    @torch.no_grad()
    def losses(self, points: Tensor) -> Tensor:
        """Losses over all examples; see `Probe.losses`."""
        out = points.new_zeros(len(points), dtype=torch.float64)
        for x, y, weight in self._pieces():
            for row, point in enumerate(points):
                out[row] += weight * self._total(point, x, y).double()
        return out

    def _pieces(self, examples: int = 1024) -> Iterator[tuple[Tensor, Tensor, float]]:
        for at in range(0, len(self._x), examples):
            x, y = self._x[at : at + examples], self._y[at : at + examples]
            yield x, y, len(x) / len(self._x)


def _views(shapes: Shapes, points: Tensor) -> Views:
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
