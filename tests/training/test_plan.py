import tomllib
from pathlib import Path

import pytest

from benchmarks.estimate_bench import bundled
from surgecore.training.plans import plan as plan_module
from surgecore.training.plans.estimate import RATES, estimate, slowness, stages, usual_steps
from surgecore.training.plans.plan import Plan, PlanError
from surgecore.training.workloads.workloads import WORKLOADS
from surgecore.words import training as words

DATA = Path(__file__).parents[2] / "data"
TWELVE_ERRORS = """
nmae = "typing error"
title = ""

[workload]
key = "digits-mlp"
hidden = "many"

[optimizer]
key = "adam"
beta1 = 1.5
state = "hot"
warm_steps = 0

[protocol]
key = "steps"
steps = [10, 20]
schedule = "cosine"

[grid]
batch_sizes = [4, 4]
learning_rates = [0.1, -0.1, 0.2]
seeds = 0
sides = 3

[run]
memory_mb = 1
"""


def test_all_errors_at_once():
    with pytest.raises(PlanError) as caught:
        Plan.from_toml(TWELVE_ERRORS)
    problems = [str(problem) for problem in caught.value.problems]
    starts = [
        "nmae is not known; did you mean name?",
        "name must be text, but got nothing",
        "title must be text, but got ''",
        "workload.hidden must be a whole number, but got 'many'",
        "optimizer.state must be one of cold, warm, limit, but got 'hot'",
        "optimizer.warm_steps must be a positive whole number, but got 0",
        "optimizer.beta1 must be at most 0.999999, but got 1.5",
        "grid.learning_rates must be at least 1e-12, but got -0.1",
        "grid.seeds must be at least 1, but got 0",
        "grid.sides is not known; did you mean seeds?",
        "run.memory_mb must be at least 16, but got 1.0",
        "protocol.steps must be one number under a cosine schedule, but got [10, 20]",
    ]
    assert sorted(problems) == sorted(starts)
    assert str(caught.value).startswith("the plan has 12 problems:")
    assert all(problem in str(caught.value) for problem in problems)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('key = "softmax"', 'key = "resnext"', "workload.key must be one of quadratic, softmax"),
        ('key = "softmax"', 'key = ["softmax"]', "workload.key must be one of quadratic, softmax"),
        ("[0.003, 0.01, 0.03]", "{ low = 1, high = 0.5, per_octave = 2 }", "low < high"),
        ("[0.003, 0.01, 0.03]", "[0.003, 0.01]", "must be at least 3, but got 2"),
        ("seeds = 4", "seeds = 4\nrefine = true\neach_side = 3", "within 1.5 octaves of each other"),
        ("[4, 16]", "[]", "grid.batch_sizes must be a list of at least one whole number, but got []"),
        ("[4, 16]", "[4, 4]", "must not repeat a value"),
        (
            'key = "sign"',
            'key = "sign"\nstate = "limit"',
            "needs an optimizer with betas, but got Sign",
        ),
        ("[grid]", "[grd]", "grd is not known; did you mean grid?"),
        ('name = "small"', 'name = "../small"', "it names files"),
        ('name = "small"', 'name = ".."', "begin with a letter or a digit"),
        ('name = "small"', 'name = ".hidden"', "begin with a letter or a digit"),
        ('name = "small"', f'name = "{"a" * 82}"', "at most 81"),
        ('name = "small"', "name = [", "the file must be TOML"),
        (
            "[0.003, 0.01, 0.03]",
            "{ low = 1e-9, high = 1e5, per_octave = 1e9 }",
            "learning_rates must be at most 1,000, but got 4.65e+10 of {",
        ),
        ("[0.003, 0.01, 0.03]", "{ low = 1e-9, high = 1e9, per_octave = 1 }", "must lie between 1e-12 and 1e+06"),
        ("[0.003, 0.01, 0.03]", "{ low = 1, high = inf, per_octave = 2 }", "with positive numbers"),
        ("[0.003, 0.01, 0.03]", f"{{ low = 1, high = 1{'0' * 400}, per_octave = 2 }}", "with positive numbers"),
        ("[0.003, 0.01, 0.03]", f"[1, 2, 1{'0' * 400}]", "grid must hold no number above 1.8e308"),
        ("[0.003, 0.01, 0.03]", str([1e-3 + 1e-6 * i for i in range(1001)]), "must be at most 1,000, but got 1,001"),
        (
            "[4, 16]",
            f"{list(range(1, 101))}\nfew_seeds = 40_000\nfew_seeds_from = 2",
            "at most 10,000,000 runs (sizes x rates x seeds), but got 11,880,012",
        ),
    ],
)
def test_one_error(plan_text, old, new, message):
    with pytest.raises(PlanError) as caught:
        Plan.from_toml(plan_text.replace(old, new))
    assert message in str(caught.value)


