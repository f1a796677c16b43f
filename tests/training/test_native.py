"""Native steps: against steps by tensors, where they are taken, and where they are not."""

import builtins
import os
from dataclasses import replace

import numpy as np
import pytest
import torch
from resident_cases import RULES

from surgecore.training.engine import native
from surgecore.training.engine.loop import Engine
from surgecore.training.engine.methods import OPTIMIZERS
from surgecore.training.engine.optimizers import SGD, Adam, RMSprop
from surgecore.training.plans import estimate as estimate_module
from surgecore.training.plans.estimate import Saving, can_be_native, estimate, native_steps
from surgecore.training.plans.plan import Plan
from surgecore.training.runs import executors, runner
from surgecore.training.runs.runner import run
from surgecore.training.workloads.workloads import WORKLOADS, DigitsMLP, Quadratic, Softmax

MODELS = {
    "mlp": DigitsMLP(hidden=16), "mlp of 17": DigitsMLP(hidden=17), "softmax": Softmax(),
    "quadratic": Quadratic(size=20),
}  # fmt: skip


@pytest.fixture(scope="module", params=MODELS)
def model(request):
    return MODELS[request.param].build()


def engines(model, optimizer, batch_size, rates=(0.003, 0.01, 0.02), **options):
    """By tensors, and native."""
    return [
        Engine(
            model, optimizer, batch_size=batch_size, seeds=[1, 2], rates=rates, start=model.initial(0), native=kind,
            **options,
        )
        for kind in (False, True)
    ]  # fmt: skip


def off(found, expected):
    return float((found - expected).abs().max() / expected.abs().max())


def compare(plain, fast):
    assert fast._native is not None
    assert fast._native.trusted
    assert not fast.fallbacks
    assert off(fast.parameters(), plain.parameters()) < 2e-6
    for mine, theirs in zip(fast.buffers.state, plain.buffers.state, strict=True):
        assert off(mine, theirs) < 2e-6
    assert np.abs(fast.losses() / plain.losses() - 1).max() < 2e-6


#: Few examples, also where they come in no fours, and many. Products know nothing of the rule, updates nothing of the
#: minibatch: every day each rule takes one size, and each size one rule.
BATCHES = (1, 6, 45)
CASES = [
    pytest.param(size, rule, marks=() if size == 6 or rule == "adam, decay" else pytest.mark.long)
    for size in BATCHES
    for rule in RULES
]


@pytest.mark.parametrize(("batch_size", "rule"), CASES)
def test_fifty_steps_are_those_by_tensors(model, rule, batch_size):
    plain, fast = engines(model, RULES[rule], batch_size)
    for engine in (plain, fast):
        engine.advance(50)
    compare(plain, fast)


def test_so_they_are_with_a_schedule_a_warm_state_fewer_runs_and_other_seeds():
    plain, fast = engines(DigitsMLP().build(), Adam(), 5, schedule=lambda step: 1 / step)
    for engine in (plain, fast):
        engine.warm(40)
        engine.advance(33)
        engine.keep([2, 0])
        engine.advance(3)
    compare(plain, fast)
    for engine in (plain, fast):
        engine.reset([7], [0.01, 0.02, 0.03, 0.05], engine.model.initial(3))
        engine.advance(35)
    compare(plain, fast)


@pytest.mark.parametrize("optimizer", [SGD(), Adam()])
def test_a_run_that_diverges_does_so_alone(optimizer):
    plain, fast = engines(DigitsMLP().build(), optimizer, 4, rates=(0.01, 1e20))
    for engine in (plain, fast):
        engine.advance(60)
    for engine in (plain, fast):
        assert np.isfinite(engine.losses()[:, 0]).all()
        assert not np.isfinite(engine.losses()[:, 1]).any()
    assert off(fast.parameters()[:, 0], plain.parameters()[:, 0]) < 2e-6


def test_nothing_that_is_no_number_is_lost():
    _, fast = engines(DigitsMLP().build(), Adam(), 4)
    fast.advance(4)
    fast.buffers.layout.views(fast.buffers.p)["w1"][0, 1, 3, 5] = torch.nan
    fast.advance(4)
    assert fast.parameters()[0, 1].isnan().sum() > 1000
    assert fast.parameters()[0, 0].isfinite().all()
    assert fast.parameters()[1].isfinite().all()


def test_code_that_does_something_else_is_not_used(model):
    plain, fast = engines(model, Adam(), 16)
    fast._native = model.native(Adam(beta1=0.5))
    for engine in (plain, fast):
        engine.advance(10)
    assert fast._native is None
    assert fast.fallbacks == {"native"}
    assert torch.equal(fast.parameters(), plain.parameters())  # plain steps, from where it was tried


def test_there_is_none_for_other_rules_steps_and_machines(monkeypatch):
    model = DigitsMLP().build()
    known = {key for key, kind in OPTIMIZERS.items() if model.native(kind()) is not None}
    assert known == {"sign", "sgd", "adam", "adamw", "lion"}
    for options in ({"precision": "bf16"}, {"compiled": True}):
        assert engines(model, Adam(), 4, **options)[1].fallbacks >= {"native"}
    assert engines(model, RMSprop(), 4)[1].fallbacks == {"native"}
    native.usable.cache_clear()
    monkeypatch.setattr(native, "find_spec", lambda name: None if name == "numba" else name)
    assert engines(model, Adam(), 4)[1].fallbacks == {"native"}
    monkeypatch.undo()
    native.usable.cache_clear()


