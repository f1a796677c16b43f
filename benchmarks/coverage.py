"""Coverage of the intervals and error rates of the verdict, on simulated sweeps of known laws.

Every trial is simulated: the loss valley of each seed sits at the law's value times a lognormal factor. Prints
one table for the peak of a true surge and one for the verdict; takes minutes. Run from the repository:

    python benchmarks/coverage.py [--sweeps 400]
"""

from __future__ import annotations

import argparse
import sys
from itertools import product
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from simulate import best_of_mean_loss, sweep_frame

from surgecore import ConstantLaw, PowerLaw, SaturatingLaw, SurgeLaw, Sweep, fit, surge_verdict

SURGE = SurgeLaw(1e-2, 64.0)
GRIDS = {5: 2.0 ** np.arange(2, 11, 2), 7: 2.0 ** np.arange(3, 10), 9: 2.0 ** np.arange(2, 11)}
SPREADS = (0.05, 0.10, 0.20)
SEEDS = (3, 5, 10)
TRUTHS = {
    "flat": ConstantLaw(1e-2),
    "square root": PowerLaw(1e-3, 0.5),
    "saturating, 1": SaturatingLaw(1e-2, 64.0, 1.0),
    "saturating, 1/2": SaturatingLaw(1e-2, 64.0, 0.5),
    "saturated early": SaturatingLaw(1e-2, 2.0, 1.0),
    "surge, fall 1.1": SURGE,
    "surge, fall 0.3": SurgeLaw(1e-2, 256.0),
}


def optima_of_one(law, rng, *, batch_sizes, seeds, spread):
    frame = sweep_frame(law, rng, batch_sizes=batch_sizes, seeds=seeds, spread=spread)
    return Sweep.from_frame(frame).optima(seed=int(rng.integers(2**31)))


def peak_table(sweeps: int) -> None:
    print("Peak of a true surge: share of 95 % intervals that hold the truth, and half width in ln units")
    print(f"{'batches':>7} {'seeds':>5} {'spread':>6} | {'peak B':>6} {'lr':>6} | {'width B':>7} {'width lr':>8}")
    all_hits = []
    for n_batch, seeds, spread in product(GRIDS, SEEDS, SPREADS):
        rng = np.random.default_rng([n_batch, seeds, int(spread * 100)])
        hits, widths = [], []
        truths = (64.0, 1e-2 * best_of_mean_loss(spread))
        for _ in range(sweeps):
            optima = optima_of_one(SURGE, rng, batch_sizes=GRIDS[n_batch], seeds=seeds, spread=spread)
            interval = fit(optima, "surge").interval
            ends = [interval["noise_scale"], interval["lr_max"]]
            hits.append([low <= truth <= high for truth, (low, high) in zip(truths, ends, strict=True)])
            with np.errstate(divide="ignore"):
                widths.append([0.5 * np.log(high / low) for low, high in ends])
        cover, width = np.mean(hits, axis=0), np.median(widths, axis=0)
        all_hits.append(cover)
        print(
            f"{n_batch:7d} {seeds:5d} {spread:6.2f} | {cover[0]:6.3f} {cover[1]:6.3f} | {width[0]:7.3f} {width[1]:8.3f}"
        )
    error = 1.96 * np.sqrt(0.95 * 0.05 / sweeps)
    print(f"all: {np.mean(all_hits, axis=0).round(3)}; simulation error of one line about +-{error:.3f}\n")


def verdict_table(sweeps: int) -> None:
    print("Verdict: share of sweeps; a fall on the first five truths is a false alarm, nominal 5 % at most")
    print(f"{'truth':16s} {'batches':>7} {'seeds':>5} | {'fall':>6} {'no fall':>7} {'undecided':>9} | {'covered':>7}")
    for (name, law), n_batch, seeds in product(TRUTHS.items(), (5, 9), (3, 10)):
        rng = np.random.default_rng([n_batch, seeds, len(name)])
        batch = GRIDS[n_batch]
        curve = law(batch)
        truth = float(np.log2(curve.max() / curve[-1]))
        counts, covered = {"fall": 0, "no_fall": 0, "undecided": 0}, 0
        for index in range(sweeps):
            optima = optima_of_one(law, rng, batch_sizes=batch, seeds=seeds, spread=0.15)
            verdict = surge_verdict(optima, seed=index)
            counts[verdict.decision] += 1
            low, high = verdict.interval or (0.0, np.inf)
            covered += low - 1e-9 <= truth <= high + 1e-9
        share = {key: count / sweeps for key, count in counts.items()}
        print(
            f"{name:16s} {n_batch:7d} {seeds:5d} | {share['fall']:6.3f} {share['no_fall']:7.3f} "
            f"{share['undecided']:9.3f} | {covered / sweeps:7.3f}",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sweeps", type=int, default=400, help="simulated sweeps a line")
    options = parser.parse_args()
    peak_table(options.sweeps)
    verdict_table(options.sweeps)


if __name__ == "__main__":
    main()
