"""The exact law with log-normal signal to noise, against integrals, the noise model and its own limits."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import erf

from surgecore import LAWS, EqualSnrLaw, LognormalSnrLaw, NoiseModel

BATCH = np.logspace(-1, 7, 9)


@pytest.mark.parametrize("spread", [0.0, 0.5, 1.2, 3.0])
def test_it_is_the_integral_over_a_log_normal(spread):
    law = LognormalSnrLaw(1e-2, 0.05, spread, 4.0)

    def density(u, b):
        return erf(np.sqrt(b / 2) * 0.05 * np.exp(spread * u)) * np.exp(-0.5 * u * u) / np.sqrt(2 * np.pi)

    mean = np.array([quad(density, -12, 12, args=(b,), epsabs=1e-12, limit=400)[0] for b in BATCH])
    np.testing.assert_allclose(law(BATCH), 1e-2 * mean / (1 + 4 * mean**2), rtol=1e-6)


def test_without_spread_it_is_the_law_of_equal_ratios():
    np.testing.assert_allclose(LognormalSnrLaw(1e-2, 0.05, 0.0, 4.0)(BATCH), EqualSnrLaw(1e-2, 0.05, 4.0)(BATCH))
    assert LognormalSnrLaw(1e-2, 0.05, 0.0, 4.0).peak_batch_size == pytest.approx(
        EqualSnrLaw(1e-2, 0.05, 4.0).peak_batch_size, rel=1e-9
    )
    assert LAWS["lognormal_snr"].contains(LAWS["equal_snr"])
    assert not LAWS["equal_snr"].contains(LAWS["lognormal_snr"])


def test_it_is_the_limit_of_the_noise_model_with_many_parameters():
    model = NoiseModel(0.3, 0.045, 1.2, 5.4, 0.0, n_parameters=20_000)
    sizes = 2.0 ** np.arange(0, 18)
    exact = model.gradient_noise(20_000).optimal_lr(sizes)
    np.testing.assert_allclose(LognormalSnrLaw(0.3, 0.045, 1.2, 5.4)(sizes), exact, rtol=1e-3)


@pytest.mark.parametrize("spread", [0.3, 1.0, 2.5])
def test_the_peak_and_the_plateau_are_those_of_the_curve(spread):
    law = LognormalSnrLaw(1e-2, 0.05, spread, 6.0)
    near = law.peak_batch_size * np.exp(np.linspace(-0.5, 0.5, 2001))
    assert near[np.argmax(law(near))] == pytest.approx(law.peak_batch_size, rel=1e-3)
    assert law(1e30) == pytest.approx(law.plateau_lr, rel=1e-9)
    assert law(law.peak_batch_size) == pytest.approx(1e-2 / (2 * np.sqrt(6.0)))
    assert LognormalSnrLaw(1e-2, 0.05, spread, 1.0).peak_batch_size is None


def test_what_is_no_distribution_is_refused():
    with pytest.raises(ValueError, match="snr_spread must not be negative, but got -1"):
        LognormalSnrLaw(1e-2, 0.05, -1, 4.0)
    with pytest.raises(ValueError, match="coupling must be above -1"):
        LognormalSnrLaw(1e-2, 0.05, 1.0, -1.0)


def test_every_parameter_goes_to_its_fit_coordinate_and_back():
    for family in LAWS.values():
        for param in family.law.params:
            low, high = param.fit_bounds
            values = np.array([param.bounds[0], param.default, param.bounds[1]])
            np.testing.assert_allclose(param.from_fit(param.to_fit(values)), values)
            assert low <= param.to_fit(param.default) <= high
            step = 1e-6
            moved = param.from_fit(param.to_fit(param.default) + step) - param.default
            assert moved / step == pytest.approx(param.slope(param.default), rel=1e-4)
            assert param.open_interval == ((0.0 if param.log else -np.inf), np.inf)
