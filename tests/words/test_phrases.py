"""The phrase file: every phrase can be said, and a wrong name or a missing value is an error."""

from __future__ import annotations

import pytest

from surgecore.words import rounded, say


def test_plurals_follow_the_number():
    assert [say("count-runs", count=n) for n in (0, 1, 2, 1200)] == ["0 runs", "1 run", "2 runs", "1,200 runs"]


def test_a_phrase_that_is_not_there_is_an_error():
    with pytest.raises(ValueError, match=r"phrase must stand in en\.ftl, but got 'no-such'"):
        say("no-such")
    with pytest.raises(ValueError, match="values must fill the phrase 'count-runs'"):
        say("count-runs")


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (0.021347, 0.0004, "0.0213"),
        (0.021347, 0.00031, "0.02135"),
        (512.3, 40.0, "510"),
        (512.3, 12.0, "512"),
        (4.04e-4, 0.2e-4, "4.04e-4"),
        (0.0213, 0.0, "0.0213"),
    ],
)
def test_digits_follow_the_error(value, error, text):
    assert rounded(value, error) == text
