"""What the estimate of a plan says against what the plan takes, both in seconds of one core.

Plans of every workload under every protocol run to their end in a process of their own, one thread, and their
processor time is compared with `estimate`. Within a factor of two is what the estimate promises; a line further off
says so, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import tomli_w

from surgecore.training.plans.estimate import estimate, slowness, usual_steps
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


@dataclass(frozen=True)
class Kind:
    """A workload at a size that trains in seconds, and protocols that suit it."""

    options: dict
    loss: float
    sizes: list[int]
    rates: tuple[float, float]
    seeds: int
    steps: int
    limit: int

    def cases(self, name: str) -> dict[str, dict]:
        """It under every protocol."""
        protocols = {
            "checkpoint": {"loss": self.loss, "steps": [self.steps]},
            "target": {"targets": [self.loss], "limit": self.limit, "every": 4},
            "steps": {"steps": [6 * self.steps]},
            "examples": {"examples": [12 * self.steps * self.sizes[0]]},
        }
        workload, grid = {"key": name, **self.options}, (self.sizes, self.rates, self.seeds)
        return {
            f"{name}, {key}": table(workload, {"key": "adam"}, {"key": key, **protocol}, *grid)
            for key, protocol in protocols.items()
        }


TEXT = {"width": 32, "layers": 1, "context": 32, "sequences": 256}
KINDS = {
    "quadratic": Kind({}, 1.0, [4, 64], (0.001, 0.5), 256, 1000, 3000),
    "softmax": Kind({}, 1.0, [4, 64], (0.01, 1), 64, 200, 600),
    "digits-mlp": Kind({"hidden": 32}, 0.5, [4, 64], (0.001, 0.1), 32, 100, 400),
    "fashion-cnn": Kind({"channels": 4, "hidden": 32, "evaluated": 2000}, 1.0, [8, 64], (0.001, 0.01), 3, 20, 200),
    "char-transformer": Kind({}, 2.6, [4, 32], (0.001, 0.03), 2, 40, 300),
    "resnet": Kind({"channels": 4, "norms": 2, "evaluated": 300}, 1.2, [8, 32], (0.001, 0.01), 2, 20, 200),
    "gpt": Kind(TEXT, 2.7, [4, 32], (0.002, 0.02), 2, 40, 200),
    "moe": Kind(TEXT, 2.7, [4, 32], (0.002, 0.02), 2, 40, 200),
}
MLP, CNN = {"key": "digits-mlp", "hidden": 16}, {"key": "fashion-cnn", "channels": 4, "hidden": 32, "evaluated": 2000}
CASES = {
    "a small plan": table({"key": "softmax"}, {"key": "sgd"}, {"key": "steps", "steps": [20]}, [4, 16], (0.01, 1), 4),
    "MLP, warm": table(
        MLP, {"key": "adam", "state": "warm", "warm_steps": 200},
        {"key": "checkpoint", "loss": 1.0, "steps": [50]}, [4, 32, 256], (0.001, 0.2), 96,
    ),
    "MLP, large batches": table(
        MLP, {"key": "adam"}, {"key": "checkpoint", "loss": 0.5, "steps": [50]}, [4, 32, 256], (0.001, 0.2), 96
    ),
    "MLP, SGD to a target": table(
        MLP, {"key": "sgd"}, {"key": "target", "targets": [0.5]}, [16, 64, 256], (0.1, 4), 16
    ),
    "MLP of 256": table(
        {"key": "digits-mlp", "hidden": 256}, {"key": "sign"}, {"key": "examples", "examples": [20000]}, [16, 128],
        (0.0001, 0.01), 16,
    ),
    "CNN, SGD to a target": table(
        CNN, {"key": "sgd"}, {"key": "target", "targets": [0.8], "limit": 300, "every": 4}, [32, 128], (0.03, 1), 2
    ),
    **{
        f"{case}, native": {**plan, "run": {"native": True}}
        for case, plan in {
            "MLP": table(MLP, {"key": "adam"}, {"key": "steps", "steps": [400]}, [1, 4, 16, 64], (0.001, 0.5), 192),
            "MLP of 64, large batches": table(
                {**MLP, "hidden": 64}, {"key": "sgd"}, {"key": "steps", "steps": [200]}, [64, 512], (0.01, 1), 32
            ),
            "MLP, warm": table(
                MLP, {"key": "adam", "state": "warm"}, {"key": "checkpoint", "loss": 1.0, "steps": [1, 20]}, [4, 64],
                (0.001, 0.2), 768,
            ),
            "MLP, to a target": table(
                MLP, {"key": "adam"}, {"key": "target", "targets": [0.5], "every": 4}, [16, 64, 256], (0.001, 0.2), 64
            ),
            "softmax": table(
                {"key": "softmax"}, {"key": "sign"}, {"key": "steps", "steps": [1000]}, [4, 64], (0.001, 0.1), 192
            ),
            "quadratic": table(
                {"key": "quadratic"}, {"key": "lion"}, {"key": "steps", "steps": [2000]}, [4, 64], (0.001, 0.1), 256
            ),
        }.items()
    },
    **{case: plan for name, kind in KINDS.items() for case, plan in kind.cases(name).items()},
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


def bundled(data: Path) -> Iterator[tuple[str, float, float]]:
    """Steps that bundled runs to a target are expected to take, by their learning rates, and those they took."""
    for path in sorted((data / "plans").glob("*.toml")):
        if path.stem.startswith("gpu") or 'key = "target"' not in path.read_text():
            continue
        plan = Plan.from_toml(path)
        trials = pd.read_csv(data / f"{plan.name}-t{min(plan.protocol.targets):g}-steps.csv.gz", comment="#")
        trials = trials[trials["status"] != "infeasible"]
        steps = trials["loss"].where(trials["status"] == "complete", plan.protocol.limit) + max(plan.protocol.then)
        # a rate goes on as long as one of its seeds is left
        cells = steps.groupby([trials["batch_size"], trials["learning_rate"]]).agg(["max", "count"])
        each = [usual_steps(plan, int(size), float(rate)) for size, rate in cells.index]
        yield plan.name, float((cells["count"] * each).sum()), float((cells["count"] * cells["max"]).sum())


def main() -> int:
    """Run the cases; 1 if an estimate is further off than it promises."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="only cases with this in their name")
    parser.add_argument(
        "--bundled", type=Path, metavar="DATA", help="compare steps to targets with bundled sweeps; nothing is run"
    )
    options = parser.parse_args()
    if options.bundled:
        for name, expected, took in bundled(options.bundled):
            print(f"{name:34s}{expected:10,.0f} expected{took:10,.0f} taken{expected / took:8.2f}")
        return 0
    for case, plan in CASES.items():  # native code is compiled once on a machine, which no estimate counts
        if case.endswith("native") and options.only in case:
            taken({**plan, "protocol": {"key": "steps", "steps": [1]}})
    print(f"{'plan':30s}{'estimate':>10s}{'taken':>8s}{'ratio':>8s}{'slowness':>10s}")
    off = 0
    for name, plan in CASES.items():
        if options.only not in name:
            continue
        slowness.cache_clear()  # other work on the machine comes and goes
        said, took = estimate(Plan.from_dict(plan)).seconds, taken(plan)
        ratio = said / took
        note = "" if 1 / PROMISED <= ratio <= PROMISED else f"  NOT WITHIN A FACTOR OF {PROMISED:g}"
        off += bool(note)
        print(f"{name:30s}{said:8.1f} s{took:6.1f} s{ratio:8.2f}{slowness():10.2f}{note}", flush=True)
    print(f"{off} not within a factor of {PROMISED:g}")
    return 1 if off else 0


if __name__ == "__main__":
    sys.exit(main())
