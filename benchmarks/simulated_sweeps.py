"""Simulated sweeps of known truth: a valley, a grid of learning rates, runs, noise and a path of the optimum."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from surgecore import Sweep

SIZES = np.array([10, 25, 63, 158, 396, 995, 2500])
LN2 = np.log(2.0)
DEPTH = 0.1  # loss per squared ln unit near the optimum
CENTRE = np.log(8e-3)


# --- valleys: excess loss at u = ln(rate / optimum), least at 0, about DEPTH u^2 near it ----------------


def quadratic(u):
    return DEPTH * u**2


def steep_right(u):
    return DEPTH * 0.93 * (np.exp(1.8 * u) / 1.8 + np.exp(-0.6 * u) / 0.6 - 1 / 1.8 - 1 / 0.6)


def steep_left(u):
    return steep_right(-u)


def flat_bottom(u):
    return DEPTH * np.abs(u) ** 3


def kinked(u):
    return DEPTH * np.where(u < 0, -0.7 * u, 1.2 * u)


def one_step(u):
    """A parabola in the rate itself, as after one step from a checkpoint."""
    return DEPTH * np.expm1(u) ** 2


def cliff(u):
    """Progress that is slow at low rates, then a cliff: the loss runs away from three octaves on."""
    return np.where(u > 3.0 * LN2, np.nan, DEPTH * (np.exp(1.2 * u) / 1.2 - u - 1 / 1.2))


# --- truths: ln optimum at each batch size, less CENTRE ------------------------------------------------


def constant(b):
    return np.zeros(len(b))


def rise_then_flat(b):
    return -np.log1p(60.0 / b)


def square_root(b):
    return 0.5 * np.log(b / 160.0)


def surge(octaves):
    """A surge whose optimum at the largest batch size lies so many octaves below its peak."""
    ratio = 2.0**octaves
    far = (ratio + np.sqrt(ratio**2 - 1.0)) ** 2  # largest batch size over the peak's

    def path(b):
        peak = b[-1] / far
        return -np.log(0.5 * (np.sqrt(peak / b) + np.sqrt(b / peak)))

    return path


def peak_outside(b):
    """The third and fourth optimum lie above the rates tried, which reach two octaves up; the rest are equal."""
    return np.where((b > 50) & (b < 200), 2.6 * LN2, 0.0)


def last_outside(b):
    """The last optimum lies below the rates tried, which reach two octaves down."""
    return np.where(b == b[-1], -2.6 * LN2, 0.0)


def peak_fall_rise(b):
    return LN2 * np.interp(np.log(b), np.log(b), [-1.0, 0.0, 0.0, -1.0, -1.0, 0.0, 0.6])


# --- rates tried at a batch size whose optimum is at `best` --------------------------------------------


def octaves(step, reach=3.0):
    return lambda rng, best, path: np.arange(
        CENTRE + path.min() - reach * LN2, CENTRE + path.max() + reach * LN2, step * LN2
    )


def bounded(rng, best, path):
    return CENTRE + LN2 * np.arange(-2.0, 2.01, 0.5)


def linear(rng, best, path):
    return np.log(np.exp(CENTRE + path.max()) * np.linspace(0.2, 3.0, 15))


def adaptive(rng, best, path):
    return best + rng.normal(0, 0.4) + LN2 * 0.5 * np.arange(-2, 3)


def phased(rng, best, path):
    return np.arange(CENTRE + path.min() - (3 + rng.random()) * LN2, CENTRE + path.max() + 3 * LN2, LN2)


def random_search(rng, best, path):
    return np.sort(CENTRE + rng.uniform(path.min() - 2.5 * LN2, path.max() + 2.5 * LN2, 16))


@dataclass(frozen=True)
class Kind:
    """One kind of sweep."""

    valley: Callable = quadratic
    grid: Callable | str = field(default_factory=lambda: octaves(0.5))
    truth: Callable = constant
    runs: str = "3"
    shift: float = 0.15
    noise: float = 0.002
    grows: float = 0.0  # noise follows exp(grows * u)
    spread: Callable = lambda b: np.ones(len(b))  # of shifts and noise over batch sizes
    heavy: bool = False
    digits: int | None = None
    items: int | None = None  # accuracy of so many items, with a ceiling at 1
    earlier: float | None = None  # share in which the test of commit 98d0ef6 found a fall, of 100 such sweeps

    def sweep(self, rng: np.random.Generator) -> Sweep:
        path = self.truth(SIZES)
        scale = self.spread(SIZES)
        draw = (lambda size: rng.standard_t(3, size) / np.sqrt(3.0)) if self.heavy else rng.standard_normal
        seeds, labelled = self._runs()
        common = draw(seeds) * self.shift if self.runs == "shared" else None
        rows = []
        for b, here, factor in zip(SIZES, CENTRE + path, scale, strict=True):
            own = common if common is not None else draw(seeds) * self.shift * factor
            if self.grid == "tpe":
                rows += self._tpe(rng, b, here, own[0], factor)
                continue
            for x in self.grid(rng, here, path):
                for seed in self._seeds_of_cell(rng, seeds):
                    shift = own[seed] if self.runs != "repeats" else draw(1)[0] * self.shift * factor
                    rows.append((b, np.exp(x), self._loss(rng, draw, x - here - shift, factor), seed))
        frame = pd.DataFrame(rows, columns=["batch_size", "learning_rate", "loss", "seed"])
        if self.items:
            frame["loss"] = 1.0 - frame["loss"]
        frame["status"] = np.where(np.isfinite(frame["loss"]), "complete", "infeasible")
        return Sweep("made", frame if labelled else frame.drop(columns="seed"))

    def _runs(self) -> tuple[int, bool]:
        named = {"1": (1, False), "1 seed": (1, True), "repeats": (3, False), "1-5": (5, True), "shared": (4, True)}
        return named.get(self.runs) or (int(self.runs), True)

    def _seeds_of_cell(self, rng, seeds):
        if self.runs != "1-5":
            return range(seeds)
        return range(rng.integers(1, 6)) if rng.random() > 0.15 else range(0)

    def _loss(self, rng, draw, u, factor):
        value = (
            2.0
            + float(self.valley(u))
            + float(draw(1)[0]) * self.noise * factor * np.exp(self.grows * np.clip(u, -3, 3))
        )
        if self.items:
            accuracy = np.clip(0.985 - (value - 2.0), 0.0, 1.0) if np.isfinite(value) else np.nan
            return rng.binomial(self.items, accuracy) / self.items if np.isfinite(accuracy) else np.nan
        return np.round(value, self.digits) if self.digits is not None else value

    def _tpe(self, rng, b, here, shift, factor):
        """Random at first, then near the best so far, as a Bayesian search does."""
        rows = []
        for index in range(20):
            known = sorted(rows, key=lambda row: row[2])[:3]
            x = rng.uniform(CENTRE - 2.5 * LN2, CENTRE + 2.5 * LN2)
            if index >= 6:
                x = float(np.log(known[rng.integers(3)][1]) + rng.normal(0, 0.5 * LN2))
            rows.append((b, np.exp(x), self._loss(rng, rng.standard_normal, x - here - shift, factor), 0))
        return rows

    @cached_property
    def offset(self) -> float:
        """ln of the best rate of the expected loss over the one where a single valley is least."""
        z, weight = np.polynomial.hermite_e.hermegauss(60)
        u = np.linspace(-0.4, 0.4, 1601)
        with np.errstate(invalid="ignore"):
            loss = np.nan_to_num(self.valley(u[:, None] - self.shift * z), nan=1.0) @ weight
        return float(u[int(np.argmin(loss))])

    @cached_property
    def prices(self) -> tuple[float, float]:
        """Extra expected loss at half and at twice the rate where a single valley is least."""
        z, weight = np.polynomial.hermite_e.hermegauss(12)
        u = np.array([-LN2, LN2, self.offset])
        low, high, least = self.valley(u[:, None] - self.shift * z) @ (weight / weight.sum())
        return float(low - least), float(high - least)

    @cached_property
    def drop(self) -> float:
        """Largest drop of the true optimum after a running maximum, in octaves."""
        path = self.truth(SIZES)
        return float(np.max(np.maximum.accumulate(path) - path)) / LN2


def falling(b):
    return np.geomspace(2.0, 0.2, len(b))


STEP2 = DEPTH * (0.5 * LN2) ** 2  # curvature times the squared step of a half-octave grid
KINDS: dict[str, Kind] = {
    # truths without a fall
    "quadratic, 1/2 octave, 3 seeds, constant": Kind(),
    "quadratic, 1/2 octave, 2 seeds, constant": Kind(runs="2"),
    "quadratic, 1/4 octave, 5 seeds, constant": Kind(grid=octaves(0.25), runs="5", shift=0.25),
    "steep right, 1/2 octave, 3 seeds, noise grows with the rate, constant": Kind(steep_right, noise=0.01, grows=0.8),
    "steep right, 1/2 octave, 10 seeds, noise grows with the rate, constant": Kind(
        steep_right, runs="10", noise=0.01, grows=0.8
    ),
    "steep left, 1 octave, 3 seeds, constant": Kind(steep_left, octaves(1.0)),
    "steep left, random, 1 seed of its own shift, constant": Kind(steep_left, random_search, runs="1 seed"),
    "flat bottom, 1/2 octave, 3 seeds, constant": Kind(flat_bottom),
    "flat bottom, 1/4 octave, 1 run, 8 steps of noise, constant": Kind(
        flat_bottom, octaves(0.25), runs="1", shift=0.0, noise=8 * STEP2 / 4
    ),
    "kinked, phase differs, 3 seeds, constant": Kind(kinked, phased),
    "kinked, 1/2 octave, 10 seeds, constant": Kind(kinked, runs="10"),
    "one step, phase differs, 10 seeds, constant": Kind(one_step, phased, runs="10"),
    "cliff, 1 octave, 3 seeds, constant": Kind(cliff, octaves(1.0)),
    "cliff, 2 octaves, 5 seeds, constant": Kind(cliff, octaves(2.0, 4.0), runs="5"),
    "quadratic, 1/4 octave, 1 run, 8 steps of noise, constant": Kind(
        grid=octaves(0.25, 1.5), runs="1", shift=0.0, noise=8 * STEP2 / 4
    ),
    "quadratic, 1/4 octave, 1 run, 16 steps of noise, constant": Kind(
        grid=octaves(0.25, 1.5), runs="1", shift=0.0, noise=16 * STEP2 / 4
    ),
    "quadratic, 1/2 octave, 1 run, 8 steps of noise, constant": Kind(runs="1", shift=0.0, noise=8 * STEP2),
    "quadratic, 1/2 octave, 1 seed of its own shift, constant": Kind(runs="1 seed", shift=0.2),
    "steep right, 1/2 octave, 1 run of its own shift, spread falls with B, constant": Kind(
        steep_right, runs="1", spread=falling
    ),
    "quadratic, 1/2 octave, 3 seeds, 16 steps of noise, constant": Kind(noise=16 * STEP2),
    "quadratic, 1/2 octave, 3 seeds, spread falls with B, constant": Kind(spread=falling, shift=0.25),
    "steep right, 1/2 octave, 4 seeds, heavy tails, constant": Kind(steep_right, runs="4", heavy=True, noise=0.005),
    "flat bottom, 1/2 octave, 3 seeds, 2 digits, constant": Kind(flat_bottom, digits=2),
    "quadratic, 1/2 octave, 3 seeds, 3 digits, constant": Kind(digits=3, noise=0.0005),
    "quadratic, 1/4 octave, 1 run, 2 digits, constant": Kind(grid=octaves(0.25, 2.0), runs="1", shift=0.0, digits=2),
    "steep right, 1/2 octave, 3 seeds, accuracy of 500 items, constant": Kind(steep_right, items=500, noise=0.0),
    "steep right, 1/2 octave, 1-5 seeds with 15 % missing, constant": Kind(steep_right, runs="1-5", noise=0.005),
    "quadratic, 1/2 octave, 3 repeats without a seed, constant": Kind(runs="repeats", noise=0.01),
    "quadratic, 1/2 octave, 4 seeds shared over batch sizes, constant": Kind(runs="shared"),
    "quadratic, adaptive, 3 seeds, constant": Kind(grid=adaptive),
    "quadratic, linear, 10 seeds, constant": Kind(grid=linear, runs="10"),
    "quadratic, TPE, 1 seed of its own shift, constant": Kind(grid="tpe", runs="1 seed"),
    "quadratic, random, 1 run, small noise, rise then flat": Kind(
        grid=random_search, runs="1", shift=0.0, truth=rise_then_flat
    ),
    "steep right, 1/2 octave, 3 seeds, rise then flat": Kind(steep_right, truth=rise_then_flat),
    "quadratic, 1 octave, 2 seeds, square root": Kind(grid=octaves(1.0), runs="2", truth=square_root),
    "steep left, 1/4 octave, 5 seeds, square root": Kind(steep_left, octaves(0.25), runs="5", truth=square_root),
    # truths with one
    "quadratic, 1/2 octave, 3 seeds, surge 1.1 octaves": Kind(truth=surge(1.1)),
    "quadratic, 1/2 octave, 3 seeds, surge 0.75 octaves": Kind(truth=surge(0.75), earlier=0.79),
    "quadratic, 1/2 octave, 3 seeds, surge 0.5 octaves": Kind(truth=surge(0.5), earlier=0.44),
    "steep right, 1 octave, 3 seeds, surge 1.1 octaves": Kind(steep_right, octaves(1.0), truth=surge(1.1)),
    "kinked, 1/2 octave, 5 seeds, surge 0.5 octaves": Kind(kinked, runs="5", truth=surge(0.5)),
    "quadratic, 1/4 octave, 10 seeds, surge 0.25 octaves": Kind(grid=octaves(0.25), runs="10", truth=surge(0.25)),
    "quadratic, 1/2 octave, 8 seeds, surge 0.25 octaves": Kind(runs="8", truth=surge(0.25)),
    "quadratic, random, 1 run, small noise, surge 1.1 octaves": Kind(
        grid=random_search, runs="1", shift=0.0, truth=surge(1.1)
    ),
    "quadratic, 1/2 octave, 1 seed of its own shift, surge 1.1 octaves": Kind(runs="1 seed", truth=surge(1.1)),
    "quadratic, 1/2 octave, 3 seeds, peak outside the grid": Kind(grid=bounded, truth=peak_outside),
    "steep right, 1/2 octave, 3 seeds, last optimum outside the grid": Kind(steep_right, bounded, truth=last_outside),
    "quadratic, 1/2 octave, 5 seeds, peak, fall, rise": Kind(runs="5", truth=peak_fall_rise),
    "steep left, phase differs, 10 seeds, surge 0.5 octaves": Kind(steep_left, phased, runs="10", truth=surge(0.5)),
}
