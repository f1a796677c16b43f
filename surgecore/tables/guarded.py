"""Reading a stranger's file in a process of its own, which may cost so much memory and time and no more.

A reader process starts once, has the libraries loaded, and forks for every file; the fork gets the limits, and what
becomes of it is nobody else's concern. Where a system cannot fork, the reader reads itself and is ended at the time
limit, without a limit on memory (`limits_memory` says so).
"""

from __future__ import annotations

import atexit
import json
import os
import queue
import signal
import struct
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Literal

import pandas as pd

from surgecore.tables.diverged import DivergedRule
from surgecore.tables.metric import Metric
from surgecore.tables.models import Group
from surgecore.tables.names import ColumnMapping
from surgecore.tables.opening import open_table
from surgecore.tables.problems import Notice, ProblemCode, SweepError, refused
from surgecore.tables.questions import as_error
from surgecore.tables.table import Table
from surgecore.tables.transport import decode, encode

#: How many processes of each kind a server may use, in the environment.
CORES = "SURGE_CORES"
_HEAD = struct.Struct("<QQ")
_REPLY = struct.Struct("<cQ")
#: Outcomes of a reading, as one letter: an answer, problems, no more memory, no more time, the process died.
_ANSWER, _PROBLEMS, _MEMORY, _TIME, _DIED = b"a", b"p", b"m", b"s", b"d"
#: One thread and the plain allocator: each more takes memory that no file asked for.
_FRUGAL = {
    "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1", "ARROW_DEFAULT_MEMORY_POOL": "system",
}  # fmt: skip
#: A table that is read once before any other, so that every fork finds the libraries loaded.
_FIRST = b"batch_size,learning_rate,loss\n8,0.1,1\n16,0.1,2\n"
#: Rows up to which a table is gone through at once: that takes less than sending it.
_FEW = 2000
#: What a table may be asked beside: what its cells decide, at a cost that they decide too.
_Asked = Literal["trials", "resolved"]
#: What a reading may take longer by the clock than its processor time, where others want the cores too; and the reader
#: longer than the fork before it is given up: it starts, and copies [s].
_PATIENCE, _SLACK = 20.0, 30.0


@dataclass(frozen=True)
class ReadLimits:
    """What reading one file may cost.

    Attributes
    ----------
    megabytes : int
        Memory beyond what the reader itself needs [MB].
    seconds : float
        Processor time, and at most 20 s more by the clock [s].
    size : int
        Size of the file as it comes [MB].
    """

    megabytes: int = 1024
    seconds: float = 20.0
    size: int = 50


def limits_memory() -> bool:
    """Whether this system can limit the memory of one reading; time is limited everywhere."""
    return hasattr(os, "fork") and sys.platform == "linux"


def read_guarded(
    source: bytes | str | os.PathLike[str], *, name: str | None = None, limits: ReadLimits | None = None
) -> Table:
    """Read a table or a tracker's store as `open_table` does, in a process with limits.

    Safe to call from several threads; at most `readers()` readings run at a time, the others wait.

    Parameters
    ----------
    source : bytes or path
        The file as it was uploaded, or a path on this machine.
    name : str, optional
        Name of the table.
    limits : ReadLimits, optional
        What it may cost; those of the page by default.

    Returns
    -------
    Table

    Raises
    ------
    SweepError
        If it is no table, as `open_table` says it, or if it would cost more than the limits.
    OSError
        If no process can be started.

    Examples
    --------
    >>> len(read_guarded(b"bs,lr,loss\\n4,0.1,1\\n8,0.1,2\\n").frame)
    2
    """
    limits = limits or ReadLimits()
    if isinstance(source, bytes) and len(source) > limits.size * 2**20:
        raise refused(ProblemCode.READ_SIZE, limit=limits.size)
    order: dict[str, Any] = {"name": name, "limits": asdict(limits)}
    if not isinstance(source, bytes):
        order["path"] = str(Path(source).resolve())
    table: Table = _ordered(order, source if isinstance(source, bytes) else b"", limits)
    return table


