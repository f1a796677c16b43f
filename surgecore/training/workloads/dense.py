"""Softmax regression and networks of one hidden layer, whose gradients are written out (torch)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from surgecore.training.engine.native import native_steps
from surgecore.training.engine.resident import PRODUCTS, of_classifier
from surgecore.training.engine.stack import Views
from surgecore.training.workloads.batch import Batch
from surgecore.training.workloads.examples import Dense, Examples, of_dense
from surgecore.training.workloads.models import Classifier, example_cross_entropy
from surgecore.training.workloads.readers import NativeReader, Reader

if TYPE_CHECKING:
    from surgecore.training.engine.native import Native
    from surgecore.training.engine.resident import Resident
    from surgecore.training.engine.rules import Needs, Optimizer


def _residual(logits: Tensor, batch: Batch) -> Tensor:
    """Gradient of the mean cross-entropy with respect to the logits, same shape."""
    classes = torch.arange(logits.shape[2], device=logits.device)
    hot = (batch.y[:, None] == classes[:, None]).to(logits.dtype)[:, None]
    weights = batch.weights()
    return torch.softmax(logits, dim=2).sub_(hot).mul_(weights if isinstance(weights, float) else weights[:, :, None])


class SoftmaxModel(Classifier):
    """Softmax regression; the gradient is written out."""

    def example_losses(self, params: Views, batch: Batch) -> Tensor:
        """Cross-entropy of every run on each example."""
        return example_cross_entropy(self._logits(params, batch.x), batch.y)

    def fused(self, optimizer: Optimizer, batch_size: int) -> Resident | None:
        """A program a run."""
        sizes = {"IN": self.x.shape[1], "C": 16, "NC": self.shapes["b"][0], "PREC": PRODUCTS}
        return of_classifier(self, "softmax", optimizer, batch_size, sizes, warps=2)

    def native(self, optimizer: Optimizer) -> Native | None:
        """All runs of a seed together."""
        return native_steps("softmax", (self.x.numpy(), self.y.numpy(), self.shapes["b"][0]), optimizer)

    def native_reader(self) -> Reader:
        """In native code, run by run."""
        return NativeReader(self, self._all_data(), "softmax_losses")

    @staticmethod
    def _logits(params: Views, x: Tensor) -> Tensor:
        groups, runs, classes, inputs = params["w"].shape
        z = torch.bmm(params["w"].reshape(groups, runs * classes, inputs), x.mT)
        return z.view(groups, runs, classes, -1) + params["b"][..., None]

    def gradients(self, params: Views, batch: Batch) -> list[Tensor]:
        """Gradient of every run's loss."""
        return list(self._layer(params, batch).gradient())

    def examples(self, params: Views, batch: Batch, needs: Needs) -> tuple[list[Tensor], Examples]:
        """Gradients and what is known of single examples, in closed form."""
        return of_dense([self._layer(params, batch)], batch, needs)

    def curvatures(self) -> dict[str, float]:
        """Largest curvatures of the loss and of one example's: half those of inputs, as the softmax has at most 1/2."""
        x = torch.cat([self.x.double(), torch.ones(len(self.x), 1, dtype=torch.float64, device=self.device)], dim=1)
        mean = torch.linalg.eigvalsh(x.mT @ x / len(x))[-1]
        return {"smooth": float(mean) / 2, "roughest": float(x.square().sum(dim=1).max()) / 2}

    def _layer(self, params: Views, batch: Batch) -> Dense:
        return Dense(_residual(self._logits(params, batch.x), batch), batch.x)


