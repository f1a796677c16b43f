import gzip
import io
import json
import zlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulate import sweep_frame

from surgecore import (
    ColumnMapping,
    DivergedRule,
    GroupsFound,
    PowerLaw,
    Sweep,
    SweepError,
    analyse,
    open_table,
    words,
)
from surgecore.tables.problems import Problem, ProblemCode
from surgecore.words.problems import remedy

LAW = PowerLaw(1e-3, 0.5)


@pytest.fixture(scope="module")
def frame():
    return sweep_frame(LAW, np.random.default_rng(0), batch_sizes=[8, 32, 128], seeds=3, spread=0.02, width=2.0)


def as_bytes(table, **options):
    return table.to_csv(index=False, **options).encode()


def wandb_ui(frame):
    table = pd.DataFrame({
        "Name": [f"run-{i}" for i in range(len(frame))], "State": "finished", "Notes": "", "User": "me",
        "Tags": "", "Created": "2026-01-01T00:00:00Z", "Runtime": 100, "Sweep": "abc",
        "batch_size": frame["batch_size"], "learning_rate": frame["learning_rate"], "seed": frame["seed"],
        "iter": 999,
        "lr": frame["learning_rate"] / 100, "train/loss": frame["loss"] - 0.1, "val/loss": frame["loss"],
    })  # fmt: skip
    return as_bytes(table, quoting=1)


def wandb_api(frame):
    rows = [
        {"summary": str({"val/loss": r.loss, "_step": 99}), "name": f"r{i}",
         "config": str({"lr": r.learning_rate, "batch_size": r.batch_size, "seed": r.seed})}
        for i, r in enumerate(frame.itertuples())
    ]  # fmt: skip
    return as_bytes(pd.DataFrame(rows))


def optuna(frame):
    table = pd.DataFrame({
        "number": range(len(frame)), "value": frame["loss"], "datetime_start": "2026-01-01 00:00:00",
        "datetime_complete": "2026-01-01 00:01:00", "duration": "0 days 00:01:00",
        "params_batch_size": frame["batch_size"], "params_lr": frame["learning_rate"],
        "user_attrs_seed": frame["seed"], "state": "COMPLETE",
    })  # fmt: skip
    return as_bytes(table)


def mlflow(frame):
    table = pd.DataFrame({
        "run_id": [f"{i:032x}" for i in range(len(frame))], "experiment_id": "1", "status": "FINISHED",
        "metrics.val_loss": frame["loss"], "params.learning_rate": frame["learning_rate"].map(repr),
        "params.batch_size": frame["batch_size"].map(str), "params.seed": frame["seed"].map(str),
        "tags.mlflow.runName": "x",
    })  # fmt: skip
    return as_bytes(table, quoting=2)


def tensorboard(frame):
    table = pd.DataFrame({
        "trial_id": [f"t{i}" for i in range(len(frame))], "show_metrics": False, "lr": frame["learning_rate"],
        "batch_size": frame["batch_size"], "seed": frame["seed"], "loss/val": frame["loss"],
    })  # fmt: skip
    return as_bytes(table)


def ray_tune(frame):
    table = pd.DataFrame({
        "config/lr": frame["learning_rate"], "config/batch_size": frame["batch_size"],
        "config/seed": frame["seed"], "loss": frame["loss"], "training_iteration": 10,
        "trial_id": [f"{i:08x}" for i in range(len(frame))],
    })  # fmt: skip
    return as_bytes(table)


def european(frame):
    return as_bytes(frame, sep=";", decimal=",")


def json_lines(frame):
    rows = [
        {
            "config": {"lr": r.learning_rate, "batch_size": r.batch_size, "seed": r.seed},
            "summary": {"val_loss": r.loss},
        }
        for r in frame.itertuples()
    ]
    return "\n".join(json.dumps(row) for row in rows).encode()


def json_list(frame):
    return frame.to_json(orient="records", double_precision=15).encode()


def parquet(frame):
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    return buffer.getvalue()


