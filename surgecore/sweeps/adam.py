"""Adam's other settings for another batch size, under the rules of the literature."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
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

    def by_sde(self, kappa: float) -> AdamSettings:
        """These for a batch `kappa` times larger by the SDE rule: NaN for a beta that would not be positive."""
        root = sqrt(kappa)
        epsilon, decay = self.epsilon, self.weight_decay
        return AdamSettings(
            _by_sde(self.beta1, kappa), _by_sde(self.beta2, kappa), None if epsilon is None else epsilon / root,
            None if decay is None else decay * root, root,
        )  # fmt: skip

    def by_power(self, kappa: float) -> AdamSettings:
        """These for a batch `kappa` times larger with the same memory in examples: beta^kappa."""
        return AdamSettings(self.beta1**kappa, self.beta2**kappa, weight_decay=self._kept(kappa))

    def by_marek(self, kappa: float) -> AdamSettings:
        """These for a batch `kappa` times larger with beta1 as it is: beta2^kappa."""
        return AdamSettings(self.beta1, self.beta2**kappa, weight_decay=self._kept(kappa))

    def _kept(self, kappa: float) -> float | None:
        """Weight decay with the same averaging time in epochs at `lr_factor` times the learning rate."""
        return None if self.weight_decay is None else self.weight_decay * kappa / (self.lr_factor or 1.0)


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
    factor: float, *, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8,
    weight_decay: float | None = None, lr: float | None = None, lr_factor: float = 1.0,
    batch_size: float | None = None, noise_scale: float | None = None, critical_batch_size: float | None = None,
) -> AdamAdvice:  # fmt: skip
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
    epsilon, weight_decay : float, optional
        Old ones; the decay decoupled.
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
    kappa = positive("factor", factor)
    old = AdamSettings(
        _beta("beta1", beta1), _beta("beta2", beta2), positive("epsilon", epsilon),
        _given("weight_decay", weight_decay), positive("lr_factor", lr_factor),
    )  # fmt: skip
    known = Limits(_given("noise_scale", noise_scale), _given("critical_batch_size", critical_batch_size))
    advised = AdamAdvice(
        kappa, old, old.by_sde(kappa), old.by_power(kappa), old.by_marek(kappa), frozenset(),
        _given("batch_size", batch_size), known,
    )  # fmt: skip
    return replace(advised, flags=frozenset(_flags(advised, _given("lr", lr))))


def _given(name: str, value: float | None) -> float | None:
    return None if value is None else positive(name, value)


def _beta(name: str, value: float) -> float:
    beta = finite(name, value)
    if not 0.0 <= beta < 1.0:
        raise ValueError(f"{name} must be at least 0 and below 1, but got {beta!r}")
    return beta


def _flags(advised: AdamAdvice, lr: float | None) -> Iterator[AdamFlag]:
    """What to know about settings: rules that end, then the unit and the batch sizes."""
    kappa, power, size, known = advised.factor, advised.power, advised.batch_size, advised.limits
    if isnan(advised.sde.beta1):
        yield AdamFlag.BETA1_GONE
    if isnan(advised.sde.beta2):
        yield AdamFlag.BETA2_GONE
    if kappa > 1 and 0 < power.beta1 < 0.5:
        yield AdamFlag.LITTLE_MOMENTUM
    decay, rate = power.weight_decay, advised.old.lr_factor
    if lr is not None and decay is not None and rate is not None and lr * rate * decay > MOST_DECAY:
        yield AdamFlag.DECAY_TOO_LARGE
    if max(kappa, 1.0 / kappa) >= OTHER_UNIT:
        yield AdamFlag.OTHER_UNIT
    if size is None:
        return
    if known.noise_scale is not None and max(size, size * kappa) > known.noise_scale:
        yield AdamFlag.ABOVE_NOISE_SCALE
    if known.critical_batch_size is not None and size * kappa > known.critical_batch_size:
        yield AdamFlag.ABOVE_CRITICAL


def _by_sde(beta: float, kappa: float) -> float:
    if beta == 0.0:  # no memory to begin with: the rule is about averages
        return 0.0
    value = 1.0 - kappa * (1.0 - beta)
    return value if value > _ROUNDING else nan
