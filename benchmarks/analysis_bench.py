"""How long the analysis of a sweep takes once it is read: all facts with the digest, and the verdict alone.

The bars: 0.5 s for a verdict on 8 x 11 x 8 trials, optima included; 3 s for all facts of a million.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import pandas as pd

from surgecore import Sweep
from surgecore.sweeps.analysis import analyse
from surgecore.sweeps.verdict import surge_verdict

SMALL = "8 x 11 x 8"
CASES = (SMALL, "40 seeds", "no seed", "a run id in every row")
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    surge_verdict(sweep(SMALL, 0))  # what is imported late is imported now
    print(f"{'':24s}{'trials':>10s}{'verdict s':>11s}{'of bar':>8s}{'facts s':>9s}{'of bar':>8s}")
    for case in CASES:
        measured = sweep(case, rows)
        start = time.perf_counter()
        surge_verdict(measured)
        verdict = time.perf_counter() - start
        measured = sweep(case, rows)  # nothing is kept from the verdict
        start = time.perf_counter()
        analyse(measured).to_dict()
        facts = time.perf_counter() - start
        share = f"{verdict / VERDICT:.2f}" if case == SMALL else ""
        n = len(measured.trials)
        print(f"{case:24s}{n:>10,}{verdict:>11.2f}{share:>8s}{facts:>9.2f}{facts / FACTS:>8.2f}")


if __name__ == "__main__":
    main()
