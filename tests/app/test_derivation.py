"""The derivation: its numbers are the measured ones, its errors and counterexamples hold, its links open in Explore."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from drawn import said
from explore.state import from_query
from learn import derivation
from learn.derivation import STAGES, gap, sigmoid_error, table
from scipy.special import erf

from surgecore import GradientNoise, one_step_curves
from surgecore.why.explanation import load_explanations
from surgecore.words import say

DATA = Path(__file__).parents[2] / "data"
PAGE = "app_pages/derivation.py"


@pytest.fixture(scope="module")
def checkpoints():
    return load_explanations(DATA / "why")


def test_the_page_unfolds_in_six_steps_and_follows_the_checkpoint(app, checkpoints):
    app.run().switch_page(PAGE).run()
    assert not app.exception
    assert [part.label for part in app.expander] == [
        f"**{i}. {say(f'derive-{stage.key}-title')}**" for i, stage in enumerate(STAGES, 1)
    ]
    assert len(app.latex) == sum(len(stage.formulas) for stage in STAGES)
    text = said(app)
    for stage in STAGES:
        assert say(f"derive-{stage.key}-words") in text
        assert say(f"derive-{stage.key}-imprecise", **stage.imprecise()) in text
    last = checkpoints[-1]
    app.selectbox(key="checkpoint").select(last.title).run()
    assert not app.exception
    for stage in STAGES:
        for error in stage.errors(last):
            assert error in said(app)


def test_every_symbol_shows_what_was_measured(checkpoints):
    for found in checkpoints:
        numbers = {key: one.value for key, one in found.measurement.numbers.items()}
        noise = found.measurement.gradient_noise(correlated=False)
        assert derivation.scale(found).value == pytest.approx(numbers["gradient_l1"] / numbers["trace"])
        # the same numbers by way of the summary in groups
        assert derivation.plateau(found).value == pytest.approx(noise.plateau_lr, rel=1e-5)
        assert derivation.short_top(found).value == pytest.approx(noise.small_batch_law().lr_max, rel=0.02)
        assert derivation.short_drop(found).value == pytest.approx(noise.small_batch_loss_drop().limit, rel=0.03)
        for stage in STAGES:
            assert len(table(stage, found)) == len(stage.symbols)


def test_errors_of_measured_numbers_go_through_the_formula(checkpoints):
    (found,) = [one for one in checkpoints if one.name.startswith("char")]
    made = derivation.scale(found)
    trace = found.measurement.numbers["trace"]
    assert math.log(made.high / made.low) == pytest.approx(2 * trace.log_error, rel=0.02)


def test_what_approximations_cost_is_the_largest_ratio(checkpoints):
    for found in checkpoints:
        for first, then in (("independent", "correlated"), ("surge", "independent"), ("sampled", "line_search")):
            factor, batch = gap(found, first, then)
            ratios = {}
            for one in found.measurement.curve(first, "sign"):
                for other in found.measurement.curve(then, "sign"):
                    if one.batch_size == other.batch_size and min(one.lr.value, other.lr.value) > 0:
                        ratios[one.batch_size] = abs(math.log(one.lr.value / other.lr.value))
            assert factor.value == pytest.approx(math.exp(max(ratios.values())))
            assert ratios[batch] == max(ratios.values())


def test_equation_10_is_off_where_it_is_said():
    a = np.linspace(0.01, 6, 100_000)
    off = np.abs(erf(a / np.sqrt(2)) - a / np.sqrt(np.pi / 2 + a**2))
    error, at = sigmoid_error()
    assert error == pytest.approx(off.max(), abs=1e-8)
    assert at == pytest.approx(a[off.argmax()] ** 2 / (np.pi / 2), rel=1e-3)


def test_counterexamples_open_in_explore():
    for stage in STAGES:
        state, notices = from_query({key: [text] for key, text in stage.link().items()})
        assert notices == []
        assert state.model == stage.model
        assert state.curves == stage.curves


def test_counterexamples_show_what_is_said_of_them():
    weak = one_step_curves(derivation.WEAK)
    assert weak["surge"].optimal_lr.peak_batch_size == pytest.approx(np.pi / (2 * 0.6 * 0.05**2), rel=1e-9)
    assert derivation.WEAK.gradient_noise().peaks() == ()
    barely = derivation.BARELY.gradient_noise()
    assert barely.peaks()[0].batch_size / barely.small_batch_law().noise_scale == pytest.approx(1.69, abs=0.01)
    far = derivation.SPREAD.gradient_noise()
    assert far.optimal_lr(4096.0) / far.plateau_lr > 1.2


def test_a_gradient_of_zero_breaks_theorem_4():
    """By a million draws: half of what equation 17 says."""
    rng = np.random.default_rng(0)
    gradient = np.array([1.0, 0.0]) + rng.standard_normal((1_000_000, 2)) / np.sqrt(400)
    step = np.sign(gradient)
    assert step[:, 0].mean() / (step**2).sum(axis=1).mean() == pytest.approx(0.5, abs=0.01)
    assert "limit is 0.5;" in say("derive-settled-imprecise", **STAGES[3].imprecise())


def test_a_bigger_batch_can_gain_less():
    noise = GradientNoise(np.array([1.0, 0.01]), np.ones(2), np.full(2, 0.1), np.full((2, 1), np.sqrt(0.9)))
    assert noise.loss_drop(10.88) / noise.loss_drop(1e7) == pytest.approx(
        0.24387580010588542 / 0.13422368421052633, rel=1e-6
    )
    assert "gains 1.82 times less" in say("derive-drop-imprecise", **STAGES[4].imprecise())
