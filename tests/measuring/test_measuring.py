"""The command `surge measure`."""

import json

import numpy as np
import pandas as pd
import pytest

torch = pytest.importorskip("torch")

from surgecore.cli import main  # noqa: E402
from surgecore.measuring.command import main as measure_main  # noqa: E402
from surgecore.why.measurement import Measurement  # noqa: E402

FEW = ["--option", "hidden=8", "--updates", "8", "--twins", "16", "--batch-sizes", "4,64"]


def test_everything_as_json_twice_the_same(capsys, tmp_path):
    command = ["measure", "digits-mlp", *FEW, "--checkpoint", "1.5", "--json", "--out", str(tmp_path)]
    assert main(command) == 0
    first = capsys.readouterr()
    assert "1 checkpoint of 610 parameters" in first.err
    assert main(command) == 0
    assert capsys.readouterr().out == first.out
    (found,) = json.loads(first.out)
    rungs = {(p["optimizer"], p["rung"]) for p in found["predictions"]}
    assert rungs >= {("sign", rung) for rung in ("surge", "independent", "correlated", "sampled")}
    saved = Measurement.load(tmp_path / "digits-mlp-loss-1.5.json")
    assert saved.to_dict() == found
    # the small file is a curve like any other
    lr = saved.gradient_noise().optimal_lr(np.array([1.0, 64.0, 4096.0]))
    assert np.all(np.isfinite(lr))
    assert np.all(lr > 0)


def test_a_series_along_a_run(tmp_path, capsys):
    file = tmp_path / "series.csv"
    losses = ["--checkpoint", "1.5", "--checkpoint", "0", "--checkpoint", "1.0"]
    assert main(["measure", "digits-mlp", *FEW, *losses, "--series", str(file)]) == 0
    assert "correlated_trace" in capsys.readouterr().out
    frame = pd.read_csv(file)
    assert frame["step"].is_monotonic_increasing
    assert frame["step"][0] == 0
    assert (frame["loss"].diff().dropna() < 0).all()
    assert {"noise_scale", "simple_noise_scale", "sgd_noise_scale", "l1_noise_scale"} <= set(frame)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--option", "hidden"], "--option must be NAME=VALUE, but got 'hidden'"),
        (["--option", "width=3"], "width is not known"),
        (["--checkpoint", "0.5", "--checkpoint", "1.0", "--updates", "4"], r"losses must fall, but got [0.5, 1.0]"),
        (["--checkpoint", "nan"], "0 for the initial parameters or positive, but got nan"),
        (["--checkpoint", "-1"], "0 for the initial parameters or positive, but got -1"),
        (["--batch-sizes", "0"], "--batch-sizes must be at least 1, but got 0"),
        (["--batch-sizes", "4,,-4"], "--batch-sizes must be whole numbers with commas between them, but got ''"),
        (["--batch-sizes", "4,,-4"], "--batch-sizes must be at least 1, but got -4"),
        (["--updates", "0"], "--updates must be at least 2, but got 0"),
        (["--twins", "0"], "--twins must be at least 2, but got 0"),
        (["--probes", "1"], "--probes must be at least 2, but got 1"),
        (["--examples", "31"], "--examples must be at least 32, but got 31"),
        (["--seed", "-1"], "--seed must be from 0 to 4294967295, but got -1"),
        (["--out", "/proc/x"], "--out must be in a folder that can be written to, but got /proc/x: "),
        (["--series", "/proc/x/y.csv"], "--series must be in a folder that can be written to, but got /proc/x: "),
        (["--series", "/"], "--series must be a file, but got the folder /"),
    ],
)
def test_requests_that_cannot_be_met(arguments, message, capsys):
    assert main(["measure", "digits-mlp", *arguments]) == 2
    seen = capsys.readouterr()
    assert message in seen.err
    assert "checkpoints of" not in seen.err  # nothing was begun


def test_all_problems_are_told_at_once_and_nothing_is_left_behind(capsys, tmp_path):
    wrong = "--option hidden --option width=3 --updates 0 --batch-sizes 0,x --checkpoint inf --twins -1"
    assert main(["measure", "digits-mlp", *wrong.split(), "--out", str(tmp_path / "a" / "b")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 7
    assert list(tmp_path.iterdir()) == []
    assert main(["measure", "char-transformer", "--option", "width=9", "--updates", "0"]) == 2
    assert "workload.width must be a multiple of workload.heads" in capsys.readouterr().err
    assert main(["measure", "quadratic"]) == 2
    assert "--examples is required for the quadratic workload" in capsys.readouterr().err


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_one_sentence(capsys):
    assert main(["measure", "digits-mlp", "--device", "cuda"]) == 2
    assert capsys.readouterr().err == "device cuda needs a GPU that torch can use, but got none\n"


def test_a_closed_pipe_is_left_to_who_called(monkeypatch):
    class Closed:
        def write(self, text):
            raise BrokenPipeError

    monkeypatch.setattr("sys.stdout", Closed())
    with pytest.raises(BrokenPipeError):
        measure_main(["digits-mlp", "--option", "hidden=2", "--updates", "2", "--twins", "2", "--batch-sizes", "2"])


def test_the_cost_is_stated_and_nothing_done(capsys):
    assert main(["measure", "fashion-cnn", "--estimate"]) == 0 or "not found" in capsys.readouterr().err
    assert capsys.readouterr().out == ""
