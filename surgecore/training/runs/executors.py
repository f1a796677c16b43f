"""Where chunks are computed: here, in processes, or on a Ray cluster. Always the same function, `work`."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait as wait_for
from queue import Empty
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

import numpy as np

from surgecore.training.engine.protocols import FromCheckpoint
from surgecore.training.plans.plan import Chunk, Plan
from surgecore.training.runs.batches import thinned
from surgecore.training.runs.records import Record, merged

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from surgecore.training.engine.loop import Engine
    from surgecore.training.workloads.models import Model
    from surgecore.training.workloads.workloads import Workload

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
    nudge : float
        Relative change of every start, to see what a change as small as rounding does.
    native, compiled : bool
        Whether steps are taken in native code, or compiled.
    """

    plan_json: str
    device: str
    start: bytes
    nudge: float = 0.0
    native: bool = False
    compiled: bool = False


def prepare(
    plan: Plan, device: str, *, folder: Path | None = None, cancelled: Callable[[], bool] = lambda: False
) -> Task:
    """Train the common checkpoint where the protocol has one, once, so that every worker starts from the same.

    Parameters
    ----------
    plan : Plan
        What is to be run.
    device : str
        "cpu" or "cuda".
    folder : Path, optional
        Keeps the checkpoint, or what there is of it when it is stopped; one that is there is taken.
    cancelled : callable, optional
        Asked now and then whether to stop.

    Raises
    ------
    surgecore.training.runs.checkpoints.StoppedError
        If it was.
    """
    plan_json = json.dumps(plan.source)
    start = b""
    if isinstance(plan.protocol, FromCheckpoint):
        start = _start(plan, device, folder, cancelled).tobytes()
    return Task(plan_json, device, start, native=bool(plan.run.native), compiled=bool(plan.run.compile))


def _start(plan: Plan, device: str, folder: Path | None, cancelled: Callable[[], bool]) -> NDArray[np.float32]:
    from io import BytesIO

    from surgecore.training.engine.precision import set_precision
    from surgecore.training.runs.checkpoints import checkpoints
    from surgecore.training.runs.files import write_whole

    kept = None if folder is None else folder / START
    if kept is not None and kept.exists():
        there: NDArray[np.float32] = np.load(kept)
        return there
    protocol = plan.protocol
    assert isinstance(protocol, FromCheckpoint)
    set_precision(device)  # the start of all runs is the same whatever these are computed in
    saved = None if folder is None else folder / "start-unfinished.npz"
    model = loaded(json.dumps(plan.source), device)[1]
    found = next(checkpoints(model, [protocol.loss], protocol.checkpoint_seed, cancelled=cancelled, saved=saved))
    if kept is not None and saved is not None:
        buffer = BytesIO()
        np.save(buffer, found.parameters)
        write_whole(kept, buffer.getvalue())
        saved.unlink(missing_ok=True)
    return found.parameters


#: The common checkpoint in a sweep's folder.
START = "start.npy"


def work(task: Task, chunk: Chunk) -> Record:
    """Compute one chunk; in halves where the device has no memory for the whole."""
    import torch

    began = monotonic()
    try:
        return replace(_work(task, chunk), seconds=monotonic() - began)
    except (torch.OutOfMemoryError, MemoryError):
        if chunk.n_runs == 1:
            raise
    _engine.cache_clear()  # only now does nothing hold its tensors
    if task.device == "cuda":
        torch.cuda.empty_cache()
    halves, axis = chunk.halves()
    return merged(chunk, [work(task, half) for half in halves], axis)


def _work(task: Task, chunk: Chunk) -> Record:
    import torch

    from surgecore.training.engine.precision import set_precision

    plan, model = loaded(task.plan_json, task.device)
    set_precision(task.device, plan.run.precision)
    if task.start:
        start = torch.from_numpy(np.frombuffer(task.start, dtype=np.float32).copy()).to(model.device)
    else:
        start = torch.stack([model.initial(seed) for seed in chunk.seeds])
    engine = _engine(plan, task.device, chunk.batch_size, native=task.native, compiled=task.compiled)
    engine.reset(chunk.seeds, chunk.rates, start * (1 + task.nudge) if task.nudge else start)
    if plan.state == "warm":
        engine.warm(plan.warm_steps)
    outputs = {}
    for key, measured in plan.protocol.outcomes(engine).items():
        reached = np.ones(measured.loss.shape) if measured.reached is None else measured.reached.astype(np.float64)
        outputs[key] = {"loss": measured.loss, "steps": measured.steps, "reached": reached, **measured.extra}
    return Record(chunk, outputs, notes=tuple(sorted(engine.fallbacks)), path=thinned(engine.path()))


