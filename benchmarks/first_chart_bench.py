"""How long until the first chart of each page stands, beside a page with one `st.plotly_chart`.

Each is opened in a browser of its own: cold, with nothing in the cache, and warm, by a reload. A busy machine slows
all of them alike, so the ratio to the plain page is what to read.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.parse import quote

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from find_browser import find_browser  # noqa: E402

ROUNDS = 3
PLAIN = """import plotly.graph_objects as go
import streamlit as st
st.title("Plain")
st.plotly_chart(go.Figure(go.Scatter(x=[1, 2, 3], y=[1, 3, 2])))
"""
SHIFT = """window.shift = 0; new PerformanceObserver((list) => { for (const e of list.getEntries())
    if (!e.hadRecentInput) window.shift += e.value; }).observe({ type: "layout-shift", buffered: true })"""


@contextmanager
def served(script: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    process = subprocess.Popen(
        [*command, "--server.address", "127.0.0.1", "--server.headless", "true"], cwd=ROOT,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2)
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def measure(browser: Browser, url: str, selector: str) -> tuple[float, float, float]:
    """Seconds cold, seconds warm, layout shift of the cold load."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.add_init_script(SHIFT)
    times = []
    for go in (lambda: page.goto(url, wait_until="commit"), lambda: page.reload(wait_until="commit")):
        start = time.perf_counter()
        go()
        page.wait_for_selector(selector, timeout=60_000)
        times.append(time.perf_counter() - start)
        if len(times) == 1:
            page.wait_for_timeout(1500)
            shift = float(page.evaluate("window.shift"))
    page.context.close()
    return times[0], times[1], shift


def main() -> None:
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"])
        script = Path(folder) / "plain.py"
        script.write_text(PLAIN, encoding="utf-8")
        pages = {"plain Streamlit": (script, "", ".js-plotly-plot .cartesianlayer")}
        app = ROOT / "app" / "streamlit_app.py"
        pages["Learn"] = (app, "/learn", ".story .law-square_root")
        pages["Explore"] = (app, "/explore", ".surge .law-exact")
        sweep = quote("Digits MLP, sign descent, 20 steps")
        pages["Your sweep"] = (app, f"/sweep?sweep={sweep}", ".drawing[data-ready] svg")
        pages["Compare"] = (app, f"/sweep?sweep={sweep}&fold-compare=true", ".drawing[data-ready] svg")
        pages["Evidence"] = (app, "/evidence", ".gallery svg")
        pages["Why"] = (app, "/evidence?part=Why", ".stairs svg")
        pages["Train"] = (app, "/train", ".surface[data-ready]")
        base = None
        for name, (entry, path, selector) in pages.items():
            with served(entry) as url:
                measure(browser, url + path, selector)  # the server's first visitor pays for the imports
                found = [measure(browser, url + path, selector) for _ in range(ROUNDS)]
            cold, warm, shift = (median(column) for column in zip(*found, strict=True))
            base = base or (cold, warm)
            print(
                f"{name}: cold {cold:.2f} s ({cold / base[0]:.2f} of plain), warm {warm:.2f} s "
                f"({warm / base[1]:.2f} of plain), layout shift {shift:.3f}"
            )
        browser.close()


if __name__ == "__main__":
    main()
