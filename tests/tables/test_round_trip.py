"""What was decided about a table while it was read stands in the file of its trials: nobody is asked twice."""

from dataclasses import replace
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from test_batch import FIXTURES, rows
from test_crossed import make, right_answer

from surgecore import Sweep, analyse, open_table
from surgecore.sweeps.writers import Shape, write


def answered(table):
    """The sweep of a table whose questions are answered rightly."""
    mapping, group = table.mapping, None
    while (question := table.question(mapping, group=group)) is not None:
        answer = right_answer(question)
        mapping, group = answer.apply(mapping), answer.group or group
    return Sweep.from_table(table, mapping, group=group)


def read_again(sweep):
    table = open_table(sweep.to_csv().encode())
    assert table.question() is None
    again = Sweep.from_table(table)
    assert again.digest == sweep.digest
    assert again.are_optima == sweep.are_optima
    assert again.metric == sweep.metric
    assert again.batch_unit == sweep.batch_unit
    for name in ("batch_size", "learning_rate", "loss"):
        np.testing.assert_array_equal(again.trials[name].to_numpy(float), sweep.trials[name].to_numpy(float))
    return again


@pytest.mark.parametrize("framework", FIXTURES)
def test_a_product_is_not_multiplied_again(framework):
    read_again(answered(open_table(rows(FIXTURES[framework][0]).to_csv(index=False).encode())))


@pytest.mark.parametrize("part", range(4))
def test_crossed_tables_are_read_again_as_they_were(part):
    for index in range(10):
        read_again(answered(open_table(make(np.random.default_rng([part, index]))[0])))


@pytest.fixture
def grid():
    return pd.DataFrame(
        [(b, r, 2 + np.log2(r / (1e-3 * np.sqrt(b / 32))) ** 2)
         for b in (32, 128, 512) for r in 1e-3 * 2.0 ** np.arange(-2, 4)],
        columns=["batch_size", "lr", "val_loss"],
    )  # fmt: skip


def test_models_that_are_one_stay_one(grid):
    both = pd.concat([grid.assign(model=m, width=w) for m, w in (("small", 8), ("large", 16))])
    table = open_table(both.to_csv(index=False).encode())
    assert table.mapping.group == ("model",)
    again = read_again(Sweep.from_table(table, replace(table.mapping, group=())))
    assert list(again.trials.columns[-2:]) == ["model [settled]", "width [settled]"]


@pytest.mark.parametrize(
    ("how", "unit"),
    [
        ({"batch_unit": "tokens"}, "tokens"),
        ({"batch_unit": "sequences"}, "sequences"),
        ({"batch_unit": "sequences", "sequence_length": 2048}, "tokens"),
        ({}, "examples"),
    ],
)
def test_what_batch_sizes_count_is_kept(grid, how, unit):
    table = open_table(grid.to_csv(index=False).encode())
    sweep = Sweep.from_table(table, replace(table.mapping, **how))
    assert read_again(sweep).batch_unit == unit
    for shape in get_args(Shape):
        again = open_table(write(sweep, "csv", shape))
        assert Sweep.from_table(again, replace(again.mapping, goal="minimise")).batch_unit == unit


@pytest.mark.parametrize(("name", "cells"), [("val_acc", "{:.1f} %"), ("val_loss", "{:.2f}%"), ("loss", "{:.3f} %")])
def test_per_cent_stay_per_cent(grid, name, cells):
    frame = grid.drop(columns="val_loss").assign(**{name: [cells.format(loss) for loss in grid["val_loss"]]})
    again = read_again(Sweep.from_table(open_table(frame.to_csv(index=False).encode())))
    assert again.metric.unit == "%"


def test_the_metric_that_was_chosen_stays_chosen(grid):
    table = open_table(grid.assign(loss=grid["val_loss"] + 1).to_csv(index=False).encode())
    again = read_again(Sweep.from_table(table, replace(table.mapping, loss="loss")))
    assert again.trials["loss"].min() == 3.0


@pytest.mark.parametrize("columns", [["batch_size", "lr"], ["batch_size", "lr", "val_loss"]])
def test_best_rates_stay_best_rates(grid, columns):
    best = grid.loc[grid.groupby("batch_size")["val_loss"].idxmin(), columns]
    table = open_table(best.to_csv(index=False).encode())
    sweep = Sweep.from_table(table, replace(table.mapping, holds="optima"))
    again = read_again(sweep)
    assert "best_learning_rate" in sweep.to_csv()
    assert [o.learning_rate for o in analyse(again).optima] == best["lr"].tolist()


def test_best_rates_of_other_people_are_known_by_their_name():
    table = open_table(b"batch_size,best_lr\n32,0.001\n128,0.002\n512,0.004\n")
    assert table.question() is None
    assert Sweep.from_table(table).are_optima
