"""Steps against examples to a target: the price of a batch size, and where it stops paying."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from surgecore._validate import FloatArray, like, positive_array
from surgecore.sweeps.fitting import FitFlag, fit
from surgecore.sweeps.points import Point
from surgecore.sweeps.sweep import Sweep

#: Below so many steps, training is too short for the trade-off of long runs.
FEW_STEPS = 10
# steps are never better known than this, in ln units: seeds that agree to the step are luck
_FLOOR = 0.01
# so many different step counts say how often they were logged
_ENOUGH = 4
# and so many, that their differences do: those of random counts have a common divisor in 1 of 100 cases
_MANY = 8


@dataclass(frozen=True, eq=False)
class Tradeoff:
    r"""Steps and examples to a target, fitted in log space.

    .. math:: S = S_{min} + E_{min}/B,\quad E = B S,\quad B_{crit} = E_{min}/S_{min}

    Attributes
    ----------
    points : DataFrame
        One row a batch size: batch_size, learning_rate (the one that needs fewest steps), steps, examples,
        stderr (of ln steps; NaN without seeds). Steps are those logged, less what the logging interval adds.
    critical_batch_size, min_steps, min_examples : float
        Of the fit.
    critical_interval, min_steps_interval, min_examples_interval : tuple of float
        95 % profile-likelihood intervals; 0 or inf on a side that the data leave open.
    poor_fit : bool
        Whether the points scatter about the curve by more than their errors; intervals are widened to match.
    logged_every : int
        Interval between the steps at which the target was looked for.
    few_steps_from : float or None
        Batch size from which on so few steps are needed (below 10) that they bend the curve too.

    References
    ----------
    McCandlish et al., arXiv 1812.06162, eq. 2.11; Li et al., arXiv 2405.14578, eqs. 20-22.
    """

    points: pd.DataFrame
    critical_batch_size: float
    critical_interval: tuple[float, float]
    min_steps: float
    min_steps_interval: tuple[float, float]
    min_examples: float
    min_examples_interval: tuple[float, float]
    poor_fit: bool = False
    logged_every: int = 1
    few_steps_from: float | None = None

    @property
    def is_bounded(self) -> bool:
        """Whether the critical batch size has a limit on both sides."""
        return self.critical_interval[0] > 0 and isfinite(self.critical_interval[1])

    def steps(self, batch_size: ArrayLike) -> Any:  # noqa: ANN401 - a float for a scalar, else an array
        """Fitted steps to the target at each batch size, in the shape of `batch_size`."""
        b = positive_array("batch_size", batch_size)
        return like(np.asarray(self.min_steps + self.min_examples / b), batch_size)

    def examples(self, batch_size: ArrayLike) -> Any:  # noqa: ANN401
        """Fitted examples to the target at each batch size, in the shape of `batch_size`."""
        b = positive_array("batch_size", batch_size)
        return like(np.asarray(self.min_examples + self.min_steps * b), batch_size)


def tradeoff(sweep: Sweep) -> Tradeoff | None:
    """Fit the trade-off of a sweep that has steps to a target.

    The usual regression of 1/S on 1/E has the same error in both and returns what the grid suggests; here
    log S is fitted against log B.

    Parameters
    ----------
    sweep : Sweep
        With a column steps_to_target; runs that never got there are empty in it.

    Returns
    -------
    Tradeoff or None
        None without that column, or with fewer than two batch sizes that reach the target.
    """
    if "steps_to_target" not in sweep.trials:
        return None
    every = _logged_every(sweep.trials["steps_to_target"].to_numpy(dtype=np.float64))
    points = _fastest(sweep.trials)
    if len(points) < 2:
        return None
    return fit_tradeoff(points, logged_every=every)


def fit_tradeoff(points: pd.DataFrame, *, logged_every: int = 1) -> Tradeoff:
    """Fit the trade-off to measured points.

    Parameters
    ----------
    points : DataFrame
        batch_size, steps, and where known stderr (of ln steps), n_seeds, learning_rate; two rows or more.
    logged_every : int, optional
        Interval k between the steps at which the target was looked for. It was reached up to k - 1 steps earlier:
        (k - 1)/2 is taken off, and the uniform error of the rest is added to the others.

    Returns
    -------
    Tradeoff

    Raises
    ------
    ValueError
        If there are fewer than two rows, or a batch size, number of steps or interval is not positive.

    Examples
    --------
    >>> import pandas as pd
    >>> sizes = np.array([8.0, 32.0, 128.0, 512.0])
    >>> result = fit_tradeoff(pd.DataFrame({"batch_size": sizes, "steps": 100 * (1 + 64 / sizes)}))
    >>> round(result.critical_batch_size, 2), round(result.min_steps, 2)
    (64.0, 100.0)
    """
    if len(points) < 2:
        raise ValueError(f"points must have at least two rows, but got {len(points)}")
    if logged_every < 1:
        raise ValueError(f"logged_every must be at least 1, but got {logged_every!r}")
    batch = positive_array("batch_size", points["batch_size"].to_numpy())
    logged = positive_array("steps", points["steps"].to_numpy())
    steps = _in_time(logged, logged_every)
    points = points.assign(steps=steps, examples=batch * steps)
    if "stderr" not in points:
        points = points.assign(stderr=np.nan)
    seeds = points["n_seeds"].to_numpy() if "n_seeds" in points else np.zeros(len(points))
    uneven = (logged_every**2 - 1) / 12.0 / steps**2
    # 1/S is a saturating curve of B: its scale is 1/S_min and its knee the critical batch size
    speeds = [
        Point(float(b), 1.0 / float(s), *_error(float(e), float(u), float(n)))
        for b, s, e, u, n in zip(batch, steps, points["stderr"], uneven, seeds, strict=True)
    ]
    result = fit(speeds, "sgd")
    region = result.region
    fastest, critical = result["lr_max"], result["noise_scale"]
    least = (0.0, np.inf) if region is None else _inverse(region.scale_interval(-region.shapes[:, 0]))
    few = points.loc[points["steps"] < FEW_STEPS, "batch_size"]
    return Tradeoff(
        points.reset_index(drop=True), critical.value, critical.interval, 1.0 / fastest.value,
        _inverse(fastest.interval), critical.value / fastest.value, least, FitFlag.POOR_FIT in result.flags,
        logged_every, float(few.min()) if len(few) else None,
    )  # fmt: skip


def _in_time(logged: FloatArray, every: int) -> FloatArray:
    """Steps at which the target was reached, from those at which that was seen."""
    return np.asarray(np.maximum(logged - 0.5 * (every - 1), 0.5 * logged))


def _error(stderr: float, uneven: float, n_seeds: float) -> tuple[float | None, float]:
    """Standard error of ln steps and its degrees of freedom."""
    if np.isnan(stderr):
        return None, 0.0
    return max(float(np.sqrt(stderr**2 + uneven)), _FLOOR), max(n_seeds - 1.0, 0.0)


def _logged_every(steps: FloatArray) -> int:
    """Interval at which steps were logged: the greatest common divisor of all counts, where there are enough.

    Counts may start anywhere (1, 26, 51 ...): then it is that of their differences, where there are more of them.
    """
    known = np.unique(steps[np.isfinite(steps) & (steps > 0)])
    if len(known) < _ENOUGH or (known != np.round(known)).any():
        return 1
    whole = known.astype(np.int64)
    every = int(np.gcd.reduce(whole))
    return every if every > 1 or len(known) < _MANY else int(np.gcd.reduce(np.diff(whole)))


def regression_of_inverses(batch_size: ArrayLike, steps: ArrayLike) -> float:
    """Critical batch size by the usual straight line of 1/S on 1/E: for comparison only, it is biased.

    Parameters
    ----------
    batch_size, steps : array_like
        Shape (n,), positive.

    Returns
    -------
    float
        Minus the slope; may be negative.

    References
    ----------
    Li et al., arXiv 2405.14578, eq. 22.
    """
    b, s = positive_array("batch_size", batch_size), positive_array("steps", steps)
    return float(-np.polyfit(1.0 / (b * s), 1.0 / s, 1)[0])


def _fastest(trials: pd.DataFrame) -> pd.DataFrame:
    table = trials.assign(log_steps=_log_steps(trials))
    cells = table.groupby(["batch_size", "learning_rate"])["log_steps"]
    summary = cells.agg(["mean", "std", "size", "count"]).reset_index()
    # a cell counts only if every run of it got to the target
    summary = summary[(summary["count"] == summary["size"]) & (summary["count"] > 0)]
    best = summary.loc[summary.groupby("batch_size")["mean"].idxmin()]
    return pd.DataFrame(
        {
            "batch_size": best["batch_size"].to_numpy(dtype=np.float64),
            "learning_rate": best["learning_rate"].to_numpy(),
            "steps": np.exp(best["mean"].to_numpy()),
            "stderr": best["std"].to_numpy() / np.sqrt(best["count"].to_numpy()),
            "n_seeds": best["count"].to_numpy(),
        }
    )


def steps_by_rate(sweep: Sweep) -> pd.DataFrame | None:
    """ln steps to the target in each cell, by batch size and learning rate, with their standard error.

    As in `fit_tradeoff`, half of a logging interval is taken off, and the uniform error of the rest is in the error.

    Parameters
    ----------
    sweep : Sweep
        With a column steps_to_target.

    Returns
    -------
    DataFrame or None
        batch_size, learning_rate, log_steps (NaN where a run did not get there), stderr (NaN without seeds), n_seeds;
        None without that column.
    """
    if "steps_to_target" not in sweep.trials:
        return None
    logged = sweep.trials["steps_to_target"].to_numpy(dtype=np.float64)
    every = _logged_every(logged)
    table = sweep.trials.assign(log_steps=_log_steps(sweep.trials, every))
    cells = table.groupby(["batch_size", "learning_rate"])["log_steps"].agg(["mean", "std", "size", "count"])
    cells = cells.reset_index().rename(columns={"mean": "log_steps", "size": "n_seeds"})
    there = cells["count"] == cells["n_seeds"]
    cells["log_steps"] = cells["log_steps"].where(there)
    uneven = (every**2 - 1) / 12.0 / np.exp(2.0 * cells["log_steps"])
    cells["stderr"] = np.sqrt(cells["std"] ** 2 / cells["n_seeds"] + uneven)
    return cells.drop(columns=["std", "count"])


def _log_steps(trials: pd.DataFrame, every: int = 1) -> FloatArray:
    logged = trials["steps_to_target"].to_numpy(dtype=np.float64)
    steps = _in_time(logged, every)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where((steps > 0) & np.isfinite(steps), np.log(steps), np.nan)


def _inverse(interval: tuple[float, float]) -> tuple[float, float]:
    low, high = interval
    return (0.0 if not np.isfinite(high) else 1.0 / high, np.inf if low == 0.0 else 1.0 / low)
