"""Does the optimal learning rate fall after its peak? Asked against every curve that never falls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import t as student_t

from surgecore._validate import FloatArray
from surgecore.sweeps.errors import Errors, pooled_errors
from surgecore.sweeps.optima import Optimum

#: Level of the test: share of sweeps without any fall in which it may find one.
LEVEL = 0.05
#: A fall below this many octaves (16 %) is none that anybody would act on.
SMALL_FALL = 0.25
_DRAWS = 2000
# more batch sizes than this are taken together in groups: the test's time grows with their cube
_MOST = 32
_LN2 = float(np.log(2.0))


@dataclass(frozen=True)
class SurgeVerdict:
    """Whether optimal learning rates fall after their peak, and by how much.

    Attributes
    ----------
    decision : {"fall", "no_fall", "undecided"}
        "fall" where no curve that never falls fits (p below 0.05); "no_fall" where a fall of 0.25 octaves or
        more within the batch sizes measured is outside the interval; else "undecided".
    p_value : float or None
        Of the order-restricted test; None without errors. Never below 1/2001, the resolution of its simulation.
    fall_octaves : float or None
        log2 of the largest optimum over the one at the largest batch size, of the best curve that rises, then
        falls; corrected for having picked the largest. None below two usable optima.
    interval : tuple of float or None
        95 % interval of `fall_octaves`; None without errors.
    peak_bracketed : bool
        Whether the optima rise to the peak and fall after it, both significantly, with no optimum beyond the
        learning-rate grid.
    sentence : str
        The verdict in words.
    """

    decision: Literal["fall", "no_fall", "undecided"]
    p_value: float | None
    fall_octaves: float | None
    interval: tuple[float, float] | None
    peak_bracketed: bool
    sentence: str


def surge_verdict(optima: Sequence[Optimum], *, seed: int = 0) -> SurgeVerdict:
    """Test the optima against every non-decreasing curve, and estimate the fall after the peak.

    The statistic is the weighted sum of squares of the best non-decreasing curve (isotonic regression). Its
    distribution is simulated under the constant curve, the least favourable one, with errors re-estimated
    from as few seeds as the sweep had. The lower end of the interval inverts the test of "the fall is at
    most this", whose critical value counts every batch size that could be the peak; so picking the largest
    optimum does not inflate it.

    Parameters
    ----------
    optima : sequence of Optimum
        As `Sweep.optima` gives them; those on an edge of the learning-rate grid are left out.
    seed : int, optional
        Seed of the simulation.

    Returns
    -------
    SurgeVerdict

    References
    ----------
    Robertson, Wright and Dykstra, Order Restricted Statistical Inference (1988), section 2.3; Andrews and
    Soares, Econometrica 78 (2010) 119, for the choice of candidates.
    """
    used = sorted((o for o in optima if o.on_edge is None), key=lambda o: o.batch_size)
    left_out = len(optima) - len(used)
    if len(used) < 3:
        there = f"there {'is' if len(used) == 1 else 'are'} {len(used)}"
        reason = f"it takes optima at three batch sizes inside the learning-rate grid, and {there}"
        return SurgeVerdict("undecided", None, None, None, False, f"Undecided: {reason}.")
    y = np.log([optimum.learning_rate for optimum in used])
    sizes = np.array([optimum.batch_size for optimum in used])
    errors = pooled_errors(used)
    if errors is None:
        fall = float(y.max() - y[-1]) / _LN2
        sentence = (
            "Undecided: the optima have no errors, so a fall cannot be told from scatter. "
            "Two or more seeds a cell would give errors."
        )
        return SurgeVerdict("undecided", None, fall, None, False, sentence)
    grouped = len(y) > _MOST
    if grouped:
        y, sizes, errors = _in_groups(y, sizes, errors)
    rng = np.random.default_rng(seed)
    p_fall = _p_value(y, errors, rng)
    p_rise = _p_value(y[::-1], Errors(errors.sigma[::-1], errors.dof[::-1], errors.prior_dof), rng)
    fall, interval = _fall(y, errors, rng)
    if p_fall >= LEVEL:  # the test is the finer one: an interval without zero would contradict it
        interval = (0.0, interval[1])
    high_edge = any(o.on_edge == "high" for o in optima)
    peak = int(np.argmax(y))
    bracketed = bool(p_fall < LEVEL and p_rise < LEVEL and 0 < peak < len(y) - 1 and not high_edge)
    decision: Literal["fall", "no_fall", "undecided"] = "undecided"
    if p_fall < LEVEL:
        decision = "fall"
    elif interval[1] < SMALL_FALL:
        decision = "no_fall"
    sentence = _sentence(decision, p_fall, fall, interval, bracketed, sizes, peak, left_out)
    if decision == "fall":
        sentence += _what_it_rests_on(y, sizes, errors, p_rise, rng)
    if grouped:
        sentence += f" {len(used)} batch sizes are tested in {len(y)} groups of neighbours."
    return SurgeVerdict(decision, p_fall, fall, interval, bracketed, sentence)


def isotonic(y: FloatArray, weight: FloatArray) -> FloatArray:
    """Weighted non-decreasing least-squares fits of the rows of `y`, by the max-min formula.

    Parameters
    ----------
    y : ndarray
        Shape (..., n).
    weight : ndarray
        Positive, broadcastable to `y`.

    Returns
    -------
    ndarray
        Same shape as `y`.
    """
    weight = np.broadcast_to(weight, y.shape)
    n = y.shape[-1]
    zero = np.zeros((*y.shape[:-1], 1))
    total = np.concatenate([zero, np.cumsum(y * weight, axis=-1)], axis=-1)
    mass = np.concatenate([zero, np.cumsum(weight, axis=-1)], axis=-1)
    with np.errstate(all="ignore"):
        # mean over a..b for every a (rows) and b (columns); fit_i = max over a <= i of min over b >= i
        mean = (total[..., None, 1:] - total[..., :-1, None]) / (mass[..., None, 1:] - mass[..., :-1, None])
    mean = np.where(np.tril(np.ones((n, n), dtype=bool), -1), np.inf, mean)
    best = np.flip(np.minimum.accumulate(np.flip(mean, -1), axis=-1), -1)
    best = np.where(np.tril(np.ones((n, n), dtype=bool), -1), -np.inf, best)
    return np.asarray(best.max(axis=-2))


def unimodal(y: FloatArray, weight: FloatArray) -> FloatArray:
    """Weighted least-squares fits of the rows of `y` that rise, then fall; arguments as `isotonic`."""
    weight = np.broadcast_to(weight, y.shape)
    n = y.shape[-1]
    best, lowest = np.array(y), np.full(y.shape[:-1], np.inf)
    for peak in range(n):
        # joining the two monotone pieces is exact: the mode belongs to whichever side makes it highest
        rise = isotonic(y[..., : peak + 1], weight[..., : peak + 1])
        fall = isotonic(y[..., :peak:-1], weight[..., :peak:-1])[..., ::-1] if peak < n - 1 else y[..., :0]
        fitted = np.concatenate([rise, fall], axis=-1)
        squares = ((y - fitted) ** 2 * weight).sum(axis=-1)
        if peak < n - 1:
            squares = np.where(fall[..., 0] <= rise[..., -1], squares, np.inf)
        better = squares < lowest
        lowest = np.where(better, squares, lowest)
        best = np.where(better[..., None], fitted, best)
    return best


def _statistic(y: FloatArray, sigma: FloatArray) -> FloatArray:
    weight = 1.0 / np.broadcast_to(sigma, y.shape) ** 2
    return np.asarray((((y - isotonic(y, weight)) ** 2) * weight).sum(axis=-1))


def _p_value(y: FloatArray, errors: Errors, rng: np.random.Generator) -> float:
    observed = float(_statistic(y, errors.sigma))
    if observed <= 1e-12:
        return 1.0
    rise = np.diff(isotonic(y, 1.0 / errors.sigma**2))
    sure = np.maximum(rise - _clear(len(y)) * np.hypot(errors.sigma[1:], errors.sigma[:-1]), 0.0)
    null = np.concatenate([[0.0], np.cumsum(sure)])
    noise = null + rng.standard_normal((_DRAWS, len(y))) * errors.sigma
    simulated = _statistic(noise, errors.redraw(_DRAWS, rng))
    return float((1 + np.count_nonzero(simulated >= observed)) / (_DRAWS + 1))


def _clear(n: int) -> float:
    """Standard errors beyond which a difference among n optima is taken for real."""
    return float(2.0 * np.sqrt(np.log(n) + 1.0))


def _fall(y: FloatArray, errors: Errors, rng: np.random.Generator) -> tuple[float, tuple[float, float]]:
    """Fall from peak to last optimum in octaves, less what picking the largest adds, and its interval."""
    sigma = errors.sigma
    smooth = unimodal(y, 1.0 / sigma**2)
    naive = float(smooth.max() - smooth[-1])
    again = unimodal(smooth + rng.standard_normal((_DRAWS // 2, len(y))) * sigma, 1.0 / sigma**2)
    bias = float(np.mean(again.max(axis=-1) - again[:, -1])) - naive
    fall = max(naive - bias, 0.0)
    low, high = _fall_limits(y, errors, rng)
    return fall / _LN2, (min(low, fall) / _LN2, max(high, fall) / _LN2)


def _fall_limits(y: FloatArray, errors: Errors, rng: np.random.Generator) -> tuple[float, float]:
    sigma = errors.sigma
    quantile = float(student_t.ppf(0.975, max(errors.total_dof, 1.0)))
    # candidates for the peak: all but those that are clearly lower than the highest
    margin = _clear(len(y))
    gap = y[:-1].max() - y[:-1]
    candidates = gap <= margin * np.hypot(sigma[:-1], sigma[int(np.argmax(y[:-1]))])
    noise = rng.standard_normal((_DRAWS, len(y))) * sigma
    estimated = errors.redraw(_DRAWS, rng)
    above = np.concatenate([candidates, [True]])
    critical = float(np.quantile(_excess(noise[:, above], estimated[:, above], 0.0), 0.975))
    grid = np.linspace(0.0, max(float(y.max() - y[-1]), 0.0) + 8.0 * float(sigma.max()), 801)
    sums = np.array([float(_excess(y[None], sigma[None], theta)[0]) for theta in grid])
    low = float(grid[np.argmax(sums <= critical)])
    # upper end: the highest of the single differences' limits
    spread = np.hypot(sigma[:-1], sigma[-1])
    high = float(np.max(y[:-1] - y[-1] + quantile * spread))
    return low, max(high, 0.0)


def _excess(y: FloatArray, sigma: FloatArray, theta: float) -> FloatArray:
    """Least sum of squares over the last level of all points more than `theta` above it; rows of `y`."""
    weight = 1.0 / sigma**2
    order = np.argsort(-y[:, :-1], axis=1)
    head = np.take_along_axis(y[:, :-1], order, axis=1) - theta
    mass = np.take_along_axis(weight[:, :-1], order, axis=1)
    # the level is the weighted mean of the last point and the k highest; k is the one that is consistent
    total = np.cumsum(np.concatenate([(weight[:, -1] * y[:, -1])[:, None], head * mass], axis=1), axis=1)
    level = total / np.cumsum(np.concatenate([weight[:, -1:], mass], axis=1), axis=1)
    best = level.max(axis=1, keepdims=True)
    over = np.maximum(y[:, :-1] - theta - best, 0.0)
    return np.asarray((over**2 * weight[:, :-1]).sum(axis=1) + (y[:, -1] - best[:, 0]) ** 2 * weight[:, -1])


def _in_groups(y: FloatArray, sizes: FloatArray, errors: Errors) -> tuple[FloatArray, FloatArray, Errors]:
    """Weighted means of neighbouring optima: a curve that never falls stays one."""
    weight = 1.0 / errors.sigma**2
    first = np.linspace(0, len(y), _MOST, endpoint=False).astype(int)
    total = np.add.reduceat(weight, first)
    mean = np.add.reduceat(weight * y, first) / total
    size = np.exp(np.add.reduceat(weight * np.log(sizes), first) / total)
    size = np.array([float(f"{value:.3g}") for value in size])
    return mean, size, Errors(total**-0.5, np.add.reduceat(errors.dof, first), errors.prior_dof)


def _what_it_rests_on(y: FloatArray, sizes: FloatArray, errors: Errors, p_rise: float, rng: np.random.Generator) -> str:
    """Sentences on a fall that hangs by one optimum, or that has no rise before it."""
    text = "" if p_rise < LEVEL else " No rise before it is measured, so these batch sizes show a fall but no peak."
    for index in sorted({int(np.argmax(y)), len(y) - 1}) if len(y) > 3 else ():
        rest = np.delete(np.arange(len(y)), index)
        without = Errors(errors.sigma[rest], errors.dof[rest], errors.prior_dof)
        if _p_value(y[rest], without, rng) >= LEVEL:
            text += f" The fall rests on the optimum at batch size {_size(sizes[index])}: without it none is found."
    return text


def _size(value: float) -> str:
    return f"{value:.0f}" if value == round(value) else f"{value:g}"


def _chance(p_value: float) -> str:
    return f"p {'<=' if p_value * (_DRAWS + 1) < 1.5 else '='} {p_value:.2g}"


def _sentence(
    decision: str, p_value: float, fall: float, interval: tuple[float, float], bracketed: bool,
    sizes: FloatArray, peak: int, left_out: int,
) -> str:  # fmt: skip
    size, last = _size(sizes[peak]), _size(sizes[-1])
    amount = f"{fall:.2f} octaves (95 % interval {interval[0]:.2f} to {interval[1]:.2f})"
    if decision == "fall":
        text = f"The optimal learning rate falls, by {amount} from its peak to batch size {last}"
        text += f"; {_chance(p_value)} against every curve that never falls."
        if not bracketed:
            text += " The peak is not bracketed: it may lie outside the batch sizes or learning rates measured."
    elif decision == "no_fall":
        text = "No fall within the batch sizes measured: "
        if interval[1] < 0.01:
            text += "the best learning rate at the largest one is above all others, beyond the errors."
        else:
            text += f"one of more than {interval[1]:.2f} octaves is excluded."
        if peak == len(sizes) - 1:
            text += f" A peak beyond batch size {last} cannot be excluded."
    else:
        text = f"Undecided: the fall is {amount}; {_chance(p_value)} against every curve that never falls. "
        text += "Smaller errors or more batch sizes above the highest optimum"
        text += f" (at {size}) would decide."
    if left_out:
        text += f" Left out, on the edge of the learning-rate grid: {left_out}."
    return text
