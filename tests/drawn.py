"""What AppTest has drawn, as numbers and words: drawings are SVG text, the loss map is Plotly's."""

from __future__ import annotations

import base64
import html
import json
import re
from xml.etree.ElementTree import Element, fromstring

import numpy as np
from choice import source
from streamlit.testing.v1 import AppTest

from surgecore.words import say

#: A term of the glossary in markup, whose words are those of the sentence.
TERM = re.compile(r'<span class="term"[^>]*>([^<]*)</span>')


def loss_map(at: AppTest) -> dict:
    """The one figure of Plotly."""
    (found,) = at.get("plotly_chart")
    return json.loads(found.proto.spec)


def drawings(at: AppTest) -> list[Element]:
    """The drawings of the page, each at its widest."""
    return [parsed(data["sizes"]["wide"]) for data in components(at) if "sizes" in data]


def parsed(svg: str) -> Element:
    return fromstring(svg.replace("xmlns=", "data-xmlns=", 1))


def marks(drawn: Element, key="measured") -> tuple[np.ndarray, np.ndarray]:
    """Places and values of the measured marks."""
    found = [(float(g.get("data-x")), float(g.get("data-value"))) for g in marked(drawn, key)]
    return tuple(np.array(column) for column in zip(*found, strict=True))


def marked(drawn: Element, key="measured") -> list[Element]:
    return [g for g in drawn.iter("g") if g.get("class") == "mark" and g.get("data-key") == key]


def curve(drawn: Element, key: str) -> tuple[np.ndarray, np.ndarray]:
    """A line in the numbers of its axes, which the measured discs tell: a tenth of a pixel is its precision."""
    (line,) = [line for line in drawn.iter("polyline") if line.get("data-key") == key]
    return tuple(_unscaled(drawn, np.array([p.split(",") for p in line.get("points").split()], dtype=float)))


def band(drawn: Element, key: str) -> tuple[np.ndarray, np.ndarray]:
    (area,) = [area for area in drawn.iter("polygon") if area.get("data-band") == key]
    return tuple(_unscaled(drawn, np.array([p.split(",") for p in area.get("points").split()], dtype=float)))


def _unscaled(drawn: Element, pixels: np.ndarray) -> list[np.ndarray]:
    discs = [g for g in marked(drawn) if g.find("circle") is not None]
    out = []
    for axis, (place, value) in enumerate((("cx", "data-x"), ("cy", "data-value"))):
        at = [float(g.find("circle").get(place)) for g in discs]
        slope, start = np.polyfit(at, np.log([float(g.get(value)) for g in discs]), 1)
        out.append(np.exp(start + slope * pixels[:, axis]))
    return out


def keys(drawn: Element) -> list[str]:
    """What is drawn, from back to front: bands, lines, and marks once each."""
    found = [
        f"{part.get('data-band')} band" if part.get("data-band") else part.get("data-key") for part in drawn.iter()
    ]
    return list(dict.fromkeys(key for key in found if key))


def texts(drawn: Element) -> list[str]:
    return ["".join(text.itertext()) for text in drawn.iter("text")]


def values(array) -> np.ndarray:
    if isinstance(array, dict):
        return np.frombuffer(base64.b64decode(array["bdata"]), dtype=array["dtype"])
    return np.array(array, dtype=float)


def trace(spec: dict, meta: str) -> tuple[np.ndarray, np.ndarray]:
    (found,) = [trace for trace in spec["data"] if trace.get("meta") == meta]
    return values(found["x"]), values(found["y"])


def metas(spec: dict) -> list[str]:
    return [trace.get("meta") for trace in spec["data"]]


def unmarked(text: str) -> str:
    """A sentence as it was said: without the marks of its terms, and with plain spaces."""
    return TERM.sub(r"\1", text).replace("\u00a0", " ")


def said(at: AppTest) -> str:
    shown = [unmarked(element.value) for element in [*at.markdown, *at.caption]]
    shown += [html.unescape(re.sub(r"<[^>]*>", " ", unmarked(text))) for text in markup(at)]
    return " ".join([*shown, *(part.label for part in at.expander)])


def markup(at: AppTest) -> list[str]:
    """What the components that draw markup were given."""
    return [data["html"] + data["more"] for data in components(at) if "html" in data]


def components(at: AppTest) -> list[dict]:
    """What the components were given; the one that listens for terms is given nothing."""
    given = [json.loads(found.proto.bytes or found.proto.json or "null") for found in at.get("bidi_component")]
    return [data for data in given if data is not None]


def unfold(at: AppTest, key: str) -> AppTest:
    """A folded part, opened: only then it is made."""
    at.session_state[key] = True
    at.run()
    assert not at.exception
    return at


def upload(app: AppTest, data: bytes, name: str = "mine.csv") -> AppTest:
    drop(app, name, data).run()
    assert not app.exception
    return app


def drop(app: AppTest, name: str, data: bytes) -> AppTest:
    """A file in the drop zone, of the page or of its chip."""
    if not any(zone.label == say("choice-drop") for zone in app.file_uploader):
        unfold(app, source.OPEN)
    (zone,) = [zone for zone in app.file_uploader if zone.label == say("choice-drop")]
    zone.upload(name, data, "text/csv")
    return app


def handed(app: AppTest) -> dict:
    """What the first component was given."""
    return components(app)[0]


def open_fold(app: AppTest, name: str) -> AppTest:
    """One of the folded parts of a sweep: only the open ones are drawn."""
    return unfold(app, f"fold-{name}")


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label.startswith(label)).click().run()
    assert not app.exception
    return app


def box(app, key):
    """The box of the choice of a sweep, which is opened for it: each thing on show has its own."""
    if source.OPEN not in app.session_state or not app.session_state[source.OPEN]:
        unfold(app, source.OPEN)
    found, *others = [found for found in app.selectbox if (found.key or "").startswith(f"{key} of ")]
    assert not others
    return found
