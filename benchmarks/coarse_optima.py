"""Optima on coarse grids against the truth: bias, root mean square and the share of 95 % intervals that hold.

Valleys that are parabolas and others, three to seven rates an octave or two apart, 3 to 64 seeds, seven batch sizes
whose grids have the same phase or one of their own. Optima at an end of the rates tried are bounds and not counted.
From the repository:

    python benchmarks/coarse_optima.py [--sweeps 8] [--valleys WORD ...] [--rates "7 x 1" ...] [--seeds 3 ...]
"""

from __future__ import annotations

import argparse
import warnings

import numpy as np
import pandas as pd
from simulated_sweeps import DEPTH, LN2, SIZES, flat_bottom, kinked, one_step, quadratic, steep_left, steep_right

from surgecore import Sweep

VALLEYS = {
    "quadratic": quadratic,
    "steep right": steep_right,
    "steep left": steep_left,
    "kinked, 0.7 and 1.2": kinked,
    "kinked, 1.5 and 0.5": lambda u: DEPTH * np.where(u < 0, -1.5 * u, 0.5 * u),
    "sides to the 1.5": lambda u: DEPTH * np.abs(u) ** 1.5,
    "flat bottom": flat_bottom,
    "one step": one_step,
    "saturating": lambda u: 3.0 * DEPTH * -np.expm1(-0.5 * u**2),
    "kink and curve": lambda u: DEPTH * (np.where(u < 0, -0.5 * u, 0.8 * u) + 0.5 * u**2),
}
RATES = {"7 x 1": (7, 1), "5 x 1": (5, 1), "4 x 1": (4, 1), "3 x 1": (3, 1), "4 x 2": (4, 2), "3 x 2": (3, 2)}
SHIFT = {3: 0.15, 10: 0.15, 64: 0.05}


def made(valley, rates, seeds, rng, own_phase) -> Sweep:
    """A sweep whose optimum is at a rate of 1 at every batch size."""
    number, octaves = rates
    phase, rows = rng.uniform(-0.5, 0.5), []
    for size in SIZES:
        phase = rng.uniform(-0.5, 0.5) if own_phase else phase
        u = LN2 * octaves * (np.arange(number) - (number - 1) / 2 + phase)
        moved = rng.normal(0, SHIFT[seeds], seeds)
        loss = 2.0 + valley(u - moved[:, None]) + rng.normal(0, 0.002, (seeds, number))
        rows += [(size, np.exp(u[k]), loss[s, k], s) for s in range(seeds) for k in range(number)]
    return Sweep.from_frame(pd.DataFrame(rows, columns=["batch_size", "learning_rate", "loss", "seed"]))


def offset(valley, shift) -> float:
    """ln of the best rate of the expected loss over the one where a single valley is least."""
    z, weight = np.polynomial.hermite_e.hermegauss(80)
    u = np.linspace(-0.5, 0.5, 2001)
    return float(u[np.argmin(valley(u[:, None] - shift * z) @ weight)])


def row(valley, rates, seeds, sweeps) -> list[tuple[float, bool, float]]:
    """Error, whether the interval holds, and half its width, of each optimum."""
    truth, found = offset(valley, SHIFT[seeds]), []
    for index in range(2 * sweeps):
        valleys = made(valley, rates, seeds, np.random.default_rng(index), index % 2).valleys
        for v, point, (low, high) in zip(valleys.valleys, valleys.points.points, valleys.intervals, strict=True):
            if point.stderr is not None:
                found.append((v.best - truth, low <= truth <= high, 0.5 * (high - low)))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sweeps", type=int, default=8, help="per phase, common to batch sizes or their own")
    parser.add_argument("--valleys", nargs="+", default=[""], help="those whose name has one of these in it")
    parser.add_argument("--rates", nargs="+", default=list(RATES), choices=RATES)
    parser.add_argument("--seeds", nargs="+", type=int, default=list(SHIFT), choices=SHIFT)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    print("| Rates x octaves | valley | seeds | optima | bias | root mean square | held | half width |")
    print("|---|---|--:|--:|--:|--:|--:|--:|")
    for rates in options.rates:
        for name, valley in VALLEYS.items():
            for seeds in options.seeds if any(word in name for word in options.valleys) else []:
                error, held, half = np.array(row(valley, RATES[rates], seeds, options.sweeps)).T
                rms = np.sqrt((error**2).mean())
                cells = f"{error.mean():+.3f} | {rms:.3f} | {held.mean():.0%} | {np.median(half):.2f}"
                print(f"| {rates} | {name} | {seeds} | {len(error)} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
