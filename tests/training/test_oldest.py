"""The oldest versions that are promised, on a machine with nothing else."""

import os
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

import torch_names  # noqa: E402

from surgecore import load_catalogue  # noqa: E402

ROOT = Path(__file__).parents[2]
#: What a machine with a GPU has of its own, beside torch.
BARE = ("numpy", "pandas", "scipy", "scikit-learn")
#: What torch is made of and needs.
TORCH = ("torch", "torchgen", "functorch", "sympy", "mpmath", "networkx", "fsspec", "typing_extensions.py", "triton")
#: A torch to install instead of this environment's, of several GB: 2.11.0.
VARIABLE = "SURGE_OLDEST_TORCH"
PLAN = """
name = "{name}"
title = "{name}"
workload = {workload}
optimizer = {{ key = "adam", state = "warm", warm_steps = 5 }}
protocol = {protocol}
[grid]
batch_sizes = [4, 16]
learning_rates = [0.003, 0.01, 0.03]
seeds = 4
"""
PLANS = {
    "mlp": ('{ key = "digits-mlp" }', '{ key = "checkpoint", loss = 2.2, steps = [3, 1] }'),
    "text": ('{ key = "gpt", width = 8, context = 8, sequences = 16 }', '{ key = "steps", steps = [3] }'),
    "target": ('{ key = "softmax" }', '{ key = "target", targets = [2.0], then = [2], limit = 40 }'),
}


def test_the_training_code_uses_nothing_of_torch_that_came_later():
    head, *listed = torch_names.LIST.read_text(encoding="utf-8").splitlines()
    assert head == "# torch 2.11.0 has all of these"
    later = set(torch_names.names(torch)) - set(listed)
    assert not later, "run tests/training/torch_names.py under torch 2.11"


def promised():
    """The oldest version of each package that the project's own file names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["training"]]
    split = (text.partition(">=") for text in wanted)
    return {name: version.partition(",")[0] for name, _, version in split}


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """An interpreter of its own with the oldest packages, and with nothing of this project's."""
    place = tmp_path_factory.mktemp("oldest") / "venv"
    venv.create(place, with_pip=True, symlinks=True)
    python = place / "bin" / "python"
    oldest = promised()
    words = [str(python), "-m", "pip", "install", "--quiet", *(f"{name}=={oldest[name]}.*" for name in BARE)]
    if asked := os.environ.get(VARIABLE):
        words.append(f"torch=={asked}")
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode and "No matching distribution" not in done.stderr and "conflict" not in done.stderr:
        pytest.skip(f"packages cannot be fetched here: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    if not asked:
        theirs = Path(torch.__file__).parents[1]
        (mine,) = (place / "lib").glob("python*/site-packages")
        for name in TORCH:
            if (theirs / name).exists():
                (mine / name).symlink_to(theirs / name)
    return python


@pytest.mark.long
@pytest.mark.skipif(os.name == "nt", reason="links")
def test_a_visit_to_a_gpu_with_the_oldest_versions(python, tmp_path):
    """Every door, from another folder, warnings as errors; torch 2.11 where SURGE_OLDEST_TORCH asks for it."""
    plans = tmp_path / "data" / "plans"
    plans.mkdir(parents=True)
    for name, (workload, protocol) in PLANS.items():
        (plans / f"{name}.toml").write_text(PLAN.format(name=name, workload=workload, protocol=protocol))
    listed = "".join(f'[[sweep]]\nplan = "{name}"\ndoes_not_show = "Much."\n' for name in PLANS)
    (plans / "gpu.toml").write_text(listed)
    (plans / "bundle.toml").write_text("sweep = []\n")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    environment |= {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}

    def call(*words):
        options = {"capture_output": True, "text": True, "env": environment, "cwd": tmp_path}
        done = subprocess.run([python, "-W", "error", "-m", *words], **options)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    question = "import importlib.metadata as m; print([d.metadata['Name'] + d.version for d in m.distributions()])"
    packages = subprocess.run([python, "-c", question], capture_output=True, text=True, check=True, env=environment)
    assert f"'pandas{promised()['pandas']}" in packages.stdout
    assert "fluent" not in packages.stdout
    call("surgecore.training.gpu_day", "day", "--plans", str(plans), "--device", "cpu", "--no-bench")
    call("surgecore.training", str(plans / "mlp.toml"), "--executor", "serial", "--out", "sweep")
    call("surgecore.training.data", "data", "--bundle", "gpu")
    there = {entry.name: entry.load().digest for entry in load_catalogue(tmp_path / "data")}
    assert set(there) == {"mlp-k3", "mlp-k1", "text-s3", "target-t2-k2", "target-t2-steps"}
    # here, with the newest versions, what the visit left is the same
    words = [sys.executable, "-m", "surgecore.training.gpu_day", "day", "--collect", "data"]
    done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, env={**os.environ, **environment})
    assert done.returncode == 0, done.stderr
    assert "mlp: ok" in done.stdout
    assert {entry.name: entry.load().digest for entry in load_catalogue(tmp_path / "data")} == there