def trials_guarded(
    table: Table,
    mapping: ColumnMapping,
    *,
    group: str | Group | None = None,
    skip_bad_rows: bool = False,
    diverged: DivergedRule | None = None,
    limits: ReadLimits | None = None,
) -> tuple[pd.DataFrame, Metric, tuple[Notice, ...]]:
    """`Table.trials`, in a process with limits where the table has more than a few rows.

    Parameters
    ----------
    table : Table
        From `read_guarded`.
    mapping, group, skip_bad_rows, diverged
        As for `Table.trials`.
    limits : ReadLimits, optional
        What it may cost; those of the page by default.

    Returns
    -------
    tuple
        As of `Table.trials`.

    Raises
    ------
    SweepError
        As `Table.trials` raises it, or if it would cost more than the limits.
    """
    how = {"mapping": mapping, "group": group, "skip_bad_rows": skip_bad_rows, "diverged": diverged}
    found: tuple[pd.DataFrame, Metric, tuple[Notice, ...]] = _asked(table, "trials", how, limits or ReadLimits())
    return found


def resolve_guarded(
    table: Table, mapping: ColumnMapping, *, limits: ReadLimits | None = None
) -> tuple[ColumnMapping, tuple[Group, ...]]:
    """`Table.resolve` and `Table.groups`, in a process with limits where the table has more than a few rows.

    Parameters
    ----------
    table : Table
        From `read_guarded`.
    mapping : ColumnMapping
        As for `Table.resolve`.
    limits : ReadLimits, optional
        What it may cost; those of the page by default.

    Returns
    -------
    tuple of ColumnMapping and tuple of Group
        What the mapping leaves open, looked for, and the models that it tells apart.

    Raises
    ------
    SweepError
        If it would cost more than the limits.
    """
    found: tuple[ColumnMapping, tuple[Group, ...]] = _asked(
        table, "resolved", {"mapping": mapping}, limits or ReadLimits()
    )
    return found


def _asked(table: Table, what: _Asked, arguments: dict[str, Any], limits: ReadLimits) -> Any:  # noqa: ANN401
    if len(table.frame) <= _FEW:
        return getattr(table, what)(**arguments)
    return _ordered({"ask": what, "limits": asdict(limits)}, encode((table, arguments)), limits)


def _ordered(order: dict[str, Any], data: bytes, limits: ReadLimits) -> Any:  # noqa: ANN401 - what was asked for
    """What a reader answers to an order, or the problems that it found or met."""
    reader = _READERS.take()
    try:
        outcome, body = reader.ask(order, data, limits)
    finally:
        _READERS.give(reader)
    if outcome == _ANSWER:
        return decode(body)
    if outcome == _PROBLEMS:
        raise as_error(decode(body))
    if outcome == _MEMORY:
        raise refused(ProblemCode.READ_MEMORY, limit=limits.megabytes)
    if outcome == _TIME:
        raise refused(ProblemCode.READ_TIME, limit=round(limits.seconds))
    raise refused(ProblemCode.READ_DIED)


