"""Batches that change: golden numbers of the tests, the engine that carries them out, and where they come to rest."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from surgecore.training.engine.adaptive import AdaptiveEngine
from surgecore.training.engine.loop import Engine
from surgecore.training.engine.methods.eve import Eve
from surgecore.training.engine.optimizers import SGD, Adam
from surgecore.training.engine.policies import (
    AugmentedTest,
    InnerProductTest,
    NormTest,
    OptimalSGD,
)
from surgecore.training.engine.rules import Buffers, Found
from surgecore.training.engine.stack import Layout
from surgecore.training.plans.plan import Plan, PlanError
from surgecore.training.runs.runner import run
from surgecore.training.workloads.quadratic import QuadraticModel
from surgecore.training.workloads.workloads import DigitsMLP, Quadratic, Softmax

GOLDEN = {
    item["name"]: item
    for item in json.loads((Path(__file__).parents[1] / "golden/methods.json").read_text("utf-8"))["vectors"]
}


def told(each):
    """Buffers of one run after a gradient of these single examples, (examples, P)."""
    each = torch.as_tensor(each, dtype=torch.float64)
    g = each.mean(dim=0)
    found = Found(
        norms=each.square().sum(dim=1)[None, None, None],
        along=(each @ g)[None, None],
        count=torch.full((1, 1), float(len(each)), dtype=each.dtype),
    )
    return Buffers(g, g, g, [], Layout({"w": g.shape}, 1, 1), found)


def following(policy, each, size=4.0):
    seen = policy.see(told(each))
    sizes = torch.full((1, 1), size, dtype=torch.float64)
    return float(policy.next(sizes, seen, torch.zeros_like(sizes), 1))


def test_golden_batches_of_the_tests():
    item = GOLDEN["adadagrad_tests_one_tensor"]
    each, expected = item["inputs"]["per_example_gradients"], item["expected"]
    seen = NormTest().see(told(each))
    assert float(seen.spread) == pytest.approx(expected["variance_1_norm"], rel=1e-12)
    assert float(seen.signal) == pytest.approx(expected["grad_norm2"], rel=1e-12)
    assert float(seen.along) == pytest.approx(expected["inner_product_variance"], rel=1e-12)
    assert float(seen.across) == pytest.approx(expected["orthogonality_variance"], rel=1e-12)
    assert following(NormTest(eta=0.1), each) == expected["norm_test_batch"]
    # 0.18 / (0.25 * 0.06) is 12 but for rounding, and the golden batch is the next above
    assert following(NormTest(eta=0.5), each) in (12, expected["norm_test_batch_eta_half"])
    assert following(InnerProductTest(theta=0.1), each) == expected["inner_product_batch"]
    assert following(InnerProductTest(theta=0.5), each) == expected["inner_product_batch_theta_half"]
    assert following(AugmentedTest(theta=0.1, nu=0.1), each) == expected["augmented_batch"]
    assert following(AugmentedTest(theta=10, nu=0.1), each) == expected["orthogonality_batch"]
    assert following(NormTest(most=100, eta=0.1), each) == 100


def test_the_inner_product_test_is_of_the_whole_vector():
    item = GOLDEN["inner_product_test_layerwise_vs_whole"]
    found = following(InnerProductTest(theta=item["inputs"]["theta"]), item["inputs"]["per_example_gradients"])
    assert found == item["expected"]["batch_whole"] != item["expected"]["batch_sum_of_tensors"]


@pytest.mark.parametrize(("key", "eta", "most"), [
    ("path_eta_half", 0.5, 1000), ("path_eta_07", 0.7, 1000), ("path_eta_01_capped", 0.1, 1000),
])  # fmt: skip
def test_golden_path_without_noise(key, eta, most):
    """Expected statistics in, batches out: |g|^2 is |G|^2 + S / b."""
    simple, expected = 50.0, GOLDEN["norm_test_noise_free_path"]["expected"][key]
    policy, sizes = NormTest(most=most, eta=eta), torch.full((1, 1), 2.0, dtype=torch.float64)
    path = [2]
    while len(path) < len(expected):
        seen = replace_signal(simple, sizes)
        sizes = policy.next(sizes, seen, torch.zeros_like(sizes), len(path))
        path.append(int(sizes))
    assert path == expected


def replace_signal(simple, sizes):
    seen = NormTest().see(told([[1.0, 0.0], [0.0, 1.0]]))
    spread = torch.full_like(sizes, simple)
    return seen._replace(spread=spread, signal=1 + spread / sizes)


@pytest.mark.parametrize("workload", [Softmax(), DigitsMLP(hidden=8)])
@pytest.mark.parametrize("policy", [NormTest(most=16, eta=0.999), InnerProductTest(most=16, theta=10)])
def test_a_batch_that_cannot_grow_is_a_fixed_one_bit_for_bit(workload, policy):
    model = workload.build()
    options = {"batch_size": 16, "seeds": [1, 2], "rates": [0.01, 0.1], "start": model.initial(0)}
    plain, adaptive = Engine(model, Adam(), **options), AdaptiveEngine(model, Adam(), policy, **options)
    for engine in (plain, adaptive):
        engine.advance(40)
    assert torch.equal(plain.parameters(), adaptive.parameters())
    assert (adaptive.used == 16 * 40).all()


def test_runs_have_their_own_batches_and_use_the_first_examples():
    """Every run alone, with a plain gradient over the examples that its path says it used."""
    model = DigitsMLP(hidden=8).build()
    model.x = model.x.double()
    start = model.initial(0).double()
    engine = AdaptiveEngine(
        model, SGD(), NormTest(most=64, eta=0.8), batch_size=2, seeds=[1, 2], rates=[0.05, 0.4], start=start
    )
    engine.advance(36)
    batches = engine.path()["batch"]
    assert len(np.unique(batches[-1])) > 1
    assert (np.diff(batches, axis=0) >= 0).all()
    for i, seed in enumerate((1, 2)):
        for j, rate in enumerate((0.05, 0.4)):
            alone = Engine(model, SGD(), batch_size=64, seeds=[seed], rates=[rate], start=start)
            for step in range(36):
                count = int(batches[step, i, j])
                drawn = model.draw([seed], 64, step // 32)[step % 32][:, :count]
                alone.buffers.p.sub_(
                    rate * torch.cat([g.reshape(-1) for g in model.gradients(
                        alone.buffers.layout.views(alone.buffers.p), model.batch(drawn)
                    )])
                )  # fmt: skip
            np.testing.assert_allclose(alone.parameters()[0, 0], engine.parameters()[i, j], rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(engine.used, batches.sum(axis=0))


def noisy(simple, dim=200):
    """A quadratic so stiff in nothing that its gradient stays: B_simple is the same all along."""
    mean = np.full(dim, 1 / dim**0.5)
    return QuadraticModel(mean, np.eye(dim) * 1e-9, np.eye(dim) * (simple / dim) ** 0.5)


@pytest.mark.parametrize("which", [0, 1])
def test_the_norm_test_comes_to_rest_where_it_should(which):
    """At the predicted rest or, as batches never fall, above it: the stated simulation ended at 188 and 78."""
    golden = GOLDEN["norm_test_fixed_point"]
    eta, rest = golden["inputs"]["eta"][which], golden["expected"]["predicted_rest"][which]
    model = noisy(golden["inputs"]["B_simple"])
    engine = AdaptiveEngine(
        model, SGD(), NormTest(most=4096, eta=eta), batch_size=2, seeds=range(8), rates=[1e-9], start=model.initial(0)
    )
    engine.advance(400)
    final = engine.sizes[:, 0].numpy()
    assert (final >= rest * 0.95).all()
    assert (final <= rest * 1.8).all()
    path = engine.path()
    spread, signal = path["spread"][50:], path["signal"][50:] - path["spread"][50:] / path["batch"][50:]
    assert spread.mean() / signal.mean() == pytest.approx(golden["inputs"]["B_simple"], rel=0.05)


def test_a_fixed_amount_of_examples_leaves_each_run_when_it_has_used_them():
    model = DigitsMLP(hidden=8).build()
    options = {"batch_size": 4, "seeds": [1, 2], "rates": [0.01, 0.3], "start": model.initial(0)}
    engine = AdaptiveEngine(model, SGD(), NormTest(most=128, eta=0.7), **options)
    losses, steps = engine.losses_at_examples(2000)
    again = AdaptiveEngine(model, SGD(), NormTest(most=128, eta=0.7), **options)
    for i in range(2):
        for j in range(2):
            again.reset([1, 2], [0.01, 0.3], model.initial(0))
            again.advance(int(steps[i, j]) - 1)
            assert again.used[i, j] < 2000
            again.advance(1)
            assert again.used[i, j] >= 2000
            assert again.losses()[i, j] == pytest.approx(losses[i, j], rel=1e-5)


def test_eve_knows_the_batch_of_each_run():
    model = DigitsMLP(hidden=8).build()
    engine = AdaptiveEngine(
        model, Eve(), NormTest(most=64, eta=0.9), batch_size=4, seeds=[1], rates=[0.001, 0.01], start=model.initial(0)
    )
    engine.advance(20)
    assert np.isfinite(engine.losses()).all()
    assert engine.sizes.max() > 4


def test_golden_batch_of_sgd_with_replacement():
    item = GOLDEN["optimal_batch_sampling_with_replacement"]
    given, expected = item["inputs"], item["expected"]
    policy = OptimalSGD(smooth=given["L"], roughest=given["L_max"], convex=given["mu"], eps=given["eps"])
    noise = torch.tensor(given["h_bar"], dtype=torch.float64)
    assert float(policy.best(noise)) == pytest.approx(expected["tau_star"], rel=1e-12)
    assert float(policy.best(torch.zeros(()))) == 1
    half = replace(policy, eps=given["eps"] / 2)
    shift = given["L"] - given["L_max"]
    assert float(half.best(noise)) - shift == pytest.approx(2 * (float(policy.best(noise)) - shift), rel=1e-12)
    for size, key in ((1.0, "examples_per_log_at_1"), (116.0, "examples_per_log_at_116"),
                      (232.0, "examples_per_log_at_232")):  # fmt: skip
        # steps are 1 / (rate mu) times the logarithm
        rate = float(policy.rate(noise, torch.tensor(size, dtype=torch.float64)))
        assert size / (rate * given["mu"]) == pytest.approx(expected[key], rel=1e-9)
    assert float(policy.rate(torch.tensor(1e-30), torch.tensor(1.0))) == pytest.approx(1 / (2 * given["L_max"]))


def test_golden_batch_of_sgd_without_replacement_has_the_same_shape():
    """The engine draws with replacement; as there are more examples to draw from, the other formula comes to it."""
    given = GOLDEN["optimal_batch_sampling_without_replacement"]
    inputs = given["inputs"]
    c = 2 * inputs["h_bar"] / (inputs["eps"] * inputs["mu"])

    def without(n):
        return n * (c + inputs["L"] - inputs["L_max"]) / (c + n * inputs["L"] - inputs["L_max"])

    assert without(inputs["n"]) == pytest.approx(given["expected"]["tau_star"], rel=1e-12)
    policy = OptimalSGD(smooth=inputs["L"], roughest=inputs["L_max"], convex=inputs["mu"], eps=inputs["eps"])
    assert without(10**9) == pytest.approx(float(policy.best(torch.tensor(inputs["h_bar"]))), rel=1e-5)


def test_optimal_sgd_comes_within_its_accuracy_on_a_quadratic():
    """With the exact noise at the optimum batch and rate stand still, and |x - x*|^2 settles below eps."""
    spectrum = np.linspace(0.5, 1.0, 10)
    hessian, noise = np.diag(spectrum), np.eye(10) * 0.3
    model = QuadraticModel(-spectrum, hessian, noise)
    exact = float((noise**2).sum())
    policy = OptimalSGD(most=4096, eps=0.05, cap=exact)
    engine = AdaptiveEngine(model, SGD(), policy, batch_size=4, seeds=range(64), rates=[1.0], start=model.initial(0))
    engine.advance(300)
    batch = engine.path()["batch"]
    assert (batch[1:] == batch[1]).mean() > 0.99
    assert batch[-1, 0, 0] == round(2 * exact / (0.05 * 0.5 * 1.0))
    off = (engine.parameters()[:, 0] - 1).square().sum(dim=-1).numpy()
    assert off.mean() + 4 * off.std() / 8 < 0.05
    # at a rate r SGD rests at a variance of r s^2 / (B h (2 - r h)) in each direction of curvature h
    rate = 0.5 * min(1.0, 0.05 * 0.5 * batch[-1, 0, 0] / (2 * exact))
    rest = float((rate * 0.3**2 / (batch[-1, 0, 0] * spectrum * (2 - rate * spectrum))).sum())
    assert abs(off.mean() - rest) < 4 * off.std() / 8


def test_constants_of_softmax_regression_bound_its_curvature():
    model = Softmax().build()
    known = model.curvatures()
    start = torch.zeros(650, dtype=torch.float64)
    model.x = model.x.double()

    def loss(flat):
        views = Layout(model.shapes, 1, 1).views(flat)
        x, y = model.x, model.y
        logits = x @ views["w"][0, 0].T + views["b"][0, 0]
        return torch.nn.functional.cross_entropy(logits, y)

    direction = torch.randn(650, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    for _ in range(60):
        product = torch.autograd.functional.hvp(loss, start, direction)[1]
        direction = product / product.norm()
    largest = float(product.norm())
    assert 0.1 * known["smooth"] < largest < known["smooth"] < known["roughest"]


PLAN = """
name = "adaptive"
title = "Adaptive"
workload = {key = "digits-mlp"}
optimizer = {key = "sgd"}
policy = {key = "norm-test", most = 64, eta = 0.7}
protocol = {key = "examples", examples = [600]}
grid = {batch_sizes = [2, 8], learning_rates = [0.1, 0.2, 0.4], seeds = 2}
"""


def test_a_plan_with_a_policy_gives_examples_and_batches_of_every_trial(tmp_path):
    plan = Plan.from_toml(PLAN)
    assert Plan.from_toml(plan.to_toml()).digest == plan.digest
    trials = run(plan, out=tmp_path, device="cpu").sweeps["e600"].trials
    assert len(trials) == 12
    text = run(plan, out=tmp_path, device="cpu", resume=True).sweeps["e600"].to_csv()
    assert "batch_at_end" in text.splitlines()[0]


def test_examples_to_a_target_are_read_off_the_path(tmp_path):
    text = PLAN.replace('{key = "examples", examples = [600]}', '{key = "target", targets = [1.5], then = [2]}')
    plan = Plan.from_toml(text)
    frame = run(plan, out=tmp_path, device="cpu").sweeps["t1.5-steps"].to_csv()
    assert frame.splitlines()[0].endswith(",steps_to_target,examples")


@pytest.mark.parametrize(("old", "new", "problem"), [
    ("[2, 8]", "[1, 8]", "grid.batch_sizes must be at least 2 under this policy, but got 1"),
    ("[600]", "[600, 700]", "protocol.examples must be one number where batches change"),
    ("eta = 0.7", "eta = 2", "policy.eta must be at most 0.999, but got 2"),
    ("norm-test", "norms", "policy.key must be one of fixed, norm-test"),
    ('"norm-test", most = 64, eta = 0.7', '"optimal-sgd"', "policy must give smooth, roughest, convex, which"),
    ('"examples", examples = [600]', '"steps", steps = [9], schedule = "cosine"', "must be constant where"),
])  # fmt: skip
def test_what_does_not_go_together_is_said(old, new, problem):
    with pytest.raises(PlanError, match=re.escape(problem)):
        Plan.from_toml(PLAN.replace(old, new))


def test_products_need_single_examples():
    model = Quadratic(size=4).build()
    engine = AdaptiveEngine(
        model, SGD(), InnerProductTest(), batch_size=4, seeds=[0], rates=[0.1], start=model.initial(0)
    )
    with pytest.raises(ValueError, match="the quadratic draws no single examples"):
        engine.step()
