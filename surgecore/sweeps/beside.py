"""Analyses and files made of them, beside the caller's thread, in processes that share the cores and can be stopped.

A thread that analyses keeps every other thread of its process waiting. Here a few child processes, started when they
are first needed, take one sweep after another: the owners of sweeps take turns, so that one who brings ten waits
longer than one who brings one, and whatever nobody waits for comes last.
"""

from __future__ import annotations

import atexit
import os
import pickle
import struct
import subprocess
import sys
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields, replace
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from surgecore.sweeps.analysis import Analysis, analyse
from surgecore.sweeps.sweep import Sweep

_FRAME = struct.Struct("<cQ")
_PROGRESS, _RESULT, _ERROR = b"p", b"r", b"e"
#: What nobody waits for, as the bundled sweeps while a server starts.
BACKGROUND = ""


class AnalysisStopped(Exception):  # noqa: N818 - a stop is no error
    """There is no result: it was cancelled, or its process ended unexpectedly (`died`)."""

    def __init__(self, *, died: bool) -> None:
        super().__init__(died)
        self.died = died


class Pending:
    """One analysis on its way, or something made of one; wait for it in any thread.

    Attributes
    ----------
    make : callable
        A function that a worker can import by its name.
    arguments : tuple
        What it is called with: to be sent, so nothing that a caller has hung on an object goes along.
    owner : str
        Who takes turns with whom; `BACKGROUND` for what nobody waits for.
    progress : float
        Share that is done, 0 to 1.
    """

    def __init__(self, owner: str, make: Callable[..., Any], *arguments: Any) -> None:  # noqa: ANN401 - as it takes
        self.make, self.arguments, self.owner, self.progress = make, arguments, owner, 0.0
        self.cancelled = False
        self._over = threading.Event()
        self._made: Any = None
        self._error: Exception | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def over(self) -> bool:
        """Whether there is a result, or none to come."""
        return self._over.is_set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it is over, at most so long; whether it is."""
        return self._over.wait(seconds)

    def result(self) -> Any:  # noqa: ANN401 - whatever was to be made
        """The analysis or what was made of one, once it is over.

        Raises
        ------
        AnalysisStopped
            If there is none.
        """
        self._over.wait()
        if self._error is not None:
            raise self._error
        return self._made

    def _end(self, made: Any, error: Exception | None) -> None:  # noqa: ANN401 - as above
        self._made, self._error, self.progress = made, error, 1.0
        self._over.set()


class Workers:
    """Processes that analyse, one sweep each at a time.

    Parameters
    ----------
    count : int, optional
        How many; one a core by default.
    """

    def __init__(self, count: int | None = None) -> None:
        self.count = count or os.cpu_count() or 1
        self._turns: OrderedDict[str, deque[Pending]] = OrderedDict()
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._processes: set[subprocess.Popen[bytes]] = set()
        self._running: set[Pending] = set()
        atexit.register(self.end)

    def submit(self, sweep: Sweep, owner: str) -> Pending:
        """Put a sweep in the queue of its owner: its analysis is the result."""
        return self._queue(Pending(owner, analysed, sweep))

    def make(self, owner: str, make: Callable[..., Any], analysis: Analysis, *more: Any) -> Pending:  # noqa: ANN401
        """Put what is to be made of an analysis in the queue of its owner.

        Parameters
        ----------
        owner : str
            Whose turn it takes.
        make : callable
            A function of a module, so that a worker finds it; called with the analysis and `more`.
        analysis : Analysis
            Of any sweep.
        *more
            Plain values.

        Returns
        -------
        Pending
        """
        return self._queue(Pending(owner, make, replace(analysis, sweep=replace(analysis.sweep)), *more))

    def _queue(self, task: Pending) -> Pending:
        owner = task.owner
        with self._changed:
            self._turns.setdefault(owner, deque()).append(task)
            self._make_room(owner)
            if len(self._threads) < self.count:
                thread = threading.Thread(target=self._work, daemon=True)
                self._threads.append(thread)
                thread.start()
            self._changed.notify()
        return task

    def hurry(self, task: Pending, owner: str) -> None:
        """Somebody waits now for what was in the background."""
        with self._changed:
            waiting = self._turns.get(task.owner, deque())
            if task in waiting and task.owner == BACKGROUND:
                waiting.remove(task)
                self._turns.setdefault(owner, deque()).append(task)
            if task.owner == BACKGROUND:
                task.owner = owner
            self._make_room(owner)

    def _make_room(self, owner: str) -> None:
        """What runs in the background no longer gives way while somebody waits for its process."""
        for running in self._running if owner != BACKGROUND else ():
            _give_way(running._process, yes=False)

    def cancel(self, task: Pending) -> None:
        """Take it out of the queue, or end its process."""
        with self._changed:
            if task.over:
                return
            task.cancelled = True
            if task in self._turns.get(task.owner, ()):
                self._turns[task.owner].remove(task)
                task._end(None, AnalysisStopped(died=False))
            elif task._process is not None:
                task._process.kill()

    def end(self) -> None:
        """End all processes; whoever waits is told."""
        with self._changed:
            for task in [task for waiting in self._turns.values() for task in waiting]:
                task._end(None, AnalysisStopped(died=False))
            self._turns.clear()
            for process in self._processes:
                process.kill()

    def _next(self) -> Pending:
        """The first task of the owner whose turn it is; the background has none while others wait."""
        with self._changed:
            while not any(self._turns.values()):
                self._changed.wait()
            owners = [owner for owner, waiting in self._turns.items() if waiting]
            owner = next((owner for owner in owners if owner != BACKGROUND), BACKGROUND)
            task = self._turns[owner].popleft()
            self._turns.move_to_end(owner)
            for other in [other for other, waiting in self._turns.items() if not waiting]:
                del self._turns[other]
            return task

    def _work(self) -> None:
        process: subprocess.Popen[bytes] | None = None
        while True:
            task = self._next()
            try:
                if process is None or process.poll() is not None:
                    process = self._started()
                with self._changed:
                    task._process = process
                    self._running.add(task)
                    _give_way(process, yes=task.owner == BACKGROUND and list(self._turns) in ([], [BACKGROUND]))
                    if task.cancelled:
                        raise EOFError
                task._end(_ask(process, task), None)
            except (EOFError, OSError, pickle.UnpicklingError):
                if process is not None:
                    self._gone(process)
                process = None
                task._end(None, AnalysisStopped(died=not task.cancelled))
            except Exception as error:  # noqa: BLE001 - a bug in the analysis is the caller's to see
                task._end(None, error)
            finally:
                with self._changed:
                    self._running.discard(task)
                    task._process = None
                del task

    def _started(self) -> subprocess.Popen[bytes]:
        root = str(Path(__file__).parents[2])
        path = os.pathsep.join([root, *filter(None, sys.path)])  # what can be imported here can be there
        process = subprocess.Popen(
            [sys.executable, "-m", "surgecore.sweeps.beside"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": path},
        )  # fmt: skip
        with self._changed:
            self._processes.add(process)
        return process

    def _gone(self, process: subprocess.Popen[bytes]) -> None:
        with self._changed:
            self._processes.discard(process)
        process.kill()
        process.wait()
        with suppress(OSError):
            process.__exit__(None, None, None)


def _give_way(process: subprocess.Popen[bytes] | None, *, yes: bool) -> None:
    """Whether a process computes only while nobody else wants the core; Linux alone can change its mind."""
    if process is not None and sys.platform == "linux":
        with suppress(OSError):
            os.sched_setscheduler(process.pid, os.SCHED_IDLE if yes else os.SCHED_OTHER, os.sched_param(0))


def _ask(process: subprocess.Popen[bytes], task: Pending) -> Any:  # noqa: ANN401 - whatever was to be made
    assert process.stdin is not None
    assert process.stdout is not None
    sweep = task.arguments[0] if task.make is analysed else None
    # the trials, and nothing that a caller has hung on the object
    body = pickle.dumps((task.make, task.arguments if sweep is None else (replace(sweep),)), 5)
    process.stdin.write(_FRAME.pack(_RESULT, len(body)) + body)
    process.stdin.flush()
    while True:
        kind, data = _read(process.stdout)
        if kind == _PROGRESS:
            task.progress = float(data)
            continue
        found = pickle.loads(data)
        if kind == _ERROR:
            raise found
        if sweep is None:
            return found
        analysis, known = found
        # what the sweep found out about itself on the way
        vars(sweep).update(known)
        return replace(analysis, sweep=sweep)


def analysed(sweep: Sweep, *, progress: Callable[[float], None]) -> tuple[Analysis, dict[str, Any]]:
    """The analysis of a sweep without the sweep, and what that found out about itself; in a worker."""
    analysis = analyse(sweep, progress=progress)
    given = {field.name for field in fields(sweep)}
    known: dict[str, Any] = {name: value for name, value in vars(sweep).items() if name not in given}
    return replace(analysis, sweep=None), known  # type: ignore[arg-type] # it is put back where it came from


def _read(stream: IO[bytes]) -> tuple[bytes, bytes]:
    head = stream.read(_FRAME.size)
    if len(head) < _FRAME.size:
        raise EOFError
    kind, size = _FRAME.unpack(head)
    body = stream.read(size)
    if len(body) < size:
        raise EOFError
    return kind, body


def _serve(orders: IO[bytes], replies: IO[bytes]) -> None:
    """The process: one order after another, until there are no more."""

    def tell(kind: bytes, body: bytes) -> None:
        replies.write(_FRAME.pack(kind, len(body)) + body)
        replies.flush()

    # this module runs as a script, and orders name what is in the module of that file
    own = import_module("surgecore.sweeps.beside").analysed
    with suppress(EOFError):
        while True:
            order = _read(orders)[1]
            try:
                make, arguments = pickle.loads(order)
                how = {"progress": lambda share: tell(_PROGRESS, f"{share:.3f}".encode())} if make is own else {}
                body = pickle.dumps(make(*arguments, **how), 5)
            except Exception as error:  # noqa: BLE001 - handed over to whoever waits
                tell(_ERROR, pickle.dumps(error))
            else:
                tell(_RESULT, body)


if __name__ == "__main__":
    _replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no reply
    _serve(sys.stdin.buffer, _replies)
