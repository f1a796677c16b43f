"""The paper's workloads in kind as ordinary modules, one run: what the batched ones are checked and timed against."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from surgecore.training.workloads.larger import GPT, MoE, ResNet


class Block(nn.Module):
    """Two convolutions with group norm, and a shortcut."""

    def __init__(self, before: int, after: int, stride: int, norms: int) -> None:
        super().__init__()
        self.a = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        self.na = nn.GroupNorm(norms, after)
        self.b = nn.Conv2d(after, after, 3, 1, 1, bias=False)
        self.nb = nn.GroupNorm(norms, after)
        self.short = nn.Conv2d(before, after, 1, stride, bias=False) if before != after else None

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.nb(self.b(torch.relu(self.na(self.a(x)))))
        return torch.relu(h + (x if self.short is None else self.short(x)))


def resnet(workload: ResNet) -> nn.Module:
    """The residual network."""
    c, norms = workload.channels, workload.norms
    blocks = [Block(before, after, stride, norms) for _, before, after, stride in workload.layers]
    stem = [nn.Conv2d(1, c, 3, padding=1, bias=False), nn.GroupNorm(norms, c), nn.ReLU()]
    return nn.Sequential(*stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8 * c, 10))


class Experts(nn.Module):
    """Experts one after the other: each takes its characters of a sequence in order, until it is full."""

    def __init__(self, workload: MoE) -> None:
        super().__init__()
        d, self.workload = workload.width, workload
        self.gate = nn.Linear(d, workload.experts, bias=False)
        self.up = nn.ModuleList(nn.Linear(d, 4 * d) for _ in range(workload.experts))
        self.down = nn.ModuleList(nn.Linear(4 * d, d) for _ in range(workload.experts))
        self.balance: torch.Tensor | None = None

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        shares = torch.softmax(self.gate(h), dim=-1)
        chosen = torch.zeros_like(shares).scatter(-1, shares.topk(self.workload.chosen, dim=-1).indices, 1.0)
        weight = shares * chosen / (shares * chosen).sum(dim=-1, keepdim=True)
        fits = chosen * (chosen.cumsum(dim=-2) <= self.workload.places)
        out = torch.zeros_like(h)
        for i, (up, down) in enumerate(zip(self.up, self.down, strict=True)):
            out = out + (weight * fits)[..., i, None] * down(functional.gelu(up(h), approximate="tanh"))
        even = chosen.mean(dim=-2) / self.workload.chosen * shares.mean(dim=-2)
        self.balance = self.workload.experts * even.sum(dim=-1)
        return out


class Layer(nn.Module):
    """Attention and a dense part, each behind its norm."""

    def __init__(self, workload: GPT) -> None:
        super().__init__()
        d = workload.width
        self.first, self.second, self.heads = nn.LayerNorm(d), nn.LayerNorm(d), workload.heads
        self.qkv, self.out = nn.Linear(d, 3 * d), nn.Linear(d, d)
        dense = nn.Sequential(nn.Linear(d, 4 * d), nn.GELU(approximate="tanh"), nn.Linear(4 * d, d))
        self.dense = Experts(workload) if isinstance(workload, MoE) else dense

    def forward(self, h: torch.Tensor) -> torch.Tensor:
        parts = self.qkv(self.first(h)).unflatten(-1, (3, self.heads, -1)).movedim(-3, 0).transpose(-3, -2)
        mixed = functional.scaled_dot_product_attention(parts[0], parts[1], parts[2], is_causal=True)
        h = h + self.out(mixed.transpose(-3, -2).flatten(-2))
        return h + self.dense(self.second(h))


class PlainGPT(nn.Module):
    """The GPT, with experts or without."""

    def __init__(self, workload: GPT) -> None:
        super().__init__()
        self.tokens = nn.Embedding(workload.vocabulary, workload.width)
        self.places = nn.Parameter(torch.zeros(workload.context, workload.width))
        self.layers = nn.ModuleList(Layer(workload) for _ in range(workload.layers))
        self.last, self.weight = nn.LayerNorm(workload.width), getattr(workload, "balance", 0.0)

    def forward(self, x: torch.Tensor, y: torch.Tensor | None = None) -> torch.Tensor:
        """Logits, or with labels the loss."""
        if y is not None:
            return self.loss(x, y)
        h = self.tokens(x) + self.places
        for layer in self.layers:
            h = layer(h)
        return self.last(h) @ self.tokens.weight.T

    def loss(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Mean over the sequences, with what the balance of experts adds."""
        logits = self(x)
        entropy = functional.cross_entropy(logits.reshape(-1, logits.shape[-1]), y.reshape(-1))
        extra = [layer.dense.balance.mean() for layer in self.layers if isinstance(layer.dense, Experts)]
        return entropy + self.weight * sum(extra)


def plain(workload: GPT | ResNet) -> nn.Module:
    """One run as an ordinary module."""
    return resnet(workload) if isinstance(workload, ResNet) else PlainGPT(workload)


def set_parameters(net: nn.Module, workload: GPT | ResNet, run: dict[str, torch.Tensor]) -> list[list[tuple[str, int]]]:
    """Copy a run's parameters in; where each of the module's parameters came from, as name and expert (or -1).

    Parameters
    ----------
    net : nn.Module
        From `plain`.
    run : dict of str to Tensor
        Parameters of one run, as the batched model names them.
    """
    names = names_of(workload)
    own = list(net.parameters())
    assert len(own) == len(names)
    with torch.no_grad():
        for p, (name, part, is_gain) in zip(own, names, strict=True):
            value = run[name] if part < 0 else run[name][part]
            p.copy_(1 + value if is_gain else value)
    return [[(name, part)] for name, part, _ in names]


def names_of(workload: GPT | ResNet) -> list[tuple[str, int, bool]]:
    """Batched name of each of the module's parameters in its order, which expert's, and whether it is a gain."""
    if isinstance(workload, ResNet):
        out = [("k", -1, False), ("g", -1, True), ("s", -1, False)]
        for name, before, after, _ in workload.layers:
            for part in "ab":
                out += [(f"k{name}{part}", -1, False), (f"g{name}{part}", -1, True), (f"s{name}{part}", -1, False)]
            out += [(f"k{name}c", -1, False)] if before != after else []
        return [*out, ("w", -1, False), ("b", -1, False)]
    out = [("places", -1, False), ("tokens", -1, False)]
    for i in range(workload.layers):
        out += [(f"ng{i}", -1, True), (f"ns{i}", -1, False), (f"mg{i}", -1, True), (f"ms{i}", -1, False)]
        out += [(f"{name}{i}", -1, False) for name in ("qkv", "qkvb", "out", "outb")]
        if isinstance(workload, MoE):
            out.append((f"gate{i}", -1, False))
            out += [(f"{name}{i}", e, False) for e in range(workload.experts) for name in ("up", "upb")]
            out += [(f"{name}{i}", e, False) for e in range(workload.experts) for name in ("down", "downb")]
        else:
            out += [(f"{name}{i}", -1, False) for name in ("up", "upb", "down", "downb")]
    return [*out, ("g", -1, True), ("s", -1, False)]
