"""From the bytes of a table to columns, and from column names and words to the canonical ones.

Everything that a file may call a learning rate, a batch size, a loss or a state is listed here, once.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import warnings
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

CANONICAL = ("batch_size", "learning_rate", "loss", "seed", "steps", "status")
REQUIRED = CANONICAL[:3]

#: What files call each canonical column, preferred names first (after `plain_name`).
ALIASES: dict[str, tuple[str, ...]] = {
    "batch_size": (
        "batch_size", "bs", "batch", "batchsize", "global_batch_size", "effective_batch_size",
        "total_batch_size", "train_batch_size", "batch_size_train", "minibatch_size", "mini_batch_size",
        "batch_size_tokens", "batch_tokens", "tokens_per_batch", "per_device_train_batch_size"
    ),
    "learning_rate": (
        "learning_rate", "lr", "peak_learning_rate", "peak_lr", "max_learning_rate", "max_lr",
        "base_lr", "initial_lr", "lr_init", "learning_rate_init", "init_lr", "lr0", "lrate",
        "learningrate", "step_size", "stepsize", "eta", "epsilon"
    ),
    "loss": (
        "loss", "val_loss", "valid_loss", "validation_loss", "loss_val", "loss_valid",
        "loss_validation", "eval_loss", "loss_eval", "test_loss", "loss_test", "final_loss", "end_loss",
        "loss_after", "smooth_loss", "train_loss", "training_loss", "loss_train", "objective", "value",
        "values_0", "metric", "mse", "nll", "cross_entropy", "perplexity", "ppl", "error", "delta_loss",
        "loss_drop"
    ),
    "seed": (
        "seed", "random_seed", "rng_seed", "seed_id", "repeat", "replicate", "sample_id", "run_seed"
    ),
    "steps": (
        "steps", "n_steps", "num_steps", "max_steps", "total_steps", "train_steps"
    ),
    "status": (
        "status", "state", "run_state", "trial_state"
    ),
    "excess_loss": (
        "excess_loss",
    ),
    "steps_to_target": (
        "steps_to_target", "steps_to_result", "steps_to_goal"
    ),
    "examples": (
        "examples", "n_examples", "examples_to_target", "examples_seen"
    ),
    "group": (
        "group",
    ),
}  # fmt: skip

_STATUS = {
    "complete": (
        "complete", "completed", "finished", "success", "succeeded", "done", "ok", "terminated"
    ),
    "incomplete": (
        "incomplete", "pruned", "running", "pending", "killed", "queued", "scheduled", "waiting",
        "preempted", "preempting", "truncated", "stopped", "cancelled", "canceled", "paused", "crashed",
        "failed", "fail", "error", "stopped early"
    ),
    "infeasible": (
        "infeasible", "diverged", "divergent", "nan", "inf", "oom", "exploded", "overflow"
    ),
}  # fmt: skip
STATUS_WORDS = {word: status for status, words in _STATUS.items() for word in words}
DIVERGED_WORDS = frozenset({
    "nan", "+nan", "-nan", "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity", "diverged", "diverge",
    "divergent", "diverges", "oom", "out of memory", "overflow", "exploded", "infeasible", "∞", "-∞",
    "#num!", "#div/0!", "1.#inf", "-1.#inf", "1.#ind", "-1.#ind", "1.#qnan",
})  # fmt: skip
MISSING_WORDS = frozenset({"", "-", "--", "na", "n/a", "<na>", "#n/a", "none", "null", "missing", "?"})

_PREFIX = re.compile(r"^(config|params?|hparams?|hyperparameters|args|metrics?|summary|user_attrs)[/._ ]+")
_THOUSANDS = re.compile(r"^[+-]?[1-9]\d{0,2}([,' \u00a0\u202f]\d{3})+(\.\d+)?$")
_DECIMAL_COMMA = re.compile(r"^[+-]?\d*,\d+([eE][+-]?\d+)?$")


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a table.

    Attributes
    ----------
    row : int or None
        Line of the file as an editor counts it (row of the frame, from 1, where there is no file).
    column : str or None
        Column as the file names it.
    message : str
        The rule, and the text that breaks it.
    """

    row: int | None
    column: str | None
    message: str

    def __str__(self) -> str:
        place = f"row {self.row}: " if self.row is not None else ""
        return f"{place}{self.message}"


