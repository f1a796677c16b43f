"""Methods around the paper: golden numbers, 50 steps against oracles, and what each becomes in a limit."""

import json
from dataclasses import replace
from pathlib import Path

import method_oracles as oracles
import numpy as np
import pytest
import torch

from surgecore.training.engine.loop import Engine
from surgecore.training.engine.methods import OPTIMIZERS
from surgecore.training.engine.methods.active import ActiveAdaBelief, ActiveAdamW, ActiveRAdam, ActiveSGD
from surgecore.training.engine.methods.adagrad_norm import AdagradNorm
from surgecore.training.engine.methods.adalomo import AdaLomo
from surgecore.training.engine.methods.eve import Eve
from surgecore.training.engine.methods.layerwise import CLARS, LARS
from surgecore.training.engine.methods.maxva import LaMAdam, MAdam
from surgecore.training.engine.methods.tom import Tom
from surgecore.training.engine.optimizers import Adam, Sign
from surgecore.training.engine.rules import Buffers, Found, Where
from surgecore.training.engine.stack import Layout
from surgecore.training.workloads.workloads import DigitsMLP, Quadratic

GOLDEN = {
    item["name"]: item
    for item in json.loads((Path(__file__).parents[1] / "golden/methods.json").read_text("utf-8"))["vectors"]
}
STEPS, SEEDS, RATES = 50, (3, 8), (3e-3, 2e-2)


@pytest.fixture(scope="module")
def model():
    return DigitsMLP(hidden=8).build()


class Runs:
    """Copies of one golden run, updated with given gradients."""

    def __init__(self, optimizer, shapes, start, lr, where, dtype):
        self.optimizer, self.where, self.t = optimizer, where, 0
        self.layout = Layout(shapes, 2, 3)
        self.p = self.layout.fill(torch.as_tensor(start, dtype=dtype))
        self.lr = torch.full_like(self.p, lr)
        self.state = [torch.zeros_like(self.p) for _ in range(optimizer.n_buffers)]

    def flat(self, row):
        return self.layout.fill(torch.as_tensor(np.asarray(row), dtype=self.p.dtype))

    def update(self, gradient, each=None):
        """One step; `each` are gradients of single examples, (examples, P), whose mean is then the gradient."""
        self.t += 1
        found = Found()
        if each is not None:
            each = np.asarray(each, dtype=float).reshape(len(each), -1)
            gradient, start, norms = each.mean(axis=0), 0, []
            for shape in self.layout.shapes.values():
                stop = start + int(np.prod(shape))
                norms.append((each[:, start:stop] ** 2).sum(axis=1))
                start = stop
            wide = torch.as_tensor(np.array(norms), dtype=self.p.dtype).expand(2, 3, -1, -1)
            count = torch.full((1, 1), float(len(each)), dtype=self.p.dtype)
            found = Found(squares=self.flat((each**2).mean(axis=0)), norms=wide, count=count)
        x = Buffers(self.p, self.flat(gradient), self.lr, self.state, self.layout, found)
        self.optimizer.update(x, self.optimizer.scalars(self.t, self.where))
        rows = self.layout.rows(self.p)
        assert (rows == rows[0, 0]).all()
        return rows[0, 0].numpy()


def option(item, *names):
    return {name: item["inputs"][name] for name in names}


ADAM = ("beta1", "beta2", "eps", "weight_decay")
MAXVA = ("beta1", "beta_min", "beta_max", "eps", "weight_decay")


def tom(item):
    return Tom(
        beta1=item["inputs"]["beta_level"], trend=item["inputs"]["beta_trend"],
        correct=item["inputs"]["bias_correct_level"], **option(item, "beta2", "eps", "weight_decay"),
    )  # fmt: skip


def active(kind, *names):
    return lambda item: kind(**option(item, "low", "high", "weight_decay", *names))


