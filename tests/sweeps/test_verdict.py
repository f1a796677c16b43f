import numpy as np
import pytest
from scipy.optimize import isotonic_regression, minimize
from simulate import BATCH_SIZES, make_optimum, optima_of

from surgecore import ConstantLaw, PowerLaw, SaturatingLaw, SurgeLaw, surge_verdict
from surgecore.sweeps.verdict import isotonic, unimodal


def test_isotonic_fits_agree_with_scipy():
    rng = np.random.default_rng(0)
    for n in range(1, 11):
        y, weight = rng.normal(size=(20, n)), rng.uniform(0.1, 3.0, n)
        want = [isotonic_regression(row, weights=weight).x for row in y]
        np.testing.assert_allclose(isotonic(y, weight), want, atol=1e-12)


def test_unimodal_fits_are_the_best_of_a_quadratic_program():
    rng = np.random.default_rng(1)
    for n in (2, 4, 6):
        y, weight = rng.normal(size=n), rng.uniform(0.5, 2.0, n)
        squares = []
        for peak in range(n):
            sign = np.where(np.arange(n - 1) < peak, 1.0, -1.0)
            rules = {"type": "ineq", "fun": lambda f, sign=sign: sign * np.diff(f)}
            found = minimize(
                lambda f, y=y, weight=weight: np.sum(weight * (f - y) ** 2),
                np.zeros(n),
                constraints=rules,
                options={"ftol": 1e-12, "maxiter": 500},
            )
            squares.append(found.fun)
        assert np.sum(weight * (unimodal(y, weight) - y) ** 2) == pytest.approx(min(squares), rel=1e-4, abs=1e-7)


MONOTONE = [
    ConstantLaw(1e-3),
    PowerLaw(1e-3, 0.5),
    SaturatingLaw(1e-2, 64.0, 0.5),
    SaturatingLaw(1e-2, 4.0, 1.0),
]


def test_false_alarms_stay_within_the_level():
    rng = np.random.default_rng(11)
    n = 120
    falls = {}
    for law in MONOTONE:
        verdicts = [surge_verdict(optima_of(law, rng, spread=0.15, seeds=4), seed=i) for i in range(n)]
        falls[law] = sum(verdict.decision == "fall" for verdict in verdicts)
    # 5 % at most: 6 of 120 for a law, 24 of 480 for all; the limits are three binomial standard deviations above
    assert max(falls.values()) <= 13
    assert sum(falls.values()) <= 38


def test_a_deep_surge_is_found_and_its_depth_covered():
    rng = np.random.default_rng(12)
    law = SurgeLaw(1e-2, 64.0)
    truth = np.log2(law(64.0) / law(1024.0))
    verdicts = [surge_verdict(optima_of(law, rng, spread=0.15, seeds=5), seed=i) for i in range(60)]
    assert np.mean([v.decision == "fall" for v in verdicts]) > 0.9
    assert np.mean([v.peak_bracketed for v in verdicts]) > 0.9
    assert np.mean([v.interval[0] <= truth <= v.interval[1] for v in verdicts]) > 0.85
    assert np.mean([v.fall_octaves for v in verdicts]) == pytest.approx(truth, abs=0.05)


def test_picking_the_largest_does_not_bias_the_fall_of_a_plateau():
    rng = np.random.default_rng(13)
    optima = [optima_of(ConstantLaw(1e-3), rng, spread=0.2, seeds=8) for _ in range(80)]
    naive = [np.log2(max(o.learning_rate for o in many) / many[-1].learning_rate) for many in optima]
    verdicts = [surge_verdict(many, seed=i) for i, many in enumerate(optima)]
    assert np.mean([v.fall_octaves for v in verdicts]) < 0.9 * np.mean(naive)
    assert np.mean([v.interval[0] <= 1e-9 for v in verdicts]) > 0.9


