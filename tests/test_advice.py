import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from simulate import BATCH_SIZES, make_optimum, sweep_frame

from surgecore import PowerLaw, SurgeLaw, Sweep, analyse, fit, next_runs, recommend, scale_adam, transfer

VECTOR = {
    vector["name"]: vector
    for vector in json.loads((Path(__file__).parent / "golden" / "laws.json").read_text())["vectors"]
}["transfer_rules"]
LAW = SurgeLaw(1e-2, 64.0)


@pytest.fixture(scope="module")
def analysis():
    return analyse(Sweep.from_frame(sweep_frame(LAW, np.random.default_rng(0), seeds=6)))


@pytest.mark.parametrize("scale", [2000, 300])
def test_textbook_rules_match_their_golden_numbers(scale):
    inputs, expected = VECTOR["inputs"], VECTOR["expected"]
    rows = {row.rule: row.lr for row in transfer(inputs["lr"], inputs["B"], inputs["B_new"], noise_scale=scale)}
    assert rows["constant"] == inputs["lr"]
    assert rows["linear"] == pytest.approx(expected["linear"], rel=1e-9)
    assert rows["square_root"] == pytest.approx(expected["sqrt"], rel=1e-9)
    assert rows["surge"] == pytest.approx(expected[f"surge_Bn{scale}"], rel=1e-9)
    if scale == 2000:
        assert rows["sgd"] == pytest.approx(expected["mccandlish_a1_Bn2000"], rel=1e-9)
        assert rows["saturating_half"] == pytest.approx(expected["mccandlish_a05_Bn2000"], rel=1e-9)


def test_adam_settings_match_their_golden_numbers():
    inputs, expected = VECTOR["inputs"], VECTOR["expected"]
    advice = scale_adam(4.0, beta1=inputs["beta1"], beta2=inputs["beta2"], epsilon=inputs["eps"],
                        weight_decay=inputs["weight_decay"], lr_factor=2.0)  # fmt: skip
    assert advice.sde == pytest.approx(
        {name: expected[f"{key}_malladi"] for name, key in
         (("beta1", "beta1"), ("beta2", "beta2"), ("epsilon", "eps"))}, rel=1e-9
    )  # fmt: skip
    assert advice.power == pytest.approx({"beta1": expected["beta1_power"], "beta2": expected["beta2_power"]}, rel=1e-9)
    assert advice.marek == pytest.approx({"beta1": 0.9, "beta2": expected["beta2_power"]}, rel=1e-9)
    assert advice.weight_decay == pytest.approx(expected["weight_decay_tau_const_sqrt"], rel=1e-9)
    assert advice.notes == ()


def test_a_beta_that_would_be_negative_is_refused_and_said():
    advice = scale_adam(16.0)
    assert np.isnan(advice.sde["beta1"])
    assert "= -0.6 is no valid beta1" in advice.notes[0]
    assert advice.power["beta1"] == pytest.approx(0.9**16)
    with pytest.raises(ValueError, match=r"beta2 must be at least 0 and below 1, but got 1\.0"):
        scale_adam(2.0, beta2=1.0)
    with pytest.raises(ValueError, match="factor must be positive"):
        scale_adam(0.0)


def test_every_law_recommends_its_value_with_its_band(analysis):
    rows = recommend(analysis, 64.0)
    assert [row.rule for row in rows] == [result.family.key for result in analysis.comparison.fits]
    for row, result in zip(rows, analysis.comparison.fits, strict=True):
        assert row.lr == result.law(64.0)
        assert row.interval == pytest.approx(tuple(float(end) for end in result.band(64.0)))
        assert row.beyond == 1.0
    best = rows[0]
    assert best.interval[0] / 1.03 < LAW(64.0) < best.interval[1] * 1.03


def test_extrapolation_says_how_far_it_goes(analysis):
    up, down = recommend(analysis, 4096.0)[0], recommend(analysis, 1.0)[0]
    assert up.beyond == pytest.approx(4.0)
    assert down.beyond == pytest.approx(4.0)
    assert "4 x beyond the batch sizes measured" in up.note
    with pytest.raises(ValueError, match="batch_size must be positive"):
        recommend(analysis, -1)


def test_a_fitted_ratio_has_an_interval_and_leaves_the_level_to_the_user(analysis):
    rows = {row.rule: row for row in transfer(7.0, 64.0, 1024.0, comparison=analysis.comparison)}
    truth = 7.0 * LAW(1024.0) / LAW(64.0)
    low, high = rows["surge"].interval
    assert low / 1.03 < truth < high * 1.03
    assert low < rows["surge"].lr < high
    assert rows["square_root"].interval is None
    late = transfer(1.0, 64.0, 1024.0, critical_batch_size=100.0)
    assert all("critical batch size (100)" in row.note for row in late)


def test_the_next_runs_halve_the_interval_of_the_peak():
    """Oracle: add optima of the advised size to the fit, and see what the interval does."""
    rng = np.random.default_rng(1)
    frame = sweep_frame(LAW, rng, seeds=4, spread=0.2)
    result = analyse(Sweep.from_frame(frame))
    plan = next_runs(result)
    assert result.verdict.decision == "fall"
    widths = []
    for _ in range(5):
        optima = [make_optimum(o.batch_size, LAW(o.batch_size), 0.1) for o in result.optima]
        before = np.log(np.divide(*fit(optima, "surge").interval["noise_scale"][::-1]))
        seeds = plan.table.groupby("batch_size")["seeds"].first()
        optima += [make_optimum(b, LAW(float(b)), 0.2 / np.sqrt(n)) for b, n in seeds.items()]
        widths.append(np.log(np.divide(*fit(optima, "surge").interval["noise_scale"][::-1])) / before)
    assert np.median(widths) < 0.75
    assert "of its width" in plan.sentence


def test_an_edge_is_widened_first():
    frame = sweep_frame(LAW, np.random.default_rng(0), seeds=3)
    top = 0.004
    cut = frame[(frame["batch_size"] != 64) | (frame["learning_rate"] < top)]
    plan = next_runs(analyse(Sweep.from_frame(cut)))
    first = plan.table[plan.table["batch_size"] == 64].iloc[:5]
    assert (first["learning_rate"] > cut[cut["batch_size"] == 64]["learning_rate"].max()).all()
    assert "highest tried" in first["reason"].iloc[0]


def test_an_undecided_surge_asks_for_runs_far_above_the_peak():
    law = SurgeLaw(1e-2, 512.0)
    frame = sweep_frame(law, np.random.default_rng(3), seeds=3, spread=0.2)
    result = analyse(Sweep.from_frame(frame))
    assert result.verdict.decision == "undecided"
    plan = next_runs(result)
    assert plan.table["batch_size"].max() >= 2048
    rates = plan.table.groupby("batch_size")["learning_rate"]
    assert (rates.size() == 5).all()
    # centred on the fitted optimum, half an octave apart
    np.testing.assert_allclose(np.log2(rates.max() / rates.min()), 2.0)


def test_without_optima_it_says_what_a_sweep_needs():
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {"bs": rng.integers(16, 256, 300), "lr": 10 ** rng.uniform(-5, -1, 300), "loss": rng.random(300)}
    )
    plan = next_runs(analyse(Sweep.from_frame(table)))
    assert plan.table.empty
    assert "Run a grid" in plan.sentence
    few = sweep_frame(PowerLaw(1e-3, 0.5), rng, batch_sizes=BATCH_SIZES[:2], seeds=2)
    assert "at least three batch sizes" in next_runs(analyse(Sweep.from_frame(few))).sentence
