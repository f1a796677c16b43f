"""Every estimate against a quadratic whose mean, noise and curvature are known."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from scipy.special import erf  # noqa: E402

from surgecore.measuring.gradient_sample import inverse_std_bias  # noqa: E402
from surgecore.measuring.laboratory import Effort, Laboratory  # noqa: E402
from surgecore.measuring.probes import QuadraticProbe  # noqa: E402
from surgecore.measuring.updates import sign_updates  # noqa: E402
from surgecore.training.workloads.quadratic import QuadraticModel  # noqa: E402

N = 24
#: Every day a rough answer, and a sharp one where there is time.
SEEDS = pytest.mark.parametrize("seeds", [60, pytest.param(200, marks=pytest.mark.long)])
BATCHES = (1, 8, 32)


def problem(correlation):
    """A quadratic with coupled curvature; noise of one common factor."""
    rng = np.random.default_rng(1)
    direction = rng.normal(size=N) / np.sqrt(N)
    hessian = np.diag(np.exp(0.5 * rng.normal(size=N))) + 12 * np.outer(direction, direction)
    mean = 0.03 * np.sign(direction) * np.exp(0.5 * rng.normal(size=N))
    std = 0.2 * np.exp(0.3 * rng.normal(size=N))
    loading = np.sqrt(correlation) * np.sign(direction)
    noise = np.c_[np.diag(std * np.sqrt(1 - loading**2)), std * loading]
    return QuadraticModel(mean, hessian, noise)


def truth(model):
    """The same numbers from the problem itself; correlated laws by Monte Carlo with 0.1 % error."""
    mean, hessian, noise = (x.double().numpy() for x in (model.mean, model.hessian, model.noise))
    covariance = noise @ noise.T
    std, h = np.sqrt(np.diag(covariance)), np.diag(hessian)
    rho = np.clip(covariance / np.outer(std, std), -1, 1)
    z, trace = mean / std, h.sum()
    coupling = z @ hessian @ z - z**2 @ h
    tilted = 2 / np.pi * (hessian * np.arcsin(rho)).sum()
    out = {
        "trace": trace, "signal": mean @ z, "snr_form": z @ hessian @ z, "snr_diagonal": z**2 @ h,
        "coupling": coupling, "noise_scale": np.pi * trace / 2 / coupling, "correlated_trace": tilted,
        "trace_ratio": tilted / trace, "simple_noise_scale": np.trace(covariance) / (mean @ mean),
        "sgd_noise_scale": np.trace(hessian @ covariance) / (mean @ hessian @ mean),
        "gradient_l1": np.abs(mean).sum(), "l1_noise_scale": (std.sum() / np.abs(mean).sum()) ** 2,
    }  # fmt: skip
    normals = np.random.default_rng(2).normal(size=(200_000, noise.shape[1])) @ (noise / std[:, None]).T
    for b in BATCHES:
        e = erf(np.sqrt(b / 2) * z)
        signs = np.sign(np.sqrt(b) * z + normals)
        joint = np.einsum("ki,ki->k", signs @ hessian, signs).mean()
        out[f"surge {b}"] = np.sqrt(2 * b / np.pi) * out["signal"] / (trace + 2 * b / np.pi * coupling)
        out[f"independent {b}"] = e @ mean / (trace + e @ hessian @ e - e**2 @ h)
        out[f"correlated {b}"] = out[f"sampled {b}"] = e @ mean / joint
    return out


def measured(probe, effort, seed):
    laboratory = Laboratory(probe, effort, seed=seed)
    out = laboratory.numbers()
    predictions = [*laboratory.surge(BATCHES), *laboratory.independent(BATCHES)]
    predictions += laboratory.correlated(BATCHES)
    predictions += laboratory.sampled(BATCHES, sign_updates(probe, seed=seed + 10_000))
    return out | {f"{p.rung} {p.batch_size}": p.lr for p in predictions}


@SEEDS
@pytest.mark.parametrize(
    ("correlation", "examples", "dense_limit"),
    [(0.0, 1024, 1), (0.3, 4096, 2048)],
    ids=["independent noise, curvature by probes", "correlated noise, whole curvature"],
)
def test_intervals_cover_the_truth_at_their_nominal_rate(correlation, examples, dense_limit, seeds):
    model = problem(correlation)
    probe, known = QuadraticProbe(model), truth(model)
    effort = Effort(examples=examples, blocks=20, probes=128, twins=160, updates=128, dense_limit=dense_limit)
    runs = [measured(probe, effort, seed) for seed in range(seeds)]
    rates = {key: np.mean([run[key].covers(value) for run in runs]) for key, value in known.items()}
    # three standard deviations of a binomial rate below 95 %; bounded sums and exact numbers may cover more
    lowest = 0.95 - 3 * np.sqrt(0.95 * 0.05 / seeds)
    assert {key: rate for key, rate in rates.items() if rate < lowest} == {}
    assert np.mean(list(rates.values())) == pytest.approx(0.95, abs=0.025 * np.sqrt(200 / seeds))
    # and intervals are no wider than they need be
    normal = [key for key in known if key.startswith(("signal", "snr_form", "coupling", "independent"))]
    for key in normal:
        spread = np.std([run[key].value for run in runs])
        stated = np.sqrt(np.mean([run[key].stderr ** 2 for run in runs]))
        assert stated == pytest.approx(spread, rel=4 / np.sqrt(2 * seeds)), key  # four standard errors of a spread


def test_split_samples_are_unbiased_where_the_plug_in_is_not():
    seeds = 200
    model = problem(0.3)
    probe, known = QuadraticProbe(model), truth(model)
    effort = Effort(examples=256, blocks=16, twins=0)
    split, plug_in = [], []
    for seed in range(seeds):
        laboratory = Laboratory(probe, effort, seed=seed)
        split.append(laboratory.statistics["coupling"].value)
        z = laboratory.sample.mean / laboratory.sample.std
        form = laboratory.curvature.forms(z[None])[0]
        plug_in.append(float(form - laboratory.curvature.diagonal[0] @ z.square()))
    # theory: noise that coordinates share adds the sum over pairs of H_ij rho_ij / n, and dividing by an
    # estimated standard deviation makes all of it larger
    hessian, noise = model.hessian.double().numpy(), model.noise.double().numpy()
    covariance = noise @ noise.T
    std = np.sqrt(np.diag(covariance))
    rho = covariance / np.outer(std, std)
    shared = ((hessian * rho).sum() - np.trace(hessian)) / 256
    bias = inverse_std_bias(256 - 16) ** 2 * (known["coupling"] + shared) - known["coupling"]
    assert abs(np.mean(split) - known["coupling"]) < 3 * np.std(split) / np.sqrt(seeds)
    excess = np.subtract(plug_in, split)
    error = np.std(excess) / np.sqrt(seeds)
    assert np.mean(excess) == pytest.approx(bias, abs=3 * error)
    assert bias > 10 * error
