"""A class and its server: N visitors with seconds between their clicks, on mixed pages, a fifth of them with a file.

``python benchmarks/load_bench.py --visitors 50 --minutes 2 --workers 2`` starts the server as ``make serve`` does, and
prints for each kind of click how long it took until all was drawn, errors, the processor time that the server used per
click, and its memory. ``--visits 1000`` sends visitors one after another and prints the memory as it goes. With
``--address`` it visits a server that already runs.

The bar on two cores: 50 visitors with 5 to 10 s between clicks, p95 at most 1 s, first page at most 2.5 s, no error;
1,000 visits one after another, memory flat within 5 %.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
from dashboard import free_port, serving
from visitor import VisitError, Visitor

from surgecore.words import say

ROOT = Path(__file__).resolve().parents[1]
#: Shares of pages, and what is done on them.
PAGES = {"learn": 2, "explore": 3, "sweep": 4, "evidence": 2, "train": 1, "reference": 1}
P95, FIRST, FLAT = 1.0, 2.5, 0.05
TITLES = ("Digits MLP, sign descent, 10 steps", "Digits MLP, Adam, 10 steps", "Digits MLP, SGD, 10 steps")


def table(seed: int, rows: int = 1000) -> bytes:
    """A sweep of a visitor's own; no two are alike."""
    rng = np.random.default_rng(seed)
    sizes, rates = 2.0 ** np.arange(2, 12), 10.0 ** np.linspace(-4, -0.5, 20)
    lines = ["batch_size,learning_rate,seed,loss"]
    for size in sizes:
        best = 0.02 / (1 + 8 / size) * (1 + 0.3 * rng.random())
        for rate in rates:
            loss = 0.3 + 0.1 * np.log(rate / best) ** 2
            lines += [f"{size:g},{rate:.5g},{k},{loss + 0.02 * rng.standard_normal():.6g}" for k in range(rows // 200)]
    return "\n".join(lines).encode()


def usage(pids: list[int]) -> tuple[float, float]:
    """Processor seconds so far and resident memory [MB] of processes and everything they started."""
    seconds, memory, ticks = 0.0, 0.0, os.sysconf("SC_CLK_TCK")
    children: dict[int, list[int]] = defaultdict(list)
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError):
            children[int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])].append(int(folder.name))
    waiting = list(pids)
    while waiting:
        pid = waiting.pop()
        waiting += children[pid]
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            seconds += sum(map(int, fields[11:15])) / ticks
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
            memory += sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024
    return seconds, memory


class Clock:
    """What was done, and how long each took."""

    def __init__(self) -> None:
        self.times: dict[str, list[float]] = defaultdict(list)
        self.errors: list[str] = []

    def add(self, what: str, seconds: float) -> None:
        self.times[what].append(seconds)

    def clicks(self) -> list[float]:
        return [each for what, all_of in self.times.items() if what != "first page" for each in all_of]

    def show(self) -> None:
        print(f"{'':24}{'n':>6}{'p50':>9}{'p95':>9}{'most':>9}")
        rows = {**dict(sorted(self.times.items())), "all clicks": self.clicks()}
        for what, found in rows.items():
            if found:
                p50, p95 = np.percentile(found, [50, 95])
                print(f"{what:24}{len(found):6}{p50:8.2f}s{p95:8.2f}s{max(found):8.2f}s")
        print(f"errors: {len(self.errors)}")
        for error in sorted(set(self.errors))[:10]:
            print(f"  {self.errors.count(error)} x {error[:160]}")


async def act(visitor: Visitor, rng: random.Random, clock: Clock, own: int | None) -> None:
    """One click: mostly something on this page, else another page."""
    where = visitor.page
    drops = any(key.startswith("upload-") for key in visitor.ids)
    if where == "sweep" and own is not None and drops and rng.random() < 0.5:
        name = f"run{own}-{rng.randrange(10**6)}.csv"
        clock.add("upload, to its answer", await visitor.upload("upload-", name, table(rng.randrange(10**9))))
        if not {"bidi_component"} <= visitor.seen.kinds:
            raise VisitError(f"no answer on an upload: {visitor.seen.texts[-2:]}")
    elif where == "sweep" and "at" in visitor.ids and rng.random() < 0.4:
        clock.add("sweep, batch size", await visitor.click("at", double_value=float(2 ** rng.randrange(3, 13))))
    elif where == "sweep" and "view" in visitor.ids and rng.random() < 0.5:
        tab = rng.choice([say("details-map"), say("details-laws"), say("details-compare")])
        clock.add("sweep, tab", await visitor.click("view", string_value=tab))
    elif where == "evidence" and "checkpoint" not in visitor.ids and rng.random() < 0.5:
        clock.add("evidence, part", await visitor.choose("part", say("evidence-part-why")))
    elif where == "evidence" and "update" in visitor.ids and rng.random() < 0.5:
        await choose(visitor, rng, clock, "update")
    elif where == "train" and "train-optimizer" in visitor.ids and rng.random() < 0.5:
        await choose(visitor, rng, clock, "train-optimizer")
    else:
        page = rng.choices(list(PAGES), list(PAGES.values()))[0]
        if own is not None and rng.random() < 0.5:
            page = "sweep"
        clock.add(f"to {page}", await visitor.go(page))


