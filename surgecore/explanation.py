"""A checkpoint explained: measured optima beside every prediction, and what the ratios say. No torch."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from surgecore.measured import RUNGS, Estimate, Measurement, Prediction

FORMAT = "surge-explanation-1"

#: Updates that are measured and predicted, by key.
UPDATES: Mapping[str, str] = MappingProxyType(
    {
        "sign": "Sign descent",
        "decorrelated": "Sign descent, decorrelated control",
        "adam_cold": "Adam, empty state",
        "adam_warm": "Adam, warm state",
        "sgd": "SGD",
    }
)


@dataclass(frozen=True)
class MeasuredOptimum:
    """The best learning rate as trained, not predicted.

    Attributes
    ----------
    update : str
        Key of `UPDATES`.
    steps : int
        Steps after which losses were compared.
    batch_size : int
        Batch size [examples].
    lr : Estimate
        Best learning rate with its 95 % interval.
    n_seeds : int
        Seeds behind it.
    on_edge : str
        "low" or "high" where it is a bound only, else "".
    """

    update: str
    steps: int
    batch_size: int
    lr: Estimate
    n_seeds: int
    on_edge: str = ""


@dataclass(frozen=True)
class Ratio:
    """A prediction over the measured optimum at one batch size.

    Attributes
    ----------
    batch_size : int
        Batch size [examples].
    value, low, high : float
        Ratio and 95 % interval, from the errors of both.
    """

    batch_size: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Explanation:
    """One workload at one checkpoint.

    Attributes
    ----------
    name, title : str
        For files and for people.
    target_loss : float
        Loss at which the checkpoint was taken.
    measurement : Measurement
        Ingredients and predictions.
    optima : tuple of MeasuredOptimum
        By update, steps and batch size.
    provenance : mapping
        JSON-ready.
    """

    name: str
    title: str
    target_loss: float
    measurement: Measurement
    optima: tuple[MeasuredOptimum, ...]
    provenance: Mapping[str, Any]

    def measured(self, update: str, steps: int = 1) -> tuple[MeasuredOptimum, ...]:
        """Measured optima of one update and horizon, by batch size."""
        chosen = [o for o in self.optima if (o.update, o.steps) == (update, steps)]
        return tuple(sorted(chosen, key=lambda o: o.batch_size))

    def steps(self, update: str) -> tuple[int, ...]:
        """Horizons that were measured for an update."""
        return tuple(sorted({o.steps for o in self.optima if o.update == update}))

    def updates(self) -> tuple[str, ...]:
        """Updates that were measured, in the order of `UPDATES`."""
        return tuple(key for key in UPDATES if any(o.update == key for o in self.optima))

    def rungs(self, update: str) -> tuple[str, ...]:
        """Predictions that exist for an update, in the order of `RUNGS`."""
        return tuple(rung for rung in RUNGS if self.measurement.curve(rung, update))

    def ratios(self, update: str, rung: str) -> tuple[Ratio, ...]:
        """Prediction over measured one-step optimum wherever both exist, by batch size."""
        predicted = {p.batch_size: p for p in self.measurement.curve(rung, update)}
        return tuple(self._ratios(self.measured(update), predicted))

    @staticmethod
    def _ratios(optima: Sequence[MeasuredOptimum], predicted: Mapping[int, Prediction]) -> Iterator[Ratio]:
        for optimum in optima:
            found = predicted.get(optimum.batch_size)
            if found is None or optimum.on_edge or not found.lr.value > 0:
                continue
            value = found.lr.value / optimum.lr.value
            # errors of logarithms add up in squares
            spread = math.hypot(*(_log_error(e) for e in (found.lr, optimum.lr)))
            yield Ratio(optimum.batch_size, value, value * math.exp(-spread), value * math.exp(spread))

    def worst(self, update: str, rung: str, *, from_batch: int = 1) -> float:
        """Largest factor between prediction and measurement from a batch size on; NaN without any."""
        ratios = [r for r in self.ratios(update, rung) if r.batch_size >= from_batch]
        return max((max(r.value, 1 / r.value) for r in ratios), default=math.nan)

    def sentences(self, update: str) -> tuple[str, ...]:
        """What the numbers say, one sentence for each rung and one for the cause.

        Parameters
        ----------
        update : str
            Key of `UPDATES`.

        Returns
        -------
        tuple of str
            Plain text.
        """
        out = [self._sentence(update, rung) for rung in self.rungs(update)]
        if update in ("sign", "adam_cold"):
            out.append(self._cause())
        return tuple(sentence for sentence in out if sentence)

    def _sentence(self, update: str, rung: str) -> str:
        ratios = self.ratios(update, rung)
        label = RUNGS[rung]
        asked = len([o for o in self.measured(update) if not o.on_edge])
        if not ratios:
            return f"{label}: no prediction anywhere, as the model it minimises has no minimum."
        low, high = (pick(ratios, key=lambda r: r.value) for pick in (min, max))
        text = (
            f"{label}: between {low.value:.2f} (at B = {low.batch_size}) and {high.value:.2f} "
            f"(at B = {high.batch_size}) times the measured optimum"
        )
        missing = asked - len(ratios)
        if missing:
            text += f", with no minimum at {missing} of {asked} batch sizes"
        outside = [r for r in ratios if not r.low <= 1 <= r.high]
        return f"{text}; off by more than the errors at {len(outside)} of {len(ratios)}."

    def _cause(self) -> str:
        independent, correlated = (self.worst("sign", rung) for rung in ("independent", "correlated"))
        sampled, ratio = self.worst("sign", "sampled"), self.measurement.numbers["trace_ratio"].value
        text = (
            f"Signs of correlated noise bend the loss {ratio:.1f} times as much as independent ones would; "
            "dropping independence takes the largest error from a factor of "
            f"{independent:.1f} to {correlated:.1f}"
        )
        control = self.worst("decorrelated", "independent") if self.measured("decorrelated") else math.nan
        if math.isfinite(control):
            text += (
                ", and where every coordinate draws examples of its own, the independent law is off by "
                f"at most a factor of {control:.2f}"
            )
        left = f"What sampling leaves, a factor of {sampled:.2f} at most, is the loss not being quadratic."
        return f"{text}. {left}"

    def peak(self, update: str, steps: int = 1) -> tuple[MeasuredOptimum | None, str]:
        """Highest measured optimum, and whether it is a peak.

        Returns
        -------
        MeasuredOptimum or None, str
            The highest, and "peak" where the optimum at the largest batch is lower beyond both errors,
            "rising" where the highest is at the largest batch, else "undecided".
        """
        optima = [o for o in self.measured(update, steps) if not o.on_edge]
        if not optima:
            return None, "undecided"
        top, last = max(optima, key=lambda o: o.lr.value), optima[-1]
        if top is last:
            return top, "rising"
        gap = math.log(top.lr.value / last.lr.value)
        return top, "peak" if gap > math.hypot(_log_error(top.lr), _log_error(last.lr)) else "undecided"

    def predicted_peak(self, rung: str, update: str = "sign") -> int | None:
        """Batch size of the highest prediction; None where it is the largest batch size."""
        curve = [p for p in self.measurement.curve(rung, update) if p.lr.value > 0]
        if not curve:
            return None
        top = max(curve, key=lambda p: p.lr.value)
        return None if top is curve[-1] else top.batch_size

    def table(self) -> pd.DataFrame:
        """All optima and predictions, one a row, for export.

        Returns
        -------
        DataFrame
            Columns update, kind ("measured" or a rung), steps, batch_size, learning_rate, stderr, low, high
            and note.
        """
        rows = [
            (o.update, "measured", o.steps, o.batch_size, o.lr, o.on_edge and f"on the {o.on_edge} edge")
            for o in self.optima
        ] + [(p.optimizer, p.rung, 1, p.batch_size, p.lr, p.lr.note) for p in self.measurement.predictions]
        names = ["update", "kind", "steps", "batch_size", "learning_rate", "stderr", "low", "high", "note"]
        values = [(u, k, s, b, e.value, e.stderr, e.low, e.high, note) for u, k, s, b, e, note in rows]
        return pd.DataFrame(values, columns=names)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        optima = [
            {
                "update": o.update, "steps": o.steps, "batch_size": o.batch_size, **o.lr.to_dict(),
                "n_seeds": o.n_seeds, **({"on_edge": o.on_edge} if o.on_edge else {}),
            }
            for o in self.optima
        ]  # fmt: skip
        return {
            "format": FORMAT, "name": self.name, "title": self.title, "target_loss": self.target_loss,
            "measurement": self.measurement.to_dict(), "optima": optima, "provenance": dict(self.provenance),
        }  # fmt: skip

    def save(self, path: str | PathLike[str]) -> None:
        """Write a JSON file."""
        text = json.dumps(self.to_dict(), indent=1, allow_nan=False)
        Path(path).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Explanation:
        """Read a file that `save` wrote.

        Raises
        ------
        ValueError
            If the file is something else.
        """
        data = json.loads(Path(path).read_text(encoding="utf-8"))
        if data.get("format") != FORMAT:
            raise ValueError(f"an explanation must have the format {FORMAT!r}, but got {data.get('format')!r}")
        optima = tuple(
            MeasuredOptimum(
                o["update"], int(o["steps"]), int(o["batch_size"]), Estimate.from_dict(o), int(o["n_seeds"]),
                o.get("on_edge", ""),
            )
            for o in data["optima"]
        )  # fmt: skip
        measurement = Measurement.from_dict(data["measurement"])
        return cls(data["name"], data["title"], float(data["target_loss"]), measurement, optima, data["provenance"])


def load_explanations(folder: str | PathLike[str]) -> tuple[Explanation, ...]:
    """All explanations of a folder, by name of their files; empty where there is none."""
    return tuple(Explanation.load(path) for path in sorted(Path(folder).glob("*.json")))


def _log_error(estimate: Estimate) -> float:
    """Half width of the 95 % interval of the logarithm; 0 for an exact number."""
    if estimate.low is None or estimate.high is None or not estimate.value > 0:
        return 0.0
    low = max(estimate.low, 1e-3 * estimate.value)
    high = min(estimate.high, 1e3 * estimate.value)
    return float(0.5 * np.log(high / low))
