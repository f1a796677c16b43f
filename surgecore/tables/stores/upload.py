"""Stores that come as bytes: a zip of a folder, a database, a log. They are unpacked into a folder of their own."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from surgecore.tables.limits import MAX_BYTES
from surgecore.tables.problems import ProblemCode, SweepError, refused
from surgecore.tables.stores import sqlite, wandb

#: Most files of an archive.
MAX_MEMBERS = 100_000
_CHUNK = 2**20
#: What Python's zip reader raises where an archive is damaged, encrypted, or packed in a way that it does not know.
_DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    zlib.error,
    struct.error,
)
_ZIP = b"PK\x03\x04"


def is_store(data: bytes) -> bool:
    """Whether bytes are a tracker's store, and not a table: a zip that is no workbook, a database, a log."""
    if data[: len(_ZIP)] == _ZIP:
        workbook = b"[Content_Types].xml" in data[:4096] or b"xl/workbook.xml" in data[-65536:]
        return not workbook and zipfile.is_zipfile(io.BytesIO(data))
    journal = data[:1] == b"{" and b'"op_code"' in data[:2000] and b'"worker_id"' in data[:2000]
    return data.startswith((sqlite.MAGIC, wandb.MAGIC)) or journal


@contextmanager
def laid_down(data: bytes, name: str) -> Iterator[Path]:
    """A path at which the store stands until the block ends.

    Parameters
    ----------
    data : bytes
        Of which `is_store` said yes.
    name : str
        What the store is to be called.

    Raises
    ------
    SweepError
        If an archive is damaged, or unpacks to more than the limits.
    """
    with TemporaryDirectory(prefix="surge-store-") as folder:
        root = Path(folder) / (PurePosixPath(name).name or "store")
        if data[: len(_ZIP)] == _ZIP:
            root.mkdir()
            _unpack(data, root)
        else:
            root = root.with_suffix(".wandb" if data.startswith(wandb.MAGIC) else root.suffix or ".db")
            root.write_bytes(data)
        yield root


def _unpack(data: bytes, root: Path) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [member for member in archive.infolist() if member.filename and not member.is_dir()]
            if len(members) > MAX_MEMBERS:
                raise refused(ProblemCode.STORE_TOO_MANY_FILES, limit=MAX_MEMBERS)
            left = MAX_BYTES
            for member in members:
                left -= _extract(archive, member, root, left)
    except SweepError:
        raise
    except _DAMAGE as error:
        raise refused(ProblemCode.STORE_BAD_FILE, name=root.name, kind="zip") from error


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, root: Path, left: int) -> int:
    """Write one file below the root, counting what it really unpacks to, whatever its header says."""
    parts = [part for part in PurePosixPath(member.filename.replace("\\", "/")).parts if part not in ("/", ".", "..")]
    is_link = (member.external_attr >> 28) == 0o12
    if not parts or is_link or ":" in parts[0] or any(len(part.encode()) > 255 for part in parts):
        return 0
    target = root.joinpath(*parts)
    target.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with archive.open(member) as source, target.open("wb") as file:
        while piece := source.read(_CHUNK):
            size += len(piece)
            if size > left:
                raise refused(ProblemCode.STORE_UNPACKED, limit=MAX_BYTES // 2**20)
            file.write(piece)
    return size
