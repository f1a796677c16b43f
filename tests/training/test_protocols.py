from types import SimpleNamespace

import numpy as np
import pytest

from surgecore.training.engine.protocols import FixedExamples, FixedSteps, FromCheckpoint, ToTarget


class Decay:
    """Stands for an engine whose runs' losses are known functions of the step."""

    def __init__(self, curves, batch_size=4, read_together=1):
        self.curves, self.batch_size, self.steps = curves, batch_size, 0
        self.model = SimpleNamespace(read_together=read_together)
        self.active = list(range(len(curves)))
        self.readings = 0

    def advance(self, steps):
        self.steps += steps

    def extras(self):
        return {}

    def snapshot(self):
        return self.steps

    def losses_of(self, runs, floors, shots):
        """Above its floor a run is told no more than that."""
        assert (np.diff(runs[:, 0]) >= 0).all()
        exact = np.array([self.curves[self.active[rate]](shots[shot]) for shot, _, rate in runs])
        whole = ~(np.isfinite(exact) & (exact > floors))
        self.readings += whole.sum() / len(self.active)
        return np.where(whole, exact, np.nextafter(floors, np.inf)), whole

    def keep(self, runs):
        self.active = [self.active[run] for run in runs]

    def losses(self):
        self.readings += 1
        return np.array([[self.curves[i](self.steps) for i in self.active]])


def test_target_is_interpolated_and_k_counted_from_the_crossing():
    lines = [lambda t: 2 - 0.1 * t, lambda t: 2 - 0.03 * t]
    protocol = ToTarget(targets=(1.05, 0.5), then=(3, 4), every=2, every_step_from=64, limit=100)
    measured = protocol.outcomes(Decay(lines))
    np.testing.assert_allclose(measured["t1.05-k3"].extra["steps_to_target"], [[9.5, 0.95 / 0.03]])
    # the loss of a straight line k steps after its target is target - slope k, wherever it was read
    np.testing.assert_allclose(measured["t1.05-k3"].loss, [[1.05 - 0.3, 1.05 - 0.09]])
    np.testing.assert_allclose(measured["t0.5-k4"].loss, [[0.5 - 0.4, 0.5 - 0.12]])
    np.testing.assert_allclose(measured["t0.5-steps"].loss, [[15, 50]])
    assert set(measured) == {output.key for output in protocol.outputs()}


def test_neighbouring_rates_are_compared_at_the_same_point():
    """Reading every few steps must not make losses of neighbours jump: what L(hit) - L(hit + k) got wrong."""
    rates = np.linspace(0.05, 0.1, 30)
    runs = [lambda t, r=rate: 2 * np.exp(-r * t) for rate in rates]
    measured = ToTarget(targets=(0.5,), then=(5,), every=5, every_step_from=64, limit=200).outcomes(Decay(runs))
    np.testing.assert_allclose(measured["t0.5-k5"].loss[0], 0.5 * np.exp(-5 * rates), rtol=0.03)


def test_never_reached_is_not_diverged():
    curves = [lambda t: 2 - 0.1 * t, lambda t: 1.5, lambda t: np.inf if t > 3 else 1.9]
    measured = ToTarget(targets=(1.0,), then=(2,), every=1, limit=30).outcomes(Decay(curves))["t1-k2"]
    assert measured.reached.tolist() == [[True, False, True]]
    assert np.isnan(measured.loss[0, 1:]).all()
    assert measured.loss[0, 0] == pytest.approx(0.8)


def test_crossing_after_the_limit_does_not_count():
    measured = ToTarget(targets=(1.0,), then=(20,), every=1, limit=5).outcomes(Decay([lambda t: 2 - 0.1 * t]))
    assert measured["t1-k20"].reached.tolist() == [[False]]


def test_divergence_after_the_target_is_infeasible():
    def curve(t):
        return 2 - 0.2 * t if t < 7 else np.nan

    measured = ToTarget(targets=(1.0,), then=(1, 5), every=1, limit=50).outcomes(Decay([curve]))
    assert measured["t1-k1"].loss[0, 0] == pytest.approx(0.8)
    assert np.isnan(measured["t1-k5"].loss[0, 0])
    assert measured["t1-k5"].reached.tolist() == [[True]]


def test_finished_rates_are_not_read_again():
    curves = [lambda t: 2 - 0.5 * t] * 6 + [lambda t: 2 - 0.01 * t]
    engine = Decay(curves)
    measured = ToTarget(targets=(1.0,), then=(1,), every=1, limit=300).outcomes(engine)
    assert engine.active == [6]
    np.testing.assert_allclose(measured["t1-steps"].loss, [[2] * 6 + [100]])


