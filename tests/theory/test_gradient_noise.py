import json
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import erf, erfinv

from surgecore import EqualSnrLaw, GradientNoise
from surgecore.theory.coordinates import factor_nodes

GOLDEN = {
    vector["name"]: vector
    for vector in json.loads((Path(__file__).parents[1] / "golden" / "gradient_noise.json").read_text())["vectors"]
}
EXACT = 1e-9
FLAT = 1e-4  # a maximum is flat: its place is known less well than its height


def from_golden(name):
    inputs = GOLDEN[name]["inputs"]
    mean, std = inputs["mu"], inputs["sigma"]
    if "d" in inputs:
        return GradientNoise(mean, std, inputs["d"], inputs["U"])
    return from_dense(mean, std, inputs["H"], inputs.get("lam"))


def from_dense(mean, std, curvature, loadings=None):
    return GradientNoise(mean, std, np.zeros(len(mean)), np.linalg.cholesky(np.array(curvature, float)), loadings)


def random_problem(seed, n=12, rank=2, loadings=False, mixed=False):
    rng = np.random.default_rng(seed)
    mean = rng.lognormal(-3, 0.7, n) * (rng.choice([-1, 1], n) if mixed else 1)
    factors = np.abs(rng.normal(size=(n, rank))) * np.sign(mean)[:, None]
    given = rng.uniform(0.2, 0.8, n) * np.sign(mean) if loadings else None
    return GradientNoise(mean, rng.lognormal(0, 0.5, n), rng.uniform(0.1, 1, n), factors, given)


def dense_curvature(noise):
    factors = noise.curvature_factors
    return np.diag(noise.curvature_diagonal) + factors @ factors.T


# --- golden numbers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["dense3_exact", "lowrank4_exact", "negative_S_no_peak", "negative_S_with_peak",
     "theorem4_zero_mean_coordinate", "loss_drop_not_monotone", "correlated_law"],
)  # fmt: skip
def test_exact_curves(name):
    noise, expected = from_golden(name), GOLDEN[name]["expected"]
    batch = GOLDEN[name]["inputs"]["B"]
    assert {"eps_opt", "dL_opt"} & set(expected)
    if "eps_opt" in expected:
        np.testing.assert_allclose(noise.optimal_lr(batch), expected["eps_opt"], rtol=EXACT)
    if "dL_opt" in expected:
        np.testing.assert_allclose(noise.loss_drop(batch), expected["dL_opt"], rtol=EXACT)


@pytest.mark.parametrize("name", ["dense3_exact", "lowrank4_exact", "negative_S_with_peak"])
def test_peaks(name):
    noise, expected = from_golden(name), GOLDEN[name]["expected"]
    (peak,) = noise.peaks()
    assert peak.batch_size == pytest.approx(expected["B_peak_exact"], rel=FLAT)
    assert peak.lr == pytest.approx(expected["eps_at_peak"], rel=EXACT)
    prominence = expected.get("peak_prominence", expected["eps_at_peak"] / noise.plateau_lr - 1)
    assert peak.prominence == pytest.approx(prominence, abs=1e-9)
    assert noise.peaks(min_prominence=peak.prominence * 1.01) == ()
    assert noise.peaks((peak.batch_size * 1.01, peak.batch_size * 100)) == ()


def test_small_batch_law_and_scales():
    noise, expected = from_golden("dense3_sums"), GOLDEN["dense3_sums"]["expected"]
    law = noise.small_batch_law()
    assert noise.trace == pytest.approx(expected["T"], rel=EXACT)
    assert noise.noise_scale == pytest.approx(expected["B_noise"], rel=EXACT)
    assert law.noise_scale == pytest.approx(expected["B_noise"], rel=EXACT)
    assert law.lr_max == pytest.approx(expected["eps_max"], rel=EXACT)
    assert noise.plateau_lr == pytest.approx(expected["eps_inf"], rel=EXACT)
    assert noise.alignment == pytest.approx(expected["R_sgn"], rel=EXACT)
    assert law.lr_max**2 * 2 * noise.trace == pytest.approx(expected["dL_max"], rel=EXACT)  # eqs. 16 and 19
    theorem = from_golden("dense3_exact").small_batch_law()
    vector = GOLDEN["dense3_exact"]
    np.testing.assert_allclose(theorem(vector["inputs"]["B"]), vector["expected"]["eps_thm3"], rtol=EXACT)


