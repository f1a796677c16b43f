"""The experiment behind the checkpoints' explanations, on one small network: made, saved, and true to its own law."""

import math

import pytest

pytest.importorskip("torch")

from surgecore.measuring.experiment import Case, explain, main, read_cases
from surgecore.why.explanation import Explanation

CASES = """
[[case]]
name = "small"
title = "Small network at loss 1.2"
workload = { key = "digits-mlp", hidden = 8 }
loss = 1.2
batch_sizes = [4, 32, 256]
batch_sizes_later = [4, 32, 256]
steps = [2]
seeds = 16
seeds_later = 8
updates = ["sign", "decorrelated", "sgd"]
sampled = 32
twins = 32
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("why")
    (folder / "cases.toml").write_text(CASES)
    return folder


@pytest.fixture(scope="module")
def explanation(folder):
    assert main([str(folder)]) == 0
    return Explanation.load(folder / "small.json")


def test_a_case_holds_every_update_horizon_and_batch_size(explanation):
    assert explanation.updates() == ("sign", "decorrelated", "sgd")
    assert explanation.steps("sign") == (1, 2)
    assert explanation.steps("decorrelated") == (1,)
    for update in explanation.updates():
        assert [o.batch_size for o in explanation.trained(update)] == [4, 32, 256]
    assert explanation.rungs("sign") == ("surge", "independent", "correlated", "sampled", "quartic", "line_search")
    assert "surge" not in explanation.rungs("sgd")  # Theorem 3 is about signs


def test_theorem_3_follows_from_the_numbers(explanation):
    numbers = {key: estimate.value for key, estimate in explanation.measurement.numbers.items()}
    scale = math.pi * numbers["trace"] / (2 * numbers["coupling"])
    assert numbers["noise_scale"] == pytest.approx(scale)
    for p in explanation.measurement.curve("surge"):
        first = math.sqrt(2 * p.batch_size / math.pi) * numbers["signal"]
        second = numbers["trace"] + 2 * p.batch_size / math.pi * numbers["coupling"]
        assert p.lr.value == pytest.approx(first / second)


def test_a_line_search_along_the_updates_finds_what_training_finds(explanation):
    ratios = explanation.ratios("sign", "line_search")
    assert [r.batch_size for r in ratios] == [4, 32, 256]
    assert all(r.low < 1.0 < r.high or 0.8 < r.value < 1.25 for r in ratios), ratios


def test_the_control_is_its_own_line_search(explanation):
    assert not explanation.measurement.curve("line_search", "decorrelated")
    assert all(o.lr.value > 0 and o.n_seeds == 32 for o in explanation.trained("decorrelated"))


def test_the_same_case_gives_the_same_numbers(folder, explanation):
    (case,) = read_cases(folder / "cases.toml")
    again = explain(Case(**{**vars(case), "updates": ("sign",)}))
    rates = {o.batch_size: o.lr.value for o in explanation.trained("sign")}
    assert {o.batch_size: o.lr.value for o in again.trained("sign")} == pytest.approx(rates)
    assert {k: e.value for k, e in again.measurement.numbers.items()} == pytest.approx(
        {k: e.value for k, e in explanation.measurement.numbers.items()}
    )
