"""The Sweep and About pages as their visitor drives them, without a browser."""

from __future__ import annotations

import numpy as np
import pytest
from drawn import figure, metas, said, trace

from surgecore import LAWS, NoiseModel, analyse


def test_sweep_page_says_the_numbers_of_the_analysis(app, bundled):
    app.run().switch_page("app_pages/sweep.py").run()
    assert not app.exception
    analysis = analyse(bundled[0].load())
    assert app.title[0].value == bundled[0].title
    assert f"**{analysis.verdict.sentence}**" in said(app)
    assert analysis.comparison.sentence in said(app)
    order = [fit.family.label for fit in analysis.comparison.fits]
    assert list(app.table[0].value.index) == order
    np.testing.assert_allclose(trace(figure(app), "measured")[1], [o.learning_rate for o in analysis.optima])


def test_chosen_laws_are_drawn_with_their_bands(app):
    app.query_params["laws"] = [LAWS["power"].label, LAWS["constant"].label]
    app.run().switch_page("app_pages/sweep.py").run()
    assert metas(figure(app, 1)) == ["power band", "constant band", "power", "constant", "measured"]
    assert metas(figure(app, 2)) == ["power", "constant"]


def test_every_bundled_sweep_has_its_page(app, bundled):
    app.run().switch_page("app_pages/sweep.py").run()
    for entry in bundled:
        app.selectbox(key="sweep").set_value(entry.title).run()
        assert not app.exception
        assert app.title[0].value == entry.title


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"batch_size,learning_rate,loss\n", "no rows"),
        (b"a,b\n1,2\n3,4\n", "batch_size"),
        (b"batch_size,learning_rate,loss\n32,0.001,0.5\n", "two trials"),
        (b"\x00\xff\xfe\x00binary", ""),
    ],
    ids=["empty", "header only", "wrong columns", "one row", "binary"],
)
def test_files_that_are_no_sweep(app, data, words):
    upload(app.run(), data)
    assert words in app.error[0].value.replace("\\", "")
    assert "measured" in metas(figure(app))


def test_cells_of_a_file_are_never_markdown(app):
    upload(app.run(), b"batch_size,learning_rate,loss\n32,0.001,0.5\n32,![x](http://example.org/x.png),0.4\n")
    assert r"\!\[x\]\(http" in app.error[0].value


def test_long_lists_of_problems_are_all_there(app):
    rows = b"".join(b"32,-1,0.5\n" for _ in range(30))
    upload(app.run(), b"batch_size,learning_rate,loss\n" + rows)
    assert "30 problems" in app.error[0].value
    everything = app.error[0].value + said(app)
    assert all(f"row {row}" in everything for row in range(2, 32))


def test_about_page_has_the_glossary_and_a_card_for_each_sweep(app, bundled):
    app.run().switch_page("app_pages/about.py").run()
    assert not app.exception
    symbols = set(app.table[1].value.index)
    assert {f"${param.symbol}$" for param in NoiseModel.params} <= symbols
    assert {f"${param.symbol}$" for law in LAWS.values() for param in law.free} <= symbols
    assert [box.label for box in app.expander][: len(bundled)] == [entry.title for entry in bundled]
    for entry in bundled:
        assert (entry.folder / entry.card).read_text(encoding="utf-8") in [
            text.value for text in app.markdown
        ]
