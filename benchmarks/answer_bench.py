"""How long after an export is dropped the answer stands, and where: 1,000 rows, in a real browser.

The clock starts when the browser has the file and stops when the learning rate, the verdict and the drawing are on the
page. The seconds are what a visitor waits on an idle machine; on a busy one read their ratio to the time in which the
empty page opened just before.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]
from find_browser import find_browser  # noqa: E402
from first_chart_bench import served  # noqa: E402

from surgecore import load_catalogue  # noqa: E402

ROUNDS, ROWS = 5, 1000
SIZES = ((1440, 900), (1366, 768))
ANSWER = (".answer-card .big", ".answer-card .verdict", ".drawing[data-ready] svg >> visible=true")


def export(seed: int) -> bytes:
    """A thousand rows of the first bundled sweep, of other seeds each time, so that nothing is known already."""
    trials = load_catalogue(ROOT / "data")[0].load().trials
    rows = trials[trials["seed"].between(2 * seed, 2 * seed + 11)].sort_values(["seed", "batch_size"])
    return rows.head(ROWS)[["batch_size", "learning_rate", "loss", "seed"]].to_csv(index=False).encode()


def drop(page: Page, url: str, data: bytes) -> tuple[float, float, int]:
    """Seconds from the drop to the answer, those in which the empty page opened, and where the answer ends [px]."""
    opened = time.perf_counter()
    page.goto(f"{url}/sweep")
    page.wait_for_selector("[data-testid=stFileUploaderDropzone][role=group]")
    start = time.perf_counter()
    opened = start - opened
    page.locator("input[type=file]").first.set_input_files(
        {"name": f"runs-{start:.0f}.csv", "mimeType": "text/csv", "buffer": data}
    )  # fmt: skip
    for selector in ANSWER:
        page.wait_for_selector(selector, timeout=60_000)
    took = time.perf_counter() - start
    boxes = [page.locator(selector).first.bounding_box() for selector in ANSWER]
    return took, opened, max(round(box["y"] + box["height"]) for box in boxes if box)


def main() -> None:
    with sync_playwright() as playwright, served(ROOT / "app" / "serve" / "asgi.py") as url:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"])
        for place, (width, height) in enumerate(SIZES):
            found = []
            for k in range(ROUNDS + 1):
                page = browser.new_page(viewport={"width": width, "height": height})
                found.append(drop(page, url, export(place * (ROUNDS + 1) + k)))
                page.close()
            times, opened, ends = zip(*found[1:], strict=True)  # the server's first visitor pays for the imports
            ratio = median(times) / median(opened)
            print(
                f"{width} x {height}: answer {median(times):.2f} s after the drop of {ROWS} rows "
                f"({min(times):.2f} to {max(times):.2f}; {ratio:.2f} of opening the page), it ends at {max(ends)} px; "
                f"first visitor {found[0][0]:.2f} s"
            )
        browser.close()


if __name__ == "__main__":
    main()
