"""What the ladder of predictions says: of the bundled checkpoints, and of any numbers."""

import math
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surgecore.explanation import Explanation, MeasuredOptimum, load_explanations
from surgecore.measured import RUNGS, Estimate, Measurement, Prediction
from surgecore.noise_model import NoiseModel, nearest_model

FOLDER = Path(__file__).parents[1] / "data" / "why"
SIZES = (1, 4, 16, 64, 256)


@pytest.fixture(scope="module")
def bundled():
    return {explanation.name: explanation for explanation in load_explanations(FOLDER)}


def test_sampled_signs_predict_the_digits_optimum(bundled):
    ratios = {r.batch_size: r.value for r in bundled["digits-mlp-1.0"].ratios("sign", "sampled")}
    assert set(ratios) >= {16, 32, 64, 128, 256, 512, 1024}
    for size, ratio in ratios.items():
        off = max(ratio, 1 / ratio)
        assert size < 16 or off < 1.35
        assert size < 128 or off < 1.15


def test_a_line_search_leaves_less_than_sampling(bundled):
    loss = bundled["digits-mlp-1.0"]
    assert loss.worst("sign", "line_search", from_batch=4) < 1.1
    assert loss.worst("sign", "line_search", from_batch=4) < loss.worst("sign", "sampled", from_batch=4)


def test_independence_is_what_fails(bundled):
    for name in ("digits-mlp-1.0", "digits-mlp-0.4", "digits-mlp-0.1"):
        loss = bundled[name]
        assert loss.worst("sign", "independent") > 3
        assert loss.worst("decorrelated", "independent") < 0.5 * loss.worst("sign", "independent")


def test_files_are_read_back_as_they_were(bundled, tmp_path):
    one = bundled["digits-mlp-1.0"]
    one.save(tmp_path / "again.json")
    assert Explanation.load(tmp_path / "again.json").to_dict() == one.to_dict()
    (tmp_path / "other.json").write_text("{}")
    with pytest.raises(ValueError, match="format"):
        Explanation.load(tmp_path / "other.json")


def made(values: dict[str, list[float]], optima: list[float]) -> Explanation:
    def near(value: float) -> Estimate:
        return Estimate(value, 0.02 * value, 0.96 * value, 1.04 * value)

    predictions = [
        Prediction("sign", rung, size, near(lr) if lr > 0 else Estimate(math.nan, note="no minimum"))
        for rung, curve in values.items()
        for size, lr in zip(SIZES, curve, strict=True)
    ]
    measured = [MeasuredOptimum("sign", 1, size, near(lr), 8) for size, lr in zip(SIZES, optima, strict=True)]
    numbers = {"trace_ratio": Estimate(2.0, 0.1, 1.8, 2.2)}
    measurement = Measurement("made", "loss 1", 10, 10, True, numbers, tuple(predictions))
    return Explanation("made", "Made", 1.0, measurement, tuple(measured), {})


rates = st.lists(st.floats(1e-4, 1.0), min_size=len(SIZES), max_size=len(SIZES))
curves = st.fixed_dictionaries(dict.fromkeys(("surge", "independent", "correlated", "sampled"), rates))


@settings(max_examples=60, deadline=None)
@given(curves, rates)
def test_words_never_contradict_the_numbers(values, optima):
    explanation = made(values, optima)
    said = explanation.sentences("sign")
    for rung, sentence in zip(explanation.rungs("sign"), said, strict=False):
        ratios = explanation.ratios("sign", rung)
        assert sentence.startswith(RUNGS[rung])
        low, high = (float(x) for x in re.search(r"between ([\d.]+) .* and ([\d.]+) \(at", sentence).groups())
        assert low == pytest.approx(min(r.value for r in ratios), abs=0.006)
        assert high == pytest.approx(max(r.value for r in ratios), abs=0.006)
        outside = sum(not r.low <= 1 <= r.high for r in ratios)
        assert f"off by more than the errors at {outside} of {len(ratios)}" in sentence
    worst = [explanation.worst("sign", rung) for rung in ("independent", "correlated")]
    assert f"from a factor of {worst[0]:.1f} to {worst[1]:.1f}" in said[-1]
    top, kind = explanation.peak("sign")
    assert top.lr.value == max(optima)
    assert kind != "peak" or optima[-1] < 0.97 * max(optima)
    assert (kind == "rising") == (top.batch_size == SIZES[-1])


def test_predictions_without_a_minimum_are_counted():
    explanation = made(
        {"surge": [0.1, 0.0, 0.1, 0.1, 0.1], "independent": [0.0] * 5, "correlated": [0.1] * 5, "sampled": [0.1] * 5},
        [0.1] * 5,
    )
    assert "with no minimum at 1 of 5 batch sizes" in explanation.sentences("sign")[0]
    assert "no prediction anywhere" in explanation.sentences("sign")[1]


def test_the_nearest_model_is_the_model_itself():
    sizes = [2.0**k for k in range(14)]
    truth = NoiseModel(0.3, 0.05, 0.8, 5.0, 0.0)
    found, misfit = nearest_model(sizes, truth.gradient_noise().optimal_lr(sizes))
    assert misfit < 1.01
    assert found.snr > 0
    with pytest.raises(ValueError, match="five different sizes"):
        nearest_model([1, 2, 4], [0.1, 0.2, 0.3])
