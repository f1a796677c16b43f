"""Every tracker's store is read as its own export is, to the last digit."""

import csv
import io
import itertools
import json
import math
import shutil
import zipfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulate import sweep_frame

from surgecore import PowerLaw, Sweep, SweepError, open_store, open_table, words
from surgecore.tables.stores.registry import STORES, read_store
from surgecore.tables.stores.upload import laid_down
from surgecore.words.problems import notice


@pytest.fixture(scope="module")
def frame():
    law = PowerLaw(1e-3, 0.5)
    return sweep_frame(law, np.random.default_rng(0), batch_sizes=[8, 32, 128], seeds=2, spread=0.02, width=2.0)


def curve_of(loss):
    """A history whose last value is the run's, and whose lowest is one step before."""
    return [loss + 1.0, loss + 0.5, loss - 1e-3, loss]


def same(table, frame, **options):
    """Whether a store holds the runs of a frame, to the last digit."""
    got = Sweep.from_table(table, **options).trials
    keys = ["batch_size", "learning_rate", "seed"]
    got, want = (part.sort_values(keys).reset_index(drop=True) for part in (got, Sweep.from_frame(frame).trials))
    for name in (*keys, "loss"):
        np.testing.assert_array_equal(got[name].to_numpy(float), want[name].to_numpy(float))
    assert got["status"].tolist() == want["status"].tolist()


# Optuna: its own library writes


@pytest.fixture(scope="module", params=["optuna.db", "optuna.log"])
def study(request, frame, tmp_path_factory):
    frame = frame.groupby("batch_size").head(4)
    optuna = pytest.importorskip("optuna")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    path = tmp_path_factory.mktemp("store") / request.param
    if request.param.endswith(".db"):
        storage = f"sqlite:///{path}"
    else:
        storage = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(str(path)))
    made = optuna.create_study(storage=storage, study_name="mine")
    sizes = sorted(set(frame["batch_size"].tolist()))
    for row in frame.itertuples():
        made.enqueue_trial({"batch_size": row.batch_size, "lr": row.learning_rate, "layers": 3})
        trial = made.ask()
        trial.suggest_categorical("batch_size", sizes)
        trial.suggest_float("lr", 1e-9, 1e3, log=True)
        trial.suggest_int("layers", 1, 4)
        trial.set_user_attr("seed", row.seed)
        for step, value in enumerate(curve_of(row.loss)):
            trial.report(value, step)
        made.tell(trial, row.loss)
    made.enqueue_trial({"batch_size": sizes[0], "lr": 1.0, "layers": 3})
    pruned = made.ask()
    pruned.suggest_categorical("batch_size", sizes)
    pruned.suggest_float("lr", 1e-9, 1e3, log=True)
    pruned.suggest_int("layers", 1, 4)
    pruned.set_user_attr("seed", 0)
    made.tell(pruned, state=optuna.trial.TrialState.PRUNED)
    return path, made


def test_an_optuna_study_is_read_as_its_own_data_frame(study):
    path, made = study
    table = open_table(path)
    export = open_table(made.trials_dataframe(attrs=("number", "value", "params", "user_attrs", "state"))
                        .to_csv(index=False).encode())  # fmt: skip
    for name in export.columns:
        assert table.frame[name].tolist() == pytest.approx(export.frame[name].tolist(), abs=0, nan_ok=True)
    # an export says nothing of the direction, the store does
    assert table.mapping == replace(export.mapping, goal="minimise")
    assert words.layout(table.layout) == "Optuna"


def test_an_optuna_study_holds_the_sweep(study, frame):
    frame = frame.groupby("batch_size").head(4)
    path, _ = study
    pruned = {"batch_size": frame["batch_size"].min(), "learning_rate": 1.0, "seed": 0, "loss": None}
    same(open_table(path), pd.concat([frame, pd.DataFrame([pruned])]).astype({"loss": float}).assign(
        status=["complete"] * len(frame) + ["incomplete"]))  # fmt: skip
    curves = read_store(path).curves()
    first = curves[curves["run"] == 1]
    assert first["value"].tolist() == curve_of(frame["loss"].iloc[0])
    assert first["step"].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("name", ["optuna.db", "optuna.log"])
