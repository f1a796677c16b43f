"""A GPT of many runs, and one with a mixture of experts (torch)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

from surgecore.training.engine.stack import Views
from surgecore.training.workloads.batch import Batch
from surgecore.training.workloads.layers import Attention, CrossEntropy, Embedding, Norm, dense_gradient, written_out
from surgecore.training.workloads.models import Classifier

if TYPE_CHECKING:
    from surgecore.training.workloads.larger import GPT, MoE


class GPTModel(Classifier):
    """Sequences of all runs as rows of batched products: (copies, examples x context, width)."""

    def __init__(self, workload: GPT, device: str, x: Tensor, y: Tensor) -> None:
        super().__init__(workload, device, x, y)
        self.layers, self.heads = workload.layers, workload.heads

    def example_losses(self, params: Views, batch: Batch) -> Tensor:
        """Mean cross-entropy of every run over the characters of each sequence."""
        groups, runs, vocabulary, width = params["tokens"].shape
        copies, (_, examples, context) = groups * runs, batch.x.shape
        flat = {name: view.reshape(copies, *view.shape[2:]) for name, view in params.items()}
        tokens = batch.x.view(groups, 1, -1).expand(-1, runs, -1).reshape(copies, -1)
        offset = torch.arange(copies, device=tokens.device)[:, None] * vocabulary
        h = functional.embedding(tokens + offset, flat["tokens"].reshape(-1, width))
        h = (h.view(copies, examples, context, width) + flat["places"][:, None]).view(copies, -1, width)
        extra = h.new_zeros(())
        for i in range(self.layers):
            h = h + self._attend(norm(h, flat[f"ng{i}"], flat[f"ns{i}"]), flat, i, context)
            inner, more = self._dense(norm(h, flat[f"mg{i}"], flat[f"ms{i}"]), flat, i, examples)
            h, extra = h + inner, extra + more
        logits = norm(h, flat["g"], flat["s"]) @ flat["tokens"].mT
        labels = batch.y.view(groups, 1, -1, 1).expand(-1, runs, -1, 1).reshape(copies, -1, 1)
        picked = torch.log_softmax(logits, dim=-1).gather(2, labels)
        return (extra - picked.view(copies, examples, context).double().mean(dim=-1)).view(groups, runs, examples)

    def gradients(self, params: Views, batch: Batch) -> list[Tensor]:
        """Gradient of every run's loss; on a CPU the backward pass is written out."""
        if type(self) is not GPTModel or not written_out(params):
            return super().gradients(params, batch)
        groups, runs = params["tokens"].shape[:2]
        flat, found = {name: view.flatten(0, 1) for name, view in params.items()}, {}

        def through(name: str, bias: str, d: Tensor, a: Tensor) -> Tensor:
            found[name], found[bias] = dense_gradient(d, a), d.sum(dim=1)
            return torch.bmm(d, flat[name])

        def back(norm: Norm, gain: str, shift: str, d: Tensor) -> Tensor:
            found[shift] = d.sum(dim=1)
            inner, found[gain] = norm.gradients(d)
            return inner

        start = Embedding(flat, batch, groups)
        h, layers = start.out, []
        for i in range(self.layers):
            first = Norm(h, flat[f"ng{i}"], flat[f"ns{i}"])
            qkv = linear(first.out, flat[f"qkv{i}"], flat[f"qkvb{i}"])
            attention = Attention(qkv, self.heads, batch.x.shape[2])
            h = h + linear(attention.out, flat[f"out{i}"], flat[f"outb{i}"])
            second = Norm(h, flat[f"mg{i}"], flat[f"ms{i}"])
            up = linear(second.out, flat[f"up{i}"], flat[f"upb{i}"])
            a = functional.gelu(up, approximate="tanh")
            h = h + linear(a, flat[f"down{i}"], flat[f"downb{i}"])
            layers.append((first, attention, second, up, a))
        last = Norm(h, flat["g"], flat["s"])
        logits = CrossEntropy(torch.bmm(last.out, flat["tokens"].mT), batch, groups).out
        head = dense_gradient(logits, last.out)
        d = back(last, "g", "s", torch.bmm(logits, flat["tokens"]))
        for i in reversed(range(self.layers)):
            first, attention, second, up, a = layers.pop()
            inner = torch.ops.aten.gelu_backward(through(f"down{i}", f"downb{i}", d, a), up, approximate="tanh")
            d = d.add_(back(second, f"mg{i}", f"ms{i}", through(f"up{i}", f"upb{i}", inner, second.out)))
            inner = attention.gradient(through(f"out{i}", f"outb{i}", d, attention.out))
            d = d.add_(back(first, f"ng{i}", f"ns{i}", through(f"qkv{i}", f"qkvb{i}", inner, first.out)))
        tokens, found["places"] = start.gradients(d)
        found["tokens"] = head.add_(tokens.view_as(head))
        return [found[name].view(groups, runs, *shape) for name, shape in self.shapes.items()]

    def _attend(self, h: Tensor, flat: Views, layer: int, context: int) -> Tensor:
        copies, rows, width = h.shape
        qkv = linear(h, flat[f"qkv{layer}"], flat[f"qkvb{layer}"])
        parts = qkv.view(copies * rows // context, context, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        query, key, value = parts.unbind()
        mixed = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        mixed = mixed.transpose(1, 2).reshape(copies, rows, width)
        return linear(mixed, flat[f"out{layer}"], flat[f"outb{layer}"])

    def _dense(self, h: Tensor, flat: Views, layer: int, examples: int) -> tuple[Tensor, Tensor]:
        """The dense part, and what it adds to the loss of each example."""
        inner = functional.gelu(linear(h, flat[f"up{layer}"], flat[f"upb{layer}"]), approximate="tanh")
        return linear(inner, flat[f"down{layer}"], flat[f"downb{layer}"]), h.new_zeros(())


class MoEModel(GPTModel):
    """Experts as batched products over (copies x experts), each with its places in every sequence."""

    def __init__(self, workload: MoE, device: str, x: Tensor, y: Tensor) -> None:
        super().__init__(workload, device, x, y)
        self.workload = workload

    def _dense(self, h: Tensor, flat: Views, layer: int, examples: int) -> tuple[Tensor, Tensor]:
        """Dispatch characters to experts' places, and combine what comes back."""
        copies, rows, width = h.shape
        experts, places = self.workload.experts, self.workload.places
        shares = torch.softmax(h @ flat[f"gate{layer}"].mT, dim=-1).view(copies * examples, -1, experts)
        chosen = torch.zeros_like(shares).scatter(2, shares.topk(self.workload.chosen, dim=-1).indices, 1.0)
        place = chosen.cumsum(dim=1) * chosen  # from 1, in the order of the sequence
        there = functional.one_hot(place.long().clamp(max=places + 1), places + 2)[..., 1 : places + 1].to(h.dtype)
        weight = shares * chosen
        weight = weight / weight.sum(dim=-1, keepdim=True)
        # (sequences, context, experts, places): where each character goes
        goes = there.flatten(2)
        given = goes.mT @ h.view(copies * examples, -1, width)
        given = (
            given.view(copies, examples, experts, places, width).transpose(1, 2).reshape(copies * experts, -1, width)
        )
        inner = linear(given, *(flat[f"{name}{layer}"].flatten(0, 1) for name in ("up", "upb")))
        inner = functional.gelu(inner, approximate="tanh")
        back = linear(inner, *(flat[f"{name}{layer}"].flatten(0, 1) for name in ("down", "downb")))
        back = back.view(copies, experts, examples, places, width).transpose(1, 2).reshape(copies * examples, -1, width)
        out = (there * weight[..., None]).flatten(2) @ back
        balance = experts * (chosen.mean(dim=1) / self.workload.chosen * shares.mean(dim=1)).sum(dim=-1)
        return out.view(copies, rows, width), self.workload.balance * balance.view(copies, examples)


def linear(h: Tensor, w: Tensor, b: Tensor) -> Tensor:
    """Dense layer of every copy: (copies, rows, in) to (copies, rows, out)."""
    return torch.baddbmm(b[:, None], h, w.mT)


def norm(h: Tensor, gain: Tensor, shift: Tensor) -> Tensor:
    """Layer norm of every copy; gains are kept as differences from one, so that all vectors start at zero."""
    return functional.layer_norm(h, h.shape[-1:]) * (1 + gain[:, None]) + shift[:, None]
