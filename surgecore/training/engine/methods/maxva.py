"""MAdam and LaMAdam: second moments that forget so that the variance they see is largest (arXiv 2006.11918)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Self

from surgecore.training.engine.rules import NOWHERE, Buffers, Optimizer, Where, add_decay, shrink
from surgecore.training.workloads.options import option
from surgecore.training.workloads.problems import PlanCode, broken

if TYPE_CHECKING:
    from torch import Tensor

    from surgecore.training.engine.rules import Scalars


@dataclass(frozen=True)
class MAdam(Optimizer):
    """Adam with MaxVA: each coordinate forgets at the rate, within bounds, that maximises its estimated variance.

    The total weight grows by 1 - beta a step, so for the first 3 / (1 - beta_max) steps the rate is mostly `beta_max`
    and the method close to Adam: a short sweep wants a smaller one, such as 0.98. A coordinate whose gradient does not
    change has no variance at any rate and takes `beta_max`.

    References
    ----------
    Zhu et al., arXiv 2006.11918; confirmed from the authors' code, whose guard of 1e-16 in the rate's denominator is
    left out here, so that the rate does not depend on the scale of gradients.
    """

    beta1: float = option(0.9, 0, 0.999999)
    beta_min: float = option(0.5, 0, 0.999999)
    beta_max: float = option(0.999, 0, 0.999999)
    eps: float = option(1e-8, 0, 1)
    weight_decay: float = option(0.0, 0, 10)
    coupled: bool = False
    _buffers: ClassVar[int] = 4

    def __post_init__(self) -> None:
        if self.beta_min > self.beta_max:
            raise broken(
                PlanCode.ABOVE_ANOTHER, where="optimizer.beta_min", got=f"{self.beta_min:g}",
                other="optimizer.beta_max", limit=f"{self.beta_max:g}",
            )  # fmt: skip

    def limit(self) -> Self:
        """All beta = 0: a sign step."""
        return replace(self, beta1=0.0, beta_min=0.0, beta_max=0.0)

    def scalars(self, t: int, where: Where = NOWHERE) -> tuple[float, ...]:
        """Bias correction of the first moment."""
        return (1 - self.beta1**t,)

    def update(self, x: Buffers, at: Scalars) -> None:
        """Update in place: see `Optimizer.update`."""
        g, m = self._decayed(x), x.state[0]
        m.lerp_(g, 1 - self.beta1)
        x.p.addcmul_(m.div(self._root(x, g).mul_(at[0])), x.lr, value=-1)

    def _decayed(self, x: Buffers) -> Tensor:
        if self.coupled:
            return add_decay(x, self.weight_decay)
        shrink(x, self.weight_decay)
        return x.g

    def _root(self, x: Buffers, g: Tensor) -> Tensor:
        """Root of the second moment after this gradient, plus eps; the running sums are updated."""
        u, q, w = x.state[1:]
        beta = self.rate(g, u, q, w)
        new = 1 - beta
        u.mul_(beta).addcmul_(g, new)
        q.mul_(beta).addcmul_(g.square(), new)
        w.mul_(beta).add_(new)
        return q.div(w).sqrt_().add_(self.eps)

    def rate(self, g: Tensor, u: Tensor, q: Tensor, w: Tensor) -> Tensor:
        """How much of the past each coordinate keeps, given its new gradient.

        Parameters
        ----------
        g : Tensor
            New gradients.
        u, q, w : Tensor
            Running sums of gradients, their squares and the weights; zero before the first.
        """
        seen = w.clamp(min=1e-37)
        mean = u / seen
        spread, off = (q / seen).sub_(mean.square()).clamp_(min=0), (g - mean).square_()
        both = spread + off
        beta = both / ((off - spread).mul_(w).add_(both))
        return beta.clamp_(self.beta_min, self.beta_max).nan_to_num_(nan=self.beta_max)


@dataclass(frozen=True)
class LaMAdam(MAdam):
    """MAdam that averages steps in place of gradients, as LaProp.

    Where the rate follows a schedule the authors' code averages the rate with the steps; here the average is of the
    steps alone. At a constant rate the two are the same.
    """

    eps: float = option(1e-15, 0, 1)

    def update(self, x: Buffers, at: Scalars) -> None:
        """Update in place: see `Optimizer.update`."""
        g, z = self._decayed(x), x.state[0]
        z.lerp_(g.div(self._root(x, g)), 1 - self.beta1)
        x.p.addcmul_(z.div(at[0]), x.lr, value=-1)
