"""The two larger models: a convolutional network on images and a transformer on characters (torch)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor
from torch.nn import functional

from surgecore.training.engine.stack import Views
from surgecore.training.workloads.batch import Batch
from surgecore.training.workloads.layers import Attention, CrossEntropy, Embedding, Norm, dense_gradient, written_out
from surgecore.training.workloads.models import Classifier, example_cross_entropy
from surgecore.training.workloads.patches import features, reads_patches

if TYPE_CHECKING:
    from surgecore.training.workloads.workloads import CharTransformer, FashionCNN


class CNNModel(Classifier):
    """Convolution, pooling, convolution, pooling, three dense layers; tanh-GELU between.

    All runs' channels lie side by side in one image, so a convolution of every run is one grouped convolution; the
    first one sees each seed's images once for all its runs. Losses are read otherwise on a CPU: see `patches`.
    """

    together: ClassVar[int] = 16

    def __init__(self, workload: FashionCNN, device: str, x: Tensor, y: Tensor) -> None:
        super().__init__(workload, device, x, y)
        self.n_evaluated = workload.evaluated

    def example_losses(self, params: Views, batch: Batch) -> Tensor:
        """Cross-entropy of every run on each image."""
        (groups, runs), examples = params["k1"].shape[:2], batch.x.shape[1]
        read = groups == 1 and reads_patches(batch.x)
        h = features(params, batch.x[0]) if read else self._convolved(params, batch.x)
        for w, b in (("w1", "b1"), ("w2", "b2")):
            h = _gelu(_dense(params[w], params[b], h))
        logits = _dense(params["w3"], params["b3"], h)
        return example_cross_entropy(logits.reshape(groups, runs, 10, examples), batch.y)

    @staticmethod
    def _convolved(params: Views, images: Tensor) -> Tensor:
        """Both convolutions as grouped ones, shape (copies, features, examples)."""
        groups, runs, channels = params["k1"].shape[:3]
        copies, examples = groups * runs, images.shape[1]
        image = images.transpose(0, 1).flatten(1, 2)
        k1 = params["k1"].reshape(copies * channels, 1, 5, 5)
        h = functional.conv2d(image, k1, params["c1"].reshape(-1), groups=groups)
        h = _gelu(functional.max_pool2d(h, 2))
        k2 = params["k2"].reshape(copies * 2 * channels, channels, 3, 3)
        h = functional.conv2d(h, k2, params["c2"].reshape(-1), groups=copies)
        # in this order the gradient comes back contiguous, without which that of GELU takes three times as long
        return _gelu(functional.max_pool2d(h, 2).reshape(examples, copies, -1).permute(1, 2, 0).contiguous())


_gelu = partial(functional.gelu, approximate="tanh")


def _dense(w: Tensor, b: Tensor, h: Tensor) -> Tensor:
    """Dense layer of every copy, features first: (copies, in, examples) to (copies, out, examples)."""
    return torch.baddbmm(b.reshape(len(h), -1, 1), w.reshape(len(h), *w.shape[2:]), h)


class TransformerModel(Classifier):
    """Pre-norm decoder with learned places, causal attention and a tanh-GELU layer of four times the width."""

    def __init__(self, workload: CharTransformer, device: str, x: Tensor, y: Tensor) -> None:
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
        for i in range(self.layers):
            h = h + self._attend(_norm(h, flat[f"n{i}"]) @ flat[f"qkv{i}"].mT, context) @ flat[f"out{i}"].mT
            h = h + _gelu(_norm(h, flat[f"m{i}"]) @ flat[f"up{i}"].mT) @ flat[f"down{i}"].mT
        logits = _norm(h, flat["norm"]) @ flat["head"].mT
        labels = batch.y.view(groups, 1, -1, 1).expand(-1, runs, -1, 1).reshape(copies, -1, 1)
        picked = torch.log_softmax(logits, dim=-1).gather(2, labels)
        return -picked.view(groups, runs, examples, context).double().mean(dim=-1)

    def gradients(self, params: Views, batch: Batch) -> list[Tensor]:
        """Gradient of every run's loss; on a CPU the backward pass is written out."""
        if not written_out(params):
            return super().gradients(params, batch)
        groups, runs = params["tokens"].shape[:2]
        flat, found = {name: view.flatten(0, 1) for name, view in params.items()}, {}

        def through(name: str, d: Tensor, a: Tensor) -> Tensor:
            found[name] = dense_gradient(d, a)
            return torch.bmm(d, flat[name])

        start = Embedding(flat, batch, groups)
        h, layers = start.out, []
        for i in range(self.layers):
            first = Norm(h, flat[f"n{i}"])
            attention = Attention(torch.bmm(first.out, flat[f"qkv{i}"].mT), self.heads, batch.x.shape[2])
            h = h + torch.bmm(attention.out, flat[f"out{i}"].mT)
            second = Norm(h, flat[f"m{i}"])
            up = torch.bmm(second.out, flat[f"up{i}"].mT)
            a = _gelu(up)
            h = h + torch.bmm(a, flat[f"down{i}"].mT)
            layers.append((first, attention, second, up, a))
        last = Norm(h, flat["norm"])
        entropy = CrossEntropy(torch.bmm(last.out, flat["head"].mT), batch, groups)
        d, found["norm"] = last.gradients(through("head", entropy.out, last.out))
        for i in reversed(range(self.layers)):
            first, attention, second, up, a = layers.pop()
            inner = torch.ops.aten.gelu_backward(through(f"down{i}", d, a), up, approximate="tanh")
            inner, found[f"m{i}"] = second.gradients(through(f"up{i}", inner, second.out))
            d = d.add_(inner)
            inner = attention.gradient(through(f"out{i}", d, attention.out))
            inner, found[f"n{i}"] = first.gradients(through(f"qkv{i}", inner, first.out))
            d = d.add_(inner)
        found["tokens"], found["places"] = start.gradients(d)
        return [found[name].view(groups, runs, *shape) for name, shape in self.shapes.items()]

    def _attend(self, qkv: Tensor, context: int) -> Tensor:
        copies, rows, width = qkv.shape
        parts = qkv.view(copies * rows // context, context, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        query, key, value = parts.unbind()
        mixed = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        return mixed.transpose(1, 2).reshape(copies, rows, width // 3)


def _norm(h: Tensor, gain: Tensor) -> Tensor:
    # gains are kept as differences from one, so that all vectors start at zero
    return functional.layer_norm(h, h.shape[-1:]) * (1 + gain[:, None])
