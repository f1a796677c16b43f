"""How long the analysis of a sweep takes once it is read: all facts with the digest, and the verdict alone.

The bars: 0.5 s for a verdict on 8 x 11 x 8 trials and on a random search of up to 300 with one run per cell, optima
included; 3 s for all facts of a million.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from surgecore import Sweep
from surgecore.sweeps.analysis import analyse
from surgecore.sweeps.verdict import surge_verdict

SMALL = "8 x 11 x 8"
CASES = (SMALL, "40 seeds", "no seed", "a run id in every row")
#: Random searches: trials and batch sizes.
SEARCHES = ((60, 7), (120, 7), (200, 7), (300, 7), (120, 15), (300, 20), (400, 190))
VERDICT, FACTS = 0.5, 3.0


def sweep(case: str, rows: int) -> Sweep:
    """The case's trials: a small grid, or one of 10 batch sizes and 25 learning rates with so many runs."""
    rng = np.random.default_rng(0)
    n_sizes, n_rates, n = (8, 11, 8 * 11 * 8) if case == SMALL else (10, 25, rows)
    step = 2.0 if case == SMALL else 1.5
    cell = np.arange(n) % (n_sizes * n_rates)
    batch, rate = 2.0 ** (2 + cell // n_rates), 1e-4 * step ** (cell % n_rates)
    loss = 1 + 0.05 * np.log2(rate / (1e-3 * np.sqrt(batch / 4))) ** 2 + rng.normal(0, 0.01, n)
    table = pd.DataFrame({"batch_size": batch.astype(int), "learning_rate": rate, "loss": loss.round(6)})
    if case in (SMALL, "40 seeds"):
        table["seed"] = (np.arange(n) // (n_sizes * n_rates)) % (8 if case == SMALL else 40)
    elif case == "a run id in every row":
        table["seed"] = rng.permutation(n)
    return Sweep.from_frame(table)


def search(trials: int, n_sizes: int) -> Sweep:
    """A random search: each trial at one of so many batch sizes and a rate of its own."""
    rng = np.random.default_rng(trials)
    sizes = 8 + np.unique(np.round(np.geomspace(1, 4000, 3 * n_sizes)))[-n_sizes:]
    batch = sizes[rng.permutation(np.arange(trials) % n_sizes)]
    away = rng.uniform(-2.5, 2.5, trials)
    loss = 1 + 0.05 * away**2 + rng.normal(0, 0.005, trials)
    rate = 1e-3 * np.sqrt(batch / 8.0) * 2.0**away
    return Sweep.from_frame(pd.DataFrame({"batch_size": batch.astype(int), "learning_rate": rate, "loss": loss}))


def seconds(task: Callable[[Sweep], object], measured: Sweep) -> float:
    """How long a task takes on a sweep."""
    start = time.perf_counter()
    task(measured)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    surge_verdict(sweep(SMALL, 0))  # what is imported late is imported now
    print(f"{'':28s}{'trials':>10s}{'verdict s':>11s}{'of bar':>8s}{'facts s':>9s}{'of bar':>8s}")
    for case in CASES:
        measured, again = sweep(case, rows), sweep(case, rows)  # nothing is kept from the verdict
        verdict = seconds(surge_verdict, measured)
        facts = seconds(lambda measured: analyse(measured).to_dict(), again)
        share = f"{verdict / VERDICT:.2f}" if case == SMALL else ""
        n = len(measured.trials)
        print(f"{case:28s}{n:>10,}{verdict:>11.2f}{share:>8s}{facts:>9.2f}{facts / FACTS:>8.2f}")
    for trials, sizes in SEARCHES:
        verdict = seconds(surge_verdict, search(trials, sizes))
        share = f"{verdict / VERDICT:.2f}" if trials <= 300 else ""
        print(f"{f'search, {sizes} batch sizes':28s}{trials:>10,}{verdict:>11.2f}{share:>8s}")


if __name__ == "__main__":
    main()
