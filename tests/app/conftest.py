from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from surgecore import Entry, load_catalogue

ROOT = Path(__file__).parents[2]


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_file(str(ROOT / "app" / "streamlit_app.py"), default_timeout=240)


@pytest.fixture(scope="session")
def bundled() -> tuple[Entry, ...]:
    return load_catalogue(ROOT / "data")
