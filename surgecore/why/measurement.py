"""What was measured of a model's gradients at a checkpoint: numbers with errors, curves, a `GradientNoise`.

The measuring itself is `surgecore.measuring.laboratory`, which needs torch. This module reads and writes its
results, so that a page or a notebook needs no torch.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from surgecore._validate import FloatArray
from surgecore.theory.gradient_noise import GradientNoise

FORMAT = "surge-measurement-1"


class Quantity(NamedTuple):
    """A number that is measured of a checkpoint; `surgecore.words.why` names and describes it.

    Attributes
    ----------
    symbol : str
        TeX.
    unit : str
        "loss", "loss_per_parameter", "curvature" (loss per parameter unit squared), "examples" or "".
    """

    symbol: str
    unit: str


QUANTITIES: Mapping[str, Quantity] = MappingProxyType(
    {
        # mean loss over all examples
        "loss": Quantity("L", "loss"),
        # sum of the absolute mean gradients
        "gradient_l1": Quantity(r"\sum|\mu|", "loss_per_parameter"),
        # sum of mu^2 / sigma (2405.14578, eq. 15)
        "signal": Quantity("M", "loss_per_parameter"),
        # trace of the Hessian
        "trace": Quantity("T", "curvature"),
        # with z = mu / sigma
        "snr_form": Quantity("z^T H z", "curvature"),
        # sum of z_i^2 H_ii
        "snr_diagonal": Quantity(r"\sum z^2 h", "curvature"),
        # sum over pairs of z_i z_j H_ij
        "coupling": Quantity("S", "curvature"),
        # pi T / (2 S), the peak of Theorem 3 (eq. 14)
        "noise_scale": Quantity(r"B_{noise}", "examples"),
        # T + (2/pi) sum of H_ij arcsin rho_ij
        "correlated_trace": Quantity(r"T_\rho", "curvature"),
        "trace_ratio": Quantity(r"T_\rho/T", ""),
        # off-diagonal curvature along sign(mu), over the trace
        "alignment": Quantity("R", ""),
        # tr Sigma / |G|^2 (1812.06162, eq. 2.9)
        "simple_noise_scale": Quantity(r"B_{simple}", "examples"),
        # tr(H Sigma) / G^T H G (1812.06162, eq. 2.8)
        "sgd_noise_scale": Quantity(r"B_{SGD}", "examples"),
        # (sum sigma / sum |mu|)^2 (2602.03001)
        "l1_noise_scale": Quantity(r"B_{\ell_1}", "examples"),
        # largest eigenvalue of the correlations over N
        "leading_correlation": Quantity(r"\lambda_1/N", ""),
        # root mean square over parameters of the per-example skewness
        "skewness": Quantity(r"\gamma", ""),
    }
)

#: Why an `Estimate` has no value or no error, or what its interval is instead of a 95 % interval.
REASONS = (
    "no_error_known", "between_bounds", "needs_all_examples", "needs_smaller_batches", "no_coupling",
    "no_curvature_along", "no_minimum_quartic", "no_minimum_line", "wide_valley", "few_rates",
)  # fmt: skip

#: The ladder: predictions of the optimal learning rate, each with one assumption less than the one before.
RUNGS = ("surge", "independent", "correlated", "sampled", "quartic", "line_search")


@dataclass(frozen=True)
class Estimate:
    """A measured number.

    Attributes
    ----------
    value : float
        The number; NaN where it does not exist.
    stderr : float or None
        Standard error; None where the number is exact (or does not exist).
    low, high : float or None
        95 % interval, with infinite ends where it is unbounded; None without `stderr`.
    reason : str
        One of `REASONS`: why there is no value or error, or what the interval is; else "".
    """

    value: float
    stderr: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""

    def covers(self, value: float, rounding: float = 1e-9) -> bool:
        """Whether a value lies in the interval, or equals an exact number up to rounding."""
        if self.low is None or self.high is None:
            return bool(abs(self.value - value) <= rounding * abs(value))
        return self.low <= value <= self.high

    @property
    def log_error(self) -> float:
        """Half width of the 95 % interval of the logarithm; 0 for an exact number."""
        if self.low is None or self.high is None or not self.value > 0:
            return 0.0
        low, high = max(self.low, 1e-3 * self.value), min(self.high, 1e3 * self.value)
        return 0.5 * math.log(high / low)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready, eight digits; numbers that are not finite become strings."""
        names = ("value", "stderr", "low", "high")
        out = {name: _eight_digits(v) for name in names if (v := getattr(self, name)) is not None}
        return out | ({"reason": self.reason} if self.reason else {})

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Estimate:
        """Read what `to_dict` wrote."""
        values = {name: float(data[name]) for name in ("value", "stderr", "low", "high") if name in data}
        return cls(**values, reason=str(data.get("reason", "")))


