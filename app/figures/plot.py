"""Drawings as SVG text, in the style of Explore's instrument: for pages, cards, galleries and reports. Pure.

Text and axes take the colour of the text around them, so that one drawing serves the light and the dark page, and a
report on paper. Curves are named at their ends where there is room, and under the plot where there is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from math import isfinite, log
from textwrap import wrap

from figures.axes import Axis
from figures.palette import GREY, INK, PAPER, Style
from figures.symbols import path, sign
from surgecore.words import power_of_two

Limits = tuple[float, float]
#: Sizes at which a figure is drawn [px], for a page, a column of it, and a phone.
SIZES = {"wide": (800.0, 410.0), "middle": (560.0, 370.0), "narrow": (340.0, 300.0)}
FONT = 15
_FAMILY = """font-family='"Source Sans", "Source Sans 3", "Source Sans Pro", Helvetica, Arial, sans-serif'"""
_LETTER = 7.6
#: Width of a bold letter in the widest of the fonts that a reader may have, and letters of a name in one line.
_BOLD, _NAME = 10.0, 24
_ROW = 22
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
    """One measured value: where, its 95 % interval, the end of the rates that it lies beyond, and its sentence."""

    at: float
    value: float
    interval: Limits | None = None
    on_edge: str | None = None
    text: str = ""


@dataclass
class Plot:
    """A drawing on two axes.

    Attributes
    ----------
    width, height : float
        Of the drawing without its legend [px]; text is 15 px high at this size.
    x, y : Axis
        To the right, and up.
    bare : bool
        Without ticks and titles, as in a small multiple.
    names : sequence of str
        Of the curves that will be drawn. Those of a wide drawing stand at the right ends, others in the legend.
    """

    width: float
    height: float
    x: Axis
    y: Axis
    bare: bool = False
    names: Sequence[str] = ()
    _back: list[str] = field(default_factory=list)
    _parts: list[str] = field(default_factory=list)
    _labels: list[tuple[float, str, str]] = field(default_factory=list)
    _legend: list[tuple[str, str]] = field(default_factory=list)
    _taken: list[tuple[float, float]] = field(default_factory=list)

    @property
    def direct(self) -> bool:
        """Whether curves are named at their ends."""
        return self.width > 500 and bool(self.names)

    @property
    def _box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the plot."""
        if self.bare:
            return 6.0, 6.0, self.width - 6.0, self.height - 6.0
        room = (
            22.0 + _BOLD * max(len(line) for name in self.names for line in wrap(name, _NAME)) if self.direct else 16.0
        )
        return 62.0, 30.0, self.width - room, self.height - 48.0

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Place of a point; those outside stop at the frame."""
        left, top, right, bottom = self._box
        return left + self.x.part(x) * (right - left), bottom - self.y.part(y) * (bottom - top)

    def band(self, xs: Sequence[float], lows: Sequence[float], highs: Sequence[float], colour: str, key: str) -> None:
        """A band between two curves; where an end is unknown there is none."""
        known = [
            (b, low, high)
            for b, low, high in zip(xs, lows, highs, strict=True)
            if isfinite(low) and isfinite(high) and low > 0
        ]
        points = [self.at(b, high) for b, _, high in known] + [self.at(b, low) for b, low, _ in known[::-1]]
        if points:
            self._back.append(
                f"<polygon data-band='{escape(key)}' points='{path(points)}' fill='{colour}' fill-opacity='0.16'/>"
            )

    def line(self, xs: Sequence[float], ys: Sequence[float], style: Style, *, key: str, label: str = "") -> None:
        """A curve and its name."""
        points = [self.at(x, y) for x, y in zip(xs, ys, strict=True) if self.y.holds(y) and self.x.holds(x)]
        if not points:
            return
        self._taken += points
        self._parts.append(f"<polyline data-key='{escape(key)}' points='{path(points)}' fill='none' {_stroke(style)}/>")
        if label and self.direct:
            self._labels.append((points[-1][1], label, style.colour))
        elif label:
            self._legend.append((f"<line x1='0' x2='28' y1='0' y2='0' {_stroke(style)}/>", label))

    def shade(self, start: float, end: float, colour: str, text: str = "") -> None:
        """A range of the lower axis."""
        left, top, right, bottom = self._box
        x0, x1 = self.at(start, self.y.low)[0], self.at(end, self.y.low)[0]
        self._back.append(
            f"<rect class='shade' x='{x0:.1f}' y='{top}' width='{max(x1 - x0, 1):.1f}' height='{bottom - top:.1f}' "
            f"fill='{colour}' fill-opacity='0.12'/>"
        )
        if text:
            anchor, x = ("end", x1 - 6) if x1 > (left + right) / 2 else ("start", x0 + 6)
            self._parts.append(_text(x, bottom - 8, text, anchor=anchor))
            far = x + _LETTER * len(text) * (1 if anchor == "start" else -1)
            self._taken += [(x, bottom - 13), ((x + far) / 2, bottom - 13), (far, bottom - 13)]

    def level(self, value: float, start: float, end: float, text: str, label: str) -> None:
        """One value between two places, as a bracket with its name; its sentence is read out."""
        (x0, y), (x1, _) = self.at(start, value), self.at(end, value)
        ends = "".join(f"<line x1='{x:.1f}' x2='{x:.1f}' y1='{y - 6:.1f}' y2='{y + 6:.1f}'/>" for x in (x0, x1))
        self._parts.append(
            f"<g class='witness' data-text='{escape(text)}' stroke='currentColor' stroke-width='2'>"
            f"<line x1='{x0:.1f}' x2='{x1:.1f}' y1='{y:.1f}' y2='{y:.1f}' stroke-dasharray='5 3'/>{ends}</g>"
        )
        sample = "<path d='M0-5V5M0 0H28M28-5V5' fill='none' stroke='currentColor' stroke-width='2'/>"
        self._legend.append((sample, label))

    def level_at(self, value: float) -> None:
        """A thin line across the plot."""
        left, _, right, _ = self._box
        y = self.at(self.x.low, value)[1]
        self._parts.append(_rule(left, right, y, y, opacity=1.0))

    def marks(
        self, marks: Sequence[Mark], *, key: str = "measured", size: float = 5.0, colour: str = INK, fill: str = PAPER,
        name: str = "circle", label: str = "", bars: str = GREY,
    ) -> None:  # fmt: skip
        """Measured values, never joined: signs with bars, triangles for bounds."""
        for mark in marks:
            x, y = self.at(mark.at, mark.value)
            self._taken.append((x, y))
            bar = ""
            if mark.interval is not None and not mark.on_edge:
                (_, low), (_, high) = (self.at(mark.at, end) for end in mark.interval)
                self._taken += [(x, low + (high - low) * k / 8) for k in range(9)]
                bar = (
                    f"<line x1='{x:.1f}' x2='{x:.1f}' y1='{low:.1f}' y2='{high:.1f}' stroke='{bars}' stroke-width='2'/>"
                )
            ends = "" if mark.interval is None else " data-interval='{:.6g} {:.6g}'".format(*mark.interval)
            drawn = sign(x, y, size, name, PAPER if mark.on_edge else fill, colour, bound=mark.on_edge)
            self._parts.append(
                f"<g class='mark' data-key='{escape(key)}' data-x='{mark.at:.6g}' data-value='{mark.value:.6g}'{ends} "
                f"data-text='{escape(mark.text)}'>{bar}{drawn}</g>"
            )
        if marks and label:
            self.entry(name, label, size=size, colour=colour, fill=fill)

    def entry(self, name: str, label: str, *, size: float = 5.0, colour: str = INK, fill: str = PAPER) -> None:
        """A sign in the legend."""
        self._legend.append((sign(14, 0, size, name, fill, colour), label))

    def answer(self, at: float, value: float, interval: Limits | None, text: str, colour: str) -> None:
        """The point that was asked for."""
        x, y = self.at(at, value)
        _, top, _, bottom = self._box
        if interval is not None:
            (_, low), (_, high) = (self.at(at, end) for end in interval)
            self._parts.append(
                f"<line x1='{x:.1f}' x2='{x:.1f}' y1='{low:.1f}' y2='{high:.1f}' stroke='{colour}' stroke-width='4' "
                f"stroke-opacity='0.55'/>"
            )
        self._parts.append(
            f"<line x1='{x:.1f}' x2='{x:.1f}' y1='{top}' y2='{bottom}' stroke='{colour}' stroke-opacity='0.5'/>"
            f"<circle class='answer' data-x='{at:g}' data-value='{value:.6g}' cx='{x:.1f}' cy='{y:.1f}' "
            f"r='7' fill='{colour}' stroke='{PAPER}' stroke-width='2'/>"
        )
        self._parts.append(self._beside(x, text))

    def _beside(self, x: float, text: str) -> str:
        """A text beside a vertical line, on the side and at the end of it where least is drawn."""
        left, top, right, bottom = self._box
        long = 8.6 * len(text)
        sides = [start for start in (x + 12, x - 12 - long) if left < start < right - long]
        places = [(start, y) for start in sides or [right - long - 4] for y in (top + 17, bottom - 10)]

        def covered(place: tuple[float, float]) -> int:
            x0, y0 = place
            return sum(x0 - 8 < px < x0 + long + 8 and y0 - 24 < py < y0 + 12 for px, py in self._taken)

        start, y = min(places, key=covered)
        return _text(start + long, y, text, "end", bold=True) if start < x else _text(start, y, text, bold=True)

    def note(self, text: str) -> None:
        """A sentence in the middle, where there is nothing to draw."""
        left, top, right, bottom = self._box
        self._parts.append(_text((left + right) / 2, (top + bottom) / 2, text, "middle"))

    def svg(self, alt: str) -> str:
        """The drawing, with its text for those who cannot see it."""
        left, top, right, bottom = self._box
        frame = (
            f"<rect class='frame' x='{left}' y='{top}' width='{right - left:.1f}' height='{bottom - top:.1f}' "
            f"fill='none' stroke='{GREY}' stroke-opacity='0.6'/>"
        )
        rows, height = self._rows()
        parts = [*self._grid(), *self._back, frame, *self._parts, *self._names(), *rows]
        return (
            f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {self.width:g} {height:g}' role='img' "
            f"aria-label='{escape(alt)}' font-size='{FONT}' {_FAMILY}>{''.join(parts)}</svg>"
        )

    def _grid(self) -> list[str]:
        left, top, right, bottom = self._box
        out, ticks = [], self.x.ticks
        longest = max([28.0, *(_LETTER * len(text) for _, text in ticks)])
        for value, text in ticks[:: 1 if len(ticks) * (longest + 14) <= right - left else 2]:
            x = self.at(value, self.y.low)[0]
            out.append(_rule(x, x, top, bottom))
            if not self.bare:
                out.append(_text(x, bottom + 19, text, "middle"))
        for value, text in self.y.ticks:
            y = self.at(self.x.low, value)[1]
            out.append(_rule(left, right, y, y))
            if not self.bare:
                out.append(_text(left - 7, y + 5, text, "end"))
        if not self.bare:
            out.append(_text(4, 18, self.y.title))
            out.append(_text((left + right) / 2, self.height - 8, self.x.title, "middle"))
        return out

    def _names(self) -> list[str]:
        """Names at the right ends of curves, moved apart where they would overlap."""
        out, free = [], -1e9
        for y, text, colour in sorted(self._labels):
            lines = wrap(text, _NAME)
            top = max(y - 9 * (len(lines) - 1), free)
            free = top + 18 * len(lines) + 3
            x = f"{self._box[2] + 7:.1f}"
            spans = (
                f"<tspan x='{x}' y='{top + 5 + 18 * k:.1f}'>{escape(line)}{' ' if k < len(lines) - 1 else ''}</tspan>"
                for k, line in enumerate(lines)
            )
            look = f"class='name' style='--line: {colour}' fill='{colour}' font-weight='600'"
            out.append(f"<text {look}>{''.join(spans)}</text>")
        return out

    def _rows(self) -> tuple[list[str], float]:
        """The legend under the plot, as many entries a row as fit, and the height with it."""
        if not self._legend:
            return [], self.height
        out, x, y = [], 12.0, self.height + 14
        most = max(int((self.width - 12 - 36) / _LETTER), 12)
        for sample, label in self._legend:
            first, *more = wrap(label, most) or [""]
            width = 36 + _LETTER * len(first) + 20
            if x > 12 and (x + width > self.width or more):
                x, y = 12.0, y + _ROW
            rest = "".join(_text(36, 5 + _ROW * k, line) for k, line in enumerate(more, 1))
            entry = f"{sample}{_text(36, 5, first)}{rest}"
            out.append(f"<g class='legend' transform='translate({x:.1f} {y:.1f})'>{entry}</g>")
            x, y = (self.width, y + _ROW * len(more)) if more else (x + width, y)
        return out, y + 12


def size_of(value: float) -> str:
    """A batch size in a drawing: `64`, or `2¹⁷` where it is long."""
    power = log(value, 2)
    return power_of_two(round(power)) if abs(power - round(power)) < 1e-9 and value >= 1e5 else f"{value:g}"


def _stroke(style: Style) -> str:
    dash = _DASHES.get(style.dash, style.dash.replace("px", "").replace(",", " "))
    dashes = f" stroke-dasharray='{dash}'" if dash else ""
    return f"stroke='{style.colour}' stroke-width='{style.width}'{dashes}"


def _rule(x0: float, x1: float, y0: float, y1: float, opacity: float = 0.22) -> str:
    return f"<line x1='{x0:.1f}' x2='{x1:.1f}' y1='{y0:.1f}' y2='{y1:.1f}' stroke='{GREY}' stroke-opacity='{opacity}'/>"


def _text(x: float, y: float, text: str, anchor: str = "start", *, bold: bool = False) -> str:
    weight = " font-weight='600'" if bold else ""
    return f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' fill='currentColor'{weight}>{escape(text)}</text>"
