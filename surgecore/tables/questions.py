"""What a table leaves open: one question with its answers, for the page and the command line alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from surgecore.tables.models import Group
from surgecore.tables.names import ColumnMapping
from surgecore.tables.problems import Problem, ProblemCode, SweepError

Change = tuple[tuple[str, object], ...]


class Topic(StrEnum):
    """What is open; the phrase of each is named ``question-`` and its value."""

    GOAL = "goal"
    METRIC = "metric"
    BATCH = "batch"
    MODEL = "model"
    SETTING = "setting"
    VARIES = "varies"
    BASE = "base"
    OPTIMA = "optima"


@dataclass(frozen=True)
class Choice:
    """One answer to a question.

    Attributes
    ----------
    key : str
        What it is called in phrases (``question-<topic>-<key>``), or the group's label.
    change : tuple of (str, value)
        Fields of the `ColumnMapping` that it settles.
    group : Group or None
        The rows that it takes, where the answer is one of several groups.
    columns : tuple of str
        Columns that its sentence names.
    preview : tuple of (float, float)
        Batch sizes and the best learning rates of the grid under this answer; empty where that is not known.
    """

    key: str
    change: Change = ()
    group: Group | None = None
    columns: tuple[str, ...] = ()
    preview: tuple[tuple[float, float], ...] = ()

    @property
    def flag(self) -> str:
        """Options of ``surge fit`` that give this answer."""
        if self.group is not None:
            return f'--group "{self.group.label}"'
        parts = []
        for name, value in self.change:
            if name == "goal" and value in ("minimise", "maximise"):
                parts.append(f"--{value}")
                continue
            values = value if isinstance(value, tuple) else (value,)
            parts += [
                f'--map {name}="{item}"' if " " in str(item) else f"--map {name}={item}" for item in values or ("",)
            ]
        return " ".join(parts)

    def apply(self, mapping: ColumnMapping) -> ColumnMapping:
        """A mapping in which this answer stands."""
        return replace(mapping, **dict(self.change))  # type: ignore[arg-type] # fields of the mapping, by construction


@dataclass(frozen=True)
class Question:
    """What has to be said before a table can be read as a sweep.

    Attributes
    ----------
    topic : Topic
        What is open.
    columns : tuple of str
        Columns of the file that it is about.
    choices : tuple of Choice
        All answers, the most likely first.
    asked_for : str
        A group that was asked for and is none, or several: the choices are then all groups, or those.
    n_matches : int
        How many groups are called so.
    """

    topic: Topic
    columns: tuple[str, ...]
    choices: tuple[Choice, ...]
    asked_for: str = ""
    n_matches: int = 0


class QuestionOpen(SweepError):  # noqa: N818 - it is a question more than an error
    """A table that can be read in more than one way: one has to be chosen.

    Attributes
    ----------
    question : Question
        What is open, and the answers.
    """

    def __init__(self, question: Question) -> None:
        self.question = question
        super().__init__([Problem(ProblemCode.QUESTION, question=question)])


class GroupsFound(QuestionOpen):
    """A table that holds several models: one has to be chosen.

    Attributes
    ----------
    groups : tuple of Group
        What there is to choose from.
    asked_for : str
        A group that was asked for and is none, or more than one.
    """

    def __init__(self, question: Question) -> None:
        super().__init__(question)
        self.asked_for = question.asked_for
        self.groups = tuple(choice.group for choice in question.choices if choice.group is not None)


def as_error(problems: Sequence[Problem]) -> SweepError:
    """The error that says these problems: a question where one has to be answered.

    Parameters
    ----------
    problems : sequence of Problem
        Of one table.

    Returns
    -------
    SweepError
        A `GroupsFound` or another `QuestionOpen` where the problem is a question.
    """
    asked = next((found.question for found in problems if found.question is not None), None)
    if asked is None:
        return SweepError(problems)
    return GroupsFound(asked) if any(choice.group is not None for choice in asked.choices) else QuestionOpen(asked)
