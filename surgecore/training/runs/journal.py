"""An append-only journal of finished chunks that survives kills, full disks, torn writes and damage.

Each line is the SHA-256 of a JSON record, a space, and the record. A record counts if its checksum is right; anything
else is a write that was cut off, or damage, and is passed over: what it held is computed again. One process at a time
holds the journal.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from hashlib import sha256
from os import PathLike
from pathlib import Path
from typing import Any, NoReturn


class JournalError(RuntimeError):
    """A journal that cannot be used: held by another process, damaged at its head, of another plan, a full disk."""


class Journal:
    """Journal of one sweep.

    Parameters
    ----------
    path : path
        Its file; made if it is not there.
    header : mapping
        What results depend on (plan, code, data, device, versions).
    resume : bool
        Whether to go on with an existing journal.

    Attributes
    ----------
    records : dict of str to mapping
        Finished chunks by key.
    lost : int
        Lines that were damaged; a last line that was cut off is none.

    Raises
    ------
    FileExistsError
        If there is a journal and `resume` is False.
    JournalError
        If another process holds the journal, it was written under another header (the message names what differs),
        or its head is damaged.
    """

    def __init__(self, path: str | PathLike[str], header: Mapping[str, Any], *, resume: bool = False) -> None:
        self.path = Path(path)
        self.records: dict[str, Mapping[str, Any]] = {}
        with ExitStack() as on_error:
            on_error.enter_context(_held(self.path))
            lines, self.lost, whole = read_journal(self.path) if self.path.exists() else ([], 0, 0)
            if lines and not resume:
                raise FileExistsError(
                    f"{self.path} holds an unfinished or finished sweep: resume it, or choose another folder"
                )
            if lines:
                _compare(header, lines[0])
                self.records = {record["chunk"]: record for record in lines[1:]}
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
            on_error.callback(os.close, self._file)
            os.ftruncate(self._file, whole)
            if not lines:
                self._write(header)
            self._open = on_error.pop_all()

    def add(self, record: Mapping[str, Any]) -> None:
        """Append a finished chunk; on return it is on the disk.

        Raises
        ------
        JournalError
            If it could not be written whole; the journal is then as it was before.
        """
        self._write(record)
        self.records[str(record["chunk"])] = record

    def close(self) -> None:
        """Close the file, and let others have it."""
        self._open.close()

    def _write(self, record: Mapping[str, Any]) -> None:
        text = json.dumps(record, separators=(",", ":"))
        line = f"{sha256(text.encode()).hexdigest()} {text}\n".encode()
        size = os.fstat(self._file).st_size
        try:
            written = 0
            while written < len(line):
                written += os.write(self._file, line[written:])
            os.fsync(self._file)
        except OSError as error:
            os.ftruncate(self._file, size)
            raise JournalError(
                f"{self.path} could not be written ({error.strerror}); all {len(self.records)} finished chunks "
                "are kept, and the sweep can be resumed"
            ) from error


def _held(path: Path) -> AbstractContextManager[Any]:
    """A lock beside the journal, which goes with the process that holds it."""
    try:
        from filelock import FileLock, Timeout
    except ImportError:  # a machine with nothing but Python and torch
        return _held_by_system(path)
    lock = FileLock(path.with_suffix(".lock"), timeout=0)
    try:
        lock.acquire()
    except Timeout:
        _refuse(path)
    out = ExitStack()
    out.callback(lock.release)
    return out


def _held_by_system(path: Path) -> AbstractContextManager[Any]:
    import fcntl

    file = open(path.with_suffix(".lock"), "w")  # noqa: SIM115 - held until the journal is closed
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        _refuse(path)
    return file


def _refuse(path: Path) -> NoReturn:
    raise JournalError(f"{path} must not be in use, but another process is writing it: wait, or choose another folder")


def read_journal(path: str | PathLike[str]) -> tuple[list[Any], int, int]:
    """Read all records whose checksum is right, header first, count the others, and the bytes of whole lines.

    Raises
    ------
    JournalError
        If the header is damaged: nothing is known then of what the records belong to.
    """
    data = Path(path).read_bytes()
    lines = data.split(b"\n")
    whole = len(data) - len(lines.pop())
    records: list[Any] = []
    lost = 0
    for number, line in enumerate(lines):
        digest, _, text = line.partition(b" ")
        if sha256(text).hexdigest().encode() == digest:
            records.append(json.loads(text))
        elif number == 0:
            raise JournalError(f"{path} is damaged: its first line does not match its checksum")
        else:
            lost += 1
    return records, lost, whole


def _compare(now: Mapping[str, Any], then: Mapping[str, Any]) -> None:
    differs = [key for key in now if now[key] != then.get(key)]
    if differs:
        changes = "; ".join(f"{key} was {_short(then.get(key))}, now {_short(now[key])}" for key in differs)
        raise JournalError(f"this journal cannot be resumed, because results would not be comparable: {changes}")


def _short(value: Any) -> str:  # noqa: ANN401
    text = str(value)
    return text if len(text) <= 20 else f"{text[:12]}..."
