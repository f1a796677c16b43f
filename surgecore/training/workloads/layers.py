"""Layers of sequences with their backward pass written out, for a CPU (torch).

They call the kernels that autograd would, on the same numbers, so that gradients are the same to the last bit; what is
saved is its graph and copies, a third of a step where few runs are small and a tenth where many are large.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

if TYPE_CHECKING:
    from surgecore.training.engine.stack import Views
    from surgecore.training.workloads.batch import Batch

_EPS = 1e-5


def written_out(params: Views) -> bool:
    """Whether these layers may be used: in float32 or float64 on a CPU, and not in a step that is compiled."""
    here = next(iter(params.values())).device.type == "cpu"
    return here and not torch.compiler.is_compiling() and not torch.is_autocast_enabled("cpu")


class Embedding:
    """Characters and places of every run, one after the other: `out` has shape (copies, examples x context, width)."""

    def __init__(self, flat: Views, batch: Batch, groups: int) -> None:
        copies, vocabulary, width = flat["tokens"].shape
        _, self._examples, self._context = batch.x.shape
        tokens = batch.x.view(groups, 1, -1).expand(-1, copies // groups, -1).reshape(copies, -1)
        self._rows = tokens + torch.arange(copies, device=tokens.device)[:, None] * vocabulary
        self._table = copies * vocabulary
        self.out = functional.embedding(self._rows, flat["tokens"].reshape(-1, width))
        self.out.view(copies, self._examples, self._context, width).add_(flat["places"][:, None])

    def gradients(self, d: Tensor) -> tuple[Tensor, Tensor]:
        """Gradients of characters and places, given that of what came out."""
        tokens = torch.ops.aten.embedding_dense_backward(d, self._rows, self._table, -1, False)
        return tokens, d.view(len(d), self._examples, self._context, -1).sum(dim=1)


class Norm:
    """Layer norm of every copy; gains are kept as differences from one."""

    def __init__(self, h: Tensor, gain: Tensor, shift: Tensor | None = None) -> None:
        self._h, self._gain = h, 1 + gain[:, None]
        self._normed, self._mean, self._scale = torch.native_layer_norm(h, h.shape[-1:], None, None, _EPS)
        self.out = self._normed * self._gain
        if shift is not None:
            self.out.add_(shift[:, None])

    def gradients(self, d: Tensor) -> tuple[Tensor, Tensor]:
        """Gradients of what went in and of the gain, given that of what came out, which is overwritten."""
        gain, last = (d * self._normed).sum(dim=1), self._h.shape[-1:]
        inner, _, _ = torch.ops.aten.native_layer_norm_backward(
            d.mul_(self._gain), self._h, last, self._mean, self._scale, None, None, [True, False, False]
        )
        return inner, gain


class Attention:
    """Causal attention within each sequence; query, key and value of all heads side by side go in."""

    def __init__(self, qkv: Tensor, heads: int, context: int) -> None:
        copies, rows, width = qkv.shape
        parts = qkv.view(copies * rows // context, context, 3, heads, -1).permute(2, 0, 3, 1, 4)
        self._parts = parts.unbind()
        attend = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu
        self._mixed, self._sums = attend(*self._parts, 0.0, True)
        self.out = self._mixed.transpose(1, 2).reshape(copies, rows, width // 3)

    def gradient(self, d: Tensor) -> Tensor:
        """Gradient of what went in, given that of what came out."""
        copies, rows, width = d.shape
        sequences, heads, context, _ = self._mixed.shape
        inner = d.view(sequences, context, heads, -1).transpose(1, 2)
        back = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu_backward
        found = back(inner, *self._parts, self._mixed, self._sums, 0.0, True)
        return torch.stack([part.transpose(1, 2) for part in found], dim=2).view(copies, rows, 3 * width)


class CrossEntropy:
    """Gradient of the mean cross-entropy over each run's characters with respect to the logits, as `out`."""

    def __init__(self, logits: Tensor, batch: Batch, groups: int) -> None:
        copies, rows, _ = logits.shape
        labels = batch.y.view(groups, 1, -1, 1).expand(-1, copies // groups, -1, 1).reshape(copies, -1, 1)
        log_p = torch.log_softmax(logits, dim=-1)
        weights, examples = batch.weights(), batch.x.shape[1]
        if isinstance(weights, Tensor):
            each = weights.reshape(copies, examples, 1).expand(-1, -1, rows // examples).reshape(copies, rows, 1)
            picked = torch.zeros_like(log_p).scatter_(2, labels, (-each * (examples / rows)).to(log_p.dtype))
        else:
            picked = torch.zeros_like(log_p).scatter_(2, labels, -1.0 / examples / (rows // examples))
        self.out = torch.ops.aten._log_softmax_backward_data(picked, log_p, -1, log_p.dtype)


def dense_gradient(d: Tensor, a: Tensor) -> Tensor:
    """Gradient of the weights (copies, out, in), given that of what came out and what went in, rows first."""
    return torch.bmm(d.mT, a)
