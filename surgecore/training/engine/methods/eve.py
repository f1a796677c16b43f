"""Eve: Adam that knows the spread of single examples (Kunze et al., arXiv 2112.00174)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from surgecore.training.engine.rules import NOWHERE, Buffers, Needs, Optimizer, Where
from surgecore.training.workloads.options import option

if TYPE_CHECKING:
    from surgecore.training.engine.rules import Scalars


@dataclass(frozen=True)
class Eve(Optimizer):
    """Adam whose second moment is that of a batch, put together from the squares of single examples.

    The root holds v / B + (1 - 1 / B) m^2 with v the average square of single examples and m the first moment, both
    bias corrected: the square that a gradient over B examples has on average. At B = 1 it is Adam. Without memory
    it is a smooth sign: g / sqrt(g^2 + s^2 / B).

    References
    ----------
    Kunze et al., arXiv 2112.00174; confirmed from the authors' code.
    """

    beta1: float = option(0.9, 0, 0.999999)
    beta2: float = option(0.999, 0, 0.999999)
    eps: float = option(1e-8, 0, 1)
    weight_decay: float = option(0.0, 0, 10)
    needs: ClassVar[Needs] = Needs(squares=True)
    _buffers: ClassVar[int] = 2

    def scalars(self, t: int, where: Where = NOWHERE) -> tuple[float, ...]:
        """Bias corrections."""
        return 1 - self.beta1**t, 1 - self.beta2**t

    def update(self, x: Buffers, at: Scalars) -> None:
        """Update in place: see `Optimizer.update`."""
        (m, v), found = x.state, x.found
        assert found.squares is not None
        assert found.count is not None
        share = 1 / found.count
        each = share.reshape(()) if share.numel() == 1 else x.layout.spread(share)
        m.lerp_(x.g, 1 - self.beta1)
        v.lerp_(found.squares, 1 - self.beta2)
        mean = m / at[0]
        root = (v / at[1] * each).add_((1 - each) * mean.square()).sqrt_().add_(self.eps)
        step = mean.div_(root)
        if self.weight_decay:
            step.add_(x.p, alpha=self.weight_decay)
        x.p.addcmul_(step, x.lr, value=-1)