def test_a_plan_of_too_many_chunks_is_refused(plan_text):
    text = plan_text.replace('"softmax"', '"char-transformer"\nwidth = 256').replace("seeds = 4", "seeds = 60_000")
    with pytest.raises(PlanError, match="at most 100,000 chunks of runs that fit the memory, but got 360,000"):
        Plan.from_toml(text)


def test_what_is_too_much_is_one_of_all_problems(plan_text):
    text = plan_text.replace("seeds = 4", "seeds = 90_000").replace('title = "Small"', "")
    text = text.replace("[4, 16]", str(list(range(4, 44))))
    with pytest.raises(PlanError) as caught:
        Plan.from_toml(text)
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize("refine", ["", "\nrefine = true\nscout_seeds = 3"])
def test_chunks_are_counted_without_making_them(plan_text, refine, monkeypatch):
    text = plan_text.replace("seeds = 4", f"seeds = 700\nfew_seeds = 5\nfew_seeds_from = 16{refine}")
    plan = Plan.from_toml(text)
    made = sum(len(plan.chunks(stage, rates)) for stage, rates in stages(plan))
    monkeypatch.setattr(plan_module, "_MOST_CHUNKS", made)
    assert plan._too_large() == []
    monkeypatch.setattr(plan_module, "_MOST_CHUNKS", made - 1)
    assert f"but got {made:,}" in str(plan._too_large()[0])


def test_round_trip(plan_text):
    plan = Plan.from_toml(plan_text)
    again = Plan.from_toml(plan.to_toml())
    assert again == plan
    assert again.digest == plan.digest
    other = Plan.from_toml(plan_text.replace("seeds = 4", "seeds = 5"))
    assert other.digest != plan.digest
    recut = Plan.from_toml(plan_text.replace("memory_mb = 16", "memory_mb = 32"))
    assert recut.digest == plan.digest
    rounded = Plan.from_toml(plan_text.replace("memory_mb = 16", 'precision = "tf32"'))
    assert rounded.digest != plan.digest
    renamed = Plan.from_toml(plan_text.replace('title = "Small"', 'title = "Another title"'))
    assert renamed.digest == plan.digest


@pytest.mark.parametrize("title", ["Größe 𝜂 und 🎓", 'a "quoted" \\ title', "x" * 300])
def test_any_title_is_read_back(plan_text, title):
    table = tomllib.loads(plan_text) | {"title": title}
    assert Plan.from_toml(Plan.from_dict(table).to_toml()).title == title


def test_a_bad_range_is_one_problem(plan_text):
    text = plan_text.replace("[0.003, 0.01, 0.03]", "{ low = 1, high = 0.5, per_octave = 2 }")
    with pytest.raises(PlanError) as caught:
        Plan.from_toml(text)
    assert len(caught.value.problems) == 1


def test_range_of_learning_rates(plan_text):
    plan = Plan.from_toml(plan_text.replace("[0.003, 0.01, 0.03]", "{ low = 0.01, high = 0.08, per_octave = 2 }"))
    expected = [0.01 * 2 ** (j / 2) for j in range(7)]
    assert plan.grid.learning_rates == pytest.approx(expected, rel=1e-5)


def test_chunks_cover_every_run_once_within_memory(plan_text):
    plan = Plan.from_toml(plan_text.replace("seeds = 4", "seeds = 700\nfew_seeds = 5\nfew_seeds_from = 16"))
    chunks = plan.chunks(1)
    runs = [(c.batch_size, s, r) for c in chunks for s in c.seeds for r in c.rates]
    assert len(set(runs)) == len(runs) == (700 + 5) * 3
    assert len({chunk.key for chunk in chunks}) == len(chunks) > 2
    room = 16e6 / (4 * plan.workload.activations)
    assert all(chunk.n_runs * chunk.batch_size <= room for chunk in chunks)


def test_a_gpu_takes_as_many_runs_at_once_as_memory_allows(plan_text):
    plan = Plan.from_toml(plan_text.replace("memory_mb = 16", "memory_mb = 64").replace("seeds = 4", "seeds = 700"))
    on_cpu, on_gpu = plan.chunks(1), plan.chunks(1, device="cuda")

    def runs(chunks):
        return {(c.batch_size, s, r) for c in chunks for s in c.seeds for r in c.rates}

    assert runs(on_gpu) == runs(on_cpu)
    assert len(on_gpu) < len(on_cpu)
    room = 64e6 / (4 * plan.workload.activations)
    assert all(chunk.n_runs * chunk.batch_size <= room for chunk in on_gpu)


