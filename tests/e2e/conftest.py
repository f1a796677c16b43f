"""A running app and a real browser: the system's Chromium first, else Playwright's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from driving import HANGS, patient
from find_browser import find_browser
from playwright.sync_api import Browser, BrowserContext, Page, expect
from served import Served

from surgecore.words.phrases import LANGUAGE, PSEUDO

LOCAL = {"127.0.0.1", "localhost"}
#: On a page's own address Streamlit first looks for its server below that address, then at the root.
PROBES = ("/_stcore/health", "/_stcore/host-config")

expect.set_options(timeout=HANGS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come first: they wait most, and of two processes one keeps its server and its browser.

    Each has a second try, which the summary names: a browser, a server and a test on one busy machine lose a click
    now and then that no reader would lose. A test that is listed there is to be mended.
    """
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.flaky(reruns=1))
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


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
    # pages of one server share a process, and with it the scripts that are compiled; what is drawn without a GPU needs
    # no process of its own
    args = ["--no-sandbox", "--disable-gpu", "--in-process-gpu", "--no-first-run", "--process-per-site", *quiet]
    return {**browser_type_launch_args, "executable_path": path, "args": args}


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


@pytest.fixture(scope="session")
def context(browser: Browser, url: str) -> Iterator[BrowserContext]:
    """One for all tests: in a fresh one the browser fetches and compiles Streamlit's scripts anew, a second of CPU.

    The app keeps nothing in the browser but the address and, for a tab, its first charts. A blank page holds the
    window, whose frame costs as much.
    """
    shared = browser.new_context()
    shared.new_page().goto(f"{url}/_stcore/health")
    yield shared
    shared.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    before = set(context.pages)
    yield patient(context.new_page())
    context.set_offline(False)
    context.clear_cookies()
    for each in set(context.pages) - before:
        each.close()


@pytest.fixture
def clocked(browser: Browser) -> Iterator[Page]:
    """A page whose clock the test winds: it belongs to a context, so this one has its own."""
    with browser.new_context() as own:
        yield patient(own.new_page())


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
