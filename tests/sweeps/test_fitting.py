from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq, brute, curve_fit, least_squares, minimize, minimize_scalar
from scipy.stats import norm
from scipy.stats import t as student_t
from simulate import BATCH_SIZES, make_optimum, optima_of

from surgecore import (
    LAWS,
    ConstantLaw,
    EqualSnrLaw,
    LawFamily,
    LognormalSnrLaw,
    Point,
    Points,
    PowerLaw,
    SaturatingLaw,
    SurgeLaw,
    compare,
    fit,
    words,
)
from surgecore.sweeps.comparison import Ranking
from surgecore.sweeps.errors import FLOOR, trended_variance

TRUTHS = {
    "constant": ConstantLaw(2e-3),
    "linear": PowerLaw(1e-4, 1.0),
    "square_root": PowerLaw(1e-4, 0.5),
    "power": PowerLaw(1e-4, 0.3),
    "sgd": SaturatingLaw(1e-2, 64.0, 1.0),
    "saturating_half": SaturatingLaw(1e-2, 64.0, 0.5),
    "surge": SurgeLaw(1e-2, 64.0),
    "equal_snr": EqualSnrLaw(1e-2, 0.1, 4.0),
    "lognormal_snr": LognormalSnrLaw(1e-2, 0.1, 0.7, 4.0),
}


def trended_sigma(optima):
    variance, dof = np.array([(o.stderr**2, o.dof) for o in optima]).T
    return np.sqrt(trended_variance(variance, dof, np.array([o.batch_size for o in optima])).value)


def exact(law, batch_sizes=BATCH_SIZES, stderr=0.05):
    return tuple(make_optimum(b, law(float(b)), stderr) for b in batch_sizes)


@pytest.mark.parametrize("key", TRUTHS)
def test_noiseless_optima_give_the_law_back(key):
    result = fit(exact(TRUTHS[key]), key)
    for param in result.family.free:
        assert getattr(result.law, param.name) == pytest.approx(getattr(TRUTHS[key], param.name), rel=1e-4)
    assert result.deviance == pytest.approx(0.0, abs=1e-8)
    assert result.n == len(BATCH_SIZES)


@pytest.mark.parametrize("key", ["power", "sgd", "surge"])
def test_the_optimum_is_the_one_a_brute_force_search_finds(key):
    optima = optima_of(TRUTHS[key], np.random.default_rng(5), spread=0.3)
    result = fit(optima, key)
    y = np.log([o.learning_rate for o in optima])
    b = np.array([o.batch_size for o in optima])
    sigma = trended_sigma(optima)
    first, second = result.family.free

    def squares(v):
        values = {first.name: np.exp(v[0]), second.name: np.exp(v[1]) if second.log else v[1]}
        return np.sum(((y - np.log(result.family.build(**values)(b))) / sigma) ** 2)

    centre = [np.log(getattr(result.law, first.name)), getattr(result.law, second.name)]
    centre[1] = np.log(centre[1]) if second.log else centre[1]
    _, lowest, *_ = brute(squares, [(c - 2, c + 2) for c in centre], Ns=60, full_output=True)
    assert result.deviance == pytest.approx(lowest, rel=1e-6)


def test_the_power_law_is_weighted_linear_regression():
    """Closed-form oracle: parameters, standard errors and intervals of a straight line."""
    rng = np.random.default_rng(0)
    sigma = 0.1
    optima = [make_optimum(b, 1e-3 * b**0.4 * np.exp(rng.normal(0, sigma)), sigma) for b in BATCH_SIZES]
    x, y = np.log(BATCH_SIZES), np.log([o.learning_rate for o in optima])
    (slope, intercept), covariance = np.polyfit(x, y, 1, w=np.full(len(x), 1 / sigma), cov="unscaled")
    result = fit(optima, "power")
    assert result.law.exponent == pytest.approx(slope, rel=1e-6)
    assert np.log(result.law.coefficient) == pytest.approx(intercept, rel=1e-8)
    error = np.sqrt(np.diag(covariance))
    assert result["exponent"].stderr == pytest.approx(error[0], rel=1e-4)
    assert result["coefficient"].stderr == pytest.approx(error[1] * result.law.coefficient, rel=1e-4)
    assert result["exponent"].interval == pytest.approx((slope - 1.96 * error[0], slope + 1.96 * error[0]), rel=0.01)
    low, high = result.band(16.0)
    at = np.array([np.log(16.0), 1.0])
    half = 1.96 * np.sqrt(at @ covariance @ at)
    assert np.log(high / low) / 2 == pytest.approx(half, rel=0.01)


