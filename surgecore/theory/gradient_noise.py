"""The exact law of the optimal learning rate from the statistics of per-example gradients.

`GradientNoise` holds the mean and standard deviation of every coordinate's gradient, the curvature as a
diagonal plus a low rank, and how the coordinates' noise is correlated. Sliders, measurements and toy
problems all make one of these, and every curve of the theory comes out of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from surgecore._validate import FloatArray, like, positive_array, real_rows, real_vector
from surgecore.theory.coordinates import Coordinates, SignSums
from surgecore.theory.laws import SaturatingLaw, SurgeLaw
from surgecore.theory.loss_drop import LossDrop
from surgecore.theory.peaks import Peak, find_peaks

_SLOPE_ROUNDING = 1e-13
#: Batch sizes beyond these are not looked at: what they are computed with would be no floats.
_SMALLEST, _LARGEST = 1e-300, 1e300


@dataclass(frozen=True, eq=False)
class GradientNoise:
    r"""Per-example gradient statistics of N coordinates, and the laws that follow from them.

    The batch gradient is taken as Gaussian (the mean of a sign-like update then is an error function), the
    loss as quadratic, and the learning rate as the best for one step:

    .. math:: \varepsilon(B) = \frac{\sum_i E_i\mu_i}{T + \sum_{i\ne j}\langle s_i s_j\rangle H_{ij}},\qquad
              \Delta L(B) = \frac12\frac{(\sum_i E_i\mu_i)^2}{T + \sum_{i\ne j}\langle s_i s_j\rangle H_{ij}}

    with ``E_i = erf(sqrt(B/2) mu_i/sigma_i)``, ``T = tr H`` and ``<s_i s_j>`` the expected product of the two
    signs: ``E_i E_j`` for independent coordinates (Theorem 2), and its average over the common factor where
    `correlation_loadings` are given.

    Parameters
    ----------
    mean : array_like, shape (N,)
        Mean mu_i of the per-example gradient [loss per parameter unit]; not all zero.
    std : array_like, shape (N,)
        Standard deviation sigma_i of the per-example gradient [loss per parameter unit], positive.
    curvature_diagonal : array_like, shape (N,)
        The diagonal d of ``H = diag(d) + U U^T`` [loss per parameter unit squared]. The trace of H must be
        positive. Where single entries are negative, the curvature along the update may be too: there the
        quadratic model has no best learning rate and the curves are NaN.
    curvature_factors : array_like, shape (N, k), optional
        The factors U.
    correlation_loadings : array_like, shape (N,), optional
        Loadings lambda_i in (-1, 1) of a common factor: per-example gradients of coordinates i and j have
        correlation ``lambda_i lambda_j``.
    skewness : array_like, shape (N,), optional
        Skewness gamma_i of the per-example gradient, to first order (one Edgeworth term): the mean sign
        gains ``gamma/(3 sqrt B) (a^2 - 1) phi(a)`` with ``a = sqrt(B) mu/sigma``. It is small for B well
        above gamma^2 only; combined with correlation, terms in gamma times lambda are left out.

    Raises
    ------
    ValueError
        If shapes disagree, a value is not finite, a standard deviation not positive, a loading not in
        (-1, 1), all means are zero, or the trace of the curvature is not positive.

    References
    ----------
    Li et al., arXiv 2405.14578, Lemma 1 and Theorem 2 (eqs. 6-9); with the error function itself in place of
    its approximation, eq. 10.

    Examples
    --------
    >>> import numpy as np
    >>> noise = GradientNoise(np.full(4, 0.1), np.full(4, 2.0), np.full(4, 0.5), np.full((4, 1), 0.7))
    >>> noise.optimal_lr([16, 1024]).round(4)
    array([0.0154, 0.0413])
    """

    mean: FloatArray
    std: FloatArray
    curvature_diagonal: FloatArray
    curvature_factors: FloatArray | None = None
    correlation_loadings: FloatArray | None = None
    skewness: FloatArray | None = None

    def __post_init__(self) -> None:
        mean = real_vector("mean", self.mean, None)
        n = mean.size
        checked: dict[str, FloatArray | None] = {
            "mean": mean,
            "std": real_vector("std", self.std, n),
            "curvature_diagonal": real_vector("curvature_diagonal", self.curvature_diagonal, n),
            "curvature_factors": None
            if self.curvature_factors is None
            else real_rows("curvature_factors", self.curvature_factors, n),
        }
        for name in ("correlation_loadings", "skewness"):
            given = getattr(self, name)
            checked[name] = None if given is None else real_vector(name, given, n)
        for name, array in checked.items():
            object.__setattr__(self, name, array)
        if not np.all(self.std > 0):
            raise ValueError(f"std must be positive, but got {float(self.std.min())!r}")
        if not mean.any():
            raise ValueError("mean must have an entry other than zero, but got only zeros")
        loadings = self.correlation_loadings
        if loadings is not None and not np.all(np.abs(loadings) < 1.0):
            raise ValueError(f"correlation_loadings must lie between -1 and 1, but got {_largest(loadings)!r}")
        if not self.trace > 0:
            raise ValueError(f"the trace of the curvature must be positive, but got {self.trace!r}")

    # --- the curves -------------------------------------------------------------------------------------

    def optimal_lr(self, batch_size: ArrayLike) -> Any:  # noqa: ANN401 - a float for a scalar, else an array
        """Learning rate of the largest expected loss drop in one step (Theorem 2, eq. 9).

        Parameters
        ----------
        batch_size : array_like
            Positive and finite, any shape [examples].

        Returns
        -------
        float or ndarray
            Same shape as `batch_size` [parameter units per step]; NaN where the curvature along the update
            is not positive. It can be negative only with skewness: there no positive rate lowers the loss.

        Raises
        ------
        ValueError
            If a batch size is not positive and finite.
        """
        batch = positive_array("batch_size", batch_size)
        sums = self._coordinates.sums(np.sqrt(batch.ravel()))
        return like((sums.signal / self._curvature(sums)).reshape(batch.shape), batch_size)

    def loss_drop(self, batch_size: ArrayLike) -> Any:  # noqa: ANN401 - a float for a scalar, else an array
        """Expected loss drop of one step at the optimal learning rate (Theorem 2, eq. 8).

        It may fall for large batches when signal-to-noise ratios differ; Theorem 5 says monotone because it
        linearises the mean sign.

        Parameters
        ----------
        batch_size : array_like
            Positive and finite, any shape [examples].

        Returns
        -------
        float or ndarray
            Same shape as `batch_size` [loss]; NaN where the curvature along the update is not positive.

        Raises
        ------
        ValueError
            If a batch size is not positive and finite.
        """
        batch = positive_array("batch_size", batch_size)
        sums = self._coordinates.sums(np.sqrt(batch.ravel()))
        return like((0.5 * sums.signal**2 / self._curvature(sums)).reshape(batch.shape), batch_size)

    def log_slope(self, batch_size: ArrayLike) -> Any:  # noqa: ANN401 - a float for a scalar, else an array
        """Slope of the optimal learning rate on log-log axes, analytically.

        Parameters
        ----------
        batch_size : array_like
            Positive and finite, any shape [examples].

        Returns
        -------
        float or ndarray
            ``d ln lr / d ln B``, same shape as `batch_size`: 1/2 for small batches, 0 on the plateau.

        Raises
        ------
        ValueError
            If a batch size is not positive and finite.
        """
        batch = positive_array("batch_size", batch_size)
        sums = self._coordinates.sums(np.sqrt(batch.ravel()), slopes=True)
        slope = sums.signal_slope / sums.signal - sums.coupling_slope / self._curvature(sums)
        return like(slope.reshape(batch.shape), batch_size)

    @cached_property
    def plateau_lr(self) -> float:
        """Limit of the optimal learning rate for large batches [parameter units per step].

        Theorem 4, eq. 17, corrected for coordinates of zero mean, whose signs stay random however large the
        batch: they keep their own curvature in the denominator.
        """
        sums = self._coordinates.sums(np.array([np.inf]))
        return float((sums.signal / self._curvature(sums))[0])

    @cached_property
    def plateau_loss_drop(self) -> float:
        """Limit of the loss drop for large batches [loss]."""
        sums = self._coordinates.sums(np.array([np.inf]))
        return float((0.5 * sums.signal**2 / self._curvature(sums))[0])

    def peaks(
        self, batch_range: tuple[float, float] | None = None, min_prominence: float | None = None
    ) -> tuple[Peak, ...]:
        """All local maxima of the exact curve, by batch size.

        The sign of the analytic slope is followed along a log grid and its changes are refined, so a peak
        that stands out by 1e-9 is found as safely as a tall one.

        Parameters
        ----------
        batch_range : (float, float), optional
            Where to look [examples]; by default everywhere the signal-to-noise ratios let the curve bend, within
            1e-300 to 1e300.
        min_prominence : float, optional
            Leave out peaks whose `Peak.prominence` is lower; by default keep all.

        Returns
        -------
        tuple of Peak
            Empty where the curve is monotone.

        Raises
        ------
        ValueError
            If the range is not two increasing positive numbers.
        """
        lowest, highest = self._bending_range() if batch_range is None else _checked_range(batch_range)
        to_plateau = batch_range is None and highest < _LARGEST
        return find_peaks(self, self._turn, (lowest, highest), min_prominence, to_plateau=to_plateau)

    # --- closed forms and scales ------------------------------------------------------------------------

    @cached_property
    def trace(self) -> float:
        """Trace T of the curvature [loss per parameter unit squared]."""
        return float(self.curvature_diagonal.sum() + self._coordinates.squared_factors.sum())

    @property
    def alignment(self) -> float:
        """R: off-diagonal curvature along the sign of the mean gradient, over the trace.

        With equal signal-to-noise ratios and independent coordinates there is a surge if and only if R > 1.
        """
        return self._coordinates.off_diagonal(np.sign(self.mean)) / self.trace

    @property
    def linear_batch_limit(self) -> float:
        """Smallest pi sigma_i^2 / (2 mu_i^2) [examples]; Theorem 3 assumes batch sizes far below it."""
        with np.errstate(over="ignore", divide="ignore"):
            return float(np.pi / (2.0 * (self._coordinates.snr**2).max()))

    @property
    def noise_scale(self) -> float:
        """Peak of the surge law, pi T / (2 S) [examples]: eq. 14 with H_ij restored in the double sum.

        Negative where S is negative and infinite where it is zero: then Theorem 3 has no peak (the exact
        curve may still have one). With correlated coordinates, T and S are those of the correlated law.
        """
        trace, coupling, _ = self._small_batch_sums
        return math.pi * trace / (2.0 * coupling) if coupling else math.inf

    def small_batch_law(self) -> SurgeLaw | None:
        """The surge law of Theorem 3, which holds for batch sizes far below `linear_batch_limit`.

        Returns
        -------
        SurgeLaw or None
            None where `noise_scale` is negative, infinite or beyond a float, so that the law has no peak. With
            correlated coordinates, T gains ``(2/pi) sum H_ij arcsin rho_ij`` and S becomes
            ``sum H_ij (z_i z_j - rho_ij (z_i^2 + z_j^2)/2) / sqrt(1 - rho_ij^2)``.

        References
        ----------
        Li et al., arXiv 2405.14578, Theorem 3, eqs. 13-16.
        """
        trace, coupling, signal = self._small_batch_sums
        if not (trace > 0 and 0 < coupling < math.inf and signal < math.inf):
            return None
        return SurgeLaw(0.5 * signal / math.sqrt(trace * coupling), math.pi * trace / (2.0 * coupling))

    def sgd_law(self) -> SaturatingLaw | None:
        """The law of plain SGD for the same gradients, with the full covariance.

        Returns
        -------
        SaturatingLaw or None
            Exponent 1 [parameter units squared per loss]; None where the curvature along the gradient, or its
            average over the noise, is not positive.

        References
        ----------
        McCandlish et al., arXiv 1812.06162, eqs. 2.6-2.8.
        """
        along = float((self.curvature_diagonal * self.mean**2).sum()) + self._coordinates.projected(self.mean)
        diagonal = self.curvature_diagonal + self._coordinates.squared_factors
        noise = float((diagonal * self.std**2).sum())
        if self.correlation_loadings is not None:
            noise += self._coordinates.off_diagonal(self.std * self.correlation_loadings)
        if not (along > 0 and noise > 0):
            return None
        return SaturatingLaw(float((self.mean**2).sum()) / along, noise / along)

    def small_batch_loss_drop(self) -> LossDrop | None:
        """The loss drop of Theorem 3, at the learning rate of `small_batch_law`.

        Returns
        -------
        LossDrop or None
            ``M^2/(2 S) / (1 + B_noise/B)`` [loss], with the sums of `small_batch_law`; None where that is None.

        References
        ----------
        Li et al., arXiv 2405.14578, Theorem 5, eqs. 18 and 19.
        """
        law = self.small_batch_law()
        if law is None:
            return None
        _, coupling, signal = self._small_batch_sums
        return LossDrop(signal**2 / (2.0 * coupling), law.noise_scale)

    def sgd_loss_drop(self) -> LossDrop | None:
        """The loss drop of plain SGD, at the learning rate of `sgd_law`.

        Returns
        -------
        LossDrop or None
            ``|G|^4 / (2 G^T H G) / (1 + B_noise/B)`` [loss]; None where `sgd_law` is None.

        References
        ----------
        McCandlish et al., arXiv 1812.06162, eq. 2.7.
        """
        law = self.sgd_law()
        if law is None:
            return None
        return LossDrop(0.5 * law.lr_max * float((self.mean**2).sum()), law.noise_scale)

    # --- sums over coordinates --------------------------------------------------------------------------

    @cached_property
    def _coordinates(self) -> Coordinates:
        return Coordinates(self.mean, self.std, self.curvature_factors, self.correlation_loadings, self.skewness)

    def _curvature(self, sums: SignSums) -> FloatArray:
        along = self.trace + sums.coupling
        return np.where(along > 0, along, np.nan)

    @cached_property
    def _small_batch_sums(self) -> tuple[float, float, float]:
        with np.errstate(over="ignore", invalid="ignore"):
            signal = float((self.mean * self._coordinates.snr).sum())
            if self.correlation_loadings is None:
                return self.trace, self._coordinates.off_diagonal(self._coordinates.snr), signal
            trace = self.trace + float(self._coordinates.sums(np.zeros(1)).coupling[0])
            return trace, 0.5 * math.pi * self._coordinates.coupling_growth(), signal

    # --- peaks ------------------------------------------------------------------------------------------

    def _bending_range(self) -> tuple[float, float]:
        # Below: the coupling is too small beside the trace to bend the square-root rise. Above: every sign
        # is known.
        ratios = np.abs(self._coordinates.snr)
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            bound = float(self._coordinates.squared_factors.sum() * (ratios**2).sum())
            # arrays, because plain floats raise where these give infinity or zero
            first, last = 1.0 / np.array([ratios.max(), ratios[ratios > 0].min()]) ** 2
        lowest = min(first, self.trace / bound) if bound > 0 else first
        return float(np.clip(1e-3 * lowest, _SMALLEST, _LARGEST)), float(np.clip(75.0 * last, _SMALLEST, _LARGEST))

    def _turn(self, log_batch: FloatArray | float) -> FloatArray:
        # The sign of the slope of the curve, without dividing by a signal that may vanish
        sums = self._coordinates.sums(np.exp(0.5 * np.atleast_1d(np.asarray(log_batch, dtype=np.float64))), slopes=True)
        # powers of two change no digit, and products of tiny or of huge numbers stay floats
        mean, trace = (-math.frexp(size)[1] for size in (float(np.abs(self.mean).max()), self.trace))
        with np.errstate(over="ignore", invalid="ignore"):
            rise = np.ldexp(sums.signal_slope, mean) * np.ldexp(self.trace + sums.coupling, trace)
            fall = np.ldexp(sums.signal, mean) * np.ldexp(sums.coupling_slope, trace)
            # far out on the plateau the two cancel to rounding, whose sign means nothing
            certain = np.abs(rise - fall) > _SLOPE_ROUNDING * (np.abs(rise) + np.abs(fall))
            return np.where(certain, rise - fall, 0.0)


def _largest(array: FloatArray) -> float:
    return float(array[np.abs(array).argmax()])


def _checked_range(batch_range: tuple[float, float]) -> tuple[float, float]:
    pair = positive_array("batch_range", batch_range)
    if pair.shape != (2,) or not pair[0] < pair[1]:
        raise ValueError(f"batch_range must be two increasing batch sizes, but got {batch_range!r}")
    return float(pair[0]), float(pair[1])
