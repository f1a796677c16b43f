"""Steps that are compiled where it pays; with a stand-in for the compiler."""

import pytest

from surgecore.training.engine import compiled
from surgecore.training.plans import compiling as compiling_module
from surgecore.training.plans.compiling import compiling
from surgecore.training.plans.estimate import Saving
from surgecore.training.plans.plan import Plan, PlanError
from surgecore.training.runs import executors, runner
from surgecore.training.runs.runner import run


@pytest.fixture(autouse=True)
def shapes(monkeypatch):
    """A stand-in for the compiler, whose steps end elsewhere than plain ones; the steps that it was given."""
    given = []

    def stand_in(step):
        given.append(step)

        def call(p, *more):
            step(p, *more)
            p.mul_(1 + 1e-6)

        return call

    monkeypatch.setattr(compiled, "compiler", stand_in)
    forget()
    yield given
    forget()


def forget():
    """What a process keeps between chunks."""
    executors.built.cache_clear()
    executors._engine.cache_clear()


def tables(result):
    return {key: sweep.to_csv() for key, sweep in result.sweeps.items()}


def expect(monkeypatch, saves, costs):
    monkeypatch.setattr(runner, "compiling", lambda *_: Saving(saves, costs))


def test_it_pays_for_long_plans_of_what_was_measured(plan_text, monkeypatch):
    monkeypatch.setattr(compiling_module, "MEASURED", {("cpu", "softmax"): (20.0, 1.5)})
    short = Plan.from_toml(plan_text)
    long = Plan.from_toml(plan_text.replace("steps = [3, 1]", "steps = [1000000]").replace("seeds = 4", "seeds = 400"))
    other = Plan.from_toml(long.to_toml().replace('"softmax"', '"quadratic"').replace("loss = 2.0", "loss = 0.0"))
    assert compiling(long, "cpu").pays
    assert not compiling(short, "cpu").pays
    assert compiling(short, "cpu").costs > compiling(short, "cpu").saves > 0
    assert compiling(long, "cpu", 2).costs == pytest.approx(2 * compiling(long, "cpu").costs, rel=0.5)
    for plan, device in ((other, "cpu"), (long, "cuda")):  # where nothing was measured
        assert compiling(plan, device) == Saving(0.0, 0.0)


@pytest.mark.parametrize("known", sorted(compiling_module.MEASURED))
def test_measured_figures_are_of_something(known):
    seconds, faster = compiling_module.MEASURED[known]
    assert seconds > 0
    assert faster > 1


def test_what_cannot_be_compiled_is_not(plan_text, monkeypatch):
    monkeypatch.setattr(compiling_module, "MEASURED", {("cpu", "softmax"): (1e-9, 2.0)})
    monkeypatch.setattr(compiling_module, "_START", 0.0)
    assert compiling(Plan.from_toml(plan_text), "cpu").pays
    looking_ahead = Plan.from_toml(plan_text.replace('key = "sign"', 'key = "extrapolated"'))
    assert compiling(looking_ahead, "cpu") == Saving(0.0, 0.0)


def test_the_estimate_decides_and_the_folder_keeps_the_decision(plan_text, tmp_path, monkeypatch, shapes):
    plan = Plan.from_toml(plan_text.replace("loss = 2.0", "loss = 0.0"))
    expect(monkeypatch, 100.0, 1.0)
    whole = run(plan, out=tmp_path / "whole", device="cpu")
    assert shapes
    decided = {"asked": "auto", "used": True, "saves_seconds": 100.0, "costs_seconds": 1.0}
    assert whole.provenance["compile"] == decided
    first = run(plan, out=tmp_path / "parts", device="cpu", budget=0)
    assert first.done == 12  # the first of two chunks
    expect(monkeypatch, 1.0, 100.0)  # the machine is another, or busy
    forget()
    last = run(plan, out=tmp_path / "parts", device="cpu", resume=True)
    assert last.provenance["compile"] == decided
    assert tables(last) == tables(whole)
    forget()
    assert tables(run(plan, out=tmp_path / "plain", device="cpu")) != tables(whole)


def test_it_is_not_compiled_where_it_does_not_pay_or_the_plan_says_so(plan_text, tmp_path, monkeypatch, shapes):
    expect(monkeypatch, 1.0, 1.0)
    done = run(
        Plan.from_toml(plan_text.replace("[run]", '[run]\ncompile = "auto"')), out=tmp_path / "auto", device="cpu"
    )
    assert done.provenance["compile"]["used"] is False
    expect(monkeypatch, 100.0, 1.0)
    told = Plan.from_toml(plan_text.replace("[run]", "[run]\ncompile = false"))
    done = run(told, out=tmp_path / "told", device="cpu")
    assert done.provenance["compile"] == {"asked": False, "used": False}
    assert not shapes


def test_without_a_compiler_steps_are_plain_and_that_is_recorded(plan_text, tmp_path, monkeypatch):
    def fails(step):
        def call(*tensors):
            raise RuntimeError("no C++ compiler")

        return call

    monkeypatch.setattr(compiled, "compiler", fails)
    plain = run(Plan.from_toml(plan_text.replace("[run]", "[run]\ncompile = false")), out=tmp_path / "a", device="cpu")
    asked = run(Plan.from_toml(plan_text.replace("[run]", "[run]\ncompile = true")), out=tmp_path / "b", device="cpu")
    assert plain.provenance["fallbacks"] == {}
    assert asked.provenance["fallbacks"] == {"compile": 2}  # both chunks
    assert tables(asked) == tables(plain)


def test_an_error_of_a_step_that_was_compiled_is_no_fallback(plan_text, tmp_path, monkeypatch):
    def breaks(step):
        calls = []

        def call(*tensors):
            calls.append(0)
            if len(calls) > 1:
                raise RuntimeError("wrong")
            step(*tensors)

        return call

    monkeypatch.setattr(compiled, "compiler", breaks)
    with pytest.raises(RuntimeError, match="wrong"):
        run(Plan.from_toml(plan_text.replace("[run]", "[run]\ncompile = true")), out=tmp_path, device="cpu")


def test_any_other_word_is_refused(plan_text):
    with pytest.raises(PlanError, match=r"run\.compile must be true, false or .auto."):
        Plan.from_toml(plan_text.replace("[run]", '[run]\ncompile = "often"'))
