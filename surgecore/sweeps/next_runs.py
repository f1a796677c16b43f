"""What to run next: the cells that would tighten the answer most."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from surgecore.sweeps.analysis import Analysis
from surgecore.sweeps.fitting import FitFlag
from surgecore.sweeps.likelihood import TYPICAL, log_slopes
from surgecore.sweeps.optima import Optimum
from surgecore.sweeps.promise import Ground, Promise, chance_to_decide, chance_to_exclude, width_after

_HALF_WIDTH = 0.5
_SURE = 0.8  # chance of a decision at which no more runs are asked for
_MOST_SEEDS = 64
_RATES = 5
_MORE_RATES = (
    7  # where valleys are to be known well enough to exclude a fall: those with steep sides need the outer ones
)
_STEP = 0.5 * np.log(2.0)


class Goal(StrEnum):
    """What the next runs are for."""

    GRID = "grid"
    MORE = "more"
    WIDEN = "widen"
    GO_UP = "go_up"
    DECIDE = "decide"
    EXCLUDE = "exclude"
    NARROW = "narrow"


class Purpose(StrEnum):
    """Why a cell is to be run."""

    LOWEST_TRIED = "lowest_tried"
    HIGHEST_TRIED = "highest_tried"
    BEYOND = "beyond"
    AT_PEAK = "at_peak"
    ABOVE_PEAK = "above_peak"
    FAR_ABOVE = "far_above"
    NARROWS = "narrows"
    EXCLUDES = "excludes"


@dataclass(frozen=True, eq=False)
class NextRuns:
    """Cells to run next.

    Attributes
    ----------
    table : DataFrame
        batch_size, learning_rate, seeds, reason: one row per cell.
    goal : Goal
        What they are for.
    law : str or None
        Key of the law that they suppose.
    fall_octaves : float or None
        Fall between the first and the last of them under that law, for the goal "decide".
    promise : Promise or None
        Simulated: share of its present width that the peak's interval would have, for the goal "narrow"; chance that
        the fall is decided, for the goal "decide"; chance that a fall of 16 % is excluded, for the goal "exclude".
    uniform : Promise or None
        The same for as many runs spent on more seeds of the grid there is; None also where they are the plan.
    doubtful : bool
        Whether the optima scatter about the law by more than their error bars, so that nothing can be promised.
    """

    table: pd.DataFrame
    goal: Goal
    law: str | None = None
    fall_octaves: float | None = None
    promise: Promise | None = None
    uniform: Promise | None = None
    doubtful: bool = False

    @property
    def n_runs(self) -> int:
        """Number of runs."""
        return int(self.table["seeds"].sum()) if len(self.table) else 0


def next_runs(analysis: Analysis, *, max_batch_sizes: int = 6) -> NextRuns:
    """Which cells to run to halve the interval of the peak, or to decide whether there is a surge.

    Optima on an edge of the learning-rate grid come first: their grid is widened. Then, while the verdict is
    undecided, seeds at the peak and far above it, where the fitted surge has fallen most, until a simulation decides
    in four of five cases; or seeds at all batch sizes, where fewer exclude a fall of 16 % as surely, if there is none.
    Otherwise the batch sizes whose optima, by the Fisher information of the better surge law, narrow the peak fastest,
    until a simulated interval has half its width. Each batch size gets five rates half an octave apart around the
    expected best, or seven to exclude a fall; on a coarser grid they are new rates between those tried.

    Parameters
    ----------
    analysis : Analysis
        Of the sweep.
    max_batch_sizes : int, optional
        Most batch sizes to ask for beside those on an edge, to narrow the peak's interval.

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
    edge = [_edge_runs(analysis, optimum) for optimum in analysis.optima if optimum.on_edge is not None]
    peaked = [fit for fit in analysis.comparison.fits if fit.family.key in ("surge", "general_surge")]
    surge = next((fit for fit in peaked if np.isfinite(fit.aic)), None)
    if surge is None or surge.law is None:
        return NextRuns(_table(edge), Goal.WIDEN if edge else Goal.MORE if analysis.sweep.is_grid else Goal.GRID)
    steps = [step for valley in analysis.sweep.valleys.valleys for step in np.diff(valley.cells.x)]
    coarse = bool(steps) and bool(np.median(steps) > 1.2 * _STEP)  # best rates alone have no valleys
    ground = Ground(surge, *_per_seed_spread(analysis.optima), coarse)
    fall = promise = uniform = None
    if analysis.verdict.decision == "undecided":
        plan, fall = _decide(ground)
        goal, simulate = (Goal.GO_UP, None) if fall is None else (Goal.DECIDE, chance_to_decide)
        # an optimum that is only bounded leaves a fall open whatever else is known; a search has too many batch sizes
        possible = not edge and analysis.sweep.is_grid
        if possible and (seeds := _seeds_to_exclude(ground, plan if fall is not None else [])):
            return _exclude(analysis, ground, seeds)
    else:
        plan = _sharpen(ground, max_batch_sizes)
        goal, simulate = Goal.NARROW, width_after
    rows = [_around(analysis, size, float(surge.law(size)), n, reason) for size, n, reason in plan]
    if simulate is not None:
        promise = simulate(ground, [size for size, _, _ in plan], [n for _, n, _ in plan])
        more = _extra(analysis, _RATES * sum(n for _, n, _ in plan))
        uniform = simulate(ground, ground.sizes.tolist(), [more] * len(ground.sizes))
    poor = FitFlag.POOR_FIT in surge.flags
    return NextRuns(_table(edge + rows), goal, surge.family.key, fall, promise, uniform, poor)