def test_a_compiler_that_fails_costs_nothing_but_time(monkeypatch):
    model, real = DigitsMLP().build(), builtins.__import__

    def fails(name, *more):
        if name == "surgecore.training.engine" and more[2] == ("native_steps",):
            raise RuntimeError("no compiler")
        return real(name, *more)

    plain, fast = engines(model, Adam(), 4)
    monkeypatch.setattr(builtins, "__import__", fails)
    for engine in (plain, fast):
        engine.advance(6)
    assert fast.fallbacks == {"native"}
    assert torch.equal(fast.parameters(), plain.parameters())


def test_readings_that_differ_are_not_used(monkeypatch):
    from surgecore.training.engine import native_steps

    model = Softmax().build()
    plain, fast = engines(model, Adam(), 4)
    right = native_steps.softmax_losses

    def wrong(*given):
        right(*given)
        given[-2][:] *= 1.001

    monkeypatch.setattr(native_steps, "softmax_losses", wrong)
    np.testing.assert_allclose(fast.losses(), plain.losses(), rtol=1e-8)
    assert fast.fallbacks == {"native"}


# --- plans -------------------------------------------------------------------------------------------------


def asked(plan_text, value):
    return Plan.from_toml(plan_text.replace("[run]", f"[run]\nnative = {value}").replace("loss = 2.0", "loss = 0.0"))


def tables(result):
    return {key: sweep.trials for key, sweep in result.sweeps.items()}


def forget():
    """What a process keeps between chunks."""
    executors._engine.cache_clear()


def test_workloads_that_say_so_have_models_that_do():
    for workload in (Softmax(), DigitsMLP(), Quadratic()):
        assert workload.native == (workload.build().native(Adam()) is not None)
    assert {key for key, kind in WORKLOADS.items() if kind.native} == {"digits-mlp", "quadratic", "softmax"}


@pytest.mark.parametrize("before", [False, True])
def test_it_pays_for_long_plans_that_it_is_there_for(plan_text, monkeypatch, before):
    monkeypatch.setattr(estimate_module, "compiled_before", lambda: before)
    short = asked(plan_text, '"auto"')
    table = {**short.source, "grid": {**short.source["grid"], "seeds": 4000}}
    long = Plan.from_dict({**table, "protocol": {"key": "steps", "steps": [4000]}})
    assert native_steps(long).pays
    assert not native_steps(short).pays
    assert native_steps(long, "cuda") == Saving(0.0, 0.0)
    assert native_steps(long, workers=2).costs == pytest.approx(2 * native_steps(long).costs, rel=0.5)
    by_tensors = replace(long, run=replace(long.run, native=False))
    assert estimate(long).seconds < 0.8 * estimate(by_tensors).seconds
    for other in ({"optimizer": {"key": "rmsprop"}}, {"run": {"compile": True}}, {"run": {"precision": "bf16"}}):
        assert not can_be_native(Plan.from_dict({**long.source, **other}))


def test_code_counts_as_compiled_until_its_source_changes(tmp_path, monkeypatch):
    source = tmp_path / "native_steps.py"
    source.touch()
    monkeypatch.setattr(native, "__file__", str(tmp_path / "native.py"))
    native.compiled_before.cache_clear()
    assert not native.compiled_before()
    kept = tmp_path / "__pycache__"
    kept.mkdir()
    (kept / "native_steps.mlp-1.py311.nbi").touch()
    native.compiled_before.cache_clear()
    assert native.compiled_before()
    later = source.stat().st_mtime + 10
    os.utime(source, (later, later))
    native.compiled_before.cache_clear()
    assert not native.compiled_before()
    native.compiled_before.cache_clear()


def test_the_estimate_decides_and_the_folder_keeps_the_decision(plan_text, tmp_path, monkeypatch):
    plan = asked(plan_text, '"auto"')
    monkeypatch.setattr(runner, "native_steps", lambda *_: Saving(100.0, 1.0))
    forget()
    whole = run(plan, out=tmp_path / "whole", device="cpu")
    decided = {"asked": "auto", "used": True, "saves_seconds": 100.0, "costs_seconds": 1.0}
    assert whole.provenance["native"] == decided
    assert whole.provenance["compile"]["used"] is False
    assert whole.provenance["fallbacks"] == {}
    run(plan, out=tmp_path / "parts", device="cpu", budget=0)
    monkeypatch.setattr(runner, "native_steps", lambda *_: Saving(1.0, 100.0))  # the machine is another, or busy
    forget()
    last = run(plan, out=tmp_path / "parts", device="cpu", resume=True)
    assert last.provenance["native"] == decided
    assert all(tables(last)[key].equals(tables(whole)[key]) for key in tables(whole))
    forget()
    plain = tables(run(asked(plan_text, "false"), out=tmp_path / "plain", device="cpu"))
    for key, table in tables(whole).items():
        assert np.allclose(table["loss"], plain[key]["loss"], rtol=1e-5)


def test_a_plan_may_say_so_and_what_has_none_is_recorded(plan_text, tmp_path):
    forget()
    done = run(asked(plan_text, "true"), out=tmp_path / "a", device="cpu")
    assert done.provenance["native"] == {"asked": True, "used": True}
    assert done.provenance["fallbacks"] == {}
    other = asked(plan_text.replace('key = "sign"', 'key = "rmsprop"'), "true")
    assert run(other, out=tmp_path / "b", device="cpu").provenance["fallbacks"] == {"native": 2}  # both chunks
