"""Random searches against grids of equal cost, and what the next runs bring against what is promised of them.

Two tables of simulated sweeps with known truth. The first: error of the optimum (root mean square of ln rate, over
the optima that are no bounds at an end of the rates tried) in a random search whose batch sizes and rates are both
drawn, or in one that draws most rates near the best so far, over that in a grid of as many runs; and how many 95 %
intervals of the search hold the truth, each run with a seed of its own. The second: runs that
`next_runs` asks for are simulated and added, and so are as many runs as extra seeds of the grid there is; "better" is
the share of sweeps in which the former bring more. Exits with 1 where a search's error is above 1.5 times the grid's, a
promise is missed, or extra seeds do better.

    python benchmarks/runs_calibration.py [--sweeps 100] [--only WORD ...] [--workers 2]
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import binom
from simulated_sweeps import CENTRE, LN2, SIZES, kinked, quadratic, square_root, steep_left, steep_right, surge

from surgecore import Sweep, analyse, compare, next_runs, surge_verdict
from surgecore.sweeps.next_runs import Goal

MOST = 1.5  # error of a random search over that of a grid
NOISE = 0.003


# --- random searches ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Search:
    """Runs of one seed without a shift of its own, at rates two and a half octaves to each side of the truths."""

    valley: Callable
    trials: int
    noise: float
    learns: bool = False  # as a Bayesian search does: after a few draws, near one of the three best so far

    def sweep(self, rng: np.random.Generator, random: bool, path: np.ndarray) -> Sweep:
        low, high = path.min() - 2.5 * LN2, path.max() + 2.5 * LN2
        if random:
            where, x = rng.integers(len(SIZES), size=self.trials), rng.uniform(low, high, self.trials)
        else:
            rates = round(self.trials / len(SIZES))
            where = np.repeat(np.arange(len(SIZES)), rates)
            x = np.tile(np.linspace(low, high, rates), len(SIZES))
        noise = rng.normal(0.0, self.noise, len(x))
        if random and self.learns:
            for size in range(len(SIZES)):
                mine = np.flatnonzero(where == size)
                for k in range(max(3, round(0.3 * len(mine))), len(mine)):
                    so_far = mine[:k]
                    best = so_far[np.argsort(self.valley(x[so_far] - path[size]) + noise[so_far])[:3]]
                    x[mine[k]] = np.clip(x[rng.choice(best)] + rng.normal(0.0, 0.5 * LN2), low, high)
        loss = 2.0 + self.valley(x - path[where]) + noise
        table = {"batch_size": SIZES[where], "learning_rate": np.exp(CENTRE + x), "loss": loss}
        # with a seed of each run's own there are intervals, and the optima are the same
        return Sweep("made", pd.DataFrame(table).assign(status="complete", seed=np.arange(len(x))))


SEARCHES = {
    f"{valley.__name__}, {trials} trials, noise {noise:g}": Search(valley, trials, noise)
    for valley in (quadratic, steep_right, kinked)
    for trials in (60, 120, 200)
    for noise in (0.005, 0.02)
}
SEARCHES |= {
    f"{valley.__name__}, {trials} trials, noise 0.005, TPE-like": Search(valley, trials, 0.005, learns=True)
    for valley in (quadratic, steep_right)
    for trials in (60, 120)
}


def searched(task: tuple[str, int]) -> tuple[dict[bool, list[float]], list[bool]]:
    """Errors of the optima in a random search and in a grid, NaN for a bound; which of the former's intervals hold."""
    name, index = task
    rng = np.random.default_rng([index, len(name), sum(map(ord, name))])
    path = surge(0.5)(SIZES) if index % 2 else square_root(SIZES)
    found: dict[bool, list[float]] = {}
    held: list[bool] = []
    for random in (True, False):
        valleys = SEARCHES[name].sweep(rng, random, path).valleys
        best = {v.cells.batch_size: v.best if v.on_edge is None else np.nan for v in valleys.valleys}
        found[random] = [best.get(b, np.nan) - CENTRE - here for b, here in zip(SIZES, path, strict=True)]
        if random:
            truth = dict(zip(SIZES.tolist(), CENTRE + path, strict=True))
            ends = zip(valleys.points.points, valleys.intervals, strict=True)
            held = [low <= truth[p.batch_size] <= high for p, (low, high) in ends if p.stderr is not None]
    return found, held


