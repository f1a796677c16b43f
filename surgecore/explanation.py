"""A checkpoint explained: measured optima beside every prediction, and what the ratios say. No torch."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar

from surgecore._validate import FloatArray
from surgecore.measured import RUNGS, Estimate, Measurement, Prediction
from surgecore.optima import Optimum
from surgecore.verdict import SurgeVerdict, surge_verdict

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
#: What each rung of `RUNGS` no longer assumes away, as the subject of a sentence.
CAUSES: Mapping[str, str] = MappingProxyType(
    {
        "independent": "the exact mean sign",
        "correlated": "correlated gradient noise",
        "sampled": "gradient noise that is not Gaussian",
        "quartic": "the loss not being quadratic",
        "line_search": "the loss not being quadratic",
    }
)
_NOT_QUADRATIC = CAUSES["line_search"]
_NAMES = {
    "surge": "Theorem 3",
    "independent": "the law of independent noise",
    "correlated": "that of correlated noise",
    "line_search": "the line search",
}
#: Updates whose one step is that of sign descent.
_SIGNS = ("sign", "adam_cold")
#: Points of a law's curve to an octave.
_DENSITY = 8


def rung_label(rung: str, update: str) -> str:
    """Name of a prediction of an update: Theorem 2 is about signs only."""
    return RUNGS[rung] if update in (*_SIGNS, "decorrelated") else RUNGS[rung].replace(" (Theorem 2)", "")


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
    _verdicts: dict[tuple[str, int], SurgeVerdict] = field(default_factory=dict, init=False, repr=False)

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

    def verdict(self, update: str, steps: int = 1) -> SurgeVerdict:
        """Whether the measured optima fall after a peak; see `surgecore.surge_verdict`."""
        key = update, steps
        if key not in self._verdicts:
            self._verdicts[key] = surge_verdict([_optimum(o) for o in self.measured(update, steps)])
        return self._verdicts[key]

    def measured_peak(self, update: str, steps: int = 1) -> Summit:
        """Where the measured optima are highest; the kind is the decision of `verdict`."""
        verdict = self.verdict(update, steps)
        curve = [(o.batch_size, o.lr) for o in self.measured(update, steps) if not o.on_edge]
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
        errors = [_log_error(p.lr) for p in curve]
        exact = any(p.lr.low is None for p in curve)
        out = []
        for size in sorted({*listed, *added.tolist()}):
            value = float(law(np.array([float(size)]))[0])
            spread = math.exp(float(np.interp(np.log(size), np.log(sizes), errors)))
            near = Estimate(value) if exact else Estimate(value, None, value / spread, value * spread)
            out.append(listed.get(size) or Prediction(update, rung, size, near))
        return tuple(out)

    # --- in words ---------------------------------------------------------------------------------------

    def answer(self, update: str, steps: int = 1) -> str:
        """Is there a surge, what did the law of independent noise predict, and what accounts for the difference?

        Parameters
        ----------
        update : str
            Key of `UPDATES`.
        steps : int, optional
            Steps after which losses were compared. Every prediction is for one.

        Returns
        -------
        str
            One sentence.
        """
        said, kind = self._observed(update, steps), self.measured_peak(update, steps).kind
        if steps > 1:
            about = f"so this {kind} is no evidence for them" if kind in ("peak", "fall") else "and do not say why"
            return f"{said}; the predictions are for one step{', ' if kind in ('peak', 'fall') else ' '}{about}."
        rungs = self._whole(update)
        if not rungs:
            return f"{said}; no prediction exists at every batch size."
        return f"{said}{self._reason(update, rungs)}."

    def _whole(self, update: str) -> list[str]:
        """Rungs with a prediction at every batch size."""
        return [rung for rung in self.rungs(update) if self.predicted_peak(rung, update).kind != "none"]

    def _observed(self, update: str, steps: int) -> str:
        """What the measured optima do."""
        verdict, summit = self.verdict(update, steps), self.measured_peak(update, steps)
        used = [o for o in self.measured(update, steps) if not o.on_edge]
        when = "one step" if steps == 1 else f"{steps} steps"
        edge = len(self.measured(update, steps)) - len(used)
        aside = f"left out: {_count(edge, 'optimum', 'optima')} on the edge of the learning-rate grid" if edge else ""
        if verdict.interval is None or verdict.fall_octaves is None:
            reason = verdict.sentence.partition(": ")[2].split(". ")[0].rstrip(".")
            return f"Undecided after {when}, as {reason}"
        last = f"B = {used[-1].batch_size}"
        shares = [_percent(octaves) for octaves in (verdict.fall_octaves, *verdict.interval)]
        amount = f"{shares[0]} % ({shares[1]} to {shares[2]} %)"
        if summit.kind in ("peak", "fall"):
            place = f"is highest at B = {summit.highest}"
            if summit.between:
                place = f"peaks between B = {summit.between[0]} and {summit.between[1]}"
            what = f"surge after {when}" if summit.kind == "peak" else f"fall after {when}, with no rise before it"
            return f"A {what}: the measured optimum {place} and falls by {amount} to {last}{_aside(aside)}"
        if summit.kind == "no_fall":
            any_fall = f"any fall is below {shares[2]} %" if verdict.interval[1] >= 0.01 else ""
            return f"No surge after {when}, up to {last}{_aside(any_fall, aside)}"
        chance = f"p = {verdict.p_value:.2g} against none"
        return f"Undecided after {when}: the measured optimum falls by {amount} to {last}{_aside(chance, aside)}"

    def _reason(self, update: str, rungs: Sequence[str]) -> str:
        """What the law predicted, and which assumption accounts for the difference."""
        law, kind = rungs[0], self.measured_peak(update).kind
        summit, name, joint = self.predicted_peak(law, update), _NAMES[law], ": " if kind == "no_fall" else "; "
        predicted = f"{joint}{name} predicts {_said(summit)}"
        if kind == "undecided":
            last = rungs[-1]
            return f"{predicted}, {_NAMES.get(last, 'the sampled updates')} {_said(self.predicted_peak(last, update))}"
        if self._agrees(update, law):
            if summit.kind == "peak" and kind == "no_fall":
                return f"{predicted}, with a fall too small to be told from none"
            if all(self._agrees(update, rung) for rung in rungs):
                name = "every prediction"
            return f", as {name} has it" + (f", {_said(summit, of=law)}" if kind == "peak" else "")
        cause = self._cause_rung(update, rungs)
        if cause is None:
            return f"{predicted}, and no assumption dropped here accounts for the difference"
        verb = "removes it" if kind == "no_fall" else "moves it" if summit.kind == kind else f"makes the {kind}"
        return f"{predicted}, {cause} {verb}{self._control(update)}"

    def _agrees(self, update: str, rung: str) -> bool:
        """Whether a prediction does what the measured optima do after one step."""
        verdict, kind = self.verdict(update), self.measured_peak(update).kind
        if kind != "no_fall" or verdict.interval is None:
            predicted = self.predicted_peak(rung, update).kind
            return predicted == kind or (kind == "fall" and predicted == "peak")
        curve = [p.lr for p in self.measurement.curve(rung, update)]
        top, last = max(curve, key=lambda lr: lr.value), curve[-1]
        least = math.log(top.value / last.value) - (0 if top is last else math.hypot(_log_error(top), _log_error(last)))
        return least / math.log(2) <= verdict.interval[1] + 1e-9

    def _cause_rung(self, update: str, rungs: Sequence[str]) -> str | None:
        """The assumption without which the predictions agree with what was measured; None where none does it."""
        agree = [self._agrees(update, rung) for rung in rungs]
        if not agree[-1]:
            # the control is measured by a line search, so only the shape of the loss is left
            return _NOT_QUADRATIC if rungs[-1] in ("sampled", "quartic") else None
        first = max((i for i, good in enumerate(agree) if not good), default=-1) + 1
        return CAUSES.get(rungs[first])

    def _control(self, update: str) -> str:
        """What the decorrelated control adds to the reason of a sign step."""
        if update not in _SIGNS or not self.measured("decorrelated"):
            return ""
        kind = self.measured_peak("decorrelated").kind
        if kind in ("peak", "fall"):
            return "; the control without correlation does have one"
        rungs, verdict = self._whole("decorrelated"), self.verdict("decorrelated")
        if kind != "no_fall" or verdict.interval is None or not rungs:
            return ""
        if self._cause_rung("decorrelated", rungs) == _NOT_QUADRATIC:
            return f", and so would {_NOT_QUADRATIC}"
        return f"; any fall of the control without correlation is below {_percent(verdict.interval[1])} %"

    def sentences(self, update: str) -> tuple[str, ...]:
        """What the ratios say, one sentence for each rung and one for the cost of independence.

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
        if update in _SIGNS:
            out.append(self._cause(update))
        return tuple(sentence for sentence in out if sentence)

    def _sentence(self, update: str, rung: str) -> str:
        ratios = self.ratios(update, rung)
        label = rung_label(rung, update)
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

    def _cause(self, update: str) -> str:
        independent, correlated = (self.worst(update, rung) for rung in ("independent", "correlated"))
        sampled, ratio = self.worst(update, "sampled"), self.measurement.numbers["trace_ratio"]
        between = "" if ratio.low is None else f" (95 % interval {ratio.low:.3g} to {ratio.high:.3g})"
        text = (
            f"Signs of correlated noise bend the loss {ratio.value:.3g} times{between} as much as independent ones "
            "would; dropping independence takes the largest error from a factor of "
            f"{independent:.1f} to {correlated:.1f}"
        )
        control = self.worst("decorrelated", "independent") if self.measured("decorrelated") else math.nan
        if math.isfinite(control):
            text += (
                ", and where every coordinate draws examples of its own, the independent law is off by "
                f"at most a factor of {control:.2f}"
            )
        left = f"What sampled updates leave, a factor of {sampled:.2f} at most, is errors and {_NOT_QUADRATIC}."
        return f"{text}. {left}"

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