def _per_seed_spread(optima: tuple[Optimum, ...]) -> tuple[float, int]:
    """Scatter of one seed's optimum in ln units, and the usual number of seeds."""
    known = [o for o in optima if o.stderr is not None]
    if not known:
        return TYPICAL, 3
    seeds = int(np.median([max(o.n_seeds, 1) for o in known]))
    return float(np.median([o.stderr * np.sqrt(max(o.n_seeds, 1)) for o in known])), max(seeds, 2)


_Plan = list[tuple[float, int, Purpose]]


def _decide(ground: Ground) -> tuple[_Plan, float | None]:
    surge, measured = ground.law, ground.sizes
    assert surge.law is not None
    assert surge.peak is not None
    peak = float(np.clip(surge.peak.batch_size, measured.min(), measured.max()))
    near = float(measured[np.argmin(np.abs(np.log(measured / peak)))])
    far = float(measured.max() * 4.0)
    fall = float(np.log(surge.law(near) / surge.law(far)))
    if fall <= 0.05:
        return [(float(measured.max() * 2.0**k), ground.seeds, Purpose.BEYOND) for k in (1, 2, 3)], None
    sizes, n = (near, far / 2.0, far), 2
    while n < _MOST_SEEDS and chance_to_decide(ground, sizes, [n] * 3).value < _SURE:
        n = min(max(n + 1, round(1.3 * n)), _MOST_SEEDS)
    reasons = (Purpose.AT_PEAK, Purpose.ABOVE_PEAK, Purpose.FAR_ABOVE)
    return [(size, n, reason) for size, reason in zip(sizes, reasons, strict=True)], fall / float(np.log(2))