def _spread(errors: dict[bool, np.ndarray], sweeps: int) -> float:
    """Standard error of the ratio of two root mean squares: sweeps are drawn anew, with all their optima."""
    drawn, size = np.random.default_rng(0).integers(sweeps, size=(500, sweeps)), {}
    for random, error in errors.items():
        each = error.reshape(sweeps, -1)[drawn]
        size[random] = np.sqrt(np.nanmean(each**2, axis=(1, 2)))
    return float(np.std(size[True] / size[False]))


def search_table(names: list[str], sweeps: int, pool: Executor) -> int:
    print(f"{'random search against grid':44s} {'grid':>6s} {'random':>7s} {'ratio':>6s} {'+-':>6s}", end="")
    print(f" {'bounds':>7s} {'held':>5s}")
    failed = 0
    for name in names:
        every = list(pool.map(searched, [(name, i) for i in range(sweeps)], chunksize=4))
        errors = {random: np.array([part[random] for part, _ in every]).ravel() for random in (True, False)}
        held = np.concatenate([one for _, one in every])
        size = {random: float(np.sqrt(np.nanmean(error**2))) for random, error in errors.items()}
        ratio = size[True] / size[False]
        spread = _spread(errors, sweeps)
        bounds = [f"{np.isnan(errors[random]).mean():.0%}" for random in (False, True)]
        failed += ratio > MOST
        print(
            f"{name:44s} {size[False]:6.3f} {size[True]:7.3f} {ratio:6.2f} {spread:6.2f} {'/'.join(bounds):>7s} "
            f"{held.mean():5.0%}",
            flush=True,
        )
    return failed


# --- next runs ------------------------------------------------------------------------------------------


def late_peak(b):
    """A surge whose peak is at batch size 1500: not decided inside the batch sizes measured."""
    return -np.log(0.5 * (np.sqrt(1500.0 / b) + np.sqrt(b / 1500.0)))


def constant(b):
    """No fall: what is not decided is to be excluded."""
    return np.zeros(len(np.atleast_1d(b)))


@dataclass(frozen=True)
class Start:
    """A sweep to begin with."""

    valley: Callable
    step: float
    seeds: int
    shift: float
    truth: Callable

    def runs(self, rng: np.random.Generator, cells: list[tuple[float, np.ndarray, int]], first: int) -> pd.DataFrame:
        """Trials of cells (batch size, rates, seeds), each seed with a shift of its own."""
        rows = []
        for b, rates, seeds in cells:
            here = CENTRE + float(self.truth(np.array([b, SIZES[-1]]))[0])
            for seed in range(seeds):
                u = np.log(rates) - here - rng.normal(0.0, self.shift)
                loss = 2.0 + self.valley(u) + rng.normal(0.0, NOISE, len(u))
                rows += [(b, rate, value, first + seed) for rate, value in zip(rates, loss, strict=True)]
        columns = ["batch_size", "learning_rate", "loss", "seed"]
        return pd.DataFrame(rows, columns=columns).assign(status="complete")

    def grid(self, seeds: int) -> list[tuple[float, np.ndarray, int]]:
        path = self.truth(SIZES)
        x = np.arange(path.min() - 2.5 * LN2, path.max() + 2.5 * LN2, self.step * LN2)
        return [(float(b), np.exp(CENTRE + x), seeds) for b in SIZES]


STARTS = {
    "quadratic, 3 seeds, surge 1.5 octaves": Start(quadratic, 0.5, 3, 0.2, surge(1.5)),
    "steep right, 3 seeds, surge 1.1 octaves": Start(steep_right, 0.5, 3, 0.15, surge(1.1)),
    "steep left, 1 octave, 2 seeds, surge 1.5 octaves": Start(steep_left, 1.0, 2, 0.15, surge(1.5)),
    "kinked, 5 seeds, surge 0.8 octaves": Start(kinked, 0.5, 5, 0.2, surge(0.8)),
    "quadratic, 3 seeds, surge 0.4 octaves": Start(quadratic, 0.5, 3, 0.2, surge(0.4)),
    "steep right, 3 seeds, peak at 1500": Start(steep_right, 0.5, 3, 0.2, late_peak),
    "quadratic, 3 seeds, constant": Start(quadratic, 0.5, 3, 0.1, constant),
    "steep right, 5 seeds, constant": Start(steep_right, 0.5, 5, 0.15, constant),
    "steep left, 1 octave, 4 seeds, constant": Start(steep_left, 1.0, 4, 0.15, constant),
}


