"""A checkpoint explained: optima as trained beside every prediction, and their ratios. No torch."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar

from surgecore._validate import FloatArray
from surgecore.sweeps.points import Point
from surgecore.sweeps.verdict import SurgeVerdict, surge_verdict
from surgecore.why.measurement import RUNGS, Estimate, Measurement, Prediction

FORMAT = "surge-explanation-1"

#: Updates that are measured and predicted, by key.
UPDATES = ("sign", "decorrelated", "adam_cold", "adam_warm", "sgd")
#: Points of a law's curve to an octave.
_DENSITY = 8


@dataclass(frozen=True)
class TrainedOptimum:
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

    @property
    def point(self) -> Point:
        """What the verdict takes of it: the error of the logarithm, known from as many seeds as there were."""
        size, lr = self.batch_size, self.lr
        if self.on_edge:
            return Point(size, lr.value, bound="at_least" if self.on_edge == "high" else "at_most")
        return Point(size, lr.value, None if lr.stderr is None else lr.stderr / lr.value, max(self.n_seeds - 1, 0))


@dataclass(frozen=True)
class Ratio:
    """A prediction over the optimum as trained at one batch size.

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


@dataclass(frozen=True)
class Summit:
    """Where a curve over the batch size is highest.

    Attributes
    ----------
    kind : {"peak", "fall", "no_fall", "undecided", "none"}
        "peak" where it is lower on both sides beyond the errors, "fall" where it is highest at the smallest batch
        size, "no_fall" where at the largest, "none" where nothing is known at some batch size; else "undecided".
    highest : int or None
        Listed batch size of the highest value [examples].
    between : tuple of int or None
        Of a peak: the nearest listed batch sizes on both sides that are lower beyond the errors [examples].
    batch_size : Estimate or None
        The peak itself where a law gives it, also outside the listed batch sizes [examples].
    """

    kind: Literal["peak", "fall", "no_fall", "undecided", "none"]
    highest: int | None = None
    between: tuple[int, int] | None = None
    batch_size: Estimate | None = None


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
    optima : tuple of TrainedOptimum
        By update, steps and batch size.
    provenance : mapping
        JSON-ready.
    """

    name: str
    title: str
    target_loss: float
    measurement: Measurement
    optima: tuple[TrainedOptimum, ...]
    provenance: Mapping[str, Any]
    _verdicts: dict[tuple[str, int], SurgeVerdict] = field(default_factory=dict, init=False, repr=False)

    def trained(self, update: str, steps: int = 1) -> tuple[TrainedOptimum, ...]:
        """Optima of one update and horizon as trained, by batch size."""
        chosen = [o for o in self.optima if (o.update, o.steps) == (update, steps)]
        return tuple(sorted(chosen, key=lambda o: o.batch_size))

    def steps(self, update: str) -> tuple[int, ...]:
        """Horizons that were trained for an update."""
        return tuple(sorted({o.steps for o in self.optima if o.update == update}))

    def updates(self) -> tuple[str, ...]:
        """Updates that were trained, in the order of `UPDATES`."""
        return tuple(key for key in UPDATES if any(o.update == key for o in self.optima))

    def rungs(self, update: str) -> tuple[str, ...]:
        """Predictions that exist for an update, in the order of `RUNGS`."""
        return tuple(rung for rung in RUNGS if self.measurement.curve(rung, update))

    def ratios(self, update: str, rung: str) -> tuple[Ratio, ...]:
        """Prediction over one-step optimum as trained wherever both exist, by batch size."""
        predicted = {p.batch_size: p for p in self.measurement.curve(rung, update)}
        return tuple(self._ratios(self.trained(update), predicted))

    @staticmethod
    def _ratios(optima: Sequence[TrainedOptimum], predicted: Mapping[int, Prediction]) -> Iterator[Ratio]:
        for optimum in optima:
            found = predicted.get(optimum.batch_size)
            if found is None or optimum.on_edge or not found.lr.value > 0:
                continue
            value = found.lr.value / optimum.lr.value
            # errors of logarithms add up in squares
            spread = math.hypot(*(e.log_error for e in (found.lr, optimum.lr)))
            yield Ratio(optimum.batch_size, value, value * math.exp(-spread), value * math.exp(spread))

    def worst(self, update: str, rung: str, *, from_batch: int = 1) -> float:
        """Largest factor between prediction and measurement from a batch size on; NaN without any."""
        ratios = [r for r in self.ratios(update, rung) if r.batch_size >= from_batch]
        return max((max(r.value, 1 / r.value) for r in ratios), default=math.nan)

    def verdict(self, update: str, steps: int = 1) -> SurgeVerdict:
        """Whether the optima as trained fall after a peak; see `surgecore.surge_verdict`."""
        key = update, steps
        if key not in self._verdicts:
            self._verdicts[key] = surge_verdict(self.trained(update, steps))
        return self._verdicts[key]

    def trained_peak(self, update: str, steps: int = 1) -> Summit:
        """Where the optima as trained are highest; the kind is the decision of `verdict`."""
        verdict = self.verdict(update, steps)
        curve = [(o.batch_size, o.lr) for o in self.trained(update, steps) if not o.on_edge]
        found = _summit(curve)
        if verdict.decision != "fall":
            return Summit(verdict.decision, found.highest)
        return Summit("peak" if verdict.peak_bracketed else "fall", found.highest, found.between)

    def predicted_peak(self, rung: str, update: str = "sign") -> Summit:
        """Where a prediction is highest.

        Theorem 3 peaks at the noise scale, and Theorem 2 where its curve does, see `fine`. Other predictions are known
        at the listed batch sizes only.

        Parameters
        ----------
        rung : str
            Key of `RUNGS`.
        update : str, optional
            Key of `UPDATES`.

        Returns
        -------
        Summit
        """
        curve = self.measurement.curve(rung, update)
        scale = self.measurement.numbers.get("noise_scale")
        if rung == "surge" and curve and scale is not None and scale.value > 0:
            sizes = [p.batch_size for p in curve]
            inside, beyond = sizes[0] < scale.value < sizes[-1], scale.value >= sizes[-1]
            kind: Literal["peak", "no_fall", "fall"] = "peak" if inside else "no_fall" if beyond else "fall"
            return Summit(kind, _summit([(p.batch_size, p.lr) for p in curve]).highest, None, scale)
        if not curve or not all(p.lr.value > 0 for p in curve):
            return Summit("none")
        found, law = _summit([(p.batch_size, p.lr) for p in curve]), self._law(rung, update)
        if law is None or found.between is None:
            return found
        low, high = found.between
        top = minimize_scalar(
            lambda x: -float(law(np.exp([x]))[0]), bounds=(math.log(low), math.log(high)), method="bounded"
        )
        return Summit(found.kind, found.highest, found.between, Estimate(float(np.exp(top.x))))

    def _law(self, rung: str, update: str) -> Callable[[FloatArray], FloatArray] | None:
        """A law at any batch size, so that it passes through its listed predictions; None where there is none."""
        curve = [p for p in self.measurement.curve(rung, update) if p.lr.value > 0]
        scale = self.measurement.numbers.get("noise_scale")
        if len(curve) < 2 or not self.measurement.curve("surge", update):
            return None
        shape: Callable[[FloatArray], FloatArray] | None = None
        if rung == "surge" and scale is not None and scale.value > 0:
            shape = _theorem_3(scale.value)
        elif rung == "independent" and self.measurement.groups is not None:
            shape = self.measurement.gradient_noise(correlated=False).optimal_lr
        if shape is None:
            return None
        sizes = np.array([p.batch_size for p in curve], dtype=np.float64)
        off = np.log([p.lr.value for p in curve]) - np.log(shape(sizes))
        known = shape
        return lambda b: np.asarray(known(b) * np.exp(np.interp(np.log(b), np.log(sizes), off)))

    def fine(self, rung: str, update: str) -> tuple[Prediction, ...]:
        """Predictions to draw: of the laws 8 to an octave, of all others the listed ones.

        Theorem 3 follows from its noise scale, Theorem 2 from the measurement's groups; both pass through the listed
        predictions, and errors are interpolated between those.

        Parameters
        ----------
        rung : str
            Key of `RUNGS`.
        update : str
            Key of `UPDATES`.

        Returns
        -------
        tuple of Prediction
            Those with a minimum, by batch size.
        """
        curve = [p for p in self.measurement.curve(rung, update) if p.lr.value > 0]
        law = self._law(rung, update)
        if law is None:
            return tuple(curve)
        sizes = np.array([p.batch_size for p in curve], dtype=np.float64)
        count = round(np.log2(sizes[-1] / sizes[0]) * _DENSITY) + 1
        added = np.round(np.geomspace(sizes[0], sizes[-1], count)).astype(int)
        listed = {p.batch_size: p for p in curve}
        errors = [p.lr.log_error for p in curve]
        exact = any(p.lr.low is None for p in curve)
        out = []
        for size in sorted({*listed, *added.tolist()}):
            value = float(law(np.array([float(size)]))[0])
            spread = math.exp(float(np.interp(np.log(size), np.log(sizes), errors)))
            near = Estimate(value) if exact else Estimate(value, None, value / spread, value * spread)
            out.append(listed.get(size) or Prediction(update, rung, size, near))
        return tuple(out)

    def table(self) -> pd.DataFrame:
        """All optima and predictions, one a row, for export.

        Returns
        -------
        DataFrame
            Columns update, kind ("measured" or a rung), steps, batch_size, learning_rate, stderr, low, high
            and note, a key of why there is no number or what it is not.
        """
        rows = [
            (o.update, "measured", o.steps, o.batch_size, o.lr, f"on_edge_{o.on_edge}" if o.on_edge else o.lr.reason)
            for o in self.optima
        ] + [(p.optimizer, p.rung, 1, p.batch_size, p.lr, p.lr.reason) for p in self.measurement.predictions]
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
            TrainedOptimum(
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


def _theorem_3(noise_scale: float) -> Callable[[FloatArray], FloatArray]:
    """The shape of eq. 13 of arXiv 2405.14578, of any height."""
    return lambda b: np.asarray(np.sqrt(b) / (b + noise_scale))


def _summit(curve: Sequence[tuple[int, Estimate]]) -> Summit:
    """Where values at listed batch sizes are highest, by batch size and beyond their errors."""
    if not curve:
        return Summit("none")
    at, (size, top) = max(enumerate(curve), key=lambda item: item[1][1].value)
    lower = [
        math.log(top.value / lr.value) > math.hypot(top.log_error, lr.log_error) if lr is not top else False
        for _, lr in curve
    ]
    before = [b for (b, _), is_lower in zip(curve[:at], lower, strict=False) if is_lower]
    after = [b for (b, _), is_lower in zip(curve[at + 1 :], lower[at + 1 :], strict=True) if is_lower]
    if before and after:
        return Summit("peak", size, (before[-1], after[0]))
    if at == len(curve) - 1 and before:
        return Summit("no_fall", size)
    return Summit("fall" if at == 0 and after else "undecided", size)