GIVEN = {
    **dict.fromkeys(("tom", "tom_bias_corrected", "tom_weight_decay"), tom),
    **{name: (lambda item: MAdam(**option(item, *MAXVA))) for name in GOLDEN if name.startswith("madam")},
    **{name: (lambda item: LaMAdam(**option(item, *MAXVA))) for name in GOLDEN if name.startswith("lamadam")},
    "active_sgd": active(ActiveSGD, "momentum"),
    "active_sgd_decoupled_decay": active(ActiveSGD, "momentum"),
    "active_adamw": active(ActiveAdamW, "beta1", "beta2", "eps"),
    "active_adamw_decoupled_decay": active(ActiveAdamW, "beta1", "beta2", "eps"),
    "active_radam": active(ActiveRAdam, "beta1", "beta2", "eps"),
    "active_adabelief": active(ActiveAdaBelief, "beta1", "beta2", "eps"),
    "adagrad_norm": lambda item: AdagradNorm(first=item["inputs"]["b0_squared"], eps=item["inputs"]["eps"]),
}
EACH = {
    "eve": lambda item: Eve(**option(item, *ADAM)),
    "eve_decoupled_decay": lambda item: Eve(**option(item, *ADAM)),
    "clars": lambda item: CLARS(trust=item["inputs"]["eta"], **option(item, "momentum", "weight_decay")),
    "lars_for_comparison": lambda item: LARS(trust=item["inputs"]["eta"], **option(item, "momentum", "weight_decay")),
}
PRECISIONS = [(torch.float64, 1e-9), (torch.float32, 1e-5)]


@pytest.mark.parametrize(("dtype", "rtol"), PRECISIONS, ids=["double", "single"])
@pytest.mark.parametrize("name", GIVEN)
def test_golden_numbers_of_given_gradients(name, dtype, rtol):
    inputs, expected = GOLDEN[name]["inputs"], GOLDEN[name]["expected"]
    where = Where(n_examples=inputs.get("steps_per_epoch", 1))
    runs = Runs(GIVEN[name](GOLDEN[name]), {"w": (3,)}, inputs["theta0"], inputs["lr"], where, dtype)
    for step, gradient in enumerate(inputs["gradients"]):
        found = runs.update(gradient)
        np.testing.assert_allclose(found, expected["theta_after_each_step"][step], rtol=rtol, atol=rtol / 10)
        if "gain_after_each_step" in expected:
            gain = 1 + runs.layout.rows(runs.state[-3])[0, 0]
            np.testing.assert_allclose(gain, expected["gain_after_each_step"][step], rtol=rtol)


@pytest.mark.parametrize("name", [name for name in GOLDEN if "beta_chosen_at_each_step" in GOLDEN[name]["expected"]])
def test_golden_rates_of_forgetting(name):
    item = GOLDEN[name]
    optimizer = GIVEN[name](item)
    runs = Runs(optimizer, {"w": (3,)}, item["inputs"]["theta0"], 0.1, Where(), torch.float64)
    for gradient, expected in zip(
        item["inputs"]["gradients"], item["expected"]["beta_chosen_at_each_step"], strict=True
    ):
        beta = optimizer.rate(runs.flat(gradient), *runs.state[1:])
        np.testing.assert_allclose(runs.layout.rows(beta)[0, 0], expected, rtol=1e-9)
        runs.update(gradient)


@pytest.mark.parametrize(("dtype", "rtol"), PRECISIONS, ids=["double", "single"])
@pytest.mark.parametrize("name", EACH)
def test_golden_numbers_of_single_examples(name, dtype, rtol):
    inputs, expected = GOLDEN[name]["inputs"], GOLDEN[name]["expected"]
    start = np.array(inputs.get("theta0", inputs.get("matrix0")))
    answers = expected.get("theta_after_each_step", expected.get("matrix_after_each_step"))
    runs = Runs(EACH[name](GOLDEN[name]), {"w": start.shape}, start.ravel(), inputs["lr"], Where(), dtype)
    for each, answer in zip(inputs["per_example_gradients"], answers, strict=True):
        np.testing.assert_allclose(runs.update(None, each), np.ravel(answer), rtol=rtol, atol=rtol / 10)


@pytest.mark.parametrize(("dtype", "rtol"), PRECISIONS, ids=["double", "single"])
@pytest.mark.parametrize("name", ["adalomo", "adalomo_decoupled_decay"])
def test_golden_numbers_of_adalomo(name, dtype, rtol):
    inputs, expected = GOLDEN[name]["inputs"], GOLDEN[name]["expected"]
    optimizer = AdaLomo(inputs["decay_rate"], inputs["eps2"], inputs["clip"], inputs["weight_decay"])
    start = np.concatenate([np.ravel(inputs["matrix0"]), inputs["vector0"]])
    runs = Runs(optimizer, {"m": (2, 3), "v": (3,)}, start, inputs["lr"], Where(), dtype)
    for step, matrix in enumerate(inputs["matrix_gradients"]):
        found = runs.update(np.concatenate([np.ravel(matrix), inputs["vector_gradients"][step]]))
        answer = [np.ravel(expected[f"{kind}_after_each_step"][step]) for kind in ("matrix", "vector")]
        np.testing.assert_allclose(found, np.concatenate(answer), rtol=rtol)


