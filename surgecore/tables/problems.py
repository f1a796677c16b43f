"""What is wrong with a table and what was decided while reading it: facts, which `words` puts into sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from surgecore.tables.questions import Question

Value = str | int | float | tuple[str, ...]
Values = tuple[tuple[str, Value], ...]


class ProblemCode(StrEnum):
    """Rules that a table can break; the phrase of each is named ``problem-`` and its value."""

    # the file as a whole
    EMPTY = "empty"
    NO_ROWS = "no-rows"
    TOO_LARGE = "too-large"
    LINE_TOO_LONG = "line-too-long"
    TOO_MANY_COLUMNS = "too-many-columns"
    TOO_MANY_CELLS = "too-many-cells"
    TOO_MANY_ROWS = "too-many-rows"
    NO_OPENPYXL = "no-openpyxl"
    WEB_PAGE = "web-page"
    BAD_GZIP = "bad-gzip"
    NOT_TEXT = "not-text"
    BINARY = "binary"
    BAD_HEADER = "bad-header"
    BAD_LINE = "bad-line"
    BAD_JSON = "bad-json"
    JSON_ROW = "json-row"
    JSON_LINE = "json-line"
    NO_DICTIONARY = "no-dictionary"
    NO_PYARROW = "no-pyarrow"
    BAD_PARQUET = "bad-parquet"
    ZIP = "zip"
    BAD_WORKBOOK = "bad-workbook"
    NOTEBOOK = "notebook"
    CHART_EXPORT = "chart-export"
    # what reading may cost
    READ_SIZE = "read-size"
    READ_MEMORY = "read-memory"
    READ_TIME = "read-time"
    READ_DIED = "read-died"
    # a tracker's server
    SERVER_NO_CLIENT = "server-no-client"
    SERVER_FAILED = "server-failed"
    # a tracker's store
    STORE_NONE = "store-none"
    STORE_NOT_ONE = "store-not-one"
    STORE_SEVERAL = "store-several"
    STORE_NO_RUNS = "store-no-runs"
    STORE_DAMAGED = "store-damaged"
    STORE_TOO_MANY_FILES = "store-too-many-files"
    STORE_FILE_TOO_LARGE = "store-file-too-large"
    STORE_UNPACKED = "store-unpacked"
    STORE_LINK = "store-link"
    STORE_BAD_FILE = "store-bad-file"
    STORE_NO_SETTINGS = "store-no-settings"
    STORE_NO_METRICS = "store-no-metrics"
    STORE_NO_HISTORY = "store-no-history"
    STORE_TOO_MANY_SETTINGS = "store-too-many-settings"
    # columns
    NO_COLUMN = "no-column"
    NO_SUCH_COLUMN = "no-such-column"
    ONE_TRIAL = "one-trial"
    # rows and cells
    UNEVEN = "uneven"
    NOT_POSITIVE = "not-positive"
    NOT_A_LOSS = "not-a-loss"
    NOT_A_COUNT = "not-a-count"
    BEST_AMONG_THEM = "best-among-them"
    MORE = "more"
    # what has to be chosen
    QUESTION = "question"


class NoticeCode(StrEnum):
    """Decisions while reading; the phrase of each is named ``notice-`` and its value."""

    READ_FROM = "read-from"
    LARGE_IS_GOOD = "large-is-good"
    DROP_IS_GOOD = "drop-is-good"
    TOKENS = "tokens"
    UNIT = "unit"
    PER_DEVICE = "per-device"
    PRODUCT = "product"
    SAME_LAYOUT = "same-layout"
    OTHER_LAYOUT = "other-layout"
    UNKNOWN_STATUS = "unknown-status"
    FINITE_DIVERGED = "finite-diverged"
    LEFT_OUT = "left-out"
    SAME_RATES = "same-rates"
    REMARKS = "remarks"
    IGNORED = "ignored"
    POWERS = "powers"
    CURVE = "curve"
    SHORT_CURVES = "short-curves"
    BEST_OF = "best-of"
    CHANGES_WITH = "changes-with"
    WIDE_SEEDS = "wide-seeds"
    MATRIX = "matrix"
    SPREAD = "spread"
    SEEDS_ARE_NAMES = "seeds-are-names"
    SPREAD_UNKNOWN = "spread-unknown"
    SHEETS = "sheets"
    OPTIMA = "optima"
    UNREAD_RUNS = "unread-runs"
    OTHER_STORES = "other-stores"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a table.

    Attributes
    ----------
    code : ProblemCode
        The rule that is broken.
    row : int or None
        Line of the file as an editor counts it (row of the frame, from 1, where there is no file); the first of
        them where several rows are meant.
    column : str or None
        Column as the file names it.
    values : tuple of (str, value)
        What the sentence is filled with: the text that breaks the rule, limits, names.
    n_rows : int
        Rows that break it in the same way.
    question : Question or None
        What has to be chosen, where that is all that is wrong.
    """

    code: ProblemCode
    row: int | None = None
    column: str | None = None
    values: Values = ()
    n_rows: int = 1
    question: Question | None = None

    @property
    def message(self) -> str:
        """The rule and the text that breaks it, as a sentence."""
        return _speaker(self)

    def __str__(self) -> str:
        where = [f"row {self.row}"] if self.row is not None else []
        where += [str(self.column)] if self.column else []
        return f"{', '.join(where)}: {self.message}" if where else self.message


@dataclass(frozen=True)
class Notice:
    """One thing that was decided while reading a table.

    Attributes
    ----------
    code : NoticeCode
        What was decided.
    values : tuple of (str, value)
        Columns, numbers and names that the sentence is filled with.
    """

    code: NoticeCode
    values: Values = ()

    def __str__(self) -> str:
        return _speaker(self)

    def to_dict(self) -> dict[str, Any]:
        """The fact as plain Python, ready for JSON."""
        return {"code": self.code.value, **{name: list(v) if isinstance(v, tuple) else v for name, v in self.values}}


class SweepError(ValueError):
    """A table that cannot be read as a sweep; says everything that is wrong with it at once.

    Attributes
    ----------
    problems : tuple of Problem
        All of them, in the order of the rows.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def problem(code: ProblemCode, row: int | None = None, column: str | None = None, **values: Value) -> Problem:
    """A problem with the values that its sentence needs."""
    return Problem(code, row, column, tuple(values.items()))


def notice(code: NoticeCode, **values: Value) -> Notice:
    """A notice with the values that its sentence needs."""
    return Notice(code, tuple(values.items()))


def refused(code: ProblemCode, row: int | None = None, column: str | None = None, **values: Value) -> SweepError:
    """A file that cannot be read at all, for one reason."""
    return SweepError([problem(code, row, column, **values)])


def _technical(fact: Problem | Notice) -> str:
    """Code and values, where nobody has said how facts are put into words."""
    return " ".join([fact.code.value, *(f"{name}={value}" for name, value in fact.values)])


_speaker: Callable[[Problem | Notice], str] = _technical


def speak_with(speaker: Callable[[Problem | Notice], str]) -> None:
    """Let facts that are printed, as an exception is in a notebook, be put into words; the front door does so.

    Parameters
    ----------
    speaker : callable
        From a problem or notice to its sentence.
    """
    global _speaker
    _speaker = speaker