@dataclass(frozen=True, eq=False)
class Groups:
    """Parameters summed up in G groups of similar signal to noise, signs of the mean gradient taken out.

    Attributes
    ----------
    mean : ndarray, shape (G,)
        Sum of |mu| of each group.
    snr : ndarray, shape (G,)
        Signal to noise that stands for the group: sum of |mu| z over sum of |mu|.
    diagonal : ndarray, shape (G,)
        Sum of H_ii.
    noise_diagonal : ndarray, shape (G,)
        The same as correlated noise sees it: sum over i in the group and all j of H_ij (2/pi) arcsin rho_ij.
    coupling : ndarray, shape (G, G)
        Sum of H_ij s_i s_j over i and j of two groups, i = j included.
    """

    mean: FloatArray
    snr: FloatArray
    diagonal: FloatArray
    noise_diagonal: FloatArray
    coupling: FloatArray

    def gradient_noise(self, *, correlated: bool = True) -> GradientNoise:
        """The exact law for these groups.

        Each group becomes two equal coordinates, so that coupling inside a group is off the diagonal.

        Parameters
        ----------
        correlated : bool, optional
            Take `noise_diagonal` for the diagonal: correlation then acts as it does on signs of pure noise,
            and fades with the square of the mean sign. Otherwise coordinates are independent (Theorem 2).

        Returns
        -------
        GradientNoise
            With 2 G coordinates.

        Raises
        ------
        ValueError
            If the trace of the curvature is not positive.
        """
        diagonal = self.noise_diagonal if correlated else self.diagonal
        n = self.mean.size
        block = 0.25 * (self.coupling + self.coupling.T) / 2.0
        inside = 0.5 * (np.diag(self.coupling) - diagonal)
        whole = np.tile(block, (2, 2))
        rows = np.arange(n)
        whole[rows, rows + n] = whole[rows + n, rows] = inside
        # any diagonal will do, as the law subtracts it again: the smallest that makes a sum of squares
        np.fill_diagonal(whole, 0.0)
        values, vectors = np.linalg.eigh(whole)
        factors = vectors * np.sqrt(values - values[0])
        own = (factors**2).sum(axis=1)
        mean = np.tile(0.5 * self.mean, 2)
        return GradientNoise(
            mean, mean / np.tile(self.snr, 2), np.tile(0.5 * diagonal, 2) - own, factors
        )  # fmt: skip


@dataclass(frozen=True)
class Prediction:
    """Optimal learning rate of one step at one batch size.

    Attributes
    ----------
    optimizer : str
        Whose update: "sign", "sgd" or another name.
    rung : str
        Key of `RUNGS`.
    batch_size : int
        Batch size [examples].
    lr : Estimate
        Learning rate [parameter units per step]; NaN where the curvature along the update is not positive.
    """

    optimizer: str
    rung: str
    batch_size: int
    lr: Estimate


