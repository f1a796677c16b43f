"""Run a plan: journal, stages, progress, cancelling, and the final sweeps."""

from __future__ import annotations

import json
import os
import sys
import typing
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import pandas as pd

from surgecore.sweeps.sweep import Sweep
from surgecore.training.engine.precision import precision_flags, set_precision
from surgecore.training.plans.plan import Chunk, Grid, Plan
from surgecore.training.runs.executors import START, Task, compute, loaded, prepare
from surgecore.training.runs.journal import Journal, JournalError
from surgecore.training.runs.provenance import code_digest, commit, device_name, versions
from surgecore.training.runs.records import Record, frame

JOURNAL = "sweep.journal"


class Event(typing.Protocol):
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
    done, total : int
        Runs finished, and runs of the stage in all; 0 of 0 where it was stopped before the first.
    provenance : mapping
        JSON-ready: plan, code, versions, device, precision, seeds, data, wall time.
    """

    sweeps: Mapping[str, Sweep]
    finished: bool
    done: int
    total: int
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
    set_precision(device, plan.run.precision)
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    provenance = provenance_of(plan, device)
    keys = ("plan", "code", "data", "torch", "device_kind")
    journal = Journal(folder / JOURNAL, {key: provenance[key] for key in keys}, resume=resume)
    got_on = [False]

    def asked() -> bool:
        return cancel is not None and cancel.is_set()

    def over() -> bool:
        return budget is not None and monotonic() - began > budget

    try:
        task = _prepared(plan, device, folder, journal, lambda: asked() or over())
        if task is None:
            return Result({}, False, 0, 0, provenance)
        provenance["start"] = _digest(task.start)

        def computed(chunks: list[Chunk]) -> Iterator[Record]:
            # the largest first, so that no worker ends alone on a long one
            chunks.sort(key=lambda chunk: -chunk.batch_size * chunk.n_runs)
            count = workers if workers is not None else os.cpu_count() or 1
            # whatever the budget, a call gets on by one chunk, or it might never
            stop = lambda: asked() or (got_on[0] and over())  # noqa: E731
            for record in compute(task, chunks, executor, workers=count, address=address, cancelled=stop):
                got_on[0] = True
                journal.add({**record.to_json(), "session": session, "at": round(monotonic() - began, 1)})
                yield record

        session = 1 + max((record.get("session", 0) for record in journal.records.values()), default=0)
        tracker = _Tracker(plan, began, on_progress)
        records: list[Record] = []
        for stage in (0, 1) if plan.grid.refine else (1,):
            refined = plan.refined(_best_rates(plan, records)) if stage and records else None
            chunks = plan.chunks(stage, refined, device)
            records, left = _split(chunks, journal)
            tracker.start(stage, chunks, records)
            wanted = len(records) + len(left)
            for record in computed(left):
                records.append(record)
                tracker.add(record)
            if len(records) < wanted:
                return Result({}, False, tracker.done, tracker.total, provenance)
    finally:
        journal.close()
    provenance |= {"wall_seconds": _wall_seconds(journal), "fallbacks": _fallbacks(journal)}
    return Result(tables(plan, records), True, tracker.done, tracker.total, provenance)


def _prepared(plan: Plan, device: str, folder: Path, journal: Journal, cancelled: Callable[[], bool]) -> Task | None:
    """The task with its start, which is the one that the journal's records began from; None if it was stopped."""
    from surgecore.training.runs.checkpoints import StoppedError

    known = journal.records.get("start")
    if known is None and not journal.records:
        (folder / START).unlink(missing_ok=True)  # of another sweep
    try:
        task = prepare(plan, device, folder=folder, cancelled=cancelled)
    except StoppedError:
        return None
    if known is None:
        journal.add({"chunk": "start", "digest": _digest(task.start)})
    elif known["digest"] != _digest(task.start):
        raise JournalError(f"{folder / START} must be what the journal's records began from, but is something else")
    return task


def _split(chunks: list[Chunk], journal: Journal) -> tuple[list[Record], list[Chunk]]:
    """Records of runs that are planned, and what is left; however either was cut into chunks."""
    planned = {(chunk.stage, chunk.batch_size, s, r) for chunk in chunks for s in chunk.seeds for r in chunk.rates}
    records: list[Record] = []
    done: set[tuple[int, int, float]] = set()
    for table in journal.records.values():
        cells = (
            {(table["batch_size"], s, r) for s in table["seeds"] for r in table["rates"]}
            if "outputs" in table
            else set()
        )
        if cells and all((table["stage"], *cell) in planned for cell in cells) and not cells <= done:
            records.append(Record.from_json(table))
            done |= cells
    left = [part for chunk in chunks if (part := chunk.without(done)) is not None]
    return records, left


