"""Where everything is measured from: one plain training run, stopped at given losses (torch)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surgecore.training.engine import Engine
from surgecore.training.models import Model
from surgecore.training.optimizers import Adam

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


def checkpoints(model: Model, losses: Sequence[float], seed: int) -> Iterator[Checkpoint]:
    """Run Adam (learning rate 1e-3, batch size 64) and stop at each loss.

    Parameters
    ----------
    model : Model
        Of a workload.
    losses : sequence of float
        Full losses to stop at, the largest first; 0 for the initial parameters.
    seed : int
        Of the initial parameters and of the minibatches.

    Yields
    ------
    Checkpoint
        In the order of `losses`.

    Raises
    ------
    ValueError
        If the losses do not fall, or one is not reached in 100,000 steps.
    """
    wanted = [loss for loss in losses if loss > 0]
    if wanted != sorted(wanted, reverse=True):
        raise ValueError(f"losses must fall, but got {list(losses)}")
    # a stream of its own, so that no trial sees the minibatches that made its checkpoint
    engine = Engine(model, Adam(), batch_size=64, seeds=[(1 << 41) + seed], rates=[1e-3], start=model.initial(seed))
    for loss in losses:
        while loss > 0 and not engine.losses()[0, 0] <= loss:
            if engine.steps >= _MOST_STEPS:
                raise ValueError(
                    f"the checkpoint's loss must be reached in {_MOST_STEPS} steps of Adam, but got {loss}"
                )
            engine.step()
        yield Checkpoint(loss, engine.steps, engine.parameters()[0, 0].cpu().numpy().copy())
