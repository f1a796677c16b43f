"""Closed-form laws of the optimal learning rate against batch size.

Every law is a frozen dataclass that is called with batch sizes. Its parameters are described once, in ``Law.params``.
`families` lists what is fitted and compared; two families may share one law with another parameter held fixed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from surgecore._validate import FloatArray, finite, like, positive, positive_array
from surgecore.theory.params import Param


def _lr_max(phrase: str) -> Param:
    return Param("lr_max", r"\varepsilon_{max}", "rate_sign", 1e-3, (1e-9, 1e4), phrase=phrase)


def _noise_scale(phrase: str) -> Param:
    return Param("noise_scale", r"\mathcal{B}_{noise}", "examples", 256.0, (1e-3, 1e9), phrase=phrase)


class Law(ABC):
    """A curve of optimal learning rate against batch size: call it with batch sizes.

    Attributes
    ----------
    params : tuple of Param
        Its parameters in the order of its fields.
    """

    params: ClassVar[tuple[Param, ...]]

    def __call__(self, batch_size: ArrayLike) -> Any:  # noqa: ANN401 - a float for a scalar, else an array
        """Optimal learning rate at each batch size.

        Parameters
        ----------
        batch_size : array_like
            Positive and finite, any shape [examples].

        Returns
        -------
        float or ndarray
            Same shape as `batch_size`.

        Raises
        ------
        ValueError
            If a batch size is not positive and finite.
        """
        batch = positive_array("batch_size", batch_size)
        with np.errstate(over="ignore", under="ignore"):  # far out a curve takes its limit
            return like(self._curve(batch), batch_size)

    @abstractmethod
    def _curve(self, batch_size: FloatArray) -> FloatArray: ...

    def _keep_positive(self, *names: str) -> None:
        for name in names:
            object.__setattr__(self, name, positive(name, getattr(self, name)))

    @property
    def peak_batch_size(self) -> float | None:
        """Batch size of the highest optimal learning rate, or None where the law has no peak."""
        return None


@dataclass(frozen=True)
class SurgeLaw(Law):
    r"""The surge law of Adam-style optimizers: rise, peak at the noise scale, fall.

    .. math:: \varepsilon(B) = \frac{\varepsilon_{max}}
              {\frac12\left(\sqrt{B_{noise}/B} + \sqrt{B/B_{noise}}\right)}

    It is symmetric in log B and falls to zero; the exact law (`GradientNoise`) settles on a plateau instead.
    The formula linearises the mean sign, so it holds for B well below pi sigma^2 / (2 mu^2) only.

    Parameters
    ----------
    lr_max : float
        Learning rate at the peak [parameter units per step].
    noise_scale : float
        Batch size of the peak [examples].

    Raises
    ------
    ValueError
        If a parameter is not positive and finite.

    References
    ----------
    Li et al., arXiv 2405.14578, Theorem 3, eqs. 2 and 13-16.

    Examples
    --------
    >>> law = SurgeLaw(lr_max=1e-3, noise_scale=64.0)
    >>> law(64), round(law(16), 6)
    (0.001, 0.0008)
    """

    lr_max: float
    noise_scale: float

    params = (
        _lr_max("lr_max"),
        _noise_scale("noise_scale"),
    )

    def __post_init__(self) -> None:
        self._keep_positive("lr_max", "noise_scale")

    def _curve(self, batch_size: FloatArray) -> FloatArray:
        # 1 / cosh of half the log distance: symmetric to the last bit, and nothing overflows far out
        decay = np.exp(-0.5 * np.abs(np.log(batch_size) - np.log(self.noise_scale)))
        return np.asarray(self.lr_max * decay / (0.5 + 0.5 * decay**2))

    @property
    def peak_batch_size(self) -> float:
        """Batch size of the peak: the noise scale [examples]."""
        return self.noise_scale


@dataclass(frozen=True)
class GeneralSurgeLaw(Law):
    r"""The surge law with a free exponent, as heavy-tailed gradients give it.

    .. math:: \varepsilon(B) = \frac{\varepsilon_{max}}
              {\frac12\left((B_{noise}/B)^p + (B/B_{noise})^p\right)}

    The mean of B symmetric alpha-stable gradients shrinks as B^(1/alpha - 1), which makes p = 1 - 1/alpha;
    Gaussian noise (alpha = 2) gives p = 1/2 and with it `SurgeLaw`.

    Parameters
    ----------
    lr_max : float
        Learning rate at the peak [parameter units per step].
    noise_scale : float
        Batch size of the peak [examples].
    exponent : float
        Slope of rise and fall on log-log axes, p.

    Raises
    ------
    ValueError
        If a parameter is not positive and finite.

    References
    ----------
    Li et al., arXiv 2405.14578, Theorem 3, with the central limit theorem's exponent replaced by that of
    stable laws.
    """

    lr_max: float
    noise_scale: float
    exponent: float

    params = (
        *SurgeLaw.params,
        Param("exponent", "p", "", 0.5, (0.02, 1.0), log=False, phrase="exponent_surge"),
    )  # fmt: skip

    def __post_init__(self) -> None:
        self._keep_positive("lr_max", "noise_scale", "exponent")

    def _curve(self, batch_size: FloatArray) -> FloatArray:
        decay = np.exp(-self.exponent * np.abs(np.log(batch_size) - np.log(self.noise_scale)))
        return np.asarray(self.lr_max * decay / (0.5 + 0.5 * decay**2))

    @property
    def peak_batch_size(self) -> float:
        """Batch size of the peak: the noise scale [examples]."""
        return self.noise_scale


@dataclass(frozen=True)
class SaturatingLaw(Law):
    r"""A rise that saturates: linear in B for SGD, square root for the common Adam heuristic.

    .. math:: \varepsilon(B) = \varepsilon_{max} / (1 + B_{noise}/B)^{\alpha}

    Parameters
    ----------
    lr_max : float
        Limit for large batches [parameter units per step; for SGD parameter units squared per loss].
    noise_scale : float
        Batch size of the knee [examples].
    exponent : float, optional
        Slope of the rise: 1 for SGD, between 1/2 and 1 for Adam and RMSprop (empirical).

    Raises
    ------
    ValueError
        If a parameter is not positive and finite.

    References
    ----------
    McCandlish et al., arXiv 1812.06162, eq. 2.6 (exponent 1) and eq. A.3 (any exponent).
    """

    lr_max: float
    noise_scale: float
    exponent: float = 1.0

    params = (
        _lr_max("lr_max_saturating"),
        _noise_scale("noise_scale_saturating"),
        Param("exponent", r"\alpha", "", 1.0, (0.05, 2.0), log=False, phrase="exponent_rise"),
    )

    def __post_init__(self) -> None:
        self._keep_positive("lr_max", "noise_scale", "exponent")

    def _curve(self, batch_size: FloatArray) -> FloatArray:
        damping = (1.0 + self.noise_scale / batch_size) ** self.exponent
        if np.isfinite(damping).all():
            return np.asarray(self.lr_max / damping)
        # what is beyond a float lies where the curve is a power law
        rise = np.log(self.lr_max) + self.exponent * (np.log(batch_size) - np.log(self.noise_scale))
        return np.where(np.isfinite(damping), self.lr_max / damping, np.exp(rise))


@dataclass(frozen=True)
class PowerLaw(Law):
    r"""A straight line on log-log axes: the linear and the square-root rule are its best-known cases.

    .. math:: \varepsilon(B) = c\,B^{p}

    Parameters
    ----------
    coefficient : float
        Optimal learning rate at batch size 1 [parameter units per step].
    exponent : float
        Slope on log-log axes: 1 for the linear rule, 1/2 for the square-root rule.

    Raises
    ------
    ValueError
        If the coefficient is not positive or the exponent not finite.

    References
    ----------
    Goyal et al., arXiv 1706.02677 (exponent 1); Malladi et al., arXiv 2205.10287 (exponent 1/2).
    """

    coefficient: float
    exponent: float

    params = (
        Param("coefficient", "c", "rate_sign", 1e-4, (1e-12, 1e4)),
        Param("exponent", "p", "", 0.5, (-2.0, 2.0), log=False, phrase="exponent_power"),
    )

    def __post_init__(self) -> None:
        self._keep_positive("coefficient")
        object.__setattr__(self, "exponent", finite("exponent", self.exponent))

    def _curve(self, batch_size: FloatArray) -> FloatArray:
        power = np.asarray(batch_size**self.exponent)
        inside = np.isfinite(power) & (power > 0)
        if inside.all():
            return np.asarray(self.coefficient * power)
        line = np.log(self.coefficient) + self.exponent * np.log(batch_size)
        return np.where(inside, self.coefficient * power, np.exp(line))


@dataclass(frozen=True)
class ConstantLaw(Law):
    """The same optimal learning rate at every batch size: the null every other law has to beat.

    Parameters
    ----------
    lr : float
        The learning rate [parameter units per step].

    Raises
    ------
    ValueError
        If `lr` is not positive and finite.
    """

    lr: float

    params = (Param("lr", r"\varepsilon", "rate_sign", 1e-3, (1e-9, 1e4)),)

    def __post_init__(self) -> None:
        self._keep_positive("lr")

    def _curve(self, batch_size: FloatArray) -> FloatArray:
        return np.full(batch_size.shape, self.lr)
