"""Tables in the forms that people have: each gives the optimum it was made from, or one question that leads there."""

import io
import json

import numpy as np
import openpyxl
import pandas as pd
import pytest

from surgecore import QuestionOpen, Sweep, SweepError, open_table
from surgecore.tables.cells import one_number
from surgecore.words.problems import question

RATES = (0.00025, 0.0005, 0.001, 0.002, 0.004, 0.008, 0.016)
SIZES = (32, 128, 512)
BEST = [0.001, 0.002, 0.004]


def loss(batch, rate):
    return 2 + 0.02 * np.log2(batch / 32) + 0.05 * np.log2(rate / (0.001 * np.sqrt(batch / 32))) ** 2


@pytest.fixture
def runs():
    rows = [(b, r, round(loss(b, r), 4)) for b in SIZES for r in RATES]
    return pd.DataFrame(rows, columns=["batch_size", "lr", "val_loss"])


def best(data, *answers, mapping=None):
    """Best rates of the grid after the answers to the questions that are asked, in their order."""
    table = open_table(data if isinstance(data, bytes) else data.encode())
    mapping, group = mapping or table.mapping, None
    for key in answers:
        asked = table.question(mapping, group=group)
        (answer,) = [choice for choice in asked.choices if choice.key == key]
        mapping, group = answer.apply(mapping), answer.group or group
    sweep = Sweep.from_table(table, mapping, group=group)
    cells = sweep.cells()
    return cells.loc[cells.groupby("batch_size")["loss"].idxmin(), "learning_rate"].tolist(), sweep


def csv(frame):
    return frame.to_csv(index=False)


def markdown(frame, lead=True):
    line = (lambda cells: f"| {' | '.join(cells)} |") if lead else (lambda cells: " | ".join(cells))
    rows = [line(map(str, row)) for row in frame.itertuples(index=False)]
    return "\n".join([line(frame.columns), line(["---", ":--:", "--:"][: frame.shape[1]]), *rows])


def bold(frame):
    text = frame.astype(str)
    lowest = frame.groupby("batch_size")["val_loss"].transform("min") == frame["val_loss"]
    return text.assign(val_loss=text["val_loss"].mask(lowest, "**" + text["val_loss"] + "**"))


def box(frame):
    rule = "+------+------+------+"
    rows = [f"| {' | '.join(map(str, row))} |" for row in frame.itertuples(index=False)]
    return "\n".join([rule, f"| {' | '.join(frame.columns)} |", rule, *rows, rule])


def tabular(frame):
    rows = [rf"{r.batch_size:,} & ${r.lr * 1e4:g}\times10^{{-4}}$ & \textbf{{{r.val_loss}}} \\".replace(",", "{,}")
            for r in frame.itertuples()]  # fmt: skip
    return "\n".join([
        r"\begin{table}[t] \caption{Rates & losses \\ of all runs}", r"\begin{tabular}{@{}rcc@{}} \toprule",
        r"Batch size & $\eta$ & Val.\ loss \\ \cmidrule(lr){1-3} % three columns", *rows, r"\bottomrule",
        r"\end{tabular}", r"\end{table}",
    ])  # fmt: skip


