"""How the gradient noise moves while a model trains: a simulated run of a noisy quadratic under sign descent.

As the loss falls, gradients shrink against their noise, so the noise scale grows; and the steepest directions
converge first, so curvature alignment is lost and the peak flattens into its plateau.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from surgecore._validate import FloatArray, finite

_DIMENSIONS = 240
_BATCH_SIZE = 1024
_START_SNR = 0.02
_ROWS_OF_AVERAGE = 5


@dataclass(frozen=True, eq=False)
class TrainingProgress:
    r"""Statistics of the gradient along a run, averaged over seeds, at equally spaced steps.

    Sums are averaged over seeds before ratios are formed: S of eq. 14 nearly cancels along a single run, and
    its noise scale jumps by a factor of ten.

    Attributes
    ----------
    step : ndarray, shape (rows,)
        Training steps.
    loss : ndarray, shape (rows,)
        Loss over its value at the start, mean over seeds.
    loss_stderr : ndarray, shape (rows,)
        Standard error of that mean.
    snr : ndarray, shape (rows,)
        Root mean square of mu_i / sigma_i over parameters and seeds.
    alignment : ndarray, shape (rows,)
        R, off-diagonal curvature along the sign of the gradient over the trace.
    lr_scale : ndarray, shape (rows,)
        Sum of |mu| over the trace [parameter units per step].
    noise_scale : ndarray, shape (rows,)
        pi T / (2 S), the peak of Theorem 3 [examples]; inf where the average S is not positive.
    noise_shrinks : float
        The share of sigma^2 that follows the loss.

    References
    ----------
    Li et al., arXiv 2405.14578, eqs. 14 and 21 (the noise scale grows as the loss falls); Zhang et al., arXiv
    1907.04164 (noisy quadratic model).
    """

    step: FloatArray
    loss: FloatArray
    loss_stderr: FloatArray
    snr: FloatArray
    alignment: FloatArray
    lr_scale: FloatArray
    noise_scale: FloatArray
    noise_shrinks: float

    def ratios(self) -> list[dict[str, float]]:
        """Row by row, what the run has done to signal to noise, alignment and scale since its start.

        Returns
        -------
        list of dict
            Keys ``loss``, ``loss_stderr``, ``snr``, ``alignment``, ``lr_scale``; the first row is 1.
        """
        columns = {name: getattr(self, name) / getattr(self, name)[0] for name in ("snr", "alignment", "lr_scale")}
        columns |= {"loss": self.loss, "loss_stderr": self.loss_stderr}
        return [{name: float(column[row]) for name, column in columns.items()} for row in range(self.step.size)]


@dataclass(frozen=True, eq=False)
class _Valley:
    """A quadratic loss with curvature diag(d) + U U^T."""

    diagonal: FloatArray
    factors: FloatArray

    @classmethod
    def draw(cls, rng: np.random.Generator) -> _Valley:
        diagonal = rng.permutation(np.logspace(-2, 0, _DIMENSIONS))
        return cls(diagonal, rng.normal(size=(_DIMENSIONS, 3)) * np.sqrt([2.0, 1.0, 0.5]) * 4 / math.sqrt(_DIMENSIONS))

    @property
    def trace(self) -> float:
        return float((self.diagonal + (self.factors**2).sum(axis=1)).sum())

    def gradient(self, at: FloatArray) -> FloatArray:
        return np.asarray(at * self.diagonal + (at @ self.factors) @ self.factors.T)

    def off_diagonal(self, vectors: FloatArray) -> FloatArray:
        """v^T H v without its diagonal part, for the rows v."""
        squared = (self.factors**2).sum(axis=1)
        return np.asarray(((vectors @ self.factors) ** 2).sum(axis=1) - (vectors**2) @ squared)

    def statistics(self, mean: FloatArray, snr: FloatArray) -> tuple[float, ...]:
        """Mean square of signal to noise, alignment, learning-rate scale and coupling, averaged over the seeds."""
        return (
            float((snr**2).mean()), float(self.off_diagonal(np.sign(mean)).mean() / self.trace),
            float(np.abs(mean).sum(axis=1).mean() / self.trace), float(self.off_diagonal(snr).mean()),
        )  # fmt: skip


def simulate(
    *, noise_shrinks: float = 0.0, steps: int = 900, rows: int = 31, seeds: int = 32, seed: int = 0
) -> TrainingProgress:
    """Train the noisy quadratic by sign descent with a cosine learning rate, several seeds at once.

    The curvature is ``diag(d) + U U^T`` with d from 0.01 to 1 and three strong directions; each seed has its
    own start and its own gradient noise, at batch size 1024 and a signal-to-noise ratio of 0.02 at the start.

    Parameters
    ----------
    noise_shrinks : float, optional
        Share of sigma^2 that falls with the loss, in [0, 1]: 0 for noise that stays (label noise), 1 for
        interpolation, where the noise scale hardly grows.
    steps : int, optional
        Training steps.
    rows : int, optional
        Points along the run, at least 2.
    seeds : int, optional
        Runs that are averaged, at least 2.
    seed : int, optional
        Seed of everything random; the result is deterministic.

    Returns
    -------
    TrainingProgress
        With `rows` rows.

    Raises
    ------
    ValueError
        If an argument is outside its range.
    """
    if not 0 <= finite("noise_shrinks", noise_shrinks) <= 1:
        raise ValueError(f"noise_shrinks must lie between 0 and 1, but got {noise_shrinks!r}")
    if rows < 2 or seeds < 2 or steps < rows - 1:
        raise ValueError(
            f"rows and seeds must be at least 2 and steps at least rows - 1, but got {(rows, seeds, steps)}"
        )
    rng = np.random.default_rng(seed)
    valley = _Valley.draw(rng)
    shown = {round(row * steps / (rows - 1)) for row in range(rows)}
    records = [row for row in _run(valley, rng, noise_shrinks, steps, seeds) if row[0] in shown]
    steps_shown, loss_mean, stderr, square, alignment, lr_scale, coupling = np.array(records).T
    coupling, alignment = _smooth(coupling), np.maximum(_smooth(alignment), 1e-3)
    noise_scale = np.full(rows, np.inf)
    np.divide(math.pi * valley.trace, 2 * coupling, out=noise_scale, where=coupling > 0)
    return TrainingProgress(
        steps_shown,
        loss_mean,
        stderr,
        np.sqrt(_smooth(square)),
        alignment,
        lr_scale,
        noise_scale,
        noise_shrinks,
    )


def _run(
    valley: _Valley, rng: np.random.Generator, noise_shrinks: float, steps: int, seeds: int
) -> Iterator[tuple[float, ...]]:
    """Step, loss over that at the start with its standard error, and the valley's statistics, at every step."""
    place = rng.normal(size=(seeds, _DIMENSIONS)) * 3 / math.sqrt(_DIMENSIONS)
    first_loss = 0.5 * (place * valley.gradient(place)).sum(axis=1)
    start_std = np.sqrt((valley.gradient(place) ** 2).mean()) / _START_SNR
    for step in range(steps + 1):
        mean = valley.gradient(place)
        loss = 0.5 * (place * mean).sum(axis=1) / first_loss
        std = start_std * np.sqrt((1 - noise_shrinks) + noise_shrinks * loss)[:, None]
        yield step, loss.mean(), loss.std(ddof=1) / math.sqrt(seeds), *valley.statistics(mean, mean / std)
        rate = 0.005 * (1 + math.cos(math.pi * step / steps))
        noisy = mean + std / math.sqrt(_BATCH_SIZE) * rng.normal(size=mean.shape)
        place = place - rate * np.sign(noisy)


def _smooth(column: FloatArray) -> FloatArray:
    # A running mean over steps on top of the mean over seeds, without moving the first row
    half = _ROWS_OF_AVERAGE // 2
    rows = range(column.size)
    reach = [min(half, row, column.size - 1 - row) for row in rows]
    return np.array([column[row - r : row + r + 1].mean() for row, r in zip(rows, reach, strict=True)])
