"""Noise scales logged from a user's own loop, against a linear model whose truth is known."""

import numpy as np
import pandas as pd
import pytest

torch = pytest.importorskip("torch")

from surgecore.measuring.laboratory import Effort, Laboratory  # noqa: E402
from surgecore.measuring.noise_log import NoiseLog  # noqa: E402

N = 6
MSE = torch.nn.functional.mse_loss


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
    found = pd.read_csv(tmp_path / "noise.csv")
    expected = {
        "covariance_trace": variance.sum(), "gradient_square": mean @ mean, "std_sum": variance.sqrt().sum(),
        "sign_gradient": mean.abs().sum(), "curvature_trace": N,
    }  # fmt: skip
    for key, value in expected.items():
        error = found[key].std() / np.sqrt(len(found))
        assert found[key].mean() == pytest.approx(float(value), abs=4 * error + 2e-3 * float(value)), key
    last = found.iloc[-1]
    assert last["simple_noise_scale"] == pytest.approx(float(variance.sum() / (mean @ mean)), rel=0.1)
    assert last["l1_noise_scale"] == pytest.approx(
        float((variance.sqrt().sum() / mean.abs().sum()) ** 2), rel=0.1
    )  # fmt: skip
    # the curvature is the identity: no pair couples, and S is zero but for noise
    assert np.isnan(last["noise_scale"]) or last["noise_scale"] > 20 * last["simple_noise_scale"]


@pytest.mark.parametrize("batch", [32, 256])
def test_small_batches_give_the_scales_of_large_ones(tmp_path, batch):
    """Batches far below the noise scale (187), where one batch's ratio is empty or wrong most of the time."""
    torch.manual_seed(3)
    wide, gap = 60, 0.075
    model = torch.nn.Linear(wide, 1, bias=False).double()
    with torch.no_grad():
        model.weight[:] = gap
    log = NoiseLog(
        tmp_path / "n.csv", model, lambda out, y: 0.5 * (out[:, 0] - y).square().mean(), every=1, probes=0,
        memory=400,
    )  # fmt: skip
    for step in range(400):
        log(step, torch.randn(batch, wide, dtype=torch.float64), torch.randn(batch, dtype=torch.float64))
    mean, variance = truth(torch.full((wide,), gap), torch.zeros(wide), 1.0)
    last = pd.read_csv(tmp_path / "n.csv").iloc[-1]
    assert last["simple_noise_scale"] == pytest.approx(float(variance.sum() / (mean @ mean)), rel=0.25)
    assert last["l1_noise_scale"] == pytest.approx(
        float((variance.sqrt().sum() / mean.abs().sum()) ** 2), rel=0.25
    )  # fmt: skip


def test_a_log_goes_on_where_its_file_ends(tmp_path):
    model = torch.nn.Linear(3, 1).double()
    torch.manual_seed(0)
    batches = [(torch.randn(64, 3, dtype=torch.float64), torch.randn(64, 1, dtype=torch.float64)) for _ in range(6)]
    whole = NoiseLog(tmp_path / "a.csv", model, MSE, every=1, probes=0)
    rows = [whole(step, x, y) for step, (x, y) in enumerate(batches)]
    for at in (0, 3):
        part = NoiseLog(tmp_path / "b.csv", model, MSE, every=1, probes=0)
        for step in range(at, at + 3):
            again = part(step, *batches[step])
            assert again["covariance_trace"] == rows[step]["covariance_trace"]
            assert again["simple_noise_scale"] == pytest.approx(rows[step]["simple_noise_scale"], rel=1e-4, nan_ok=True)
    (tmp_path / "c.csv").write_text("step,loss\n1,2\n")
    with pytest.raises(ValueError, match="path must be a file of NoiseLog's"):
        NoiseLog(tmp_path / "c.csv", model, MSE)


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
    found = pd.read_csv(tmp_path / "n.csv")
    error = found["coupling"].std() / np.sqrt(len(found))
    assert found["coupling"].mean() == pytest.approx(coupling, abs=4 * error)
    assert found["noise_scale"].iloc[-1] == pytest.approx(expected, rel=0.1)