class _Reader:
    """The reader process, started when it is first needed and again after it was given up."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None

    def ask(self, order: dict[str, Any], data: bytes, limits: ReadLimits) -> tuple[bytes, bytes]:
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        timer = threading.Timer(limits.seconds + _SLACK, process.kill)
        timer.daemon = True
        timer.start()
        try:
            head = json.dumps(order).encode()
            process.stdin.write(_HEAD.pack(len(head), len(data)) + head)
            process.stdin.write(data)
            process.stdin.flush()
            outcome, size = _REPLY.unpack(_exactly(process.stdout, _REPLY.size))
            return outcome, _exactly(process.stdout, size)
        except (BrokenPipeError, EOFError):
            late = not timer.is_alive()
            self.end()
            return (_TIME if late else _DIED), b""
        finally:
            timer.cancel()

    def _started(self) -> subprocess.Popen[bytes]:
        if self.process is not None and self.process.poll() is not None:
            self.end()
        if self.process is None:
            environment = {**os.environ, **_FRUGAL}
            root = str(Path(__file__).parents[2])
            environment["PYTHONPATH"] = os.pathsep.join([root, *filter(None, [environment.get("PYTHONPATH")])])
            self.process = subprocess.Popen(
                [sys.executable, "-m", "surgecore.tables.guarded"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
            )  # fmt: skip
        return self.process

    def end(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            with suppress(OSError):  # what was still to be written has no reader
                self.process.__exit__(None, None, None)
            self.process = None


def readers() -> int:
    """How many files are read at a time: a share of the cores where several servers have them, else one a core."""
    given = os.environ.get(CORES, "")
    return int(given) if given.isdecimal() and int(given) > 0 else max(1, os.cpu_count() or 1)


class _Readers:
    """So many readers, each of which is one caller's at a time."""

    def __init__(self) -> None:
        self._free: queue.LifoQueue[_Reader] = queue.LifoQueue()
        for _ in range(readers()):
            self._free.put(_Reader())

    def take(self) -> _Reader:
        return self._free.get()

    def give(self, reader: _Reader) -> None:
        self._free.put(reader)

    def end(self) -> None:
        """End the readers that nobody is using."""
        with suppress(queue.Empty):
            while True:
                self._free.get_nowait().end()


_READERS = _Readers()
atexit.register(_READERS.end)


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


def _serve(orders: IO[bytes], replies: IO[bytes]) -> None:
    """The reader process: one order after another, until there are no more."""
    decode(encode(open_table(_FIRST)))
    while head := orders.read(_HEAD.size):
        sizes = _HEAD.unpack(head)
        order = json.loads(_exactly(orders, sizes[0]))
        data = _exactly(orders, sizes[1])
        limits = ReadLimits(**order["limits"])
        outcome, body = _in_fork(order, data, limits) if hasattr(os, "fork") else _carried_out(order, data)
        replies.write(_REPLY.pack(outcome, len(body)))
        replies.write(body)
        replies.flush()


def _carried_out(order: dict[str, Any], data: bytes) -> tuple[bytes, bytes]:
    try:
        if "ask" in order:
            table, arguments = decode(data)
            return _ANSWER, encode(getattr(table, order["ask"])(**arguments))
        return _ANSWER, encode(open_table(order.get("path", data), name=order["name"]))
    except SweepError as error:
        return _PROBLEMS, encode(error.problems)
    except MemoryError:
        return _MEMORY, b""


def _in_fork(order: dict[str, Any], data: bytes, limits: ReadLimits) -> tuple[bytes, bytes]:
    with tempfile.TemporaryFile() as file:
        child = os.fork()
        if child == 0:
            _be_the_fork(order, data, limits, file)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            late = os.WTERMSIG(status) in (signal.SIGALRM, signal.SIGPROF)
            return (_TIME if late else _DIED), b""
        file.seek(0)
        answer = file.read()
    return (answer[:1], answer[1:]) if os.WEXITSTATUS(status) == 0 and answer else (_DIED, b"")


def _be_the_fork(order: dict[str, Any], data: bytes, limits: ReadLimits, file: IO[bytes]) -> None:
    """Read under limits, leave the answer in the file, and end without any of the parent's clean-up."""
    status = 1
    try:
        _limit(limits)
        outcome, body = _carried_out(order, data)
        file.write(outcome)
        file.write(body)
        file.flush()
        status = 0
    except MemoryError:
        file.seek(0)
        file.truncate()
        file.write(_MEMORY)
        file.flush()
        status = 0
    finally:
        os._exit(status)


def _limit(limits: ReadLimits) -> None:
    import resource  # not on Windows

    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, limits.seconds)
    signal.setitimer(signal.ITIMER_REAL, limits.seconds + _PATIENCE)
    if limits_memory():
        # what is really written to: libraries reserve far more addresses than they use
        now = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
        most = now + limits.megabytes * 2**20
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _serve(sys.stdin.buffer, sys.stdout.buffer)