def test_low_rank_sums():
    noise, expected = from_golden("lowrank4_exact"), GOLDEN["lowrank4_exact"]["expected"]
    assert noise.trace == pytest.approx(expected["T"], rel=EXACT)
    assert noise.noise_scale == pytest.approx(expected["B_noise"], rel=EXACT)
    assert noise.small_batch_law().lr_max == pytest.approx(expected["eps_max"], rel=EXACT)


def test_negative_sum_means_no_surge_law_but_not_no_surge():
    without, with_peak = from_golden("negative_S_no_peak"), from_golden("negative_S_with_peak")
    for noise in (without, with_peak):
        assert noise.noise_scale < 0
        assert noise.small_batch_law() is None
    assert without.peaks() == ()
    assert without.plateau_lr == pytest.approx(GOLDEN["negative_S_no_peak"]["expected"]["eps_inf"], rel=EXACT)
    expected = GOLDEN["negative_S_with_peak"]["expected"]
    assert with_peak.plateau_lr == pytest.approx(expected["eps_inf"], rel=EXACT)
    assert with_peak.noise_scale == pytest.approx(np.pi * expected["T"] / (2 * expected["S"]), rel=EXACT)


def test_plateau_with_a_coordinate_of_zero_mean():
    noise = from_golden("theorem4_zero_mean_coordinate")
    assert noise.plateau_lr == pytest.approx(GOLDEN["theorem4_zero_mean_coordinate"]["expected"]["limit"], rel=EXACT)


def test_loss_drop_may_fall_with_batch_size():
    noise, expected = from_golden("loss_drop_not_monotone"), GOLDEN["loss_drop_not_monotone"]["expected"]
    grid = np.geomspace(5, 20, 20001)
    drop = noise.loss_drop(grid)
    assert grid[drop.argmax()] == pytest.approx(expected["B_of_max_dL"], rel=FLAT * 2)
    assert drop.max() == pytest.approx(expected["max_dL"], rel=1e-8)
    assert noise.plateau_loss_drop == pytest.approx(expected["dL_inf"], rel=EXACT)


def test_correlated_small_batch_law():
    noise, expected = from_golden("correlated_law"), GOLDEN["correlated_law"]["expected"]
    law = noise.small_batch_law()
    assert law.noise_scale == pytest.approx(expected["B_noise_rho"], rel=EXACT)
    assert law.lr_max == pytest.approx(expected["eps_max_rho"], rel=EXACT)
    trace = np.pi * (expected["T_rho"] / expected["S_rho"]) / 2
    assert noise.noise_scale == pytest.approx(trace, rel=EXACT)


@pytest.mark.parametrize("row", range(5))
def test_sign_products_of_correlated_coordinates(row):
    vector = GOLDEN["sign_product_orthant"]
    a, b, rho = vector["inputs"]["triples"][row]
    loading = np.sqrt(abs(rho))
    # H = 1 1^T on the pair; the third coordinate only keeps the signal away from zero
    noise = GradientNoise([a, b, 1], [1, 1, 1], [0, 0, 1], [[1], [1], [0]], [loading, np.sign(rho) * loading, 0])
    signal = a * erf(a / np.sqrt(2)) + b * erf(b / np.sqrt(2)) + erf(1 / np.sqrt(2))
    product = (signal / noise.optimal_lr(1) - noise.trace) / 2
    assert product == pytest.approx(vector["expected"]["E_sign_product"][row], rel=EXACT)


def test_sgd_law():
    # Only tr(H Sigma) enters; a one-factor covariance with the same value stands in for the dense one
    inputs, expected = GOLDEN["sgd_noise_scale"]["inputs"], GOLDEN["sgd_noise_scale"]["expected"]
    covariance, curvature = np.array(inputs["Sigma"]), np.array(inputs["H"])
    std = np.sqrt(np.diag(covariance))
    off_diagonal = (curvature * (covariance - np.diag(std**2))).sum() / 2
    loading = np.sqrt(off_diagonal / (curvature[0, 1] * std[0] * std[1]))
    law = from_dense(inputs["G"], std, curvature, [loading, loading, 0]).sgd_law()
    assert law.exponent == 1
    assert law.lr_max == pytest.approx(expected["eps_max"], rel=EXACT)
    assert law.noise_scale == pytest.approx(expected["B_noise"], rel=EXACT)
    assert law(inputs["B"]) == pytest.approx(expected["eps_opt"], rel=EXACT)
    assert from_dense(inputs["G"], std, curvature).sgd_law().noise_scale != pytest.approx(expected["B_noise"])


