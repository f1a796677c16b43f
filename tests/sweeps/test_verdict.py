import re

import numpy as np
import pytest
from scipy.optimize import isotonic_regression
from simulate import BATCH_SIZES, make_optimum, optima_of, sweep_frame

from surgecore import ConstantLaw, SaturatingLaw, SurgeLaw, Sweep, surge_verdict, words
from surgecore.sweeps.fall import isotonic
from surgecore.sweeps.paths import Squares, least_path_with_drop
from surgecore.sweeps.verdict import Kind, Reason, expected_false_falls


def test_isotonic_fits_agree_with_scipy():
    rng = np.random.default_rng(0)
    for n in range(1, 11):
        y, weight = rng.normal(size=(20, n)), rng.uniform(0.1, 3.0, n)
        want = [isotonic_regression(row, weights=weight).x for row in y]
        np.testing.assert_allclose(isotonic(y, weight), want, atol=1e-12)


def test_the_least_path_is_isotonic_regression():
    rng = np.random.default_rng(1)
    x = np.linspace(-3.0, 3.0, 1201)
    for n in (3, 6):
        y, weight = rng.normal(size=n), rng.uniform(0.5, 2.0, n)
        fitted = isotonic(y[None], weight)[0]
        deviance = weight[:, None] * (x - y[:, None]) ** 2
        rising = Squares.of(deviance).never_falls
        assert rising == pytest.approx(((fitted - y) ** 2 * weight).sum(), abs=0.02)
        # a path that may fall by as much as the values do fits them all
        drop = float(np.max(np.maximum.accumulate(y) - y))
        assert least_path_with_drop(deviance, x, drop + 0.01) == pytest.approx(0.0, abs=0.02)
        assert least_path_with_drop(deviance, x, 0.0) == pytest.approx(float(rising))


# 2.5 % at most: one of a hundred such tests counts more than that
@pytest.mark.parametrize(("count", "most"), [(10, 2), pytest.param(60, 7, marks=pytest.mark.long)])
def test_false_alarms_stay_within_the_level(count, most):
    rng = np.random.default_rng(11)
    laws = [ConstantLaw(1e-3), SaturatingLaw(1e-2, 4.0, 1.0)]
    found = [surge_verdict(optima_of(law, rng, spread=0.15, seeds=4)).decision for law in laws for _ in range(count)]
    assert found.count("fall") <= most


def test_a_deep_surge_is_found_and_its_depth_covered():
    rng = np.random.default_rng(12)
    law = SurgeLaw(1e-2, 64.0)
    truth = np.log2(law(64.0) / law(1024.0))
    verdicts = [surge_verdict(optima_of(law, rng, spread=0.15, seeds=5), seed=i) for i in range(6)]
    assert all(v.kind is Kind.FALLS for v in verdicts)
    assert np.mean([v.peak_bracketed for v in verdicts]) > 0.9
    assert np.mean([v.interval[0] <= truth <= v.interval[1] for v in verdicts]) > 0.85
    # each has an error of 0.14
    assert np.mean([v.fall_octaves for v in verdicts]) == pytest.approx(truth, abs=0.1)


def test_no_fall_is_said_where_a_fall_is_excluded():
    verdict = surge_verdict([make_optimum(b, SaturatingLaw(1e-2, 64.0)(b), 0.02) for b in BATCH_SIZES])
    assert verdict.kind is Kind.DOES_NOT_FALL
    assert verdict.interval[1] < 0.25
    assert verdict.reach == 1024
    assert not verdict.peak_bracketed


def test_a_bound_above_the_others_is_a_fall_and_never_denied():
    rates = [4.9e-3, 2.83e-2, 9.8e-3, 9.5e-3, 9.8e-3]
    optima = [make_optimum(4.0 ** (k + 2), rate, 0.04, dof=7) for k, rate in enumerate(rates)]
    optima[1] = make_optimum(64, 2.83e-2, None, on_edge="high")
    verdict = surge_verdict(optima)
    assert verdict.kind is Kind.FALLS
    assert verdict.interval == (pytest.approx(1.5, abs=0.15), np.inf)
    assert verdict.beyond == (64.0,)


def test_a_dip_is_no_surge():
    rates = [9.8e-3, 9.8e-3, 7.0e-3, 1.42e-2, 2.83e-2, 5.52e-2]
    verdict = surge_verdict([make_optimum(2.0 ** (k + 4), r, 0.03, dof=20) for k, r in enumerate(rates)])
    assert verdict.kind is Kind.DIP
    assert verdict.trough == 64
    assert verdict.interval[0] > 0


def test_a_fall_before_a_rise_is_told_apart():
    rates = [5e-3, 1e-2, 5e-3, 5e-3, 1e-2, 1.5e-2]
    verdict = surge_verdict([make_optimum(2.0 ** (k + 4), r, 0.03, dof=20) for k, r in enumerate(rates)])
    assert verdict.kind is Kind.FALLS_THEN_RISES


def test_how_many_would_fall_by_chance():
    falls = surge_verdict([make_optimum(b, 1e-2 / b, 0.05) for b in BATCH_SIZES])
    stays = surge_verdict([make_optimum(b, 1e-2, 0.05) for b in BATCH_SIZES])
    assert expected_false_falls([falls, *[stays] * 39])[:3] == (1, 40, pytest.approx(1.0))


