"""How long until the first chart of each page stands, and how far what is there jumps.

Each page is opened in a browser of its own: cold, with nothing in the cache, and warm, by `RELOADS`; beside it a page
with one `st.plotly_chart`, as Streamlit serves it. The page's own clock counts from the start of the navigation to the
frame after which the chart is in the document with a size. Loaded again, a page draws the charts of its first view
from what it was handed before (`components/early/first.js`), and the session's own take their places: `session` is when
those are drawn. A busy machine slows all of them alike, so the ratio to the plain page is what to read. Each figure is
the median of `ROUNDS`, of all their reloads for a warm one, with the lowest and the highest; the exit status is 1 where
a bar is missed.

`python benchmarks/first_chart_bench.py Learn Lab` measures these pages alone, `--width 360` on a phone.
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple
from urllib.parse import quote

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from find_browser import find_browser  # noqa: E402

ROUNDS, RELOADS = 3, 4
PLAIN = """import plotly.graph_objects as go
import streamlit as st
st.title("Plain")
st.plotly_chart(go.Figure(go.Scatter(x=[1, 2, 3], y=[1, 3, 2])))
"""
PLAIN_CHART = ".js-plotly-plot .cartesianlayer"
SWEEP = "/sweep?sweep=" + quote("Digits MLP, sign descent, 20 steps")
#: Address and first chart of each page; the derivation has formulas.
PAGES = {
    "Learn": ("/learn", ".story .law-square_root"),
    "Lesson": ("/lesson", ".lesson .chart"),
    "Derivation": ("/derivation", ".katex-display .katex-html"),
    "Lab": ("/lab", ".lab[data-ready]"),
    "Explore": ("/explore", ".surge .law-exact"),
    "Your sweep": (SWEEP, ".drawing[data-ready] svg"),
    "Compare": (f"{SWEEP}&fold-compare=true", ".drawing[data-ready] svg"),
    "Evidence": ("/evidence", ".gallery svg"),
    "Why": ("/evidence?part=Why", ".stairs svg"),
    "Train": ("/train", ".surface[data-ready]"),
}
#: Bars: the share of the plain page's time, the sum of shifts, and for Learn seconds cold and warm.
SHARE, SHIFT, LEARN = 0.8, 0.1, (2.0, 0.6)
#: Marks, in the page's own clock, the frame after which the chart is there, and the session's own; adds up what jumps.
CLOCK = """(() => {
  const roots = [document], attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, options);
    roots.push(root);
    return root;
  };
  window.shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  const stands = (node) => node.getBoundingClientRect().width * node.getBoundingClientRect().height > 0;
  const isOwn = (node) => !(node.getRootNode().host ?? node).closest("[data-surge=first]");
  const has = (root, wanted) => [...root.querySelectorAll(SELECTOR)].some((node) => wanted(node) && stands(node));
  const look = () => {
    const own = roots.some((root) => has(root, isOwn)),
      drawn = own || window.drawn !== undefined || roots.some((root) => has(root, () => true));
    requestAnimationFrame(() => {
      if (drawn) window.drawn ??= performance.now();
      if (own) window.own = performance.now();
    });
    if (!own) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()"""


class Found(NamedTuple):
    """Of each load: seconds cold, warm, and warm until the session's own stands; the largest layout shift."""

    cold: list[float]
    warm: list[float]
    own: list[float]
    shift: float


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
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2)
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def drawn(page: Page) -> tuple[float, float]:
    """Seconds until the chart stood, and the session's own; asked seldom, so that asking takes no time from it."""
    for _ in range(300):
        if found := page.evaluate("window.own ? [window.drawn, window.own] : null"):
            return found[0] / 1000, found[1] / 1000
        page.wait_for_timeout(200)
    raise TimeoutError(f"no chart at {page.url} within a minute")


def measure(browser: Browser, url: str, selector: str, width: int) -> Found:
    """One visitor: a first load and reloads."""
    page = browser.new_context(viewport={"width": width, "height": 900 if width > 480 else 740}).new_page()
    page.add_init_script(CLOCK.replace("SELECTOR", json.dumps(selector)))
    times, shifts = [], []
    for load in range(1 + RELOADS):
        page.reload(wait_until="commit") if load else page.goto(url, wait_until="commit")
        times.append(drawn(page))
        page.wait_for_timeout(1500)
        shifts.append(float(page.evaluate("window.shift")))
    page.context.close()
    first, own = zip(*times, strict=True)
    return Found([first[0]], list(first[1:]), list(own[1:]), max(shifts))


def together(rounds: Sequence[Found]) -> Found:
    """The loads of all visitors."""
    cold, warm, own = ([time for found in rounds for time in found[kind]] for kind in range(3))
    return Found(cold, warm, own, max(found.shift for found in rounds))


def missed(name: str, found: Found, base: Found) -> list[str]:
    """The bars that a page misses."""
    cold, warm = median(found.cold), median(found.warm)
    cold_share, warm_share = cold / median(base.cold), warm / median(base.warm)
    bars = {
        f"cold {cold_share:.2f} of plain > {SHARE}": cold_share > SHARE,
        f"warm {warm_share:.2f} of plain > {SHARE}": warm_share > SHARE,
        f"shift {found.shift:.3f} > {SHIFT}": found.shift > SHIFT,
        f"cold {cold:.2f} s > {LEARN[0]}": name == "Learn" and cold > LEARN[0],
        f"warm {warm:.2f} s > {LEARN[1]}": name == "Learn" and warm > LEARN[1],
    }
    return [f"{name}: {said}" for said, is_missed in bars.items() if is_missed]


def compare(browser: Browser, plain: str, ours: str, names: Sequence[str], width: int) -> list[str]:
    """Print each page's figures; plain and page take turns, so that both see the same machine."""
    failed = []
    measure(browser, plain, PLAIN_CHART, width)  # the server's first visitor pays for the imports
    for name in names:
        path, selector = PAGES[name]
        measure(browser, ours + path, selector, width)
        rounds = [
            (measure(browser, plain, PLAIN_CHART, width), measure(browser, ours + path, selector, width))
            for _ in range(ROUNDS)
        ]
        base, found = (together(column) for column in zip(*rounds, strict=True))
        print(
            f"{name}, {width} px: cold {_said(found.cold, base.cold)}; warm {_said(found.warm, base.warm)}; "
            f"session {_said(found.own, base.own)}; layout shift {found.shift:.3f}",
            flush=True,
        )
        failed += missed(f"{name}, {width} px" if name != "Learn" else name, found, base)
    return failed


def _said(times: Sequence[float], plain: Sequence[float]) -> str:
    return (
        f"{median(times):.2f} s ({min(times):.2f} to {max(times):.2f}; "
        f"{median(times) / median(plain):.2f} of plain {median(plain):.2f})"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*", metavar="page", help=f"of {', '.join(PAGES)}; all of them by default")
    parser.add_argument("--width", type=int, action="append", help="of the window [px]; 1440 and 360 by default")
    given = parser.parse_args()
    if unknown := set(given.pages) - set(PAGES):
        parser.error(f"no such page: {', '.join(sorted(unknown))}")
    failed = []
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"])
        script = Path(folder) / "plain.py"
        script.write_text(PLAIN, encoding="utf-8")
        with served(script) as plain, served(ROOT / "app" / "serve" / "asgi.py") as ours:
            for width in given.width or (1440, 360):
                failed += compare(browser, plain, ours, given.pages or list(PAGES), width)
        browser.close()
    print("\n".join(f"missed: {said}" for said in failed) or "every bar is met")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
