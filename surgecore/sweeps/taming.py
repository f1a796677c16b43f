"""How the losses are mapped and smoothed: scales, noise and the process, chosen by the losses' own likelihood."""

from __future__ import annotations

import numpy as np

from surgecore._validate import FloatArray
from surgecore.sweeps.cells import Cells
from surgecore.sweeps.smooth import Smoother, Warp, fit_smoother

# how much wider than an octave's excess the warp may be, and powers of its slope that noise may follow
_WARPS = (1.0, 5.0, 25.0, 125.0)
_POWERS = (0.0, 1.0, 2.0)


def smoothed(used: list[Cells], narrow: list[Warp], sizes: FloatArray) -> tuple[list[Warp], list[FloatArray], Smoother]:
    """Warps, precisions of the warped means, and the process, by the likelihood of the losses themselves.

    The likelihood chooses how far cliffs are tamed, and, where too few runs are repeated to tell, whether the noise
    grows with the loss.
    """
    best: tuple[float, list[Warp], list[FloatArray], Smoother] | None = None
    for wider in _WARPS:
        warps = [Warp(w.base, w.scale * wider) for w in narrow]
        known = _noise_power(used, warps)
        steep = [w.slope(c.mean) for c, w in zip(used, warps, strict=True)]
        # of the contrasts alone: the likelihood is restricted
        jacobian = float(sum(np.log(s).mean() * max(len(s) - 3, 0) for s in steep))
        for power in _POWERS if known is None else (known,):
            precise = [c.n / (s * w.scale) ** power for c, w, s in zip(used, warps, steep, strict=True)]
            found = fit_smoother([(c.x, w(c.mean), p) for c, w, p in zip(used, warps, precise, strict=True)], sizes)
            likelihood = found.likelihood + jacobian
            if best is None or likelihood > best[0]:
                best = (likelihood, warps, precise, found)
    assert best is not None
    return best[1], best[2], best[3]


def _noise_power(used: list[Cells], warps: list[Warp]) -> float | None:
    """Power of the warp's slope that the variance of a warped run follows: 2 where the loss itself is as noisy
    everywhere, 0 where it is noisier in proportion; None with too few repeated runs to tell."""
    u, z, group = [], [], []
    for i, (c, w) in enumerate(zip(used, warps, strict=True)):
        steep = w.slope(c.mean)
        square = np.bincount(c.cell, (c.loss - c.mean[c.cell]) ** 2) * steep**2
        many = (c.n > 1) & (square > 0)
        u.append(np.log(steep * w.scale)[many])
        z.append(np.log(square[many] / (c.n[many] - 1.0)))
        group.append(np.full(int(many.sum()), i))
    if sum(map(len, u)) < 12:
        return None
    x, y, g = np.concatenate(u), np.concatenate(z), np.concatenate(group)
    count = np.maximum(np.bincount(g), 1)
    x, y = x - (np.bincount(g, x) / count)[g], y - (np.bincount(g, y) / count)[g]
    return float(np.clip((x @ y) / max(x @ x, 1e-12), 0.0, 2.0))


def noise_of_mean(cells: Cells) -> float:
    """Standard error of a mean near the best, from repeated runs; 0 without."""
    dof = float((cells.n - 1.0).sum())
    if dof <= 0:
        return 0.0
    near = (np.abs(cells.cell - cells.best) <= 2) & (cells.n[cells.cell] > 1)
    if near.sum() < 2:
        return 0.0
    left, seed = (cells.loss - cells.mean[cells.cell])[near], cells.source[near]
    runs = np.bincount(seed)
    if runs.max() > 1:
        left = left - (np.bincount(seed, left) / np.maximum(runs, 1))[seed]
    return float(np.sqrt((left**2).mean() / np.median(cells.n)))
