"""The controls of the instrument that fit a sweep's optima, as far as those determine them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import exp, floor, inf, isfinite, log10

import numpy as np

from surgecore import Analysis, EqualSnrLaw, FitResult, LawFamily, NoiseModel, fit
from surgecore.words import number, say, share

#: Parameters of the exact law with equal signal to noise: the control each one is, and its symbol.
_FITTED = {"coupling": ("alignment", "R"), "snr": ("snr", "z"), "lr_scale": ("lr_scale", "ε₀")}


@dataclass(frozen=True)
class ControlsFit:
    """Controls fitted to a sweep's optima, or why there are none.

    `opening` stands before the headline while these controls are shown; `digits` is how many of each control's
    digits its error allows; `sentence` says what the fit is, or which parameter it lacks.
    """

    model: NoiseModel | None
    sentence: str
    opening: str = ""
    digits: Mapping[str, int] = field(default_factory=dict)


def fit_controls(analysis: Analysis, base: NoiseModel) -> ControlsFit:
    """The controls of the exact law with equal signal to noise, as far as a sweep's optima determine them.

    Where they leave R open, R is held, and that is said: at 1, where there is no peak, or at the best value where
    the optima fall by a test without any law. Where even then a parameter runs to its bound or has no bound on
    either side, nothing is fitted.
    """
    if not analysis.optima:
        return ControlsFit(None, say("explore-fit-no-optima"))
    free = next(found for found in analysis.comparison.fits if found.family.key == "equal_snr")
    if free.law is None:
        return ControlsFit(None, say("explore-fit-too-few"))
    assert isinstance(free.law, EqualSnrLaw)
    found, held = free, None
    falls = analysis.verdict.decision == "fall"
    if lacking := _undetermined(free):
        low, high = free["coupling"].interval
        held = free.law.coupling if falls and _inside(free, "coupling") else min(max(1.0, low), high)
        held = float(f"{min(held, 200.0):.2g}")
        found = fit(analysis.optima, LawFamily("equal_snr", EqualSnrLaw, fixed={"coupling": held}))
        if unknown := _undetermined(found):
            missing = list(dict.fromkeys([*lacking[:1], *unknown]))
            names = [_FITTED[name][1] for name in missing if name != "lr_scale" or missing == ["lr_scale"]]
            return ControlsFit(None, _undetermined_words(names))
    assert isinstance(found.law, EqualSnrLaw)
    values = {name: float(f"{getattr(found.law, law):.5g}") for law, (name, _) in _FITTED.items()}
    digits = {_FITTED[name][0]: _digits(item.value, item.interval) for name, item in found.parameters.items()}
    clauses = _held_clause(held, free) + _caveats(found, not falls and _spans_one(free))
    opening = say("explore-fitted-but", what="; ".join(clauses)) if clauses else say("explore-fitted")
    model = replace(base, snr_spread=0.0, **values)
    return ControlsFit(model, say("explore-fit-sentence"), opening, digits)


def _undetermined_words(names: list[str]) -> str:
    if len(names) == 1:
        return say("explore-fit-undetermined", first=names[0])
    return say("explore-fit-undetermined-both", first=names[0], second=names[1])


def _held_clause(held: float | None, free: FitResult) -> list[str]:
    if held is None:
        return []
    if bound := _bound("R", *free["coupling"].interval):
        return [say("explore-fit-held-bound", bound=bound, held=f"{held:g}")]
    return [say("explore-fit-held-open", held=f"{held:g}")]


def _undetermined(found: FitResult) -> list[str]:
    """Parameters at or beyond the end of their control, or without a bound on either side."""
    if found.law is None:
        return [param.name for param in found.family.free]
    limits = {name: found[name].interval for name in _FITTED if name in found.parameters}
    return [
        name for name, (low, high) in limits.items() if not _inside(found, name) or (low <= 0 and not isfinite(high))
    ]


def _inside(found: FitResult, name: str) -> bool:
    """Whether a parameter is inside the range of its control."""
    low, high = next(param.bounds for param in NoiseModel.params if param.name == _FITTED[name][0])
    return low < getattr(found.law, name) < high


def _spans_one(found: FitResult) -> bool:
    low, high = found["coupling"].interval
    return low < 1 < high


def _caveats(found: FitResult, peak_open: bool) -> list[str]:
    """What the optima leave open, in clauses; none where they determine everything."""
    clauses = []
    bounds = {}
    for name, (_, symbol) in _FITTED.items():
        if bound := _bound(symbol, *(found[name].interval if name in found.parameters else (1.0, 1.0))):
            bounds[symbol] = bound
    if len(bounds) > 1:
        bounds.pop("ε₀", None)  # open with the others
    if bounds:
        first, *more = bounds.values()
        both = say("explore-and", first=first, second=more[0]) if more else first
        clauses.append(say("explore-fit-bounds", bounds=both))
    if peak_open:
        clauses.append(say("explore-fit-peak-open"))
    elif "peak_not_bracketed" in found.flags:
        clauses.append(say("explore-fit-peak-outside"))
    if "poor_fit" in found.flags:
        clauses.append(say("explore-fit-misses", share=share(exp(float(np.abs(found.residuals).max())) - 1)))
    return clauses


def _bound(symbol: str, low: float, high: float) -> str:
    """`R < 4.5`; "" where an interval has both ends or none."""
    if low <= 0 and isfinite(high):
        return say("explore-bound-below", symbol=symbol, end=number(high, 2))
    return say("explore-bound-above", symbol=symbol, end=number(low, 2)) if low > 0 and not isfinite(high) else ""


def _digits(value: float, interval: tuple[float, float]) -> int:
    """Significant digits down to the first one of the standard error, from 2 to 5."""
    low, high = interval
    error = min(value - low if low > 0 else inf, high - value) / 2
    if not 0 < error < inf:
        return 2
    return min(max(floor(log10(value)) - floor(log10(error)) + 1, 2), 5)
