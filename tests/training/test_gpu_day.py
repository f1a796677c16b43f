"""A visit to a GPU, tried on the CPU with tiny plans, and on a machine that has little but torch."""

import subprocess
import sys
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from surgecore import load_catalogue
from surgecore.training import gpu_check, gpu_day
from surgecore.training.engine.loop import Engine
from surgecore.training.gpu_check import ALLOWED, Check, Log, checked, kinds_of
from surgecore.training.gpu_day import main
from surgecore.training.plans.plan import Plan
from surgecore.training.runs.runner import run

ROOT = Path(__file__).parents[2]
#: What this project installs and a bare machine has not.
ABSENT = {
    "fluent", "tomli_w", "filelock", "yaml", "streamlit", "plotly", "segno", "ray", "pyarrow", "jinja2", "cattrs",
    "attr", "attrs", "triton", "hypothesis", "pytest",
}  # fmt: skip
BLOCKED = f"""
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {sorted(ABSENT)!r}:
            raise ModuleNotFoundError("No module named " + repr(name), name=name)
sys.meta_path.insert(0, Absent())
"""


@pytest.fixture
def data(plan_text, tmp_path):
    plans = tmp_path / "data" / "plans"
    plans.mkdir(parents=True)
    names = ("one", "two", "three")
    for i, name in enumerate(names):
        text = plan_text.replace('"small"', f'"{name}"').replace("first_seed", str(i))
        (plans / f"{name}.toml").write_text(text.replace('"softmax"', '"quadratic"').replace("loss = 2.0", "loss = 0"))
    bundle = "".join(f'[[sweep]]\nplan = "{name}"\ndoes_not_show = "Much."\n' for name in names)
    (plans / "gpu.toml").write_text(bundle)
    (plans / "bundle.toml").write_text("sweep = []\n")
    return tmp_path / "data"


def words(data, out, *more):
    return [str(out), "--plans", str(data / "plans"), "--device", "cpu", "--no-bench", "--here", *more]


def test_calls_end_and_go_on_until_all_is_there(data, tmp_path):
    out = tmp_path / "out"
    calls = 0
    while (status := main(words(data, out, "--budget", "1e-9"))) == 3:
        calls += 1
        assert len(list(out.iterdir())) <= 7
        assert all(path.is_file() for path in out.iterdir())
    assert status == 0
    assert calls > 1
    assert not (out / "unfinished.tar.gz").exists()
    assert {check.ok for check in Log(out / "check.json").checks} == {True}
    assert main([str(out), "--collect", str(data)]) == 0
    entries = load_catalogue(data)
    assert [entry.name for entry in entries] == [f"{n}-{k}" for n in ("one", "two", "three") for k in ("k3", "k1")]
    assert all(entry.load().n_seeds == 4 for entry in entries)
    assert "Much." in (data / "two-k1.md").read_text()


def test_results_are_spread_over_archives(data, tmp_path, monkeypatch):
    monkeypatch.setattr(gpu_day, "_MOST_BYTES", 2000)
    monkeypatch.setattr(gpu_day, "_MOST_ARCHIVES", 2)
    assert main(words(data, tmp_path / "out")) == 0
    assert sorted(path.name for path in (tmp_path / "out").glob("results-*")) == [
        "results-1.tar.gz",
        "results-2.tar.gz",
    ]
    assert gpu_day.finished(tmp_path / "out") == {"one", "two", "three"}


def test_a_plan_that_comes_out_differently_is_not_run(data, tmp_path, monkeypatch, capsys):
    real = gpu_day.checked

    def other(plan, device, kind):
        found = real(plan, device, kind)
        return replace(found, difference=0.1, ok=False) if plan.name == "two" else found

    monkeypatch.setattr(gpu_day, "checked", other)
    assert main(words(data, tmp_path / "out")) == 1
    assert gpu_day.finished(tmp_path / "out") == {"one", "three"}
    said = capsys.readouterr().out
    assert "two: float32 differs by 0.1" in said
    assert "2 plans are done; 1 differed or failed" in said


