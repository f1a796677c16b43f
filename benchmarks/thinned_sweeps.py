"""Bundled sweeps with rates left out until an octave lies between them: optima against those that all rates give.

The truth is not chosen: it is what runs at rates half or a quarter of an octave apart say, with 32 seeds or more. Both
share their runs, so that what differs is what the steps between rates do. Exits with 1 where fewer than 92 % of the
95 % intervals hold the optimum of all rates. From the repository:

    python benchmarks/thinned_sweeps.py [--data data]
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from surgecore import Sweep, load_catalogue

_LEAST_SEEDS = 32
_FINE = 0.6  # octaves between rates, at most
_WELL_KNOWN = 0.03  # standard error of an optimum in ln rate


def step_of(sweep: Sweep) -> float:
    """Usual distance between rates, in octaves."""
    return float(np.median(np.concatenate([np.diff(v.cells.x) for v in sweep.valleys.valleys])) / np.log(2.0))


def thinned(sweep: Sweep, step: float) -> Iterator[Sweep]:
    """The sweep on octaves, once for each rate that it may begin with."""
    trials, every = sweep.trials, round(1.0 / step)
    rates = np.sort(trials["learning_rate"].unique())
    place = np.round(np.log2(rates / rates[0]) / step).astype(int)
    for first in range(every):
        kept = trials["learning_rate"].isin(rates[place % every == first])
        yield Sweep(sweep.name, trials[kept].reset_index(drop=True))


def errors_of(sweep: Sweep, step: float) -> Iterator[tuple[float, float, bool]]:
    """Of each optimum: its error, how well all rates know it, and whether its interval holds what they say."""
    points = zip(sweep.valleys.valleys, sweep.valleys.points.points, strict=True)
    known = {v.cells.batch_size: (v.best, p.stderr) for v, p in points if p.stderr is not None}
    for few in thinned(sweep, step):
        found = few.valleys
        for v, p, (low, high) in zip(found.valleys, found.points.points, found.intervals, strict=True):
            if p.stderr is not None and v.cells.batch_size in known:
                truth, error = known[v.cells.batch_size]
                yield v.best - truth, error, low <= truth <= high


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[1] / "data")
    warnings.simplefilter("ignore")
    rows = []
    for entry in load_catalogue(parser.parse_args().data):
        sweep = entry.load()
        if sweep.n_seeds >= _LEAST_SEEDS and (step := step_of(sweep)) <= _FINE:
            kind = "one step" if entry.horizon == "steps" and entry.amount == 1 else "more steps"
            rows += [(kind, *found) for found in errors_of(sweep, step)]
    table = pd.DataFrame(rows, columns=["kind", "error", "known", "held"])
    print("| On octaves | optima | bias | root mean square | held |\n|---|--:|--:|--:|--:|")
    short = 0
    for kind, part in table.groupby("kind"):
        for name, some in ((kind, part), (f"{kind}, known to 3 %", part[part["known"] < _WELL_KNOWN])):
            rms, held = float(np.sqrt((some["error"] ** 2).mean())), float(some["held"].mean())
            print(f"| {name} | {len(some)} | {some['error'].mean():+.3f} | {rms:.3f} | {held:.0%} |")
            short += held < 0.92
    sys.exit(bool(short))


if __name__ == "__main__":
    main()
