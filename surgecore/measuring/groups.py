"""The quantile summary of a checkpoint: parameters in groups of similar signal to noise (torch)."""

from __future__ import annotations

import torch

from surgecore.measuring.curvature import Curvature
from surgecore.measuring.gradient_sample import GradientSample
from surgecore.measuring.probes import Probe
from surgecore.why.measurement import Groups


def quantile_groups(probe: Probe, sample: GradientSample, curvature: Curvature, count: int) -> Groups:
    """Sum parameters up in groups of equal numbers by signal to noise.

    Parameters
    ----------
    probe : Probe
        The model and its point.
    sample : GradientSample
        Its gradients.
    curvature : Curvature
        Its Hessian.
    count : int
        Number of groups.

    Returns
    -------
    Groups
        A plug-in summary: where examples are a sample, its signal to noise includes theirs.
    """
    z = sample.snr.mean(dim=0)
    use = torch.nonzero(sample.alive & (z != 0)).flatten()
    order = use[torch.argsort(z[use].abs(), stable=True)]
    parts = torch.tensor_split(order, min(count, len(order)))
    member = torch.zeros(len(parts), probe.size).to(z)
    for row, part in enumerate(parts):
        member[row, part] = 1.0
    sign = z.sign()
    coupling = curvature.products(member * sign) @ (member * sign).T
    mean = member @ sample.mean.abs()
    diagonal = member @ curvature.diagonal.mean(dim=0)
    noise = diagonal
    if sample.twins.shape[1]:
        signs = sample.twins.flatten(0, 1).sign()
        noise = member @ (signs * curvature.products(signs)).mean(dim=0)
    snr = (member @ (sample.mean.abs() * z.abs())) / mean
    arrays = [x.double().cpu().numpy() for x in (mean, snr, diagonal, noise, 0.5 * (coupling + coupling.T))]
    return Groups(*arrays)
