"""Compare the laws on the same points: Akaike's criterion, and the error at the largest batch size left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from surgecore._validate import FloatArray
from surgecore.sweeps.fitting import FitFlag, FitResult, as_family, fit
from surgecore.sweeps.likelihood import log_shape, minimise, prepare
from surgecore.sweeps.points import Points, PointsLike
from surgecore.sweeps.smooth_path import SmoothPath, smooth_path
from surgecore.theory.families import LAWS, LawFamily

#: How many laws the smooth path counts for in advice, before the optima are seen.
PRIOR = 2.0
#: A law, or the smooth path, below this share does not speak for the sweep.
SPEAKS = 0.05
_EVIDENCE = 2.0 * np.log(20.0)  # difference of the criterion at an evidence ratio of 20


class Ranking(StrEnum):
    """What a comparison shows."""

    TOO_FEW = "too_few"
    NONE_FITS = "none_fits"
    SUPPORTED = "supported"
    UNDECIDED = "undecided"


@dataclass(frozen=True, eq=False)
class Comparison:
    """All laws on the same points, best first.

    Attributes
    ----------
    fits : tuple of FitResult
        Ranked by `scores`.
    scores : ndarray
        Akaike's criterion of each fit, shape (n_fits,), with deviances over `overdispersion`; inf where a law has
        none.
    weights : ndarray
        Akaike weights, shape (n_fits,); zeros where no law has a finite score.
    holdout : ndarray
        ln(predicted / measured) at the largest batch size by the law fitted without it, shape (n_fits,); NaN
        where too few estimates are left.
    outcome : Ranking
        "supported" only if the best law's evidence ratio to every law that does not contain it is above 20, and the
        errors do not refute its fit; it is support among the laws tried, nothing more.
    close : tuple of str
        Keys of the laws within an evidence ratio of 20, the best first, without those that contain the best.
    only_corrected : tuple of str
        Keys of laws that fall behind by the correction for small samples alone, which refutes nothing.
    wider_fits : bool
        Whether a law that contains the best fits as well and is not needed.
    overdispersion : float
        1, or how far the scatter exceeds the errors under the best of the laws when it does so under all.
    path : SmoothPath or None
        A smooth path through the optima, which is no law and not ranked: it takes part in advice. None with fewer than
        three estimates, or where no law has a finite score.
    path_share : float
        Its share in advice, by the same criterion and as much prior weight as `PRIOR` laws; the laws share the rest
        by their `weights`, or, where errors refute all laws but not the path, by the criterion with plain deviances.
    law_shares : ndarray
        Shares of the laws in advice, shape (n_fits,); with `path_share` they sum to 1.
    """

    fits: tuple[FitResult, ...]
    scores: FloatArray
    weights: FloatArray
    holdout: FloatArray
    outcome: Ranking
    close: tuple[str, ...] = ()
    only_corrected: tuple[str, ...] = ()
    wider_fits: bool = False
    overdispersion: float = 1.0
    path: SmoothPath | None = None
    path_share: float = 0.0
    law_shares: FloatArray = field(default_factory=lambda: np.empty(0))

    @property
    def no_law(self) -> bool:
        """Whether no law describes the points and the smooth path does instead.

        The errors refute every law, or advice hears none of them.
        """
        if self.path is None:
            return False
        return self.outcome is Ranking.NONE_FITS or self.path_share > 1.0 - SPEAKS

    def __getitem__(self, key: str) -> FitResult:
        """The fit of the law of that key; `KeyError` where it was not tried."""
        for result in self.fits:
            if result.family.key == key:
                return result
        raise KeyError(key)


def compare(
    points: PointsLike, families: Iterable[str | LawFamily] | None = None, *,
    progress: Callable[[float], None] | None = None,
) -> Comparison:  # fmt: skip
    """Fit several laws to the same points and rank them.

    With known errors the criterion is plain AIC: the small-sample correction is for an estimated variance. Where even
    the best law is refuted by the errors, all deviances are divided by its excess (QAIC), so that weights do not
    claim more than the scatter allows.

    Parameters
    ----------
    points : Points, or sequence of Point or Optimum
        As `Sweep.optima` gives them.
    families : iterable of str or LawFamily, optional
        Which laws; all of ``LAWS`` by default.
    progress : callable, optional
        Called with the share of the laws that is fitted, 0 to 1.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        If a family is not a known key.

    References
    ----------
    Burnham and Anderson, Model Selection and Multimodel Inference (2002), sections 2.2, 2.4, 2.5 and 2.9.

    Examples
    --------
    >>> from surgecore import PowerLaw, SurgeLaw
    >>> from surgecore.sweeps.points import Point
    >>> truth = SurgeLaw(1e-3, 64.0)
    >>> points = [Point(b, truth(b), 0.02, 20) for b in (4, 8, 16, 32, 64, 128, 256, 512, 1024)]
    >>> compare(points, ["constant", "square_root", "surge"]).fits[0].family.key
    'surge'
    """
    given = Points.of(points)
    chosen = [as_family(family) for family in (LAWS.values() if families is None else families)]
    fits = _fitted(given, chosen, progress)
    excess = _overdispersion(fits)
    fits.sort(key=lambda result: (_score(result, excess), len(result.family.free)))
    scores = np.array([_score(result, excess) for result in fits])
    holdout = np.array([_holdout(given, result.family) for result in fits])
    if not fits or not np.isfinite(scores[0]):
        none = np.zeros(len(fits))
        return Comparison(tuple(fits), scores, none, holdout, Ranking.TOO_FEW, law_shares=none)
    weights = np.exp(-0.5 * (scores - scores[0]))
    outcome, close, corrected, wider = _outcome(fits, scores)
    path = smooth_path(given)
    return Comparison(
        tuple(fits), scores, weights / weights.sum(), holdout, outcome, close, corrected, wider, excess, path,
        *_shares(fits, path, excess),
    )  # fmt: skip


def _fitted(
    points: Points, families: Sequence[LawFamily], progress: Callable[[float], None] | None
) -> list[FitResult]:  # fmt: skip
    fits = []
    for family in families:
        fits.append(fit(points, family))
        if progress is not None:
            progress(len(fits) / len(families))
    return fits


def _shares(fits: Sequence[FitResult], path: SmoothPath | None, excess: float) -> tuple[float, FloatArray]:
    """Shares of the path and of each law in advice."""
    if path is not None:
        # what the path explains is no scatter
        excess = min(excess, path.excess())
    scores = np.array([_score(result, excess) for result in fits])
    best = int(scores.argmin())
    of_path = np.inf
    if path is not None:
        of_path = path.criterion(fits[best], float(scores[best]), excess) - 2.0 * float(np.log(PRIOR))
    lowest = min(float(scores.min()), of_path)
    shares = np.exp(-0.5 * (np.array([of_path, *scores]) - lowest))
    shares = shares / shares.sum()
    return float(shares[0]), shares[1:]


def _score(result: FitResult, excess: float) -> float:
    if not (np.isfinite(result.deviance) and np.isfinite(result.aic)):
        return result.aic
    return result.deviance / excess + 2.0 * len(result.family.free)


def _overdispersion(fits: Sequence[FitResult]) -> float:
    """Smallest deviance per degree of freedom where every law that could be refuted is; else 1."""
    spare = {id(result): result.n + result.n_bounds - len(result.family.free) for result in fits}
    tested = [result for result in fits if np.isfinite(result.deviance) and result.n > len(result.family.free)]
    if not tested or not all(FitFlag.POOR_FIT in result.flags for result in tested):
        return 1.0
    return max(1.0, min(result.deviance / spare[id(result)] for result in tested))


def _holdout(points: Points, family: LawFamily) -> float:
    used = [index for index, point in enumerate(points.points) if point.bound is None]
    if len(used) < len(family.free) + 1:
        return float("nan")
    last = used[-1]
    kept = [index for index in range(len(points.points)) if index != last]
    covariance = None if points.covariance is None else points.covariance[np.ix_(kept, kept)]
    _, data = prepare(Points(tuple(points.points[index] for index in kept), covariance))
    if data is None:
        return float("nan")
    shape, log_scale, _ = minimise(family, data)
    left_out = points.points[last]
    predicted = log_scale + log_shape(family, shape[None], np.array([left_out.batch_size]))[0, 0]
    return float(predicted - np.log(left_out.value))


def _outcome(
    fits: Sequence[FitResult], scores: FloatArray
) -> tuple[Ranking, tuple[str, ...], tuple[str, ...], bool]:  # fmt: skip
    best = fits[0]
    plain = np.array([_uncorrected(result, score) for result, score in zip(fits, scores, strict=True)])
    near, short = scores - scores[0] < _EVIDENCE, plain - plain[0] < _EVIDENCE
    others = np.array([not result.family.contains(best.family) for result in fits])
    close = [result for result, yes in zip(fits, near & others, strict=True) if yes]
    # a law must fall behind without the correction, too
    corrected = [result for result, yes in zip(fits, ~near & short & others, strict=True) if yes]
    keys = tuple(r.family.key for r in close), tuple(r.family.key for r in corrected), not bool(others[1:].all())
    if all(FitFlag.POOR_FIT in result.flags for result in close + corrected):
        return Ranking.NONE_FITS, *keys
    if len(close) == 1 and not corrected:
        return Ranking.SUPPORTED, *keys
    return Ranking.UNDECIDED, *keys


def _uncorrected(result: FitResult, score: float) -> float:
    """The criterion without its small-sample correction."""
    if np.isfinite(result.deviance) or not len(result.residuals):
        return score
    mean_square = max(float(np.mean(result.residuals**2)), 1e-300)
    return result.n * float(np.log(mean_square)) + 2.0 * (len(result.family.free) + 1)