class SweepError(ValueError):
    """A table that cannot be read as a sweep; says everything that is wrong with it at once.

    Attributes
    ----------
    problems : tuple of Problem
        All of them, in the order of the rows.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def plain_name(name: object) -> str:
    """Lower case, without a tracker's prefix, everything but letters and digits as underscores."""
    text = _PREFIX.sub("", str(name).strip().lower())
    return re.sub(r"[^0-9a-z]+", "_", text).strip("_")


@dataclass(frozen=True)
class RawTable:
    """Cells as read: numbers where a whole column is numeric, text elsewhere; `lines` as an editor counts."""

    frame: pd.DataFrame
    lines: np.ndarray[Any, np.dtype[np.int64]]
    notices: tuple[str, ...] = ()


def decode(data: bytes) -> str:
    """Text of a file, unpacked and without its byte-order mark."""
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as error:
            raise SweepError(
                [Problem(None, None, f"the file is not a whole gzip archive ({error})")]
            ) from error
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "latin-1"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SweepError([Problem(None, None, "the file is not text in UTF-8, UTF-16 or Latin-1")])


def read_table(text: str) -> RawTable:
    """Parse text delimited by comma, semicolon, tab or bar; decimal commas where it is not the comma."""
    if "\x00" in text:
        raise SweepError([Problem(None, None, "the file must be a text table, but holds binary data")])
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    skip = len(text) - len(text.lstrip("\n \t"))
    first = text.count("\n", 0, skip)
    lines = text.split("\n", first + 1)
    header_line = lines[first] if len(lines) > first else ""
    if not header_line.strip():
        raise SweepError([Problem(None, None, "the file is empty")])
    delimiter = max(",;\t|", key=lambda mark: len(next(csv.reader([header_line], delimiter=mark))))
    names = _unique_names(next(csv.reader([header_line], delimiter=delimiter, skipinitialspace=True)))
    body = lines[first + 1] if len(lines) > first + 1 else ""
    if not body.strip():
        raise SweepError([Problem(None, None, "the file has a header but no rows below it")])
    decimal = "," if delimiter != "," and _has_decimal_comma(body[:65536], delimiter) else "."
    frame, line_numbers = _parse_body(body, names, delimiter, decimal)
    blank = frame.isna().all(axis=1).to_numpy()
    return RawTable(frame[~blank].reset_index(drop=True), line_numbers[~blank] + first + 1)


