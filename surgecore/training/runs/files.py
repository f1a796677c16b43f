"""Files that are there whole or not at all, whatever happens while they are written."""

from __future__ import annotations

import os
from os import PathLike
from pathlib import Path


def write_whole(path: str | PathLike[str], data: bytes | str) -> None:
    """Write a file beside its place, wait until it is on the disk, and move it there.

    Raises
    ------
    OSError
        If it cannot be written; what stood there before stays.
    """
    target = Path(path)
    beside = target.with_name(f".{target.name}.part")
    try:
        with open(beside, "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
