"""What a noise model's curves are and where they peak: the numbers behind the Explore page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import pi, sqrt
from typing import Any

from words import VISIBLE

from surgecore import ConstantLaw, GradientNoise, NoiseModel, Peak, PowerLaw, SaturatingLaw

Curve = Callable[[Any], Any]


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
