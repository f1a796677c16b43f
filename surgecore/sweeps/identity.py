"""Peak against critical batch size: the paper says they are equal. Are they, and how do they move?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, hypot, isfinite, log
from typing import Any

import numpy as np

from surgecore.sweeps.analysis import Analysis, fit_facts, plain
from surgecore.sweeps.fitting import FitFlag, FitResult, fit
from surgecore.sweeps.tradeoff import regression_of_inverses
from surgecore.theory.families import LawFamily
from surgecore.theory.laws import SurgeLaw


@dataclass(frozen=True)
class Factor:
    """A ratio of two positive numbers with its 95 % interval; 0 or inf on a side that the data leave open."""

    value: float
    interval: tuple[float, float]

    @property
    def holds_one(self) -> bool:
        """Whether the interval holds 1."""
        return self.interval[0] <= 1.0 <= self.interval[1]


@dataclass(frozen=True, eq=False)
class PeakIdentity:
    """Peak batch size against critical batch size, and the paper's procedure beside a free fit.

    Attributes
    ----------
    peak, critical : float
        Noise scale of the surge law fitted to the optima, and critical batch size of the trade-off between steps and
        examples [examples].
    peak_interval, critical_interval : tuple of float
        Their 95 % intervals.
    ratio : Factor
        Peak over critical batch size; the paper says 1.
    poor_fit : bool
        Whether the surge law does not describe the optima within their errors.
    fall_found : bool
        Whether the optima fall at all: else the law, and with it a peak, is only supposed.
    paper_noise_scale : float or None
        Noise scale by the paper's regression (eq. 22); None where it comes out negative.
    free, paper : FitResult
        The surge law with both parameters free, and with that noise scale held and only its height free (eq. 23);
        `paper` is None without it.

    References
    ----------
    Li et al., arXiv 2405.14578, eqs. 15 and 20 to 24.
    """

    peak: float
    peak_interval: tuple[float, float]
    critical: float
    critical_interval: tuple[float, float]
    ratio: Factor
    poor_fit: bool
    fall_found: bool
    paper_noise_scale: float | None
    free: FitResult
    paper: FitResult | None

    def to_dict(self) -> dict[str, Any]:
        """All facts as plain Python, ready for JSON."""
        facts = {name: getattr(self, name) for name in self.__dataclass_fields__ if name not in ("free", "paper")}
        facts |= {"ratio": vars(self.ratio), "free": fit_facts(self.free)}
        found: dict[str, Any] = plain(facts | {"paper": None if self.paper is None else fit_facts(self.paper)})
        return found


@dataclass(frozen=True)
class PeakShift:
    """How the peak moves between two targets or checkpoints of one workload.

    Attributes
    ----------
    peak : Factor
        Peak batch size of the second over that of the first.
    critical : Factor or None
        Critical batch size likewise; None where a sweep has no steps to a target.
    """

    peak: Factor
    critical: Factor | None


def peak_identity(analysis: Analysis) -> PeakIdentity | None:
    """Compare the peak of the fitted surge law with the critical batch size.

    Parameters
    ----------
    analysis : Analysis
        Of a sweep with steps to a target.

    Returns
    -------
    PeakIdentity or None
        None without a trade-off, or where the surge law could not be fitted.
    """
    steps = analysis.tradeoff
    surge = _surge(analysis)
    if steps is None or surge is None:
        return None
    scale = surge["noise_scale"]
    points = steps.points
    eq22 = regression_of_inverses(points["batch_size"], points["steps"])
    paper = None
    if isfinite(eq22) and eq22 > 0:
        family = LawFamily("surge", SurgeLaw, "eqs. 22 and 23", {"noise_scale": eq22})
        paper = fit([optimum.point for optimum in analysis.optima], family)
    return PeakIdentity(
        scale.value, scale.interval, steps.critical_batch_size, steps.critical_interval,
        _factor(scale.value, scale.interval, steps.critical_batch_size, steps.critical_interval),
        FitFlag.POOR_FIT in surge.flags, analysis.verdict.decision == "fall", eq22 if paper is not None else None,
        surge, paper,
    )  # fmt: skip


def peak_shift(first: Analysis, second: Analysis) -> PeakShift | None:
    """Shift of the surge's peak, and of the critical batch size, from one sweep to another.

    Parameters
    ----------
    first, second : Analysis
        Of the same workload at two targets or checkpoints, the earlier first.

    Returns
    -------
    PeakShift or None
        None where the surge law could not be fitted to one of them.
    """
    before, after = _surge(first), _surge(second)
    if before is None or after is None:
        return None
    peak = _factor(
        after["noise_scale"].value, after["noise_scale"].interval, before["noise_scale"].value,
        before["noise_scale"].interval,
    )  # fmt: skip
    critical = None
    if first.tradeoff is not None and second.tradeoff is not None:
        late, early = second.tradeoff, first.tradeoff
        critical = _factor(
            late.critical_batch_size, late.critical_interval, early.critical_batch_size, early.critical_interval
        )
    return PeakShift(peak, critical)


def _surge(analysis: Analysis) -> FitResult | None:
    found = [result for result in analysis.comparison.fits if result.family.key == "surge"]
    return found[0] if found and found[0].law is not None else None


def _factor(
    top: float, top_interval: tuple[float, float], bottom: float, bottom_interval: tuple[float, float]
) -> Factor:
    """Ratio of two numbers with independent errors, each side of their intervals added in quadrature of logs."""
    low = hypot(_reach(top, top_interval[0]), _reach(bottom, bottom_interval[1]))
    high = hypot(_reach(top, top_interval[1]), _reach(bottom, bottom_interval[0]))
    centre = log(top / bottom)
    return Factor(top / bottom, (exp(centre - low), exp(centre + high) if isfinite(high) else np.inf))


def _reach(value: float, end: float) -> float:
    return abs(log(end / value)) if end > 0 and isfinite(end) else np.inf


def typical_miss(result: FitResult) -> float:
    """Root mean square of ln(measured / fitted)."""
    residuals: Sequence[float] = result.residuals.tolist()
    return float(np.sqrt(np.mean(np.square(residuals))))
