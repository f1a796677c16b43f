"""Everything the tool says about one sweep: what the page shows and what the command line prints."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from surgecore.sweeps.comparison import Comparison, compare
from surgecore.sweeps.fitting import FitResult
from surgecore.sweeps.optima import Optimum
from surgecore.sweeps.sweep import Sweep
from surgecore.sweeps.tradeoff import Tradeoff, tradeoff
from surgecore.sweeps.verdict import SurgeVerdict, surge_verdict


@dataclass(frozen=True, eq=False)
class Analysis:
    """A sweep with its optima, the laws compared on them, and the verdict on the surge.

    Attributes
    ----------
    sweep : Sweep
        What was analysed.
    optima : tuple of Optimum
        Best learning rate at each batch size.
    comparison : Comparison
        All laws, ranked.
    verdict : SurgeVerdict
        Whether the optimal learning rate falls after its peak.
    sentences : tuple of str
        The findings in words, the most important first.
    tradeoff : Tradeoff or None
        Steps against examples, where the sweep has steps to a target.
    """

    sweep: Sweep
    optima: tuple[Optimum, ...]
    comparison: Comparison
    verdict: SurgeVerdict
    sentences: tuple[str, ...]
    tradeoff: Tradeoff | None = None

    def to_dict(self) -> dict[str, Any]:
        """All numbers as plain Python, ready for JSON; None where a number is unknown or unbounded.

        Returns
        -------
        dict
            Keys read, optima, fits, ranking, surge, sentences, and tradeoff where there is one.
        """
        status = self.sweep.trials["status"]
        result: dict[str, Any] = _plain(
            {
                "read": {
                    "name": self.sweep.name,
                    "rows": len(self.sweep.trials),
                    "digest": self.sweep.digest,
                    "batch_sizes": self.sweep.batch_sizes.tolist(),
                    "learning_rates": self.sweep.learning_rates.tolist(),
                    "seeds": self.sweep.n_seeds,
                    "steps": self.sweep.steps,
                    "infeasible": int((status == "infeasible").sum()),
                    "incomplete": int((status == "incomplete").sum()),
                    "grid": self.sweep.is_grid,
                    "metric": {"name": self.sweep.metric.name, "goal": self.sweep.metric.goal},
                    "notices": [notice.to_dict() for notice in self.sweep.notices],
                },
                "optima": [_optimum(optimum) for optimum in self.optima],
                "fits": {fit.family.key: _fit(fit) for fit in self.comparison.fits},
                "ranking": {
                    "order": [
                        {"law": fit.family.key, "aicc": fit.aicc, "weight": weight, "holdout_error": holdout}
                        for fit, weight, holdout in zip(
                            self.comparison.fits,
                            self.comparison.weights.tolist(),
                            self.comparison.holdout.tolist(),
                            strict=True,
                        )
                    ],
                    "sentence": self.comparison.sentence,
                },
                "surge": {
                    "decision": self.verdict.decision,
                    "p_value": self.verdict.p_value,
                    "fall_octaves": self.verdict.fall_octaves,
                    "interval": self.verdict.interval,
                    "peak_bracketed": self.verdict.peak_bracketed,
                    "sentence": self.verdict.sentence,
                },
                "sentences": list(self.sentences),
            }
        )
        if self.tradeoff is not None:
            result["tradeoff"] = _plain(_tradeoff(self.tradeoff))
        return result


def analyse(sweep: Sweep, *, draws: int = 500, seed: int = 0) -> Analysis:
    """Find the optima of a sweep, fit and rank the laws, and judge the surge.

    Parameters
    ----------
    sweep : Sweep
        Any sweep; what cannot be answered is said in words.
    draws : int, optional
        Bootstrap draws behind the errors of the optima.
    seed : int, optional
        Seed of all random numbers: the same sweep and seed give the same answer.

    Returns
    -------
    Analysis
    """
    optima = sweep.optima(draws=draws, seed=seed) if sweep.is_grid else ()
    comparison = compare(optima)
    verdict = surge_verdict(optima, seed=seed)
    steps = tradeoff(sweep)
    sentences = _sentences(sweep, optima, comparison, verdict)
    if steps is not None:
        sentences = (*sentences, steps.sentence)
    return Analysis(sweep, optima, comparison, verdict, sentences, steps)


def _sentences(
    sweep: Sweep, optima: tuple[Optimum, ...], comparison: Comparison, verdict: SurgeVerdict
) -> tuple[str, ...]:
    if not sweep.is_grid:
        return tuple(_shape_sentences(sweep, optima))
    result = [verdict.sentence, comparison.sentence]
    label = "Surge (Theorem 3)"
    # what is known of the surge's own peak; that it describes the optima badly is said by the ranking
    surge = [fit for fit in comparison.fits if fit.family.key == "surge"]
    result += [
        fit.status if fit.status.startswith(label) else f"{label}: {fit.status}"
        for fit in surge
        if fit.flags & {"underdetermined", "peak_not_bracketed", "at_bound"}
    ]
    result += _shape_sentences(sweep, optima)
    return tuple(dict.fromkeys(result))


def _shape_sentences(sweep: Sweep, optima: tuple[Optimum, ...]) -> list[str]:
    result = []
    n_batch, n_rates = len(sweep.batch_sizes), len(sweep.learning_rates)
    if not sweep.is_grid:
        result.append(
            f"This is not a grid: {n_rates:,} learning rates over {n_batch:,} batch sizes, hardly shared. "
            "The trials can be shown, but the best learning rate at a batch size cannot be read off them."
        )
    if n_rates == 1:
        result.append("One learning rate only: there is no best one to find.")
    if n_batch < 3:
        noun = "batch size" if n_batch == 1 else "batch sizes"
        result.append(f"{n_batch} {noun} only: optima are shown, but no law can be tested on fewer than three.")
    without = [f"{size:.10g}" for size in sweep.batch_sizes if size not in {o.batch_size for o in optima}]
    if sweep.is_grid and n_rates > 1 and without:
        where = ", ".join(without[:8]) + (", ..." if len(without) > 8 else "")
        result.append(f"No best learning rate at batch size {where}: no usable run, or all losses the same.")
    for side in ("low", "high"):
        sizes = [f"{optimum.batch_size:.10g}" for optimum in optima if optimum.on_edge == side]
        if sizes:
            word = {"low": "lower", "high": "higher"}[side]
            where = ", ".join(sizes)
            result.append(f"At batch size {where} the best learning rate is the {side}est tried: add {word} ones.")
    trials = sweep.trials["status"].value_counts()
    for status, word in (("infeasible", "diverged"), ("incomplete", "were incomplete")):
        if count := int(trials.get(status, 0)):
            result.append(f"{count:,} of {len(sweep.trials):,} trials {word}; they are kept and counted.")
    result += _cell_sentences(sweep)
    if optima and sweep.n_seeds < 2 and all(optimum.stderr is None for optimum in optima):
        result.append("Without repeated seeds the optima have no errors.")
    return result


def _cell_sentences(sweep: Sweep) -> list[str]:
    """What is counted twice and what is missing from the grid."""
    result, trials = [], sweep.trials
    if "seed" in trials and trials["seed"].notna().all():
        twice = int(trials.duplicated(["batch_size", "learning_rate", "seed"]).sum())
        if twice:
            noun = "trial has" if twice == 1 else "trials have"
            result.append(f"{twice:,} {noun} the batch size, learning rate and seed of another: their mean is used.")
    if sweep.is_grid:
        cells = trials[["batch_size", "learning_rate"]].drop_duplicates()
        holes = _holes(cells)
        if holes:
            noun = "cell inside the grid has" if holes == 1 else "cells inside the grid have"
            result.append(f"{holes:,} {noun} no trial.")
    return result


def _holes(cells: pd.DataFrame) -> int:
    """Learning rates between the lowest and the highest of a batch size, tried at a neighbouring one but not there."""
    table = pd.crosstab(cells["batch_size"], cells["learning_rate"]).to_numpy() > 0
    between = np.maximum.accumulate(table, axis=1) & np.maximum.accumulate(table[:, ::-1], axis=1)[:, ::-1]
    near = np.zeros_like(table)
    near[1:] |= table[:-1]
    near[:-1] |= table[1:]
    return int((between & near & ~table).sum())


def _optimum(optimum: Optimum) -> dict[str, Any]:
    return {name: getattr(optimum, name) for name in Optimum.__dataclass_fields__}


def _fit(fit: FitResult) -> dict[str, Any]:
    parameters = {}
    for param in fit.family.free:
        parameters[param.name] = {
            "value": None if fit.law is None else getattr(fit.law, param.name),
            "stderr": fit.stderr[param.name],
            "interval": fit.interval[param.name],
        }
    return {
        "label": fit.family.label,
        "parameters": parameters,
        "fixed": dict(fit.family.fixed),
        "peak": None if fit.peak is None else dict(fit.peak),
        "status": fit.status,
        "flags": sorted(fit.flags),
        "residuals": fit.residuals.tolist(),
        "outliers": list(fit.outliers),
        "chi2": fit.chi2,
        "aicc": fit.aicc,
        "n": fit.n,
    }


def _tradeoff(steps: Tradeoff) -> dict[str, Any]:
    values = {name: getattr(steps, name) for name in Tradeoff.__dataclass_fields__ if name != "points"}
    return {"points": steps.points.to_dict(orient="records"), **values}


def _plain(value: Any) -> Any:  # noqa: ANN401 - JSON is recursive
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value
