"""Drawings as SVG text, in the style of Explore's instrument: for cards, galleries and reports. Pure: no streamlit.

Text and axes take the colour of the text around them, so that one drawing serves the light and the dark page, and a
report on paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from math import ceil, floor, isfinite, log, log10

from figures import axes
from figures.palette import GREY, INK, PAPER, Style
from surgecore.words import number, power_of_two

Limits = tuple[float, float]
_FONT = "font-family='Source Sans, Source Sans 3, system-ui, sans-serif'"
_DASHES = {
    "solid": "",
    "dash": "9 5",
    "dot": "2 4",
    "dashdot": "9 4 2 4",
    "longdash": "14 5",
    "longdashdot": "14 4 2 4",
}


@dataclass(frozen=True)
class Mark:
    """One measured optimum: its value, its 95 % interval, and the end of the rates that it lies beyond."""

    batch_size: float
    value: float
    interval: Limits | None = None
    on_edge: str | None = None
    text: str = ""


@dataclass
class Plot:
    """A drawing on two logarithmic axes: batch sizes to the right, learning rates up.

    Attributes
    ----------
    width, height : float
        Of the drawing [px]; text is 14 px high at this size.
    x, y : tuple of float
        Ends of the axes.
    y_title : str
        Title above the upper axis; "" leaves the axes without numbers, as in a small multiple.
    """

    width: float
    height: float
    x: Limits
    y: Limits
    y_title: str = ""
    right: float = 16.0
    _back: list[str] = field(default_factory=list)
    _parts: list[str] = field(default_factory=list)
    _labels: list[tuple[float, str, str]] = field(default_factory=list)

    @property
    def _box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the plot."""
        if not self.y_title:
            return 6.0, 6.0, self.width - 6.0, self.height - 6.0
        return 58.0, 30.0, self.width - self.right, self.height - 46.0

    def at(self, batch_size: float, rate: float) -> tuple[float, float]:
        """Place of a point; those outside stop at the frame."""
        left, top, right, bottom = self._box
        across = (log(batch_size) - log(self.x[0])) / (log(self.x[1]) - log(self.x[0]))
        up = (log(max(rate, 1e-300)) - log(self.y[0])) / (log(self.y[1]) - log(self.y[0]))
        return left + min(max(across, 0.0), 1.0) * (right - left), bottom - min(max(up, 0.0), 1.0) * (bottom - top)

    def band(self, sizes: Sequence[float], lows: Sequence[float], highs: Sequence[float], colour: str) -> None:
        """A band between two curves; where an end is unknown there is none."""
        known = [
            (b, low, high)
            for b, low, high in zip(sizes, lows, highs, strict=True)
            if isfinite(low) and isfinite(high) and low > 0
        ]
        points = [self.at(b, high) for b, _, high in known] + [self.at(b, low) for b, low, _ in known[::-1]]
        if points:
            self._back.append(f"<polygon points='{_path(points)}' fill='{colour}' fill-opacity='0.16'/>")

    def line(self, sizes: Sequence[float], rates: Sequence[float], style: Style, *, key: str, label: str = "") -> None:
        """A curve, and its name at its right end."""
        low, high = self.y[0] * 0.98, self.y[1] * 1.02
        inside = [
            (b, r) for b, r in zip(sizes, rates, strict=True)
            if isfinite(r) and low <= r <= high and self.x[0] * 0.999 <= b <= self.x[1] * 1.001
        ]  # fmt: skip
        points = [self.at(b, r) for b, r in inside]
        if not points:
            return
        dash = _DASHES.get(style.dash, style.dash.replace("px", "").replace(",", " "))
        dashes = f" stroke-dasharray='{dash}'" if dash else ""
        self._parts.append(
            f"<polyline data-key='{escape(key)}' points='{_path(points)}' fill='none' stroke='{style.colour}' "
            f"stroke-width='{style.width}'{dashes}/>"
        )
        if label:
            self._labels.append((points[-1][1], label, style.colour))

    def shade(self, start: float, end: float, colour: str, text: str = "") -> None:
        """A range of batch sizes."""
        left, top, right, bottom = self._box
        x0, x1 = self.at(start, 1.0)[0], self.at(end, 1.0)[0]
        self._back.append(
            f"<rect class='shade' x='{x0:.1f}' y='{top}' width='{max(x1 - x0, 1):.1f}' height='{bottom - top:.1f}' "
            f"fill='{colour}' fill-opacity='0.12'/>"
        )
        if text:
            anchor, x = ("end", x1 - 6) if x1 > (left + right) / 2 else ("start", x0 + 6)
            self._parts.append(_text(x, bottom - 8, text, anchor=anchor))

    def level(self, rate: float, start: float, end: float, text: str) -> None:
        """One learning rate between two batch sizes, as a thin line with its sentence."""
        (x0, y), (x1, _) = self.at(start, rate), self.at(end, rate)
        self._parts.append(
            f"<line class='witness' x1='{x0:.1f}' x2='{x1:.1f}' y1='{y:.1f}' y2='{y:.1f}' stroke='currentColor' "
            f"stroke-width='1.5' stroke-dasharray='3 3'><title>{escape(text)}</title></line>"
        )

    def marks(self, marks: Sequence[Mark], *, size: float = 5.0, colour: str = INK, open_: bool = True) -> None:
        """Measured optima, never joined: discs with bars, triangles for bounds."""
        fill = PAPER if open_ else colour
        for mark in marks:
            x, y = self.at(mark.batch_size, mark.value)
            bar = ""
            if mark.interval is not None and not mark.on_edge:
                (_, low), (_, high) = (self.at(mark.batch_size, end) for end in mark.interval)
                bar = (
                    f"<line x1='{x:.1f}' x2='{x:.1f}' y1='{low:.1f}' y2='{high:.1f}' stroke='{GREY}' stroke-width='2'/>"
                )
            self._parts.append(
                f"<g class='mark' data-batch='{mark.batch_size:g}' data-value='{mark.value:.6g}'>"
                f"<title>{escape(mark.text)}</title>{bar}{_symbol(x, y, size, mark.on_edge, fill, colour)}</g>"
            )

    def answer(self, batch_size: float, rate: float, interval: Limits | None, text: str, colour: str) -> None:
        """The point that was asked for."""
        x, y = self.at(batch_size, rate)
        _, top, right, bottom = self._box
        if interval is not None:
            (_, low), (_, high) = (self.at(batch_size, end) for end in interval)
            self._parts.append(
                f"<line x1='{x:.1f}' x2='{x:.1f}' y1='{low:.1f}' y2='{high:.1f}' stroke='{colour}' stroke-width='4' "
                f"stroke-opacity='0.55'/>"
            )
        self._parts.append(
            f"<line x1='{x:.1f}' x2='{x:.1f}' y1='{top}' y2='{bottom}' stroke='{colour}' stroke-opacity='0.5'/>"
            f"<circle class='answer' data-batch='{batch_size:g}' data-value='{rate:.6g}' cx='{x:.1f}' cy='{y:.1f}' "
            f"r='7' fill='{colour}' stroke='{PAPER}' stroke-width='2'/>"
        )
        beside = x + 12 if x < right - 190 else x - 12
        self._parts.append(_text(beside, top + 17, text, "start" if beside > x else "end", bold=True))

    def svg(self, alt: str) -> str:
        """The drawing, with its text for those who cannot see it."""
        left, top, right, bottom = self._box
        frame = (
            f"<rect x='{left}' y='{top}' width='{right - left:.1f}' height='{bottom - top:.1f}' fill='none' "
            f"stroke='{GREY}' stroke-opacity='0.6'/>"
        )
        parts = [*self._grid(), *self._back, frame, *self._parts, *self._names()]
        return (
            f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {self.width:g} {self.height:g}' role='img' "
            f"aria-label='{escape(alt)}' font-size='14' {_FONT}>{''.join(parts)}</svg>"
        )

    def _grid(self) -> list[str]:
        left, top, right, bottom = self._box
        batch = axes.batch_axis(*self.x)
        ticks = list(zip(batch["tickvals"], batch["ticktext"], strict=True))  # type: ignore[call-overload]
        out = []
        for value, text in ticks[:: 1 if len(ticks) <= (right - left) / 44 else 2]:
            x = self.at(value, 1.0)[0]
            out.append(_rule(x, x, top, bottom))
            if self.y_title:
                out.append(_text(x, bottom + 18, text, "middle"))
        for value in _rates(*self.y):
            y = self.at(self.x[0], value)[1]
            out.append(_rule(left, right, y, y))
            if self.y_title:
                out.append(
                    _text(left - 7, y + 5, number(value, 2 if value < 1 and f"{value:.1e}"[2] != "0" else 1), "end")
                )
        if self.y_title:
            out.append(_text(4, 18, self.y_title))
            out.append(_text((left + right) / 2, self.height - 8, axes.batch_title(), "middle"))
        return out

    def _names(self) -> list[str]:
        """Names at the right ends of curves, moved apart where they would overlap."""
        out, above = [], -1e9
        for y, text, colour in sorted(self._labels):
            above = max(y, above + 17)
            out.append(
                f"<text x='{self._box[2] + 6:.1f}' y='{above + 5:.1f}' fill='{colour}' font-weight='600'>"
                f"{escape(text)}</text>"
            )
        return out


