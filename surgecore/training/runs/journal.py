"""An append-only journal of finished chunks that survives kills, full disks and torn writes.

Each line is the SHA-256 of a JSON record, a space, and the record. A record counts once its line is whole and its
checksum right; anything after the last whole line is a write that was cut off, and is removed before the next.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from hashlib import sha256
from os import PathLike
from pathlib import Path
from typing import Any


class JournalError(RuntimeError):
    """A journal that cannot be used: damaged, of another plan, or on a full disk."""


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

    Raises
    ------
    FileExistsError
        If there is a journal and `resume` is False.
    JournalError
        If the journal was written under another header (the message names what differs) or is damaged.
    """

    def __init__(self, path: str | PathLike[str], header: Mapping[str, Any], *, resume: bool = False) -> None:
        self.path = Path(path)
        self.records: dict[str, Mapping[str, Any]] = {}
        lines, whole = read_journal(self.path) if self.path.exists() else ([], 0)
        if lines and not resume:
            raise FileExistsError(
                f"{self.path} holds an unfinished or finished sweep: resume it, or choose another folder"
            )
        if lines:
            _compare(header, lines[0])
            self.records = {record["chunk"]: record for record in lines[1:]}
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        os.ftruncate(self._file, whole)
        os.lseek(self._file, 0, os.SEEK_END)
        if not lines:
            self._write(header)

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
        """Close the file."""
        os.close(self._file)

    def _write(self, record: Mapping[str, Any]) -> None:
        text = json.dumps(record, separators=(",", ":"))
        line = f"{sha256(text.encode()).hexdigest()} {text}\n".encode()
        size = os.lseek(self._file, 0, os.SEEK_CUR)
        try:
            written = 0
            while written < len(line):
                written += os.write(self._file, line[written:])
            os.fsync(self._file)
        except OSError as error:
            os.ftruncate(self._file, size)
            os.lseek(self._file, size, os.SEEK_SET)
            raise JournalError(
                f"{self.path} could not be written ({error.strerror}); all {len(self.records)} finished chunks "
                "are kept, and the sweep can be resumed"
            ) from error


def read_journal(path: str | PathLike[str]) -> tuple[list[Any], int]:
    """Read all whole records, header first, and how many bytes they take.

    Raises
    ------
    JournalError
        If a line other than the last is damaged.
    """
    data = Path(path).read_bytes()
    records: list[dict[str, Any]] = []
    at = 0
    while (end := data.find(b"\n", at)) >= 0:
        digest, _, text = data[at:end].partition(b" ")
        if sha256(text).hexdigest().encode() != digest:
            if data.find(b"\n", end + 1) >= 0:
                raise JournalError(f"{path} is damaged: record {len(records) + 1} does not match its checksum")
            break
        records.append(json.loads(text))
        at = end + 1
    return records, at


def _compare(now: Mapping[str, Any], then: Mapping[str, Any]) -> None:
    differs = [key for key in now if now[key] != then.get(key)]
    if differs:
        changes = "; ".join(f"{key} was {_short(then.get(key))}, now {_short(now[key])}" for key in differs)
        raise JournalError(f"this journal cannot be resumed, because results would not be comparable: {changes}")


def _short(value: Any) -> str:  # noqa: ANN401
    text = str(value)
    return text if len(text) <= 20 else f"{text[:12]}..."
