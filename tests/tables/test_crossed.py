"""Five hundred tables, crossed from shapes, names, forms and errors: none is read wrongly in silence."""

import json

import numpy as np
import pandas as pd
import pytest

from surgecore import Sweep, SweepError, open_table
from surgecore.tables.questions import Topic

RATES = 0.001 * 2.0 ** np.arange(-3, 6)
SIZES = (32, 128, 512)
BEST = [0.001, 0.002, 0.004]
BATCHES = (
    "batch_size",
    "bs",
    "global_batch_size",
    "config.batch_size",
    "params_batch_size",
    "product",
    "total",
    "open",
)
RATE_NAMES = ("learning_rate", "lr", "max_lr", "config/optimizer/lr", "params_learning_rate", "peak_lr")
METRICS = ("val_loss", "eval/loss", "final_val_loss", "test_acc", "perplexity", "top1_error", "value", "mean_reward")
FORMS = ("plain", "scientific", "powers", "bold", "remarks", "per cent", "semicolons", "spaces", "thousands")
SHAPES = ("rows", "rows", "curve", "wide", "mean", "json", "history", "markdown", "shuffled")
EXTRAS = ("nothing", "training loss", "empty loss", "runtime", "seeds", "model", "setting", "decayed", "names", "notes")
#: Questions that a table really leaves open, by the part that does.
OPEN = {"open": Topic.BATCH, "value": Topic.GOAL, "model": Topic.MODEL, "setting": Topic.SETTING}


def loss(batch, rate):
    return 2 + 0.02 * np.log2(batch / 32) + 0.05 * np.log2(rate / (0.001 * np.sqrt(batch / 32))) ** 2


def metric_of(name, values):
    if name == "test_acc":
        return 1 - values / 20
    return -values if name == "mean_reward" else values


def make(rng):
    """Bytes of a table, and which questions it leaves open."""
    batch, rate, metric, form, shape, extra = (
        str(rng.choice(options)) for options in (BATCHES, RATE_NAMES, METRICS, FORMS, SHAPES, EXTRAS)
    )
    rows = pd.DataFrame([(b, float(f"{r:g}")) for b in SIZES for r in RATES], columns=["b", "r"])
    rows["y"] = loss(rows["b"], rows["r"]) + rng.normal(0, 1e-4, len(rows))
    if extra == "seeds":
        rows = pd.concat([rows.assign(seed=s, y=rows["y"] + rng.normal(0, 1e-3)) for s in range(3)])
    if extra in ("model", "setting"):
        name = {"model": "model", "setting": "weight_decay"}[extra]
        values = {"model": ("small", "large"), "setting": (0.0, 0.1)}[extra]
        other = rows.assign(**{name: values[1]}, y=rows["y"] + 0.5)
        rows = pd.concat([rows.assign(**{name: values[0]}), other])
    rows = rows.reset_index(drop=True)
    table = pd.DataFrame(index=rows.index)
    if batch in ("product", "open", "total"):
        micro = {"product": "micro_batch_size", "open": "batch_size", "total": "batch_size"}[batch]
        table[micro] = 8
        table["gradient_accumulation_steps"] = rows["b"] // 8
        if batch == "total":
            table["effective_batch_size"] = rows["b"]
    else:
        table[batch] = rows["b"]
    table[rate] = rows["r"]
    for name in ("seed", "model", "weight_decay"):
        if name in rows:
            table[name] = rows[name]
    column = "val_ppl" if metric == "perplexity" else metric
    table[column] = metric_of(metric, rows["y"]).round(6)
    table = with_extra(table, rows, extra, rng)
    return shaped(table, column, rate, batch, form, shape, rng), [
        OPEN[part] for part in (batch, metric, extra) if part in OPEN
    ]


def with_extra(table, rows, extra, rng):
    if extra == "training loss":
        return table.assign(train_loss=0.1 + rows["b"] * 1e-3 / rows["r"] * 1e-3)
    if extra == "empty loss":
        return table.assign(loss="")
    if extra == "runtime":
        return table.assign(runtime=rng.integers(100, 110, len(table)), gpu_memory=rng.random(len(table)).round(3))
    if extra == "decayed" and "lr" not in table:
        return table.assign(lr=rng.random(len(table)).round(12) * 1e-6)
    if extra == "names":
        return table.assign(Name=[f"run-{i}" for i in range(len(table))], State="finished", Runtime=12)
    if extra == "notes":
        return table.assign(note=np.where(np.arange(len(table)) == 3, "rerun", ""))
    return table


