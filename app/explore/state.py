"""The state of the Explore page, to and from the URL and the instrument: junk falls back and is named."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from surgecore import NoiseModel

CURVES = ("exact", "correlated", "surge", "plateau", "sgd", "saturating_half", "linear", "square_root")
NOISES = ("fixed", "shrinking")
PARTS = ("controls", "laws", "presets", "history", "exports", "words", "progress", "map", "page")
MOST_GHOSTS = 3
WHOLE = {"n_parameters", "blocks"}
KEYS = (*(param.name for param in NoiseModel.params), "curves", "t", "noise", "ghost", "zoom")
DEFAULT_MODEL = NoiseModel(
    **{p.name: int(p.default) if p.name in WHOLE else p.default for p in NoiseModel.params}  # type: ignore[arg-type]
)


@dataclass(frozen=True)
class ExploreState:
    model: NoiseModel = DEFAULT_MODEL
    curves: tuple[str, ...] = ("exact", "correlated", "surge", "sgd", "square_root")
    t: float = 0.0
    noise: str = "fixed"
    ghosts: tuple[NoiseModel, ...] = ()
    view: tuple[float, ...] | None = field(default=None)

    def to_json(self) -> dict[str, Any]:
        return {
            "params": vars(self.model),
            "laws": list(self.curves),
            "progress": {"t": self.t, "noise": self.noise},
            "ghosts": [vars(ghost) for ghost in self.ghosts],
            "view": None if self.view is None else {k: list(self.view[2 * i : 2 * i + 2]) for i, k in enumerate("xyd")},
        }

    def to_query(self) -> dict[str, str | list[str]]:
        """Only what differs from the default, every number to its last digit."""
        query: dict[str, str | list[str]] = {
            name: repr(value) for name, value in vars(self.model).items() if value != getattr(DEFAULT_MODEL, name)
        }
        default = ExploreState()
        if self.curves != default.curves:
            query["curves"] = ",".join(self.curves) or "none"
        if self.t:
            query["t"] = repr(self.t)
        if self.noise != default.noise:
            query["noise"] = self.noise
        if self.ghosts:
            query["ghost"] = [",".join(repr(value) for value in vars(ghost).values()) for ghost in self.ghosts]
        if self.view is not None:
            query["zoom"] = ",".join(repr(value) for value in self.view)
        return query


def from_json(value: Any) -> ExploreState:  # noqa: ANN401 - whatever the browser sends
    """The state that the instrument hands over; whatever is not one becomes the default."""
    try:
        view = value["view"]
        query: dict[str, list[str]] = {name: [repr(number)] for name, number in value["params"].items()}
        query["curves"] = [",".join(value["laws"]) or "none"]
        query["t"] = [repr(value["progress"]["t"])]
        query["noise"] = [value["progress"]["noise"]]
        query["ghost"] = [",".join(repr(v) for v in ghost.values()) for ghost in value["ghosts"]]
        query["zoom"] = [",".join(repr(v) for k in "xyd" for v in view[k])] if view else []
    except (AttributeError, KeyError, TypeError):
        return ExploreState()
    return from_query(query)[0]


def from_query(query: Mapping[str, Sequence[str]]) -> tuple[ExploreState, list[str]]:
    """The state of a URL, and one notice for each value in it that cannot be used."""
    notices: list[str] = []
    state = ExploreState()

    def use(key: str, read: Any, last: bool = True) -> Any:  # noqa: ANN401
        texts = [text for text in query.get(key, ()) if text != ""]
        if not texts:
            return None
        try:
            return read(texts[-1] if last else texts)
        except (ValueError, OverflowError):
            notices.append(f"{key} = {texts[-1][:40]!r} in the address cannot be used; the default stands instead.")
            return None

    values = vars(DEFAULT_MODEL) | {
        param.name: value
        for param in NoiseModel.params
        if (value := use(param.name, lambda text, param=param: _number(param.name, text))) is not None
    }
    try:
        state = replace(state, model=NoiseModel(**values))
    except ValueError as error:
        notices.append(f"The parameters in the address do not go together ({error}); the defaults stand instead.")
    found = {
        "curves": use("curves", _curves),
        "t": use("t", _part),
        "noise": use("noise", _noise),
        "ghosts": use("ghost", lambda texts: tuple(map(_ghost, texts[-MOST_GHOSTS:])), last=False),
        "view": use("zoom", _view),
    }
    return replace(state, **{name: value for name, value in found.items() if value is not None}), notices


def hidden(query: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Parts of the page that the URL hides, as in ``hide=controls,map``."""
    wanted = ",".join(query.get("hide", ())).split(",")
    return tuple(part for part in PARTS if part in wanted)


def _number(name: str, text: str) -> float:
    low, high = next(param.bounds for param in NoiseModel.params if param.name == name)
    value = float(text)
    if name == "alignment":
        low = 0.0  # few parameters allow less than the slider's lowest value
    if not low <= value <= high:
        raise ValueError(f"must lie between {low} and {high}, but got {value}")
    if name in WHOLE:
        if value != int(value):
            raise ValueError(f"must be a whole number, but got {value}")
        return int(value)
    return value


def _ghost(text: str) -> NoiseModel:
    names = [param.name for param in NoiseModel.params]
    texts = dict(zip(names, text.split(","), strict=True))
    return NoiseModel(**{name: _number(name, value) for name, value in texts.items()})  # type: ignore[arg-type]


def _curves(text: str) -> tuple[str, ...]:
    keys = [] if text == "none" else text.split(",")
    if unknown := set(keys) - set(CURVES):
        raise ValueError(f"unknown curves {sorted(unknown)}")
    return tuple(key for key in CURVES if key in keys)


def _part(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise ValueError(f"must lie between 0 and 1, but got {value}")
    return value


def _noise(text: str) -> str:
    if text not in NOISES:
        raise ValueError(f"must be one of {NOISES}, but got {text!r}")
    return text


def _view(text: str) -> tuple[float, ...]:
    values = tuple(float(part) for part in text.split(","))
    if len(values) != 6 or not all(map(math.isfinite, values)) or any(abs(v) > 200 for v in values):
        raise ValueError(f"must be six numbers, but got {text!r}")
    if not all(low < high for low, high in zip(values[::2], values[1::2], strict=True)):
        raise ValueError(f"must be three increasing pairs, but got {text!r}")
    if any(high - low < 0.05 for low, high in zip(values[::2], values[1::2], strict=True)):
        raise ValueError(f"must be three ranges of 0.05 or more, but got {text!r}")
    return values