async def choose(visitor: Visitor, rng: random.Random, clock: Clock, key: str) -> None:
    option = rng.choice(visitor.options[key])
    clock.add(f"{visitor.page}, {key.removeprefix('train-')}", await visitor.click(key, string_value=option))


async def visit(
    address: str, seed: int, until: float, pause: tuple[float, float], clock: Clock, least: int = 0
) -> None:
    """Come, click until the time is over, and tell what went wrong."""
    rng = random.Random(seed)
    page = rng.choices(list(PAGES), list(PAGES.values()))[0]
    title = rng.choice(TITLES).replace(" ", "+")
    visitor = Visitor(address, f"{page}?sweep={title}" if page == "sweep" and rng.random() < 0.7 else page)
    await asyncio.sleep(rng.uniform(0, pause[1]))
    own = seed if seed % 5 == 0 else None
    try:
        clock.add("first page", await visitor.open())
        for clicks in itertools.count():
            if clicks >= least and time.monotonic() >= until:
                break
            await asyncio.sleep(rng.uniform(*pause))
            try:
                await act(visitor, rng, clock, own)
            except VisitError as error:
                clock.errors.append(f"{visitor.page}: {error}")
    except (VisitError, OSError) as error:
        clock.errors.append(f"{page}: {error}")
    finally:
        await visitor.close()


def settle(pid: int, most: float = 300.0) -> None:
    """Wait until a server that has started has nothing more to do: the bundled sweeps are analysed."""
    start, before = time.monotonic(), usage([pid])[0]
    while time.monotonic() < start + most:
        time.sleep(4)
        now = usage([pid])[0]
        if now - before < 0.3:
            break
        before = now
    print(f"ready after {time.monotonic() - start:.0f} s and {before:.0f} s of processor time")


@contextmanager
def server(workers: int) -> Iterator[tuple[str, list[int]]]:
    """The server that ``make serve`` starts, on a free port; its address and process."""
    port = free_port()
    command = [sys.executable, "app/serve/command.py", "--workers", str(workers), "--port", str(port)]
    with serving(command, port) as process:
        settle(process.pid)
        yield f"http://127.0.0.1:{port}", [process.pid]


async def one_after_another(address: str, visits: int, pids: list[int]) -> bool:
    """Visitors that come, click a few times and leave; whether the memory stays as it was."""
    clock, memory = Clock(), []
    for seed in range(visits):
        await visit(address, seed, 0.0, (0.0, 0.01), clock, least=3)
        if (seed + 1) % max(1, visits // 20) == 0:
            memory.append(usage(pids)[1])
            print(f"{seed + 1:6} visits {memory[-1]:8.0f} MB", flush=True)
    clock.show()
    before, after = np.mean(memory[5:10]), np.mean(memory[-5:])
    print(f"memory of the last quarter against the second: {after / before - 1:+.1%}")
    return not clock.errors and after / before - 1 <= FLAT


async def all_at_once(address: str, options: argparse.Namespace, pids: list[int]) -> bool:
    """A class; whether it is served within the bar."""
    clock, until = Clock(), time.monotonic() + 60 * options.minutes
    before, _ = usage(pids)
    pause = (options.pause, 2 * options.pause)
    await asyncio.gather(*(visit(address, seed, until, pause, clock) for seed in range(options.visitors)))
    seconds, memory = usage(pids)
    clock.show()
    n = len(clock.clicks()) + len(clock.times["first page"])
    if pids:
        print(f"processor time per click: {1e3 * (seconds - before) / max(n, 1):.0f} ms; memory {memory:.0f} MB")
    print(f"load of this machine now: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    first, p95 = (np.percentile(found or [np.inf], 95) for found in (clock.times["first page"], clock.clicks()))
    return bool(not clock.errors and first <= FIRST and p95 <= P95)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, default=10)
    parser.add_argument("--minutes", type=float, default=0.5)
    parser.add_argument("--pause", type=float, default=5.0, help="least seconds between clicks; at most twice that")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--visits", type=int, default=0, help="instead: so many visitors one after another")
    parser.add_argument("--address", help="of a server that runs already")
    options = parser.parse_args()

    def run(address: str, pids: list[int]) -> bool:
        if options.visits:
            return asyncio.run(one_after_another(address, options.visits, pids))
        return asyncio.run(all_at_once(address, options, pids))

    if options.address:
        return 0 if run(options.address, []) else 1
    with server(options.workers) as (address, pids):
        return 0 if run(address, pids) else 1


if __name__ == "__main__":
    sys.exit(main())
