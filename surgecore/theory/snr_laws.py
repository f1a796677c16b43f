"""The exact law of Theorem 2 with a simple distribution of signal to noise over the parameters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import erf, erfinv

from surgecore._validate import FloatArray, finite
from surgecore.theory.laws import Law
from surgecore.theory.params import Param

# The trapezoidal rule over the Gaussian is exact to 1e-7 here: the integrand is smooth on the scale of the step even
# for the widest spread, where erf turns from 0 to 1 within half a standard deviation.
_NODES = np.linspace(-7.0, 7.0, 113)
_WEIGHTS = np.exp(-0.5 * _NODES**2) / np.exp(-0.5 * _NODES**2).sum()


@dataclass(frozen=True)
class EqualSnrLaw(Law):
    r"""The exact sign law when every coordinate has the same signal-to-noise ratio.

    .. math:: \varepsilon(B) = \varepsilon_0\,\frac{E}{1 + R E^2},\qquad E = \mathrm{erf}(\sqrt{B/2}\,z)

    It peaks only if R > 1, at B = 2 (erfinv(1/sqrt R)/z)^2, and settles on lr_scale / (1 + R).

    Parameters
    ----------
    lr_scale : float
        Sum of |mu| over the trace of the Hessian [parameter units per step].
    snr : float
        Mean over standard deviation of a coordinate's per-example gradient, z.
    coupling : float
        Off-diagonal curvature along the sign of the gradient over the trace, R > -1.

    Raises
    ------
    ValueError
        If `lr_scale` or `snr` is not positive and finite, or `coupling` not above -1.

    References
    ----------
    Li et al., arXiv 2405.14578, Theorem 2, eq. 9 with equal mu_i / sigma_i.
    """

    lr_scale: float
    snr: float
    coupling: float

    params = (
        Param("lr_scale", r"\varepsilon_0", "rate_sign", 1e-2, (1e-9, 1e4)),
        Param("snr", "z", "per_example", 0.05, (1e-6, 1e2)),
        Param("coupling", "R", "", 4.0, (1e-3, 1e5)),
    )

    def __post_init__(self) -> None:
        self._keep_positive("lr_scale", "snr")
        object.__setattr__(self, "coupling", finite("coupling", self.coupling))
        if not self.coupling > -1.0:
            raise ValueError(f"coupling must be above -1 (positive curvature), but got {self.coupling!r}")

    def _curve(self, batch_size: FloatArray) -> FloatArray:
        mean_sign = erf(np.sqrt(0.5 * batch_size) * self.snr)
        return np.asarray(self.lr_scale * mean_sign / (1.0 + self.coupling * mean_sign**2))

    @property
    def peak_batch_size(self) -> float | None:
        """Batch size of the peak [examples], or None for R <= 1, where the law is monotone."""
        if self.coupling <= 1.0:
            return None
        with np.errstate(over="ignore"):
            return float(2.0 * (erfinv(1.0 / np.sqrt(self.coupling)) / self.snr) ** 2)

    @property
    def plateau_lr(self) -> float:
        """Limit of the optimal learning rate for large batches [parameter units per step]."""
        return self.lr_scale / (1.0 + self.coupling)


@dataclass(frozen=True)
class LognormalSnrLaw(Law):
    r"""The exact sign law when signal-to-noise ratios are log-normal over many parameters.

    .. math:: \varepsilon(B) = \varepsilon_0\,\frac{\bar E}{1 + R \bar E^2},\qquad
              \bar E = \int \mathrm{erf}\left(\sqrt{B/2}\,z\,e^{s u}\right) \varphi(u)\,du

    It is `EqualSnrLaw` for s = 0. The wider the spread, the slower the rise and the fall; the peak, where R > 1, stands
    where the mean sign is 1/sqrt R, and the plateau is lr_scale / (1 + R), whatever the spread.

    Parameters
    ----------
    lr_scale : float
        Sum of |mu| over the trace of the Hessian [parameter units per step].
    snr : float
        Median over the parameters of mean over standard deviation of the per-example gradient, z.
    snr_spread : float
        Standard deviation of the natural log of that ratio over the parameters, s.
    coupling : float
        Off-diagonal curvature along the sign of the gradient over the trace, R > -1.

    Raises
    ------
    ValueError
        If `lr_scale` or `snr` is not positive and finite, `snr_spread` is negative, or `coupling` is not above -1.

    References
    ----------
    Li et al., arXiv 2405.14578, Theorem 2, eq. 9, in the limit of many parameters with equal |mu_i|.
    """

    lr_scale: float
    snr: float
    snr_spread: float
    coupling: float

    params = (
        *EqualSnrLaw.params[:2],
        Param("snr_spread", "s", "", 1.2, (0.0, 3.0), log=False),
        EqualSnrLaw.params[2],
    )

    def __post_init__(self) -> None:
        self._keep_positive("lr_scale", "snr")
        for name, least in (("snr_spread", 0.0), ("coupling", -1.0)):
            object.__setattr__(self, name, finite(name, getattr(self, name)))
            if getattr(self, name) < least or getattr(self, name) == -1.0:
                rule = "not be negative" if least == 0.0 else "be above -1 (positive curvature)"
                raise ValueError(f"{name} must {rule}, but got {getattr(self, name)!r}")

    def _curve(self, batch_size: FloatArray) -> FloatArray:
        mean_sign = _mean_sign(batch_size, np.asarray(self.snr), np.asarray(self.snr_spread))
        return np.asarray(self.lr_scale * mean_sign / (1.0 + self.coupling * mean_sign**2))

    @property
    def peak_batch_size(self) -> float | None:
        """Batch size of the peak [examples], or None for R <= 1, where the law is monotone."""
        if self.coupling <= 1.0:
            return None
        wanted, spread = 1.0 / np.sqrt(self.coupling), self.snr_spread
        # in units of z: every mean sign lies between those of the smallest and the largest ratio that counts
        centre, reach = float(np.log(erfinv(wanted))), 7.0 * spread + 1.0

        def excess(place: float) -> float:
            return float(_signs(np.exp(np.array([place])), spread)[0] - wanted)

        place = brentq(excess, centre - reach, centre + reach, xtol=1e-12)
        with np.errstate(over="ignore"):
            return float(2.0 * (np.exp(place) / self.snr) ** 2)

    @property
    def plateau_lr(self) -> float:
        """Limit of the optimal learning rate for large batches [parameter units per step]."""
        return self.lr_scale / (1.0 + self.coupling)


def _signs(ratio: FloatArray, spread: float) -> FloatArray:
    """Mean of erf(ratio e^(spread u)) over a standard normal u."""
    return np.asarray(erf(ratio[..., None] * np.exp(spread * _NODES)) @ _WEIGHTS)


def _mean_sign(batch_size: FloatArray, snr: FloatArray, spread: FloatArray) -> FloatArray:
    """Mean sign; a fit gives columns of `snr` and `spread`, in which few pairs differ: each is integrated once."""
    if snr.size == 1 and spread.size == 1:
        signs = _signs(np.sqrt(0.5 * batch_size) * snr.item(), spread.item())
        return signs if snr.ndim == spread.ndim == 0 else signs.reshape(1, -1)
    pairs = np.column_stack([column.ravel() for column in np.broadcast_arrays(snr, spread)])
    few, where = np.unique(pairs, axis=0, return_inverse=True)
    ratio = np.sqrt(0.5 * batch_size).reshape(1, -1) * few[:, :1]
    return np.asarray((erf(ratio[..., None] * np.exp(few[:, 1, None, None] * _NODES)) @ _WEIGHTS)[where.ravel()])
