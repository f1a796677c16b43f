"""Coverage of the laws' parameters and of advice, for truths that are in the list of laws and one that is not.

Optima are drawn directly, as a sweep with so many seeds would give them. One row a truth and a number of seeds: the
share of 95 % intervals that hold the truth, for the parameters of the right law, for the average over laws inside the
data and up to four times beyond them, and for the best law alone. Exits with 1 where the average over all rows of one
column is below 92 %, or above 98 % inside the data; beyond them the interval opens on purpose, for truths outside the
list.

    python benchmarks/advice_calibration.py [--sweeps 200]
"""

from __future__ import annotations

import argparse
import sys
from itertools import product
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from simulate import optima_of

from surgecore import (
    ConstantLaw,
    EqualSnrLaw,
    LognormalSnrLaw,
    PowerLaw,
    SaturatingLaw,
    SurgeLaw,
    compare,
)
from surgecore.sweeps.averaging import at_batch_size, averaged, misfit, voices

BATCH = np.geomspace(10, 2500, 7)
PLACES = {"B=100": 100.0, "B=1000": 1000.0, "x2": 5000.0, "x4": 10_000.0}


def hump(batch_size):
    """A log-normal hump, which no law tried has."""
    return 1e-2 * np.exp(-0.5 * (np.log(np.asarray(batch_size) / 150) / 1.5) ** 2)


TRUTHS = {
    "constant": ConstantLaw(1e-3),
    "power": PowerLaw(1e-3, 0.35),
    "sgd": SaturatingLaw(1e-2, 150, 1.0),
    "saturating_half": SaturatingLaw(1e-2, 150, 0.5),
    "saturating": SaturatingLaw(1e-2, 150, 0.75),
    "surge": SurgeLaw(1e-2, 150),
    "equal_snr": EqualSnrLaw(1e-2, 0.1, 3.0),
    "lognormal_snr": LognormalSnrLaw(1e-2, 0.1, 1.2, 8.0),
    "hump": hump,
}


def row(name: str, seeds: int, sweeps: int) -> dict[str, float]:
    law, rng = TRUTHS[name], np.random.default_rng([seeds, len(name)])
    hits: dict[str, list[bool]] = {}
    for _ in range(sweeps):
        comparison = compare(optima_of(law, rng, batch_sizes=BATCH, spread=0.15, seeds=seeds))
        if name != "hump":
            for item in comparison[name].parameters.values():
                low, high = item.interval
                hits.setdefault("laws", []).append(low <= getattr(law, item.param.name) <= high)
        for place, size in PLACES.items():
            found = averaged(voices(comparison, at_batch_size(size)), max(size / BATCH[-1], 1.0), misfit(comparison))
            assert found is not None
            low, high = found[1]
            hits.setdefault(place, []).append(low <= np.log(law(size)) <= high)
        low, high = comparison.fits[0].band(100.0)
        hits.setdefault("best law, B=100", []).append(bool(low <= law(100.0) <= high))
    return {key: float(np.mean(value)) for key, value in hits.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sweeps", type=int, default=200, help="simulated sweeps a row")
    options = parser.parse_args()
    columns = ["laws", *PLACES, "best law, B=100"]
    print(f"{'truth':16s} {'seeds':>5} " + " ".join(f"{name:>8s}" for name in columns))
    every: dict[str, list[float]] = {}
    for name, seeds in product(TRUTHS, (4, 16)):
        found = row(name, seeds, options.sweeps)
        print(f"{name:16s} {seeds:5d} " + " ".join(f"{found.get(key, np.nan):8.3f}" for key in columns), flush=True)
        if name != "hump":  # beyond the data nothing is promised of a shape that no law has
            for key in columns[:-1]:
                every.setdefault(key, []).append(found[key])
    means = {key: float(np.mean(value)) for key, value in every.items()}
    print("all but the hump       " + " ".join(f"{means[key]:8.3f}" for key in columns[:-1]))
    beyond = [name for name, size in PLACES.items() if size > BATCH[-1]]
    short = [key for key, value in means.items() if value < 0.92 or (value > 0.98 and key not in beyond)]
    print(f"Short: {', '.join(short)}" if short else "Every column holds.")
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
