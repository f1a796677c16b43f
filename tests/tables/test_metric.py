"""The metric: which way is good by its name, its own name and sign wherever it is shown, one question where open."""

import numpy as np
import pandas as pd
import pytest
from figures import loss_map

from surgecore import Metric, QuestionOpen, Sweep, open_table, words
from surgecore.tables.metric import KINDS, metric_of, preference
from surgecore.tables.names import ColumnMapping
from surgecore.words import tables
from surgecore.words.problems import choice, preview, question

RATES = (0.0005, 0.001, 0.002, 0.004, 0.008)


def valley(values=lambda loss: loss, **columns):
    """Losses of sqrt scaling, whose best rate is 0.001 at 32 and 0.002 at 128, as any metric."""
    rows = [
        {"batch_size": b, "lr": r, **{name: f(loss) for name, f in columns.items()}, "metric_here": values(loss)}
        for b in (32, 128)
        for r in RATES
        if (loss := 2 + 0.05 * np.log2(r / (0.001 * np.sqrt(b / 32))) ** 2) or True
    ]
    return pd.DataFrame(rows)


def best(sweep):
    cells = sweep.cells()
    return cells.loc[cells.groupby("batch_size")["loss"].idxmin(), "learning_rate"].tolist()


@pytest.mark.parametrize(
    ("name", "goal", "split"),
    [
        ("val_loss", "minimise", "validation"), ("eval/loss", "minimise", "validation"),
        ("final_train_loss", "minimise", "training"), ("valLoss", "minimise", "validation"),
        ("dev_ppl", "minimise", "validation"), ("perplexity", "minimise", ""), ("val_bpb", "minimise", "validation"),
        ("top1_error", "minimise", ""), ("validation_wer", "minimise", "validation"), ("RMSE", "minimise", ""),
        ("fid", "minimise", ""), ("dice_loss", "minimise", ""), ("val_accuracy", "maximise", "validation"),
        ("Top-1 acc", "maximise", ""), ("mAP", "maximise", ""), ("test/mIoU", "maximise", "test"),
        ("ndcg@10", "maximise", ""), ("episode_reward_mean", "maximise", ""), ("neg_log_loss", "maximise", ""),
        ("score_b [minimise]", "minimise", ""), ("anything [maximise]", "maximise", ""), ("value", "", ""),
        ("loss_drop", "drop", ""),
    ],
)  # fmt: skip
def test_a_name_says_which_way_is_good(name, goal, split):
    metric = metric_of(name)
    assert (metric.goal, metric.split) == (goal, split)


@pytest.mark.parametrize(
    "name",
    ["loss_type", "loss_scale", "label_smoothing", "params_loss", "config.loss", "reward_scale", "val_loss_std",
     "tokens", "loss_before", "precision", "batch_size", "clip_score_weight", "return_sequences_n", "steps"],
)  # fmt: skip
def test_settings_and_other_statistics_are_no_metrics(name):
    assert preference(name) is None


def test_every_word_of_the_vocabulary_means_its_kind():
    for kind in KINDS:
        for name in kind.names:
            found = metric_of(name)
            assert found.kind, name
            assert found.goal == kind.goal, (name, found)


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (("loss", "val_loss"), "val_loss"), (("loss", "eval_loss"), "eval_loss"),
        (("train_loss", "best_val_loss"), "best_val_loss"), (("train_loss", "val_accuracy"), "val_accuracy"),
        (("accuracy", "loss"), "loss"), (("params_loss", "value"), "value"), (("test_loss", "val_loss"), "val_loss"),
        (("train/loss", "lm loss value/validation"), "lm loss value/validation"),
        (("val_accuracy", "mine [minimise]"), "mine [minimise]"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("turned", [False, True])
def test_validation_comes_before_training(names, chosen, turned):
    assert ColumnMapping.guess(["lr", "bs", *names[:: -1 if turned else 1]]).loss == chosen


def test_a_column_without_numbers_is_never_the_metric():
    table = valley(wer=lambda loss: loss).drop(columns="metric_here").assign(val_loss=np.nan, error="")
    sweep = Sweep.from_csv(table.to_csv(index=False).encode())
    assert sweep.metric.name == "wer"
    assert best(sweep) == [0.001, 0.002]


@pytest.mark.parametrize(
    ("name", "values", "shown"),
    [
        ("val_accuracy", lambda loss: 1 - loss / 10, 0.8), ("top1_error", lambda loss: 10 * loss, 20.0),
        ("val_loss", lambda loss: loss, 2.0), ("mean_reward", lambda loss: -loss, -2.0),
    ],
)  # fmt: skip
def test_its_own_name_and_sign_stand_on_axes_tables_and_files(name, values, shown):
    table = valley(**{name: values}).drop(columns="metric_here")
    sweep = Sweep.from_csv(table.to_csv(index=False).encode(), name="mine")
    assert best(sweep) == [0.001, 0.002]
    assert words.loss_title(sweep) == name
    figure = loss_map.draw(sweep, loss_title=words.loss_title(sweep))
    drawn = next(trace for trace in figure.data if trace.meta == "loss")
    assert np.isclose(np.abs(drawn.z), abs(shown)).any()
    assert (np.nanmin(drawn.z) < 0) == (shown < 0)
    assert figure.layout.coloraxis.colorbar.title.text == name
    listed = tables.optima(sweep.optima(), sweep.metric)[f"{name} there"]
    assert float(listed.iloc[0].replace("−", "-")) == pytest.approx(shown, rel=1e-2)
    written = pd.read_csv(pd.io.common.StringIO(sweep.to_csv()))
    np.testing.assert_allclose(written[sweep.metric.column], table[name])
    again = Sweep.from_csv(sweep.to_csv().encode(), name="mine")
    assert (again.digest, again.metric) == (sweep.digest, sweep.metric)


def test_a_loss_that_repeats_the_steps_to_a_target_is_called_that():
    table = valley(loss=lambda loss: round(100 * loss)).drop(columns="metric_here")
    sweep = Sweep.from_frame(table.assign(steps_to_target=table["loss"], status="complete"))
    assert words.loss_title(sweep) == "Steps to the target"
    assert Sweep.from_csv(sweep.to_csv().encode()).digest == sweep.digest


def test_where_the_direction_is_open_there_is_one_question_with_a_preview():
    table = open_table(valley(value=lambda loss: 100 - loss).drop(columns="metric_here").to_csv(index=False).encode())
    with pytest.raises(QuestionOpen) as caught:
        Sweep.from_table(table)
    asked = caught.value.question
    assert asked == table.question()
    assert "Is a lower or a higher value better?" in str(caught.value)
    assert [answer.flag for answer in asked.choices] == ["--minimise", "--maximise"]
    small, large = asked.choices
    assert large.preview == ((32.0, 0.001), (128.0, 0.002))
    assert small.preview != large.preview
    assert (choice(asked, large), preview(large)) == ("higher is better", "0.001 at 32, 0.002 at 128")
    assert "value" in question(asked)
    sweep = Sweep.from_table(table, large.apply(table.mapping))
    assert best(sweep) == [0.001, 0.002]
    assert sweep.metric == Metric("value", "maximise", "", "")
