"""Checkpoints of one plain run: where they are, and which losses can be asked for."""

import numpy as np
import pytest

pytest.importorskip("torch")

from surgecore.training.runs.checkpoints import checkpoints
from surgecore.training.workloads.workloads import DigitsMLP


@pytest.fixture(scope="module")
def model():
    return DigitsMLP(hidden=4).build()


@pytest.mark.parametrize("losses", [(0.0, 2.1, 1.9), (2.1, 0.0, 1.9), (2.1, 1.9, 0.0)])
def test_the_initial_parameters_are_the_same_wherever_they_are_asked_for(model, losses):
    found = list(checkpoints(model, losses, 3))
    assert [c.loss for c in found] == list(losses)
    by_loss = {c.loss: c for c in found}
    np.testing.assert_array_equal(by_loss[0.0].parameters, model.initial(3).numpy())
    assert by_loss[0.0].steps == 0
    # and do not change the run between the others
    alone = list(checkpoints(model, (2.1, 1.9), 3))
    assert [by_loss[c.loss].steps for c in alone] == [c.steps for c in alone]
    for c in alone:
        np.testing.assert_array_equal(by_loss[c.loss].parameters, c.parameters)
    assert 0 < alone[0].steps < alone[1].steps


def test_losses_that_cannot_be_reached_are_named_all_at_once(model):
    with pytest.raises(ValueError, match=r"but got nan\n.*but got -1\n.*but got inf"):
        next(checkpoints(model, (1.0, float("nan"), -1.0, float("inf")), 0))
    with pytest.raises(ValueError, match="losses must fall, but got"):
        next(checkpoints(model, (1.0, 0.0, 2.0), 0))
