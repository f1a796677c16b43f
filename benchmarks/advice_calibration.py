"""Coverage of the laws' parameters and of advice, for truths that are in the list of laws and one that is not.

Optima are drawn directly, as a sweep with so many seeds would give them. One row a truth and a number of seeds: the
share of 95 % intervals that hold the truth, for the parameters of the right law, for the average over laws inside the
data and beyond them, and for the best law alone. Advice has an interval up to `REACH` times beyond the data, and none
past that. Two lines at the end: inside the data and beyond them, within that reach. Exits with 1 where the average
over all rows of one column is below 92 %, or above 98 % inside the data; beyond them the interval opens on purpose,
for truths outside the list, and the table says by how much.

    python benchmarks/advice_calibration.py [--sweeps 200] [--only WORD ...] [--workers 2] [--bundled]

With --bundled the truths are measured ones instead: laws are fitted to the bundled sweeps without their two largest
batch sizes, and the optima there are looked up. Their own errors widen the intervals. Exits with 1 where fewer than
92 % or more than 98 % are held.
"""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
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
from surgecore.sweeps.answers import load_answers
from surgecore.sweeps.averaging import REACH, at_batch_size, averaged, misfit, voices
from surgecore.sweeps.points import Point

DATA = Path(__file__).resolve().parents[1] / "data"
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


@dataclass
class Counts:
    """What the intervals of one sweep, or of many, held, by column; and how wide those of advice are, in ln units."""

    held: dict[str, list[bool]] = field(default_factory=dict)
    widths: dict[str, list[float]] = field(default_factory=dict)

    def add(self, other: Counts) -> None:
        for mine, new in ((self.held, other.held), (self.widths, other.widths)):
            for key, values in new.items():
                mine.setdefault(key, []).extend(values)  # type: ignore[attr-defined]

    def share(self, key: str) -> float:
        return float(np.mean(self.held[key])) if key in self.held else np.nan


def one(task: tuple[str, int, int]) -> Counts:
    """One sweep of a truth, with so many seeds."""
    name, seeds, index = task
    law, rng, found = TRUTHS[name], np.random.default_rng([index, seeds, sum(map(ord, name))]), Counts()
    comparison = compare(optima_of(law, rng, batch_sizes=BATCH, spread=0.15, seeds=seeds))
    if name != "hump":
        for item in comparison[name].parameters.values():
            low, high = item.interval
            found.held.setdefault("laws", []).append(low <= getattr(law, item.param.name) <= high)
    for place, size in PLACES.items():
        said = averaged(voices(comparison, at_batch_size(size)), max(size / BATCH[-1], 1.0), misfit(comparison))
        assert said is not None
        low, high = said[1]
        found.held[place] = [bool(low <= np.log(law(size)) <= high)]
        found.widths[place] = [high - low]
    low, high = comparison.fits[0].band(100.0)
    found.held["best, B=100"] = [bool(low <= law(100.0) <= high)]
    return found


def summary(every: Counts) -> list[str]:
    """Print the two lines on advice; columns that fall short."""
    beyond = [name for name, size in PLACES.items() if size > BATCH[-1]]
    short = []
    for title, keys in (("inside the data", [k for k in PLACES if k not in beyond]), ("beyond, within reach", beyond)):
        shares = ", ".join(f"{key} {every.share(key):.1%}" for key in keys)
        factor = np.exp(np.median([width for key in keys for width in every.widths[key]]))
        print(f"{title}: {shares}; highest over lowest rate of the interval {factor:.2f}, median")
    print(f"reach: {REACH:g} times beyond the batch sizes measured; past it advice has no interval")
    for key in ("laws", *PLACES):
        if every.share(key) < 0.92 or (every.share(key) > 0.98 and key not in beyond):
            short.append(key)
    return short


def bundled() -> int:
    """Optima at the two largest batch sizes of bundled sweeps, against advice from the others."""
    hits: dict[str, list[bool]] = {"x2": [], "x4": []}
    for answer in load_answers(DATA).values():
        known = [o for o in answer.optima if o.on_edge is None and o.interval and all(o.interval)]
        if len(known) < 7:
            continue
        errors = [float(np.diff(np.log(o.interval))[0]) / 2.0 / 2.04 for o in known]  # 30 degrees of freedom
        points = [Point(o.batch_size, o.learning_rate, max(e, 0.003), 30.0) for o, e in zip(known, errors, strict=True)]
        comparison = compare(points[:-2])
        for point, error in zip(points[-2:], errors[-2:], strict=True):
            beyond = point.batch_size / points[-3].batch_size
            place = next((key for key, factor in (("x2", 2.0), ("x4", 4.0)) if abs(beyond / factor - 1.0) < 0.3), None)
            said = averaged(voices(comparison, at_batch_size(point.batch_size)), beyond, misfit(comparison))
            if place is None or said is None:
                continue
            centre, (low, high) = said
            off = float(np.log(point.value)) - centre
            hits[place].append(
                bool(-np.hypot(centre - low, 1.96 * error) <= off <= np.hypot(high - centre, 1.96 * error))
            )
    for place, held in hits.items():
        print(f"bundled sweeps, two largest batch sizes left out, {place}: {np.mean(held):.1%} of {len(held)} held")
    return int(any(not 0.92 <= np.mean(held) <= 0.98 for held in hits.values()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sweeps", type=int, default=200, help="simulated sweeps a row")
    parser.add_argument("--only", nargs="+", default=list(TRUTHS), choices=list(TRUTHS), help="these truths")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--bundled", action="store_true", help="bundled sweeps instead")
    options = parser.parse_args()
    if options.bundled:
        return bundled()
    columns = ["laws", *PLACES, "best, B=100"]
    print(f"{'truth':16s} {'seeds':>5} " + " ".join(f"{name:>8s}" for name in columns))
    every = Counts()
    with ProcessPoolExecutor(options.workers) as pool:
        for name, seeds in product(options.only, (4, 16)):
            found = Counts()
            for part in pool.map(one, [(name, seeds, index) for index in range(options.sweeps)], chunksize=4):
                found.add(part)
            print(f"{name:16s} {seeds:5d} " + " ".join(f"{found.share(key):8.3f}" for key in columns), flush=True)
            if name != "hump":  # beyond the data nothing is promised of a shape that no law has
                every.add(found)
    print("All but the hump:")
    short = summary(every)
    print(f"Short: {', '.join(short)}" if short else "Every column holds.")
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
