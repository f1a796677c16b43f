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
    NOT_A_MULTIPLE = "not-a-multiple"
    ABOVE_ANOTHER = "above-another"
    NO_LIMIT = "no-limit"
    POLICY_LEAST = "policy-least"
    POLICY_OWN_WORKLOAD = "policy-own-workload"
    POLICY_NO_EXAMPLES = "policy-no-examples"
    POLICY_CONSTANTS = "policy-constants"
    POLICY_OPTIMIZER = "policy-optimizer"
    POLICY_SCHEDULE = "policy-schedule"
    POLICY_EXAMPLES = "policy-examples"
    WORKERS_NO_PARTS = "workers-no-parts"
    WORKERS_EVEN = "workers-even"
    OWN_PATH = "own-path"
    OWN_MODULE = "own-module"
    OWN_BASE = "own-base"
    OWN_MISSING = "own-missing"
    OWN_OPTION = "own-option"
    OWN_CODE = "own-code"
    NO_FASHION = "no-fashion"
    NO_FASHION_IN = "no-fashion-in"
    LOSS_NEGATIVE = "loss-negative"
    LOSSES_RISE = "losses-rise"


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


class PlanRuleError(ValueError):
    """A part of a plan that cannot be made, or does not go with another.

    Attributes
    ----------
    problem : PlanProblem
        The rule that is broken; its sentence is the error's text.
    """

    def __init__(self, problem: PlanProblem) -> None:
        self.problem = problem
        super().__init__(problem)

    def __str__(self) -> str:
        return str(self.problem)


def broken(code: PlanCode, **values: Value) -> PlanRuleError:
    """The error of a rule, to be raised."""
    return PlanRuleError(wrong(code, **values))


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
