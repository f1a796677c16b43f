import io
import json
import pickle
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from simulate import sweep_frame

from surgecore import SurgeLaw, Sweep, analyse, open_table, words
from surgecore.cli import main
from surgecore.tables import table as table_module
from surgecore.words import say


@pytest.fixture(scope="module", autouse=True)
def analysed_once():
    """The same file is fitted again and again here; it is analysed the first time."""
    known = {}

    def kept(sweep):
        key = pickle.dumps(sweep, 5)
        if key not in known:
            known[key] = analyse(sweep)
        return known[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("surgecore.cli.analyse", kept)
        yield


@pytest.fixture(scope="module")
def sweep():
    return Sweep.from_frame(sweep_frame(SurgeLaw(1e-2, 64.0), np.random.default_rng(0), seeds=4), name="mine")


@pytest.fixture
def path(sweep, tmp_path):
    target = tmp_path / "mine.csv"
    sweep.to_csv(target)
    return str(target)


def test_json_is_the_analysis(sweep, path, capsys):
    assert main(["fit", path, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    want = json.loads(json.dumps(words.document(analyse(sweep))))
    assert want.pop("read").items() <= printed.pop("read").items()
    assert printed == want


def test_the_report_names_every_optimum_and_law(sweep, path, capsys):
    assert main(["fit", path]) == 0
    printed = capsys.readouterr().out
    result = analyse(sweep)
    assert words.verdict(result.verdict) in printed
    for optimum in result.optima:
        assert words.number(optimum.learning_rate) in printed
    for fit in result.comparison.fits:
        assert words.curve(fit.family.key) in printed


def test_standard_input_is_read(sweep, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(sweep.to_csv().encode())))
    assert main(["fit", "-", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["read"]["digest"] == sweep.digest


def test_a_bad_file_lists_its_problems_and_exits_with_2(tmp_path, capsys):
    target = tmp_path / "bad.csv"
    target.write_text("batch_size,learning_rate,loss\n4,-1,0.5\nx,1,0.5\n")
    assert main(["fit", str(target)]) == 2
    error = capsys.readouterr().err
    assert "row 2" in error
    assert "row 3" in error
    assert main(["fit", str(tmp_path / "none.csv")]) == 2


def test_the_installed_command_runs(path):
    done = subprocess.run([sys.executable, "-c", "from surgecore.cli import main; raise SystemExit(main())",
                           "fit", path, "--json"], capture_output=True, text=True, check=True)  # fmt: skip
    assert json.loads(done.stdout)["surge"]["decision"] == "fall"


def test_mapping_group_and_goal_are_options(tmp_path, capsys):
    frame = sweep_frame(SurgeLaw(1e-2, 64.0), np.random.default_rng(0), seeds=2)
    table = pd.concat([frame.assign(model=name) for name in ("a", "b")])
    table = table.assign(score=-table["loss"], peak=table["learning_rate"]).drop(columns=["loss", "learning_rate"])
    target = tmp_path / "two.csv"
    table.to_csv(target, index=False)
    options = ["--map", "loss=score", "--map", "learning_rate=peak", "--maximise", "--json"]
    assert main(["fit", str(target), *options]) == 2
    assert "choose one of model=a; model=b" in capsys.readouterr().err
    assert main(["fit", str(target), *options, "--group", "b", "--at", "100", "--next"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["read"]["groups"] == ["model=a", "model=b"]
    assert result["read"]["group"] == "b"
    assert result["read"]["rows"] == len(frame)
    assert "goal=maximise" in result["read"]["mapping"]
    assert result["surge"]["decision"] == "fall"
    assert result["at"][0]["lr"] > 0
    assert {"batch_size", "learning_rate", "seeds", "reason"} <= result["next_runs"]["cells"][0].keys()
    assert main(["fit", str(target), "--map", "nonsense"]) == 2
    assert "--map must be one of" in capsys.readouterr().err


def test_bad_rows_are_skipped_on_request_and_listed(sweep, tmp_path, capsys):
    target = tmp_path / "some.csv"
    target.write_text(sweep.to_csv() + "x,1,1,0,20,complete\n")
    assert main(["fit", str(target), "--json"]) == 2
    capsys.readouterr()
    assert main(["fit", str(target), "--json", "--skip-bad-rows"]) == 0
    read = json.loads(capsys.readouterr().out)["read"]
    assert read["rows"] == len(sweep.trials)
    assert [problem["row"] for problem in read["problems"]] == [len(sweep.trials) + 2]


SURGE = [sys.executable, "-c", "from surgecore.cli import main; raise SystemExit(main())"]


def test_a_reader_that_goes_away_ends_it_quietly(path):
    with subprocess.Popen([*SURGE, "fit", path, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device that is always full")
def test_a_full_disk_is_one_sentence(path):
    with open("/dev/full", "w") as full:
        done = subprocess.run([*SURGE, "fit", path], stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr == "The output cannot be written: [Errno 28] No space left on device\n"


@pytest.mark.parametrize(
    ("option", "value", "rule"),
    [
        *(("--at", value, "a positive finite number") for value in ("0", "-1", "nan", "inf", "many")),
        *(("--diverged-above", value, "a finite number") for value in ("nan", "inf", "")),
        *(("--diverged-factor", value, "0 or a positive number") for value in ("nan", "-1")),
    ],
)
def test_a_number_out_of_range_exits_with_2(path, option, value, rule, capsys):
    with pytest.raises(SystemExit) as caught:
        main(["fit", path, f"{option}={value}"])
    assert caught.value.code == 2
    assert f"argument {option}: must be {rule}, but got {value!r}" in capsys.readouterr().err


@pytest.mark.parametrize("size", ["1e-300", "1e300"])
def test_any_batch_size_has_an_answer(path, size, capsys):
    assert main(["fit", path, "--at", size]) == 0
    capsys.readouterr()
    assert main(["fit", path, "--at", size, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["at"]


def test_a_group_that_is_not_there_exits_with_2(sweep, tmp_path, capsys):
    target = tmp_path / "one.csv"
    sweep.trials.assign(model="a").to_csv(target, index=False)
    for group, status in (("nosuch", 2), ("a", 0), ("model=a", 0)):
        assert main(["fit", str(target), "--group", group, "--json"]) == status
        printed = capsys.readouterr()
        assert (f"but got {group!r}: it holds only one" in printed.err) == bool(status)


def test_a_number_in_the_mapping_is_checked_with_a_sentence(path, capsys):
    assert main(["fit", path, "--map", "n_steps=abc"]) == 2
    error = capsys.readouterr().err
    assert "n_steps must be a number, but got 'abc'" in error
    assert "literal" not in error
    assert main(["fit", path, "--json", "--map", "n_steps=1", "--map", "group="]) == 0
    assert "n_steps=1" in json.loads(capsys.readouterr().out)["read"]["mapping"]


def test_every_row_is_checked_once(path, monkeypatch, capsys):
    seen = []
    real = table_module.check
    monkeypatch.setattr(table_module, "check", lambda *args, **more: seen.append(1) or real(*args, **more))
    assert main(["fit", path]) == 0
    assert len(seen) == 1


def test_an_open_question_lists_its_answers_as_options(tmp_path, capsys):
    frame = sweep_frame(SurgeLaw(1e-2, 64.0), np.random.default_rng(0), seeds=2).rename(columns={"loss": "value"})
    target = tmp_path / "open.csv"
    frame.to_csv(target, index=False)
    assert main(["fit", str(target)]) == 2
    assert "--minimise" in capsys.readouterr().err
    assert main(["fit", str(target), "--minimise"]) == 0


@pytest.mark.parametrize("command", [[], ["fit"], ["init"], ["convert"]])
def test_help_is_short_and_plain(command, capsys):
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    assert "%%" not in printed
    for action in re.split(r"\n(?=  \S)", printed):
        words_of_help = " ".join(line[24:] for line in action.splitlines()).split()
        assert len(words_of_help) <= 40, action


def test_a_store_is_fitted_and_converted(sweep, tmp_path, capsys):
    for index, row in enumerate(sweep.trials.itertuples()):
        folder = tmp_path / "runs" / str(index)
        folder.mkdir(parents=True)
        settings = {"batch_size": row.batch_size, "lr": row.learning_rate, "seed": row.seed}
        (folder / "config.json").write_text(json.dumps(settings))
        (folder / "metrics.jsonl").write_text(json.dumps({"loss": row.loss}) + "\n")
    assert main(["fit", str(tmp_path / "runs"), "--json", "--store", "tree"]) == 0
    assert json.loads(capsys.readouterr().out)["surge"]["decision"] == "fall"
    assert main(["convert", str(tmp_path / "runs"), str(tmp_path / "out.csv"), "--like", "optuna"]) == 0
    assert f"{len(sweep.trials)} trials written" in capsys.readouterr().out
    again = Sweep.from_table(open_table(tmp_path / "out.csv"), replace(open_table(tmp_path / "out.csv").mapping,
                                                                       goal="minimise"))  # fmt: skip
    assert sorted(again.trials["loss"]) == sorted(sweep.trials["loss"])
    assert main(["convert", str(tmp_path / "runs"), str(tmp_path / "out.xlsx")]) == 2
    assert "form must be one of csv, jsonl, parquet, but got 'xlsx'" in capsys.readouterr().err
    assert main(["fit", str(tmp_path / "runs"), "--store", "mlflow"]) == 2
    assert say("problem-store-none") in capsys.readouterr().err


def test_init_prints_or_writes_a_plan(tmp_path, capsys):
    basic = ["init", "--batch", "32:64", "--rate", "1e-3", "--rate-at", "32", "--octaves", "1", "--seeds", "2"]
    assert main([*basic, "--for", "shell"]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("#!/bin/sh")
    assert "2 batch sizes, 10 cells, 20 runs" in printed.err
    assert main([*basic, "--for", "wandb", "--out", str(tmp_path / "plan")]) == 0
    assert sorted(path.name for path in (tmp_path / "plan").iterdir()) == ["sweep-32.yaml", "sweep-64.yaml"]
    assert main([*basic, "--for", "hydra", "--random", "4"]) == 0
    assert "2 batch sizes, 8 cells, 16 runs" in capsys.readouterr().err
    for wrong, rule in (("--batch=x", "--batch must be FROM:TO"), ("--names=a,b", "--names must be three names"),
                        ("--batch=64:32", "positive and ascending")):  # fmt: skip
        assert main([*basic, "--for", "shell", wrong]) == 2
        assert rule in capsys.readouterr().err


class Fake:
    """Attributes by name, as the clients' objects have them."""

    def __init__(self, **values):
        self.__dict__.update(values)


def test_a_wandb_project_is_fetched_where_it_is_asked_for(sweep, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "wandb", None)
    assert main(["fit", "wandb://me/project"]) == 2
    assert 'pip install "surgecore[wandb]"' in capsys.readouterr().err
    runs = [
        Fake(name=f"run-{index}", state="finished", summary={"val_loss": row.loss, "_step": 3},
             config={"optim": {"lr": row.learning_rate}, "batch_size": row.batch_size, "seed": row.seed, "_wandb": {}})
        for index, row in enumerate(sweep.trials.itertuples())
    ]  # fmt: skip
    asked = []
    client = Fake(Api=lambda: Fake(runs=lambda path: asked.append(path) or runs))
    monkeypatch.setitem(sys.modules, "wandb", client)
    assert main(["fit", "wandb://me/project", "--json"]) == 0
    assert asked == ["me/project"]
    assert json.loads(capsys.readouterr().out)["surge"]["decision"] == "fall"


def test_an_mlflow_server_is_asked_page_by_page(sweep, capsys, monkeypatch):
    rows = list(sweep.trials.itertuples())
    runs = [
        Fake(info=Fake(run_id=str(index), experiment_id="1", status="FINISHED"),
             data=Fake(params={"lr": repr(row.learning_rate), "batch_size": str(row.batch_size), "seed": str(row.seed)},
                       metrics={"val_loss": row.loss}, tags={"mlflow.user": "me"}))
        for index, row in enumerate(rows)
    ]  # fmt: skip

    class Page(list):
        token = None

    def search_runs(ids, page_token=None):
        assert ids == ["1"]
        start = int(page_token or 0)
        page = Page(runs[start : start + 10])
        page.token = str(start + 10) if start + 10 < len(runs) else None
        return page

    asked = []
    client = Fake(get_experiment_by_name=lambda name: Fake(experiment_id="1"), search_runs=search_runs)
    monkeypatch.setitem(
        sys.modules, "mlflow", Fake(MlflowClient=lambda tracking_uri: asked.append(tracking_uri) or client)
    )
    assert main(["fit", "mlflow+http://localhost:5000/mine", "--json"]) == 0
    assert asked == ["http://localhost:5000"]
    assert json.loads(capsys.readouterr().out)["read"]["rows"] == len(rows)
    client.search_runs = lambda *_, **__: 1 / 0
    assert main(["fit", "mlflow+http://localhost:5000/mine"]) == 2
    assert "gave no runs: division by zero" in capsys.readouterr().err


def test_what_has_no_score_says_none(tmp_path, capsys):
    lines = ["batch_size,learning_rate,loss"]
    for batch, best in ((32, 1e-3), (128, 2e-3), (512, 4e-3)):
        lines += [f"{batch},{best * 2.0**k},{1.0 + 0.1 * k**2}" for k in (-2, -1, 0, 1, 2)]
    path = tmp_path / "one-run.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    assert main(["fit", str(path)]) == 0
    said = capsys.readouterr().out
    assert "none" in said
    assert not re.search(r"\b(inf|nan)\b", said)
    assert "Noise scale: not determined" in said


def test_the_peak_of_one_sweep_is_set_against_that_of_another(path, tmp_path, capsys):
    later = tmp_path / "later.csv"
    Sweep.from_frame(sweep_frame(SurgeLaw(1e-2, 256.0), np.random.default_rng(1), seeds=4)).to_csv(later)
    assert main(["fit", path, "--against", str(later)]) == 0
    said = capsys.readouterr().out.splitlines()[-1]
    low, high = map(float, re.search(r"95 % ([\d.]+) to ([\d.]+)", said).groups())
    assert low < 4.0 < high
    later.write_text("batch_size,loss\n1,2\n")
    assert main(["fit", path, "--against", str(later)]) == 2
    assert "later.csv" in capsys.readouterr().err
