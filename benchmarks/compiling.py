"""What compiling a step costs and brings, of each workload: the figures of `surgecore.training.plans.compiling`.

Processor seconds, of the compiler's processes too, that the first call of a compiled step takes, with nothing kept from
earlier calls; and the best step of several rounds, plain and compiled. It needs a C++ compiler, and a minute a line.
"""

from __future__ import annotations

import argparse
import os
import resource
import time

os.environ["TORCHINDUCTOR_FORCE_DISABLE_CACHES"] = "1"

import torch

from surgecore.training.engine.loop import Engine
from surgecore.training.engine.optimizers import Adam
from surgecore.training.plans.estimate import slowness
from surgecore.training.workloads.workloads import WORKLOADS

SMALL = {"width": 32, "layers": 1, "context": 32, "sequences": 256}
# workload, its options, batch size, seeds, rates
CASES = [
    ("digits-mlp", {"hidden": 16}, 16, 16, 8),
    ("fashion-cnn", {"channels": 4, "hidden": 32, "evaluated": 2000}, 8, 2, 6),
    ("char-transformer", {}, 8, 2, 6),
    ("gpt", SMALL, 8, 2, 6),
    ("softmax", {}, 16, 16, 8),
    ("digits-mlp", {"hidden": 16}, 64, 16, 8),
    ("quadratic", {}, 16, 16, 8),
    ("resnet", {"channels": 4, "norms": 2, "evaluated": 300}, 16, 1, 6),
    ("moe", SMALL, 8, 2, 6),
]


def spent() -> float:
    """Processor seconds of this process and of those it has waited for."""
    uses = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(use.ru_utime + use.ru_stime for use in uses)


def steps(engine: Engine, rounds: int = 4) -> float:
    """Processor seconds of a step, the best of several rounds."""
    count, best = 1, float("inf")
    for _ in range(rounds):
        began = time.process_time()
        engine.advance(count)
        best = min(best, (time.process_time() - began) / count)
        count = max(1, int(0.15 / best))
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="only workloads whose name starts so")
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(f"this machine takes {slowness():.2f} times what the machine of the rates does")
    for key, settings, batch_size, seeds, rates in CASES:
        if not key.startswith(options.only):
            continue
        model = WORKLOADS[key](**settings).build("cpu")
        plain, compiled = (
            Engine(
                model, Adam(), batch_size=batch_size, seeds=list(range(seeds)), rates=[1e-3] * rates,
                start=model.initial(0), compiled=kind,
            )
            for kind in (False, True)
        )  # fmt: skip
        plain.advance(1)
        before = spent()
        compiled.advance(1)
        took, faster = spent() - before, steps(plain) / steps(compiled)
        note = " but it could not be compiled" if compiled.fallbacks else ""
        print(f"{key:18s} B {batch_size:3d} {took:6.1f} s to compile, {faster:.2f} times as fast{note}", flush=True)


if __name__ == "__main__":
    main()
