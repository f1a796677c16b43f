"""The two framings and the one encoding of binary logs: TensorFlow's records, LevelDB's log, protocol buffers."""

from __future__ import annotations

import struct
from collections.abc import Iterator

Field = tuple[int, int | bytes]
#: Largest record [bytes].
_LARGEST = 64 * 2**20
_BLOCK = 32768


def messages(data: bytes) -> Iterator[Field]:
    """Number and value of each field of a protocol buffer, in order; it ends where the bytes make no sense.

    A value is an integer for numbers (the bits, for a float or double: see `as_double`) and bytes for the rest.
    """
    at, end = 0, len(data)
    while at < end:
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = _varint(data, at)
            yield number, value
        elif kind == 2:
            size, at = _varint(data, at)
            if size > end - at:
                return
            yield number, data[at : at + size]
            at += size
        elif kind in (1, 5):
            width = 8 if kind == 1 else 4
            if width > end - at:
                return
            yield number, data[at : at + width]
            at += width
        else:
            return


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data) and shift < 70:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            break
        shift += 7
    return value, at


def first(data: bytes, number: int) -> bytes:
    """The first field of a number that holds bytes; empty where there is none."""
    return next((value for key, value in messages(data) if key == number and isinstance(value, bytes)), b"")


def as_double(value: int | bytes) -> float:
    """Eight or four bytes as a number."""
    if isinstance(value, int):
        return float(value)
    return float(struct.unpack("<d" if len(value) == 8 else "<f", value)[0]) if len(value) in (4, 8) else float("nan")


def as_signed(value: int | bytes) -> int:
    """A varint as a signed number of 64 bits."""
    number = value if isinstance(value, int) else 0
    return number - 2**64 if number >= 2**63 else number


def tf_records(data: bytes) -> Iterator[bytes]:
    """Records of a file of TensorFlow's; one that was cut off, as in a run that still writes, ends it."""
    at = 0
    while at + 12 <= len(data):
        (size,) = struct.unpack_from("<Q", data, at)
        if size > _LARGEST or at + 16 + size > len(data):
            return
        yield data[at + 12 : at + 12 + size]
        at += 16 + size


def log_records(data: bytes, at: int) -> Iterator[bytes]:
    """Records of a log in LevelDB's format from an offset, put together from their parts; a damaged end ends it."""
    parts: list[bytes] = []
    total = 0
    while at + 7 <= len(data):
        if _BLOCK - at % _BLOCK < 7:
            at += _BLOCK - at % _BLOCK
            continue
        _, size, kind = struct.unpack_from("<IHB", data, at)
        if kind == 0 and size == 0:  # padding to the end of the block
            at += _BLOCK - at % _BLOCK
            continue
        body = data[at + 7 : at + 7 + size]
        if len(body) < size or kind not in (1, 2, 3, 4):
            return
        at += 7 + size
        if kind in (1, 2):
            parts, total = [], 0
        parts.append(body)
        total += size
        if total > _LARGEST:
            return
        if kind in (1, 4):
            yield b"".join(parts)
            parts = []
