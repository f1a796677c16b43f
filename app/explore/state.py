"""The state of the Explore page, one vocabulary for Python, the address and the instrument.

`FIELDS` says each part once: its name, the same here, in the instrument's JSON and in the address, and how it is read
from there and written to it; `OLD` is what addresses of earlier versions called it. Junk falls back to the default and
is named.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from figures.browser import WHOLE

from surgecore import NoiseModel
from surgecore.theory.curves import CURVES
from surgecore.words import say

NOISES = ("fixed", "shrinking")
PARTS = ("controls", "laws", "presets", "history", "exports", "words", "progress", "map", "page")
LESSONS = ("figure1", "no_surge", "two_peaks", "correlated", "late")
MOST_GHOSTS = 3
#: Limits of batch size [log2], learning rate and loss drop [log10].
View = tuple[float, ...]
DEFAULT_MODEL = NoiseModel(
    **{p.name: int(p.default) if p.name in WHOLE else p.default for p in NoiseModel.params}  # type: ignore[arg-type]
)


@dataclass(frozen=True)
class ExploreState:
    """What the visitor has set.

    `view` is the view in force, None before the instrument has said which; `auto` says that it follows the curve, and
    then it is not in the address. `points` shows the measured points, unless a `lesson` is open, which has none.
    """

    model: NoiseModel = DEFAULT_MODEL
    curves: tuple[str, ...] = ("exact", "correlated", "surge", "sgd", "square_root")
    t: float = 0.0
    noise: str = "fixed"
    ghosts: tuple[NoiseModel, ...] = ()
    view: View | None = None
    auto: bool = True
    points: bool = False
    lesson: str = ""

    def to_json(self) -> dict[str, Any]:
        """As the instrument has it."""
        ends = self.view
        return vars(self) | {
            "model": vars(self.model),
            "curves": list(self.curves),
            "ghosts": [vars(ghost) for ghost in self.ghosts],
            "view": None if ends is None else {key: list(ends[2 * i : 2 * i + 2]) for i, key in enumerate("xyd")},
        }

    def to_query(self) -> dict[str, str | list[str]]:
        """Only what differs from the default, every number to its last digit."""
        query: dict[str, str | list[str]] = {
            name: repr(value) for name, value in vars(self.model).items() if value != getattr(DEFAULT_MODEL, name)
        }
        default = ExploreState()
        for name, field in FIELDS.items():
            value = getattr(self, name)
            if value != getattr(default, name) and (name != "view" or not self.auto):
                query[name] = field.write(value)
        return query


def from_json(value: Any) -> ExploreState:  # noqa: ANN401 - whatever the browser sends
    """The state that the instrument hands over; whatever is not one becomes the default."""
    try:
        query: dict[str, list[str]] = {name: [repr(number)] for name, number in value["model"].items()}
        given = {**value, "ghosts": [tuple(ghost.values()) for ghost in value["ghosts"]]}
        given["view"] = [end for key in "xyd" for end in value["view"][key]] if value["view"] else None
        for name, field in FIELDS.items():
            if given[name] is not None:
                written = field.write(given[name])
                query[name] = written if isinstance(written, list) else [written]
        auto = bool(value["auto"])
    except (AttributeError, KeyError, TypeError):
        return ExploreState()
    return replace(from_query(query)[0], auto=auto)


def from_query(query: Mapping[str, Sequence[str]]) -> tuple[ExploreState, list[str]]:
    """The state of an address, and one notice for each value in it that cannot be used."""
    notices: list[str] = []

    def use(key: str, read: Callable[[list[str]], Any]) -> Any:  # noqa: ANN401
        key = key if key in query else OLD.get(key, key)
        texts = [text for text in query.get(key, ()) if text != ""]
        try:
            return read(texts) if texts else None
        except (ValueError, OverflowError):
            notices.append(say("explore-address-unusable", key=key, value=repr(texts[-1][:40])))
            return None

    state = replace(ExploreState(), model=_model(use, notices), points="sweep" in query)
    found = {name: use(name, field.read) for name, field in FIELDS.items()}
    state = replace(state, **{name: value for name, value in found.items() if value is not None})
    return replace(state, auto=state.view is None), notices


def _model(use: Callable[..., Any], notices: list[str]) -> NoiseModel:
    values = vars(DEFAULT_MODEL) | {
        param.name: value
        for param in NoiseModel.params
        if (value := use(param.name, lambda texts, param=param: _number(param.name, texts[-1]))) is not None
    }
    try:
        return NoiseModel(**values)
    except ValueError as error:
        notices.append(say("explore-address-together", why=str(error)))
        return DEFAULT_MODEL


def hidden(query: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Parts of the page that the address hides, as in ``hide=controls,map``."""
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


def _curves(texts: list[str]) -> tuple[str, ...]:
    keys = [] if texts[-1] == "none" else texts[-1].split(",")
    if unknown := set(keys) - set(CURVES):
        raise ValueError(f"unknown curves {sorted(unknown)}")
    return tuple(key for key in CURVES if key in keys)


def _part(texts: list[str]) -> float:
    value = float(texts[-1])
    if not 0 <= value <= 1:
        raise ValueError(f"must lie between 0 and 1, but got {value}")
    return value


def _one_of(*choices: str) -> Callable[[list[str]], str]:
    def read(texts: list[str]) -> str:
        if texts[-1] not in choices:
            raise ValueError(f"must be one of {choices}, but got {texts[-1]!r}")
        return texts[-1]

    return read


def _view(texts: list[str]) -> View:
    values = tuple(float(part) for part in texts[-1].split(","))
    if len(values) != 6 or not all(map(math.isfinite, values)) or any(abs(v) > 200 for v in values):
        raise ValueError(f"must be six numbers, but got {texts[-1]!r}")
    pairs = list(zip(values[::2], values[1::2], strict=True))
    if not all(low < high for low, high in pairs) or any(high - low < 0.05 for low, high in pairs):
        raise ValueError(f"must be three increasing pairs, 0.05 or more apart, but got {texts[-1]!r}")
    return values


@dataclass(frozen=True)
class _Field:
    read: Callable[[list[str]], Any]
    write: Callable[[Any], str | list[str]]


def _commas(values: Sequence[Any]) -> str:
    return ",".join(value if isinstance(value, str) else repr(value) for value in values)


def _ghost_text(ghost: Any) -> str:  # noqa: ANN401 - a model, or the browser's numbers in its order
    return _commas(tuple(vars(ghost).values()) if isinstance(ghost, NoiseModel) else ghost)


FIELDS = {
    "curves": _Field(_curves, lambda keys: _commas(keys) or "none"),
    "t": _Field(_part, repr),
    "noise": _Field(_one_of(*NOISES), str),
    "ghosts": _Field(
        lambda texts: tuple(map(_ghost, texts[-MOST_GHOSTS:])),
        lambda ghosts: [_ghost_text(ghost) for ghost in ghosts],
    ),
    "view": _Field(_view, _commas),
    "points": _Field(lambda texts: _one_of("on", "off")(texts) == "on", lambda on: "on" if on else "off"),
    "lesson": _Field(_one_of(*LESSONS), str),
}
#: What the address called a part before it was called as everywhere else.
OLD = {"ghosts": "ghost", "view": "zoom"}
#: Every key of the address that belongs to this page.
KEYS = (*(param.name for param in NoiseModel.params), *FIELDS, *OLD.values())
