import numpy as np
import pytest

from surgecore.theory.progress import simulate

RUN = simulate(steps=600, seeds=24)


def test_the_run_is_the_same_every_time_and_another_with_another_seed():
    again = simulate(steps=600, seeds=24)
    other = simulate(steps=600, seeds=24, seed=1)
    for name in ("loss", "snr", "alignment", "noise_scale"):
        np.testing.assert_array_equal(getattr(RUN, name), getattr(again, name))
        assert not np.array_equal(getattr(RUN, name), getattr(other, name))


def test_as_the_loss_falls_the_noise_scale_grows_and_alignment_is_lost():
    assert RUN.loss[0] == 1
    assert RUN.loss[-1] < 0.3
    assert (np.diff(RUN.loss[5:]) < 3 * RUN.loss_stderr[6:]).all()
    assert RUN.snr[0] == pytest.approx(0.02, rel=1e-9)
    assert RUN.snr[-1] < 0.2 * RUN.snr[0]
    assert RUN.noise_scale[-1] > 100 * RUN.noise_scale[0]
    assert RUN.alignment[-1] < 0.5 * RUN.alignment[0]


def test_noise_that_shrinks_with_the_loss_slows_the_noise_scale():
    shrinking = simulate(noise_shrinks=1.0, steps=600, seeds=24)
    halfway = RUN.step.size // 2
    assert shrinking.noise_scale[halfway] < 0.5 * RUN.noise_scale[halfway]
    np.testing.assert_allclose(shrinking.noise_scale[0], RUN.noise_scale[0])
    # the noise is smaller by the root of the loss, the gradient is not: signal to noise stays higher
    assert shrinking.snr[halfway] > RUN.snr[halfway]


def test_seeds_agree_within_their_error():
    other = simulate(steps=600, seeds=24, seed=0)
    first = simulate(steps=600, seeds=48, seed=0)
    error = np.hypot(other.loss_stderr, first.loss_stderr)
    assert (np.abs(other.loss - first.loss) <= 5 * error + 1e-12).mean() > 0.9


def test_ratios_start_at_one_and_stay_positive():
    rows = RUN.ratios()
    assert len(rows) == 31
    assert {name: rows[0][name] for name in ("snr", "alignment", "lr_scale", "loss")} == dict.fromkeys(
        ("snr", "alignment", "lr_scale", "loss"), 1.0
    )
    assert all(value > 0 for row in rows for name, value in row.items() if name != "loss_stderr")


@pytest.mark.parametrize(
    "arguments", [{"noise_shrinks": -0.1}, {"noise_shrinks": np.nan}, {"rows": 1}, {"seeds": 1}, {"steps": 5}]
)
def test_arguments_outside_their_range_are_refused(arguments):
    with pytest.raises(ValueError, match="but got"):
        simulate(**arguments)
