"""An optimizer of one's own: the ten lines of docs/training.md, as they stand there; and the list of what there is."""

import json
import re
import sys
from pathlib import Path

import pytest

from surgecore.cli import main
from surgecore.training.engine.methods import OPTIMIZERS
from surgecore.training.engine.policies import POLICIES
from surgecore.training.engine.protocols import PROTOCOLS
from surgecore.training.plans.plan import Plan, PlanError
from surgecore.training.runs.runner import run
from surgecore.training.workloads.workloads import WORKLOADS
from surgecore.words import say

DOCS = (Path(__file__).parents[2] / "docs" / "training.md").read_text(encoding="utf-8")
(MODULE,) = (code for code in re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL) if "Tempered" in code)
(PLAN,) = (text for text in re.findall(r"```toml\n(.*?)```", DOCS, re.DOTALL) if "Tempered" in text)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "tempered.py").write_text(MODULE)
    (tmp_path / "tempered.toml").write_text(PLAN)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    monkeypatch.delitem(sys.modules, "tempered", raising=False)
    yield tmp_path
    sys.modules.pop("tempered", None)


def losses(text, folder):
    return run(Plan.from_toml(text, allow_import=True), out=folder, device="cpu").sweeps["s10"].trials["loss"]


@pytest.mark.parametrize(("power", "key"), [(1.0, "sgd"), (0.0, "sign")])
def test_the_example_is_sgd_and_sign_descent_at_its_ends(folder, power, key):
    own = losses(PLAN.replace("power = 0.5", f"power = {power}"), folder / "own")
    known = losses(PLAN.replace("tempered:Tempered", key).replace("power = 0.5", ""), folder / "known")
    assert own.to_numpy() == pytest.approx(known.to_numpy(), rel=1e-4)
    assert own.nunique() > 10


def test_the_command_runs_it_and_refuses_it(folder, capsys):
    assert main(["sweep", "tempered.toml", "--executor", "serial"]) == 0
    assert (folder / "tempered" / "tempered-s10.csv").exists()
    assert main(["sweep", "tempered.toml", "--no-import"]) == 2
    assert "a class of your own runs only from a terminal or from Python" in capsys.readouterr().err


@pytest.mark.parametrize(("key", "problem"), [
    ("tempered:None", "optimizer.key must name a class derived from Optimizer"),
    ("tempered:option", "optimizer.key must name a class derived from Optimizer"),
    ("nowhere:Tempered", "optimizer.key must name a module that can be imported"),
])  # fmt: skip
def test_what_is_no_optimizer_is_said(folder, key, problem):
    with pytest.raises(PlanError, match=problem):
        Plan.from_toml(PLAN.replace("tempered:Tempered", key), allow_import=True)


def test_the_list_has_everything_with_a_line_each(capsys):
    assert main(["sweep", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    known = [*OPTIMIZERS, *POLICIES, *WORKLOADS, *PROTOCOLS]
    assert [line.split()[0] for line in lines if line.startswith("  ")] == known
    said = [line.split(maxsplit=1)[1] for line in lines if line.startswith("  ")]
    tables = [("optimizer", OPTIMIZERS), ("policy", POLICIES), ("workload", WORKLOADS), ("protocol", PROTOCOLS)]
    assert said == [say(f"{table}-{key}.about") for table, keys in tables for key in keys]
    assert main(["sweep", "--list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert list(listed["optimizer"]) == list(OPTIMIZERS)


def test_a_plan_is_needed_otherwise(capsys):
    with pytest.raises(SystemExit):
        main(["sweep"])
    assert "a plan is needed, or --list" in capsys.readouterr().err
