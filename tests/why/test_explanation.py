"""What the ladder of predictions says: of the bundled checkpoints, and of any numbers."""

import json
import math
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surgecore.theory.noise_model import NoiseModel, nearest_model
from surgecore.why.explanation import Explanation, TrainedOptimum, load_explanations
from surgecore.why.measurement import Estimate, Measurement, Prediction
from surgecore.words import curve, number, why

FOLDER = Path(__file__).parents[2] / "data" / "why"
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
        Prediction("sign", rung, size, near(lr) if lr > 0 else Estimate(math.nan, reason="no_minimum_line"))
        for rung, curve in values.items()
        for size, lr in zip(SIZES, curve, strict=True)
    ]
    measured = [TrainedOptimum("sign", 1, size, near(lr), 8) for size, lr in zip(SIZES, optima, strict=True)]
    numbers = {"trace_ratio": Estimate(2.0, 0.1, 1.8, 2.2)}
    measurement = Measurement("made", "loss 1", 10, 10, True, numbers, tuple(predictions))
    return Explanation("made", "Made", 1.0, measurement, tuple(measured), {})


rates = st.lists(st.floats(1e-4, 1.0), min_size=len(SIZES), max_size=len(SIZES))
curves = st.fixed_dictionaries(dict.fromkeys(("surge", "independent", "correlated", "sampled"), rates))


@settings(max_examples=15)
@given(curves, rates)
def test_words_never_contradict_the_numbers(values, optima):
    explanation = made(values, optima)
    said = why.sentences(explanation, "sign")
    for rung, sentence in zip(explanation.rungs("sign"), said, strict=False):
        ratios = explanation.ratios("sign", rung)
        assert sentence.startswith(curve(rung))
        low, high = (float(x) for x in re.search(r": from (\S+) \(.* to (\S+) \(at", sentence).groups())
        assert low == pytest.approx(min(r.value for r in ratios), rel=0.006)
        assert high == pytest.approx(max(r.value for r in ratios), rel=0.006)
        outside = sum(not r.low <= 1 <= r.high for r in ratios)
        assert f"beyond the error bars at {outside} of {len(ratios)}." in sentence
    worst = [explanation.worst("sign", rung) for rung in ("independent", "correlated")]
    assert f"off by up to {number(worst[0])}×. With correlation it is off by up to {number(worst[1])}×" in said[-1]
    measured, verdict = explanation.trained_peak("sign"), explanation.verdict("sign")
    assert optima[SIZES.index(measured.highest)] == max(optima)
    assert (measured.kind in ("peak", "fall")) == (verdict.decision == "fall")
    answer = why.answer(explanation, "sign")
    start = {"peak": "A peak", "fall": "A fall", "no_fall": "No peak", "undecided": "Not decided"}
    assert answer.startswith(f"{start[measured.kind]} after 1 step")
    for size in re.findall(r"batch size (\d+)", answer):
        assert int(size) in SIZES


def test_theorem_3_peaks_at_its_noise_scale(bundled):
    for explanation in bundled.values():
        scale = explanation.measurement.numbers["noise_scale"]
        assert explanation.predicted_peak("surge").batch_size == scale
        drawn = explanation.fine("surge", "sign")
        top = max(drawn, key=lambda p: p.lr.value).batch_size
        assert top == pytest.approx(scale.value, rel=0.06, abs=0.6)
        listed = explanation.measurement.curve("surge")
        assert {p.batch_size: p.lr for p in drawn}.items() >= {p.batch_size: p.lr for p in listed}.items()


def test_theorem_2_peaks_where_its_curve_does(bundled):
    for explanation in bundled.values():
        found = explanation.predicted_peak("independent")
        low, high = found.between
        assert found.kind == "peak"
        assert low < found.batch_size.value < high
        listed = explanation.measurement.curve("independent")
        heights = {p.batch_size: p.lr.value for p in listed}
        assert max(heights[low], heights[high]) < max(heights.values()) == heights[found.highest]
        top = max(explanation.fine("independent", "sign"), key=lambda p: p.lr.value)
        assert top.batch_size == pytest.approx(found.batch_size.value, rel=0.08)


def test_other_predictions_peak_between_listed_batch_sizes_or_not_at_all():
    curves = {
        "surge": [0.1, 0.2, 0.3, 0.2, 0.1], "independent": [0.1, 0.2, 0.3, 0.299, 0.1],
        "correlated": [0.1, 0.2, 0.3, 0.4, 0.5], "sampled": [0.5, 0.4, 0.3, 0.2, 0.1],
        "line_search": [0.1, 0.2, 0.3, 0.0, 0.1],
    }  # fmt: skip
    explanation = made(curves, [0.1] * 5)
    found = {rung: explanation.predicted_peak(rung) for rung in curves}
    assert {rung: summit.kind for rung, summit in found.items()} == {
        "surge": "peak", "independent": "peak", "correlated": "no_fall", "sampled": "fall", "line_search": "none",
    }  # fmt: skip
    assert found["surge"].between == (4, 64)
    assert found["independent"].between == (4, 256)
    assert all(summit.batch_size is None for summit in found.values())


