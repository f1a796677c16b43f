"""Core objects as tables in words: for screen readers, keyboards and copying. Pure: no streamlit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surgecore import Comparison, FitResult, Metric, NextRuns, Optimum, Param, Tradeoff, words
from surgecore.tables.metric import LOSS
from surgecore.words.fits import fitted
from surgecore.words.numbers import whole
from surgecore.words.phrases import say

FloatArray = NDArray[np.float64]


def optima(measured: Sequence[Optimum], metric: Metric | None = None) -> pd.DataFrame:
    """One row an optimum, with the metric there under its own name and with its own sign."""
    metric = metric or LOSS
    rows = []
    for optimum in measured:
        rows.append(
            {
                say("column-batch-size"): words.batch_size(optimum.batch_size),
                say("column-best-rate"): _known(optimum),
                say("column-interval"): words.rounded_interval(*optimum.interval)
                if optimum.interval
                else say("unknown"),
                say("column-metric-there", metric=words.metric_name(metric)): words.number(metric.shown(optimum.loss)),
                say("column-trials"): optimum.n_trials,
                say("column-diverged"): optimum.n_infeasible,
                say("column-error-bars-from"): words.error_source(optimum),
                say("column-note"): words.optimum_note(optimum),
            }
        )
    return noted(pd.DataFrame(rows))


def _known(optimum: Optimum) -> str:
    """A best rate with the digits that its error carries; two without an error bar."""
    if optimum.stderr is None:
        return words.number(optimum.learning_rate, 2)
    return words.rounded(optimum.learning_rate, optimum.learning_rate * optimum.stderr)


def steps(found: Tradeoff) -> pd.DataFrame:
    """One row a batch size: steps and examples to the target at the rate that needs fewest, with the digits known."""
    rows = []
    for point in found.points.to_dict(orient="records"):
        error = float(point["stderr"]) if np.isfinite(point["stderr"]) else 0.0
        taken, read = float(point["steps"]), float(point["examples"])
        rows.append(
            {
                say("column-batch-size"): words.batch_size(float(point["batch_size"])),
                say("column-rate"): words.number(float(point["learning_rate"])),
                say("column-steps"): words.rounded(taken, taken * error),
                say("column-interval"): words.rounded_interval(
                    taken * np.exp(-1.96 * error), taken * np.exp(1.96 * error)
                )
                if error
                else say("unknown"),
                say("column-examples"): whole(float(words.rounded(read, read * error))),
                **({say("column-seeds"): int(point["n_seeds"])} if "n_seeds" in point else {}),
            }
        )
    return pd.DataFrame(rows)


def noted(table: pd.DataFrame) -> pd.DataFrame:
    """A table without its column of notes where there are none."""
    note = say("column-note")
    return table if note not in table or table[note].astype(bool).any() else table.drop(columns=note)


def ranking(comparison: Comparison, *, symbols: bool = True) -> pd.DataFrame:
    """Best law first, each with its parameters, as symbols or in words, and their errors."""
    best = float(min(comparison.scores, default=0.0))
    rows = [
        {
            say("column-law"): words.curve(fit.family.key),
            say("column-weight"): words.share(weight) if np.isfinite(score) else "–",
            say("column-delta-aicc"): words.number(score - best, 2) if np.isfinite(score) else "–",
            say("column-holdout"): words.share(np.expm1(holdout)) if np.isfinite(holdout) else "–",
            say("column-parameters"): "; ".join(_parameters(fit, symbols)) or say("not-fitted"),
        }
        for fit, score, weight, holdout in zip(
            comparison.fits, comparison.scores, comparison.weights, comparison.holdout, strict=True
        )
    ]
    return pd.DataFrame(rows).set_index(say("column-law"))


def misses(comparison: Comparison) -> pd.DataFrame:
    """How far each law is from the optima, and what to know about its fit."""
    rows = [
        {
            say("column-law"): words.curve(fit.family.key),
            say("column-miss"): words.share(_rms(fit.residuals)),
            say("column-outliers"): ", ".join(words.batch_size(size) for size in fit.outliers) or say("none"),
            say("column-note"): words.fit_note(fit),
        }
        for fit in comparison.fits
    ]
    return pd.DataFrame(rows).set_index(say("column-law"))


def next_runs(plan: NextRuns) -> pd.DataFrame:
    """One row a batch size to run next: its learning rates, seeds and the reason."""
    told = words.next_runs_table(plan)
    rows = [
        {
            say("column-batch-size"): words.batch_size(float(cells["batch_size"].iloc[0])),
            say("column-rates-to-run"): ", ".join(map(words.number, cells["learning_rate"])),
            say("column-seeds-each"): int(cells["seeds"].iloc[0]),
            say("column-why"): cells["reason"].iloc[0],
        }
        for _, cells in told.groupby(["batch_size", "seeds", "reason"], sort=False)
    ]
    return pd.DataFrame(rows)


def _rms(values: FloatArray) -> float:
    return float(np.sqrt(np.mean(np.square(values)))) if len(values) else np.nan


def _parameters(fit: FitResult, symbols: bool) -> Iterable[str]:
    if fit.law is None:
        return
    for item in fit.parameters.values():
        name = f"${item.param.symbol}$" if symbols else words.param(item.param)
        yield fitted(item, name)


def glossary(params: Iterable[Param]) -> pd.DataFrame:
    """One row a parameter."""
    seen = {(param.name, param.symbol): param for param in params}
    return pd.DataFrame(
        {
            say("column-symbol"): [f"${param.symbol}$" for param in seen.values()],
            say("column-name"): [words.param(param) for param in seen.values()],
            say("column-unit"): [words.unit(param.unit) or say("none") for param in seen.values()],
            say("column-meaning"): [words.meaning(param) for param in seen.values()],
            say("column-key"): [f"`{param.name}`" for param in seen.values()],
        }
    )