LAYOUTS = [
    wandb_ui, wandb_api, optuna, mlflow, tensorboard, ray_tune, european, json_lines, json_list, parquet,
]  # fmt: skip


def answered(table, key, mapping=None):
    """The mapping with one answer to the table's question."""
    question = table.question(mapping)
    (answer,) = [choice for choice in question.choices if choice.key == key]
    return answer.apply(mapping or table.mapping)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_is_read_without_being_told(layout, frame):
    want = Sweep.from_frame(frame).cells()
    data = layout(frame)
    table = open_table(data)
    assert table.mapping.missing == ()
    assert table.groups() == ()
    mapping = answered(table, "minimise") if layout is optuna else table.mapping
    for sweep in (Sweep.from_table(table, mapping), Sweep.from_csv(gzip.compress(data), mapping=mapping)):
        assert sweep.n_seeds == 3
        pd.testing.assert_frame_equal(sweep.cells(), want, check_dtype=False, rtol=1e-9)


@pytest.mark.parametrize(
    ("layout", "word"),
    [
        (wandb_ui, "W&B"),
        (optuna, "Optuna"),
        (mlflow, "MLflow"),
        (tensorboard, "TensorBoard"),
        (ray_tune, "Ray"),
    ],
)
def test_the_tracker_is_named(layout, word, frame):
    assert word in words.layout(open_table(layout(frame)).layout)


def test_states_of_trackers_are_understood():
    text = "number,value,params_batch_size,params_lr,state\n"
    text += "0,0.5,4,0.1,COMPLETE\n1,0.6,4,0.2,PRUNED\n2,,4,0.4,FAIL\n"
    table = open_table(text.encode())
    sweep = Sweep.from_table(table, answered(table, "minimise"))
    assert sweep.trials["status"].tolist() == ["complete", "incomplete", "incomplete"]


def test_two_objectives_take_the_first_and_say_so():
    text = "values_0,values_1,params_lr,params_batch_size\n0.5,9,0.1,4\n0.4,9,0.2,4\n"
    table = open_table(text.encode())
    sweep = Sweep.from_table(table, answered(table, "minimise"))
    assert sweep.trials["loss"].tolist() == [0.5, 0.4]
    assert any("values_0" in str(notice) for notice in sweep.notices)


def test_accuracies_are_maximised_and_loss_drops_are_one_step():
    accuracy = Sweep.from_csv(b"lr,bs,val_accuracy\n0.1,4,0.9\n0.2,4,0.8\n")
    assert accuracy.trials["loss"].tolist() == [-0.9, -0.8]
    assert any("higher is better" in str(notice) for notice in accuracy.notices)
    one_step = "epsilon,batch_size,sample_id,loss_before,loss_after,delta_loss\n"
    one_step += "0.1,4,0,2,1.5,0.5\n0.2,4,0,2,1.8,0.2\n"
    sweep = Sweep.from_csv(one_step.encode())
    assert sweep.trials["loss"].tolist() == [-0.5, -0.2]
    assert sweep.steps == 1
    assert sweep.n_seeds == 1


def test_a_mapping_goes_through_a_url():
    mapping = ColumnMapping("bs", "lr/peak", "val loss", seed="s", group=("model", "opt"), goal="maximise",
                            batch_unit="sequences", sequence_length=1024.0, n_steps=1)  # fmt: skip
    assert ColumnMapping.from_query(mapping.to_query()) == mapping
    assert ColumnMapping().to_query() == ""
    assert ColumnMapping.from_query(ColumnMapping(group=()).to_query()).group == ()
    assert ColumnMapping.from_query("page=sweep&loss=x") == ColumnMapping(loss="x")
    with pytest.raises(ValueError, match="goal must be one of minimise, maximise, drop, but got 'sideways'"):
        ColumnMapping.from_query("goal=sideways")
    with pytest.raises(ValueError, match="n_steps must be a number, but got 'x'"):
        ColumnMapping.from_query("n_steps=x")


