"""Tom: momentum that follows the trend of gradients (Maiya et al., arXiv 2109.03820)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING, ClassVar, Self

from surgecore.training.engine.rules import NOWHERE, Buffers, Optimizer, Where, add_decay
from surgecore.training.workloads.options import option

if TYPE_CHECKING:
    from surgecore.training.engine.rules import Scalars


@dataclass(frozen=True)
class Tom(Optimizer):
    """Trend over momentum: Adam whose first moment is Holt's smoothing, a level and its trend.

    Without `correct` the first steps are about 0.11 of Adam's. Weight decay is added to the gradient, as in the
    authors' code, whose previous gradient it is then part of.

    References
    ----------
    Maiya et al., arXiv 2109.03820; confirmed from the authors' code.
    """

    beta1: float = option(0.9, 0, 0.999999)
    trend: float = option(0.99, 0, 1)
    beta2: float = option(0.999, 0, 0.999999)
    eps: float = option(1e-8, 0, 1)
    weight_decay: float = option(0.0, 0, 10)
    correct: bool = False
    _buffers: ClassVar[int] = 4

    def limit(self) -> Self:
        """No memory and no trend: a sign step. A trend without memory has five times the noise and no sign."""
        return replace(self, beta1=0.0, beta2=0.0, trend=1.0)

    def scalars(self, t: int, where: Where = NOWHERE) -> tuple[float, ...]:
        """Bias corrections, multiplied into the denominator."""
        level = 1 - (self.beta1 * self.trend) ** t if self.correct else 1.0
        return level / sqrt(1 - self.beta2**t), level * self.eps

    def update(self, x: Buffers, at: Scalars) -> None:
        """Update in place: see `Optimizer.update`."""
        g, (m, b, v, before) = add_decay(x, self.weight_decay), x.state
        m.add_(b).mul_(self.beta1).add_(g, alpha=1 - self.beta1)
        b.mul_(self.trend).add_(g - before, alpha=1 - self.trend)
        v.mul_(self.beta2).addcmul_(g, g, value=1 - self.beta2)
        before.copy_(g)
        x.p.addcmul_((m + b).div_(v.sqrt().mul_(at[0]).add_(at[1])), x.lr, value=-1)
