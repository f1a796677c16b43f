import functools
import gzip

import numpy as np
import pytest
import torch

from surgecore.training.engine import device_draws
from surgecore.training.engine.device_draws import philox_indices
from surgecore.training.engine.draws import draw_indices, draw_normals
from surgecore.training.engine.loop import Engine
from surgecore.training.engine.optimizers import SGD, Adam, Sign
from surgecore.training.engine.stack import Layout, n_params
from surgecore.training.workloads.batch import Batch
from surgecore.training.workloads.datasets import load_digits
from surgecore.training.workloads.larger import GPT
from surgecore.training.workloads.models import FunctionModel, Model
from surgecore.training.workloads.workloads import WORKLOADS, CharTransformer, DigitsMLP, FashionCNN, Quadratic, Softmax


@pytest.fixture(scope="module")
def model():
    return DigitsMLP(hidden=8).build()


def test_draws_depend_on_seed_batch_size_and_step_only():
    alone = draw_indices([7], 16, 3, 32, 1797)
    among = draw_indices([1, 7, 9], 16, 3, 32, 1797)
    np.testing.assert_array_equal(alone[:, 0], among[:, 1])
    assert (among[:, 0] != among[:, 1]).any()
    assert (alone != draw_indices([7], 16, 4, 32, 1797)).any()
    normals = draw_normals([3, 4], 8, 0, 32, 5)
    np.testing.assert_array_equal(draw_normals([4], 8, 0, 32, 5)[:, 0], normals[:, 1])


def test_draws_are_pinned():
    """A change of these numbers changes every sweep: bump the version and recompute the data."""
    assert draw_indices([0], 4, 0, 2, 1797)[:, 0].tolist() == [[771, 1157, 869, 780], [637, 126, 137, 1659]]


@pytest.mark.parametrize("batch_size", [1, 3, 64, 4096])
@pytest.mark.parametrize("n_examples", [10, 1797, 60_000, 3_000_000, 1 << 32])
def test_draws_of_a_gpu_are_those_of_numpy_bit_for_bit(batch_size, n_examples):
    seeds, steps = [0, 7, (1 << 41) + 3, (1 << 62) + 12345], 3
    for block in (0, 1, 77, 1 << 40):
        found = philox_indices(seeds, batch_size, block, steps, n_examples, torch.device("cpu"))
        np.testing.assert_array_equal(found.numpy(), draw_indices(seeds, batch_size, block, steps, n_examples))


def test_a_gpu_draws_for_itself(monkeypatch):
    """And is sent keys alone, from memory that it reads without its queue being waited for."""
    drawn, sent = [], []
    monkeypatch.setattr(device_draws, "philox_indices", lambda *given: drawn.append(given))
    device_draws.drawn_indices([1], 4, 0, 32, 10, torch.device("cuda"))
    assert len(drawn) == 1
    monkeypatch.setattr(torch.Tensor, "pin_memory", lambda tensor: sent.append("pinned") or tensor)
    monkeypatch.setattr(torch.Tensor, "to", lambda tensor, device, non_blocking=False: sent.append(non_blocking))
    device_draws.uploaded(np.arange(3), torch.device("cuda"))
    assert sent == ["pinned", True]


def test_draws_are_uniform():
    drawn = draw_indices(range(20), 500, 0, 32, 10)
    counts = np.bincount(drawn.ravel(), minlength=10)
    expected = drawn.size / 10
    assert ((counts - expected) ** 2 / expected).sum() < 27.9  # chi-squared, 9 degrees of freedom, p = 0.001


def test_layout_round_trip():
    layout = Layout({"a": (2, 3), "b": (4,)}, groups=3, runs=2)
    start = torch.arange(3 * 10.0).view(3, 10)
    flat = layout.fill(start)
    rows = layout.rows(flat)
    assert rows.shape == (3, 2, 10)
    assert torch.equal(rows[:, 0], start)
    assert torch.equal(rows[:, 1], start)
    kept = layout.keep(layout.spread(torch.tensor([1.0, 2.0])), [1])
    assert torch.equal(kept, torch.full((30,), 2.0))


