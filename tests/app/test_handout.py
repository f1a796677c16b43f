"""The handout: each number of the key in closed form, figures with titles and legends, one file without addresses."""

from __future__ import annotations

import re
from html import unescape
from math import erf, exp, hypot, log, sqrt

import numpy as np
import pytest
from drawn import marks, parsed
from learn import handout
from learn.lesson_figures import SWEEP
from scipy.special import erfinv

from surgecore import surge_verdict, words
from surgecore.words import number, say, share

PAGE = "app_pages/handout.py"
SCALE, Z, R = 0.3, 0.05, 8.0


def best(batch, z=Z, r=R):
    """Theorem 2 with equal signal to noise: the rate is E/(1 + R E^2) of the scale."""
    sign = erf(sqrt(batch / 2) * z)
    return SCALE * sign / (1 + r * sign**2)


def batch_of(sign, z=Z):
    return 2 * (erfinv(sign) / z) ** 2


@pytest.fixture(scope="module")
def optima(bundled):
    (entry,) = [entry for entry in bundled if entry.name == SWEEP]
    return {optimum.batch_size: optimum for optimum in entry.load().optima()}


def test_the_peak_and_what_counts_as_a_good_reading():
    # at x = sqrt(R) E the height over the peak's is 2x/(1 + x^2)
    ends = [(1 + side * sqrt(1 - handout.GOOD**2)) / handout.GOOD / sqrt(R) for side in (-1, 1)]
    expected = {"batch": batch_of(1 / sqrt(R)), "rate": SCALE / (2 * sqrt(R)), "low": batch_of(ends[0])}
    expected["high"] = batch_of(ends[1])
    assert handout.peak() == {name: number(value, 2) for name, value in expected.items()}


def test_the_square_root_rule_at_sixteen_times_the_peak():
    top = SCALE / (2 * sqrt(R))
    there = best(16 * batch_of(1 / sqrt(R)))
    expected = {"rate": top, "asked": 4 * top, "best": there, "ratio": 4 * top / there}
    facts = handout.rule()
    assert facts == {"times": "16", "root": "4"} | {name: number(value, 2) for name, value in expected.items()}


def test_twice_the_signal_to_noise():
    before, after = batch_of(1 / sqrt(R)), batch_of(1 / sqrt(R), 2 * Z)
    assert after == pytest.approx(before / 4)  # "a quarter"
    assert handout.signal() == {
        "before": number(before, 2), "after": number(after, 2), "rate": number(SCALE / (2 * sqrt(R)), 2)
    }  # fmt: skip


def test_what_undoes_the_fall():
    facts = handout.undone()
    rates = [best(2.0**k, r=0.6) for k in np.arange(0, 16, 0.25)]
    assert np.all(np.diff(rates) >= 0)  # "no peak and no fall"
    assert facts["level"] == number(SCALE / 1.6, 2)
    assert facts["fall"] == share(1 - 2 * sqrt(R) / (1 + R))

    # two signs of a common factor agree as orthants do: E = erf(..) and, off the diagonal, P from Gauss-Hermite nodes
    nodes, weights = np.polynomial.hermite_e.hermegauss(200)
    weights, rho = weights / weights.sum(), handout.CORRELATION

    def shared(batch):
        given = [erf((sqrt(batch) * Z + sqrt(rho) * u) / sqrt(2 * (1 - rho))) for u in nodes]
        sign = erf(sqrt(batch / 2) * Z)
        return SCALE * sign / (1 + R * float(np.dot(weights, np.square(given))))

    top = max(shared(2.0**k) for k in np.arange(6, 14, 0.02))
    assert facts["left"] == share(1 - SCALE / (1 + R) / top)


def test_which_error_bars_overlap(optima):
    first, second, third, fourth = (optima[size] for size in (16, 32, 128, 1024))
    assert first.interval[1] > second.interval[0]
    assert second.interval[1] > first.interval[0]
    assert third.interval[0] > fourth.interval[1]
    near = abs(log(first.learning_rate / second.learning_rate)) / hypot(first.stderr, second.stderr)
    far = abs(log(third.learning_rate / fourth.learning_rate)) / hypot(third.stderr, fourth.stderr)
    assert near < 1.96 < far
    facts = handout.bars()
    assert (facts["near"], facts["far"]) == (number(near, 1), number(far, 2))


def test_the_rule_beside_the_sweep(optima):
    first, last = optima[128], optima[1024]
    asked = sqrt(8) * first.learning_rate
    spread = exp(1.96 * hypot(first.stderr, last.stderr))
    facts = handout.use()
    assert facts["asked"] == number(asked, 2)
    assert facts["interval"] == words.interval(*last.interval)
    ratio = asked / last.learning_rate
    assert [facts[name] for name in ("low", "ratio", "high")] == [
        number(value, 2) for value in (ratio / spread, ratio, ratio * spread)
    ]


@pytest.mark.parametrize("size", [handout.LARGE, handout.SMALL])
def test_figures_have_titles_with_units_and_a_legend(size, optima):
    theory, measured = parsed(handout.theory(*size)), parsed(handout.measurements(*size))
    for drawn in (theory, measured):
        texts = [text.text for text in drawn.iter("text")]
        assert say("axis-batch") in texts
        assert any(text.endswith(f"[{say('unit-rate-sign')}]") for text in texts)
    legend = [g.find("text").text for g in theory.iter("g") if g.get("class") == "legend"]
    assert legend == [words.curve(key) for key in handout.CURVES]
    (point,) = [c for c in theory.iter("circle") if c.get("class") == "answer"]
    assert float(point.get("data-value")) == pytest.approx(SCALE / (2 * sqrt(R)), rel=1e-3)
    places, rates = marks(measured)
    assert places.tolist() == sorted(optima)
    np.testing.assert_allclose(rates, [optima[at].learning_rate for at in sorted(optima)], rtol=1e-5)
    assert sum(g.get("data-interval") is not None for g in measured.iter("g")) == len(optima)


def test_the_file_needs_nothing_else_and_has_the_key_only_if_asked(bundled):
    (entry,) = [entry for entry in bundled if entry.name == SWEEP]
    for key in (False, True):
        file = handout.document(key=key)
        assert not re.search(r"<script|<link|<img|url\(|@import|src=|href=", file)
        assert set(re.findall(r"https?://[^'\"\s<]+", file)) == {"http://www.w3.org/2000/svg"}
        assert words.verdict(surge_verdict(entry.load())) in file
        read = unescape(file)
        assert (say("handout-key") in read) is key
        for exercise in handout.EXERCISES:
            assert (exercise.said("key") in read) is key
            assert exercise.said("ask") in read


def test_the_page_stands_with_and_without_the_key(app):
    app.run().switch_page(PAGE).run()
    assert not app.exception
    assert app.title[0].value == say("page-handout")
    assert app.toggle[0].value is False
    app.toggle[0].set_value(True).run()
    assert not app.exception
