"""What a plan will cost, known before anything starts. No torch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from time import perf_counter

import numpy as np

from surgecore.training.engine.protocols import FromCheckpoint
from surgecore.training.engine.stack import n_params
from surgecore.training.plans.plan import Chunk, Plan


@dataclass(frozen=True)
class PlanCost:
    """About what a plan will cost, known before anything starts.

    Attributes
    ----------
    runs, run_steps : int
        Training runs, and their steps in all; fewer steps where runs stop at a target.
    flops : float
        Floating-point operations, with those of the checkpoint.
    memory : float
        Working memory of the largest chunk [bytes].
    seconds : float
        Time on one core or one GPU, from start to end; on a core good to a factor of about two.
    """

    runs: int
    run_steps: int
    flops: float
    memory: float
    seconds: float


@dataclass(frozen=True)
class Rates:
    """What a device does.

    Attributes
    ----------
    products : float
        Operations of small matrix products [1/s].
    bandwidth : float
        Of parameters and state in an update [bytes/s].
    value : float
        Seconds a value between two products takes in a forward pass.
    launch : float
        Seconds a step or a reading takes whatever is in it.
    start : float
        Seconds until the first step: the interpreter, torch.
    """

    products: float
    bandwidth: float
    value: float
    launch: float
    start: float


#: A core of a server of 2023, measured (`benchmarks/estimate_bench.py`); a data-centre GPU, by its data sheet: float32
#: products of this size at a third of its best, parameters moved three times for want of fusion.
RATES = {"cpu": Rates(1e11, 1.4e10, 1.3e-10, 1.2e-4, 2.6), "cuda": Rates(1.5e13, 1e12, 1.3e-11, 5e-5, 15.0)}


def estimate(plan: Plan, device: str = "cpu") -> PlanCost:
    """Estimate the cost of a plan: start, data, checkpoint, steps and readings.

    Rates on a CPU are scaled by how fast this machine is, which takes some milliseconds once. The number of steps is
    an upper bound where runs stop at a target; the time takes what they usually need.

    Parameters
    ----------
    plan : Plan
        What is to be run.
    device : str, optional
        "cpu" or "cuda".
    """
    rates = RATES[device]
    flops, seconds = _checkpoint(plan, rates)
    runs = run_steps = 0
    memory = 0.0
    for stage, learning_rates in stages(plan):
        for chunk in plan.chunks(stage, learning_rates, device):
            steps = plan.protocol.max_steps(chunk.batch_size)
            runs, run_steps = runs + chunk.n_runs, run_steps + chunk.n_runs * steps
            operations, taken = _chunk(plan, chunk, rates)
            flops, seconds = flops + operations, seconds + taken
            held = 4 * chunk.n_runs * n_params(plan.workload.shapes) * (4 + plan.optimizer.n_buffers)
            examples = plan.workload.cost_in_examples(plan.policy.drawn(chunk.batch_size))
            memory = max(memory, held + 4.0 * chunk.n_runs * examples * plan.workload.activations)
    total = rates.start + plan.workload.loading + seconds
    return PlanCost(runs, run_steps, flops, memory, total * (slowness() if device == "cpu" else 1.0))


def chunk_seconds(plan: Plan, chunk: Chunk, device: str = "cpu") -> float:
    """Time of one chunk on the machine of `RATES`: what it weighs among others, where a large batch takes longer.

    Parameters
    ----------
    plan : Plan
        What it is a part of.
    chunk : Chunk
        Some of its runs.
    device : str, optional
        "cpu" or "cuda".
    """
    return _chunk(plan, chunk, RATES[device])[1]


def _forward(plan: Plan, rates: Rates) -> float:
    """Seconds of one example's forward pass in a run among many."""
    workload = plan.workload
    return workload.flops / (rates.products * workload.efficiency) + workload.activations * rates.value


def _chunk(plan: Plan, chunk: Chunk, rates: Rates) -> tuple[float, float]:
    """Operations and seconds of a chunk."""
    workload, protocol, count = plan.workload, plan.protocol, n_params(plan.workload.shapes)
    steps, readings = protocol.max_steps(chunk.batch_size), protocol.n_evaluations(chunk.batch_size)
    warming = plan.warm_steps if plan.state == "warm" else 0
    moved = 4 * count * (3 + 2 * plan.optimizer.n_buffers)
    examples = workload.cost_in_examples(plan.policy.drawn(chunk.batch_size))
    usual = protocol.usual_steps(chunk.batch_size, workload.steps_to)
    taken = chunk.n_runs * usual + len(chunk.seeds) * warming  # one average serves all learning rates of a seed
    read = chunk.n_runs * readings * usual / steps * workload.n_examples * protocol.read_share
    update = examples * 3 * _forward(plan, rates) + moved / rates.bandwidth
    calls = (1 + readings / steps) * usual + warming
    work = (3 * steps * examples + readings * workload.n_examples) * workload.flops + 10 * steps * count
    extra = len(chunk.seeds) * warming * (3 * examples * workload.flops + 10 * count)
    return chunk.n_runs * work + extra, taken * update + read * _forward(plan, rates) + calls * rates.launch


def _checkpoint(plan: Plan, rates: Rates) -> tuple[float, float]:
    """Operations and seconds of the common checkpoint: one run of Adam, read often."""
    protocol, workload = plan.protocol, plan.workload
    if not isinstance(protocol, FromCheckpoint) or protocol.loss == 0:
        return 0.0, 0.0
    steps = workload.steps_to(protocol.loss)
    readings = min(steps, 50 + steps / 10)  # every step at first and at the end, then every 32nd
    examples = 3 * steps * workload.cost_in_examples(64) + readings * workload.n_examples
    # alone a run has no other to share its calls with
    return examples * workload.flops, 1.5 * examples * _forward(plan, rates) + (steps + readings) * rates.launch


@cache
def slowness() -> float:
    """How much longer this machine takes than the one whose rates `RATES` has, at exponentials and small products."""
    values = np.linspace(-1, 1, 1 << 15, dtype=np.float32)
    square = np.ones((48, 48), dtype=np.float32)
    best = float("inf")
    for _ in range(7):
        began = perf_counter()
        for _ in range(4):
            np.exp(values)
            for _ in range(10):
                square @ square
        best = min(best, perf_counter() - began)
    return best / _REFERENCE


#: Seconds that the machine of `RATES` takes for it.
_REFERENCE = 1.52e-4


def stages(plan: Plan) -> list[tuple[int, dict[int, tuple[float, ...]] | None]]:
    """Stages of a plan and the learning rates of each, as many as it will have; None where they are the grid's.

    Where the second stage will lie is not known before the first has run: here it lies around the middle of the grid.
    """
    if not plan.grid.refine:
        return [(1, None)]
    middle = float(np.median(plan.grid.learning_rates))
    return [(0, None), (1, plan.refined(dict.fromkeys(plan.grid.batch_sizes, (middle,))))]
