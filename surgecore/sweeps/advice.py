"""What to do with a fit: a learning rate for another batch size, and Adam's settings to go with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

import numpy as np

from surgecore._validate import finite, positive
from surgecore._words import number
from surgecore.sweeps.analysis import Analysis
from surgecore.sweeps.comparison import Comparison
from surgecore.sweeps.least_squares import Region, log_shape
from surgecore.theory.laws import PowerLaw, SaturatingLaw, SurgeLaw

_MAREK = 0.158  # exponent of the weak dependence that Marek et al. find with small batches
_ROUNDING = 1e-12
#: A law below this Akaike weight does not speak for the sweep.
SPEAKS = 0.05
#: A factor between batch sizes that more often is one between examples and tokens.
_OTHER_UNIT = 100.0
_SYMBOLS = {"beta1": "β₁", "beta2": "β₂"}


@dataclass(frozen=True)
class Limits:
    """Batch sizes at which rules end, as far as a sweep knows them.

    Attributes
    ----------
    noise_scale : float or None
        Of the best law that has one, where the optima speak for that law and bound it on both sides: the linear and
        the square-root rule hold well below it.
    critical_batch_size : float or None
        Of the trade-off between steps and examples, where the sweep bounds it on both sides: far above it a larger
        batch saves few steps.
    """

    noise_scale: float | None = None
    critical_batch_size: float | None = None


def limits(analysis: Analysis) -> Limits:
    """Where rules end, from a sweep.

    Parameters
    ----------
    analysis : Analysis
        Of the sweep.

    Returns
    -------
    Limits
        None for what the sweep leaves open.
    """
    scale = critical = None
    for fit, weight in zip(analysis.comparison.fits, analysis.comparison.weights, strict=True):
        if fit.law is not None and weight >= SPEAKS and _is_bounded(fit.interval.get("noise_scale")):
            scale = float(fit.law.noise_scale)  # type: ignore[attr-defined]
            break
    steps = analysis.tradeoff
    if steps is not None and _is_bounded(steps.critical_interval):
        critical = steps.critical_batch_size
    return Limits(scale, critical)


def _is_bounded(interval: tuple[float, float] | None) -> bool:
    return interval is not None and interval[0] > 0 and isfinite(interval[1])


@dataclass(frozen=True)
class Recommendation:
    """A learning rate under one rule.

    Attributes
    ----------
    rule : str
        Key of the law, or of the textbook rule.
    label : str
        Its name.
    lr : float
        Learning rate.
    interval : tuple of float or None
        95 % interval; None for a rule that brings no error of its own.
    beyond : float
        How many times the batch size lies outside those measured; 1 inside.
    weight : float or None
        Akaike weight of the law among those fitted; None for a textbook rule.
    note : str
        What to beware of, or "".
    """

    rule: str
    label: str
    lr: float
    interval: tuple[float, float] | None
    beyond: float
    weight: float | None
    note: str


def recommend(analysis: Analysis, batch_size: float) -> tuple[Recommendation, ...]:
    """Learning rate for a batch size by every law fitted to a sweep, best law first.

    Parameters
    ----------
    analysis : Analysis
        Of the sweep.
    batch_size : float
        Batch size wanted [examples].

    Returns
    -------
    tuple of Recommendation
        Empty where nothing could be fitted.

    Raises
    ------
    ValueError
        If `batch_size` is not positive and finite.
    """
    size = positive("batch_size", batch_size)
    known = limits(analysis)
    late = _late(size, known.critical_batch_size)
    rows = []
    for fit, weight in zip(analysis.comparison.fits, analysis.comparison.weights, strict=True):
        if fit.law is None:
            continue
        lr, low, high = (float(value) for value in fit.predict(size))  # type: ignore[arg-type]
        beyond = _beyond(size, [optimum.batch_size for optimum in fit.used])
        notes = [
            _beyond_note(beyond),
            _ended(fit.family.key, size, known.noise_scale),
            late,
            _unit_note(beyond),
            "Does not describe the optima within their errors." if "poor_fit" in fit.flags else "",
        ]
        interval = (low, high) if fit.region is not None else None
        note = _joined(*notes)
        tested = bool(np.isfinite(analysis.comparison.fits[0].aicc))
        share = float(weight) if tested else None
        rows.append(Recommendation(fit.family.key, fit.family.label, lr, interval, beyond, share, note))
    return tuple(rows)


def transfer(
    lr: float,
    batch_size: float,
    new_batch_size: float,
    *,
    comparison: Comparison | None = None,
    noise_scale: float | None = None,
    critical_batch_size: float | None = None,
) -> tuple[Recommendation, ...]:
    """Carry a tuned learning rate to another batch size under each rule.

    Parameters
    ----------
    lr : float
        Learning rate that is good at `batch_size`.
    batch_size, new_batch_size : float
        Old and new batch size, in the same unit.
    comparison : Comparison, optional
        Laws fitted to a sweep: each gives the ratio of its values, with the interval of that ratio.
    noise_scale : float, optional
        A noise scale for the saturating and the surge law, where it is known from elsewhere. Above it the linear and
        the square-root rule end: noted.
    critical_batch_size : float, optional
        Above it, no rule gains speed: noted.

    Returns
    -------
    tuple of Recommendation
        Textbook rules first.

    Raises
    ------
    ValueError
        If a number is not positive and finite.

    References
    ----------
    Goyal et al. 1706.02677; Malladi et al. 2205.10287; Marek et al. 2507.07101; McCandlish et al. 1812.06162,
    eq. 2.6; Li et al. 2405.14578, eq. 2.
    """
    lr, old, new = (
        positive("lr", lr),
        positive("batch_size", batch_size),
        positive("new_batch_size", new_batch_size),
    )
    if noise_scale is not None:
        noise_scale = positive("noise_scale", noise_scale)
    if critical_batch_size is not None:
        critical_batch_size = positive("critical_batch_size", critical_batch_size)
    late, unit = _late(new, critical_batch_size), _unit_note(max(new / old, old / new))
    rules: list[tuple[str, str, float]] = [
        ("constant", "Constant", 1.0),
        ("marek", f"Weak power, exponent {_MAREK}", (new / old) ** _MAREK),
        ("square_root", "Square-root rule", float(np.sqrt(new / old))),
        ("linear", "Linear rule", new / old),
    ]
    if noise_scale is not None:
        laws = {
            "sgd": SaturatingLaw(1.0, noise_scale),
            "saturating_half": SaturatingLaw(1.0, noise_scale, 0.5),
            "surge": SurgeLaw(1.0, noise_scale),
        }
        names = {
            "sgd": "SGD, saturating",
            "saturating_half": "Saturating, exponent 1/2",
            "surge": "Surge (Theorem 3)",
        }
        rules += [(key, names[key], law(new) / law(old)) for key, law in laws.items()]
    rows = [
        Recommendation(
            key, label, lr * factor, None, 1.0, None, _joined(_ended(key, max(old, new), noise_scale), late, unit)
        )
        for key, label, factor in rules
    ]
    if comparison is None:
        return tuple(rows)
    for fit, weight in zip(comparison.fits, comparison.weights, strict=True):
        # straight lines of a given slope are already above
        if fit.law is None or (fit.family.law is PowerLaw and fit.family.fixed) or fit.family.key == "constant":
            continue
        measured = [optimum.batch_size for optimum in fit.used]
        beyond = max(_beyond(old, measured), _beyond(new, measured))
        note = _joined(_beyond_note(beyond), late, unit)
        ratio = float(fit.law(new) / fit.law(old))
        interval = _ratio_interval(fit.region, old, new)
        scaled = None if interval is None else (lr * interval[0], lr * interval[1])
        rows.append(
            Recommendation(
                fit.family.key, f"{fit.family.label}, fitted", lr * ratio, scaled, beyond, float(weight), note
            )
        )
    return tuple(rows)


def _ratio_interval(region: Region | None, old: float, new: float) -> tuple[float, float] | None:
    if region is None:
        return None
    both = log_shape(region.family, region.shapes, np.array([old, new]))
    ratios = np.exp(both[:, 1] - both[:, 0])
    return float(ratios.min()), float(ratios.max())


def _beyond(size: float, measured: list[float]) -> float:
    return max(size / max(measured), min(measured) / size, 1.0)


def _beyond_note(beyond: float) -> str:
    return f"{beyond:.2g} x beyond the batch sizes measured." if beyond > 1.0 else ""


def _ended(rule: str, size: float, noise_scale: float | None) -> str:
    if noise_scale is None or size <= noise_scale or rule not in ("linear", "square_root"):
        return ""
    return f"Above the noise scale ({number(noise_scale)}), where this rule ends."


def _late(size: float, critical: float | None) -> str:
    if critical is None or size <= critical:
        return ""
    return f"Above the critical batch size ({number(critical)}) a larger batch saves few steps."


def _unit_note(factor: float) -> str:
    if factor < _OTHER_UNIT:
        return ""
    return "Are both batch sizes counted in the same unit, examples or tokens?"


def _joined(*notes: str) -> str:
    return " ".join(note for note in notes if note)


@dataclass(frozen=True)
class AdamAdvice:
    """Adam's other settings for a batch size `factor` times larger.

    Attributes
    ----------
    factor : float
        New over old batch size.
    sde : Mapping
        beta1, beta2, epsilon by the SDE rule: 1 - beta and 1/epsilon^2 in proportion to the batch; NaN for a
        beta that would not be positive.
    power : Mapping
        beta1, beta2 as powers, beta^factor: the same memory in examples, always valid.
    marek : Mapping
        beta1 kept, beta2^factor.
    weight_decay : float or None
        For the same averaging time in epochs: old one times factor times old over new learning rate.
    notes : tuple of str
        Where the rules end, and what to check, a sentence each.
    """

    factor: float
    sde: Mapping[str, float]
    power: Mapping[str, float]
    marek: Mapping[str, float]
    weight_decay: float | None
    notes: tuple[str, ...]


def scale_adam(
    factor: float,
    *,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    weight_decay: float | None = None,
    lr_factor: float = 1.0,
    batch_size: float | None = None,
    noise_scale: float | None = None,
    critical_batch_size: float | None = None,
) -> AdamAdvice:
    """Betas, epsilon and weight decay for another batch size.

    Parameters
    ----------
    factor : float
        New over old batch size.
    beta1, beta2 : float, optional
        Old ones, between 0 and 1.
    epsilon : float, optional
        Old one.
    weight_decay : float, optional
        Old decoupled weight decay.
    lr_factor : float, optional
        New over old learning rate.
    batch_size : float, optional
        Old batch size; with it, the notes say where the new or the old one is above the next two.
    noise_scale, critical_batch_size : float, optional
        In the unit of `batch_size`, such as from `limits`.

    Returns
    -------
    AdamAdvice

    Raises
    ------
    ValueError
        If a number is outside its range.

    References
    ----------
    Malladi et al., arXiv 2205.10287, Definition 5.2; Marek et al., arXiv 2507.07101 (beta2); Bergsma et al.,
    arXiv 2505.13738 (weight decay).
    """
    kappa = positive("factor", factor)
    positive("lr_factor", lr_factor)
    notes = []
    betas = {"beta1": finite("beta1", beta1), "beta2": finite("beta2", beta2)}
    power = {name: beta**kappa for name, beta in betas.items()}
    sde: dict[str, float] = {}
    for name, beta in betas.items():
        if not 0.0 <= beta < 1.0:
            raise ValueError(f"{name} must be at least 0 and below 1, but got {beta!r}")
        value = 1.0 - kappa * (1.0 - beta)
        if beta == 0.0 and kappa >= 1.0:  # no memory to begin with
            value = 0.0
        elif value <= _ROUNDING:
            symbol = _SYMBOLS[name]
            notes.append(
                f"1 − {number(kappa)}(1 − {symbol}) = {_signed(value)} is not above 0: the batch grows too much for "
                f"the SDE rule; the power form gives {beta_text(power[name])}."
            )
            value = float("nan")
        sde[name] = value
    if kappa > 1 and betas["beta1"] > 0 and power["beta1"] < 0.5:
        notes.append("Little momentum is left at this batch size under either rule.")
    sde["epsilon"] = positive("epsilon", epsilon) / float(np.sqrt(kappa))
    notes += _adam_limits(kappa, batch_size, noise_scale, critical_batch_size)
    marek = {"beta1": betas["beta1"], "beta2": power["beta2"]}
    decay = None if weight_decay is None else positive("weight_decay", weight_decay) * kappa / lr_factor
    return AdamAdvice(kappa, sde, power, marek, decay, tuple(notes))


def _adam_limits(
    kappa: float, batch_size: float | None, noise_scale: float | None, critical_batch_size: float | None
) -> list[str]:
    notes = [_unit_note(max(kappa, 1.0 / kappa))]
    if batch_size is not None:
        old = positive("batch_size", batch_size)
        new = old * kappa
        if noise_scale is not None and max(old, new) > positive("noise_scale", noise_scale):
            notes.append(
                f"Batch size {number(max(old, new))} is above the noise scale ({number(noise_scale)}): there the "
                "square-root rule for the learning rate ends, and with it the SDE rule."
            )
        if critical_batch_size is not None:
            notes.append(_late(new, positive("critical_batch_size", critical_batch_size)))
    return [note for note in notes if note]


def beta_text(value: float) -> str:
    """Write a beta with two digits, or with two digits of how far it is from 1: "0.19", "0.9841"."""
    if value <= 0.5:
        return number(value)
    decimals = 1 - int(np.floor(np.log10(1.0 - value) + _ROUNDING)) if value < 1.0 else 1
    return f"{value:.{decimals}f}".rstrip("0")


def _signed(value: float) -> str:
    return "0" if abs(value) <= _ROUNDING else number(value).replace("-", "−", 1)
