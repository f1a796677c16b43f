"""Models that evaluate many runs at once: losses and gradients of stacked parameters (torch)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import torch
from torch import Tensor

from surgecore.training.engine.device_draws import drawn_indices
from surgecore.training.engine.stack import Shapes, Views
from surgecore.training.workloads.batch import Batch
from surgecore.training.workloads.examples import Examples, by_pieces
from surgecore.training.workloads.own_loss import check_own_loss
from surgecore.training.workloads.readers import BoundReader, Reader

if TYPE_CHECKING:
    from surgecore.training.engine.native import Native
    from surgecore.training.engine.resident import Resident
    from surgecore.training.engine.rules import Needs, Optimizer
    from surgecore.training.workloads.workloads import Workload

#: Steps whose minibatches are drawn at once: part of the definition of a run's minibatches.
BLOCK = 32
#: Bytes that a full loss may take on a CPU: what fits its caches.
_CACHE = 4 << 20
#: Activations that a CPU computes in about the time that the calls of a reading take.
_READ = 1 << 26


class Model(ABC):
    """A loss of stacked parameters: views of shape (groups, runs, *shape) in, losses (groups, runs) out.

    Parameters
    ----------
    shapes : mapping of str to tuple of int
        Parameters of one run.
    device : str
        "cpu" or "cuda".
    """

    #: Examples of an epoch; a made-up number where examples are made up.
    epoch = 4096

    def __init__(self, shapes: Shapes, device: str) -> None:
        self.shapes, self.device = shapes, torch.device(device)
        #: Bytes that a full loss may take.
        self.room = _CACHE if device == "cpu" else 1 << 30

    @abstractmethod
    def initial(self, seed: int) -> Tensor:
        """Parameters of one run, flat, for a seed; the same on every device."""

    @abstractmethod
    def draw(self, seeds: Sequence[int], batch_size: int, block: int) -> Tensor:
        """What the minibatches of `BLOCK` steps are made of: leading shape (BLOCK, groups)."""

    @abstractmethod
    def batch(self, drawn: Tensor) -> Batch:
        """Minibatches of one step from one row of `draw`."""

    def first_of(self, drawn: Tensor, count: int) -> Tensor:
        """The first so many examples of each minibatch in a row of `draw`."""
        return drawn

    def curvatures(self) -> dict[str, float]:
        """Constants of a convex loss, as far as they are known: see `surgecore.training.engine.policies.OptimalSGD`."""
        return {}

    @abstractmethod
    def losses(self, params: Views, batch: Batch) -> Tensor:
        """Mean loss of every run on its group's minibatch, shape (groups, runs)."""

    @abstractmethod
    def full_losses(self, params: Views) -> Tensor:
        """Loss of every run over all data, float64, shape (groups, runs)."""

    @property
    def digest(self) -> str:
        """SHA-256 of the data it trains on."""
        return ""

    def examples(self, params: Views, batch: Batch, needs: Needs) -> tuple[list[Tensor], Examples]:
        """Gradients, and what `needs` asks to know of single examples; some at a time unless a model does better."""
        return by_pieces(self, params, batch, needs) if needs.any else (self.gradients(params, batch), Examples())

    def reader(self) -> Reader:
        """Reads losses over all data, of each run no further than is needed."""
        return Reader(self)

    @property
    def read_together(self) -> int:
        """Runs whose losses are read in about the time that the calls take."""
        return 1

    def fused(self, optimizer: Optimizer, batch_size: int) -> Resident | None:
        """Many steps in one launch, where there is a kernel for it and it pays."""
        return None

    def native(self, optimizer: Optimizer) -> Native | None:
        """Many steps in one call of native code, where there is some for a CPU."""
        return None

    def native_reader(self) -> Reader:
        """A reader for runs that take native steps: in native code where there is some."""
        return self.reader()

    def gradients(self, params: Views, batch: Batch) -> list[Tensor]:
        """Gradient of every run's own loss, one tensor a parameter; by autograd unless a model does better."""
        if torch.compiler.is_compiling():

            def total(views: Views) -> Tensor:
                return self.losses(views, batch).sum()

            return list(torch.func.grad(total)(params).values())
        leaves = [view.detach().requires_grad_() for view in params.values()]
        summed = self.losses(dict(zip(params, leaves, strict=True)), batch).sum()
        return list(torch.autograd.grad(summed, leaves, allow_unused=True, materialize_grads=True))


