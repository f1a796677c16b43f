"""The eight curves of one step: golden values with 40 digits, closed forms, limits."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from surgecore import GradientNoise, LossDrop, NoiseModel, one_step_curves
from surgecore.theory.curves import CURVES

GOLDEN = Path(__file__).parents[1] / "golden"
VECTORS = json.loads((GOLDEN / "curves.json").read_text())["vectors"]
BATCH = np.logspace(0, 6, 13)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_eight_curves_have_their_golden_values(vector):
    curves = one_step_curves(NoiseModel(**vector["model"]))
    assert list(curves) == [key for key in CURVES if key in vector["expected"]]
    for key, values in vector["expected"].items():
        lr, drop = zip(*values, strict=True)
        np.testing.assert_allclose(curves[key].optimal_lr(vector["batch_size"]), lr, rtol=1e-9, err_msg=key)
        if drop[0] is None:
            assert curves[key].loss_drop is None
        else:
            np.testing.assert_allclose(curves[key].loss_drop(vector["batch_size"]), drop, rtol=1e-9, err_msg=key)


def test_theorem_3s_loss_drop_has_the_golden_limit_and_half_of_it_at_the_noise_scale():
    vectors = {v["name"]: v for v in json.loads((GOLDEN / "gradient_noise.json").read_text())["vectors"]}
    inputs, expected = vectors["dense3_sums"]["inputs"], vectors["dense3_sums"]["expected"]
    hessian = np.array(inputs["H"])
    values, axes = np.linalg.eigh(hessian)
    shift = values.min()
    noise = GradientNoise(
        inputs["mu"], inputs["sigma"], np.full(3, shift), axes * np.sqrt(np.maximum(values - shift, 0.0))
    )  # fmt: skip
    drop = noise.small_batch_loss_drop()
    assert drop.limit == pytest.approx(expected["dL_max"], rel=1e-9)
    assert drop.noise_scale == pytest.approx(expected["B_noise"], rel=1e-9)
    assert drop(drop.noise_scale) == pytest.approx(drop.limit / 2, rel=1e-12)


def test_where_theorem_3_has_no_peak_it_has_no_loss_drop():
    noise = NoiseModel(0.3, 0.05, 0.0, 0.0, 0.0, n_parameters=8).gradient_noise()
    assert noise.small_batch_law() is None
    assert noise.small_batch_loss_drop() is None
    assert "surge" not in one_step_curves(NoiseModel(0.3, 0.05, 0.0, 0.0, 0.0, n_parameters=8))


def test_sgd_lowers_a_quadratic_loss_by_its_closed_form():
    """G^T (E g) and E g^T H g straight from covariance and Hessian, at the best learning rate."""
    rng = np.random.default_rng(4)
    mean, std, factor = rng.normal(size=5), rng.uniform(0.5, 3, size=5), rng.normal(size=(5, 2))
    noise = GradientNoise(mean, std, np.full(5, 0.3), factor)
    hessian = np.diag(np.full(5, 0.3)) + factor @ factor.T
    for batch in (1.0, 40.0, 1e4):
        curvature = mean @ hessian @ mean + np.trace(hessian @ np.diag(std**2)) / batch
        rate = (mean @ mean) / curvature
        drop = rate * (mean @ mean) - 0.5 * rate**2 * curvature
        assert noise.sgd_law()(batch) == pytest.approx(rate, rel=1e-12)
        assert noise.sgd_loss_drop()(batch) == pytest.approx(drop, rel=1e-12)


def test_the_exact_law_goes_from_the_square_root_rule_to_the_plateau():
    curves = one_step_curves(NoiseModel(0.1, 0.05, 0.5, 6.0, 0.3))
    exact, correlated, plateau = (curves[key].optimal_lr for key in ("exact", "correlated", "plateau"))
    assert exact(1e-9) == pytest.approx(curves["square_root"].optimal_lr(1e-9), rel=1e-6)
    assert curves["linear"].optimal_lr(1) == pytest.approx(curves["square_root"].optimal_lr(1))
    for curve in (exact, correlated, curves["sgd"].optimal_lr, curves["saturating_half"].optimal_lr):
        assert curve(1e14) == pytest.approx(plateau(1.0), rel=1e-3)
    assert curves["sgd"].loss_drop(1e14) == pytest.approx(curves["plateau"].loss_drop(1.0), rel=1e-3)


def test_theorem_3_agrees_with_the_exact_law_far_below_its_limit():
    model = NoiseModel(0.3, 0.05, 0.4, 8.0, 0.0)
    curves = one_step_curves(model)
    small = np.array([0.01, 0.1])
    for what in ("optimal_lr", "loss_drop"):
        exact, surge = (getattr(curves[key], what)(small) for key in ("exact", "surge"))
        np.testing.assert_allclose(surge, exact, rtol=2e-3)


def test_correlation_has_a_curve_of_its_own_only_where_there_is_some():
    model = NoiseModel(0.3, 0.05, 0.0, 3.0, 0.5)
    with_it, without = one_step_curves(model), one_step_curves(replace(model, correlation=0.0))
    assert set(with_it) - set(without) == {"correlated"}
    np.testing.assert_allclose(with_it["exact"].optimal_lr(BATCH), without["exact"].optimal_lr(BATCH))


@pytest.mark.parametrize("values", [(0.0, 1.0), (1.0, -1.0), (np.inf, 1.0)])
def test_a_loss_drop_needs_positive_numbers(values):
    with pytest.raises(ValueError, match="must be positive"):
        LossDrop(*values)
    with pytest.raises(ValueError, match="batch_size must be positive"):
        LossDrop(1.0, 1.0)(-1)
