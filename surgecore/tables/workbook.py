"""Workbooks: every sheet that is a table, as text that the reader of delimited files takes."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator

from surgecore.tables.limits import MAX_BYTES, MAX_CELLS, MAX_ROWS
from surgecore.tables.problems import ProblemCode, refused


def sheets(data: bytes) -> Iterator[tuple[str, str]]:
    """Name and comma-separated text of every sheet of an .xlsx that holds something.

    Parameters
    ----------
    data : bytes
        The file.

    Yields
    ------
    name, text : str

    Raises
    ------
    SweepError
        If it is no workbook, damaged, or beyond the limits once unpacked.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError) as error:
        raise refused(ProblemCode.BAD_WORKBOOK, reason=str(error)[:100]) from error
    if "xl/workbook.xml" not in {entry.filename for entry in entries}:
        raise refused(ProblemCode.ZIP)
    if sum(entry.file_size for entry in entries) > MAX_BYTES:
        raise refused(ProblemCode.TOO_LARGE, limit=MAX_BYTES // 2**20)
    try:
        import openpyxl
    except ImportError as error:
        raise refused(ProblemCode.NO_OPENPYXL) from error
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        found = [(str(sheet.title), _text(sheet.iter_rows(values_only=True))) for sheet in book.worksheets]
        book.close()
    except (MemoryError, ImportError):
        raise
    except Exception as error:  # whatever a damaged workbook makes of its library
        if isinstance(error, ValueError) and hasattr(error, "problems"):
            raise
        raise refused(ProblemCode.BAD_WORKBOOK, reason=str(error)[:100]) from error
    yield from ((name, text) for name, text in found if text.strip())


def _text(rows: Iterator[tuple[object, ...]]) -> str:
    out, cells, empty = io.StringIO(), 0, 0
    writer = csv.writer(out, lineterminator="\n")
    for number, row in enumerate(rows):
        values = ["" if value is None else str(value) for value in row]
        while values and not values[-1].strip():
            values.pop()
        cells += len(values)
        empty = 0 if values else empty + 1
        if number > MAX_ROWS or cells > MAX_CELLS:
            raise refused(ProblemCode.TOO_MANY_ROWS, limit=MAX_ROWS)
        if empty > 10_000:  # a sheet that is formatted to its last row
            break
        if values:
            writer.writerow(values)
        else:
            out.write("\n")
    return out.getvalue()
