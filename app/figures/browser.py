"""Curves, parameters and points as the charts of the browser take them."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from figures.palette import STYLES
from surgecore import NoiseModel, Optimum, words

#: Parameters that are counted.
WHOLE = {field.name for field in fields(NoiseModel) if field.type == "int"}
_DASHES = {
    "solid": "1 0",
    "dash": "9 5",
    "dot": "2 4",
    "dashdot": "9 4 2 4",
    "longdash": "14 5",
    "longdashdot": "14 4 2 4",
}


def style(key: str) -> dict[str, Any]:
    """Name and look of a curve, as SVG has it."""
    look = STYLES[key]
    dash = _DASHES.get(look.dash) or look.dash.replace("px,", " ").removesuffix("px")
    return {"label": words.curve(key), "colour": look.colour, "dash": dash, "width": look.width}


def specs() -> list[dict[str, Any]]:
    """The parameters of the noise model as sliders need them."""
    return [
        {
            "name": param.name, "label": words.param(param), "unit": words.unit(param.unit),
            "description": words.meaning(param),
            "default": int(param.default) if param.name in WHOLE else param.default,
            "low": param.bounds[0], "high": param.bounds[1], "log": param.log, "whole": param.name in WHOLE,
        }
        for param in NoiseModel.params
    ]  # fmt: skip


def point(optimum: Optimum) -> dict[str, Any]:
    """A measured optimum as the chart draws it."""
    low, high = optimum.interval or (None, None)
    return {
        "batch": float(optimum.batch_size), "lr": float(optimum.learning_rate), "low": low, "high": high,
        "edge": optimum.on_edge,
    }  # fmt: skip
