"""Everything the tool finds in one sweep: what the page shows and what the command line prints."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from surgecore.sweeps.comparison import Comparison, compare
from surgecore.sweeps.fitting import FitResult
from surgecore.sweeps.optima import Optimum
from surgecore.sweeps.price import Price, price
from surgecore.sweeps.sweep import Sweep
from surgecore.sweeps.tradeoff import Tradeoff, tradeoff
from surgecore.sweeps.verdict import SurgeVerdict, surge_verdict


class RemarkKind(StrEnum):
    """What there is to remark on a sweep."""

    ONE_LEARNING_RATE = "one_learning_rate"
    FEW_BATCH_SIZES = "few_batch_sizes"
    NO_OPTIMUM = "no_optimum"
    LOWEST_TRIED = "lowest_tried"
    HIGHEST_TRIED = "highest_tried"
    DIVERGED = "diverged"
    INCOMPLETE = "incomplete"
    REPEATED = "repeated"
    HOLES = "holes"
    NO_ERROR_BARS = "no_error_bars"


@dataclass(frozen=True)
class Remark:
    """One thing to know about a sweep.

    Attributes
    ----------
    kind : RemarkKind
        What it is.
    count : int
        How many (trials, cells, learning rates, batch sizes) it is about; 0 where nothing is counted.
    of : int
        Out of how many; 0 where that is not counted.
    batch_sizes : tuple of float
        At which batch sizes.
    """

    kind: RemarkKind
    count: int = 0
    of: int = 0
    batch_sizes: tuple[float, ...] = ()


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
    remarks : tuple of Remark
        What else to know about the sweep, the most important first.
    tradeoff : Tradeoff or None
        Steps against examples, where the sweep has steps to a target.
    """

    sweep: Sweep
    optima: tuple[Optimum, ...]
    comparison: Comparison
    verdict: SurgeVerdict
    remarks: tuple[Remark, ...]
    tradeoff: Tradeoff | None = None

    @cached_property
    def prices(self) -> tuple[Price, ...]:
        """What a wrong rate costs at each batch size whose best rate lies inside those tried."""
        inside = [optimum.batch_size for optimum in self.optima if optimum.on_edge is None]
        return tuple(found for size in inside if (found := price(self.sweep, size)) is not None)

    def to_dict(self) -> dict[str, Any]:
        """All facts as plain Python, ready for JSON; None where a number is unknown or unbounded.

        Returns
        -------
        dict
            Keys read, optima, fits, ranking, surge, remarks, and tradeoff where there is one.
        """
        result: dict[str, Any] = {
            "read": _read(self.sweep),
            "optima": [_optimum(optimum) for optimum in self.optima],
            "fits": {fit.family.key: fit_facts(fit) for fit in self.comparison.fits},
            "ranking": _ranking(self.comparison),
            "surge": {**_surge(self.verdict), "price": [asdict(found) for found in self.prices]},
            "remarks": [vars(remark) for remark in self.remarks],
        }
        if self.tradeoff is not None:
            result["tradeoff"] = _tradeoff(self.tradeoff)
        facts: dict[str, Any] = plain(result)
        return facts


#: Shares of an analysis that are done once the optima are found and once the laws are fitted, as measured.
_FOUND, _FITTED = 0.1, 0.75


def analyse(sweep: Sweep, *, seed: int = 0, progress: Callable[[float], None] | None = None) -> Analysis:
    """Find the optima of a sweep, fit and rank the laws, and judge the surge.

    Parameters
    ----------
    sweep : Sweep
        Any sweep; what cannot be answered is said in words.
    seed : int, optional
        Seed of all random numbers: the same sweep and seed give the same answer.
    progress : callable, optional
        Called with the share that is done, 0 to 1.

    Returns
    -------
    Analysis

    Examples
    --------
    >>> import pandas as pd
    >>> from surgecore import Sweep
    >>> cells = [(b, r, s, abs(r - 0.01 * b) + 0.1 * s) for b in (4, 8, 16) for r in (0.02, 0.04, 0.08, 0.16, 0.32)
    ...          for s in (0, 1)]
    >>> sweep = Sweep.from_frame(pd.DataFrame(cells, columns=["batch_size", "learning_rate", "seed", "loss"]))
    >>> [optimum.batch_size for optimum in analyse(sweep).optima]
    [4.0, 8.0, 16.0]
    """
    tell = progress or (lambda share: None)
    optima = sweep.optima()
    tell(_FOUND)
    comparison = compare(optima, progress=lambda share: tell(_FOUND + share * (_FITTED - _FOUND)))
    verdict = surge_verdict(sweep, seed=seed)
    return Analysis(sweep, optima, comparison, verdict, tuple(_remarks(sweep, optima)), tradeoff(sweep))


def _counts(sweep: Sweep) -> Counter[str]:
    """Trials of each status."""
    return Counter({str(name): int(n) for name, n in sweep.trials["status"].value_counts().items()})


