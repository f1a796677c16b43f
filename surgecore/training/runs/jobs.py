"""Sweeps in the background, one at a time: what a page needs to start, follow and cancel them. No torch here.

A job is a child process that runs ``surge sweep --json``; it leaves its journal and its results in its folder, so
nothing is lost when the page, or the server, goes away.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import IO, Any

from surgecore.training.plans.plan import Plan

WAITING, RUNNING, DONE, CANCELLED, FAILED = "waiting", "running", "done", "cancelled", "failed"
NOT_STARTED = "It had not started."
#: Characters kept of what a worker wrote to standard error.
_KEPT = 10_000


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
        The newest progress (fields of `surgecore.training.runs.runner.Progress`); empty before the first.
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

    def _hear(self, line: str) -> bool:
        """Take a line of the worker's output; False if it is not one of its events."""
        try:
            self._take(json.loads(line))
        except (AttributeError, KeyError, TypeError, ValueError):
            return False
        return True

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
                job.message = job.message or ("" if job.resume else NOT_STARTED)
            elif job._process is not None and job.state == RUNNING:
                job._asked_to_stop = True
                # not an interrupt: a server that a script put into the background, and its children, ignore those
                job._process.terminate()

    def _work(self) -> None:
        while True:
            with self._changed:
                if not self._waiting:
                    self._thread = None
                    return
                job = self._waiting.popleft()
                job.state = RUNNING
                try:
                    job._process = self._start(job)
                except (OSError, ValueError) as error:
                    job.message, job.state = f"It could not be started: {error}", FAILED
                    continue
            self._follow(job)

    def _start(self, job: Job) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "surgecore.training", str(job.folder / "plan.toml"), "--json", "--no-import"]
        command += ["--out", str(job.folder), "--workers", str(self._workers)] + ["--resume"] * job.resume
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", errors="replace"
        )

    @staticmethod
    def _follow(job: Job) -> None:
        process = job._process
        assert process is not None
        assert process.stdout is not None
        assert process.stderr is not None
        errors, other = _Tail(process.stderr), ""
        with process:
            # at the same time, or a worker with many warnings waits for a reader, and is waited for
            errors.start()
            try:
                for line in process.stdout:
                    if not job._hear(line):  # whatever a library prints
                        other = line
            except (OSError, ValueError) as error:
                other = f"What it says cannot be read: {error}"
            errors.join()
        last = (errors.text.strip() or other.strip()).splitlines()[-1:]
        job.message, job.state = _outcome(job, process.returncode, "".join(last))


class _Tail(threading.Thread):
    """Reads a stream to its end and keeps the end."""

    def __init__(self, stream: IO[str]) -> None:
        super().__init__(daemon=True)
        self._stream, self.text = stream, ""

    def run(self) -> None:
        with suppress(OSError, ValueError):  # closed, or no text
            while part := self._stream.read(_KEPT):
                self.text = (self.text + part)[-_KEPT:]


def _outcome(job: Job, status: int, last: str) -> tuple[str, str]:
    """Message and state of a job whose worker has ended."""
    if job._asked_to_stop and status:
        # a worker that is interrupted while it starts ends as it can
        return job.message or "Stopped before it began.", CANCELLED
    if status == 0 and job.files:
        return job.message, DONE
    if status == 3:
        return job.message or "Stopped.", CANCELLED
    if status == 2 and job.message:
        return job.message, FAILED
    return last or f"The worker ended without a result (exit status {status}).", FAILED
