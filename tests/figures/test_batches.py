"""The drawing of batches that change during a run."""

import numpy as np
import pandas as pd
import pytest
from drawn import marks, parsed, texts
from figures.batches import batches, known_noise

from surgecore.words import batches as words


@pytest.fixture
def table():
    """Runs from 2 and 8 examples at two rates; the noise scale of the first is not known at its first step."""
    steps = np.array([1.0, 2.0, 4.0, 8.0])
    rows = []
    for rate in (0.1, 0.2):
        for start in (2, 8):
            noise = 10 * steps * (1 + rate)
            rows.append(pd.DataFrame({
                "batch_size": start, "learning_rate": rate, "step": steps, "seeds": 4,
                "batch": start * steps, "batch_error": 0.1 * start * (steps - 1), "examples": start * steps,
                "noise_scale": noise, "noise_scale_error": np.where(steps == 1, noise, noise / 10),
            }))  # fmt: skip
    return pd.concat(rows, ignore_index=True)


def test_batches_stand_where_they_were_at_the_chosen_rate(table):
    drawn = parsed(batches(table, 0.1))
    for start in (2, 8):
        at, value = marks(drawn, f"from-{start}")
        np.testing.assert_array_equal(at, [1, 2, 4, 8])
        np.testing.assert_array_equal(value, start * at)
    at, value = marks(drawn, "noise")
    np.testing.assert_array_equal(at, [2, 4, 8])
    np.testing.assert_allclose(value, 11 * at)
    assert not list(drawn.iter("polyline"))  # measured: never joined
    assert "batch, from 8" in texts(drawn)


def test_the_line_is_where_the_norm_test_rests(table):
    drawn = parsed(batches(table, 0.2, 0.5))
    (line,) = drawn.iter("polyline")
    assert line.get("data-key") == "rest"
    ends = [float(point.split(",")[1]) for point in line.get("points").split()]
    # 3 times the noise scale 12, 24 ... 96 is 72 ... 288 at steps 2 and 8
    assert words.rest_factor(0.5) == pytest.approx(3)
    scale = [
        float(g.find("circle").get("cy"))
        for g in drawn.iter("g")
        if g.get("class") == "mark" and g.get("data-key") == "from-2"
    ]  # 2, 4, 8, 16 examples
    octave = (scale[0] - scale[3]) / 3
    assert scale[0] - ends[0] == pytest.approx(octave * np.log2(72 / 2), abs=0.2)
    assert scale[0] - ends[-1] == pytest.approx(octave * np.log2(288 / 2), abs=0.2)


def test_the_sentence_has_the_digits_that_its_error_carries(table):
    rows = table[(table["learning_rate"] == 0.1) & (table["batch_size"] == 2)]
    assert words.path(rows) == (
        "At learning rate 0.1, runs that start from 2 use 16.0 ± 1.4 examples at step 8. "
        "The gradient's noise scale is then 88 ± 9."
    )
    assert words.path(rows.head(1)).endswith("so the noise scale cannot be determined.")
    assert "3.0 times that" in words.path(rows, 0.5)
    assert len(known_noise(rows)) == 3


def test_every_first_batch_is_drawn_however_many(table):
    """Eleven are what the Train page starts from on the quadratic."""
    one = table[(table["learning_rate"] == 0.1) & (table["batch_size"] == 2)]
    starts = [2**k for k in range(1, 12)]
    drawn = parsed(batches(pd.concat([one.assign(batch_size=start) for start in starts]), 0.1))
    looks = set()
    for start in starts:
        at, _ = marks(drawn, f"from-{start}")
        assert len(at) == 4
        (first, *_) = (g for g in drawn.iter("g") if g.get("data-key") == f"from-{start}")
        shape = first[-1]
        corners = np.array([point.split(",") for point in (shape.get("points") or "0,0").split()], dtype=float)
        looks.add((shape.get("fill"), shape.tag, *np.round(corners - corners.mean(axis=0)).ravel()))
    assert len(looks) == len(starts)
