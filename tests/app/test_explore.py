"""The Explore page without a browser: what it hands to the instrument, and what it says beside it."""

from __future__ import annotations

import explore
import numpy as np
import plotly.graph_objects as go
import pytest
from drawn import handed, said
from explore_state import DEFAULT_MODEL, ExploreState, from_query
from explore_words import sentences
from noise_reading import Reading

from surgecore import NoiseModel, analyse


def opened(app, tab="Numbers", **query) -> dict:
    app.session_state["below"] = tab
    app.query_params.update(query)
    app.run()
    assert not app.exception
    return handed(app)


def test_first_view_is_the_default_model_with_the_measured_optima(app, bundled):
    data = opened(app)
    assert data["state"] == ExploreState().to_json()
    optima = bundled[0].load().optima()
    assert [point["batch"] for point in data["measured"]] == [o.batch_size for o in optima]
    assert [point["lr"] for point in data["measured"]] == [o.learning_rate for o in optima]
    assert [(point["low"], point["high"]) for point in data["measured"]] == [o.interval for o in optima]
    reading = Reading(DEFAULT_MODEL)
    assert reading.top.prominence > 0.1
    assert " ".join(sentences(reading)) in said(app)


def test_the_default_curve_runs_through_the_digits_sweep(bundled):
    optima = bundled[0].load().optima()
    lr = Reading(DEFAULT_MODEL).noise.optimal_lr([o.batch_size for o in optima])
    np.testing.assert_allclose(lr, [o.learning_rate for o in optima], rtol=0.12)


def test_a_link_carries_the_state_to_the_last_digit(app, bundled):
    query = {"snr": "0.012345678901234567", "alignment": "3.3", "curves": "exact,sgd", "t": "0.25",
             "sweep": bundled[-1].title}  # fmt: skip
    data = opened(app, **query)
    assert data["state"]["params"]["snr"] == 0.012345678901234567
    assert data["state"]["laws"] == ["exact", "sgd"]
    assert data["state"]["progress"] == {"t": 0.25, "noise": "fixed"}
    assert not app.warning
    assert [point["lr"] for point in data["measured"]] == [o.learning_rate for o in bundled[-1].load().optima()]


def test_junk_in_the_address_falls_back_and_is_named(app):
    junk = {"snr": "nonsense", "alignment": "1e9", "curves": "exact,astrology", "t": "2", "zoom": "1,0,0"}
    data = opened(app, **junk, ghost="1,2")
    assert data["state"] == ExploreState().to_json()
    shown = " ".join(warning.value for warning in app.warning)
    for key in (*junk, "ghost"):
        assert f"{key} = " in shown


def test_parameters_that_do_not_go_together_fall_back(app):
    data = opened(app, n_parameters="4", alignment="100")
    assert data["state"]["params"] == vars(DEFAULT_MODEL)
    assert "do not go together" in app.warning[0].value


def test_an_embedded_page_hides_what_the_address_names(app):
    data = opened(app, hide="controls,page,nonsense")
    assert data["hide"] == ["controls", "page"]
    assert not app.title
    assert not app.tabs


def test_fit_sets_the_controls_to_the_fitted_law(app, bundled):
    data = opened(app)
    (fit,) = [fit for fit in analyse(bundled[0].load()).comparison.fits if fit.family.key == "equal_snr"]
    noise = NoiseModel(**data["fit"]["params"]).gradient_noise()
    batch = np.logspace(0, 5, 11)
    np.testing.assert_allclose(noise.optimal_lr(batch), fit.law(batch), rtol=1e-9)
    assert fit.status in data["fit"]["sentence"]


def test_training_moves_the_numbers_as_it_moves_the_curve(app):
    data = opened(app, t="0.5")
    state, _ = from_query({"t": ["0.5"]})
    model = explore.shown_model(state)
    row = data["progress"]["fixed"][15]
    assert model.snr == pytest.approx(DEFAULT_MODEL.snr * row["snr"], rel=1e-12)
    assert " ".join(sentences(Reading(model))) in said(app)


def test_table_and_curves_are_the_theory(app):
    app.session_state["below"] = "Numbers"
    app.run()
    reading = Reading(DEFAULT_MODEL)
    table = explore.curve_table(reading, ("exact", "surge", "correlated"))
    assert list(table) == ["batch_size", "exact", "surge"]  # nothing to draw without correlation
    np.testing.assert_allclose(table["exact"], reading.noise.optimal_lr(table["batch_size"]))
    assert app.table[0].value.shape == (21, 4)


def test_laws_without_a_height_of_their_own_borrow_one():
    reading = Reading(NoiseModel(0.1, 0.05, 0.5, 6.0, 0.0))
    curves = reading.curves()
    assert curves["square_root"](1e-9) == pytest.approx(reading.noise.optimal_lr(1e-9), rel=1e-6)
    assert curves["linear"](1) == pytest.approx(curves["square_root"](1))
    for key in ("sgd", "saturating_half"):
        assert curves[key](1e14) == pytest.approx(reading.noise.plateau_lr, rel=1e-3)


def test_the_python_snippet_runs_and_finds_the_same_peak(monkeypatch, capsys):
    drawn = []
    monkeypatch.setattr(go.Figure, "show", lambda figure: drawn.append(figure))
    state, _ = from_query({"alignment": ["9"], "t": ["0.1"]})
    exec(explore.snippet(state), {})
    (figure,) = drawn
    assert figure.layout.xaxis.type == "log"
    assert str(Reading(explore.shown_model(state)).peaks[0].lr)[:8] in capsys.readouterr().out


def test_the_link_and_the_embed_code_are_on_the_page(app):
    opened(app, "Share and cite", alignment="3.3")
    texts = [code.value for code in app.code]
    assert any("alignment=3.3" in text and "iframe" not in text for text in texts)
    assert any("hide=" in text and "embed=true" in text for text in texts)
    assert any("@inproceedings" in text for text in texts)


@pytest.mark.parametrize(
    ("data", "rows", "problem"),
    [
        (b"step,noise_scale\n0,10\n50,40\n100,90\n", [(0.0, 10.0), (0.5, 40.0), (1.0, 90.0)], None),
        (b"step,noise_scale\n0,-1\n", [], "positive"),
        (b"a,b\n1,2\n", [], "cannot be used"),
        (b"", [], "cannot be used"),
    ],
)
def test_a_logged_noise_scale_reaches_the_instrument(app, data, rows, problem):
    app.session_state["below"] = "Logged noise scale"
    app.run()
    app.file_uploader(key="logged_file").upload("run.csv", data, "text/csv").run()
    assert not app.exception
    assert [(point["part"], point["batch"]) for point in handed(app)["logged"]] == rows
    assert bool(app.error) == bool(problem)
    assert problem is None or problem in app.error[0].value