def test_chunking_does_not_change_results(model):
    def losses(seeds, rates):
        engine = Engine(model, Sign(), batch_size=8, seeds=seeds, rates=rates, start=model.initial(0))
        for _ in range(4):
            engine.step()
        return engine.losses()

    whole = losses([0, 1, 2], [0.01, 0.02])
    parts = np.vstack([losses([seed], [0.01, 0.02]) for seed in range(3)])
    np.testing.assert_allclose(whole, parts, rtol=1e-4)


def test_same_run_twice_is_identical(model):
    runs = []
    for _ in range(2):
        engine = Engine(model, Adam(), batch_size=8, seeds=[0, 1], rates=[0.01, 0.1], start=model.initial(0))
        for _ in range(35):
            engine.step()
        runs.append(engine.losses())
    np.testing.assert_array_equal(*runs)


def test_dropping_runs_leaves_the_others(model):
    engines = [
        Engine(model, Adam(), batch_size=8, seeds=[0, 1], rates=[0.01, 0.03, 0.1], start=model.initial(0))
        for _ in range(2)
    ]
    for step in range(6):
        if step == 3:
            engines[1].keep([0, 2])
        for engine in engines:
            engine.step()
    np.testing.assert_allclose(engines[1].losses(), engines[0].losses()[:, [0, 2]], rtol=1e-5)


def test_a_diverged_run_stays_alone(model):
    engine = Engine(model, SGD(), batch_size=8, seeds=[0], rates=[0.1, 1e30], start=model.initial(0))
    for _ in range(8):
        engine.step()
    losses = engine.losses()[0]
    assert np.isfinite(losses[0])
    assert not np.isfinite(losses[1])


def test_warm_state_is_that_of_gradients_at_the_start(model):
    engine = Engine(model, Adam(beta1=0.9), batch_size=64, seeds=[0], rates=[0.01, 0.02], start=model.initial(0))
    before = engine.parameters().clone()
    engine.warm(300)
    assert torch.equal(engine.parameters(), before)
    layout = engine.buffers.layout
    first, second = (layout.rows(state)[0] for state in engine.buffers.state)
    assert torch.equal(first[0], first[1])
    exact = torch.cat([g.reshape(-1) for g in whole_gradient(model)])
    corrected = second[0] / (1 - 0.999**300)
    assert corrected.mean() > exact.square().mean()  # noise adds to the second moment
    assert torch.corrcoef(torch.stack([first[0], exact]))[0, 1] > 0.95


def whole_gradient(model):
    params = Layout(model.shapes, 1, 1).views(model.initial(0))
    return model.gradients(params, Batch(model.x[None], model.y[None]))


def test_schedule_multiplies_the_learning_rate(model):
    halved = Engine(
        model, Sign(), batch_size=8, seeds=[0], rates=[0.02], start=model.initial(0), schedule=lambda t: 0.5
    )
    plain = Engine(model, Sign(), batch_size=8, seeds=[0], rates=[0.01], start=model.initial(0))
    for _ in range(5):
        halved.step()
        plain.step()
    np.testing.assert_array_equal(halved.losses(), plain.losses())


SEQUENCES = {"width": 12, "heads": 3, "layers": 2, "context": 6, "sequences": 40}
SEQUENCE_MODELS = [CharTransformer(**SEQUENCES), GPT(**SEQUENCES)]