def shaped(table, metric, rate, batch, form, shape, rng):
    if shape == "shuffled":
        table = table.sample(frac=1.0, random_state=1).reset_index(drop=True)
    elif shape == "curve":
        table = table.loc[table.index.repeat(4)].reset_index(drop=True)
        table["epoch"] = np.tile([1, 2, 3, 4], len(table) // 4)
        worse = (4 - table["epoch"]) * (1 - 20 * table[rate].clip(upper=0.03)) * 0.01
        table[metric] = table[metric] + worse
    elif shape == "wide" and "seed" not in table and metric not in ("value",):
        table = table.assign(**{f"{metric}_seed{i}": table[metric] for i in range(2)}).drop(columns=metric)
        metric = f"{metric}_seed0"
    elif shape == "mean" and "seed" not in table:
        table = table.rename(columns={metric: f"{metric}_mean"}).assign(**{f"{metric}_std": 0.001, "n_seeds": 3})
        metric = f"{metric}_mean" if metric != "value" else metric
    if shape == "json":
        return json.dumps(json.loads(table.to_json(orient="records", double_precision=15))).encode()
    if shape == "history" and metric in table:
        kept = json.loads(table.drop(columns=metric).to_json(orient="records", double_precision=15))
        history = [{**row, "history": [{"step": 1, metric: 50.0}, {"step": 2, metric: float(value)}]}
                   for row, value in zip(kept, table[metric], strict=True)]  # fmt: skip
        return "\n".join(map(json.dumps, history)).encode()
    return written(table, metric, rate, batch, form, shape)


def written(table, metric, rate, batch, form, shape):
    text = table.copy()
    if form == "scientific":
        text[rate] = text[rate].map(lambda r: f"{r * 1e4:g}×10⁻⁴")
    elif form == "powers" and batch in text:
        text[batch] = text[batch].map(lambda b: f"2^{int(np.log2(b))}")
    elif form == "bold" and metric in text:
        best = text[metric] == text[metric].min()
        text[metric] = text[metric].astype(str).mask(best, "**" + text[metric].astype(str) + "**")
    elif form == "remarks":
        text[rate] = text[rate].map("{:g} (cosine)".format)
    elif form == "per cent" and metric == "top1_error":
        text[metric] = text[metric].map("{:.4f} %".format)
    elif form == "thousands" and batch in text:
        text[batch] = text[batch].map("{}K".format)
    if shape == "markdown":
        lines = [" | ".join(map(str, row)) for row in text.itertuples(index=False)]
        rule = "|".join(["---"] * text.shape[1])
        return "\n".join([f"| {' | '.join(text.columns)} |", f"|{rule}|", *(f"| {line} |" for line in lines)]).encode()
    if form == "semicolons":
        return text.to_csv(index=False, sep=";", decimal=",").encode()
    if form == "spaces" and not text.isna().any(axis=None) and not (text == "").any(axis=None):
        return text.to_csv(index=False, sep="\t").replace("\t", "  ").encode()
    return text.to_csv(index=False).encode()


def read(data, wanted):
    """ "right", "asked" (a question that the table does not leave open), "wrong" or "refused"."""
    try:
        table = open_table(data)
        mapping, group, asked = table.mapping, None, []
        while (question := table.question(mapping, group=group)) is not None and len(asked) < 4:
            asked.append(question.topic)
            answer = right_answer(question)
            mapping, group = answer.apply(mapping), answer.group or group
        sweep = Sweep.from_table(table, mapping, group=group)
    except SweepError:
        return "refused"
    cells = sweep.cells()
    best = cells.loc[cells.groupby("batch_size")["loss"].idxmin()]
    ratio = best["batch_size"].to_numpy() / best["batch_size"].min()
    if not (np.allclose(best["learning_rate"], BEST, rtol=1e-6) and np.allclose(ratio, [1, 4, 16])):
        return "wrong"
    return "right" if sorted(asked) == sorted(wanted) else "asked"


def right_answer(question):
    keys = [choice.key for choice in question.choices]
    for key in ("product", "best", "ten", "runs", "minimise"):
        if key in keys:
            return question.choices[keys.index(key)]
    small = [choice for choice in question.choices if choice.group and "small" in choice.group.label]
    return (small or list(question.choices))[0]


@pytest.mark.parametrize("part", [0, 1, 2, *(pytest.param(part, marks=pytest.mark.long) for part in range(3, 10))])
def test_none_of_five_hundred_tables_is_read_wrongly_in_silence(part):
    outcomes = []
    for index in range(50):
        data, wanted = make(np.random.default_rng([part, index]))
        outcomes.append(read(data, wanted))
    assert outcomes.count("wrong") == 0
    assert outcomes.count("asked") + outcomes.count("refused") <= 2
