"""Tables as people edit and log them: rows that are no rows, remarks, other rates, models under any name."""

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from simulate import sweep_frame

from surgecore import SaturatingLaw, Sweep, SweepError, analyse, open_table, recommend
from surgecore.sweeps.analysis import RemarkKind
from surgecore.tables.names import ColumnMapping
from surgecore.tables.table import GroupsFound

HEADER = "lr,bs,loss,seed\n"
ROWS = [f"{lr:g},{bs},{0.3 + abs(lr - 0.01) + 1 / bs:.4f},{seed}" for bs in (4, 16, 64)
        for lr in (0.001, 0.003, 0.01, 0.03) for seed in (0, 1)]  # fmt: skip


def problems(text):
    with pytest.raises(SweepError) as caught:
        Sweep.from_csv(text.encode())
    return [(problem.row, problem.message) for problem in caught.value.problems]


@pytest.fixture
def frame():
    return sweep_frame(SaturatingLaw(1e-2, 64.0), np.random.default_rng(0), seeds=3).drop(columns="steps")


@pytest.mark.parametrize(
    ("row", "cells"), [("0.01,0.31,1", "3 cells"), ("0.01,1,024,0.5,0", "5 cells"), ("0.01", "1 cell")]
)
@pytest.mark.parametrize("quoted", [False, True])
def test_a_row_with_other_cells_than_the_header_is_named_and_can_be_left_out(row, cells, quoted):
    rows = [line.replace(",64,", ',"64",') for line in ROWS] if quoted else ROWS
    text = HEADER + "\n".join([*rows[:5], row, "", *rows[5:]]) + "\n"
    ((line, message),) = problems(text)
    assert line == 7
    assert f"as many cells as the header, 4, but has {cells}: {row!r}" in message
    assert len(Sweep.from_csv(text.encode(), skip_bad_rows=True).trials) == len(ROWS)


def test_a_quoted_cell_beyond_the_reader_is_a_message_and_one_of_several_lines_is_a_cell():
    text = HEADER.replace("\n", ",note\n") + "\n".join(f'{row},"a\nb, c"' for row in ROWS)
    assert len(Sweep.from_csv(text.encode()).trials) == len(ROWS)
    short = text.replace(ROWS[2], ROWS[2].rpartition(",")[0], 1)
    ((line, message),) = problems(short)
    assert short.split("\n")[line - 1].startswith(ROWS[2].rpartition(",")[0])
    assert "5, but has 4 cells" in message
    assert "cannot be parsed" in problems(text.replace("b, c", "b" * 200_000, 1))[0][1]


def test_delimiters_at_the_end_of_rows_and_header_are_no_cells():
    for text in (
        HEADER + "\n".join(row + "," for row in ROWS),
        HEADER.replace("\n", ",,\n") + "\n".join(ROWS),
        HEADER.replace("\n", ",\n") + "\n".join(row + "," for row in ROWS),
    ):
        assert len(Sweep.from_csv(text.encode()).trials) == len(ROWS)


def test_remarks_in_any_column_are_passed_over_and_said():
    text = HEADER.replace("\n", ",steps,steps_to_target\n") + "\n".join(
        f"{row},20,{40 + i}" for i, row in enumerate(ROWS)
    )
    lines = text.split("\n")
    lines[3] = lines[3].replace(",20,", ",20 <- best,")
    lines[4] = lines[4].replace(",1,20,", ",1  <- best,20,")
    lines[5] += " # best"
    lines[6] = lines[6].replace(",20,", ",soon,")
    lines[7] = lines[7].rpartition(",")[0] + ",never"
    lines[8] = lines[8].rpartition(",")[0] + ",-5"
    lines[13] = lines[13].replace("0.01,", "**0.01** (best),", 1)
    found = problems("\n".join(lines))
    assert [row for row, _ in found] == [9]
    assert found[0][1].endswith("'-5'")
    sweep = Sweep.from_csv("\n".join(lines).encode(), skip_bad_rows=True)
    assert sweep.n_seeds == 2
    said = [dict(notice.values) for notice in sweep.notices if notice.code in ("remarks", "ignored")]
    assert {str(told["column"]) for told in said} == {"steps", "seed", "lr", "steps_to_target"}