def test_sequences_that_fill_the_caches_are_trained_a_run_at_a_time():
    grid = {"batch_sizes": [8, 64], "learning_rates": [0.001, 0.002, 0.004], "seeds": 4}
    tables = {"name": "a", "title": "a", "optimizer": {"key": "adam"}, "protocol": {"key": "steps"}, "grid": grid}
    transformer, images = (
        Plan.from_dict({**tables, "workload": {"key": key}}) for key in ("char-transformer", "fashion-cnn")
    )
    largest = {size: max(c.n_runs for c in transformer.chunks(1) if c.batch_size == size) for size in (8, 64)}
    assert largest[64] == 1
    assert largest[8] > 1
    assert all(chunk.n_runs >= 3 for chunk in images.chunks(1))
    assert all(chunk.n_runs == 12 for chunk in transformer.chunks(1, device="cuda"))
    runs = [(c.batch_size, s, r) for c in transformer.chunks(1) for s in c.seeds for r in c.rates]
    assert len(set(runs)) == len(runs) == 24


def test_second_stage_surrounds_the_first(plan_text):
    plan = Plan.from_toml(plan_text.replace("seeds = 4", "seeds = 4\nrefine = true\neach_side = 5"))
    rates = plan.refined({4: (0.01, 0.02), 16: (0.02,)})
    assert sum(rate < 0.0099 for rate in rates[4]) >= 5
    assert sum(rate > 0.0202 for rate in rates[4]) >= 5
    assert len(rates[16]) == 11
    assert set(rates[16]) & set(rates[4])  # one lattice for all batch sizes


def test_estimate_counts_runs_and_steps_and_the_checkpoint(plan_text):
    plan = Plan.from_toml(plan_text)
    cost = estimate(plan)
    assert cost.runs == 2 * 3 * 4
    assert cost.run_steps == cost.runs * 3
    assert "24 runs" in words.cost(cost)
    from_scratch = estimate(Plan.from_toml(plan_text.replace("loss = 2.0", "loss = 0")))
    assert from_scratch.flops < cost.flops
    assert from_scratch.seconds < cost.seconds


@pytest.mark.parametrize("key", sorted(WORKLOADS))
def test_lower_losses_take_more_steps(key):
    workload = WORKLOADS[key]()
    steps = [workload.steps_to(loss) for loss in (5.0, 2.5, 2.0, 1.0, 0.5, 0.25, 0.1, 0.01)]
    assert steps == sorted(steps)
    assert min(steps) >= 1


def test_warm_steps_and_a_slow_device_cost_time(plan_text):
    cold = Plan.from_toml(plan_text.replace('"sign"', '"adam"').replace("seeds = 4", "seeds = 400"))
    warm = Plan.from_toml(cold.to_toml().replace('key = "adam"', 'key = "adam"\nstate = "warm"\nwarm_steps = 5000'))
    assert estimate(warm).seconds > estimate(cold).seconds
    assert estimate(warm).run_steps == estimate(cold).run_steps
    on_gpu = {name: estimate(plan, "cuda").seconds - RATES["cuda"].start for name, plan in (("c", cold), ("w", warm))}
    assert on_gpu["w"] < estimate(warm).seconds - slowness() * RATES["cpu"].start


def test_a_target_takes_no_longer_than_its_limit(plan_text):
    text = plan_text.replace('key = "checkpoint"\nloss = 2.0\nsteps = [3, 1]', 'key = "target"\nlimit = 100000')
    far, near = Plan.from_toml(text), Plan.from_toml(text.replace("100000", "100"))
    assert estimate(far).run_steps > 900 * estimate(near).run_steps
    assert estimate(far).seconds < 100 * estimate(near).seconds


def test_bundled_runs_to_a_target_took_about_the_steps_that_are_expected():
    """But for AdaGrad, whose rates say nothing of its steps."""
    ratios = {name: expected / took for name, expected, took in bundled(DATA)}
    assert len(ratios) > 15
    off = {name for name, ratio in ratios.items() if not 0.5 <= ratio <= 2}
    assert off <= {"digits-mlp-adadagrad", "digits-mlp-adadagrad-norm"}


def test_a_rate_that_is_too_low_or_too_high_takes_more_steps(plan_text):
    text = plan_text.replace('key = "checkpoint"\nloss = 2.0\nsteps = [3, 1]', 'key = "target"\nlimit = 1000')
    plan = Plan.from_toml(text.replace('"softmax"', '"digits-mlp"'))
    low, best, high, never = (usual_steps(plan, 64, rate) for rate in (0.001, 0.025, 0.1, 0.5))
    assert best < high < low
    assert never == plan.protocol.max_steps(64)
    assert usual_steps(plan, 4, 0.001) > low  # noise turns signs
