"""Numbers and results in words."""

from __future__ import annotations

import math

import pytest

from surgecore import Sweep, analyse, words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0213, "0.0213"), (3.14159e-5, "3.14e-5"), (76.6, "76.6"), (1234567.0, "1.23e6"), (0, "0"),
        (9.996, "10.0"), (-0.32, "−0.320"), (math.inf, "∞"), (math.nan, "–"),
        (None, "–"), (99999.6, "1.00e5"),
    ],
)  # fmt: skip
def test_numbers(value, text):
    assert words.number(value) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [(0.019, 0.024, "0.0190 to 0.0240"), (0.0, 4.1, "below 4.10"), (3.0, math.inf, "above 3.00"),
     (0.0, math.inf, "unbounded")],
)  # fmt: skip
def test_open_intervals_are_said_to_be_open(low, high, text):
    assert words.interval(low, high) == text


def test_batch_sizes_that_are_powers_of_two_say_so():
    assert words.batch_size(64) == "2⁶ = 64"
    assert words.batch_size(100) == "100"
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
