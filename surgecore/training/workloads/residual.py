"""A residual convolutional network of many runs (torch)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

from surgecore.training.engine.device_draws import drawn_indices
from surgecore.training.engine.stack import Views
from surgecore.training.workloads.batch import Batch
from surgecore.training.workloads.models import BLOCK, Classifier, example_cross_entropy

if TYPE_CHECKING:
    from surgecore.training.workloads.larger import ResNet

#: Pixels of the largest shift, and the ways to augment an image: shifts both ways, mirrored or not.
_SHIFT = 2
_WAYS = 2 * (2 * _SHIFT + 1) ** 2


class ResNetModel(Classifier):
    """Convolutions of all runs side by side in one grouped convolution; group norm; rectifiers."""

    def __init__(self, workload: ResNet, device: str, x: Tensor, y: Tensor) -> None:
        super().__init__(workload, device, x, y)
        self.workload, self.n_evaluated = workload, min(workload.evaluated, len(x))

    def draw(self, seeds: Sequence[int], batch_size: int, block: int) -> Tensor:
        """Indices of examples; with augmentation, of augmented examples, of which each image has fifty."""
        ways = _WAYS if self.workload.augment else 1
        return drawn_indices(seeds, batch_size, block, BLOCK, len(self.x) * ways, self.device)

    def batch(self, drawn: Tensor) -> Batch:
        """Look the drawn examples up, and shift and mirror them where that is asked."""
        if not self.workload.augment:
            return super().batch(drawn)
        found, way = super().batch(drawn // _WAYS), drawn.reshape(-1) % _WAYS
        return found._replace(x=augmented(found.x.flatten(0, 1), way).view(found.x.shape))

    def example_losses(self, params: Views, batch: Batch) -> Tensor:
        """Cross-entropy of every run on each image."""
        groups, runs, channels = params["k"].shape[:3]
        copies, examples = groups * runs, batch.x.shape[1]
        image = batch.x.transpose(0, 1).flatten(1, 2)
        h = functional.conv2d(image, params["k"].reshape(copies * channels, 1, 3, 3), padding=1, groups=groups)
        h = torch.relu(self._norm(h, params["g"], params["s"]))
        for name, before, after, stride in self.workload.layers:
            inner = self._convolve(h, params[f"k{name}a"], stride)
            inner = torch.relu(self._norm(inner, params[f"g{name}a"], params[f"s{name}a"]))
            inner = self._convolve(inner, params[f"k{name}b"], 1)
            inner = self._norm(inner, params[f"g{name}b"], params[f"s{name}b"])
            h = torch.relu(inner + (h if before == after else self._convolve(h, params[f"k{name}c"], stride)))
        h = h.mean(dim=(2, 3)).view(examples, copies, -1).permute(1, 2, 0)
        logits = torch.baddbmm(params["b"].reshape(copies, -1, 1), params["w"].reshape(copies, 10, -1), h)
        return example_cross_entropy(logits.view(groups, runs, 10, examples), batch.y)

    @staticmethod
    def _convolve(h: Tensor, kernel: Tensor, stride: int) -> Tensor:
        copies, size = kernel.shape[0] * kernel.shape[1], kernel.shape[-1]
        return functional.conv2d(
            h, kernel.reshape(-1, *kernel.shape[3:]), stride=stride, padding=size // 2, groups=copies
        )

    def _norm(self, h: Tensor, gain: Tensor, shift: Tensor) -> Tensor:
        # gains are kept as differences from one, so that all vectors start at zero
        norms = self.workload.norms * gain.shape[0] * gain.shape[1]
        return functional.group_norm(h, norms, 1 + gain.reshape(-1), shift.reshape(-1))


def augmented(x: Tensor, way: Tensor) -> Tensor:
    """Images shifted by up to two pixels each way, zero where nothing was, and mirrored.

    Parameters
    ----------
    x : Tensor, shape (n, 1, height, width)
    way : Tensor of int, shape (n,)
        Which of the fifty ways; the 24th is the image as it is.
    """
    height, width = x.shape[2:]
    mirrored, shift = way // (_WAYS // 2), way % (_WAYS // 2)
    down, right = shift // (2 * _SHIFT + 1), shift % (2 * _SHIFT + 1)
    padded = functional.pad(x[:, 0], (_SHIFT,) * 4)
    rows = torch.arange(height, device=x.device) + down[:, None]
    columns = torch.arange(width, device=x.device)
    columns = torch.where(mirrored[:, None] > 0, columns.flip(0), columns) + right[:, None]
    which = torch.arange(len(x), device=x.device)[:, None, None]
    return padded[which, rows[:, :, None], columns[:, None]][:, None]
