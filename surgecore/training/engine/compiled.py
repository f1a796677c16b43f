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


def take_compiled(
    model: Model, optimizer: Optimizer, x: Buffers, lr: Tensor, at: Scalars, drawn: Tensor, precision: str
) -> bool:
    """Take a compiled step; False, and none is taken, where it cannot be compiled.

    Parameters
    ----------
    model, optimizer : Model, Optimizer
        As of `surgecore.training.engine.loop.Engine`.
    x : Buffers
        What it changes.
    lr : Tensor
        Learning rates of this step.
    at : tuple
        The rule's scalars at this step.
    drawn : Tensor
        One row of the model's draws.
    precision : str
        As of the engine.
    """
    batch = model.batch(drawn)
    # numbers that change would be compiled in
    numbers = tuple(torch.as_tensor(value, dtype=x.p.dtype, device=x.p.device) for value in at)
    step = compiled_step(model, optimizer, x.layout.groups, x.layout.runs, precision)
    proved: set[object] = model.__dict__.setdefault("_proved_steps", set())
    try:
        step(x.p, lr, x.state, numbers, batch.x, batch.y)
    except torch.OutOfMemoryError:
        raise
    except Exception:  # compilers raise errors of many kinds, before a first step
        if id(step) in proved:
            raise
        return False
    proved.add(id(step))
    return True


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

        steps[key] = compiler(step)
    return steps[key]


def compiler(step: Callable[..., None]) -> Callable[..., None]:
    """What torch makes of a step, when it is called."""
    # every shape is a version of the same code object, and the default limit of 8 would end in slow fallbacks
    torch._dynamo.config.recompile_limit = 256
    return torch.compile(step, dynamic=False, fullgraph=True)
