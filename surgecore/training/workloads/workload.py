"""What a workload is: a model on a data set, with its sizes and costs. No torch until `build`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from surgecore.training.engine.stack import Shapes

if TYPE_CHECKING:
    from surgecore.training.workloads.models import Model

#: Training images of Fashion-MNIST.
FASHION_IMAGES = 60_000
FASHION_SOURCE = "Fashion-MNIST (Zalando, MIT): 60000 training images of 28 x 28"
PYTHON_SOURCE = "modules of Python's standard library (PSF licence)"


@dataclass(frozen=True)
class Workload(ABC):
    """A model on a data set.

    Attributes
    ----------
    label, source : str
        Name for people, and where the data come from.
    example : str
        What one example is.
    efficiency : float
        Share of the rate of plain matrix products that its operations reach: of estimates.
    loading : float
        Seconds until the data are there: of estimates.
    """

    label: ClassVar[str]
    source: ClassVar[str]
    example: ClassVar[str] = "example"
    efficiency: ClassVar[float] = 1.0
    loading: ClassVar[float] = 0.5
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
    def loss_over(self) -> str:
        """What the full loss is taken over, in words."""
        return f"all {self.n_examples:,} {self.example}s of the training data"

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


def evaluated_of(workload: Workload) -> str:
    """How many images the loss is over, where it is not all of them; empty where it is."""
    if workload.n_examples == FASHION_IMAGES:
        return ""
    return f"the {workload.n_examples:,} evaluated of {FASHION_IMAGES:,} images of the training data"
