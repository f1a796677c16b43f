"""A table as bytes and back, between processes of our own: plain values and known classes, never a pickle."""

from __future__ import annotations

import inspect
import io
import json
import struct
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

import numpy as np
import pandas as pd

from surgecore.tables import diverged, metric, models, names, problems, questions, table

#: Every result class of the room, by name: only these are made.
_KNOWN: dict[str, Any] = {
    name: kind
    for module in (diverged, metric, models, names, problems, questions, table)
    for name, kind in inspect.getmembers(module, inspect.isclass)
    if kind.__module__.startswith("surgecore.tables.") and (is_dataclass(kind) or issubclass(kind, Enum))
}
_HEAD = struct.Struct("<Q")


def encode(value: object) -> bytes:
    """Bytes of a table, a problem or a tuple of them.

    Parameters
    ----------
    value : object
        Made of the room's dataclasses and enums, tuples, lists, dictionaries, arrays, frames and plain values.

    Returns
    -------
    bytes

    Raises
    ------
    TypeError
        If it holds anything else.
    """
    blobs: list[bytes] = []
    head = json.dumps(_coded(value, blobs)).encode()
    return b"".join(_HEAD.pack(len(part)) + part for part in [head, *blobs])


def decode(data: bytes) -> Any:  # noqa: ANN401 - what was encoded
    """Read `encode` back.

    Parameters
    ----------
    data : bytes
        From `encode`.

    Returns
    -------
    object

    Raises
    ------
    ValueError, KeyError
        If the bytes are not from `encode`.
    """
    parts = list(_parts(memoryview(data)))
    return _made(json.loads(bytes(parts[0])), parts[1:])


def _parts(data: memoryview) -> Iterator[memoryview]:
    at = 0
    while at < len(data):
        (size,) = _HEAD.unpack_from(data, at)
        at += _HEAD.size
        yield data[at : at + size]
        at += size


def _coded(value: object, blobs: list[bytes]) -> object:
    if isinstance(value, Enum):
        return {"$": type(value).__name__, "value": value.value}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, tuple | list):
        return {"$": type(value).__name__, "items": [_coded(item, blobs) for item in value]}
    if isinstance(value, dict):
        return {"$": "dict", "items": [[_coded(key, blobs), _coded(item, blobs)] for key, item in value.items()]}
    if isinstance(value, pd.DataFrame):
        buffer = io.BytesIO()
        value.to_parquet(buffer, compression=None)
        blobs.append(buffer.getvalue())
        return {"$": "frame", "blob": len(blobs) - 1}
    if isinstance(value, np.ndarray) and not value.dtype.hasobject:
        blobs.append(np.ascontiguousarray(value).tobytes())
        return {"$": "array", "blob": len(blobs) - 1, "dtype": value.dtype.str, "shape": value.shape}
    if type(value).__name__ in _KNOWN and is_dataclass(value):
        items = {field.name: _coded(getattr(value, field.name), blobs) for field in fields(value)}
        return {"$": type(value).__name__, "fields": items}
    raise TypeError(f"value must be made of tables' results and plain values, but got {type(value).__name__}")


def _made(value: Any, blobs: list[memoryview]) -> Any:  # noqa: ANN401 - a tree of JSON
    if not isinstance(value, dict):
        return value
    kind = value["$"]
    if kind in ("tuple", "list"):
        items = [_made(item, blobs) for item in value["items"]]
        return tuple(items) if kind == "tuple" else items
    if kind == "dict":
        return {_made(key, blobs): _made(item, blobs) for key, item in value["items"]}
    if kind == "frame":
        return pd.read_parquet(io.BytesIO(blobs[value["blob"]]))
    if kind == "array":
        return np.frombuffer(blobs[value["blob"]], dtype=value["dtype"]).reshape(value["shape"]).copy()
    if "value" in value:
        return _KNOWN[kind](value["value"])
    return _KNOWN[kind](**{name: _made(item, blobs) for name, item in value["fields"].items()})
