"""What stands at a measured point, as SVG text: a disc or another sign, and a triangle where it is only a bound."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi, sin

#: Corners in units of the sign's size, the axis of y upwards; a disc has none.
_CORNERS: dict[str, Sequence[tuple[float, float]]] = {
    "circle": (),
    "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
    "up": ((0, 1.3), (1.2, -0.9), (-1.2, -0.9)),
    "down": ((0, -1.3), (1.2, 0.9), (-1.2, 0.9)),
    "cross": tuple(
        (x, y)
        for x, y in (
            (-0.4, -1.2), (0.4, -1.2), (0.4, -0.4), (1.2, -0.4), (1.2, 0.4), (0.4, 0.4), (0.4, 1.2), (-0.4, 1.2),
            (-0.4, 0.4), (-1.2, 0.4), (-1.2, -0.4), (-0.4, -0.4),
        )
    ),
    "star": tuple(
        ((1.4, 0.6)[k % 2] * sin(k * pi / 5), (1.4, 0.6)[k % 2] * cos(k * pi / 5)) for k in range(10)
    ),
    "pentagon": tuple((1.15 * sin(2 * k * pi / 5), 1.15 * cos(2 * k * pi / 5)) for k in range(5)),
}  # fmt: skip
SIGNS = tuple(_CORNERS)


def path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def sign(x: float, y: float, size: float, name: str, fill: str, colour: str, *, bound: str | None = None) -> str:
    """A sign at a place; a `bound` ("high", "low") points to where the value lies."""
    look = f"fill='{fill}' stroke='{colour}' stroke-width='2'"
    corners = _CORNERS[{"high": "up", "low": "down"}.get(bound or "", name)]
    if not corners:
        return f"<circle cx='{x:.1f}' cy='{y:.1f}' r='{size}' {look}/>"
    kind = " class='bound'" if bound else ""
    return f"<polygon{kind} points='{path([(x + size * a, y - size * b) for a, b in corners])}' {look}/>"
