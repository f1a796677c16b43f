"""What a wrong learning rate costs: extra loss, and extra steps to the target, beside each recommended rate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from surgecore._validate import FloatArray, positive
from surgecore.sweeps.excess import excess
from surgecore.sweeps.sweep import Sweep
from surgecore.sweeps.tradeoff import steps_by_rate

if TYPE_CHECKING:
    from surgecore.sweeps.valleys import Valleys

#: Extra loss within which a rate is called as good, as a share of the loss at the best rate; see `price`.
SHARE = 0.01
_FACTORS = (0.5, 1.0, 2.0)
# where the valley is read on each side of the best rate
_PER_OCTAVE, _OCTAVES = 12, 6


@dataclass(frozen=True)
class Cost:
    """What one learning rate costs, against the best one at the same batch size.

    Attributes
    ----------
    factor : float
        The rate over the one that is priced.
    learning_rate : float
        The rate.
    loss : float or None
        Extra loss, in the unit of the loss; None where the rates tried do not reach so far.
    interval : tuple of float or None
        95 % interval of the extra loss, not below 0; None where nothing tells its error.
    steps : float or None
        Steps to the target over those at the best rate, and so also examples or tokens; None where the sweep has no
        steps to a target, or a run did not get there.
    steps_interval : tuple of float or None
        95 % interval of that ratio; None without repeated runs.
    """

    factor: float
    learning_rate: float
    loss: float | None
    interval: tuple[float, float] | None
    steps: float | None = None
    steps_interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class Price:
    """The price of a wrong learning rate at one batch size.

    Attributes
    ----------
    batch_size : float
        Batch size [examples].
    learning_rate : float
        The rate that is priced.
    extra_loss : float
        The extra loss that was chosen as acceptable, in the unit of the loss.
    lowest, highest : float or None
        Range of rates within that extra loss; None on a side where it goes beyond the rates tried.
    sure_lowest, sure_highest : float or None
        Range within it even at the upper end of the 95 % interval; None where there is none.
    costs : tuple of Cost
        At half the rate, at the rate itself, and at twice the rate.
    between : tuple of float
        The batch sizes measured that it was read from: one, or the two neighbours.
    """

    batch_size: float
    learning_rate: float
    extra_loss: float
    lowest: float | None
    highest: float | None
    sure_lowest: float | None
    sure_highest: float | None
    costs: tuple[Cost, ...]
    between: tuple[float, ...]


def price(
    sweep: Sweep, batch_size: float, *, learning_rate: float | None = None, extra_loss: float | None = None
) -> Price | None:
    """What half and twice a learning rate cost at a batch size, and which rates are as good.

    The loss along the rate is that of the sweep's valleys. Between two batch sizes the extra loss at the same factor
    from the best rate is averaged by the distance in ln batch size.

    Parameters
    ----------
    sweep : Sweep
        With losses at several rates per batch size.
    batch_size : float
        Batch size [examples].
    learning_rate : float, optional
        The rate to price; the best one at that batch size by default.
    extra_loss : float, optional
        Acceptable extra loss, in the unit of the loss. By default 1 % of the loss at the best rate, or a tenth of what
        half or twice that rate costs, whichever is more.

    Returns
    -------
    Price or None
        None outside the batch sizes that show a valley inside the rates tried.

    Raises
    ------
    ValueError
        If a number is not positive and finite.
    """
    size = positive("batch_size", batch_size)
    valleys = sweep.valleys
    near = _neighbours(valleys, size)
    if not near:
        return None
    best = float(np.exp(sum(share * valleys.at(b).best for b, share in near)))
    rate = best if learning_rate is None else positive("learning_rate", learning_rate)
    loss = float(sum(share * _loss_at_best(valleys, b) for b, share in near))
    dearest = max(
        (abs(cost.loss or 0.0) for cost in (_cost(sweep, near, best, best, f) for f in _FACTORS)), default=0.0
    )
    extra = max(SHARE * abs(loss), 0.1 * dearest) if extra_loss is None else positive("extra_loss", extra_loss)
    costs = tuple(_cost(sweep, near, best, rate, factor) for factor in _FACTORS)
    return Price(size, rate, extra, *_ranges(valleys, near, best, extra), costs, tuple(b for b, _ in near))


def _neighbours(valleys: Valleys, size: float) -> tuple[tuple[float, float], ...]:
    """Batch sizes with a bracketed valley on both sides of a size, with their shares; empty outside of them."""
    known = np.array([point.batch_size for point in valleys.points.points if point.bound is None])
    if not len(known) or not known.min() <= size <= known.max():
        return ()
    low, high = float(known[known <= size].max()), float(known[known >= size].min())
    if low == high:
        return ((low, 1.0),)
    share = float(np.log(size / low) / np.log(high / low))
    return (low, 1.0 - share), (high, share)


def _loss_at_best(valleys: Valleys, size: float) -> float:
    valley = valleys.at(size)
    return float(valley.warp.loss(valley.warped(np.array([valley.best])))[0])


def _mixed(
    valleys: Valleys, near: tuple[tuple[float, float], ...], offsets: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Extra loss at offsets from the best, and how far its 95 % interval reaches below and above."""
    mean, below, above = np.zeros(len(offsets)), np.zeros(len(offsets)), np.zeros(len(offsets))
    for size, share in near:
        own, low, high = excess(valleys, size, np.exp(valleys.at(size).best + offsets))
        mean, below, above = (
            mean + share * own, below + (share * (own - low)) ** 2, above + (share * (high - own)) ** 2
        )  # fmt: skip
    return mean, np.sqrt(below), np.sqrt(above)


