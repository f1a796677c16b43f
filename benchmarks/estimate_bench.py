"""What the estimate of a plan says against what the plan takes, both in seconds of one core.

Plans of every workload and protocol run to their end in a process of their own, one thread, and their processor time
is compared with `estimate`. Within a factor of two is what the estimate promises; a line further off says so.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import tomli_w

from surgecore.training.plans.estimate import estimate, slowness
from surgecore.training.plans.plan import Plan

PROMISED = 2.0


def table(workload: dict, optimizer: dict, protocol: dict, sizes: list[int], rates: tuple[float, float], seeds: int):
    return {
        "name": "estimate", "title": "estimate", "workload": workload, "optimizer": optimizer, "protocol": protocol,
        "grid": {
            "batch_sizes": sizes, "seeds": seeds,
            "learning_rates": {"low": rates[0], "high": rates[1], "per_octave": 1},
        },
    }  # fmt: skip


MLP, CNN = {"key": "digits-mlp", "hidden": 16}, {"key": "fashion-cnn", "channels": 4, "hidden": 32, "evaluated": 2000}
CASES = {
    "a small plan": table({"key": "softmax"}, {"key": "sgd"}, {"key": "steps", "steps": [20]}, [4, 16], (0.01, 1), 4),
    "quadratic": table(
        {"key": "quadratic"}, {"key": "adam"}, {"key": "steps", "steps": [500]}, [4, 64], (0.001, 1), 64
    ),
    "MLP, checkpoint": table(
        MLP, {"key": "adam"}, {"key": "checkpoint", "loss": 0.5, "steps": [50]}, [4, 32, 256], (0.001, 0.2), 96
    ),
    "MLP, warm": table(
        MLP, {"key": "adam", "state": "warm", "warm_steps": 200},
        {"key": "checkpoint", "loss": 1.0, "steps": [50]}, [4, 32, 256], (0.001, 0.2), 96,
    ),
    "MLP, target": table(MLP, {"key": "sgd"}, {"key": "target", "targets": [0.5]}, [16, 64, 256], (0.1, 4), 16),
    "MLP of 256": table(
        {"key": "digits-mlp", "hidden": 256}, {"key": "sign"}, {"key": "examples", "examples": [20000]}, [16, 128],
        (0.0001, 0.01), 16,
    ),
    "CNN, checkpoint": table(CNN, {"key": "adam"}, {"key": "checkpoint", "loss": 0.8}, [8, 64], (0.0005, 0.02), 8),
    "CNN, target": table(
        CNN, {"key": "sgd"}, {"key": "target", "targets": [0.8], "limit": 300, "every": 4}, [32, 128], (0.03, 1), 2
    ),
    "transformer": table(
        {"key": "char-transformer"}, {"key": "adam"}, {"key": "checkpoint", "loss": 2.55}, [2, 16], (0.0005, 0.02), 4
    ),
}  # fmt: skip


def taken(plan: dict) -> float:
    """Processor seconds of the command, start included."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.toml"
        path.write_text(tomli_w.dumps(plan))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-m", "surgecore.training", str(path), "--out", folder, "--executor", "serial"]
        subprocess.run(command, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="only cases whose name starts so")
    options = parser.parse_args()
    print(f"this machine takes {slowness():.2f} times what the machine of the rates does")
    print(f"{'plan':20s}{'estimate':>10s}{'taken':>8s}{'ratio':>8s}")
    for name, plan in CASES.items():
        if name.startswith(options.only):
            said, took = estimate(Plan.from_dict(plan)).seconds, taken(plan)
            ratio = said / took
            note = "" if 1 / PROMISED <= ratio <= PROMISED else f"  NOT WITHIN A FACTOR OF {PROMISED:g}"
            print(f"{name:20s}{said:8.1f} s{took:6.1f} s{ratio:8.2f}{note}", flush=True)


if __name__ == "__main__":
    main()
