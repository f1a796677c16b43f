"""The axes that every figure shares: titled, with units; batch sizes ticked at powers of two. Pure: no streamlit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log, log2, log10

from figures.palette import GREY, GRID
from surgecore.words import lr_unit, number, power_of_two, say

_FINE = (1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5, 8, 8.5, 9, 9.5)
#: Ticks within a decade, from few to many.
_STEPS = ((1,), (1, 3), (1, 2, 5), (1, 2, 3, 5, 7), (1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9), _FINE)


@dataclass(frozen=True)
class Axis:
    """One axis of a figure.

    Attributes
    ----------
    title : str
        With its unit.
    low, high : float
        Its ends.
    ticks : tuple of (float, str)
        Values and what is written at them.
    log : bool
        Whether it is logarithmic.
    """

    title: str
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    log: bool = True

    def part(self, value: float) -> float:
        """Place of a value from 0 to 1; one that is outside stops at the end."""
        if self.log:
            found = log(max(value, 1e-300) / self.low) / log(self.high / self.low)
        else:
            found = (value - self.low) / (self.high - self.low)
        return min(max(found, 0.0), 1.0)

    def holds(self, value: float) -> bool:
        """Whether a value is between the ends, but for a thousandth of the axis."""
        if not isfinite(value) or (self.log and value <= 0):
            return False
        low, high, at = (log(v) for v in (self.low, self.high, value)) if self.log else (self.low, self.high, value)
        return low - (high - low) / 1000 <= at <= high + (high - low) / 1000

    def plotly(self) -> dict[str, object]:
        """The same as plotly takes it."""
        return {
            "title": {"text": self.title, "standoff": 12},
            "type": "log" if self.log else "linear",
            "range": [log10(self.low), log10(self.high)] if self.log else [self.low, self.high],
            "tickvals": [value for value, _ in self.ticks],
            "ticktext": [text for _, text in self.ticks],
            "gridcolor": GRID,
            "zeroline": False,
            "ticks": "outside",
            "tickcolor": GRID,
            "showline": True,
            "linecolor": GREY,
            "tickfont": {"size": 14},
        }


def batch_title() -> str:
    return say("axis-batch")


def best_rate(unit: str | None) -> str:
    """Title of an axis of best learning rates."""
    return say("axis-best-rate", unit=unit or lr_unit("sign"))


def rate(unit: str | None) -> str:
    """Title of an axis of learning rates."""
    return say("axis-rate", unit=unit or lr_unit("sign"))


def batches(low: float, high: float) -> Axis:
    """Batch sizes, at powers of two."""
    first, last = ceil(log2(low) - 1e-9), floor(log2(high) + 1e-9)
    step = 1 if last - first <= 7 else 2 if last - first <= 16 else 4
    powers = range(first + first % step, last + 1, step)
    return Axis(batch_title(), low, high, tuple((2.0**k, power_of_two(k)) for k in powers))


def decades(title: str, low: float, high: float) -> Axis:
    """Anything positive, at 1, 2, 5 of every decade: more where few would be in sight, fewer where many."""
    values = rate_ticks(low, high)
    return Axis(title, low, high, tuple((value, _short(value)) for value in values))


def linear(title: str, low: float, high: float) -> Axis:
    """Anything, at round steps, about five of them."""
    rough = (high - low) / 5
    unit = 10.0 ** floor(log10(rough))
    step = next(m * unit for m in (1, 2, 5, 10) if m * unit >= rough)
    ticks = [k * step for k in range(ceil(low / step), floor(high / step) + 1)]
    return Axis(title, low, high, tuple((value, f"{value:.6g}") for value in ticks), log=False)


def rate_ticks(low: float, high: float) -> list[float]:
    """Values between the ends of a logarithmic axis at which it is ticked."""
    octaves, found = log10(high / low), []
    sparse = 0 if octaves > 4 else 1 if octaves > 2.2 else 2
    for steps in _STEPS[sparse:]:
        values = (m * 10.0**k for k in range(floor(log10(low)), ceil(log10(high)) + 1) for m in steps)
        found = [value for value in values if low <= value <= high]
        if len(found) >= 3:
            break
    return found


def _short(value: float) -> str:
    """As few digits as the tick has, plain from 0.0001 on, as in the browser's charts."""
    digits = 1 if f"{value:.1e}"[2] == "0" else 2
    return number(value, digits) if value >= 1e-3 or value < 1e-4 else f"{value:.{digits + 3}f}"


def span(values: Sequence[float | None], room: float = 1.6) -> tuple[float, float]:
    """Ends of a logarithmic axis around values."""
    usable = [value for value in values if value is not None and isfinite(value) and value > 0]
    return (min(usable) / room, max(usable) * room) if usable else (1e-4, 1.0)
