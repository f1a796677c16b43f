"""Where chunks are computed: here, in processes, or on a Ray cluster. Always the same function, `work`."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait as wait_for
from threading import Thread
from typing import TYPE_CHECKING, Any

from surgecore.training.engine.protocols import FromCheckpoint
from surgecore.training.plans.plan import Chunk, Plan

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from surgecore.training.workloads.models import Model

Record = Mapping[str, Any]
KINDS = ("serial", "processes", "ray")
_MAX_RESTARTS = 3


@dataclass(frozen=True, eq=False)
class Task:
    """What every chunk of a sweep shares; travels to workers.

    Attributes
    ----------
    plan_json : str
        The plan's tables.
    device : str
        "cpu" or "cuda".
    start : bytes
        Checkpoint parameters as float32, empty where each seed has its own start.
    """

    plan_json: str
    device: str
    start: bytes


def prepare(plan: Plan, device: str) -> Task:
    """Train the common checkpoint where the protocol has one, once, so that every worker starts from the same."""
    import torch

    torch.set_num_threads(1)
    plan_json = json.dumps(plan.source)
    start = b""
    if isinstance(plan.protocol, FromCheckpoint):
        start = _checkpoint(plan.protocol, _load(plan_json, device)[1]).tobytes()
    return Task(plan_json, device, start)


def _checkpoint(protocol: FromCheckpoint, model: Model) -> NDArray[np.float32]:
    from surgecore.training.runs.checkpoints import checkpoints

    return next(checkpoints(model, [protocol.loss], protocol.checkpoint_seed)).parameters


def work(task: Task, chunk: Chunk) -> Record:
    """Compute one chunk.

    Returns
    -------
    mapping
        JSON-ready: the chunk and, for every output, arrays of shape (seeds, rates) as lists.
    """
    import numpy as np
    import torch

    from surgecore.training.engine.loop import Engine

    torch.set_num_threads(1)
    if task.device == "cuda":  # TF32 may flip the signs of small gradients
        torch.set_float32_matmul_precision("highest")
    plan, model = _load(task.plan_json, task.device)
    if task.start:
        start = torch.from_numpy(np.frombuffer(task.start, dtype=np.float32).copy()).to(model.device)
    else:
        start = torch.stack([model.initial(seed) for seed in chunk.seeds])
    total = plan.protocol.max_steps(chunk.batch_size)
    schedule = None if getattr(plan.protocol, "schedule", "constant") == "constant" else (
        lambda step: plan.protocol.factor(step, total)
    )  # fmt: skip
    engine = Engine(
        model, plan.optimizer, batch_size=chunk.batch_size, seeds=chunk.seeds, rates=chunk.rates, start=start,
        schedule=schedule, compiled=plan.run.compile,
    )  # fmt: skip
    if plan.state == "warm":
        engine.warm(plan.warm_steps)
    outputs = {}
    for key, measured in plan.protocol.measure(engine).items():
        columns = {"loss": measured.loss, "steps": measured.steps, **measured.extra}
        outputs[key] = {name: _listed(values) for name, values in columns.items()}
        if measured.reached is not None:
            outputs[key]["reached"] = measured.reached.tolist()
    return {
        "chunk": chunk.key, "stage": chunk.stage, "batch_size": chunk.batch_size,
        "seeds": list(chunk.seeds), "rates": list(chunk.rates), "outputs": outputs,
    }  # fmt: skip


def _listed(values: NDArray[np.float64]) -> list[list[float | None]]:
    """Rows with seven significant digits; what is not finite becomes None, which JSON has."""
    return [[float(f"{v:.7g}") if abs(v) < float("inf") else None for v in row] for row in values.tolist()]


@lru_cache(maxsize=2)
def _load(plan_json: str, device: str) -> tuple[Plan, Model]:
    # of a plan that was read before: whoever read it decided whether it may name a module
    plan = Plan.from_dict(json.loads(plan_json), allow_import=True)
    return plan, plan.workload.build(device)


def compute(
    task: Task,
    chunks: Sequence[Chunk],
    kind: str,
    *,
    workers: int = 1,
    address: str = "auto",
    cancelled: Callable[[], bool],
) -> Iterator[Record]:
    """Compute chunks and give each record as it comes; stop early, without those in flight, once `cancelled`.

    Parameters
    ----------
    task : Task
        What they share.
    chunks : sequence of Chunk
        Any order is fine: a chunk depends on nothing but itself.
    kind : str
        "serial", "processes" or "ray".
    workers : int, optional
        Processes.
    address : str, optional
        Ray cluster: "auto" for the one this machine belongs to, "local" to start one here.
    cancelled : callable
        Asked between chunks.

    Raises
    ------
    RuntimeError
        If workers keep dying.
    """
    if kind == "ray":
        yield from _ray(task, chunks, workers, address, cancelled)
    elif kind == "processes" and workers > 1:
        yield from _processes(task, chunks, workers, cancelled)
    else:
        for chunk in chunks:
            if cancelled():
                return
            yield work(task, chunk)


def _processes(task: Task, chunks: Sequence[Chunk], workers: int, cancelled: Callable[[], bool]) -> Iterator[Record]:
    left = {chunk.key: chunk for chunk in chunks}
    for _ in range(1 + _MAX_RESTARTS):
        pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin_worker)
        try:
            pending = {pool.submit(work, task, chunk) for chunk in left.values()}
            while pending:
                if cancelled():  # what has begun is finished and kept
                    pending = {future for future in pending if not future.cancel()}
                done, pending = wait(pending, timeout=0.5, return_when=FIRST_COMPLETED)
                for future in done:
                    record = future.result()
                    del left[record["chunk"]]
                    yield record
            return
        except BrokenProcessPool:
            continue  # a worker was lost: its chunk and all that were not done go to a new pool
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    raise RuntimeError(
        f"workers were lost {1 + _MAX_RESTARTS} times; {len(left)} chunks are not done, and can be resumed"
    )


def _begin_worker() -> None:
    """Leave Ctrl-C to the parent, which ends cleanly, and do not outlive it if it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait_for([sentinel])
    os._exit(1)


def _ray(
    task: Task, chunks: Sequence[Chunk], workers: int, address: str, cancelled: Callable[[], bool]
) -> Iterator[Record]:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # read at import; nothing is reported to anybody
    try:
        import ray
    except ImportError as error:
        raise ValueError("the ray executor needs Ray: pip install '.[cluster]'") from error
    if not ray.is_initialized():
        local = {"num_cpus": workers, "include_dashboard": False}
        ray.init(**(local if address == "local" else {"address": address}), log_to_driver=False)
    gpus = 1 if task.device == "cuda" else 0
    remote = ray.remote(num_cpus=1, num_gpus=gpus, max_retries=_MAX_RESTARTS)(work)
    shared = ray.put(task)
    pending = [remote.remote(shared, chunk) for chunk in chunks]
    try:
        while pending and not cancelled():
            done, pending = ray.wait(pending, timeout=0.5)
            yield from (ray.get(reference) for reference in done)
    finally:
        for reference in pending:
            ray.cancel(reference)
