"""What to run next: the cells that would tighten the answer most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from surgecore._validate import FloatArray
from surgecore._words import number
from surgecore.sweeps.analysis import Analysis
from surgecore.sweeps.fitting import FitResult
from surgecore.sweeps.least_squares import log_shape
from surgecore.sweeps.optima import Optimum

_HALVED = 0.25  # variance at which an interval has half its width


@dataclass(frozen=True, eq=False)
class NextRuns:
    """Cells to run next.

    Attributes
    ----------
    table : DataFrame
        batch_size, learning_rate, seeds, reason: one row a cell.
    sentence : str
        What they should achieve.
    """

    table: pd.DataFrame
    sentence: str


def next_runs(analysis: Analysis, *, max_batch_sizes: int = 6) -> NextRuns:
    """Which cells to run to halve the interval of the peak, or to decide whether there is a surge.

    Optima on an edge of the learning-rate grid come first: their grid is widened. Then, while the verdict is
    undecided, seeds at the peak and far above it, where the fitted surge has fallen most; otherwise the batch
    sizes whose optima, by the Fisher information of the better surge law, narrow the peak fastest.

    Parameters
    ----------
    analysis : Analysis
        Of the sweep.
    max_batch_sizes : int, optional
        Most batch sizes to ask for beside those on an edge.

    Returns
    -------
    NextRuns
        An empty table where the sweep has no optima.

    Raises
    ------
    ValueError
        If `max_batch_sizes` is below 1.
    """
    if max_batch_sizes < 1:
        raise ValueError(f"max_batch_sizes must be at least 1, but got {max_batch_sizes!r}")
    optima = analysis.optima
    edge = [_edge_runs(analysis, optimum) for optimum in optima if optimum.on_edge is not None]
    peaked = [fit for fit in analysis.comparison.fits if fit.family.key in ("surge", "general_surge")]
    surge = next((fit for fit in peaked if np.isfinite(fit.aicc)), None)
    if surge is None or surge.law is None:
        sentence = "Widen the learning-rate grid first." if edge else _too_little(analysis)
        return NextRuns(_table(edge), sentence)
    spread, seeds = _per_seed_spread(optima)
    if analysis.verdict.decision == "undecided":
        plan, sentence = _decide(surge, spread, seeds)
    else:
        plan, sentence = _sharpen(surge, spread, seeds, max_batch_sizes)
    rows = [_around(analysis, size, float(surge.law(size)), n, reason) for size, n, reason in plan]
    return NextRuns(_table(edge + rows), sentence)


def _too_little(analysis: Analysis) -> str:
    if not analysis.sweep.is_grid:
        return "Run a grid: at least five batch sizes, each with the same learning rates half an octave apart."
    return "Run at least three batch sizes, each with five learning rates or more around its best."


def _per_seed_spread(optima: tuple[Optimum, ...]) -> tuple[float, int]:
    """Scatter of one seed's optimum in ln units, and the usual number of seeds."""
    known = [o for o in optima if o.stderr is not None]
    if not known:
        return 0.15, 3
    seeds = int(np.median([max(o.n_seeds, 1) for o in known]))
    return float(np.median([o.stderr * np.sqrt(max(o.n_seeds, 1)) for o in known])), max(seeds, 2)


def _decide(surge: FitResult, spread: float, seeds: int) -> tuple[list[tuple[float, int, str]], str]:
    measured = np.array([optimum.batch_size for optimum in surge.used])
    assert surge.law is not None
    assert surge.law.peak_batch_size is not None
    peak = float(np.clip(surge.law.peak_batch_size, measured.min(), measured.max()))
    near = float(measured[np.argmin(np.abs(np.log(measured / peak)))])
    far = float(measured.max() * 4.0)
    fall = float(np.log(surge.law(near) / surge.law(far)))
    if fall <= 0.05:
        plan = [(float(measured.max() * 2.0**k), seeds, "beyond the largest batch size") for k in (1, 2, 3)]
        return plan, "The fitted peak lies beyond the batch sizes measured: go further up."
    # three standard errors of the difference between two optima
    n = int(np.clip(np.ceil(2.0 * (3.0 * spread / fall) ** 2), 2, 64))
    plan = [(near, n, "at the peak"), (far / 2.0, n, "above the peak"), (far, n, "far above the peak")]
    return (
        plan,
        f"If the surge is real, {n} seeds at each would show its fall of {number(fall / np.log(2))} octaves.",
    )


