"""What is wrong with a plan: facts, which `words` puts into sentences. No torch, and no Fluent either."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

Value = str | int


class PlanCode(StrEnum):
    """Rules that a plan can break; the phrase of each is named ``plan-`` and its value."""

    COUNT = "count"
    TOML = "toml"
    UNKNOWN = "unknown"
    UNKNOWN_NEAR = "unknown-near"
    UNKNOWN_NONE = "unknown-none"
    NO_TABLE = "no-table"
    NOT_A_TABLE = "not-a-table"
    NO_TEXT = "no-text"
    WRONG_KIND = "wrong-kind"
    BAD_NAME = "bad-name"
    NOT_A_CHOICE = "not-a-choice"
    NOT_FROM_HERE = "not-from-here"
    TOO_LOW = "too-low"
    TOO_HIGH = "too-high"
    TOO_LONG = "too-long"
    NOT_POSITIVE = "not-positive"
    NOT_GIVEN = "not-given"
    REPEATS = "repeats"
    GAP = "gap"
    FEW_RATES = "few-rates"
    MANY_RATES = "many-rates"
    BAD_RANGE = "bad-range"
    RANGE_BOUNDS = "range-bounds"
    RANGE_LENGTH = "range-length"
    MANY_RUNS = "many-runs"
    MANY_CHUNKS = "many-chunks"
    ONE_LENGTH = "one-length"
    RAISED = "raised"


@dataclass(frozen=True)
class PlanProblem:
    """One thing that is wrong with a plan.

    Attributes
    ----------
    code : PlanCode
        The rule that is broken.
    values : tuple of (str, value)
        What the sentence is filled with: the place in the plan (``where``), limits, what the plan has (``got``).
    """

    code: PlanCode
    values: tuple[tuple[str, Value], ...] = ()

    def __str__(self) -> str:
        return _speaker(self)


class PlanError(ValueError):
    """A plan that cannot be run.

    Attributes
    ----------
    problems : tuple of PlanProblem
        Everything that is wrong; `str` of each is its sentence.
    """

    def __init__(self, problems: Sequence[PlanProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        head = wrong(PlanCode.COUNT, count=len(self.problems))
        return "\n".join([str(head), *(f"- {problem}" for problem in self.problems)])


def wrong(code: PlanCode, **values: Value) -> PlanProblem:
    """A problem with the values that its sentence needs."""
    return PlanProblem(code, tuple(values.items()))


def _technical(fact: PlanProblem) -> str:
    """Code and values, where nobody has said how facts are put into words."""
    return " ".join([fact.code.value, *(f"{name}={value}" for name, value in fact.values)])


_speaker: Callable[[PlanProblem], str] = _technical


def speak_with(speaker: Callable[[PlanProblem], str]) -> None:
    """Let problems that are printed be put into words; the front door of `surgecore.training` does so.

    Parameters
    ----------
    speaker : callable
        From a problem to its sentence.
    """
    global _speaker
    _speaker = speaker