def test_the_direction_and_the_study_come_from_optuna(name, tmp_path):
    optuna = pytest.importorskip("optuna")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    path = tmp_path / name
    if name.endswith(".db"):
        storage = f"sqlite:///{path}"
    else:
        storage = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(str(path)))
    for title in ("a", "b"):
        made = optuna.create_study(storage=storage, study_name=title, direction="maximize")
        for size in (4, 8):
            made.add_trial(optuna.trial.create_trial(
                params={"lr": 0.1, "bs": size}, value=0.5, distributions={
                    "lr": optuna.distributions.FloatDistribution(0.01, 1),
                     "bs": optuna.distributions.IntDistribution(1, 64)
                }))  # fmt: skip
    table = open_table(path)
    assert table.mapping.goal == "maximise"
    assert table.mapping.group == ("study",)
    assert [group.label for group in table.groups()] == ["study=a", "study=b"]
    assert Sweep.from_table(table, group="b").trials["loss"].tolist() == [-0.5, -0.5]


# Hugging Face Trainer: trees as `Trainer.save_state` and the model card write them


def trainer_tree(root, frame, *, how):
    for index, row in enumerate(frame.itertuples()):
        folder = root / f"run-{index}"
        last = folder / "checkpoint-4"
        last.mkdir(parents=True)
        history = [
            {"epoch": step / 4, "step": step, "loss": value + 0.1, "learning_rate": row.learning_rate * (1 - step / 8)}
            for step, value in enumerate(curve_of(row.loss), start=1)
        ]
        history += [{"epoch": step / 4, "step": step, "eval_loss": value, "eval_runtime": 1.0}
                    for step, value in enumerate(curve_of(row.loss), start=1)]  # fmt: skip
        state = {"global_step": 4, "max_steps": 4, "num_train_epochs": 1, "train_batch_size": 8, "log_history": history}
        (last / "trainer_state.json").write_text(json.dumps(state))
        (last / "training_args.bin").write_bytes(b"\x80\x04 a pickle that nobody opens")
        early = folder / "checkpoint-2"
        early.mkdir()
        (early / "trainer_state.json").write_text(json.dumps(state | {"global_step": 2, "log_history": history[:2]}))
        arguments = {"learning_rate": row.learning_rate, "per_device_train_batch_size": int(row.batch_size) // 4,
                     "total_train_batch_size": int(row.batch_size), "gradient_accumulation_steps": 4,
                     "seed": int(row.seed), "output_dir": "x"}  # fmt: skip
        if how == "card":
            lines = [f"- {name}: {value}" for name, value in arguments.items()]
            (folder / "README.md").write_text("# card\n\n### Training hyperparameters\n\n" + "\n".join(lines) + "\n")
        elif how == "args":
            (folder / "training_args.json").write_text(json.dumps(arguments))
        else:
            writer = pytest.importorskip("tensorboardX").SummaryWriter(str(folder / "runs" / "now"))
            writer.add_text("args", json.dumps(arguments))
            writer.close()


@pytest.mark.parametrize("how", ["card", "args", "events"])
def test_a_trainer_tree_is_read_with_its_arguments(how, frame, tmp_path):
    some = frame.groupby("batch_size").head(6)
    trainer_tree(tmp_path, some, how=how)
    table = open_table(tmp_path)
    chosen = table.mapping.__class__(
        **{**table.mapping.__dict__, "batch_size": "total_train_batch_size", "loss": "eval/loss"}
    )
    assert table.mapping.learning_rate == "learning_rate"
    assert table.mapping.seed == "seed"
    same(table, some, mapping=chosen)
    assert table.frame["min eval/loss"].tolist() == [loss - 1e-3 for loss in some["loss"]]


def test_a_trainer_run_without_arguments_says_what_its_rate_is(tmp_path):
    state = {"global_step": 2, "max_steps": 9, "train_batch_size": 8, "log_history": [
        {"step": 1, "learning_rate": 1e-4, "loss": 2.0}, {"step": 2, "learning_rate": 5e-5, "loss": 1.0}]}  # fmt: skip
    (tmp_path / "trainer_state.json").write_text(json.dumps(state))
    table = open_table(tmp_path)
    assert table.frame["peak_learning_rate"].tolist() == [1e-4]
    assert table.frame["status"].tolist() == ["stopped"]


# Plain trees and Hydra


