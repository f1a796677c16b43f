"""Noise scales logged from a user's own loop, against a linear model whose truth is known."""

import numpy as np
import pandas as pd
import pytest

torch = pytest.importorskip("torch")

from surgecore.measuring.noise_log import NoiseLog  # noqa: E402

N = 6


def truth(weight, slope, noise):
    """Mean and variance of the gradient of (w.x - y)^2 / 2 with x ~ N(0, 1), y = slope.x + noise."""
    gap = weight - slope
    mean = gap
    # E[(gap.x - e)^2 x_i^2] - gap_i^2, by Isserlis
    second = (gap @ gap + 2 * gap**2) + noise**2
    return mean, second - gap**2


def test_scales_agree_with_a_linear_model(tmp_path):
    torch.manual_seed(0)
    model = torch.nn.Linear(N, 1, bias=False).double()
    slope = torch.linspace(0.2, 1.0, N, dtype=torch.float64)
    with torch.no_grad():
        model.weight[:] = slope + 0.3
    log = NoiseLog(
        tmp_path / "noise.csv", model, lambda out, y: 0.5 * (out[:, 0] - y).square().mean(), every=2, probes=2
    )
    rows = []
    for step in range(80):
        x = torch.randn(1000, N, dtype=torch.float64)
        y = x @ slope + torch.randn(1000, dtype=torch.float64)
        if row := log(step, x, y):
            rows.append(row)
    assert len(rows) == 40
    mean, variance = truth(model.weight[0].detach(), slope, 1.0)
    simple = float(variance.sum() / (mean @ mean))
    l1 = float((variance.sqrt().sum() / mean.abs().sum()) ** 2)
    found = pd.read_csv(tmp_path / "noise.csv")
    for key, expected in (("simple_noise_scale", simple), ("l1_noise_scale", l1)):
        inverse = 1 / found[key]
        error = inverse.std() / np.sqrt(len(inverse))
        assert inverse.mean() == pytest.approx(1 / expected, abs=4 * error)
    # the curvature is the identity: no pair couples, and S is zero but for noise
    assert found["noise_scale"].isna().any() or found["noise_scale"].median() > 100 * simple


def test_coupled_curvature_gives_the_noise_scale_of_the_surge(tmp_path):
    torch.manual_seed(1)
    chol = torch.linalg.cholesky(torch.full((N, N), 0.5, dtype=torch.float64) + 0.5 * torch.eye(N))
    model = torch.nn.Linear(N, 1, bias=False).double()
    with torch.no_grad():
        model.weight[:] = 0.3
    log = NoiseLog(tmp_path / "n.csv", model, lambda out, y: 0.5 * (out[:, 0] - y).square().mean(), every=1, probes=16)
    for step in range(30):
        x = torch.randn(2000, N, dtype=torch.float64) @ chol.T
        log(step, x, torch.randn(2000, dtype=torch.float64))
    hessian = (chol @ chol.T).numpy()
    mean = hessian @ np.full(N, 0.3)
    # E[(w.x - e)^2 x_i^2] - mean_i^2, by Isserlis
    variance = (np.full(N, 0.3) @ mean + 1.0) * np.diag(hessian) + mean**2
    z = mean / np.sqrt(variance)
    coupling = z @ hessian @ z - z**2 @ np.diag(hessian)
    expected = np.pi * np.trace(hessian) / 2 / coupling
    inverse = 1 / pd.read_csv(tmp_path / "n.csv")["noise_scale"]
    assert inverse.mean() == pytest.approx(1 / expected, abs=4 * inverse.std() / np.sqrt(len(inverse)))


def test_misuse_is_named(tmp_path):
    model = torch.nn.Linear(2, 1)
    with pytest.raises(ValueError, match="every and chunk must be at least 1"):
        NoiseLog(tmp_path / "n.csv", model, torch.nn.functional.mse_loss, every=0)
    with pytest.raises(ValueError, match="at least four examples, each with a target, but got 3 and 3"):
        NoiseLog(tmp_path / "n.csv", model, torch.nn.functional.mse_loss)(0, torch.zeros(3, 2), torch.zeros(3, 1))


MSE = torch.nn.functional.mse_loss


class SometimesNoisy(torch.nn.Linear):
    """Dropout without a layer that could be asked for it."""

    def forward(self, x):
        return super().forward(torch.nn.functional.dropout(x, 0.5, self.training))


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.Dropout()), "got 1 = Dropout in training mode"),
        (torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3), torch.nn.Linear(3, 1)), "BatchNorm1d"),
        (SometimesNoisy(2, 1), r"draw no random numbers \(call model.eval\(\)"),
    ],
    ids=["dropout", "batch normalisation", "a dropout that is no layer"],
)
def test_layers_that_mix_or_change_examples_are_refused_until_they_are_frozen(tmp_path, model, message):
    log = NoiseLog(tmp_path / "n.csv", model, MSE)
    x, y = torch.randn(8, 2), torch.randn(8, 1)
    with pytest.raises(ValueError, match=message):
        log(0, x, y)
    assert not (tmp_path / "n.csv").exists()
    # frozen layers in a model that trains are as good as a model in evaluation mode
    frozen = model if isinstance(model, SometimesNoisy) else model[1]
    frozen.eval()
    assert log(0, x, y)["loss"] > 0
    assert not frozen.training


@pytest.mark.parametrize("device", ["meta", "cuda"])
def test_nothing_leaves_the_device_of_the_model(tmp_path, device):
    if device == "cuda" and not torch.cuda.is_available():
        pytest.skip("needs a GPU")
    layers = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.GELU(), torch.nn.Linear(4, 1)).to(device)
    log = NoiseLog(tmp_path / "n.csv", layers, MSE, chunk=3)
    x, y = torch.randn(8, 3, device=device), torch.randn(8, 1, device=device)
    params = {name: p.detach() for name, p in layers.named_parameters()}
    (m1, v1), (m2, v2) = log._halves(params, x, y)
    found = (m1, v1, m2, v2, *log._curvature(params, x, y, m1, m2, v1.sqrt()))
    assert {tensor.device.type for tensor in found} == {device}
    if device == "cuda":
        assert log(0, x, y)["loss"] == pytest.approx(
            NoiseLog(tmp_path / "m.csv", layers.cpu(), MSE)(0, x.cpu(), y.cpu())["loss"], rel=1e-5
        )