def test_the_interval_of_the_surge_is_the_profile_likelihood():
    """Oracle: for each noise scale on a fine grid, minimise over the height in closed form."""
    rng = np.random.default_rng(1)
    sigma, law = 0.2, SurgeLaw(1e-2, 100.0)
    optima = [make_optimum(b, law(b) * np.exp(rng.normal(0, sigma)), sigma) for b in BATCH_SIZES]
    y = np.log([o.learning_rate for o in optima])
    scales = np.exp(np.linspace(np.log(5), np.log(2000), 20001))
    gap = y - np.log(SurgeLaw(1.0, 1.0)(BATCH_SIZES[None, :] / scales[:, None]))
    profile = ((gap - gap.mean(axis=1, keepdims=True)) ** 2).sum(axis=1) / sigma**2
    inside = scales[profile <= profile.min() + 3.8415]
    result = fit(optima, "surge")
    assert result["noise_scale"].interval == pytest.approx((inside[0], inside[-1]), rel=0.005)
    assert result.peak.batch_interval == result["noise_scale"].interval


@pytest.mark.parametrize(
    "law", [SaturatingLaw(1e-2, 150, 0.75), EqualSnrLaw(1e-2, 0.1, 3.0), LognormalSnrLaw(1e-2, 0.1, 1.2, 8.0)]
)
def test_intervals_reach_the_limits_of_the_likelihood_where_parameters_trade_off(law):
    """Oracle: with a parameter held at either limit, the best of the others is at the threshold."""
    key = {SaturatingLaw: "saturating", EqualSnrLaw: "equal_snr", LognormalSnrLaw: "lognormal_snr"}[type(law)]
    optima = optima_of(law, np.random.default_rng(3), batch_sizes=np.geomspace(10, 2500, 7), spread=0.15, seeds=16)
    result, sigma = fit(optima, key), trended_sigma(optima)
    assert "poor_fit" not in result.flags
    params = [item.param for item in result.parameters.values()]
    batch, y = np.array([(o.batch_size, np.log(o.learning_rate)) for o in optima]).T
    best = np.array([param.to_fit(result[param.name].value) for param in params])
    threshold = student_t.ppf(0.975, 7 * 15) ** 2

    def rise(index, at):
        def residuals(others):
            values = zip(params, np.insert(others, index, at), strict=True)
            return (y - np.log(result.family.build(**{p.name: p.from_fit(v) for p, v in values})(batch))) / sigma

        low, high = np.delete([param.fit_bounds for param in params], index, axis=0).T
        starts = [best, np.array([param.to_fit(getattr(law, param.name)) for param in params])]
        found = [least_squares(residuals, np.delete(start, index), bounds=(low, high)) for start in starts]
        return 2.0 * min(one.cost for one in found) - result.deviance

    closed = [
        (index, param.to_fit(end))
        for index, param in enumerate(params)
        for end, known in zip(
            result[param.name].interval,
            (result[param.name].bounded_below, result[param.name].bounded_above),
            strict=True,
        )
        if known
    ]
    assert len(closed) >= 2 * len(params) - 1
    assert [rise(index, at) for index, at in closed] == pytest.approx([threshold] * len(closed), rel=0.03)


def test_intervals_of_the_peak_cover_the_truth():
    rng = np.random.default_rng(7)
    law = SurgeLaw(1e-2, 64.0)
    covered = []
    for _ in range(150):
        result = fit(optima_of(law, rng, spread=0.15, seeds=5), "surge")
        ends = [result["lr_max"].interval, result["noise_scale"].interval]
        covered.append([low < truth < high for truth, (low, high) in zip((1e-2, 64.0), ends, strict=True)])
    share = np.mean(covered, axis=0)
    assert ((share > 0.88) & (share < 0.995)).all()