def plain_tree(root, frame, *, settings, metrics, hydra=False):
    import yaml

    for index, row in enumerate(frame.itertuples()):
        folder = root / f"{index}"
        folder.mkdir(parents=True)
        config = {"batch_size": int(row.batch_size), "optim": {"lr": float(row.learning_rate)}, "seed": int(row.seed)}
        place = folder
        if hydra:
            place = folder / ".hydra"
            place.mkdir()
        (place / settings).write_text(json.dumps(config) if settings.endswith("json") else yaml.safe_dump(config))
        points = [{"step": step, "val_loss": value} for step, value in enumerate(curve_of(row.loss))]
        with (folder / metrics).open("w", newline="") as file:
            if metrics.endswith(".csv"):
                writer = csv.DictWriter(file, ["step", "val_loss", "lr"])
                writer.writeheader()
                writer.writerows(points)
            elif metrics.endswith(".jsonl"):
                file.writelines(json.dumps(point) + "\n" for point in points)
            else:
                json.dump({name: [point[name] for point in points] for name in points[0]}, file)


@pytest.mark.parametrize("settings", ["config.json", "config.yaml", "hparams.yaml"])
@pytest.mark.parametrize("metrics", ["metrics.csv", "metrics.jsonl", "history.json"])
def test_a_plain_tree_is_read(settings, metrics, frame, tmp_path):
    some = frame.groupby("batch_size").head(4)
    plain_tree(tmp_path, some, settings=settings, metrics=metrics)
    table = open_table(tmp_path)
    assert table.mapping.loss == "val_loss"
    same(table, some)
    assert table.frame["min val_loss"].tolist() == [loss - 1e-3 for loss in some["loss"]]


def test_a_hydra_multirun_is_read(frame, tmp_path):
    some = frame.groupby("batch_size").head(4)
    plain_tree(tmp_path, some, settings="config.yaml", metrics="metrics.csv", hydra=True)
    assert read_store(tmp_path).key == "hydra"
    same(open_table(tmp_path), some)


def test_settings_may_stand_in_the_names_of_folders(tmp_path):
    for size in (4, 8):
        for rate in ("1e-3", "0.01"):
            folder = tmp_path / f"batch_size={size},lr={rate}" / "seed=3"
            folder.mkdir(parents=True)
            (folder / "metrics.jsonl").write_text('{"loss": 1.5}\n{"loss": NaN}\n')
    trials = Sweep.from_table(open_table(tmp_path)).trials
    assert trials["batch_size"].tolist() == [4, 4, 8, 8]
    assert sorted(trials["learning_rate"].tolist()) == [0.001, 0.001, 0.01, 0.01]
    assert trials["seed"].tolist() == [3, 3, 3, 3]
    assert trials["status"].tolist() == ["infeasible"] * 4


def test_runs_come_in_the_order_of_their_numbers(tmp_path):
    for index in (10, 9, 2):
        (tmp_path / f"run{index}").mkdir()
        (tmp_path / f"run{index}" / "config.json").write_text(f'{{"lr": {index}, "bs": 4}}')
        (tmp_path / f"run{index}" / "metrics.csv").write_text("loss\n1\n")
    assert open_table(tmp_path).frame["run"].tolist() == ["run2", "run9", "run10"]


# Stores that the trackers' own libraries wrote: Ray 2.60, MLflow 3.17, W&B 0.31, Trackio 0.43, Hydra 1.3,
# transformers 5 and Lightning 2, too heavy to install for a test. All but the last two ran the same twelve runs, with
# histories of four steps; one of them ends in nan.

STORES_WRITTEN = Path(__file__).parents[1] / "golden" / "stores"


def written_runs():
    for size, power, seed in itertools.product((32, 128), range(3), (0, 1)):
        rate = 1e-3 * 2**power
        curve = [
            2
            + 0.02 * math.log2(size / 32)
            + 0.05 * math.log2(rate / (0.001 * math.sqrt(size / 32))) ** 2
            + 0.003 * seed
            + 1.0 / (1 + step)
            + (0.01 if step == 3 else 0)
            for step in range(4)
        ]
        if (size, power, seed) == (32, 2, 1):
            curve[-1] = math.nan
        yield size, rate, seed, curve


