import io
import json
import subprocess
import sys

import numpy as np
import pytest
from simulate import sweep_frame

from surgecore import SurgeLaw, Sweep, analyse
from surgecore.cli import main


@pytest.fixture(scope="module")
def sweep():
    return Sweep.from_frame(sweep_frame(SurgeLaw(1e-2, 64.0), np.random.default_rng(0), seeds=4), name="mine")


@pytest.fixture
def path(sweep, tmp_path):
    target = tmp_path / "mine.csv"
    sweep.to_csv(target)
    return str(target)


def test_json_is_the_analysis(sweep, path, capsys):
    assert main(["fit", path, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads(json.dumps(analyse(sweep).to_dict()))


def test_the_report_names_every_optimum_and_law(sweep, path, capsys):
    assert main(["fit", path]) == 0
    printed = capsys.readouterr().out
    result = analyse(sweep)
    assert result.verdict.sentence in printed
    for optimum in result.optima:
        assert f"{optimum.learning_rate:.3g}" in printed
    for fit in result.comparison.fits:
        assert fit.family.label in printed


def test_standard_input_is_read(sweep, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(sweep.to_csv().encode())))
    assert main(["fit", "-", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["read"]["digest"] == sweep.digest


def test_a_bad_file_lists_its_problems_and_exits_with_2(tmp_path, capsys):
    target = tmp_path / "bad.csv"
    target.write_text("batch_size,learning_rate,loss\n4,-1,0.5\nx,1,0.5\n")
    assert main(["fit", str(target)]) == 2
    error = capsys.readouterr().err
    assert "row 2" in error
    assert "row 3" in error
    assert main(["fit", str(tmp_path / "none.csv")]) == 2


def test_the_installed_command_runs(path):
    done = subprocess.run([sys.executable, "-c", "from surgecore.cli import main; raise SystemExit(main())",
                           "fit", path, "--json"], capture_output=True, text=True, check=True)  # fmt: skip
    assert json.loads(done.stdout)["surge"]["decision"] == "fall"
