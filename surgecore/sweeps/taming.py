"""How the losses are mapped and smoothed: scales, noise and the process, chosen by the losses' own likelihood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from surgecore._validate import FloatArray
from surgecore.sweeps.aligned import aligned
from surgecore.sweeps.cells import Cells
from surgecore.sweeps.kinks import LIKELY, fitted
from surgecore.sweeps.pooled import MOST, Pooled, pooled
from surgecore.sweeps.smooth import Smoother, Warp, fit_smoother
from surgecore.sweeps.valley import Valley

# how much wider than an octave's excess the warp may be, and powers of its slope that noise may follow
_WARPS = (1.0, 5.0, 25.0, 125.0)
_POWERS = (0.0, 1.0, 2.0)
# on coarse grids: the least step in ln rate that makes one, the fewest rates, a map that is as good as none, the powers
# of the rate in which a valley may be a parabola, by what, times the number of batch sizes, a shape's log likelihood is
# divided where every batch size has many rates, how likely a kink is beforehand, and the least share that counts
_COARSE = 0.8 * np.log(2.0)
_ENOUGH = 3
_STRAIGHT = 1e4
_RATE_POWERS = (0.0, -1.5, -1.0, -0.5, 0.5, 1.0, 1.5)
_ALIKE = 0.6
_KINKED = 0.3
_COUNTS = 1e-4


@dataclass(frozen=True, eq=False)
class Way:
    """One way to map and smooth the losses.

    Attributes
    ----------
    likelihood : float
        Log of the restricted likelihood of the losses themselves.
    warps, precisions : list
        Of each batch size: the map, and the precisions of the mapped means.
    smoother : Smoother
        The process.
    """

    likelihood: float
    warps: list[Warp]
    precisions: list[FloatArray]
    smoother: Smoother

    def valleys(self, used: Sequence[Cells]) -> tuple[Valley, ...]:
        """The losses of all batch sizes seen in this way."""
        parts = zip(used, self.warps, self.precisions, strict=True)
        return tuple(Valley(c, w, p, self.smoother, i) for i, (c, w, p) in enumerate(parts))


def smoothed(used: list[Cells], narrow: list[Warp], sizes: FloatArray) -> list[Way]:
    """Ways to map and smooth the losses, the likeliest first.

    They differ in how far cliffs are tamed, and, where too few runs are repeated to tell, in whether the noise grows
    with the loss. Where rates are about an octave apart and runs repeated, they also differ in the power of the rate in
    which a valley is a parabola: it is one of the rate itself after a single step.
    """
    wide = coarse(used)
    ways = []
    for wider in (*_WARPS, _STRAIGHT) if wide else _WARPS:
        warps = [Warp(w.base, w.scale * wider) for w in narrow]
        jacobian = _jacobian(used, warps)
        known = _noise_power(used, narrow if wide else warps)
        for noisier in _POWERS if known is None else (known,):
            precise = [_precision(*each, noisier, wide) for each in zip(used, warps, narrow, strict=True)]
            columns = [(c.x, w(c.mean), p) for c, w, p in zip(used, warps, precise, strict=True)]
            for power in _RATE_POWERS if wide else (0.0,):
                found = fit_smoother(columns, sizes, power)
                ways.append(Way(found.likelihood + jacobian, warps, precise, found))
    return sorted(ways, key=lambda way: -way.likelihood)


def coarse(used: Sequence[Cells]) -> bool:
    """Whether rates are about an octave apart or more, three or more of them, and the errors of the means known."""
    steps = [step for c in used for step in np.diff(c.x)]
    if not steps or np.median(steps) < _COARSE or np.median([len(c.x) for c in used]) < _ENOUGH:
        return False
    several = sum(int((c.n > 1).sum()) for c in used) > 0.5 * sum(len(c.x) for c in used)
    return several or all(np.isfinite(c.spread).all() for c in used)


def _precision(cells: Cells, warp: Warp, narrow: Warp, power: float, wide: bool) -> FloatArray:
    """Precisions of the mapped means, whose noise follows a power of a map's slope: on coarse grids that of the
    narrowest, as a map that is almost straight has the same slope everywhere."""
    steep = warp.slope(cells.mean) * warp.scale
    if not wide:
        return np.asarray(cells.n / steep**power)
    return np.asarray(cells.n / steep**2 * (narrow.slope(cells.mean) * narrow.scale) ** (2.0 - power))


def doubted(used: list[Cells], ways: Sequence[Way]) -> tuple[Valley, ...]:
    """Valleys whose optima are the mean of those of all likely shapes, and that know how far these lie apart.

    Batch sizes whose rates and shape are the same tell hardly more of it than one of them, so that their likelihoods
    are averaged rather than multiplied; and the fewer rates there are, the less a good fit says. Where nothing tells
    shapes apart, all count that are likely beforehand.
    """
    kinks = _kinked(used, ways)
    likelihood = np.array([way.likelihood for way in ways] + [one for one, _ in kinks])
    prior = np.append(
        np.full(len(ways), (1.0 - _KINKED) / len(ways)),
        np.tile(LIKELY, len(kinks) // len(LIKELY)) / len(kinks) * _KINKED,
    )
    dof = ways[0].smoother.dof
    shrunk = dof / (_ALIKE * len(used) * (dof + len(used)))
    share = prior * (np.exp(shrunk * (likelihood - likelihood.max())) if dof else 1.0)
    counts = np.flatnonzero((share > _COUNTS * share.sum()) | (np.arange(len(share)) == 0))
    share = share[counts] / share[counts].sum()
    valleys = ways[0].valleys(used)
    best = np.array([
        [v.best for v in (ways[k].valleys(used) if k else valleys)] if k < len(ways) else kinks[k - len(ways)][1]
        for k in counts.tolist()
    ])  # fmt: skip
    valleys = tuple(_lowest_at(v, float(b)) for v, b in zip(valleys, share @ best, strict=True))
    moved = best - np.array([v.best for v in valleys])
    every = share @ moved**2
    # what moves all optima alike tells of no fall; but an optimum that moves against the rates is moved otherwise, and
    # with four rates or fewer the losses do not tell by how much
    own = every if dof < 2 * len(used) else share @ (moved - moved.mean(axis=1, keepdims=True)) ** 2
    return tuple(replace(v, doubt=(float(a), float(b))) for v, a, b in zip(valleys, every, own, strict=True))


def _lowest_at(valley: Valley, best: float) -> Valley:
    """The valley with its lowest point there, if the means leave that open; else as it is."""
    x = valley.cells.x
    if valley.on_edge is not None or not x[0] < best < x[-1]:
        return valley
    placed = replace(valley, lowest=best)
    return placed if abs(placed.best - best) < 0.05 and placed.bend > 0.2 * valley.bend else valley


def _kinked(used: list[Cells], ways: Sequence[Way]) -> list[tuple[float, FloatArray]]:
    """Log likelihoods of the forms of `kinks`, through every map that is tried, and ln of the best rates."""
    found: list[tuple[float, FloatArray]] = []
    sizes = np.array([c.batch_size for c in used])
    for way in {id(way.warps): way for way in ways}.values():
        columns = [(c.x, w(c.mean), p) for c, w, p in zip(used, way.warps, way.precisions, strict=True)]
        likelihood, best = fitted(columns, sizes)
        found += zip((likelihood + _jacobian(used, way.warps)).tolist(), best, strict=True)
    return found


def _jacobian(used: Sequence[Cells], warps: Sequence[Warp]) -> float:
    """Log derivative of the contrasts' maps: likelihoods are restricted."""
    steep = [w.slope(c.mean) for c, w in zip(used, warps, strict=True)]
    return float(sum(np.log(s).mean() * max(len(s) - 3, 0) for s in steep))


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
    first = Way(0.0, [v.warp for v in valleys], [v.precision for v in valleys], valleys[0].smoother)
    found: list[tuple[float, list[Warp], list[FloatArray], Smoother, Pooled]] = []
    for way in (first, smoothed(used, [Warp(w.base, scale) for w in narrow], sizes)[0]):
        warps, precisions, smoother = way.warps, way.precisions, way.smoother
        best = np.array([valley.best for valley in way.valleys(used)])
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
    placed = aligned(used, warps, pool.best, shape) if _searched(used) else None
    parts = zip(used, warps, precisions, strict=True)
    alone = [Valley(c, w, p, smoother, i, pool) for i, (c, w, p) in enumerate(parts)]
    if placed is None:
        return tuple(alone)
    return tuple(replace(v, placed=float(at)) for v, at in zip(alone, placed, strict=True))


def _searched(used: Sequence[Cells]) -> bool:
    """Whether rates were drawn: most were tried at one batch size alone. On a grid no optimum lies in a gap."""
    rates = np.concatenate([np.unique(np.round(c.x, 6)) for c in used])
    _, times = np.unique(rates, return_counts=True)
    return bool(np.sum(times == 1) > len(times) / 2)


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