def test_sequences_become_tokens_with_their_length():
    mapping = ColumnMapping("bs", "lr", "loss", batch_unit="sequences", sequence_length=128.0)
    sweep = Sweep.from_csv(b"bs,lr,loss\n4,0.1,1\n8,0.1,2\n", mapping=mapping)
    assert sweep.batch_sizes.tolist() == [512, 1024]


def test_a_mapping_of_columns_that_are_not_there_names_them_all():
    with pytest.raises(SweepError) as caught:
        Sweep.from_csv(b"bs,lr,loss\n4,0.1,1\n8,0.1,2\n", mapping=ColumnMapping("b", "r", "loss"))
    assert len(caught.value.problems) == 2


def two_models(frame):
    return pd.concat([frame.assign(model=name, width=w) for name, w in (("small", 64), ("large", 256))])


@pytest.mark.parametrize(
    ("batch", "rate", "loss"),
    [
        ("config.batch_size", "config.optimizer.learning_rate", "val/loss"),
        ("train/batch_size", "optim.lr", "loss"),
        ("data.train.bs", "optimizer.lr", "eval/lm/cross_entropy"),
        ("params_loader.batch_size", "params_optimizer/peak_lr", "value"),
    ],
)
def test_names_of_nested_settings_are_known_by_their_last_part(frame, batch, rate, loss):
    names = {"batch_size": batch, "learning_rate": rate, "loss": loss}
    # what is like them but plays no part
    more = {"eval/batch_size": 7, "optimizer.epsilon": 1e-8, "scheduler.step_size": 30, "gpu/value": 3}
    table = open_table(as_bytes(frame.rename(columns=names).assign(**more)))
    assert {role: getattr(table.mapping, role) for role in names} == names
    mapping = answered(table, "minimise") if loss == "value" else table.mapping
    found = Sweep.from_table(table, mapping).cells()
    pd.testing.assert_frame_equal(found, Sweep.from_frame(frame).cells(), check_dtype=False)


def test_a_last_part_never_beats_a_name_that_is_known(frame):
    table = open_table(as_bytes(frame.assign(**{"optimizer.learning_rate": 9.0, "head.lr": np.arange(len(frame)) % 2})))
    assert table.mapping.learning_rate == "learning_rate"
    assert table.mapping.group == ()
    assert table.choices["learning_rate"] == ("learning_rate", "optimizer.learning_rate", "head.lr")
    notices = Sweep.from_table(open_table(as_bytes(frame.rename(columns={"learning_rate": "optim.lr"})))).notices
    assert any("read from the column optim.lr" in str(notice) for notice in notices)


def test_what_an_evaluation_was_set_to_is_asked_for(frame):
    assert open_table(as_bytes(frame.rename(columns={"batch_size": "eval/batch_size"}))).mapping.missing == (
        "batch_size",
    )
    both = {"val/mse": frame["loss"], "train/mse": 0.0}
    assert open_table(as_bytes(frame.drop(columns="loss").assign(**both))).mapping.loss == "val/mse"


