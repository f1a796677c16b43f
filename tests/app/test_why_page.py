"""The Why page: predictions beside measured optima, without a browser."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import why
from drawn import figure, handed, metas, said, trace, values

from surgecore import NoiseModel
from surgecore.explanation import load_explanations
from surgecore.measured import RUNGS

PAGE = "app_pages/why.py"


@pytest.fixture(scope="module")
def explained():
    found = load_explanations(Path(__file__).parents[2] / "data" / "why")
    return {explanation.title: explanation for explanation in found}


def test_the_numbers_of_the_file_are_drawn(app, explained):
    app.run().switch_page(PAGE).run()
    assert not app.exception
    one = explained[app.selectbox(key="checkpoint").value]
    optima = one.measured("sign")
    x, y = trace(figure(app), "measured")
    np.testing.assert_allclose(x, [o.batch_size for o in optima])
    np.testing.assert_allclose(y, [o.lr.value for o in optima])
    for rung in ("surge", "independent", "correlated", "sampled", "line_search"):
        np.testing.assert_allclose(trace(figure(app), rung)[1], [p.lr.value for p in one.measurement.curve(rung)])
    answer = one.sentences("sign")[-1].split(". ")[0]
    assert f"**{answer}.**" in said(app)


def test_measured_points_are_never_joined(app):
    app.run().switch_page(PAGE).run()
    for position in (0, 1):
        for drawn in figure(app, position)["data"]:
            if drawn.get("meta") == "measured" or "ratio" in drawn.get("meta", ""):
                assert drawn["mode"] == "markers"


def test_assumptions_are_dropped_one_by_one(app, explained):
    app.run().switch_page(PAGE).run()
    pills = app.button_group(key="rungs-sign")
    pills.set_value(["surge"]).run()
    assert metas(figure(app))[-2:] == ["surge", "measured"]
    one = explained[app.selectbox(key="checkpoint").value]
    (ratio,) = [t for t in figure(app, 1)["data"] if t.get("meta") == "surge ratio"]
    np.testing.assert_allclose(values(ratio["y"]), [r.value for r in one.ratios("sign", "surge")])


def test_every_checkpoint_and_update_has_its_page(app, explained):
    app.run().switch_page(PAGE).run()
    for title, one in explained.items():
        app.selectbox(key="checkpoint").set_value(title).run()
        for update in one.updates():
            app.selectbox(key="update").set_value(update).run()
            assert not app.exception
            assert "measured" in metas(figure(app))


def test_more_steps_are_no_evidence_for_one(app):
    app.run().switch_page(PAGE).run()
    app.selectbox(key="after").set_value(10).run()
    assert not app.exception
    assert "no evidence" in said(app)
    assert len(app.get("plotly_chart")) == 1


def test_the_measured_curve_opens_in_explore(app, explained):
    app.run().switch_page(PAGE).run()
    (button,) = [b for b in app.button if b.label == "Open the measured curve in Explore"]
    button.click().run()
    assert not app.exception
    assert app.title[0].value == "Where does the optimal learning rate peak?"
    model = handed(app)["state"]["params"]
    sizes = 2.0 ** np.arange(10)
    expected = explained["Digits MLP at loss 1.0"].measurement.gradient_noise().optimal_lr(sizes)
    np.testing.assert_allclose(NoiseModel(**model).gradient_noise().optimal_lr(sizes), expected, rtol=0.05)


def test_the_table_has_every_checkpoint(explained):
    table = why.checkpoints(list(explained.values()))
    assert list(table.index) == list(explained)
    assert "Measured, 1 step" in table


def test_the_snippet_finds_the_ratios(explained, tmp_path, monkeypatch, capsys):
    one = explained["Digits MLP at loss 1.0"]
    one.save(tmp_path / f"{one.name}.json")
    monkeypatch.chdir(tmp_path)
    exec(compile(why.snippet(one, "sign"), "snippet", "exec"), {})
    printed = capsys.readouterr().out
    for ratio in one.ratios("sign", "sampled"):
        assert str(ratio.value) in printed
    assert set(one.rungs("sign")) <= set(RUNGS)
