"""Patience on a slow machine, and sweeps that tests share, made from a law so that the answer is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, settings

from surgecore import EqualSnrLaw, Sweep

# No test asks how fast the code is, and a busy machine is no reason to fail.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

#: Peaks at B = 41 with learning rate 0.0194, a third above its plateau.
TRUE_LAW = EqualSnrLaw(0.08, 0.1, 4.2)
BATCH_SIZES = (4, 16, 64, 256, 1024)


def valley(law=TRUE_LAW, seeds=4, noise=0.01) -> pd.DataFrame:
    """Losses with their minimum on the law, parabolas in log learning rate, the hottest cells diverged."""
    rng = np.random.default_rng(20)
    rows = []
    for batch_size in BATCH_SIZES:
        best = law(batch_size)
        for learning_rate in 0.02 * 2.0 ** np.arange(-4, 4.5, 0.5):
            for seed in range(seeds):
                loss = 0.3 + 0.2 * np.log(learning_rate / best) ** 2 + noise * rng.standard_normal()
                diverged = learning_rate > 0.2 and batch_size == 4
                rows.append((batch_size, learning_rate, np.nan if diverged else loss, seed, 10))
    return pd.DataFrame(rows, columns=["batch_size", "learning_rate", "loss", "seed", "steps"])


@pytest.fixture(scope="session")
def sweep() -> Sweep:
    return Sweep.from_frame(valley(), name="valley")


@pytest.fixture(scope="session")
def good_csv(sweep) -> bytes:
    return sweep.to_csv().encode()


@pytest.fixture(scope="session")
def bad_csv() -> bytes:
    return b"batch_size,learning_rate,loss\n32,0.001,0.5\nsixty,0.001,0.4\n64,-0.002,0.4\n64,0.002,zero\n"
