"""The score of the lab: the interval score is proper, the price is kept, and a better rate never costs more."""

from math import log2

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from surgecore import Sweep, load_catalogue
from surgecore.sweeps.bet import MOST, Bet, HiddenSweep, coverage, interval_score


def parabolas(best=0.05, sizes=(4, 16, 64, 256, 1024), seeds=6, seed=3):
    """Losses that are parabolas in log2 rate about the same best rate, with noise of seeds."""
    rng = np.random.default_rng(seed)
    rates = 0.05 * 2.0 ** np.arange(-4, 5)
    rows = [
        (size, rate, s, log2(rate / best) ** 2 + level)
        for s, level in enumerate(rng.normal(0, 0.1, seeds))
        for size in sizes
        for rate in rates
    ]
    return Sweep.from_frame(pd.DataFrame(rows, columns=["batch_size", "learning_rate", "seed", "loss"]))


@pytest.fixture(scope="module")
def hidden():
    return HiddenSweep(parabolas())


@given(st.floats(-3, 3), st.floats(0.1, 2), st.floats(-2, 2), st.floats(0.05, 3))
def test_the_interval_score_is_least_for_ones_own_quantiles(mean, spread, shift, stretch):
    """Against the expected score by quadrature, for normal beliefs: any other interval costs as much or more."""
    belief = stats.norm(mean, spread)
    x = belief.ppf((np.arange(2000) + 0.5) / 2000)

    def expected(low, high):
        return np.mean([interval_score(low, high, value) for value in x])

    half = spread * stats.norm.ppf(0.9)
    honest = expected(mean - half, mean + half)
    assert honest == pytest.approx(3.51 * spread, rel=0.01)
    other = expected(mean + shift - stretch * half, mean + shift + stretch * half)
    assert other >= honest - 1e-3 * spread


def test_costs_by_hand(hidden):
    """The valley is a parabola: half and double lose 1, so the rate costs the square of the octaves it is off."""
    best = hidden.truth.learning_rate
    assert best == pytest.approx(0.05, rel=1e-6)
    score = hidden.score(Bet(4 * best, 2 * best, 8 * best))
    assert score.rate_cost == pytest.approx(4.0)
    assert score.interval_cost == pytest.approx(0.5 * (2 + 10))
    assert score.bare_cost == pytest.approx(0.5 * 20)
    assert score.off == pytest.approx(2.0)
    assert not score.held
    assert score.cost == score.rate_cost + score.interval_cost
    perfect = hidden.score(Bet(best, best, best))
    assert perfect.cost == pytest.approx(0.0, abs=1e-9)
    assert perfect.held
    assert hidden.rate_cost(1e-9) == hidden.rate_cost(1e9) == MOST


@given(st.floats(0.003, 0.8), st.floats(1.0, 3.0))
def test_further_from_the_best_rate_never_costs_less(rate, factor):
    hidden = HIDDEN
    best = hidden.truth.learning_rate
    further = rate * factor if rate > best else rate / factor
    assert hidden.rate_cost(further) >= hidden.rate_cost(rate) - 1e-9


HIDDEN = HiddenSweep(parabolas())


def test_looks_are_recorded_runs_each_once(hidden):
    cell = (16.0, 0.05)
    runs = hidden.runs(*cell)
    seen = [look.loss for look in hidden.look([cell] * runs)]
    trials = hidden.sweep.trials
    recorded = trials[(trials["batch_size"] == 16) & np.isclose(trials["learning_rate"], 0.05)]["loss"]
    assert sorted(seen) == sorted(recorded)
    assert seen[:3] == [look.loss for look in hidden.look([cell] * 3)]
    assert seen != [look.loss for look in HiddenSweep(parabolas(), seed=2).look([cell] * runs)]
    with pytest.raises(ValueError, match="runs that are left"):
        hidden.look([cell] * (runs + 1))
    with pytest.raises(ValueError, match="runs that are left"):
        hidden.look([(16.0, 0.051)])


def test_the_budget_cannot_be_overspent():
    hidden = HiddenSweep(parabolas(), budget=512.0)
    assert len(hidden.look([(256.0, 0.05), (256.0, 0.1)])) == 2
    with pytest.raises(ValueError, match="cost at most 512, but got 516"):
        hidden.look([(256.0, 0.05), (256.0, 0.1), (4.0, 0.05)])


def test_the_target_is_never_shown(hidden):
    assert 1024.0 not in hidden.batch_sizes
    with pytest.raises(ValueError, match="runs that are left"):
        hidden.look([(1024.0, 0.05)])
    with pytest.raises(ValueError, match="below the target"):
        HiddenSweep(parabolas(), largest=1024.0)
    with pytest.raises(ValueError, match="measured optimum"):
        HiddenSweep(parabolas(best=10.0))


def test_next_to_a_diverged_cell_the_rate_costs_the_most():
    frame = parabolas().trials
    wild = (frame["batch_size"] == 1024) & (frame["learning_rate"] > 0.3)
    sweep = Sweep.from_frame(frame.assign(status=np.where(wild, "infeasible", "complete")))
    hidden = HiddenSweep(sweep)
    score = hidden.score(Bet(0.25, 0.2, 0.3))
    assert score.regret == np.inf
    assert score.rate_cost == MOST
    diverged = Sweep.from_frame(frame.assign(status=np.where(frame["learning_rate"] > 0.7, "infeasible", "complete")))
    assert HiddenSweep(diverged).look([(4.0, 0.8)])[0].loss is None


@pytest.mark.parametrize("bad", [(0.1, 0.2, 0.3), (0.3, 0.1, 0.2), (-1.0, -2.0, 0.0), (1.0, 1.0, np.inf)])
def test_a_bet_is_a_rate_within_its_interval(bad):
    with pytest.raises(ValueError, match="low <= learning rate <= high"):
        Bet(*bad)


@pytest.mark.parametrize("held", [0, 3, 10])
def test_coverage_is_the_exact_interval(held):
    """Against its definition: at each end the count that was seen has a tail of 2.5 %."""
    low, high = coverage(held, 10)
    if held:
        assert stats.binom.sf(held - 1, 10, low) == pytest.approx(0.025)
    if held < 10:
        assert stats.binom.cdf(held, 10, high) == pytest.approx(0.025)
    with pytest.raises(ValueError, match="held must lie"):
        coverage(11, 10)


def test_bundled_sweeps_tell_the_rules_apart():
    """Each rule of thumb does well on one of the bundled sweeps and ruins another: the reason for the lab."""
    entries = {entry.name: entry for entry in load_catalogue("data")}
    costs = {}
    for name in ("digits-mlp-sign-k10", "digits-mlp-adam-k20"):
        hidden = HiddenSweep(entries[name].load())
        at_64 = next(o.learning_rate for o in hidden.sweep.optima() if o.batch_size == 64)
        costs[name] = hidden.rate_cost(at_64), hidden.rate_cost(4 * at_64)
    (keep, root), (keep_adam, root_adam) = costs.values()
    assert keep < 0.5 < 3 < root
    assert root_adam < 0.5 < 1 < keep_adam