def test_a_best_cell_among_the_rows_that_cannot_be_read_is_warned_of():
    lines = (HEADER + "\n".join(ROWS)).split("\n")
    best = next(i for i, line in enumerate(lines) if line.startswith("0.01,4,"))
    lines[best] += ",surplus"
    found = problems("\n".join(lines))
    assert [row for row, _ in found] == [best + 1]
    lines = (HEADER.replace("\n", ",steps_to_target\n") + "\n".join(f"{row},5" for row in ROWS)).split("\n")
    for index, line in enumerate(lines):
        if line.startswith("0.01,16,"):
            lines[index] = line.removesuffix(",5") + ",wrong"
    assert [message for _, message in problems("\n".join(lines))][-1].startswith(
        "rows that cannot be read hold the best loss at batch size 16"
    )


def test_a_column_that_is_wrong_as_a_whole_is_one_problem():
    text = HEADER + "\n".join(row.replace(row.split(",")[0], "fast", 1) for row in ROWS)
    ((row, message),) = problems(text)
    assert row == 2
    assert message == "24 rows: learning_rate must be a positive number, but got 'fast'"


def test_dots_are_thousands_where_commas_are_decimal_marks():
    rows = [f"{lr};{bs};{0.3 + i / 100:.3f}".replace(".", ",") for bs in ("256", "1#024", "2#048")
            for i, lr in enumerate(("0.001", "0.003", "0.01"))]  # fmt: skip
    text = "lr;bs;loss\n" + "\n".join(rows).replace("#", ".")
    assert list(Sweep.from_csv(text.encode()).batch_sizes) == [256, 1024, 2048]
    text = "lr;bs;loss\n0,1;4;1.5\n0,2;4;1.250\n"  # no thousands: a decimal point among decimal commas
    assert Sweep.from_csv(text.encode()).trials["loss"].tolist() == [1.5, 1.25]


@pytest.mark.parametrize("start", ["# my sweep\n# adam, 2024\n", "sep=,\n", "\n\n# adam\n"])
def test_remarks_above_the_header_are_passed_over(start):
    text = start + HEADER + "\n".join(ROWS).replace(ROWS[3], ROWS[3].replace("0.", "zero.", 1))
    ((row, _),) = problems(text)
    assert text.split("\n")[row - 1].startswith("zero.")


@pytest.mark.parametrize(
    "name",
    ["model_name", "Model Name", "config.model.name", "dataset_name", "run_group", "grad_clip", "Name", "Tags",
     "tags.mlflow.runName", "experiment_name"],
)  # fmt: skip
@pytest.mark.parametrize("seeded", [True, False])
def test_models_are_never_pooled_whatever_their_column_is_called(frame, name, seeded):
    frame = frame if seeded else frame.drop(columns="seed")
    values = (0.5, 1.0) if name == "grad_clip" else ("small net", "large net")
    both = pd.concat([frame.assign(**{name: values[0]}), frame.assign(**{name: values[1], "loss": frame["loss"] + 1})])
    with pytest.raises(GroupsFound, match=rf"(differ in {name}|{name} differs)"):
        Sweep.from_csv(both.to_csv(index=False).encode())


@pytest.mark.parametrize("label", [lambda i: f"run-{i}", lambda i: f"2024-05-{i % 28 + 1:02d}", lambda i: i])
def test_numbered_runs_are_no_models(frame, label):
    frame = frame.assign(Name=[label(i % 3) for i in range(len(frame))])
    assert open_table(frame.to_csv(index=False).encode()).groups() == ()


