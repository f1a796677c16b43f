"""The draws of `surgecore.training.engine.draws`, made where they are used: on a GPU nothing is uploaded (torch)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from surgecore.training.engine.draws import draw_indices

#: Philox 4 x 64 of ten rounds: Salmon et al., SC 2011, doi 10.1145/2063384.2063405.
_FACTORS = 0xD2E7470EE14C6C93, 0xCA5A826395121157
_WEYL = 0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B
_ROUNDS, _LANES = 10, 4
_LOW = (1 << 32) - 1


def drawn_indices(
    seeds: Sequence[int], batch_size: int, block: int, steps: int, n_examples: int, device: torch.device
) -> Tensor:
    """`draw_indices` as a tensor on a device, bit for bit the same on every one.

    Parameters
    ----------
    seeds, batch_size, block, steps, n_examples
        As of `draw_indices`.
    device : torch.device
        Where it is wanted. On a GPU it is drawn there; on a CPU numpy does it in less time.

    Returns
    -------
    Tensor of int64, shape (steps, len(seeds), batch_size)
    """
    if device.type == "cuda":
        return philox_indices(seeds, batch_size, block, steps, n_examples, device)
    return torch.from_numpy(draw_indices(seeds, batch_size, block, steps, n_examples)).to(device)


def philox_indices(
    seeds: Sequence[int], batch_size: int, block: int, steps: int, n_examples: int, device: torch.device
) -> Tensor:
    """`draw_indices` in integer arithmetic of torch: see `drawn_indices`."""
    count = steps * batch_size
    key = uploaded(np.array(seeds, dtype=np.int64)[:, None], device)
    # the counter is counted up before its first use
    counter = torch.arange(1, 1 + -(-count // _LANES), device=device)[None]
    words = torch.stack(_philox(counter, block, key, batch_size), dim=-1).flatten(1)[:, :count]
    drawn = _shifted(_shifted(words) * n_examples)
    return drawn.view(len(seeds), steps, batch_size).transpose(0, 1).contiguous()


def uploaded(values: NDArray[Any], device: torch.device) -> Tensor:
    """An array on a device, without waiting for what that has still to do."""
    here = torch.from_numpy(values)
    return here.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else here.to(device)


def _philox(counter: Tensor, block: int, key: Tensor, second: int) -> tuple[Tensor, ...]:
    """Four words for each counter and key; int64 stands for unsigned numbers, and wraps as these do."""
    zero = torch.zeros_like(counter[:, :1])
    words = counter, zero, zero, zero + block
    for number in range(_ROUNDS):
        keys = key + _signed(number * _WEYL[0]), _signed(second + number * _WEYL[1])
        (high, low), (high2, low2) = _product(words[0], _FACTORS[0]), _product(words[2], _FACTORS[1])
        words = high2 ^ words[1] ^ keys[0], low2, high ^ words[3] ^ keys[1], low
    shape = len(key), counter.shape[1]
    return tuple(word.expand(shape) for word in words)


def _product(a: Tensor, factor: int) -> tuple[Tensor, Tensor]:
    """High and low word of a product of two words."""
    low, high = factor & _LOW, factor >> 32
    a_low, a_high = a & _LOW, _shifted(a)
    inner, one, other = a_low * low, a_low * high, a_high * low
    middle = _shifted(inner) + (one & _LOW) + (other & _LOW)
    return a_high * high + _shifted(one) + _shifted(other) + _shifted(middle), a * _signed(factor)


def _shifted(a: Tensor) -> Tensor:
    """The upper half of each word."""
    return (a >> 32) & _LOW


def _signed(value: int) -> int:
    """The whole number that a word of 64 bits stands for as a signed one."""
    value &= (1 << 64) - 1
    return value - (1 << 64) if value >> 63 else value
