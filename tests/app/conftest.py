from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest
from choice import made
from shell import frame
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from surgecore import Entry, load_catalogue
from surgecore.sweeps import beside

ROOT = Path(__file__).parents[2]


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_file(str(ROOT / "app" / "streamlit_app.py"), default_timeout=240)


@pytest.fixture(scope="session", autouse=True)
def packages_looked_at_once() -> Iterator[None]:
    """Each `AppTest` looks through all installed packages for components: a fifth of a second, always the same."""
    with pytest.MonkeyPatch.context() as patch:
        found = manifest_scanner.scan_component_manifests()
        patch.setattr(manifest_scanner, "scan_component_manifests", lambda *_: found)
        patch.setattr(frame, "_SETTLE", 0.0)  # there is no browser that would draw too early
        yield


@pytest.fixture(scope="session")
def bundled() -> tuple[Entry, ...]:
    return load_catalogue(ROOT / "data")


@pytest.fixture(scope="session")
def known() -> dict[bytes, tuple]:
    """What workers found out in this run of the tests."""
    return {}


@pytest.fixture(autouse=True)
def analysed_once(known, monkeypatch) -> None:
    """What a worker found out about a sweep is kept: dozens of visits here bring the same few files."""
    asked = beside._ask

    def ask(process, task):
        if task.make is not beside.analysed:
            return asked(process, task)
        (sweep,) = task.arguments
        key = pickle.dumps(replace(sweep), 5)  # without what was made of it
        if key not in known:
            analysis = replace(asked(process, task), sweep=None)
            given = {field.name for field in fields(sweep)} | {made.MADE}
            known[key] = analysis, {name: value for name, value in vars(sweep).items() if name not in given}
        analysis, found = known[key]
        vars(sweep).update(found)
        return replace(analysis, sweep=sweep)

    monkeypatch.setattr(beside, "_ask", ask)
