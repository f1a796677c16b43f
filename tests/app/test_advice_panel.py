"""The advice on the Sweep page: a learning rate, and settings carried to another batch size."""

from __future__ import annotations

import pytest
from drawn import drawings, unfold, unmarked
from sweep import advice as advice_panel

from surgecore import analyse, scale_adam
from surgecore.sweeps.advice import lr_factor

PAGE = "app_pages/sweep.py"


@pytest.fixture
def page(app, bundled):
    app.query_params["sweep"] = bundled[0].title
    app.session_state["carry"] = True
    app.run().switch_page(PAGE).run()
    assert not app.exception
    return app


def said(app):
    return " ".join(unmarked(element.value) for element in app.caption)


def test_settings_have_the_digits_of_a_rule_of_thumb():
    advice = scale_adam(32.0)
    assert [*advice_panel.settings(advice.sde).values()] == ["–", "0.968", "1.8e-9", "5.7", "–"]
    assert [*advice_panel.settings(advice.power).values()] == ["0.034", "0.968", "–", "–", "–"]


def test_settings_are_carried_with_what_limits_them(page, bundled):
    analysis = analyse(bundled[0].load())
    (answer,) = drawings(page)[0].iterfind(".//circle[@class='answer']")
    assert float(answer.get("data-x")) == page.number_input(key="at").value
    page.number_input(key="at").set_value(65536.0).run()
    assert not drawings(page)[0].findall(".//circle[@class='answer']")  # so far beyond the data no rate is given
    page.number_input(key="adam-now").set_value(16.0).run()
    page.number_input(key="adam-weight-decay").set_value(0.1).run()
    assert not page.exception
    factor, rule = lr_factor(analysis, 16.0, 65536.0)
    assert rule == "average"
    want = scale_adam(4096.0, weight_decay=0.1, lr_factor=factor).power.weight_decay
    (rows,) = [element.value for element in page.table if "Weight decay" in element.value]
    assert rows["Weight decay"].iloc[1] == advice_panel.words.number(want, 2)
    assert "would remove more than a tenth of each weight per step" in said(page)
    assert "the batch grows too much for the SDE rule" in said(page)
    assert "in the same unit, examples or tokens" in said(page)


def test_a_rate_is_carried_under_every_rule(page):
    page.number_input(key="at").set_value(1024.0).run()
    page.number_input(key="adam-now").set_value(256.0).run()
    page.number_input(key="adam-lr").set_value(0.001).run()
    tables = [element.value for element in page.table if "Note" in element.value]
    rows = tables[-1]
    assert rows["Learning rate"][["Constant", "Square-root rule", "Linear rule"]].tolist() == [
        advice_panel.words.number(value, 2) for value in (0.001, 0.002, 0.004)
    ]
    assert any("fitted" in label for label in rows.index)
    assert rows.index[4:6].tolist() == ["Average by weight", "Smooth path, no law"]
    assert rows["Weight"].iloc[5].endswith("%")


def test_what_holds_under_every_rule_is_said_once_below_the_table(page):
    unfold(page, "every-rule")
    page.number_input(key="at").set_value(4096.0).run()
    (rows,) = [element.value for element in page.table if "Average by weight" in element.value.index[:1]]
    common = [note.value for note in page.caption if "times beyond the batch sizes measured" in note.value]
    assert common == ["4 times beyond the batch sizes measured."]
    assert not rows["Note"].str.contains("beyond").any()
    assert rows["Note"].str.contains("Does not describe the optima").any()
