"""Are gradients Gaussian in each coordinate? The claim behind Figure 8 of the paper, tested at a checkpoint (torch)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import stats

from surgecore.training.engine.stack import Layout
from surgecore.why.gaussianity import EDGES, Gaussianity

if TYPE_CHECKING:
    from torch import Tensor

    from surgecore.training.workloads.models import DataModel

Array = NDArray[np.float64]
#: Bytes of gradients that are taken at once.
_ROOM = 64 << 20
#: Gradients below which D'Agostino's test is not valid.
LEAST_DRAWS = 20
#: Share of false alarms among the coordinates that are said not to be Gaussian.
_FALSE = 0.05


def gaussianity(
    model: DataModel, parameters: Tensor, *, batch_size: int, draws: int = 1000, most: int = 2000, seed: int = 0
) -> Gaussianity:
    """Test the gradients of minibatches for being Gaussian in each coordinate.

    Parameters
    ----------
    model : DataModel
        Of a workload.
    parameters : Tensor, shape (P,)
        Where: a checkpoint.
    batch_size : int
        Examples a gradient, drawn with replacement; 1 for single examples.
    draws : int, optional
        Gradients, at least 20, below which the test is not valid.
    most : int, optional
        Coordinates that are looked at, chosen at random where there are more.
    seed : int, optional
        Of draws and choice.

    Raises
    ------
    ValueError
        If there are fewer than 20 draws.

    References
    ----------
    Li et al., arXiv 2405.14578, Figure 8; D'Agostino and Pearson, Biometrika 60 (1973) 613; Benjamini and Hochberg,
    J. R. Stat. Soc. B 57 (1995) 289.
    """
    if draws < LEAST_DRAWS:
        raise ValueError(f"draws must be at least {LEAST_DRAWS}, but got {draws}")
    random = np.random.default_rng(seed)
    count = len(parameters)
    chosen = np.sort(random.choice(count, min(most, count), replace=False))
    values = _standardised(_gradients(model, parameters, batch_size, draws, chosen, random))
    test = stats.normaltest(values, axis=0)
    refused = stats.false_discovery_control(test.pvalue) < _FALSE
    fails = float(refused.mean())
    inside = np.histogram(values, EDGES)[0] / values.size
    return Gaussianity(
        batch_size, draws, len(chosen), len(chosen) - values.shape[1], fails,
        float(np.sqrt(fails * (1 - fails) / len(refused))),
        np.quantile(stats.skew(values, axis=0), (0.25, 0.5, 0.75)),
        np.quantile(stats.kurtosis(values, axis=0), (0.25, 0.5, 0.75)), inside,
    )  # fmt: skip


def _gradients(
    model: DataModel,
    parameters: Tensor,
    batch_size: int,
    draws: int,
    chosen: NDArray[np.int64],
    random: np.random.Generator,
) -> Array:  # fmt: skip
    """Chosen coordinates of minibatch gradients, shape (draws, coordinates), some draws at a time."""
    which, rows = torch.from_numpy(chosen).to(parameters.device), []
    piece = max(1, _ROOM // (4 * (len(parameters) + batch_size * model.activations)))
    for at in range(0, draws, piece):
        groups = min(piece, draws - at)
        drawn = torch.from_numpy(random.integers(len(model.x), size=(groups, batch_size))).to(parameters.device)
        layout = Layout(model.shapes, groups, 1)
        flat = model.gradients(layout.views(layout.fill(parameters)), model.batch(drawn))
        rows.append(torch.cat([g.reshape(groups, -1) for g in flat], dim=1)[:, which].double().cpu().numpy())
    return np.concatenate(rows)


def _standardised(values: Array) -> Array:
    """Coordinates that change, less their mean, over their standard deviation."""
    spread = values.std(axis=0)
    moves = spread > 1e-12 * np.maximum(np.abs(values).max(axis=0), 1e-30)
    out: Array = (values[:, moves] - values[:, moves].mean(axis=0)) / spread[moves]
    return out
