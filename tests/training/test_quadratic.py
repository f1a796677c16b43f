"""One sign step on quadratics with known statistics, against the exact laws of `GradientNoise`."""

import numpy as np
import pytest

from surgecore import GradientNoise
from surgecore.training.engine.loop import Engine
from surgecore.training.engine.optimizers import Sign
from surgecore.training.workloads.quadratic import QuadraticModel

SEEDS = 3000


def problem(correlation):
    random = np.random.default_rng(11)
    n = 24
    diagonal = random.uniform(0.5, 1.5, n)
    factors = 1.2 * random.choice([-1.0, 1.0], (n, 1))
    mean = factors[:, 0] * random.uniform(0.5, 1.5, n)
    std = np.abs(mean) * random.uniform(5, 15, n)
    loadings = correlation * np.sign(factors[:, 0])
    noise = np.column_stack([np.diag(std * np.sqrt(1 - correlation**2)), std * loadings])
    given = loadings if correlation else None
    exact = GradientNoise(mean, std, diagonal, factors, given)
    model = QuadraticModel(mean, np.diag(diagonal) + factors @ factors.T, noise)
    return exact, model


def measured_optimum(model, batch_size, guess):
    """Minimum of the mean loss, a parabola in the learning rate, and its standard error from the seeds."""
    rates = guess * np.array([0.5, 1.0, 1.5])
    engine = Engine(model, Sign(), batch_size=batch_size, seeds=range(SEEDS), rates=rates, start=model.initial(0))
    engine.step()
    losses = engine.losses()
    vandermonde = np.vander(rates / guess, 3)

    def minimum(mean):
        a, b, _ = np.linalg.solve(vandermonde, mean)
        return -b / (2 * a) * guess

    random = np.random.default_rng(0)
    draws = [minimum(losses[random.integers(0, SEEDS, SEEDS)].mean(axis=0)) for _ in range(200)]
    return minimum(losses.mean(axis=0)), np.std(draws)


@pytest.mark.parametrize("correlation", [0.0, 0.6])
@pytest.mark.parametrize("batch_size", [4, 64, 1024])
def test_measured_optimum_is_the_exact_law(correlation, batch_size):
    exact, model = problem(correlation)
    expected = exact.optimal_lr(batch_size)
    optimum, error = measured_optimum(model, batch_size, expected)
    assert error < 0.12 * expected
    assert abs(optimum - expected) < 3.5 * error + 1e-4 * expected


def test_correlation_matters_here():
    """Without its correlation the law would be wrong by many standard errors, so the test above can fail."""
    exact, model = problem(0.6)
    independent, _ = problem(0.0)
    optimum, error = measured_optimum(model, 64, exact.optimal_lr(64))
    assert abs(optimum - independent.optimal_lr(64)) > 10 * error


def test_loss_drop_of_the_optimal_step():
    exact, model = problem(0.0)
    rate = exact.optimal_lr(256)
    engine = Engine(model, Sign(), batch_size=256, seeds=range(SEEDS), rates=[rate], start=model.initial(0))
    before = engine.losses()
    engine.step()
    drop = (before - engine.losses())[:, 0]
    assert drop.mean() == pytest.approx(exact.loss_drop(256), abs=3.5 * drop.std() / np.sqrt(SEEDS))