@pytest.mark.parametrize("gap", [" ", "   ", " \t ", "\t\t"])
def test_columns_may_be_parted_by_runs_of_spaces(frame, gap):
    lines = [gap.join(map(str, row)) for row in [frame.columns, *frame.itertuples(index=False)]]
    text = "\n".join(f"  {line} " for line in lines)
    table = open_table(text.encode())
    if " " in gap and "\t" not in gap:
        assert words.layout(table.layout) == "space-separated text"
    pd.testing.assert_frame_equal(Sweep.from_table(table).cells(), Sweep.from_frame(frame).cells(), check_dtype=False)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("bs lr loss\n8 0.1 1\n16 0.1 2\n", ("bs", "lr", "loss")),
        ("bs\tlr\tloss\n8\t\t0.1\t1\n16\t\t0.1\t2\n", ("bs", "lr", "loss")),
        ("# bs lr loss\n8e0 1e-1 1e0\n1.6e1 1e-1 2e0\n", ("bs", "lr", "loss")),
        ("   bs   lr  loss\n0   8  0.1     1\n1  16  0.1     2\n", ("row", "bs", "lr", "loss")),
        ('"bs" "lr" "val loss"\n8 0.1 1\n16 0.1 2\n', ("bs", "lr", "val loss")),
        ("bs lr loss\n8 0,1 1\n16 0,1 2\n", ("bs", "lr", "loss")),
    ],
    ids=["one space", "tabs to align", "savetxt", "printed frame", "quoted", "decimal commas"],
)
def test_pasted_columns_without_a_delimiter(text, columns):
    table = open_table(text.encode())
    assert table.columns == columns
    trials = Sweep.from_table(table).trials
    assert trials[["batch_size", "learning_rate", "loss"]].to_numpy().tolist() == [[8, 0.1, 1], [16, 0.1, 2]]


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("batch size,lr,val loss\n8,0.1,1\n16,0.1,2\n", ("batch size", "lr", "val loss")),
        ("batch size\tlr\trun name\n8\t0.1\tmy run\n16\t0.1\tmy run\n", ("batch size", "lr", "run name")),
        ("batch size;lr;loss\n8;0,1;1\n16;0,1;2\n", ("batch size", "lr", "loss")),
        ("bs\tlr\tloss\tnote\n8\t0.1\t1\n16\t0.1\t2\tgood\n", ("bs", "lr", "loss", "note")),
        ("learning rate\n0.1\n0.2\n", ("learning rate",)),
    ],
)
def test_spaces_part_nothing_where_another_delimiter_fits(text, columns):
    assert open_table(text.encode()).columns == columns


def test_a_bad_row_between_spaces_is_named():
    with pytest.raises(SweepError) as caught:
        Sweep.from_csv(b"bs lr loss\n8 0.1 1\n\n8 0.2\n8 x 1\n8 0.4 1 7\n8 0.8 2\n16 0.1 1\n16 0.2 1\n")
    assert [problem.row for problem in caught.value.problems] == [4, 5, 6]


def test_several_models_are_never_pooled_in_silence(frame):
    data = as_bytes(two_models(frame))
    with pytest.raises(GroupsFound) as caught:
        Sweep.from_csv(data)
    assert [group.label for group in caught.value.groups] == ["model=large", "model=small"]
    assert "choose one of" in str(caught.value)
    for wanted in ("model=small", "small", caught.value.groups[1]):
        sweep = Sweep.from_table(open_table(data), group=wanted)
        assert len(sweep.trials) == len(frame)
        assert set(sweep.trials["model"]) == {"small"}


def test_one_model_can_be_insisted_on(frame):
    table = open_table(as_bytes(two_models(frame)))
    mapping = ColumnMapping("batch_size", "learning_rate", "loss", seed="seed")
    assert table.resolve(mapping).group == ("model",)
    with pytest.raises(GroupsFound):
        Sweep.from_table(table, mapping)
    pooled = Sweep.from_table(table, ColumnMapping("batch_size", "learning_rate", "loss", seed="seed", group=()))
    assert len(pooled.trials) == 2 * len(frame)


def test_budgets_of_one_run_are_groups_too(frame):
    data = as_bytes(pd.concat([frame.assign(epochs=e) for e in (1.0, 2.5, 8.0)]))
    assert [group.label for group in open_table(data).groups()] == ["epochs=1", "epochs=2.5", "epochs=8"]


def test_reported_numbers_and_run_names_are_no_groups(frame):
    rng = np.random.default_rng(0)
    table = frame.assign(
        accuracy=rng.random(len(frame)),
        runtime=rng.integers(1, 4, len(frame)),
        host="a",
        Name=range(len(frame)),
    )
    assert open_table(as_bytes(table)).groups() == ()


def test_repeats_without_a_seed_column_give_errors(frame):
    sweep = Sweep.from_csv(as_bytes(frame.drop(columns="seed").sample(frac=1.0, random_state=0)))
    optima = sweep.optima()
    assert {optimum.source for optimum in optima} == {"repeats"}
    assert all(optimum.interval[0] < LAW(optimum.batch_size) < optimum.interval[1] for optimum in optima)


