"""From the bytes of a file to a table: delimited text, JSON or Parquet, gzipped or not, within limits."""

from __future__ import annotations

import ast
import csv
import io
import json
import math
import re
import warnings
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from surgecore.tables.cells import DECIMAL_COMMA, DIVERGED_WORDS, THOUSANDS
from surgecore.tables.problems import Problem, ProblemCode, SweepError, problem, refused

#: Largest file, unpacked [bytes]; most columns; longest line [bytes].
MAX_BYTES = 200 * 2**20
MAX_COLUMNS = 1000
MAX_LINE = 2**20
_CHUNK = 2**20
#: A cell between spaces or tabs, quoted where it holds some; and rows that are looked at to find the delimiter.
_SPACED = re.compile(r'"[^"\n]*"|[^ \t\n]+')
_SAMPLE = 200
_DOTTED = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d+)?")

Lines = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class RawTable:
    """Cells as read: numbers where a whole column is numeric, text elsewhere; `lines` as an editor counts.

    In `uneven` are the rows with more or fewer cells than the header.
    """

    frame: pd.DataFrame
    lines: Lines
    layout: str
    uneven: tuple[Problem, ...] = ()


def read_bytes(data: bytes) -> RawTable:
    """Read a table in any of the known formats; raises `SweepError` with what is wrong."""
    data = _unpack(data)
    if data[:4] == b"PAR1":
        return _read_parquet(data)
    if data[:2] == b"PK":
        raise refused(ProblemCode.ZIP)
    text = _decode(data)
    start = text.lstrip()[:1]
    if start in ("{", "["):
        return _read_json(text)
    return _read_delimited(text)


