"""The best learning rate at each batch size, with its error, as the valleys of a sweep give it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

import pandas as pd

from surgecore.sweeps.points import Point


class OptimumFlag(StrEnum):
    """What to know about an optimum."""

    #: Only diverged runs bracket it from above.
    WALL = "wall"
    #: Some runs near it did not finish: the rest are compared after their seeds' levels.
    UNFINISHED = "unfinished"
    #: Its error is that of the other batch sizes: too few of its own cells were repeated.
    BORROWED = "borrowed"
    #: The rates tried do not close its interval on one side.
    OPEN = "open"


@dataclass(frozen=True)
class Optimum:
    """The best learning rate at one batch size.

    Attributes
    ----------
    batch_size : float
        Batch size [examples].
    learning_rate : float
        Best learning rate; where `on_edge` is set, the bound: the best one is at most so high (low edge), or at least
        (high edge).
    stderr : float or None
        Standard error of the natural log of `learning_rate`, including the error of interpolating between rates; None
        where nothing tells it, and on an edge.
    interval : tuple of float or None
        95 % interval of `learning_rate`, 0 or infinite on a side that the rates tried leave open; None without
        `stderr`.
    on_edge : {"low", "high"} or None
        The best of the rates tried is the lowest or the highest: `learning_rate` is only a bound.
    n_trials, n_infeasible : int
        Trials at this batch size, and those of them that diverged.
    n_seeds : int
        Seeds (or anonymous repeats) that the error rests on; 0 without.
    loss : float
        Mean loss of the best cell.
    source : str
        Where `stderr` comes from: "seeds", "repeats" (repeated trials without a seed), "scatter" (of the cells round
        the valley), "stated", or "none".
    flags : tuple of OptimumFlag
        What to know about this optimum.
    dof : float
        Degrees of freedom behind `stderr`; 0 without.
    tried : float or None
        The lowest or the highest rate tried, where `on_edge` is set: a bound lies there only where the losses near it
        leave nothing else, else between it and its neighbours.
    """

    batch_size: float
    learning_rate: float
    stderr: float | None
    interval: tuple[float, float] | None
    on_edge: Literal["low", "high"] | None
    n_trials: int
    n_infeasible: int
    n_seeds: int
    loss: float
    source: str
    flags: tuple[OptimumFlag, ...] = ()
    dof: float = 0.0
    tried: float | None = None

    @property
    def point(self) -> Point:
        """What fits and tests take of it."""
        if self.on_edge is None:
            return Point(self.batch_size, self.learning_rate, self.stderr, self.dof)
        return Point(self.batch_size, self.learning_rate, bound="at_least" if self.on_edge == "high" else "at_most")


def given_optimum(batch_size: Any, rows: pd.DataFrame) -> Optimum:  # noqa: ANN401 - a key of a grouping
    """An optimum that a file states: without an error, as nothing tells it."""
    rate = float(rows["learning_rate"].median())
    loss = float(rows["loss"].mean())
    return Optimum(float(batch_size), rate, None, None, None, len(rows), 0, 0, loss, "none")
