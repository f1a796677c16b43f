"""A bet on a batch size that nobody has tried: what may be looked at before, and what the bet costs in the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import isfinite, log2
from typing import cast

import numpy as np
import pandas as pd
from scipy.special import betaincinv

from surgecore._validate import FloatArray
from surgecore.sweeps.optima import Optimum
from surgecore.sweeps.sweep import Sweep

#: Part of the truths that an interval of a bet is meant to hold.
LEVEL = 0.8
#: A rate cannot cost more than this, however far off it is.
MOST = 5.0


@dataclass(frozen=True)
class Bet:
    """A best learning rate that somebody stands for, and an 80 % interval round it.

    Raises
    ------
    ValueError
        If the three are not positive and finite, or the rate lies outside its interval.
    """

    learning_rate: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if not (0.0 < self.low <= self.learning_rate <= self.high and isfinite(self.high)):
            raise ValueError(
                "a bet must have 0 < low <= learning rate <= high, "
                f"but got {self.low!r}, {self.learning_rate!r}, {self.high!r}"
            )


@dataclass(frozen=True)
class Look:
    """One recorded run that was looked at: `loss` is None where it diverged."""

    batch_size: float
    learning_rate: float
    loss: float | None


@dataclass(frozen=True)
class Score:
    """What a bet costs; less is better.

    Attributes
    ----------
    regret : float
        Mean loss at the rate of the bet less that at the best rate [units of the loss]; infinite where runs diverged.
    rate_cost : float
        Regret in units of what half and double the best rate lose on average, at most `MOST`.
    interval_cost : float
        Half the interval score, in octaves.
    bare_cost : float
        The same for an interval of no width: what the bet would cost without its error bar.
    held : bool
        Whether the interval holds the best rate.
    off : float
        By how much the rate is too high [octaves].
    """

    regret: float
    rate_cost: float
    interval_cost: float
    bare_cost: float
    held: bool
    off: float

    @property
    def cost(self) -> float:
        """Cost of the rate and of its interval together."""
        return self.rate_cost + self.interval_cost


def interval_score(low: float, high: float, truth: float, level: float = LEVEL) -> float:
    r"""Interval score: the width, and a fine where the truth lies outside.

    .. math:: u - l + \frac{2}{\alpha}\max(0, l - x) + \frac{2}{\alpha}\max(0, x - u),\quad \alpha = 1 - level

    It is proper: who believes in a distribution pays least, on average, with that distribution's own quantiles.

    Parameters
    ----------
    low, high, truth : float
        Ends l and u of the interval, and x, all in the same unit, in which the score is too.
    level : float, optional
        Part of the truths that the interval is meant to hold.

    Returns
    -------
    float

    References
    ----------
    Gneiting, Raftery, J. Am. Stat. Assoc. 102 (2007) 359, eq. 43.

    Examples
    --------
    >>> interval_score(0.0, 2.0, 1.0), round(interval_score(0.0, 2.0, 2.5), 2)
    (2.0, 7.0)
    """
    return (high - low) + 2.0 / (1.0 - level) * (max(0.0, low - truth) + max(0.0, truth - high))


@dataclass(frozen=True, eq=False)
class HiddenSweep:
    """A measured sweep of which only single runs may be looked at, each at the price of its batch size.

    Parameters
    ----------
    sweep : Sweep
        Trials on a grid.
    target : float
        Batch size of the bet; its runs are never shown.
    largest : float
        Largest batch size whose runs may be looked at.
    budget : float
        Examples a step that may be looked at, all runs together.
    seed : int
        Which of a cell's runs comes first, second and so on.

    Raises
    ------
    ValueError
        If the target has no measured optimum between the rates tried, or is among the sizes to look at.
    """

    sweep: Sweep
    target: float = 1024.0
    largest: float = 256.0
    budget: float = 2048.0
    seed: int = 1
    truth: Optimum = field(init=False)

    def __post_init__(self) -> None:
        if self.largest >= self.target:
            raise ValueError(f"largest must be below the target {self.target:g}, but got {self.largest!r}")
        found = [o for o in self.sweep.optima() if o.batch_size == self.target and o.on_edge is None]
        if not found:
            raise ValueError(f"target must have a measured optimum between the rates tried, but got {self.target!r}")
        object.__setattr__(self, "truth", found[0])

    @cached_property
    def _runs(self) -> dict[tuple[float, float], pd.DataFrame]:
        trials = self.sweep.trials
        trials = trials[(trials["batch_size"] <= self.largest) & (trials["status"] != "incomplete")]
        grouped = trials.groupby(["batch_size", "learning_rate"], sort=True)
        return {cast(tuple[float, float], cell): rows for cell, rows in grouped}

    @property
    def batch_sizes(self) -> FloatArray:
        """Batch sizes that may be looked at, ascending."""
        return np.unique([size for size, _ in self._runs])

    @property
    def learning_rates(self) -> FloatArray:
        """Learning rates that were tried at those batch sizes, ascending."""
        return np.unique([rate for _, rate in self._runs])

    def runs(self, batch_size: float, learning_rate: float) -> int:
        """How many runs a cell has; 0 where it was not tried."""
        return len(self._runs.get((batch_size, learning_rate), ()))

    def look(self, cells: Sequence[tuple[float, float]]) -> tuple[Look, ...]:
        """One run each of these cells, in this order; who asks again for a cell gets another run of it.

        Parameters
        ----------
        cells : sequence of (batch size, learning rate)
            Everything that is looked at, from the beginning: the same cells give the same runs.

        Returns
        -------
        tuple of Look

        Raises
        ------
        ValueError
            If a cell was not tried or has no run left, or the budget does not pay for them all.
        """
        price = sum(size for size, _ in cells)
        if price > self.budget:
            raise ValueError(f"cells must cost at most {self.budget:g}, but got {price:g}")
        seen: dict[tuple[float, float], int] = {}
        looks = []
        for cell in cells:
            rows, at = self._runs.get(cell), seen.get(cell, 0)
            if rows is None or at >= len(rows):
                raise ValueError(f"cells must have runs that are left, but got {cell!r} for the {at + 1}. time")
            row = rows.iloc[self._order(cell, len(rows))[at]]
            failed = row["status"] == "infeasible" or not isfinite(row["loss"])
            looks.append(Look(*cell, None if failed else float(row["loss"])))
            seen[cell] = at + 1
        return tuple(looks)

    def _order(self, cell: tuple[float, float], count: int) -> np.ndarray:
        place = [int(np.searchsorted(self.batch_sizes, cell[0])), int(np.searchsorted(self.learning_rates, cell[1]))]
        return np.random.default_rng([self.seed, *place]).permutation(count)

    @cached_property
    def _column(self) -> tuple[FloatArray, FloatArray]:
        cells = self.sweep.cells()
        cells = cells[cells["batch_size"] == self.target].sort_values("learning_rate")
        loss = np.where(cells["n_infeasible"] > 0, np.inf, cells["loss"])
        known = ~np.isnan(loss)
        return np.log2(cells["learning_rate"].to_numpy())[known], loss[known]

    def regret(self, learning_rate: float) -> float:
        """Mean loss at a rate less that at the best one, between cells along the log of the rate; never below 0.

        Beyond the rates tried it is that of the last one; infinite next to a cell in which a run diverged.
        """
        x, loss = self._column
        at, best = np.interp([log2(learning_rate), log2(self.truth.learning_rate)], x, np.arange(len(x)))
        there = self._between(at, loss)
        return max(0.0, there - self._between(best, loss)) if isfinite(there) else np.inf

    @staticmethod
    def _between(place: float, loss: FloatArray) -> float:
        low, part = int(place), place - int(place)
        return float(loss[low] if part == 0.0 else (1.0 - part) * loss[low] + part * loss[low + 1])

    def rate_cost(self, learning_rate: float) -> float:
        """Regret in units of what half and double the best rate lose on average, at most `MOST`."""
        scale = float(np.mean([self.regret(self.truth.learning_rate * factor) for factor in (0.5, 2.0)]))
        regret = self.regret(learning_rate)
        if regret == 0.0:
            return 0.0
        return MOST if not isfinite(regret) or scale == 0.0 else min(MOST, regret / scale)

    def score(self, bet: Bet) -> Score:
        """What a bet on the target costs.

        Returns
        -------
        Score
        """
        low, rate, high, best = (log2(v) for v in (bet.low, bet.learning_rate, bet.high, self.truth.learning_rate))
        return Score(
            regret=self.regret(bet.learning_rate), rate_cost=self.rate_cost(bet.learning_rate),
            interval_cost=0.5 * interval_score(low, high, best), bare_cost=0.5 * interval_score(rate, rate, best),
            held=bool(low <= best <= high), off=rate - best,
        )  # fmt: skip


def coverage(held: int, count: int) -> tuple[float, float]:
    """95 % interval of the part of truths that intervals hold, from how many of a class's did.

    Parameters
    ----------
    held, count : int
        Intervals that hold the truth, of how many.

    Returns
    -------
    tuple of float
        Exact ends (Clopper and Pearson 1934).

    Raises
    ------
    ValueError
        If not 0 <= held <= count with count at least 1.

    Examples
    --------
    >>> tuple(round(end, 2) for end in coverage(8, 10))
    (0.44, 0.97)
    """
    if not 0 <= held <= count or count < 1:
        raise ValueError(f"held must lie between 0 and count, and count be at least 1, but got {held!r} of {count!r}")
    low = float(betaincinv(held, count - held + 1, 0.025)) if held else 0.0
    high = float(betaincinv(held + 1, count - held, 0.975)) if held < count else 1.0
    return low, high
