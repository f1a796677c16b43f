"""How the losses are mapped and smoothed: scales, noise and the process, chosen by the losses' own likelihood."""

from __future__ import annotations

import numpy as np

from surgecore._validate import FloatArray
from surgecore.sweeps.cells import Cells
from surgecore.sweeps.pooled import MOST, Pooled, pooled
from surgecore.sweeps.smooth import Smoother, Warp, fit_smoother
from surgecore.sweeps.valley import Valley

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


def alike(valleys: tuple[Valley, ...], narrow: list[Warp]) -> tuple[Valley, ...]:
    """Valleys that share a shape, as far as their losses say that they do.

    Depths follow a power of the batch size or are all the same, whichever is likelier; the bottom of each valley is
    that of the curve, as of few runs none is near it.
    """
    used = [v.cells for v in valleys]
    if len(used) < 3 or not 2 * len(used) + 3 < sum(len(c.x) for c in used) <= MOST:
        return valleys
    sizes = np.array([c.batch_size for c in used])
    scale = float(np.exp(np.mean(np.log([w.scale for w in narrow]))))
    first = ([v.warp for v in valleys], [v.precision for v in valleys], valleys[0].smoother)
    found: list[tuple[float, list[Warp], list[FloatArray], Smoother, Pooled]] = []
    for warps, precisions, smoother in (first, smoothed(used, [Warp(w.base, scale) for w in narrow], sizes)):
        best = np.array(
            [Valley(c, w, p, smoother, i).best for i, (c, w, p) in enumerate(zip(used, warps, precisions, strict=True))]
        )
        process = None
        for _ in range(2):
            pool = pooled(used, warps, precisions, smoother, best, process)
            process = pool.process
            jacobian = (
                sum(np.log(w.slope(c.mean)).sum() for c, w in zip(used, warps, strict=True)) * pool.dof / len(pool.x)
            )
            found.append((pool.likelihood + float(jacobian), warps, precisions, smoother, pool))
            warps, best = [_down_to(w, pool.lowest(i)[1]) for i, w in enumerate(warps)], pool.best
    _, warps, precisions, smoother, pool = max(found, key=lambda one: one[0])
    shape, ratio = pool.process.shape, pool.process.ratio
    smoother = Smoother(shape, pool.amplitude, smoother.noise * ratio, float(pool.dof), pool.likelihood)
    parts = zip(used, warps, precisions, strict=True)
    return tuple(Valley(c, w, p, smoother, i, pool) for i, (c, w, p) in enumerate(parts))


def _down_to(warp: Warp, lowest: float) -> Warp:
    """The warp from the bottom of the curve, no more than its scale below the best mean."""
    return Warp(min(warp.base, max(float(warp.loss(np.array(lowest))), warp.base - warp.scale)), warp.scale)


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