def test_the_witness_lies_between_two_optima():
    verdict = surge_verdict([make_optimum(b, SurgeLaw(1e-2, 64.0)(b), 0.05) for b in BATCH_SIZES])
    law, seen = SurgeLaw(1e-2, 64.0), verdict.witness
    assert seen.smaller < seen.larger
    assert law(seen.larger) < seen.learning_rate < law(seen.smaller)


def test_no_fall_is_ever_of_nothing():
    rng = np.random.default_rng(7)
    falls = []
    for drop in (0.02, 0.05, 0.2):  # in ln units, from errors of 0.005
        rates = [1e-2 * np.exp(-drop * (k > 2)) for k in range(6)]
        optima = [make_optimum(4.0**k, r * np.exp(0.005 * rng.normal()), 0.005, dof=60) for k, r in enumerate(rates)]
        falls.append(surge_verdict(optima))
    assert [v.kind for v in falls] == [Kind.FALLS] * 3
    for found in falls:
        low, high = found.interval
        assert 0 < low <= found.fall_octaves <= high
        assert re.search(r"falls by (0\.\d*[1-9]|[1-9])", words.verdict(found))


@pytest.mark.parametrize(("step", "coarse"), [(0.5, False), (2.0, True)])
def test_rates_too_far_apart_to_exclude_a_fall_are_said_to_be(step, coarse):
    frame = sweep_frame(ConstantLaw(1e-2), np.random.default_rng(0), step=step, seeds=16, spread=0.05)
    verdict = surge_verdict(Sweep.from_frame(frame))
    assert verdict.coarse is coarse
    assert (verdict.reason is Reason.COARSE) is coarse
    assert (verdict.kind is Kind.DOES_NOT_FALL) is not coarse
    assert ("between the rates tried" in words.verdict(verdict)) is coarse


def test_far_from_the_optimum_extra_loss_bounds_it_where_slopes_are_blurred():
    """On a coarse grid the interval of an optimum ends at the cells that are clearly worse."""
    frame = sweep_frame(ConstantLaw(1e-2), np.random.default_rng(2), step=1.0, seeds=6, spread=0.1)
    frame["loss"] += np.random.default_rng(3).normal(0, 0.03, len(frame))
    valleys = Sweep.from_frame(frame).valleys
    evidence = valleys.evidence
    assert (evidence.reach >= evidence.deviance - 1e-9).all()
    assert np.median(evidence.reach.max(axis=1)) > 1.2 * np.median(evidence.deviance.max(axis=1))
    assert all(low < np.log(1e-2) < high for low, high in valleys.intervals)


def test_wide_errors_leave_it_undecided():
    verdict = surge_verdict([make_optimum(b, 1e-3, 0.5) for b in BATCH_SIZES])
    assert verdict.decision == "undecided"
    assert verdict.p_value == pytest.approx(1.0)


def test_without_errors_or_with_two_optima_it_is_undecided_with_the_reason():
    verdict = surge_verdict([make_optimum(b, SurgeLaw(1e-2, 64.0)(b), None) for b in BATCH_SIZES])
    assert (verdict.decision, verdict.p_value, verdict.interval) == ("undecided", None, None)
    assert verdict.reason is Reason.ONE_RUN
    for seed in range(6):  # what was found before hidden shifts are allowed for is no part of the answer
        frame = sweep_frame(ConstantLaw(1e-2), np.random.default_rng(seed), seeds=1, spread=0.15)
        shifted = surge_verdict(Sweep.from_frame(frame))
        assert (shifted.reason, shifted.peak, shifted.trough, shifted.witness) == (Reason.ONE_RUN, None, None, None)
    assert surge_verdict([make_optimum(4, 1e-3), make_optimum(8, 1e-3)]).reason is Reason.TOO_FEW


def test_a_fall_from_the_first_batch_size_is_not_bracketed():
    verdict = surge_verdict([make_optimum(b, 1e-2 / b, 0.05) for b in BATCH_SIZES])
    assert verdict.decision == "fall"
    assert not verdict.peak_bracketed


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
    assert verdict.rests_on == (64.0,)
    broad = surge_verdict([make_optimum(b, SurgeLaw(1e-2, 32.0)(b), 0.03) for b in BATCH_SIZES])
    assert broad.rests_on == ()


def test_interval_and_test_never_contradict_each_other():
    rng = np.random.default_rng(5)
    for law in (SurgeLaw(1e-2, 256.0), SaturatingLaw(1e-2, 64.0)):
        for index in range(5):
            verdict = surge_verdict(optima_of(law, rng, spread=0.2, seeds=4), seed=index)
            assert verdict.decision == "fall" or verdict.interval[0] == 0.0


@pytest.mark.parametrize(("law", "decision"), [(SurgeLaw(1e-2, 64.0), "fall"), (SaturatingLaw(1e-2, 64.0), "no_fall")])
def test_many_batch_sizes_are_tested_in_groups(law, decision):
    rng = np.random.default_rng(6)
    sizes = np.geomspace(4, 1024, 400)
    verdict = surge_verdict([make_optimum(b, law(b) * np.exp(0.1 * rng.normal()), 0.1) for b in sizes])
    assert verdict.decision == decision
    assert verdict.groups == 32
