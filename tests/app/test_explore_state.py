from dataclasses import replace

import numpy as np
import pytest
from explore.curves import Reading, visible
from explore.presets import PRESETS
from explore.said import Around, examples, moved, sentences
from explore.state import CURVES, KEYS, NOISES, ExploreState, from_json, from_query, hidden
from hypothesis import given, settings
from hypothesis import strategies as st

from surgecore import NoiseModel
from surgecore.words import VISIBLE, number


@st.composite
def models(draw):
    def log(low, high):
        return st.floats(np.log(low), np.log(high)).map(np.exp).map(float)

    n, blocks = draw(st.integers(8, 1 << 20)), draw(st.integers(1, 4))
    model = NoiseModel(
        draw(log(1e-6, 10)), draw(log(1e-3, 1)), draw(st.sampled_from([0.0, 0.5, 1.7, 3.0])), 0.0,
        draw(st.sampled_from([0.0, 0.0, 0.2, 0.7])), draw(st.sampled_from([0.0, 0.9])),
        draw(st.sampled_from([0.0, 0.0, 1.0])), n, blocks,
    )  # fmt: skip
    return replace(model, alignment=min(draw(log(0.01, 100)), model.max_alignment))


@st.composite
def states(draw):
    ends = st.floats(-100, 100)
    view = draw(st.none() | st.tuples(ends, ends, ends))
    return ExploreState(
        draw(models()),
        tuple(key for key in CURVES if draw(st.booleans())),
        draw(st.floats(0, 1)),
        draw(st.sampled_from(NOISES)),
        tuple(draw(st.lists(models(), max_size=3))),
        None if view is None else tuple(end + shift for end in view for shift in (0.0, 1.0)),
    )


def as_lists(query):
    return {key: value if isinstance(value, list) else [value] for key, value in query.items()}


@settings(max_examples=60, deadline=None)
@given(states())
def test_the_address_and_the_browser_give_the_state_back_to_the_last_digit(state):
    query = as_lists(state.to_query())
    assert set(query) <= set(KEYS)
    assert from_query(query) == (state, [])
    assert from_json(state.to_json()) == state


def test_the_default_state_leaves_the_address_empty():
    assert ExploreState().to_query() == {}
    assert from_query({}) == (ExploreState(), [])


@given(st.dictionaries(st.sampled_from(KEYS), st.lists(st.text(max_size=20), max_size=2)))
def test_junk_never_breaks_the_page(query):
    state, notices = from_query(query)
    assert isinstance(state, ExploreState)
    assert len(notices) <= len(query) + 1


@pytest.mark.parametrize("junk", [None, 3, [], {}, {"params": 1}, {"params": {"snr": "x"}, "laws": "exact"}])
def test_junk_from_the_browser_is_the_default(junk):
    assert from_json(junk) == ExploreState()


def test_only_known_parts_can_be_hidden():
    assert hidden({"hide": ["map,controls,everything"]}) == ("controls", "map")
    assert hidden({}) == ()


# --- the words ---------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(models())
def test_words_never_contradict_the_curve(model):
    reading = Reading(model)
    said = sentences(reading)
    ratios = model.snr * np.exp(np.array([-3.1, 3.1]) * model.snr_spread)
    grid = np.geomspace(1e-5 / ratios[1] ** 2, 100 / ratios[0] ** 2, 1500)
    lr = reading.noise.optimal_lr(grid)
    plateau = reading.noise.plateau_lr
    if said[0].startswith("No peak"):
        assert lr.max() < plateau * (1 + VISIBLE) * (1 + 1e-9)
        assert number(plateau) in said[0]
    else:
        top = reading.top
        assert said[0].startswith(f"Peak at B = {examples(top.batch_size)}: learning rate {number(top.lr)}")
        assert lr.max() <= top.lr * (1 + 1e-9)
        assert lr.max() == pytest.approx(top.lr, rel=2e-3)
        assert top.lr >= plateau * (1 + VISIBLE)
        others = [sentence for sentence in said if sentence.startswith("Another peak")]
        assert len(others) == len(visible(reading.peaks)) - 1
    joined = " ".join(said)
    assert ("Theorem 3 draws one" not in joined) or (reading.noise_scale is not None and reading.top is None)
    if "decides it: independent" in joined:
        assert visible(reading.independent_peaks)
        assert not visible(reading.peaks)
    if "< 1 decides it" in joined:
        assert model.alignment < 1
        assert reading.top is None
    if "> 1 makes it" in joined:
        assert model.alignment > 1


def test_no_surge_although_theorem_3_draws_one():
    said = " ".join(sentences(Reading(NoiseModel(0.3, 0.05, 0.0, 0.6, 0.0))))
    assert "R = 0.600 < 1 decides it: no surge although Theorem 3 draws one at B = " in said


@settings(max_examples=40, deadline=None)
@given(models())
def test_words_about_the_controls_say_the_same_of_the_curve(model):
    reading = Reading(model)
    plain, own = sentences(reading), sentences(reading, Around(sweep="Your sweep x: undecided."))
    assert own[1] == "Your sweep x: undecided."
    assert own[2:] == plain[1:]
    change = ("No peak", "The controls have no peak") if reading.top is None else ("Peak", "The controls peak")
    assert own[0] == plain[0].replace(*change)
    fitted = sentences(reading, Around(opening="Fitted", caveat="its optima only bound R below 4.5"))
    assert fitted[0] == f"Fitted, t{own[0][1:-1]}; its optima only bound R below 4.5."
    assert fitted[1:] == plain[1:]


def test_what_training_did_to_the_alignment():
    assert moved(0.2, 8.0, 1.94).endswith("at a loss of 0.20 of its start, R has fallen from 8.00 to 1.94.")
    assert "risen from 1.00 to 2.00" in moved(0.5, 1.0, 2.0)
    assert "is still 1.00" in moved(0.5, 1.0, 1.0001)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (98.1, "98.1"),
        (9999.0, "9999"),
        (1.536e5, "2^17.2 ≈ 1.5e5"),
        (1e4, "2^13.3 ≈ 1.0e4"),
        (36631.0, "2^15.2 ≈ 3.7e4"),
    ],
)
def test_large_batch_sizes_are_powers_of_two(size, text):
    assert examples(size) == text


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.key)
def test_each_preset_shows_what_it_teaches(preset):
    reading = Reading(preset.state.model)
    surges = visible(reading.peaks)
    assert {"no_surge": 0, "two_peaks": 2, "correlated": 0}.get(preset.key, 1) == len(surges)
    if preset.key == "correlated":
        assert visible(reading.independent_peaks)
    assert preset.teaches.endswith(".")
    assert from_json({**preset.state.to_json()}) == preset.state


@settings(max_examples=30, deadline=None)
@given(st.floats(0.01, 2.0), st.floats(1e-3, 0.5), st.floats(0.0, 3.0), st.floats(0.0, 0.95), st.floats(0.0, 5.0))
def test_the_sign_turns_where_the_words_say(skewness, snr, spread, momentum, alignment):
    model = NoiseModel(1.0, snr, spread, alignment, 0.0, momentum, skewness, 256, 1)
    turning = Reading(model).turning
    curve = model.gradient_noise().optimal_lr
    assert curve(turning * 0.999) < 0 < curve(turning * 1.001)
