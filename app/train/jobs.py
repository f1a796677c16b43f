"""The sweeps that are trained on this server: one queue for all visitors, each sweep found again by its id.

Nothing here or below imports torch: a sweep is trained in a process of its own.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import secrets
import shutil
import tempfile
import threading
import time
from collections import deque
from functools import lru_cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import pandas as pd
import streamlit as st

from surgecore import Sweep, words
from surgecore.training.plans.plan import Plan, PlanError
from surgecore.training.runs.batches import batches_file
from surgecore.training.runs.jobs import ACTIVE, CANCELLED, DONE, Ending, Job, JobQueue
from surgecore.words import say

#: "on" or "off"; where nothing is said, training is on for visitors at the server's own machine alone.
SWITCH = "SURGE_TRAINING"
#: Set by what starts a server for others, whose own address may be local behind a proxy.
PUBLIC = "SURGE_PUBLIC"
_LOCAL = ("localhost", "127.0.0.1", "::1")
#: Folder that keeps sweeps when the server stops; a temporary one by default.
FOLDER = "SURGE_TRAINING_FOLDER"
MOST_WAITING = 4
MOST_KEPT = 40
#: What one visitor of a public server may start an hour; one at a time.
MOST_AN_HOUR = 6


def local() -> bool:
    """Whether this visitor sits at the server's own machine, and so may do what its owner may."""
    forwarded = {"x-forwarded-for", "forwarded"} & {name.lower() for name in st.context.headers}
    return st.get_option("server.address") in _LOCAL and not os.environ.get(PUBLIC) and not forwarded


def refusal() -> str | None:
    """Why no sweep can be started here, as a sentence, or None."""
    given = os.environ.get(SWITCH, "").strip().lower()
    if given in ("off", "0", "no", "false"):
        return say("train-switched-off", switch=SWITCH)
    if given not in ("on", "1", "yes", "true") and not local():
        return say("train-public", switch=SWITCH)
    missing = [name for name in ("torch", "sklearn") if find_spec(name) is None]
    if missing:
        return say("train-not-installed", count=len(missing), first=missing[0], second=missing[-1])
    return None


class QueueFullError(Exception):
    """The queue takes no more."""


