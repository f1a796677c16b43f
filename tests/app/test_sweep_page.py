"""Your sweep and Reference as their visitor drives them, without a browser."""

from __future__ import annotations

import numpy as np
import pytest
from choice import catalogue
from drawn import box, drawings, keys, marks, open_fold, said, unmarked

from surgecore import LAWS, NoiseModel, analyse, peak_shift, words
from surgecore.sweeps.advice import SMOOTH_PATH
from surgecore.words.glossary import terms as glossary_terms


def test_sweep_page_says_the_numbers_of_the_analysis(app, bundled):
    app.query_params["sweep"] = bundled[0].title
    app.run().switch_page("app_pages/sweep.py").run()
    assert not app.exception
    analysis = analyse(bundled[0].load())
    assert app.title[0].value == bundled[0].title
    assert words.verdict(analysis.verdict) in said(app)
    expected = [o.learning_rate for o in analysis.optima]
    np.testing.assert_allclose(marks(drawings(app)[0])[1], expected, rtol=1e-5)
    # no law describes this sweep's optima: card and fold draw the path, and laws on demand
    assert analysis.comparison.no_law
    assert keys(drawings(app)[0])[:3] == ["smooth_path band", "smooth_path", "measured"]
    open_fold(app, "laws")
    assert words.ranking(analysis.comparison) in said(app)
    assert keys(drawings(app)[-1]) == ["smooth_path band", "smooth_path", "measured"]
    order = [words.curve(fit.family.key) for fit in analysis.comparison.fits]
    assert list(app.table[0].value.index) == order


def test_chosen_laws_are_drawn_with_their_bands(app, bundled):
    app.query_params["laws"] = [words.curve("power"), words.curve("constant")]
    app.query_params["sweep"] = bundled[0].title
    app.query_params["view"] = "Fitted laws"
    app.run().switch_page("app_pages/sweep.py").run()
    assert keys(drawings(app)[-1]) == ["power band", "constant band", "power", "constant", "measured"]
    assert "view" not in app.query_params


#: Every so many of the bundled sweeps, every day and in the long tests.
STEPS = [34, pytest.param(1, marks=pytest.mark.long)]


@pytest.mark.parametrize("step", STEPS)
def test_bundled_sweeps_have_their_page(app, bundled, step):
    app.run().switch_page("app_pages/sweep.py").run()
    for entry in bundled[::step]:
        app.query_params["sweep"] = entry.title
        app.run()
        assert not app.exception
        assert app.title[0].value == entry.title
        assert box(app, "sweep").value == words.workload(entry.workload)
        assert box(app, "sweep-optimizer").value == words.optimizer(entry.optimizer, entry.state)


@pytest.mark.parametrize("step", STEPS)
def test_three_boxes_lead_to_every_bundled_sweep(app, bundled, step):
    places = catalogue.places()
    assert set(places) == {entry.title for entry in bundled}
    assert len(set(places.values())) == len(bundled)
    app.query_params["sweep"] = bundled[-1].title
    app.run()
    for entry in bundled[::step]:
        place = places[entry.title]
        box(app, "sweep").set_value(place.workload).run()
        box(app, "sweep-optimizer").set_value(place.optimizer).run()
        box(app, "sweep-run").set_value(place.run).run()
        assert not app.exception
        assert "".join(app.query_params["sweep"]) == entry.name


def test_the_choice_sorts_by_number_and_names_checkpoints_by_their_loss(app, bundled):
    app.query_params["sweep"] = bundled[0].title
    app.run().switch_page("app_pages/sweep.py").run()
    assert [box(app, key).value for key in ("sweep", "sweep-optimizer", "sweep-run")] == [
        "Digits MLP", "sign descent", "10 steps from loss 1",
    ]  # fmt: skip
    runs = box(app, "sweep-run").options
    assert runs[:4] == [f"{k} from loss 1" for k in ("1 step", "5 steps", "10 steps", "20 steps")]
    assert runs[4:8] == [f"{run}, checkpoint 2" for run in runs[:4]]
    # what can be kept is kept
    box(app, "sweep-run").set_value("20 steps from loss 1, checkpoint 2").run()
    box(app, "sweep-optimizer").set_value("SGD").run()
    assert box(app, "sweep-run").value == "20 steps from loss 1, checkpoint 2"
    box(app, "sweep-optimizer").set_value("Lion").run()
    assert box(app, "sweep-run").value == "10 steps from loss 1"


