"""What AppTest has drawn, as numbers and words."""

from __future__ import annotations

import base64
import html
import json
import re

import numpy as np
from streamlit.testing.v1 import AppTest

from surgecore.words import say


def figure(at: AppTest, position=0) -> dict:
    return json.loads(at.get("plotly_chart")[position].proto.spec)


def values(array) -> np.ndarray:
    if isinstance(array, dict):
        return np.frombuffer(base64.b64decode(array["bdata"]), dtype=array["dtype"])
    return np.array(array, dtype=float)


def trace(spec: dict, meta: str) -> tuple[np.ndarray, np.ndarray]:
    (found,) = [trace for trace in spec["data"] if trace.get("meta") == meta]
    return values(found["x"]), values(found["y"])


def metas(spec: dict) -> list[str]:
    return [trace.get("meta") for trace in spec["data"]]


def said(at: AppTest) -> str:
    shown = [element.value for element in [*at.markdown, *at.caption]]
    shown += [html.unescape(re.sub(r"<[^>]*>", " ", text)) for text in markup(at)]
    return " ".join([*shown, *(part.label for part in at.expander)])


def markup(at: AppTest) -> list[str]:
    """What the components that draw markup were given."""
    given = [json.loads(found.proto.json) for found in at.get("bidi_component")]
    return [data["html"] for data in given if "html" in data]


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
    (zone,) = [zone for zone in app.file_uploader if zone.label == say("choice-drop")]
    zone.upload(name, data, "text/csv")
    return app


def handed(app: AppTest) -> dict:
    """What the first component was given."""
    return json.loads(app.get("bidi_component")[0].proto.json)


def open_tab(app: AppTest, name: str) -> AppTest:
    """The details of a sweep, opened at one tab: only the open one is drawn."""
    app.session_state["view"] = name
    app.run()
    assert not app.exception
    return app


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label.startswith(label)).click().run()
    assert not app.exception
    return app