@lru_cache(maxsize=1)
def _engine(plan: Plan, device: str, batch_size: int, *, native: bool, compiled: bool) -> Engine:
    """Chunks of one batch size that are alike share an engine, and with it what was captured."""
    from surgecore.training.engine.loop import Engine

    model = built(plan.workload, device)
    total = plan.protocol.max_steps(batch_size)
    schedule = None if getattr(plan.protocol, "schedule", "constant") == "constant" else (
        lambda step: plan.protocol.factor(step, total)
    )  # fmt: skip
    options: dict[str, Any] = {
        "batch_size": batch_size, "seeds": [0], "rates": [0.0], "start": model.initial(0), "schedule": schedule,
        "native": native, "compiled": compiled, "precision": plan.run.precision,
    }  # fmt: skip
    if plan.policy.adapts:
        from surgecore.training.engine.adaptive import AdaptiveEngine

        return AdaptiveEngine(model, plan.optimizer, plan.policy, **options)
    return Engine(model, plan.optimizer, **options)


def loaded(plan_json: str, device: str) -> tuple[Plan, Model]:
    """A plan and its model, which is built once."""
    # of a plan that was read before: whoever read it decided whether it may name a module
    plan = Plan.from_dict(json.loads(plan_json), allow_import=True)
    model = built(plan.workload, device)
    if device == "cuda":
        model.room = int(plan.run.memory_mb * 1e6)
    return plan, model


@lru_cache(maxsize=2)
def built(workload: Workload, device: str) -> Model:
    """A workload's model, built once."""
    return workload.build(device)


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

    On GPUs "processes" are one a GPU, however many are asked for, and none where there is one GPU.

    Raises
    ------
    RuntimeError
        If workers keep dying.
    """
    if task.device == "cuda" and kind == "processes":
        workers = min(workers, visible_gpus())
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
        context = get_context("spawn")
        gpus: Any = context.Queue()
        for gpu in range(workers if task.device == "cuda" else 0):
            gpus.put(gpu)
        pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin_worker, initargs=_given(task, gpus))
        try:
            pending = {pool.submit(work, task, chunk) for chunk in left.values()}
            while pending:
                if cancelled():  # what has begun is finished and kept
                    pending = {future for future in pending if not future.cancel()}
                done, pending = wait(pending, timeout=0.5, return_when=FIRST_COMPLETED)
                for future in done:
                    record = future.result()
                    del left[record.chunk.key]
                    yield record
            return
        except BrokenProcessPool:
            continue  # a worker was lost: its chunk and all that were not done go to a new pool
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    raise RuntimeError(
        f"workers were lost {1 + _MAX_RESTARTS} times; {len(left)} chunks are not done, and can be resumed"
    )


def visible_gpus() -> int:
    """GPUs that this process may use."""
    import torch

    return torch.cuda.device_count()


def _given(task: Task, gpus: Any) -> tuple[str, Any, frozenset[str]]:  # noqa: ANN401 - has no public type
    """What `_begin_worker` is given."""
    from surgecore.training.engine.loop import Engine

    return task.device, gpus, Engine.aside


def _begin_worker(device: str, gpus: Any, aside: frozenset[str]) -> None:  # noqa: ANN401 - as above
    """Leave Ctrl-C to the parent, which ends cleanly, do not outlive it if it is killed, and take one's own GPU.

    What the parent has found wrong on this machine is not used here either.
    """
    from surgecore.training.engine.loop import Engine

    Engine.aside = aside
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if device == "cuda":
        import torch

        with suppress(Empty):
            torch.cuda.set_device(gpus.get(timeout=60))
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
