"""Extrapolation: golden numbers, edges of stability on a quadratic, and what it becomes in a limit."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from surgecore.training.engine.loop import Engine
from surgecore.training.engine.methods.extrapolation import Extrapolated
from surgecore.training.engine.optimizers import SGD, Adam
from surgecore.training.engine.rules import Buffers
from surgecore.training.engine.stack import Layout
from surgecore.training.plans.plan import Plan, PlanError
from surgecore.training.workloads.workloads import DigitsMLP

GOLDEN = {
    item["name"]: item
    for item in json.loads((Path(__file__).parents[1] / "golden/methods.json").read_text("utf-8"))["vectors"]
}


class Exact:
    """Exact gradients of a diagonal quadratic, with given noise for each worker and step."""

    def __init__(self, x, hessian, noise=None):
        self.x, self.noise_of, self.step = x, noise, -1
        self.hessian = torch.as_tensor(hessian, dtype=x.p.dtype)

    def __call__(self, at=None, *, draw=0, parts=1):
        self.step += 1
        if parts == 1:
            return at * self.hessian
        noise = torch.as_tensor(np.array(self.noise_of)[:, self.step], dtype=at.dtype)
        return (at.view(parts, -1) * self.hessian + noise).reshape(-1)


def path(optimizer, item, steps, noise=None):
    start = torch.tensor(item["theta0"], dtype=torch.float64)
    layout = Layout({"w": (len(start),)}, 1, 1)
    state = [torch.zeros_like(start) for _ in range(optimizer.n_buffers)]
    x = Buffers(start, torch.zeros_like(start), torch.full_like(start, item["lr"]), state, layout)
    gradient, out = Exact(x, item["hessian_diag"], noise), []
    for t in range(1, steps + 1):
        optimizer.step(x, optimizer.scalars(t), gradient)
        out.append(x.p.tolist())
    return out


CASES = {
    "extragradient_sgd": Extrapolated("full"),
    "extragradient_sgd_other_rate": Extrapolated("full", 3.0),
    "extrapolation_from_the_past_sgd": Extrapolated("past"),
    "extra_adam_gidel": Extrapolated("full", base="adam"),
}


@pytest.mark.parametrize("name", CASES)
def test_golden_numbers(name):
    expected = GOLDEN[name]["expected"]["theta_after_each_step"]
    found = path(CASES[name], GOLDEN[name]["inputs"], len(expected))
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_golden_numbers_of_two_workers():
    item = GOLDEN["local_past_extrapolation_two_workers"]
    noise, expected = item["inputs"]["noise_of_worker_and_step"], item["expected"]["theta_after_each_step"]
    found = path(Extrapolated("local", 2.0, workers=2), item["inputs"], len(expected), noise)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


@pytest.mark.parametrize("which", range(3))
@pytest.mark.parametrize("kind", ["full", "past"])
def test_edges_of_stability(kind, which):
    golden = GOLDEN["extrapolation_stability_edges"]
    ratio, edge = golden["inputs"]["ratio"][which], golden["expected"][f"{kind}_edge_lr_times_h"][which]
    for share, stable in ((0.98, True), (1.02, False)):
        item = {"theta0": [1.0], "lr": share * edge, "hessian_diag": [1.0]}
        assert (abs(path(Extrapolated(kind, ratio), item, 900)[-1][0]) < 1) == stable


def test_a_quarter_is_two_steps_of_half_the_rate():
    item = {"theta0": [1.0, 1.0], "lr": 0.8, "hessian_diag": [1.0, 0.3]}
    half = (1 - 0.4 * np.array(item["hessian_diag"])) ** 2
    np.testing.assert_allclose(path(Extrapolated("full", 0.25), item, 1)[0], half, rtol=1e-12)


def run(model, optimizer, seeds=(1, 2), steps=40):
    start = torch.stack([model.initial(seed) for seed in seeds]).double()
    engine = Engine(model, optimizer, batch_size=16, seeds=seeds, rates=[0.01, 0.1], start=start)
    engine.advance(steps)
    return engine.parameters()


@pytest.fixture
def model():
    model = DigitsMLP(hidden=8).build()
    model.x = model.x.double()
    return model


@pytest.mark.parametrize("kind", ["past", "full", "local", "noise"])
@pytest.mark.parametrize("base", ["sgd", "adam"])
def test_without_a_first_move_it_is_its_base(model, kind, base):
    if kind == "full" and base == "adam":
        return  # its moments advance twice a step
    plain = run(model, SGD(momentum=0.9) if base == "sgd" else Adam())
    found = run(model, Extrapolated(kind, 0.0, base=base, momentum=0.9))
    assert (found - plain).abs().max() < 1e-9
    moved = run(model, Extrapolated(kind, 1.0, base=base, momentum=0.9))
    assert (moved - plain).abs().max() > 1e-4
    assert moved.isfinite().all()


@pytest.mark.parametrize("kind", ["past", "full", "local", "noise"])
def test_fifty_steps_by_a_plain_loop(model, kind):
    """Momentum SGD, each run by itself, gradients by autograd of a plain network."""
    seed, rate, workers, ratio = 3, 0.05, 4, 1.5
    optimizer = Extrapolated(kind, ratio, workers=workers, momentum=0.9)
    net = torch.nn.Sequential(torch.nn.Linear(64, 8), torch.nn.GELU(approximate="tanh"), torch.nn.Linear(8, 10))
    net.double()

    def gradient(flat, batch, part=slice(None)):
        torch.nn.utils.vector_to_parameters(flat, net.parameters())
        loss = torch.nn.functional.cross_entropy(net(batch.x[0, part]), batch.y[0, part])
        return torch.nn.utils.parameters_to_vector(torch.autograd.grad(loss, list(net.parameters()))).detach()

    start = model.initial(seed).double()
    engine = Engine(model, optimizer, batch_size=16, seeds=[seed], rates=[rate], start=start)
    p, m, past = start.clone(), torch.zeros_like(start), [torch.zeros_like(start)] * workers
    for step in range(50):
        block, row = divmod(step, 32)
        batch = model.batch(model.draw([seed], 16, block)[row])
        if kind == "local":
            parts = [slice(4 * k, 4 * k + 4) for k in range(workers)]
            past = [gradient(p - ratio * rate * past[k], batch, parts[k]) for k in range(workers)]
            g = torch.stack(past).mean(dim=0)
        else:
            if kind == "noise":
                engine._at = step + 1
                first = engine._normals()
            elif kind == "full":
                first = gradient(p, model.batch(model.draw([seed + (1 << 41)], 16, block)[row]))
            else:
                first = past[0]
            g = gradient(p - ratio * rate * first, batch)
            past = [g]
        m = 0.9 * m + g
        p = p - rate * m
    engine.advance(50)
    assert (engine.parameters()[0, 0] - p).abs().max() < 1e-9


PLAN = """
name = "local"
title = "Local"
workload = {key = "digits-mlp"}
optimizer = {key = "extrapolated", kind = "local"}
protocol = {key = "steps", steps = [3]}
grid = {batch_sizes = [8, 12], learning_rates = [0.1, 0.2, 0.4]}
"""


def test_workers_must_share_a_minibatch():
    with pytest.raises(PlanError, match="multiples of the 8 workers, but got 12"):
        Plan.from_toml(PLAN)
    with pytest.raises(PlanError, match="must not be local on the quadratic"):
        Plan.from_toml(PLAN.replace("digits-mlp", "quadratic"))
    assert Plan.from_toml(PLAN.replace("12", "16")).optimizer.n_buffers == 8
