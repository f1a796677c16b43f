"""Short answers of the bundled sweeps' analyses, computed once so that the gallery opens at once.

``python -m surgecore.sweeps.answers data`` makes them anew after a change of the analysis or of the data.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from surgecore.sweeps.analysis import Analysis, analyse
from surgecore.sweeps.catalogue import Entry, load_catalogue
from surgecore.sweeps.valleys import Source
from surgecore.sweeps.verdict import Kind, Reason, SurgeVerdict, Witness

_FILE = "answers.json"


@dataclass(frozen=True)
class BriefOptimum:
    """Best learning rate at one batch size, with its 95 % interval, or the end of the rates that it lies at.

    An end of the interval that is open is None.
    """

    batch_size: float
    learning_rate: float
    interval: tuple[float | None, float | None] | None
    on_edge: str | None


@dataclass(frozen=True)
class Answer:
    """What one bundled sweep says of the fall.

    Attributes
    ----------
    name, sha256 : str
        Which sweep, and of which data.
    verdict : SurgeVerdict
        As the analysis found it, its numbers to six digits.
    close : tuple of str
        Keys of the laws that describe the optima as well as the best one does.
    optima : tuple of BriefOptimum
        By batch size.
    """

    name: str
    sha256: str
    verdict: SurgeVerdict
    close: tuple[str, ...]
    optima: tuple[BriefOptimum, ...]


def answer_of(entry: Entry, analysis: Analysis) -> Answer:
    """The answer of one sweep in brief.

    Parameters
    ----------
    entry : Entry
        The bundled sweep.
    analysis : Analysis
        Of it.
    """
    optima = tuple(
        BriefOptimum(
            o.batch_size, _short(o.learning_rate), o.interval and (_finite(o.interval[0]), _finite(o.interval[1])),
            o.on_edge,
        )
        for o in analysis.optima
    )  # fmt: skip
    return Answer(entry.name, entry.sha256, analysis.verdict, tuple(analysis.comparison.close), optima)


def _short(value: float) -> float:
    return float(f"{value:.6g}")


def _finite(value: float) -> float | None:
    return _short(value) if abs(value) < float("inf") else None


def _compact(value: object) -> object:
    """Of a verdict as JSON takes it: six digits, an infinite end as null."""
    if isinstance(value, dict):
        return {key: _compact(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_compact(part) for part in value]
    return _finite(value) if isinstance(value, float) else value


def save_answers(folder: str | PathLike[str], answers: Iterable[Answer]) -> None:
    """Write answers beside the manifest of a folder, one a line."""
    lines = ",\n".join(json.dumps(_compact(asdict(answer)), allow_nan=False) for answer in answers)
    Path(folder, _FILE).write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def load_answers(folder: str | PathLike[str]) -> dict[str, Answer]:
    """Answers by the name of their sweep, of those whose data are still the manifest's.

    Parameters
    ----------
    folder : path
        With manifest.json and, where they were made, answers.json.

    Returns
    -------
    dict
        Empty where none were made.
    """
    file = Path(folder, _FILE)
    if not file.exists():
        return {}
    digests = {entry.name: entry.sha256 for entry in load_catalogue(folder)}
    found = [_read(row) for row in json.loads(file.read_text(encoding="utf-8"))]
    return {answer.name: answer for answer in found if digests.get(answer.name) == answer.sha256}


def _read(row: dict[str, Any]) -> Answer:
    optima = tuple(
        BriefOptimum(o["batch_size"], o["learning_rate"], o["interval"] and tuple(o["interval"]), o["on_edge"])
        for o in row["optima"]
    )
    return Answer(row["name"], row["sha256"], _verdict(row["verdict"]), tuple(row["close"]), optima)


def _verdict(row: dict[str, Any]) -> SurgeVerdict:
    low, high = row["interval"] or (None, None)
    return SurgeVerdict(
        **row
        | {
            "kind": Kind(row["kind"]),
            "source": Source(row["source"]),
            "interval": None if low is None else (low, float("inf") if high is None else high),
            "reason": row["reason"] and Reason(row["reason"]),
            "witness": row["witness"] and Witness(**row["witness"]),
            "rests_on": tuple(row["rests_on"]),
            "beyond": tuple(row["beyond"]),
        }
    )


if __name__ == "__main__":
    _folder = sys.argv[1]
    save_answers(_folder, [answer_of(entry, analyse(entry.load())) for entry in load_catalogue(_folder)])
