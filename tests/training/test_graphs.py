"""Steps as graphs, with stand-ins for the GPU: what is replayed, and what happens where it cannot be."""

import numpy as np
import pytest
import torch
from cuda_standins import Cuda, on_device

from surgecore.training.engine.graphs import agree
from surgecore.training.engine.loop import Engine
from surgecore.training.engine.methods import OPTIMIZERS
from surgecore.training.engine.optimizers import SGD, Adam, Sign
from surgecore.training.workloads.workloads import CharTransformer, DigitsMLP, Quadratic, Softmax


@pytest.fixture
def cuda(monkeypatch):
    return Cuda(monkeypatch)


@pytest.fixture(scope="module")
def model():
    return DigitsMLP(hidden=8).build()


def engines(model, optimizer, *, rates=(0.003, 0.01), **options):
    """Two alike, the second as on a GPU."""
    made = [
        Engine(model, optimizer, batch_size=8, seeds=[1, 2], rates=list(rates), start=model.initial(0), **options)
        for _ in range(2)
    ]
    return made[0], on_device(made[1])


@pytest.mark.parametrize("key", sorted(OPTIMIZERS))
def test_replayed_steps_are_the_plain_ones(cuda, model, key):
    plain, replayed = engines(model, OPTIMIZERS[key]())
    for steps in (9, 1, 30):  # across blocks, and beginning within one
        plain.advance(steps)
        replayed.advance(steps)
    assert sum(graph.replays for graph in cuda.graphs) > 8
    assert replayed.fallbacks == set()
    np.testing.assert_allclose(replayed.losses(), plain.losses(), rtol=2e-5)


@pytest.mark.parametrize("workload", [Quadratic(size=5), Softmax(), CharTransformer(width=8, context=6, sequences=16)])
def test_every_model_can_be_captured(cuda, workload, monkeypatch):
    monkeypatch.setattr("surgecore.training.engine.loop._GRAPHS", ((8, 4), (1, 2)))
    model = workload.build()
    plain, replayed = engines(model, Adam())
    for engine in (plain, replayed):
        engine.advance(14)
    assert {1, 8} <= set(replayed._graphs)
    np.testing.assert_allclose(replayed.losses(), plain.losses(), rtol=2e-5)


def test_a_whole_block_is_one_graph(cuda, model, monkeypatch):
    monkeypatch.setattr("surgecore.training.engine.loop._GRAPHS", ((32, 32), (1, 4)))
    plain, replayed = engines(model, Sign())
    for engine in (plain, replayed):
        engine.advance(96)
    assert set(replayed._graphs) == {1, 32}
    assert replayed._graphs[32]._graph.replays == 3  # once as a check, and two blocks
    np.testing.assert_allclose(replayed.losses(), plain.losses(), rtol=1e-4)


def test_a_schedule_and_a_warm_state_are_in_the_tables(cuda, model):
    plain, replayed = engines(model, Adam(), schedule=lambda step: 1 / step)
    for engine in (plain, replayed):
        engine.warm(5)
        engine.advance(40)
    np.testing.assert_allclose(replayed.losses(), plain.losses(), rtol=2e-5)


def test_chunks_that_are_alike_share_their_graphs(cuda, model):
    _, replayed = engines(model, Adam())
    replayed.advance(12)
    captured = len(cuda.graphs)
    replayed.reset([5, 6], [0.02, 0.04], model.initial(1))
    replayed.advance(12)
    assert len(cuda.graphs) == captured == 1
    fresh = Engine(model, Adam(), batch_size=8, seeds=[5, 6], rates=[0.02, 0.04], start=model.initial(1))
    fresh.advance(12)
    np.testing.assert_allclose(replayed.losses(), fresh.losses(), rtol=2e-5)


def test_a_diverged_run_does_not_end_the_use_of_graphs(cuda, model):
    plain, replayed = engines(model, SGD(), rates=(0.01, 1e30, 0.02))
    for engine in (plain, replayed):
        engine.advance(12)
        engine.keep([1, 2])
        engine.advance(20)
    assert not np.isfinite(replayed.losses()[:, 0]).any()
    assert len(cuda.graphs) == 2  # captured again among diverged runs
    assert replayed.fallbacks == set()
    np.testing.assert_allclose(replayed.losses()[:, 1], plain.losses()[:, 1], rtol=2e-5)


