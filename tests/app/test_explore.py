"""The Explore page without a browser: what it hands to the instrument, and what it says beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from drawn import handed, upload
from explore import page as explore
from explore.curves import fit_controls
from explore.state import DEFAULT_MODEL, ExploreState, from_query
from figures.palette import STYLES

from surgecore import EqualSnrLaw, NoiseModel, PowerLaw, Sweep, analyse, one_step_curves
from surgecore.theory.curves import CURVES
from surgecore.words import curve

ROOT = Path(__file__).parents[2]
PAGE = "app_pages/explore.py"


def made(law, sizes=(4, 16, 64, 256, 1024, 4096), steps=1, error=0.01, seeds=8):
    """A sweep whose optima follow a law, as a CSV."""
    rng = np.random.default_rng(3)
    shift = dict(zip(sizes, np.exp(error * rng.normal(size=(len(sizes), seeds))), strict=True))
    grid = law(np.array(sizes, dtype=float))
    rates = np.geomspace(grid.min() / 4, grid.max() * 4, 41)
    rows = [
        {"batch_size": size, "learning_rate": lr, "seed": seed, "loss": 1 + np.log(lr / best / shift[size][seed]) ** 2}
        for size, best in zip(sizes, grid, strict=True) for lr in rates for seed in range(seeds)
    ]  # fmt: skip
    frame = pd.DataFrame(rows)
    return (frame if steps is None else frame.assign(steps=steps)).to_csv(index=False).encode()


def own(app, data, name="mine.csv"):
    """What the instrument is given for a sweep of the visitor's."""
    app.run().switch_page(PAGE).run()
    return handed(upload(app, data, name))


PEAKED, RISING = EqualSnrLaw(0.3, 0.05, 6.0), PowerLaw(1e-4, 0.5)


def opened(app, tab="Numbers", **query) -> dict:
    app.session_state["below"] = tab
    app.query_params.update(query)
    app.run()
    if not query:  # an address without a page is that of the front page
        app.switch_page(PAGE).run()
    assert not app.exception
    return handed(app)


def test_first_view_is_the_default_model_with_the_measured_optima(app, bundled):
    data = opened(app)
    assert data["state"] == ExploreState().to_json()
    optima = bundled[0].load().optima()
    assert [point["batch"] for point in data["measured"]] == [o.batch_size for o in optima]
    assert [point["lr"] for point in data["measured"]] == [o.learning_rate for o in optima]
    assert [(point["low"], point["high"]) for point in data["measured"]] == [o.interval for o in optima]


def test_the_default_curve_runs_through_the_digits_sweep(bundled):
    optima = bundled[0].load().optima()
    lr = DEFAULT_MODEL.gradient_noise().optimal_lr([o.batch_size for o in optima])
    np.testing.assert_allclose(lr, [o.learning_rate for o in optima], rtol=0.12)


def test_a_link_carries_the_state_to_the_last_digit(app, bundled):
    query = {"snr": "0.012345678901234567", "alignment": "3.3", "curves": "exact,sgd", "t": "0.25",
             "sweep": bundled[-1].title}  # fmt: skip
    data = opened(app, **query)
    assert data["state"]["model"]["snr"] == 0.012345678901234567
    assert data["state"]["curves"] == ["exact", "sgd"]
    assert (data["state"]["t"], data["state"]["noise"]) == (0.25, "fixed")
    assert not app.warning
    assert [point["lr"] for point in data["measured"]] == [o.learning_rate for o in bundled[-1].load().optima()]


def test_a_lesson_alone_in_the_address_is_that_lesson(app):
    data = opened(app, lesson="two_peaks")
    assert data["state"]["lesson"] == "two_peaks"
    assert data["state"]["model"]["blocks"] == 2


def test_junk_in_the_address_falls_back_and_is_named(app):
    junk = {"snr": "nonsense", "alignment": "1e9", "curves": "exact,astrology", "t": "2", "zoom": "1,0,0"}
    data = opened(app, **junk, ghost="1,2")
    assert data["state"] == ExploreState().to_json()
    shown = " ".join(warning.value for warning in app.warning)
    for key in (*junk, "ghost"):
        assert f"{key} = " in shown