def ours(model, optimizer, steps=STEPS, batch_size=16, dtype=torch.float64, n_examples=None):
    start = torch.stack([model.initial(seed) for seed in SEEDS]).to(dtype)
    engine = Engine(model, optimizer, batch_size=batch_size, seeds=SEEDS, rates=RATES, start=start)
    if n_examples is not None:
        engine.where = replace(engine.where, n_examples=n_examples)
    engine.advance(steps)
    return engine.parameters()


def theirs(model, make, batch_size=16):
    """A plain loop over runs, its gradients from a plain network, example by example."""
    net = torch.nn.Sequential(torch.nn.Linear(64, 8), torch.nn.GELU(approximate="tanh"), torch.nn.Linear(8, 10))
    net.double()

    def loss(params, x, y):
        return torch.nn.functional.cross_entropy(torch.func.functional_call(net, params, (x[None],)), y[None])

    gradient = torch.func.vmap(torch.func.grad(loss), in_dims=(None, 0, 0))
    out = torch.zeros(len(SEEDS), len(RATES), sum(p.numel() for p in net.parameters()), dtype=torch.float64)
    for i, seed in enumerate(SEEDS):
        for j, rate in enumerate(RATES):
            torch.nn.utils.vector_to_parameters(model.initial(seed).double(), net.parameters())
            tensors = {name: p.detach().clone() for name, p in net.named_parameters()}
            oracle = make(rate)
            for step in range(STEPS):
                block, at = divmod(step, 32)
                batch = model.batch(model.draw([seed], batch_size, block)[at])
                each = [g.numpy() for g in gradient(tensors, batch.x[0], batch.y[0]).values()]
                oracle.step([w.numpy() for w in tensors.values()], [g.mean(axis=0) for g in each], each)
            out[i, j] = torch.cat([w.flatten() for w in tensors.values()])
    return out


EPOCH = {"epoch": 7, "low": 0.5, "high": 0.2}
CASES = {
    "tom": (Tom(), lambda lr: oracles.Tom(lr)),
    "tom corrected": (Tom(correct=True), lambda lr: oracles.Tom(lr, correct=True)),
    "madam": (MAdam(), lambda lr: oracles.MaxVA(lr, low=0.5, high=0.999)),
    "lamadam": (LaMAdam(beta_max=0.9), lambda lr: oracles.MaxVA(lr, low=0.5, high=0.9, averages_steps=True)),
    "eve": (Eve(), lambda lr: oracles.Eve(lr)),
    "adagrad-norm": (AdagradNorm(), lambda lr: oracles.AdagradNorm(lr)),
    "lars": (LARS(trust=0.02), lambda lr: oracles.Layerwise(lr, trust=0.02)),
    "lars with decay": (LARS(weight_decay=0.1), lambda lr: oracles.Layerwise(lr, trust=0.001, wd=0.1)),
    "clars": (CLARS(trust=0.1), lambda lr: oracles.Layerwise(lr, trust=0.1, single=True)),
    "adalomo": (AdaLomo(), lambda lr: oracles.AdaLomo(lr)),
    "active-sgd": (ActiveSGD(low=0.5, high=0.2), lambda lr: oracles.Active(lr, base="sgd", **EPOCH)),
    "active-adamw": (ActiveAdamW(weight_decay=0), lambda lr: oracles.Active(lr, base="adamw", **EPOCH)),
    "active-radam": (ActiveRAdam(), lambda lr: oracles.Active(lr, base="radam", **EPOCH)),
    "active-adabelief": (ActiveAdaBelief(), lambda lr: oracles.Active(lr, base="adabelief", **EPOCH)),
}


@pytest.mark.parametrize("case", CASES)
def test_equals_its_oracle_over_fifty_steps(model, monkeypatch, case):
    optimizer, make = CASES[case]
    monkeypatch.setattr(model, "x", model.x.double())
    expected = theirs(model, make)
    moved = (expected - torch.stack([model.initial(s) for s in SEEDS])[:, None]).abs().max()
    assert moved > 1e-3
    # coordinates whose gradient is zero but for rounding take the sign of that: pixels that are always blank
    off = (ours(model, optimizer, n_examples=16 * 7) - expected).abs()
    assert off.max() < 1e-6 * moved


