"""AdaGrad-Norm: one rate for a whole run, from the sum of its squared gradient norms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from surgecore.training.engine.rules import Buffers, Optimizer, add_decay
from surgecore.training.workloads.options import option

if TYPE_CHECKING:
    from surgecore.training.engine.rules import Scalars


@dataclass(frozen=True)
class AdagradNorm(Optimizer):
    """AdaGrad-Norm: theta - lr g / sqrt(s), where s grows by the squared norm of the whole gradient.

    The sum is over all tensors of a run, as in the paper; the authors' code keeps one for each row of a matrix.

    References
    ----------
    Lau et al., arXiv 2402.11215 (its equation numbers are not confirmed); Ward et al., arXiv 1806.01811.
    """

    first: float = option(0.01, 0, 1e6)
    eps: float = option(1e-10, 0, 1)
    weight_decay: float = option(0.0, 0, 10)
    _buffers: ClassVar[int] = 1

    def update(self, x: Buffers, at: Scalars) -> None:
        """Update in place: see `Optimizer.update`."""
        g = add_decay(x, self.weight_decay)
        total = x.state[0].add_(x.layout.spread(x.layout.squares(g).sum(dim=-1)))
        x.p.addcmul_(g.div(total.add(self.first).sqrt_().add_(self.eps)), x.lr, value=-1)
