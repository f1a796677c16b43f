"""The path through the optima that is no law."""

from dataclasses import replace

import numpy as np
import pytest

from surgecore.sweeps.averaging import Wanted, by_path
from surgecore.sweeps.comparison import compare
from surgecore.sweeps.points import Point, Points
from surgecore.sweeps.smooth_path import smooth_path

SIZES = 2.0 ** np.arange(2, 12)


def through(log_rates, *, stderr=0.05, bounds=None):
    """Points at these ln rates; `bounds` says which are bounds, by index."""
    bounds = bounds or {}
    return Points.of(
        [
            Point(b, float(np.exp(y)), None if i in bounds else stderr, 50.0, bound=bounds.get(i))
            for i, (b, y) in enumerate(zip(SIZES, log_rates, strict=False))
        ]
    )


def mean(path, size):
    return float(path.shares @ path.value(size)[0])


def spread(path, size):
    centres, errors = path.value(size)
    return float(np.sqrt(path.shares @ (errors**2 + (centres - path.shares @ centres) ** 2)))


def test_each_part_is_the_posterior_of_its_random_walks():
    """Against the dense covariance of both walks from an origin, with a vague level and slope."""
    path = smooth_path(through(np.sin(np.arange(10.0) / 2.0)))
    x, at = np.log(SIZES), np.log(1500.0)
    every = np.append(x, at) - x[0]
    low, high = np.minimum(every[:, None], every[None]), np.maximum(every[:, None], every[None])
    for part in range(0, len(path.shares), 7):
        walk = path.bends[part] ** 2 * low**2 * (3 * high - low) / 6 + path.jumps[part] ** 2 * low
        prior = walk + 1e5 * (1.0 + every[:, None] * every[None])
        gain = np.linalg.solve(prior[:-1, :-1] + path.noise[part], prior[:-1, -1])
        centres, errors = path.value(1500.0)
        assert centres[part] == pytest.approx(gain @ path.values[part], abs=1e-4)
        assert errors[part] == pytest.approx(np.sqrt(prior[-1, -1] - gain @ prior[:-1, -1]), rel=1e-3)


def test_a_straight_line_is_gone_on_with_and_opens_as_its_slope_is_known():
    path = smooth_path(through(0.4 * np.log(SIZES)))
    assert 2.0 <= path.freedom < 4.0
    for factor in (1.0, 2.0, 4.0):
        assert mean(path, factor * SIZES[-1]) == pytest.approx(0.4 * np.log(factor * SIZES[-1]), abs=0.01)
    widths = [spread(path, factor * SIZES[-1]) for factor in (0.1, 1.0, 2.0, 4.0)]
    assert widths == sorted(widths)


def test_what_bends_more_is_known_less_beyond_the_data():
    x = np.log(SIZES)
    bent = [smooth_path(through(-curvature * (x - x.mean()) ** 2)) for curvature in (0.0, 0.1, 0.4)]
    widths = [spread(path, 4.0 * SIZES[-1]) for path in bent]
    assert widths == sorted(widths)
    assert [path.freedom for path in bent] == sorted(path.freedom for path in bent)
    assert all(path.deviance < 5.0 for path in bent)


def test_the_change_between_two_batch_sizes_has_its_own_error():
    path = smooth_path(through(0.3 * np.log(SIZES)))
    centres, errors = path.change(64.0, 128.0)
    apart = [path.value(size) for size in (64.0, 128.0)]
    np.testing.assert_allclose(centres, apart[1][0] - apart[0][0], atol=1e-9)
    # neighbours err together
    assert (errors < np.hypot(apart[0][1], apart[1][1])).all()


def test_the_band_is_the_interval_that_advice_gives():
    comparison = compare(through(np.sin(np.arange(10.0) / 2.0)))
    sizes = np.array([1.0, 3.0, 64.0, 900.0, 8192.0])
    rates, low, high = comparison.path.predict(sizes)
    for size, *found in zip(sizes, rates, low, high, strict=True):
        alone = by_path(comparison, Wanted(size))
        np.testing.assert_allclose(np.log(found), [alone.mean, *alone.interval()], atol=1e-6)


@pytest.mark.parametrize("side", ["at_most", "at_least"])
def test_a_bound_moves_the_path_only_from_its_wrong_side(side):
    flat, sign = np.zeros(10), -1.0 if side == "at_most" else 1.0
    without = smooth_path(through(flat[:-1]))
    far, near = (np.append(flat[:-1], value * sign) for value in (-3.0, 2.0))
    agreed, refuted = (smooth_path(through(values, bounds={9: side})) for values in (far, near))
    assert mean(agreed, SIZES[-1]) == pytest.approx(mean(without, SIZES[-1]), abs=0.01)
    assert sign * mean(refuted, SIZES[-1]) > 1.7


def test_without_errors_their_size_is_found():
    x = np.log(SIZES)
    scattered = 0.3 * x + np.random.default_rng(0).normal(0.0, 0.12, 10)
    path = smooth_path(Points.of([replace(p, stderr=None, dof=0.0) for p in through(scattered).points]))
    assert 0.06 < np.sqrt(path.variance) < 0.24
    assert np.isnan(path.deviance)
    assert path.excess() == 1.0


def test_two_estimates_make_no_path():
    assert smooth_path(through([0.0, 0.1])) is None
