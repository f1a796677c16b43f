"""What a plan will cost, known before anything starts. No torch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surgecore.training.engine.stack import n_params
from surgecore.training.plans.plan import Plan


@dataclass(frozen=True)
class PlanCost:
    """About what a plan will cost, known before anything starts.

    Attributes
    ----------
    runs, run_steps : int
        Training runs, and their steps in all; fewer steps where runs stop at a target.
    flops : float
        Floating-point operations.
    memory : float
        Working memory of the largest chunk [bytes].
    seconds : float
        Time on one core or one GPU; good to a factor of about three.
    """

    runs: int
    run_steps: int
    flops: float
    memory: float
    seconds: float


def estimate(plan: Plan, device: str = "cpu") -> PlanCost:
    """Estimate the cost of a plan from its sizes.

    The rates behind it are those of one core of a 2020s server at the small products of these workloads, and of a
    data-centre GPU that is mostly waiting; the number of steps is an upper bound where runs stop at a target.

    Parameters
    ----------
    plan : Plan
        What is to be run.
    device : str, optional
        "cpu" or "cuda".
    """
    speed, overhead = (2.5e10, 3e-4) if device == "cpu" else (2e12, 3e-4)
    count = n_params(plan.workload.shapes)
    runs = run_steps = 0
    flops = seconds = memory = 0.0
    for stage, rates in stages(plan):
        for chunk in plan.chunks(stage, rates, device):
            steps = plan.protocol.max_steps(chunk.batch_size)
            readings = plan.protocol.n_evaluations(chunk.batch_size)
            moved = 4 * count * (3 + 2 * plan.optimizer.n_buffers)
            examples = plan.workload.cost_in_examples(plan.policy.drawn(chunk.batch_size))
            work = (3 * steps * examples + readings * plan.workload.n_examples) * plan.workload.flops
            runs, run_steps = runs + chunk.n_runs, run_steps + chunk.n_runs * steps
            flops += chunk.n_runs * (work + 10 * steps * count)
            seconds += chunk.n_runs * (work / speed + steps * moved / 4e9) + (steps + readings) * overhead
            held = 4 * chunk.n_runs * count * (4 + plan.optimizer.n_buffers)
            memory = max(memory, held + 4.0 * chunk.n_runs * examples * plan.workload.activations)
    return PlanCost(runs, run_steps, flops, memory, seconds)


def stages(plan: Plan) -> list[tuple[int, dict[int, tuple[float, ...]] | None]]:
    """Stages of a plan and the learning rates of each, as many as it will have; None where they are the grid's.

    Where the second stage will lie is not known before the first has run: here it lies around the middle of the grid.
    """
    if not plan.grid.refine:
        return [(1, None)]
    middle = float(np.median(plan.grid.learning_rates))
    return [(0, None), (1, plan.refined(dict.fromkeys(plan.grid.batch_sizes, (middle,))))]
