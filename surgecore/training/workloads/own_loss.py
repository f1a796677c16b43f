"""A user's own loss, tried before anything is trained with it (torch)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from surgecore.training.engine.stack import Layout, Views
from surgecore.training.workloads.batch import Batch

if TYPE_CHECKING:
    from surgecore.training.workloads.models import DataModel

#: Examples, groups and runs it is tried with; relative difference that rounding may make.
_EXAMPLES, _GROUPS, _RUNS, _SAME = 8, 2, 2, 1e-3


def check_own_loss(model: DataModel) -> None:
    """Check that losses are means over examples, of each run by itself.

    Parameters
    ----------
    model : DataModel
        Its `losses` is tried on a few examples, with parameters near the initial ones.

    Raises
    ------
    ValueError
        If losses have another shape than (groups, runs), depend on other runs or groups, are no mean over the
        examples, or differ from one call to the next.
    """
    count = min(_EXAMPLES, len(model.x) // _GROUPS) // 2 * 2
    if count < 2:
        return
    layout = Layout(model.shapes, _GROUPS, _RUNS)
    starts = torch.stack([model.initial(seed) for seed in range(_GROUPS * _RUNS)])
    random = torch.Generator().manual_seed(0)
    starts = starts + 0.1 * torch.randn(starts.shape, generator=random).to(starts)
    one = Layout(model.shapes, _GROUPS * _RUNS, 1).views(Layout(model.shapes, _GROUPS * _RUNS, 1).fill(starts))
    params = {name: view.view(_GROUPS, _RUNS, *view.shape[2:]) for name, view in one.items()}
    rows = torch.linspace(0, len(model.x) - 1, _GROUPS * count).long().view(_GROUPS, count)
    batch = model.batch(rows.to(model.device))
    with torch.no_grad():
        together = model.losses(params, batch)
        if together.shape != (layout.groups, layout.runs):
            raise ValueError(
                f"losses must have shape (groups, runs), here ({_GROUPS}, {_RUNS}), but got {tuple(together.shape)}"
            )
        _check_alone(model, params, batch, together)
        halves = [
            model.losses(params, Batch(batch.x[:, part], batch.y[:, part]))
            for part in (slice(0, count // 2), slice(count // 2, count))
        ]
        if not _same(sum(halves) / 2, together):  # type: ignore[arg-type]
            parts = " and ".join(f"{float(half[0, 0]):.4g}" for half in halves)
            raise ValueError(
                f"losses must be the mean over the examples, but those of two halves of a batch are {parts}, and that "
                f"of the whole is {float(together[0, 0]):.4g}"
            )
        if not _same(model.losses(params, batch), together):
            raise ValueError("losses must be the same for the same arguments, but a second call gave others")


def _check_alone(model: DataModel, params: Views, batch: Batch, together: Tensor) -> None:
    for group in range(_GROUPS):
        for run in range(_RUNS):
            own = {name: view[group : group + 1, run : run + 1] for name, view in params.items()}
            alone = model.losses(own, Batch(batch.x[group : group + 1], batch.y[group : group + 1]))
            if alone.shape != (1, 1) or not _same(alone[0, 0], together[group, run]):
                raise ValueError(
                    "each run's loss must depend on its own parameters and its group's examples only, but that of one "
                    f"run is {float(together[group, run]):.4g} among others and {float(alone.mean()):.4g} alone"
                )


def _same(one: Tensor, other: Tensor) -> bool:
    scale = float(other.abs().nan_to_num().max())
    return bool(torch.allclose(one, other, rtol=_SAME, atol=1e-5 * scale, equal_nan=True))
