"""Log the noise scales of your own PyTorch loop, a few lines: the file goes to Explore as it is (torch).

>>> log = NoiseLog("noise.csv", model, torch.nn.functional.cross_entropy, every=100)  # doctest: +SKIP
>>> for step, (x, y) in enumerate(loader):  # doctest: +SKIP
...     log(step, x, y)  # measures every hundredth step, else returns at once
...     train(x, y)
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from math import nan, pi
from os import PathLike
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad, vjp, vmap
from torch.nn.attention import SDPBackend, sdpa_kernel

from surgecore.measuring.probes import check_evaluation

COLUMNS = ("step", "examples", "loss", "noise_scale", "simple_noise_scale", "l1_noise_scale")


class NoiseLog:
    """Measures noise scales on a batch now and then, and appends them to a CSV.

    All are point estimates of one batch, without an error: smooth the series. Products of means are split-sample
    estimates, so that they are not inflated by the batch's own noise; a scale whose denominator comes out
    negative is left empty.

    Parameters
    ----------
    path : path
        CSV to append to.
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
    seed : int, optional
        Of those vectors.

    Raises
    ------
    ValueError
        If a number is out of range.

    References
    ----------
    simple_noise_scale: McCandlish et al., arXiv 1812.06162, eq. 2.9; l1_noise_scale: arXiv 2602.03001;
    noise_scale: Li et al., arXiv 2405.14578, eq. 14.
    """

    def __init__(
        self, path: str | PathLike[str], model: nn.Module, loss: Callable[[Tensor, Tensor], Tensor], *,
        every: int = 100, chunk: int = 64, probes: int = 4, seed: int = 0,
    ) -> None:  # fmt: skip
        if every < 1 or chunk < 1 or probes < 0:
            raise ValueError(
                f"every and chunk must be at least 1 and probes not negative, but got {every}, {chunk}, {probes}"
            )
        self.path, self.model, self.loss = Path(path), model, loss
        self.every, self.chunk, self.probes = every, chunk, probes
        self._generator = torch.Generator().manual_seed(seed)

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
        row = {"step": float(step), "examples": float(len(x)), **self._measure(x, y)}
        new = not self.path.exists()
        with self.path.open("a", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS)
            if new:
                writer.writeheader()
            writer.writerow({key: "" if value != value else f"{value:.6g}" for key, value in row.items()})
        return row

    def _measure(self, x: Tensor, y: Tensor) -> dict[str, float]:
        params = {name: p.detach() for name, p in self.model.named_parameters() if p.requires_grad}
        (m1, v1), (m2, v2) = self._halves(params, x, y)
        variance = 0.5 * (v1 + v2)
        std = variance.sqrt()
        sign = torch.where(m1 * m2 > 0, 1.0, -1.0)
        out = {
            "loss": float(self._mean_loss(params, x, y).detach()),
            "simple_noise_scale": _ratio(float(variance.sum()), float(m1 @ m2)),
            # sqrt(|m1 m2|) with the product's sign: unbiased in sign, where |m| alone would count noise
            "l1_noise_scale": _square(_ratio(float(std.sum()), float((sign * (m1 * m2).abs().sqrt()).sum()))),
        }
        if not self.probes:
            return out | {"noise_scale": nan}
        trace, coupling = self._curvature(params, x, y, m1, m2, std)
        return out | {"noise_scale": _ratio(0.5 * pi * float(trace), float(coupling))}

    def _mean_loss(self, values: dict[str, Tensor], x: Tensor, y: Tensor) -> Tensor:
        return self.loss(functional_call(self.model, values, (x,)), y)

    def _halves(self, params: dict[str, Tensor], x: Tensor, y: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Mean and variance of the gradient over each half of the batch, where the gradients are."""
        one = vmap(grad(lambda values, a, b: self._mean_loss(values, a[None], b[None])), in_dims=(None, 0, 0))
        size, device = sum(p.numel() for p in params.values()), next(iter(params.values())).device
        halves = []
        for xs, ys in zip(x.tensor_split(2), y.tensor_split(2), strict=True):
            n = len(xs)
            total, squares = (torch.zeros(size, dtype=torch.float64, device=device) for _ in range(2))
            for at in range(0, n, self.chunk):
                a, b = xs[at : at + self.chunk], ys[at : at + self.chunk]
                try:
                    parts = one(params, a, b).values()
                except RuntimeError as error:
                    if "vmap" not in str(error):
                        raise
                    raise ValueError(
                        "model must treat every example alone and draw no random numbers (call model.eval() if it "
                        f"does only in training), but got: {str(error).splitlines()[0]}"
                    ) from error
                g = torch.cat([part.flatten(1) for part in parts], dim=1).double()
                total, squares = total + g.sum(dim=0), squares + g.square().sum(dim=0)
            mean = total / n
            # rounding may leave a variance of zero below it
            halves.append((mean, ((squares - n * mean.square()) / (n - 1)).clamp(min=0)))
        return halves

    def _curvature(
        self, params: dict[str, Tensor], x: Tensor, y: Tensor, m1: Tensor, m2: Tensor, std: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Trace over the parameters whose gradient varies, and the coupling S of the two halves."""
        # the Hessian is symmetric, so pulling back is multiplying; attention has no second derivative but the plain one
        with sdpa_kernel(SDPBackend.MATH):
            pull = vjp(lambda values: grad(self._mean_loss)(values, x, y), params)[1]

        def product(vector: Tensor) -> Tensor:
            parts, at = {}, 0
            for name, p in params.items():
                parts[name] = vector[at : at + p.numel()].view_as(p).to(p)
                at += p.numel()
            return torch.cat([part.flatten() for part in pull(parts)[0].values()]).double()

        alive = std > 0
        z1, z2 = (torch.where(alive, m / std.clamp(min=1e-300), torch.zeros_like(m)) for m in (m1, m2))
        diagonal = torch.zeros_like(std)
        for _ in range(self.probes):
            # drawn on the CPU, so that every device has the same
            v = torch.randint(0, 2, std.shape, generator=self._generator).to(std) * 2 - 1
            diagonal += v * product(v) / self.probes
        trace = torch.where(alive, diagonal, torch.zeros_like(diagonal)).sum()
        return trace, z1 @ product(z2) - (z1 * z2 * diagonal).sum()


def _ratio(top: float, bottom: float) -> float:
    return top / bottom if top > 0 and bottom > 0 else nan


def _square(value: float) -> float:
    return value * value
