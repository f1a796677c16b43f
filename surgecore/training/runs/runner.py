"""Run a plan: journal, stages, progress, cancelling, and the final sweeps."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

import numpy as np
import pandas as pd

from surgecore.sweeps.sweep import Sweep
from surgecore.training.plans.plan import Chunk, Plan
from surgecore.training.runs.executors import Record, compute, prepare
from surgecore.training.runs.journal import Journal
from surgecore.training.runs.provenance import code_digest, commit, device_name, versions
from surgecore.training.workloads.workloads import WORKLOADS

JOURNAL = "sweep.journal"


class Event(Protocol):
    """Anything that can be asked whether to stop, such as `threading.Event`."""

    def is_set(self) -> bool:
        """Whether to stop."""
        ...


@dataclass(frozen=True, eq=False)
class Progress:
    """How far a sweep is.

    Attributes
    ----------
    done, total : int
        Runs finished, and runs of the stage in all.
    stage : int
        0 while it scouts, 1 in the sweep itself.
    elapsed, remaining : float
        Seconds since the start, and the estimate of those to come.
    best : mapping of int to tuple of float
        Best (learning rate, mean loss) so far at each batch size, of the main output.
    cells : tuple
        (batch size, learning rate, mean loss or None, runs) of the chunk that was just finished.
    """

    done: int
    total: int
    stage: int
    elapsed: float
    remaining: float
    best: Mapping[int, tuple[float, float]]
    cells: tuple[tuple[int, float, float | None, int], ...]


@dataclass(frozen=True, eq=False)
class Result:
    """What a run of a plan gave.

    Attributes
    ----------
    sweeps : mapping of str to Sweep
        One for each output of the protocol; empty if it was stopped.
    finished : bool
        Whether everything planned was computed.
    status : str
        A sentence.
    provenance : mapping
        JSON-ready: plan, code, versions, device, precision, seeds, data, wall time.
    """

    sweeps: Mapping[str, Sweep]
    finished: bool
    status: str
    provenance: Mapping[str, Any]


def run(
    plan: Plan,
    *,
    out: str | PathLike[str],
    device: str = "auto",
    resume: bool = False,
    executor: str = "serial",
    workers: int | None = None,
    address: str = "auto",
    budget: float | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    cancel: Event | None = None,
) -> Result:
    """Run a plan to its end, its budget, or until it is cancelled.

    Parameters
    ----------
    plan : Plan
        What to run.
    out : path
        Folder of the journal; made if it is not there.
    device : str, optional
        "auto", "cpu" or "cuda".
    resume : bool, optional
        Go on with the journal in `out`.
    executor, workers, address : optional
        Where chunks are computed: see `surgecore.training.runs.executors.compute`.
    budget : float, optional
        Stop, resumable, after so many seconds.
    on_progress : callable, optional
        Called with a `Progress` after every chunk.
    cancel : Event, optional
        Set it to stop after the chunk in flight.

    Returns
    -------
    Result

    Raises
    ------
    FileExistsError, JournalError
        If `out` holds a journal that must not, or cannot, be gone on with.
    ValueError
        If the device or the executor is not there, `budget` is not 0 or positive, or `workers` not positive.
    """
    began = monotonic()
    if budget is not None and not budget >= 0:
        raise ValueError(f"budget must be 0 or a positive number, but got {budget!r}")
    if workers is not None and workers < 1:
        raise ValueError(f"workers must be a positive whole number, but got {workers!r}")
    device = choose_device(device)
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    task = prepare(plan, device)
    provenance = describe(plan, device)
    keys = ("plan", "code", "data", "torch", "device_kind", "start")
    provenance["start"] = _digest(task.start)
    journal = Journal(folder / JOURNAL, {key: provenance[key] for key in keys}, resume=resume)

    def cancelled() -> bool:
        over = budget is not None and monotonic() - began > budget
        return over or (cancel is not None and cancel.is_set())

    tracker = _Tracker(plan, began, on_progress)
    records: list[Record] = []
    try:
        for stage in (0, 1) if plan.grid.refine else (1,):
            refined = plan.refined(_best_rates(plan, records)) if stage and records else None
            chunks = plan.chunks(stage, refined, device)
            records = [journal.records[chunk.key] for chunk in chunks if chunk.key in journal.records]
            left = [chunk for chunk in chunks if chunk.key not in journal.records]
            tracker.start(stage, chunks, records)
            count = workers if workers is not None else os.cpu_count() or 1
            # the largest first, so that no worker ends alone on a long one
            left.sort(key=lambda chunk: -chunk.batch_size * chunk.n_runs)
            for record in compute(task, left, executor, workers=count, address=address, cancelled=cancelled):
                journal.add(record)
                records.append(record)
                tracker.add(record)
            if len(records) < len(chunks):
                status = f"Stopped after {len(records)} of {len(chunks)} chunks; resume to go on."
                return Result({}, False, status, provenance)
    finally:
        journal.close()
    provenance["wall_seconds"] = round(monotonic() - began, 1)
    sweeps = tables(plan, records)
    return Result(sweeps, True, f"All {tracker.total} runs are done.", provenance)


def tables(plan: Plan, records: list[Record]) -> dict[str, Sweep]:
    """Final sweeps, one for each output, sorted by batch size, learning rate and seed whatever the order of records."""
    out = {}
    for output in plan.protocol.outputs():
        out[output.key] = Sweep.from_frame(_frame(records, output.key), name=f"{plan.name}-{output.key}")
    return out


def _frame(records: list[Record], key: str) -> pd.DataFrame:
    """All trials in an order of their own, so that results do not depend on which chunk was done first."""
    table = pd.DataFrame([row for record in records for row in rows_of(record, key)])
    return table.sort_values(["batch_size", "learning_rate", "seed"], ignore_index=True)


def rows_of(record: Record, key: str) -> list[dict[str, Any]]:
    """Trials of one output of a record, as table rows."""
    values = record["outputs"][key]
    extra = [name for name in values if name not in ("loss", "steps", "reached")]
    rows = []
    for i, seed in enumerate(record["seeds"]):
        for j, rate in enumerate(record["rates"]):
            loss, steps = values["loss"][i][j], values["steps"][i][j]
            reached = values["reached"][i][j] if "reached" in values else True
            status = "incomplete" if not reached else "infeasible" if loss is None else "complete"
            row = {"batch_size": record["batch_size"], "learning_rate": rate, "loss": loss, "seed": seed}
            row |= {"steps": steps, "status": status, **{name: values[name][i][j] for name in extra}}
            rows.append({name: np.nan if value is None else value for name, value in row.items()})
    return rows


def describe(plan: Plan, device: str) -> dict[str, Any]:
    """Provenance of a plan's results on a device."""
    installed = versions()
    return {
        "plan": plan.digest,
        "code": _code(plan),
        "commit": commit(),
        "data": plan.workload.build(device).digest,
        "torch": installed.get("torch", ""),
        "versions": installed,
        "device_kind": device,
        "device": device_name(device),
        "precision": "float32",
        "seeds": {"first": plan.grid.first_seed, "count": plan.grid.seeds},
    }


