"""Making, checking and describing bundled sweeps, on a bundle of one small plan."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

torch = pytest.importorskip("torch")

from surgecore import load_catalogue  # noqa: E402
from surgecore.training.data import GPU_BUNDLES, main, read_bundle  # noqa: E402
from surgecore.training.data_check import compared  # noqa: E402
from surgecore.training.engine.stack import n_params  # noqa: E402
from surgecore.training.plans.estimate import RATES, chunk_seconds, estimate, stages  # noqa: E402
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
    assert "1 plan differs by more than another machine's rounding explains" in capsys.readouterr().out


def trials(seeds, spread=0.0, shift=0.0, key=0, share=1.0):
    """Of three rates; the first `share` of the seeds differ by `spread`, all by `shift`."""
    random = np.random.default_rng(key)
    rows = [(4, rate, seed) for rate in (0.1, 0.2, 0.4) for seed in range(seeds)]
    table = pd.DataFrame(rows, columns=["batch_size", "learning_rate", "seed"])
    noise = spread * random.standard_normal(len(rows)) * (table["seed"] < share * seeds)
    return table.assign(loss=np.exp(shift + noise))


def test_rounding_is_no_difference_and_what_a_changed_start_does_is_allowed():
    then = trials(30)
    assert compared(then, then, [then]).largest == 0
    assert compared(then, trials(30, 1e-6), [then]).agrees
    assert compared(then, trials(30, 2.0, share=0.4), [then]).agrees  # chaos at some rates, none on average
    assert not compared(then, trials(30, shift=1e-4), [then]).agrees  # all by a hundredth of a per cent
    chaotic, nudged = trials(30, 0.2, key=1), trials(30, 0.2, key=2)
    assert compared(then, chaotic, [nudged]).agrees
    assert not compared(then, chaotic, [chaotic]).agrees  # that here a changed start changes nothing
    assert not compared(then, trials(30, 0.2, key=1, shift=0.5), [trials(30, 0.2, key=2, shift=0.5)]).agrees
    diverged = then.assign(loss=then["loss"].where(then["seed"] > 3))
    assert compared(then, diverged, [then]).apart == 12
    assert not compared(then, diverged, [then]).agrees
    assert compared(then, then.assign(loss=then["loss"].where(then.index > 3)), [then]).agrees
    for shift, same in ((0.01, True), (0.1, False)):  # what changed starts do, and ten times that
        moved = [trials(1, 0.01, shift, key=key) for key in (1, 2, 3)]
        assert compared(trials(1), trials(1, shift=shift), moved).agrees is same


@pytest.mark.parametrize("seeds", [6, 30])
def test_chance_alone_is_never_called_a_difference(seeds):
    """Chaos at all rates: of 400 checks, one in 100,000 should fail by chance."""
    then = trials(seeds)
    nudged = trials(seeds, 0.2, key=1)
    failed = [not compared(then, trials(seeds, 0.2, key=key), [nudged]).agrees for key in range(2, 402)]
    assert sum(failed) == 0


OTHER = """
import sys
from surgecore.training.data import main
raise SystemExit(main([sys.argv[1], "--check", "--seed", "0"]))
"""
CHANGED = """
import dataclasses, sys
from surgecore.training.runs import executors
real = executors.loaded
def changed(*given):
    plan, model = real(*given)
    return dataclasses.replace(plan, optimizer=dataclasses.replace(plan.optimizer, beta2=0.99)), model
