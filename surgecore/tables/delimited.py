"""Delimited text to a table: which delimiter, where the header is, which rows have too few cells or too many."""

from __future__ import annotations

import ast
import csv
import io
import re
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from surgecore.tables.cells import DECIMAL_COMMA, DIVERGED_WORDS, THOUSANDS
from surgecore.tables.documents import flat, frame_of
from surgecore.tables.latex import plain_tabular
from surgecore.tables.limits import MAX_COLUMNS, MAX_PROBLEMS
from surgecore.tables.markdown import plain_table
from surgecore.tables.problems import Problem, ProblemCode, SweepError, problem, refused
from surgecore.tables.raw import Lines, RawTable, unique_names

#: A cell between spaces or tabs, quoted where it holds some; and rows that are looked at to find the delimiter.
_SPACED = re.compile(r'"[^"\n]*"|[^ \t\n]+')
_SAMPLE = 200
_DOTTED = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d+)?")


def read_delimited(text: str) -> RawTable:
    """A table of lines; raises `SweepError` where it is none."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = plain_table(plain_tabular(text))
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
    names = unique_names(header)
    if sum(name.endswith(("__MIN", "__MAX")) for name in names) >= 2:
        raise refused(ProblemCode.CHART_EXPORT, text=names[-1][:60])
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
    layout = f"{word} decimal-comma" if decimal == "," else word
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
                record |= flat({name: ast.literal_eval(re.sub(r"\bnan\b", "None", str(cell)))})
            except (ValueError, SyntaxError, MemoryError, RecursionError):
                problems.append(problem(ProblemCode.NO_DICTIONARY, int(table.lines[position]), name))
        records.append(record)
        if len(problems) >= MAX_PROBLEMS:
            break
    if problems:
        raise SweepError(problems)
    spread = frame_of(records)
    whole = pd.concat([frame.drop(columns=names), spread], axis=1)
    return RawTable(whole, table.lines, "wandb-api", table.uneven)


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
