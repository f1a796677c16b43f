"""Kernels that keep runs on the chip: against the engine under Triton's interpreter, and compiled ahead of time."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from resident_cases import BATCHES, FEW, RULES, WORKLOADS

from surgecore.training.engine import resident
from surgecore.training.engine.methods import OPTIMIZERS
from surgecore.training.engine.optimizers import Adam, RMSprop
from surgecore.training.workloads.workloads import DigitsMLP, Quadratic, Softmax

HERE = Path(__file__).parent
SIGNS = ("sign", "sign, decay", "lion")


PAIRS = [
    pytest.param(key, rule, marks=() if (key, rule) in FEW else pytest.mark.long) for key in WORKLOADS for rule in RULES
]


@pytest.fixture(scope="module")
def found(request):
    """What the kernels gave that are asked about, interpreted on this CPU."""
    pytest.importorskip("triton")
    environment = {**os.environ, "TRITON_INTERPRET": "1"}
    environment["PYTHONPATH"] = os.pathsep.join([str(HERE.parent), environment.get("PYTHONPATH", "")])
    asked = [getattr(item, "callspec", None) for item in request.session.items if item.path == Path(__file__)]
    names = [f"{call.params['key']}/{call.params['rule']}" for call in asked if call and "key" in call.params]
    command = [sys.executable, str(HERE / "resident_cases.py"), *names]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize(("key", "rule"), PAIRS)
def test_fifty_steps_are_those_of_the_engine(found, key, rule):
    case = found[f"{key}/{rule}"]
    assert case["used"]
    assert case["fallbacks"] == []
    if rule in SIGNS:  # a sign that rounding flips moves a parameter by two steps
        assert case["agree"]
        assert case["losses"] < 2e-5
        return
    assert max(case["parameters"], case["state"], case["losses"]) < 2e-6


@pytest.mark.parametrize("batch_size", BATCHES)
def test_any_minibatch_is_cut_into_tiles_also_with_a_schedule_a_warm_state_and_fewer_runs(found, batch_size):
    case = found[f"batch {batch_size}"]
    assert case["used"]
    assert max(case["parameters"], case["losses"]) < 2e-6


def test_a_kernel_that_does_something_else_is_not_used(found):
    case = found["wrong"]
    assert not case["used"]
    assert case["fallbacks"] == ["resident"]
    assert case["parameters"] < 2e-6  # plain steps, from where it was tried


def test_there_is_none_where_it_would_not_pay(monkeypatch):
    monkeypatch.setattr(resident, "usable", lambda device: True)
    model = DigitsMLP(hidden=16).build()
    assert model.fused(Adam(), 64) is not None
    assert model.fused(Adam(), 2 * resident.MOST_EXAMPLES) is None
    assert model.fused(RMSprop(), 16) is None
    assert DigitsMLP(hidden=17).build().fused(Adam(), 16) is None
    assert Quadratic(size=200).build().fused(Adam(), 16) is None
    known = {key for key, kind in OPTIMIZERS.items() if resident.rule_of(kind()) is not None}
    assert known == {"sign", "sgd", "adam", "adamw", "lion"}


def test_without_an_accelerator_there_is_none(monkeypatch):
    monkeypatch.delenv("TRITON_INTERPRET", raising=False)
    assert DigitsMLP(hidden=16).build().fused(Adam(), 16) is None


COMPILE = """
import json, sys, warnings
warnings.simplefilter("ignore")
import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource
from surgecore.training.engine import kernels
kinds = {"Y": "*i64", "DRAWN": "*i64"}
for kernel, sizes, warps, path in json.loads(sys.argv[1]):
    function = getattr(kernels, kernel)
    # one compiled kernel serves every batch size, number of runs and part of a block
    assert all(p.do_not_specialize for p in function.params if not p.is_constexpr and p.name.islower())
    signature = {
        name: "constexpr" if name in sizes else kinds.get(name, "*fp32" if name.isupper() else "i32")
        for name in function.arg_names
    }
    source = ASTSource(fn=function, signature=signature, constexprs=sizes)
    made = triton.compile(source, target=GPUTarget("cuda", 90, 32), options={"num_warps": warps})
    open(path, "wb").write(made.asm["cubin"])
"""


def test_compiled_ahead_of_time_nothing_is_spilled(monkeypatch, tmp_path):
    """For a data-centre GPU, with none here: what the assembler says of registers. Adam has the most state."""
    triton = pytest.importorskip("triton")
    tool = Path(triton.__file__).parent / "backends" / "nvidia" / "bin" / "cuobjdump"
    if not tool.exists():
        pytest.skip("this Triton has no NVIDIA tools")
    monkeypatch.setattr(resident, "usable", lambda device: True)
    orders, optimizer = [], Adam()
    for index, workload in enumerate([DigitsMLP(hidden=16), DigitsMLP(hidden=64), Softmax(), Quadratic(size=100)]):
        kernel = workload.build().fused(optimizer, 64)
        sizes = {**kernel.sizes, "WIDTH": 1 + len(optimizer.scalars(1))}
        orders.append((kernel.kernel, sizes, kernel.warps, str(tmp_path / f"{index}.cubin")))
    environment = {name: value for name, value in os.environ.items() if name != "TRITON_INTERPRET"}
    command = [sys.executable, "-c", COMPILE, json.dumps(orders)]
    subprocess.run(command, check=True, capture_output=True, env=environment)
    for *_, binary in orders:
        said = subprocess.run([str(tool), "--dump-resource-usage", binary], capture_output=True, text=True, check=True)
        usage = {name: int(value) for name, value in re.findall(r"(REG|STACK|LOCAL|SHARED):(\d+)", said.stdout)}
        assert usage["STACK"] == usage["LOCAL"] == 0
        assert 0 < usage["REG"] <= 255
