"""Log noise scales from your own PyTorch loop in a few lines; Explore reads the file unchanged (torch).

>>> log = NoiseLog("noise.csv", model, torch.nn.functional.cross_entropy, every=100)  # doctest: +SKIP
>>> for step, (x, y) in enumerate(loader):  # doctest: +SKIP
...     log(step, x, y)  # measures every hundredth step, else returns at once
...     train(x, y)
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from math import nan, pi, sqrt
from os import PathLike
from pathlib import Path

import torch
from scipy.optimize import brentq
from scipy.special import erf
from torch import Tensor, nn

from surgecore.measuring.probes import ModuleProbe, check_evaluation

#: What one batch gives, without bias: what the scales are ratios of.
PARTS = ("covariance_trace", "gradient_square", "std_sum", "sign_gradient", "curvature_trace", "coupling")
SCALES = ("noise_scale", "simple_noise_scale", "l1_noise_scale")
COLUMNS = ("step", "examples", "loss", *SCALES, *PARTS)


class NoiseLog:
    """Measures noise scales on a batch now and then, and appends them to a CSV.

    A ratio of two estimates of one batch is biased, and has no value where its denominator comes out negative. So each
    row has the numerators and denominators of its batch, which are unbiased (products of means are split-sample
    estimates), and the scales of a row are ratios of their running means. A scale whose denominator's running mean is
    not positive is left empty: the data do not show it yet. The scales have no error; the columns of parts tell their
    scatter.

    Parameters
    ----------
    path : path
        CSV to append to. The running means go on with what it has.
    model : torch.nn.Module
        Measured in the state it has when called, which must treat every example alone: dropout and batch
        normalisation in evaluation mode. On any device with double precision, with the batch on the same;
        buffers are left as they are.
    loss : callable
        From (output, target) of a batch to its mean loss.
    every : int, optional
        Steps between measurements.
    chunk : int, optional
        Examples whose gradients are held at once.
    probes : int, optional
        Random vectors for the curvature of the surge's noise scale, each one a curvature product; 0 leaves
        that scale out.
    memory : int, optional
        Measurements that the running means remember; the more, the steadier and the later.
    seed : int, optional
        Of those vectors.

    Raises
    ------
    ValueError
        If a number is out of range, or the file is one of other columns.

    References
    ----------
    simple_noise_scale: McCandlish et al., arXiv 1812.06162, eq. 2.9, and its appendix A for the running means;
    l1_noise_scale: arXiv 2602.03001; noise_scale: Li et al., arXiv 2405.14578, eq. 14.
    """

    def __init__(
        self, path: str | PathLike[str], model: nn.Module, loss: Callable[[Tensor, Tensor], Tensor], *,
        every: int = 100, chunk: int = 64, probes: int = 4, memory: int = 20, seed: int = 0,
    ) -> None:  # fmt: skip
        if every < 1 or chunk < 1 or memory < 1 or probes < 0:
            raise ValueError(
                "every, chunk and memory must be at least 1 and probes not negative, but got "
                f"{every}, {chunk}, {memory}, {probes}"
            )
        self.path, self.model, self.loss = Path(path), model, loss
        self.every, self.chunk, self.probes, self.memory = every, chunk, probes, memory
        self._generator = torch.Generator().manual_seed(seed)
        self._means, self._count = dict.fromkeys(PARTS, 0.0), 0
        if self.path.exists():
            self._resume()

    def _resume(self) -> None:
        with self.path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != COLUMNS:
                raise ValueError(f"path must be a file of NoiseLog's with these columns, but got {reader.fieldnames!r}")
            for row in reader:
                self._remember({part: float(row[part] or nan) for part in PARTS})

    def _remember(self, parts: dict[str, float]) -> None:
        self._count += 1
        share = 1.0 / min(self._count, self.memory)
        self._means = {part: mean + share * (parts[part] - mean) for part, mean in self._means.items()}

    def __call__(self, step: int, x: Tensor, y: Tensor) -> dict[str, float] | None:
        """Measure on a batch if it is the step for it.

        Parameters
        ----------
        step : int
            Of the run.
        x, y : Tensor, shape (B, ...)
            Inputs and targets; the more examples, the better the estimate.

        Returns
        -------
        dict or None
            The row that was appended; None between measurements.

        Raises
        ------
        ValueError
            If the batch has fewer than four examples or not as many targets, or the model does not treat every
            example alone.
        """
        if step % self.every:
            return None
        if len(x) < 4 or len(x) != len(y):
            raise ValueError(
                f"a batch must have at least four examples, each with a target, but got {len(x)} and {len(y)}"
            )
        check_evaluation(self.model)
        probe = ModuleProbe(self.model, self.loss, x, y, chunk=self.chunk)
        parts = {key: float(value) for key, value in self._parts(probe, len(x)).items()}
        mean_loss = float(probe.losses(probe.start[None])[0])
        self._remember(parts)
        row = {"step": float(step), "examples": float(len(x)), "loss": mean_loss, **self._scales(len(x) // 2), **parts}
        new = not self.path.exists()
        with self.path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS)
            if new:
                writer.writeheader()
            writer.writerow({key: "" if value != value else f"{value:.6g}" for key, value in row.items()})
        return row

    def _scales(self, half: int) -> dict[str, float]:
        """Ratios of the running means."""
        of = self._means
        return {
            "noise_scale": _ratio(0.5 * pi * of["curvature_trace"], of["coupling"]),
            "simple_noise_scale": _ratio(of["covariance_trace"], of["gradient_square"]),
            "l1_noise_scale": _l1_scale(_ratio(of["sign_gradient"], of["std_sum"]), half),
        }

    def _parts(self, probe: ModuleProbe, n: int) -> dict[str, Tensor | float]:
        """Numerators and denominators from the two halves of a batch."""
        (m1, v1), (m2, v2) = (self._half(probe, rows) for rows in torch.arange(n).tensor_split(2))
        variance = 0.5 * (v1 + v2)
        std = variance.sqrt()
        out: dict[str, Tensor | float] = {
            "covariance_trace": variance.sum(),
            "gradient_square": m1 @ m2,
            "std_sum": std.sum(),
            # each half's mean along the other's signs: noise alone adds nothing to it
            "sign_gradient": 0.5 * ((m1.sign() * m2).sum() + (m2.sign() * m1).sum()),
        }
        if not self.probes:
            return out | {"curvature_trace": nan, "coupling": nan}
        alive = std > 0
        z1, z2 = (torch.where(alive, m / std.clamp(min=1e-300), torch.zeros_like(m)) for m in (m1, m2))
        # drawn on the CPU, so that every device has the same
        signs = torch.randint(0, 2, (self.probes, probe.size), generator=self._generator).to(std) * 2 - 1
        products = probe.products(torch.cat([signs, z2[None]])).to(std)
        diagonal = (signs * products[:-1]).mean(dim=0)
        trace = torch.where(alive, diagonal, torch.zeros_like(diagonal)).sum()
        return out | {"curvature_trace": trace, "coupling": z1 @ products[-1] - (z1 * z2 * diagonal).sum()}

    @staticmethod
    def _half(probe: ModuleProbe, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and variance of the gradient over some rows, where the gradients are."""
        total, squares = (torch.zeros(probe.size, dtype=torch.float64, device=probe.start.device) for _ in range(2))
        for chunk in probe.gradients(rows):
            g = chunk.double()
            total, squares = total + g.sum(dim=0), squares + g.square().sum(dim=0)
        n, mean = len(rows), total / len(rows)
        # rounding may leave a variance of zero below it
        return mean, ((squares - n * mean.square()) / (n - 1)).clamp(min=0)


def _ratio(top: float, bottom: float) -> float:
    return top / bottom if top > 0 and bottom > 0 else nan


def _l1_scale(along_signs: float, half: int) -> float:
    """(sum std / sum |mean|)^2 from the gradient along the signs of another half batch.

    Those signs are right with a chance that follows from the ratio z of mean to std: the gradient along them is
    z erf(z sqrt(half / 2)) of the std. It is inverted as if every coordinate had the same z; without that, small
    batches make the scale several times too large.
    """
    if not along_signs > 0:
        return nan
    most = along_signs + sqrt(along_signs) + 2.0 / sqrt(half) + 1.0
    z = brentq(lambda z: z * erf(z * sqrt(half / 2.0)) - along_signs, 0.0, most)
    return float(z**-2)
