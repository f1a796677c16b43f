"""The command `surge measure`."""

import json

import numpy as np
import pandas as pd
import pytest

torch = pytest.importorskip("torch")

from surgecore.cli import main  # noqa: E402
from surgecore.measured import Measurement  # noqa: E402

FEW = ["--option", "hidden=8", "--updates", "8", "--twins", "16", "--batch-sizes", "4,64"]


def test_everything_as_json_twice_the_same(capsys, tmp_path):
    command = ["measure", "digits-mlp", *FEW, "--checkpoint", "1.5", "--json", "--out", str(tmp_path)]
    assert main(command) == 0
    first = capsys.readouterr()
    assert "1 checkpoints of 610 parameters" in first.err
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
    losses = ["--checkpoint", "0", "--checkpoint", "1.5", "--checkpoint", "1.0"]
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
    ],
)
def test_requests_that_cannot_be_met(arguments, message, capsys):
    assert main(["measure", "digits-mlp", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_the_cost_is_stated_and_nothing_done(capsys):
    assert main(["measure", "fashion-cnn", "--estimate"]) == 0 or "not found" in capsys.readouterr().err
    assert capsys.readouterr().out == ""
