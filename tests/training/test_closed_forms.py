"""Best rates of a quadratic, for every method whose step there has a closed form, against runs of the engine.

A step against u(g) has its best rate at E[u].G / E[u^T H u]. What follows differs in the two expectations only: signs
(`GradientNoise`), gradients (McCandlish et al., arXiv 1812.06162), Eve's smooth sign, gradients scaled by a function of
their norm (LARS, CLARS, AdaGrad-Norm), and steps that are linear in the noise (extrapolation, momentum).
"""

from math import gamma, sqrt

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.special import hyp1f1
from scipy.stats import ncx2, norm

from surgecore import GradientNoise
from surgecore.training.engine.adaptive import AdaptiveEngine
from surgecore.training.engine.loop import Engine
from surgecore.training.engine.methods import OPTIMIZERS
from surgecore.training.engine.methods.active import ActiveAdaBelief, ActiveAdamW, ActiveRAdam, ActiveSGD
from surgecore.training.engine.methods.adagrad_norm import AdagradNorm
from surgecore.training.engine.methods.adalomo import AdaLomo
from surgecore.training.engine.methods.eve import Eve
from surgecore.training.engine.methods.extrapolation import Extrapolated
from surgecore.training.engine.methods.layerwise import CLARS, LARS
from surgecore.training.engine.methods.maxva import LaMAdam, MAdam
from surgecore.training.engine.methods.tom import Tom
from surgecore.training.engine.optimizers import SGD, Adafactor, Adagrad, Adam, Sign
from surgecore.training.engine.policies import OptimalSGD
from surgecore.training.workloads.quadratic import QuadraticModel

N, SEEDS = 12, 2000
RANDOM = np.random.default_rng(21)
#: Curvature, and gradient where runs start, of one problem.
FACTOR = RANDOM.uniform(0.5, 1.0, (N, 1))
HESSIAN = np.diag(RANDOM.uniform(0.5, 1.5, N)) + FACTOR @ FACTOR.T
GRADIENT = RANDOM.uniform(0.2, 1.0, N)
START = RANDOM.normal(size=N)
#: Noise of single examples: as large in all coordinates, or not.
EVEN = np.full(N, 4.0)
UNEVEN = GRADIENT * RANDOM.uniform(3.0, 12.0, N)
SIZES = (4, 64)


def problem(std, start=START):
    """The engine's model whose gradient at `start` is GRADIENT, and the same for the laws."""
    model = QuadraticModel(GRADIENT - HESSIAN @ start, HESSIAN, np.diag(std))
    exact = GradientNoise(GRADIENT, std, np.diag(HESSIAN - FACTOR @ FACTOR.T), FACTOR)
    return model, exact


def measured(model, optimizer, batch_size, expected, *, start=START, steps=1, degree=2, policy=None):
    """Minimum of the mean loss, a polynomial in the rate, and its standard error from the seeds."""
    rates = expected * np.linspace(0.5, 1.5, degree + 1)
    given = {"batch_size": batch_size, "seeds": range(SEEDS), "rates": rates}
    origin = torch.tensor(start, dtype=torch.float32)
    if policy:
        engine = AdaptiveEngine(model, optimizer, policy, start=origin, **given)
    else:
        engine = Engine(model, optimizer, start=origin, **given)
    engine.advance(steps)
    losses, random = engine.losses(), np.random.default_rng(0)
    draws = [lowest(losses[random.integers(0, SEEDS, SEEDS)].mean(axis=0), rates) for _ in range(100)]
    return lowest(losses.mean(axis=0), rates), np.std(draws)


def lowest(losses, rates):
    """Where the polynomial through the losses is lowest, among its stationary points nearest the middle rate."""
    middle = rates.mean()
    slope = np.polyder(np.polyfit(rates / middle, losses, len(rates) - 1))
    roots = np.roots(slope)
    real = roots[np.abs(roots.imag) < 1e-6].real
    return real[np.argmin(np.abs(real - 1))] * middle


def agrees(model, optimizer, batch_size, expected, **how):
    optimum, error = measured(model, optimizer, batch_size, expected, **how)
    assert error < 0.1 * expected
    assert abs(optimum - expected) < 3.5 * error + 1e-4 * expected


#: What the first step is in units of a sign step at the same rate.
SIGNS = {
    "sign": (Sign(), 1.0),
    "adam": (Adam(), 1.0),
    "adagrad": (Adagrad(), 1.0),
    "madam": (MAdam(), 1.0),
    "lamadam": (LaMAdam(), 1.0),
    "active-adamw": (ActiveAdamW(weight_decay=0.0), 1.0),
    "tom": (Tom(), 0.11),
    "tom corrected": (Tom(correct=True), 0.11 / 0.109),
    "adalomo": (AdaLomo(), sqrt(np.mean(START**2))),
    "adafactor": (Adafactor(), sqrt(np.mean(START**2))),
}