def test_too_few_optima_are_said_to_be_too_few():
    result = fit(exact(TRUTHS["surge"], [4]), "surge")
    assert result.law is None
    assert result.flags == {"underdetermined"}
    assert words.fit_note(result) == "Its 2 parameters need as many optima inside the learning-rate grid; there is one."
    assert [item.interval for item in result.parameters.values()] == [(0.0, np.inf), (0.0, np.inf)]
    with pytest.raises(ValueError, match="predict needs a fitted law"):
        result.predict(8.0)
    as_many = fit(exact(TRUTHS["surge"], [4, 64]), "surge")
    assert "underdetermined" in as_many.flags
    assert "not tested" in words.fit_note(as_many)


def test_a_bound_that_agrees_with_the_law_changes_nothing_and_one_that_does_not_pulls():
    inside = exact(TRUTHS["surge"])
    far = [*inside, make_optimum(4096, 1e-5, None, on_edge="high")]
    result = fit(far, "surge")
    assert result["noise_scale"].value == pytest.approx(64.0, rel=1e-4)
    assert result.n_bounds == 1
    assert "optimum_on_edge" in result.flags
    assert "One optimum on the edge of the learning-rate grid is used as a bound." in words.fit_note(result)
    pulled = fit([*inside, make_optimum(4096, 99.0, None, on_edge="high")], "surge")
    assert pulled["noise_scale"].value > 64.1
    assert pulled.deviance > 10
    assert "poor_fit" in pulled.flags


def test_the_likelihood_of_bounds_is_that_of_censored_values():
    """Oracle: scipy's minimiser on the likelihood written out, with its own profile of the slope."""
    rng = np.random.default_rng(11)
    sigma, batch = 0.1, np.array([4.0, 8, 16, 32, 64, 128, 256])
    y = np.log(1e-3) + 0.5 * np.log(batch) + rng.normal(0, sigma, 7)
    top = y[4] - 0.05
    points = [Point(b, np.exp(v), sigma, 1e6) for b, v in zip(batch[:5], y[:5], strict=True)]
    points += [Point(b, np.exp(top), bound="at_least") for b in batch[5:]]
    result = fit(points, "power")

    def deviance(v):
        line = v[0] + v[1] * np.log(batch)
        exact_part = np.sum(((y[:5] - line[:5]) / sigma) ** 2)
        return exact_part - 2 * norm.logcdf((line[5:] - top) / sigma).sum()

    best = minimize(deviance, [np.log(1e-3), 0.5], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-11})
    assert result.deviance == pytest.approx(best.fun, abs=1e-6)
    assert result["exponent"].value == pytest.approx(best.x[1], abs=1e-4)
    for side, end in zip((-1, 1), result["exponent"].interval, strict=True):

        def profile(slope):
            return minimize_scalar(lambda a: deviance([a, slope]), bracket=(best.x[0] - 0.5, best.x[0] + 0.5)).fun

        ends = sorted([best.x[1], best.x[1] + side * 0.5])
        want = brentq(lambda slope: profile(slope) - best.fun - 1.96**2, *ends)
        assert end == pytest.approx(want, abs=2e-3)
    low, high = result["coefficient"].interval
    assert low < result["coefficient"].value < high


def test_common_errors_count_once():
    """Closed form: generalised least squares of a straight line with errors common to all batch sizes."""
    rng = np.random.default_rng(2)
    own, common = 0.05, 0.2
    covariance = own**2 * np.eye(9) + common**2
    y = np.log(1e-3) + 0.4 * np.log(BATCH_SIZES) + rng.multivariate_normal(np.zeros(9), covariance)
    points = tuple(Point(float(b), float(np.exp(v)), 0.2, 1e6) for b, v in zip(BATCH_SIZES, y, strict=True))
    result = fit(Points(points, covariance), "power")
    design = np.column_stack([np.ones(9), np.log(BATCH_SIZES)])
    inverse = np.linalg.inv(covariance + FLOOR**2 * np.eye(9))
    spread = np.linalg.inv(design.T @ inverse @ design)
    assert result["exponent"].value == pytest.approx((spread @ design.T @ inverse @ y)[1], rel=1e-6)
    assert result["exponent"].stderr == pytest.approx(np.sqrt(spread[1, 1]), rel=1e-4)
    assert result["coefficient"].stderr == pytest.approx(np.sqrt(spread[0, 0]) * result.law.coefficient, rel=1e-4)
    assert result["coefficient"].stderr > 0.9 * common * result.law.coefficient