def by_hand(curve, target, k, every, limit):
    """First crossing by reading every point, and the loss k steps later; NaN where there is none."""
    points = np.arange(0, limit + k + every, every)
    losses = np.array([curve(t) for t in points])
    below = np.flatnonzero(losses <= target)
    if not len(below) or below[0] * every > limit + every:
        return np.nan, np.nan
    i = below[0]
    step = 0.0
    if i:
        above = losses[i - 1]
        step = points[i - 1] + every * ((above - target) / (above - losses[i]) if np.isfinite(above) else 1.0)
    return (step, np.interp(step + k, points, losses)) if step <= limit else (np.nan, np.nan)


@pytest.mark.parametrize("read_together", [1, 300, 10_000])
@pytest.mark.parametrize("every", [1, 4])
def test_crossings_are_those_of_reading_every_point_also_where_losses_are_noisy(every, read_together):
    random = np.random.default_rng(0)
    curves = []
    for a, b, noise in random.uniform([1, 1e-3, 0], [4, 0.05, 0.3], (60, 3)):
        jumps = random.normal(0, noise, 1200)
        curves.append(lambda t, a=a, b=b, jumps=jumps: max(a * np.exp(-b * t) + 0.1 + jumps[t], 0.01))
    curves += [lambda t: np.nan if t > 200 else 3 * np.exp(-t / 100), lambda t: 0.05]
    engine = Decay(curves, read_together=read_together)
    protocol = ToTarget(targets=(1.0, 0.4), then=(3, 40), every=every, every_step_from=64, limit=1000)
    found = protocol.outcomes(engine)
    for target in (1.0, 0.4):
        for k in (3, 40):
            expected = np.array([by_hand(curve, target, k, every, 1000) for curve in curves])
            outcome = found[f"t{target:g}-k{k}"]
            np.testing.assert_allclose(outcome.extra["steps_to_target"][0], expected[:, 0])
            np.testing.assert_allclose(outcome.loss[0], expected[:, 1])
    assert engine.readings < 150  # of a thousand points, also where what lies beyond a crossing is read


@pytest.mark.parametrize("read_together", [4, 1000])
def test_what_is_read_ahead_changes_nothing(read_together):
    """Runs that cross, come back, diverge for good or for a while, and end on the way to a point that is read."""
    curves = [
        lambda t: 2 - 0.3 * t,
        lambda t: np.inf if t in (3, 4) else 2 - 0.2 * t,
        lambda t: np.nan if t > 5 else 2 - 0.01 * t,
        lambda t: 0.9 if t % 3 == 2 else 1.3 - 0.01 * t,
        lambda t: np.inf if t > 6 else 2 - 0.2 * t,
        lambda t: 1.5,
    ]
    protocol = ToTarget(targets=(1.2, 1.0), then=(1, 7), every=2, limit=31)
    one_by_one = protocol.outcomes(Decay(curves))
    ahead = protocol.outcomes(Decay(curves, read_together=read_together))
    for key, expected in one_by_one.items():
        np.testing.assert_array_equal(ahead[key].loss, expected.loss)
        np.testing.assert_array_equal(ahead[key].steps, expected.steps)
        np.testing.assert_array_equal(ahead[key].reached, expected.reached)


def test_a_reading_below_target_right_after_an_infinite_one_is_the_crossing():
    measured = ToTarget(targets=(1.0,), then=(1,), every=1, limit=20).outcomes(
        Decay([lambda t: np.inf if t == 2 else 3 - 0.7 * t])
    )
    np.testing.assert_allclose(measured["t1-steps"].loss, [[3]])


def test_several_k_in_one_run():
    engine = Decay([lambda t: 10.0 - t])
    measured = FromCheckpoint(steps=(5, 1, 9)).outcomes(engine)
    assert [measured[f"k{k}"].loss[0, 0] for k in (1, 5, 9)] == [9, 5, 1]
    assert engine.steps == 9
    assert engine.readings == 3
    assert [output.key for output in FromCheckpoint(steps=(5, 1, 9)).outputs()] == ["k5", "k1", "k9"]


def test_fixed_examples_take_fewer_steps_at_larger_batches():
    protocol = FixedExamples(examples=(100, 1000))
    engine = Decay([lambda t: float(t)], batch_size=64)
    measured = protocol.outcomes(engine)
    assert measured["e1000"].loss[0, 0] == protocol.max_steps(64) == 1000 // 64
    assert measured["e100"].steps[0, 0] == 1


def test_cosine_schedule():
    protocol = FixedSteps(steps=(100,), schedule="cosine", warmup=0.1)
    factors = np.array([protocol.factor(step, 100) for step in range(1, 101)])
    np.testing.assert_allclose(factors[:10], np.arange(1, 11) / 10)
    assert (np.diff(factors[9:]) < 0).all()
    fall = np.append(factors[9:], 0)  # zero one step after the last
    np.testing.assert_allclose(fall + fall[::-1], 1, atol=1e-12)
    assert 0 < factors[-1] < 1e-3
    assert FixedSteps(steps=(100,)).factor(7, 100) == 1
