"""In which arithmetic training steps are taken: one place sets it for sweeps, checkpoints, measurements and benches.

torch by itself takes convolutions in TF32 on a GPU, and TF32 flips the signs of small gradients.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

#: float32 everywhere; TF32 products and convolutions; bfloat16 products and activations, parameters in float32.
PRECISIONS = ("float32", "tf32", "bf16")


def set_precision(device: str, precision: str = "float32") -> None:
    """Set one thread, and the arithmetic of products and convolutions, for this process.

    Parameters
    ----------
    device : str
        "cpu" or "cuda".
    precision : str, optional
        One of `PRECISIONS`; TF32 is a GPU's.

    Raises
    ------
    ValueError
        If there is no such precision on the device.
    """
    import torch

    if precision not in PRECISIONS:
        raise ValueError(f"precision must be one of {', '.join(PRECISIONS)}, but got {precision!r}")
    if precision == "tf32" and device != "cuda":
        raise ValueError(f"precision tf32 needs a GPU, but got {device}")
    torch.set_num_threads(1)
    _keep_memory()
    _set_flags("tf32" if precision == "tf32" else "ieee")


@cache
def _keep_memory() -> None:
    """Let this process keep what it frees: giving it back and taking it anew costs more than many a step's arithmetic.

    glibc returns blocks above a threshold to the system at once, and a page taken anew is cleared first. Elsewhere
    nothing is done.
    """
    with suppress(AttributeError, OSError):
        mallopt = ctypes.CDLL(None).mallopt
        for parameter in (_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD):
            mallopt(parameter, _KEPT_BYTES)


#: Of malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_KEPT_BYTES = 1 << 28


def _set_flags(kind: str) -> None:
    for place in _places().values():
        place.fp32_precision = kind


def _places() -> dict[str, Any]:
    import torch

    backends: Any = torch.backends
    return {"matmul": backends.cuda.matmul, "convolution": backends.cudnn.conv, "recurrent": backends.cudnn.rnn}


@contextmanager
def arithmetic(device: torch.device, precision: str) -> Iterator[None]:
    """Products and activations of what is inside in bfloat16 where that is the precision."""
    import torch

    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=precision == "bf16", cache_enabled=False):
        yield


@contextmanager
def full_precision() -> Iterator[None]:
    """float32 products for what is inside: losses are read alike whatever the steps were taken in."""
    before = {name: place.fp32_precision for name, place in _places().items()}
    for place in _places().values():
        place.fp32_precision = "ieee"
    try:
        yield
    finally:
        for name, place in _places().items():
            place.fp32_precision = before[name]


def precision_flags() -> dict[str, Any]:
    """What is set now, JSON-ready, for provenance: products, convolutions, cuDNN and its version."""
    import torch

    out: dict[str, Any] = {name: str(place.fp32_precision) for name, place in _places().items()}
    cudnn: Any = torch.backends.cudnn
    if torch.cuda.is_available():
        out |= {
            "cudnn": cudnn.version(),
            "cudnn_benchmark": cudnn.benchmark,
            "cudnn_deterministic": cudnn.deterministic,
        }
    return out
