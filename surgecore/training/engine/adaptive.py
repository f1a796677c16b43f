"""The loop with batches that change, each run's by itself (torch)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from surgecore.training.engine.evaluation import FRESH, Evaluation
from surgecore.training.engine.loop import Engine
from surgecore.training.engine.precision import full_precision
from surgecore.training.engine.rules import Buffers, Optimizer

if TYPE_CHECKING:
    from torch import Tensor

    from surgecore.training.engine.policies import Policy, Seen
    from surgecore.training.engine.rules import Scalars
    from surgecore.training.workloads.models import Model

Array = NDArray[np.float64]


class AdaptiveEngine(Engine):
    """Runs that start from one batch size, each with its own batch from then on.

    A step draws as many examples as any run may use, keyed by (seed, that number, step), and run r uses the first b_r
    of them. On a GPU its steps are launched one by one.

    Parameters
    ----------
    model, optimizer : Model, Optimizer
        As of `Engine`.
    policy : Policy
        Chooses the next batch.
    **options
        As of `Engine`; `batch_size` is the first one.

    Attributes
    ----------
    sizes : Tensor
        Examples that each run uses in the next step, shape (seeds, rates).
    used : ndarray
        Examples that each run has used.
    """

    captures: ClassVar[bool] = False

    def __init__(self, model: Model, optimizer: Optimizer, policy: Policy, **options: object) -> None:
        self.policy = policy.prepared(model)
        super().__init__(model, optimizer, **options)  # type: ignore[arg-type]

    def reset(self, seeds: Sequence[int], rates: Sequence[float], start: Tensor) -> None:
        """Begin anew, with the first batch size."""
        super().reset(seeds, rates, start)
        shape, p = (len(seeds), len(rates)), self.buffers.p
        self.sizes = torch.full(shape, float(self.batch_size), dtype=p.dtype, device=p.device)
        self._memory = torch.zeros_like(self.sizes)
        self.used = np.zeros(shape)
        self._columns = np.arange(len(rates))
        self._path: list[tuple[Array, Array, Array]] = []
        self._most_rates = len(rates)

    def keep(self, runs: Sequence[int]) -> None:
        """Go on with the learning rates at these positions only."""
        super().keep(runs)
        self.sizes, self._memory = self.sizes[:, list(runs)], self._memory[:, list(runs)]
        self._columns, self.used = self._columns[list(runs)], self.used[:, list(runs)]

    def path(self) -> dict[str, Array]:
        """What every step saw, arrays of shape (steps, seeds, rates); NaN for runs that were dropped before.

        Returns
        -------
        dict of str to ndarray
            "batch" that the step used, "spread" and "signal" of `Seen`.
        """
        names = ("batch", "spread", "signal")
        return {name: np.array([row[i] for row in self._path]) for i, name in enumerate(names)}

    def examples_at(self, steps: Array) -> Array:
        """Examples that each run had used after a number of steps, between whole steps interpolated."""
        used = np.concatenate([np.zeros((1, *steps.shape)), np.nancumsum([row[0] for row in self._path], axis=0)])
        low = np.nan_to_num(np.floor(steps)).astype(np.int64)
        high = np.minimum(low + 1, len(used) - 1)
        before, after = (np.take_along_axis(used, at[None], axis=0)[0] for at in (low, high))
        out: Array = before + (steps - low) * (after - before)
        return out

    def losses_at_examples(self, examples: int) -> tuple[Array, Array]:
        """Go on until every run has used so many examples; its loss and steps when it had."""
        waiting = self.used < examples
        steps = np.full(waiting.shape, float(self.steps))
        frozen = self.buffers.p.clone()
        layout = self.buffers.layout
        while waiting.any():
            self.step()
            now = waiting & (self.used >= examples)
            if now.any():
                mask = layout.spread(torch.from_numpy(now).to(frozen.device))
                frozen = self.buffers.p.where(mask, frozen)
                steps[now] = self.steps
                waiting &= ~now
        with torch.no_grad(), full_precision():
            return self.model.full_losses(layout.views(frozen)).cpu().numpy(), steps

    def extras(self) -> dict[str, Array]:
        """Examples used, and the batch of the next step."""
        return {"examples": self.used.copy(), "batch_at_end": self.sizes.cpu().numpy().astype(np.float64)}

    def _draw(self, block: int) -> Tensor:
        seeds = [seed + FRESH * i for i in range(self.optimizer.draws) for seed in self.seeds]
        return self.model.draw(seeds, self.policy.drawn(self.batch_size), block)

    def _apply(self, lr: Tensor, at: Scalars, drawn: Tensor) -> None:
        x, most = self.buffers, self.policy.drawn(self.batch_size)
        top = min(most, 1 << (int(self.sizes.max()) - 1).bit_length())  # what no run uses is not computed
        needs = self.optimizer.needs | self.policy.needs
        rate = lr.clone()
        buffers = Buffers(x.p, x.g, rate, x.state, x.layout)
        evaluation = Evaluation(
            self.model, buffers, self.model.first_of(drawn, top), most, needs, self._precision, self.sizes,
            noise=self._normals if self.optimizer.noisy else None, told=lambda: self._see(buffers),
        )  # fmt: skip
        self._seen: list[Seen] = []
        self.optimizer.step(buffers, at, evaluation)
        if not self._seen:
            raise ValueError("a policy needs a gradient where the run is, but the optimizer asked for none")
        self._follow(self._seen[-1])

    def _see(self, buffers: Buffers) -> None:
        """Note what the gradient told, and set the rate if the policy does."""
        seen = self.policy.see(buffers)
        self._seen.append(seen)
        factor = self.policy.factor(seen, self._memory, self.sizes)
        if factor is not None:
            buffers.lr.mul_(buffers.layout.spread(factor))

    def _follow(self, seen: Seen) -> None:
        """Write the step down, and take the next batch."""
        rows = []
        for values in (self.sizes, seen.spread, seen.signal):
            row = np.full((len(self.seeds), self._most_rates), np.nan)
            row[:, self._columns] = values.cpu().numpy()
            rows.append(row)
        self._path.append((rows[0], rows[1], rows[2]))
        self.used = self.used + self.sizes.cpu().numpy()
        self.sizes = self.policy.next(self.sizes, seen, self._memory, len(self._path))
