"""One step as a CUDA graph: on a GPU small steps cost their launches, and a graph has one (torch).

Used on a GPU only. A graph is checked against the plain step before it is used, and not used where capturing
fails or the two differ.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from surgecore.training.workloads.models import Batch

if TYPE_CHECKING:
    from surgecore.training.engine.optimizers import Buffers, Scalars

#: The plain step: (buffers, scalars, minibatch) changes the buffers.
Advance = Callable[["Buffers", "Scalars", Batch], None]

_WARM_UPS = 3
#: Largest relative difference to the plain step, in single precision.
_SAME = 1e-4


class CapturedStep:
    """A step that is captured once and then replayed.

    Parameters
    ----------
    advance : callable
        The plain step.
    buffers : Buffers
        What it changes; replays change the same tensors.
    scalars : tuple of float
        Of the first step.
    batch : Batch
        Of the first step; later ones must have its shape.

    Raises
    ------
    RuntimeError
        If the step cannot be captured, or does something else when replayed.
    """

    def __init__(self, advance: Advance, buffers: Buffers, scalars: Scalars, batch: Batch) -> None:
        self._buffers = buffers
        device = buffers.p.device
        self._scalars = tuple(torch.tensor(v, dtype=buffers.p.dtype, device=device) for v in scalars)
        self._batch = Batch(batch.x.clone(), batch.y.clone())
        changed = [buffers.p, buffers.g, *buffers.state]
        before = [tensor.clone() for tensor in changed]

        def restore() -> None:
            for tensor, value in zip(changed, before, strict=True):
                tensor.copy_(value)

        aside = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
        aside.wait_stream(torch.cuda.current_stream(device))
        with torch.cuda.stream(aside):  # lazily made handles and autograd's buffers must exist before the capture
            for _ in range(_WARM_UPS):
                advance(buffers, self._scalars, self._batch)
        torch.cuda.current_stream(device).wait_stream(aside)
        restore()
        advance(buffers, self._scalars, self._batch)
        expected = [tensor.clone() for tensor in changed]
        restore()
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            advance(buffers, self._scalars, self._batch)
        restore()
        self._graph.replay()
        same = all(_close(tensor, value) for tensor, value in zip(changed, expected, strict=True))
        restore()
        if not same:
            raise RuntimeError("the captured step differs from the plain one")

    def __call__(self, scalars: Scalars, batch: Batch) -> None:
        """Advance by one step."""
        for i, into in enumerate(self._scalars):
            into.fill_(scalars[i])  # a launch, where a copy from the host would wait for the device
        self._batch.x.copy_(batch.x)
        self._batch.y.copy_(batch.y)
        self._graph.replay()


def _close(found: Tensor, expected: Tensor) -> bool:
    scale = float(expected.abs().max())
    return bool((found - expected).abs().max() <= _SAME * max(scale, 1e-30))
