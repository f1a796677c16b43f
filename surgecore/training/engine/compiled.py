"""Steps that torch compiles (torch)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from surgecore.training.engine.precision import arithmetic
from surgecore.training.engine.rules import Buffers, Found, Optimizer
from surgecore.training.engine.stack import Layout
from surgecore.training.workloads.batch import Batch

if TYPE_CHECKING:
    from surgecore.training.engine.rules import Scalars
    from surgecore.training.workloads.models import Model


def compiled_step(model: Model, optimizer: Optimizer, groups: int, runs: int, precision: str) -> Callable[..., None]:
    """One fused step for a shape: gradients, flat concatenation and update in as few passes as possible.

    The model keeps its compiled steps, so that they go when it goes.
    """
    steps: dict[object, Callable[..., None]] = model.__dict__.setdefault("_compiled_steps", {})
    key = (optimizer, groups, runs, precision)
    if key not in steps:
        layout = Layout(model.shapes, groups, runs)

        found = Found()  # a tracer cannot make it

        def step(p: Tensor, lr: Tensor, state: list[Tensor], at: Scalars, x: Tensor, y: Tensor) -> None:
            with arithmetic(p.device, precision):
                gradients = model.gradients(layout.views(p), Batch(x, y))
            g = torch.cat([gradient.reshape(-1).to(p.dtype) for gradient in gradients])
            optimizer.update(Buffers(p, g, lr, state, layout, found), at)

        # every shape is a version of the same code object, and the default limit of 8 would end in slow fallbacks
        torch._dynamo.config.recompile_limit = 256
        steps[key] = torch.compile(step, dynamic=False, fullgraph=True)
    return steps[key]