def _seeds_to_exclude(ground: Ground, other: _Plan) -> int:
    """Seeds at all batch sizes that exclude a fall in four of five cases; 0 where `other` decides with fewer runs."""
    n, most = 2, _MOST_SEEDS
    if other and chance_to_decide(ground, [size for size, _, _ in other], [k for _, k, _ in other]).value >= _SURE:
        most = min(most, _RATES * sum(k for _, k, _ in other) // (_MORE_RATES * len(ground.sizes)))
    while n < most and chance_to_exclude(ground, n).value < _SURE:
        n = min(max(n + 1, round(1.3 * n)), most)
    return n if n <= most and chance_to_exclude(ground, n).value >= _SURE else 0


def _exclude(analysis: Analysis, ground: Ground, seeds: int) -> NextRuns:
    """So many seeds at all batch sizes; on octaves at the rates tried, which do better there than new ones."""
    law, sizes, reason = ground.law.law, ground.sizes.tolist(), Purpose.EXCLUDES
    assert law is not None
    if ground.coarse:
        own = dict(list(analysis.sweep.cells().groupby("batch_size")["learning_rate"]))
        parts = [_cells(size, own[size], seeds, reason) for size in sizes]
    else:
        parts = [_around(analysis, size, float(law(size)), seeds, reason, _MORE_RATES) for size in sizes]
    more = _extra(analysis, sum(len(part) for part in parts) * seeds)
    uniform = None if ground.coarse else chance_to_exclude(ground, more)
    poor, promise = FitFlag.POOR_FIT in ground.law.flags, chance_to_exclude(ground, seeds)
    return NextRuns(_table(parts), Goal.EXCLUDE, ground.law.family.key, None, promise, uniform, poor)


def _extra(analysis: Analysis, runs: int) -> float:
    """Seeds that as many runs add to every cell that there is."""
    return max(runs / max(len(analysis.sweep.cells()), 1), 1e-6)


def _sharpen(ground: Ground, most: int) -> _Plan:
    measured, seeds = ground.sizes, ground.seeds
    step = float(np.median(np.diff(np.log(np.sort(measured)))))
    beyond = [measured.min() * np.exp(-step), measured.max() * np.exp(step), measured.max() * np.exp(2 * step)]
    candidates = np.array([*measured, *(float(round(size)) for size in beyond if size >= 1.0)])
    slopes = log_slopes(ground.law.family, ground.law.shape, candidates)
    known = slopes[: len(measured)]
    information = (known.T / ground.errors**2) @ known
    gain = 1.0 / float(ground.error_of(np.array(float(seeds)))) ** 2
    counts: dict[int, int] = {}
    while sum(counts.values()) < 40:
        after = [float(np.linalg.pinv(information + gain * np.outer(row, row))[1, 1]) for row in slopes]
        allowed = [i for i in np.argsort(after) if len(counts) < most or int(i) in counts]
        pick = int(allowed[0])
        information = information + gain * np.outer(slopes[pick], slopes[pick])
        counts[pick] = counts.get(pick, 0) + 1
        order = sorted(counts, key=lambda i: candidates[i])
        plan = [(float(candidates[i]), counts[i] * seeds, Purpose.NARROWS) for i in order]
        if width_after(ground, [size for size, _, _ in plan], [n for _, n, _ in plan]).value <= _HALF_WIDTH:
            break
    return plan


def _edge_runs(analysis: Analysis, optimum: Optimum) -> pd.DataFrame:
    high = optimum.on_edge == "high"
    tried = optimum.learning_rate if optimum.tried is None else optimum.tried
    rates = tried * 2.0 ** ((0.5 if high else -0.5) * np.arange(1, 6))
    _, seeds = _per_seed_spread(analysis.optima)
    return _cells(optimum.batch_size, rates, seeds, Purpose.HIGHEST_TRIED if high else Purpose.LOWEST_TRIED)


def _around(
    analysis: Analysis, size: float, lr: float, seeds: int, reason: Purpose, count: int = _RATES
) -> pd.DataFrame:
    """So many rates, half an octave apart, around the expected optimum, on the lattice of the sweep's rates."""
    known = np.log2(analysis.sweep.learning_rates)
    anchor = float(known[np.argmin(np.abs(known - np.log2(lr)))])
    centre = anchor + 0.5 * np.round((np.log2(lr) - anchor) / 0.5)
    return _cells(size, 2.0 ** (centre + 0.5 * (np.arange(count) - count // 2)), seeds, reason)


def _cells(size: float, rates: ArrayLike, seeds: int, reason: Purpose) -> pd.DataFrame:
    whole = round(size) if size >= 1 else size
    return pd.DataFrame({"batch_size": whole, "learning_rate": rates, "seeds": seeds, "reason": str(reason)})


def _table(parts: list[pd.DataFrame]) -> pd.DataFrame:
    if not parts:
        return pd.DataFrame({"batch_size": [], "learning_rate": [], "seeds": [], "reason": []})
    return pd.concat(parts, ignore_index=True)