def _wall_seconds(journal: Journal) -> float:
    """Seconds of all sessions until their last chunk."""
    last: dict[int, float] = {}
    for record in journal.records.values():
        if "at" in record:
            last[record["session"]] = max(record["at"], last.get(record["session"], 0.0))
    return round(sum(last.values()), 1)


def _fallbacks(journal: Journal) -> dict[str, int]:
    """Chunks in which something could not be done as planned: see `Record.notes`."""
    return dict(Counter(note for record in journal.records.values() for note in record.get("notes", ())))


def tables(plan: Plan, records: Sequence[Record]) -> dict[str, Sweep]:
    """Final sweeps, one for each output, sorted by batch size, learning rate and seed whatever the order of records."""
    return {
        output.key: Sweep.from_frame(frame(records, output.key), name=f"{plan.name}-{output.key}")
        for output in plan.protocol.outputs()
    }


def provenance_of(plan: Plan, device: str) -> dict[str, Any]:
    """Provenance of a plan's results on a device."""
    installed = versions()
    return {
        "plan": plan.digest,
        "code": _code(plan),
        "commit": commit(),
        "data": loaded(json.dumps(plan.source), device)[1].digest,
        "torch": installed.get("torch", ""),
        "versions": installed,
        "device_kind": device,
        "device": device_name(device),
        "precision": plan.run.precision,
        "arithmetic": precision_flags(),
        "seeds": _seeds(plan.grid),
    }


def _seeds(grid: Grid) -> dict[str, int]:
    few = {"few": grid.few_seeds, "few_from": grid.few_seeds_from} if grid.few_seeds else {}
    return {"first": grid.first_seed, "count": grid.seeds, **few}


def _code(plan: Plan) -> str:
    """Digest of what decides the results; a workload or an optimizer of the user's own counts with its file."""
    code = code_digest()
    for kind in (type(plan.workload), type(plan.optimizer)):
        file = getattr(sys.modules.get(kind.__module__), "__file__", None)
        if not kind.__module__.startswith("surgecore.") and file is not None:
            code = _digest(code.encode() + Path(file).read_bytes())
    return code


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
        self.sums: dict[tuple[int, float], tuple[float, int]] = {}
        for record in records:
            self._count(record)
        self.resumed = self.done
        self.untold = set(self.sums)

    def _count(self, record: Record) -> None:
        self.done = min(self.done + record.chunk.n_runs, self.total)
        losses = record.losses(self.main)
        for rate, total in zip(record.chunk.rates, losses.sum(axis=0).tolist(), strict=True):
            before, count = self.sums.get((record.chunk.batch_size, rate), (0.0, 0))
            self.sums[record.chunk.batch_size, rate] = (before + total, count + len(losses))

    def add(self, record: Record) -> None:
        self._count(record)
        if self.tell is None:
            return
        now = monotonic()
        remaining = (now - self.started) / max(self.done - self.resumed, 1) * (self.total - self.done)
        means = {cell: total / count for cell, (total, count) in self.sums.items()}
        best: dict[int, tuple[float, float]] = {}
        for (batch_size, rate), mean in means.items():
            if np.isfinite(mean) and (batch_size not in best or mean < best[batch_size][1]):
                best[batch_size] = (rate, mean)
        # with the first new chunk come all cells of those that a resumed run already had
        here = {(record.chunk.batch_size, rate) for rate in record.chunk.rates}
        cells = tuple(
            (*cell, means[cell] if np.isfinite(means[cell]) else None, self.sums[cell][1])
            for cell in sorted(self.untold | here)
        )
        self.untold = set()
        self.tell(Progress(self.done, self.total, self.stage, now - self.began, remaining, best, cells))


def _best_rates(plan: Plan, records: list[Record]) -> dict[int, tuple[float, ...]]:
    """Best scouted learning rate of every batch size, one for each output; a rate with a diverged run is out."""
    best: dict[int, list[float]] = {batch_size: [] for batch_size in plan.grid.batch_sizes}
    for output in plan.protocol.outputs():
        rows = frame(records, output.key)
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