@pytest.mark.parametrize("batch_size", SIZES)
@pytest.mark.parametrize("case", SIGNS)
def test_first_steps_that_are_signs(case, batch_size):
    model, exact = problem(UNEVEN)
    optimizer, size = SIGNS[case]
    agrees(model, optimizer, batch_size, exact.optimal_lr(batch_size) / size)


def test_adalomo_moves_weights_that_are_zero_by_its_least_scale():
    at = np.zeros(N)
    model, exact = problem(UNEVEN, at)
    agrees(model, AdaLomo(), 64, exact.optimal_lr(64) / 1e-3, start=at)


GRADIENTS = {
    "sgd": (SGD(), 1.0),
    "active-sgd": (ActiveSGD(), 1.0),
    "active-radam": (ActiveRAdam(), 1.0),
    "active-adabelief": (ActiveAdaBelief(), 0.1),
    "extrapolated past": (Extrapolated("past"), 1.0),
}


@pytest.mark.parametrize("batch_size", SIZES)
@pytest.mark.parametrize("case", GRADIENTS)
def test_first_steps_that_are_gradients(case, batch_size):
    model, exact = problem(UNEVEN)
    optimizer, size = GRADIENTS[case]
    agrees(model, optimizer, batch_size, exact.sgd_law()(batch_size) / size)


@pytest.mark.parametrize("eps", [1e6, 0.5])
@pytest.mark.parametrize("batch_size", SIZES)
def test_the_multiplier_of_the_optimal_rate_of_sgd(batch_size, eps):
    """Its rate is half of min(1 / L, eps mu B / (2 h)); the swept multiplier makes up for what that is off."""
    model, exact = problem(EVEN)
    values, h = np.linalg.eigvalsh(HESSIAN), float((EVEN**2).sum())
    rate = 0.5 * min(1 / values[-1], eps * values[0] * batch_size / (2 * h))
    expected = exact.sgd_law()(batch_size) / rate
    agrees(model, SGD(), batch_size, expected, policy=OptimalSGD(most=64, eps=eps, cap=h))


@pytest.mark.parametrize("batch_size", SIZES)
def test_eve_is_a_smooth_sign(batch_size):
    """g / sqrt(g^2 + (B - 1) s^2 / B^2): the mean and mean square of each coordinate are integrals over one normal."""
    z = np.linspace(-10, 10, 4001)
    g = GRADIENT[:, None] + UNEVEN[:, None] / sqrt(batch_size) * z
    u = g / np.sqrt(g**2 + (batch_size - 1) * UNEVEN[:, None] ** 2 / batch_size**2)
    weight = norm.pdf(z) / norm.pdf(z).sum()
    mean, square = u @ weight, u**2 @ weight
    curvature = mean @ HESSIAN @ mean + np.diag(HESSIAN) @ (square - mean**2)
    model, exact = problem(UNEVEN)
    expected = mean @ GRADIENT / curvature
    agrees(model, Eve(), batch_size, expected)
    assert expected > 1.02 * exact.optimal_lr(batch_size)  # so that a sign step would not pass


def scaled(batch_size, more):
    """Best rate of a step along g / sqrt(|g|^2 + more), for noise as large in all coordinates.

    E[g f(|g|^2)] = G E f(s^2/B chi^2(n + 2)), and E[g g^T f^2] = s^2/B E f^2(chi^2(n + 2)) + G G^T E f^2(chi^2(n + 4)),
    all chi squares noncentral with B |G|^2 / s^2 (Bock, Ann. Statist. 3 (1975), 209).
    """
    variance = EVEN[0] ** 2 / batch_size
    apart = GRADIENT @ GRADIENT / variance

    def mean(power, degrees):
        law = ncx2(degrees, apart)
        ends = max(0.0, law.mean() - 14 * law.std()), law.mean() + 14 * law.std()
        return quad(lambda x: law.pdf(x) * (variance * x + more) ** -power, *ends, epsabs=0, epsrel=1e-9, limit=200)[0]

    along = GRADIENT @ HESSIAN @ GRADIENT
    curvature = variance * np.trace(HESSIAN) * mean(1.0, N + 2) + along * mean(1.0, N + 4)
    return GRADIENT @ GRADIENT * mean(0.5, N + 2) / curvature


def of_lars(batch_size, size):
    """The formula of the docstring of LARS, for trust |w| = size."""
    signal = GRADIENT @ GRADIENT
    ratio = batch_size * signal / EVEN[0] ** 2
    c = gamma((N + 1) / 2) / (sqrt(2) * gamma(N / 2 + 1)) * hyp1f1(0.5, N / 2 + 1, -ratio / 2)

    def m(n):
        return hyp1f1(1, n / 2 + 1, -ratio / 2) / n

    along = GRADIENT @ HESSIAN @ GRADIENT / signal
    return sqrt(signal * ratio) * c / (size * (m(N) * np.trace(HESSIAN) + ratio * m(N + 2) * along))


