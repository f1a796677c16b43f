"""A sweep that was written in any form or shape is read back as itself."""

import csv
import io

import numpy as np
import pandas as pd
import pytest
from simulate import sweep_frame

from surgecore import PowerLaw, Sweep, open_table, words
from surgecore.sweeps.writers import shaped, write


@pytest.fixture(scope="module")
def sweep():
    frame = sweep_frame(PowerLaw(1e-3, 0.5), np.random.default_rng(0), batch_sizes=[8, 32], seeds=2)
    frame["status"] = "complete"
    frame.loc[3, ["loss", "status"]] = [np.nan, "infeasible"]
    frame.loc[5, ["loss", "status"]] = [np.nan, "incomplete"]
    return Sweep.from_frame(frame.assign(steps=20))


def same(got, want):
    keys = ["batch_size", "learning_rate", "seed"]
    for name in (*keys, "loss"):
        np.testing.assert_array_equal(got.trials[name].to_numpy(float), want.trials[name].to_numpy(float))
    assert got.trials["status"].tolist() == want.trials["status"].tolist()
    assert got.steps == want.steps


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("shape", [None, "wandb", "optuna", "mlflow", "tensorboard", "ray"])
def test_every_form_and_shape_is_read_back(form, shape, sweep):
    if form == "parquet":
        pytest.importorskip("pyarrow")
    table = open_table(write(sweep, form, shape))
    mapping = table.mapping if table.mapping.goal else table.mapping.__class__(
        **(table.mapping.__dict__ | {"goal": "minimise"}))  # fmt: skip
    got = Sweep.from_table(table, mapping)
    if shape in ("wandb", "optuna", "mlflow", "ray"):
        # a tracker has one word for a run that was stopped and one that failed; nan tells them apart
        assert words.layout(table.layout).startswith({"wandb": "W&B", "mlflow": "MLflow"}.get(shape, shape.title()))
    same(got, sweep)


def test_an_accuracy_keeps_its_name_and_sign():
    frame = pd.DataFrame({"batch_size": [4, 4, 8], "lr": [0.1, 0.2, 0.1], "val_accuracy": [0.5, 0.75, 0.25]})
    sweep = Sweep.from_frame(frame)
    for form in ("csv", "jsonl", "parquet"):
        got = Sweep.from_csv(write(sweep, form))
        assert got.trials["loss"].tolist() == [-0.5, -0.75, -0.25]
        assert got.metric.name == "val_accuracy"
    assert shaped(sweep, "wandb")["val_accuracy"].tolist() == [0.5, 0.75, 0.25]


def test_text_never_becomes_a_formula():
    frame = pd.DataFrame({
        "batch_size": [4, 4, 8, 8], "lr": [0.1, 0.2, 0.1, 0.2], "loss": [-1.5, 2.0, np.inf, 1.0],
        "note": ["=cmd|' /C calc'!A0", "@SUM(A1)", "-2.5", "plain"], "=title": ["+1+1", "\tx", "-", "-inf"],
    })  # fmt: skip
    sweep = Sweep.from_frame(frame)
    rows = list(csv.reader(io.StringIO(sweep.to_csv())))
    for row in rows:
        for cell in row:
            try:
                float(cell)
            except ValueError:
                assert cell == "-" or not cell.startswith(("=", "+", "-", "@", "\t", "\r")), cell
    assert "'=title" in rows[0]
    assert rows[1][rows[0].index("note")] == "'=cmd|' /C calc'!A0"
    assert rows[1][rows[0].index("loss")] == "-1.5"
    again = Sweep.from_csv(sweep.to_csv().encode())
    # numbers are untouched; text keeps its apostrophe, so that writing again changes nothing
    np.testing.assert_array_equal(again.trials["loss"], sweep.trials["loss"])
    assert again.digest == sweep.digest


def test_misuse_is_refused(sweep):
    with pytest.raises(ValueError, match="shape must be one of wandb"):
        shaped(sweep, "clearml")
    with pytest.raises(ValueError, match="form must be one of csv, jsonl, parquet, but got 'xlsx'"):
        write(sweep, "xlsx")
