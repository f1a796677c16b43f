"""The loop that advances all runs of one batch size together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from surgecore.training.engine.graphs import Advance, CapturedStep
from surgecore.training.engine.optimizers import Buffers, Optimizer
from surgecore.training.engine.stack import Layout
from surgecore.training.workloads.models import BLOCK, Batch, Model

if TYPE_CHECKING:
    from surgecore.training.engine.optimizers import Scalars

_WARM_STREAM = 1 << 40  # keeps the minibatches that only warm the state apart from those of training


class Engine:
    """Runs of one batch size, every seed x every learning rate, advanced one step at a time.

    Runs of one seed see the same minibatches (common random numbers). The minibatch of step t of a seed depends on
    (seed, batch size, t) only, and a run on nothing but its own start, seed and learning rate.

    Parameters
    ----------
    model : Model
        What is trained.
    optimizer : Optimizer
        How.
    batch_size : int
        Examples a minibatch.
    seeds : sequence of int
        One group each.
    rates : sequence of float
        Learning rates, one run each in every group.
    start : Tensor
        Where runs start: (P,) for all, or (groups, P).
    schedule : callable, optional
        Multiplier of the learning rate at a step; 1 is the first. Constant by default.
    compiled : bool, optional
        Whether to compile the step: slow to start, then up to twice as fast.

    Attributes
    ----------
    steps : int
        Steps taken.
    """

    def __init__(
        self,
        model: Model,
        optimizer: Optimizer,
        *,
        batch_size: int,
        seeds: Sequence[int],
        rates: Sequence[float],
        start: Tensor,
        schedule: Callable[[int], float] | None = None,
        compiled: bool = False,
    ) -> None:
        self.model, self.optimizer, self.schedule = model, optimizer, schedule
        self.batch_size, self.seeds = batch_size, list(seeds)
        self.steps = 0
        self._age = 0
        layout = Layout(model.shapes, len(self.seeds), len(rates))
        p = layout.fill(start)
        lr = layout.spread(torch.tensor(list(rates), dtype=p.dtype, device=p.device))
        state = [torch.zeros_like(p) for _ in range(optimizer.n_buffers)]
        self.buffers = Buffers(p, torch.zeros_like(p), lr, state, layout)
        self._drawn: Tensor | None = None
        # on a GPU small steps cost their launches: one graph has one; a schedule changes the rates between steps
        self._capture = p.device.type == "cuda" and schedule is None
        self._captured: CapturedStep | None = None
        self._compiled = compiled

    def warm(self, steps: int) -> None:
        """Fill the optimizer's state with that many gradients at the start, as if it had long been there.

        The parameters do not move. Averages and step counts are then those of a run of this batch size that
        arrived at the start slowly; one average serves all learning rates of a seed.
        """
        if self.steps or not self.buffers.state:
            return
        x = self.buffers
        start = x.layout.rows(x.p)[:, 0]
        seeds = [seed + _WARM_STREAM for seed in self.seeds]
        frozen = Engine(self.model, self.optimizer, batch_size=self.batch_size, seeds=seeds, rates=[0.0], start=start)
        for _ in range(steps):
            frozen.step()
        for into, average in zip(x.state, frozen.buffers.state, strict=True):
            into.copy_(x.layout.fill(frozen.buffers.layout.rows(average)[:, 0]))
        self._age = steps

    def step(self) -> None:
        """Advance every run by one step."""
        block, row = divmod(self.steps, BLOCK)
        if self._drawn is None or row == 0:
            self._drawn = self.model.draw(self.seeds, self.batch_size, block)
        self.steps += 1
        x = self.buffers
        lr = x.lr if self.schedule is None else x.lr * self.schedule(self.steps)
        at: Scalars = self.optimizer.scalars(self._age + self.steps)
        batch = self._batch(row)
        if self._capture and self._replay(at, batch):
            return
        if self._compiled:  # numbers that change would be compiled in
            at = tuple(torch.tensor(value, dtype=x.p.dtype, device=x.p.device) for value in at)
        self._advance()(Buffers(x.p, x.g, lr, x.state, x.layout), at, batch)

    def _advance(self) -> Advance:
        return partial(_compiled if self._compiled else _advance, self.model, self.optimizer)

    def _replay(self, at: Scalars, batch: Batch) -> bool:
        """Take the step as a CUDA graph; False, for good, where it cannot be one."""
        while self._captured is None:
            try:
                self._captured = CapturedStep(self._advance(), self.buffers, at, batch)
            except RuntimeError:
                if not self._compiled:
                    self._capture = False
                    return False
                self._compiled = False  # a graph of the plain step is worth more than a compiled step without one
        self._captured(at, batch)
        return True

    def _batch(self, row: int) -> Batch:
        assert self._drawn is not None
        return self.model.batch(self._drawn[row])

    def keep(self, runs: Sequence[int]) -> None:
        """Go on with the learning rates at these positions only."""
        x, chosen = self.buffers, list(runs)
        layout = Layout(self.model.shapes, len(self.seeds), len(chosen))
        p, lr, *state = (x.layout.keep(flat, chosen) for flat in (x.p, x.lr, *x.state))
        self.buffers = Buffers(p, torch.zeros_like(p), lr, state, layout)
        self._captured = None

    def losses(self) -> NDArray[np.float64]:
        """Loss over all data of every run, shape (seeds, rates)."""
        with torch.no_grad():
            return self.model.full_losses(self.buffers.layout.views(self.buffers.p)).cpu().numpy()

    def parameters(self) -> Tensor:
        """Parameters of every run, shape (seeds, rates, P)."""
        return self.buffers.layout.rows(self.buffers.p)


def _advance(model: Model, optimizer: Optimizer, x: Buffers, at: Scalars, batch: Batch) -> None:
    gradients = model.gradients(x.layout.views(x.p), batch)
    torch.cat([gradient.reshape(-1) for gradient in gradients], out=x.g)
    optimizer.update(x, at)


def _compiled(model: Model, optimizer: Optimizer, x: Buffers, at: Scalars, batch: Batch) -> None:
    step = _compile(model, optimizer, x.layout.groups, x.layout.runs)
    step(x.p, x.lr, x.state, at, batch.x, batch.y)


@lru_cache(maxsize=64)
def _compile(model: Model, optimizer: Optimizer, groups: int, runs: int) -> Callable[..., None]:
    """One fused step for a shape: gradients, flat concatenation and update in as few passes as possible."""
    layout = Layout(model.shapes, groups, runs)

    def step(p: Tensor, lr: Tensor, state: list[Tensor], at: Scalars, x: Tensor, y: Tensor) -> None:
        gradients = model.gradients(layout.views(p), Batch(x, y))
        g = torch.cat([gradient.reshape(-1) for gradient in gradients])
        optimizer.update(Buffers(p, g, lr, state, layout), at)

    # every shape is a version of the same code object, and the default limit of 8 would end in slow fallbacks
    torch._dynamo.config.recompile_limit = 256
    return torch.compile(step, dynamic=False, fullgraph=True)
