"""Minibatches of many runs, and which examples of them each run uses (torch)."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class Batch(NamedTuple):
    """Minibatches, one a seed: leading shape (groups, examples).

    Attributes
    ----------
    x, y : Tensor
        Inputs and labels.
    drawn : int
        Examples a minibatch stands for, where there is not one row an example.
    sizes : Tensor or None
        Examples that each run uses, the first ones, shape (groups, runs); all of them by default.
    """

    x: Tensor
    y: Tensor
    drawn: int = 0
    sizes: Tensor | None = None

    def used(self) -> Tensor | None:
        """One where a run uses an example and zero elsewhere, shape (groups, runs, examples); None if it uses all."""
        if self.sizes is None:
            return None
        places = torch.arange(self.x.shape[1], device=self.x.device)
        return (places < self.sizes[..., None]).to(self.sizes.dtype)

    def weights(self) -> float | Tensor:
        """Weight of each example in the mean: a number, or shape (groups, runs, examples)."""
        used = self.used()
        return 1 / self.y.shape[1] if used is None or self.sizes is None else used / self.sizes[..., None]

    def cut(self, parts: int) -> Batch:
        """Each minibatch in so many of as many examples, one after the other as groups.

        Raises
        ------
        ValueError
            If there are not as many examples in each.
        """
        if parts == 1:
            return self
        if self.sizes is not None or self.x.shape[1] % parts or self.x.shape[1] == 1:
            raise ValueError(f"a minibatch of {parts} parts must have a multiple of as many examples, all used")
        x, y = (whole.reshape(len(whole) * parts, -1, *whole.shape[2:]) for whole in (self.x, self.y))
        return Batch(x, y)

    def n_used(self, like: Tensor) -> Tensor:
        """Examples that each run uses, of the dtype of `like`: shape (groups, runs), or (1, 1) if it is all."""
        if self.sizes is not None:
            return self.sizes.to(like.dtype)
        return torch.full((1, 1), float(self.drawn or self.x.shape[1]), dtype=like.dtype, device=like.device)
