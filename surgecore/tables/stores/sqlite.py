"""SQLite files of trackers, opened for reading alone and within limits."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from surgecore.tables.problems import ProblemCode, refused

MAGIC = b"SQLite format 3\0"
#: Longest time that one store may take [s], and longest text of a cell [bytes].
_SECONDS = 60.0
_LONGEST = 10 * 2**20
_READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION}


def is_database(path: Path) -> bool:
    """Whether a file begins as SQLite's do."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that can only read, from a file that may be written to at the same time.

    Raises
    ------
    SweepError
        If the file is no whole database, or a query takes too long.
    """
    try:
        with closing(_connect(path)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise refused(ProblemCode.STORE_BAD_FILE, name=path.name, kind="SQLite") from error


def _connect(path: Path) -> sqlite3.Connection:
    address = path.resolve().as_uri()
    try:
        connection = _try(f"{address}?mode=ro")
    except sqlite3.OperationalError:
        # a folder that cannot be written to has no room for the lock of a write-ahead log
        connection = _try(f"{address}?mode=ro&immutable=1")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
    connection.text_factory = lambda data: data.decode("utf-8", errors="replace")
    end = time.monotonic() + _SECONDS
    connection.set_progress_handler(lambda: int(time.monotonic() > end), 100_000)
    connection.set_authorizer(_authorize)
    return connection


def _authorize(action: int, *_: str | None) -> int:
    return sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY


def _try(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(address, uri=True, timeout=5.0)
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("SELECT name FROM sqlite_master LIMIT 1").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def tables(connection: sqlite3.Connection) -> dict[str, frozenset[str]]:
    """Columns of each real table; a view is none, since it may compute anything."""
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    quoted = {str(name): str(name).replace('"', '""') for name in names}
    rows = {name: connection.execute(f'SELECT * FROM "{text}" LIMIT 0') for name, text in quoted.items()}
    return {name: frozenset(column[0] for column in row.description) for name, row in rows.items()}


def tables_of(path: Path) -> dict[str, frozenset[str]]:
    """The same, of a file; empty where it is no database that can be read."""
    try:
        if not is_database(path):
            return {}
        with closing(_connect(path)) as connection:
            return tables(connection)
    except (OSError, sqlite3.Error):
        return {}
