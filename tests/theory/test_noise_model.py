import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surgecore import EqualSnrLaw, NoiseModel

MODEL = NoiseModel(lr_scale=1e-2, snr=0.05, snr_spread=0.3, alignment=8.0, correlation=0.0)


def changed(**values):
    return NoiseModel(**{**vars(MODEL), **values})


@settings(max_examples=40)
@given(
    st.floats(1e-6, 10),
    st.floats(1e-3, 1),
    st.floats(0, 3),
    st.floats(0, 60),
    st.integers(251, 1000),
    st.integers(1, 4),
)
def test_the_nodes_have_exactly_the_numbers_that_were_asked_for(lr_scale, snr, spread, alignment, count, blocks):
    model = NoiseModel(lr_scale, snr, spread, alignment, 0.0, n_parameters=count, blocks=blocks)
    noise = model.gradient_noise()
    ratios = noise.mean / noise.std
    assert np.abs(noise.mean).sum() / noise.trace == pytest.approx(lr_scale, rel=1e-12)
    assert noise.alignment == pytest.approx(alignment, rel=1e-9, abs=1e-12)
    assert noise.trace == pytest.approx(1, rel=1e-12)
    assert (noise.curvature_diagonal >= 0).all()
    assert np.median(ratios) == pytest.approx(snr, rel=0.02 * (1 + spread))
    assert noise.mean.size == min(256, count)


def test_spread_is_the_standard_deviation_of_the_log_ratio():
    noise = changed(snr_spread=1.2).gradient_noise()
    assert np.log(noise.mean / noise.std).std() == pytest.approx(1.2, rel=0.02)


def test_equal_ratios_are_the_closed_form():
    model = changed(snr_spread=0.0)
    law = EqualSnrLaw(model.lr_scale, model.snr, model.alignment)
    batch = np.logspace(0, 6, 30)
    np.testing.assert_allclose(model.gradient_noise().optimal_lr(batch), law(batch), rtol=1e-11)


def test_more_nodes_hardly_move_the_curve():
    batch = np.logspace(0, 6, 30)
    coarse = changed(snr_spread=1.0, n_parameters=4096).gradient_noise(256).optimal_lr(batch)
    fine = changed(snr_spread=1.0, n_parameters=4096).gradient_noise(2048).optimal_lr(batch)
    np.testing.assert_allclose(coarse, fine, rtol=0.02)


def test_correlation_lowers_and_delays_the_peak_until_it_is_gone():
    peaks = [changed(correlation=rho).gradient_noise().peaks() for rho in (0.0, 0.1, 0.3)]
    heights = [peak.lr for (peak,) in peaks]
    places = [peak.batch_size for (peak,) in peaks]
    assert heights == sorted(heights, reverse=True)
    assert places == sorted(places)
    (strong,) = changed(correlation=0.9, snr_spread=0.0).gradient_noise().peaks()
    assert strong.prominence < 1e-4


@pytest.mark.parametrize("spread", [0.0, 0.5, 1.5, 3.0])
def test_alignment_above_one_decides_whatever_the_spread(spread):
    assert changed(snr_spread=spread, alignment=0.95).gradient_noise().peaks() == ()
    (peak,) = changed(snr_spread=spread, alignment=4.0).gradient_noise().peaks()
    assert peak.prominence == pytest.approx(5 / 4 - 1, rel=0.02)


def test_two_blocks_of_different_noise_make_two_peaks():
    first, second = changed(snr_spread=2.5, blocks=2).gradient_noise().peaks()
    assert min(first.prominence, second.prominence) > 0.05


def test_momentum_counts_as_a_larger_batch():
    batch = np.logspace(0, 4, 9)
    warm = changed(momentum=0.9).gradient_noise().optimal_lr(batch)
    np.testing.assert_allclose(warm, MODEL.gradient_noise().optimal_lr(19 * batch), rtol=1e-12)


def test_skewness_turns_small_batches_around():
    noise = changed(skewness=1.0, snr_spread=0.0).gradient_noise()
    turning = 1.0 / (6 * MODEL.snr)
    assert noise.optimal_lr(0.9 * turning) < 0 < noise.optimal_lr(1.1 * turning)


def test_few_parameters_are_few_nodes():
    noise = changed(n_parameters=4, alignment=2.5).gradient_noise()
    assert noise.mean.size == 4
    with pytest.raises(ValueError, match="nodes must be"):
        MODEL.gradient_noise(nodes=8)


def test_param_specs_cover_the_fields_in_order():
    names = [param.name for param in NoiseModel.params]
    assert names == list(vars(MODEL))
    default = NoiseModel(**{param.name: param.default for param in NoiseModel.params})
    (peak,) = default.gradient_noise().peaks()
    assert peak.prominence > 0.1
    for param in NoiseModel.params:
        assert param.bounds[0] <= param.default <= param.bounds[1]
        assert param.bounds[0] > 0 or not param.log


@pytest.mark.parametrize(
    "values",
    [
        {"lr_scale": 0.0}, {"snr": -1.0}, {"snr": np.nan}, {"snr_spread": -0.1}, {"alignment": -1.0},
        {"alignment": 256.0}, {"alignment": 100.0, "blocks": 4}, {"correlation": 1.0}, {"correlation": -0.1},
        {"momentum": 1.0}, {"skewness": np.inf}, {"n_parameters": 1}, {"n_parameters": 10.5}, {"blocks": 0},
        {"blocks": 1.5}, {"snr": "high"},
    ],
)  # fmt: skip
def test_values_outside_their_range_are_refused(values):
    with pytest.raises(ValueError, match=", but got "):
        changed(**values)
