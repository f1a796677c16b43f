"""Trials of a sweep as cells: one learning rate at one batch size, with the runs behind its mean loss."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surgecore._validate import FloatArray

# losses on a lattice with fewer steps than this are taken for rounded
_LATTICE = 5000


@dataclass(frozen=True)
class Cells:
    """The cells of one batch size whose runs all finished, and what is known of the others.

    Attributes
    ----------
    batch_size : float
        Batch size [examples].
    x : ndarray
        ln learning rate, ascending, shape (n_cells,).
    mean : ndarray
        Mean loss, shape (n_cells,).
    n : ndarray
        Runs behind each mean, shape (n_cells,).
    cell, source, loss : ndarray
        One entry per run: its cell, the seed it shares with other cells (a number of its own where it shares
        none), and its loss.
    wall : float
        ln of the lowest rate above the best cell at which a run diverged; infinite where none did.
    n_trials, n_infeasible : int
        Trials at this batch size, and those that diverged.
    unfinished : ndarray of bool
        Cells of which some runs did not finish, shape (n_cells,).
    spread : ndarray
        Stated standard error of each mean; NaN where none is stated.
    seeds : ndarray
        The seed of each number in `source`, the same at all batch sizes; shape (n_sources,).
    """

    batch_size: float
    x: FloatArray
    mean: FloatArray
    n: FloatArray
    cell: NDArray[np.intp]
    source: NDArray[np.intp]
    loss: FloatArray
    wall: float
    n_trials: int
    n_infeasible: int
    unfinished: NDArray[np.bool_]
    spread: FloatArray
    seeds: NDArray[np.intp]

    @property
    def best(self) -> int:
        """The cell with the lowest mean; the middle one of those that tie."""
        lowest = np.flatnonzero(self.mean == self.mean.min())
        return int(lowest[len(lowest) // 2])

    @property
    def n_seeds(self) -> int:
        """The usual number of runs of a cell near the best."""
        return int(np.median(self.n[max(self.best - 2, 0) : self.best + 3]))

    def near(self, scale: float) -> Cells:
        """The cells that make up the valley: within 1.6 octaves of the best, or less than four times `scale` above it.

        Three cells on each side are kept in any case. What lies beyond, a cliff or a plateau, says nothing of where
        the optimum lies.
        """
        excess, away = self.mean - self.mean.min(), np.abs(self.x - self.x[self.best])
        inside = (away < 1.6 * np.log(2.0)) | (excess < 4.0 * scale)
        inside |= np.abs(np.arange(len(self.x)) - self.best) <= 3
        first, last = self.best, self.best
        while first > 0 and inside[first - 1]:
            first -= 1
        while last < len(self.x) - 1 and inside[last + 1]:
            last += 1
        keep = slice(first, last + 1)
        runs = (self.cell >= first) & (self.cell <= last)
        kept, source = np.unique(self.source[runs], return_inverse=True)
        return replace(
            self, x=self.x[keep], mean=self.mean[keep], n=self.n[keep], cell=self.cell[runs] - first, source=source,
            loss=self.loss[runs], unfinished=self.unfinished[keep], spread=self.spread[keep],
            wall=self.wall if last == len(self.x) - 1 else np.inf, seeds=self.seeds[kept],
        )  # fmt: skip


def cells_of(trials: pd.DataFrame) -> tuple[tuple[Cells, ...], bool]:
    """The cells at each batch size of checked trials, and whether seeds are labelled.

    Returns
    -------
    tuple of Cells
        By batch size, ascending; those without any usable cell are left out.
    bool
        Whether every trial has a seed.
    """
    labelled = "seed" in trials and bool(trials["seed"].notna().all())
    status = trials["status"].to_numpy()
    table = pd.DataFrame(
        {
            "batch": trials["batch_size"].to_numpy(dtype=np.float64),
            "rate": trials["learning_rate"].to_numpy(dtype=np.float64),
            "loss": np.where(status == "complete", trials["loss"].to_numpy(dtype=np.float64), np.nan),
            "seed": pd.factorize(trials["seed"])[0] if labelled else np.arange(len(trials)),
            "infeasible": status == "infeasible",
            "incomplete": status == "incomplete",
            "spread": _stated_errors(trials),
        }
    )
    found = [_column(part) for _, part in table.groupby("batch", sort=True)]
    return tuple(cells for cells in found if cells is not None), labelled


def _stated_errors(trials: pd.DataFrame) -> FloatArray:
    """Standard errors of losses that are means already, from `loss_std` and `n`; NaN where there are none."""
    if "loss_std" not in trials:
        return np.full(len(trials), np.nan)
    spread = pd.to_numeric(trials["loss_std"], errors="coerce").to_numpy(dtype=np.float64)
    n = pd.to_numeric(trials["n"], errors="coerce").to_numpy(dtype=np.float64) if "n" in trials else 1.0
    return np.asarray(spread / np.sqrt(np.maximum(n, 1.0)))


def _column(part: pd.DataFrame) -> Cells | None:
    size = float(part["batch"].iloc[0])
    rates, j = np.unique(part["rate"].to_numpy(), return_inverse=True)
    loss, bad = part["loss"].to_numpy(), part["infeasible"].to_numpy()
    complete = np.isfinite(loss)
    n = np.bincount(j[complete], minlength=len(rates))
    unfinished = np.bincount(j[part["incomplete"].to_numpy()], minlength=len(rates))
    blocked = np.bincount(j[bad], minlength=len(rates)) > 0
    # where most runs did not finish, those that did are a choice of the lucky ones
    usable = (n > 0) & ~blocked & (unfinished <= n)
    if not usable.any():
        return None
    keep = complete & usable[j]
    index = np.cumsum(usable) - 1
    cell, loss, stated = index[j[keep]], loss[keep], part["spread"].to_numpy()[keep]
    seeds, source = np.unique(part["seed"].to_numpy()[keep], return_inverse=True)
    count = np.bincount(cell).astype(np.float64)
    x = np.log(rates[usable])
    mean = _means(cell, source, loss, len(x))
    above = blocked & (np.log(rates) > x[int(np.argmin(mean))])
    wall = float(np.log(rates[above].min())) if above.any() else np.inf
    if np.isfinite(wall):  # what lies beyond a diverged rate is luck
        inside = x < wall
        if not inside.all():
            stay = inside[cell]
            cell, source, loss, stated = cell[stay], source[stay], loss[stay], stated[stay]
            x, mean, count = x[inside], mean[inside], count[inside]
    spread = np.sqrt(np.bincount(cell, stated**2, minlength=len(x))) / count
    late = (unfinished > 0)[usable][: len(x)]
    return Cells(size, x, mean, count, cell, source, loss, wall, len(part), int(bad.sum()), late, spread, seeds)


def _means(cell: NDArray[np.intp], source: NDArray[np.intp], loss: FloatArray, n_cells: int) -> FloatArray:
    """Mean loss of each cell, with each seed's own level taken off where seeds are missing in some cells.

    A mean over the seeds that are there would follow those seeds and not the learning rate.
    """
    n = np.bincount(cell, minlength=n_cells)
    mean = np.bincount(cell, loss, minlength=n_cells) / n
    per_source = np.bincount(source)
    if per_source.max(initial=0) < 2 or (n == n.max()).all():
        return np.asarray(mean)
    level = np.zeros(len(per_source))
    for _ in range(200):  # alternating means: the least-squares fit of cell plus seed
        left = np.bincount(source, loss - mean[cell], minlength=len(level)) / np.maximum(per_source, 1)
        new = np.bincount(cell, loss - left[source], minlength=n_cells) / n
        if np.allclose(new, mean, rtol=0, atol=1e-12 * max(float(np.ptp(loss)), 1e-300)):
            break
        mean, level = new, left
    return np.asarray(mean)


def quantum(losses: FloatArray) -> float:
    """Step of the lattice that rounded losses lie on; 0 where they lie on none."""
    values = np.unique(losses)
    if len(values) < 7:
        return 0.0
    gaps = np.diff(values)
    gaps = gaps[gaps > 1e-12 * np.abs(values).max()]
    step = float(gaps.min(initial=np.inf))
    if not np.isfinite(step) or np.ptp(values) / step > _LATTICE:
        return 0.0
    multiples = gaps / step
    return step if bool((np.abs(multiples - np.round(multiples)) < 0.02 * np.maximum(multiples, 1.0)).all()) else 0.0
