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
from typing import IO, Any

from surgecore.tables.opening import open_table
from surgecore.tables.problems import ProblemCode, SweepError, refused
from surgecore.tables.table import Table
from surgecore.tables.transport import decode, encode

#: How many processes of each kind a server may use, in the environment.
CORES = "SURGE_CORES"
_HEAD = struct.Struct("<QQ")
_REPLY = struct.Struct("<cQ")
#: Outcomes of a reading, as one letter: a table, problems, no more memory, no more time, the process died.
_TABLE, _PROBLEMS, _MEMORY, _TIME, _DIED = b"t", b"p", b"m", b"s", b"d"
#: One thread and the plain allocator: each more takes memory that no file asked for.
_FRUGAL = {
    "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1", "ARROW_DEFAULT_MEMORY_POOL": "system",
}  # fmt: skip
#: A table that is read once before any other, so that every fork finds the libraries loaded.
_FIRST = b"batch_size,learning_rate,loss\n8,0.1,1\n16,0.1,2\n"
#: What the reader may take longer than the fork before it is given up [s]: it starts, and copies.
_SLACK = 30.0


@dataclass(frozen=True)
class Limits:
    """What reading one file may cost.

    Attributes
    ----------
    megabytes : int
        Memory beyond what the reader itself needs [MB].
    seconds : float
        Time [s].
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
    source: bytes | str | os.PathLike[str], *, name: str | None = None, limits: Limits | None = None
) -> Table:
    """Read a table or a tracker's store as `open_table` does, in a process with limits.

    Safe to call from several threads; at most `readers()` readings run at a time, the others wait.

    Parameters
    ----------
    source : bytes or path
        The file as it was uploaded, or a path on this machine.
    name : str, optional
        Name of the table.
    limits : Limits, optional
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
    limits = limits or Limits()
    if isinstance(source, bytes) and len(source) > limits.size * 2**20:
        raise refused(ProblemCode.READ_SIZE, limit=limits.size)
    reader = _READERS.take()
    try:
        outcome, body = reader.ask(source, name, limits)
    finally:
        _READERS.give(reader)
    if outcome == _TABLE:
        table: Table = decode(body)
        return table
    if outcome == _PROBLEMS:
        raise SweepError(decode(body))
    if outcome == _MEMORY:
        raise refused(ProblemCode.READ_MEMORY, limit=limits.megabytes)
    if outcome == _TIME:
        raise refused(ProblemCode.READ_TIME, limit=round(limits.seconds))
    raise refused(ProblemCode.READ_DIED)


class _Reader:
    """The reader process, started when it is first needed and again after it was given up."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None

    def ask(self, source: bytes | str | os.PathLike[str], name: str | None, limits: Limits) -> tuple[bytes, bytes]:
        order: dict[str, Any] = {"name": name, "limits": asdict(limits)}
        data = b""
        if isinstance(source, bytes):
            data = source
        else:
            order["path"] = str(Path(source).resolve())
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
        limits = Limits(**order["limits"])
        source: bytes | str = order.get("path", data)
        outcome, body = _in_fork(source, order["name"], limits) if hasattr(os, "fork") else _read(source, order["name"])
        replies.write(_REPLY.pack(outcome, len(body)))
        replies.write(body)
        replies.flush()


def _read(source: bytes | str, name: str | None) -> tuple[bytes, bytes]:
    try:
        return _TABLE, encode(open_table(source, name=name))
    except SweepError as error:
        return _PROBLEMS, encode(error.problems)
    except MemoryError:
        return _MEMORY, b""


def _in_fork(source: bytes | str, name: str | None, limits: Limits) -> tuple[bytes, bytes]:
    with tempfile.TemporaryFile() as file:
        child = os.fork()
        if child == 0:
            _be_the_fork(source, name, limits, file)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            late = os.WTERMSIG(status) in (signal.SIGALRM, signal.SIGXCPU)
            return (_TIME if late else _DIED), b""
        file.seek(0)
        answer = file.read()
    return (answer[:1], answer[1:]) if os.WEXITSTATUS(status) == 0 and answer else (_DIED, b"")


def _be_the_fork(source: bytes | str, name: str | None, limits: Limits, file: IO[bytes]) -> None:
    """Read under limits, leave the answer in the file, and end without any of the parent's clean-up."""
    status = 1
    try:
        _limit(limits)
        outcome, body = _read(source, name)
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


def _limit(limits: Limits) -> None:
    import resource  # not on Windows

    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, limits.seconds)
    if limits_memory():
        # what is really written to: libraries reserve far more addresses than they use
        now = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
        most = now + limits.megabytes * 2**20
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _serve(sys.stdin.buffer, sys.stdout.buffer)