def _unique_names(names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    result = []
    for index, name in enumerate(names):
        base = name.strip().strip("\ufeff") or f"column {index + 1}"
        seen[base] = seen.get(base, 0) + 1
        result.append(base if seen[base] == 1 else f"{base}.{seen[base] - 1}")
    return result


def _has_decimal_comma(sample: str, delimiter: str) -> bool:
    cells = (cell.strip().strip('"') for line in sample.split("\n") for cell in line.split(delimiter))
    return any(_DECIMAL_COMMA.match(cell) and not _THOUSANDS.match(cell) for cell in cells if "," in cell)


def _parse_body(
    body: str, names: list[str], delimiter: str, decimal: str
) -> tuple[pd.DataFrame, np.ndarray[Any, np.dtype[np.int64]]]:
    """Columns and the line of each row (1 is the line under the header)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame = pd.read_csv(
                io.StringIO(body), sep=delimiter, header=None, names=names, index_col=False, decimal=decimal,
                keep_default_na=False, na_values=[""], skip_blank_lines=False, skipinitialspace=True,
                low_memory=False,
            )  # fmt: skip
    except (pd.errors.ParserError, pd.errors.ParserWarning, ValueError, OverflowError):
        return _parse_ragged(body, names, delimiter)
    n_lines = body.count("\n") + (not body.endswith("\n"))
    if '"' in body and len(frame) != n_lines:  # quoted cells hold line breaks
        return frame, _record_lines(body, delimiter, len(frame))
    return frame, np.arange(1, len(frame) + 1)


def _record_lines(body: str, delimiter: str, n_records: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    reader = csv.reader(io.StringIO(body), delimiter=delimiter)
    starts = [1]
    for _ in reader:
        starts.append(reader.line_num + 1)
    return np.resize(np.array(starts), n_records)


def _parse_ragged(
    body: str, names: list[str], delimiter: str
) -> tuple[pd.DataFrame, np.ndarray[Any, np.dtype[np.int64]]]:
    """Rows of unequal length: the surplus is joined to the last cell, so that it shows up in its message."""
    reader = csv.reader(io.StringIO(body), delimiter=delimiter, skipinitialspace=True)
    width, rows, lines, start = len(names), [], [], 1
    try:
        for cells in reader:
            # a trailing delimiter on every line is no surplus
            while len(cells) > width and not cells[-1].strip():
                cells.pop()
            if len(cells) > width:
                cells = [*cells[: width - 1], delimiter.join(cells[width - 1 :])]
            rows.append(cells + [""] * (width - len(cells)))
            lines.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        raise SweepError([Problem(start + 1, None, f"the line cannot be parsed ({error})")]) from error
    frame = pd.DataFrame(rows, columns=names, dtype="str").replace("", None)
    for name in names:
        numbers = pd.to_numeric(frame[name], errors="coerce")
        words = frame[name].str.strip().str.lower().isin(DIVERGED_WORDS)
        if (numbers.notna() | frame[name].isna()).all() and not words.any():
            frame[name] = numbers
    return frame, np.array(lines, dtype=np.int64)


def parse_numbers(
    column: pd.Series[Any], *, thousands_first: bool = False
) -> tuple[np.ndarray[Any, np.dtype[np.float64]], np.ndarray[Any, np.dtype[np.str_]]]:
    """Values of a column and what each cell is: "number", "empty", "diverged" or "text".

    Thousands separators are taken out; a comma that can only be a decimal mark is one. `thousands_first`
    settles the ambiguous ``1,024`` for counts.
    """
    n = len(column)
    kind = np.full(n, "number", dtype="U8")
    if pd.api.types.is_bool_dtype(column.dtype):
        return np.full(n, np.nan), np.full(n, "text", dtype="U8")
    if pd.api.types.is_numeric_dtype(column.dtype):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        kind[np.isinf(values)] = "diverged"
        kind[np.isnan(values)] = "empty"
        return values, kind
    # cells that pandas cannot turn into numbers are few: only those are looked at one by one
    text = column.astype("str").str.strip()
    values = pd.to_numeric(text, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan, copy=True)
    missing = column.isna().to_numpy()
    odd = np.flatnonzero(~np.isfinite(values))
    commas = any(
        _DECIMAL_COMMA.match(t) and not _THOUSANDS.match(t) for t in text.iloc[odd] if isinstance(t, str)
    )
    for index in odd:
        if missing[index]:
            kind[index] = "empty"
            continue
        values[index], kind[index] = _one_number(str(text.iloc[index]), commas and not thousands_first)
    return values, kind


def _one_number(text: str, decimal_comma: bool) -> tuple[float, str]:
    low = text.lower()
    if low in MISSING_WORDS:
        return np.nan, "empty"
    if low in DIVERGED_WORDS:
        return (np.inf if "inf" in low or "∞" in low else np.nan), "diverged"
    if decimal_comma and _DECIMAL_COMMA.match(text):
        return float(text.replace(",", ".")), "number"
    if _THOUSANDS.match(text):
        return float(re.sub(r"[,' \u00a0\u202f]", "", text)), "number"
    if _DECIMAL_COMMA.match(text):
        return float(text.replace(",", ".")), "number"
    return np.nan, "text"
