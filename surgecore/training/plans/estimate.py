"""What a plan will cost, known before anything starts. No torch."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from time import perf_counter

import numpy as np

from surgecore.training.engine.native import compiled_before, usable
from surgecore.training.engine.protocols import FromCheckpoint, ToTarget
from surgecore.training.engine.resident import rule_of
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
class Saving:
    """What another way to take steps is expected to do to a plan.

    Attributes
    ----------
    saves, costs : float
        Processor seconds, of all workers together.
    """

    saves: float
    costs: float

    @property
    def pays(self) -> bool:
        """Whether it saves clearly more than it costs."""
        return self.saves > _MARGIN * self.costs


#: How many times its cost it must save: neither is known better than to a factor of two.
_MARGIN = 2.0


@dataclass(frozen=True)
class Rates:
    """What a device does.

    Attributes
    ----------
    products, convolutions : float
        Operations of small matrix products, and of grouped convolutions [1/s].
    bandwidth : float
        Of parameters and state in an update [bytes/s].
    value, convolved : float
        Seconds a value between two products takes in a forward pass, and one between two convolutions.
    read : float
        Share of a full reading that one takes which ends where a loss is proved to be above a target.
    launch : float
        Seconds a step or a reading takes for every tensor of parameters, whatever is in it.
    start : float
        Seconds until the first step: the interpreter, torch.
    """

    products: float
    convolutions: float
    bandwidth: float
    value: float
    convolved: float
    read: float
    launch: float
    start: float


#: A core of a server of 2023, measured (`benchmarks/estimate_bench.py`); a data-centre GPU, by its data sheet: float32
#: products of this size at a third of its best, convolutions at a tenth, parameters moved three times for want of
#: fusion. That a reading ends early saves a CPU nothing: its parts are small, and few runs fill no calls.
RATES = {
    "cpu": Rates(1e11, 1e11, 1.4e10, 1.3e-10, 7e-10, 1.0, 3e-5, 2.6),
    "cuda": Rates(1.5e13, 4.5e12, 1e12, 1.3e-11, 1.3e-11, 0.4, 1.25e-5, 15.0),
}
#: The same core at native steps: operations of products [1/s], seconds a parameter takes in an update, and a block of
#: steps whatever is in it, as their numbers are made in Python; the time of a reading in that of one by tensors; what a
#: process takes to load the code, and to compile it where that was not done yet, half of which is on later sweeps.
_NATIVE_PRODUCTS, _NATIVE_VALUE, _NATIVE_STEP, _NATIVE_READ = 1.2e11, 5e-10, 3e-6, 0.6
_NATIVE_START, _NATIVE_COMPILING = 1.2, 5.0
#: Learning rates at which runs fall about as fast as those of Adam at 1e-3, by optimizer.
_PACE = {"adam": 1e-3, "adamw": 1e-3, "sign": 1e-3, "signum": 1e-3, "lion": 1e-3, "rmsprop": 1e-3}
#: Likewise where it is not signs that move, at any batch size.
_PACE_OF_SIZE = {"sgd": 0.06, "adagrad": 0.007, "adagrad-norm": 0.16}
#: Of runs to a target, by the bundled ones (`benchmarks/estimate_bench.py --bundled`): how their steps fall with the
#: batch size where signs are what moves, how they grow again above the best rate, and from how many times the best rate
#: on a run never comes there.
_BY_BATCH, _ABOVE, _NEVER = 1 / 3, 1.5, 6.0
#: What the slowest of some seeds takes more than the middle one, as all of a rate go on until it is there.
_SLOWEST = 1.2


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
    native = plan.run.native if plan.run.native is not None else native_steps(plan, device).pays
    native = native and can_be_native(plan, device)
    flops, seconds = _checkpoint(plan, rates)
    runs = run_steps = 0
    memory = 0.0
    costs: dict[object, tuple[float, float, float]] = {}
    for stage, learning_rates in stages(plan):
        for chunk in plan.chunks(stage, learning_rates, device):
            steps = plan.protocol.max_steps(chunk.batch_size)
            runs, run_steps = runs + chunk.n_runs, run_steps + chunk.n_runs * steps
            like = chunk.batch_size, len(chunk.seeds), chunk.rates
            operations, stepping, reading = costs[like] = costs.get(like) or _chunk(plan, chunk, rates, native)
            flops, seconds = flops + operations, seconds + stepping + reading
            held = 4 * chunk.n_runs * n_params(plan.workload.shapes) * (4 + plan.optimizer.n_buffers)
            examples = plan.workload.cost_in_examples(plan.policy.drawn(chunk.batch_size))
            memory = max(memory, held + 4.0 * chunk.n_runs * examples * plan.workload.activations)
    total = rates.start + native * _NATIVE_START + plan.workload.loading + seconds
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
    return sum(_chunk(plan, chunk, RATES[device])[1:])


def step_seconds(plan: Plan, chunk: Chunk, device: str = "cpu", *, native: bool = False) -> float:
    """That part of `chunk_seconds` which steps take, the rest being readings; or what native ones would take."""
    return _chunk(plan, chunk, RATES[device], native)[1]


def can_be_native(plan: Plan, device: str = "cpu") -> bool:
    """Whether there is native code for a plan's steps, and it can be compiled here."""
    known = plan.workload.native and rule_of(plan.optimizer) is not None and plan.run.precision == "float32"
    return known and not plan.policy.adapts and not plan.run.compile and usable(device)