def test_the_reference_has_every_symbol_every_law_and_a_card_for_each_sweep(app, bundled):
    app.run().switch_page("app_pages/glossary.py").run()
    assert not app.exception
    terms = " ".join(heading.value for heading in app.header)
    params = [*NoiseModel.params, *(param for law in LAWS.values() for param in law.free)]
    assert all(f"${param.symbol}$" in terms for param in params)
    app.switch_page("app_pages/laws.py").run()
    assert [heading.value for heading in app.subheader] == [words.curve(key) for key in [*LAWS, SMOOTH_PATH]]
    for shown, law in zip([text.value for text in app.latex], LAWS.values(), strict=True):
        assert all(param.symbol in shown for param in law.free)
    app.switch_page("app_pages/cards.py").run()
    assert app.selectbox(key="card").options == [entry.title for entry in bundled]
    for entry in bundled[::7]:
        app.selectbox(key="card").set_value(entry.title).run()
        heading, card = (entry.folder / entry.card).read_text(encoding="utf-8").split("\n", 1)
        assert heading == f"# {entry.title}"
        assert card.strip() in [unmarked(text.value) for text in app.markdown]


def test_every_page_behind_the_reference_opens(app):
    for name in ("reference", "laws", "glossary", "cards", "method", "citations"):
        app.switch_page(f"app_pages/{name}.py").run()
        assert not app.exception
        assert len(app.title) == 1
    assert "li2024surge" in app.code[0].value


def test_an_address_names_laws_and_sweeps_by_codes(app, bundled):
    app.query_params["sweep"] = bundled[0].name
    app.query_params["laws"] = ["power", "constant"]
    app.query_params["beside"] = [bundled[1].name]
    app.query_params["fold-laws"] = app.query_params["fold-compare"] = "true"
    app.run().switch_page("app_pages/sweep.py").run()
    assert not app.exception
    assert set(app.session_state["laws"]) == {"power", "constant"}
    assert app.session_state["beside"] == [bundled[1].title]
    moved = peak_shift(*(analyse(bundled[k].load()) for k in (0, 1)))
    assert words.peak_shift(moved) in said(app)  # of any two, a user's own two targets too
    app.session_state["laws"] = []
    app.run()
    assert "".join(app.query_params["laws"]) == "none"
    assert "".join(app.query_params["beside"]) == bundled[1].name


def test_steps_say_how_the_peak_moves_between_two_targets(app, bundled):
    """Both sweeps of a pair say the same, the earlier target first; one without its like says nothing of it."""
    by_name = {entry.name: entry for entry in bundled}
    pair = [by_name[f"digits-mlp-sign-paper-t{loss}-k10"] for loss in ("0.5", "0.25")]
    shift = words.peak_shift(peak_shift(*(analyse(entry.load()) for entry in pair)))
    for entry in pair:
        app.query_params["sweep"] = entry.name
        app.run().switch_page("app_pages/sweep.py").run()
        open_fold(app, "steps")
        assert not app.exception
        assert f"First target: loss 0.5; second: loss 0.25. {shift}" in said(app)
    app.query_params["sweep"] = "paper-gpt-adam-t2.6-k10"
    app.run()
    assert "First target" not in said(app)


def test_the_glossary_has_each_name_once_with_all_that_it_means(app):
    app.run().switch_page("app_pages/glossary.py").run()
    names = [heading.value.partition(",")[0] for heading in app.header]
    assert len(set(names)) == len(names)
    said_of = " ".join(text.value for text in app.markdown)
    params = [*NoiseModel.params, *(param for law in LAWS.values() for param in law.law.params)]
    for meaning in [*map(words.meaning, params), *(term.about for term in glossary_terms())]:
        assert meaning in said_of
