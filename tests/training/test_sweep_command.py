"""The command `surge sweep`, as a shell sees it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from surgecore.cli import main

COMMANDS = {
    "surge": [sys.executable, "-c", "from surgecore.cli import main; raise SystemExit(main())", "sweep"],
    "module": [sys.executable, "-m", "surgecore.training"],
}


@pytest.fixture
def plan(plan_text, tmp_path):
    target = tmp_path / "plan.toml"
    target.write_text(plan_text)
    return str(target)


def test_a_reader_that_goes_away_ends_it_quietly_and_it_goes_on_later(plan, tmp_path, capsys):
    words = [*COMMANDS["module"], plan, "--out", str(tmp_path / "out"), "--executor", "serial", "--json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141
    assert main(["sweep", plan, "--out", str(tmp_path / "out"), "--executor", "serial", "--resume"]) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device that is always full")
def test_a_full_disk_is_one_sentence(plan):
    with open("/dev/full", "w") as full:
        words = [*COMMANDS["surge"], plan, "--estimate"]
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr == "The output cannot be written: [Errno 28] No space left on device\n"


@pytest.mark.parametrize(
    ("option", "value"),
    [*(("--budget", value) for value in ("-1", "nan", "inf")), *(("--workers", value) for value in ("0", "-2", "1.5"))],
)
def test_no_budget_and_no_workers_are_refused(plan, option, value, capsys):
    with pytest.raises(SystemExit) as caught:
        main(["sweep", plan, f"{option}={value}"])
    assert caught.value.code == 2
    assert f"argument {option}: must be" in capsys.readouterr().err


def test_estimate_runs_nothing(plan, tmp_path, capsys):
    assert main(["sweep", plan, "--estimate", "--json", "--out", str(tmp_path / "out")]) == 0
    assert json.loads(capsys.readouterr().out)["runs"] == 24
    assert not (tmp_path / "out").exists()
