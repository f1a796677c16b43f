import json

import numpy as np
import pandas as pd
import pytest
from simulate import sweep_frame

from surgecore import ConstantLaw, SurgeLaw, Sweep, analyse, words


@pytest.fixture(scope="module")
def analysis():
    frame = sweep_frame(SurgeLaw(1e-2, 64.0), np.random.default_rng(0), seeds=6)
    frame.loc[frame["learning_rate"] > 0.05, "loss"] = np.inf
    return analyse(Sweep.from_frame(frame, name="surge"))


def test_a_surge_in_the_trials_is_found_and_measured(analysis):
    assert analysis.verdict.decision == "fall"
    assert analysis.verdict.peak_bracketed
    surge = next(fit for fit in analysis.comparison.fits if fit.family.key == "surge")
    for truth, name in ((1e-2, "lr_max"), (64.0, "noise_scale")):
        low, high = surge[name].interval
        assert low / 1.05 < truth < high * 1.05
    assert words.findings(analysis)[0].startswith(words.verdict(analysis.verdict))


def test_the_dictionary_is_json_with_the_same_numbers(analysis):
    result = json.loads(json.dumps(words.document(analysis), allow_nan=False))
    assert {"read", "optima", "fits", "ranking", "surge", "sentences"} <= result.keys()
    assert result["read"]["digest"] == analysis.sweep.digest
    assert result["read"]["infeasible"] == int((analysis.sweep.trials["status"] == "infeasible").sum()) > 0
    for row, optimum in zip(result["optima"], analysis.optima, strict=True):
        assert row["learning_rate"] == optimum.learning_rate
        assert row["interval"] == pytest.approx(list(optimum.interval))
    for fit in analysis.comparison.fits:
        parameters = result["fits"][fit.family.key]["parameters"]
        assert {name: p["value"] for name, p in parameters.items()} == {
            param.name: getattr(fit.law, param.name) for param in fit.family.free
        }
    surge = result["surge"]
    assert {"decision", "fall_octaves", "interval", "p_value", "peak_bracketed"} <= surge.keys()
    assert surge["p_value"] == analysis.verdict.p_value
    assert [row["law"] for row in result["ranking"]["order"]] == [f.family.key for f in analysis.comparison.fits]


def test_open_sides_of_an_interval_are_null():
    frame = sweep_frame(ConstantLaw(1e-3), np.random.default_rng(0), seeds=3, batch_sizes=[4, 8, 16])
    fits = analyse(Sweep.from_frame(frame)).to_dict()["fits"]
    assert fits["sgd"]["parameters"]["noise_scale"]["interval"][0] == 0.0
    assert None in [end for p in fits["equal_snr"]["parameters"].values() for end in p["interval"]]


def test_the_same_sweep_gives_the_same_answer(analysis):
    assert analyse(analysis.sweep).to_dict() == analysis.to_dict()


@pytest.mark.parametrize(
    ("batch_sizes", "rates", "expected"),
    [
        ([8], [1e-3, 2e-3, 4e-3], "Only one batch size"),
        ([8, 16], [1e-3, 2e-3, 4e-3], "Only 2 batch sizes"),
        ([8, 16, 32], [1e-3], "Only one learning rate"),
        ([8, 16, 32], [1e-3, 2e-3], "the best learning rate is the lowest tried: add lower ones"),
    ],
)
def test_what_a_small_sweep_cannot_say_is_said(batch_sizes, rates, expected):
    rows = [(b, r, r / 1e-3 + b / 100) for b in batch_sizes for r in rates]
    sweep = Sweep.from_frame(pd.DataFrame(rows, columns=["batch_size", "learning_rate", "loss"]))
    result = analyse(sweep)
    assert any(expected in sentence for sentence in words.findings(result))
    assert result.verdict.decision == "undecided"


def test_what_is_doubled_or_missing_in_the_grid_is_counted():
    frame = sweep_frame(SurgeLaw(1e-2, 64.0), np.random.default_rng(0), seeds=2)
    assert not [s for s in words.findings(analyse(Sweep.from_frame(frame))) if "no trial" in s or "of another" in s]
    rates = np.sort(frame["learning_rate"].unique())
    hole = (frame["batch_size"] == 64) & (frame["learning_rate"] == rates[len(rates) // 2])
    changed = pd.concat([frame[~hole], frame[~hole].iloc[:3]])
    sentences = words.findings(analyse(Sweep.from_frame(changed)))
    assert "3 trials have the batch size, learning rate and seed of another: their mean is used." in sentences
    assert "1 cell inside the grid has no trial." in sentences