def test_readings_are_captured_once_there_have_been_some(cuda, model):
    plain, replayed = engines(model, Adam())
    for i in range(9):
        for engine in (plain, replayed):
            engine.advance(3)
        before = plain.losses()
        np.testing.assert_allclose(replayed.losses(), before, rtol=2e-5)
        assert (replayed.readings.captured is not None) == (i >= 6)
    kept = replayed.losses()
    replayed.advance(8)  # what was read is not changed by what is read later
    replayed.losses()
    np.testing.assert_allclose(kept, before, rtol=2e-5)
    assert replayed.readings.captured._graph.replays == 6  # once as a check
    for engine in (plain, replayed):
        engine.reset([5, 6], [0.02, 0.04], model.initial(1))
        engine.advance(2)
    np.testing.assert_allclose(replayed.losses(), engine_losses(model, replayed), rtol=2e-5)
    replayed.keep([1])
    assert replayed.readings.captured is None
    assert replayed.losses().shape == (2, 1)
    assert replayed.fallbacks == set()


def engine_losses(model, engine):
    with torch.no_grad():
        return model.full_losses(engine.buffers.layout.views(engine.buffers.p)).numpy()


@pytest.mark.parametrize("where", ["capture", "replay", "warm-up"])
def test_a_reading_that_cannot_be_captured_is_read_plainly(cuda, model, where):
    plain, replayed = engines(model, Adam())
    for _ in range(6):
        replayed.losses()
    cuda.fail_in = where
    if where == "warm-up":
        with pytest.raises(torch.OutOfMemoryError):
            replayed.losses()
        return
    for _ in range(3):
        np.testing.assert_allclose(replayed.losses(), plain.losses(), rtol=1e-6)
    assert replayed.fallbacks == {"reading"}
    assert replayed.readings.captured is None


@pytest.mark.parametrize("workload", [Quadratic(size=5), Softmax(), CharTransformer(width=8, context=6, sequences=16)])
def test_every_reading_can_be_captured(cuda, workload):
    plain, replayed = engines(workload.build(), Adam())
    replayed.use_graphs(at_once=True)
    for engine in (plain, replayed):
        engine.advance(5)
    np.testing.assert_allclose(replayed.losses(), plain.losses(), rtol=2e-5)
    assert replayed.readings.captured is not None


@pytest.mark.parametrize("where", ["capture", "replay"])
def test_a_failed_capture_leaves_no_trace(cuda, model, where):
    cuda.fail_in = where
    plain, replayed = engines(model, Adam())
    for engine in (plain, replayed):
        engine.advance(20)
    assert replayed.fallbacks == {"graph"}
    assert not replayed._graphs
    np.testing.assert_allclose(replayed.parameters(), plain.parameters(), rtol=1e-4, atol=1e-6)


def test_out_of_memory_is_not_taken_for_a_step_that_cannot_be_captured(cuda, model):
    plain, replayed = engines(model, Adam())
    replayed.advance(8)
    plain.advance(8)
    cuda.fail_in = "warm-up"
    with pytest.raises(torch.OutOfMemoryError):
        replayed.advance(1)
    np.testing.assert_allclose(replayed.parameters(), plain.parameters(), rtol=1e-4, atol=1e-6)
    for mine, theirs in zip(replayed.buffers.state, plain.buffers.state, strict=True):
        torch.testing.assert_close(mine, theirs)


def test_a_compiled_step_that_cannot_be_captured_is_taken_plainly(cuda, model, monkeypatch):
    def refuses(*shape):
        def step(*tensors):
            raise RuntimeError("cannot be compiled")

        return step

    plain, replayed = engines(model, Adam())
    replayed._compiled = True
    replayed._taken = 8
    monkeypatch.setattr("surgecore.training.engine.compiled.compiled_step", refuses)
    for engine in (plain, replayed):
        engine.advance(10)
    assert replayed.fallbacks == {"compile"}
    assert set(replayed._graphs) == {1}
    np.testing.assert_allclose(replayed.losses(), plain.losses(), rtol=2e-5)


def test_what_rounding_may_do_is_no_difference():
    random = torch.Generator().manual_seed(0)
    one = torch.randn(2, 3, 5000, generator=random)
    assert agree(one, one * (1 + 1e-6))
    flipped = one.clone()
    flipped[0, 0, :3] *= -1  # signs of three of thirty thousand
    assert agree(flipped, one)
    one[1, 2] = flipped[1, 2] = torch.nan
    assert agree(flipped, one)
    assert not agree(one * 1.01, one)
    other = one.clone()
    other[0, 1] = torch.inf
    assert not agree(other, one)


@pytest.mark.parametrize("wrong", ["graph", "reading"])
def test_what_was_found_wrong_is_captured_by_no_engine(cuda, model, monkeypatch, wrong):
    monkeypatch.setattr(Engine, "aside", frozenset({wrong}))
    plain, launched = engines(model, Adam())
    for _ in range(9):
        for engine in (plain, launched):
            engine.advance(3)
        np.testing.assert_allclose(launched.losses(), plain.losses(), rtol=2e-5)
    assert not (launched._graphs if wrong == "graph" else launched.readings.captured)
    assert cuda.graphs  # of the other kind
    assert launched.fallbacks == {wrong}
