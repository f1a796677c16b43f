"""Many steps in one launch, with parameters and state on the chip: for small models on a GPU (torch, Triton).

A plain step moves 88 bytes a parameter of each run; here a block of steps moves 24. What there is: networks of one
hidden layer, softmax regression and quadratics under sign descent, SGD, Adam, AdamW and Lion. A kernel is compared
with plain steps before it is used, and is not used where the two differ.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from surgecore.training.engine.optimizers import SGD, Adam, AdamW, Lion, Sign

if TYPE_CHECKING:
    from torch import Tensor

    from surgecore.training.engine.rules import Buffers, Optimizer
    from surgecore.training.workloads.models import Classifier
    from surgecore.training.workloads.quadratic import QuadraticModel

#: How products are taken in float32: three in TF32 that make up for each other's rounding.
PRODUCTS = "tf32x3"
#: The largest minibatch for which it pays: beyond, arithmetic binds, and large products do that better.
MOST_EXAMPLES = 256
#: Examples in a tile: the fewest that a product on the chip takes; more do not fit the registers.
_TILE = 16
#: Of quadratics: the largest, and how many columns of the curvature are looked at together.
_MOST_COORDINATES, _PART = 128, 32


def usable(device: str) -> bool:
    """Whether kernels can run: on a GPU where Triton is there, or anywhere under its interpreter."""
    return find_spec("triton") is not None and (device == "cuda" or os.environ.get("TRITON_INTERPRET") == "1")


def rule_of(optimizer: Optimizer) -> dict[str, Any] | None:
    """An update rule as the kernels know it; None if they do not."""
    kind, options = type(optimizer), {"STATES": optimizer.n_buffers, "WD": getattr(optimizer, "weight_decay", 0.0)}
    if isinstance(optimizer, Sign) and kind is Sign:
        return {"RULE": "sign", "B1": 0.0, "B2": 0.0, **options}
    if isinstance(optimizer, SGD) and kind is SGD:
        return {"RULE": "sgd", "B1": optimizer.momentum, "B2": float(optimizer.nesterov), **options}
    if isinstance(optimizer, Adam) and kind in (Adam, AdamW):
        return {"RULE": kind.__name__.lower(), "B1": optimizer.beta1, "B2": optimizer.beta2, **options}
    if isinstance(optimizer, Lion) and kind is Lion:
        return {"RULE": "lion", "B1": optimizer.beta1, "B2": optimizer.beta2, **options}
    return None


@dataclass(frozen=True, eq=False)
class Resident:
    """Advances runs by steps of one block in one launch.

    Attributes
    ----------
    kernel : str
        Its name in `surgecore.training.engine.kernels`.
    data : tuple of Tensor or int
        What the kernel reads beside buffers, draws and table; and how many examples a minibatch has.
    sizes : mapping
        What it is compiled for.
    warps : int
        Of 32 threads, a program.
    prepare : callable or None
        Makes what the kernel reads of a block out of its draws.
    """

    kernel: str
    data: tuple[Tensor | int, ...]
    sizes: Mapping[str, Any]
    warps: int = 2
    prepare: Callable[[Tensor], Tensor] | None = None

    def __call__(self, x: Buffers, drawn: Tensor, table: Tensor, row: int, steps: int) -> None:
        """Take steps.

        Parameters
        ----------
        x : Buffers
            What they change.
        drawn : Tensor, shape (BLOCK, groups, ...)
            Draws of the block, after `prepare`.
        table : Tensor, shape (BLOCK, numbers)
            Multiplier of the rate and the rule's scalars at each step.
        row, steps : int
            The first step, and how many.
        """
        from surgecore.training.engine import kernels

        state = [*x.state, x.p, x.p][:2]  # what a rule has not is never read
        grid = (x.layout.groups * x.layout.runs,)
        getattr(kernels, self.kernel)[grid](
            x.p, *state, x.lr, *self.data, drawn, table, row, steps, x.layout.groups, x.layout.runs,
            WIDTH=table.shape[1], **self.sizes, num_warps=self.warps,
        )  # fmt: skip


def of_classifier(
    model: Classifier, kernel: str, optimizer: Optimizer, batch_size: int, sizes: Mapping[str, Any], *, warps: int
) -> Resident | None:
    """A kernel on minibatches of a data set, where there is one and it pays."""
    rule = rule_of(optimizer)
    if rule is None or batch_size > MOST_EXAMPLES or not usable(model.device.type):
        return None
    return Resident(kernel, (model.x, model.y, batch_size), {**sizes, **rule, "T": _TILE}, warps)


def of_quadratic(model: QuadraticModel, optimizer: Optimizer) -> Resident | None:
    """A kernel on a quadratic of at most 128 parameters, where there is one."""
    rule, size = rule_of(optimizer), len(model.mean)
    if rule is None or size > _MOST_COORDINATES or not usable(model.device.type):
        return None
    padded = max(_PART, 1 << (size - 1).bit_length())
    sizes = {"N": size, "PADDED": padded, "PART": _PART, **rule}
    return Resident("quadratic", (model.hessian, model.mean), sizes, 4, lambda drawn: drawn @ model.noise.T)
