"""The story of the Learn page: five steps, each a noise model, a sentence whose numbers are computed, and controls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from surgecore import NoiseModel, Sweep, one_step_curves, surge_verdict
from surgecore.theory.noise_model import NODES
from surgecore.words import number, say, share

#: The noise model of the story: equal signal to noise, so that every number has a closed form.
STORY = NoiseModel(0.3, 0.05, 0.0, 8.0, 0.0)
#: Batch sizes 1 to 4096, learning rates 0.002 to 0.5; the loss drop is not drawn. Axes never move.
VIEW = (0.0, 12.0, -2.7, -0.3, -5.0, -1.5)
LARGE = 1024
NO_ALIGNMENT, CORRELATION = 0.6, 0.6
#: Bundled sweeps of step 5, one network from one checkpoint.
MEASURED = ("digits-mlp-sign-c3-k1", "digits-mlp-sign-c3-k10", "digits-mlp-adam-c3-k10")
DOORS = ("explore", "sweep", "evidence", "lesson")


@dataclass(frozen=True)
class Step:
    """One step: which curves are drawn, what can be moved; `facts` are the numbers in its sentences."""

    key: str
    curves: tuple[str, ...]
    facts: Callable[[], Mapping[str, str | int]]
    bead: float | None = None
    sliders: tuple[str, ...] = ()
    switches: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    model: NoiseModel = STORY

    def to_json(self) -> dict[str, Any]:
        facts = self.facts()
        texts = {part: say(f"learn-{self.key}-{part}", **facts) for part in ("sentence", "sub", "limit")}
        switches = [
            {"name": name, "label": say(f"learn-switch-{name}"), "off": off, "on": on}
            for name, (off, on) in self.switches.items()
        ]
        doors = [{"page": page, "label": say(f"learn-door-{page}")} for page in DOORS if self.key == "measured"]
        return texts | {
            "key": self.key, "model": vars(self.model), "curves": list(self.curves), "bead": self.bead,
            "sliders": list(self.sliders), "switches": switches, "doors": doors,
        }  # fmt: skip


def fall(model: NoiseModel, nodes: int = NODES) -> float:
    """Share of its peak by which the best learning rate falls; 0 without a visible peak."""
    noise = model.gradient_noise(nodes)
    top = max((peak.lr for peak in noise.peaks(min_prominence=0.01)), default=noise.plateau_lr)
    return 1.0 - noise.plateau_lr / top


@cache
def _bend() -> dict[str, str]:
    curves = one_step_curves(STORY)
    ratio = curves["square_root"].optimal_lr(LARGE) / curves["exact"].optimal_lr(LARGE)
    return {"batch": str(LARGE), "ratio": number(ratio), "fall": share(fall(STORY))}


@cache
def _cause() -> dict[str, str | int]:
    first, second = (
        replace(STORY, snr=times * STORY.snr).gradient_noise().peaks()[0].batch_size for times in (1.0, 2.0)
    )  # fmt: skip
    return {"ratio": round(first / second), "before": number(first, 2), "after": number(second, 2)}


@cache
def _undone() -> dict[str, str]:
    aligned, noisy = replace(STORY, alignment=NO_ALIGNMENT), replace(STORY, correlation=CORRELATION)
    assert fall(aligned) == 0.0  # below R = 1 there is no peak, and the sentence says so
    return {"fall": share(fall(STORY)), "left": share(fall(noisy)), "alignment": number(NO_ALIGNMENT, 1)}


STEPS = (
    Step("rule", ("linear", "square_root"), dict, bead=64.0),
    Step("bend", ("exact", "plateau", "square_root"), _bend),
    Step("cause", ("exact", "plateau"), _cause, sliders=("snr",)),
    Step(
        "undone", ("exact", "correlated"), _undone, sliders=("alignment", "correlation"),
        switches={"alignment": (STORY.alignment, NO_ALIGNMENT), "correlation": (0.0, CORRELATION)},
    ),
    Step("measured", (), dict),
)  # fmt: skip


@dataclass(frozen=True)
class StoryPlace:
    """Where the learner is: a step, and the model if it was moved. The address says both."""

    step: int = 1
    model: NoiseModel = STORY

    def to_query(self) -> dict[str, str]:
        at = STEPS[self.step - 1].model
        moved = {name: repr(value) for name, value in vars(self.model).items() if value != getattr(at, name)}
        return ({"story": str(self.step)} if self.step > 1 or moved else {}) | moved


KEYS = ("story", *vars(STORY))


def from_query(query: Mapping[str, Sequence[str]]) -> StoryPlace:
    """The place of an address; whatever is none is the beginning."""
    try:
        step = int((query.get("story") or ["1"])[-1])
        model = STEPS[step - 1].model if 1 <= step <= len(STEPS) else None
        if model is None:
            return StoryPlace()
        kinds = {name: type(value) for name, value in vars(model).items()}
        given = {name: kinds[name](query[name][-1]) for name in kinds if query.get(name)}
        return StoryPlace(step, _within(replace(model, **given)))
    except ValueError:
        return StoryPlace()


def from_json(value: Any) -> StoryPlace | None:  # noqa: ANN401 - whatever the browser sends
    """The place that the browser hands over, or None."""
    try:
        query = {"story": [str(value["step"])]} | {name: [str(number)] for name, number in value["model"].items()}
    except (KeyError, TypeError, AttributeError):
        return None
    return from_query(query)


def _within(model: NoiseModel) -> NoiseModel:
    for param in NoiseModel.params:
        low, high = param.bounds
        if not (low <= getattr(model, param.name) <= high):
            raise ValueError(f"{param.name} must lie between {low} and {high}, but got {getattr(model, param.name)!r}")
    return model


def panel(sweep: Sweep, name: str) -> dict[str, Any]:
    """A measured sweep beside the others: best rates over their highest, and whether they fall."""
    optima = sweep.optima()
    verdict = surge_verdict(sweep)
    most = max(optimum.learning_rate for optimum in optima)
    points = [
        {
            "batch": float(o.batch_size), "share": o.learning_rate / most,
            "low": o.interval[0] / most if o.interval else None, "high": o.interval[1] / most if o.interval else None,
        }
        for o in optima
    ]  # fmt: skip
    last, fell, known = f"{optima[-1].batch_size:g}", "", ""
    title = say(f"learn-panel-{name}")
    if verdict.decision == "fall" and verdict.fall_octaves is not None and verdict.interval is not None:
        ends = {key: share(1 - 2.0**-end) for key, end in zip(("low", "high"), verdict.interval, strict=True)}
        fell = share(1 - 2.0**-verdict.fall_octaves)
        said, known = say("learn-falls", fall=fell, **ends), say("learn-number-measured", title=title, **ends)
    else:
        said = say("learn-no-fall" if verdict.decision == "no_fall" else "learn-undecided", last=last)
    shown = {"title": title, "verdict": said, "fall": fell, "known": known, "points": points}
    return shown | {"alt": say("learn-panel-alt", title=title, verdict=said, count=len(points))}
