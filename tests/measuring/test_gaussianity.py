"""The test for Gaussian gradients: on gradients that are, on gradients that are not, and on a real network."""

import json
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch

from surgecore.measuring.command import main
from surgecore.measuring.gaussianity import gaussianity
from surgecore.training.workloads.models import FunctionModel
from surgecore.training.workloads.workloads import DigitsMLP, Softmax
from surgecore.why.gaussianity import EDGES, Gaussianity, load_gaussianity


def model_of(x):
    """A loss whose gradient of one example is the example: <theta, x>."""

    class Linear(Softmax):
        shapes: ClassVar = {"w": (x.shape[1],)}
        n_examples = len(x)
        activations = x.shape[1]

    def losses(params, batch):
        return torch.einsum("grp,gep->gre", params["w"], batch.x).mean(dim=-1)

    x = torch.as_tensor(x, dtype=torch.float32)
    return FunctionModel(Linear(), "cpu", x, torch.zeros(len(x)), losses)


def test_gaussian_gradients_pass_and_others_do_not():
    """A third each of Gaussian, exponential and constant coordinates, from more examples than are drawn."""
    random = np.random.default_rng(0)
    x = np.concatenate([
        random.normal(3, 2, size=(50_000, 40)), random.exponential(size=(50_000, 40)), np.full((50_000, 40), 0.7)
    ], axis=1)  # fmt: skip
    found = gaussianity(model_of(x), torch.zeros(120), batch_size=1, draws=1500)
    assert (found.coordinates, found.constant) == (120, 40)
    assert 0.5 <= found.fails <= 0.5 + 4 * found.error
    assert found.fails == pytest.approx(0.5, abs=0.05)
    # the mean of many is more nearly Gaussian: skewness falls as 1 / sqrt(batch size)
    larger = gaussianity(model_of(x[:, 40:80]), torch.zeros(40), batch_size=400, draws=1500)
    assert larger.fails < 0.2
    assert larger.skewness[1] == pytest.approx(2 / 400**0.5, abs=0.05)


def test_the_histogram_is_that_of_a_gaussian_where_gradients_are():
    x = np.random.default_rng(1).normal(size=(50_000, 60))
    found = gaussianity(model_of(x), torch.zeros(60), batch_size=1, draws=2000)
    assert found.fails == 0
    assert len(found.histogram) == len(EDGES) - 1
    error = np.sqrt(found.gaussian / (60 * 2000))
    assert (np.abs(found.histogram - found.gaussian) < 5 * error + 1e-4).all()


def test_single_examples_of_a_network_are_not_gaussian_and_large_batches_nearly():
    model = DigitsMLP(hidden=8).build()
    single, large = (gaussianity(model, model.initial(0), batch_size=size, draws=400) for size in (1, 256))
    assert single.constant > 0  # pixels that are always blank
    assert single.fails > 0.9
    assert large.fails < single.fails
    assert np.abs(large.excess).max() < np.abs(single.excess).max()


def test_few_draws_are_refused():
    model = Softmax().build()
    with pytest.raises(ValueError, match="draws must be at least 20, but got 10"):
        gaussianity(model, model.initial(0), batch_size=1, draws=10)


def test_what_was_found_is_the_same_after_a_file(tmp_path):
    x = np.random.default_rng(1).normal(size=(5_000, 6))
    found = gaussianity(model_of(x), torch.zeros(6), batch_size=2, draws=50)
    again = Gaussianity.from_dict(json.loads(json.dumps(found.to_dict())))
    assert (again.batch_size, again.draws, again.fails) == (2, 50, found.fails)
    np.testing.assert_allclose(again.histogram, found.histogram, rtol=1e-5)
    np.testing.assert_allclose(again.skewness, found.skewness, rtol=1e-5)
    assert load_gaussianity(tmp_path) == {}


def test_the_bundled_checkpoints_say_how_gaussian_their_gradients_are():
    """Most coordinates fail for single examples, all of the digits' whose draws are more, and fewer for batches."""
    bundled = load_gaussianity(Path(__file__).parents[2] / "data" / "why")
    assert set(bundled) >= {"digits-mlp-1.0", "digits-mlp-0.4", "digits-mlp-0.1"}
    for name, tests in bundled.items():
        assert [test.batch_size for test in tests] == sorted(test.batch_size for test in tests)
        assert tests[0].fails > (0.99 if name.startswith("digits") else 0.7)
        assert tests[-1].fails < tests[0].fails


def test_the_command_says_it(capsys):
    assert main(["digits-mlp", "--option", "hidden=4", "--gaussian", "40", "--batch-sizes", "1,64", "--updates", "2",
                 "--twins", "2", "--probes", "2", "--json"]) == 0  # fmt: skip
    (found,) = json.loads(capsys.readouterr().out)
    assert [test["batch_size"] for test in found["gaussianity"]] == [1, 64]
    assert found["gaussianity"][0]["draws"] == 40
