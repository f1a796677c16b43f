"""What trackers export, what it asks of the visitor, and what the visitor takes away."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from email.message import Message
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from components import install
from drawn import box as choice_of
from drawn import drawings, drop, keys, loss_map, marks, metas, open_fold, press, said, trace, unfold, upload
from figures.palette import STYLES
from sweep import answer, takeaway

import surgecore
from surgecore import Sweep, analyse, words

ROOT = Path(__file__).parents[2]
#: What a wheel is made from.
KEPT = {"surgecore", "pyproject.toml", "README.md", "LICENSE"}


@pytest.fixture(scope="module")
def trials(sweep):
    kept = sweep.trials[sweep.trials.status == "complete"]
    return kept[["batch_size", "learning_rate", "loss", "seed"]].reset_index(drop=True)


def csv(frame, **options) -> bytes:
    return frame.to_csv(index=False, **options).encode()


def wandb(t):
    return csv(
        pd.DataFrame(
            {
                "Name": [f"run-{i}" for i in range(len(t))], "State": "finished", "Runtime": 12, "Sweep": "",
                "batch_size": t.batch_size, "learning_rate": t.learning_rate, "seed": t.seed,
                "lr": t.learning_rate / 10, "val/loss": t.loss,
            }
        ),
        quoting=1,
    )  # fmt: skip


def optuna(t):
    return csv(
        pd.DataFrame(
            {
                "number": range(len(t)), "value": t.loss, "datetime_start": "2026-01-01 00:00:00",
                "params_batch_size": t.batch_size, "params_lr": t.learning_rate, "params_seed": t.seed,
                "state": "COMPLETE",
            }
        )
    )  # fmt: skip


def mlflow(t):
    return csv(
        pd.DataFrame(
            {
                "run_id": [f"{i:x}" for i in range(len(t))], "experiment_id": 1, "status": "FINISHED",
                "metrics.val_loss": t.loss, "params.learning_rate": t.learning_rate.map(repr),
                "params.batch_size": t.batch_size.map(str), "params.seed": t.seed.map(str),
            }
        )
    )  # fmt: skip


def hparams(t):
    return csv(
        pd.DataFrame(
            {
                "trial_id": range(len(t)), "show_metrics": "", "lr": t.learning_rate, "batch_size": t.batch_size,
                "seed": t.seed, "loss/val": t.loss,
            }
        )
    )  # fmt: skip


def ray(t):
    return csv(
        pd.DataFrame(
            {
                "loss": t.loss, "training_iteration": 10, "trial_id": [f"a{i}" for i in range(len(t))],
                "config/lr": t.learning_rate, "config/batch_size": t.batch_size, "config/seed": t.seed,
            }
        )
    )  # fmt: skip


def parquet(t):
    buffer = io.BytesIO()
    t.to_parquet(buffer)
    return buffer.getvalue()


SHAPES = {
    "W&B": (wandb, "w.csv"),
    "Optuna": (optuna, "o.csv"),
    "MLflow": (mlflow, "m.csv"),
    "HParams": (hparams, "h.csv"),
    "Ray Tune": (ray, "r.csv"),
    "tabs": (lambda t: csv(t, sep="\t"), "t.tsv"),
    "decimal commas": (lambda t: csv(t, sep=";", decimal=","), "d.csv"),
    "JSON lines": (lambda t: t.to_json(orient="records", lines=True, double_precision=15).encode(), "j.jsonl"),
    "gzip": (lambda t: gzip.compress(csv(t)), "z.csv.gz"),
    "Parquet": (parquet, "p.parquet"),
}


#: The library's own tests read all of them every day; these are what most visitors bring.
DAILY = ("W&B", "Optuna", "decimal commas", "Parquet")


@pytest.mark.parametrize(
    "shape", [pytest.param(shape, marks=() if shape in DAILY else pytest.mark.long) for shape in SHAPES]
)
def test_every_export_gives_the_same_answer(app, trials, shape):
    make, name = SHAPES[shape]
    upload(app.run().switch_page("app_pages/sweep.py").run(), make(trials), name)
    if shape == "Optuna":  # a value may be anything
        assert "Is a lower or a higher value better?" in app.info[0].value
        next(button for button in app.button if button.label == "lower is better").click().run()
    assert not app.error
    assert not app.info
    assert app.title[0].value == name.split(".")[0]
    expected = Sweep.from_csv(csv(trials)).optima()
    np.testing.assert_allclose(marks(drawings(app)[0])[1], [o.learning_rate for o in expected], rtol=1e-5)


def box(app, label):
    (found,) = [box for box in (*app.selectbox, *app.multiselect) if box.label == label]
    return found


@pytest.fixture
def two_models(trials):
    return csv(pd.concat([trials.assign(model="small"), trials.assign(model="large", loss=trials.loss + 1)]))


def test_models_are_never_pooled_in_silence(app, two_models, trials):
    upload(app.run().switch_page("app_pages/sweep.py").run(), two_models)
    assert "holds 2 models" in app.info[0].value
    assert app.title[0].value == "mine"
    assert not drawings(app)
    (model,) = [box for box in app.selectbox if box.label == "Model"]
    model.set_value("model=large").run()
    assert not app.exception
    assert not app.info
    assert app.title[0].value == "mine model=large"
    assert f"{len(trials):,} trials" in said(app)


def test_good_rows_are_used_if_the_visitor_agrees(app, trials):
    broken = csv(trials).replace(b"\n4,", b"\nfour,", 1)
    upload(app.run().switch_page("app_pages/sweep.py").run(), broken)
    assert "row 2, batch" in app.error[0].value.replace("\\", "")
    (agree,) = [button for button in app.button if button.label.startswith("Leave these rows out")]
    agree.click().run()
    assert not app.error
    assert app.title[0].value == "mine"
    unfold(app, "how-read")
    assert "1 row with a problem was left out" in said(app)


def test_a_wrong_guess_is_corrected_and_kept_in_the_address(app, trials):
    table = trials.assign(other=-trials.loss).rename(columns={"loss": "score_a", "other": "score_b"})
    upload(app.run().switch_page("app_pages/sweep.py").run(), csv(table))
    unfold(app, "how-read")
    metric = next(box for box in app.selectbox if box.label == "Metric")
    metric.set_value("score_b").run()
    unfold(app, "how-read")
    # a score is good when large: the direction goes with the metric
    assert box(app, "In the metric").value == "maximise"
    assert not app.exception
    assert "score_b" in "".join(app.query_params["map"])
    expected = [o.learning_rate for o in Sweep.from_csv(csv(trials)).optima()]
    np.testing.assert_allclose(marks(drawings(app)[0])[1], expected, rtol=1e-5)


def test_a_mapping_made_in_this_visit_is_not_used_for_the_next_file(app, trials):
    app.run().switch_page("app_pages/sweep.py").run()
    upload(app, csv(trials))
    app.query_params["map"] = (
        "batch_size=batch_size&learning_rate=learning_rate&loss=loss&batch_unit=sequences&sequence_length=1024"
    )
    upload(app, csv(trials.assign(loss=trials.loss + 1)), "other.csv")
    assert app.number_input(key="at").value == 64


def test_a_mapping_in_the_address_is_used_for_the_next_file(app, trials):
    table = trials.rename(columns={"learning_rate": "speed"})
    app.query_params["map"] = "batch_size=batch_size&learning_rate=speed&loss=loss&seed=seed&group="
    upload(app.run().switch_page("app_pages/sweep.py").run(), csv(table))
    assert not app.error
    assert app.title[0].value == "mine"


def test_a_curve_is_read_as_the_visitor_says(app, trials):
    start = trials.assign(epoch=1, loss=trials["loss"] - trials["learning_rate"])
    upload(app.run().switch_page("app_pages/sweep.py").run(), csv(pd.concat([start, trials.assign(epoch=2)])))
    unfold(app, "how-read")
    assert box(app, "Counts along a run").value == "epoch"
    assert "represented by its last loss" in said(app)
    box(app, "Of a run's curve, take").set_value("best").run()
    unfold(app, "how-read")
    assert not app.exception
    assert "chosen with hindsight" in said(app)
    assert "take=best" in "".join(app.query_params["map"])


def test_the_number_of_runs_behind_a_mean_can_be_stated(app, trials):
    means = trials.groupby(["batch_size", "learning_rate"])["loss"].agg(loss="mean", loss_std="std").reset_index()
    upload(app.run().switch_page("app_pages/sweep.py").run(), csv(means))
    unfold(app, "how-read")
    assert "until you do, they have no error bars" in said(app)
    assert box(app, "Runs behind a row").value == "not in the file"
    item = next(iter(app.session_state["shelf"].items))
    mapping = app.session_state["shelf"].settings[item.digest].mapping
    assert mapping.loss_std == "loss_std"
    sweep = Sweep.from_table(item.table, replace(mapping, n_runs="3"))
    assert sweep.trials["n_runs"].tolist() == [3] * len(means)
    assert all(optimum.interval for optimum in sweep.optima() if not optimum.on_edge)


def test_the_best_of_a_setting_is_an_answer(app, trials):
    table = pd.concat([trials.assign(weight_decay=w, loss=trials["loss"] + w) for w in (0.0, 0.1)])
    upload(app.run().switch_page("app_pages/sweep.py").run(), csv(table))
    assert "weight_decay" in app.info[0].value.replace("\\", "")
    press(app, "the best weight\\_decay at each cell")
    assert not app.exception
    assert not app.info
    unfold(app, "how-read")
    assert box(app, "Take the best of these settings").value == ["weight_decay"]
    expected = [o.learning_rate for o in Sweep.from_csv(csv(trials)).optima() if not o.on_edge]
    np.testing.assert_allclose(marks(drawings(app)[0])[1], expected, rtol=1e-5)


def test_the_product_of_a_batch_can_be_taken_back(app, trials):
    table = trials.rename(columns={"batch_size": "micro_batch_size"}).assign(world_size=2)
    upload(app.run().switch_page("app_pages/sweep.py").run(), csv(table))
    unfold(app, "how-read")
    factors = box(app, "Batch size is multiplied by")
    assert factors.value == ["world_size"]
    factors.set_value([]).run()
    assert not app.exception
    assert min(marks(drawings(app)[0])[0]) == trials["batch_size"].min()


def test_best_rates_are_taken_as_such_if_the_visitor_says_so(app, trials):
    best = trials.loc[trials.groupby("batch_size")["loss"].idxmin(), ["batch_size", "learning_rate"]]
    upload(app.run().switch_page("app_pages/sweep.py").run(), csv(best))
    assert "Are these the best rates already?" in app.info[0].value
    press(app, "yes, best learning rates")
    assert not app.exception
    np.testing.assert_allclose(marks(drawings(app)[0])[1], best["learning_rate"], rtol=1e-5)


def test_problems_name_the_column_the_remedy_here_and_the_flag(app, trials):
    broken = csv(trials.rename(columns={"learning_rate": "lr"})).replace(b"\n4,", b"\nfour,", 1)
    upload(app.run().switch_page("app_pages/sweep.py").run(), broken)
    text = app.error[0].value.replace("\\", "")
    assert "row 2, batch_size: batch_size must be a positive number, but got 'four'" in text
    assert "Leave the row out with the button below" in text
    assert "On the command line: `--skip-bad-rows, or --map ROLE=COLUMN`" in text


def test_a_missing_column_is_asked_for(app, trials):
    table = trials.rename(columns={"learning_rate": "speed"})
    upload(app.run().switch_page("app_pages/sweep.py").run(), csv(table))
    assert "learning_rate" in app.error[0].value.replace("\\", "")
    rate = next(box for box in app.selectbox if box.label == "Learning rate")
    rate.set_value("speed").run()
    assert not app.error
    assert app.title[0].value == "mine"


def test_pasted_text_is_a_table_too(app, trials):
    app.run().switch_page("app_pages/sweep.py").run()
    app.text_area(key="paste").set_value(csv(trials, sep="\t").decode()).run()
    next(button for button in app.button if button.label == "Load table").click().run()
    assert app.title[0].value == "Pasted table"


def test_several_files_side_by_side(app, trials):
    app.run().switch_page("app_pages/sweep.py").run()
    drop(app, "one.csv", csv(trials))
    drop(app, "two.csv", csv(trials.assign(loss=trials.loss * 2))).run()
    assert {"one", "two"} <= set(choice_of(app, "sweep").options)
    choice_of(app, "sweep").set_value("one").run()
    open_fold(app, "compare")
    app.multiselect(key="beside").set_value(["two"]).run()
    assert not app.exception
    assert keys(drawings(app)[-1]) == ["one", "two"]


def test_a_random_search_of_noise_is_not_decided(app):
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {"batch_size": rng.choice([16, 32, 64], 200), "lr": 10 ** rng.uniform(-5, 0, 200), "loss": rng.random(200)}
    )
    upload(app.run().switch_page("app_pages/sweep.py").run(), csv(table))
    assert not app.exception
    assert "Not decided: " in said(app)
    open_fold(app, "map")
    assert "cells" in metas(loss_map(app))


def test_no_marker_is_cut_by_the_edge_of_the_map(app):
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"bs": rng.integers(16, 250, 300), "lr": 10 ** rng.uniform(-5, 0, 300), "loss": 1.0})
    upload(app.run().switch_page("app_pages/sweep.py").run(), csv(table))
    open_fold(app, "map")
    x, y = trace(loss_map(app), "cells")
    for axis, values in (("xaxis", x), ("yaxis", y)):
        low, high = loss_map(app)["layout"][axis]["range"]
        room = 0.03 * (high - low)
        assert low + room < np.log10(values.min()) < np.log10(values.max()) < high - room


@pytest.mark.parametrize(
    ("column", "words"), [("batch_size", "Only one batch size"), ("learning_rate", "Only one learning rate")]
)
def test_one_level_only(app, trials, column, words):
    one = trials[trials[column] == trials[column].median().round(2)]
    one = one if len(one) else trials[trials[column] == trials[column].iloc[len(trials) // 2]]
    upload(app.run().switch_page("app_pages/sweep.py").run(), csv(one))
    assert words in said(unfold(app, "how-read"))


def test_steps_to_a_target_bring_the_trade_off(app, trials):
    steps = np.round(40 * (1 + 64 / trials.batch_size) * (1 + (trials.loss - 0.3)))
    table = trials.assign(steps_to_target=steps, loss=steps)
    upload(app.run().switch_page("app_pages/sweep.py").run(), csv(table))
    open_fold(app, "steps")
    assert keys(drawings(app)[-1]) == ["tradeoff", "measured"]
    rows = app.table[0].value
    assert list(rows.columns)[2:4] == ["Steps to the target", "95 % interval"]
    taken = analyse(Sweep.from_frame(table)).tradeoff.points
    error = taken["steps"] * taken["stderr"]
    assert rows["Steps to the target"].tolist() == [
        words.rounded(*pair) for pair in zip(taken["steps"], error, strict=True)
    ]


def test_what_was_not_touched_follows_the_sweep_that_is_shown(app, trials):
    app.run().switch_page("app_pages/sweep.py").run()
    rising = trials.assign(batch_size=trials.batch_size * 4096)
    rising["loss"] = 0.3 + 0.2 * np.log(rising.learning_rate / (1e-4 * rising.batch_size**0.5)) ** 2
    upload(app, csv(rising))
    best = analyse(Sweep.from_frame(rising))
    assert app.number_input(key="at").value == 2**18
    assert "beyond your data" not in said(app)
    unfold(app, "carry")
    assert app.number_input(key="adam-now").value == 4 * 4096
    assert app.number_input(key="adam-lr").value == pytest.approx(best.optima[0].learning_rate, rel=0.05)
    open_fold(app, "laws")
    assert best.comparison.fits[0].family.key in keys(drawings(app)[-1])
    # a number that the visitor chose stays
    app.number_input(key="at").set_value(65536.0).run()
    upload(app, csv(trials), "other.csv")
    assert app.number_input(key="at").value == 65536


def test_use_it_says_how_far_beyond_the_data(app, trials):
    upload(app.run().switch_page("app_pages/sweep.py").run(), csv(trials))
    app.number_input(key="at").set_value(8192.0).run()
    assert "8 times beyond your data; more than 4 times beyond, no advice" in said(app)
    app.number_input(key="at").set_value(2048.0).run()
    assert "2 times beyond the batch sizes measured" in said(app)


def test_the_snippet_and_the_notebook_need_no_file(sweep, tmp_path, monkeypatch):
    analysis = analyse(sweep)
    monkeypatch.chdir(tmp_path)
    shown = []
    monkeypatch.setattr(go.Figure, "show", lambda figure: shown.append(figure))
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(takeaway.snippet(analysis, "x"), "snippet", "exec"), {})
        names: dict[str, object] = {}
        for cell in json.loads(takeaway.notebook(analysis, "x"))["cells"][1:]:
            exec(compile(cell["source"], "notebook", "exec"), names)
    again = names["analysis"].to_dict()
    assert again == {**analysis.to_dict(), "read": again["read"]}
    assert words.verdict(analysis.verdict) in printed.getvalue()
    first, second = shown
    assert first == second
    best = next(fit for fit in analysis.comparison.fits if fit.law is not None)
    line = first.data[0]
    assert (line.name, line.line.color) == (words.curve(best.family.key), STYLES[best.family.key].colour)
    np.testing.assert_allclose(line.y, best.law(np.asarray(line.x)))
    points = [trace for trace in first.data if trace.mode == "markers"]
    assert sorted(rate for trace in points for rate in trace.y) == sorted(o.learning_rate for o in analysis.optima)


def package_with(monkeypatch, *urls):
    about = Message()
    for url in urls:
        about["Project-URL"] = url
    monkeypatch.setattr(install.metadata, "metadata", lambda name: about)


def test_snippets_are_installed_from_the_repository_where_it_is_known(sweep, monkeypatch):
    monkeypatch.delenv(install.VARIABLE, raising=False)
    analysis = analyse(sweep)

    def line():
        first = takeaway.snippet(analysis, "x").splitlines()[1]
        cell = json.loads(takeaway.notebook(analysis, "x"))["cells"][1]["source"]
        assert cell.splitlines()[1] == first
        return first

    wheel = f"# pip install plotly dist/surgecore-{surgecore.__version__}-py3-none-any.whl"
    package_with(monkeypatch, "Homepage, https://example.org/")
    assert line() == wheel
    package_with(monkeypatch, "Homepage, https://example.org/", "Repository, https://example.org/them/surge.git")
    assert line() == '# pip install plotly "surgecore @ git+https://example.org/them/surge.git"'
    monkeypatch.setenv(install.VARIABLE, " ssh://git@example.org/us/surge.git ")
    assert line() == '# pip install plotly "surgecore @ git+ssh://git@example.org/us/surge.git"'
    for unusable in ('https://example.org/"; echo', "https://example.org/a\nimport os", "javascript:1", "../surge"):
        monkeypatch.setenv(install.VARIABLE, unusable)
        assert line() == wheel


def left_out(at, names):
    return [name for name in names if at == str(ROOT) and name not in KEPT]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with nothing but the wheel in it, as `make wheel` makes it."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    source = folder / "source"
    shutil.copytree(ROOT, source, ignore=left_out)
    made = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(source)]
    subprocess.run([*pip, *made], check=True)
    (wheel,) = folder.glob("*.whl")
    assert f"dist/{wheel.name}" in install.comment()  # what snippets say is what is made
    subprocess.run([*pip, "install", "--no-deps", "--target", str(folder / "there"), str(wheel)], check=True)
    return folder / "there"


def test_the_wheel_runs_the_snippet_and_the_notebook(sweep, installed, tmp_path):
    analysis = analyse(sweep)
    cells = [cell["source"] for cell in json.loads(takeaway.notebook(analysis, "x"))["cells"][1:]]
    head = "import plotly.graph_objects as go\ngo.Figure.show = lambda figure: print(len(figure.data), 'traces')\n"
    for name, code in (("snippet", takeaway.snippet(analysis, "x")), ("notebook", "\n".join(cells))):
        (tmp_path / f"{name}.py").write_text(head + code + "\nimport surgecore\nprint(surgecore.__file__)\n")
    both = "import runpy; [runpy.run_path(f'{name}.py') for name in ('snippet', 'notebook')]"
    done = subprocess.run(
        [sys.executable, "-c", both], cwd=tmp_path, env={"PYTHONPATH": str(installed)}, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    assert done.stdout.count(str(installed)) == 2
    assert len(re.findall("[45] traces", done.stdout)) == 2


def test_a_report_is_one_small_file_that_runs_nothing_of_the_upload(sweep):
    evil = "<script>alert(1)</script>"
    analysis = analyse(Sweep.from_csv(sweep.to_csv().encode(), name=evil))
    rows = answer.recommended(analysis, 64.0)
    card, chart = answer.card(analysis, rows, 64.0, with_size=True), answer.chart(analysis, "x", rows, 64.0)["wide"]
    page = takeaway.report(analysis, card, chart, date="2026-01-02", link="javascript:alert(1)")
    assert evil not in page
    assert "javascript:" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "At batch size 64 use learning rate" in page
    assert "class='chip falls'" in page
    assert analysis.sweep.digest in page
    assert "2026-01-02" in page
    assert len(page) < 100_000
    assert not re.search("<script|src=|url\\(|@import", page)
    assert "https://example.org/sweep" in takeaway.report(analysis, "", "", date="", link="https://example.org/sweep")
    assert "<" not in words.file_name(analysis.sweep)
    assert evil not in takeaway.snippet(analysis, "x")


def test_the_notebook_is_one_by_its_own_rules(sweep):
    nbformat.validate(json.loads(takeaway.notebook(analyse(sweep), "x")))


def test_sweeps_are_compared_relative_to_each_maximum(app, trials):
    app.run().switch_page("app_pages/sweep.py").run()
    drop(app, "one.csv", csv(trials))
    drop(app, "two.csv", csv(trials.assign(learning_rate=trials.learning_rate * 8))).run()
    open_fold(app, "compare")
    other = "one" if app.title[0].value == "two" else "two"
    app.multiselect(key="beside").set_value([other]).run()
    app.toggle(key="relative").set_value(True).run()
    assert not app.exception
    first, second = (marks(drawings(app)[-1], name)[1] for name in ("one", "two"))
    assert first.max() == second.max() == 1
    np.testing.assert_allclose(first, second, rtol=1e-5)
    assert set(app.table[0].value.index) == {"one", "two"}