def test_adalomo_is_adafactor_without_its_cap():
    """torch's Adafactor with a tiny first eps, in double precision, until 1 / sqrt(t) falls below the rate."""
    random = np.random.default_rng(1)
    start, gradients = random.normal(size=(2, 3)), random.normal(size=(6, 2, 3))
    for lr, same in ((0.4, 6), (0.8, 1)):
        weight = torch.nn.Parameter(torch.tensor(start))
        capped = torch.optim.Adafactor([weight], lr=lr, eps=(1e-30, 1e-3), weight_decay=0)
        runs = Runs(AdaLomo(), {"w": (2, 3)}, start.ravel(), lr, Where(), torch.float64)
        for step, gradient in enumerate(gradients, 1):
            weight.grad = torch.tensor(gradient)
            capped.step()
            off = np.abs(runs.update(gradient.ravel()) - weight.detach().numpy().ravel()).max()
            assert off < 1e-12 if step <= same else off > 1e-3


def test_adalomo_does_not_see_the_scale_of_gradients(model, monkeypatch):
    monkeypatch.setattr(model, "x", model.x.double())
    random = np.random.default_rng(2)
    start, gradients = random.normal(size=6), random.normal(size=(6, 6))
    found = []
    for scale in (1.0, 1000.0):
        runs = Runs(AdaLomo(), {"w": (2, 3)}, start, 0.1, Where(), torch.float64)
        found.append([runs.update(scale * gradient).copy() for gradient in gradients])
    np.testing.assert_allclose(found[0], found[1], rtol=1e-12)


TORCH = {
    "sgd": (ActiveSGD(), lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.9)),
    "adamw": (ActiveAdamW(), lambda p, lr: torch.optim.AdamW(p, lr=lr)),
    "radam": (ActiveRAdam(), lambda p, lr: torch.optim.RAdam(p, lr=lr)),
    "madam": (MAdam(beta_min=0.999, beta_max=0.999), lambda p, lr: torch.optim.Adam(p, lr=lr)),
}


@pytest.mark.parametrize("case", TORCH)
@pytest.mark.parametrize("options", [{}, {"low": 1.0, "high": 0.0}], ids=["no epoch ends", "gains stay"])
def test_without_gains_it_is_the_base_of_torch(case, options):
    optimizer, make = TORCH[case]
    if case != "madam":
        optimizer = replace(optimizer, **options)
    random = np.random.default_rng(3)
    start, gradients = random.normal(size=3), random.normal(size=(STEPS, 3))
    weight = torch.nn.Parameter(torch.tensor(start))
    base = make([weight], 0.01)
    runs = Runs(optimizer, {"w": (3,)}, start, 0.01, Where(n_examples=4 if options else 1000), torch.float64)
    for gradient in gradients:
        weight.grad = torch.tensor(gradient)
        base.step()
        np.testing.assert_allclose(runs.update(gradient), weight.detach().numpy(), rtol=1e-12)


def test_eve_of_one_example_is_adam(model, monkeypatch):
    monkeypatch.setattr(model, "x", model.x.double())
    eve, adam = (ours(model, optimizer, batch_size=1) for optimizer in (Eve(), Adam()))
    assert (eve - adam).abs().max() < 1e-10


def test_clars_of_one_example_is_lars_and_never_steps_further(model, monkeypatch):
    monkeypatch.setattr(model, "x", model.x.double())
    clars, lars = (ours(model, kind(trust=0.05), batch_size=1) for kind in (CLARS, LARS))
    assert (clars - lars).abs().max() < 1e-10
    start = torch.stack([model.initial(seed) for seed in SEEDS]).double()[:, None]
    clars, lars = (ours(model, kind(trust=0.05), steps=1) - start for kind in (CLARS, LARS))
    assert (clars.abs() <= lars.abs() + 1e-12).all()
    assert (clars.abs().sum() < 0.9 * lars.abs().sum()).all()


def test_methods_without_memory_are_sign_steps(model, monkeypatch):
    monkeypatch.setattr(model, "x", model.x.double())
    sign = ours(model, Sign(), steps=5)
    for optimizer in (Tom(eps=1e-30), MAdam(eps=1e-30)):
        assert (ours(model, optimizer.limit(), steps=5) - sign).abs().max() < 1e-6
    one = ours(model, Eve(eps=1e-30).limit(), steps=5, batch_size=1)
    assert (one - ours(model, Sign(), steps=5, batch_size=1)).abs().max() < 1e-6