@pytest.mark.parametrize("name", ["mlflow-files", "mlflow-sqlite", "wandb", "trackio", "ray", "hydra"])
def test_what_the_tracker_wrote_is_read_to_the_last_digit(name):
    runs = list(written_runs())
    frame = pd.DataFrame([(*run[:3], run[3][-1]) for run in runs],
                         columns=["batch_size", "learning_rate", "seed", "loss"])  # fmt: skip
    data = (STORES_WRITTEN / f"{name}.zip").read_bytes()
    table = open_table(data, name=name)
    assert table.layout == name.partition("-")[0]
    same(table, frame)
    with laid_down(data, name) as path:
        points = read_store(path).curves()
    metric = next(text for text in points["metric"].unique() if text.endswith(("val_loss", "val/loss")))
    curves = [part["value"].tolist() for _, part in points[points["metric"] == metric].groupby("run")]
    want = sorted((run[3] for run in runs), key=lambda curve: curve[:3])
    np.testing.assert_array_equal(sorted(curves, key=lambda curve: curve[:3]), want)


@pytest.mark.parametrize(
    ("name", "export"), [("mlflow-files", "mlflow-files"), ("mlflow-sqlite", "mlflow-sqlite"), ("ray", "ray")]
)
def test_the_store_has_the_cells_of_the_trackers_own_export(name, export):
    store = open_table((STORES_WRITTEN / f"{name}.zip").read_bytes(), name=name)
    table = open_table(STORES_WRITTEN / f"{export}.csv")
    key = "run_id" if name.startswith("mlflow") else "trial_id"
    left, right = (part.frame.set_index(key).sort_index() for part in (store, table))
    columns = [column for column in right if str(column).startswith(("params.", "metrics.", "config/", "val_loss"))]
    assert len(columns) >= 4
    for column in columns:
        got, want = (pd.to_numeric(part[column], errors="coerce").to_numpy(float) for part in (left, right))
        np.testing.assert_array_equal(got, want)
    assert list(left.index) == list(right.index)


def test_a_trainers_own_tree_has_batch_rate_and_seed():
    table = open_table((STORES_WRITTEN / "trainer.zip").read_bytes(), name="trainer")
    trials = Sweep.from_table(table).trials.sort_values(["batch_size", "learning_rate", "seed"])
    rows = [json.loads(line) for line in (STORES_WRITTEN / "trainer-rows.jsonl").read_text().splitlines()]
    for name in ("batch_size", "learning_rate", "seed", "loss", "steps"):
        np.testing.assert_array_equal(trials[name].to_numpy(float), [float(row[name]) for row in rows])


def test_a_lightning_csv_log_is_a_plain_tree():
    table = open_table((STORES_WRITTEN / "lightning.zip").read_bytes(), name="lightning")
    assert table.layout == "tree"
    trials = Sweep.from_table(table).trials
    assert trials["batch_size"].tolist() == [8, 8, 16, 16]
    assert trials["learning_rate"].tolist() == [0.01, 0.02, 0.01, 0.02]
    np.testing.assert_allclose(trials["loss"], [1.9405, 1.3868, 2.3079, 4.2801], rtol=1e-4)


# TensorBoard: its writer's own files


def test_tensorboard_hparams_and_scalars_are_read(frame, tmp_path):
    writers = pytest.importorskip("tensorboardX")
    some = frame.groupby("batch_size").head(4)
    for index, row in enumerate(some.itertuples()):
        writer = writers.SummaryWriter(str(tmp_path / f"run{index}"))
        for step, value in enumerate(curve_of(row.loss)):
            writer.add_scalar("val/loss", value, step)
        settings = {
            "batch_size": int(row.batch_size),
            "lr": float(row.learning_rate),
            "seed": int(row.seed),
            "opt": "a",
        }
        writer.add_hparams(settings, {"hparam/loss": 0.0})
        writer.close()
    table = open_table(tmp_path)
    single = some.assign(loss=some["loss"].astype(np.float32).astype(float))  # what an event holds
    same(table, single, mapping=replace(table.mapping, loss="val/loss"))
    assert table.frame["opt"].tolist() == ["a"] * len(some)
    assert table.frame["status"].tolist() == ["SUCCESS"] * len(some)


# Stores that come as bytes


def zipped(root):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(root.rglob("*")):
            archive.write(path, path.relative_to(root).as_posix())
    return buffer.getvalue()


def test_a_zip_of_a_store_is_the_store(frame, tmp_path):
    some = frame.groupby("batch_size").head(4)
    plain_tree(tmp_path / "tree", some, settings="config.yaml", metrics="metrics.csv", hydra=True)
    table = open_table(zipped(tmp_path / "tree"), name="mine")
    assert table.name == "mine"
    same(table, some)


