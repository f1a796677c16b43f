"""Steps as CUDA graphs: on a GPU small steps cost their launches, and a graph has one (torch).

A graph holds whole steps: looking the examples up, scalars, schedule, gradients and update. What changes from step to
step it reads from tables on the device, at the row that a counter on the device stands at, so that a replay needs
nothing from the host. Used on a GPU only. A graph is checked against the plain steps before it is used, and is not
used where capturing fails or the two differ.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from surgecore.training.engine.rules import Buffers

_WARM_UPS = 3
#: Largest difference to the plain steps, relative to the largest entry of a run.
_SAME = 1e-4
#: Largest share of entries that may differ by more: a sign that rounding flips moves a parameter by two steps.
_FLIPPED = 1e-3


class CapturedSteps:
    """Steps that are captured once and then replayed.

    Parameters
    ----------
    advance : callable
        Takes the steps, plainly, from where the counter stands.
    buffers : Buffers
        What they change; replays change the same tensors.
    counter : Tensor
        Where the steps read the tables; they count it up.

    Raises
    ------
    RuntimeError
        If the steps cannot be captured, or do something else when replayed. Buffers and counter are then as they
        were, as they are after out-of-memory errors.
    """

    def __init__(self, advance: Callable[[], None], buffers: Buffers, counter: Tensor) -> None:
        changed = [buffers.p, *buffers.state, counter]
        before = [tensor.clone() for tensor in changed]
        self._graph = torch.cuda.CUDAGraph()
        device = buffers.p.device

        def restore() -> None:
            for tensor, value in zip(changed, before, strict=True):
                tensor.copy_(value)

        try:
            aside = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
            aside.wait_stream(torch.cuda.current_stream(device))
            with torch.cuda.stream(aside):  # lazily made handles and autograd's buffers must exist before the capture
                for _ in range(_WARM_UPS):
                    advance()
                    restore()
            torch.cuda.current_stream(device).wait_stream(aside)
            # a thread that loads data may allocate meanwhile
            with torch.cuda.graph(self._graph, capture_error_mode="thread_local"):
                advance()
            restore()
            advance()
            expected = [tensor.clone() for tensor in (buffers.p, buffers.g)]
            restore()
            self._graph.replay()
            layout = buffers.layout
            pairs = zip((buffers.p, buffers.g), expected, strict=True)
            same = all(agree(layout.rows(found), layout.rows(value)) for found, value in pairs)
        finally:
            restore()
        if not same:
            raise RuntimeError("the captured steps differ from the plain ones")

    def __call__(self) -> None:
        """Take the steps."""
        self._graph.replay()


def agree(found: Tensor, expected: Tensor) -> bool:
    """Whether two results of the same steps differ by rounding only.

    Parameters
    ----------
    found, expected : Tensor, shape (groups, runs, P)
        Runs that diverged in both are no difference.

    Returns
    -------
    bool
    """
    finite = found.isfinite() & expected.isfinite()
    scale = torch.where(finite, expected.abs(), 0.0).amax(dim=-1, keepdim=True)
    off = finite & ((found - expected).abs() > _SAME * scale)
    off |= found.isfinite() != expected.isfinite()
    return float(off.double().mean()) <= _FLIPPED
