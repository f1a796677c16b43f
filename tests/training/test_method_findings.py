"""What docs/training.md says that the bundled sweeps of methods show, computed from them."""

import json
import re
from functools import cache
from math import hypot, sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from surgecore import Sweep

ROOT = Path(__file__).parents[2]
DOCS = " ".join((ROOT / "docs" / "training.md").read_text(encoding="utf-8").split())


@cache
def optima(name):
    found = Sweep.from_csv(ROOT / "data" / f"{name}.csv.gz").optima()
    return {int(o.batch_size): o for o in found if o.on_edge is None and o.stderr}


def ratio(one, other, batch):
    a, b = optima(one)[batch], optima(other)[batch]
    value = a.learning_rate / b.learning_rate
    return value, value * hypot(a.stderr, b.stderr)


#: Every number with its standard error in the section.
NUMBERS = [
    tuple(float(part.replace(",", "")) for part in pair) for pair in re.findall(r"([\d.,]*\d) ± ([\d.,]*\d)", DOCS)
]


def written(value, error):
    """Whether a number stands there, within half its error: how optima are smoothed may change a little."""
    return any(abs(x - value) < 0.5 * error + 0.005 and abs(e - error) < 0.5 * error + 0.005 for x, e in NUMBERS)


QUADRATIC = ("quadratic-diagonal-isotropic-eve-k1", "quadratic-diagonal-isotropic-k1")
MLP = ("digits-mlp-eve-k1", "digits-mlp-sign-k1")


@pytest.mark.parametrize(("pair", "batch"), [(QUADRATIC, 16), (QUADRATIC, 65536), (MLP, 16), (MLP, 1024)])
def test_ratios_of_eve_to_sign_descent_are_as_written(pair, batch):
    value, error = ratio(*pair, batch)
    assert written(value, error)


def test_the_derived_ratio_of_eve_holds_where_it_is_derived_and_not_on_the_network():
    for batch in (4, 16):
        value, error = ratio(*QUADRATIC, batch)
        assert abs(value - 2.06) < 2 * error
    value, error = ratio(*MLP, 16)
    assert 1 + 3 * error < value < 2.06 - 3 * error


def exponent(name):
    found = optima(name)
    x = np.log(list(found))
    y = np.log([o.learning_rate for o in found.values()])
    weight = 1 / np.array([o.stderr for o in found.values()]) ** 2
    design = np.stack([np.ones_like(x), x], axis=1)
    covariance = np.linalg.inv(design.T @ (design * weight[:, None]))
    line = covariance @ design.T @ (weight * y)
    scatter = (weight * (y - design @ line) ** 2).sum() / (len(x) - 2)
    return line[1], sqrt(covariance[1, 1] * max(1.0, scatter))


def test_exponents_of_lars_and_clars_are_as_written():
    for warm in ("", "-warmup"):
        clars, lars = (exponent(f"digits-mlp-{name}{warm}-s60") for name in ("clars", "lars"))
        assert written(*clars)
        assert written(*lars)
        assert clars[0] - lars[0] > 3 * hypot(clars[1], lars[1])


def test_examples_of_growing_batches_are_as_written():
    for name in ("sgd-norm-test-071", "sgd-norm-test-05", "sgd-inner-product", "sgd-augmented", "adadagrad",
                 "adadagrad-norm", "sgd-paper"):  # fmt: skip
        rows = pd.read_csv(ROOT / f"data/digits-mlp-{name}-t0.5-steps.csv.gz")
        if "examples" not in rows:  # batches stay
            rows = rows.assign(examples=rows["loss"] * rows["batch_size"])
        rows["examples"] = rows["examples"].where(rows["status"] == "complete")
        cells = rows.groupby(["batch_size", "learning_rate"])["examples"].agg(
            [lambda runs: runs.mean(skipna=False), "sem"]
        )
        mean, error = cells.loc[cells.iloc[:, 0].idxmin()]
        assert written(mean, error), name


def test_adalomo_keeps_the_optimum_that_the_cap_takes_from_adafactor():
    free, capped = optima("digits-mlp-adalomo-k10"), optima("digits-mlp-adafactor-k10")
    for batch in (16, 32, 64, 128):
        value, error = ratio("digits-mlp-adalomo-k10", "digits-mlp-adafactor-k10", batch)
        assert abs(value - 1) < 2 * error
    assert all(0.14 < free[batch].learning_rate < 0.18 for batch in (256, 1024))
    assert 512 not in capped


def test_what_the_papers_experiments_show_at_this_size():
    answers = json.loads((ROOT / "data" / "answers.json").read_text(encoding="utf-8"))
    kinds = {answer["name"]: answer["verdict"]["kind"] for answer in answers}
    language = [f"paper-{kind}-{state}-t2.6-steps" for kind in ("gpt", "moe") for state in ("beta0", "adam")]
    images = [f"paper-resnet-{state}-t1.2-steps" for state in ("beta0", "adam")]
    images += [f"fashion-cnn-{rule}-paper-t0.8-steps" for rule in ("sign", "adam")]
    assert {kinds[name] for name in language} == {"does_not_fall"}
    assert {kinds[name] for name in images} == {"not_decided"}