def test_mean_sign_and_linear_limit_of_one_coordinate():
    vector = GOLDEN["sign_mean_family"]
    mu, sigma = vector["inputs"]["mu"], vector["inputs"]["sigma"]
    noise = GradientNoise([mu], [sigma], [1.0])
    np.testing.assert_allclose(noise.optimal_lr(vector["inputs"]["B"]) / mu, vector["expected"]["erf"], rtol=EXACT)
    assert noise.linear_batch_limit == pytest.approx(vector["expected"]["B_lin"], rel=EXACT)


def test_momentum_is_a_smaller_noise():
    vector = GOLDEN["momentum_one_step"]
    inputs, expected = vector["inputs"], vector["expected"]
    std = np.array(inputs["sigma"]) * np.sqrt((1 - inputs["beta1"]) / (1 + inputs["beta1"]))
    noise = from_dense(inputs["mu"], std, inputs["H"])
    np.testing.assert_allclose(noise.optimal_lr(inputs["B"]), expected["eps_signum"], rtol=EXACT)
    assert noise.noise_scale == pytest.approx(expected["B_peak_signum_smallB"], rel=EXACT)


def test_skewness():
    vector = GOLDEN["skewness_edgeworth"]
    z, gamma = vector["inputs"]["z"], vector["inputs"]["gamma"]
    noise = GradientNoise([z], [1.0], [1.0], skewness=[gamma])
    np.testing.assert_allclose(noise.optimal_lr(vector["inputs"]["B"]) / z, vector["expected"]["E"], rtol=EXACT)
    assert (
        noise.optimal_lr(0.9 * vector["expected"]["B_skew"]) < 0 < noise.optimal_lr(1.1 * vector["expected"]["B_skew"])
    )


def test_equal_ratios_agree_with_the_closed_form():
    z, n, alignment = 0.05, 9, 4.0
    coupling = alignment / (n * (n - 1))
    noise = GradientNoise(np.full(n, z), np.ones(n), np.full(n, 1 / n - coupling), np.full((n, 1), coupling**0.5))
    law = EqualSnrLaw(n * z, z, alignment)
    batch = np.logspace(-1, 6, 50)
    np.testing.assert_allclose(noise.optimal_lr(batch), law(batch), rtol=1e-12)
    (peak,) = noise.peaks()
    assert peak.batch_size == pytest.approx(law.peak_batch_size, rel=1e-9)
    half = 2 * (erfinv(1 / np.sqrt(alignment + 2)) / z) ** 2
    assert noise.loss_drop(half) == pytest.approx(noise.plateau_loss_drop / 2, rel=1e-12)


# --- independent oracles ------------------------------------------------------------------------------------


def sample_signs(noise, batch, draws, rng):
    scale = noise.std / np.sqrt(batch)
    loading = np.zeros_like(scale) if noise.correlation_loadings is None else noise.correlation_loadings
    common = rng.normal(size=(draws, 1))
    own = rng.normal(size=(draws, scale.size))
    return np.sign(noise.mean + scale * (loading * common + np.sqrt(1 - loading**2) * own))


@pytest.mark.parametrize("loadings", [False, True], ids=["independent", "correlated"])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_agrees_with_a_monte_carlo_of_signs(seed, loadings):
    noise = random_problem(seed, loadings=loadings, mixed=True)
    rng = np.random.default_rng(100 + seed)
    curvature = dense_curvature(noise)
    for batch in (1, 30, 1000, 30000):
        signs = sample_signs(noise, batch, 40_000, rng)
        signal = signs @ noise.mean
        along = np.einsum("ri,ij,rj->r", signs, curvature, signs)
        ratio = signal.mean() / along.mean()
        error = (signal - ratio * along).std() / along.mean() / np.sqrt(signal.size)  # delta method
        assert abs(noise.optimal_lr(batch) - ratio) < 4.5 * error + 1e-12


@pytest.mark.parametrize("loadings", [False, True], ids=["independent", "correlated"])
def test_agrees_with_a_brute_force_minimiser_of_the_sampled_loss(loadings):
    noise = random_problem(7, n=6, loadings=loadings)
    curvature = dense_curvature(noise)
    signs = sample_signs(noise, 100, 200_000, np.random.default_rng(8))
    rates = noise.optimal_lr(100) * np.linspace(0.8, 1.2, 401)
    signal, along = (signs @ noise.mean).mean(), np.einsum("ri,ij,rj->r", signs, curvature, signs).mean()
    losses = -rates * signal + 0.5 * rates**2 * along
    assert rates[losses.argmin()] == pytest.approx(noise.optimal_lr(100), rel=0.01)
    assert -losses.min() == pytest.approx(noise.loss_drop(100), rel=0.01)


