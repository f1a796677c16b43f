"""Finite losses of diverged runs, judged by the scale of the whole table, not by one batch size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True)
class DivergedRule:
    """When a finite loss counts as diverged, beside nan and inf.

    Attributes
    ----------
    gain_factor : float or None
        A loss is diverged if it lies above the best of its batch size, at a higher learning rate, by more than this
        many times the usual excess of the table: the median excess of the cells below and next to the best ones of
        all batch sizes, and no less than the mean gain over the worst lower rate, or the scatter of repeated runs.
        None switches this off.
    above : float or None
        A loss above this is diverged, whatever the others are; None for no such limit.

    Raises
    ------
    ValueError
        If `gain_factor` is not positive.
    """

    gain_factor: float | None = 10.0
    above: float | None = None

    def __post_init__(self) -> None:
        if self.gain_factor is not None and not self.gain_factor > 0:
            raise ValueError(f"gain_factor must be positive or None, but got {self.gain_factor!r}")


def finite_but_diverged(trials: pd.DataFrame, sound: NDArray[np.bool_], rule: DivergedRule) -> NDArray[np.bool_]:
    """Which complete trials have a finite loss that counts as diverged.

    Parameters
    ----------
    trials : DataFrame
        With batch_size, learning_rate, loss (small is good) and status.
    sound : ndarray of bool
        Rows that can be judged, shape (n_trials,).
    rule : DivergedRule
        The rule.

    Returns
    -------
    ndarray of bool
        Shape (n_trials,).
    """
    loss = trials["loss"].to_numpy(dtype=np.float64)
    complete = (trials["status"] == "complete").to_numpy() & sound
    found = complete & (loss > rule.above) if rule.above is not None else np.zeros(len(loss), dtype=bool)
    if rule.gain_factor is None:
        return found
    batch = trials["batch_size"].to_numpy(dtype=np.float64)
    rate = trials["learning_rate"].to_numpy(dtype=np.float64)
    usable = np.flatnonzero(complete & ~found & np.isfinite(loss))
    if len(usable) < 3:
        return found
    kept = pd.DataFrame({"b": batch[usable], "r": rate[usable], "y": loss[usable]})
    cells = kept.groupby(["b", "r"], sort=True)["y"].agg(["median", "std"]).reset_index()
    best = cells.loc[cells.groupby("b")["median"].idxmin()].set_index("b")
    lowest, at = (cells["b"].map(best[name]).to_numpy(dtype=np.float64) for name in ("median", "r"))
    excess = cells["median"].to_numpy(dtype=np.float64) - lowest
    usual = _usual(cells["b"].to_numpy(), cells["r"].to_numpy(), excess, at)
    noise = float(cells["std"].median()) if cells["std"].notna().any() else 0.0
    scale = max(usual, noise)
    if not scale > 0:
        return found
    limit = kept["b"].map(best["median"]).to_numpy() + rule.gain_factor * scale
    higher = kept["r"].to_numpy() > kept["b"].map(best["r"]).to_numpy()
    found[usable[higher & (loss[usable] > limit)]] = True
    return found


def _usual(
    batch: NDArray[np.float64], rate: NDArray[np.float64], excess: NDArray[np.float64], best: NDArray[np.float64]
) -> float:
    """Median excess of the cells below the best of their batch size and of the next one above it, or what training
    gains over the worst rate below the best, on average over the batch sizes: whichever is larger."""
    above = rate > best
    first = np.r_[True, batch[1:] != batch[:-1]] | np.r_[True, ~above[:-1]]
    near = (rate < best) | (above & first)
    if not near.any():
        return 0.0
    below = pd.Series(np.where(above, 0.0, excess)).groupby(batch).max()
    return float(max(np.median(excess[near]), below.mean()))
