"""The eight curves of one step that a noise model has, said once; the browser's are in `law/curves.js`, and both are
tested against `tests/golden/curves.json`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import pi, sqrt
from typing import Any

import numpy as np

from surgecore.theory.gradient_noise import GradientNoise
from surgecore.theory.laws import ConstantLaw, PowerLaw, SaturatingLaw
from surgecore.theory.noise_model import NoiseModel

#: Keys of the curves, in the order in which they are listed and drawn.
CURVES = ("exact", "correlated", "surge", "plateau", "sgd", "saturating_half", "linear", "square_root")


@dataclass(frozen=True)
class OneStepCurve:
    """Best learning rate of one step against batch size, and the loss drop at it.

    Attributes
    ----------
    optimal_lr : callable
        Batch sizes to learning rates [parameter units per step], as of `Law`.
    loss_drop : callable or None
        Batch sizes to expected loss drops [loss]; None where the curve is a rule of thumb that has none.
    """

    optimal_lr: Callable[[Any], Any]
    loss_drop: Callable[[Any], Any] | None = None


def one_step_curves(model: NoiseModel) -> dict[str, OneStepCurve]:
    """All curves of a noise model, by their key.

    Curves without a height of their own borrow one: the rules start with the small-batch limit of the exact law,
    the saturating laws end on its plateau, as SGD's learning rate has another unit.

    Parameters
    ----------
    model : NoiseModel
        The noise model.

    Returns
    -------
    dict of str to OneStepCurve
        ``exact`` (Theorem 2), ``correlated`` only with correlation, ``surge`` (Theorem 3) only with alignment,
        ``plateau`` (Theorem 4), ``sgd``, ``saturating_half``, ``linear`` and ``square_root``.

    References
    ----------
    Li et al., arXiv 2405.14578, Theorems 2 to 5; McCandlish et al., arXiv 1812.06162, eqs. 2.6, 2.7 and A.3.

    Examples
    --------
    >>> curves = one_step_curves(NoiseModel(0.3, 0.05, 0.0, 8.0, 0.0))
    >>> round(float(curves["exact"].optimal_lr(84)), 4), round(float(curves["plateau"].optimal_lr(84)), 4)
    (0.053, 0.0333)
    """
    noise = model.gradient_noise()
    independent = replace(model, correlation=0.0).gradient_noise() if model.correlation else noise
    found = {"exact": OneStepCurve(independent.optimal_lr, independent.loss_drop)}
    if model.correlation:
        found["correlated"] = OneStepCurve(noise.optimal_lr, noise.loss_drop)
    if (theorem := independent.small_batch_law()) is not None:
        found["surge"] = OneStepCurve(theorem, independent.small_batch_loss_drop())
    found["plateau"] = OneStepCurve(ConstantLaw(noise.plateau_lr), ConstantLaw(noise.plateau_loss_drop))
    if (sgd := noise.sgd_law()) is not None:
        found["sgd"] = OneStepCurve(SaturatingLaw(noise.plateau_lr, sgd.noise_scale), noise.sgd_loss_drop())
        found["saturating_half"] = OneStepCurve(SaturatingLaw(noise.plateau_lr, sgd.noise_scale, 0.5))
    start = small_batch_start(independent)
    return found | {"linear": OneStepCurve(PowerLaw(start, 1.0)), "square_root": OneStepCurve(PowerLaw(start, 0.5))}


def small_batch_start(noise: GradientNoise) -> float:
    """Factor c of the exact law's small-batch limit c sqrt(B), for independent coordinates.

    Parameters
    ----------
    noise : GradientNoise
        The gradient statistics.

    Returns
    -------
    float
        ``sqrt(2/pi) sum mu_i^2/sigma_i / T`` [parameter units per step].

    References
    ----------
    Li et al., arXiv 2405.14578, eq. 4.
    """
    return sqrt(2.0 / pi) * float(np.sum(noise.mean**2 / noise.std)) / noise.trace
