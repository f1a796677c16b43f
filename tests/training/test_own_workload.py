"""A workload of one's own: the example of docs/training.md, run as it stands there."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from train import plan as train_plan

from surgecore import Sweep
from surgecore.cli import main
from surgecore.training.plans.plan import Plan, PlanError
from surgecore.training.runs.jobs import FAILED, JobQueue
from surgecore.training.runs.journal import JournalError
from surgecore.training.runs.runner import run

DOCS = (Path(__file__).parents[2] / "docs" / "training.md").read_text(encoding="utf-8")
MODULE, SCRIPT = (code for code in re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL) if "egression" in code)
(PLAN,) = (text for text in re.findall(r"```toml\n(.*?)```", DOCS, re.DOTALL) if "egression" in text)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The files of the example, in the working folder, and nothing of them imported before or after."""
    (tmp_path / "regression.py").write_text(MODULE)
    (tmp_path / "regression.toml").write_text(PLAN)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    monkeypatch.delitem(sys.modules, "regression", raising=False)
    yield tmp_path
    sys.modules.pop("regression", None)


def plan_of(text):
    return Plan.from_toml(text, allow_import=True)


def by_hand(plan, batch_size, rate, seed):
    """Loss after ten steps of plain SGD, in float64, on the same minibatches."""
    model = plan.workload.build()
    x, y = model.x.numpy().astype(float), model.y.numpy().astype(float)
    w = model.initial(seed).numpy().astype(float)
    rows = model.draw([seed], batch_size, 0)[:, 0].numpy()
    for step in range(10):
        here, there = x[rows[step]], y[rows[step]]
        w -= rate * 2 / batch_size * here.T @ (here @ w - there)
    return np.mean((x @ w - y) ** 2)


def test_a_sweep_from_python_is_what_one_computes_by_hand(folder):
    plan = plan_of(PLAN)
    sweep = run(plan, out=folder / "out", device="cpu").sweeps["s10"]
    assert len(sweep.trials) == 4 * 13 * 8
    trials = sweep.trials.set_index(["batch_size", "learning_rate", "seed"])["loss"]
    for cell in [(4, 0.0625, 0), (256, 0.25, 7)]:
        assert trials[cell] == pytest.approx(by_hand(plan, *cell), rel=1e-4)


def test_the_command_takes_it_from_the_working_folder(folder):
    # as the installed command, whose own path is not the working folder
    code = "import sys; sys.path[:] = sys.path[1:]; from surgecore.cli import main; raise SystemExit(main())"
    words = [sys.executable, "-c", code, "sweep", "regression.toml", "--executor", "processes"]
    words += ["--workers", "1", "--json"]
    done = subprocess.run(words, capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stderr
    (file,) = json.loads(done.stdout.splitlines()[-1])["files"]
    alone = run(plan_of(PLAN), out=folder / "alone", device="cpu").sweeps["s10"]
    assert Sweep.from_csv(folder / file).digest == alone.digest


@pytest.mark.long
def test_the_script_of_the_example_runs(folder):
    (folder / "script.py").write_text(SCRIPT)
    done = subprocess.run([sys.executable, "script.py"], capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith(".")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("inputs = 10", "inputs = 0", "workload.inputs must be at least 1, but got 0"),
        ("inputs = 10", "input = 10", "workload.input is not known; did you mean inputs?"),
        ("inputs = 10", "noise = true", "workload.noise must be a number, but got True"),
        ("regression:Regression", "regresion:Regression", "a module that can be imported, but got 'regresion:Reg"),
        ("regression:Regression", "regression:losses", "a class derived from Workload, but got 'regression:losses'"),
        ("regression:Regression", "regression:Nothing", "a class derived from Workload"),
        ("regression:Regression", "regression:Workload", "a class with activations, build, flops, n_examples, shapes"),
        ("regression:Regression", "../regression:Regression", "workload.key must be module:Class"),
        ("regression:Regression", ".regression:Regression", "workload.key must be module:Class"),
    ],
)
def test_mistakes_are_among_the_problems(folder, old, new, message):
    with pytest.raises(PlanError) as caught:
        plan_of(PLAN.replace(old, new).replace("seeds = 8", "seeds = -1"))
    assert len(caught.value.problems) == 2
    assert message in str(caught.value.problems[0])


def test_options_of_any_other_type_are_refused(folder):
    (folder / "regression.py").write_text(MODULE.replace("noise: float = 1.0", "noise: dict = None"))
    with pytest.raises(PlanError, match="but got noise: dict"):
        plan_of(PLAN)


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        (".sum(dim=-1)", "losses must be the mean over the examples, but those of two halves"),
        ("", r"losses must have shape \(groups, runs\), here \(2, 2\), but got \(2, 2, 8\)"),
        (".mean(dim=-1).roll(1, 1)", "must depend on its own parameters and its group's examples only"),
        ('.mean(dim=-1) + params["w"].square().mean()', "must depend on its own parameters"),
        (".mean(dim=-1) * torch.rand(())", "losses must|each run's loss must"),
    ],
)
def test_a_loss_that_is_no_mean_of_each_run_is_refused(folder, loss, message, capsys):
    (folder / "regression.py").write_text(MODULE.replace(".mean(dim=-1)", loss))
    with pytest.raises(ValueError, match=message):
        run(plan_of(PLAN), out=folder / "out", device="cpu")
    assert main(["sweep", "regression.toml", "--executor", "serial", "--out", "other"]) == 2
    assert "must" in capsys.readouterr().err


def test_a_journal_of_other_code_is_not_gone_on_with(folder):
    run(plan_of(PLAN), out=folder / "out", device="cpu")
    (folder / "regression.py").write_text(MODULE.replace("square()", "abs()"))
    with pytest.raises(JournalError, match="code was"):
        run(plan_of(PLAN), out=folder / "out", device="cpu", resume=True)


MARK = "\nimport pathlib\npathlib.Path('was-imported').touch()\n"


@pytest.fixture
def marked(folder):
    (folder / "regression.py").write_text(MODULE + MARK)
    plan_of(PLAN)
    (folder / "was-imported").unlink()  # it does leave the mark
    del sys.modules["regression"]
    return folder


@pytest.mark.parametrize("read", [Plan.from_toml, lambda text: Plan.from_dict(tomllib.loads(text))])
def test_nothing_is_imported_unless_it_is_asked_for(marked, read):
    with pytest.raises(PlanError, match="a class of your own runs only from a terminal or from Python"):
        read(PLAN)
    assert not (marked / "was-imported").exists()


def test_the_train_page_imports_nothing(marked):
    (problem,) = train_plan.read(PLAN)
    assert "workload.key must be one of quadratic" in problem
    assert "regression" not in sys.modules
    assert not (marked / "was-imported").exists()


def test_a_worker_of_the_train_page_imports_nothing(marked):
    queue = JobQueue()
    job = queue.submit(plan_of(PLAN), marked / "job")
    (marked / "was-imported").unlink()
    assert queue.join(600)
    assert job.state == FAILED
    assert "workload.key must be one of quadratic" in job.detail
    assert not (marked / "was-imported").exists()


def test_the_command_can_be_told_not_to(marked, capsys):
    assert main(["sweep", "regression.toml", "--no-import"]) == 2
    assert "workload.key must be one of quadratic" in capsys.readouterr().err
    assert not (marked / "was-imported").exists()