def test_low_rank_evaluation_agrees_with_the_dense_double_sum():
    noise = random_problem(3, n=30, rank=3, mixed=True)
    curvature = dense_curvature(noise)
    batch = np.logspace(-1, 5, 13)
    sign = erf(np.sqrt(batch / 2)[:, None] * noise.mean / noise.std)
    along = ((1 - sign**2) * np.diag(curvature)).sum(axis=1) + np.einsum("bi,ij,bj->b", sign, curvature, sign)
    np.testing.assert_allclose(noise.optimal_lr(batch), sign @ noise.mean / along, rtol=1e-13)
    np.testing.assert_allclose(noise.loss_drop(batch), (sign @ noise.mean) ** 2 / along / 2, rtol=1e-13)


def test_correlated_closed_forms_agree_with_the_dense_double_sums():
    noise = random_problem(4, n=20, loadings=True, mixed=True)
    curvature = dense_curvature(noise)
    rho = np.outer(noise.correlation_loadings, noise.correlation_loadings)
    off = ~np.eye(20, dtype=bool)
    z = noise.mean / noise.std
    trace = np.trace(curvature) + 2 / np.pi * (curvature * np.arcsin(rho))[off].sum()
    pairs = np.outer(z, z) - rho * (z[:, None] ** 2 + z**2) / 2
    coupling = (curvature[off] * pairs[off] / np.sqrt(1 - rho[off] ** 2)).sum()
    assert noise.noise_scale == pytest.approx(np.pi * trace / (2 * coupling), rel=1e-10)


@pytest.mark.parametrize("loading", [0.0, 0.3, 0.7, 0.95, 0.995])
def test_factor_average_is_accurate_for_every_loading(loading):
    nodes, weights = factor_nodes(loading)
    rest = np.sqrt(1 - loading**2)
    signs = erf(loading * nodes / rest / np.sqrt(2))
    assert weights.sum() == pytest.approx(1, rel=1e-15)
    assert weights @ signs**2 == pytest.approx(2 / np.pi * np.arcsin(loading**2), abs=2e-14)


def test_slope_agrees_with_differences():
    batch = np.logspace(0, 5, 21)
    for noise in (
        random_problem(5),
        random_problem(5, loadings=True),
        GradientNoise([0.1, 0.2], [1, 1], [1, 1], [[1], [1]], skewness=[0.3, 0.2]),
    ):
        step = 1e-5
        up, down = noise.optimal_lr(batch * np.exp(step)), noise.optimal_lr(batch * np.exp(-step))
        np.testing.assert_allclose(noise.log_slope(batch), np.log(up / down) / (2 * step), atol=1e-8)


# --- peaks --------------------------------------------------------------------------------------------------


def two_group_noise():
    blocks = np.kron(np.eye(2), np.full((20, 1), 0.5))
    return GradientNoise(np.ones(40), np.repeat([1.0, 300.0], 20), np.full(40, 0.02), blocks)


def test_two_groups_of_different_ratios_make_two_peaks():
    noise = two_group_noise()
    first, second = noise.peaks()
    assert first.batch_size * 1000 < second.batch_size
    assert first.prominence == pytest.approx(first.lr / noise.plateau_lr - 1, rel=1e-12)


@pytest.mark.parametrize(("alignment", "count"), [(0.9, 0), (1.0, 0), (1.0001, 1), (1.1, 1)])
def test_a_peak_of_any_prominence_is_found_and_rounding_is_not(alignment, count):
    n = 64
    coupling = alignment / (n * (n - 1))
    noise = GradientNoise(np.full(n, 0.1), np.ones(n), np.full(n, 1 / n - coupling), np.full((n, 1), coupling**0.5))
    peaks = noise.peaks()
    assert len(peaks) == count
    if count:
        assert peaks[0].prominence == pytest.approx((1 + alignment) / (2 * np.sqrt(alignment)) - 1, rel=1e-5)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.booleans())
