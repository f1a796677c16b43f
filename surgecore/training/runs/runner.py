"""Run a plan: its stages, when to stop, and the final sweeps."""

from __future__ import annotations

import json
import os
import sys
import typing
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import pandas as pd

from surgecore.sweeps.sweep import Sweep
from surgecore.training.engine.precision import precision_flags, set_precision
from surgecore.training.plans.compiling import compiling
from surgecore.training.plans.estimate import native_steps
from surgecore.training.plans.plan import Chunk, Grid, Plan
from surgecore.training.runs.batches import batch_paths
from surgecore.training.runs.executors import START, Task, compute, loaded, prepare
from surgecore.training.runs.journal import Journal, JournalError
from surgecore.training.runs.progress import Progress, Tracker
from surgecore.training.runs.provenance import code_digest, commit, device_name, versions
from surgecore.training.runs.records import Record, frame

JOURNAL = "sweep.journal"
#: What must be the same for a journal to be gone on with.
_SAME = ("plan", "code", "data", "torch", "device_kind")


class Event(typing.Protocol):
    """Anything that can be asked whether to stop, such as `threading.Event`."""

    def is_set(self) -> bool:
        """Whether to stop."""
        ...


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
    batches : DataFrame
        Where batches change, how they did: see `surgecore.training.runs.batches.batch_paths`; else empty.
    """

    sweeps: Mapping[str, Sweep]
    finished: bool
    done: int
    total: int
    provenance: Mapping[str, Any]
    batches: pd.DataFrame = field(default_factory=pd.DataFrame)


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
    limit = _Limit(budget, cancel)
    place = _Place.checked(executor, workers, address)
    device, folder = choose_device(device), Path(out)
    set_precision(device, plan.run.precision)
    provenance = provenance_of(plan, device)
    with closing(_journal(folder, provenance, resume)) as journal:
        tracker = Tracker(plan, limit.began, on_progress, device)
        task = _prepared(plan, device, folder, journal, limit.over, place.workers)
        provenance |= {"start": _digest(task.start), **_ways(plan, journal)} if task else {}
        records = _Stages(plan, task, place, journal, limit, tracker).records() if task else None
    if records is None:
        return Result({}, False, tracker.done, tracker.total, provenance)
    provenance |= {"wall_seconds": _wall_seconds(journal), "fallbacks": _fallbacks(journal)}
    return Result(tables(plan, records), True, tracker.done, tracker.total, provenance, batch_paths(records))


class _Limit:
    """When a call has to stop: when it is asked to, or when its budget is spent."""

    def __init__(self, budget: float | None, cancel: Event | None) -> None:
        if budget is not None and not budget >= 0:
            raise ValueError(f"budget must be 0 or a positive number, but got {budget!r}")
        self.began, self.budget, self.cancel = monotonic(), budget, cancel

    @property
    def elapsed(self) -> float:
        return monotonic() - self.began

    def asked(self) -> bool:
        return self.cancel is not None and self.cancel.is_set()

    def over(self) -> bool:
        return self.asked() or (self.budget is not None and self.elapsed > self.budget)


@dataclass(frozen=True)
class _Place:
    """Where chunks are computed, and by how many processes."""

    executor: str
    workers: int
    address: str

    @staticmethod
    def checked(executor: str, workers: int | None, address: str) -> _Place:
        if workers is not None and workers < 1:
            raise ValueError(f"workers must be a positive whole number, but got {workers!r}")
        return _Place(executor, workers if workers is not None else os.cpu_count() or 1, address)


@dataclass
class _Stages:
    """The scouting, where a plan has it, and then the sweep itself; what is finished goes to the journal."""

    plan: Plan
    task: Task
    place: _Place
    journal: Journal
    limit: _Limit
    tracker: Tracker
    got_on: bool = False

    def records(self) -> list[Record] | None:
        """Those of the sweep itself, or None if it was stopped before."""
        session = 1 + max((record.get("session", 0) for record in self.journal.records.values()), default=0)
        records: list[Record] = []
        for stage in (0, 1) if self.plan.grid.refine else (1,):
            refined = self.plan.refined(_best_rates(self.plan, records)) if stage and records else None
            chunks = self.plan.chunks(stage, refined, self.task.device)
            records, left = _split(chunks, self.journal)
            self.tracker.start(stage, chunks, records, left)
            wanted = len(records) + len(left)
            for record in self._computed(left, session):
                records.append(record)
                self.tracker.add(record)
            if len(records) < wanted:
                return None
        return records

    def _computed(self, chunks: list[Chunk], session: int) -> Iterator[Record]:
        # the largest first, so that no worker ends alone on a long one
        chunks.sort(key=lambda chunk: -chunk.batch_size * chunk.n_runs)
        where, n = self.place, self.place.workers
        for record in compute(
            self.task, chunks, where.executor, workers=n, address=where.address, cancelled=self._stop
        ):
            self.got_on = True
            self.journal.add({**record.to_json(), "session": session, "at": round(self.limit.elapsed, 1)})
            yield record

    def _stop(self) -> bool:
        """Whatever the budget, a call gets on by one chunk, or it might never."""
        return self.limit.over() if self.got_on else self.limit.asked()


def _journal(folder: Path, provenance: Mapping[str, Any], resume: bool) -> Journal:
    folder.mkdir(parents=True, exist_ok=True)
    return Journal(folder / JOURNAL, {key: provenance[key] for key in _SAME}, resume=resume)


def _prepared(
    plan: Plan, device: str, folder: Path, journal: Journal, cancelled: Callable[[], bool], workers: int
) -> Task | None:
    """The task with its start, which is the one that the journal's records began from; None if it was stopped.

    Whether steps are native or compiled is decided when the journal is begun, so that a sweep that is resumed, on a
    busier machine or by more workers, ends in the last digits of one that was not.
    """
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
    _decide(plan, device, journal, workers)
    ways = _ways(plan, journal)
    return replace(task, native=ways["native"]["used"], compiled=ways["compile"]["used"])


def _decide(plan: Plan, device: str, journal: Journal, workers: int) -> None:
    """Decide, once, how steps are taken, where the plan leaves it to the estimate; of two ways the native one."""
    for way, saving in (("native", native_steps), ("compile", compiling)):
        if getattr(plan.run, way) is None and way not in journal.records:
            expected = saving(plan, device, workers)
            used = expected.pays and not (way == "compile" and _ways(plan, journal)["native"]["used"])
            seconds = {"saves_seconds": round(expected.saves, 1), "costs_seconds": round(expected.costs, 1)}
            journal.add({"chunk": way, "asked": "auto", "used": used, **seconds})


def _ways(plan: Plan, journal: Journal) -> dict[str, dict[str, Any]]:
    """Whether steps are native, and whether they are compiled: as the plan says, or as was decided."""
    out = {}
    for way in ("native", "compile"):
        asked = getattr(plan.run, way)
        decided = journal.records.get(way, {})
        out[way] = {key: value for key, value in decided.items() if key != "chunk"} if asked is None else {
            "asked": asked, "used": asked,
        }  # fmt: skip
    return out


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
