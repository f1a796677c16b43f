"""What a noise model's curves are, where they peak, which one fits a sweep: the numbers behind the Explore page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import ceil, exp, floor, inf, isfinite, log, log2, log10, pi, sqrt
from typing import Any

import numpy as np

from surgecore import (
    Analysis,
    ConstantLaw,
    EqualSnrLaw,
    FitResult,
    GradientNoise,
    LawFamily,
    NoiseModel,
    Optimum,
    Peak,
    PowerLaw,
    SaturatingLaw,
    fit,
)
from surgecore.words import VISIBLE, fit_note, number

Curve = Callable[[Any], Any]
#: Parameters of the exact law with equal signal to noise: the control each one is, and its symbol.
_FITTED = {"coupling": ("alignment", "R"), "snr": ("snr", "z"), "lr_scale": ("lr_scale", "ε₀")}
#: Measured points further from the curve than this factor would flatten it; they are left outside the view.
_FAR = 1e4


@dataclass(frozen=True, eq=False)
class Reading:
    """A noise model with everything the page draws and says of it."""

    model: NoiseModel

    @cached_property
    def noise(self) -> GradientNoise:
        return self.model.gradient_noise()

    @cached_property
    def independent(self) -> GradientNoise:
        """The same coordinates as Theorems 2 and 3 see them: without correlation."""
        return replace(self.model, correlation=0.0).gradient_noise() if self.model.correlation else self.noise

    @cached_property
    def peaks(self) -> tuple[Peak, ...]:
        return _certain(self.noise.peaks())

    @cached_property
    def independent_peaks(self) -> tuple[Peak, ...]:
        return _certain(self.independent.peaks()) if self.model.correlation else self.peaks

    @property
    def top(self) -> Peak | None:
        """The highest visible peak."""
        return highest(visible(self.peaks))

    @property
    def noise_scale(self) -> float | None:
        """Peak of Theorem 3."""
        law = self.independent.small_batch_law()
        return law.noise_scale if law else None

    @cached_property
    def turning(self) -> float:
        """Batch size at which the mean sign turns: negative below, positive above; 0 without skewness."""
        if not self.model.skewness:
            return 0.0
        noise = self.independent
        high = log(self.model.skewness / 6.0 / float((noise.mean / noise.std).mean()))

        def positive(place: float) -> bool:
            return bool(noise.optimal_lr(exp(place)) > 0)

        # as in law.js, so that both say the same
        while not positive(high):
            high += log(2.0)
        while positive(high - log(2.0)):
            high -= log(2.0)
        low = high - log(2.0)
        for _ in range(60):
            middle = 0.5 * (low + high)
            low, high = (low, middle) if positive(middle) else (middle, high)
        return exp(high)

    def curves(self) -> dict[str, Curve]:
        """Optimal learning rate by law: the exact ones first.

        Laws without a height of their own borrow one: the rules start with the small-batch limit, the
        saturating laws end on the plateau.
        """
        noise, independent = self.noise, self.independent
        start = sqrt(2 / pi) * float((independent.mean**2 / independent.std).sum())
        sgd = noise.sgd_law()
        found: dict[str, Curve] = {"exact": independent.optimal_lr}
        if self.model.correlation:
            found["correlated"] = noise.optimal_lr
        if (theorem := independent.small_batch_law()) is not None:
            found["surge"] = theorem
        found["plateau"] = ConstantLaw(noise.plateau_lr)
        if sgd is not None:
            found["sgd"] = SaturatingLaw(noise.plateau_lr, sgd.noise_scale)
            found["saturating_half"] = SaturatingLaw(noise.plateau_lr, sgd.noise_scale, 0.5)
        found["linear"] = PowerLaw(start, 1.0)
        found["square_root"] = PowerLaw(start, 0.5)
        return found


def visible(peaks: Sequence[Peak]) -> tuple[Peak, ...]:
    return tuple(peak for peak in peaks if peak.prominence >= VISIBLE)


def highest(peaks: Sequence[Peak]) -> Peak | None:
    return max(peaks, key=lambda peak: peak.lr, default=None)


def _certain(peaks: Sequence[Peak]) -> tuple[Peak, ...]:
    """Peaks that the browser can tell from rounding, too."""
    return tuple(peak for peak in peaks if abs(peak.prominence) > 1e-9)


# --- the view ----------------------------------------------------------------------------------------------


def fitting_view(reading: Reading, optima: Sequence[Optimum], path: Iterable[Peak | None] = ()) -> tuple[float, ...]:
    """Limits that show every peak, the plateau, the path of the peak and the points, as in `state.js`.

    Batch size in powers of two, then learning rate and loss drop in powers of ten.
    """
    noise, peaks = reading.noise, visible(reading.peaks)
    on_path = [peak for peak in path if peak is not None]
    batches = [optimum.batch_size for optimum in optima]
    batches += [size for peak in peaks for size in (peak.batch_size / 32, peak.batch_size * 64)]
    batches += [size for peak in on_path for size in (peak.batch_size / 4, peak.batch_size * 4)]
    if not peaks:
        batches += [noise.linear_batch_limit / 1000, noise.linear_batch_limit * 4]
    x = (floor(log2(min(*batches, 4))) - 0.5, ceil(log2(max(*batches, 1024))) + 0.5)
    grid = 2.0 ** np.linspace(*x, 60)
    rates = [float(lr) for lr in noise.optimal_lr(grid) if lr > 0]
    high = max(*rates, noise.plateau_lr)
    theorem = reading.independent.small_batch_law()
    rates += [noise.plateau_lr, *(peak.lr for peak in on_path)]
    rates += [min(theorem.lr_max, 3 * high)] if theorem else []
    near = [o.learning_rate for o in optima if high / _FAR < o.learning_rate < high * _FAR]
    drops = [float(drop) for drop in noise.loss_drop(grid) if drop > 0]
    return tuple(round(end, 3) for ends in (x, _limits(rates, 3, near), _limits(drops, 4)) for end in ends)


def _limits(values: Sequence[float], decades: float, kept: Sequence[float] = ()) -> tuple[float, float]:
    top = log10(max(*values, *kept))
    low = max(log10(min(values)), top - decades)
    return min(low, *map(log10, kept), inf) - 0.12, top + 0.22


# --- the controls that fit a sweep -------------------------------------------------------------------------


@dataclass(frozen=True)
class ControlsFit:
    """Controls fitted to a sweep's optima, or why there are none.

    `opening` and `caveat` surround the headline while these controls are shown; `digits` is how many of each
    control's digits its error allows; `sentence` says what the fit is, or which parameter it lacks.
    """

    model: NoiseModel | None
    sentence: str
    opening: str = ""
    caveat: str = ""
    digits: Mapping[str, int] = field(default_factory=dict)


def fit_controls(analysis: Analysis, base: NoiseModel) -> ControlsFit:
    """The controls of the exact law with equal signal to noise, as far as a sweep's optima determine them.

    Where they leave R open, R is held, and that is said: at 1, where there is no peak, or at the best value where
    the optima fall by a test without any law. Where even then a parameter runs to its bound or has no bound on
    either side, nothing is fitted.
    """
    if not analysis.optima:
        return ControlsFit(None, "Not fitted: this sweep has no optima to fit to.")
    free = next(found for found in analysis.comparison.fits if found.family.key == "equal_snr")
    if free.law is None:
        return ControlsFit(None, f"Not fitted: {fit_note(free)}")
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
            what = f"do not determine {names[0]}" if len(names) == 1 else f"determine neither {' nor '.join(names)}"
            return ControlsFit(None, f"Not fitted: the optima of this sweep {what}.")
    assert isinstance(found.law, EqualSnrLaw)
    values = {name: float(f"{getattr(found.law, law):.5g}") for law, (name, _) in _FITTED.items()}
    digits = {_FITTED[name][0]: _digits(item.value, item.interval) for name, item in found.parameters.items()}
    opening = "Fitted to this sweep"
    if held is not None:
        known = _bound("only bound", *free["coupling"].interval) or "do not determine"
        opening += f" with R held at {held:g}, which its optima {known}"
    sentence = "Sets the controls to the exact law with equal signal to noise, fitted to the points. " + fit_note(found)
    return ControlsFit(
        replace(base, snr_spread=0.0, **values),
        sentence, opening, _caveat(found, not falls and _spans_one(free)), digits,
    )  # fmt: skip


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


def _caveat(found: FitResult, peak_open: bool) -> str:
    """What the optima leave open, in clauses; "" where they determine everything."""
    clauses = []
    bounds = {}
    for name, (_, symbol) in _FITTED.items():
        if bound := _bound(symbol, *(found[name].interval if name in found.parameters else (1.0, 1.0))):
            bounds[symbol] = bound
    if len(bounds) > 1:
        bounds.pop("ε₀", None)  # open with the others
    if bounds:
        clauses.append(f"its optima only bound {' and '.join(bounds.values())}")
    if peak_open:
        clauses.append("whether there is a peak at all stays open")
    elif "peak_not_bracketed" in found.flags:
        clauses.append("the peak may lie outside the batch sizes measured")
    if "poor_fit" in found.flags:
        clauses.append(f"an optimum is missed by a factor of {number(exp(float(np.abs(found.residuals).max())))}")
    return "; ".join(clauses)


def _bound(symbol: str, low: float, high: float) -> str:
    """`R below 4.5`; "" where an interval has both ends or none."""
    if low <= 0 and isfinite(high):
        return f"{symbol} below {number(high, 2)}"
    return f"{symbol} above {number(low, 2)}" if low > 0 and not isfinite(high) else ""


def _digits(value: float, interval: tuple[float, float]) -> int:
    """Significant digits down to the first one of the standard error, from 2 to 5."""
    low, high = interval
    error = min(value - low if low > 0 else inf, high - value) / 2
    if not 0 < error < inf:
        return 2
    return min(max(floor(log10(value)) - floor(log10(error)) + 1, 2), 5)
