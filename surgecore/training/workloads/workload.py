"""What a workload is: a model on a data set, with its sizes and costs. No torch until `build`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from surgecore.training.engine.stack import Shapes
from surgecore.training.workloads.problems import PlanCode, PlanRuleError, broken

if TYPE_CHECKING:
    from surgecore.training.workloads.models import Model

#: Training images of Fashion-MNIST.
FASHION_IMAGES = 60_000


@dataclass(frozen=True)
class Workload(ABC):
    """A model on a data set.

    Attributes
    ----------
    example : str
        What one example is: "example", "image", "sequence", or "noise", of which a loss takes the expectation.
    efficiency : float
        Share of the rate of plain matrix products that its operations reach: of estimates.
    convolves : bool
        Whether most operations are convolutions of few channels instead, which wait for their values: of estimates.
    loading : float
        Seconds until the data are there: of estimates.
    least : int
        Steps that a run of batch size 64 takes to a target at its best learning rate: of estimates.
    native : bool
        Whether its model has native steps: see `surgecore.training.engine.native`.
    alone : bool
        Whether a CPU trains a run by itself once its activations alone are more than the caches hold. So it is where
        products are large by then, as along sequences; grouped convolutions of many runs stay faster than of one.
    """

    example: ClassVar[str] = "example"
    efficiency: ClassVar[float] = 1.0
    convolves: ClassVar[bool] = False
    loading: ClassVar[float] = 0.5
    least: ClassVar[int] = 14
    native: ClassVar[bool] = False
    alone: ClassVar[bool] = False
    #: Falling losses and the steps that a checkpoint took to each, measured; empty where nobody did.
    _descent: ClassVar[tuple[tuple[float, float], ...]] = ()

    @property
    @abstractmethod
    def shapes(self) -> Shapes:
        """Shape of every parameter."""

    @property
    @abstractmethod
    def n_examples(self) -> int:
        """Examples that the full loss is taken over; for the quadratic, what that costs in examples (1)."""

    @property
    @abstractmethod
    def flops(self) -> int:
        """Floating-point operations of one example's forward pass."""

    @property
    @abstractmethod
    def activations(self) -> int:
        """Floats of working memory of one example in one run."""

    @property
    def scales(self) -> Mapping[str, float]:
        """Standard deviation of a tensor's initial entries, where it is not 1 / sqrt(fan-in) (vectors: zero)."""
        return {}

    @property
    def n_training(self) -> int:
        """Examples that are trained on."""
        return self.n_examples

    def cost_in_examples(self, batch_size: int) -> int:
        """Examples' worth of work and memory that a minibatch costs."""
        return batch_size

    def steps_to(self, loss: float) -> int:
        """About how many steps of Adam (learning rate 1e-3, batch size 64) a checkpoint takes: of estimates."""
        if not self._descent:
            return 300
        losses, steps = zip(*self._descent, strict=True)
        slope = log(steps[-1] / steps[-2]) / log(losses[-2] / losses[-1])
        beyond: float = max(losses[-1] / loss, 1.0) ** slope
        between = float(np.interp(-log(loss), [-log(x) for x in losses], steps))
        return max(1, int(beyond * between + 0.5))

    @abstractmethod
    def build(self, device: str = "cpu") -> Model:
        """Load the data and make the torch model."""


def not_a_multiple(name: str, value: int, of: str, other: int) -> PlanRuleError:
    """The error of an option that must be a multiple of another."""
    where = {"where": f"workload.{name}", "other": f"workload.{of}"}
    return broken(PlanCode.NOT_A_MULTIPLE, **where, got=str(value), base=str(other))