executors.loaded = changed
"""


def test_the_check_tells_another_processor_from_other_code(folder):
    plan = folder / "plans" / "small.toml"
    plan.write_text(
        plan.read_text().replace('key = "sign"', 'key = "adam"\nstate = "warm"').replace("seeds = 4", "seeds = 8")
    )
    assert main([str(folder)]) == 0
    other = {"ATEN_CPU_CAPABILITY": "default", "MKL_CBWR": "COMPATIBLE", "ONEDNN_MAX_CPU_ISA": "SSE41"}
    for change, status in (("", 0), (CHANGED, 1)):
        command = [sys.executable, "-c", change + OTHER, str(folder)]
        done = subprocess.run(command, env={**os.environ, **other}, capture_output=True, text=True)
        assert done.returncode == status, done.stdout + done.stderr


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


@pytest.fixture(scope="module")
def visit():
    """Plans for a GPU, and what the list says of each."""
    items = read_bundle(PLANS, "gpu")
    return [(Plan.from_toml(PLANS / f"{item['plan']}.toml"), item) for item in items]


def test_the_list_says_what_each_plan_takes_and_all_fit_twenty_minutes(visit):
    for plan, item in visit:
        minutes = (estimate(plan, "cuda").seconds - RATES["cuda"].start) / 60
        assert item["minutes"] == pytest.approx(minutes, abs=0.01), plan.name
    assert sum(item["minutes"] for _, item in visit) + RATES["cuda"].start / 60 < 20.2
    studies = [item["study"] for _, item in visit]
    assert studies == sorted(studies)
    assert set(studies) == {1, 2, 3, 4, 5}


def test_plans_for_a_gpu_are_worth_one(visit):
    kinds = {}
    for plan, item in visit:
        key = plan.source["workload"]["key"]
        kinds.setdefault(item["study"], set()).add(
            (key, plan.source["optimizer"]["key"], plan.source["protocol"]["key"])
        )
        sizes = np.array(plan.grid.batch_sizes)
        assert (sizes[1:] == 2 * sizes[:-1]).all(), plan.name
        between = 2 ** (1 / plan.grid.per_octave) if plan.grid.refine else np.divide(*plan.grid.learning_rates[1::-1])
        assert between == pytest.approx(2**0.5, rel=1e-4)
        if item["study"] < 4 and key != "char-transformer":
            assert sizes[-1] == 4096
        if item["study"] == 2 or (key, plan.source["protocol"]["key"], item["study"]) == (
            "fashion-cnn",
            "checkpoint",
            1,
        ):
            assert sizes[0] == 1
            assert plan.grid.seeds >= 64
            assert not plan.grid.few_seeds
        if item["study"] in (2, 3):
            assert plan.state == ("cold" if plan.source["optimizer"]["key"] == "sign" else "warm")
        if item["study"] == 3:
            assert 1e6 < n_params(plan.workload.shapes) < 1e7
        assert all(getattr(plan.optimizer, name, value) == value for name, value in (("beta1", 0.9), ("beta2", 0.999)))
    of_cnn = {("fashion-cnn", rule, how) for rule in ("sign", "adam", "sgd") for how in ("checkpoint", "target")}
    assert kinds[1] == of_cnn
    assert {rule for _, rule, _ in kinds[2]} == {"adam", "adamw", "sign"}
    assert {key for key, _, _ in kinds[3]} == {"gpt", "char-transformer"}
    assert {key for key, _, _ in kinds[5]} == {"resnet", "moe"}
    plans = {plan.name: plan for plan, _ in visit}
    assert {plans[f"gpu-digits-mlp-h{h}"].workload.hidden for h in (16, 64, 256)} == {16, 64, 256}
    assert all(
        plans[f"gpu-fashion-cnn-{rule}-paper"].protocol.targets == (0.8, 0.5) for rule in ("adam", "sign", "sgd")
    )
    assert len(plans["gpu-fashion-cnn-adam-tradeoff"].protocol.targets) == 4
    for model in (
        ("digits-mlp-adam", "digits-mlp-adam-c2", "digits-mlp-adam-c3"),
        tuple(f"gpt-adam-c{i}" for i in (1, 2, 3)),
    ):
        assert len({plans[f"gpu-{name}"].protocol.loss for name in model}) == 3


def test_a_visit_goes_on_in_small_parts_and_what_it_leaves_is_small(visit):
    """Also if a GPU is five times slower than its data sheet; a row takes seven bytes in the bundled files."""
    rows = 0
    for plan, _ in visit:
        for stage, rates in stages(plan):
            for chunk in plan.chunks(stage, rates, "cuda"):
                assert chunk_seconds(plan, chunk, "cuda") < 20, (plan.name, chunk.batch_size)
                rows += stage * chunk.n_runs * len(plan.protocol.outputs())
    bundled = sum(path.stat().st_size for path in PLANS.parent.rglob("*") if path.is_file())
    assert 7 * rows + bundled < 10e6


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