class MLPModel(Classifier):
    """Inputs, one hidden tanh-GELU layer, softmax; the backward pass is written out.

    Activations are kept features first, (runs, features, examples): every product is then a batched product of
    contiguous blocks, and layer one is a single product for all runs of a seed. tanh-GELU is computed as
    h * sigmoid(2u), the same function with one exponential instead of a tanh, three times as fast here.
    """

    def example_losses(self, params: Views, batch: Batch) -> Tensor:
        """Cross-entropy of every run on each example."""
        h = self._hidden(params, batch.x)
        return example_cross_entropy(self._logits(params, gelu(h)), batch.y)

    def fused(self, optimizer: Optimizer, batch_size: int) -> Resident | None:
        """A program a run, up to 64 hidden values: more do not fit the registers."""
        hidden = self.shapes["b1"][0]
        if hidden not in (16, 32, 64):
            return None
        sizes = {"H": hidden, "IN": self.x.shape[1], "C": 16, "NC": self.shapes["b2"][0], "PREC": PRODUCTS}
        return of_classifier(self, "mlp", optimizer, batch_size, sizes, warps=hidden // 8)

    def native(self, optimizer: Optimizer) -> Native | None:
        """All runs of a seed together."""
        sizes = self.shapes["b1"][0], self.shapes["b2"][0]
        return native_steps("mlp", (self.x.numpy(), self.y.numpy(), *sizes), optimizer)

    def native_reader(self) -> Reader:
        """In native code, run by run."""
        return NativeReader(self, self._all_data(), "mlp_losses")

    @staticmethod
    def _hidden(params: Views, x: Tensor) -> Tensor:
        groups, runs, hidden, inputs = params["w1"].shape
        h = torch.bmm(params["w1"].reshape(groups, runs * hidden, inputs), x.mT)
        return h.view(groups * runs, hidden, -1) + params["b1"].reshape(groups * runs, hidden, 1)

    @staticmethod
    def _logits(params: Views, a: Tensor) -> Tensor:
        groups, runs, classes, hidden = params["w2"].shape
        z = torch.bmm(params["w2"].reshape(groups * runs, classes, hidden), a)
        return z.view(groups, runs, classes, -1) + params["b2"][..., None]

    def gradients(self, params: Views, batch: Batch) -> list[Tensor]:
        """Gradient of every run's loss."""
        return [part for layer in self._layers(params, batch) for part in layer.gradient()]

    def examples(self, params: Views, batch: Batch, needs: Needs) -> tuple[list[Tensor], Examples]:
        """Gradients and what is known of single examples, in closed form."""
        return of_dense(self._layers(params, batch), batch, needs)

    def _layers(self, params: Views, batch: Batch) -> list[Dense]:
        groups, runs, hidden = params["w1"].shape[:3]
        a, slope = _gelu_and_slope(self._hidden(params, batch.x))
        d = _residual(self._logits(params, a), batch)
        w2 = params["w2"].reshape(groups * runs, -1, hidden)
        dh = torch.bmm(w2.mT, d.view(groups * runs, -1, a.shape[-1])).mul_(slope)
        return [
            Dense(dh.view(groups, runs, hidden, -1), batch.x),
            Dense(d, a.view(groups, runs, hidden, -1)),
        ]


def gelu(h: Tensor) -> Tensor:
    """tanh-GELU, any shape."""
    if torch.is_grad_enabled():
        return h * torch.sigmoid(_gelu_exponent(h))
    # the same, in one new tensor instead of six
    return h.square().mul_(_GELU_3).add_(_GELU_1).mul_(h).sigmoid_().mul_(h)


def _gelu_and_slope(h: Tensor) -> tuple[Tensor, Tensor]:
    """tanh-GELU and its derivative, h (s + a (1 - s) u'); `h` is overwritten, so that four tensors are touched."""
    q = h * h
    s = (q * _GELU_3).add_(_GELU_1).mul_(h).sigmoid_()
    a = h * s
    slope = torch.sub(1, s, out=h).mul_(a).mul_(q.mul_(3 * _GELU_3).add_(_GELU_1)).add_(s)
    return a, slope


_GELU_1 = 2 * (2 / np.pi) ** 0.5
_GELU_3 = 0.044715 * _GELU_1


def _gelu_exponent(h: Tensor) -> Tensor:
    exponent: Tensor = h * (_GELU_1 + _GELU_3 * (h * h))
    return exponent
