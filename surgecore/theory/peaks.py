"""Local maxima of a curve of optimal learning rate, found by the sign of its slope."""

from __future__ import annotations

import itertools
import math
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import brentq, minimize_scalar

from surgecore._validate import FloatArray

_POINTS_PER_DECADE = 20
#: A rise below this fraction of the height is rounding, not a peak.
_ROUNDING = 1e-12

#: From log batch sizes to a number with the sign of the curve's slope, exactly zero where that is rounding.
Turn = Callable[[FloatArray | float], FloatArray]


@dataclass(frozen=True)
class Peak:
    """A local maximum of the optimal learning rate.

    Attributes
    ----------
    batch_size : float
        Where it is [examples].
    lr : float
        How high it is [parameter units per step].
    prominence : float
        ``lr / plateau_lr - 1``: by which fraction it stands above the plateau; negative below it.
    """

    batch_size: float
    lr: float
    prominence: float


class Curve(typing.Protocol):
    """What a peak search needs to know of a curve."""

    @property
    def plateau_lr(self) -> float:
        """Limit for large batches."""
        ...

    def optimal_lr(self, batch_size: Any) -> Any:  # noqa: ANN401 - a float for a scalar, else an array
        """Learning rate at each batch size."""
        ...


def find_peaks(
    curve: Curve,
    turn: Turn,
    batch_range: tuple[float, float],
    min_prominence: float | None,
    *,
    to_plateau: bool,
) -> tuple[Peak, ...]:
    """All local maxima of a curve inside a range of batch sizes.

    Parameters
    ----------
    curve : Curve
        The curve.
    turn : callable
        From log batch sizes to numbers with the sign of its slope.
    batch_range : (float, float)
        Where to look [examples].
    min_prominence : float or None
        Leave out peaks of lower prominence over the plateau.
    to_plateau : bool
        Whether the curve is on its plateau at the end of the range.

    Returns
    -------
    tuple of Peak
        By batch size.
    """
    lowest, highest = batch_range
    decades = math.log10(highest / lowest) if highest / lowest < math.inf else math.log10(highest) - math.log10(lowest)
    count = max(3, math.ceil(decades * _POINTS_PER_DECADE))
    grid = np.linspace(math.log(lowest), math.log(highest), count)
    turns = _turns(turn, grid)
    heights = [float(curve.optimal_lr(math.exp(where))) for where, _ in turns]
    first, last = (float(curve.optimal_lr(math.exp(end))) for end in grid[[0, -1]])
    levels = [first, *heights, curve.plateau_lr if to_plateau else last]
    found = []
    for index, ((where, is_peak), height) in enumerate(zip(turns, heights, strict=True)):
        rise = height - max(levels[index], levels[index + 2])
        prominence = height / curve.plateau_lr - 1.0
        kept = min_prominence is None or prominence >= min_prominence
        if is_peak and kept and height > 0 and rise > _ROUNDING * height:
            found.append(Peak(math.exp(where), height, prominence))
    return tuple(found)


def _turns(turn: Turn, grid: FloatArray) -> list[tuple[float, bool]]:
    # Where the slope changes sign, as (log batch size, is it a maximum)
    grid = np.sort(np.concatenate([grid, _hidden_crossings(turn, grid)]))
    slope = turn(grid)
    turns = []
    for left, right in itertools.pairwise(np.flatnonzero(slope)):
        if (slope[left] > 0) != (slope[right] > 0):
            root = brentq(lambda x: float(turn(x)[0]), grid[left], grid[right], xtol=1e-13, rtol=1e-14)
            turns.append((float(root), bool(slope[left] > 0)))
    return turns


def _hidden_crossings(turn: Turn, grid: FloatArray) -> list[float]:
    # A dip of the slope between two grid points may cross zero twice: look closer at its shallow extrema
    slope = turn(grid)
    shallow = 1e-2 * np.abs(slope).max()
    found = []
    for index in range(1, grid.size - 1):
        sign = float(np.sign(slope[index]))
        left, here, right = sign * slope[index - 1 : index + 2]
        if 0 < here < shallow and left > here < right:
            inside = (grid[index - 1], grid[index + 1])
            closer = minimize_scalar(lambda x, s=sign: s * float(turn(x)[0]), bounds=inside, method="bounded")
            if closer.fun < 0:
                found.append(float(closer.x))
    return found
