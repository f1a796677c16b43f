"""A few steps of a plan on a GPU before it is run there: against the CPU, and graphs and kernels against plain steps.

What is compared is how far the loss of a minibatch falls, so that a wrong gradient is seen however small the steps are.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from time import monotonic

import numpy as np
import torch
from numpy.typing import NDArray

from surgecore.training.engine.loop import Engine
from surgecore.training.engine.precision import PRECISIONS, full_precision, set_precision
from surgecore.training.engine.rules import Optimizer
from surgecore.training.plans.plan import Plan
from surgecore.training.runs.executors import built
from surgecore.training.runs.files import write_whole
from surgecore.training.workloads.workload import Workload

Array = NDArray[np.float64]
#: Largest difference of a fall, as a share of the largest: of rounding in another order, and of coarser products, which
#: flip the signs of small gradients.
ALLOWED = {"float32": 1e-2, "tf32": 5e-2, "bf16": 0.1}
#: Operations that the CPU may spend on a plan, and the steps that are taken.
_OPERATIONS, _STEPS = 3e10, 6
#: Examples of the minibatch that the loss is taken over.
_FEWEST, _MOST = 32, 256
#: Kinds of checks of what an engine can do without, as `Engine.fallbacks` calls it.
_DISPENSABLE = {"graphs": "graph", "reading": "reading", "resident": "resident"}


@dataclass(frozen=True)
class Check:
    """One comparison, or what became of a plan.

    Attributes
    ----------
    plan, kind : str
        Of which plan, and what: a precision (against the CPU), "graphs", "reading", "resident", or "run", if running
        the plan failed.
    difference : float
        Of a fall, as a share of the largest one; infinite where there is none to compare.
    ok : bool
        Whether it is small enough.
    decides : bool
        Whether the plan is not to be run if it is not. Graphs and kernels that are not right are left aside, for all
        plans.
    seconds : float
        What it took.
    note : str
        An error's text.
    """

    plan: str
    kind: str
    difference: float
    ok: bool
    decides: bool
    seconds: float = 0.0
    note: str = ""


class Log:
    """Checks as a file, written whole at each one; and what is being done, should the process be lost meanwhile.

    Parameters
    ----------
    path : Path
        The file; made when there is something to say.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        there = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        self.checks = [Check(**table) for table in there.get("checks", ())]
        self.now: list[str] = there.get("now", [])

    def begin(self, plan: str, kind: str) -> None:
        """Say what is being done."""
        self.now = [plan, kind]
        self._write()

    def add(self, check: Check) -> None:
        """Add a check."""
        self.checks.append(check)
        self.end()

    def end(self) -> None:
        """Say that nothing is being done."""
        self.now = []
        self._write()

    def lost(self, note: str, *, tries: int = 1) -> None:
        """What was being done was lost; after so many times it is not tried again."""
        if not self.now:
            return
        plan, kind = self.now
        before = sum(check.plan == plan and check.kind == kind for check in self.checks)
        decides = before + 1 >= tries and kind not in _DISPENSABLE
        self.add(Check(plan, kind, float("inf"), False, decides, note=note))

    def done(self, plan: str) -> set[str]:
        """Kinds of a plan's checks so far."""
        return {check.kind for check in self.checks if check.plan == plan}

    @property
    def refused(self) -> set[str]:
        """Names of the plans that are not to be run."""
        return {check.plan for check in self.checks if check.decides and not check.ok}

    @property
    def aside(self) -> frozenset[str]:
        """What was not right for one plan, and is not used for any: of `Engine.fallbacks`."""
        wrong = {check.kind for check in self.checks if not check.ok}
        return frozenset(name for kind, name in _DISPENSABLE.items() if kind in wrong)

    def _write(self) -> None:
        table = {"now": self.now, "checks": [asdict(check) for check in self.checks]}
        write_whole(self.path, json.dumps(table, indent=1) + "\n")


def kinds_of(plan: Plan, device: str) -> list[str]:
    """What is checked of a plan on a device."""
    if device == "cpu":
        return sorted({"float32", plan.run.precision}, key=PRECISIONS.index)
    precisions = sorted({"float32", "tf32", plan.run.precision}, key=PRECISIONS.index)
    return [*precisions, *_DISPENSABLE]


