"""Sweeps in the background, one at a time: what a page needs to start, follow and cancel them. No torch here.

A job is a child process that runs ``surge sweep --json``; it leaves its journal and its results in its folder, so
nothing is lost when the page, or the server, goes away.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

from surgecore.training.plan import Plan

WAITING, RUNNING, DONE, CANCELLED, FAILED = "waiting", "running", "done", "cancelled", "failed"


@dataclass(eq=False)
class Job:
    """One sweep in the queue; read it from any thread.

    Attributes
    ----------
    plan : Plan
        What it runs.
    folder : Path
        Where its journal, CSVs, plan and provenance are.
    state : str
        "waiting", "running", "done", "cancelled" or "failed".
    progress : mapping
        The newest progress (fields of `surgecore.training.runner.Progress`); empty before the first.
    cells : dict
        (batch size, learning rate) to mean loss so far, None where a run diverged: the surface as it fills in.
    message : str
        Last sentence for people.
    files : tuple of Path
        Result files, when done.
    resume : bool
        Whether it goes on with the journal in its folder.
    """

    plan: Plan
    folder: Path
    state: str = WAITING
    progress: Mapping[str, Any] = field(default_factory=dict)
    cells: dict[tuple[int, float], float | None] = field(default_factory=dict)
    message: str = ""
    files: tuple[Path, ...] = ()
    resume: bool = False
    _process: subprocess.Popen[str] | None = None
    _asked_to_stop: bool = False

    def _take(self, event: Mapping[str, Any]) -> None:
        kind = event.get("event")
        if kind == "progress":
            if event["stage"] != self.progress.get("stage", event["stage"]):
                self.cells = {}
            self.progress = event
            self.cells |= {(size, rate): loss for size, rate, loss, _ in event["cells"]}
        elif kind == "end":
            self.message, self.files = event["status"], tuple(map(Path, event["files"]))
        elif kind == "refused":
            self.message = " ".join(event["problems"])


class JobQueue:
    """Runs jobs one after the other; one queue a server.

    Parameters
    ----------
    workers : int, optional
        Processes of a job.
    """

    def __init__(self, workers: int = 1) -> None:
        self._workers = workers
        self._waiting: deque[Job] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def submit(self, plan: Plan, folder: str | PathLike[str], *, resume: bool = False) -> Job:
        """Put a plan in the queue.

        Parameters
        ----------
        plan : Plan
            What to run.
        folder : path
            For its journal and results; made if it is not there.
        resume : bool, optional
            Go on with the journal in the folder.
        """
        job = Job(plan, Path(folder), resume=resume)
        job.folder.mkdir(parents=True, exist_ok=True)
        (job.folder / "plan.toml").write_text(plan.to_toml(), encoding="utf-8")
        with self._changed:
            self._waiting.append(job)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, daemon=True)
                self._thread.start()
        return job

    def position(self, job: Job) -> int:
        """How many jobs start before this one; 0 if it runs, is next, or is over."""
        with self._changed:
            return self._waiting.index(job) if job in self._waiting else 0

    def cancel(self, job: Job) -> None:
        """Take a job out of the queue, or ask it to stop; what it has done stays, and can be resumed."""
        with self._changed:
            if job in self._waiting:
                self._waiting.remove(job)
                job.state = CANCELLED
            elif job._process is not None and job.state == RUNNING:
                job._asked_to_stop = True
                job._process.send_signal(signal.SIGINT)

    def _work(self) -> None:
        while True:
            with self._changed:
                if not self._waiting:
                    self._thread = None
                    return
                job = self._waiting.popleft()
                job.state = RUNNING
                job._process = self._start(job)
            self._follow(job)

    def _start(self, job: Job) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "surgecore.training", str(job.folder / "plan.toml"), "--json"]
        command += ["--out", str(job.folder), "--workers", str(self._workers)] + ["--resume"] * job.resume
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    @staticmethod
    def _follow(job: Job) -> None:
        process = job._process
        assert process is not None
        assert process.stdout is not None
        assert process.stderr is not None
        with process:
            for line in process.stdout:
                job._take(json.loads(line))
            errors = process.stderr.read()
        if job._asked_to_stop and process.returncode:
            # a worker that is interrupted while it starts ends as it can
            job.state, job.message = CANCELLED, job.message or "Stopped before it began."
            return
        if process.returncode not in (0, 2, 3):
            job.message = (
                errors.strip().splitlines()[-1] if errors.strip() else f"The worker ended ({process.returncode})."
            )
        job.state = {0: DONE, 3: CANCELLED}.get(process.returncode, FAILED)