def test_large_finite_losses_are_diverged_by_a_stated_rule(frame):
    table = frame.copy()
    top = table["learning_rate"] == table["learning_rate"].max()
    table.loc[top, "loss"] = 1e4
    sweep = Sweep.from_csv(as_bytes(table))
    assert (sweep.trials["status"] == "infeasible").sum() == top.sum()
    assert any("more than 10 times" in str(notice) for notice in sweep.notices)
    off = Sweep.from_csv(as_bytes(table), diverged=DivergedRule(gain_factor=None))
    assert (off.trials["status"] == "infeasible").sum() == 0
    judged = Sweep.from_csv(as_bytes(table.assign(status="complete")))
    assert (judged.trials["status"] == "complete").all()
    above = Sweep.from_csv(as_bytes(table), diverged=DivergedRule(gain_factor=None, above=5e3))
    assert (above.trials["status"] == "infeasible").sum() == top.sum()
    with pytest.raises(ValueError, match="gain_factor must be positive or None, but got -1"):
        DivergedRule(gain_factor=-1)


def test_good_rows_stay_usable_if_one_agrees():
    text = b"bs,lr,loss\n4,0.1,1\n4,bad,1\n4,0.2,2\n-1,0.2,2\n4,0.4,3 apples or 4\n,1,2\n"
    table = open_table(text)
    assert [problem.row for problem in table.problems()] == [3, 5, 7]
    with pytest.raises(SweepError):
        Sweep.from_table(table)
    sweep = Sweep.from_table(table, skip_bad_rows=True)
    assert sweep.trials["learning_rate"].tolist() == [0.1, 0.2, 0.4]
    assert any("3 rows with a problem were left out" in str(notice) for notice in sweep.notices)


def test_a_random_search_of_noise_says_nothing_of_a_fall():
    rng = np.random.default_rng(0)
    n = 400
    table = pd.DataFrame({"bs": rng.integers(16, 256, n), "lr": 10 ** rng.uniform(-5, -1, n), "loss": rng.random(n)})
    assert analyse(Sweep.from_frame(table)).verdict.decision == "undecided"


def test_staggered_but_regular_rates_are_a_grid():
    rows = [(b, 1e-3 * b**0.31 * 2.0**k, (k - 1) ** 2 + 0.0) for b in (4, 8, 16, 32) for k in range(-3, 5)]
    assert Sweep.from_frame(pd.DataFrame(rows, columns=["bs", "lr", "loss"])).is_grid


def test_null_and_nan_stay_apart_in_json_and_parquet():
    rows = '{"bs":4,"lr":0.1,"loss":NaN}\n{"bs":4,"lr":0.2,"loss":null}\n{"bs":4,"lr":0.4,"loss":1.5}\n'
    want = ["infeasible", "incomplete", "complete"]
    assert Sweep.from_csv(rows.encode()).trials["status"].tolist() == want
    pa = pytest.importorskip("pyarrow")
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    pq.write_table(pa.table({"bs": [4, 4, 4], "lr": [0.1, 0.2, 0.4], "loss": [np.nan, None, 1.5]}), buffer)
    assert Sweep.from_csv(buffer.getvalue()).trials["status"].tolist() == want


def bomb(megabytes):
    packer = zlib.compressobj(9, wbits=31)
    block = b"4,0.1,1\n" * 131072
    pieces = [packer.compress(b"bs,lr,loss\n")] + [packer.compress(block) for _ in range(megabytes)]
    return b"".join(pieces) + packer.flush()


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: bomb(260), "at most 200 MB"),
        (lambda: b",".join(b"c%d" % i for i in range(100_000)) + b"\n1\n", "at most 1,000 columns"),
        (lambda: b"bs,lr,loss\n" + b"9" * 30_000_000, "a line must be at most"),
        (lambda: b"PK\x03\x04rest", "the workbook is incomplete or damaged"),
        (lambda: gzip.compress(b"bs,lr,loss\n4,0.1,1\n" * 100)[:-20], "the gzip archive is incomplete or damaged"),
        (lambda: b"PAR1 broken", "not valid Parquet"),
        (lambda: b"[" * 100_000, "not valid JSON"),
        (lambda: b"{}\n{", "must be a JSON object"),
        (lambda: b"\xff\xfe\x00", "must be text"),
    ],
)
def test_hostile_files_end_in_a_message(make, expected):
    with pytest.raises(SweepError, match=expected):
        open_table(make())