def native_steps(plan: Plan, device: str = "cpu", workers: int = 1) -> Saving:
    """Estimate what native steps save a plan, and what they cost: nothing where there are none.

    Parameters
    ----------
    plan : Plan
        What is to be run.
    device : str, optional
        "cpu" or "cuda".
    workers : int, optional
        Processes, each of which loads the code.
    """
    if not can_be_native(plan, device):
        return Saving(0.0, 0.0)
    chunks = [chunk for stage, rates in stages(plan) for chunk in plan.chunks(stage, rates, device)]
    kinds = Counter((chunk.batch_size, len(chunk.seeds), chunk.rates) for chunk in chunks)
    one = {(chunk.batch_size, len(chunk.seeds), chunk.rates): chunk for chunk in chunks}
    plain, native = (
        sum(count * step_seconds(plan, one[kind], device, native=kind_of) for kind, count in kinds.items())
        for kind_of in (False, True)
    )
    each = _NATIVE_START + (0.0 if compiled_before() else _NATIVE_COMPILING)
    return Saving((plain - native) * slowness(), min(workers, len(chunks)) * each * slowness())


def _forward(plan: Plan, rates: Rates) -> float:
    """Seconds of one example's forward pass in a run among many."""
    workload = plan.workload
    if workload.convolves:
        return workload.flops / rates.convolutions + workload.activations * rates.convolved
    return workload.flops / (rates.products * workload.efficiency) + workload.activations * rates.value


def _best(plan: Plan, batch_size: int) -> float:
    """About the best learning rate to a target: one that takes a few steps, or the middle of the grid."""
    key = plan.source["optimizer"]["key"]
    if key not in {**_PACE, **_PACE_OF_SIZE} or not isinstance(plan.protocol, ToTarget):
        return float(np.median(plan.grid.learning_rates))
    if key in _PACE_OF_SIZE:
        pace, slower = _PACE_OF_SIZE[key] * (1 - getattr(plan.optimizer, "momentum", 0.0)), 1.0
    else:
        pace, slower = _PACE[key], _slower(batch_size)
    return pace * plan.workload.steps_to(min(plan.protocol.targets)) / plan.workload.least / slower


def _slower(batch_size: int) -> float:
    """How many times the steps of batch size 64 signs take at a low rate."""
    return max(0.6, float((64 / batch_size) ** _BY_BATCH))


