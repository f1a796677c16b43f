"""Optimizers that update any number of runs at once, each with its own learning rate.

Parameters and state lie in flat buffers (`stack.Layout`), so an update is a handful of elementwise operations
however many runs there are. Where torch has the optimizer, one run of it equals `torch.optim`. Options are
dataclass fields: plans are checked against them. This module does not import torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod, sqrt
from typing import TYPE_CHECKING, ClassVar

from surgecore.training.engine.rules import NOWHERE, Buffers, Optimizer, Where, add_decay, norm, shrink
from surgecore.training.workloads.options import option

if TYPE_CHECKING:
    from torch import Tensor

    from surgecore.training.engine.rules import Scalars

_FLOAT32_EPS = 1.1920928955078125e-07


@dataclass(frozen=True)
class SGD(Optimizer):
    """Stochastic gradient descent with optional momentum, as `torch.optim.SGD`."""

    momentum: float = option(0.0, 0, 0.999999)
    nesterov: bool = False
    weight_decay: float = option(0.0, 0, 10)

    @property
    def n_buffers(self) -> int:
        """One where there is momentum."""
        return int(self.momentum > 0)

    def update(self, x: Buffers, at: Scalars) -> None:
        """Update in place: see `Optimizer.update`."""
        g = add_decay(x, self.weight_decay)
        if self.momentum:
            average = x.state[0].mul_(self.momentum).add_(g)
            g = g.add(average, alpha=self.momentum) if self.nesterov else average
        x.p.addcmul_(g, x.lr, value=-1)


@dataclass(frozen=True)
class Sign(Optimizer):
    """Sign descent: every coordinate moves by the learning rate against the sign of its gradient."""

    weight_decay: float = option(0.0, 0, 10)

    def update(self, x: Buffers, at: Scalars) -> None:
        """Update in place: see `Optimizer.update`."""
        shrink(x, self.weight_decay)
        x.p.addcmul_(x.g.sign(), x.lr, value=-1)


@dataclass(frozen=True)
class Signum(Optimizer):
    """Sign of the averaged gradient (Bernstein et al., arXiv 1802.04434, Algorithm 3)."""

    beta1: float = option(0.9, 0, 0.999999)
    weight_decay: float = option(0.0, 0, 10)
    _buffers: ClassVar[int] = 1

    def update(self, x: Buffers, at: Scalars) -> None:
        """Update in place: see `Optimizer.update`."""
        shrink(x, self.weight_decay)
        x.p.addcmul_(x.state[0].lerp_(x.g, 1 - self.beta1).sign(), x.lr, value=-1)


@dataclass(frozen=True)
class Lion(Optimizer):
    """Lion (Chen et al., arXiv 2302.06675, Algorithm 2)."""

    beta1: float = option(0.9, 0, 0.999999)
    beta2: float = option(0.99, 0, 0.999999)
    weight_decay: float = option(0.0, 0, 10)
    _buffers: ClassVar[int] = 1

    def update(self, x: Buffers, at: Scalars) -> None:
        """Update in place: see `Optimizer.update`."""
        shrink(x, self.weight_decay)
        x.p.addcmul_(x.state[0].lerp(x.g, 1 - self.beta1).sign_(), x.lr, value=-1)
        x.state[0].lerp_(x.g, 1 - self.beta2)


@dataclass(frozen=True)
class Adam(Optimizer):
    """Adam with bias correction, as `torch.optim.Adam`."""

    beta1: float = option(0.9, 0, 0.999999)
    beta2: float = option(0.999, 0, 0.999999)
    eps: float = option(1e-8, 0, 1)
    weight_decay: float = option(0.0, 0, 10)
    _buffers: ClassVar[int] = 2

    def scalars(self, t: int, where: Where = NOWHERE) -> tuple[float, ...]:
        """Bias corrections, multiplied into the denominator."""
        first = 1 - self.beta1**t
        return first / sqrt(1 - self.beta2**t), first * self.eps

    def update(self, x: Buffers, at: Scalars) -> None:
        """Update in place: see `Optimizer.update`."""
        g, (m, v) = self._decayed(x), x.state
        m.lerp_(g, 1 - self.beta1)
        v.mul_(self.beta2).addcmul_(g, g, value=1 - self.beta2)
        x.p.addcmul_(m.div(v.sqrt().mul_(at[0]).add_(at[1])), x.lr, value=-1)

    def _decayed(self, x: Buffers) -> Tensor:
        return add_decay(x, self.weight_decay)


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with decoupled weight decay, as `torch.optim.AdamW`."""

    weight_decay: float = option(0.01, 0, 10)

    def _decayed(self, x: Buffers) -> Tensor:
        shrink(x, self.weight_decay)
        return x.g


@dataclass(frozen=True)
class RMSprop(Optimizer):
    """RMSprop, as `torch.optim.RMSprop` without momentum."""

    alpha: float = option(0.99, 0, 0.999999)
    eps: float = option(1e-8, 0, 1)
    weight_decay: float = option(0.0, 0, 10)
    _buffers: ClassVar[int] = 1

    def update(self, x: Buffers, at: Scalars) -> None:
        """Update in place: see `Optimizer.update`."""
        g = add_decay(x, self.weight_decay)
        v = x.state[0].mul_(self.alpha).addcmul_(g, g, value=1 - self.alpha)
        x.p.addcmul_(g.div(v.sqrt().add_(self.eps)), x.lr, value=-1)