class DataModel(Model):
    """A model of a fixed data set, held on the device.

    Parameters
    ----------
    workload : Workload
        Shapes and memory needs.
    device : str
        "cpu" or "cuda".
    x, y : Tensor
        All examples, one a row.
    """

    #: Runs that are read together at least: a grouped convolution of many takes less than many of one.
    together: ClassVar[int] = 1

    def __init__(self, workload: Workload, device: str, x: Tensor, y: Tensor) -> None:
        super().__init__(workload.shapes, device)
        self.activations, self.scales = workload.activations, workload.scales
        self.n_evaluated = self.epoch = len(x)
        self.x, self.y = x.to(self.device), y.to(self.device)

    @property
    def digest(self) -> str:
        """SHA-256 of inputs and labels."""
        return sha256(self.x.cpu().numpy().tobytes() + self.y.cpu().numpy().tobytes()).hexdigest()

    @property
    def read_together(self) -> int:
        """Runs whose losses are read in about the time that the calls take; on a GPU memory is kept for the runs."""
        return _READ // (self.activations * self.n_evaluated) if self.device.type == "cpu" else 1

    def initial(self, seed: int) -> Tensor:
        """Normal weights of variance 1 / fan-in and zero vectors, or what the workload's `scales` say."""
        generator = np.random.Generator(np.random.Philox(key=seed))
        parts = []
        for name, shape in self.shapes.items():
            scale = self.scales.get(name, 1 / np.sqrt(np.prod(shape[1:])))
            parts.append(generator.standard_normal(shape).ravel() * scale if len(shape) > 1 else np.zeros(shape))
        return torch.tensor(np.concatenate(parts), dtype=torch.float32, device=self.device)

    def draw(self, seeds: Sequence[int], batch_size: int, block: int) -> Tensor:
        """Indices of examples, drawn with replacement, shape (BLOCK, groups, batch_size)."""
        return drawn_indices(seeds, batch_size, block, BLOCK, len(self.x), self.device)

    def batch(self, drawn: Tensor) -> Batch:
        """Look the drawn examples up."""
        rows = drawn.reshape(-1)
        x, y = self.x.index_select(0, rows), self.y.index_select(0, rows)
        return Batch(x.view(*drawn.shape, *x.shape[1:]), y.view(*drawn.shape, *y.shape[1:]))

    def first_of(self, drawn: Tensor, count: int) -> Tensor:
        """The first so many examples of each minibatch in a row of `draw`."""
        return drawn[:, :count]

    def full_losses(self, params: Views) -> Tensor:
        """Loss of every run over all data, float64, shape (groups, runs); in pieces that fit the caches."""
        groups, runs = next(iter(params.values())).shape[:2]
        flat = {name: view.reshape(1, groups * runs, *view.shape[2:]) for name, view in params.items()}
        count = self.n_evaluated
        room = self.room // (4 * self.activations)
        examples = min(count, max(256 if self.together == 1 else 64, room // 16))
        chunk = max(self.together, room // examples)
        total = torch.zeros(groups * runs, dtype=torch.float64, device=self.device)
        for at in range(0, count, examples):
            part_of_data = slice(at, min(at + examples, count))
            batch = Batch(self.x[None, part_of_data], self.y[None, part_of_data])
            weight = batch.y.shape[1] / count
            for run in range(0, groups * runs, chunk):
                part = {name: view[:, run : run + chunk] for name, view in flat.items()}
                total[run : run + chunk] += self.losses(part, batch)[0].double() * weight
        return total.view(groups, runs)


class FunctionModel(DataModel):
    """A user's own loss.

    Parameters
    ----------
    workload : Workload
        Shapes and memory needs; a `Workload` subclass of the user's whose `build` returns this model.
    device : str
        "cpu" or "cuda".
    x, y : Tensor
        All examples, one a row.
    function : callable
        ``function(params, batch) -> losses``: `params` maps names to tensors (groups, runs, *shape), `batch` has
        ``x`` and ``y`` of shape (groups, examples, ...), and the losses, the mean over each group's examples, have
        shape (groups, runs). Every run's loss must depend on its own parameters only.

    Raises
    ------
    ValueError
        If the function does something else: see `surgecore.training.workloads.own_loss.check_own_loss`.

    Examples
    --------
    Linear regression, in a file ``regression.py`` that a plan names with ``key = "regression:Regression"``; "A workload
    of your own" in docs/training.md has all of it::

        def losses(params, batch):
            prediction = torch.einsum("groi,gei->gre", params["w"], batch.x)
            return (prediction - batch.y[:, None]).square().mean(dim=-1)
    """

    def __init__(
        self,
        workload: Workload,
        device: str,
        x: Tensor,
        y: Tensor,
        function: Callable[[Views, Batch], Tensor],
    ) -> None:
        super().__init__(workload, device, x, y)
        self._function = function
        check_own_loss(self)

    def losses(self, params: Views, batch: Batch) -> Tensor:
        """Mean loss of every run, shape (groups, runs)."""
        return self._function(params, batch)


class Classifier(DataModel):
    """A model whose loss is the cross-entropy: of no example negative."""

    @abstractmethod
    def example_losses(self, params: Views, batch: Batch) -> Tensor:
        """Loss of every run on each example of its group's minibatch, shape (groups, runs, examples)."""

    def losses(self, params: Views, batch: Batch) -> Tensor:
        """Mean cross-entropy of every run, float64, shape (groups, runs)."""
        each, weights = self.example_losses(params, batch).double(), batch.weights()
        return each.mean(dim=-1) if isinstance(weights, float) else (each * weights).sum(dim=-1)

    def reader(self) -> Reader:
        """As losses are not negative, the sum over some examples is a bound."""
        return BoundReader(self, self._all_data())

    def _all_data(self) -> Batch:
        """What full losses are of, as one group."""
        count = self.n_evaluated
        return Batch(self.x[None, :count], self.y[None, :count])


def example_cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy of each example.

    Parameters
    ----------
    logits : Tensor, shape (groups, runs, classes, examples)
    labels : Tensor of int, shape (groups, examples)

    Returns
    -------
    Tensor, shape (groups, runs, examples)
    """
    log_p = torch.log_softmax(logits, dim=2)
    return -log_p.gather(2, labels[:, None, None].expand(-1, logits.shape[1], 1, -1)).squeeze(2)
