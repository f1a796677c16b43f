"""What a file may hold, decoded: beyond these it is refused at once, and its memory and time stay bounded."""

from __future__ import annotations

#: Largest file, unpacked [bytes]; most columns, rows and cells; longest line [bytes].
MAX_BYTES = 200 * 2**20
MAX_COLUMNS = 1000
MAX_ROWS = 5_000_000
MAX_CELLS = 50_000_000
MAX_LINE = 2**20
#: Most problems that are listed one by one.
MAX_PROBLEMS = 1000