def _cost(sweep: Sweep, near: tuple[tuple[float, float], ...], best: float, rate: float, factor: float) -> Cost:
    offset = np.array([np.log(factor * rate / best)])
    mean, below, above = (float(value[0]) for value in _mixed(sweep.valleys, near, offset))
    if not np.isfinite(mean):
        return Cost(factor, factor * rate, None, None)
    interval = (max(mean - below, 0.0), mean + above) if np.isfinite(above) else None
    return Cost(factor, factor * rate, mean, interval, *_steps(sweep, near, best, factor * rate))


def _steps(
    sweep: Sweep, near: tuple[tuple[float, float], ...], best: float, rate: float
) -> tuple[float | None, tuple[float, float] | None]:
    """Steps to the target over those at the best rate, where every run at the rates around got there."""
    cells = steps_by_rate(sweep)
    if cells is None:
        return None, None
    total, variance, dof = 0.0, 0.0, 0.0
    for size, share in near:
        part = cells[cells["batch_size"] == size]
        x, y = np.log(part["learning_rate"].to_numpy()), part["log_steps"].to_numpy()
        at = np.log(rate / best) + sweep.valleys.at(size).best
        if len(x) < 2 or not x.min() - 1e-9 <= at <= x.max() + 1e-9 or not np.isfinite(np.interp(at, x, y)):
            return None, None
        fewest = int(np.nanargmin(y))
        error = part["stderr"].to_numpy()
        total += share * max(float(np.interp(at, x, y)) - y[fewest], 0.0)
        variance += share**2 * (float(np.interp(at, x, error)) ** 2 + error[fewest] ** 2)
        dof += float(part["n_seeds"].min()) - 1.0
    if not np.isfinite(variance):
        return float(np.exp(total)), None
    half = float(stdtrit(max(dof, 1.0), 0.975)) * float(np.sqrt(variance))
    return float(np.exp(total)), (float(np.exp(max(total - half, 0.0))), float(np.exp(total + half)))


def _ranges(
    valleys: Valleys, near: tuple[tuple[float, float], ...], best: float, extra: float
) -> tuple[float | None, float | None, float | None, float | None]:
    """Rates around the best within the extra loss, and those within it for sure; None on an open side."""
    ends: list[tuple[float | None, float | None]] = []
    for side in (-1.0, 1.0):
        offsets = side * np.arange(0, _OCTAVES * _PER_OCTAVE + 1) * np.log(2.0) / _PER_OCTAVE
        mean, _, above = _mixed(valleys, near, offsets)
        ends.append((_crossing(best, offsets, mean, extra), _crossing(best, offsets, mean + above, extra)))
    return ends[0][0], ends[1][0], ends[0][1], ends[1][1]


def _crossing(best: float, offsets: FloatArray, loss: FloatArray, extra: float) -> float | None:
    over = np.flatnonzero(~(loss <= extra))
    if not len(over) or over[0] == 0 or not np.isfinite(loss[over[0]]):
        return None  # the rates tried end before the loss does
    k = int(over[0])
    share = (extra - loss[k - 1]) / (loss[k] - loss[k - 1])
    return float(best * np.exp(offsets[k - 1] + share * (offsets[k] - offsets[k - 1])))