def test_tom_passes_a_constant_and_more_noise_than_adam():
    golden = GOLDEN["tom_numerator_response"]["expected"]
    optimizer = Tom()
    runs = Runs(optimizer, {"w": (1,)}, [0.0], 0.0, Where(), torch.float64)
    response = []
    for step in range(3000):
        runs.update([1.0 if step == 0 else 0.0])
        response.append(float((runs.state[0] + runs.state[1])[0]))
    np.testing.assert_allclose(response[:4], golden["first_four"], rtol=1e-12)
    assert sum(response) == pytest.approx(golden["sum"], rel=1e-6)
    assert np.square(response).sum() == pytest.approx(golden["sum_of_squares"], rel=1e-9)


GAINS = GOLDEN["active_gain_stationary_mean"]


@pytest.mark.parametrize("which", range(4))
def test_gains_settle_where_signs_flip_by_chance(which):
    (low, high, p), mean = GAINS["inputs"]["low_high_p"][which], GAINS["expected"]["mean_gain"][which]
    random = np.random.default_rng(4)
    signs = np.cumprod(np.where(random.random((400, 2000)) < p, -1.0, 1.0), axis=0)
    layout = Layout({"w": (2000,)}, 1, 1)
    optimizer = ActiveSGD(low=low, high=high)
    state = [torch.zeros(2000, dtype=torch.float64) for _ in range(optimizer.n_buffers)]
    late = []
    for t, sign in enumerate(signs, 1):
        p_, g = torch.zeros(2000, dtype=torch.float64), torch.tensor(sign)
        optimizer.update(Buffers(p_, g, torch.zeros_like(g), state, layout), optimizer.scalars(t, Where()))
        if t > 200:
            late.append(float((1 + state[-3]).mean()))
    error = float(state[-3].std()) / (2000 * len(late) / 40) ** 0.5  # a gain remembers some tens of epochs
    assert abs(np.mean(late) - mean) < 4 * error


def test_eve_without_memory_is_a_smooth_sign_with_the_derived_constants():
    """Small signal, Gaussian noise, 64 examples: slope and second moment of its step; then a large signal."""
    golden, size, count = GOLDEN["eve_no_memory_constants"]["expected"], 64, 40_000
    random = np.random.default_rng(5)
    layout, signal = Layout({"w": (count,)}, 1, 1), 0.02
    each = random.normal(signal, 1.0, size=(size, count))
    step = step_of(Eve(eps=0).limit(), each, layout)
    slope = step / (np.sqrt(size) * signal)
    assert slope.mean() == pytest.approx(golden["slope_small_snr"], abs=4 * slope.std() / count**0.5 + 0.02)
    assert (step**2).mean() == pytest.approx(golden["second_moment_small_snr"], abs=0.02)
    np.testing.assert_allclose(step_of(Eve(eps=0).limit(), each + 100, layout), 1, rtol=1e-3)


def step_of(optimizer, each, layout):
    g = torch.tensor(each.mean(axis=0))
    p, found = torch.zeros_like(g), Found(
        squares=torch.tensor((each**2).mean(axis=0)), count=torch.full((1, 1), float(len(each)), dtype=g.dtype)
    )  # fmt: skip
    state = [torch.zeros_like(g) for _ in range(optimizer.n_buffers)]
    optimizer.update(Buffers(p, g, torch.ones_like(g), state, layout, found), optimizer.scalars(1))
    return -p.numpy()


def test_forgetting_has_ordered_bounds():
    with pytest.raises(
        ValueError, match=r"optimizer\.beta_min must be at most optimizer\.beta_max, but got 0\.9 and 0\.5"
    ):
        MAdam(beta_min=0.9, beta_max=0.5)


@pytest.mark.parametrize("key", OPTIMIZERS)
def test_every_method_runs_on_the_quadratic_and_goes_on_with_fewer_runs(key):
    optimizer = OPTIMIZERS[key]()
    model = Quadratic(size=6).build()
    engines = [
        Engine(model, optimizer, batch_size=8, seeds=[0, 1], rates=[1e-3, 3e-3, 1e-2], start=model.initial(0))
        for _ in range(2)
    ]
    for engine in engines:
        engine.advance(5)
    engines[1].keep([0, 2])
    for engine in engines:
        engine.advance(5)
    assert np.isfinite(engines[0].losses()).all()
    np.testing.assert_allclose(engines[1].losses(), engines[0].losses()[:, [0, 2]], rtol=1e-5)


def test_gains_wait_while_the_state_warms(model):
    engine = Engine(model, ActiveSGD(), batch_size=899, seeds=[0], rates=[0.01], start=model.initial(0))
    engine.warm(10)  # five epochs
    momentum, *gains = engine.buffers.state
    assert momentum.abs().max() > 0
    assert all((state == 0).all() for state in gains)
