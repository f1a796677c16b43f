"""The Learn page: every number of its story from the library, every step an address, and no claim beyond the data."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from drawn import handed
from learn.story import MEASURED, STEPS, STORY, StoryPlace, fall, from_json, from_query
from scipy.special import erf, erfinv

from surgecore import one_step_curves, surge_verdict
from surgecore.sweeps.answers import load_answers
from surgecore.words import say

DATA = Path(__file__).parents[2] / "data"

PAGE = "app_pages/learn.py"


@pytest.fixture
def told(app):
    app.run()
    assert not app.exception
    return handed(app)


def texts(told, key):
    (step,) = [step for step in told["steps"] if step["key"] == key]
    return " ".join(step[part] for part in ("sentence", "sub", "limit"))


def test_it_is_the_front_page_and_has_five_steps(told):
    assert [step["key"] for step in told["steps"]] == ["rule", "bend", "cause", "undone", "measured"]
    assert told["state"] == {"step": 1, "model": vars(STORY)}
    assert [door["page"] for door in told["steps"][-1]["doors"]] == ["explore", "sweep", "evidence", "lesson"]


def test_each_sentence_is_short(told):
    assert max(len(step["sentence"].split()) for step in told["steps"]) <= 22


def test_the_square_root_rule_is_the_small_batch_limit(told):
    """sqrt(2/pi) z lr_scale sqrt(B): what erf starts with."""
    rule = one_step_curves(STORY)["square_root"].optimal_lr
    np.testing.assert_allclose(rule([1, 64]), np.sqrt(2 / np.pi) * 0.05 * 0.3 * np.array([1, 8]), rtol=1e-12)
    assert rule(64) / rule(1) == pytest.approx(8)


def test_the_bend_in_closed_form(told):
    E = erf(np.sqrt(1024 / 2) * 0.05)
    asked = np.sqrt(2 / np.pi) * 0.05 * 0.3 * 32 / (0.3 * E / (1 + 8 * E**2))
    assert f"asks for a rate {asked:.1f} times too high" in texts(told, "bend")
    assert fall(STORY) == pytest.approx(1 - 2 * np.sqrt(8) / 9, rel=1e-6)


def test_the_cause_in_closed_form(told):
    before, after = (2 * (erfinv(1 / np.sqrt(8)) / z) ** 2 for z in (0.05, 0.1))
    assert before / after == pytest.approx(4)
    assert f"to a quarter of the batch size, from {before:.0f} to {after:.0f}" in texts(told, "cause")


def test_what_undoes_the_fall(told):
    said = texts(told, "undone")
    assert "With alignment R = 0.6 there is no peak at all" in said
    assert replace(STORY, alignment=0.6).gradient_noise().peaks() == ()
    noise = replace(STORY, correlation=0.6).gradient_noise()
    (peak,) = noise.peaks()
    left = 100 * (1 - noise.plateau_lr / peak.lr)
    assert f"Shared noise shrinks the fall from {100 * fall(STORY):.0f} % to {left:.1f} %" in said


def test_what_was_measured_is_the_data_with_their_verdict(told, bundled):
    sweeps = {entry.name: entry.load() for entry in bundled if entry.name in MEASURED}
    falls = []
    for name, panel in zip(MEASURED, told["panels"], strict=True):
        optima = sweeps[name].optima()
        verdict = surge_verdict(sweeps[name])
        most = max(optimum.learning_rate for optimum in optima)
        assert [point["share"] for point in panel["points"]] == [o.learning_rate / most for o in optima]
        assert [point["low"] for point in panel["points"]] == [o.interval[0] / most for o in optima]
        falls.append(verdict.decision)
        if verdict.decision == "fall":
            assert panel["verdict"].startswith(f"Falls by {100 * (1 - 2**-verdict.fall_octaves):.0f} % (")
            assert panel["fall"]
        else:
            assert panel["verdict"] == f"No fall up to batch size {optima[-1].batch_size:.0f}"
            assert not panel["fall"]
    # the sentence of the last step: ten sign steps fall, one sign step and Adam do not
    assert falls == ["no_fall", "fall", "no_fall"]


def test_how_many_starting_points_show_the_fall():
    answers = load_answers(DATA)
    found = [answers[f"digits-mlp-sign{start}-k10"].verdict.decision for start in ("", "-c2", "-c3")]
    assert found == ["fall", "fall", "fall"]
    assert say("learn-measured-limit").startswith("All three starting points show the fall, one of them only just.")
    assert min(answers[f"digits-mlp-sign{start}-k10"].verdict.interval[0] for start in ("", "-c2", "-c3")) < 0.01


def test_no_number_stands_in_a_sentence_that_the_library_did_not_compute(told):
    """What a phrase says by itself are counts of steps and names of theorems, no measurement."""
    from surgecore.words import phrases

    own = re.findall(r"(?m)^learn-\w+-(?:sentence|sub|limit) = (.*)$", phrases.section("page: learn"))
    assert len(own) == 3 * len(STEPS)
    numbers = {n for text in own for n in re.findall(r"\d+(?:\.\d+)?", re.sub(r"\{[^}]*\}", "", text))}
    assert numbers <= {"1", "95"}  # R = 1, batch size 1, a 95 % interval


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ({}, StoryPlace()),
        ({"story": ["4"]}, StoryPlace(4)),
        ({"story": ["4"], "alignment": ["0.6"]}, StoryPlace(4, replace(STORY, alignment=0.6))),
        ({"story": ["9"]}, StoryPlace()),
        ({"story": ["two"]}, StoryPlace()),
        ({"story": ["3"], "snr": ["nan"]}, StoryPlace()),
        ({"story": ["3"], "snr": ["1e9"]}, StoryPlace()),
        ({"story": ["3"], "blocks": ["x"]}, StoryPlace()),
    ],
)
def test_a_step_is_an_address_and_junk_is_the_beginning(query, place):
    assert from_query(query) == place
    again = {key: [text] for key, text in place.to_query().items()}
    assert from_query(again) == place
    assert from_json({"step": place.step, "model": vars(place.model)}) == place


@pytest.mark.parametrize("junk", [None, 3, {}, {"step": 1}, {"step": 1, "model": 2}])
def test_junk_from_the_browser_is_no_place(junk):
    assert from_json(junk) is None


def test_a_link_opens_at_its_step(app):
    app.query_params.update({"story": "4", "alignment": "0.6"})
    app.run().switch_page(PAGE)
    app.query_params.update({"story": "4", "alignment": "0.6"})
    app.run()
    assert not app.exception
    assert handed(app)["state"] == {"step": 4, "model": vars(replace(STORY, alignment=0.6))}
