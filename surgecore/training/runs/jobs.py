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
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from os import PathLike
from pathlib import Path
from typing import IO, Any

from surgecore.training.plans.plan import Plan


class State(StrEnum):
    """Where a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Ending(StrEnum):
    """Why a job that is cancelled or failed ended."""

    NONE = ""
    NOT_STARTED = "not_started"  # cancelled while it waited
    STOPPED_EARLY = "stopped_early"  # cancelled before its worker began
    STOPPED = "stopped"
    SERVER_STOPPED = "server_stopped"
    REFUSED = "refused"  # the plan or the folder; `detail` has the problems
    NO_START = "no_start"  # `detail` is what the system said
    UNREADABLE = "unreadable"  # likewise
    ERROR = "error"  # `detail` is the worker's last line
    KILLED = "killed"  # `detail` is the number of the signal
    NO_RESULT = "no_result"  # `detail` is the exit status


WAITING, RUNNING, DONE, CANCELLED, FAILED = State
#: States of a job that is not over.
ACTIVE = (WAITING, RUNNING)
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
    state : State
        "waiting", "running", "done", "cancelled" or "failed".
    progress : mapping
        The newest progress (fields of `surgecore.training.runs.progress.Progress`); empty before the first.
    cells : dict
        (batch size, learning rate) to mean loss so far, None where a run diverged: the surface as it fills in.
    ending : Ending
        Why it ended, where it is cancelled or failed.
    detail : str
        What the worker or the system said of it.
    files : tuple of Path
        Result files, when done.
    resume : bool
        Whether it goes on with the journal in its folder.
    """

    plan: Plan
    folder: Path
    state: State = WAITING
    progress: Mapping[str, Any] = field(default_factory=dict)
    cells: dict[tuple[int, float], float | None] = field(default_factory=dict)
    ending: Ending = Ending.NONE
    detail: str = ""
    files: tuple[Path, ...] = ()
    resume: bool = False
    _process: subprocess.Popen[str] | None = None
    _asked_to_stop: bool = False

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop and has not done so yet."""
        return self._asked_to_stop and self.state == RUNNING

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
            self.files = tuple(map(Path, event["files"]))
        elif kind == "refused":
            self.ending, self.detail = Ending.REFUSED, " ".join(event["problems"])


class JobQueue:
    """Runs jobs one after the other; one queue a server.

    Parameters
    ----------
    workers : int, optional
        Processes of a job.
    start : callable, optional
        Starts the worker of a job; a child process of ``surge sweep`` by default.
    """

    def __init__(self, workers: int = 1, start: Callable[[Job], subprocess.Popen[str]] | None = None) -> None:
        self.start = start or (lambda job: _worker(job, workers))
        self._waiting: deque[Job] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def submit(
        self, plan: Plan, folder: str | PathLike[str], *, resume: bool = False, earlier: Job | None = None
    ) -> Job:
        """Put a plan in the queue.

        Parameters
        ----------
        plan : Plan
            What to run.
        folder : path
            For its journal and results; made if it is not there.
        resume : bool, optional
            Go on with the journal in the folder.
        earlier : Job, optional
            The one that is gone on with: what it told is known until the new one tells more.
        """
        job = Job(plan, Path(folder), resume=resume)
        if earlier is not None and resume:
            job.progress, job.cells = earlier.progress, dict(earlier.cells)
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

    def join(self, timeout: float | None = None) -> bool:
        """Wait until every job is over; False if it took longer."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout)
        return thread is None or not thread.is_alive()

    def cancel(self, job: Job) -> None:
        """Take a job out of the queue, or ask it to stop; what it has done stays, and can be resumed."""
        with self._changed:
            if job in self._waiting:
                self._waiting.remove(job)
                job.state = CANCELLED
                job.ending = Ending.STOPPED if job.resume else Ending.NOT_STARTED
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
                    job._process = self.start(job)
                except (OSError, ValueError) as error:
                    job.ending, job.detail, job.state = Ending.NO_START, str(error), FAILED
                    continue
            self._follow(job)

    @staticmethod
    def _follow(job: Job) -> None:
        process = job._process
        assert process is not None
        assert process.stdout is not None
        assert process.stderr is not None
        errors, other, unreadable = _Tail(process.stderr), "", ""
        with process:
            # at the same time, or a worker with many warnings waits for a reader, and is waited for
            errors.start()
            try:
                for line in process.stdout:
                    if not job._hear(line):  # whatever a library prints
                        other = line
            except (OSError, ValueError) as error:
                unreadable = str(error)
            errors.join()
        last = "".join((errors.text.strip() or other.strip()).splitlines()[-1:])
        job.state, job.ending, job.detail = _outcome(job, process.returncode, last, unreadable)


class _Tail(threading.Thread):
    """Reads a stream to its end and keeps the end."""

    def __init__(self, stream: IO[str]) -> None:
        super().__init__(daemon=True)
        self._stream, self.text = stream, ""

    def run(self) -> None:
        with suppress(OSError, ValueError):  # closed, or no text
            while part := self._stream.read(_KEPT):
                self.text = (self.text + part)[-_KEPT:]


def _worker(job: Job, workers: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "surgecore.training", str(job.folder / "plan.toml"), "--json", "--no-import"]
    command += ["--out", str(job.folder), "--workers", str(workers)] + ["--resume"] * job.resume
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", errors="replace"
    )


def _outcome(job: Job, status: int, last: str, unreadable: str) -> tuple[State, Ending, str]:
    """State of a job whose worker has ended, why, and what was said."""
    if job._asked_to_stop and status:
        # a worker that is interrupted while it starts ends as it can
        return CANCELLED, Ending.STOPPED if job.progress else Ending.STOPPED_EARLY, ""
    if status == 0 and job.files:
        return DONE, Ending.NONE, ""
    if status == 3:
        return CANCELLED, Ending.STOPPED, ""
    if status == 2 and job.ending is Ending.REFUSED:
        return FAILED, job.ending, job.detail
    if unreadable and not last:
        return FAILED, Ending.UNREADABLE, unreadable
    if status < 0 and not last:
        return FAILED, Ending.KILLED, str(-status)
    return (FAILED, Ending.ERROR, last) if last else (FAILED, Ending.NO_RESULT, str(status))