def test_parameters_that_do_not_go_together_fall_back(app):
    data = opened(app, n_parameters="4", alignment="100")
    assert data["state"]["model"] == vars(DEFAULT_MODEL)
    assert "do not go together" in app.warning[0].value


def test_an_embedded_page_hides_what_the_address_names(app):
    data = opened(app, hide="controls,page,nonsense")
    assert data["hide"] == ["controls", "page"]
    assert not app.title
    assert not app.tabs


# --- the controls that fit a sweep ------------------------------------------------------------------------


def test_fit_sets_the_controls_to_the_fitted_law(app):
    sweep = Sweep.from_csv(made(PEAKED))
    (fit,) = [fit for fit in analyse(sweep).comparison.fits if fit.family.key == "equal_snr"]
    data = own(app, made(PEAKED))
    noise = NoiseModel(**data["fit"]["model"]).gradient_noise()
    batch = np.logspace(0, 5, 11)
    np.testing.assert_allclose(noise.optimal_lr(batch), fit.law(batch), rtol=1e-4)
    np.testing.assert_allclose(noise.optimal_lr(batch), PEAKED(batch), rtol=0.05)
    assert data["fit"]["opening"] == "Fitted to this sweep."
    for name, error in (("alignment", fit["coupling"].stderr), ("snr", fit["snr"].stderr)):
        value = data["fit"]["model"][name]
        last = 10 ** (np.floor(np.log10(value)) - data["fit"]["digits"][name] + 1)
        assert last > error / 20  # no digit that means nothing


def test_what_a_sweep_does_not_determine_is_not_fitted(app):
    data = own(app, made(RISING, (8, 16, 32, 64), error=0.1, seeds=3))
    assert data["fit"]["model"] is None
    assert data["fit"]["sentence"] == "Not fitted: the optima of this sweep determine neither R nor z."


def test_a_parameter_that_is_only_bounded_is_held_and_said(bundled):
    seen = set()
    for entry in bundled[::18]:
        analysis = analyse(entry.load())
        (free,) = [fit for fit in analysis.comparison.fits if fit.family.key == "equal_snr"]
        fit = fit_controls(analysis, DEFAULT_MODEL)
        if fit.model is None:
            assert fit.sentence.startswith("Not fitted: ")
            continue
        for param in NoiseModel.params[:2]:
            assert param.bounds[0] < vars(fit.model)[param.name] < param.bounds[1]
        optima = [optimum for optimum in analysis.optima if optimum.on_edge is None]
        fitted = fit.model.gradient_noise().optimal_lr([o.batch_size for o in optima])
        assert np.median(np.abs(np.log(fitted / [o.learning_rate for o in optima]))) < 0.5
        low, high = free["coupling"].interval
        if low == 0 and np.isinf(high):
            assert "the data do not determine R; drawn with R = " in fit.opening
            seen.add("held")
        elif low == 0:
            assert "the data only show R < " in fit.opening
            seen.add("bounded")
    assert seen >= {"held", "bounded"}


def test_what_a_fit_leaves_open_stands_before_its_headline(app):
    fit = own(app, made(PEAKED, sizes=(4, 16, 64)))["fit"]
    assert fit["model"] is not None, fit["sentence"]
    assert fit["opening"].startswith("Fitted to this sweep (")
    assert fit["opening"].endswith(").")


# --- what is said of the sweep on show ---------------------------------------------------------------------


def test_the_instrument_is_told_about_a_sweep_of_the_visitors_own(app):
    data = own(app, made(PEAKED), "my_own.csv")
    assert data["decision"].startswith("Your sweep my_own (after 1 step): past its peak")
    assert data["caution"] == ""


def test_a_bundled_sweep_leaves_the_headline_to_the_controls(app):
    assert opened(app)["decision"] == ""


def test_training_moves_the_model_as_it_moves_the_curve(app):
    data = opened(app, t="0.5")
    state, _ = from_query({"t": ["0.5"]})
    model, row = explore.shown_model(state), data["progress"]["fixed"][15]
    for name in ("snr", "alignment", "lr_scale"):
        assert vars(model)[name] == pytest.approx(vars(DEFAULT_MODEL)[name] * row[name], rel=1e-12)


