"""Convolutions of many runs as products with patches of their images, for losses that are read on a CPU (torch).

Examples come last: patches are then copied, and pooled, in long stretches. One product makes the first convolution of
all runs, which see the same images, and a batched product the second. Against grouped convolutions, whose pooling
goes entry by entry, a reading takes half of the time, for every number of runs and channels that was timed (4 and 8
channels, 1 to 64 runs: 0.41 to 0.56 of it). Gradients gain little or nothing (0.8 to 1.1 from batch size 16 to 512,
0.9 to 1.3 at 4), since patches must be added up again on the way back. So which of the two is used depends on nothing
but whether gradients are wanted and on the device, and a sweep that is resumed, or computed elsewhere, goes the same
way.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.nn import functional

if TYPE_CHECKING:
    from surgecore.training.engine.stack import Views

#: Examples and channels of the first convolution that are computed at once: what fits the second level of cache.
_EXAMPLES, _CHANNELS = 16, 64


def reads_patches(images: Tensor) -> bool:
    """Whether products with patches are the faster way: on a CPU, without gradients."""
    return images.device.type == "cpu" and not torch.is_grad_enabled() and not torch.compiler.is_compiling()


def features(params: Views, images: Tensor) -> Tensor:
    """What two convolutions with pooling and tanh-GELU make of images that all runs share.

    Parameters
    ----------
    params : Views
        Kernels k1 and k2 and shifts c1 and c2, of shape (1, runs, ...).
    images : Tensor, shape (examples, 1, height, width)

    Returns
    -------
    Tensor, shape (runs, features, examples)
    """
    runs, channels = params["k1"].shape[1:3]
    some = max(1, _CHANNELS // channels)
    whole: Tensor | None = None
    for at in range(0, len(images), _EXAMPLES):
        part = images[at : at + _EXAMPLES, 0].permute(1, 2, 0).contiguous()
        for run, found in _of_piece(params, part, some):
            if whole is None:
                whole = found.new_empty(runs, found.shape[1], len(images))
            whole[run : run + some, :, at : at + _EXAMPLES] = found
    assert whole is not None
    return whole


def _of_piece(params: Views, images: Tensor, some: int) -> Iterator[tuple[int, Tensor]]:
    """Features of some runs after others on the same images, shape (height, width, examples)."""
    k1, c1, k2, c2 = (params[name][0] for name in ("k1", "c1", "k2", "c2"))
    first = _patches(images, k1.shape[-1])
    height, width = (size - k1.shape[-1] + 1 for size in images.shape[:2])
    for run in range(0, len(k1), some):
        kernel, shift = k1[run : run + some], c1[run : run + some]
        h = torch.mm(kernel.reshape(-1, first.shape[0]), first)
        h = _activated(h.view(*kernel.shape[:2], height, width, -1), shift)
        kernel, shift = k2[run : run + some], c2[run : run + some]
        size = kernel.shape[-1]
        h, shape = _patches(h, size), [side - size + 1 for side in h.shape[2:4]]
        h = torch.bmm(kernel.flatten(2), h.flatten(1, -2).view(len(kernel), kernel[0, 0].numel(), -1))
        yield run, _activated(h.view(*kernel.shape[:2], *shape, -1), shift).flatten(1, 3)


def _patches(h: Tensor, size: int) -> Tensor:
    """Patches of (..., height, width, examples) side by side, shape (..., size^2, places x examples)."""
    *outer, height, width, examples = h.shape
    *steps, down, right, last = h.stride()
    places = (size, size, height - size + 1, width - size + 1, examples)
    return h.as_strided((*outer, *places), (*steps, down, right, down, right, last)).reshape(*outer, size * size, -1)


def _activated(h: Tensor, shift: Tensor) -> Tensor:
    """Pool (..., channels, height, width, examples) by twos, shift, and apply tanh-GELU.

    A shift does not change which is largest, so it comes after pooling, where there is a quarter left.
    """
    h = torch.maximum(h[..., 0::2, :, :], h[..., 1::2, :, :])
    h = torch.maximum(h[..., 0::2, :], h[..., 1::2, :]).add_(shift[..., None, None, None])
    return functional.gelu(h, approximate="tanh")