def test_the_answer_follows_the_choice(bundled):
    digits, transformer = bundled["digits-mlp-1.0"], bundled["char-transformer-2.55"]
    assert why.answer(digits, "sign") == (
        "No peak after 1 step, up to batch size 1024. Theorem 3 predicts a peak at batch size 18.3. Real gradients "
        "are correlated, and that removes it. With correlation taken out there is still none, because the loss is not "
        "quadratic."
    )
    assert why.answer(transformer, "sign") == (
        "No peak after 1 step, up to batch size 256. Theorem 3 predicts a peak at batch size 9.48 (8.99 to 9.97). Real "
        "gradients are correlated, and that removes it. With correlation taken out, there is a fall."
    )
    later = why.answer(digits, "sign", 20)
    assert later.startswith(
        "A peak after 20 steps: the best learning rate peaks between batch sizes 2⁶ and 2¹⁰, then falls by "
    )
    assert later.endswith("The predictions are for one step, so this peak is no evidence for them.")
    assert why.answer(digits, "sgd") == "No peak after 1 step, up to batch size 1024. Every prediction agrees."
    assert "correlated, and that makes the peak" in why.answer(digits, "adam_warm")
    assert "The loss is not quadratic, and that removes it" in why.answer(digits, "decorrelated")


def test_every_answer_is_short_and_says_what_the_verdict_says(bundled):
    starts = {"fall": ("A peak", "A fall"), "no_fall": ("No peak",), "undecided": ("Not decided",)}
    for explanation in bundled.values():
        for update in explanation.updates():
            for steps in explanation.steps(update):
                answer = why.answer(explanation, update, steps)
                assert answer.startswith(starts[explanation.verdict(update, steps).decision])
                assert answer.endswith(".")
                assert answer.count(". ") <= 4
                assert len(answer) < 280
                assert ("predictions are for one step" in answer) == (steps > 1)


@pytest.mark.parametrize(
    ("rungs", "optima", "expected"),
    [
        ({"surge": "peak", "independent": "rise", "correlated": "rise"}, "rise", "The exact mean sign removes it"),
        (
            {"surge": "peak", "independent": "peak", "sampled": "rise"},
            "rise",
            "noise is not Gaussian, and that removes it",
        ),
        (
            {"surge": "peak", "sampled": "peak"},
            "peak",
            "Every prediction agrees. Theorem 3 predicts a peak between batch sizes 2² and 2⁶",
        ),
        (
            {"surge": "rise", "correlated": "peak"},
            "peak",
            "predicts none. Real gradients are correlated, and that makes the peak",
        ),
        (
            {"surge": "peak", "line_search": "peak"},
            "rise",
            "None of the assumptions dropped here explains the difference",
        ),
    ],
)
def test_the_first_assumption_that_settles_it_is_the_cause(rungs, optima, expected):
    shapes = {"peak": [0.1, 0.2, 0.4, 0.2, 0.1], "rise": [0.1, 0.2, 0.3, 0.4, 0.5]}
    explanation = made({rung: shapes[kind] for rung, kind in rungs.items()}, shapes[optima])
    assert expected in why.answer(explanation, "sign")


def test_optima_without_errors_are_undecided():
    explanation = made({"surge": [0.1] * 5}, [0.1] * 5)
    bare = tuple(TrainedOptimum("sign", 1, o.batch_size, Estimate(o.lr.value), 1) for o in explanation.optima)
    answer = why.answer(Explanation("made", "Made", 1.0, explanation.measurement, bare, {}), "sign")
    assert answer.startswith("Not decided after 1 step: without error bars")


def test_predictions_without_a_minimum_are_counted():
    explanation = made(
        {"surge": [0.1, 0.0, 0.1, 0.1, 0.1], "independent": [0.0] * 5, "correlated": [0.1] * 5, "sampled": [0.1] * 5},
        [0.1] * 5,
    )
    assert "1 of 5 batch sizes have no prediction" in why.sentences(explanation, "sign")[0]
    assert "no prediction at any batch size" in why.sentences(explanation, "sign")[1]


def test_the_nearest_model_is_the_model_itself():
    sizes = [2.0**k for k in range(14)]
    truth = NoiseModel(0.3, 0.05, 0.8, 5.0, 0.0)
    found, misfit = nearest_model(sizes, truth.gradient_noise().optimal_lr(sizes))
    assert misfit < 1.01
    assert found.snr > 0
    with pytest.raises(ValueError, match="five different sizes"):
        nearest_model([1, 2, 4], [0.1, 0.2, 0.3])


@pytest.mark.parametrize(
    ("written", "loss", "said"),
    [("loss 0.4", 0.4, "loss 0.4"), ("initial parameters", 0.0, "initial parameters"), (0.4, 0.4, "loss 0.4")],
)
def test_a_measurement_names_its_checkpoint_by_the_loss_in_old_files_too(bundled, written, loss, said):
    found = Measurement.from_dict({**bundled["digits-mlp-0.4"].measurement.to_dict(), "checkpoint": written})
    assert found.checkpoint == loss
    assert found.to_dict()["checkpoint"] == loss
    assert why.checkpoint(found) == said


def test_what_it_was_computed_in_is_said_of_old_files_too(bundled, tmp_path):
    said = "float64 measured, float32 trained"
    found = bundled["digits-mlp-0.4"].to_dict()
    assert why.precision(bundled["digits-mlp-0.4"]) == said
    found["provenance"]["precision"] = said
    (tmp_path / "old.json").write_text(json.dumps(found), encoding="utf-8")
    assert why.precision(Explanation.load(tmp_path / "old.json")) == said