def workbook(*sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rows_of(frame):
    return [list(frame.columns), *(list(map(float, row)) for row in frame.itertuples(index=False))]


def curve(frame, **more):
    steps = np.arange(1, 6)
    out = frame.loc[frame.index.repeat(5)].reset_index(drop=True)
    epoch = np.tile(steps, len(frame))
    # early on the highest rates are ahead
    out["val_loss"] += (5 - epoch) * (1 - 20 * out["lr"])
    return out.assign(epoch=epoch, **more)


def pivot(frame, index="lr", columns="batch_size"):
    return frame.pivot_table(index=index, columns=columns, values="val_loss").reset_index()


def wide(frame, *names):
    return csv(frame.assign(**dict.fromkeys(names, frame["val_loss"])).drop(columns="val_loss"))


SHAPES = {
    "markdown": lambda f: "# Results\n\nSome prose | with a bar.\n\n" + markdown(f) + "\n\nMore prose.\n",
    "markdown, no bars at the ends": lambda f: markdown(f, lead=False),
    "markdown, bold": lambda f: markdown(bold(f)),
    "bold cells": lambda f: csv(bold(f)),
    "code fence": lambda f: "Results:\n```csv\n" + csv(f) + "```\n",
    "box": box,
    "LaTeX tabular": tabular,
    "scientific": lambda f: csv(f.assign(lr=f["lr"].map(lambda r: f"{r * 1e4:g}×10⁻⁴"))),
    "caret": lambda f: csv(f.assign(lr=f["lr"].map(lambda r: f"{r * 1e4:g} x 10^-4"))),
    "LaTeX": lambda f: csv(f.assign(lr=f["lr"].map(lambda r: rf"${r * 1e4:g} \times 10^{{-4}}$"))),
    "remark": lambda f: csv(f.assign(lr=f["lr"].map("{:g} (cosine)".format))),
    "minus sign": lambda f: csv(f.assign(val_loss=(f["val_loss"] - 9).map("{:g}".format).str.replace("-", "−"))),
    "powers of two": lambda f: csv(f.assign(batch_size=f["batch_size"].map(lambda b: f"2^{int(np.log2(b))}"))),
    "product": lambda f: csv(f.assign(batch_size=f["batch_size"].map("{}x2048".format))),
    "thousands": lambda f: csv(f.assign(batch_size=f["batch_size"].map("{}K".format))),
    "millions of tokens": lambda f: csv(f.assign(batch_size=f["batch_size"].map(lambda b: f"{b / 64}M"))),
    "per cent": lambda f: csv(f.assign(val_err=f["val_loss"].map("{:.2f} %".format)).drop(columns="val_loss")),
    "plus-minus": lambda f: csv(f.assign(val_loss=f["val_loss"].map("{:.4f} ± 0.01".format))),
    "log10": lambda f: csv(f.assign(lr=np.log10(f["lr"]).round(4)).rename(columns={"lr": "log10_lr"})),
    "minus log10": lambda f: csv(f.assign(lr=-np.log10(f["lr"]).round(4)).rename(columns={"lr": "-log10(lr)"})),
    "log2 of both": lambda f: csv(
        f.assign(lr=np.log2(f["lr"]), batch_size=np.log2(f["batch_size"])).rename(
            columns={"lr": "lr_log2", "batch_size": "log2_batch_size"}
        )
    ),
    "wide seeds": lambda f: wide(f, "val_loss_seed0", "val_loss_seed1", "val_loss_seed2"),
    "wide runs": lambda f: wide(f, "val_loss (run 1)", "val_loss (run 2)"),
    "numbered": lambda f: wide(f, "val_loss.1", "val_loss.2"),
    "mean and std": lambda f: csv(
        f.rename(columns={"val_loss": "val_loss_mean"}).assign(val_loss_std=0.01, n_seeds=4)
    ),
    "error of the mean": lambda f: csv(f.assign(val_loss_sem=0.005, n=4)),
    "curve": lambda f: csv(curve(f)),
    "curve with seeds": lambda f: csv(pd.concat([curve(f, seed=s) for s in range(3)])),
    "curve, two runs a cell": lambda f: csv(pd.concat([curve(f), curve(f)])),
    "curve, side by side": lambda f: csv(curve(f).loc[lambda c: c.index.repeat(2)]),
    "curve by step": lambda f: csv(curve(f).rename(columns={"epoch": "global_step"})),
    "columns": lambda f: json.dumps(f.to_dict(orient="list")),
    "split": lambda f: json.dumps(f.to_dict(orient="split")),
    "indexed": lambda f: f.to_json(),
    "list of runs": lambda f: json.dumps({"runs": f.to_dict(orient="records")}, indent=1),
    "runs by name": lambda f: json.dumps({f"run-{i}": row for i, row in enumerate(f.to_dict(orient="records"))}),
    "history of numbers": lambda f: json.dumps(
        [{"config": {"lr": r.lr, "bs": r.batch_size}, "val_loss": [9.0, 5.0, r.val_loss]} for r in f.itertuples()]
    ),
    "history of objects": lambda f: "\n".join(
        json.dumps({"lr": r.lr, "bs": r.batch_size, "log_history": [
            {"step": 1, "loss": 9.0}, {"step": 2, "eval_loss": r.val_loss}, {"step": 2, "train_runtime": 3.0}]})
        for r in f.itertuples()
    ),
    "workbook": lambda f: workbook(("notes", [["tried in May"]]), ("runs", [[], *rows_of(f)])),
    "a sheet a batch size": lambda f: workbook(*((f"B{b}", rows_of(f[f["batch_size"] == b])) for b in SIZES)),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_each_form_gives_the_optimum_it_was_made_from(shape, runs):
    found, sweep = best(SHAPES[shape](runs))
    np.testing.assert_allclose(found, BEST, rtol=2e-3)
    assert len(sweep.batch_sizes) == 3


ASKED = {
    "matrix": (lambda f: csv(pivot(f)), "minimise"),
    "matrix, turned": (lambda f: csv(pivot(f, "batch_size", "lr")), "minimise"),
    "matrix, named": (lambda f: csv(pivot(f).rename(columns={b: f"bs={b}" for b in SIZES})), "minimise"),
    "matrix, corner": (lambda f: csv(pivot(f).rename(columns={"lr": "lr \\ batch size"})), "minimise"),
    "matrix, blanks": (lambda f: csv(pivot(f).astype(str).replace({"2.2": "pending", "2.13": ""})), "minimise"),
    "open objective": (lambda f: csv(f.rename(columns={"val_loss": "objective"})), "minimise"),
    "no name": (lambda f: csv(f.rename(columns={"val_loss": "stuff"})), "minimise"),
    "logarithm of an open base": (
        lambda f: csv(f.assign(lr=np.log10(f["lr"]).round(4)).rename(columns={"lr": "log_lr"})), "ten",
    ),
    "third setting": (lambda f: csv(pd.concat([f, f.assign(val_loss=f["val_loss"] + 0.5 * f["lr"] / 0.016)])
                                    .assign(weight_decay=np.repeat([0.1, 0.0], len(f)))), "best"),
    "another width at each batch size": (lambda f: csv(f.assign(width=f["batch_size"] * 2)), "together"),
}  # fmt: skip


@pytest.mark.parametrize("shape", ASKED)
def test_what_is_open_is_one_question_whose_right_answer_gives_it(shape, runs):
    make, key = ASKED[shape]
    with pytest.raises(QuestionOpen) as caught:
        Sweep.from_csv(make(runs).encode())
    assert question(caught.value.question) == str(caught.value)
    found, _ = best(make(runs), key)
    np.testing.assert_allclose(found, BEST, rtol=2e-3)


def test_a_mean_carries_its_spread_and_number(runs):
    _, sweep = best(SHAPES["mean and std"](runs))
    assert set(sweep.trials["loss_std"]) == {0.01}
    assert set(sweep.trials["n_runs"]) == {4}
    _, sweep = best(SHAPES["error of the mean"](runs))
    assert set(sweep.trials["loss_std"]) == {0.01}


def test_rows_that_look_like_optima_are_asked_about(runs):
    table = pd.DataFrame({"batch_size": SIZES, "best_lr": BEST}).rename(columns={"best_lr": "lr"})
    found = open_table(csv(table).encode())
    asked = found.question()
    assert [choice.key for choice in asked.choices] == ["optima"]
    sweep = Sweep.from_table(found, asked.choices[0].apply(found.mapping))
    assert [optimum.learning_rate for optimum in sweep.optima()] == BEST
    assert all(optimum.stderr is None and optimum.interval is None for optimum in sweep.optima())


@pytest.mark.parametrize(("take", "expected"), [("last", BEST), ("best", BEST), ("smoothed", BEST)])
def test_what_stands_for_a_curve_can_be_chosen_and_is_said(runs, take, expected):
    from dataclasses import replace

    data = csv(curve(runs))
    mapping = replace(open_table(data.encode()).mapping, take=take)
    found, sweep = best(data, mapping=mapping)
    np.testing.assert_allclose(found, expected)
    (said,) = [dict(notice.values) for notice in sweep.notices if notice.code == "curve"]
    assert (said["column"], said["take"], said["count"]) == ("epoch", take, len(runs))


def test_pruned_runs_are_incomplete_and_never_the_best(runs):
    long = curve(runs)
    pruned = (long["lr"] >= 0.008) & (long["epoch"] > 2)
    found, sweep = best(csv(long[~pruned]))
    np.testing.assert_allclose(found, BEST)
    assert (sweep.trials["status"] == "incomplete").sum() == 6
    one_row = long.groupby(["batch_size", "lr"]).last().reset_index().assign(training_iteration=5)
    one_row.loc[one_row["lr"] >= 0.008, ["training_iteration", "val_loss"]] = (2, 0.5)
    found, sweep = best(csv(one_row.drop(columns="epoch")))
    np.testing.assert_allclose(found, BEST)


def test_final_steps_of_repeats_are_no_curve(runs):
    rng = np.random.default_rng(0)
    three = pd.concat([runs] * 3).assign(step=rng.integers(500, 900, 3 * len(runs)))
    _, sweep = best(csv(three))
    assert len(sweep.trials) == 3 * len(runs)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda f: json.dumps({"nbformat": 4, "cells": []}), "notebook"),
        (lambda f: '"Step","a - val/loss","a - val/loss__MIN","a - val/loss__MAX"\n1,2,2,2\n', "chart-export"),
        (lambda f: "<html><table><tr><td>1</td></tr></table></html>", "web-page"),
    ],
)
def test_what_cannot_be_read_says_what_it_is_and_what_to_bring(runs, make, code):
    data = make(runs)
    with pytest.raises(SweepError) as caught:
        open_table(data if isinstance(data, bytes) else data.encode())
    assert [problem.code for problem in caught.value.problems] == [code]
    assert len(str(caught.value)) > 30


