"""What a rerun costs in which nothing changed: each page with a 200,000-row upload, against an empty page.

Processor time of the whole process per rerun, median of 15, through Streamlit's own test runner: what the browser and
the network add is not in it. Two bars are printed: at most 1.5 times an empty page's, which stands in the dashboard's
frame; and at most 40 ms, which is what fails the run. A bare page of Streamlit is printed beside. A bundled sweep's
pages likewise.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "app"))
PAGES = ("learn", "explore", "sweep", "evidence", "train", "reference")
FOLDS = ("map", "laws", "compare")
ROWS, RERUNS, GOAL = 200_000, 15, 0.040


def table(rows: int) -> bytes:
    rng = np.random.default_rng(0)
    sizes, rates = 2.0 ** np.arange(2, 12), 10.0 ** np.linspace(-4, -0.5, 40)
    seeds = rows // (len(sizes) * len(rates))
    grid = pd.MultiIndex.from_product([sizes, rates, range(seeds)], names=["batch_size", "learning_rate", "seed"])
    frame = grid.to_frame(index=False)
    best = 0.02 / (1 + 8 / frame["batch_size"])
    frame["loss"] = 0.3 + 0.1 * np.log(frame["learning_rate"] / best) ** 2 + 0.01 * rng.standard_normal(len(frame))
    return frame.to_csv(index=False).encode()


def cost(app: AppTest) -> float:
    times = []
    for _ in range(RERUNS):
        start = time.process_time()
        app.run()
        times.append(time.process_time() - start)
    assert not app.exception
    return float(np.median(times))


def framed(app: AppTest) -> float:
    """Cost of the dashboard's emptiest page: the bars of links, a title and one block of text."""
    app.switch_page("app_pages/citations.py").run()
    return cost(app)


def visit(app: AppTest, what: str, empty: float) -> bool:
    good = True
    for page in PAGES:
        for fold in ("", *FOLDS) if page == "sweep" else ("",):
            for name in FOLDS:
                app.session_state[f"fold-{name}"] = name == fold
            app.switch_page(f"app_pages/{page}.py").run()
            each = cost(app)
            good &= each <= GOAL
            bars = (
                f"{'within' if each <= 1.5 * empty else 'above':6} 1.5 x, {'within' if each <= GOAL else 'above'} 40 ms"
            )
            print(f"{what:10} {page:10} {fold:8} {1e3 * each:7.1f} ms {each / empty:6.1f} x  {bars}")
    return good


def main() -> int:
    blank = AppTest.from_string("import streamlit as st\nst.title('Nothing')", default_timeout=60).run()
    app = AppTest.from_file(str(ROOT / "app" / "streamlit_app.py"), default_timeout=600).run()
    empty = framed(app)
    print(f"an empty page: bare {1e3 * cost(blank):.1f} ms, in the frame {1e3 * empty:.1f} ms")
    app.switch_page("app_pages/sweep.py").run()
    start = time.process_time()
    app.file_uploader[0].upload("large.csv", table(ROWS), "text/csv").run()
    print(f"{ROWS:,} rows, first time: {time.process_time() - start:.1f} s")
    good = visit(app, "upload", empty)
    other = AppTest.from_file(str(ROOT / "app" / "streamlit_app.py"), default_timeout=600)
    other.query_params["sweep"] = "digits-mlp-sign-k10"
    return 0 if visit(other.run(), "bundled", empty) and good else 1


if __name__ == "__main__":
    sys.exit(main())
