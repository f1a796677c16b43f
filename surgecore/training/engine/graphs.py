"""Steps as CUDA graphs: on a GPU small steps cost their launches, and a graph has one (torch).

A graph holds whole steps: looking the examples up, scalars, schedule, gradients and update. What changes from step to
step it reads from tables on the device, at the row that a counter on the device stands at, so that a replay needs
nothing from the host. Used on a GPU only. A graph is checked against the plain steps before it is used, and is not
used where capturing fails or the two differ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
    pool : object, optional
        As of `captured`.

    Raises
    ------
    RuntimeError
        If the steps cannot be captured, or do something else when replayed. Buffers and counter are then as they
        were, as they are after out-of-memory errors.
    """

    def __init__(self, advance: Callable[[], None], buffers: Buffers, counter: Tensor, pool: object = None) -> None:
        changed = [buffers.p, *buffers.state, counter]
        before = [tensor.clone() for tensor in changed]

        def advanced() -> None:
            advance()
            restore(changed, before)

        try:
            self._graph = captured(advance, buffers.p.device, warm_up=advanced, pool=pool)
            restore(changed, before)
            advance()
            expected = [tensor.clone() for tensor in (buffers.p, buffers.g)]
            restore(changed, before)
            self._graph.replay()
            layout = buffers.layout
            pairs = zip((buffers.p, buffers.g), expected, strict=True)
            same = all(agree(layout.rows(found), layout.rows(value)) for found, value in pairs)
        finally:
            restore(changed, before)
        if not same:
            raise RuntimeError("the captured steps differ from the plain ones")

    def __call__(self) -> None:
        """Take the steps."""
        self._graph.replay()


class CapturedReading:
    """A reading of full losses that is captured once and then replayed.

    Parameters
    ----------
    read : callable
        Gives the losses of what the buffers hold, plainly.
    pool : object, optional
        As of `captured`.

    Raises
    ------
    RuntimeError
        If it cannot be captured, or reads something else when replayed.
    """

    def __init__(self, read: Callable[[], Tensor], pool: object = None) -> None:
        expected = read()
        self._losses = losses = torch.zeros_like(expected)  # outside the graph's own memory, which others may use

        def reading() -> None:
            losses.copy_(read())

        self._graph = captured(reading, losses.device, warm_up=reading, pool=pool)
        losses.zero_()  # so that only a replay can fill it
        if not agree(self()[..., None], expected[..., None]):
            raise RuntimeError("the captured reading differs from the plain one")

    def __call__(self) -> Tensor:
        """Losses, in the same tensor each time."""
        self._graph.replay()
        return self._losses


def captured(
    work: Callable[[], None], device: torch.device, *, warm_up: Callable[[], None], pool: object = None
) -> torch.cuda.CUDAGraph:
    """A graph of what some work launches.

    Parameters
    ----------
    work : callable
        What is recorded, without being done.
    device : torch.device
        The GPU.
    warm_up : callable
        The same work, done some times before.
    pool : object, optional
        Memory shared with other graphs, from `torch.cuda.graph_pool_handle`: right for graphs that read nothing there
        which they have not written themselves.
    """
    graph = torch.cuda.CUDAGraph()
    aside = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
    aside.wait_stream(torch.cuda.current_stream(device))
    with torch.cuda.stream(aside):  # lazily made handles and autograd's buffers must exist before the capture
        for _ in range(_WARM_UPS):
            warm_up()
    torch.cuda.current_stream(device).wait_stream(aside)
    # a thread that loads data may allocate meanwhile
    with torch.cuda.graph(graph, pool=pool, capture_error_mode="thread_local"):  # type: ignore[arg-type]
        work()
    return graph


def same_steps(
    x: Buffers, plain: Callable[[], None], other: Callable[[], None], counters: Sequence[Tensor] = ()
) -> bool:
    """Whether two ways to take steps end alike; nothing is changed.

    Parameters
    ----------
    x : Buffers
        What they change.
    plain, other : callable
        Each takes the same steps from here.
    counters : sequence of Tensor, optional
        What they change beside it.
    """
    changed = [x.p, *x.state]
    before = [tensor.clone() for tensor in (*changed, *counters)]
    try:
        plain()
        expected = [x.layout.rows(tensor).clone() for tensor in changed]
        restore((*changed, *counters), before)
        other()
        return all(agree(x.layout.rows(found), value) for found, value in zip(changed, expected, strict=True))
    except torch.OutOfMemoryError:
        raise
    except Exception:  # noqa: BLE001 - compilers raise errors of many kinds, and plain steps need none
        return False
    finally:
        restore((*changed, *counters), before)


def restore(changed: Sequence[Tensor], before: Sequence[Tensor]) -> None:
    """Put values back, into the same tensors."""
    for tensor, value in zip(changed, before, strict=True):
        tensor.copy_(value)


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