def width(frame: pd.DataFrame, law: str) -> float:
    low, high = compare(Sweep("made", frame).valleys.points, [law])[law]["noise_scale"].interval
    return float(np.log(high / low)) if low > 0 else np.inf


def advised(task: tuple[str, int]) -> dict[str, float | str]:
    """What was promised of new runs and of extra seeds, and what they brought."""
    name, index = task
    start, rng = STARTS[name], np.random.default_rng([index, len(name), sum(map(ord, name))])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame = start.runs(rng, start.grid(start.seeds), 0)
        plan = next_runs(analyse(Sweep("made", frame)))
        promise = plan.promise
        uniform = plan.uniform or promise  # extra seeds are the plan itself, where nothing is said of them
        if promise is None or uniform is None:
            return {"goal": str(plan.goal)}
        cells = [
            (float(b), part["learning_rate"].to_numpy(), int(part["seeds"].iloc[0]))
            for b, part in plan.table.groupby("batch_size")
        ]
        new = start.runs(rng, cells, 1000)
        share = plan.n_runs * start.seeds / len(frame)
        more = start.runs(rng, start.grid(int(share) + int(rng.random() < share % 1.0)), 2000)
        found: dict[str, float | str] = {
            "goal": str(plan.goal), "runs": plan.n_runs, "promise": promise.value, "low": promise.low,
            "high": promise.high, "uniform": uniform.value,
        }  # fmt: skip
        for key, extra in (("real", new), ("real uniform", more)):
            both = Sweep("made", pd.concat([frame, extra]))
            if plan.goal is Goal.NARROW:
                assert plan.law is not None
                found[key] = width(both.trials, plan.law) / width(frame, plan.law)
            else:
                wanted = "fall" if plan.goal is Goal.DECIDE else "no_fall"
                found[key] = float(surge_verdict(both, seed=index).decision == wanted)
    return found


def next_table(names: list[str], sweeps: int, pool: Executor) -> int:
    print(f"\n{'next runs':50s} {'goal':>7s} {'n':>4s} {'runs':>5s} {'promise':>8s} {'real':>6s} {'held':>6s}", end="")
    print(f" {'better':>6s} extra seeds")
    failed = 0
    for name in names:
        every = pd.DataFrame(list(pool.map(advised, [(name, i) for i in range(sweeps)])))
        for goal, part in every.groupby("goal"):
            n = len(part)
            if goal not in (Goal.NARROW, Goal.DECIDE, Goal.EXCLUDE):
                print(f"{name:50s} {goal:>7s} {n:4d}")
                continue
            narrow = goal == Goal.NARROW
            middle = (lambda values: float(np.median(values))) if narrow else (lambda values: float(np.mean(values)))
            real, promise, other = (middle(part[key]) for key in ("real", "promise", "real uniform"))
            ahead = part["real"] < part["real uniform"] if narrow else part["real"] > part["real uniform"]
            held = float(((part["real"] >= part["low"]) & (part["real"] <= part["high"])).mean()) if narrow else np.nan
            print(
                f"{name:50s} {goal:>7s} {n:4d} {part['runs'].median():5.0f} {promise:8.2f} {real:6.2f} {held:6.0%} "
                f"{ahead.mean():6.0%} "
                f"{middle(part['uniform']):.2f}, {other:.2f}",
                flush=True,
            )
            failed += n >= 20 and not kept(goal, n, real, promise, held, other)
    return failed


def kept(goal: str, n: int, real: float, promise: float, held: float, other: float) -> bool:
    """Whether a promise is kept as far as chance allows, and extra seeds bring less, or no more to exclude a fall."""
    if goal == Goal.NARROW:
        # four of five widths lie between the quantiles
        return held * n >= binom.ppf(0.025, n, 0.8) and abs(real - promise) < 0.15 and real < other
    return real * n >= binom.ppf(0.025, n, promise) and (real > other or (goal == Goal.EXCLUDE and real == other))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sweeps", type=int, default=100, help="simulated sweeps per row")
    parser.add_argument("--only", nargs="+", default=[""], help="rows whose name has one of these in it")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    options = parser.parse_args()
    chosen = [[n for n in rows if any(word in n for word in options.only)] for rows in (SEARCHES, STARTS)]
    with ProcessPoolExecutor(options.workers) as pool:
        failed = search_table(chosen[0], options.sweeps, pool) + next_table(chosen[1], options.sweeps, pool)
    print(f"{failed} rows fall short." if failed else "Every row holds.")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