@dataclass(frozen=True)
class Adagrad(Optimizer):
    """Adagrad, as `torch.optim.Adagrad`."""

    eps: float = option(1e-10, 0, 1)
    weight_decay: float = option(0.0, 0, 10)
    _buffers: ClassVar[int] = 1

    def update(self, x: Buffers, at: Scalars) -> None:
        """Update in place: see `Optimizer.update`."""
        g = add_decay(x, self.weight_decay)
        total = x.state[0].addcmul_(g, g)
        x.p.addcmul_(g.div(total.sqrt().add_(self.eps)), x.lr, value=-1)


@dataclass(frozen=True)
class Adafactor(Optimizer):
    """Adafactor with a given learning rate, as `torch.optim.Adafactor` (arXiv 1804.04235).

    The second moment of a matrix is kept as the outer product of one column and one row.
    """

    beta2_decay: float = option(-0.8, -1, 0)
    eps2: float = option(1e-3, 0, 1)
    clip: float = option(1.0, 1e-6, 1e6)
    weight_decay: float = option(0.0, 0, 10)
    _buffers: ClassVar[int] = 2

    def scalars(self, t: int, where: Where = NOWHERE) -> tuple[float, ...]:
        """Weight of the new second moment, and the cap on the relative step."""
        return t**self.beta2_decay, 1 / sqrt(t)

    def update(self, x: Buffers, at: Scalars) -> None:
        """Update in place: see `Optimizer.update`."""
        views = x.layout.views
        columns, rows = views(x.state[0]), views(x.state[1])
        rates, grads = views(x.lr), views(x.g)
        _, cap = at
        for name, w in views(x.p).items():
            each = tuple(range(2, w.ndim))
            size = sqrt(prod(w.shape[2:]))
            rate = rates[name].amax(dim=each, keepdim=True)
            scale = norm(w, each).div_(size).clamp_(min=self.eps2).mul_(rate.clamp(max=cap))
            if self.weight_decay:
                w.mul_(1 - self._shrinks_by(rate, scale) * self.weight_decay)
            step = self._second_moment(grads[name], columns[name], rows[name], at).rsqrt_().mul_(grads[name])
            w.sub_(step.mul_(scale / norm(step, each).div_(size * self.clip).clamp_(min=1.0)))

    @staticmethod
    def _shrinks_by(rate: Tensor, scale: Tensor) -> Tensor:
        return rate

    def _second_moment(self, g: Tensor, columns: Tensor, rows: Tensor, at: Scalars) -> Tensor:
        if g.ndim == 3:
            return columns.lerp_(g.square(), at[0]).clamp(min=_FLOAT32_EPS**2)
        column, row = columns[..., :1], rows[..., :1, :]
        column.lerp_(g.square().mean(dim=-1, keepdim=True), at[0])
        row.lerp_(g.square().mean(dim=-2, keepdim=True), at[0])
        moment = (column @ row).div_(column.mean(dim=-2, keepdim=True).clamp_(min=_FLOAT32_EPS))
        return moment.clamp_(min=_FLOAT32_EPS**2)


@dataclass(frozen=True)
class Muon(Optimizer):
    """Muon as `torch.optim.Muon`, in full precision; all that is no matrix takes Adam steps.

    Each matrix moves along its orthogonalised momentum (five Newton-Schulz iterations), times
    sqrt(max(1, rows / columns)). Vectors, and tensors of more than two dimensions, take Adam's step at the same
    learning rate.
    """

    momentum: float = option(0.95, 0, 0.999999)
    weight_decay: float = option(0.1, 0, 10)
    iterations: int = option(5, 1, 20)
    beta1: float = option(0.9, 0, 0.999999)
    beta2: float = option(0.999, 0, 0.999999)
    eps: float = option(1e-8, 0, 1)
    _buffers: ClassVar[int] = 2

    def scalars(self, t: int, where: Where = NOWHERE) -> tuple[float, ...]:
        """Bias corrections of the Adam part."""
        return Adam(self.beta1, self.beta2, self.eps).scalars(t)

    def update(self, x: Buffers, at: Scalars) -> None:
        """Update in place: see `Optimizer.update`."""
        views = x.layout.views
        grads, rates, first, second = views(x.g), views(x.lr), views(x.state[0]), views(x.state[1])
        for name, w in views(x.p).items():
            g, m, v, lr = grads[name], first[name], second[name], rates[name]
            if w.ndim == 4:
                m.lerp_(g, 1 - self.momentum)
                step = self._orthogonal(g.lerp(m, self.momentum)).mul_(sqrt(max(1, w.shape[2] / w.shape[3])))
                w.mul_(1 - lr * self.weight_decay)
            else:
                m.lerp_(g, 1 - self.beta1)
                v.mul_(self.beta2).addcmul_(g, g, value=1 - self.beta2)
                step = m.div(v.sqrt().mul_(at[0]).add_(at[1]))
            w.addcmul_(step, lr, value=-1)

    def _orthogonal(self, g: Tensor) -> Tensor:
        tall = g.shape[-2] > g.shape[-1]
        z = g.mT if tall else g
        z = z / norm(z, (2, 3)).clamp_(min=1e-7)
        for _ in range(self.iterations):
            gram = z @ z.mT
            z = 3.4445 * z + (-4.775 * gram + 2.0315 * (gram @ gram)) @ z
        return z.mT.contiguous() if tall else z