def test_a_database_or_a_journal_may_be_uploaded(study):
    path, _ = study
    assert open_table(path.read_bytes()).frame.equals(open_table(path).frame)
    with path.open("rb") as file:
        assert open_table(file).name == "optuna"


def test_an_archive_cannot_leave_its_folder_or_grow(tmp_path, monkeypatch):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../escaped.csv", "x")
        archive.writestr("/etc/absolute.csv", "x")
        archive.writestr("run/config.json", '{"lr": 1, "bs": 4}')
        archive.writestr("run/metrics.csv", "loss\n1\n")
    with laid_down(buffer.getvalue(), "a") as root:
        files = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    assert files == {"escaped.csv", "etc/absolute.csv", "run/config.json", "run/metrics.csv"}
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("run/metrics.csv", "0\n" * 10**6)
    monkeypatch.setattr("surgecore.tables.stores.upload.MAX_BYTES", 2**20)
    with pytest.raises(SweepError, match="unpack to at most 1 MB"):
        open_table(buffer.getvalue())


@pytest.mark.parametrize("keep", [5, 40, -30])
def test_a_damaged_archive_or_database_is_a_sentence(keep, study, frame, tmp_path):
    plain_tree(tmp_path / "tree", frame.head(4), settings="config.json", metrics="metrics.csv")
    for data in (zipped(tmp_path / "tree"), study[0].read_bytes()):
        with suppress(SweepError):
            open_table(data[:keep])


# What is no store, or a hostile one


