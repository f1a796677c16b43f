import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from simulate import BATCH_SIZES, sweep_frame

from surgecore import (
    PowerLaw,
    SurgeLaw,
    Sweep,
    analyse,
    next_runs,
    recommend,
    scale_adam,
    transfer,
    words,
)
from surgecore.sweeps.advice import Limits, limits
from surgecore.sweeps.next_runs import Goal, NextRuns
from surgecore.sweeps.tradeoff import fit_tradeoff
from surgecore.words.command import report
from surgecore.words.phrases import say

VECTOR = {
    vector["name"]: vector
    for vector in json.loads((Path(__file__).parents[1] / "golden" / "laws.json").read_text())["vectors"]
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
    names = ("beta1", "beta2", "epsilon")
    malladi = [expected[f"{key}_malladi"] for key in ("beta1", "beta2", "eps")]
    assert [getattr(advice.sde, name) for name in names] == pytest.approx(malladi, rel=1e-9)
    powers = [expected["beta1_power"], expected["beta2_power"]]
    assert [advice.power.beta1, advice.power.beta2] == pytest.approx(powers, rel=1e-9)
    assert [advice.marek.beta1, advice.marek.beta2] == pytest.approx([0.9, powers[1]], rel=1e-9)
    assert advice.power.weight_decay == pytest.approx(expected["weight_decay_tau_const_sqrt"], rel=1e-9)
    assert advice.sde.lr_factor == pytest.approx(2.0)
    # with the square-root rate both decays are the same: learning rate times decay goes with the batch
    assert advice.sde.weight_decay == pytest.approx(advice.power.weight_decay)
    assert advice.flags == frozenset()


def test_a_beta_that_would_be_negative_is_refused_and_said():
    advice = scale_adam(16.0)
    assert np.isnan(advice.sde.beta1)
    assert words.adam_notes(advice)[0] == (
        "1 − 16(1 − β₁) = −0.60 is not above 0: the batch grows too much for the SDE rule. The power form gives 0.19."
    )
    assert words.adam_notes(scale_adam(32.0))[0].startswith("1 − 32(1 − β₁) = −2.2 ")
    assert words.adam_notes(scale_adam(1024.0))[0].startswith("1 − 1024(1 − β₁) = −101 ")
    assert np.isnan(scale_adam(10.0).sde.beta1)  # to rounding it is 0
    assert "= 0 is not above 0" in words.adam_notes(scale_adam(10.0))[0]
    assert advice.power.beta1 == pytest.approx(0.9**16)
    with pytest.raises(ValueError, match=r"beta2 must be at least 0 and below 1, but got 1\.0"):
        scale_adam(2.0, beta2=1.0)
    with pytest.raises(ValueError, match="factor must be positive"):
        scale_adam(0.0)


def test_every_law_recommends_its_value_with_its_band(analysis):
    average, path, *rows = recommend(analysis, 64.0)
    assert (average.rule, path.rule) == ("average", "smooth_path")
    assert path.interval[0] / 1.03 < LAW(64.0) < path.interval[1] * 1.03
    assert path.weight + sum(row.weight for row in rows) == pytest.approx(1.0)
    assert words.rule(path) == "Smooth path, no law"
    assert average.interval[0] / 1.03 < LAW(64.0) < average.interval[1] * 1.03
    assert [row.rule for row in rows] == [result.family.key for result in analysis.comparison.fits]
    for row, result in zip(rows, analysis.comparison.fits, strict=True):
        assert row.lr == result.law(64.0)
        assert row.interval == pytest.approx(tuple(float(end) for end in result.band(64.0)))
        assert row.beyond == 1.0
    best = rows[0]
    assert best.interval[0] / 1.03 < LAW(64.0) < best.interval[1] * 1.03


def test_the_sentence_names_the_path_and_its_weight(analysis):
    average, path, first, second, *_ = recommend(analysis, 64.0)
    shares = {
        "2 laws that the optima allow and, with a weight of 30 %, a smooth path": (0.3, 0.4, 0.3),
        "the one law that the optima allow, Surge (Theorem 3), and, with a weight of 40 %, a smooth path": (
            0.4,
            0.6,
            0,
        ),
        "by a smooth path through the optima, as no law": (1.0, 0.0, 0.0),
        "averaged over the 2 laws that the optima allow.": (0.0, 0.5, 0.5),
    }
    first = replace(first, rule="surge")
    for said, weights in shares.items():
        rows = [average, *(replace(r, weight=w) for r, w in zip((path, first, second), weights, strict=True))]
        assert said in words.advice(rows, 64.0)
    far = [replace(average, interval=None), replace(path, weight=1.0)]
    assert "no law that was tried describes the optima" in words.advice(far, 64.0)


def test_where_no_law_holds_it_says_so():
    sizes = 4.0 * 2.0 ** np.arange(9)
    hump = lambda b: 1e-2 * np.exp(-0.5 * (np.log(np.asarray(b) / 64.0) / 0.8) ** 2)  # noqa: E731
    frame = sweep_frame(hump, np.random.default_rng(0), batch_sizes=sizes, seeds=8, spread=0.05)
    found = analyse(Sweep.from_frame(frame))
    average, path, *_ = recommend(found, 64.0)
    assert path.weight > 0.95
    assert "no_law" in average.flags
    assert "follows a smooth path" in words.advice_note(average)
    assert average.interval[0] / 1.03 < 0.01 < average.interval[1] * 1.03
    assert limits(found).noise_scale is None
    assert found.to_dict()["ranking"]["smooth_path"]["weight"] == pytest.approx(path.weight)


def test_extrapolation_says_how_far_it_goes(analysis):
    up, down = recommend(analysis, 4096.0)[0], recommend(analysis, 1.0)[0]
    assert up.beyond == pytest.approx(4.0)
    assert down.beyond == pytest.approx(4.0)
    assert "4 times beyond the batch sizes measured" in words.advice_note(up)
    assert up.interval is not None
    far = recommend(analysis, 4097.0)
    assert far[0].interval is None
    assert "more than 4 times beyond, no advice is given" in words.advice(far, 4097.0)
    with pytest.raises(ValueError, match="batch_size must be positive"):
        recommend(analysis, -1)


def test_what_lies_between_the_optima_and_the_bounds_is_not_beyond_the_data():
    frame = sweep_frame(PowerLaw(1e-3, 0.5), np.random.default_rng(1), seeds=4)
    cut = analyse(Sweep.from_frame(frame[frame["learning_rate"] < 1.2e-2]))
    bounded = [o.batch_size for o in cut.optima if o.on_edge]
    assert bounded[0] > 64
    assert bounded[-1] == 1024
    within = recommend(cut, 1.1 * float(bounded[0]))
    assert {"beyond_data", "beyond_optima"} & within[0].flags == {"beyond_optima"}
    said = words.advice(within, 1.1 * float(bounded[0])) + words.advice_note(within[0])
    assert "whose best rate lies inside those tried" in said
    assert "beyond the batch sizes measured" not in said
    assert "beyond your data" not in said
    assert "beyond_data" in recommend(cut, 2048.0)[0].flags


def test_a_fitted_ratio_has_an_interval_and_leaves_the_level_to_the_user(analysis):
    rows = {row.rule: row for row in transfer(7.0, 64.0, 1024.0, comparison=analysis.comparison)}
    truth = 7.0 * LAW(1024.0) / LAW(64.0)
    low, high = rows["surge"].interval
    assert low / 1.03 < truth < high * 1.03
    assert low < rows["surge"].lr < high
    assert rows["square_root"].interval is None
    late = transfer(1.0, 64.0, 1024.0, critical_batch_size=100.0)
    assert all("critical batch size (100)" in words.advice_note(row) for row in late)


def test_without_momentum_there_is_nothing_to_refuse():
    for factor in (0.25, 1.0, 16.0):
        advice = scale_adam(factor, beta1=0, beta2=0)
        assert advice.flags == frozenset()
        assert advice.sde.beta1 == advice.sde.beta2 == advice.power.beta1 == 0.0


def test_a_decay_that_would_eat_the_weights_is_flagged():
    assert "decay_too_large" in scale_adam(1e4, weight_decay=0.1, lr=1e-3).flags
    assert "decay_too_large" not in scale_adam(4.0, weight_decay=0.1, lr=1e-3).flags
    assert scale_adam(4.0, weight_decay=0.1).power.weight_decay == pytest.approx(0.4)


@pytest.mark.parametrize("value", ["a", None, np.nan, 1j, True, [0.9, 0.9]])
@pytest.mark.parametrize("name", ["beta1", "beta2", "epsilon", "weight_decay", "lr_factor", "batch_size"])
def test_only_numbers_are_settings(name, value):
    if value is None and name in ("weight_decay", "batch_size"):
        return
    with pytest.raises(ValueError, match=f"{name} must be .*, but got"):
        scale_adam(2.0, **{name: value})


def test_betas_are_written_with_two_digits():
    values = {0.999: "0.999", 0.9**32: "0.034", 0.99687: "0.9969", 0.9841: "0.984", 0.6: "0.6", 0.0: "0", 0.9: "0.9"}
    assert {value: words.beta_text(value) for value in values} == values


def test_the_notes_say_where_the_rules_end():
    known = {"batch_size": 64, "noise_scale": 290.0, "critical_batch_size": 500.0}
    assert scale_adam(2.0, **known).flags == frozenset()
    (beyond,) = words.adam_notes(scale_adam(5.0, **known))
    assert beyond.startswith("Batch size 320 is above the noise scale (290), where the square-root rule")
    assert [note for note in words.adam_notes(scale_adam(8.0, **known)) if "critical batch size (500)" in note]
    assert scale_adam(0.5, **known | {"batch_size": 400}).flags == {"above_noise_scale"}
    assert scale_adam(8.0).flags == {"little_momentum"}
    for factor in (2048.0, 1 / 2048):
        assert "Are both batch sizes in the same unit, examples or tokens?" in words.adam_notes(scale_adam(factor))
    with pytest.raises(ValueError, match="noise_scale must be positive"):
        scale_adam(2.0, batch_size=4, noise_scale=-1)


def test_a_carried_rate_says_where_its_rule_ends():
    carried = transfer(1e-3, 256, 1024, noise_scale=300, critical_batch_size=500)
    rows = {row.rule: words.advice_note(row) for row in carried}
    ended = "Above the noise scale (300), where this rule ends."
    assert {rule for rule, note in rows.items() if ended in note} == {"linear", "square_root"}
    assert all("Above the critical batch size (500)" in note for note in rows.values())
    assert all("other_unit" in row.flags for row in transfer(1e-3, 8, 8192))


def test_a_sweep_knows_where_the_rules_end(analysis):
    known = limits(analysis)
    best = next(fit for fit in analysis.comparison.fits if "noise_scale" in fit.parameters)
    assert known.noise_scale == best.law.noise_scale
    assert known.critical_batch_size is None
    above = {row.rule: row.flags for row in recommend(analysis, 4 * known.noise_scale)}
    assert "above_noise_scale" in above["square_root"]
    assert "above_noise_scale" not in above["surge"]
    assert "above_noise_scale" not in {row.rule: row.flags for row in recommend(analysis, 1.0)}["square_root"]
    sizes = np.array([4.0, 16, 64, 256, 1024])
    rng = np.random.default_rng(0)
    steps = pd.DataFrame({"batch_size": sizes, "steps": 50 + 5000 / sizes, "stderr": 0.02, "n_seeds": 8})
    steps["steps"] *= np.exp(rng.normal(0, 0.02, 5))
    late = replace(analysis, tradeoff=fit_tradeoff(steps))
    assert limits(late).critical_batch_size == pytest.approx(100, rel=0.2)
    assert all("above_critical" in row.flags for row in recommend(late, 512.0))
    assert not any("above_critical" in row.flags for row in recommend(late, 16.0))


def test_what_a_sweep_leaves_open_limits_nothing():
    few = sweep_frame(PowerLaw(1e-3, 0.5), np.random.default_rng(0), batch_sizes=BATCH_SIZES[:2], seeds=2)
    assert limits(analyse(Sweep.from_frame(few))) == Limits(None, None)


def test_an_edge_is_widened_first():
    frame = sweep_frame(LAW, np.random.default_rng(0), seeds=3)
    top = 0.004
    cut = frame[(frame["batch_size"] != 64) | (frame["learning_rate"] < top)]
    plan = next_runs(analyse(Sweep.from_frame(cut)))
    first = plan.table[plan.table["batch_size"] == 64].iloc[:5]
    assert (first["learning_rate"] > cut[cut["batch_size"] == 64]["learning_rate"].max()).all()
    assert (first["reason"] == "highest_tried").all()


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
    few = sweep_frame(PowerLaw(1e-3, 0.5), rng, batch_sizes=BATCH_SIZES[:2], seeds=2)
    assert "at least five batch sizes" in words.next_runs(next_runs(analyse(Sweep.from_frame(few))))


def test_a_surge_law_that_the_optima_refute_says_nothing_of_where_they_go_on_to():
    plan = NextRuns(pd.DataFrame({"seeds": [3]}), Goal.GO_UP, "surge")
    assert words.next_step(plan) == words.next_runs(plan) == say("next-go-up")
    refuted = replace(plan, doubtful=True)
    assert words.next_step(refuted) == words.next_runs(refuted) == say("next-larger")


def test_a_rate_at_the_end_of_those_tried_is_said_as_a_bound():
    rates, best = (0.064, 0.128, 0.256, 0.512, 1.024), {8: 0.2, 16: 0.3, 32: 0.4, 64: 0.3, 128: 0.15, 256: 0.02}
    rows = [
        (size, rate, seed, 0.1 * np.log(rate / at) ** 2 + 1.0 + 0.003 * ((7 * seed + int(1000 * rate)) % 5))
        for size, at in best.items() for rate in rates for seed in range(4)
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["batch_size", "learning_rate", "seed", "loss"])
    for sign, end, said in ((1, "at_most", "at most 0.064"), (-1, "at_least", "at least 0.064")):
        mirrored = frame.assign(learning_rate=0.064 * (frame["learning_rate"] / 0.064) ** sign)
        found = analyse(Sweep.from_frame(mirrored))
        assert found.optima[-1].on_edge is not None
        there, before = recommend(found, 256.0)[0], recommend(found, 128.0)[0]
        assert getattr(there, end) == pytest.approx(0.064)
        assert (before.at_most, before.at_least) == (None, None)
        assert words.rate(there) == said
        assert words.how_sure(there).startswith("the fitted laws and a smooth path say")
        assert "was the best" in words.advice_note(there)
        assert "95 % interval" in words.how_sure(before)
    # where another run was better than the one at the end, that end bounds nothing
    elsewhere = tuple(replace(o, loss=o.loss - 0.1) if o.on_edge else o for o in found.optima)
    assert recommend(replace(found, optima=elsewhere), 256.0)[0].tried is None
    # the best rate may as well lie a little above the lowest
    near = pd.DataFrame(
        [(b, r, s, v + (b == 256) * 0.1 * (np.log(r / 0.062) ** 2 - np.log(r / 0.02) ** 2)) for b, r, s, v in rows],
        columns=frame.columns,
    )
    found = analyse(Sweep.from_frame(near))
    there = recommend(found, 256.0)[0]
    assert found.optima[-1].on_edge == "low"
    assert there.tried == pytest.approx(0.064)
    assert 0.065 < there.at_most < 0.1
    assert "only known to be at most 0." in words.advice_note(there)
    # the laws lie below that bound, which says no more than they do: they are the answer
    assert there.lr < there.at_most
    assert there.bound is None
    assert "at most" not in words.rate(there)
    assert "95 % interval" in words.how_sure(there)
    above = replace(there, lr=2.0 * there.at_most)
    assert words.rate(above) == f"at most {words.number(there.at_most, 2)}"
    assert words.next_rates(there, 256.0).startswith("Try learning rates below 0.064 at batch size")
    assert "(the lowest rate tried, 0.0640, was the best)" in report(found)
    assert max(next_runs(found).table["learning_rate"].iloc[:5]) < 0.064


@pytest.mark.parametrize(
    ("ends", "said"),
    [((0.06, 0.078), "0.060 to 0.078"), ((0.001, 0.64), "0.0010 to 0.64"), ((1e-9, 0.64), "below 0.64")],
)
def test_no_end_of_a_wide_interval_of_rates_is_nothing(ends, said):
    expected = said.replace("0.0010", words.number(0.001, 2))
    assert words.rounded_interval(*ends) == expected
