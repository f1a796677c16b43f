"""Making, checking and describing bundled sweeps, on a bundle of one small plan."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

torch = pytest.importorskip("torch")

from surgecore import load_catalogue  # noqa: E402
from surgecore.training.data import GPU_BUNDLES, compared, main, read_bundle  # noqa: E402
from surgecore.training.plans.estimate import estimate  # noqa: E402
from surgecore.training.plans.plan import Plan  # noqa: E402
from surgecore.training.workloads.workloads import FashionCNN  # noqa: E402
from surgecore.words.training import loss_over  # noqa: E402

PLANS = Path(__file__).parents[2] / "data" / "plans"


@pytest.fixture
def folder(plan_text, tmp_path):
    (tmp_path / "plans").mkdir()
    (tmp_path / "plans" / "small.toml").write_text(plan_text)
    (tmp_path / "plans" / "bundle.toml").write_text('[[sweep]]\nplan = "small"\ndoes_not_show = "Anything else."\n')
    return tmp_path


def state(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_the_same_bundle_twice_is_the_same_to_the_bit(folder):
    assert main([str(folder)]) == 0
    first = state(folder)
    assert main([str(folder)]) == 0
    assert state(folder) == first
    entries = load_catalogue(folder)
    assert entries
    for entry in entries:
        assert entry.load().n_seeds == 4
        card = (folder / entry.card).read_text()
        assert "Anything else." in card
        assert "| Loss | over all 1,797 examples of the training data |" in card
        assert entry.device.startswith("CPU")


def test_a_changed_number_is_found(folder, capsys):
    assert main([str(folder)]) == 0
    assert main([str(folder), "--check"]) == 0
    assert "identical" in capsys.readouterr().out
    plan = folder / "plans" / "small.toml"
    plan.write_text(plan.read_text().replace("loss = 2.0", "loss = 1.0"))
    assert main([str(folder), "--check"]) == 1
    assert "must agree" in capsys.readouterr().out


def trials(seeds, spread, shift=0.0):
    random = np.random.default_rng(0)
    rows = [(4, rate, seed) for seed in range(seeds) for rate in (0.1, 0.2, 0.4)]
    table = pd.DataFrame(rows, columns=["batch_size", "learning_rate", "seed"])
    return table.assign(loss=1 + shift + spread * random.standard_normal(len(rows)))


def test_another_processor_is_judged_by_the_spread_of_the_seeds():
    then = trials(30, 0)
    assert compared(then, then).largest == 0
    assert compared(then, trials(30, 1e-3)).agrees  # rounding
    chaotic = compared(then, trials(30, 0.2))
    assert chaotic.largest > 0.2
    assert chaotic.agrees
    assert not compared(then, trials(30, 0.2, shift=0.15)).agrees
    assert not compared(then, trials(30, 0, shift=0.1)).agrees
    diverged = then.assign(loss=then["loss"].where(then["seed"] > 3))
    assert not compared(then, diverged).agrees


def test_describing_trains_nothing_and_keeps_the_data(folder):
    assert main([str(folder)]) == 0
    first = state(folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    for entry in manifest["sweeps"]:
        entry["shows"] = "Something else."
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert main([str(folder), "--describe"]) == 0
    assert state(folder) == first


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_nothing_is_computed_under_its_name(folder, capsys):
    assert main([str(folder), "--device", "cuda"]) == 2
    assert "nothing was computed" in capsys.readouterr().err
    assert not (folder / "manifest.json").exists()


def test_a_spent_budget_stops_before_the_next_plan(folder, capsys):
    text = (folder / "plans" / "bundle.toml").read_text()
    (folder / "plans" / "bundle.toml").write_text(text + text)
    assert main([str(folder), "--budget", "0"]) == 1
    assert "the budget is spent" in capsys.readouterr().err
    while main([str(folder), "--budget", "0"]) == 1:  # a chunk a call
        pass
    assert len(load_catalogue(folder)) == 2


@pytest.mark.parametrize("path", sorted(PLANS.glob("*-*.toml")), ids=lambda path: path.stem)
def test_every_plan_can_be_read_and_costed(path):
    plan = Plan.from_toml(path)
    assert plan.name == path.stem
    assert estimate(plan).runs > 0


def test_every_plan_for_a_gpu_is_on_a_list_and_the_papers_experiments_fit_one_visit():
    lists = {bundle: [item["plan"] for item in read_bundle(PLANS, bundle)] for bundle in GPU_BUNDLES}
    listed = sorted(name for names in lists.values() for name in names)
    assert listed == sorted(path.stem for path in PLANS.glob("gpu-*.toml"))
    plans = [Plan.from_toml(PLANS / f"{name}.toml") for name in lists["paper"]]
    assert sum(estimate(plan, "cuda").seconds for plan in plans) < 20 * 60
    kinds = {(plan.source["workload"]["key"], plan.state) for plan in plans}
    assert kinds == {(key, state) for key in ("fashion-cnn", "resnet", "gpt", "moe") for state in ("limit", "cold")}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("fashion-cnn-sign-paper", "the 2,000 evaluated of 60,000 images of the training data"),
        ("digits-mlp-sign", "all 1,797 examples of the training data"),
        ("char-transformer-sign", "all 512 sequences of the training data"),
        ("quadratic-aligned-isotropic", "all noise: the exact expectation"),
    ],
)
def test_a_card_says_what_the_loss_is_over(name, words):
    assert loss_over(Plan.from_toml(PLANS / f"{name}.toml").workload) == words


def test_the_whole_of_the_images_is_all():
    assert loss_over(FashionCNN()) == "all 60,000 images of the training data"