def test_peaks_are_the_maxima_of_a_fine_grid(seed, loadings):
    noise = random_problem(seed, n=5, loadings=loadings, mixed=True)
    grid = np.geomspace(1e-3, 1e9, 2401)
    lr = noise.optimal_lr(grid)
    inside = (lr[1:-1] > lr[:-2] * (1 + 1e-9)) & (lr[1:-1] > lr[2:] * (1 + 1e-9))
    peaks = noise.peaks()
    for batch in grid[1:-1][inside]:
        assert any(abs(np.log(peak.batch_size / batch)) < 0.03 for peak in peaks)
    for peak in peaks:
        assert noise.optimal_lr(peak.batch_size * np.array([0.98, 1.02])).max() <= peak.lr * (1 + 1e-12)


# --- invariances, shapes, refusals, memory ------------------------------------------------------------------


@settings(max_examples=30)
@given(st.integers(0, 1000), st.floats(1e-3, 1e3), st.floats(1e-3, 1e3), st.floats(0.1, 10), st.booleans())
def test_scale_equivariance(seed, loss_unit, parameter_unit, batch_unit, loadings):
    noise = random_problem(seed, loadings=loadings)
    gradient, curvature = loss_unit / parameter_unit, loss_unit / parameter_unit**2
    scaled = GradientNoise(
        noise.mean * gradient,
        noise.std * gradient * np.sqrt(batch_unit),
        noise.curvature_diagonal * curvature,
        noise.curvature_factors * np.sqrt(curvature),
        noise.correlation_loadings,
    )
    batch = np.array([1.0, 50.0, 4000.0])
    scaled_batch = batch * batch_unit
    np.testing.assert_allclose(scaled.optimal_lr(scaled_batch), parameter_unit * noise.optimal_lr(batch), rtol=1e-9)
    np.testing.assert_allclose(scaled.loss_drop(scaled_batch), loss_unit * noise.loss_drop(batch), rtol=1e-9)
    assert scaled.noise_scale == pytest.approx(noise.noise_scale * batch_unit, rel=1e-7)
    assert scaled.alignment == pytest.approx(noise.alignment, rel=1e-9)


def test_diagonal_curvature_enters_only_through_its_trace():
    noise = random_problem(11)
    moved = GradientNoise(noise.mean, noise.std, np.roll(noise.curvature_diagonal, 3), noise.curvature_factors)
    assert moved.optimal_lr(64) == pytest.approx(noise.optimal_lr(64), rel=1e-13)


def test_zero_loadings_change_nothing():
    noise = random_problem(12)
    same = GradientNoise(
        noise.mean, noise.std, noise.curvature_diagonal, noise.curvature_factors, np.zeros(noise.mean.size)
    )
    batch = np.logspace(0, 5, 6)
    np.testing.assert_allclose(same.optimal_lr(batch), noise.optimal_lr(batch), rtol=1e-12)
    assert same.noise_scale == pytest.approx(noise.noise_scale, rel=1e-9)


@pytest.mark.parametrize("shape", [(), (1,), (0,), (2, 3)])
def test_shapes_are_kept(shape):
    noise = random_problem(0)
    for curve in (noise.optimal_lr, noise.loss_drop, noise.log_slope):
        result = curve(np.full(shape, 8.0))
        assert np.shape(result) == shape
        assert shape or isinstance(result, float)


def test_indefinite_curvature_gives_nan_not_a_rate():
    noise = GradientNoise([1.0, -1.0], [0.1, 0.1], [-0.9, -0.9], [[1.0], [1.0]])
    assert np.isnan(noise.optimal_lr(1000))
    assert np.isnan(noise.plateau_lr)
    assert noise.sgd_law() is None


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"mean": []}, "mean must have shape"),
        ({"mean": [0.0, 0.0]}, "mean must have an entry"),
        ({"mean": [1.0, np.nan]}, "mean must be finite"),
        ({"mean": "text"}, "mean must be an array"),
        ({"std": [1.0]}, "std must have shape"),
        ({"std": [1.0, 0.0]}, "std must be positive"),
        ({"curvature_diagonal": [1.0, -1.0]}, "trace of the curvature must be positive"),
        ({"curvature_factors": [1.0, 1.0]}, "curvature_factors must have shape"),
        ({"correlation_loadings": [0.0, 1.0]}, "correlation_loadings must lie"),
        ({"skewness": [0.0]}, "skewness must have shape"),
    ],
)
def test_wrong_statistics_are_refused(change, rule):
    valid = {"mean": [1.0, 2.0], "std": [1.0, 1.0], "curvature_diagonal": [1.0, 1.0]}
    with pytest.raises(ValueError, match=rule):
        GradientNoise(**{**valid, **change})


