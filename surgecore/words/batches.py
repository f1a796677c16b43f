"""What is said of batches that change during a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surgecore.words.numbers import number, rounded, setting, whole
from surgecore.words.phrases import say

if TYPE_CHECKING:
    import pandas as pd


def rest_factor(eta: float) -> float:
    """Batch at which the norm test comes to rest, over the noise scale (Lau et al., arXiv 2402.11215)."""
    return (1 - eta**2) / eta**2


def path(rows: pd.DataFrame, eta: float | None = None) -> str:
    """Where the batch of runs from one size at one learning rate has gone, and where the noise scale was then.

    Parameters
    ----------
    rows : DataFrame
        Of `surgecore.training.runs.batches.batch_paths`, by step.
    eta : float, optional
        Of the norm test.
    """
    last = rows.iloc[-1]
    noise = say("batches-noise-unknown")
    if last["noise_scale"] > 2 * last["noise_scale_error"]:  # False where it is not known
        error = float(last["noise_scale_error"])
        known = {"noise": rounded(float(last["noise_scale"]), error), "error": rounded(error, error)}
        noise = say("batches-noise-known", **known)
        if eta is not None:
            noise = say("batches-rest", noise=noise, factor=number(rest_factor(eta), 2))
    error = float(last["batch_error"])
    used = float(last["batch"])
    known = {"batch": rounded(used, error), "error": rounded(error, error)} if error > 0 else {"batch": whole(used)}
    return say(
        "batches-said" if error > 0 else "batches-said-alike", rate=setting(float(last["learning_rate"])),
        start=whole(float(last["batch_size"])), step=whole(float(last["step"])), noise=noise, **known,
    )  # fmt: skip
