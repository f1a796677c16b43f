import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from simulate import sweep_frame

from surgecore import SurgeLaw, Sweep, analyse, words
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
    want = json.loads(json.dumps(words.document(analyse(sweep))))
    assert want.pop("read").items() <= printed.pop("read").items()
    assert printed == want


def test_the_report_names_every_optimum_and_law(sweep, path, capsys):
    assert main(["fit", path]) == 0
    printed = capsys.readouterr().out
    result = analyse(sweep)
    assert result.verdict.sentence in printed
    for optimum in result.optima:
        assert f"{optimum.learning_rate:.3g}" in printed
    for fit in result.comparison.fits:
        assert words.curve(fit.family.key) in printed


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


def test_mapping_group_and_goal_are_options(tmp_path, capsys):
    frame = sweep_frame(SurgeLaw(1e-2, 64.0), np.random.default_rng(0), seeds=2)
    table = pd.concat([frame.assign(model=name) for name in ("a", "b")])
    table = table.assign(score=-table["loss"], peak=table["learning_rate"]).drop(columns=["loss", "learning_rate"])
    target = tmp_path / "two.csv"
    table.to_csv(target, index=False)
    options = ["--map", "loss=score", "--map", "learning_rate=peak", "--maximise", "--json"]
    assert main(["fit", str(target), *options]) == 2
    assert "choose one of model=a; model=b" in capsys.readouterr().err
    assert main(["fit", str(target), *options, "--group", "b", "--at", "100", "--next"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["read"]["groups"] == ["model=a", "model=b"]
    assert result["read"]["group"] == "b"
    assert result["read"]["rows"] == len(frame)
    assert "goal=maximise" in result["read"]["mapping"]
    assert result["surge"]["decision"] == "fall"
    assert result["at"][0]["lr"] > 0
    assert {"batch_size", "learning_rate", "seeds", "reason"} <= result["next_runs"]["cells"][0].keys()
    assert main(["fit", str(target), "--map", "nonsense"]) == 2
    assert "--map must be one of" in capsys.readouterr().err


def test_bad_rows_are_skipped_on_request_and_listed(sweep, tmp_path, capsys):
    target = tmp_path / "some.csv"
    target.write_text(sweep.to_csv() + "x,1,1,0,20,complete\n")
    assert main(["fit", str(target), "--json"]) == 2
    capsys.readouterr()
    assert main(["fit", str(target), "--json", "--skip-bad-rows"]) == 0
    read = json.loads(capsys.readouterr().out)["read"]
    assert read["rows"] == len(sweep.trials)
    assert [problem["row"] for problem in read["problems"]] == [len(sweep.trials) + 2]


SURGE = [sys.executable, "-c", "from surgecore.cli import main; raise SystemExit(main())"]


@pytest.mark.parametrize("options", [["--json"], []])
def test_a_reader_that_goes_away_ends_it_quietly(path, options):
    with subprocess.Popen([*SURGE, "fit", path, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device that is always full")
@pytest.mark.parametrize("options", [["--json"], []])
def test_a_full_disk_is_one_sentence(path, options):
    with open("/dev/full", "w") as full:
        done = subprocess.run([*SURGE, "fit", path, *options], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr == "The output cannot be written: [Errno 28] No space left on device\n"


@pytest.mark.parametrize(
    ("option", "value", "rule"),
    [
        *(("--at", value, "a positive finite number") for value in ("0", "-1", "nan", "inf", "many")),
        *(("--diverged-above", value, "a finite number") for value in ("nan", "inf", "")),
        *(("--diverged-factor", value, "0 or a positive number") for value in ("nan", "-1")),
    ],
)
def test_a_number_out_of_range_exits_with_2(path, option, value, rule, capsys):
    with pytest.raises(SystemExit) as caught:
        main(["fit", path, f"{option}={value}"])
    assert caught.value.code == 2
    assert f"argument {option}: must be {rule}, but got {value!r}" in capsys.readouterr().err


@pytest.mark.parametrize("size", ["1e-300", "1e300"])
def test_any_batch_size_has_an_answer(path, size, capsys):
    assert main(["fit", path, "--at", size]) == 0
    capsys.readouterr()
    assert main(["fit", path, "--at", size, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["at"]


def test_a_group_that_is_not_there_exits_with_2(sweep, tmp_path, capsys):
    target = tmp_path / "one.csv"
    sweep.trials.assign(model="a").to_csv(target, index=False)
    for group, status in (("nosuch", 2), ("a", 0), ("model=a", 0)):
        assert main(["fit", str(target), "--group", group, "--json"]) == status
        printed = capsys.readouterr()
        assert (f"but got {group!r}: it holds only one" in printed.err) == bool(status)