@pytest.mark.parametrize("key", ["sgd", "surge", "general_surge", "equal_snr"])
def test_standard_errors_are_those_of_an_independent_solver(key):
    optima = optima_of(TRUTHS.get(key, TRUTHS["surge"]), np.random.default_rng(5), spread=0.1)
    result = fit(optima, key)
    sigma = trended_sigma(optima)
    names = list(result.parameters)

    def curve(batch, *values):
        return np.log(result.family.build(**dict(zip(names, values, strict=True)))(batch))

    start = [item.value for item in result.parameters.values()]
    y = np.log([o.learning_rate for o in optima])
    best, covariance = curve_fit(curve, BATCH_SIZES, y, p0=start, sigma=sigma, absolute_sigma=True)
    np.testing.assert_allclose(best, start, rtol=1e-3)
    scale = np.sqrt(max(result.deviance / (result.n - len(names)), 1.0)) if "poor_fit" in result.flags else 1.0
    errors = [item.stderr for item in result.parameters.values()]
    np.testing.assert_allclose(np.sqrt(np.diag(covariance)) * scale, errors, rtol=0.01)


def test_a_grid_that_ends_before_the_peak_only_bounds_the_noise_scale():
    optima = optima_of(SurgeLaw(1e-1, 1e6), np.random.default_rng(0), spread=0.05)
    result = fit(optima, "surge")
    low, high = result["noise_scale"].interval
    assert 1e3 < low < 1e6
    assert high == np.inf
    assert result["lr_max"].interval[1] == np.inf
    assert {"underdetermined", "peak_not_bracketed"} <= result.flags
    assert "only bounded below" in words.fit_note(result)
    assert "outside the batch sizes measured (4 to 1024)" in words.fit_note(result)


def test_a_parameter_that_runs_to_the_end_of_its_range_is_flagged():
    result = fit(exact(PowerLaw(1e-3, 0.5)), "surge")
    assert "at_bound" in result.flags
    assert "ran to the end of its range" in words.fit_note(result)
    assert result["noise_scale"].at_bound


def test_scatter_beyond_the_errors_widens_the_intervals_and_is_flagged():
    rng = np.random.default_rng(3)
    wild = [make_optimum(b, 1e-3 * np.exp(rng.normal(0, 0.3)), 0.02) for b in BATCH_SIZES]
    result = fit(wild, "constant")
    assert "poor_fit" in result.flags
    low, high = result["lr"].interval
    assert np.log(high / low) > 5 * 2 * 1.96 * 0.02 / np.sqrt(len(wild))


def test_unknown_errors_are_estimated_from_the_scatter():
    rng = np.random.default_rng(4)
    y = rng.normal(0, 0.2, len(BATCH_SIZES))
    result = fit([make_optimum(b, 1e-3 * np.exp(v), None) for b, v in zip(BATCH_SIZES, y, strict=True)], "constant")
    n = len(y)
    half = student_t.ppf(0.975, n - 1) * y.std(ddof=1) / np.sqrt(n)
    assert np.log(result["lr"].interval) == pytest.approx(np.log(1e-3) + y.mean() + np.array([-half, half]), rel=1e-6)
    assert np.isnan(result.deviance)
    ssr = ((y - y.mean()) ** 2).sum()
    assert result.aic == pytest.approx(n * np.log(ssr / n) + 4 + 12 / (n - 3), rel=1e-9)


def test_known_errors_need_no_correction_for_small_samples():
    result = fit(optima_of(TRUTHS["surge"], np.random.default_rng(0)), "surge")
    assert result.aic == pytest.approx(result.deviance + 4, rel=1e-12)


