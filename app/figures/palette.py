"""How each curve looks, said once: its colour, dash and width by key; `surgecore.words.curve` has its name.

Every colour has a contrast of at least 3 to 1 on the light and on the dark background, and the dash is the
second cue for those who do not see the hue. Measured points are white discs with a dark ring, which stand out
on either background and on a heat map.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Style:
    colour: str
    dash: str
    width: float = 2.0

    def line(self) -> dict[str, object]:
        return {"color": self.colour, "dash": self.dash, "width": self.width, "simplify": False}

    def fill(self, opacity: float) -> str:
        red, green, blue = (int(self.colour[i : i + 2], 16) for i in (1, 3, 5))
        return f"rgba({red}, {green}, {blue}, {opacity})"


_EXACT = Style("#2b7cc4", "solid", 3.0)

#: Look of every curve by its key: law families, the smooth path, curves of Explore, predictions of a checkpoint.
STYLES = MappingProxyType(
    {
        "equal_snr": _EXACT,
        "lognormal_snr": Style("#5b5fc7", "10px,2px", 2.5),
        "exact": _EXACT,
        "independent": _EXACT,
        "surge": Style("#d2600a", "dash", 2.5),
        "correlated": Style("#b8800a", "solid", 3.0),
        "plateau": Style("#7c8490", "3px,4px", 2.0),
        "sgd": Style("#1e9a6e", "dot", 2.5),
        "square_root": Style("#a45fb8", "dashdot", 2.0),
        "saturating_half": Style("#c4527f", "longdash", 2.0),
        "linear": Style("#2a93a8", "longdashdot", 2.0),
        "power": Style("#b8800a", "12px,3px", 2.0),
        "saturating": Style("#8f7a2e", "6px,3px,2px,3px,2px,3px", 2.0),
        "general_surge": Style("#c0392b", "8px,3px,2px,3px", 2.0),
        "constant": Style("#7c8490", "2px,6px", 2.0),
        "smooth_path": Style("#5f8c1e", "5px,3px", 3.0),
        "sampled": Style("#1e9a6e", "longdash", 2.5),
        "quartic": Style("#7c8490", "longdashdot", 2.0),
        "line_search": Style("#c4527f", "dashdot", 2.5),
    }
)

INK = "#1d2127"
PAPER = "#ffffff"
GREY = "#7c8490"
GRID = "rgba(124, 132, 144, 0.22)"
DIVERGED = "#d2600a"

MEASURED = {"color": PAPER, "size": 10, "line": {"color": INK, "width": 2.5}}
ERROR_BAR = {"color": GREY, "thickness": 2, "width": 4}