def _theorem_3(noise_scale: float) -> Callable[[FloatArray], FloatArray]:
    """The shape of eq. 13 of arXiv 2405.14578, of any height."""
    return lambda b: np.asarray(np.sqrt(b) / (b + noise_scale))


def _optimum(measured: MeasuredOptimum) -> Optimum:
    """As the verdict wants it: the error of the logarithm, known from as many seeds as there were."""
    lr, seeds = measured.lr, measured.n_seeds
    edge: Literal["low", "high"] | None = (
        "low" if measured.on_edge == "low" else "high" if measured.on_edge == "high" else None
    )
    error = None if lr.stderr is None else lr.stderr / lr.value
    interval = None if lr.low is None or lr.high is None else (lr.low, lr.high)
    source: Literal["seeds", "none"] = "none" if error is None else "seeds"
    return Optimum(
        measured.batch_size,
        lr.value,
        error,
        interval,
        edge,
        seeds,
        0,
        seeds,
        math.nan,
        source,
        lr.note,
        max(seeds - 1, 0),
    )


def _summit(curve: Sequence[tuple[int, Estimate]]) -> Summit:
    """Where values at listed batch sizes are highest, by batch size and beyond their errors."""
    if not curve:
        return Summit("none")
    at, (size, top) = max(enumerate(curve), key=lambda item: item[1][1].value)
    lower = [
        math.log(top.value / lr.value) > math.hypot(_log_error(top), _log_error(lr)) if lr is not top else False
        for _, lr in curve
    ]
    before = [b for (b, _), is_lower in zip(curve[:at], lower, strict=False) if is_lower]
    after = [b for (b, _), is_lower in zip(curve[at + 1 :], lower[at + 1 :], strict=True) if is_lower]
    if before and after:
        return Summit("peak", size, (before[-1], after[0]))
    if at == len(curve) - 1 and before:
        return Summit("no_fall", size)
    return Summit("fall" if at == 0 and after else "undecided", size)


