"""AdaLomo: Adafactor without a cap on the rate (Lv et al., arXiv 2310.10195)."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from surgecore.training.engine.optimizers import Adafactor
from surgecore.training.engine.rules import NOWHERE, Where

if TYPE_CHECKING:
    from torch import Tensor

    from surgecore.training.engine.rules import Scalars

_EPS = 1e-30


@dataclass(frozen=True)
class AdaLomo(Adafactor):
    """AdaLomo: factored second moment, and steps relative to each tensor's size.

    As in the authors' code: the second moment decays by 1 - t^-0.8 and its root is taken. It is Adafactor without the
    cap 1 / sqrt(t) on the rate, and with weight decay relative to the tensor's size too. That gradients are used as
    soon as they are there, which saves memory, changes no number.

    References
    ----------
    Lv et al., arXiv 2310.10195, Algorithm 1.
    """

    def scalars(self, t: int, where: Where = NOWHERE) -> tuple[float, ...]:
        """Weight of the new second moment, and no cap."""
        return t**self.beta2_decay, inf

    @staticmethod
    def _shrinks_by(rate: Tensor, scale: Tensor) -> Tensor:
        return scale

    def _second_moment(self, g: Tensor, columns: Tensor, rows: Tensor, at: Scalars) -> Tensor:
        q = g.square().add_(_EPS)
        if g.ndim == 3:
            return columns.lerp_(q, at[0]).clone()
        column, row = columns[..., :1], rows[..., :1, :]
        column.lerp_(q.mean(dim=-1, keepdim=True), at[0])
        row.lerp_(q.mean(dim=-2, keepdim=True), at[0])
        # divided first: a product of two tiny numbers would be zero
        return (column / column.mean(dim=-2, keepdim=True)) @ row
