"""Minibatch draws that depend on (seed, batch size, step) and on nothing else."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def draw_indices(seeds: Sequence[int], batch_size: int, block: int, steps: int, n_examples: int) -> NDArray[np.int64]:
    """Indices of examples for a block of steps, drawn with replacement.

    A counter-based generator is keyed by (seed, batch size) and its counter set by the block, so neither the
    device, nor how runs are grouped, nor the order of computation changes a draw. Raw words are scaled here, because
    numpy promises the stability of raw streams only.

    Parameters
    ----------
    seeds : sequence of int
        One a group.
    batch_size : int
        Examples a minibatch.
    block, steps : int
        The block-th run of so many steps is drawn.
    n_examples : int
        Indices are below this; at most 2^32.

    Returns
    -------
    ndarray of int64, shape (steps, len(seeds), batch_size)
    """
    out = np.empty((steps, len(seeds), batch_size), dtype=np.int64)
    for row, seed in enumerate(seeds):
        words = _stream(seed, batch_size, block).random_raw(steps * batch_size)
        out[:, row] = ((words >> np.uint64(32)) * np.uint64(n_examples) >> np.uint64(32)).reshape(steps, batch_size)
    return out


def draw_normals(seeds: Sequence[int], batch_size: int, block: int, steps: int, size: int) -> NDArray[np.float32]:
    """Independent standard normal numbers, shape (steps, len(seeds), size), keyed as `draw_indices`."""
    out = np.empty((steps, len(seeds), size), dtype=np.float32)
    for row, seed in enumerate(seeds):
        out[:, row] = np.random.Generator(_stream(seed, batch_size, block)).standard_normal((steps, size))
    return out


def _stream(seed: int, batch_size: int, block: int) -> np.random.Philox:
    key = np.array([seed, batch_size], dtype=np.uint64)
    return np.random.Philox(key=key, counter=np.array([0, 0, 0, block], dtype=np.uint64))