def test_table_and_curves_are_the_theory(app):
    opened(app)
    table = explore.curve_table(DEFAULT_MODEL, ("exact", "surge", "correlated"))
    assert list(table) == ["batch_size", "exact", "surge"]  # nothing to draw without correlation
    np.testing.assert_allclose(table["exact"], DEFAULT_MODEL.gradient_noise().optimal_lr(table["batch_size"]))
    assert app.table[0].value.shape == (21, 4)


# --- Python that draws the figure --------------------------------------------------------------------------


def run_snippet(code, monkeypatch, folder):
    shown = []
    monkeypatch.setattr(go.Figure, "show", lambda figure: shown.append(figure))
    monkeypatch.chdir(folder)
    exec(code, {})
    (figure,) = shown
    return figure


def snippet_of(app):
    return next(code.value for code in app.code if "make_subplots" in code.value)


ZOOM = "1,9.5,-3,0.25,-7,-2"
GHOST = "0.2,0.05,0.5,4.0,0.1,0.0,0.0,256,1"


@pytest.mark.parametrize(
    "query",
    [
        {"zoom": ZOOM},
        {"alignment": "9", "t": "0.1", "curves": "exact,surge,plateau,saturating_half,linear"},
        {"correlation": "0.3", "curves": ",".join(CURVES), "zoom": ZOOM, "ghost": GHOST, "points": "on"},
    ],
)
def test_the_python_snippet_draws_what_is_shown(app, bundled, monkeypatch, capsys, tmp_path, query):
    opened(app, "Share and cite", **query)
    state, notices = from_query({key: [value] for key, value in query.items()})
    assert not notices
    figure = run_snippet(snippet_of(app), monkeypatch, tmp_path)
    traces = {(trace.name, trace.yaxis): trace for trace in figure.data}
    model = explore.shown_model(state)
    expected = one_step_curves(model)
    shown = [key for key in state.curves if key in expected]
    pinned = [f"Pinned {i + 1}" for i in range(len(state.ghosts))]
    assert {name for name, _ in traces} == {*map(curve, shown), *pinned, *(["Measured"] if state.points else [])}
    for key in shown:
        trace = traces[curve(key), "y"]
        np.testing.assert_allclose(trace.y, expected[key].optimal_lr(trace.x), rtol=1e-9)
        assert trace.line.color == STYLES[key].colour
        assert ((curve(key), "y2") in traces) == (expected[key].loss_drop is not None)
    for name, ghost in zip(pinned, state.ghosts, strict=True):
        trace = traces[name, "y"]
        np.testing.assert_allclose(trace.y, ghost.gradient_noise().optimal_lr(trace.x))
    if "zoom" in query:  # of the address: octaves of the batch size, decades of the rate
        left, right, low, high, *_ = map(float, query["zoom"].split(","))
        np.testing.assert_allclose(10.0 ** np.array(figure.layout.xaxis.range), [2.0**left, 2.0**right])
        assert list(figure.layout.yaxis.range) == [low, high]
    assert all(str(peak.lr)[:8] in capsys.readouterr().out for peak in model.gradient_noise().peaks()[:1])
    if state.points:
        points, optima = traces["Measured", "y"], bundled[0].load().optima()
        assert list(points.y) == [o.learning_rate for o in optima]
        np.testing.assert_allclose(points.y + points.error_y.array, [o.interval[1] for o in optima])
        np.testing.assert_allclose(points.y - points.error_y.arrayminus, [o.interval[0] for o in optima])


def test_the_snippet_of_an_upload_carries_its_optima(app, monkeypatch, tmp_path):
    app.session_state["below"] = "Share and cite"
    app.query_params["points"] = "on"
    own(app, made(PEAKED), "my own.csv")
    figure = run_snippet(snippet_of(app), monkeypatch, tmp_path)
    (points,) = [trace for trace in figure.data if trace.name == "Measured"]
    assert list(points.y) == [o.learning_rate for o in Sweep.from_csv(made(PEAKED)).optima()]


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
    opened(app, "Logged noise scale")
    app.file_uploader(key="logged_file").upload("run.csv", data, "text/csv").run()
    assert not app.exception
    assert [(point["part"], point["batch"]) for point in handed(app)["logged"]] == rows
    assert bool(app.error) == bool(problem)
    assert problem is None or problem in app.error[0].value
