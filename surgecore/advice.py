"""What to do with a fit: a learning rate for another batch size, and Adam's settings to go with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from surgecore._least_squares import Region, log_shape
from surgecore._validate import positive
from surgecore.analysis import Analysis
from surgecore.comparison import Comparison
from surgecore.laws import PowerLaw, SaturatingLaw, SurgeLaw

_MAREK = 0.158  # exponent of the weak dependence that Marek et al. find with small batches


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
    rows = []
    for fit, weight in zip(analysis.comparison.fits, analysis.comparison.weights, strict=True):
        if fit.law is None:
            continue
        lr, low, high = (float(value) for value in fit.predict(size))  # type: ignore[arg-type]
        beyond = _beyond(size, [optimum.batch_size for optimum in fit.used])
        notes = [
            _beyond_note(beyond),
            "Does not describe the optima within their errors." if "poor_fit" in fit.flags else "",
        ]
        interval = (low, high) if fit.region is not None else None
        note = " ".join(text for text in notes if text)
        rows.append(Recommendation(fit.family.key, fit.family.label, lr, interval, beyond, float(weight), note))
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
        A noise scale for the saturating and the surge law, where it is known from elsewhere.
    critical_batch_size : float, optional
        Beyond it, no rule gains speed: noted.

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
    late = ""
    if critical_batch_size is not None and new > positive("critical_batch_size", critical_batch_size):
        late = f"Beyond the critical batch size ({critical_batch_size:.3g}) a larger batch saves few steps."
    rules: list[tuple[str, str, float]] = [
        ("constant", "Constant", 1.0),
        ("marek", f"Weak power, exponent {_MAREK}", (new / old) ** _MAREK),
        ("square_root", "Square-root rule", float(np.sqrt(new / old))),
        ("linear", "Linear rule", new / old),
    ]
    if noise_scale is not None:
        scale = positive("noise_scale", noise_scale)
        laws = {
            "sgd": SaturatingLaw(1.0, scale),
            "saturating_half": SaturatingLaw(1.0, scale, 0.5),
            "surge": SurgeLaw(1.0, scale),
        }
        names = {
            "sgd": "SGD, saturating",
            "saturating_half": "Saturating, exponent 1/2",
            "surge": "Surge (Theorem 3)",
        }
        rules += [(key, names[key], law(new) / law(old)) for key, law in laws.items()]
    rows = [Recommendation(key, label, lr * factor, None, 1.0, None, late) for key, label, factor in rules]
    if comparison is None:
        return tuple(rows)
    for fit, weight in zip(comparison.fits, comparison.weights, strict=True):
        # straight lines of a given slope are already above
        if fit.law is None or (fit.family.law is PowerLaw and fit.family.fixed) or fit.family.key == "constant":
            continue
        measured = [optimum.batch_size for optimum in fit.used]
        beyond = max(_beyond(old, measured), _beyond(new, measured))
        note = " ".join(text for text in (_beyond_note(beyond), late) if text)
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
        Guards.
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
    betas = {"beta1": beta1, "beta2": beta2}
    sde: dict[str, float] = {}
    for name, beta in betas.items():
        if not 0.0 <= beta < 1.0:
            raise ValueError(f"{name} must be at least 0 and below 1, but got {beta!r}")
        value = 1.0 - kappa * (1.0 - beta)
        sde[name] = value if value > 0.0 else float("nan")
        if value <= 0.0:
            notes.append(
                f"1 - {kappa:g} (1 - {name}) = {value:.2g} is no valid {name}: the batch grows too much for "
                f"the SDE rule; the power form gives {beta**kappa:.4g}."
            )
    if kappa > 1 and beta1 > 0 and beta1**kappa < 0.5:
        notes.append("Little momentum is left at this batch size under either rule.")
    sde["epsilon"] = positive("epsilon", epsilon) / float(np.sqrt(kappa))
    power = {name: beta**kappa for name, beta in betas.items()}
    marek = {"beta1": beta1, "beta2": beta2**kappa}
    decay = None if weight_decay is None else positive("weight_decay", weight_decay) * kappa / lr_factor
    return AdamAdvice(kappa, sde, power, marek, decay, tuple(notes))
