"""Real updates of an optimizer at a checkpoint, and what they do to the real loss (torch)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from scipy.optimize import minimize_scalar
from torch import Tensor

from surgecore.measuring.probes import Probe
from surgecore.measuring.statistic import Statistic
from surgecore.training.engine.loop import Engine
from surgecore.training.engine.rules import Optimizer
from surgecore.training.workloads.models import Model
from surgecore.why.measurement import Estimate, Prediction

#: Makes `count` updates for a batch size, shape (count, P): scaled by the learning rate, they are subtracted from the
#: parameters.
Updates = Callable[[int, int], Tensor]

# a learning rate so large that rounding of the parameters does not show in their change
_RATE = float(1 << 20)
#: Seeds of sampled minibatches start here, so that none is also a seed of the measured optima.
FIRST_SEED = 1 << 32
_SPACING = 0.02


def sign_updates(probe: Probe, *, seed: int = 0) -> Updates:
    """Signs of minibatch gradients.

    Parameters
    ----------
    probe : Probe
        The model at its checkpoint.
    seed : int, optional
        Of the minibatches.

    Returns
    -------
    callable
        From a batch size and a count to updates (count, P).
    """

    def updates(batch_size: int, count: int) -> Tensor:
        generator = torch.Generator().manual_seed(seed * 1_000_003 + batch_size)
        out = torch.zeros(count, probe.size).to(probe.start)
        for row in range(count):
            for chunk in probe.gradients(probe.draw(batch_size, generator)):
                out[row] += chunk.sum(dim=0)
        return out.sign()

    return updates


def decorrelated_updates(probe: Probe, *, seed: int = 0) -> Updates:
    """Signs of minibatch gradients in which every coordinate draws examples of its own.

    Each coordinate keeps its distribution, skewness and all, but no two share an example: the control for
    correlation. All per-example gradients are kept in memory.

    Parameters
    ----------
    probe : Probe
        The model at its checkpoint.
    seed : int, optional
        Of the draws.

    Returns
    -------
    callable
        From a batch size and a count to updates (count, P).
    """
    table = torch.cat(list(probe.gradients(probe.everything())))
    columns = torch.arange(probe.size)

    def updates(batch_size: int, count: int) -> Tensor:
        generator = torch.Generator().manual_seed(seed * 1_000_003 + batch_size)
        out = torch.zeros(count, probe.size).to(table)
        for row in range(count):
            rows = torch.randint(len(table), (batch_size, probe.size), generator=generator)
            out[row] = table[rows, columns].sum(dim=0)
        return out.sign()

    return updates


def optimizer_updates(
    model: Model,
    optimizer: Optimizer,
    start: Tensor,
    *,
    warm_steps: int = 0,
    first_seed: int = FIRST_SEED,
) -> Updates:
    """First step of any optimizer from a checkpoint.

    Parameters
    ----------
    model : Model
        The model.
    optimizer : Optimizer
        Its rule; without weight decay, as updates must be proportional to the learning rate.
    start : Tensor, shape (P,)
        The checkpoint.
    warm_steps : int, optional
        Gradients at the checkpoint that fill the optimizer's state first; 0 for an empty state.
    first_seed : int, optional
        Seed of the first minibatch; the others follow.

    Returns
    -------
    callable
        From a batch size and a count to updates (count, P).

    Raises
    ------
    ValueError
        If the optimizer has weight decay.
    """
    if getattr(optimizer, "weight_decay", 0):
        raise ValueError(f"weight_decay must be 0, but got {optimizer!r}")

    def updates(batch_size: int, count: int) -> Tensor:
        group = max(1, (1 << 22) // (32 * batch_size))
        out = []
        for at in range(0, count, group):
            seeds = range(first_seed + at, first_seed + min(at + group, count))
            engine = Engine(model, optimizer, batch_size=batch_size, seeds=seeds, rates=[_RATE], start=start)
            if warm_steps:
                engine.warm(warm_steps)
            engine.step()
            out.append((start - engine.parameters()[:, 0]) / _RATE)
        return torch.cat(out)

    return updates


def along_updates(
    probe: Probe, batch_sizes: Sequence[int], updates: Updates, *, count: int, optimizer: str = "sign"
) -> list[Prediction]:
    """The last two rungs: the loss along sampled updates to fourth order, and itself.

    Both minimise the mean over the updates V of L(theta - lr V): its Taylor polynomial of degree four, and
    the real loss by a line search that all updates share.

    Parameters
    ----------
    probe : Probe
        The model at its checkpoint.
    batch_sizes : sequence of int
        Batch sizes.
    updates : callable
        Makes the updates.
    count : int
        Updates a batch size.
    optimizer : str, optional
        Name for the predictions.

    Returns
    -------
    list of Prediction
        Rungs "quartic" and "line_search".
    """
    out = []
    for b in batch_sizes:
        line = Line(probe, updates(b, count))
        out.append(Prediction(optimizer, "quartic", b, line.quartic()))
        out.append(Prediction(optimizer, "line_search", b, line.search()))
    return out


class Line:
    """The loss along updates: L(theta - lr V), averaged over the updates V.

    Parameters
    ----------
    probe : Probe
        The model at its checkpoint.
    updates : Tensor, shape (K, P)
        The updates.
    """

    def __init__(self, probe: Probe, updates: Tensor) -> None:
        self._probe, self._updates = probe, updates.to(probe.start)
        self._here = float(probe.losses(probe.start[None])[0])
        self._scale = self._first_scale()

    def drops(self, lr: float) -> np.ndarray:
        """Loss at learning rate `lr` minus the loss at the checkpoint, shape (K,)."""
        points = self._probe.start - lr * self._updates
        return self._probe.losses(points).cpu().numpy() - self._here

    def _first_scale(self) -> float:
        # the learning rate at which the mean loss is back where it was, within a factor of two
        lr = 1.0 / max(float(self._updates.abs().max()), 1e-30)
        while float(self.drops(lr).mean()) > 0 and lr > 1e-12:
            lr /= 2
        while float(self.drops(2 * lr).mean()) < 0 and lr < 1e12:
            lr *= 2
        return lr

    def derivatives(self) -> np.ndarray:
        """First four derivatives by the learning rate at 0 of each update's loss, shape (4, K)."""
        h = _SPACING * self._scale
        m3, m2, m1, p1, p2, p3 = (self.drops(step * h) for step in (-3, -2, -1, 1, 2, 3))
        return np.array(
            [
                (45 * (p1 - m1) - 9 * (p2 - m2) + (p3 - m3)) / (60 * h),
                (270 * (p1 + m1) - 27 * (p2 + m2) + 2 * (p3 + m3)) / (180 * h**2),
                (-13 * (p1 - m1) + 8 * (p2 - m2) - (p3 - m3)) / (8 * h**3),
                (-39 * (p1 + m1) + 12 * (p2 + m2) - (p3 + m3)) / (6 * h**4),
            ]
        )

    def quartic(self) -> Estimate:
        """Minimum of the mean Taylor polynomial of degree four; NaN where it has none."""
        each = self.derivatives()
        c1, c2, c3, c4 = each.mean(axis=1)
        roots = np.roots([c4 / 6, c3 / 2, c2, c1])
        real = np.sort(roots.real[(np.abs(roots.imag) < 1e-9 * np.abs(roots)) & (roots.real > 0)])
        if not real.size or c1 >= 0:
            return Estimate(np.nan, reason="no_minimum_quartic")
        lr = float(real[0])
        slopes = each[0] + each[1] * lr + each[2] * lr**2 / 2 + each[3] * lr**3 / 6
        return _minimum(lr, slopes, c2 + c3 * lr + c4 * lr**2 / 2)

    def search(self) -> Estimate:
        """Minimum of the mean loss, found by a line search."""
        found = minimize_scalar(
            lambda lr: float(self.drops(lr).mean()),
            bounds=(1e-3 * self._scale, 2 * self._scale),
            method="bounded",
            options={"xatol": 5e-3 * self._scale},
        )
        lr, h = float(found.x), 0.05 * float(found.x)
        low, here, high = self.drops(lr - h), self.drops(lr), self.drops(lr + h)
        slopes, bend = (high - low) / (2 * h), float((low + high - 2 * here).mean()) / h**2
        # the search stops early and a Newton step does the rest
        return _minimum(lr - float(slopes.mean()) / bend if bend > 0 else lr, slopes, bend)


def _minimum(lr: float, slopes: np.ndarray, bend: float) -> Estimate:
    # how far the minimum of a mean moves when each slope moves: slope over curvature
    if not bend > 0:
        return Estimate(np.nan, reason="no_minimum_line")
    moved = Statistic.mean("updates", -slopes / bend)
    return Statistic(lr, moved.parts).estimate()