@pytest.mark.parametrize("batch", [0, -1.0, np.nan, np.inf, [1, np.inf]])
def test_batch_sizes_must_be_positive_and_finite(batch):
    noise = random_problem(0)
    for curve in (noise.optimal_lr, noise.loss_drop, noise.log_slope):
        with pytest.raises(ValueError, match="batch_size must be positive and finite"):
            curve(batch)


def test_peak_range_must_increase():
    with pytest.raises(ValueError, match="two increasing"):
        random_problem(0).peaks((10, 1))


def test_the_callers_arrays_are_copied_and_frozen():
    mean = np.array([1.0, 2.0])
    noise = GradientNoise(mean, [1, 1], [1, 1])
    mean[0] = 5
    assert noise.mean[0] == 1
    with pytest.raises(ValueError, match="read-only"):
        noise.mean[0] = 2


@pytest.mark.parametrize("loadings", [False, True], ids=["independent", "correlated"])
def test_memory_is_bounded_however_long_the_grid(loadings):
    rng = np.random.default_rng(0)
    n = 20_000 if loadings else 100_000
    noise = GradientNoise(
        rng.normal(size=n), np.full(n, 30.0), np.ones(n), rng.normal(size=(n, 4)) / 30,
        np.full(n, 0.5) if loadings else None,
    )  # fmt: skip
    noise.optimal_lr(1)
    tracemalloc.start()
    noise.optimal_lr(np.logspace(0, 6, 200))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20e6  # one array of (grid, N) would be 160 or 32 MB


# --- the ends of the floats ---------------------------------------------------------------------------------


def three(mean, std=1.0, curvature=1.0):
    ones = np.ones((3, 1))
    return GradientNoise(mean, np.full(3, std), np.full(3, 0.1 * curvature), ones * np.sqrt(curvature))


def test_a_peak_is_found_in_a_range_of_all_floats():
    noise = three([0.1, 0.2, 0.3])
    (wide,), (peak,) = noise.peaks((1e-300, 1e300)), noise.peaks()
    assert wide.batch_size == pytest.approx(peak.batch_size, rel=FLAT)


@pytest.mark.parametrize("unit", [1e-300, 1e-200, 1e200, 1e280])
def test_peaks_do_not_depend_on_the_unit_of_the_loss(unit):
    (peak,) = three([0.1, 0.2, 0.3]).peaks()
    (scaled,) = three(np.array([0.1, 0.2, 0.3]) * unit, unit).peaks()
    (curved,) = three([0.1, 0.2, 0.3], curvature=unit).peaks()
    for found, lr in ((scaled, peak.lr * unit), (curved, peak.lr / unit)):
        assert found.batch_size == pytest.approx(peak.batch_size, rel=FLAT)
        assert found.lr == pytest.approx(lr, rel=EXACT)


def test_a_mean_too_small_to_matter_moves_no_peak():
    (peak,) = three([0.1, 0.2, 0.0]).peaks()
    (beside,) = three([0.1, 0.2, 1e-300]).peaks()
    assert beside.batch_size == pytest.approx(peak.batch_size, rel=FLAT)
    assert beside.lr == pytest.approx(peak.lr, rel=EXACT)


@pytest.mark.parametrize("mean", [[1e-200] * 3, [1e-320] * 3, [1e200] * 3, [1.0, 1e300, 1e-300]])
def test_where_every_bend_is_beyond_the_floats_there_is_no_peak(mean):
    noise = three(mean)
    assert noise.peaks() == ()
    assert noise.linear_batch_limit in (0.0, np.inf)
    assert noise.small_batch_law() is None


def test_a_skewed_problem_has_its_peaks_in_any_range():
    noise = GradientNoise([0.1, 0.2], [1, 1], [0.1, 0.1], [[1], [1]], [0.5, 0.5], [0.3, 1])
    assert [p.batch_size for p in noise.peaks((1e-300, 1e300))][-1:] == pytest.approx(
        [p.batch_size for p in noise.peaks()][-1:], rel=FLAT
    )


@pytest.mark.parametrize("value", [["1"], [True], [1j], [10**400], np.ma.array([1.0], mask=[True])])
@pytest.mark.parametrize("name", ["mean", "std", "curvature_diagonal", "correlation_loadings", "skewness"])
def test_only_real_numbers_are_statistics(name, value):
    given = {"mean": [1.0], "std": [1.0], "curvature_diagonal": [1.0]}
    with pytest.raises(ValueError, match=f"{name} must be an array of numbers, but got"):
        GradientNoise(**given | {name: value})
