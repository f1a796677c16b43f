"""What the next runs promise, against sweeps that are simulated to the last trial."""

import numpy as np
import pandas as pd
import pytest
from simulate import sweep_frame

from surgecore import Point, SurgeLaw, Sweep, analyse, compare, fit, next_runs, words
from surgecore.sweeps.next_runs import Goal, NextRuns
from surgecore.sweeps.promise import Ground, Promise, chance_to_decide, width_after

LAW = SurgeLaw(1e-2, 64.0)


def trials_of(plan, rng, spread, law=LAW):
    """Trials of the cells that were asked for, with the valleys of `sweep_frame`."""
    rows = []
    for size, part in plan.table.groupby("batch_size"):
        for seed in range(int(part["seeds"].iloc[0])):
            own = law(float(size)) * np.exp(rng.normal(0.0, spread))
            u = np.log(part["learning_rate"].to_numpy() / own)
            loss = 1.0 - np.exp(-0.5 * u**2 - 0.15 * np.tanh(u) * u**2)
            rows += [
                (size, rate, value, 1000 + seed, 20) for rate, value in zip(part["learning_rate"], loss, strict=True)
            ]
    return pd.DataFrame(rows, columns=["batch_size", "learning_rate", "loss", "seed", "steps"])


def width(frame, key):
    low, high = compare(Sweep.from_frame(frame).valleys.points, [key])[key]["noise_scale"].interval
    return np.log(high / low)


def test_they_bring_what_is_promised_and_more_than_extra_seeds():
    real, promised, uniform = [], [], []
    for seed in range(7):
        rng = np.random.default_rng(seed)
        frame = sweep_frame(LAW, rng, seeds=3, spread=0.2)
        plan = next_runs(analyse(Sweep.from_frame(frame)))
        if plan.goal is not Goal.NARROW:  # not every sweep is decided
            continue
        new = trials_of(plan, rng, 0.2)
        more = sweep_frame(LAW, rng, seeds=max(round(3 * len(new) / len(frame)), 1), spread=0.2)
        before = width(frame, plan.law)
        real.append(width(pd.concat([frame, new]), plan.law) / before)
        uniform.append(width(pd.concat([frame, more.assign(seed=more["seed"] + 500)]), plan.law) / before)
        promised.append(plan.promise.value)
        assert plan.promise.low < plan.promise.value < plan.promise.high
        said = words.next_runs(plan)
    assert len(real) >= 3
    assert abs(np.median(real) - np.median(promised)) < 0.15
    assert np.median(real) < np.median(uniform) - 0.1
    assert "of its width" in said


def test_the_width_promised_is_that_of_the_fit_where_errors_are_known():
    """Oracle: with errors that are known nothing is random, and the width after is that of a fit with smaller ones."""
    sizes = 4.0 ** np.arange(7)
    now, then = (fit([Point(b, LAW(b), error, 1e6) for b in sizes], "surge") for error in (0.05, 0.05 / np.sqrt(2.0)))
    ground = Ground(now, float(np.sqrt(0.05**2 - 0.02**2) * np.sqrt(20_000)), 20_000)
    twice = width_after(ground, sizes.tolist(), [20_000.0] * len(sizes))
    widths = [np.log(np.divide(*one["noise_scale"].interval[::-1])) for one in (now, then)]
    assert abs(twice.value - widths[1] / widths[0]) < 0.02


def test_a_present_interval_that_is_wide_by_chance_narrows_more():
    """A promise is of the width that is stated, which few seeds make half or twice the usual."""
    sizes = 4.0 ** np.arange(7)
    usual = np.full(7, 0.1)
    unlucky = np.where((sizes > 8) & (sizes < 600), 0.14, 0.05)  # as good together, but loud about the peak
    unlucky *= np.sqrt(np.mean(usual**2) / np.mean(unlucky**2))
    shares = []
    for errors in (usual, unlucky):
        now = fit([Point(b, LAW(b), error, 1e6) for b, error in zip(sizes, errors, strict=True)], "surge")
        share = width_after(Ground(now, 0.2, 4), sizes.tolist(), [8.0] * 7).value
        shares.append((share, np.log(np.divide(*now["noise_scale"].interval[::-1]))))
    assert shares[0][0] * shares[0][1] == pytest.approx(shares[1][0] * shares[1][1], rel=0.05)
    assert abs(shares[0][1] / shares[1][1] - 1.0) > 0.1