def mutate(data, rng):
    """One small damage of the kinds that files really have."""
    kind = rng.integers(0, 9)
    at, to = sorted(rng.integers(0, len(data) + 1, 2))
    junk = rng.integers(0, 256, rng.integers(1, 20)).astype(np.uint8).tobytes()
    marks = [
        b",",
        b";",
        b"\n",
        b'"',
        b"\t",
        b"nan",
        b"1e999",
        b"-",
        b"\r",
        b"{",
        b"[",
        b"\x00",
        b"'",
        b"=1+1",
        b"\xef\xbb\xbf",
    ]
    mark = marks[rng.integers(0, len(marks))]
    if kind == 0:
        return data[:at]
    if kind == 1:
        return data[at:to]
    if kind == 2:
        return data[:at] + junk + data[at:]
    if kind == 3:
        return data[:at] + mark * int(rng.integers(1, 4)) + data[at:]
    if kind == 4:
        return data[:at] + data[to:]
    if kind == 5:
        return data.replace(b",", mark)
    if kind == 6:
        return data[:at] + data[at:to] * 2 + data[to:]
    if kind == 7:
        return gzip.compress(data)[: int(rng.integers(1, 200))]
    return data.replace(b"0", mark, int(rng.integers(1, 50)))


@pytest.mark.parametrize("files", [100, pytest.param(3000, marks=pytest.mark.long)])
def test_a_broken_file_ends_in_a_sweep_or_a_message(frame, files):
    rng = np.random.default_rng(2026)
    small = frame.iloc[::5]
    seeds = [layout(small) for layout in LAYOUTS]
    refused, silent = 0, 0
    for index in range(files):
        data = seeds[index % len(seeds)]
        for _ in range(rng.integers(1, 4)):
            data = mutate(data, rng)
        try:
            sweep = Sweep.from_csv(data)
            sweep.to_csv()
            sweep.optima()
        except SweepError as error:
            refused += 1
            silent += not str(error)
    assert files / 10 < refused < files
    assert silent == 0


@settings(max_examples=100)
@given(st.binary(max_size=300))
def test_any_bytes_end_in_a_table_or_a_message(data):
    try:
        table = open_table(data)
    except SweepError:
        return
    assert len(table.lines) == len(table.frame)
    assert isinstance(table.problems(), tuple)


@pytest.mark.parametrize(
    "code", ["no-column", "no-such-column", "one-trial", "uneven", "not-positive", "not-a-loss", "not-a-count",
             "best-among-them"],
)  # fmt: skip
def test_every_problem_of_rows_and_columns_has_a_remedy_here_and_there(code):
    found = Problem(ProblemCode(code), column="x", values=(("role", "loss"), ("batch_sizes", "8"), ("columns", "a")))
    assert all(len(remedy(found, where)) > 10 for where in ("page", "flag"))


def test_a_group_that_is_several_says_so_and_lists_them(frame):
    parts = [frame.assign(model=m, optimizer=o) for m in ("small", "large") for o in ("adam", "sgd")]
    with pytest.raises(GroupsFound, match="small matches several groups: choose one of model=small, optimizer=adam;"):
        Sweep.from_csv(as_bytes(pd.concat(parts)), group="small")
    with pytest.raises(GroupsFound, match="tiny matches none of the groups: choose one of model=large"):
        Sweep.from_csv(as_bytes(pd.concat(parts)), group="tiny")