def _unpack(data: bytes) -> bytes:
    """Undo gzip, a piece at a time, so that a bomb ends at the limit and not in the memory."""
    pieces, size = [], 0
    while data[:2] == b"\x1f\x8b":
        stream = zlib.decompressobj(wbits=31)
        rest = data
        try:
            while not stream.eof:
                piece = stream.decompress(rest, _CHUNK)
                rest = stream.unconsumed_tail
                size += len(piece)
                if size > MAX_BYTES:
                    raise refused(ProblemCode.TOO_LARGE, limit=MAX_BYTES // 2**20)
                if not piece and not rest and not stream.eof:
                    raise refused(ProblemCode.BAD_GZIP, reason="it ends too early")
                pieces.append(piece)
        except zlib.error as error:
            raise refused(ProblemCode.BAD_GZIP, reason=str(error)) from error
        data = stream.unused_data
        if data[:2] != b"\x1f\x8b":
            data = b"".join(pieces)
            break
    if len(data) > MAX_BYTES:
        raise refused(ProblemCode.TOO_LARGE, limit=MAX_BYTES // 2**20)
    return data


def _decode(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise refused(ProblemCode.NOT_TEXT) from error
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


def _read_delimited(text: str) -> RawTable:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    skip = _preamble(text)
    first = text.count("\n", 0, skip)
    at = text.rfind("\n", 0, skip) + 1
    header_line, _, body = text[at:].partition("\n")
    if not header_line.strip():
        raise refused(ProblemCode.EMPTY)
    spaced = _unspaced(header_line, body)
    if spaced is not None:
        header_line, body = spaced
    most = max(header_line.count(mark) for mark in ",;\t|")
    if most >= MAX_COLUMNS:
        raise refused(ProblemCode.TOO_MANY_COLUMNS, limit=MAX_COLUMNS, size=most + 1)
    try:
        delimiter = max(",;\t|", key=lambda mark: len(next(csv.reader([header_line], delimiter=mark))))
        header = next(csv.reader([header_line], delimiter=delimiter, skipinitialspace=True))
    except csv.Error as error:
        raise refused(ProblemCode.BAD_HEADER, first + 1, reason=str(error)) from error
    names = _unique_names(header)
    if not body.strip():
        raise refused(ProblemCode.NO_ROWS)
    decimal = "," if delimiter != "," and _has_decimal_comma(body[:65536], delimiter) else "."
    frame, lines = _parse_body(body, names, delimiter, decimal)
    if decimal == ",":
        frame = _without_thousands(frame)
    least = len(header) - next((i for i, name in enumerate(reversed(header)) if name.strip()), 0)
    uneven = _uneven(body, delimiter, (least, len(header)), lines, first + 1)
    blank = frame.isna().all(axis=1).to_numpy()
    if blank.any():
        frame, lines = frame[~blank].reset_index(drop=True), lines[~blank]
    if not len(frame):
        raise refused(ProblemCode.NO_ROWS)
    mixed = {name: "str" for name in names if frame[name].dtype == object}
    frame = frame.astype(mixed) if mixed else frame
    word = "space" if spaced else {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}[delimiter]
    layout = f"{word}-separated text" + (" with decimal commas" if decimal == "," else "")
    return _spread_dictionaries(RawTable(frame, lines + first + 1, layout, uneven))


def _preamble(text: str) -> int:
    """Where the header begins: after blank lines, and after remarks that are followed by a table."""
    at = len(text) - len(text.lstrip("\n \t"))
    at = text.rfind("\n", 0, at) + 1
    while True:
        end = text.find("\n", at)
        line, rest = text[at:end].strip(), text[end + 1 :].lstrip("\n \t") if end >= 0 else ""
        following = rest.partition("\n")[0]
        columns, below = (max(map(row.count, ",;\t|")) for row in (line, following))
        if not (line.startswith("#") and columns < below) and not re.fullmatch(r"sep=.", line):
            return at
        at = len(text) - len(rest)


def _without_thousands(frame: pd.DataFrame) -> pd.DataFrame:
    """Where commas are decimal marks, dots between groups of three digits are none."""
    out = {}
    for name in frame.columns:
        column = frame[name]
        if column.dtype.kind not in "iufb":
            text = column.astype("str").str.strip()
            dotted = text.str.contains(".", regex=False).fillna(False)
            if dotted.any() and text[dotted].str.fullmatch(_DOTTED).all():
                column = text.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
        out[name] = column
    return pd.DataFrame(out)


def _uneven(body: str, delimiter: str, wanted: tuple[int, int], lines: Lines, offset: int) -> tuple[Problem, ...]:
    """Rows whose number of cells is not the header's, so that nobody knows which cell is which."""
    least, most = wanted
    quoted = '"' in body
    if quoted:
        width = np.array([_width(cells, most) for _, cells in _records(body, delimiter)])
    else:
        packed = np.frombuffer(body.encode("utf-8", "replace"), dtype=np.uint8)
        starts = np.concatenate([[0], np.flatnonzero(packed == 10) + 1])
        starts = starts[starts < len(packed)]
        width = np.add.reduceat(packed == ord(delimiter), starts, dtype=np.int32) + 1
    texts: list[str] | None = None
    out = []
    for index in np.flatnonzero((width < least) | (width > most)):
        texts = body.split("\n") if texts is None else texts
        line = int(lines[index]) if index < len(lines) else int(index) + 1
        text = texts[line - 1].strip() if line <= len(texts) else ""
        # in a quoted record, which may have several lines, the count is right already
        count = int(width[index]) if quoted else _width(text.split(delimiter), most)
        if not text or least <= count <= most:
            continue
        out.append(problem(ProblemCode.UNEVEN, line + offset, wanted=most, cells=count, text=text[:60]))
    return tuple(out)


def _width(cells: list[str], most: int) -> int:
    """Cells of a row without the empty ones beyond the header; a delimiter at the end of a line is no surplus."""
    count = len(cells)
    while count > most and not cells[count - 1].strip():
        count -= 1
    return count


def _unspaced(header_line: str, body: str) -> tuple[str, str] | None:
    """Header and body with tabs for runs of spaces and tabs, where no other delimiter fits and these do."""
    lines = [line for line in body[:65536].split("\n")[:_SAMPLE] if line.strip()]
    tabs = header_line.strip("\t").count("\t")
    if not lines or any(mark in header_line for mark in ",;|") or len(header_line) > 65536:
        return None
    if tabs and all(line.rstrip("\t").count("\t") <= tabs for line in lines):
        return None
    names = _SPACED.findall(header_line)
    if names[0] == "#":  # as numpy.savetxt writes it
        names = names[1:]
    widths = [len(_SPACED.findall(line)) for line in lines]
    fits = {more: sum(width == len(names) + more for width in widths) for more in (0, 1)}
    # one cell more in every row: the rows have names, as R and pandas print them
    unnamed = fits[1] == len(lines) > 1
    if len(names) < 2 or not (unnamed or 2 * fits[0] > len(lines)) or (tabs and fits[0] < len(lines)):
        return None
    rows = ["\t".join(_SPACED.findall(line)) for line in body.split("\n")]
    return "\t".join(["row", *names] if unnamed else names), "\n".join(rows)


def _spread_dictionaries(table: RawTable) -> RawTable:
    """Columns of written-out dictionaries, as scripts around the W&B API make them, become columns."""
    frame = table.frame
    names = [name for name in frame.columns if str(name).lower() in ("config", "summary")]
    names = [n for n in names if frame[n].dtype.kind not in "if" and frame[n].str.startswith("{").fillna(False).all()]
    if not names:
        return table
    records, problems = [], []
    for position, row in enumerate(frame[names].itertuples(index=False)):
        record: dict[str, Any] = {}
        for name, cell in zip(names, row, strict=True):
            try:
                record |= _flat({name: ast.literal_eval(re.sub(r"\bnan\b", "None", str(cell)))})
            except (ValueError, SyntaxError, MemoryError, RecursionError):
                problems.append(problem(ProblemCode.NO_DICTIONARY, int(table.lines[position]), name))
        records.append(record)
    if problems:
        raise SweepError(problems)
    spread = _frame_of(records)
    whole = pd.concat([frame.drop(columns=names), spread], axis=1)
    return RawTable(whole, table.lines, "W&B API export", table.uneven)


def _read_json(text: str) -> RawTable:
    """One object a line, or one list of objects; nested objects become ``outer/inner`` columns."""
    records: list[dict[str, Any]] = []
    lines: list[int] = []
    problems: list[Problem] = []
    if text.lstrip().startswith("["):
        try:
            whole = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise refused(ProblemCode.BAD_JSON, reason=str(error)) from error
        source: Iterable[tuple[int, Any]] = enumerate(whole, start=1)
    else:
        source = _json_lines(text, problems)
    for line, value in source:
        if isinstance(value, Mapping):
            records.append(_flat(value))
            lines.append(line)
        else:
            problems.append(problem(ProblemCode.JSON_ROW, line, text=str(value)[:40]))
    if problems:
        raise SweepError(problems[:1000])
    if not records:
        raise refused(ProblemCode.EMPTY)
    return RawTable(_frame_of(records), np.array(lines, dtype=np.int64), "JSON")


def _json_lines(text: str, problems: list[Problem]) -> Iterable[tuple[int, Any]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except (ValueError, RecursionError):
                problems.append(problem(ProblemCode.JSON_LINE, number, text=line[:40]))


def _flat(value: Mapping[str, Any], prefix: str = "", depth: int = 0) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, item in value.items():
        if isinstance(item, Mapping) and depth < 5:
            result |= _flat(item, f"{prefix}{key}/", depth + 1)
        else:
            result[f"{prefix}{key}"] = str(item) if isinstance(item, list | dict) else item
    return result


def _frame_of(records: list[dict[str, Any]]) -> pd.DataFrame:
    names = list(dict.fromkeys(name for record in records for name in record))
    if len(names) > MAX_COLUMNS:
        raise refused(ProblemCode.TOO_MANY_COLUMNS, limit=MAX_COLUMNS, size=len(names))
    columns = {}
    for name in names:
        cells = [record.get(name) for record in records]
        if any(isinstance(cell, str | bool) or (isinstance(cell, float) and math.isnan(cell)) for cell in cells):
            # JSON's NaN is a diverged loss, its null a missing one: as text they stay apart
            cells = [None if cell is None else str(cell) for cell in cells]
            columns[name] = pd.Series(cells, dtype="str")
        else:
            columns[name] = pd.Series(cells, dtype=np.float64)
    return pd.DataFrame(columns)


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
        if size > MAX_BYTES or file.metadata.num_rows > MAX_BYTES // 8:
            raise refused(ProblemCode.TOO_LARGE, limit=MAX_BYTES // 2**20)
        table = file.read()
    except (SweepError, MemoryError):
        raise
    except Exception as error:
        raise refused(ProblemCode.BAD_PARQUET, reason=str(error)[:200]) from error
    columns = {}
    for name, column in zip(_unique_names(table.column_names), table.columns, strict=True):
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
    return RawTable(frame, np.arange(1, len(frame) + 1), "Parquet")


def _unique_names(names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    result = []
    for index, name in enumerate(names):
        base = unique = name.strip().strip("\ufeff") or f"column {index + 1}"
        while unique in seen:
            seen[base] += 1
            unique = f"{base}.{seen[base]}"
        seen[unique] = 0
        result.append(unique)
    return result


def _has_decimal_comma(sample: str, delimiter: str) -> bool:
    cells = (cell.strip().strip('"') for line in sample.split("\n") for cell in line.split(delimiter))
    return any(DECIMAL_COMMA.match(cell) and not THOUSANDS.match(cell) for cell in cells if "," in cell)


def _parse_body(body: str, names: list[str], delimiter: str, decimal: str) -> tuple[pd.DataFrame, Lines]:
    """Columns and the line of each row (1 is the line under the header)."""
    packed = io.BytesIO(body.encode("utf-8", "replace"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame = pd.read_csv(
                packed, sep=delimiter, header=None, names=names, index_col=False, decimal=decimal,
                keep_default_na=False, na_values=[""], skip_blank_lines=False, skipinitialspace=True,
                low_memory=False,
            )  # fmt: skip
    except (pd.errors.ParserError, pd.errors.ParserWarning, ValueError, OverflowError):
        return _parse_ragged(body, names, delimiter)
    n_lines = body.count("\n") + (not body.endswith("\n"))
    if '"' in body and len(frame) != n_lines:  # quoted cells hold line breaks
        return frame, _record_lines(body, delimiter, len(frame))
    return frame, np.arange(1, len(frame) + 1)


def _record_lines(body: str, delimiter: str, n_records: int) -> Lines:
    return np.resize(np.array([line for line, _ in _records(body, delimiter)]), n_records)


def _records(body: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Line at which each record begins (1 is the line under the header), and its cells."""
    reader, start = csv.reader(io.StringIO(body), delimiter=delimiter, skipinitialspace=True), 1
    try:
        for cells in reader:
            yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        raise refused(ProblemCode.BAD_LINE, start + 1, reason=str(error)) from error


def _parse_ragged(body: str, names: list[str], delimiter: str) -> tuple[pd.DataFrame, Lines]:
    """Rows of unequal length: the surplus is joined to the last cell, so that it shows up in its message."""
    width, rows, lines = len(names), [], []
    for start, cells in _records(body, delimiter):
        kept = cells[: _width(cells, width)]
        if len(kept) > width:
            kept = [*kept[: width - 1], delimiter.join(kept[width - 1 :])]
        rows.append(kept + [""] * (width - len(kept)))
        lines.append(start)
    frame = pd.DataFrame(rows, columns=names, dtype="str").replace("", None)
    for name in names:
        numbers = pd.to_numeric(frame[name], errors="coerce")
        words = frame[name].str.strip().str.lower().isin(DIVERGED_WORDS)
        if (numbers.notna() | frame[name].isna()).all() and not words.any():
            frame[name] = numbers
    return frame, np.array(lines, dtype=np.int64)
