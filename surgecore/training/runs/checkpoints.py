"""Where everything is measured from: one plain training run, stopped at given losses (torch)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from surgecore.training.engine.loop import Engine
from surgecore.training.engine.optimizers import Adam
from surgecore.training.workloads.models import Model

_MOST_STEPS = 100_000


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


def check_losses(losses: Sequence[float]) -> list[str]:
    """What is wrong with the losses of checkpoints, a sentence each; empty where nothing is."""
    problems = [
        f"losses must be finite, and 0 for the initial parameters or positive, but got {loss:g}"
        for loss in losses
        if not (isfinite(loss) and loss >= 0)
    ]
    wanted = [loss for loss in losses if loss > 0]
    if not problems and wanted != sorted(wanted, reverse=True):
        problems.append(f"losses must fall, but got {list(losses)}")
    return problems


def checkpoints(model: Model, losses: Sequence[float], seed: int) -> Iterator[Checkpoint]:
    """Run Adam (learning rate 1e-3, batch size 64) and stop at each loss.

    Parameters
    ----------
    model : Model
        Of a workload.
    losses : sequence of float
        Full losses to stop at, the largest first; 0, anywhere, for the initial parameters.
    seed : int
        Of the initial parameters and of the minibatches.

    Yields
    ------
    Checkpoint
        In the order of `losses`.

    Raises
    ------
    ValueError
        If a loss is negative or not finite, the losses do not fall, or one is not reached in 100,000 steps.
    """
    if problems := check_losses(losses):
        raise ValueError("\n".join(problems))
    start = model.initial(seed)
    # a stream of its own, so that no trial sees the minibatches that made its checkpoint
    engine = Engine(model, Adam(), batch_size=64, seeds=[(1 << 41) + seed], rates=[1e-3], start=start)
    for loss in losses:
        if loss == 0:
            yield Checkpoint(0.0, 0, start.cpu().numpy().copy())
            continue
        while not engine.losses()[0, 0] <= loss:
            if engine.steps >= _MOST_STEPS:
                raise ValueError(
                    f"the checkpoint's loss must be reached in {_MOST_STEPS} steps of Adam, but got {loss}"
                )
            engine.step()
        yield Checkpoint(loss, engine.steps, engine.parameters()[0, 0].cpu().numpy().copy())