def _code(plan: Plan) -> str:
    """Digest of what decides the results; a workload of the user's own counts with the file it is in."""
    kind = type(plan.workload)
    file = getattr(sys.modules.get(kind.__module__), "__file__", None)
    if kind in WORKLOADS.values() or file is None:
        return code_digest()
    return _digest(code_digest().encode() + Path(file).read_bytes())


def choose_device(device: str) -> str:
    """Turn "auto" into "cuda" where there is a GPU, else "cpu".

    Raises
    ------
    ValueError
        If the device is unknown, or a GPU is asked for where there is none.
    """
    import torch

    if device not in ("auto", "cpu", "cuda"):
        raise ValueError(f"device must be auto, cpu or cuda, but got {device!r}")
    there = torch.cuda.is_available()
    if device == "cuda" and not there:
        raise ValueError("device cuda needs a GPU that torch can use, but got none")
    return ("cuda" if there else "cpu") if device == "auto" else device


class _Tracker:
    """Counts runs and keeps the best mean loss of every batch size."""

    def __init__(self, plan: Plan, began: float, tell: Callable[[Progress], None] | None) -> None:
        self.main = plan.protocol.outputs()[0].key
        self.tell, self.began = tell, began
        self.stage = self.done = self.total = self.resumed = 0

    def start(self, stage: int, chunks: list[Chunk], records: list[Record]) -> None:
        self.stage, self.done, self.started = stage, 0, monotonic()
        self.total = sum(chunk.n_runs for chunk in chunks)
        self.sums: dict[tuple[int, float], list[float]] = {}
        for record in records:
            self._count(record)
        self.resumed = self.done
        self.untold = set(self.sums)

    def _count(self, record: Record) -> None:
        self.done += len(record["seeds"]) * len(record["rates"])
        for row in rows_of(record, self.main):
            loss = row["loss"] if row["status"] == "complete" else np.nan
            self.sums.setdefault((row["batch_size"], row["learning_rate"]), []).append(loss)

    def add(self, record: Record) -> None:
        self._count(record)
        if self.tell is None:
            return
        now = monotonic()
        fresh = self.done - self.resumed
        remaining = (now - self.started) / fresh * (self.total - self.done)
        best: dict[int, tuple[float, float]] = {}
        for (batch_size, rate), losses in self.sums.items():
            mean = float(np.mean(losses))
            if np.isfinite(mean) and (batch_size not in best or mean < best[batch_size][1]):
                best[batch_size] = (rate, mean)
        # with the first new chunk come all cells of those that a resumed run already had
        here = {(record["batch_size"], rate) for rate in record["rates"]}
        cells = []
        for cell in sorted(self.untold | here):
            mean = float(np.mean(self.sums[cell]))
            cells.append((*cell, mean if np.isfinite(mean) else None, len(self.sums[cell])))
        self.untold = set()
        self.tell(Progress(self.done, self.total, self.stage, now - self.began, remaining, best, tuple(cells)))


def _best_rates(plan: Plan, records: list[Record]) -> dict[int, tuple[float, ...]]:
    """Best scouted learning rate of every batch size, one for each output; a rate with a diverged run is out."""
    best: dict[int, list[float]] = {batch_size: [] for batch_size in plan.grid.batch_sizes}
    for output in plan.protocol.outputs():
        rows = _frame(records, output.key)
        rows["loss"] = rows["loss"].where(rows["status"] == "complete")
        mean = rows.groupby(["batch_size", "learning_rate"])["loss"].agg(lambda x: x.mean(skipna=False))
        for batch_size in best:
            here: pd.Series = mean.xs(batch_size)
            if here.notna().any():
                best[batch_size].append(float(here.index[int(here.argmin())]))
    middle = float(np.median(plan.grid.learning_rates))
    return {batch_size: tuple(rates) or (middle,) for batch_size, rates in best.items()}


def _digest(data: bytes) -> str:
    from hashlib import sha256

    return sha256(data).hexdigest()