def usual_steps(plan: Plan, batch_size: int, rate: float) -> float:
    """About how many steps the slowest of some runs takes: fewer than the most where runs stop at a target.

    To a loss a run takes steps in inverse proportion to its rate, as long as that is below the best one.

    Parameters
    ----------
    plan : Plan
        What the runs are of.
    batch_size : int
        Theirs.
    rate : float
        Their learning rate.
    """
    protocol = plan.protocol
    if not isinstance(protocol, ToTarget):
        return protocol.max_steps(batch_size)
    best = _best(plan, batch_size)
    sized = plan.source["optimizer"]["key"] in _PACE_OF_SIZE
    least = plan.workload.least * (1.0 if sized else _slower(batch_size) ** 2)
    steps = _SLOWEST * least * (best / rate + float((rate / best) ** _ABOVE))
    return (protocol.limit if rate >= _NEVER * best else min(protocol.limit, steps)) + max(protocol.then)


def _chunk(plan: Plan, chunk: Chunk, rates: Rates, native: bool = False) -> tuple[float, float, float]:
    """Operations of a chunk, and seconds of its steps and of its readings."""
    workload, protocol, count = plan.workload, plan.protocol, n_params(plan.workload.shapes)
    steps, readings = protocol.max_steps(chunk.batch_size), protocol.n_evaluations(chunk.batch_size)
    warming = plan.warm_steps if plan.state == "warm" else 0
    moved = 4 * count * (3 + 2 * plan.optimizer.n_buffers)
    examples = workload.cost_in_examples(plan.policy.drawn(chunk.batch_size))
    call, share = rates.launch * len(workload.shapes), readings / steps
    usual = [usual_steps(plan, chunk.batch_size, rate) for rate in chunk.rates]
    run_steps = len(chunk.seeds) * sum(usual)
    taken = run_steps + len(chunk.seeds) * warming  # one average serves all learning rates of a seed
    read = run_steps * share * workload.n_examples * (rates.read if isinstance(protocol, ToTarget) else 1.0)
    update = examples * 3 * _forward(plan, rates) + moved / rates.bandwidth
    each = call
    if native:
        read *= _NATIVE_READ
        update, each = 3 * examples * workload.flops / _NATIVE_PRODUCTS + count * _NATIVE_VALUE, _NATIVE_STEP
    work = (3 * steps * examples + readings * workload.n_examples) * workload.flops + 10 * steps * count
    extra = len(chunk.seeds) * warming * (3 * examples * workload.flops + 10 * count)
    stepping = taken * update + (max(usual) + warming) * each
    return chunk.n_runs * work + extra, stepping, read * _forward(plan, rates) + share * max(usual) * call


def _checkpoint(plan: Plan, rates: Rates) -> tuple[float, float]:
    """Operations and seconds of the common checkpoint: one run of Adam, read often."""
    protocol, workload = plan.protocol, plan.workload
    if not isinstance(protocol, FromCheckpoint) or protocol.loss == 0:
        return 0.0, 0.0
    steps = workload.steps_to(protocol.loss)
    readings = min(steps, 50 + steps / 10)  # every step at first and at the end, then every 32nd
    examples = 3 * steps * workload.cost_in_examples(64) + readings * workload.n_examples
    # alone a run has no other to share its calls with
    calls = (steps + readings) * len(workload.shapes)
    return examples * workload.flops, 1.5 * examples * _forward(plan, rates) + calls * rates.launch


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

    Where the second stage will lie is not known before the first has run: here it lies around the middle of the grid,
    or where runs are expected to come to their target soonest.
    """
    if not plan.grid.refine:
        return [(1, None)]
    low, high = min(plan.grid.learning_rates), max(plan.grid.learning_rates)
    middle = {size: (min(max(_best(plan, size), low), high),) for size in plan.grid.batch_sizes}
    return [(0, None), (1, plan.refined(middle))]
