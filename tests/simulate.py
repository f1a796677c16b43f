"""Sweeps from known laws, for tests and benchmarks: every trial is simulated, valley and all."""

import numpy as np
import pandas as pd

from surgecore import Optimum

BATCH_SIZES = 2.0 ** np.arange(2, 11)


def sweep_frame(
    law, rng, *, batch_sizes=BATCH_SIZES, seeds=8, spread=0.1, step=0.5, width=3.0, one_step=False, skew=0.15
):
    """Trials whose valleys sit at law(B) times a lognormal factor per seed; rates every `step` octaves."""
    best = np.asarray(law(batch_sizes), dtype=float)
    low, high = np.log2(best.min()) - width, np.log2(best.max()) + width
    rates = 2.0 ** np.arange(np.floor(low / step) * step, high, step)
    rows = []
    for batch, centre in zip(batch_sizes, best, strict=True):
        for seed in range(seeds):
            own = centre * np.exp(rng.normal(0.0, spread))
            if one_step:
                loss = 1.0 - 2.0 * (rates / own) + (rates / own) ** 2
            else:
                u = np.log(rates / own)
                loss = 1.0 - np.exp(-0.5 * u**2 - skew * np.tanh(u) * u**2)
            rows += [(batch, rate, value, seed, 1 if one_step else 20) for rate, value in zip(rates, loss, strict=True)]
    frame = pd.DataFrame(rows, columns=["batch_size", "learning_rate", "loss", "seed", "steps"])
    frame["batch_size"] = frame["batch_size"].astype(int)
    return frame


def best_of_mean_loss(spread, *, skew=0.15):
    """Where the expected loss of `sweep_frame`'s skewed valleys is least, as a multiple of the law's rate.

    Seeds scatter about the law; their valleys are steeper on one side, so the mean of their losses is least a
    little below: that is the learning rate which is best on average, and what a sweep measures.
    """
    z, weight = np.polynomial.hermite_e.hermegauss(80)
    u = np.linspace(-0.3, 0.3, 6001)[:, None] - spread * z
    loss = 1.0 - np.exp(-0.5 * u**2 - skew * np.tanh(u) * u**2)
    return float(np.exp(np.linspace(-0.3, 0.3, 6001)[np.argmin(loss @ weight)]))


def optima_of(law, rng, *, batch_sizes=BATCH_SIZES, spread=0.1, seeds=8):
    """Optima as a sweep with so many seeds would give them, without simulating the valleys."""
    result = []
    for batch, best in zip(batch_sizes, law(np.asarray(batch_sizes, dtype=float)), strict=True):
        z = rng.normal(0.0, spread, seeds)
        error = float(z.std(ddof=1) / np.sqrt(seeds))
        result.append(make_optimum(batch, best * np.exp(z.mean()), error, dof=seeds - 1))
    return tuple(result)


def make_optimum(batch, rate, stderr=0.05, *, on_edge=None, dof=0.0):
    interval = None if stderr is None else (rate * np.exp(-2 * stderr), rate * np.exp(2 * stderr))
    source = "none" if stderr is None else "seeds"
    return Optimum(float(batch), float(rate), stderr, interval, on_edge, 10, 0, 8, 0.1, source, (), dof)
