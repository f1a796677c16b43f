"""Build the questions that a table leaves open: what is asked, the answers, and what each would give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from surgecore._validate import FloatArray
from surgecore.tables.batch import BatchReading
from surgecore.tables.metric import Goal
from surgecore.tables.models import Group, is_setting
from surgecore.tables.names import BatchUnit, ColumnMapping
from surgecore.tables.questions import Change, Choice, Question, Topic
from surgecore.tables.shapes import base_columns

Preview = Callable[[ColumnMapping], tuple[tuple[float, float], ...]]


def batch_as(mapping: ColumnMapping, reading: BatchReading) -> ColumnMapping:
    """A mapping with one reading of the batch size."""
    before: BatchUnit = "examples" if mapping.batch_unit == "tokens" else mapping.batch_unit
    unit: BatchUnit = "tokens" if reading.tokens else before
    return replace(mapping, batch_size=reading.column, batch_factors=reading.factors, batch_unit=unit)


def which_batch(mapping: ColumnMapping, found: Sequence[BatchReading], preview: Preview) -> Question:
    """Which of several readings is the batch that one step sees."""
    ways = [(reading, batch_as(mapping, reading)) for reading in found]
    choices = tuple(
        Choice(
            "tokens" if reading.tokens else "product" if reading.factors else "column",
            _changed(way),
            columns=(reading.column, *reading.factors),
            preview=preview(way),
        )
        for reading, way in ways
    )
    columns = dict.fromkeys(name.removeprefix("/") for reading in found for name in (reading.column, *reading.factors))
    return Question(Topic.BATCH, tuple(columns), choices)


def _changed(mapping: ColumnMapping) -> Change:
    names, default = ("batch_size", "batch_factors", "batch_unit"), ColumnMapping()
    return tuple((name, value) for name in names if (value := getattr(mapping, name)) != getattr(default, name))


def which_way(mapping: ColumnMapping, preview: Preview) -> Question:
    """Which way is good in a metric whose name does not say."""
    goals: tuple[Goal, ...] = ("minimise", "maximise")
    choices = tuple(
        Choice(goal, (("goal", goal),), preview=preview(replace(mapping, goal=goal)), columns=(mapping.loss,))
        for goal in goals
    )
    return Question(Topic.GOAL, (mapping.loss,), choices)


def which_metric(mapping: ColumnMapping, names: Sequence[str]) -> Question:
    """Which column of numbers is the metric, where no name says so, and which way is good in it."""
    goals: tuple[Goal, ...] = ("minimise", "maximise")
    choices = tuple(Choice(goal, (("loss", name), ("goal", goal)), columns=(name,)) for name in names for goal in goals)
    return Question(Topic.METRIC, tuple(names), choices)


def which_base(frame: pd.DataFrame, mapping: ColumnMapping) -> Question | None:
    """What a logarithm of the learning rate is to the base of; None where there is none of an open base."""
    names = set(map(str, frame.columns))
    for name in names:
        ten, natural = base_columns(name)
        if not mapping.learning_rate and {ten, natural} <= names:
            keys = (("ten", ten), ("natural", natural))
            choices = tuple(Choice(key, (("learning_rate", column),), columns=(name,)) for key, column in keys)
            return Question(Topic.BASE, (name,), choices)
    return None


def which_group(groups: Sequence[Group], columns: Sequence[str], frame: pd.DataFrame, batch: str) -> Question:
    """Which of several models, settings, or models that differ between batch sizes."""
    choices = tuple(Choice(group.label, group=group) for group in groups)
    settings = tuple(name for name in columns if is_setting(name))
    if settings:
        rest = tuple(name for name in columns if name not in settings)
        best = Choice("best", (("best_of", settings), ("group", rest)), columns=settings)
        if not rest:
            return Question(Topic.SETTING, tuple(columns), (best, *choices))
        return Question(Topic.MODEL, tuple(columns), (*choices, best))
    sizes = frame.groupby(list(columns), dropna=False)[batch].nunique()
    if (sizes == 1).all() and len(frame[batch].unique()) > 1:
        together = Choice("together", (("group", ()),), columns=tuple(columns))
        return Question(Topic.VARIES, tuple(columns), (together, *choices))
    return Question(Topic.MODEL, tuple(columns), choices)


def look_like_optima(batch: FloatArray, rate: FloatArray) -> bool:
    """Whether there is one learning rate at each of several batch sizes, and not always the same."""
    known = np.isfinite(batch) & np.isfinite(rate) & (batch > 0) & (rate > 0)
    cells = pd.DataFrame({"b": batch[known], "r": rate[known]}).drop_duplicates()
    return bool(len(cells) >= 3 and cells["b"].is_unique and cells["r"].nunique() >= 2)


def optima_already(mapping: ColumnMapping, batch: str, rate: str) -> Question:
    """Whether rows are best learning rates already."""
    choices = (Choice("optima", (("holds", "optima"),)), Choice("runs", (("holds", "runs"),)))
    return Question(Topic.OPTIMA, (batch, rate), choices if mapping.loss else choices[:1])
