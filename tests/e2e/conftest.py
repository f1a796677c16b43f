"""A running app and a real browser: the system's Chromium first, else Playwright's own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from find_browser import find_browser
from playwright.sync_api import Page, expect

from surgecore.words.phrases import LANGUAGE, PSEUDO

ROOT = Path(__file__).parents[2]
LOCAL = {"127.0.0.1", "localhost"}
#: On a page's own address Streamlit first looks for its server below that address, then at the root.
PROBES = ("/_stcore/health", "/_stcore/host-config")

# No test asks how fast a page is: these only end one that hangs, on a slow and busy machine too.
HANGS = 90_000
expect.set_options(timeout=HANGS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    path = find_browser()
    if path is None:
        say = pytest.fail if os.environ.get("CI", "").lower() == "true" else pytest.skip
        say("no Chromium found: install one, or run `make browser`")
    quiet = [
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    args = ["--no-sandbox", "--disable-gpu", "--no-first-run", *quiet]
    return {**browser_type_launch_args, "executable_path": path, "args": args}


class Served:
    """The app as a child process on a free port; it can be stopped, and started again at the same address."""

    def __init__(self, **environment: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url, self.environment = f"http://127.0.0.1:{self.port}", {**os.environ, **environment}

    def start(self) -> None:
        entry = str(ROOT / "app" / "serve" / "asgi.py")
        command = [sys.executable, "-m", "streamlit", "run", entry, "--server.port", str(self.port)]
        command += ["--server.address", "127.0.0.1"]
        self.log = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed by stop
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdout=self.log, stderr=subprocess.STDOUT, env=self.environment
        )  # fmt: skip
        if not healthy(self.process, self.url):
            self.log.seek(0)
            said = self.log.read()
            self.stop()
            pytest.fail(f"the app did not start:\n{said}")

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)
        self.log.close()


def serving(**environment: str) -> Iterator[str]:
    """Address of the app, stopped in the end."""
    served = Served(**environment)
    served.start()
    yield served.url
    served.stop()


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    """Address of the app in English."""
    yield from serving()


@pytest.fixture(scope="session")
def pseudo_url() -> Iterator[str]:
    """Address of the app in the pseudo-language."""
    yield from serving(**{LANGUAGE: PSEUDO})


def healthy(process: subprocess.Popen, address: str, tries: int = 600) -> bool:
    for _ in range(tries):
        try:
            process.wait(timeout=0.1)
        except subprocess.TimeoutExpired:
            try:
                with urllib.request.urlopen(f"{address}/_stcore/health", timeout=5) as answer:
                    return answer.read() == b"ok"
            except OSError:  # not there yet, or too busy to answer
                continue
        else:
            return False
    return False


@pytest.fixture(autouse=True)
def patient(page: Page) -> None:
    page.set_default_timeout(HANGS)
    page.set_default_navigation_timeout(HANGS)


@pytest.fixture
def errors(page: Page) -> list[str]:
    """What the browser's console complains about, and what the page throws."""
    found: list[str] = []

    def note(message) -> None:
        address = urlsplit(message.location.get("url", ""))
        if message.type == "error" and not address.path.endswith(PROBES):
            found.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


@pytest.fixture
def abroad(page: Page) -> list[str]:
    """Addresses outside this machine that the page asked for."""
    found: list[str] = []

    def note(request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.hostname not in LOCAL:
            found.append(request.url)

    page.on("request", note)
    page.on("websocket", note)
    return found


@pytest.fixture
def open_explore(page, url):
    def opened(query=""):
        page.goto(f"{url}/explore{query}")
        expect(page.locator(".surge[data-ready]")).to_be_visible()
        expect(page.locator(".words strong")).not_to_be_empty()
        return page

    return opened
