"""What is wrong with a table: every problem, each with its row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


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