@pytest.mark.parametrize("wrong", [{"resident": "resident"}, {"graphs": "graph", "reading": "reading"}], ids="+".join)
def test_what_only_differs_beside_is_left_aside(data, tmp_path, monkeypatch, capsys, wrong):
    """Coarser products that a plan does not use, graphs and kernels, which engines leave aside by themselves."""
    monkeypatch.setattr(Engine, "aside", frozenset())
    kinds = ["float32", "tf32", *wrong]
    monkeypatch.setattr(gpu_day, "kinds_of", lambda plan, device: kinds)
    real = gpu_day.checked

    def other(plan, device, kind):
        return real(plan, device, kind) if kind == "float32" else Check(plan.name, kind, 9.0, False, False)

    monkeypatch.setattr(gpu_day, "checked", other)
    assert main(words(data, tmp_path / "out")) == 0
    assert gpu_day.finished(tmp_path / "out") == {"one", "two", "three"}
    assert "one: tf32 differs by 9 of a fall; it is left aside" in capsys.readouterr().out
    assert Engine.aside == set(wrong.values())


def test_a_kernel_that_differs_does_not_cost_its_plan(data, monkeypatch):
    """No engine uses it then, so that the plan can be run without."""
    plan = Plan.from_toml((data / "plans" / "one.toml").read_text())
    monkeypatch.setattr(
        gpu_check, "falls", lambda *_, resident=False, **__: np.full((1, 2, 2), 2.0 if resident else 1.0)
    )
    check = gpu_check.checked(plan, "cuda", "resident")
    assert (check.ok, check.decides, check.difference) == (False, False, 1.0)


def test_errors_cost_the_plan_that_has_them(data, tmp_path, monkeypatch, capsys):
    real, real_run = gpu_day.checked, gpu_day.run

    def no_check(plan, device, kind):
        if plan.name == "one":
            raise FileNotFoundError("no images")
        return real(plan, device, kind)

    def no_run(plan, **options):
        if plan.name == "two":
            raise RuntimeError("no kernel")
        return real_run(plan, **options)

    monkeypatch.setattr(gpu_day, "checked", no_check)
    monkeypatch.setattr(gpu_day, "run", no_run)
    assert main(words(data, tmp_path / "out")) == 1
    assert gpu_day.finished(tmp_path / "out") == {"three"}
    notes = {check.plan: check.note for check in Log(tmp_path / "out" / "check.json").checks if not check.ok}
    assert "no images" in notes["one"]
    assert "no kernel" in notes["two"]
    assert main(words(data, tmp_path / "out")) == 1  # and are not tried again
    assert "two failed" in capsys.readouterr().out


def test_what_was_begun_under_another_torch_is_begun_anew(data, tmp_path, monkeypatch):
    out = tmp_path / "out"
    monkeypatch.setattr("surgecore.training.runs.runner.versions", lambda: {"torch": "2.11"})
    while not (out / "unfinished.tar.gz").exists():
        assert main(words(data, out, "--budget", "1e-9")) == 3
    monkeypatch.undo()
    assert main(words(data, out)) == 0
    assert gpu_day.finished(out) == {"one", "two", "three"}


LOST = """
import os
from surgecore.training import gpu_check, gpu_day
real = gpu_day.run
def run(plan, **options):
    if plan.name == "one":
        os.kill(os.getpid(), 9)
    if plan.name == "two":
        raise RuntimeError("lost")
    return real(plan, **options)
gpu_day.run = run
gpu_day._alive = lambda device: False
raise SystemExit(gpu_day.main())
"""


@pytest.mark.long
def test_a_lost_process_is_followed_by_another(data, tmp_path, monkeypatch):
    """As after a fault in a kernel, which ends the process or leaves it without its GPU."""
    script, real = tmp_path / "day.py", subprocess.Popen
    script.write_text(LOST)
    monkeypatch.setattr(subprocess, "Popen", lambda given, **more: real([given[0], str(script), *given[3:]], **more))
    told = [word for word in words(data, tmp_path / "out") if word != "--here"]
    assert main([*told, "--budget", "400"]) == 1
    assert gpu_day.finished(tmp_path / "out") == {"three"}
    notes = {check.plan: check.note for check in Log(tmp_path / "out" / "check.json").checks if not check.ok}
    assert notes["one"] == "signal 9"
    assert "lost" in notes["two"]


