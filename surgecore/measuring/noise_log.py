"""Log noise scales from your own PyTorch loop in a few lines; Explore reads the file unchanged (torch).

>>> log = NoiseLog("noise.csv", model, torch.nn.functional.cross_entropy, every=100)  # doctest: +SKIP
>>> for step, (x, y) in enumerate(loader):  # doctest: +SKIP
...     log(step, x, y)  # measures every hundredth step, else returns at once
...     train(x, y)
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from math import nan, pi, sqrt
from os import PathLike
from pathlib import Path
from typing import Any

import torch
from scipy.optimize import brentq
from scipy.special import erf
from torch import Tensor, nn
from torch.func import functional_call, grad, vmap
from torch.nn.attention import SDPBackend, sdpa_kernel

from surgecore.measuring.probes import Probe, named_views

#: What one batch gives, without bias: what the scales are ratios of.
PARTS = ("covariance_trace", "gradient_square", "std_sum", "sign_gradient", "curvature_trace", "coupling")
SCALES = ("noise_scale", "simple_noise_scale", "l1_noise_scale")
COLUMNS = ("step", "examples", "loss", *SCALES, *PARTS)


class NoiseLog(Probe):
    """A model of one's own: its noise scales on a batch now and then, appended to a CSV, and all that a `Probe` tells.

    A ratio of two estimates of one batch is biased, and has no value where its denominator comes out negative. So each
    row has the numerators and denominators of its batch, which are unbiased (products of means are split-sample
    estimates), and the scales of a row are ratios of their running means. A scale whose denominator's running mean is
    not positive is left empty: the data do not show it yet. The scales have no error; the columns of parts tell their
    scatter.

    Parameters
    ----------
    path : path or None
        CSV to append to. The running means go on with what it has. None keeps no file.
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

    Examples
    --------
    As a `Probe`, at the model's present parameters and with examples that are given:

    >>> import torch
    >>> from surgecore.measuring.noise_log import NoiseLog
    >>> _ = torch.manual_seed(0)
    >>> probe = NoiseLog(None, torch.nn.Linear(5, 1), torch.nn.functional.mse_loss)
    >>> probe.look(torch.randn(64, 5), torch.randn(64, 1))
    >>> next(probe.gradients(probe.everything())).shape
    torch.Size([64, 6])

    References
    ----------
    simple_noise_scale: McCandlish et al., arXiv 1812.06162, eq. 2.9, and its appendix A for the running means;
    l1_noise_scale: arXiv 2602.03001; noise_scale: Li et al., arXiv 2405.14578, eq. 14.
    """

    def __init__(
        self, path: str | PathLike[str] | None, model: nn.Module, loss: Callable[[Tensor, Tensor], Tensor], *,
        every: int = 100, chunk: int = 64, probes: int = 4, memory: int = 20, seed: int = 0,
    ) -> None:  # fmt: skip
        if every < 1 or chunk < 1 or memory < 1 or probes < 0:
            raise ValueError(
                "every, chunk and memory must be at least 1 and probes not negative, but got "
                f"{every}, {chunk}, {memory}, {probes}"
            )
        super().__init__(torch.empty(0), 0)
        self.path, self.model, self.loss = None if path is None else Path(path), model, loss
        self.every, self.chunk, self.probes, self.memory = every, chunk, probes, memory
        self._generator = torch.Generator().manual_seed(seed)
        self._examples: tuple[Tensor, Tensor] | None = None
        self._means, self._count = dict.fromkeys(PARTS, 0.0), 0
        if self.path is not None and self.path.exists():
            self._resume(self.path)

    def look(self, x: Tensor, y: Tensor) -> None:
        """Take the model's present parameters as the point, and these as all examples.

        Parameters
        ----------
        x, y : Tensor, shape (n, ...)
            Inputs and targets, one example a row.

        Raises
        ------
        ValueError
            If dropout or batch normalisation is in training mode.
        """
        check_evaluation(self.model)
        self.start, self.n_examples, self._examples = _point(self.model), len(x), (x, y)

    def _seen(self) -> tuple[Tensor, Tensor]:
        if self._examples is None:
            raise ValueError("a log must look at examples before it is a probe, but got none: call look(x, y)")
        return self._examples

    def _resume(self, path: Path) -> None:
        with path.open(newline="", encoding="utf-8") as file:
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
        self.look(x, y)
        parts = {key: float(value) for key, value in self._parts().items()}
        mean_loss = float(self.losses(self.start[None])[0])
        self.start, self.n_examples, self._examples = torch.empty(0), 0, None  # nothing is held between measurements
        self._remember(parts)
        row = {"step": float(step), "examples": float(len(x)), "loss": mean_loss, **self._scales(len(x) // 2), **parts}
        if self.path is not None:
            _append(self.path, row)
        return row

    def _scales(self, half: int) -> dict[str, float]:
        """Ratios of the running means."""
        of = self._means
        return {
            "noise_scale": _ratio(0.5 * pi * of["curvature_trace"], of["coupling"]),
            "simple_noise_scale": _ratio(of["covariance_trace"], of["gradient_square"]),
            "l1_noise_scale": _l1_scale(_ratio(of["sign_gradient"], of["std_sum"]), half),
        }

    def _parts(self) -> dict[str, Tensor | float]:
        """Numerators and denominators from the two halves of a batch."""
        (m1, v1), (m2, v2) = map(self._half, self.everything().tensor_split(2))
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
        signs = torch.randint(0, 2, (self.probes, self.size), generator=self._generator).to(std) * 2 - 1
        products = self.products(torch.cat([signs, z2[None]])).to(std)
        diagonal = (signs * products[:-1]).mean(dim=0)
        trace = torch.where(alive, diagonal, torch.zeros_like(diagonal)).sum()
        return out | {"curvature_trace": trace, "coupling": z1 @ products[-1] - (z1 * z2 * diagonal).sum()}

    def _half(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and variance of the gradient over some rows, where the gradients are."""
        total, squares = (torch.zeros(self.size, dtype=torch.float64, device=self.start.device) for _ in range(2))
        for chunk in self.gradients(rows):
            g = chunk.double()
            total, squares = total + g.sum(dim=0), squares + g.square().sum(dim=0)
        n, mean = len(rows), total / len(rows)
        # rounding may leave a variance of zero below it
        return mean, ((squares - n * mean.square()) / (n - 1)).clamp(min=0)

    def _total(self, flat: Tensor, x: Tensor, y: Tensor) -> Tensor:
        shapes = {name: tuple(value.shape) for name, value in _trained(self.model).items()}
        named = {name: v[0, 0] for name, v in named_views(shapes, flat[None]).items()}
        return self.loss(functional_call(self.model, named, (x,)), y)

    def _single(self, flat: Tensor, x: Tensor, y: Tensor) -> Tensor:
        return self._total(flat, x[None], y[None])

    def gradients(self, rows: Tensor) -> Iterator[Tensor]:
        """Per-example gradients by `vmap(grad)`; see `Probe.gradients`.

        Raises
        ------
        ValueError
            If the module mixes examples, or draws random numbers.
        """
        x, y = self._seen()
        each: Callable[..., Any] = vmap(grad(self._single), in_dims=(None, 0, 0))
        for at in range(0, len(rows), self.chunk):
            chosen = rows[at : at + self.chunk].to(x.device)
            try:
                yield each(self.start, x[chosen], y[chosen]).detach()
            except RuntimeError as error:
                if "vmap" not in str(error):
                    raise
                raise ValueError(
                    "model must treat every example alone and draw no random numbers (call model.eval() if it "
                    f"does only in training), but got: {str(error).splitlines()[0]}"
                ) from error

    def products(self, vectors: Tensor) -> Tensor:
        """Products with the Hessian, one vector at a time; see `Probe.products`."""
        out = torch.zeros_like(vectors.to(self.start.dtype))
        for x, y, weight in self._pieces():
            leaf = self.start.clone().requires_grad_()
            with sdpa_kernel(SDPBackend.MATH):  # the fused kernel has no second derivative
                loss = self._total(leaf, x, y)
            (first,) = torch.autograd.grad(loss, leaf, create_graph=True)
            for row, vector in enumerate(vectors.to(self.start.dtype)):
                (second,) = torch.autograd.grad(first, leaf, vector, retain_graph=True)
                out[row] += weight * second
        return out

    @torch.no_grad()
    def losses(self, points: Tensor) -> Tensor:
        """Losses over all examples; see `Probe.losses`."""
        out = points.new_zeros(len(points), dtype=torch.float64)
        for x, y, weight in self._pieces():
            for row, point in enumerate(points):
                out[row] += weight * self._total(point, x, y).double()
        return out

    def _pieces(self, examples: int = 1024) -> Iterator[tuple[Tensor, Tensor, float]]:
        x, y = self._seen()
        for at in range(0, len(x), examples):
            part = slice(at, at + examples)
            yield x[part], y[part], len(x[part]) / len(x)


def _trained(model: nn.Module) -> dict[str, Tensor]:
    return {name: value.detach() for name, value in model.named_parameters() if value.requires_grad}


def _point(model: nn.Module) -> Tensor:
    return torch.cat([value.reshape(-1) for value in _trained(model).values()])


def _append(path: Path, row: dict[str, float]) -> None:
    new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        if new:
            writer.writeheader()
        writer.writerow({key: "" if value != value else f"{value:.6g}" for key, value in row.items()})


def check_evaluation(module: nn.Module) -> None:
    """Check that a module treats every example alone, and the same way twice.

    Raises
    ------
    ValueError
        If dropout or batch normalisation in it is in training mode.
    """
    noisy = (nn.modules.dropout._DropoutNd, nn.modules.batchnorm._BatchNorm)
    for name, part in module.named_modules():
        if part.training and isinstance(part, noisy):
            raise ValueError(
                "dropout and batch normalisation must be in evaluation mode, as they mix or change examples (call "
                f"eval() on the model, or on that layer), but got {name or 'a model'} = {type(part).__name__} "
                "in training mode"
            )


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
