"""The drawing of standardised gradients beside a Gaussian."""

import numpy as np
import pytest
from drawn import marks, parsed
from figures.gaussian import histogram

from surgecore.why.gaussianity import EDGES, Gaussianity
from surgecore.words import gaussianity as words


@pytest.fixture
def tests_of_two():
    """Gaussian for large batches; for single examples everything within one standard deviation."""
    middles = (EDGES[:-1] + EDGES[1:]) / 2
    flat = np.where(np.abs(middles) < 1, 1 / 8, 0.0)
    quartiles = np.array([0.1, 0.2, 0.3])
    large = Gaussianity(256, 500, 100, 20, 0.05, 0.01, quartiles, quartiles, np.zeros(40))
    return (
        Gaussianity(1, 500, 100, 20, 0.975, 0.01, quartiles, 10 * quartiles, flat),
        Gaussianity(256, 500, 100, 20, 0.05, 0.01, quartiles, quartiles, large.gaussian),
    )


def test_shares_stand_where_they_are_and_empty_bins_are_not_drawn(tests_of_two):
    drawn = parsed(histogram(tests_of_two))
    at, share = marks(drawn, "batch-1")
    assert np.abs(at).max() == 0.875
    np.testing.assert_allclose(share, 1 / 8)
    at, share = marks(drawn, "batch-256")
    np.testing.assert_allclose(share, np.exp(-(at**2) / 2) / np.sqrt(2 * np.pi) / 4, rtol=0.06)
    (line,) = drawn.iter("polyline")
    assert line.get("data-key") == "gaussian"


def test_the_answer_goes_from_the_smallest_to_the_largest_batch(tests_of_two):
    assert words.answer(tests_of_two).endswith(
        "a Gaussian is rejected at 98 % of the coordinates for batches of 1, and at 5.0 % for batches of 256, from 500 "
        "draws each."
    )
    assert words.line(tests_of_two[0]) == (
        "Batch size 1: a Gaussian is rejected at 98 % of 80 coordinates (500 draws, 5 % false discoveries); "
        "the median excess kurtosis is 2.0."
    )
