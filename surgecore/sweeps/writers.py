"""A sweep as a file: canonical CSV, JSON lines or Parquet, or the shape of a tracker's export."""

from __future__ import annotations

import io
import json
from typing import Literal, get_args

import numpy as np
import pandas as pd

from surgecore.sweeps.sweep import Sweep
from surgecore.tables.escape import unformulated

Shape = Literal["wandb", "optuna", "mlflow", "tensorboard", "ray"]
Form = Literal["csv", "jsonl", "parquet"]
#: For each shape, the columns of batch size, learning rate, seed, steps, status and of the metric.
_NAMES: dict[Shape, tuple[str, str, str, str, str, str]] = {
    "wandb": ("batch_size", "learning_rate", "seed", "steps", "State", "{}"),
    "optuna": ("params_batch_size", "params_learning_rate", "user_attrs_seed", "user_attrs_steps", "state", "value"),
    "mlflow": ("params.batch_size", "params.learning_rate", "params.seed", "params.steps", "status", "metrics.{}"),
    "tensorboard": ("batch_size", "learning_rate", "seed", "steps", "status", "{}"),
    "ray": ("config/batch_size", "config/learning_rate", "config/seed", "config/steps", "status", "{}"),
}
#: The tracker's word for complete, incomplete and infeasible; a diverged run's metric is nan beside it.
_STATES: dict[Shape, tuple[str, str, str]] = {
    "wandb": ("finished", "crashed", "failed"),
    "optuna": ("COMPLETE", "PRUNED", "FAIL"),
    "mlflow": ("FINISHED", "KILLED", "FAILED"),
    "tensorboard": ("complete", "incomplete", "infeasible"),
    "ray": ("TERMINATED", "RUNNING", "ERROR"),
}


def shaped(sweep: Sweep, shape: Shape) -> pd.DataFrame:
    """The trials under the columns and states of a tracker's export.

    Parameters
    ----------
    sweep : Sweep
        Any sweep.
    shape : {"wandb", "optuna", "mlflow", "tensorboard", "ray"}
        Whose export.

    Returns
    -------
    DataFrame
        One row a trial; read back, it is the same sweep, but for trials that diverged with a finite loss: their loss
        is nan.

    Raises
    ------
    ValueError
        If the shape is none of these.
    """
    if shape not in get_args(Shape):
        raise ValueError(f"shape must be one of {', '.join(get_args(Shape))}, but got {shape!r}")
    names = _NAMES[shape]
    trials = sweep.trials
    frame = pd.DataFrame(index=trials.index)
    if shape == "optuna":
        frame["number"], frame["datetime_start"] = np.arange(len(trials)), ""
    elif shape == "mlflow":
        frame["run_id"], frame["experiment_id"] = [f"{index:032x}" for index in range(len(trials))], "0"
    elif shape == "wandb":
        frame["Name"], frame["Runtime"] = [f"run-{index}" for index in range(len(trials))], 0
    else:
        frame["trial_id"] = [f"{index:08x}" for index in range(len(trials))]
        frame["show_metrics" if shape == "tensorboard" else "training_iteration"] = 1 if shape == "ray" else False
    known = dict(zip(("batch_size", "learning_rate", "seed", "steps", "status"), names[:5], strict=True))
    if sweep.batch_unit != "examples":
        known["batch_size"] += f"_{sweep.batch_unit}"
    for role, column in known.items():
        if role in trials:
            frame[column] = trials[role]
    words = dict(zip(("complete", "incomplete", "infeasible"), _STATES[shape], strict=True))
    frame[names[4]] = trials["status"].map(words)
    metric = sweep.metric.shown(trials["loss"]).astype(object)
    metric[trials["status"] == "incomplete"] = None
    metric[trials["status"] == "infeasible"] = "nan"
    frame[names[5].format(sweep.metric.name)] = metric
    more = [name for name in trials.columns if name not in (*known, "loss") and name not in frame]
    return pd.concat([frame, trials[more]], axis=1)


def _canonical(sweep: Sweep, form: Form) -> pd.DataFrame:
    """Our own columns; in JSON a metric that is missing is null, and one that diverged NaN."""
    metric = sweep.metric.shown(sweep.trials["loss"])
    if form == "jsonl":
        metric = metric.astype(object).where(~(metric.isna() & (sweep.trials["status"] == "incomplete")), None)
    return sweep.canonical(metric)


def write(sweep: Sweep, form: Form, shape: Shape | None = None) -> bytes:
    """A sweep as the bytes of a file.

    Parameters
    ----------
    sweep : Sweep
        Any sweep.
    form : {"csv", "jsonl", "parquet"}
        Of the file. Parquet needs pyarrow.
    shape : {"wandb", "optuna", "mlflow", "tensorboard", "ray"}, optional
        Whose columns; our own by default.

    Returns
    -------
    bytes

    Raises
    ------
    ValueError
        If the form or the shape is none of these.
    """
    if form not in get_args(Form):
        raise ValueError(f"form must be one of {', '.join(get_args(Form))}, but got {form!r}")
    if shape is None and form == "csv":
        return sweep.to_csv().encode()
    frame = _canonical(sweep, form) if shape is None else shaped(sweep, shape)
    if form == "csv":
        return unformulated(frame).to_csv(index=False, lineterminator="\n").encode()
    if form == "jsonl":
        return "".join(json.dumps(row) + "\n" for row in frame.to_dict(orient="records")).encode()
    buffer = io.BytesIO()
    mixed = {name: "str" for name in frame.columns if frame[name].dtype == object}
    frame.astype(mixed).to_parquet(buffer, index=False)
    return buffer.getvalue()