@pytest.mark.parametrize("batch_size", SIZES)
def test_lars_is_a_gradient_on_a_sphere(batch_size):
    size = 0.02 * np.linalg.norm(START)
    expected = of_lars(batch_size, size)
    assert expected == pytest.approx(scaled(batch_size, 0.0) / size, rel=1e-6)
    agrees(problem(EVEN)[0], LARS(trust=0.02), batch_size, expected)


def test_the_best_rate_of_lars_rises_as_a_root_below_the_noise_scale():
    assert of_lars(0.04, 1.0) / of_lars(0.01, 1.0) == pytest.approx(2, rel=0.02)
    assert of_lars(1e6, 1.0) / of_lars(1e5, 1.0) == pytest.approx(1, rel=0.02)


@pytest.mark.parametrize("batch_size", SIZES)
def test_clars_knows_the_size_of_single_examples(batch_size):
    size = 0.02 * np.linalg.norm(START)
    others = (1 - 1 / batch_size) * float((EVEN**2).sum())
    agrees(problem(EVEN)[0], CLARS(trust=0.02), batch_size, scaled(batch_size, others) / size)


@pytest.mark.parametrize("first", [0.01, 20.0])
@pytest.mark.parametrize("batch_size", SIZES)
def test_adagrad_norm_scales_by_its_first_gradient(batch_size, first):
    agrees(problem(EVEN)[0], AdagradNorm(first=first), batch_size, scaled(batch_size, first))


def best_of(mean_loss, guess):
    """Where a polynomial of degree four, given by its values, is lowest."""
    for _ in range(40):
        rates = guess * np.linspace(0.5, 1.5, 5)
        guess = lowest(np.array([mean_loss(rate) for rate in rates]), rates)
    return guess


@pytest.mark.parametrize("ratio", [0.5, 2.0])
@pytest.mark.parametrize("kind", ["full", "noise"])
@pytest.mark.parametrize("batch_size", SIZES)
def test_first_moves_that_are_drawn(kind, ratio, batch_size):
    """A step against g - ratio lr H z, with z a second minibatch's gradient or normal numbers."""
    model, exact = problem(UNEVEN)
    noise = np.diag(UNEVEN**2) / batch_size
    drift, spread = (GRADIENT, noise) if kind == "full" else (np.zeros(N), np.eye(N))

    def loss(rate):
        bend = ratio * rate * HESSIAN
        mean = -rate * (GRADIENT - bend @ drift)
        covariance = rate**2 * (noise + bend @ spread @ bend)
        return GRADIENT @ mean + 0.5 * (mean @ HESSIAN @ mean + np.trace(HESSIAN @ covariance))

    expected = best_of(loss, exact.sgd_law()(batch_size))
    assert ratio < 1 or abs(expected / exact.sgd_law()(batch_size) - 1) > 0.02  # plain SGD would not pass
    agrees(model, Extrapolated(kind, ratio), batch_size, expected, degree=4)


LINEAR = {
    "past": (Extrapolated("past", 1.5), 0.0, 1.5),
    "past with momentum": (Extrapolated("past", 0.5, momentum=0.6), 0.6, 0.5),
    "active-sgd": (ActiveSGD(momentum=0.7), 0.7, 0.0),
}


@pytest.mark.parametrize("batch_size", SIZES)
@pytest.mark.parametrize("case", LINEAR)
def test_two_steps_that_are_linear_in_the_noise(case, batch_size):
    """Position, average and past gradient follow a linear recursion: their mean and covariance are exact."""
    optimizer, momentum, ratio = LINEAR[case]
    model, exact = problem(UNEVEN)
    eye, zero, noise = np.eye(N), np.zeros((N, N)), np.diag(UNEVEN**2) / batch_size

    def loss(rate):
        found = np.hstack([HESSIAN, zero, -ratio * rate * HESSIAN])  # the gradient, but for GRADIENT and noise
        average = np.hstack([zero, momentum * eye, zero]) + found
        place = np.hstack([eye, zero, zero]) - rate * average
        move, enters = np.vstack([place, average, found]), np.vstack([-rate * eye, eye, eye])
        mean, covariance = np.zeros(3 * N), np.zeros((3 * N, 3 * N))
        for _ in range(2):
            mean = move @ mean + enters @ GRADIENT
            covariance = move @ covariance @ move.T + enters @ noise @ enters.T
        at, around = mean[:N], covariance[:N, :N]
        return GRADIENT @ at + 0.5 * (at @ HESSIAN @ at + np.trace(HESSIAN @ around))

    expected = best_of(loss, 0.5 * exact.sgd_law()(batch_size))
    agrees(model, optimizer, batch_size, expected, steps=2, degree=4)


def test_every_method_of_a_paper_is_here():
    here = {type(case[0]) for cases in (SIGNS, GRADIENTS, LINEAR) for case in cases.values()}
    assert {kind for kind in OPTIMIZERS.values() if "methods" in kind.__module__} <= here | {
        Eve,
        LARS,
        CLARS,
        AdagradNorm,
    }
