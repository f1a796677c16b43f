"""How long a million rows take from file to answer, and how much memory, whatever the seed column holds.

Each case runs in a process of its own. The bars: 4 s and 600 MB on the command line, 8 s on the page; on a machine that
others use, processor time says more than the clock. "own" is the part of it in the process that asks, on the page the
server's; the rest is a reader's.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd

CASES = ("40 seeds", "no seed", "a run id in every row", "a name in every row", "a word for every loss")


def write(case: str, rows: int, path: Path) -> None:
    """A grid of 10 batch sizes and 25 learning rates with so many runs."""
    rng = np.random.default_rng(0)
    cell = np.arange(rows) % 250
    batch, rate = 2.0 ** (2 + cell // 25), 1e-4 * 1.5 ** (cell % 25)
    loss = 1 + 0.05 * np.log2(rate / (1e-3 * np.sqrt(batch / 4))) ** 2 + rng.normal(0, 0.01, rows)
    table = pd.DataFrame({"batch_size": batch.astype(int), "lr": rate.round(10), "val_loss": loss.round(6)})
    if case == "40 seeds":
        table["seed"] = (np.arange(rows) // 250) % 40
    elif case == "a run id in every row":
        table["seed"] = [f"{i:08x}" for i in rng.permutation(rows)]
    elif case == "a name in every row":
        table.insert(0, "Name", [f"run-{i}" for i in range(rows)])
    elif case == "a word for every loss":
        table["val_loss"] = [f"word{i}x" for i in range(rows)]
    table.to_csv(path, index=False)


def on_the_command_line(path: str) -> None:
    """File to answer as `surge fit` does it."""
    from surgecore.cli import main

    main(["fit", path, "--json"])


def on_the_page(path: str) -> None:
    """File to answer as the page does it: bytes to a reader with limits, its table back, trials, analysis."""
    from surgecore import Sweep, SweepError, analyse
    from surgecore.tables.guarded import read_guarded, trials_guarded

    table = read_guarded(Path(path).read_bytes(), name="runs")
    with suppress(SweepError):
        trials, metric, notices = trials_guarded(table, table.mapping)
        analyse(Sweep("runs", trials, notices, metric)).to_dict()


WAYS = {"command line": (on_the_command_line, 4.0), "page": (on_the_page, 8.0)}


def used() -> float:
    """Seconds of processor time of this process and its children."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + usage.ru_utime + usage.ru_stime


def read(way: str, path: str) -> None:
    """File to answer here; prints seconds, processor time, its part in this process, and the largest memory [MB]."""
    start, before, own = time.perf_counter(), used(), time.process_time()
    WAYS[way][0](path)
    wall, own, memory = (
        time.perf_counter() - start,
        time.process_time() - own,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )
    if way == "page":  # a child's time is known once it has ended
        from surgecore.tables.guarded import _READERS

        _READERS.end()
    print(f"{wall:.2f} {used() - before:.2f} {own:.2f} {memory:.0f}", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--read", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        read(*options.read)
        return
    print(f"{options.rows:,} rows                        seconds    CPU    own of bar   MB")
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            path = Path(folder) / "runs.csv"
            write(case, options.rows, path)
            for way, (_, bar) in WAYS.items():
                command = [sys.executable, __file__, "--read", way, str(path)]
                done = subprocess.run(command, capture_output=True, text=True, check=True)
                wall, cpu, own, memory = map(float, done.stderr.split()[-4:])
                print(f"{case:24s}{way:14s}{wall:7.2f}{cpu:7.2f}{own:7.2f}{cpu / bar:7.2f}{memory:6.0f}", flush=True)


if __name__ == "__main__":
    main()
