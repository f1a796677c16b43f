"""The drawing of the optima with its curve, and the witness of a fall marked in it."""

from functools import cache

import numpy as np
import pytest
from drawn import band, curve, keys, marked, marks, parsed, texts
from figures import optimum
from figures.plot import SIZES
from simulate import sweep_frame

from surgecore import ConstantLaw, SurgeLaw, Sweep, analyse, words
from surgecore.words import number, say


@cache
def analysed(law):
    return analyse(Sweep.from_frame(sweep_frame(law, np.random.default_rng(1), seeds=6)))


def drawn(law):
    analysis = analysed(law)
    return analysis, parsed(optimum.card(analysis, ""))


def test_the_witness_is_a_bracket_at_its_rate_between_its_batch_sizes():
    analysis, drawing = drawn(SurgeLaw(1e-2, 64.0))
    witness = analysis.verdict.witness
    (mark,) = [g for g in drawing.iter("g") if g.get("class") == "witness"]
    assert number(witness.learning_rate, 2) in mark.get("data-text")
    # measured marks tell the axes: a straight line from ln value to pixels
    marks = [g for g in drawing.iter("g") if g.get("class") == "mark" and g.find("circle") is not None]
    line = mark.find("line")
    for name, place, pixels, values in (
        ("data-x", "cx", ("x1", "x2"), (witness.smaller, witness.larger)),
        ("data-value", "cy", ("y1", "y2"), (witness.learning_rate,) * 2),
    ):
        value = np.log([float(g.get(name)) for g in marks])
        at = [float(g.find("circle").get(place)) for g in marks]
        scale = np.polyfit(value, at, 1)
        assert [float(line.get(end)) for end in pixels] == pytest.approx(np.polyval(scale, np.log(values)), abs=0.2)


def hump(batch_size):
    """A log-normal hump: no law tried has its shape."""
    return 1e-2 * np.exp(-0.5 * (np.log(np.asarray(batch_size) / 150) / 1.5) ** 2)


def test_where_no_law_holds_the_smooth_path_is_drawn_with_its_band_and_its_name():
    analysis, drawing = drawn(hump)
    assert "None of the 11 laws" in words.ranking(analysis.comparison)
    assert keys(drawing)[:2] == ["smooth_path band", "smooth_path"]
    assert not {fit.family.key for fit in analysis.comparison.fits} & set(keys(drawing))
    sizes, rates = curve(drawing, "smooth_path")
    at, measured = marks(drawing)
    np.testing.assert_allclose(np.exp(np.interp(np.log(at), np.log(sizes), np.log(rates))), measured, rtol=0.06)
    np.testing.assert_allclose(rates, analysis.comparison.path.predict(sizes)[0], rtol=0.01)
    edges = band(drawing, "smooth_path")[1]
    assert edges.max() > rates.max()
    assert edges.min() < rates.min()
    assert "Smooth path, no law" in texts(drawing)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("at", [8, 64, 128, 1024])
def test_the_answer_is_written_where_no_measured_value_is(size, at):
    analysis = analysed(hump)
    width, height = SIZES[size]
    drawing = parsed(
        optimum.card(analysis, "", at=at, rate=float(hump(at)), said="0.00801", width=width, height=height)
    )
    (text,) = [text for text in drawing.iter("text") if "".join(text.itertext()) == f"0.00801 at {at}"]
    x, y = (float(text.get(name)) for name in "xy")
    wide = 8 * len(f"0.00801 at {at}")
    left, right = (x - wide, x) if text.get("text-anchor") == "end" else (x, x + wide)
    assert 0 < left < right < width
    discs = [mark.find("circle") for mark in marked(drawing)]
    assert not [d for d in discs if left < float(d.get("cx")) < right and y - 16 < float(d.get("cy")) < y + 4]


def test_bounds_are_named_in_the_legend_where_there_are_any():
    name = say("points-on-edge")
    assert name not in texts(drawn(hump)[1])
    cut = sweep_frame(SurgeLaw(1e-2, 64.0), np.random.default_rng(1), seeds=6)
    analysis = analyse(Sweep.from_frame(cut[cut["learning_rate"] < 0.008].reset_index(drop=True)))
    assert any(o.on_edge for o in analysis.optima)
    assert name in texts(parsed(optimum.card(analysis, "")))


def test_where_a_law_holds_the_best_law_is_drawn():
    analysis, drawing = drawn(SurgeLaw(1e-2, 64.0))
    best = analysis.comparison.fits[0].family.key
    assert keys(drawing)[:2] == [f"{best} band", best]
    assert "smooth_path" not in keys(drawing)


def test_without_a_fall_nothing_is_marked():
    analysis, drawing = drawn(ConstantLaw(1e-2))
    assert analysis.verdict.decision != "fall"
    assert not [g for g in drawing.iter("g") if g.get("class") == "witness"]
