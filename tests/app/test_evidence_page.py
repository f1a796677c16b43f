"""The Why page: predictions beside measured optima, without a browser."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from choice.catalogue import by_title, explanations, gaussianity
from drawn import curve, drawings, handed, keys, marked, marks, markup, said, texts, unmarked
from evidence import stairs
from figures import ladder

from surgecore import NoiseModel, analyse, words
from surgecore.sweeps.answers import answer_of, load_answers
from surgecore.why.explanation import load_explanations
from surgecore.why.measurement import RUNGS, Estimate
from surgecore.words import curve as curve_name
from surgecore.words import say, share, surge, why
from surgecore.words.phrases import LANGUAGE, PSEUDO

PAGE = "app_pages/evidence.py"


def opened(app, part="Why"):
    app.query_params["part"] = part
    app.run().switch_page(PAGE).run()
    assert not app.exception
    return app


@pytest.fixture(scope="module")
def explained():
    found = load_explanations(Path(__file__).parents[2] / "data" / "why")
    return {explanation.title: explanation for explanation in found}


def test_the_numbers_of_the_file_are_drawn(app, explained):
    opened(app)
    assert not app.exception
    one = explained[app.selectbox(key="checkpoint").value]
    optima = one.trained("sign")
    lines = drawings(app)[0]
    x, y = marks(lines)
    np.testing.assert_allclose(x, [o.batch_size for o in optima])
    np.testing.assert_allclose(y, [o.lr.value for o in optima], rtol=1e-5)
    for rung in ("surge", "independent", "correlated", "sampled", "line_search"):
        sizes, rates = curve(lines, rung)
        for prediction in one.measurement.curve(rung):
            if sizes.min() <= prediction.batch_size <= sizes.max():
                drawn = np.exp(np.interp(np.log(prediction.batch_size), np.log(sizes), np.log(rates)))
                assert drawn == pytest.approx(prediction.lr.value, rel=0.02)
    assert f"**{why.answer(one, 'sign')}**" in said(app)


def test_the_headline_follows_the_choice(app, explained):
    opened(app)
    one = explained[app.selectbox(key="checkpoint").value]
    assert one.title == "Digits MLP at loss 1.0"
    app.selectbox(key="after").set_value(20).run()
    assert f"**{why.answer(one, 'sign', 20)}**" in said(app)
    app.selectbox(key="update").set_value("sgd").run()
    assert f"**{why.answer(one, 'sgd', app.selectbox(key='after').value)}**" in said(app)


def test_the_page_names_the_verdict_of_the_sweep_from_its_checkpoint(app, bundled):
    opened(app)
    app.selectbox(key="after").set_value(10).run()
    (entry,) = [entry for entry in bundled if entry.name == "digits-mlp-sign-k10"]
    sentence = surge.said(analyse(entry.load()))
    assert f"Its verdict: {sentence}" in said(app)


def test_measured_points_are_never_joined(app):
    opened(app)
    lines, ratios = drawings(app)
    assert "measured" not in [line.get("data-key") for line in lines.iter("polyline")]
    assert not list(ratios.iter("polyline"))


def test_every_panel_has_a_legend_and_a_true_caption(app):
    opened(app)
    lines, ratios = drawings(app)
    names = {curve_name(rung, "sign") for rung in app.button_group(key="rungs-sign").value}
    assert names | {"Measured after 1 step"} <= set(texts(lines))
    assert names <= set(texts(ratios))
    captions = " ".join(unmarked(caption.value) for caption in app.caption)
    assert "Each marker is a prediction divided by the measured optimum" in captions
    assert "Markers are measured" not in captions
    app.selectbox(key="update").set_value("decorrelated").run()
    assert "**Points**: the best rate of a line search" in said(app)


def test_assumptions_are_dropped_one_by_one(app, explained):
    opened(app)
    pills = app.button_group(key="rungs-sign")
    pills.set_value(["surge"]).run()
    lines, ratios = drawings(app)
    assert keys(lines)[-2:] == ["surge", "measured"]
    one = explained[app.selectbox(key="checkpoint").value]
    expected = [r.value for r in one.ratios("sign", "surge")]
    np.testing.assert_allclose(marks(ratios, "surge ratio")[1], expected, rtol=1e-5)


def test_every_checkpoint_and_update_has_its_page(app, explained):
    """Each checkpoint, and each update of one of them; the drawings of a pair are functions of its data."""
    opened(app)
    for update in explained[app.selectbox(key="checkpoint").value].updates():
        app.selectbox(key="update").set_value(update).run()
        assert not app.exception
        assert marked(drawings(app)[0])
    for title in explained:
        app.selectbox(key="checkpoint").set_value(title).run()
        assert not app.exception
        assert marked(drawings(app)[0])


def test_more_steps_are_no_evidence_for_one(app):
    opened(app)
    app.selectbox(key="after").set_value(20).run()
    assert not app.exception
    assert "so this peak is no evidence for them" in said(app)
    assert len(drawings(app)) == 1
    app.selectbox(key="update").set_value("sgd").run()
    app.selectbox(key="after").set_value(20).run()
    assert "The predictions are for one step and cannot say why" in said(app)


def test_the_measured_curve_opens_in_explore(app, explained):
    app.query_params["sweep"] = "digits-mlp-sign-k1"
    opened(app)
    (button,) = [b for b in app.button if b.label == "Open the measured curve in Explore"]
    button.click().run()
    assert not app.exception
    assert app.title[0].value == say("explore-title")
    assert app.query_params["sweep"] == "digits-mlp-sign-k1"
    assert app.query_params["points"] == "off"  # those of the sweep on show are not this curve's
    assert not handed(app)["state"]["points"]
    model = handed(app)["state"]["model"]
    sizes = 2.0 ** np.arange(10)
    expected = explained["Digits MLP at loss 1.0"].measurement.gradient_noise().optimal_lr(sizes)
    np.testing.assert_allclose(NoiseModel(**model).gradient_noise().optimal_lr(sizes), expected, rtol=0.05)
    # one curve does not tell its cause, and the Why page names another than these controls would
    described = handed(app)["described"]
    assert described["model"] == model
    assert described["opening"].startswith("Nearest to the measured curve of Digits MLP at loss 1.0; other settings")


def test_the_table_has_every_checkpoint(explained):
    table = why.checkpoints(list(explained.values()))
    assert list(table.columns) == list(explained)
    for title, one in explained.items():
        numbers = table[title]
        assert numbers["Peak by Theorem 3, $B_{noise}$"] == why.number(one.measurement.numbers["noise_scale"])
        assert one.trained_peak("sign").kind in ("no_fall", "undecided")
        assert numbers["Peak as trained, 1 step"].startswith(("none", "not decided"))
        assert numbers["Peak by Exact, correlated gradients"] == "none: rises to the end"
    digits = table["Digits MLP at loss 1.0"]
    assert digits["Peak by Exact (Theorem 2)"] == "37.6, between batch sizes 2⁴ and 2⁶"
    assert digits["Peak as trained, 10 steps"] == "not decided"
    assert table["Digits MLP at loss 0.4"]["Peak as trained, 10 steps"].startswith("between batch sizes")
    assert explained["Digits MLP at loss 0.1"].trained_peak("sign", 10).kind == "no_fall"
    assert table["Digits MLP at loss 0.1"]["Peak as trained, 10 steps"] == "none, any fall is below 13 %"


def test_every_number_has_an_interval_or_is_said_to_be_exact(explained):
    assert all(one.measurement.exact for one in explained.values())
    assert "a number without an interval is exact" in why.error_bars(list(explained.values()))
    sample = replace(explained["Digits MLP at loss 0.4"].measurement, exact=False)
    sampled = replace(explained["Digits MLP at loss 0.4"], measurement=sample)
    assert "For Digits MLP at loss 0.4, gradients were sampled" in why.error_bars([sampled])
    assert why.number(Estimate(0.058, reason="no_error_known")) == "0.0580 (no error bar known)"


def test_theorem_2_is_about_signs(app):
    opened(app)
    for update, name in (("sign", "Exact (Theorem 2)"), ("sgd", "Independent noise")):
        app.selectbox(key="update").set_value(update).run()
        assert name in texts(drawings(app)[0])


def test_the_snippet_finds_the_ratios(explained, tmp_path, monkeypatch, capsys):
    one = explained["Digits MLP at loss 1.0"]
    one.save(tmp_path / f"{one.name}.json")
    monkeypatch.chdir(tmp_path)
    exec(compile(ladder.snippet(one, "sign"), "snippet", "exec"), {})
    printed = capsys.readouterr().out
    for ratio in one.ratios("sign", "sampled"):
        assert str(ratio.value) in printed
    assert set(one.rungs("sign")) <= set(RUNGS)


def test_the_gallery_has_a_verdict_for_every_sweep_and_counts_chance(app, bundled):
    opened(app, "Sweeps")
    (tiles,) = markup(app)
    assert tiles.count("data-open=") == tiles.count("class='chip") == len(bundled)
    falls = tiles.count("chip falls")
    verdicts = [answer.verdict for answer in load_answers(bundled[0].folder).values()]
    assert words.chance(verdicts) in said(app)
    assert f"Of {sum(found.p_value is not None for found in verdicts)} sweeps, {falls} fall" in said(app)
    app.multiselect(key="by-optimizer").set_value(["SGD"]).run()
    (tiles,) = markup(app)
    assert tiles.count("data-open=") == sum(entry.optimizer == "sgd" for entry in bundled)


@pytest.mark.parametrize("place", [0, 3, 60])
def test_the_gallery_shows_what_an_analysis_finds(bundled, place):
    entry = bundled[place]
    stored = load_answers(entry.folder)[entry.name]
    fresh = answer_of(entry, analyse(entry.load()))
    assert stored.verdict.decision == fresh.verdict.decision
    assert [o.batch_size for o in stored.optima] == [o.batch_size for o in fresh.optima]
    np.testing.assert_allclose(
        [o.learning_rate for o in stored.optima], [o.learning_rate for o in fresh.optima], rtol=1e-4
    )


def test_one_sweep_opens_with_its_verdict_its_card_and_why(app, bundled):
    app.query_params["open"] = bundled[0].title
    opened(app)
    assert app.title[0].value == bundled[0].title
    assert "best learning rate falls by" in said(app)
    assert bundled[0].read_card().partition("\n")[2].strip() in [unmarked(text.value) for text in app.markdown]
    assert [button.label for button in app.button if button.label.startswith("Why")]


def test_the_gap_shrinks_with_every_assumption_that_is_dropped(explained):
    for one in explained.values():
        gaps = [one.worst("sign", rung) for rung in stairs.STAIRS]
        assert gaps == sorted(gaps, reverse=True)
    one = explained["Digits MLP at loss 1.0"]
    drawn = stairs.stairs(one, "sign", "x")
    assert re.findall(r"class='big'[^>]*>([^<]*)<", drawn) == ["5.5×", "1.28×", "1.14×"]
    assert "8.1 % (Digits MLP at loss 1.0)" in stairs.prominences([one])


def test_a_sweep_whose_batches_grew_shows_how(app):
    title = "Digits MLP, SGD, norm test 0.71, steps to loss 0.5"
    app.query_params["open"] = title
    opened(app)
    entry = by_title()[title]
    table = entry.batch_paths()
    (drawn,) = [one for one in drawings(app) if marked(one, "from-2")]
    rate = app.select_slider[0].value
    rows = table[(table["learning_rate"] == rate) & (table["batch_size"] == 2)]
    at, value = marks(drawn, "from-2")
    np.testing.assert_allclose(at, rows["step"])
    np.testing.assert_allclose(value, rows["batch"], rtol=1e-5)
    assert "where the norm test rests" in texts(drawn)
    assert f"At learning rate {rate:g}, runs that start from 2 use" in said(app)


def test_how_gaussian_gradients_are_is_shown_where_it_is_unfolded(app):
    opened(app)
    name = next(e.name for e in explanations() if e.title == app.selectbox(key="checkpoint").value)
    tests = gaussianity()[name]
    app.session_state["fold-gaussian"] = True
    app.run()
    assert not app.exception
    assert f"rejected at {share(tests[0].fails)} of the coordinates for batches of 1" in said(app)
    (drawn,) = [one for one in drawings(app) if marked(one, "batch-1")]
    assert len(marked(drawn, "batch-1")) == (tests[0].histogram > 1e-5).sum()


def test_an_address_holds_codes_whatever_the_language(app, explained, monkeypatch):
    monkeypatch.setenv(LANGUAGE, PSEUDO)
    opened(app, "why")
    app.selectbox(key="checkpoint").set_value("Digits MLP at loss 0.4").run()
    app.selectbox(key="update").set_value("sgd").run()
    app.selectbox(key="after").set_value(20).run()
    said = {key: "".join(app.query_params[key]) for key in ("part", "checkpoint", "update", "after")}
    assert said == {"part": "why", "checkpoint": "digits-mlp-0.4", "update": "sgd", "after": "20"}
    app.selectbox(key="after").set_value(1).run()
    assert "after" not in app.query_params  # the first is what a page shows that was asked for nothing


@pytest.mark.parametrize(
    "address",
    [
        {"part": "Why", "checkpoint": "Digits MLP at loss 0.4", "update": "SGD", "after": "20 steps"},
        {"part": "why", "checkpoint": "digits-mlp-0.4", "update": "sgd", "after": "20"},
    ],
)
def test_an_address_opens_what_it_names_also_one_of_an_earlier_version(app, address):
    for key, text in address.items():
        app.query_params[key] = text
    app.run().switch_page(PAGE).run()
    assert not app.exception
    chosen = [app.selectbox(key=key).value for key in ("checkpoint", "update", "after")]
    assert chosen == ["Digits MLP at loss 0.4", "sgd", 20]