def test_misuse_is_named(tmp_path):
    model = torch.nn.Linear(2, 1)
    with pytest.raises(ValueError, match="every, chunk and memory must be at least 1"):
        NoiseLog(tmp_path / "n.csv", model, torch.nn.functional.mse_loss, every=0)
    with pytest.raises(ValueError, match="at least four examples, each with a target, but got 3 and 3"):
        NoiseLog(tmp_path / "n.csv", model, torch.nn.functional.mse_loss)(0, torch.zeros(3, 2), torch.zeros(3, 1))
    with pytest.raises(ValueError, match="must look at examples before it is a probe"):
        NoiseLog(None, model, torch.nn.functional.mse_loss).losses(torch.zeros(1, 3))


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
    log.look(x, y)
    parts = log._parts()
    assert {tensor.device.type for tensor in parts.values()} == {device}
    if device == "cuda":
        assert log(0, x, y)["loss"] == pytest.approx(
            NoiseLog(tmp_path / "m.csv", layers.cpu(), MSE)(0, x.cpu(), y.cpu())["loss"], rel=1e-5
        )


def test_a_module_has_the_gradients_and_products_of_its_closed_form():
    """Linear regression: gradient (w.x - y) x of one example, Hessian X'X/n."""
    torch.manual_seed(0)
    model = torch.nn.Linear(4, 1, bias=False).double()
    x, y = torch.randn(50, 4, dtype=torch.float64), torch.randn(50, dtype=torch.float64)
    probe = NoiseLog(None, model, lambda out, t: 0.5 * (out[:, 0] - t).square().mean(), chunk=7)
    probe.look(x, y)
    weight = model.weight[0].detach()
    found = torch.cat(list(probe.gradients(probe.everything())))
    torch.testing.assert_close(found, ((x @ weight - y)[:, None] * x))
    vectors = torch.randn(3, 4, dtype=torch.float64)
    torch.testing.assert_close(probe.products(vectors), vectors @ (x.T @ x / 50))
    points = torch.vstack([weight, weight + 1.0])
    torch.testing.assert_close(probe.losses(points), 0.5 * (points @ x.T - y).square().mean(dim=1))


def test_a_spike_is_found_behind_the_noise_of_a_sample():
    from surgecore.measuring.statistic import unspiked

    rng = np.random.default_rng(0)
    size, draws, spike = 400, 100, 30.0
    axis = np.ones(size) / np.sqrt(size)
    found = []
    for _ in range(20):
        sample = rng.standard_normal((draws, size))
        sample += np.outer((np.sqrt(spike) - 1.0) * (sample @ axis), axis)
        found.append(unspiked(float(np.linalg.eigvalsh(sample @ sample.T / draws)[-1]), size / draws))
    assert np.mean(found) == pytest.approx(spike, abs=4 * np.std(found) / np.sqrt(20) + 0.5)
    assert unspiked(1.0, 4.0) == 3.0


def test_the_leading_correlation_is_exact_where_all_examples_and_the_hessian_are_at_hand():
    torch.manual_seed(2)
    model = torch.nn.Linear(5, 1, bias=False).double()
    x, y = torch.randn(80, 5, dtype=torch.float64) + 0.7, torch.randn(80, dtype=torch.float64)
    probe = NoiseLog(None, model, lambda out, t: 0.5 * (out[:, 0] - t).square().mean())
    probe.look(x, y)
    found = Laboratory(probe, Effort(twins=4)).numbers()["leading_correlation"].value
    gradients = (x @ model.weight[0].detach() - y)[:, None] * x
    want = np.linalg.eigvalsh(np.corrcoef(gradients.numpy().T))[-1] / 5
    assert found == pytest.approx(float(want), rel=1e-9)