def span(values: Sequence[float | None], room: float = 1.25) -> Limits:
    """Ends of an axis around values."""
    usable = [value for value in values if value is not None and isfinite(value) and value > 0]
    return (min(usable) / room, max(usable) * room) if usable else (1e-4, 1.0)


def _rates(low: float, high: float) -> list[float]:
    """Ticks of an axis of rates: those of every figure, closer ones where fewer than three would be in sight."""
    inside = [value for value in axes.rate_ticks(low, high) if low <= value <= high]
    if len(inside) >= 3:
        return inside
    decades = range(floor(log10(low)), ceil(log10(high)) + 1)
    for steps in ((1, 2, 3, 5, 7), (1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9)):
        inside = [value for k in decades for m in steps if low <= (value := m * 10.0**k) <= high]
        if len(inside) >= 3:
            break
    return inside


def size_of(value: float) -> str:
    """A batch size in a drawing: `64`, or `2¹⁷` where it is long."""
    power = log(value, 2)
    return power_of_two(round(power)) if abs(power - round(power)) < 1e-9 and value >= 1e5 else f"{value:g}"


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _rule(x0: float, x1: float, y0: float, y1: float) -> str:
    return f"<line x1='{x0:.1f}' x2='{x1:.1f}' y1='{y0:.1f}' y2='{y1:.1f}' stroke='{GREY}' stroke-opacity='0.22'/>"


def _text(x: float, y: float, text: str, anchor: str = "start", *, bold: bool = False) -> str:
    weight = " font-weight='600'" if bold else ""
    return f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' fill='currentColor'{weight}>{escape(text)}</text>"


def _symbol(x: float, y: float, size: float, edge: str | None, fill: str, colour: str) -> str:
    look = f"fill='{fill}' stroke='{colour}' stroke-width='2'"
    if edge:
        way = -1 if edge == "high" else 1
        tip, base = y + way * size * 1.3, y - way * size * 0.9
        points = _path([(x, tip), (x - size * 1.2, base), (x + size * 1.2, base)])
        return f"<polygon class='bound' points='{points}' {look}/>"
    return f"<circle cx='{x:.1f}' cy='{y:.1f}' r='{size}' {look}/>"
