"""Gradients as an optimizer asks for them in one step: where, on which minibatch, and with what they bring (torch)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from surgecore.training.engine.precision import arithmetic

if TYPE_CHECKING:
    from torch import Tensor

    from surgecore.training.engine.rules import Buffers, Needs
    from surgecore.training.workloads.batch import Batch
    from surgecore.training.workloads.models import Model

#: Keeps the further minibatches of a step apart from its first one.
FRESH = 1 << 41


class Evaluation:
    """Gradients of all runs in one step.

    Parameters
    ----------
    model : Model
        Whose gradients.
    x : Buffers
        Where the runs are.
    drawn : Tensor
        A row of draws: the groups of the first minibatch, then those of the further ones.
    batch_size : int
        Examples that were drawn for each.
    needs : Needs
        What a gradient at `Buffers.p` must bring.
    precision : str
        Of the gradients.
    sizes : Tensor, optional
        Examples that each run uses, shape (groups, runs).
    noise : callable, optional
        Makes normal numbers for `noise`.
    told : callable, optional
        Called when `Buffers.g` and `Buffers.found` have been filled.
    """

    def __init__(
        self, model: Model, x: Buffers, drawn: Tensor, batch_size: int, needs: Needs, precision: str,
        sizes: Tensor | None = None, noise: Callable[[], Tensor] | None = None, told: Callable[[], None] | None = None,
    ) -> None:  # fmt: skip
        self._model, self._x, self._drawn, self._needs, self._precision = model, x, drawn, needs, precision
        self._batch_size, self._sizes, self._told = batch_size, sizes, told
        self._noise = noise

    def __call__(self, at: Tensor | None = None, *, draw: int = 0, parts: int = 1) -> Tensor:
        """Evaluate gradients.

        Parameters
        ----------
        at : Tensor, optional
            Flat point, of the layout with `parts` times as many groups. Without it the runs' own parameters, and then
            `Buffers.g` and `Buffers.found` are filled.
        draw : int, optional
            Which of the step's minibatches, below `Optimizer.draws`.
        parts : int, optional
            Each minibatch is cut into so many: part k of group i is group ``i * parts + k``.

        Returns
        -------
        Tensor
            Flat, as the point.
        """
        x, batch = self._x, self._batch(draw)
        if at is None:
            with arithmetic(x.p.device, self._precision):
                gradients, examples = self._model.examples(x.layout.views(x.p), batch, self._needs)
            torch.cat([gradient.reshape(-1).to(x.g.dtype) for gradient in gradients], out=x.g)
            if self._needs.any:
                x.found.norms, x.found.along, x.found.count = examples.norms, examples.along, batch.n_used(x.g)
            if examples.squares is not None:
                x.found.squares = torch.cat([square.reshape(-1).to(x.g.dtype) for square in examples.squares])
            if self._told is not None:
                self._told()
            return x.g
        layout, batch = replace(x.layout, groups=x.layout.groups * parts), batch.cut(parts)
        with arithmetic(x.p.device, self._precision):
            gradients = self._model.gradients(layout.views(at), batch)
        return torch.cat([gradient.reshape(-1).to(x.g.dtype) for gradient in gradients])

    def noise(self) -> Tensor:
        """Standard normal numbers of this step, flat.

        Raises
        ------
        ValueError
            If the optimizer is not `noisy`.
        """
        if self._noise is None:
            raise ValueError("normal numbers must be announced: an optimizer that needs them is noisy")
        return self._noise()

    def _batch(self, draw: int) -> Batch:
        groups = self._x.layout.groups
        batch = self._model.batch(self._drawn[groups * draw : groups * (draw + 1)])
        if self._sizes is None and not self._needs.any:
            return batch
        return batch._replace(drawn=self._batch_size, sizes=self._sizes)
