"""How each law looks, said once: one colour and one dash per law key, the same in every figure.

Every colour has a contrast of at least 3 to 1 on the light and on the dark background, and the dash is the
second cue for those who do not see the hue. Measured points are white discs with a dark ring, which stand out
on either background and on a heat map.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from surgecore import LAWS


@dataclass(frozen=True)
class Style:
    label: str
    colour: str
    dash: str
    width: float = 2.0

    def line(self) -> dict[str, object]:
        return {"color": self.colour, "dash": self.dash, "width": self.width, "simplify": False}

    def fill(self, opacity: float) -> str:
        red, green, blue = (int(self.colour[i : i + 2], 16) for i in (1, 3, 5))
        return f"rgba({red}, {green}, {blue}, {opacity})"


_LOOK = {
    "equal_snr": ("#2b7cc4", "solid", 3.0),
    "surge": ("#d2600a", "dash", 2.5),
    "sgd": ("#1e9a6e", "dot", 2.5),
    "square_root": ("#a45fb8", "dashdot", 2.0),
    "saturating_half": ("#c4527f", "longdash", 2.0),
    "linear": ("#2a93a8", "longdashdot", 2.0),
    "power": ("#b8800a", "12px,3px", 2.0),
    "saturating": ("#8f7a2e", "6px,3px,2px,3px,2px,3px", 2.0),
    "general_surge": ("#c0392b", "8px,3px,2px,3px", 2.0),
    "constant": ("#7c8490", "2px,6px", 2.0),
}

#: Look of every law family by its key; "exact" is the law that "equal_snr" is a special case of.
STYLES = MappingProxyType(
    {key: Style(LAWS[key].label, *look) for key, look in _LOOK.items()}
    | {"exact": Style("Exact law (Theorem 2)", *_LOOK["equal_snr"])}
)

#: Look of every rung of the ladder of predictions; the laws among them look as everywhere.
RUNG_STYLES = MappingProxyType(
    {
        "surge": STYLES["surge"],
        "independent": STYLES["exact"],
        "correlated": Style("Exact law, correlated gradients", "#b8800a", "solid", 3.0),
        "sampled": Style("Sampled updates, quadratic loss", "#1e9a6e", "longdash", 2.5),
        "quartic": Style("Sampled updates, loss to fourth order", "#7c8490", "longdashdot", 2.0),
        "line_search": Style("Sampled updates, line search on the loss", "#c4527f", "dashdot", 2.5),
    }
)

INK = "#1d2127"
PAPER = "#ffffff"
GREY = "#7c8490"
GRID = "rgba(124, 132, 144, 0.22)"
DIVERGED = "#d2600a"

MEASURED = {"color": PAPER, "size": 10, "line": {"color": INK, "width": 2.5}}
ERROR_BAR = {"color": GREY, "thickness": 2, "width": 4}


def label(key: str, labels: Mapping[str, str] | None = None) -> str:
    return (labels or {}).get(key) or STYLES[key].label
