"""How long a million rows take from file to answer, and how much memory, whatever the seed column holds.

Each case runs in a process of its own. The bar: 4 s and 600 MB on the command line.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

CASES = ("40 seeds", "no seed", "a run id in every row", "a name in every row")


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
    table.to_csv(path, index=False)


def read(path: str) -> None:
    """File to answer in this process; prints seconds and the largest memory [MB]."""
    from surgecore.cli import main

    start = time.perf_counter()
    main(["fit", path, "--json"])
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{time.perf_counter() - start:.2f} {used:.0f}", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--read", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        read(options.read)
        return
    print(f"{options.rows:,} rows           seconds  MB")
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            path = Path(folder) / "runs.csv"
            write(case, options.rows, path)
            done = subprocess.run(
                [sys.executable, __file__, "--read", str(path)], capture_output=True, text=True, check=True
            )
            print(f"{case:24s} {done.stderr.split()[-2]:>7s} {done.stderr.split()[-1]:>5s}")


if __name__ == "__main__":
    main()
