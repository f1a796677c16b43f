"""Coverage of the intervals and error rates of the verdict, on simulated sweeps of known laws.

Two tables are simulated: the loss valley of each seed sits at the law's value times a lognormal factor; one is for
the peak of a true surge and one for the verdict. A third trains the digits MLP with many seeds on a fine grid of
learning rates and asks how often the interval from few seeds on a coarse grid holds the optimum of all. Takes
minutes. Run from the repository:

    python benchmarks/coverage.py [--sweeps 400] [--only peak|verdict|valley]
"""

from __future__ import annotations

import argparse
import sys
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

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


def fine_sweep(folder: str, seeds: int) -> pd.DataFrame:
    """Trials of the digits MLP ten sign descent steps from a checkpoint, six learning rates an octave."""
    from surgecore.training.plans.plan import Plan
    from surgecore.training.runs.runner import run

    table = {
        "name": "valleys",
        "title": "Digits MLP, sign descent",
        "workload": {"key": "digits-mlp", "hidden": 16},
        "optimizer": {"key": "sign"},
        "protocol": {"key": "checkpoint", "loss": 1.0, "checkpoint_seed": 0, "steps": [10]},
        "grid": {
            "batch_sizes": [16, 64, 256, 1024],
            "learning_rates": {"low": 0.0055, "high": 0.36, "per_octave": 6},
            "seeds": seeds,
        },
    }
    result = run(Plan.from_dict(table), out=folder, device="cpu", executor="processes")
    (sweep,) = result.sweeps.values()
    return sweep.trials


def best_of_all(trials: pd.DataFrame) -> float:
    """ln of the best learning rate of all seeds: a quartic through two thirds of an octave on each side."""
    mean = trials.groupby("learning_rate")["loss"].mean()
    x = np.log(mean.index.to_numpy())
    near = np.abs(x - x[int(np.argmin(mean))]) <= 0.67 * np.log(2)
    u = np.linspace(-0.3, 0.3, 6001)
    centre = x[int(np.argmin(mean))]
    return centre + float(u[np.argmin(np.polyval(np.polyfit(x[near] - centre, mean[near], 4), u))])


def valley_table(seeds: int = 320) -> None:
    print(
        "Real valleys: share of 95 % intervals that hold the optimum of all seeds, root mean square error, error stated"
    )
    with TemporaryDirectory() as folder:
        trials = fine_sweep(folder, seeds)
    rates, names = np.sort(trials["learning_rate"].unique()), np.sort(trials["seed"].unique())
    truth = {size: best_of_all(part) for size, part in trials.groupby("batch_size")}
    print(f"{'rates an octave':>15} {'seeds':>5} | {'covered':>7} | {'error':>6} {'stated':>6}")
    for step, few in product((2, 3, 6), (4, 16, 32)):
        hits, errors, stated = [], [], []
        for first, offset in product(range(0, min(seeds, 10 * few), few), range(step)):
            chosen = trials["seed"].isin(names[first : first + few])
            chosen &= trials["learning_rate"].isin(rates[offset::step])
            for optimum in Sweep.from_frame(trials[chosen]).optima():
                if optimum.interval is not None:
                    at = truth[int(optimum.batch_size)]
                    hits.append(optimum.interval[0] <= np.exp(at) <= optimum.interval[1])
                    errors.append(np.log(optimum.learning_rate) - at)
                    stated.append(optimum.stderr)
        scatter = np.sqrt(np.mean(np.square(errors)))
        print(f"{6 / step:15g} {few:5d} | {np.mean(hits):7.3f} | {scatter:6.3f} {np.median(stated):6.3f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sweeps", type=int, default=400, help="simulated sweeps a line")
    parser.add_argument("--only", choices=("peak", "verdict", "valley"), help="one table")
    options = parser.parse_args()
    if options.only in (None, "peak"):
        peak_table(options.sweeps)
    if options.only in (None, "verdict"):
        verdict_table(options.sweeps)
    if options.only in (None, "valley"):
        valley_table()


if __name__ == "__main__":
    main()