def test_no_fall_is_said_where_a_fall_is_excluded():
    optima = [make_optimum(b, SaturatingLaw(1e-2, 64.0)(b), 0.02) for b in BATCH_SIZES]
    verdict = surge_verdict(optima)
    assert verdict.decision == "no_fall"
    assert verdict.interval[1] < 0.25
    assert not verdict.peak_bracketed
    assert "beyond batch size 1024" in verdict.sentence


def test_wide_errors_leave_it_undecided():
    verdict = surge_verdict([make_optimum(b, 1e-3, 0.5) for b in BATCH_SIZES])
    assert verdict.decision == "undecided"
    assert verdict.p_value == pytest.approx(1.0)


def test_without_errors_or_with_two_optima_it_is_undecided_with_the_reason():
    verdict = surge_verdict([make_optimum(b, SurgeLaw(1e-2, 64.0)(b), None) for b in BATCH_SIZES])
    assert (verdict.decision, verdict.p_value, verdict.interval) == ("undecided", None, None)
    assert verdict.fall_octaves == pytest.approx(np.log2(17 / 8))
    assert "no errors" in verdict.sentence
    two = surge_verdict([make_optimum(4, 1e-3), make_optimum(8, 1e-3), make_optimum(16, 1e-3, None, on_edge="high")])
    assert two.decision == "undecided"
    assert "there are 2" in two.sentence


def test_a_fall_from_the_first_batch_size_is_not_bracketed():
    verdict = surge_verdict([make_optimum(b, 1e-2 / b, 0.05) for b in BATCH_SIZES])
    assert verdict.decision == "fall"
    assert not verdict.peak_bracketed
    assert "no peak" in verdict.sentence


def test_an_optimum_above_the_grid_unbrackets_the_peak():
    optima = [make_optimum(b, SurgeLaw(1e-2, 64.0)(b), 0.05) for b in BATCH_SIZES]
    assert surge_verdict(optima).peak_bracketed
    optima[5] = make_optimum(128, 0.02, None, on_edge="high")
    assert not surge_verdict(optima).peak_bracketed


def test_the_same_seed_gives_the_same_verdict():
    optima = optima_of(SurgeLaw(1e-2, 256.0), np.random.default_rng(0), spread=0.3)
    assert surge_verdict(optima, seed=1) == surge_verdict(optima, seed=1)


def test_a_fall_that_hangs_by_one_optimum_says_so():
    rates = [1e-3, 2e-3, 3e-3, 3.5e-3, 3.5e-3, 3.5e-3, 2e-3]
    verdict = surge_verdict([make_optimum(2.0**k, lr, 0.05) for k, lr in enumerate(rates)])
    assert verdict.decision == "fall"
    assert "rests on the optimum at batch size 64:" in verdict.sentence
    broad = surge_verdict([make_optimum(b, SurgeLaw(1e-2, 32.0)(b), 0.03) for b in BATCH_SIZES])
    assert "rests on" not in broad.sentence


def test_interval_and_test_never_contradict_each_other():
    rng = np.random.default_rng(5)
    for law in (SurgeLaw(1e-2, 256.0), SaturatingLaw(1e-2, 64.0)):
        for index in range(25):
            verdict = surge_verdict(optima_of(law, rng, spread=0.2, seeds=4), seed=index)
            assert verdict.decision == "fall" or verdict.interval[0] == 0.0


@pytest.mark.parametrize(("law", "decision"), [(SurgeLaw(1e-2, 64.0), "fall"), (SaturatingLaw(1e-2, 64.0), "no_fall")])
def test_many_batch_sizes_are_tested_in_groups(law, decision):
    rng = np.random.default_rng(6)
    sizes = np.geomspace(4, 1024, 400)
    verdict = surge_verdict([make_optimum(b, law(b) * np.exp(0.1 * rng.normal()), 0.1) for b in sizes])
    assert verdict.decision == decision
    assert "400 batch sizes are tested in 32 groups" in verdict.sentence
