"""What a rerun costs in which nothing changed: each page with a 200,000-row upload, against an empty page.

A server of its own is visited in Streamlit's protocol (`visitor.py`), and the processor time of its whole process is
read before and after each rerun: the script, the messages, and sending them. The empty page is the dashboard's
emptiest, Citations: the bars of links, a title, one block of text. Each page is measured in turn with it, so that a
busy machine slows both; the least of 15, as whatever else runs can only add. A page, or a fold of Your sweep, above
1.5 times the empty page fails the run. The pages of a bundled sweep likewise.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
from dashboard import free_port, serving
from visitor import Visitor

ROOT = Path(__file__).resolve().parents[1]
EMPTY = "citations"
PAGES = ("learn", "explore", "sweep", "evidence", "train", "reference")
FOLDS = ("map", "laws", "compare")
ROWS, ROUNDS, EACH, MOST = 200_000, 3, 5, 1.5
BUNDLED = "digits-mlp-sign-k10"


def table(rows: int) -> bytes:
    rng = np.random.default_rng(0)
    sizes, rates = 2.0 ** np.arange(2, 12), 10.0 ** np.linspace(-4, -0.5, 40)
    seeds = rows // (len(sizes) * len(rates))
    grid = pd.MultiIndex.from_product([sizes, rates, range(seeds)], names=["batch_size", "learning_rate", "seed"])
    frame = grid.to_frame(index=False)
    best = 0.02 / (1 + 8 / frame["batch_size"])
    frame["loss"] = 0.3 + 0.1 * np.log(frame["learning_rate"] / best) ** 2 + 0.01 * rng.standard_normal(len(frame))
    return frame.to_csv(index=False).encode()


@contextmanager
def server() -> Iterator[tuple[str, int]]:
    """Address and process of a dashboard of its own."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app/streamlit_app.py", "--server.address=127.0.0.1"]
    command += [f"--server.port={port}", "--server.headless=true", "--server.fileWatcherType=none"]
    with serving(command, port) as process:
        yield f"http://127.0.0.1:{port}", process.pid


def used(pid: int) -> float:
    """Processor time of a process so far [s], all its threads: the clock that Linux keeps of every process."""
    return time.clock_gettime((~pid << 3) | 2)


async def reruns(visitor: Visitor, pid: int) -> list[float]:
    times = []
    for _ in range(EACH):
        start = used(pid)
        await visitor._run(page_script_hash=visitor.hash)
        await asyncio.sleep(0.02)  # what the server does after the last message belongs to the rerun
        times.append(used(pid) - start)
    return times


async def compared(visitor: Visitor, pid: int, page: str, fold: str) -> tuple[float, float]:
    """Cost of the empty page and of that one, in turn."""
    empty: list[float] = []
    full: list[float] = []
    for _ in range(ROUNDS):
        await visitor.go(EMPTY)
        empty += await reruns(visitor, pid)
        await visitor.go(page)
        if fold:
            await visitor.click(f"fold-{fold}", bool_value=True)
        full += await reruns(visitor, pid)
        if fold:
            await visitor.click(f"fold-{fold}", bool_value=False)
    return min(empty), min(full)


async def visit(visitor: Visitor, pid: int, what: str) -> bool:
    good = True
    for page in PAGES:
        for fold in ("", *FOLDS) if page == "sweep" else ("",):
            empty, full = await compared(visitor, pid, page, fold)
            if page == "sweep":
                assert what in visitor.seen.texts, f"{what} is not what the page is about: {visitor.seen.texts}"
            good &= full <= MOST * empty
            verdict = "within" if full <= MOST * empty else "above"
            print(
                f"{what[:12]:12} {page:10} {fold:8} {1e3 * full:6.1f} ms, empty {1e3 * empty:5.1f} ms, "
                f"{full / empty:5.2f} x  {verdict} {MOST:g} x",
                flush=True,
            )
    return good


async def measure(address: str, pid: int) -> bool:
    own = Visitor(address, "sweep", patience=600)
    await own.open()
    print(f"{ROWS:,} rows, from the drop to the answer: {await own.upload('upload-', 'large.csv', table(ROWS)):.1f} s")
    good = await visit(own, pid, "large")
    await own.close()
    bundled = Visitor(address, f"sweep?sweep={BUNDLED}", patience=600)
    await bundled.open()
    (title,) = [text for text in bundled.seen.texts if text.startswith("Digits MLP")]
    good &= await visit(bundled, pid, title)
    await bundled.close()
    return good


def main() -> int:
    with server() as (address, pid):
        return 0 if asyncio.run(measure(address, pid)) else 1


if __name__ == "__main__":
    sys.exit(main())
