"""The callbacks write rows that `open_table` understands without being told."""

import doctest
import math
import sys
from types import ModuleType, SimpleNamespace

import pytest

import surgecore.log
from surgecore import Sweep, open_table
from surgecore.log import RunLog, TrainerLog, lightning_log


def test_the_example_of_the_documentation_holds():
    assert doctest.testmod(surgecore.log).failed == 0


def test_a_plain_loop_makes_a_sweep(tmp_path):
    file = tmp_path / "deep" / "runs.jsonl"
    for size in (8, 16):
        for rate in (0.1, 0.2):
            with RunLog(file, batch_size=size, learning_rate=rate, seed=1, model="mlp") as run:
                for step in range(1, 4):
                    run.log(loss=math.inf if (size, rate) == (16, 0.2) else rate / step, steps=step)
    with pytest.raises(RuntimeError), RunLog(file, batch_size=16, learning_rate=0.4, seed=1, model="mlp"):
        raise RuntimeError("out of memory")
    sweep = Sweep.from_table(open_table(file))
    assert sweep.trials["batch_size"].tolist() == [8, 8, 16, 16, 16]
    assert sweep.trials["status"].tolist() == ["complete"] * 3 + ["infeasible", "incomplete"]
    assert sweep.trials["loss"].tolist()[:3] == [0.1 / 3, 0.2 / 3, 0.1 / 3]
    assert sweep.n_seeds == 1
    assert sweep.trials["steps"].tolist()[:4] == [3, 3, 3, 3]


@pytest.mark.parametrize("wrong", [{"batch_size": 0}, {"learning_rate": -1.0}, {"learning_rate": math.nan}])
def test_settings_are_checked(wrong, tmp_path):
    with pytest.raises(ValueError, match="must be positive"):
        RunLog(tmp_path / "x", **({"batch_size": 4, "learning_rate": 0.1} | wrong))


def trainer(callback, *, rate, losses, steps=4, most=4):
    """What the Hugging Face Trainer does with a callback: every event, by name, with these three objects."""
    args = SimpleNamespace(
        per_device_train_batch_size=4, gradient_accumulation_steps=8, world_size=2, n_gpu=1, learning_rate=rate, seed=7
    )
    state = SimpleNamespace(global_step=0, max_steps=most, log_history=[], is_world_process_zero=True)
    for event in ("on_init_end", "on_train_begin", "on_step_begin"):
        getattr(callback, event)(args, state, None, model=None)
    for index, loss in enumerate(losses):
        state.log_history += [{"loss": loss + 1, "step": index}, {"eval_loss": loss, "step": index}]
        getattr(callback, "on_evaluate")(args, state, None, metrics={})  # noqa: B009 - by name, as it does
    state.log_history.append({"train_runtime": 1.0, "train_loss": 9.0})
    state.global_step = steps
    callback.on_train_end(args, state, None)


def test_the_trainer_s_callback_counts_the_whole_batch(tmp_path):
    file = tmp_path / "runs.jsonl"
    trainer(TrainerLog(file, model="tiny"), rate=1e-4, losses=[2.0, 1.5])
    trainer(TrainerLog(file, model="tiny"), rate=2e-4, losses=[2.0, math.nan])
    trainer(TrainerLog(file, model="tiny"), rate=4e-4, losses=[2.0], steps=2)
    trainer(TrainerLog(file, metric="missing", model="tiny"), rate=5e-4, losses=[2.0])
    trials = Sweep.from_table(open_table(file)).trials
    assert trials["batch_size"].tolist() == [64, 64, 64, 64]
    assert trials["learning_rate"].tolist() == [1e-4, 2e-4, 4e-4, 5e-4]
    assert trials["loss"].tolist()[0] == 1.5
    assert trials["loss"].tolist()[3] == 3.0
    assert trials["status"].tolist() == ["complete", "infeasible", "incomplete", "complete"]
    assert trials["seed"].tolist() == [7, 7, 7, 7]


def test_only_the_first_process_writes(tmp_path):
    callback = TrainerLog(tmp_path / "runs.jsonl")
    callback.on_train_end(None, SimpleNamespace(is_world_process_zero=False), None)
    assert not (tmp_path / "runs.jsonl").exists()
    with pytest.raises(AttributeError):
        _ = callback.nonsense


def test_lightning_s_callback_is_its_own_class(tmp_path, monkeypatch):
    file = tmp_path / "runs.jsonl"
    monkeypatch.delitem(sys.modules, "lightning.pytorch", raising=False)
    monkeypatch.delitem(sys.modules, "pytorch_lightning", raising=False)
    with pytest.raises(ValueError, match="lightning must be imported before"):
        lightning_log(file, batch_size=8, learning_rate=0.1)
    module = ModuleType("lightning.pytorch")
    module.Callback = type("Callback", (), {})
    monkeypatch.setitem(sys.modules, "lightning.pytorch", module)
    for rate in (0.1, 0.2):
        callback = lightning_log(file, batch_size=8, learning_rate=rate, seed=0, width=64)
        assert isinstance(callback, module.Callback)
        fitted = SimpleNamespace(callback_metrics={"val_loss": rate}, global_step=5, is_global_zero=True)
        callback.on_fit_end(fitted, None)
    trials = Sweep.from_table(open_table(file)).trials
    assert trials["loss"].tolist() == [0.1, 0.2]
    assert trials["steps"].tolist() == [5, 5]
