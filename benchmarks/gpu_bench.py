"""Run-steps per second on a GPU: against a loop over fused torch.optim there, and against the device's own floor.

Every line trains with Adam. The floor of a step is the larger of two times: the bytes that must move (parameters and
both averages read once and written once, 24 bytes a parameter of a run, with perfect fusion) at the copy bandwidth
measured here, and the floating-point operations (counted by torch for one run's step) at the rate of a large single
precision matrix product measured here, TF32 off. A second floor moves the state once a block of steps, as a kernel
that keeps it on the chip would. Without a GPU it prints that it was left out; ``--device cpu`` runs the same code with
few runs, as a check of the script and not as a result. Run it with nothing else on the GPU.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable

import torch
from torch.utils.flop_counter import FlopCounterMode
from training_bench import IN_A_ROW, loop, ours

from surgecore.training.engine.precision import set_precision
from surgecore.training.engine.stack import n_params
from surgecore.training.runs.provenance import device_name
from surgecore.training.workloads.models import BLOCK
from surgecore.training.workloads.workloads import WORKLOADS

# workload options, batch size, runs, multiple of the loop that is wanted
CASES = [
    ("digits-mlp", {"hidden": 16}, 4, 10240, 200.0),
    ("digits-mlp", {"hidden": 16}, 16, 10240, 200.0),
    ("digits-mlp", {"hidden": 16}, 64, 10240, 200.0),
    ("digits-mlp", {"hidden": 256}, 64, 10240, None),
    ("fashion-cnn", {}, 16, 2048, 20.0),
    ("char-transformer", {}, 8, 1024, None),
]
WANTED_OF_FLOOR = 0.5
BYTES_A_PARAMETER = 24


def seconds_of(step: Callable[[], None], device: str, seconds: float, rounds: int = 5) -> float:
    """Best seconds a call over several rounds, the device's queue emptied around each."""

    def timed(count: int) -> float:
        if device == "cuda":
            torch.cuda.synchronize()
        began = time.perf_counter()
        for _ in range(count):
            step()
        if device == "cuda":
            torch.cuda.synchronize()
        return (time.perf_counter() - began) / count

    timed(3)  # graphs are captured, kernels compiled and caches filled
    count = max(1, int(seconds / timed(1)))
    return min(timed(count) for _ in range(rounds))


def peaks(device: str) -> tuple[float, float]:
    """Bytes a second of a copy, and floating-point operations a second of a matrix product."""
    large = device == "cuda"
    source = torch.rand((1 << 28) if large else (1 << 24), device=device)
    target = torch.empty_like(source)
    bandwidth = 2 * source.nbytes / seconds_of(lambda: target.copy_(source), device, 0.2)
    size = 8192 if large else 1024
    a = torch.rand(size, size, device=device)
    return bandwidth, 2 * size**3 / seconds_of(lambda: torch.mm(a, a), device, 0.2)


def flops_of(step: Callable[[], None]) -> int:
    """Floating-point operations of one run's step, forward and backward."""
    with FlopCounterMode(display=False) as counter:
        step()
    return counter.get_total_flops()


def line(case: tuple, device: str, compiled: bool, top: tuple[float, float], rounds: int) -> None:
    key, settings, batch_size, runs, wanted = case
    on_gpu = device == "cuda"
    runs = runs if on_gpu else 32
    workload = WORKLOADS[key](**settings)
    name = " ".join([key, *(f"{k}={v}" for k, v in settings.items())])
    try:
        model = workload.build(device)
    except FileNotFoundError as error:
        print(f"{name:28s} left out: {error}")
        return
    alone = loop(model, workload, batch_size, runs, device=device, fused=True)
    flops, count = flops_of(alone), n_params(workload.shapes)
    by_loop = seconds_of(alone, device, 0.3, rounds)
    moving, computing = BYTES_A_PARAMETER * count * runs / top[0], flops * runs / top[1]
    floor, binds = max((moving, "bandwidth"), (computing, "arithmetic"))
    # with the state on the chip over a block of steps, it is moved once a block
    resident = max(moving / BLOCK, computing)
    for kind in (False, True) if compiled else (False,):
        batched = ours(model, key, settings, batch_size, runs, "compiled" if kind else "", device)
        took = seconds_of(batched, device, 0.5, rounds) / IN_A_ROW
        ratio, share = by_loop * runs / took, floor / took
        short = [f"SHORT of {wanted:g}x"] if on_gpu and wanted and ratio < wanted else []
        short += [f"SHORT of {WANTED_OF_FLOOR:.0%} of the floor"] if on_gpu and share < WANTED_OF_FLOOR else []
        print(
            f"{name:28s} {batch_size:4d} {runs:6d} {'compiled' if kind else 'plain':9s}{1 / by_loop:12,.0f}"
            f"{runs / took:15,.0f}{ratio:9.0f}x{share:8.0%}  {binds}: {moving * 1e6:,.0f} us to move "
            f"{BYTES_A_PARAMETER * count * runs / 1e6:,.0f} MB, {computing * 1e6:,.0f} us for "
            f"{flops * runs / 1e9:,.2f} GFLOP; {resident / took:.0%} of the floor with the state kept on the chip  "
            f"{'; '.join(short)}",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--quick", action="store_true", help="one round and no compiling: about two minutes")
    parser.add_argument("--no-compile", action="store_true", help="leave torch.compile out")
    parser.add_argument("--only", default="", help="only workloads whose name starts so")
    options = parser.parse_args()
    if options.device == "cuda" and not torch.cuda.is_available():
        print("left out: torch finds no GPU here; --device cpu checks the script")
        return
    warnings.simplefilter("ignore")
    set_precision(options.device)
    top = peaks(options.device)
    note = "" if options.device == "cuda" else "; a check of the script, not a result"
    print(f"{device_name(options.device)}, torch {torch.__version__}{note}")
    print(f"measured here: copy {top[0] / 1e9:,.0f} GB/s, float32 product {top[1] / 1e12:,.2f} TFLOP/s")
    print(f"{'workload':28s} {'B':>4s} {'runs':>6s} {'step':9s}{'loop, /s':>12s}{'ours, /s':>15s}{'':9s} of floor")
    for case in CASES:
        if case[0].startswith(options.only):
            line(case, options.device, not (options.no_compile or options.quick), top, 1 if options.quick else 5)


if __name__ == "__main__":
    main()
