"""A plan of runs is a grid or a random search, and every launcher starts exactly its cells."""

import itertools
import shlex
import shutil
import subprocess
import sys

import numpy as np
import pytest
import yaml

from surgecore import Sweep, open_table
from surgecore.sweeps.design import grid, launch, random


def runs(design):
    return sorted(
        (size, rate, seed)
        for (size, rate), seed in itertools.product(design.cells.itertuples(index=False, name=None), design.seeds)
    )


@pytest.fixture(scope="module")
def plan():
    return grid(32, 128, rate=1e-3, at=64, octaves=1, seeds=2)


def test_a_grid_is_octaves_by_half_octaves_around_a_guess_that_scales():
    plan = grid(32, 2048, rate=1e-3, at=128, octaves=2, seeds=3)
    assert plan.batch_sizes == [32, 64, 128, 256, 512, 1024, 2048]
    assert plan.n_runs == 7 * 9 * 3
    for size in plan.batch_sizes:
        rates = np.array(plan.rates(size))
        np.testing.assert_allclose(rates[1:] / rates[:-1], 2**0.5, rtol=1e-3)
        np.testing.assert_allclose(rates[4], 1e-3 * (size / 128) ** 0.5, rtol=1e-3)
    losses = plan.cells.assign(loss=np.arange(len(plan.cells), dtype=float))
    assert Sweep.from_frame(losses).is_grid


@pytest.mark.parametrize(("scaling", "factor"), [("sqrt", 2**0.5), ("linear", 2.0), ("none", 1.0)])
def test_the_guess_scales_as_asked(scaling, factor):
    plan = grid(8, 16, rate=0.1, at=8, scaling=scaling, octaves=1)
    assert plan.rates(16)[2] / plan.rates(8)[2] == pytest.approx(factor, rel=1e-3)


def test_a_random_search_covers_its_range_and_repeats_with_its_seed():
    one, two = (random(8, 32, rate=0.1, at=8, runs=12, rng=np.random.default_rng(3)) for _ in range(2))
    assert one.cells.equals(two.cells)
    for size in one.batch_sizes:
        octaves = np.log2(np.array(one.rates(size)) / (0.1 * (size / 8) ** 0.5))
        # one rate in each twelfth of the range of 4 octaves
        assert np.floor((octaves + 2) * 3).astype(int).tolist() == list(range(12))


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"rate": 0}, "rate must be positive"),
        ({"at": -1}, "at must be positive"),
        ({"octaves": float("inf")}, "octaves must be positive"),
        ({"seeds": 0}, "seeds must be positive"),
        ({"scaling": "cubic"}, "scaling must be one of sqrt, linear, none, but got 'cubic'"),
    ],
)
def test_misuse_is_refused(change, rule):
    with pytest.raises(ValueError, match=rule):
        grid(8, 64, **({"rate": 0.1, "at": 8} | change))


def test_batch_sizes_and_launchers_are_checked(plan):
    with pytest.raises(ValueError, match="positive and ascending"):
        grid(64, 8, rate=0.1, at=8)
    with pytest.raises(ValueError, match="runs must be positive"):
        random(8, 64, rate=0.1, at=8, runs=0, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="launcher must be one of wandb, optuna"):
        launch(plan, "slurm")
    with pytest.raises(ValueError, match=r"names must be Python's for this launcher, but got 'data\.bs'"):
        launch(plan, "optuna", names=("data.bs", "lr", "seed"))


def test_wandb_sweeps_are_a_grid_a_batch_size(plan):
    files = launch(plan, "wandb", command="python train.py --fast", metric="val/loss")
    found = []
    for text in files.values():
        sweep = yaml.safe_load(text)
        assert sweep["method"] == "grid"
        assert sweep["metric"] == {"name": "val/loss", "goal": "minimize"}
        assert sweep["command"] == ["python", "train.py", "--fast", "${args}"]
        parameters = sweep["parameters"]
        found += itertools.product(
            [parameters["batch_size"]["value"]], parameters["learning_rate"]["values"], parameters["seed"]["values"]
        )
    assert sorted(found) == runs(plan)


def test_the_optuna_script_runs_and_its_study_is_the_plan(plan, tmp_path):
    pytest.importorskip("optuna")
    (name, text), = launch(plan, "optuna").items()  # fmt: skip
    (tmp_path / name).write_text(text)
    (tmp_path / "train.py").write_text(
        "def train(batch_size, learning_rate, seed):\n    return batch_size * learning_rate + seed\n"
    )
    subprocess.run([sys.executable, name], cwd=tmp_path, check=True, capture_output=True)
    trials = Sweep.from_table(open_table(tmp_path / "sweep.db")).trials
    found = sorted(trials[["batch_size", "learning_rate", "seed"]].itertuples(index=False, name=None))
    assert found == runs(plan)
    np.testing.assert_array_equal(
        trials["loss"], trials["batch_size"] * trials["learning_rate"] + trials["seed"].astype(float)
    )


def test_the_ray_script_asks_for_every_run(plan, monkeypatch):
    class Tune:
        grid_search = staticmethod(list)

        class Tuner:
            def __init__(self, trainable, param_space):
                asked.append(param_space["run"])

            def fit(self):
                return None

    asked = []
    module = type(sys)("ray")
    module.tune = Tune
    monkeypatch.setitem(sys.modules, "ray", module)
    (text,) = launch(plan, "ray").values()
    exec(compile(text, "sweep_ray.py", "exec"), {"__name__": "__main__"})
    assert sorted((run["batch_size"], run["learning_rate"], run["seed"]) for run in asked[0]) == runs(plan)


@pytest.mark.skipif(shutil.which("sh") is None, reason="needs a shell")
def test_the_shell_starts_every_run(plan, tmp_path):
    (text,) = launch(plan, "shell", command="echo run", names=("bs", "lr", "seed")).values()
    (tmp_path / "sweep.sh").write_text(text)
    done = subprocess.run(["sh", "sweep.sh"], cwd=tmp_path, check=True, capture_output=True, text=True)
    words = [line.split() for line in done.stdout.splitlines()]
    assert {(row[0], row[1], row[3], row[5]) for row in words} == {("run", "--bs", "--lr", "--seed")}
    assert sorted((int(row[2]), float(row[4]), int(row[6])) for row in words) == runs(plan)


def test_hydra_lines_span_every_run(plan):
    (text,) = launch(plan, "hydra", command="python train.py", names=("data.bs", "optim.lr", "seed")).values()
    found = []
    for line in text.splitlines()[2:]:
        values = dict(part.split("=") for part in shlex.split(line)[3:])
        found += itertools.product(
            map(int, values["data.bs"].split(",")),
            map(float, values["optim.lr"].split(",")),
            map(int, values["seed"].split(",")),
        )
    assert sorted(found) == runs(plan)
