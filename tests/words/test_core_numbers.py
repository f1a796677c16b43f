import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surgecore._words import number


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0, 2, "0"),
        (float("inf"), 2, "inf"),
        (287.3, 2, "290"),
        (1337.0, 2, "1,300"),
        (0.03149, 2, "0.031"),
        (0.1, 2, "0.10"),
        (1.8e11, 2, "1.8e11"),
        (9.99e-6, 2, "1.0e-5"),
        (-64.0, 3, "-64.0"),
    ],
)
def test_numbers_in_sentences(value, digits, text):
    assert number(value, digits) == text


@given(st.floats(1e-12, 1e12), st.integers(1, 6))
def test_digits_are_kept(value, digits):
    assert float(number(value, digits).replace(",", "")) == pytest.approx(value, rel=0.5001 * 10.0 ** (1 - digits))
    assert np.isfinite(float(number(value, digits).replace(",", "")))
