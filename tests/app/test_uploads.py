"""Files that visitors bring, good and bad, on every page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from choice import source
from drawn import box, drawings, drop, loss_map, marked, marks, metas, open_fold, press, said, unfold, upload
from streamlit.testing.v1 import AppTest

from surgecore import words
from surgecore.tables import cells

ROOT = Path(__file__).parents[2]
HEADER = b"batch_size,learning_rate,loss\n"
PAGES = ["app_pages/explore.py", "app_pages/sweep.py"]


def test_a_good_upload_becomes_the_sweep_on_show(app, good_csv, sweep):
    upload(app.run().switch_page("app_pages/sweep.py").run(), good_csv)
    assert not app.error
    assert app.title[0].value == "mine"
    expected = [o.learning_rate for o in sweep.optima() if not o.on_edge]
    np.testing.assert_allclose(marks(drawings(app)[0])[1], expected, rtol=1e-5)


def test_an_upload_stays_when_the_page_changes(app, good_csv):
    upload(app.run().switch_page("app_pages/sweep.py").run(), good_csv)
    app.switch_page("app_pages/explore.py").run()
    assert box(app, "sweep").value == "mine"
    app.switch_page("app_pages/sweep.py").run()
    assert app.title[0].value == "mine"


def test_a_removed_upload_gives_way_to_a_bundled_sweep(app, good_csv, bundled):
    upload(app.run().switch_page("app_pages/explore.py").run(), good_csv)
    assert box(app, "sweep").value == "mine"
    press(app, "Remove")
    assert box(app, "sweep").value == words.workload(bundled[0].workload)
    assert not {"sweep", "kept"} & set(app.query_params)


def test_an_upload_gets_another_name(app, good_csv):
    upload(app.run().switch_page("app_pages/sweep.py").run(), good_csv)
    (box,) = [box for box in unfold(app, source.OPEN).text_input if box.label == "Name"]
    box.set_value("paper, figure 3").run()
    assert app.title[0].value == "paper, figure 3"


def test_a_reload_finds_the_upload_again_by_its_address(app, good_csv):
    upload(app.run().switch_page("app_pages/sweep.py").run(), good_csv)
    (zone,) = [zone for zone in unfold(app, source.OPEN).file_uploader if "Drop" in zone.label]
    assert not zone.value
    again = AppTest.from_file(app._script_path, default_timeout=240)
    for key in ("sweep", "kept"):
        again.query_params[key] = "".join(app.query_params[key])
    again.run().switch_page("app_pages/sweep.py").run()
    assert again.title[0].value == "mine"


def test_nobody_finds_an_upload_without_its_key(app, good_csv):
    upload(app.run().switch_page("app_pages/explore.py").run(), good_csv)
    other = AppTest.from_file(app._script_path, default_timeout=240)
    other.query_params["sweep"] = "own"
    other.query_params["kept"] = "x" * 22
    other.run()
    assert "no longer on this server" in other.warning[0].value
    assert "mine" not in box(other, "sweep").options


def test_a_bundled_sweep_can_be_chosen_while_an_upload_is_there(app, good_csv, bundled):
    upload(app.run().switch_page("app_pages/sweep.py").run(), good_csv)
    box(app, "sweep").set_value(words.workload(bundled[-1].workload)).run()
    assert app.title[0].value.startswith(words.workload(bundled[-1].workload))
    box(app, "sweep").set_value("mine").run()
    assert app.title[0].value == "mine"


@pytest.mark.parametrize("where", PAGES)
def test_a_bad_upload_is_explained_row_by_row(app, where, bad_csv, bundled):
    app.run().switch_page(where).run()
    title = app.title[0].value
    upload(app, bad_csv)
    (error,) = app.error
    for row, cell in [(3, "sixty"), (4, "-0.002"), (5, "zero")]:
        (line,) = [line for line in error.value.splitlines() if line.startswith(f"- row {row},")]
        assert cell in line.replace("\\", "")
    if "sweep" in where:
        # the answers of another sweep would be taken for those of the file
        assert app.title[0].value == "mine"
        assert not [*drawings(app), *app.get("plotly_chart"), *app.table]
        assert bundled[0].title not in error.value + said(app)
    else:
        assert app.title[0].value == title
        assert f"Meanwhile this page shows {bundled[0].title}" in error.value


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (HEADER, "no rows"),
        (b"a,c\n1,2\n3,4\n", "batch_size"),
        (HEADER + b"32,0.001,0.5\n", "two trials"),
        (b"\x00\xff\xfe\x00binary", "must"),
    ],
    ids=["empty", "header only", "wrong columns", "one row", "binary"],
)
def test_files_that_are_no_sweep(app, data, words):
    upload(app.run().switch_page("app_pages/sweep.py").run(), data)
    assert words in app.error[0].value.replace("\\", "")
    press(app, "Back to the bundled sweeps")
    assert not app.error
    assert [line.label.split(":")[0] for line in app.expander][:1] == ["mine cannot be read as a sweep"]
    assert len(marked(drawings(app)[0]))


def test_the_newest_bad_file_is_open_and_the_others_are_a_line_each(app, good_csv, bad_csv):
    app.run().switch_page("app_pages/sweep.py").run()
    for name, data in {"one.csv": bad_csv, "two.csv": b"a,c\n1,2\n3,4\n", "three.csv": b""}.items():
        drop(app, name, data)
    app.run()
    assert app.title[0].value == "three"
    (error,) = app.error
    assert error.value.startswith("**three cannot be read")
    assert [line.label for line in app.expander] == [
        "one cannot be read as a sweep: 3 problems", "two cannot be read as a sweep: 3 problems",
    ]  # fmt: skip
    press(app, "Open it")
    assert app.title[0].value == "one"
    assert app.error[0].value.startswith("**one cannot be read")
    press(app, "Back to the bundled sweeps")
    assert not app.error
    assert len([line for line in app.expander if "cannot be read" in line.label]) == 3


def test_of_several_new_files_one_that_can_be_read_is_shown(app, good_csv, bad_csv):
    app.run().switch_page("app_pages/sweep.py").run()
    drop(app, "good.csv", good_csv)
    drop(app, "bad.csv", bad_csv).run()
    assert app.title[0].value == "good"


def test_an_upload_may_be_called_like_a_workload(app, good_csv, bundled):
    workload = words.workload(bundled[0].workload)
    upload(app.run().switch_page("app_pages/sweep.py").run(), good_csv, f"{workload}.csv")
    assert app.title[0].value.replace("\\", "") == f"{workload} (2)"
    assert box(app, "sweep").value == f"{workload} (2)"


def test_the_address_says_that_an_own_sweep_is_shown(app, good_csv, bundled):
    upload(app.run().switch_page("app_pages/sweep.py").run(), good_csv)
    assert "".join(app.query_params["sweep"]) == "own"
    app.switch_page("app_pages/explore.py").run()
    assert "".join(app.query_params["sweep"]) == "own"
    box(app, "sweep").set_value(words.workload(bundled[0].workload)).run()
    assert "".join(app.query_params["sweep"]) == bundled[0].name
    assert "kept" not in app.query_params


@pytest.mark.parametrize("where", PAGES)
@pytest.mark.parametrize(("text", "words"), [("own", "no longer on this server"), ("nonexist", "sweep = 'nonexist'")])
def test_an_address_that_cannot_be_followed_is_one_notice(app, where, text, words, good_csv):
    app.query_params["sweep"] = text
    app.run().switch_page(where).run()
    (notice,) = app.warning
    assert words in notice.value
    assert "sweep" not in app.query_params
    upload(app, good_csv)
    assert not app.warning


def test_cells_of_a_file_are_never_markdown(app):
    upload(
        app.run().switch_page("app_pages/explore.py").run(),
        HEADER + b"32,0.001,0.5\n32,![x](http://example.org/x.png),0.4\n",
    )
    assert r"\!\[x\]\(http" in app.error[0].value


def test_the_server_s_thread_looks_at_no_cell_of_a_long_table(app, monkeypatch):
    seen = []
    original = cells.one_number
    monkeypatch.setattr(cells, "one_number", lambda *args: seen.append(args) or original(*args))
    rows = [f"{2 ** (3 + row % 5)},{10 ** -(1 + row % 4)},word{row}x,{row % 2}" for row in range(5000)]
    upload(app.run().switch_page("app_pages/sweep.py").run(), "\n".join(["bs,lr,val_loss,width", *rows]).encode())
    assert "5000 rows" in app.error[0].value.replace(",", "").replace("\\", "")
    (metric,) = [found for found in app.selectbox if (found.key or "").startswith("loss-")]
    metric.set_value("width").run()
    assert not app.exception
    assert not seen


def test_long_lists_of_problems_are_all_there(app):
    rates = "".join(f"32,-{row},0.5\n" for row in range(2, 32))
    upload(app.run().switch_page("app_pages/explore.py").run(), HEADER + rates.encode())
    everything = app.error[0].value + said(app)
    assert "row 2," in everything
    assert "30" in everything


def test_without_seeds_the_page_says_so(app, sweep):
    one = sweep.trials[sweep.trials.seed == 0].drop(columns="seed")
    upload(app.run().switch_page("app_pages/sweep.py").run(), one.to_csv(index=False).encode())
    assert "no seed column" in said(app)


def test_diverged_runs_are_counted(app, good_csv):
    upload(app.run().switch_page("app_pages/sweep.py").run(), good_csv)
    assert "8 diverged" in said(app)
    open_fold(app, "map")
    assert "diverged" in metas(loss_map(app))


@pytest.mark.parametrize("where", ["app_pages/evidence.py", "app_pages/train.py"])
def test_an_upload_outlives_pages_that_offer_no_choice(app, where, good_csv, bad_csv):
    drop(app.run().switch_page("app_pages/sweep.py").run(), "mine.csv", good_csv)
    upload(app, bad_csv, "bad.csv")
    app.switch_page(where).run()
    assert not app.exception
    assert not [line for line in app.expander if "cannot be read" in line.label]
    app.switch_page("app_pages/sweep.py").run()
    assert app.title[0].value == "mine"
    assert {"mine", "bad"} <= set(box(app, "sweep").options)