@pytest.mark.parametrize("label", ["small", "adam", "optimizer=adam", "nobody"])
def test_a_group_that_is_none_or_several_lists_its_matches(runs, label):
    table = pd.concat([runs.assign(model=m, optimizer=o) for m in ("small", "large") for o in ("adam", "sgd")])
    with pytest.raises(QuestionOpen) as caught:
        Sweep.from_csv(csv(table).encode(), group=label)
    assert len(caught.value.question.choices) == (4 if label == "nobody" else 2)
    assert all(label in choice.group.label for choice in caught.value.question.choices if label != "nobody")
    sweep = Sweep.from_csv(csv(table).encode(), group="small, adam")
    assert len(sweep.trials) == len(runs)


def test_a_schedule_that_changes_with_the_batch_size_is_said(runs):
    _, sweep = best(csv(runs.assign(warmup_steps=3200 // runs["batch_size"])))
    assert [dict(n.values)["columns"] for n in sweep.notices if n.code == "changes-with"] == [("warmup_steps",)]


@pytest.mark.parametrize(
    ("text", "value"),
    [("5·10⁻⁴", 5e-4), ("1,024", 1024), ("3,5", 3.5), ("2 Mi", 2**21), ("8 x 4 x 2", 64), ("1/1024", 1 / 1024),
     ("**0.01** (best)", 0.01), ("16 GPUs", 16), ("~0.3", 0.3), ("0.3 best", 0.3)],
)  # fmt: skip
def test_numbers_as_people_write_them(text, value):
    cell = one_number(text)
    assert (cell.value, cell.kind) == (value, "number")


@pytest.mark.parametrize("text", ["four", "12abc", "1.2.3", "2024-05-01", "--5", "3 4", "=cmd|x", "1e999"])
def test_what_is_no_number_stays_text(text):
    assert one_number(text).kind == "text"
