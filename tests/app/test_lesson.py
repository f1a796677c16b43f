"""The lesson: each number from the library or the data, each answer explained, and all progress in the address."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawn import handed
from learn.lesson import STEPS, UNDECIDED
from learn.lesson_figures import SWEEP
from learn.progress import Learner, from_json, from_query
from learn.story import MEASURED, STORY
from scipy.special import erf, erfinv

from surgecore import one_step_curves, surge_verdict

PAGE = "app_pages/lesson.py"
Z, R, SCALE = 0.05, 8.0, 0.3


@pytest.fixture(scope="module")
def given():
    return {step.key: step.to_json() for step in STEPS}


@pytest.fixture(scope="module")
def sweeps(bundled):
    return {entry.name: entry.load() for entry in bundled if entry.name in (*MEASURED, UNDECIDED)}


def line(figure, label, part="after"):
    (found,) = [line for line in figure[part] if line["label"].startswith(label)]
    return np.array(found["points"]).T


def test_ten_steps_with_one_prediction_and_one_right_option_each(given):
    assert len(given) == 10
    for step in given.values():
        assert [option["key"] for option in step["options"]] == ["a", "b", "c"]
        assert sum(option["right"] for option in step["options"]) == 1
        assert len({option["why"] for option in step["options"]}) == 3
        # neither the idea nor the prediction gives the answer away, and the mark does not wait at it
        guess = step["guess"]
        log = step["figure"]["kind"] == "chart" or step["figure"][guess["axis"]]["log"]
        off = max(guess["start"] / guess["truth"], guess["truth"] / guess["start"]) if log else 0.0
        assert off > guess["close"] if log else abs(guess["start"] - guess["truth"]) > guess["close"]


def test_the_right_option_is_not_always_the_same(given):
    assert {option["key"] for step in given.values() for option in step["options"] if option["right"]} == set("abc")


def test_the_truths_in_closed_form(given):
    peak = 2 * (erfinv(1 / np.sqrt(R)) / Z) ** 2
    noise = STORY.gradient_noise()
    expected = {
        "sgd": noise.sgd_law()(16.0) / noise.sgd_law()(1.0), "sign": 1.0, "coin": 0.5 + 0.5 * erf(np.sqrt(32) * Z),
        "pull": peak, "rise": peak, "settle": SCALE / (1 + R), "gone": 1.0, "adam": peak / 19,
    }  # fmt: skip
    for key, truth in expected.items():
        assert given[key]["guess"]["truth"] == pytest.approx(truth, rel=1e-5), key


def test_sgd_is_the_law_of_mccandlish(given):
    batch, times = line(given["sgd"]["figure"], "SGD")
    # (1 + b) / (1 + b / B), with tr(H Sigma) / G'HG = b: N equal parameters and curvature R along the sign
    scale = 1 / (Z**2 * (1 + R))
    np.testing.assert_allclose(times, (1 + scale) / (1 + scale / batch), rtol=1e-9)
    assert f"at batch size {scale:.0f}, the noise scale" in given["sgd"]["reveal"]


def test_a_sign_is_one_long_and_the_gradient_is_not(given):
    rng = np.random.default_rng(4)
    batch, length = line(given["sign"]["figure"], "Average gradient")
    means = {b: (1.0 + rng.standard_normal((4000, int(b))) / Z).mean(axis=1) for b in (1, 16, 64)}
    at = dict(zip(batch, length, strict=True))
    for b in (1, 64):
        drawn = np.sqrt((means[b] ** 2).mean() / (means[16] ** 2).mean())
        assert at[float(b)] == pytest.approx(drawn, rel=0.06)
        assert set(np.abs(np.sign(means[b]))) == {1.0}
    assert set(line(given["sign"]["figure"], "Sign step")[1]) == {1.0}


def test_the_curve_of_the_coins_is_erf(given):
    batch, right = line(given["coin"]["figure"], "Theorem 2")
    np.testing.assert_allclose(right, 0.5 + 0.5 * erf(np.sqrt(batch / 2) * Z), rtol=1e-12)
    # the flips that tell the coin of one example from a fair one by two standard errors
    needed = 4 / erf(np.sqrt(0.5) * Z) ** 2
    assert f"takes {needed:,.0f}"[:7] in given["coin"]["reveal"]
    assert given["coin"]["figure"]["coins"]["snr"] == Z


def test_pull_and_floor_cross_at_the_peak(given):
    batch, pull = line(given["pull"]["figure"], "Coherent pull")
    np.testing.assert_allclose(pull, R * erf(np.sqrt(batch / 2) * Z) ** 2, rtol=1e-12)
    at = np.exp(np.interp(0.0, np.log(pull), np.log(batch)))
    assert at == pytest.approx(given["pull"]["guess"]["truth"], rel=0.01)


def test_theorem_3_and_the_exact_law_at_4096(given):
    curves = one_step_curves(STORY)
    short, exact = (float(curves[key].optimal_lr(4096)) for key in ("surge", "exact"))
    assert f"it says {short:.4f}, the exact law {exact:.4f}" in given["settle"]["reveal"]


def test_the_fall_begins_at_one_and_shared_noise_undoes_it(given):
    r, fall = line(given["gone"]["figure"], "Independent noise")
    closed = np.where(r > 1, 1 - 2 * np.sqrt(r) / (1 + r), 0.0)
    # a peak of less than one per cent is called none
    np.testing.assert_allclose(fall, np.where(closed > 0.01, closed, fall), rtol=1e-5)
    assert fall[r <= 1].max() == 0.0
    r, shared = line(given["gone"]["figure"], "Shared noise")
    noise = replace(STORY, alignment=float(r[-1]), correlation=0.6).gradient_noise()
    assert shared[-1] == pytest.approx(1 - noise.plateau_lr / noise.peaks()[0].lr, rel=1e-4)


def test_what_is_hidden_before_the_reveal(given):
    assert given["rise"]["figure"]["until"] < given["rise"]["guess"]["truth"]
    assert given["settle"]["figure"]["before"] == ["exact"]
    measured = given["real"]["figure"]
    assert max(point["batch"] for point in measured["measured"]) > measured["until"]
    for mark in given["tomorrow"]["figure"]["marks"]:
        assert mark["hidden"] == (mark["x"] > 0.045)


def test_what_was_measured(given, sweeps):
    verdicts = [surge_verdict(sweeps[name]) for name in MEASURED]
    assert [verdict.decision for verdict in verdicts] == ["no_fall", "fall", "no_fall"]
    fell = 100 * (1 - 2 ** -verdicts[1].fall_octaves)
    assert f"falls by {fell:.0f} %" in given["real"]["reveal"]
    optima = {o.batch_size: o for o in sweeps[SWEEP].optima()}
    assert given["real"]["guess"]["truth"] == optima[1024].learning_rate
    undecided = surge_verdict(sweeps[UNDECIDED])
    assert undecided.decision == "undecided"
    assert undecided.interval[0] == 0.0
    assert f"a fall of 0 to {100 * (1 - 2 ** -undecided.interval[1]):.0f} %" in given["real"]["question"]


def test_the_price_of_keeping_is_the_loss_of_the_runs(given, sweeps):
    cells = sweeps[SWEEP].cells()
    cells = cells[cells["batch_size"] == 1024]
    rate = given["tomorrow"]["guess"]["at"]
    near = np.interp(np.log(rate), np.log(cells["learning_rate"]), cells["loss"]) - cells["loss"].min()
    assert given["tomorrow"]["guess"]["truth"] == pytest.approx(near, abs=0.004)
    root = 4 * {o.batch_size: o for o in sweeps[SWEEP].optima()}[64].learning_rate
    below, above = (cells[side]["loss"] for side in (cells["learning_rate"] < root, cells["learning_rate"] > root))
    lost = float(given["tomorrow"]["reveal"].rsplit("add ", 1)[1].rstrip("."))
    assert below.iloc[-1] - cells["loss"].min() < lost < above.iloc[0] - cells["loss"].min() + 0.01


@pytest.mark.parametrize(
    ("query", "progress"),
    [
        ({}, Learner()),
        ({"lesson": ["4"]}, Learner(4)),
        ({"lesson": ["11"]}, Learner()),
        ({"lesson": ["²"]}, Learner()),
        ({"guess": ["12,,nan,inf,x"], "answer": ["b,b"]}, Learner(1, (12.0, *(None,) * 9), ("b", *("",) * 9))),
        ({"guess": ["1,2"], "answer": ["ab,d,<script>"]}, Learner(1, (1.0, 2.0, *(None,) * 8), ("ab", *("",) * 9))),
        ({"guess": [",".join("1" * 30)]}, Learner(1, (1.0,) * 10)),
    ],
)
def test_progress_is_an_address_and_junk_is_left_out(query, progress):
    assert from_query(query) == progress
    assert from_query({key: [text] for key, text in progress.to_query().items()}) == progress
    assert from_json(progress.to_json()) == progress


@pytest.mark.parametrize("junk", [None, 3, {}, {"step": "x"}, {"step": 1, "guesses": 2, "answers": []}])
def test_junk_from_the_browser_is_no_progress(junk):
    assert from_json(junk) is None


def test_a_link_opens_where_the_learner_was(app):
    app.query_params.update({"lesson": "5", "guess": "1,1,0.7,30", "answer": "b,ab"})
    app.run().switch_page(PAGE)
    app.query_params.update({"lesson": "5", "guess": "1,1,0.7,30", "answer": "b,ab"})
    app.run()
    assert not app.exception
    state = handed(app)["state"]
    assert (state["step"], state["guesses"][:5], state["answers"][:3]) == (5, [1, 1, 0.7, 30, None], ["b", "ab", ""])
