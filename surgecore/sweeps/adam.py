"""Adam's other settings for another batch size, under the rules of the literature."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from math import isnan, nan, sqrt

from surgecore._validate import finite, positive
from surgecore.sweeps.advice import OTHER_UNIT, Limits

_ROUNDING = 1e-12
#: Share of a weight that decay may take in one step before it is no longer a decay: learning rate times weight decay.
MOST_DECAY = 0.1


class AdamFlag(StrEnum):
    """What to know about scaled settings."""

    BETA1_GONE = "beta1_gone"
    BETA2_GONE = "beta2_gone"
    LITTLE_MOMENTUM = "little_momentum"
    OTHER_UNIT = "other_unit"
    ABOVE_NOISE_SCALE = "above_noise_scale"
    ABOVE_CRITICAL = "above_critical"
    DECAY_TOO_LARGE = "decay_too_large"


@dataclass(frozen=True)
class AdamSettings:
    """Settings under one rule.

    Attributes
    ----------
    beta1, beta2 : float
        NaN where the rule gives none.
    epsilon : float or None
        None where the rule says nothing of it.
    weight_decay : float or None
        Decoupled, multiplied by the learning rate in each step as PyTorch's AdamW does; None without one.
    lr_factor : float or None
        New over old learning rate that belongs to the rule; None where it leaves that open.
    """

    beta1: float
    beta2: float
    epsilon: float | None = None
    weight_decay: float | None = None
    lr_factor: float | None = None


@dataclass(frozen=True)
class AdamAdvice:
    """Adam's other settings for a batch size `factor` times larger.

    Attributes
    ----------
    factor : float
        New over old batch size.
    old : AdamSettings
        What was given, with the learning rate's factor.
    sde : AdamSettings
        1 - beta and 1/epsilon^2 in proportion to the batch, learning rate and weight decay by its square root; NaN
        for a beta that would not be positive.
    power : AdamSettings
        beta^factor: the same memory in examples, always valid.
    marek : AdamSettings
        beta1 kept, beta2^factor.
    flags : frozenset of AdamFlag
        Where the rules end, and what to check.
    batch_size : float or None
        Old batch size, where it was given.
    limits : Limits
        The batch sizes that the flags are about.
    """

    factor: float
    old: AdamSettings
    sde: AdamSettings
    power: AdamSettings
    marek: AdamSettings
    flags: frozenset[AdamFlag]
    batch_size: float | None = None
    limits: Limits = field(default_factory=Limits)


def scale_adam(
    factor: float,
    *,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    weight_decay: float | None = None,
    lr: float | None = None,
    lr_factor: float = 1.0,
    batch_size: float | None = None,
    noise_scale: float | None = None,
    critical_batch_size: float | None = None,
) -> AdamAdvice:
    """Betas, epsilon and weight decay for another batch size.

    A beta of 0 is no memory, and stays so at any factor. Weight decay keeps its averaging time in epochs: the old one
    times `factor` over `lr_factor`; with the SDE rule, whose learning rate goes with the square root, that is the
    square root, too.

    Parameters
    ----------
    factor : float
        New over old batch size.
    beta1, beta2 : float, optional
        Old ones, at least 0 and below 1.
    epsilon : float, optional
        Old one.
    weight_decay : float, optional
        Old decoupled weight decay.
    lr : float, optional
        Old learning rate: with it, a decay that takes too much of a weight in a step is flagged.
    lr_factor : float, optional
        New over old learning rate, for the decay of the rules that leave it open.
    batch_size : float, optional
        Old batch size; with it, flags say where the new or the old one is above the next two.
    noise_scale, critical_batch_size : float, optional
        In the unit of `batch_size`, such as from `surgecore.sweeps.advice.limits`.

    Returns
    -------
    AdamAdvice

    Raises
    ------
    ValueError
        If a number is outside its range.

    References
    ----------
    Malladi et al., arXiv 2205.10287, Definition 5.2; Marek et al., arXiv 2507.07101 (beta2); Wang and Aitchison,
    arXiv 2405.13698, and Bergsma et al., arXiv 2505.13738 (weight decay).

    Examples
    --------
    >>> advice = scale_adam(4.0, weight_decay=0.1, lr_factor=2.0)
    >>> round(advice.sde.beta1, 3), round(advice.power.beta1, 4), round(advice.power.weight_decay, 3)
    (0.6, 0.6561, 0.2)
    """
    kappa, rate = positive("factor", factor), positive("lr_factor", lr_factor)
    betas = [finite("beta1", beta1), finite("beta2", beta2)]
    for name, beta in zip(("beta1", "beta2"), betas, strict=True):
        if not 0.0 <= beta < 1.0:
            raise ValueError(f"{name} must be at least 0 and below 1, but got {beta!r}")
    decay = None if weight_decay is None else positive("weight_decay", weight_decay)
    eps, root = positive("epsilon", epsilon), sqrt(kappa)
    kept = None if decay is None else decay * kappa / rate
    powers = [beta**kappa for beta in betas]
    known = Limits(
        None if noise_scale is None else positive("noise_scale", noise_scale),
        None if critical_batch_size is None else positive("critical_batch_size", critical_batch_size),
    )
    old_size = None if batch_size is None else positive("batch_size", batch_size)
    sde = AdamSettings(
        _by_sde(betas[0], kappa), _by_sde(betas[1], kappa), eps / root, None if decay is None else decay * root, root
    )
    flags = _reach(kappa, old_size, known)
    flags |= {AdamFlag.BETA1_GONE} if isnan(sde.beta1) else set()
    flags |= {AdamFlag.BETA2_GONE} if isnan(sde.beta2) else set()
    flags |= {AdamFlag.LITTLE_MOMENTUM} if kappa > 1 and 0 < powers[0] < 0.5 else set()
    if lr is not None and kept is not None and positive("lr", lr) * rate * kept > MOST_DECAY:
        flags.add(AdamFlag.DECAY_TOO_LARGE)
    old = AdamSettings(betas[0], betas[1], eps, decay, rate)
    power = AdamSettings(powers[0], powers[1], weight_decay=kept)
    marek = AdamSettings(betas[0], powers[1], weight_decay=kept)
    return AdamAdvice(kappa, old, sde, power, marek, frozenset(flags), old_size, known)


def _by_sde(beta: float, kappa: float) -> float:
    if beta == 0.0:  # no memory to begin with: the rule is about averages
        return 0.0
    value = 1.0 - kappa * (1.0 - beta)
    return value if value > _ROUNDING else nan


def _reach(kappa: float, batch_size: float | None, known: Limits) -> set[AdamFlag]:
    flags = {AdamFlag.OTHER_UNIT} if max(kappa, 1.0 / kappa) >= OTHER_UNIT else set()
    if batch_size is None:
        return flags
    new = batch_size * kappa
    if known.noise_scale is not None and max(batch_size, new) > known.noise_scale:
        flags.add(AdamFlag.ABOVE_NOISE_SCALE)
    if known.critical_batch_size is not None and new > known.critical_batch_size:
        flags.add(AdamFlag.ABOVE_CRITICAL)
    return flags
