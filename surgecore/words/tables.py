"""Core objects as tables in words: for screen readers, keyboards and copying. Pure: no streamlit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surgecore import Comparison, FitResult, Metric, Optimum, Param, words
from surgecore.tables.metric import LOSS

FloatArray = NDArray[np.float64]


def optima(measured: Sequence[Optimum], metric: Metric | None = None) -> pd.DataFrame:
    """One row an optimum, with the metric there under its own name and with its own sign."""
    metric = metric or LOSS
    rows = []
    for optimum in measured:
        edge = f"on the {optimum.on_edge} edge of the grid: a bound. " if optimum.on_edge else ""
        rows.append(
            {
                "Batch size": words.batch_size(optimum.batch_size),
                "Optimal learning rate": words.number(optimum.learning_rate),
                "95 % interval": words.interval(*optimum.interval) if optimum.interval else "unknown",
                f"{words.metric_name(metric)} there": words.number(metric.shown(optimum.loss)),
                "Trials": optimum.n_trials,
                "Diverged": optimum.n_infeasible,
                "Error from": f"{optimum.n_seeds} {optimum.source}" if optimum.n_seeds else "nothing",
                "Note": (edge + optimum.note).strip(),
            }
        )
    return pd.DataFrame(rows)


def ranking(comparison: Comparison, *, symbols: bool = True) -> pd.DataFrame:
    """Best law first, each with its parameters, as symbols or in words, and their errors."""
    best = float(min(comparison.scores, default=0.0))
    rows = [
        {
            "Law": words.law(fit.family.key),
            "Weight": words.share(weight) if np.isfinite(score) else "–",
            "AIC above the best": words.number(score - best, 2) if np.isfinite(score) else "–",
            "Largest batch, left out": words.share(np.expm1(holdout)) if np.isfinite(holdout) else "–",
            "Parameters (95 % intervals)": "; ".join(_parameters(fit, symbols)) or "not fitted",
        }
        for fit, score, weight, holdout in zip(
            comparison.fits, comparison.scores, comparison.weights, comparison.holdout, strict=True
        )
    ]
    return pd.DataFrame(rows).set_index("Law")


def misses(comparison: Comparison) -> pd.DataFrame:
    """How far each law is from the optima, and what to know about its fit."""
    rows = [
        {
            "Law": words.law(fit.family.key),
            "Typical miss": words.share(_rms(fit.residuals)),
            "Outliers": ", ".join(words.batch_size(size) for size in fit.outliers) or "none",
            "Note": words.fit_note(fit),
        }
        for fit in comparison.fits
    ]
    return pd.DataFrame(rows).set_index("Law")


def _rms(values: FloatArray) -> float:
    return float(np.sqrt(np.mean(np.square(values)))) if len(values) else np.nan


def _parameters(fit: FitResult, symbols: bool) -> Iterable[str]:
    if fit.law is None:
        return
    for item in fit.parameters.values():
        name = f"${item.param.symbol}$" if symbols else item.param.label
        # a value that ran to the end of its range is the optimizer's, not the data's
        if not (item.bounded_below or item.bounded_above):
            yield f"{name}: not determined"
        elif not (item.bounded_below and item.bounded_above):
            yield f"{name}: {words.interval(*item.interval)}"
        else:
            yield f"{name} = {words.rounded(item.value, item.stderr)} ({words.interval(*item.interval)})"


def glossary(params: Iterable[Param]) -> pd.DataFrame:
    """One row a parameter."""
    seen = {(param.name, param.symbol): param for param in params}
    return pd.DataFrame(
        {
            "Symbol": [f"${param.symbol}$" for param in seen.values()],
            "Name": [param.label for param in seen.values()],
            "Unit": [param.unit or "none" for param in seen.values()],
            "Meaning": [param.description for param in seen.values()],
            "In addresses and files": [f"`{param.name}`" for param in seen.values()],
        }
    )
