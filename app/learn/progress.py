"""How far a learner of the lesson is: step, guesses and answers. The address holds all of it, the server nothing."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

STEPS = 10
OPTIONS = "abc"
KEYS = ("lesson", "guess", "answer")


@dataclass(frozen=True)
class Learner:
    """Where a learner is.

    Attributes
    ----------
    step : int
        From 1 on.
    guesses : tuple of float or None
        What was predicted at each step, in the unit of its figure; None before it is committed.
    answers : tuple of str
        The options that were chosen at each step, in order: "ab" is a, then b.
    """

    step: int = 1
    guesses: tuple[float | None, ...] = (None,) * STEPS
    answers: tuple[str, ...] = ("",) * STEPS

    def to_query(self) -> dict[str, str]:
        """The address: only what is not the beginning."""
        query = {"lesson": str(self.step)} if self.step > 1 else {}
        if any(guess is not None for guess in self.guesses):
            query["guess"] = ",".join("" if guess is None else f"{guess:.4g}" for guess in self.guesses).rstrip(",")
        if any(self.answers):
            query["answer"] = ",".join(self.answers).rstrip(",")
        return query

    def to_json(self) -> dict[str, Any]:
        return {"step": self.step, "guesses": list(self.guesses), "answers": list(self.answers)}


def from_query(query: Mapping[str, Sequence[str]]) -> Learner:
    """The progress of an address; whatever is none is left out."""
    parts = {key: (query.get(key) or [""])[-1].split(",") for key in KEYS}
    step = parts["lesson"][0]
    guesses = [_guess(text) for text in parts["guess"]]
    answers = [text if re.fullmatch(f"[{OPTIONS}]{{0,9}}", text) else "" for text in parts["answer"]]
    # an answer without its prediction is not one
    answers = [text if i < len(guesses) and guesses[i] is not None else "" for i, text in enumerate(answers)]
    return Learner(
        int(step) if step.isascii() and step.isdigit() and 1 <= int(step) <= STEPS else 1,
        tuple((guesses + [None] * STEPS)[:STEPS]),
        tuple((answers + [""] * STEPS)[:STEPS]),
    )


def from_json(value: Any) -> Learner | None:  # noqa: ANN401 - whatever the browser sends
    """The progress that the browser hands over, or None."""
    try:
        query = {
            "lesson": [str(int(value["step"]))],
            "guess": [",".join("" if guess is None else repr(float(guess)) for guess in value["guesses"])],
            "answer": [",".join(map(str, value["answers"]))],
        }
    except (KeyError, TypeError, ValueError):
        return None
    return from_query(query)


def _guess(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) < 1e9 else None
