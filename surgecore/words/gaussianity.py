"""How far gradients are Gaussian, in words."""

from __future__ import annotations

from collections.abc import Sequence

from surgecore.why.gaussianity import Gaussianity
from surgecore.words.numbers import number, share, whole
from surgecore.words.phrases import say


def line(of: Gaussianity) -> str:
    """One batch size, in a sentence."""
    return say(
        "gaussian-line", batch=whole(of.batch_size), share=share(of.fails),
        coordinates=whole(of.coordinates - of.constant), draws=whole(of.draws), excess=number(float(of.excess[1]), 2),
    )  # fmt: skip


def answer(tests: Sequence[Gaussianity]) -> str:
    """Whether the assumption holds at a checkpoint: from the smallest to the largest batch that was looked at."""
    first, last = tests[0], tests[-1]
    values = {"small": whole(first.batch_size), "large": whole(last.batch_size), "draws": whole(last.draws)}
    return say("gaussian-answer", **values, fails=share(first.fails), remain=share(last.fails))
