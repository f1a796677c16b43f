"""From the bytes of a file to a table: delimited text, JSON or Parquet, gzipped or not, within limits."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pandas as pd

from surgecore.tables.delimited import read_delimited
from surgecore.tables.documents import read_json
from surgecore.tables.limits import MAX_BYTES, MAX_CELLS, MAX_COLUMNS, MAX_LINE, MAX_ROWS
from surgecore.tables.names import known_as
from surgecore.tables.problems import NoticeCode, ProblemCode, SweepError, notice, refused
from surgecore.tables.raw import RawTable, unique_names
from surgecore.tables.workbook import sheets

_CHUNK = 2**20


def read_bytes(data: bytes) -> RawTable:
    """Read a table in any of the known formats; raises `SweepError` with what is wrong."""
    data = _unpack(data)
    if data[:4] == b"PAR1":
        return _read_parquet(data)
    if data[:2] == b"PK":
        return _read_workbook(data)
    text = _decode(data)
    start = text.lstrip()[:1]
    if start in ("{", "["):
        return RawTable(*read_json(text), "json")
    if re.match(r"\s*(<!doctype|<html|<table)", text[:200], re.IGNORECASE):
        raise refused(ProblemCode.WEB_PAGE)
    return read_delimited(text)


def _read_workbook(data: bytes) -> RawTable:
    """Sheets with the same columns as one table, else the first that has the columns of a sweep."""
    tables: dict[str, RawTable] = {}
    for name, text in sheets(data):
        with suppress(SweepError):
            table = read_delimited(text)
            if table.frame.shape[1] > 1:
                tables[name] = table
    if not tables:
        raise refused(ProblemCode.NO_ROWS)
    known = {name: {role for column in t.frame.columns for role in known_as(column)} for name, t in tables.items()}
    first = max(tables, key=lambda name: len(known[name] & {"batch_size", "learning_rate", "loss"}))
    same = [name for name, table in tables.items() if list(table.frame.columns) == list(tables[first].frame.columns)]
    if len(tables) == 1:
        return replace(tables[first], layout="workbook")
    told = (notice(NoticeCode.SHEETS, sheets=tuple(same), others=tuple(name for name in tables if name not in same)),)
    if len(same) == 1:
        return replace(tables[first], layout="workbook", notices=told)
    parts = [tables[name].frame.astype("str").assign(sheet=name) for name in same]
    frame = pd.concat(parts, ignore_index=True)
    for name in frame.columns:
        numbers = pd.to_numeric(frame[name], errors="coerce")
        frame[name] = numbers if numbers.notna().equals(frame[name].notna()) else frame[name]
    lines = np.concatenate([tables[name].lines for name in same])
    return RawTable(frame, lines, "workbook", (), told)


def _unpack(data: bytes) -> bytes:
    """Undo gzip, a piece at a time, so that a bomb ends at the limit and not in the memory."""
    if data[:2] == b"\x1f\x8b":
        data = b"".join(_members(memoryview(data)))
    if len(data) > MAX_BYTES:
        raise refused(ProblemCode.TOO_LARGE, limit=MAX_BYTES // 2**20)
    return data


def _members(packed: memoryview) -> Iterator[bytes]:
    """Pieces of all members; each is fed a little more than it needs, so that many small ones cost no more than one."""
    at, size = 0, 0
    while bytes(packed[at : at + 2]) == b"\x1f\x8b":
        stream, feed = zlib.decompressobj(wbits=31), 512
        while not stream.eof:
            rest = packed[at : at + feed]
            if not len(rest):
                raise refused(ProblemCode.BAD_GZIP, reason="")
            at, feed = at + len(rest), min(4 * feed, _CHUNK)
            while len(rest) and not stream.eof:
                try:
                    piece = stream.decompress(rest, _CHUNK)
                except zlib.error as error:
                    raise refused(ProblemCode.BAD_GZIP, reason=str(error)) from error
                rest = memoryview(stream.unconsumed_tail)
                size += len(piece)
                if size > MAX_BYTES:
                    raise refused(ProblemCode.TOO_LARGE, limit=MAX_BYTES // 2**20)
                yield piece
        at -= len(stream.unused_data)


def _decode(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise refused(ProblemCode.NOT_TEXT) from error
    data = data.rstrip(b"\r\n \t")
    if data.count(b"\n") > MAX_ROWS or data.count(b"\r") > 2 * MAX_ROWS:
        raise refused(ProblemCode.TOO_MANY_ROWS, limit=MAX_ROWS)
    ends = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == 10)
    longest = int(np.diff(ends, prepend=-1, append=len(data)).max()) if len(data) else 0
    if longest > MAX_LINE:
        raise refused(ProblemCode.LINE_TOO_LONG, limit=MAX_LINE, size=longest)
    if b"\x00" in data:
        raise refused(ProblemCode.BINARY)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _read_parquet(data: bytes) -> RawTable:
    try:
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise refused(ProblemCode.NO_PYARROW) from error
    try:
        file = parquet.ParquetFile(io.BytesIO(data))
        groups = range(file.metadata.num_row_groups)
        size = sum(file.metadata.row_group(group).total_byte_size for group in groups)
        if len(file.schema_arrow.names) > MAX_COLUMNS:
            raise refused(ProblemCode.TOO_MANY_COLUMNS, limit=MAX_COLUMNS, size=len(file.schema_arrow.names))
        rows = file.metadata.num_rows
        if rows > MAX_ROWS or rows * len(file.schema_arrow.names) > MAX_CELLS:
            raise refused(ProblemCode.TOO_MANY_ROWS, limit=MAX_ROWS)
        if size > MAX_BYTES:
            raise refused(ProblemCode.TOO_LARGE, limit=MAX_BYTES // 2**20)
        table = file.read()
    except (SweepError, MemoryError):
        raise
    except Exception as error:
        raise refused(ProblemCode.BAD_PARQUET, reason=str(error)[:200]) from error
    columns = {}
    for name, column in zip(unique_names(table.column_names), table.columns, strict=True):
        series = column.to_pandas()
        if series.dtype.kind == "f" and bool(series.isna().any()):
            null = column.is_null().to_numpy(zero_copy_only=False)
            text = series.astype("str").where(~series.isna(), "nan")
            series = text.mask(pd.Series(null)) if not null.all() else series
        elif series.dtype.kind not in "iuf":
            series = series.astype("str")
        columns[name] = series
    frame = pd.DataFrame(columns)
    if not len(frame):
        raise refused(ProblemCode.NO_ROWS)
    return RawTable(frame, np.arange(1, len(frame) + 1), "parquet")
