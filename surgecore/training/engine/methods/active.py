"""ActiveLR: a gain for every coordinate, that grows while its gradient keeps its sign from epoch to epoch."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, ClassVar

from surgecore.training.engine.optimizers import Adam
from surgecore.training.engine.rules import NOWHERE, Buffers, Optimizer, Where, shrink
from surgecore.training.workloads.options import option

if TYPE_CHECKING:
    from torch import Tensor

    from surgecore.training.engine.rules import Scalars


@dataclass(frozen=True)
class Active(Optimizer):
    """A base optimizer whose rate has a gain for each coordinate.

    At the end of each epoch from the second on, a gain is multiplied by `low` where the sum of this epoch's gradients
    has another sign than the last one's, and `high` is added to it elsewhere. The swept rate is the first one. Draws
    are with replacement, so an epoch is as many steps as draw as many examples as there are. `most` bounds the gains,
    which the authors' code does not do; 0 is no bound. Weight decay is decoupled and has no gain.

    References
    ----------
    Davoodi et al., arXiv 2301.10133; the rule is confirmed from the authors' code, the paper's constants are not.
    """

    low: float = option(0.5, 0, 1)
    high: float = option(0.2, 0, 10)
    most: float = option(0.0, 0, 1e6)
    weight_decay: float = option(0.0, 0, 10)

    def scalars(self, t: int, where: Where = NOWHERE) -> tuple[float, ...]:
        """Whether sums grow, whether an epoch ends, whether gains change; then what the base needs."""
        ends = t % where.epoch == 0 and not where.warming
        return (float(not where.warming), float(ends), float(ends and t >= 2 * where.epoch), *self._numbers(t))

    def update(self, x: Buffers, at: Scalars) -> None:
        """Update in place: see `Optimizer.update`."""
        grows, ends, changes, *numbers = at
        gain, total, before = x.state[-3:]  # the gain as its difference from one: state is zero at first
        total.add_(x.g * grows)
        shrink(x, self.weight_decay)
        x.p.addcmul_(self._direction(x, numbers), x.lr * (1 + gain), value=-1)
        if isinstance(ends, float) and not ends:
            return
        changed = ((1 + gain) * self.low - 1).where(before * total <= 0, gain + self.high)
        if self.most:
            changed.clamp_(max=self.most - 1)
        gain.copy_(_chosen(changes, changed, gain))
        before.copy_(_chosen(ends, total, before))
        total.copy_(_chosen(ends, total.new_zeros(()), total))

    def _numbers(self, t: int) -> tuple[float, ...]:
        return ()

    @abstractmethod
    def _direction(self, x: Buffers, at: Scalars) -> Tensor:
        """What the base optimizer subtracts, times its rate; its state is updated."""


@dataclass(frozen=True)
class ActiveSGD(Active):
    """ActiveLR on SGD with momentum."""

    momentum: float = option(0.9, 0, 0.999999)
    low: float = option(0.9, 0, 1)
    high: float = option(0.1, 0, 10)
    _buffers: ClassVar[int] = 4

    def _direction(self, x: Buffers, at: Scalars) -> Tensor:
        return x.state[0].mul_(self.momentum).add_(x.g)


@dataclass(frozen=True)
class ActiveAdamW(Active):
    """ActiveLR on AdamW."""

    beta1: float = option(0.9, 0, 0.999999)
    beta2: float = option(0.999, 0, 0.999999)
    eps: float = option(1e-8, 0, 1)
    weight_decay: float = option(0.01, 0, 10)
    _buffers: ClassVar[int] = 5

    def _numbers(self, t: int) -> tuple[float, ...]:
        return Adam(self.beta1, self.beta2, self.eps).scalars(t)

    def _direction(self, x: Buffers, at: Scalars) -> Tensor:
        m, v = x.state[:2]
        m.lerp_(x.g, 1 - self.beta1)
        v.mul_(self.beta2).addcmul_(x.g, x.g, value=1 - self.beta2)
        return m.div(v.sqrt().mul_(at[0]).add_(at[1]))


@dataclass(frozen=True)
class ActiveRAdam(Active):
    """ActiveLR on rectified Adam, as `torch.optim.RAdam`; the authors' reads its moments one step late."""

    beta1: float = option(0.9, 0, 0.999999)
    beta2: float = option(0.999, 0, 0.999999)
    eps: float = option(1e-8, 0, 1)
    _buffers: ClassVar[int] = 5

    def _numbers(self, t: int) -> tuple[float, ...]:
        """Factors of the step without and with the second moment, one of them zero."""
        rectified, first = _rectification(self.beta2, t, 5), 1 - self.beta1**t
        return (0.0, rectified * sqrt(1 - self.beta2**t) / first) if rectified else (1 / first, 0.0)

    def _direction(self, x: Buffers, at: Scalars) -> Tensor:
        m, v = x.state[:2]
        m.lerp_(x.g, 1 - self.beta1)
        v.mul_(self.beta2).addcmul_(x.g, x.g, value=1 - self.beta2)
        return (m / (v.sqrt() + self.eps)).mul_(at[1]).add_(m * at[0])


@dataclass(frozen=True)
class ActiveAdaBelief(Active):
    """ActiveLR on rectified AdaBelief, whose second moment is that of surprises, and gains eps at every step."""

    beta1: float = option(0.9, 0, 0.999999)
    beta2: float = option(0.999, 0, 0.999999)
    eps: float = option(1e-8, 0, 1)
    _buffers: ClassVar[int] = 5

    def _numbers(self, t: int) -> tuple[float, ...]:
        rectified, second = _rectification(self.beta2, t, 4), sqrt(1 - self.beta2**t)
        return (0.0, rectified * second / (1 - self.beta1**t), second) if rectified else (1.0, 0.0, second)

    def _direction(self, x: Buffers, at: Scalars) -> Tensor:
        m, s = x.state[:2]
        m.lerp_(x.g, 1 - self.beta1)
        s.mul_(self.beta2).add_((x.g - m).square_(), alpha=1 - self.beta2).add_(self.eps)
        return (m / (s.sqrt() + self.eps * at[2])).mul_(at[1]).add_(m * at[0])


def _rectification(beta2: float, t: int, above: float) -> float:
    """Factor for the variance of a young second moment (Liu et al., arXiv 1908.03265); 0 where there is none yet."""
    most = 2 / (1 - beta2) - 1
    length = most - 2 * t * beta2**t / (1 - beta2**t)
    if length <= above:
        return 0.0
    return sqrt((length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length))


def _chosen(flag: float | Tensor, new: Tensor, old: Tensor) -> Tensor:
    if isinstance(flag, float):
        return new if flag else old
    return new.where(flag > 0, old)
