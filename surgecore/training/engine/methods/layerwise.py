"""LARS and CLARS: each layer's rate follows the size of its weights and of its gradients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from surgecore.training.engine.rules import Buffers, Needs, Optimizer
from surgecore.training.workloads.options import option

if TYPE_CHECKING:
    from torch import Tensor

    from surgecore.training.engine.rules import Scalars
    from surgecore.training.engine.stack import Layout


@dataclass(frozen=True)
class LARS(Optimizer):
    """Layer-wise adaptive rate scaling: rates are relative to |weights| / |gradient| of each layer.

    A layer is a matrix or kernel and the vector that follows it, if it has as many entries as the matrix has rows:
    biases start at zero here, and alone would have no size to be relative to. Where weights or gradient are zero the
    rate is the plain one.

    One step goes along g / |g|, the mean of minibatch gradients projected onto a sphere. On a quadratic of one layer,
    with gradient G, curvature H and noise of size s in each of n coordinates, its best rate is, with l = B |G|^2 / s^2,
    c = Gamma((n + 1) / 2) / (sqrt(2) Gamma(n / 2 + 1)) 1F1(1/2; n/2 + 1; -l/2) and M(n) = 1F1(1; n/2 + 1; -l/2) / n,

        |G| sqrt(l) c / (trust |w| (M(n) tr H + l M(n + 2) G^T H G / |G|^2)),

    which rises as sqrt(B) below the noise scale. M follows from E[x f(|x|^2)] = G E f(chi^2) with n + 2 degrees of
    freedom and noncentrality l, and from E[x x^T f] = E[f] with n + 2 for the noise, with n + 4 along G.

    References
    ----------
    You et al., arXiv 1708.03888. Moments: Presnell and Rumcheva, Stat. Probab. Lett. 78 (2008), for c; Bock, Ann.
    Statist. 3 (1975), 209, for functions of the norm.
    """

    momentum: float = option(0.9, 0, 0.999999)
    trust: float = option(0.001, 1e-9, 10)
    weight_decay: float = option(0.0, 0, 10)
    by_tensor: bool = False
    _buffers: ClassVar[int] = 1

    def update(self, x: Buffers, at: Scalars) -> None:
        """Update in place: see `Optimizer.update`."""
        layers = self._layers(x.layout)
        weights = _joined(x.layout.squares(x.p), layers).sqrt()
        size = self._size(x, layers)
        rate = self.trust * weights / (size + self.weight_decay * weights)
        rate = rate.where((weights > 0) & (size > 0), rate.new_ones(()))
        g = x.g.add_(x.p, alpha=self.weight_decay) if self.weight_decay else x.g
        moved = x.state[0].mul_(self.momentum).add_(x.layout.spread(rate).mul_(g))
        x.p.addcmul_(moved, x.lr, value=-1)

    def _layers(self, layout: Layout) -> list[int]:
        """The layer of each tensor."""
        out: list[int] = []
        before: tuple[int, ...] = ()
        for shape in layout.shapes.values():
            joins = len(shape) == 1 and len(before) > 1 and before[0] == shape[0] and not self.by_tensor
            out.append(out[-1] + (not joins) if out else 0)
            before = shape
        return out

    def _size(self, x: Buffers, layers: list[int]) -> Tensor:
        """Size of the gradient of each tensor's layer, shape (groups, runs, tensors)."""
        return _joined(x.layout.squares(x.g), layers).sqrt()


@dataclass(frozen=True)
class CLARS(LARS):
    """Complete LARS: the size of a layer's gradient is the mean of those of single examples.

    The norm of the mean gradient, which LARS takes, falls with the batch size where noise dominates; the mean of norms
    does not. On the quadratic, which draws no single examples, it is the root of their mean square: a step goes along
    g / sqrt(|g|^2 + (1 - 1/B) tr S), whose best rate has the form of that of LARS with other moments of chi squares.

    References
    ----------
    Huo et al., AAAI 2021, arXiv 2002.01576. The paper's text was not at hand: the formula is as recalled, and neither
    its default `trust` nor weight decay in the denominator is confirmed.
    """

    trust: float = option(0.01, 1e-9, 10)
    needs: ClassVar[Needs] = Needs(norms=True)

    def _size(self, x: Buffers, layers: list[int]) -> Tensor:
        assert x.found.norms is not None
        assert x.found.count is not None
        norms = _joined(x.found.norms.movedim(2, -1), layers).sqrt()  # (groups, runs, examples, tensors)
        count = x.found.count[..., None]
        # one entry is one example, or the sum of all where single ones are not drawn: then their root mean square
        return norms.sum(dim=2) / (count.sqrt() if norms.shape[2] == 1 else count)


def _joined(squares: Tensor, layers: list[int]) -> Tensor:
    """Sum over the tensors of a layer, in each of them; tensors are the last dimension."""
    import torch

    first = [layers.index(layer) for layer in layers]
    return torch.stack([squares[..., at : at + layers.count(layers[at])].sum(dim=-1) for at in first], dim=-1)
