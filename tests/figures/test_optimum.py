"""The witness of a fall, marked in the drawing of the optima."""

import numpy as np
import pytest
from drawn import parsed
from figures import optimum
from simulate import sweep_frame

from surgecore import ConstantLaw, SurgeLaw, Sweep, analyse
from surgecore.words import number


def drawn(law):
    analysis = analyse(Sweep.from_frame(sweep_frame(law, np.random.default_rng(1), seeds=6)))
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


def test_without_a_fall_nothing_is_marked():
    analysis, drawing = drawn(ConstantLaw(1e-2))
    assert analysis.verdict.decision != "fall"
    assert not [g for g in drawing.iter("g") if g.get("class") == "witness"]