@pytest.mark.parametrize("own_sizes", [False, True])
@pytest.mark.parametrize(
    "workload",
    [Softmax(), DigitsMLP(hidden=4), *SEQUENCE_MODELS],
    ids=lambda w: type(w).__name__,
)
def test_written_out_gradients_equal_autograd(workload, own_sizes):
    model = workload.build()
    if model.x.is_floating_point():
        model.x = model.x.double()
    layout = Layout(model.shapes, 2, 3)
    flat = torch.randn(layout.size, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) * 0.3
    batch = model.batch(model.draw([0, 1], 8, 0)[0])
    if own_sizes:  # each run uses the first so many of its minibatch
        batch = batch._replace(sizes=torch.tensor([[8.0, 3.0, 1.0], [2.0, 8.0, 5.0]], dtype=torch.float64))
    by_hand = model.gradients(layout.views(flat), batch)
    by_autograd = Model.gradients(model, layout.views(flat), batch)
    assert not any(gradient.requires_grad for gradient in by_hand)
    for one, other in zip(by_hand, by_autograd, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("workload", SEQUENCE_MODELS, ids=lambda w: type(w).__name__)
def test_written_out_gradients_of_sequences_leave_autograd_to_reduced_precision(workload, monkeypatch):
    from surgecore.training.workloads import gpt, networks

    def refuse(*arguments):
        raise AssertionError("written out in bfloat16")

    for module in (gpt, networks):
        monkeypatch.setattr(module, "Norm", refuse)
    model = workload.build()
    engine = Engine(model, SGD(), batch_size=4, seeds=[0], rates=[0.1], start=model.initial(0), precision="bf16")
    before = engine.losses()
    engine.advance(3)
    assert engine.losses() < before


def cnn_alone(params, x, y):
    from torch.nn.functional import conv2d, cross_entropy, gelu, linear, max_pool2d

    h = gelu(max_pool2d(conv2d(x, params["k1"], params["c1"]), 2), approximate="tanh")
    h = gelu(max_pool2d(conv2d(h, params["k2"], params["c2"]), 2), approximate="tanh").flatten(1)
    for layer in "12":
        h = gelu(linear(h, params["w" + layer], params["b" + layer]), approximate="tanh")
    return cross_entropy(linear(h, params["w3"], params["b3"]), y)


def test_cnn_equals_one_network_at_a_time():
    from surgecore.training.workloads.networks import CNNModel

    random = torch.Generator().manual_seed(0)
    x = torch.randn(12, 1, 28, 28, generator=random)
    y = torch.randint(0, 10, (12,), generator=random)
    model = CNNModel(FashionCNN(channels=2, hidden=8, evaluated=1000), "cpu", x, y)
    layout = Layout(model.shapes, 2, 2)
    params = layout.views(torch.randn(layout.size, generator=random) * 0.3)
    batch = Batch(x.view(2, 6, 1, 28, 28), y.view(2, 6))
    together = model.losses(params, batch)
    for group in range(2):
        for run in range(2):
            own = {name: view[group, run] for name, view in params.items()}
            alone = cnn_alone(own, batch.x[group], batch.y[group])
            assert float(together[group, run]) == pytest.approx(float(alone), rel=1e-5)


def test_cnn_is_read_as_it_is_trained():
    from surgecore.training.workloads.networks import CNNModel

    # more images and runs than are computed at once, and not a multiple
    random = torch.Generator().manual_seed(0)
    x, y = torch.randn(1, 35, 1, 28, 28, generator=random), torch.randint(0, 10, (1, 35), generator=random)
    model = CNNModel(FashionCNN(channels=16, hidden=8, evaluated=1000), "cpu", x[0], y[0])
    layout = Layout(model.shapes, 1, 6)
    params = layout.views(torch.randn(layout.size, generator=random) * 0.3)
    trained = model.example_losses(params, Batch(x, y))
    with torch.no_grad():
        read = model.example_losses(params, Batch(x, y))
    torch.testing.assert_close(read, trained, rtol=1e-5, atol=1e-6)
    assert not torch.equal(read, trained)  # by another way, then


def transformer_alone(params, x, y, workload):
    from torch.nn.functional import cross_entropy, gelu, layer_norm

    def norm(h, gain):
        return layer_norm(h, h.shape[-1:], weight=1 + gain)

    d, t = workload.width, workload.context
    h = params["tokens"][x] + params["places"]
    for i in range(workload.layers):
        q, k, v = (norm(h, params[f"n{i}"]) @ params[f"qkv{i}"].T).split(d, dim=-1)
        heads = [part.view(len(x), t, workload.heads, -1).transpose(1, 2) for part in (q, k, v)]
        scores = heads[0] @ heads[1].mT / (d // workload.heads) ** 0.5
        scores = scores.masked_fill(torch.ones(t, t, dtype=torch.bool).triu(1), -torch.inf)
        h = h + (scores.softmax(-1) @ heads[2]).transpose(1, 2).reshape(len(x), t, d) @ params[f"out{i}"].T
        up = gelu(norm(h, params[f"m{i}"]) @ params[f"up{i}"].T, approximate="tanh")
        h = h + up @ params[f"down{i}"].T
    logits = norm(h, params["norm"]) @ params["head"].T
    return cross_entropy(logits.flatten(0, 1), y.flatten())


def test_transformer_equals_one_network_at_a_time():
    workload = CharTransformer(width=8, heads=2, layers=2, context=6, sequences=16)
    model = workload.build()
    random = torch.Generator().manual_seed(1)
    layout = Layout(model.shapes, 2, 3)
    params = layout.views(torch.randn(layout.size, generator=random) * 0.4)
    batch = model.batch(model.draw([0, 1], 5, 0)[0])
    together = model.losses(params, batch)
    for group in range(2):
        for run in range(3):
            own = {name: view[group, run] for name, view in params.items()}
            alone = transformer_alone(own, batch.x[group], batch.y[group], workload)
            assert float(together[group, run]) == pytest.approx(float(alone), rel=1e-5)


def test_a_users_own_function():
    random = torch.Generator().manual_seed(2)
    x = torch.randn(200, 64, generator=random)
    truth = torch.randn(64, generator=random)

    def losses(params, batch):
        prediction = torch.einsum("grci,gei->grce", params["w"], batch.x)[:, :, 0]
        return (prediction - batch.y[:, None]).square().mean(dim=-1)

    model = FunctionModel(Softmax(), "cpu", x, x @ truth, losses)
    engine = Engine(model, SGD(), batch_size=50, seeds=[0], rates=[1e-3, 1e-2], start=model.initial(0))
    first = engine.losses()[0]
    for _ in range(60):
        engine.step()
    last = engine.losses()[0]
    assert last[1] < last[0] < first[0]


@pytest.fixture(scope="module")
def noise(tmp_path_factory):
    """A folder with as many images as Fashion-MNIST has, of noise, their pixels and their labels."""
    random, folder = np.random.default_rng(0), tmp_path_factory.mktemp("images")
    pixels = random.integers(0, 256, (60_000, 28, 28), dtype=np.uint8)
    labels = random.integers(0, 10, 60_000, dtype=np.uint8)
    with gzip.open(folder / "train-images-idx3-ubyte.gz", "wb", compresslevel=0) as file:
        file.write(bytes(16) + pixels.tobytes())
    with gzip.open(folder / "train-labels-idx1-ubyte.gz", "wb", compresslevel=0) as file:
        file.write(bytes(8) + labels.tobytes())
    return folder, pixels, labels


@pytest.fixture
def images(noise, monkeypatch):
    """Pixels and labels that are found where Fashion-MNIST is looked for: not every machine has it."""
    folder, pixels, labels = noise
    monkeypatch.setenv("SURGE_FASHION_MNIST", str(folder))
    return pixels, labels


@pytest.mark.parametrize("key", sorted(WORKLOADS))
def test_initial_parameters_fit_the_shapes(key, images):
    workload = WORKLOADS[key]()
    model = workload.build()
    start = model.initial(3)
    assert start.shape == (n_params(workload.shapes),)
    assert torch.equal(start, model.initial(3))
    if key != "quadratic":
        assert not torch.equal(start, model.initial(4))
        assert len(model.x) == workload.n_examples


def test_images_are_read_from_the_named_folder(images):
    pixels, labels = images
    workload = FashionCNN(channels=1, hidden=4, evaluated=1000)
    model = workload.build()
    assert model.x.shape == (60_000, 1, 28, 28)
    np.testing.assert_allclose(model.x[7, 0] * 0.353 + 0.286, pixels[7] / 255, atol=1e-6)
    np.testing.assert_array_equal(model.y, labels)
    engine = Engine(model, Adam(), batch_size=4, seeds=[0], rates=[0.01], start=model.initial(0))
    before = engine.losses()
    for _ in range(5):
        engine.step()
    assert engine.losses() != before


@pytest.mark.long
def test_digits_are_read_as_their_package_reads_them():
    """Every day the golden numbers of runs hold them; the package takes a second to import."""
    from sklearn.datasets import load_digits as load

    theirs, labels = load(return_X_y=True)
    mine = load_digits()
    x = theirs / 16
    assert torch.equal(mine[0], torch.tensor(x - x.mean(axis=0), dtype=torch.float32))
    assert mine[1].tolist() == labels.tolist()


def test_missing_images_say_how_to_get_them(monkeypatch, tmp_path):
    monkeypatch.setenv("SURGE_FASHION_MNIST", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="apt install dataset-fashion-mnist") as caught:
        FashionCNN().build()
    assert "has no train-images-idx3-ubyte.gz and no train-labels-idx1-ubyte.gz." in str(caught.value)
    (tmp_path / "train-images-idx3-ubyte.gz").touch()
    with pytest.raises(FileNotFoundError, match=r"has no train-labels-idx1-ubyte\.gz\."):
        FashionCNN().build()


@pytest.mark.parametrize(
    ("workload", "native"),
    [
        (Softmax(), False), (DigitsMLP(hidden=8), False), (Softmax(), True), (DigitsMLP(hidden=9), True),
        (CharTransformer(width=8, context=6, sequences=40), False), (Quadratic(size=6), False),
        (Quadratic(size=6), True),
    ],
)  # fmt: skip
def test_a_reader_says_the_loss_wherever_it_is_not_above_the_floor(workload, native):
    model = workload.build()
    engine = Engine(
        model, Adam(), batch_size=8, seeds=[0, 1, 2], rates=[1e-3, 1e-2, 0.1], start=model.initial(1), native=native
    )
    random = np.random.default_rng(0)
    runs, left_early = np.array([[0, s, r] for s in range(3) for r in range(3)]), 0
    for _ in range(40):  # more often than examples are ranked anew
        engine.step()
        exact = model.full_losses(engine.buffers.layout.views(engine.buffers.p)).numpy().ravel()
        np.testing.assert_allclose(engine.losses().ravel(), exact, rtol=1e-6)
        floors = np.where(random.random(9) < 0.2, np.inf, exact * random.uniform(0.2, 1.3, 9))
        found, whole = engine.losses_of(runs, floors, [engine.snapshot()])
        np.testing.assert_allclose(found[whole], exact[whole], rtol=1e-6)
        assert (found <= exact * (1 + 1e-6)).all()
        assert (found[~whole] > floors[~whole]).all()
        assert whole[floors >= exact * (1 + 1e-6)].all()
        left_early += (~whole).sum()
    assert left_early > 50 or isinstance(workload, Quadratic)
    assert not engine.fallbacks


@pytest.mark.parametrize("native", [False, True])
def test_a_reader_tells_diverged_runs_and_reads_snapshots(model, native):
    engine = Engine(model, SGD(), batch_size=8, seeds=[0], rates=[0.1, 1e30], start=model.initial(0), native=native)
    before = engine.snapshot()
    first = engine.losses()[0]
    engine.advance(8)
    runs = np.array([[0, 0, 1], [1, 0, 0], [1, 0, 1]])  # of the second run both snapshots
    found, whole = engine.losses_of(runs, np.array([np.inf, 0.1, 0.1]), [before, engine.snapshot()])
    np.testing.assert_allclose(found[0], first[1], rtol=1e-6)
    assert found[1] > 0.1
    assert not np.isfinite(found[2])
    assert whole[2]


def test_a_step_can_be_traced_whole_and_takes_the_same_step(monkeypatch):
    # without a C++ compiler: what is compiled from the trace is torch's own
    monkeypatch.setattr(torch, "compile", functools.partial(torch.compile, backend="eager"))
    model = Softmax().build()
    traced, plain = (
        Engine(model, Adam(), batch_size=4, seeds=[0], rates=[0.01, 0.1], start=model.initial(0), compiled=compiled)
        for compiled in (True, False)
    )
    traced.advance(3)
    plain.advance(3)
    assert not traced.fallbacks
    torch.testing.assert_close(traced.buffers.p, plain.buffers.p, rtol=1e-5, atol=1e-7)