def test_more_seeds_decide_more_often_and_a_flat_curve_is_decided_at_the_level():
    frame = sweep_frame(SurgeLaw(1e-2, 512.0), np.random.default_rng(3), seeds=3, spread=0.2)
    surge = analyse(Sweep.from_frame(frame)).comparison["surge"]
    ground = Ground(surge, 0.2, 3)
    sizes = [512.0, 2048.0, 4096.0]
    chances = [chance_to_decide(ground, sizes, [n] * 3).value for n in (2, 8, 32)]
    assert chances[0] < chances[1] < chances[2]
    # so wide a scatter that the law's own fall is nothing beside it
    loud = Ground(surge, 200.0, 3)
    assert chance_to_decide(loud, sizes, [2, 2, 2]).value < 0.2


def test_an_undecided_sweep_is_told_its_chance():
    frame = sweep_frame(SurgeLaw(1e-2, 512.0), np.random.default_rng(3), seeds=3, spread=0.2)
    plan = next_runs(analyse(Sweep.from_frame(frame)))
    assert plan.goal is Goal.DECIDE
    assert 0.7 < plan.promise.value <= 1.0
    assert plan.uniform.value < plan.promise.value
    assert "with a chance of" in words.next_runs(plan)


def test_where_nothing_falls_the_runs_are_told_that_exclude_a_fall():
    """A constant optimum from few seeds: no fall can be shown, and larger batch sizes decide nothing."""

    def constant(size):
        return 1e-2 + 0.0 * size

    goals, kept = [], []
    for seed in range(6):
        frame = sweep_frame(constant, np.random.default_rng(seed), seeds=3, spread=0.12)
        analysis = analyse(Sweep.from_frame(frame))
        plan = next_runs(analysis)
        goals.append(plan.goal)
        if plan.goal is not Goal.EXCLUDE:
            continue
        assert 0.8 <= plan.promise.value <= 1.0
        assert set(plan.table["batch_size"]) == set(analysis.sweep.batch_sizes)
        assert "exclude a fall of 16 %" in words.next_runs(plan)
        assert words.worth_running(plan)
        new = trials_of(plan, np.random.default_rng(100 + seed), 0.12, constant)
        both = pd.concat([frame, new])
        kept.append(analyse(Sweep.from_frame(both)).verdict.decision == "no_fall")
    assert goals.count(Goal.EXCLUDE) >= 4, goals
    assert np.mean(kept) >= 0.6, kept


@pytest.mark.parametrize("value", [0.06, 0.49, 0.51, 0.95])
def test_runs_that_would_bring_little_are_said_to(value):
    """A low chance to decide, or an interval that stays as wide, is never an invitation."""
    frame = pd.DataFrame({"batch_size": [64], "learning_rate": [0.01], "seeds": [9], "reason": ["at_peak"]})
    chance, width = (NextRuns(frame, goal, "surge", 0.2, Promise(v, v, v)) for goal, v in (
        (Goal.DECIDE, value), (Goal.NARROW, 2.0 * value)))  # fmt: skip
    assert words.next_runs(chance).startswith("Even") == (value < 0.5)
    assert ("not narrow" in words.next_runs(width)) == (value > 0.45)
    edge = NextRuns(frame.assign(reason="lowest_tried"), Goal.NARROW, "surge", None, Promise(0.5, 0.4, 0.6))
    assert words.next_runs(edge).startswith("Widen the learning-rate grid first.")
