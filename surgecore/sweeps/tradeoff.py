"""Steps against examples to a target: the price of a batch size, and where it stops paying."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from surgecore._validate import FloatArray, like, positive_array
from surgecore._words import number
from surgecore.sweeps.fitting import FitResult, fit
from surgecore.sweeps.least_squares import scale_interval
from surgecore.sweeps.optima import Optimum
from surgecore.sweeps.sweep import Sweep

#: Below so many steps, training is too short for the trade-off of long runs.
_FEW_STEPS = 10


@dataclass(frozen=True, eq=False)
class Tradeoff:
    r"""Steps and examples to a target, fitted in log space.

    .. math:: S = S_{min} + E_{min}/B,\quad E = B S,\quad B_{crit} = E_{min}/S_{min}

    Attributes
    ----------
    points : DataFrame
        One row a batch size: batch_size, learning_rate (the one that needs fewest steps), steps, examples,
        stderr (of ln steps; NaN without seeds).
    critical_batch_size, min_steps, min_examples : float
        Of the fit.
    critical_interval, min_steps_interval, min_examples_interval : tuple of float
        95 % profile-likelihood intervals; 0 or inf on a side that the data leave open.
    sentence : str
        What is known, in words.

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
    sentence: str

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
    points = _fastest(sweep.trials)
    if len(points) < 2:
        return None
    return fit_tradeoff(points)


def fit_tradeoff(points: pd.DataFrame) -> Tradeoff:
    """Fit the trade-off to measured points.

    Parameters
    ----------
    points : DataFrame
        batch_size, steps, and where known stderr (of ln steps), n_seeds, learning_rate; two rows or more.

    Returns
    -------
    Tradeoff

    Raises
    ------
    ValueError
        If there are fewer than two rows, or a batch size or number of steps is not positive.
    """
    if len(points) < 2:
        raise ValueError(f"points must have at least two rows, but got {len(points)}")
    batch = positive_array("batch_size", points["batch_size"].to_numpy())
    steps = positive_array("steps", points["steps"].to_numpy())
    points = points.assign(examples=batch * steps)
    if "stderr" not in points:
        points = points.assign(stderr=np.nan)
    n_seeds = points["n_seeds"].to_numpy() if "n_seeds" in points else np.zeros(len(points))
    # 1/S is a saturating curve of B: its scale is 1/S_min and its knee the critical batch size
    speeds = [
        Optimum(float(b), 1.0 / float(s), None if np.isnan(e) else max(float(e), 0.01), None, None, 0, 0,
        int(n), 0.0,
                "none", "", max(float(n) - 1.0, 0.0))
        for b, s, e, n in zip(batch, steps, points["stderr"], n_seeds, strict=True)
    ]  # fmt: skip
    result = fit(speeds, "sgd")
    law, region = result.law, result.region
    assert law is not None  # two points determine two parameters
    critical, fastest = float(law.noise_scale), 1.0 / float(law.lr_max)  # type: ignore[attr-defined]
    low, high = result.interval["lr_max"]
    least = (0.0, np.inf) if region is None else _inverse(scale_interval(region, -region.shapes[:, 0]))
    interval = result.interval["noise_scale"]
    return Tradeoff(
        points.reset_index(drop=True), critical, interval, fastest, _inverse((low, high)), critical *
        fastest, least, _sentence(critical, interval, batch) + _cautions(result, points),
    )  # fmt: skip


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


def _log_steps(trials: pd.DataFrame) -> FloatArray:
    steps = trials["steps_to_target"].to_numpy(dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where((steps > 0) & np.isfinite(steps), np.log(steps), np.nan)


def _inverse(interval: tuple[float, float]) -> tuple[float, float]:
    low, high = interval
    return (0.0 if not np.isfinite(high) else 1.0 / high, np.inf if low == 0.0 else 1.0 / low)


def _cautions(result: FitResult, points: pd.DataFrame) -> str:
    text = ""
    if "poor_fit" in result.flags:
        text += " The points scatter about the trade-off curve by more than their errors; the interval is widened."
    few = points.loc[points["steps"] < _FEW_STEPS, "batch_size"]
    if len(few):
        text += f" From batch size {few.min():g} on, fewer than {_FEW_STEPS} steps are needed: they bend the curve too."
    return text


def _sentence(critical: float, interval: tuple[float, float], batch: FloatArray) -> str:
    low, high = interval
    spans = f"batch sizes {batch.min():g} to {batch.max():g}"
    if low <= 0 and not np.isfinite(high):
        return f"The critical batch size is not determined by {spans}."
    if not np.isfinite(high):
        return f"The critical batch size is only bounded below, by {number(low)}: {spans} do not reach it."
    if low <= 0:
        return f"The critical batch size is only bounded above, by {number(high)}: {spans} lie above it."
    return f"Critical batch size {number(critical)} (95 % interval {number(low)} to {number(high)})."