def test_a_process_that_hangs_is_ended(data, tmp_path, monkeypatch, capsys):
    out, real = tmp_path / "out", subprocess.Popen
    monkeypatch.setattr(gpu_day, "_GRACE", 0.1)
    hang = "import threading; threading.Event().wait()"
    monkeypatch.setattr(subprocess, "Popen", lambda given, **more: real([given[0], "-c", hang], **more))
    for calls in (1, 2):
        out.mkdir(exist_ok=True)
        Log(out / "check.json").begin("one", "run")
        assert main([str(out), "--budget", "0"]) == 3
        assert Log(out / "check.json").refused == ({"one"} if calls == 2 else set())
    assert "run the same command again" in capsys.readouterr().out


def test_what_does_not_fit_is_left_out(data, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(words(data, out)) == 0
    plan = data / "plans" / "one.toml"
    plan.write_text(plan.read_text().replace("seeds = 4", "seeds = 5"))
    (data / "plans" / "gpu.toml").write_text('[[sweep]]\nplan = "one"\n[[sweep]]\nplan = "two"\ndoes_not_show = ""\n')
    (archive,) = out.glob("results-*")
    with tarfile.open(archive) as file:
        file.extractall(tmp_path / "open", filter="data")
    rows = (tmp_path / "open" / "two" / "k3.csv").read_text().splitlines(keepends=True)
    (tmp_path / "open" / "two" / "k3.csv").write_text("".join(rows[:-3]))
    with tarfile.open(archive, "w:gz") as file:
        for folder in (tmp_path / "open").iterdir():
            file.add(folder, arcname=folder.name)
    assert main([str(out), "--collect", str(data)]) == 1
    said = capsys.readouterr().out
    assert "one was run from a different plan" in said
    assert "two is missing runs" in said
    assert "three is in no bundle here" in said
    assert not list(data.glob("*.csv.gz"))


def test_a_machine_with_little_but_torch_can_train(data, tmp_path):
    """By each of the doors, one after another."""
    sweep = ["sweep", str(data / "plans" / "one.toml"), "--executor", "serial", "--out", str(tmp_path / "out")]
    doors = f"""
from surgecore.cli import main as surge
from surgecore.training.gpu_day import main as gpu_day
from surgecore.training.data import main as bundle
codes = surge({sweep!r}), gpu_day({words(data, tmp_path / "day")!r}), bundle([{str(data)!r}, "--bundle", "gpu"])
raise SystemExit(0 if codes == (0, 0, 0) else str(codes))
"""
    done = subprocess.run([sys.executable, "-c", BLOCKED + doors], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr


def test_a_plan_in_bfloat16_takes_its_products_in_it_and_is_checked_so(plan_text, tmp_path, monkeypatch):
    text = plan_text.replace('"softmax"', '"digits-mlp"').replace("loss = 2.0", "loss = 0")
    plan = Plan.from_toml(text + 'precision = "bf16"\n')
    products, real = set(), torch.bmm

    def bmm(a, b):
        out = real(a, b)
        products.add((a.dtype, out.dtype))
        return out

    monkeypatch.setattr(torch, "bmm", bmm)
    found = run(plan, out=tmp_path / "coarse", device="cpu")
    # steps in bfloat16 from parameters in float32, and readings in float32
    assert (torch.float32, torch.bfloat16) in products
    assert (torch.float32, torch.float32) in products
    assert found.provenance["precision"] == "bf16"
    exact = run(Plan.from_toml(text), out=tmp_path / "exact", device="cpu")
    assert exact.provenance["plan"] != found.provenance["plan"]
    coarse, fine = (result.sweeps["k3"].trials["loss"].to_numpy() for result in (found, exact))
    assert 0 < abs(coarse / fine - 1).max() < 0.05
    assert kinds_of(plan, "cpu") == ["float32", "bf16"]
    assert kinds_of(plan, "cuda")[:3] == ["float32", "tf32", "bf16"]
    by_kind = {kind: checked(plan, "cpu", kind) for kind in kinds_of(plan, "cpu")}
    assert by_kind["float32"].difference == 0
    assert 1e-6 < by_kind["bf16"].difference < ALLOWED["bf16"]
    assert [check.decides for check in by_kind.values()] == [False, True]
