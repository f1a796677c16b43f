"""What AppTest has drawn, as numbers and words."""

from __future__ import annotations

import base64
import json

import numpy as np
from streamlit.testing.v1 import AppTest


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
    return " ".join(element.value for element in [*at.markdown, *at.caption])


def upload(app: AppTest, data: bytes, name: str = "mine.csv") -> AppTest:
    app.file_uploader(key="upload").upload(name, data, "text/csv").run()
    assert not app.exception
    return app


def handed(app: AppTest) -> dict:
    """What the first component was given."""
    return json.loads(app.get("bidi_component")[0].proto.json)
