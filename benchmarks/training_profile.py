"""Where the processor time of batched training steps goes, against what products and memory alone would take.

Every operation of a step is recorded and then called again by itself, with the tensors that it had: its processor time
there is its own, with warm caches and nothing between. What a step takes beyond the sum of these is the interpreter,
autograd's graph, and caches that the operations take from each other. The floor is what the step's products would take
at the rate of a large one, and its other operations if they did nothing but read and write their tensors as fast as an
addition of as many numbers as the runs have parameters.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import FlopCounterMode

PRODUCTS = ("mm", "convolution", "attention")
GATHERS = ("index_select", "embedding", "gather", "scatter", "cat", "stack", "copy", "clone", "index")
VIEWS = (
    "view", "expand", "permute", "transpose", "t", "select", "slice", "unsqueeze", "squeeze", "detach", "as_strided",
    "alias", "split", "unbind", "_unsafe_view", "_reshape_alias", "split_with_sizes", "empty", "new_empty",
    "empty_like",
)  # fmt: skip


def least_seconds(call: Callable[[], object], rounds: int = 3, seconds: float = 0.004) -> float:
    """Least processor seconds a call."""
    call()
    began = time.process_time()
    call()
    count = max(1, int(seconds / max(time.process_time() - began, 1e-7)))
    best = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        for _ in range(count):
            call()
        best = min(best, (time.process_time() - began) / count)
    return best


def best_rate() -> float:
    """Operations a second of a large matrix product on this core, now."""
    square = torch.ones(768, 768)
    return 2 * 768**3 / least_seconds(lambda: square @ square, 5, 0.05)


def best_bandwidth(size: int) -> float:
    """Bytes a second of an addition of two vectors of so many numbers, now."""
    one, other, out = torch.ones(size), torch.ones(size), torch.ones(size)
    return 12 * size / least_seconds(lambda: torch.add(one, other, out=out), 5, 0.02)


class Recorder(TorchDispatchMode):
    """Keeps what is called: one call of each kind with its tensors, how often, and how many bytes it touches."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: dict[object, tuple[Any, tuple[Any, ...], dict[str, Any]]] = {}
        self.counts: Counter[object] = Counter()
        self.bytes: dict[object, int] = {}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
        key = func, tuple((tuple(x.shape), x.stride(), x.dtype) for x in tensors)
        self.counts[key] += 1
        if key not in self.calls:
            self.calls[key] = func, args, kwargs or {}
            touched = tensors + [leaf for leaf in tree_leaves(out) if isinstance(leaf, torch.Tensor)]
            places = {(x.data_ptr(), x.numel()): x.numel() * x.element_size() for x in touched}
            self.bytes[key] = sum(places.values())
        return out


@dataclass(frozen=True)
class Profile:
    """Processor seconds of a step and of its parts.

    Attributes
    ----------
    step, products, passes, gathers : float
        The step as it is; its products, its elementwise and summing operations, and its look-ups and copies, alone.
    flops : int
        Operations of the products.
    rate : float
        Operations a second of a large product.
    floor : float
        What products and memory alone would take.
    calls : int
        Operations called.
    """

    step: float
    products: float
    passes: float
    gathers: float
    flops: int
    rate: float
    floor: float
    calls: int

    def lines(self) -> list[str]:
        """The table's lines below a row."""
        rest = max(0.0, self.step - self.products - self.passes - self.gathers)
        cells = [("products", self.products), ("elementwise", self.passes), ("look-ups and copies", self.gathers)]
        cells.append((f"interpreter and caches, {self.calls} calls", rest))
        shares = ", ".join(f"{seconds / self.step:.0%} {name}" for name, seconds in cells)
        speed = self.flops / self.products / 1e9
        return [
            f"    {shares}",
            f"    products alone: {speed:.0f} GFLOP/s, a large one {self.rate / 1e9:.0f}; "
            f"floor {self.floor / self.step:.0%} of the step",
        ]


def profile(step: Callable[[], None], size: int) -> Profile:
    """Measure the parts of a step.

    Parameters
    ----------
    step : callable
        Some steps of some runs.
    size : int
        Numbers of the vectors that the memory's rate is measured with.
    """
    step()
    with FlopCounterMode(display=False) as counter:
        step()
    with Recorder() as seen:
        step()
    seconds = dict.fromkeys(("products", "passes", "gathers"), 0.0)
    touched = calls = 0
    for key, (func, args, kwargs) in seen.calls.items():
        name, count = func.overloadpacket.__name__.rstrip("_"), seen.counts[key]
        if name in VIEWS:
            continue
        calls += count
        kind = next((k for k, words in (("products", PRODUCTS), ("gathers", GATHERS)) if _among(name, words)), "passes")
        with torch.no_grad():
            seconds[kind] += count * least_seconds(lambda f=func, a=args, k=kwargs: f(*a, **k))  # type: ignore[misc]
        touched += 0 if kind == "products" else count * seen.bytes[key]
    rate, flops = best_rate(), _flops(counter, seen)
    floor = flops / rate + touched / best_bandwidth(size)
    return Profile(least_seconds(step, 5, 0.1), **seconds, flops=flops, rate=rate, floor=floor, calls=calls)


def _flops(counter: FlopCounterMode, seen: Recorder) -> int:
    """Operations of products; torch's count leaves out that the backward passes of convolutions are grouped."""
    backward = torch.ops.aten.convolution_backward
    total = sum(count for name, count in counter.get_flop_counts()["Global"].items() if name is not backward)
    for key, (func, args, _) in seen.calls.items():
        if func.overloadpacket is backward:
            out, _, weight, *_, wanted = args
            total += seen.counts[key] * 2 * out.numel() * weight[0].numel() * sum(wanted[:2])
    return total


def _among(name: str, words: tuple[str, ...]) -> bool:
    return any(word in name for word in words)
