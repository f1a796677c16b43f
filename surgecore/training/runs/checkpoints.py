"""Where everything is measured from: one plain training run, stopped at given losses (torch)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from math import isfinite
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from surgecore.training.engine.loop import Engine
from surgecore.training.engine.optimizers import Adam
from surgecore.training.runs.files import write_whole
from surgecore.training.workloads.models import Model
from surgecore.training.workloads.problems import PlanCode, PlanProblem, wrong

_MOST_STEPS = 100_000
#: Steps between two readings, at most; and the share of the way to the target that may go unread.
_MOST_UNREAD, _SHARE_UNREAD = 32, 0.2
#: Steps before the first question whether to stop, so that every call gets on.
_LEAST = 50


class StoppedError(RuntimeError):
    """Asked to stop before the loss was reached."""


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Parameters of a run at a loss.

    Attributes
    ----------
    loss : float
        Target that was reached; 0 for the initial parameters.
    steps : int
        Steps to it.
    parameters : ndarray, shape (P,)
        Single precision.
    """

    loss: float
    steps: int
    parameters: NDArray[np.float32]


def check_losses(losses: Sequence[float]) -> list[PlanProblem]:
    """What is wrong with the losses of checkpoints; empty where nothing is."""
    problems = [wrong(PlanCode.LOSS_NEGATIVE, got=f"{loss:g}") for loss in losses if not (isfinite(loss) and loss >= 0)]
    wanted = [loss for loss in losses if loss > 0]
    if not problems and wanted != sorted(wanted, reverse=True):
        problems.append(wrong(PlanCode.LOSSES_RISE, got=str(list(losses))))
    return problems


def checkpoints(
    model: Model,
    losses: Sequence[float],
    seed: int,
    *,
    cancelled: Callable[[], bool] = lambda: False,
    saved: Path | None = None,
) -> Iterator[Checkpoint]:
    """Run Adam (learning rate 1e-3, batch size 64) and stop at each loss.

    Parameters
    ----------
    model : Model
        Of a workload.
    losses : sequence of float
        Full losses to stop at, the largest first; 0, anywhere, for the initial parameters.
    seed : int
        Of the initial parameters and of the minibatches.
    cancelled : callable, optional
        Asked now and then whether to stop.
    saved : Path, optional
        Where a run that is stopped leaves its state, and from where the next call goes on.

    Yields
    ------
    Checkpoint
        In the order of `losses`: the first step after which the loss is not above the target. Far from it not every
        step is read.

    Raises
    ------
    ValueError
        If a loss is negative or not finite, the losses do not fall, or one is not reached in 100,000 steps.
    StoppedError
        If it was asked to stop.
    """
    if problems := check_losses(losses):
        raise ValueError("\n".join(map(str, problems)))
    start = model.initial(seed)
    # a stream of its own, so that no trial sees the minibatches that made its checkpoint
    engine = Engine(model, Adam(), batch_size=64, seeds=[(1 << 41) + seed], rates=[1e-3], start=start)
    if saved is not None and saved.exists():
        _restore(engine, np.load(saved))
    for loss in losses:
        if loss == 0:
            yield Checkpoint(0.0, 0, start.cpu().numpy().copy())
            continue
        _descend(engine, loss, cancelled, saved)
        yield Checkpoint(loss, engine.steps, engine.parameters()[0, 0].cpu().numpy().copy())


def _descend(engine: Engine, target: float, cancelled: Callable[[], bool], saved: Path | None) -> None:
    """Advance to the first step whose loss is not above the target, reading less often while far from it."""
    first, unread = engine.steps, 1
    here = float(engine.losses()[0, 0])
    fastest = 0.0
    while not here <= target:
        if engine.steps >= _MOST_STEPS:
            raise ValueError(f"the checkpoint's loss must be reached in {_MOST_STEPS} steps of Adam, but got {target}")
        if engine.steps - first >= _LEAST and cancelled():
            if saved is not None:
                _save(engine, saved)
            raise StoppedError
        before = _state(engine)
        engine.advance(unread)
        there = float(engine.losses()[0, 0])
        if there <= target and unread > 1:  # it came sooner than expected: again, step by step
            _restore(engine, before)
            unread = 1
            continue
        fastest = max(0.9 * fastest, (here - there) / unread, 1e-12)
        here = there
        unread = int(min(max(1.0, _SHARE_UNREAD * (here - target) / fastest), _MOST_UNREAD))


def _state(engine: Engine) -> dict[str, NDArray[np.float32]]:
    x = engine.buffers
    out = {"p": x.p, **{f"state{i}": state for i, state in enumerate(x.state)}}
    arrays = {name: tensor.cpu().numpy().copy() for name, tensor in out.items()}
    return {**arrays, "steps": np.array(engine.steps)}


def _restore(engine: Engine, state: dict[str, NDArray[np.float32]]) -> None:
    x = engine.buffers
    x.p.copy_(torch.from_numpy(state["p"]))
    for i, into in enumerate(x.state):
        into.copy_(torch.from_numpy(state[f"state{i}"]))
    engine.steps = int(state["steps"])


def _save(engine: Engine, path: Path) -> None:
    buffer = BytesIO()
    np.savez(buffer, **_state(engine))  # type: ignore[arg-type]
    write_whole(path, buffer.getvalue())
