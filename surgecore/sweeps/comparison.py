"""Compare the laws on the same optima: AICc, and the error at the largest batch size left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from surgecore._validate import FloatArray
from surgecore.sweeps.fitting import FitResult, as_family, fit
from surgecore.sweeps.least_squares import log_shape, minimise, prepare
from surgecore.sweeps.optima import Optimum
from surgecore.theory.laws import LAWS, ConstantLaw, GeneralSurgeLaw, LawFamily, PowerLaw, SurgeLaw

_EVIDENCE = 2.0 * np.log(20.0)  # AICc difference of an evidence ratio of 20


@dataclass(frozen=True, eq=False)
class Comparison:
    """All laws on the same optima, best first.

    Attributes
    ----------
    fits : tuple of FitResult
        Ranked by AICc.
    weights : ndarray
        Akaike weights, shape (n_fits,); zeros where no law has a finite AICc.
    holdout : ndarray
        ln(predicted / measured) at the largest batch size by the law fitted without it, shape (n_fits,); NaN
        where too few optima are left.
    sentence : str
        What the ranking does and does not show.
    """

    fits: tuple[FitResult, ...]
    weights: FloatArray
    holdout: FloatArray
    sentence: str


def compare(optima: Sequence[Optimum], families: Iterable[str | LawFamily] | None = None) -> Comparison:
    """Fit several laws to the same optima and rank them.

    Parameters
    ----------
    optima : sequence of Optimum
        As `Sweep.optima` gives them.
    families : iterable of str or LawFamily, optional
        Which laws; all of ``LAWS`` by default.

    Returns
    -------
    Comparison
        The sentence names a winner only if its evidence ratio to every other law is above 20 and its own fit
        is not refuted by the errors.

    Raises
    ------
    ValueError
        If a family is not a known key.

    References
    ----------
    Burnham and Anderson, Model Selection and Multimodel Inference (2002), sections 2.4 and 2.9.
    """
    chosen = [as_family(family) for family in (LAWS.values() if families is None else families)]
    fits = [fit(optima, family) for family in chosen]
    fits.sort(key=lambda result: (result.aicc, len(result.family.free)))
    aicc = np.array([result.aicc for result in fits])
    weights = np.zeros(len(fits))
    if fits and np.isfinite(aicc[0]):
        weights = np.exp(-0.5 * (aicc - aicc[0]))
        weights /= weights.sum()
    holdout = np.array([_holdout(optima, result.family) for result in fits])
    return Comparison(tuple(fits), weights, holdout, _ranking_sentence(fits, aicc))


def _holdout(optima: Sequence[Optimum], family: LawFamily) -> float:
    used = [optimum for optimum in optima if optimum.on_edge is None]
    if len(used) < len(family.free) + 1:
        return float("nan")
    last = max(used, key=lambda optimum: optimum.batch_size)
    rest, data = prepare([optimum for optimum in used if optimum is not last])
    if data is None or len(rest) < len(family.free):
        return float("nan")
    shape, log_scale, _ = minimise(family, data)
    predicted = log_scale + log_shape(family, shape[None], np.array([last.batch_size]))[0, 0]
    return float(predicted - np.log(last.learning_rate))


def _ranking_sentence(fits: Sequence[FitResult], aicc: FloatArray) -> str:
    if not fits or not np.isfinite(aicc[0]):
        return "Too few usable optima to compare laws: it takes at least three."
    best = fits[0]
    aic = np.array([_aic(result) for result in fits])
    near, short = aicc - aicc[0] < _EVIDENCE, aic - aic[0] < _EVIDENCE
    others = [not _contains(result.family, best.family) for result in fits]
    close = [f for f, yes, other in zip(fits, near, others, strict=True) if yes and other]
    # the small-sample correction alone refutes nothing: a law must also fall behind without it
    open_ = [f for f, no, yes, other in zip(fits, near, short, others, strict=True) if not no and yes and other]
    names = [result.family.label for result in close]
    if all("poor_fit" in result.flags for result in close + open_):
        return f"No law describes these optima within their errors; the nearest is {names[0]}."
    if len(close) == 1 and not open_:
        wider = "" if all(others[1:]) else "; laws that contain it fit as well, and are not needed"
        return f"{names[0]} is supported: every other law is at least 20 times less likely on these optima{wider}."
    rest = "; ".join(result.family.label for result in open_)
    if len(close) == 1:
        fits_too = f"with {best.n} optima none of these can be ruled out: {rest}."
        return f"These data do not tell the laws apart: {names[0]} is the simplest that fits, and {fits_too}"
    text = f"{names[0]} from {names[1]}" if len(close) == 2 else f"apart: {'; '.join(names)}"
    text = f"These data do not tell {text}."
    return text + (f" With {best.n} optima, none of these can be ruled out either: {rest}." if open_ else "")


def _aic(result: FitResult) -> float:
    p = len(result.family.free)
    if np.isfinite(result.chi2):
        return result.chi2 + 2.0 * p
    if not len(result.residuals):
        return np.inf
    mean_square = max(float(np.mean(result.residuals**2)), 1e-300)
    return result.n * float(np.log(mean_square)) + 2.0 * (p + 1)


def _contains(wide: LawFamily, narrow: LawFamily) -> bool:
    """Whether `narrow` is `wide` with a parameter held: the wider law fits as well but is not needed."""
    if wide.law is narrow.law:
        return wide.key != narrow.key and wide.fixed.items() < narrow.fixed.items()
    return (wide.law, narrow.law) in {(GeneralSurgeLaw, SurgeLaw), (PowerLaw, ConstantLaw)} and not wide.fixed
