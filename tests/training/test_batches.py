"""How batches changed during runs: what is kept of it, how it is summed up, and that it comes with every such sweep."""

import json

import numpy as np
import pytest

pytest.importorskip("torch")

from surgecore.training.plans.plan import Chunk, Plan
from surgecore.training.runs.batches import COLUMNS, batch_paths, joined, thinned
from surgecore.training.runs.executors import Task, work
from surgecore.training.runs.records import Record, merged
from surgecore.training.runs.runner import run

PLAN = {
    "name": "growing", "title": "Growing",
    "workload": {"key": "digits-mlp", "hidden": 4},
    "optimizer": {"key": "sgd"},
    "policy": {"key": "norm-test", "eta": 0.7, "most": 32},
    "protocol": {"key": "steps", "steps": [12]},
    "grid": {"batch_sizes": [2, 8], "learning_rates": [0.1, 0.2, 0.4], "seeds": 4},
}  # fmt: skip


def noisy_path(random, *, steps=400, seeds=6, rates=2, simple=50.0, size=40):
    """Spread and signal of gradients with |G|^2 = 1 and tr S = simple, in `size` coordinates, at growing batches."""
    batch = np.broadcast_to(np.linspace(4, 64, steps).round()[:, None, None], (steps, seeds, rates)).copy()
    mean = np.zeros(size)
    mean[0] = 1
    noise = random.normal(0, np.sqrt(simple / size), size=(steps, seeds, rates, size)) / np.sqrt(batch)[..., None]
    signal = ((mean + noise) ** 2).sum(axis=-1)
    spread = simple * random.chisquare(size * (batch - 1)) / (size * (batch - 1))
    return {"batch": batch, "spread": spread, "signal": signal}


def record_of(path, batch_size=4):
    _, seeds, rates = path["batch"].shape
    chunk = Chunk(1, batch_size, tuple(range(seeds)), tuple(0.1 * (i + 1) for i in range(rates)))
    return Record(chunk, {}, path=thinned(path))


def test_few_steps_are_kept_of_many_and_all_of_few():
    path = noisy_path(np.random.default_rng(0))
    kept = thinned(path)
    steps = kept["step"].ravel().astype(int)
    assert steps[:4].tolist() == [1, 2, 3, 4]
    assert len(steps) < 40
    assert steps[-1] > 400 / 1.16
    np.testing.assert_array_equal(kept["batch"], path["batch"][steps - 1])
    np.testing.assert_array_equal(kept["examples"][-1], path["batch"][: steps[-1]].sum(axis=0))
    shorter = thinned({name: values[:100] for name, values in path.items()})
    np.testing.assert_array_equal(shorter["step"].ravel(), steps[: len(shorter["step"])])
    assert thinned({}) == {}


def test_the_noise_scale_of_a_path_is_the_true_one_within_its_error():
    """300 learning rates stand for 300 sweeps with B_simple = 50: the ratio is right, and its error their scatter."""
    found = batch_paths([record_of(noisy_path(np.random.default_rng(1), steps=40, rates=300))])
    late = found[found["step"] >= 20]
    off = (late["noise_scale"] - 50) / late["noise_scale_error"]
    assert late.groupby("step")["noise_scale"].median().between(44, 56).all()
    assert 0.88 < (off.abs() < 2.57).mean() < 0.99  # t with 5 degrees of freedom


def test_the_summary_is_that_of_plain_loops():
    path = noisy_path(np.random.default_rng(2), steps=30, seeds=4)
    path["batch"][20:, 1] = path["spread"][20:, 1] = path["signal"][20:, 1] = np.nan  # stopped
    table = batch_paths([record_of(path)]).set_index(["learning_rate", "step"])
    for j, rate in enumerate((0.1, 0.2)):
        for step in (1, 9, 29):
            row, at = table.loc[(rate, step)], step - 1
            alive = [i for i in range(4) if np.isfinite(path["batch"][at, i, j])]
            assert row["seeds"] == len(alive) == (3 if step == 29 else 4)
            assert row["batch"] == pytest.approx(np.mean([path["batch"][at, i, j] for i in alive]))
            assert row["examples"] == pytest.approx(np.mean([path["batch"][:step, i, j].sum() for i in alive]))
            spread = [path["spread"][at, i, j] for i in alive]
            power = [path["signal"][at, i, j] - path["spread"][at, i, j] / path["batch"][at, i, j] for i in alive]
            if sum(power) > 0:
                assert row["noise_scale"] == pytest.approx(sum(spread) / sum(power))
            else:
                assert np.isnan(row["noise_scale"])


def test_a_chunk_in_halves_has_the_path_of_the_whole():
    plan = Plan.from_dict(PLAN)
    task = Task(json.dumps(plan.source), "cpu", b"")
    chunk = plan.chunks(1)[0]
    whole = work(task, chunk)
    halves, axis = chunk.halves()
    parts = merged(chunk, [work(task, half) for half in halves], axis)
    other = joined([whole.path], 0)
    for name in ("step", *COLUMNS):
        np.testing.assert_allclose(parts.path[name], whole.path[name], rtol=1e-4)
        np.testing.assert_array_equal(other[name], whole.path[name])
        np.testing.assert_array_equal(Record.from_json(whole.to_json()).path[name], whole.path[name])


def test_a_sweep_whose_batches_change_says_how_and_others_do_not(tmp_path):
    table = run(Plan.from_dict(PLAN), out=tmp_path / "growing").batches
    assert set(table["batch_size"]) == {2, 8}
    assert set(table["learning_rate"]) == {0.1, 0.2, 0.4}
    assert (table["seeds"] == 4).all()
    last = table[table["step"] == table["step"].max()]
    assert (last["batch"] >= last["batch_size"]).all()
    assert last["batch"].max() > 8
    fixed = {name: part for name, part in PLAN.items() if name != "policy"}
    assert run(Plan.from_dict(fixed), out=tmp_path / "fixed").batches.empty