class TrainingJobs:
    """Starts sweeps, one at a time, and finds them again."""

    def __init__(self, folder: str | None) -> None:
        if folder is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="surge-training-", ignore_cleanup_errors=True)
        self._root = Path(folder or self._temporary.name)
        self.queue = JobQueue()
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._started: dict[str, deque[float]] = {}
        self._visitors: dict[str, str] = {}
        # A server that stops takes its worker with it; the journal stays resumable
        atexit.register(self._stop)

    def start(self, plan: Plan, visitor: str = "") -> tuple[str, str]:
        """Queue a sweep; its id, by which everybody finds it, and its key, by which its owner stops it.

        A `visitor` has one at a time and so many an hour; "" stands for the owner of the machine.
        """
        if visitor:
            self._admit(visitor)
        name, key = secrets.token_hex(6), secrets.token_urlsafe(12)
        self._submit(name, plan, resume=False)
        (self._root / name / "owner").write_text(_digest(key), encoding="utf-8")
        if visitor:
            with self._lock:
                self._visitors[name] = visitor
        return name, key

    def owns(self, name: str, key: str) -> bool:
        """Whether that is the key that was given out when the sweep was started."""
        if not re.fullmatch("[0-9a-f]{12}", name):
            return False
        try:
            digest = (self._root / name / "owner").read_text(encoding="utf-8")
        except OSError:
            return False
        return secrets.compare_digest(digest, _digest(key))

    def _admit(self, visitor: str) -> None:
        with self._lock:
            now, active = time.monotonic(), set(self.active())
            if any(owner == visitor and name in active for name, owner in self._visitors.items()):
                raise QueueFullError(say("train-one-each"))
            for other in [other for other, times in self._started.items() if times[-1] < now - 3600]:
                del self._started[other]
            times = self._started.setdefault(visitor, deque(maxlen=MOST_AN_HOUR))
            if len(times) == MOST_AN_HOUR and times[0] > now - 3600:
                raise QueueFullError(say("train-hour", count=MOST_AN_HOUR))
            times.append(now)

    def resume(self, name: str) -> None:
        """Queue the rest of a sweep that was stopped; what it had finished is kept."""
        job = self.find(name)
        if job is not None and job.state not in (*ACTIVE, DONE):
            self._submit(name, job.plan, resume=(job.folder / "sweep.journal").exists())

    def _submit(self, name: str, plan: Plan, *, resume: bool) -> None:
        with self._lock:
            if len(self.active()) > MOST_WAITING:
                raise QueueFullError(say("train-queue-full", count=len(self.active())))
            earlier = self._jobs.pop(name, None)
            over = [other for other, job in self._jobs.items() if job.state not in ACTIVE]
            for other in over[: max(0, len(self._jobs) - MOST_KEPT + 1)]:
                shutil.rmtree(self._jobs.pop(other).folder, ignore_errors=True)
            self._jobs[name] = self.queue.submit(plan, self._root / name, resume=resume, earlier=earlier)

    def find(self, name: str) -> Job | None:
        """The sweep of an id, also one of an earlier server if its folder is still there."""
        if name not in self._jobs and re.fullmatch("[0-9a-f]{12}", name):
            folder = self._root / name
            try:
                plan = Plan.from_toml(folder / "plan.toml")
            except (OSError, PlanError):
                return None
            files = tuple(folder / f"{plan.name}-{output.key}.csv" for output in plan.protocol.outputs())
            if (folder / "provenance.json").exists() and all(file.exists() for file in files):
                job = Job(plan, folder, DONE, files=files)
            else:
                job = Job(plan, folder, CANCELLED, ending=Ending.SERVER_STOPPED)
            self._jobs.setdefault(name, job)
        return self._jobs.get(name)

    def active(self) -> list[str]:
        """Ids of the sweeps that run or wait, in their order."""
        return [name for name, job in list(self._jobs.items()) if job.state in ACTIVE]

    def all(self) -> list[str]:
        """Ids of every sweep of this server that is kept, the newest first, also those of an earlier server."""
        folders = sorted(self._root.glob("*/plan.toml"), key=lambda file: file.stat().st_mtime, reverse=True)
        return [file.parent.name for file in folders if self.find(file.parent.name) is not None]

    def position(self, name: str) -> int:
        """How many sweeps are before this one, the one that runs included."""
        active = self.active()
        return active.index(name) if name in active else 0

    def cancel(self, name: str) -> None:
        if (job := self._jobs.get(name)) is not None:
            self.queue.cancel(job)

    def _stop(self) -> None:
        for name in reversed(self.active()):
            self.cancel(name)


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()


@st.cache_resource(show_spinner=False)
def jobs() -> TrainingJobs:
    """The one of this server."""
    return TrainingJobs(os.environ.get(FOLDER) or None)


def provenance(job: Job) -> dict[str, object]:
    """Device, versions and seeds of a finished sweep."""
    found: dict[str, object] = json.loads((job.folder / "provenance.json").read_text(encoding="utf-8"))
    return found


def result(job: Job, output: str) -> Sweep:
    """One of the sweeps that a finished job made."""
    labels = {made.key: words.horizon(made.horizon, made.amount, made.loss) for made in job.plan.protocol.outputs()}
    return _read(job.folder / f"{job.plan.name}-{output}.csv", f"{job.plan.title}, {labels[output]}")


def batches(job: Job) -> pd.DataFrame | None:
    """How batches changed during the runs of a finished job; None where they stayed."""
    file = job.folder / batches_file(job.plan.name)
    return pd.read_csv(file) if file.exists() else None


@lru_cache(maxsize=64)
def _read(file: Path, name: str) -> Sweep:
    return Sweep.from_csv(file, name=name)