def _said(summit: Summit, *, of: str = "") -> str:
    """A prediction as the object of a sentence, by the name of its law where several have one."""
    if (peak := summit.batch_size) is not None:
        known = "" if peak.low is None else f" ({peak.low:.3g} to {peak.high:.3g})"
        beyond = {"no_fall": ", beyond those measured", "fall": ", before those measured"}.get(summit.kind, "")
        who = f", by {_NAMES[of]}" if of else ""
        return f"a peak at B = {peak.value:.3g}{known}{beyond}{who}"
    if summit.between is not None:
        return f"a peak between B = {summit.between[0]} and {summit.between[1]}"
    return {
        "fall": f"a fall from B = {summit.highest} on",
        "no_fall": "none",
        "undecided": f"a highest point at B = {summit.highest}, not beyond the errors",
    }[summit.kind]


def _count(n: int, one: str, many: str) -> str:
    return f"{n} {one if n == 1 else many}"


def _aside(*parts: str) -> str:
    said = "; ".join(part for part in parts if part)
    return f" ({said})" if said else ""


def _percent(octaves: float) -> str:
    """A fall in octaves as a share [%], the smallest of them rounded up."""
    share = 100.0 * (1.0 - 2.0**-octaves)
    return f"{max(share, 0.1):.2g}" if share > 0 else "0"


def _log_error(estimate: Estimate) -> float:
    """Half width of the 95 % interval of the logarithm; 0 for an exact number."""
    if estimate.low is None or estimate.high is None or not estimate.value > 0:
        return 0.0
    low = max(estimate.low, 1e-3 * estimate.value)
    high = min(estimate.high, 1e3 * estimate.value)
    return float(0.5 * np.log(high / low))