@pytest.mark.parametrize("name", ["base_lr", "max_lr", "optimizer.learning_rate", "config/optimizer/learning_rate"])
def test_the_rate_that_was_set_is_preferred_to_one_that_decayed(frame, name):
    decayed = frame.rename(columns={"learning_rate": name}).assign(
        lr=frame["learning_rate"] * np.linspace(0.1, 0.2, len(frame))
    )
    sweep = Sweep.from_csv(decayed.to_csv(index=False).encode())
    np.testing.assert_allclose(sweep.learning_rates, Sweep.from_frame(frame).learning_rates)
    assert f"learning_rate was read from the column {name}; lr was not used." in map(str, sweep.notices)


def test_a_constant_bound_is_not_the_rate_that_was_swept(frame):
    bounded = frame.rename(columns={"learning_rate": "lr"}).assign(max_lr=0.1)
    assert open_table(bounded.to_csv(index=False).encode()).mapping.learning_rate == "lr"


def test_a_column_written_out_is_named_beside_the_one_left(frame):
    sweep = Sweep.from_csv(frame.assign(lr=0.0).to_csv(index=False).encode())
    assert "learning_rate was read from the column learning_rate; lr was not used." in map(str, sweep.notices)


def test_rates_of_a_random_search_are_not_merged():
    rng = np.random.default_rng(0)
    rates = np.exp(rng.uniform(np.log(1e-4), np.log(1e-1), 200)).round(9)
    frame = pd.DataFrame({"lr": rates, "bs": rng.choice([16, 32, 64], 200), "loss": rng.random(200)})
    sweep = Sweep.from_csv(frame.to_csv(index=False).encode())
    assert len(sweep.learning_rates) == len(set(rates))
    assert not any("one level" in str(notice) for notice in sweep.notices)


def test_steps_to_a_target_are_a_metric_where_there_is_no_other(frame):
    table = frame.assign(steps_to_target=(1000 * frame["loss"]).round() + 10).drop(columns="loss")
    guess = ColumnMapping.guess(list(table.columns))
    assert guess.loss == guess.steps_to_target == "steps_to_target"
    assert Sweep.from_csv(table.to_csv(index=False).encode()).optima()


def test_units_that_are_no_examples_are_said(frame):
    table = frame.rename(columns={"batch_size": "batch_size_sequences"}).to_csv(index=False).encode()
    opened = open_table(table)
    assert opened.mapping.batch_unit == "sequences"
    said = "Batch sizes (batch_size_sequences) count sequences: read so wherever the text says examples."
    assert said in map(str, Sweep.from_table(opened).notices)


def test_one_rate_and_equal_losses_have_no_optimum(frame):
    one = analyse(Sweep.from_frame(frame[frame["learning_rate"] == frame["learning_rate"].median()]))
    assert one.optima == ()
    assert RemarkKind.ONE_LEARNING_RATE in {remark.kind for remark in one.remarks}
    same = analyse(Sweep.from_frame(frame.assign(loss=1.0)))
    assert same.optima == ()
    kinds = {remark.kind for remark in (*one.remarks, *same.remarks)}
    assert RemarkKind.NO_OPTIMUM in kinds
    assert not kinds & {RemarkKind.LOWEST_TRIED, RemarkKind.NO_ERROR_BARS}


def test_laws_that_could_not_be_tested_have_no_weight(frame):
    two = analyse(Sweep.from_frame(frame[frame["batch_size"].isin(sorted(frame["batch_size"].unique())[:2])]))
    rows = recommend(two, 64)
    assert rows
    assert not any(row.weight for row in rows if row.rule in ("power", "sgd", "saturating_half", "surge"))


def test_the_digest_does_not_depend_on_the_process(tmp_path, frame):
    path = tmp_path / "a.csv"
    frame.assign(excess_loss=0.1, examples=100, steps_to_target=50).to_csv(path, index=False)
    code = f"from surgecore import Sweep; print(Sweep.from_csv({str(path)!r}).digest)"
    digests = {
        subprocess.run(
            [sys.executable, "-c", code], env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "3", "7")
    }
    assert len(digests) == 1
