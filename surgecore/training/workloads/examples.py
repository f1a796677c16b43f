"""What single examples contribute to a gradient: squares and norms, without single gradients where that can be (torch).

A dense layer's gradient of example i is delta_i a_i^T, with a_i what goes in and delta_i the gradient of the example's
own loss at what comes out. Its squared norm is |delta_i|^2 |a_i|^2, its squares are delta_i^2 (a_i^2)^T, and its
product with a matrix V is delta_i . V a_i: none of them needs the gradient itself. Where positions share weights
(convolutions, sequences) examples are taken as groups of one, some at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from surgecore.training.workloads.batch import Batch

if TYPE_CHECKING:
    from surgecore.training.engine.rules import Needs
    from surgecore.training.engine.stack import Views
    from surgecore.training.workloads.models import Model

#: Bytes that gradients of single examples may take.
_ROOM = 32 << 20


class Examples(NamedTuple):
    """What `Needs` asked for, of every run's minibatch; the rest is None.

    Attributes
    ----------
    squares : list of Tensor or None
        Mean over the examples of the squared gradient of each coordinate, shapes (groups, runs, *shape).
    norms : Tensor or None
        Squared norm of each example's gradient of each tensor, shape (groups, runs, tensors, examples); zero for
        examples that a run does not use. Where single examples are not drawn, one entry: the sum that they have on
        average, given the mean gradient.
    along : Tensor or None
        Product of each example's gradient with the mean gradient, shape (groups, runs, examples).
    """

    squares: list[Tensor] | None = None
    norms: Tensor | None = None
    along: Tensor | None = None


class Dense(NamedTuple):
    """A dense layer in the backward pass, with bias.

    Attributes
    ----------
    d : Tensor, shape (groups, runs, out, examples)
        Gradient of each run's loss at what comes out: with the weight of each example, usually 1 / batch size.
    a : Tensor
        What goes in: (groups, examples, in) where all runs of a group share it, else (groups, runs, in, examples).
    """

    d: Tensor
    a: Tensor

    def gradient(self) -> tuple[Tensor, Tensor]:
        """Gradients of weight (groups, runs, out, in) and bias (groups, runs, out)."""
        groups, runs, out, examples = self.d.shape
        if self.a.ndim == 3:
            w = torch.bmm(self.d.reshape(groups, runs * out, examples), self.a)
        else:
            w = torch.bmm(self.d.reshape(-1, out, examples), self.a.reshape(groups * runs, -1, examples).mT)
        return w.view(groups, runs, out, -1), self.d.sum(dim=-1)

    def squared(self) -> Dense:
        """The layer whose gradient is the sum over examples of squares."""
        return Dense(self.d.square(), self.a.square())

    def sizes(self) -> tuple[Tensor, Tensor]:
        """Squared norms of each example's part of both gradients, shapes (groups, runs, examples)."""
        bias = self.d.square().sum(dim=2)
        inputs = self.a.square().sum(dim=2)
        return bias * (inputs[:, None] if self.a.ndim == 3 else inputs), bias

    def along(self, w: Tensor, b: Tensor) -> Tensor:
        """Product of each example's part with a direction, shape (groups, runs, examples)."""
        groups, runs, out, inputs = w.shape
        if self.a.ndim == 3:
            moved = torch.bmm(w.reshape(groups, runs * out, inputs), self.a.mT).view(self.d.shape)
        else:
            moved = torch.bmm(w.reshape(-1, out, inputs), self.a.reshape(groups * runs, inputs, -1)).view(self.d.shape)
        return (self.d * (moved + b[..., None])).sum(dim=2)


def of_dense(layers: list[Dense], batch: Batch, needs: Needs) -> tuple[list[Tensor], Examples]:
    """Gradients and what `needs` asks for, of a network of dense layers: in closed form.

    Parameters
    ----------
    layers : list of Dense
        In the order of the parameters, weight and bias of each.
    batch : Batch
        Their minibatch.
    needs : Needs
        What is wanted.
    """
    gradients = [part for layer in layers for part in layer.gradient()]
    count = batch.n_used(gradients[0])
    squares = norms = along = None
    if needs.squares:  # (1/b) sum (b d)^2 a^2
        parts = [part for layer in layers for part in layer.squared().gradient()]
        squares = [part * _wide(count, part.ndim) for part in parts]
    if needs.norms:
        sizes = torch.stack([size for layer in layers for size in layer.sizes()], dim=2)
        norms = sizes * _wide(count.square(), 4)
    if needs.along:
        products = [layer.along(*gradients[2 * i : 2 * i + 2]) for i, layer in enumerate(layers)]
        along = torch.stack(products).sum(dim=0) * _wide(count, 3)
    return gradients, Examples(squares, norms, along)


def by_pieces(model: Model, params: Views, batch: Batch, needs: Needs) -> tuple[list[Tensor], Examples]:
    """As `of_dense`, of any model of a data set: gradients of single examples, some at a time."""
    gradients = model.gradients(params, batch)
    groups, runs = gradients[0].shape[:2]
    examples, used = batch.x.shape[1], batch.used()
    room = _ROOM // (4 * groups * runs * sum(view[0, 0].numel() for view in params.values()))
    sums = [torch.zeros_like(gradient) for gradient in gradients] if needs.squares else None
    norms, along = [], []
    for at in range(0, examples, max(1, room)):
        part = slice(at, min(at + max(1, room), examples))
        count = part.stop - part.start
        x, y = (whole[:, part].flatten(0, 1)[:, None] for whole in (batch.x, batch.y))
        alone = {name: v[:, None].expand(-1, count, *v.shape[1:]).flatten(0, 1) for name, v in params.items()}
        each = [g.view(groups, count, *g.shape[1:]) for g in model.gradients(alone, Batch(x, y))]
        if used is not None:
            each = [g * _wide(used[:, :, part].mT, g.ndim) for g in each]
        if sums is not None:
            for total, g in zip(sums, each, strict=True):
                total += g.square().sum(dim=1)
        if needs.norms:
            norms.append(torch.stack([g.flatten(3).square().sum(dim=-1) for g in each], dim=-1).permute(0, 2, 3, 1))
        if needs.along:
            products = [(g * v[:, None]).flatten(3).sum(dim=-1) for g, v in zip(each, gradients, strict=True)]
            along.append(torch.stack(products).sum(dim=0).mT)
    squares = None if sums is None else [total / _wide(batch.n_used(total), total.ndim) for total in sums]
    return gradients, Examples(
        squares, torch.cat(norms, dim=-1) if norms else None, torch.cat(along, dim=-1) if along else None
    )


def _wide(numbers: Tensor, ndim: int) -> Tensor:
    """Numbers of shape (groups, runs), or of more leading dimensions, against a tensor of `ndim` dimensions."""
    return numbers.reshape(*numbers.shape, *[1] * (ndim - numbers.ndim))
