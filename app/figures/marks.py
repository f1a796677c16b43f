"""What figures share in drawing measured points: intervals as bars, bounds as triangles."""

from __future__ import annotations

from collections.abc import Sequence

from figures.palette import ERROR_BAR

Interval = tuple[float, float] | None
#: A bound points to where the optimum lies.
SYMBOLS = {"high": "triangle-up", "low": "triangle-down"}


def bars(values: Sequence[float], intervals: Sequence[Interval], **look: object) -> dict[str, object]:
    """Plotly error bars from intervals; none where there is no interval."""
    ends = [interval or (value, value) for value, interval in zip(values, intervals, strict=True)]
    return (
        ERROR_BAR
        | {
            "type": "data",
            "symmetric": False,
            "array": [high - value for value, (_, high) in zip(values, ends, strict=True)],
            "arrayminus": [value - low for value, (low, _) in zip(values, ends, strict=True)],
        }
        | look
    )


def symbol(on_edge: str | None, inside: str = "circle") -> str:
    return SYMBOLS.get(on_edge or "", inside)