def _read(sweep: Sweep) -> dict[str, Any]:
    status = _counts(sweep)
    return {
        "name": sweep.name,
        "rows": len(sweep.trials),
        "digest": sweep.digest,
        "batch_sizes": sweep.batch_sizes.tolist(),
        "learning_rates": sweep.learning_rates.tolist(),
        "seeds": sweep.n_seeds,
        "steps": sweep.steps,
        "infeasible": status["infeasible"],
        "incomplete": status["incomplete"],
        "grid": sweep.is_grid,
        "metric": {"name": sweep.metric.name, "goal": sweep.metric.goal},
        "notices": [notice.to_dict() for notice in sweep.notices],
    }


def _ranking(comparison: Comparison) -> dict[str, Any]:
    path = comparison.path
    columns = (comparison.scores.tolist(), comparison.weights.tolist(), comparison.holdout.tolist())
    return {
        "outcome": comparison.outcome,
        "close": comparison.close,
        "tried": len(comparison.fits),
        "overdispersion": comparison.overdispersion,
        "smooth_path": path and {"weight": comparison.path_share, "parameters": path.freedom},
        "order": [
            {"law": fit.family.key, "aic": score, "weight": weight, "holdout_error": holdout}
            for fit, score, weight, holdout in zip(comparison.fits, *columns, strict=True)
        ],
    }


def _surge(verdict: SurgeVerdict) -> dict[str, Any]:
    same = (
        "decision", "p_value", "fall_octaves", "interval", "peak_bracketed", "kind", "reason", "peak", "trough",
        "reach", "rests_on", "beyond", "coarse",
    )  # fmt: skip
    return {
        **{name: getattr(verdict, name) for name in same},
        "witness": None if verdict.witness is None else asdict(verdict.witness),
        "errors_from": verdict.source,
    }


def _remarks(sweep: Sweep, optima: tuple[Optimum, ...]) -> list[Remark]:
    result = []
    n_batch, n_rates = len(sweep.batch_sizes), len(sweep.learning_rates)
    if n_rates == 1:
        result.append(Remark(RemarkKind.ONE_LEARNING_RATE))
    if n_batch < 3:
        result.append(Remark(RemarkKind.FEW_BATCH_SIZES, n_batch))
    known = {optimum.batch_size for optimum in optima}
    without = tuple(float(size) for size in sweep.batch_sizes if size not in known)
    if n_rates > 1 and without:
        result.append(Remark(RemarkKind.NO_OPTIMUM, batch_sizes=without))
    for side, kind in (("low", RemarkKind.LOWEST_TRIED), ("high", RemarkKind.HIGHEST_TRIED)):
        if sizes := tuple(optimum.batch_size for optimum in optima if optimum.on_edge == side):
            result.append(Remark(kind, batch_sizes=sizes))
    status = _counts(sweep)
    for name, kind in (("infeasible", RemarkKind.DIVERGED), ("incomplete", RemarkKind.INCOMPLETE)):
        if status[name]:
            result.append(Remark(kind, status[name], len(sweep.trials)))
    result += _cell_remarks(sweep)
    if optima and sweep.n_seeds < 2 and all(optimum.stderr is None for optimum in optima):
        result.append(Remark(RemarkKind.NO_ERROR_BARS))
    return result


def _cell_remarks(sweep: Sweep) -> list[Remark]:
    """What is counted twice and what is missing from the grid."""
    result, trials = [], sweep.trials
    if "seed" in trials and trials["seed"].notna().all():
        twice = int(trials.duplicated(["batch_size", "learning_rate", "seed"]).sum())
        result += [Remark(RemarkKind.REPEATED, twice)] if twice else []
    if sweep.is_grid:
        holes = _holes(trials[["batch_size", "learning_rate"]].drop_duplicates())
        result += [Remark(RemarkKind.HOLES, holes)] if holes else []
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


def fit_facts(fit: FitResult) -> dict[str, Any]:
    """A fit as plain values."""
    parameters = {
        name: {"value": item.value, "stderr": item.stderr, "interval": item.interval}
        for name, item in fit.parameters.items()
    }
    return {
        "parameters": parameters,
        "fixed": dict(fit.family.fixed),
        "peak": None if fit.peak is None else vars(fit.peak),
        "flags": sorted(fit.flags),
        "residuals": fit.residuals.tolist(),
        "outliers": list(fit.outliers),
        "deviance": fit.deviance,
        "aic": fit.aic,
        "n": fit.n,
        "bounds": fit.n_bounds,
    }


def _tradeoff(steps: Tradeoff) -> dict[str, Any]:
    values = {name: getattr(steps, name) for name in Tradeoff.__dataclass_fields__ if name != "points"}
    return {"points": steps.points.to_dict(orient="records"), **values}


def plain(value: Any) -> Any:  # noqa: ANN401 - JSON is recursive
    """A value made of dictionaries, lists and numbers that JSON can hold: None for what is not finite."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | frozenset):
        return [plain(item) for item in (sorted(value) if isinstance(value, frozenset) else value)]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return str(value) if isinstance(value, StrEnum) else value
