import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from surgecore import Sweep, analyse, fit_tradeoff, tradeoff, words
from surgecore.sweeps.tradeoff import regression_of_inverses

VECTOR = {
    vector["name"]: vector
    for vector in json.loads((Path(__file__).parents[1] / "golden" / "laws.json").read_text())["vectors"]
}["steps_examples_tradeoff"]


def points(batch, steps, stderr=np.nan):
    return pd.DataFrame({"batch_size": batch, "steps": steps, "stderr": stderr})


def test_the_hyperbola_matches_its_golden_numbers():
    inputs, expected = VECTOR["inputs"], VECTOR["expected"]
    batch = np.geomspace(10, 1e5, 9)
    result = fit_tradeoff(points(batch, inputs["S_min"] + inputs["E_min"] / batch))
    assert result.critical_batch_size == pytest.approx(expected["B_crit"], rel=1e-5)
    assert result.steps(inputs["B"]) == pytest.approx(expected["S"], rel=1e-5)
    assert result.examples(inputs["B"]) == pytest.approx(expected["E"], rel=1e-5)
    product = (result.steps(batch) / result.min_steps - 1) * (result.examples(batch) / result.min_examples - 1)
    np.testing.assert_allclose(product, expected["product"], rtol=1e-9)


def test_the_usual_regression_returns_the_grid_and_the_log_fit_the_truth():
    """True critical batch size 1000, batch sizes 16 to 376, 10 % noise on the steps."""
    rng = np.random.default_rng(0)
    batch = np.geomspace(16, 376, 10)
    usual, ours, covered = [], [], []
    for _ in range(200):
        steps = 1000 * (1 + 1000 / batch) * np.exp(rng.normal(0, 0.1, 10))
        usual.append(regression_of_inverses(batch, steps))
        result = fit_tradeoff(points(batch, steps))
        ours.append(result.critical_batch_size)
        covered.append(result.critical_interval[0] <= 1000 <= result.critical_interval[1])
    assert np.median(usual) < 600
    assert np.median(ours) == pytest.approx(1000, rel=0.15)
    assert 0.9 < np.mean(covered) < 0.99


def test_a_short_grid_is_said_not_to_identify_it():
    rng = np.random.default_rng(1)
    batch = np.geomspace(16, 128, 6)
    result = fit_tradeoff(points(batch, 1000 * (1 + 5000 / batch) * np.exp(rng.normal(0, 0.1, 6))))
    assert result.critical_interval[1] == np.inf
    assert words.tradeoff(result).startswith("The critical batch size is only bounded below, by ")


def test_a_sweep_with_steps_to_target_has_a_tradeoff_and_others_have_none():
    rows = []
    for batch in (8, 32, 128, 512, 2048):
        for rate in (1e-3, 2e-3, 4e-3):
            for seed in range(4):
                steps = round(100 * (1 + 200 / batch) * (1.5 if rate != 2e-3 else 1.0) + seed)
                rows.append((batch, rate, rate, seed, np.nan if rate == 4e-3 and seed == 0 else steps))
    frame = pd.DataFrame(rows, columns=["batch_size", "learning_rate", "loss", "seed", "steps_to_target"])
    result = tradeoff(Sweep.from_frame(frame))
    assert (result.points["learning_rate"] == 2e-3).all()
    assert result.critical_batch_size == pytest.approx(200, rel=0.1)
    assert result.critical_interval[0] < 200 < result.critical_interval[1]
    data = json.loads(json.dumps(analyse(Sweep.from_frame(frame)).to_dict(), allow_nan=False))
    assert data["tradeoff"]["critical_batch_size"] == pytest.approx(result.critical_batch_size)
    assert len(data["tradeoff"]["points"]) == 5
    assert tradeoff(Sweep.from_frame(frame.drop(columns="steps_to_target"))) is None


def test_steps_known_only_to_a_logging_interval_are_treated_as_such():
    """Truth: 200 steps at least, logged every 25; a naive reading is late by 12 steps."""
    rng = np.random.default_rng(3)
    batch, covered, found = np.geomspace(16, 4096, 9), [], []
    for _ in range(60):
        rows = []
        for b in batch:
            for seed in range(4):
                steps = 200 * (1 + 256 / b) * np.exp(rng.normal(0, 0.05))
                rows.append((b, 1e-3, 1.0, seed, 25 * np.ceil(steps / 25)))
        frame = pd.DataFrame(rows, columns=["batch_size", "learning_rate", "loss", "seed", "steps_to_target"])
        result = tradeoff(Sweep.from_frame(frame))
        assert result.logged_every == 25
        found.append(result.min_steps)
        covered.append(result.min_steps_interval[0] <= 200 <= result.min_steps_interval[1])
    assert np.median(found) == pytest.approx(200, rel=0.02)
    assert np.mean(covered) >= 0.9
    assert "logged every 25" in words.tradeoff(result)


@pytest.mark.parametrize(("steps", "every"), [
    (np.array([50, 75, 125, 300]), 25), (1 + 25 * np.array([1, 2, 3, 5, 8, 13, 21, 40]), 25),
    (np.array([51, 76, 126]), 1), (np.array([50.5, 75, 125, 300]), 1), (np.arange(101, 140, 3) ** 2 // 7, 1),
])  # fmt: skip
def test_the_logging_interval_is_read_from_the_counts(steps, every):
    batch = np.geomspace(16, 4096, len(steps)).round()
    frame = pd.DataFrame({"batch_size": batch, "learning_rate": 1e-3, "loss": 1.0, "steps_to_target": steps})
    assert tradeoff(Sweep.from_frame(frame)).logged_every == every


def test_bad_points_are_refused():
    with pytest.raises(ValueError, match="at least two rows, but got 1"):
        fit_tradeoff(points([8.0], [100.0]))
    with pytest.raises(ValueError, match="steps must be positive"):
        fit_tradeoff(points([8.0, 16.0], [100.0, -1.0]))