def _sharpen(surge: FitResult, spread: float, seeds: int, most: int) -> tuple[list[tuple[float, int, str]], str]:
    measured = np.array([optimum.batch_size for optimum in surge.used])
    step = float(np.median(np.diff(np.log(np.sort(measured)))))
    beyond = [
        measured.min() * np.exp(-step),
        measured.max() * np.exp(step),
        measured.max() * np.exp(2 * step),
    ]
    candidates = np.array([*measured, *(size for size in beyond if size >= 1.0)])
    errors = np.array([optimum.stderr or spread for optimum in surge.used])
    slopes = _gradients(surge, candidates)
    information = (slopes[: len(measured)].T / errors**2) @ slopes[: len(measured)]
    gain = 1.0 / (spread**2 / seeds + 1e-4)
    start = float(np.linalg.pinv(information)[1, 1])
    counts: dict[int, int] = {}
    variance = start
    while variance > _HALVED * start and sum(counts.values()) < 40:
        after = [float(np.linalg.pinv(information + gain * np.outer(row, row))[1, 1]) for row in slopes]
        allowed = [i for i in np.argsort(after) if len(counts) < most or int(i) in counts]
        pick = int(allowed[0])
        information = information + gain * np.outer(slopes[pick], slopes[pick])
        counts[pick] = counts.get(pick, 0) + 1
        variance = float(np.linalg.pinv(information)[1, 1])
    plan = [
        (float(candidates[i]), counts[i] * seeds, "narrows the peak")
        for i in sorted(counts, key=lambda i: candidates[i])
    ]
    runs = 5 * sum(n for _, n, _ in plan)
    label, width = surge.family.label, f"{np.sqrt(variance / start):.0%} of its width"
    if "poor_fit" in surge.flags:
        doubt = "These optima scatter about it by more than their errors, so more runs cannot promise it."
        return plan, f"If {label} held, {runs:,} runs would bring the interval of the peak to {width}. {doubt}"
    return plan, f"{runs:,} runs should bring the interval of the peak to {width}, if {label} holds."


def _gradients(surge: FitResult, batch: FloatArray) -> FloatArray:
    """Derivatives of ln lr by the fit's coordinates at each batch size: scale, noise scale, the rest."""
    free = surge.family.free[1:]
    values = [getattr(surge.law, param.name) for param in free]
    shape = np.array([np.log(v) if param.log else v for param, v in zip(free, values, strict=True)])
    columns = [np.ones(len(batch))]
    for step in 1e-5 * np.eye(len(shape)):
        both = log_shape(surge.family, np.array([shape + step, shape - step]), batch)
        columns.append((both[0] - both[1]) / 2e-5)
    return np.column_stack(columns)


def _edge_runs(analysis: Analysis, optimum: Optimum) -> pd.DataFrame:
    side = 1.0 if optimum.on_edge == "high" else -1.0
    rates = optimum.learning_rate * 2.0 ** (side * 0.5 * np.arange(1, 6))
    _, seeds = _per_seed_spread(analysis.optima)
    reason = f"the best learning rate is the {optimum.on_edge}est tried"
    return _cells(optimum.batch_size, rates, seeds, reason)


def _around(analysis: Analysis, size: float, lr: float, seeds: int, reason: str) -> pd.DataFrame:
    """Five rates half an octave apart around the expected optimum, on the lattice of the sweep's rates."""
    known = np.log2(analysis.sweep.learning_rates)
    anchor = float(known[np.argmin(np.abs(known - np.log2(lr)))])
    centre = anchor + 0.5 * np.round((np.log2(lr) - anchor) / 0.5)
    return _cells(size, 2.0 ** (centre + 0.5 * np.arange(-2, 3)), seeds, reason)


def _cells(size: float, rates: ArrayLike, seeds: int, reason: str) -> pd.DataFrame:
    whole = round(size) if size >= 1 else size
    return pd.DataFrame({"batch_size": whole, "learning_rate": rates, "seeds": seeds, "reason": reason})


def _table(parts: list[pd.DataFrame]) -> pd.DataFrame:
    if not parts:
        return pd.DataFrame({"batch_size": [], "learning_rate": [], "seeds": [], "reason": []})
    return pd.concat(parts, ignore_index=True)
