"""What a component is given, written once: Streamlit would look through it for tables and write it twice a rerun."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def written(data: Mapping[str, Any]) -> bytes:
    """As JSON, which `text/given.js` reads."""
    return json.dumps(data).encode()
