"""What an update rule is: what it works on, what it may ask for, and what every rule shares.

A rule updates any number of runs at once, each with its own learning rate: parameters and state lie in flat buffers
(`stack.Layout`). This module does not import torch.
"""

from __future__ import annotations

import typing
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from typing import TYPE_CHECKING, ClassVar, Self

from surgecore.training.workloads.problems import PlanCode, broken

if TYPE_CHECKING:
    from torch import Tensor

    from surgecore.training.engine.stack import Layout

    Scalars = Sequence[float] | Sequence[Tensor]


@dataclass(frozen=True)
class Needs:
    """What a gradient must bring beside itself; nothing else is computed: see `Examples` for what each one is.

    Attributes
    ----------
    squares, norms, along : bool
        Mean squares per coordinate, squared norms per example and tensor, products with the mean gradient.
    """

    squares: bool = False
    norms: bool = False
    along: bool = False

    @property
    def any(self) -> bool:
        """Whether anything is needed."""
        return self.squares or self.norms or self.along

    def __or__(self, other: Needs) -> Needs:
        """What either needs."""
        return Needs(self.squares or other.squares, self.norms or other.norms, self.along or other.along)


@dataclass(frozen=True)
class Where:
    """What an optimizer may know of the runs it trains.

    Attributes
    ----------
    batch_size, n_examples : int
        Examples a minibatch, and of the data set: draws are with replacement, so an epoch is a number of steps.
    warming : bool
        Whether the parameters stand still while the state is filled.
    """

    batch_size: int = 1
    n_examples: int = 1
    warming: bool = False

    @property
    def epoch(self) -> int:
        """Steps of an epoch."""
        return ceil(self.n_examples / self.batch_size)


NOWHERE = Where()


class Gradient(typing.Protocol):
    """Evaluates gradients in a step: see `surgecore.training.engine.evaluation.Evaluation`."""

    def __call__(self, at: Tensor | None = None, *, draw: int = 0, parts: int = 1) -> Tensor:
        """Gradient at a flat point; without one at `Buffers.p`, into `Buffers.g` and `Buffers.found`."""
        ...

    def noise(self) -> Tensor:
        """Standard normal numbers of this step, the same for all runs of a seed, flat; of a `noisy` optimizer only."""
        ...


@dataclass(eq=False)
class Found:
    """What is known of single examples, as `Needs` asked: see `surgecore.training.workloads.examples.Examples`.

    Attributes
    ----------
    squares : Tensor or None
        Flat, as the gradient.
    norms : Tensor or None
        Shape (groups, runs, tensors, examples).
    along : Tensor or None
        Shape (groups, runs, examples).
    count : Tensor or None
        Examples that each run uses, shape (groups, runs), or (1, 1) if all use as many.
    """

    squares: Tensor | None = None
    norms: Tensor | None = None
    along: Tensor | None = None
    count: Tensor | None = None


@dataclass(frozen=True, eq=False)
class Buffers:
    """What an update works on, all flat and of one length.

    Attributes
    ----------
    p, g, lr : Tensor
        Parameters, gradients (may be overwritten) and each entry's learning rate.
    state : list of Tensor
        `Optimizer.n_buffers` buffers, zero before the first step.
    layout : Layout
        Where the tensors of each run are, for rules that look at whole matrices.
    found : Found
        What the gradient brought beside itself.
    """

    p: Tensor
    g: Tensor
    lr: Tensor
    state: list[Tensor]
    layout: Layout
    found: Found = field(default_factory=Found)


@dataclass(frozen=True)
class Optimizer(ABC):
    """An update rule for many runs at once.

    Attributes
    ----------
    needs : Needs
        What `update` wants to know of single examples.
    """

    needs: ClassVar[Needs] = Needs()
    _buffers: ClassVar[int] = 0

    @property
    def n_buffers(self) -> int:
        """Buffers of state, each as large as the parameters."""
        return self._buffers

    @property
    def draws(self) -> int:
        """Minibatches that a step draws."""
        return 1

    @property
    def noisy(self) -> bool:
        """Whether a step needs normal numbers: on a GPU its steps are then launched one by one."""
        return False

    def check_batches(self, batch_sizes: Sequence[int], workload: str) -> None:
        """Raise ValueError if it cannot train with minibatches of these sizes, on the workload of this key."""
        return

    def scalars(self, t: int, where: Where = NOWHERE) -> tuple[float, ...]:
        """Numbers that depend on the step, and on what all runs share, only; `t` counts from 1."""
        return ()

    def limit(self) -> Self:
        """Return the limit without memory (all beta = 0), in which Adam is a sign step.

        Raises
        ------
        ValueError
            If the optimizer has no beta.

        References
        ----------
        Li et al., arXiv 2405.14578, Appendix A, eq. 29.
        """
        if not any(hasattr(self, name) for name in ("beta1", "beta2", "alpha")):
            raise broken(PlanCode.NO_LIMIT, got=type(self).__name__)
        memory = ("beta1", "beta2", "alpha", "momentum")
        return replace(self, **{name: 0.0 for name in memory if hasattr(self, name)})

    def step(self, x: Buffers, at: Scalars, gradient: Gradient) -> None:
        """Take a step: one gradient where the parameters are, then `update`."""
        gradient()
        self.update(x, at)

    @abstractmethod
    def update(self, x: Buffers, at: Scalars) -> None:
        """Update parameters and state in place; `at` is what `scalars` gave for this step."""


def norm(w: Tensor, dims: tuple[int, ...]) -> Tensor:
    """Root of the sum of squares over some dimensions, which stay with length one."""
    return w.square().sum(dim=dims, keepdim=True).sqrt_()


def shrink(x: Buffers, weight_decay: float) -> None:
    """Decoupled weight decay, in place."""
    if weight_decay:
        x.p.addcmul_(x.p, x.lr, value=-weight_decay)


def add_decay(x: Buffers, weight_decay: float) -> Tensor:
    """Gradient with that of the weight decay; the gradient is overwritten."""
    return x.g.add_(x.p, alpha=weight_decay) if weight_decay else x.g
