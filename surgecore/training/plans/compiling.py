"""Whether it pays to compile the steps of a plan. No torch."""

from __future__ import annotations

from math import log

from surgecore.training.engine.protocols import ToTarget
from surgecore.training.engine.rules import Optimizer
from surgecore.training.plans.estimate import Saving, slowness, stages, step_seconds
from surgecore.training.plans.plan import Plan

#: Processor seconds that compiling a step of one shape takes on a core of the machine of `RATES`, and how many times as
#: fast compiled steps are than plain ones, measured with Adam at middle batch sizes (`benchmarks/compiling.py`).
#: What is not here is not compiled unless a plan says so; on a GPU nothing was measured.
MEASURED: dict[tuple[str, str], tuple[float, float]] = {
    ("cpu", "softmax"): (2.5, 1.73),
    ("cpu", "digits-mlp"): (5.0, 1.5),
    ("cpu", "fashion-cnn"): (18.0, 1.47),
    ("cpu", "char-transformer"): (15.0, 1.29),
    ("cpu", "gpt"): (16.0, 1.09),
}
#: What a process takes before that, for its first step.
_START = 17.0


def compiling(plan: Plan, device: str, workers: int = 1) -> Saving:
    """Estimate what compiling saves and costs.

    Parameters
    ----------
    plan : Plan
        What is to be run.
    device : str
        "cpu" or "cuda".
    workers : int, optional
        Processes, each of which compiles what it meets.
    """
    known = MEASURED.get((device, plan.source["workload"]["key"]))
    if known is None or not _can_be(plan):
        return Saving(0.0, 0.0)
    seconds, faster = known
    chunks = [chunk for stage, rates in stages(plan) for chunk in plan.chunks(stage, rates, device)]
    saved = sum(step_seconds(plan, chunk, device) for chunk in chunks) * (1 - 1 / faster)
    alike = {(chunk.batch_size, len(chunk.seeds), len(chunk.rates)) for chunk in chunks}
    each = _START + seconds * sum(_shapes(plan, rates) for _, _, rates in alike)
    return Saving(saved * slowness(), min(workers, len(chunks)) * each * slowness())


def _can_be(plan: Plan) -> bool:
    """Whether a step is one gradient and one update, which is what can be compiled."""
    optimizer = plan.optimizer
    return type(optimizer).step is Optimizer.step and not optimizer.needs.any and not plan.policy.adapts


def _shapes(plan: Plan, rates: int) -> int:
    """Shapes that runs of so many learning rates have one after another, as they come to a target."""
    # those that are there are left out when a quarter of what is left is
    return 1 + int(log(rates) / log(4 / 3)) if isinstance(plan.protocol, ToTarget) else 1
