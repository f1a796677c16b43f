"""Numbers with errors: sums, ratios and intervals against scipy, brute force and the definition of Fieller's set."""

import math
from itertools import permutations

import numpy as np
import pytest
from scipy import stats

from surgecore.measuring.statistic import Statistic, ratio


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_a_mean_has_students_interval(rng):
    values = rng.normal(3.0, 2.0, 9)
    found = Statistic.mean("examples", values).estimate()
    expected = stats.ttest_1samp(values, 0.0).confidence_interval(0.95)
    assert found.stderr == pytest.approx(stats.sem(values))
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_a_difference_of_two_sources_has_welchs_interval(rng):
    a, b = rng.normal(3.0, 2.0, 9), rng.normal(1.0, 0.3, 14)
    found = (Statistic.mean("a", a) - Statistic.mean("b", b)).estimate()
    expected = stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_one_source_keeps_its_covariance(rng):
    x = rng.normal(size=20)
    one, twin = Statistic.mean("a", x), Statistic.mean("a", 2.0 * x + 1.0)
    assert (twin - one.scaled(2.0)).variance == pytest.approx(0.0, abs=1e-20)
    assert one.over(one).variance == pytest.approx(0.0, abs=1e-20)
    apart = Statistic.mean("b", x)
    assert (one + apart).variance == pytest.approx(2 * one.variance)
    assert (one + one).variance == pytest.approx(4 * one.variance)


def test_the_jackknife_of_a_mean_is_its_standard_error(rng):
    x = rng.normal(size=11)
    left_out = [np.delete(x, i).mean() for i in range(x.size)]
    assert Statistic.jackknife("a", x.mean(), left_out).variance == pytest.approx(stats.sem(x) ** 2)


def test_pairs_leave_the_diagonal_out(rng):
    vectors = rng.normal([1.0, 0.0, -1.0], size=(6, 3))
    products = vectors @ np.diag([1.0, 2.0, 3.0]) @ vectors.T
    found = Statistic.pairs("blocks", products)
    brute = np.mean([products[i, j] for i, j in permutations(range(6), 2)])
    assert found.value == pytest.approx(brute)
    without = [Statistic.pairs("blocks", np.delete(np.delete(products, i, 0), i, 1)).value for i in range(6)]
    assert found.variance == pytest.approx(5 / 6 * np.sum((np.array(without) - np.mean(without)) ** 2))


def test_powers_and_products_have_errors_to_first_order(rng):
    x = Statistic.mean("a", rng.normal(5.0, 0.01, 50))
    assert x.to_power(2.0).variance == pytest.approx(x.times(x).variance)
    assert math.sqrt(x.to_power(-0.5).variance) == pytest.approx(0.5 * x.value**-1.5 * math.sqrt(x.variance))
    assert math.isnan(Statistic(-1.0).to_power(0.5).value)


def test_fiellers_ends_are_where_the_difference_is_just_significant(rng):
    top, bottom = Statistic.mean("a", rng.normal(2.0, 1.0, 12)), Statistic.mean("b", rng.normal(4.0, 1.5, 12))
    found = ratio(top, bottom)
    reach = max(top.width, bottom.width)
    for end in (found.low, found.high):
        gap = top - bottom.scaled(end)
        assert abs(gap.value) == pytest.approx(reach * math.sqrt(gap.variance))
    assert found.low < found.value < found.high


def test_a_denominator_that_may_be_zero_leaves_the_ratio_open(rng):
    top, bottom = Statistic.mean("a", rng.normal(2.0, 0.1, 12)), Statistic.mean("b", rng.normal(0.1, 3.0, 12))
    assert ratio(top, bottom).high == math.inf
    assert math.isnan(ratio(top, Statistic(0.0)).value)


def test_fiellers_interval_covers_as_often_as_it_says(rng):
    hits = 0
    for _ in range(400):
        x, y = rng.normal(1.0, 0.5, 8), rng.normal(2.0, 0.8, 8)
        hits += ratio(Statistic.mean("a", x), Statistic.mean("b", y)).covers(0.5)
    assert stats.binomtest(hits, 400, 0.95).pvalue > 0.01 or hits > 380