@dataclass(frozen=True, eq=False)
class Measurement:
    """Everything measured of one workload at one checkpoint.

    Attributes
    ----------
    workload : str
        Key of what was measured, such as "digits-mlp".
    checkpoint : float
        Loss that training had reached; 0 for the initial parameters.
    n_parameters, n_examples : int
        Parameters, and examples whose gradients were taken.
    exact : bool
        Whether these are all examples of the data set, so that means and spreads have no sampling error.
    numbers : mapping of str to Estimate
        By key of `QUANTITIES`.
    predictions : tuple of Prediction
        By optimizer, rung and batch size.
    groups : Groups or None
        The quantile summary.
    provenance : mapping
        JSON-ready: seeds, counts, versions, device, cost.
    """

    workload: str
    checkpoint: float
    n_parameters: int
    n_examples: int
    exact: bool
    numbers: Mapping[str, Estimate]
    predictions: Sequence[Prediction] = ()
    groups: Groups | None = None
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def gradient_noise(self, *, correlated: bool = True) -> GradientNoise:
        """The curve object that the sliders of Explore make too; see `Groups.gradient_noise`.

        Raises
        ------
        ValueError
            If the measurement has no quantile summary.
        """
        if self.groups is None:
            raise ValueError("a measurement must have groups to become a GradientNoise, but got none")
        return self.groups.gradient_noise(correlated=correlated)

    def curve(self, rung: str, optimizer: str = "sign") -> tuple[Prediction, ...]:
        """Predictions of one rung for an optimizer, by batch size."""
        chosen = [p for p in self.predictions if (p.optimizer, p.rung) == (optimizer, rung)]
        return tuple(sorted(chosen, key=lambda p: p.batch_size))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; numbers that are not finite become strings."""
        out: dict[str, Any] = {
            "format": FORMAT, "workload": self.workload, "checkpoint": self.checkpoint,
            "n_parameters": self.n_parameters, "n_examples": self.n_examples, "exact": self.exact,
            "numbers": {key: e.to_dict() for key, e in self.numbers.items()},
            "predictions": [
                {"optimizer": p.optimizer, "rung": p.rung, "batch_size": p.batch_size, **p.lr.to_dict()}
                for p in self.predictions
            ],
        }  # fmt: skip
        if self.groups is not None:
            out["groups"] = {name: _rounded(getattr(self.groups, name)) for name in Groups.__dataclass_fields__}
        return out | {"provenance": dict(self.provenance)}

    def save(self, path: str | PathLike[str]) -> None:
        """Write a JSON file of some kilobytes."""
        Path(path).write_text(json.dumps(self.to_dict(), indent=1, allow_nan=False) + "\n", encoding="utf-8")

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Measurement:
        """Read what `to_dict` wrote.

        Raises
        ------
        ValueError
            If it is something else.
        """
        if data.get("format") != FORMAT:
            raise ValueError(f"a measurement must have the format {FORMAT!r}, but got {data.get('format')!r}")
        try:
            groups = data.get("groups")
            return cls(
                data["workload"], _loss(data["checkpoint"]), int(data["n_parameters"]),
                int(data["n_examples"]), bool(data["exact"]),
                {key: Estimate.from_dict(value) for key, value in data["numbers"].items()},
                tuple(
                    Prediction(p["optimizer"], p["rung"], int(p["batch_size"]), Estimate.from_dict(p))
                    for p in data["predictions"]
                ),
                None if groups is None else Groups(**{
                    name: np.asarray(groups[name], dtype=np.float64) for name in Groups.__dataclass_fields__
                }),
                data.get("provenance", {}),
            )  # fmt: skip
        except (KeyError, TypeError) as error:
            raise ValueError(f"a measurement must be complete, but got one without {error}") from error

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Measurement:
        """Read a file that `save` wrote.

        Raises
        ------
        ValueError
            If the file is something else.
        """
        return cls.from_dict(json.loads(Path(path).read_text(encoding="utf-8")))


def _loss(checkpoint: float | str) -> float:
    """A checkpoint's loss; files of surgecore 0.1 hold "loss 0.4", or "initial parameters"."""
    if isinstance(checkpoint, str):
        return float(checkpoint.removeprefix("loss ")) if checkpoint.startswith("loss ") else 0.0
    return float(checkpoint)


def _eight_digits(value: float) -> float | str:
    return float(f"{value:.8g}") if math.isfinite(value) else str(float(value))


def _rounded(array: ArrayLike) -> Any:  # noqa: ANN401 - lists of any depth
    x = np.asarray(array, dtype=np.float64)
    return [_rounded(row) for row in x] if x.ndim > 1 else [float(f"{v:.8g}") for v in x]
