"""What a sweep lacks: the rates that were not tried where the optimum may lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from surgecore.sweeps.valley import Valley


class Missing(StrEnum):
    """What a sweep lacks for a valley at some of its batch sizes."""

    RATES = "too_few_rates"
    HIGHER = "higher_rates"
    LOWER = "lower_rates"
    DIFFERENCE = "differences"


@dataclass(frozen=True)
class MissingRegion:
    """A region that was not tried, where it matters.

    Attributes
    ----------
    what : Missing
        What is missing.
    batch_sizes : tuple of float
        At which batch sizes.
    learning_rate : float or None
        The highest or lowest rate tried there; None where rates are too few.
    """

    what: Missing
    batch_sizes: tuple[float, ...]
    learning_rate: float | None = None


def missing_regions(
    few: tuple[float, ...], flat: tuple[float, ...], valleys: Sequence[Valley]
) -> tuple[MissingRegion, ...]:
    """Regions that were not tried, from batch sizes with too few rates or equal losses, and from valleys at an edge."""
    missing = [MissingRegion(Missing.RATES, few)] if few else []
    missing += [MissingRegion(Missing.DIFFERENCE, flat)] if flat else []
    for side, what in (("high", Missing.HIGHER), ("low", Missing.LOWER)):
        there = [v.cells for v in valleys if v.on_edge == side]
        if there:
            ends = [c.x[-1] if side == "high" else c.x[0] for c in there]
            rate = float(np.exp(max(ends) if side == "high" else min(ends)))
            missing.append(MissingRegion(what, tuple(c.batch_size for c in there), rate))
    return tuple(missing)