@settings(max_examples=15)
@given(st.sampled_from(sorted(LAWS)), st.floats(-3, 3), st.integers(0, 1000))
def test_a_change_of_unit_changes_only_the_scale(key, shift, seed):
    optima = optima_of(TRUTHS["sgd"], np.random.default_rng(seed))
    scaled = [make_optimum(o.batch_size, o.learning_rate * np.exp(shift), o.stderr, dof=o.dof) for o in optima]
    one, other = fit(optima, key), fit(scaled, key)
    assert other.aic == pytest.approx(one.aic, rel=1e-6, abs=1e-6)
    np.testing.assert_allclose(other.residuals, one.residuals, atol=1e-6)


def test_families_types_and_keys_are_accepted_and_unknown_keys_are_not():
    optima = exact(TRUTHS["power"])
    family = LawFamily("slope", PowerLaw, fixed={"exponent": 0.3})
    assert fit(optima, family).law == fit(optima, PowerLaw).law or fit(optima, family).deviance < 1e-9
    with pytest.raises(ValueError, match=r"law must be one of constant, .*, but got 'cubic'"):
        fit(optima, "cubic")


def test_the_ranking_prefers_the_truth_where_it_can_be_told():
    comparison = compare(optima_of(TRUTHS["sgd"], np.random.default_rng(2), spread=0.05))
    assert comparison.fits[0].family.key == "sgd"
    assert comparison.weights.sum() == pytest.approx(1.0)
    assert comparison.scores.tolist() == sorted(result.aic for result in comparison.fits)
    assert comparison.outcome is Ranking.SUPPORTED
    assert words.ranking(comparison).startswith(f"Of the {len(LAWS)} laws tried, SGD, saturating is supported")


def test_no_winner_is_named_where_the_data_do_not_carry_one():
    rng = np.random.default_rng(0)
    flat_part = [make_optimum(b, 1e-2 * np.exp(rng.normal(0, 0.1)), 0.1) for b in (16, 32, 64, 128)]
    comparison = compare(flat_part)
    assert comparison.outcome is Ranking.UNDECIDED
    assert {"surge", "constant"} <= {*comparison.close}
    assert words.ranking(comparison).startswith("These data do not tell these laws apart: ")
    none = compare([])
    assert none.outcome is Ranking.TOO_FEW
    assert words.ranking(none) == "Too few optima to compare laws: it takes three or more."


def test_where_every_law_is_refuted_the_weights_know_it():
    rng = np.random.default_rng(1)
    wild = [make_optimum(b, 1e-3 * np.exp(rng.normal(0, 0.4)), 0.02, dof=50) for b in BATCH_SIZES]
    comparison = compare(wild)
    assert comparison.outcome is Ranking.NONE_FITS
    assert comparison.overdispersion > 20
    assert comparison.weights[0] < 0.9
    constant = comparison["constant"]
    best = min(result.aic for result in comparison.fits)
    assert best < constant.aic - 50
    assert comparison.weights[comparison.fits.index(constant)] > 0.01


def test_the_holdout_error_is_that_of_a_fit_without_the_largest_batch():
    optima = optima_of(TRUTHS["surge"], np.random.default_rng(0))
    comparison = compare(optima, ["surge", "square_root"])
    for result, holdout in zip(comparison.fits, comparison.holdout, strict=True):
        without = fit(optima[:-1], result.family)
        want = np.log(without.law(optima[-1].batch_size) / optima[-1].learning_rate)
        assert holdout == pytest.approx(want, abs=1e-6)
    assert abs(comparison.holdout[0]) < abs(comparison.holdout[1])


def test_the_band_has_the_shape_of_its_argument_and_holds_the_law():
    result = fit(optima_of(TRUTHS["surge"], np.random.default_rng(0)), "surge")
    grid = np.logspace(0, 4, 12).reshape(3, 4)
    low, high = result.band(grid)
    assert low.shape == (3, 4)
    assert ((low < result.law(grid)) & (result.law(grid) < high)).all()
    lr, lower, upper = result.predict(64)
    assert isinstance(lr, float)
    assert lower < lr < upper
    with pytest.raises(ValueError, match="batch_size must be positive"):
        result.band(-1)


def test_every_family_survives_every_number_of_optima():
    for key, n in product(LAWS, range(5)):
        result = fit(optima_of(TRUTHS["surge"], np.random.default_rng(n), batch_sizes=BATCH_SIZES[:n]), key)
        assert result.n == n
        assert (result.law is None) == (n < len(result.family.free))
        assert words.fit_note(result)
