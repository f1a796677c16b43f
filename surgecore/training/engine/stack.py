"""Many runs of one model in flat buffers, so that one update advances all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

Shapes = Mapping[str, tuple[int, ...]]
Views = dict[str, "Tensor"]


@dataclass(frozen=True)
class Layout:
    """Where the parameters of `groups` x `runs` copies of a model lie in one flat buffer.

    Every named tensor has one segment of shape ``(groups, runs, *shape)``: a batched matrix product reads its
    segment without a copy, and an elementwise update sees one long vector.

    Parameters
    ----------
    shapes : mapping of str to tuple of int
        Shape of each parameter of one copy.
    groups : int
        Copies that differ in their minibatches (seeds).
    runs : int
        Copies that share one minibatch (learning rates).
    """

    shapes: Shapes
    groups: int
    runs: int

    @property
    def size(self) -> int:
        """Number of elements of the flat buffer."""
        return self.groups * self.runs * n_params(self.shapes)

    def views(self, flat: Tensor) -> Views:
        """Named views of shape ``(groups, runs, *shape)`` into a flat buffer."""
        out, start = {}, 0
        for name, shape in self.shapes.items():
            count = self.groups * self.runs * prod(shape)
            out[name] = flat[start : start + count].view(self.groups, self.runs, *shape)
            start += count
        return out

    def fill(self, start: Tensor) -> Tensor:
        """Flat buffer in which every copy of group i starts from row i of `start`.

        Parameters
        ----------
        start : Tensor
            One model's parameters one after the other, shape ``(groups, P)`` or ``(P,)`` for all alike.
        """
        flat = start.new_empty(self.size)
        rows = start.expand(self.groups, -1) if start.ndim == 1 else start
        at = 0
        for view in self.views(flat).values():
            count = prod(view.shape[2:])
            view.copy_(rows[:, at : at + count].reshape(self.groups, 1, *view.shape[2:]).expand_as(view))
            at += count
        return flat

    def spread(self, numbers: Tensor) -> Tensor:
        """Flat buffer that holds a run's number wherever its parameters are.

        Parameters
        ----------
        numbers : Tensor
            Shape (runs,) for all groups alike, (groups, runs), or (groups, runs, tensors) for each tensor its own.
        """
        flat = numbers.new_empty(self.size)
        rows = numbers[None] if numbers.ndim == 1 else numbers
        for i, view in enumerate(self.views(flat).values()):
            here = rows[..., i] if rows.ndim == 3 else rows
            view.copy_(here.view(*here.shape, *[1] * (view.ndim - 2)).expand_as(view))
        return flat

    def squares(self, flat: Tensor) -> Tensor:
        """Squared norm of each tensor of each run, shape (groups, runs, tensors)."""
        import torch

        return torch.stack([view.flatten(2).square().sum(dim=-1) for view in self.views(flat).values()], dim=-1)

    def keep(self, flat: Tensor, runs: Sequence[int]) -> Tensor:
        """Flat buffer of the layout with only the given runs left."""
        return _join([view[:, list(runs)].reshape(-1) for view in self.views(flat).values()])

    def rows(self, flat: Tensor) -> Tensor:
        """Parameters as one row a copy, shape (groups, runs, P): the inverse of `fill`."""
        parts = [v.reshape(self.groups, self.runs, -1) for v in self.views(flat).values()]
        return _join(parts)


def n_params(shapes: Shapes) -> int:
    """Count the parameters of one copy of a model."""
    return sum(prod(shape) for shape in shapes.values())


def _join(parts: list[Tensor]) -> Tensor:
    import torch

    return torch.cat(parts, dim=-1)