def test_a_folder_without_runs_is_a_sentence(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(SweepError, match="known tracker"):
        open_table(tmp_path)
    with pytest.raises(ValueError, match="kind must be one of wandb"):
        open_store(tmp_path, kind="nonsense")


@pytest.mark.parametrize(
    "text",
    [
        "!!python/object/apply:os.system ['touch {0}']",
        "lr: !!python/object/apply:os.system ['touch {0}']",
        "lr: !!python/name:os.system",
        "a: &a [1,1]\nb: &b [*a,*a]\n",
        "a: &a {{x: 1, y: 2}}\nb: &b {{p: *a, q: *a}}\n",
        "{{",
        "- 1",
        "\x00",
    ],
)
def test_settings_never_run(text, tmp_path):
    mark = tmp_path / "ran"
    (tmp_path / "config.yaml").write_text(text.format(mark))
    (tmp_path / "metrics.csv").write_text("loss\n1\n")
    with suppress(SweepError):
        open_table(tmp_path)
    assert not mark.exists()


def test_aliases_that_multiply_end(tmp_path):
    levels = ["a0: &a0 {" + ", ".join(f"k{i}: 1" for i in range(9)) + "}"]
    levels += [f"a{n}: &a{n} {{" + ", ".join(f"k{i}: *a{n - 1}" for i in range(9)) + "}" for n in range(1, 9)]
    (tmp_path / "config.yaml").write_text("\n".join(levels))
    (tmp_path / "metrics.csv").write_text("loss\n1\n")
    with pytest.raises(SweepError, match="at most"):
        open_table(tmp_path)


def test_links_are_not_followed(tmp_path):
    store, secret = tmp_path / "store", tmp_path / "secret"
    secret.mkdir()
    (secret / "metrics.csv").write_text("loss\n7\n")
    (store / "run").mkdir(parents=True)
    (store / "run" / "config.json").write_text('{"lr": 1, "bs": 4}')
    (store / "run" / "metrics.csv").symlink_to(secret / "metrics.csv")
    (store / "away").symlink_to(secret)
    with pytest.raises(SweepError, match="but is a link"):
        open_table(store)


# What is in a folder and not in the table


def told(table, code):
    return [notice(found) for found in Sweep.from_table(table).notices if found.code == code]


def test_runs_that_cannot_be_read_are_named(frame, tmp_path):
    some = frame.groupby("batch_size").head(4)
    plain_tree(tmp_path, some, settings="config.json", metrics="metrics.csv")
    (tmp_path / "3" / "config.json").write_text("{")
    (tmp_path / "5" / "metrics.csv").unlink()
    (tmp_path / "6" / "config.json").unlink()
    (tmp_path / "plots").mkdir()
    (tmp_path / "plots" / "curve.png").write_bytes(b"")
    table = open_table(tmp_path)
    (said,) = told(table, "unread-runs")
    assert said == "3 runs could not be read and are left out: 3, 5, 6 (config.json must be valid JSON, but is not)."
    assert len(table.frame) == len(some) - 3


def test_a_trial_of_ray_that_is_damaged_is_named(tmp_path):
    with laid_down((STORES_WRITTEN / "ray.zip").read_bytes(), "ray") as path:
        first = next(path.rglob("params.json"))
        first.write_text("{")
        table = open_table(path)
    assert len(table.frame) == 11
    assert "params.json must be valid JSON" in told(table, "unread-runs")[0]


def test_other_trackers_in_the_folder_are_named(frame, tmp_path):
    some = frame.groupby("batch_size").head(4)
    plain_tree(tmp_path / "trees", some, settings="config.json", metrics="metrics.csv")
    plain_tree(tmp_path / "jobs", some, settings="config.yaml", metrics="metrics.csv", hydra=True)
    with laid_down((STORES_WRITTEN / "wandb.zip").read_bytes(), "wandb") as path:
        shutil.copytree(path, tmp_path / "wandb")
    (said,) = told(open_table(tmp_path), "other-stores")
    assert said.startswith("Only the runs of W&B were read; the folder also holds runs of Hydra, Folders of settings")
    assert told(open_store(tmp_path / "jobs"), "other-stores") == []
    assert len(open_store(tmp_path, kind="hydra").frame) == len(some)


def test_a_tracker_that_writes_anothers_files_is_one(tmp_path):
    for name in ("ray", "trainer"):
        with laid_down((STORES_WRITTEN / f"{name}.zip").read_bytes(), name) as path:
            assert read_store(path).beside == ()


@pytest.mark.parametrize("timed", [True, False])
def test_a_trainers_tree_without_arguments_says_whose_batch_it_is(timed):
    """No card and no events: the state has what one device saw, and its last log how fast a step was."""
    with laid_down((STORES_WRITTEN / "trainer.zip").read_bytes(), "trainer") as path:
        for events in path.rglob("*.tfevents.*"):
            events.unlink()
        for state in path.rglob("trainer_state.json"):
            kept = json.loads(state.read_text())
            if timed:  # as it is after `Trainer.save_state`
                speed = {
                    "train_samples_per_second": 61.728 * kept["train_batch_size"],
                    "train_steps_per_second": 15.432,
                }
                kept["log_history"].append({"step": 8, "train_runtime": 0.5184, **speed})
            state.write_text(json.dumps(kept))
        table = open_table(path)
    micro = table.frame["per_device_train_batch_size"]
    said = [notice(found) for found in Sweep.from_table(table).notices]
    if timed:
        assert table.frame["total_train_batch_size"].tolist() == (4 * micro).tolist()
        assert table.mapping.batch_size == "total_train_batch_size"
    else:
        assert any(text.startswith("per_device_train_batch_size is per device") for text in said)


def test_the_documentation_names_every_store():
    page = (Path(__file__).parents[2] / "docs" / "trackers.md").read_text(encoding="utf-8")
    for row in words.stores():
        assert f"| {' | '.join(row)} |" in page


def test_the_registry_is_whole():
    assert [store.key for store in STORES] == list(dict.fromkeys(store.key for store in STORES))
    assert {"optuna", "mlflow", "tensorboard", "ray", "trainer", "trackio", "wandb", "hydra", "tree"} == {
        store.key for store in STORES
    }


@settings(max_examples=60)
@given(st.data())
def test_a_broken_store_ends_in_a_table_or_a_sentence(data):
    """Fewer than the ten thousand of benchmarks/fuzz_tables.py, and over what an archive holds, not the archive."""
    archive = data.draw(st.sampled_from(sorted(STORES_WRITTEN.glob("*.zip"))))
    buffer = io.BytesIO()
    with zipfile.ZipFile(archive) as whole, zipfile.ZipFile(buffer, "w") as broken:
        for member in whole.namelist()[:12]:
            content = bytearray(whole.read(member))
            for at in data.draw(st.lists(st.integers(0, max(len(content) - 1, 0)), max_size=3)) if content else ():
                content[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
            broken.writestr(member, bytes(content))
    with suppress(SweepError):
        open_table(buffer.getvalue()).problems()