def checked(plan: Plan, device: str, kind: str) -> Check:
    """One check.

    Parameters
    ----------
    plan : Plan
        What is to be run.
    device : str
        "cuda"; "cpu" to try the procedure.
    kind : str
        One of `kinds_of`.
    """
    began, allowed, decides = monotonic(), ALLOWED.get(kind, ALLOWED["float32"]), kind == plan.run.precision
    if kind in PRECISIONS:
        expected, found = falls(plan, "cpu"), falls(plan, device, kind)
    elif kind == "resident":
        expected, found = falls(plan, device, graphs=False), falls(plan, device, resident=True)
        if not found.size:  # there is none, or it was left aside
            return Check(plan.name, kind, 0.0, True, False, round(monotonic() - began, 2), "none")
    elif kind == "reading":
        expected, found = readings(plan, device, captured=False), readings(plan, device, captured=True)
    else:
        expected, found = falls(plan, device, graphs=False), falls(plan, device)
    worst = float(np.nan_to_num(np.abs(found - expected), nan=np.inf).max() / np.abs(expected).max())
    return Check(plan.name, kind, worst, worst <= allowed, decides, round(monotonic() - began, 2))


@dataclass(frozen=True)
class _Case:
    """What is tried of a plan: what a CPU does in a second."""

    workload: Workload
    optimizer: Optimizer
    batch_size: int
    examples: int
    rates: tuple[float, ...]

    @classmethod
    def of(cls, plan: Plan) -> _Case:
        """Two of the lower learning rates, and a middle batch size."""
        sizes, rates = sorted(plan.grid.batch_sizes), sorted(plan.grid.learning_rates)
        two = rates[len(rates) // 8], rates[len(rates) // 4]
        batch_size, runs = min(sizes[len(sizes) // 2], 64), 2 * len(two)
        while batch_size > 1 and 3 * _STEPS * runs * batch_size * plan.workload.flops > _OPERATIONS:
            batch_size //= 2
        examples = int(_OPERATIONS / (2 * runs * plan.workload.flops))
        return cls(plan.workload, plan.optimizer, batch_size, min(max(examples, _FEWEST), _MOST), two)

    def engine(self, device: str, precision: str = "float32") -> Engine:
        """Runs at their start."""
        set_precision(device, precision)
        model = built(self.workload, device)
        return Engine(
            model, self.optimizer, batch_size=self.batch_size, seeds=[0, 1], rates=self.rates,
            start=torch.stack([model.initial(0), model.initial(1)]), precision=precision,
        )  # fmt: skip


def falls(plan: Plan, device: str, precision: str = "float32", *, graphs: bool = True, resident: bool = False) -> Array:
    """How far the loss of a minibatch falls in a few steps, at two of the lower learning rates, for two seeds.

    With `resident` by the kernel that keeps runs on the chip: empty if there is none, or it was not right.
    """
    case = _Case.of(plan)
    if device == "cpu":  # plans that differ in their checkpoint alone are checked alike
        return _on_cpu(case, precision)
    engine = case.engine(device, precision)
    if not resident:
        engine.use_graphs(at_once=graphs)
    elif engine.fused is None:
        return np.empty((0, 0))
    return _falls(engine, case.examples)


@lru_cache(maxsize=64)
def _on_cpu(case: _Case, precision: str) -> Array:
    return _falls(case.engine("cpu", precision), case.examples)


def _falls(engine: Engine, examples: int) -> Array:
    model = engine.model
    batch = model.batch(model.draw(engine.seeds, examples, 1)[0])  # that no step sees

    def losses() -> Array:
        with torch.no_grad(), full_precision():
            out: Array = model.losses(engine.buffers.layout.views(engine.buffers.p), batch).double().cpu().numpy()
            return out.copy()

    before = losses()
    engine.advance(_STEPS)
    return np.empty((0, 0)) if "resident" in engine.fallbacks else before - losses()


def readings(plan: Plan, device: str, *, captured: bool) -> Array:
    """Full losses at two initial parameters."""
    engine = _Case.of(plan).engine(device)
    engine.use_graphs(at_once=captured)
    return engine.losses()
