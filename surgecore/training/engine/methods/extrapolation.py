"""Extrapolation for large batches: gradients where a first move leads, steps from where the runs are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING, Self

from surgecore.training.engine.optimizers import SGD, Adam
from surgecore.training.engine.rules import NOWHERE, Buffers, Gradient, Optimizer, Where
from surgecore.training.workloads.options import option
from surgecore.training.workloads.problems import PlanCode, broken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from surgecore.training.engine.rules import Scalars


@dataclass(frozen=True)
class Extrapolated(Optimizer):
    """Extrapolated SGD or Adam: the gradient is taken where a first move of `ratio` times the rate leads.

    The first move is against the last such gradient (`past`), the gradient of another minibatch where the run is
    (`full`: two gradients a step), each of `workers` parts of the minibatch against its own last one (`local`), or
    along standard normal numbers (`noise`). With Adam, past gradients are divided by the root of the second moment as
    it stands, and `full` is ExtraAdam: its first move is an Adam step too, and its moments advance twice.

    References
    ----------
    Lin et al., arXiv 2006.05720: the family is confirmed, the order of momentum and its constants are not, and
    `workers` and `ratio` are choices made here. Extragradient: Gidel et al., arXiv 1802.10551.
    """

    kind: str = option("past", choices=("past", "full", "local", "noise"))
    ratio: float = option(1.0, 0, 100)
    workers: int = option(8, 2, 64)
    base: str = option("sgd", choices=("sgd", "adam"))
    momentum: float = option(0.0, 0, 0.999999)
    beta1: float = option(0.9, 0, 0.999999)
    beta2: float = option(0.999, 0, 0.999999)
    eps: float = option(1e-8, 0, 1)
    weight_decay: float = option(0.0, 0, 10)

    @property
    def n_buffers(self) -> int:
        """Those of the base, and of past gradients."""
        return self._rule.n_buffers + {"past": 1, "local": self.workers}.get(self.kind, 0)

    @property
    def draws(self) -> int:
        """Two minibatches a step where the first move has its own."""
        return 2 if self.kind == "full" else 1

    @property
    def noisy(self) -> bool:
        """Whether a step needs normal numbers."""
        return self.kind == "noise"

    def check_batches(self, batch_sizes: Sequence[int], workload: str) -> None:
        """Workers share a minibatch evenly."""
        if self.kind != "local":
            return
        if workload == "quadratic":
            raise broken(PlanCode.WORKERS_NO_PARTS)
        if odd := [size for size in batch_sizes if size % self.workers]:
            raise broken(PlanCode.WORKERS_EVEN, workers=str(self.workers), got=str(odd[0]))

    def limit(self) -> Self:
        """No memory but past gradients."""
        return replace(self, momentum=0.0, beta1=0.0, beta2=0.0)

    @property
    def _rule(self) -> Optimizer:
        if self.base == "sgd":
            return SGD(self.momentum, weight_decay=self.weight_decay)
        return Adam(self.beta1, self.beta2, self.eps, self.weight_decay)

    @property
    def _twice(self) -> bool:
        return self.base == "adam" and self.kind == "full"

    def scalars(self, t: int, where: Where = NOWHERE) -> tuple[float, ...]:
        """Corrections of the second moment before the step, or of both halves; then what the base needs."""
        if self._twice:
            halves = (2 * t - 1, 2 * t)
            return tuple(sqrt(1 - self.beta2**k) / (1 - self.beta1**k) for k in halves)
        return (sqrt(1 - self.beta2 ** (t - 1)) or 1.0, *self._rule.scalars(t, where))

    def step(self, x: Buffers, at: Scalars, gradient: Gradient) -> None:
        """Move, take the gradient there, and let the base step from where the run was."""
        if self._twice:
            self._extra_adam(x, at, gradient)
            return
        reach, past = x.lr * self.ratio, x.state[self._rule.n_buffers :]
        if self.kind == "local":
            self._local(x, at, gradient, reach, past)
        else:
            if self.kind == "past":
                first = past[0]
            else:
                first = gradient.noise() if self.kind == "noise" else gradient(x.p, draw=1)
            x.g.copy_(gradient(x.p - reach * self._scaled(first, x, at)))
            if self.kind == "past":
                past[0].copy_(x.g)
        self.update(x, at)

    def update(self, x: Buffers, at: Scalars) -> None:
        """The base's update with the gradient that was found."""
        rule = self._rule
        rule.update(Buffers(x.p, x.g, x.lr, x.state[: rule.n_buffers], x.layout, x.found), at[1:])

    def _scaled(self, move: Tensor, x: Buffers, at: Scalars) -> Tensor:
        if self.base == "sgd" or self.kind == "noise":
            return move
        return move / (x.state[1].sqrt() / at[0] + self.eps)

    def _local(self, x: Buffers, at: Scalars, gradient: Gradient, reach: Tensor, past: list[Tensor]) -> None:
        """Every worker extrapolates by itself; the step takes their mean."""
        import torch

        layout = replace(x.layout, groups=x.layout.groups * self.workers)
        points = [x.layout.views(x.p - reach * self._scaled(own, x, at)) for own in past]
        flat = torch.cat([torch.stack([point[name] for point in points], dim=1).reshape(-1) for name in layout.shapes])
        found = layout.views(gradient(flat, parts=self.workers))
        own = [x.layout.views(one) for one in past]
        for name, view in x.layout.views(x.g).items():
            parts = found[name].view(x.layout.groups, self.workers, *view.shape[1:])
            view.copy_(parts.mean(dim=1))
            for k, one in enumerate(own):
                one[name].copy_(parts[:, k])

    def _extra_adam(self, x: Buffers, at: Scalars, gradient: Gradient) -> None:
        (m, v), point = x.state, x.p
        for half, reach in enumerate((x.lr * self.ratio, x.lr)):
            g = gradient(point, draw=1 - half)
            if self.weight_decay:
                g = g + self.weight_decay * point
            m.lerp_(g, 1 - self.beta1)
            v.mul_(self.beta2).addcmul_(g, g, value=1 - self.beta2)
            point = x.p - reach * (at[half] * m / (v.sqrt() + self.eps))
        x.g.copy_(g)
        x.p.copy_(point)
