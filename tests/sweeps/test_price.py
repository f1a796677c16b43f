"""The price of a wrong rate, against valleys that are known."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from simulate import sweep_frame

from surgecore import SurgeLaw, Sweep, analyse, price, words
from surgecore.sweeps.excess import excess
from surgecore.tables.metric import LOSS

LAW = SurgeLaw(1e-2, 64.0)


def sweep(rng, **options):
    frame = sweep_frame(LAW, rng, batch_sizes=[16, 64, 256], skew=0.0, **options)
    return Sweep.from_frame(frame)


def true_excess(factor, spread):
    """Mean over seeds of 1 - exp(-u^2/2) at ln factor from the centre, less its least, in closed form."""
    u, wide = np.log(factor), 1.0 + spread**2
    return (1.0 - np.exp(-0.5 * u**2 / wide)) / np.sqrt(wide)


def test_a_known_valley_has_its_price():
    found = price(sweep(np.random.default_rng(0), seeds=40, spread=0.1), 64.0)
    half, own, twice = found.costs
    assert (half.factor, own.factor, twice.factor) == (0.5, 1.0, 2.0)
    assert found.learning_rate == pytest.approx(LAW(64.0), rel=0.05)
    for cost in (half, twice):
        assert cost.interval[0] < true_excess(cost.factor, 0.1) < cost.interval[1]
        assert cost.loss == pytest.approx(true_excess(cost.factor, 0.1), rel=0.1)
    assert own.loss == 0.0
    assert half.steps is None


def test_the_range_of_rates_is_that_of_the_valley():
    found = price(sweep(np.random.default_rng(0), seeds=40, spread=0.05), 64.0, extra_loss=0.1)
    u = np.sqrt(-2.0 * np.log(0.9))
    assert np.log([found.lowest, found.highest]) == pytest.approx(np.log(LAW(64.0)) + np.array([-u, u]), abs=0.03)
    assert found.lowest < found.sure_lowest < found.learning_rate < found.sure_highest < found.highest


def test_between_two_batch_sizes_their_valleys_are_mixed():
    given = sweep(np.random.default_rng(0), seeds=20, spread=0.05)
    found = price(given, 32.0)
    assert found.between == (16.0, 64.0)
    ends = [price(given, size).learning_rate for size in (16.0, 64.0)]
    assert np.log(found.learning_rate) == pytest.approx(np.mean(np.log(ends)))
    assert found.costs[0].loss == pytest.approx(true_excess(0.5, 0.05), rel=0.1)
    assert price(given, 8.0) is None
    assert price(given, 512.0) is None


def test_the_intervals_of_prices_cover_the_truth():
    covered = []
    for seed in range(40):
        given = sweep(np.random.default_rng(seed), seeds=4, spread=0.15)
        for size in (16.0, 64.0, 256.0):
            for cost in price(given, size).costs[::2]:
                # at the rate that was priced, against the best of all rates
                u = np.log(cost.learning_rate / LAW(size))
                truth = true_excess(np.exp(u), 0.15)
                covered.append(cost.interval[0] <= truth <= cost.interval[1])
    assert 0.88 < np.mean(covered) < 0.995


def test_a_flat_bottom_does_not_make_the_interval_narrow():
    """Of a cubic valley the slope at the optimum hardly tells how far it may lie off, and so not what a rate costs."""
    rng, rates, held = np.random.default_rng(0), np.exp(np.log(2.0) * np.arange(-3.0, 3.1, 0.5)), []
    shift = 0.15
    draws = rng.normal(0.0, shift, 400_000)
    cost = np.mean(np.abs(np.log(2.0) - draws) ** 3) - np.mean(np.abs(draws) ** 3)
    for _ in range(30):
        rows = [
            (size, rate, 2.0 + 0.1 * abs(np.log(rate) - own) ** 3 + rng.normal(0.0, 0.002), seed)
            for size in (10, 25, 63, 158, 396, 995, 2500)
            for seed, own in enumerate(rng.normal(0.0, shift, 3))
            for rate in rates
        ]
        frame = pd.DataFrame(rows, columns=["batch_size", "learning_rate", "loss", "seed"]).assign(status="complete")
        valleys = Sweep("made", frame).valleys
        for size in valleys.batch_sizes.tolist():
            _, low, high = excess(valleys, size, [0.5, 2.0])
            held += ((low <= 0.1 * cost) & (0.1 * cost <= high)).tolist()
    assert 0.92 <= np.mean(held) <= 0.98


def test_steps_to_a_target_are_priced_where_the_sweep_has_them():
    rows = sweep_frame(LAW, np.random.default_rng(0), batch_sizes=[16, 64, 256], seeds=4, spread=0.02, skew=0.0)
    u = np.log(rows["learning_rate"] / LAW(rows["batch_size"].to_numpy(dtype=float)))
    rows["steps_to_target"] = np.round(1000 * np.exp(0.5 * u**2))
    found = price(Sweep.from_frame(rows), 64.0)
    for cost in found.costs[::2]:
        assert cost.steps == pytest.approx(np.exp(0.5 * np.log(2) ** 2), rel=0.05)
        assert cost.steps_interval[0] <= cost.steps <= cost.steps_interval[1]
    assert "times the fewest steps to the target" in words.price(found)
    itself = words.price(found, replace(LOSS, name="steps_to_target"))  # steps that are the metric are priced once
    assert "of the best steps to the target." in itself
    assert itself.count("Half the rate costs") == 1
    assert "fewest" not in itself


def test_a_logging_interval_is_taken_off_the_steps():
    """Seeds agree on a multiple of 20, which says nothing of the error."""
    rng, truth, found, held = np.random.default_rng(1), np.exp(0.5 * np.log(2) ** 2), [], []
    for _ in range(20):
        rows = sweep_frame(LAW, rng, batch_sizes=[16, 64, 256], seeds=4, spread=0.005, skew=0.0)
        u = np.log(rows["learning_rate"] / LAW(rows["batch_size"].to_numpy(dtype=float)))
        steps = rng.uniform(40, 100) * np.exp(0.5 * u**2 + rng.normal(0, 0.005, len(rows)))
        sweep = Sweep.from_frame(rows.assign(steps_to_target=20 * np.ceil(steps / 20)))
        for cost in price(sweep, 64.0).costs[::2]:
            found.append(cost.steps)
            held.append(cost.steps_interval[0] <= truth <= cost.steps_interval[1])
    assert np.mean(found) == pytest.approx(truth, rel=0.1)
    assert np.mean(held) >= 0.9


def test_it_is_said_and_written():
    given = sweep(np.random.default_rng(0), seeds=6)
    said = words.price(price(given, 64.0))
    assert said.startswith("Any learning rate from 0.0081 to 0.012 stays within 0.021 of the best loss.")
    assert "Half the rate costs 0.2" in said
    assert not said.endswith("how far off these numbers are.")
    alone = words.price(price(sweep(np.random.default_rng(0), seeds=1), 64.0))
    assert alone.endswith("The runs do not tell how far off these numbers are.")
    written = json.loads(json.dumps(analyse(given).to_dict(), allow_nan=False))["surge"]["price"]
    assert [item["batch_size"] for item in written] == [16.0, 64.0, 256.0]
    assert written[1]["costs"][0]["loss"] == pytest.approx(price(given, 64.0).costs[0].loss)


def test_what_no_price_can_be_given_for_is_refused():
    with pytest.raises(ValueError, match="batch_size must be positive"):
        price(sweep(np.random.default_rng(0), seeds=2), 0.0)
