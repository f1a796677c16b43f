"""Numbers and results in words."""

from __future__ import annotations

import math

import pytest

from surgecore import Sweep, analyse, words
from surgecore.words import numbers


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0213, "0.0213"), (0.0078125, "0.00781"), (0.0009996, "0.00100"),
        (3.14159e-5, "3.14e-5"), (76.6, "76.6"), (1234567.0, "1.23e6"), (0, "0"),
        (9.996, "10.0"), (-0.32, "−0.320"), (math.inf, "∞"), (math.nan, "–"),
        (None, "–"), (99999.6, "1.00e5"),
    ],
)  # fmt: skip
def test_numbers(value, text):
    assert words.number(value) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [(0.019, 0.024, "0.0190 to 0.0240"), (3.6e-4, 0.011, "0.000360 to 0.0110"), (3.6e-4, 9e-4, "3.60e-4 to 9.00e-4"),
     (0.0, 4.1, "below 4.10"), (3.0, math.inf, "above 3.00"),
     (0.0, math.inf, "unbounded")],
)  # fmt: skip
def test_open_intervals_are_said_to_be_open(low, high, text):
    assert words.interval(low, high) == text


def test_an_interval_that_is_open_on_one_side_says_so_when_rounded():
    assert words.rounded_interval(0.0213, math.inf) == "above 0.021"
    assert words.rounded_interval(0.0, 0.0213) == "below 0.021"


def test_batch_sizes_that_are_powers_of_two_say_so():
    assert words.batch_size(64) == "2⁶ = 64"
    assert words.batch_size(100) == "100"
    assert words.batch_size(17) == "17"
    assert words.batch_size(0.5) == "0.500"


@pytest.mark.parametrize(
    ("optimizer", "unit"),
    [
        (None, "units of its optimizer"),
        ("sgd", "parameter units² per loss"),
        ("sign", "parameter units per step"),
    ],
)
def test_learning_rates_of_sgd_have_other_units(optimizer, unit):
    assert words.lr_unit(optimizer) == unit


def test_lists_and_counts():
    assert words.count(1, "cell") == "1 cell"
    assert words.count(1200, "cell") == "1,200 cells"


def test_text_of_a_file_is_never_markdown():
    assert words.plain("a_b *c* ![x](http://example.org)") == (
        "a\\_b \\*c\\* \\!\\[x\\]\\(http\\:\u2060//example.org\\)"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("HTTPS://x.org", "HTTPS:|//x.org"), ("www.x.org", "www|.x.org"), ("ada@x.org", "ada@|x.org"),
        (":material/home:", ":|material/home:"), (":streamlit:", ":|streamlit:"), ("at 12:30, a: b", "at 12:30, a: b"),
    ],
)  # fmt: skip
def test_plain_text_is_no_link_and_no_icon(text, shown):
    """A page makes these alive after the backslashes are gone."""
    assert words.plain(text).replace("\\", "") == shown.replace("|", "\u2060")


def test_remarks_leave_out_what_the_page_says_anyway(sweep):
    analysis = analyse(Sweep.from_frame(sweep.trials[sweep.trials.learning_rate < 0.018].reset_index(drop=True)))
    remarks = words.remarks(analysis)
    assert any("add higher ones" in remark for remark in remarks)
    assert words.verdict(analysis.verdict) not in remarks


@pytest.mark.parametrize(
    ("value", "ends", "want"),
    [(15885.0, None, "16,000"), (15885.0, (14_900.0, 16_900.0), "15,900"), (15885.0, (9e3, 2.8e4), "16,000"),
     (1.0e9, None, "1 billion"), (7.86e7, (7.86e7, math.inf), "79 million"), (999_999.0, None, "1 million"),
     (227.0, (227.0, math.inf), "230"), (64.2, (63.6, 64.9), "64.20"), (0.5, None, "0.50"), (None, None, "–"),
     (12_345_678.0, (1.23e7, 1.24e7), "12.346 million")],
)  # fmt: skip
def test_an_estimated_batch_size_has_the_digits_of_its_error(value, ends, want):
    assert numbers.examples(value, ends) == want


def test_both_ends_of_a_batch_size_are_rounded_alike():
    assert numbers.examples_interval(15_111.0, 16_889.0) == "15,100 to 16,900"
    assert numbers.examples_interval(1234.0, math.inf) == "above 1200"
    assert numbers.whole(16384.0) == "16,384"


def test_an_error_of_the_arithmetic_is_none():
    assert numbers.rounded(1.76776695296638e-4, 1e-19) == "1.77e-4"


def test_no_fall_is_said_to_be_of_the_whole_rate():
    assert [words.percent(octaves) for octaves in (0.25, 6.0, 8.2, 60.0)] == [
        "16 %", "98 %", "99.7 %", "99.9 %",
    ]  # fmt: skip
