from dataclasses import replace

import numpy as np
import pytest
from explore.presets import PRESETS
from explore.said import caution, decision
from explore.state import FIELDS, KEYS, LESSONS, NOISES, ExploreState, from_json, from_query, hidden
from hypothesis import given, settings
from hypothesis import strategies as st

from surgecore import NoiseModel, Sweep, analyse
from surgecore.theory.curves import CURVES


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
        view is None,
        draw(st.booleans()),
        draw(st.sampled_from(("", *LESSONS))),
    )


def as_lists(query):
    return {key: value if isinstance(value, list) else [value] for key, value in query.items()}


@settings(max_examples=60)
@given(states())
def test_the_address_and_the_browser_give_the_state_back_to_the_last_digit(state):
    query = as_lists(state.to_query())
    assert set(query) <= {*vars(state), *vars(state.model)}  # one vocabulary
    assert set(query) <= set(KEYS)
    assert from_query(query) == (state, [])
    assert from_json(state.to_json()) == state


def test_a_view_that_follows_the_curve_is_known_and_not_in_the_address():
    state = ExploreState(view=(0.0, 12.0, -3.0, 0.0, -6.0, -1.0), auto=True)
    assert state.to_query() == {}
    assert from_json(state.to_json()) == state
    assert replace(state, auto=False).to_query() == {"view": "0.0,12.0,-3.0,0.0,-6.0,-1.0"}


def test_the_default_state_leaves_the_address_empty():
    assert ExploreState().to_query() == {}
    assert from_query({}) == (ExploreState(), [])


def test_one_table_names_every_part_of_the_state():
    assert ["model", *FIELDS] == [name for name in vars(ExploreState()) if name != "auto"]
    assert set(ExploreState().to_json()) == set(vars(ExploreState()))


@pytest.mark.parametrize(
    ("query", "state"),
    [
        ({"curves": ["none"]}, ExploreState(curves=())),
        ({"curves": ["sgd,exact"], "t": ["0.25"], "noise": ["shrinking"]},
         ExploreState(curves=("exact", "sgd"), t=0.25, noise="shrinking")),
        ({"zoom": ["-1.5,17.5,-3.2,0.1,-7.0,-2.0"]},
         ExploreState(view=(-1.5, 17.5, -3.2, 0.1, -7.0, -2.0), auto=False)),
        ({"view": ["-1.5,17.5,-3.2,0.1,-7.0,-2.0"], "zoom": ["0,1,0,1,0,1"]},
         ExploreState(view=(-1.5, 17.5, -3.2, 0.1, -7.0, -2.0), auto=False)),
        ({"ghost": ["0.2,0.05,0.5,4.0,0.1,0.0,0.0,256,1"]},
         ExploreState(ghosts=(NoiseModel(0.2, 0.05, 0.5, 4.0, 0.1),))),
        ({"sweep": ["Digits MLP, SGD, 10 steps"]}, ExploreState(points=True)),
        ({"sweep": ["x"], "points": ["off"]}, ExploreState()),
    ],
)  # fmt: skip
def test_addresses_of_earlier_versions_still_open(query, state):
    assert from_query(query) == (state, [])


@given(st.dictionaries(st.sampled_from(KEYS), st.lists(st.text(max_size=20), max_size=2)))
def test_junk_never_breaks_the_page(query):
    state, notices = from_query(query)
    assert isinstance(state, ExploreState)
    assert len(notices) <= len(query) + 1


@pytest.mark.parametrize("junk", [None, 3, [], {}, {"model": 1}, {"model": {"snr": "x"}, "curves": "exact"}])
def test_junk_from_the_browser_is_the_default(junk):
    assert from_json(junk) == ExploreState()


def test_only_known_parts_can_be_hidden():
    assert hidden({"hide": ["map,controls,everything"]}) == ("controls", "map")
    assert hidden({}) == ()


@pytest.mark.parametrize("lesson", PRESETS, ids=lambda lesson: lesson.key)
def test_each_lesson_shows_what_it_teaches(lesson):
    peaks = [peak for peak in lesson.state.model.gradient_noise().peaks() if peak.prominence >= 0.01]
    assert {"no_surge": 0, "two_peaks": 2, "correlated": 0}.get(lesson.key, 1) == len(peaks)
    if lesson.key == "correlated":
        (alone,) = replace(lesson.state.model, correlation=0.0).gradient_noise().peaks()
        assert alone.prominence > 0.1
    assert lesson.to_json()["teaches"].endswith(".")
    assert from_json(lesson.state.to_json()) == lesson.state


# --- what is said of the points ------------------------------------------------------------------------------


def told(sweep, **changed):
    frame = sweep.trials.assign(**changed) if changed else sweep.trials.drop(columns="steps")
    return Sweep.from_frame(frame, name="mine")


def test_points_after_one_step_need_no_caution_and_others_say_what_they_are(sweep):
    assert caution(told(sweep, steps=1)) == ""
    assert caution(told(sweep, steps=250)) == "These points were measured after 250 steps; the curves are for one."
    assert "differing numbers of steps" in caution(told(sweep, steps=np.arange(len(sweep.trials)) % 2 + 1))
    assert "number of steps behind these points is unknown" in caution(told(sweep))


def test_the_decision_on_an_own_sweep_is_in_per_cent(sweep):
    analysis = analyse(told(sweep, steps=1))
    assert analysis.verdict.decision == "fall"
    fall = 100 * (1 - 2**-analysis.verdict.fall_octaves)
    assert decision(analysis) == (
        f"Your sweep mine (after 1 step): past its peak the best learning rate falls by {fall:.0f} %."
    )
