"""A parameter, defined once: sliders, fit bounds, URL keys and the glossary all derive from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from surgecore._validate import like


@dataclass(frozen=True)
class Param:
    """One parameter: its symbol, unit, range, and the coordinate in which a fit moves it.

    Attributes
    ----------
    name : str
        Field of the object it belongs to, and its key in URLs and files.
    symbol : str
        Symbol in formulas (LaTeX without dollar signs).
    unit : str
        Key of its unit: "rate_sign", "examples", "per_example"; ``""`` for a pure number.
    default : float
        Starting value.
    bounds : tuple of float
        Lowest and highest value of a control and of a fit.
    log : bool
        Whether the parameter is positive and moves on a log scale.
    phrase : str
        Key of its name and meaning in the phrase file; `name` where it is "".

    Examples
    --------
    >>> scale = Param("noise_scale", "B", "examples", 256.0, (1.0, 1e6))
    >>> round(scale.to_fit(100.0), 3), round(scale.from_fit(4.605), 1)
    (4.605, 100.0)
    """

    name: str
    symbol: str
    unit: str
    default: float
    bounds: tuple[float, float]
    log: bool = True
    phrase: str = ""

    def to_fit(self, value: ArrayLike) -> Any:  # noqa: ANN401 - a float for a scalar, else an array
        """Fit coordinate of values: the natural log of a positive parameter, else the value itself."""
        numbers = np.asarray(value, dtype=np.float64)
        return like(np.log(numbers) if self.log else numbers, value)

    def from_fit(self, coordinate: ArrayLike) -> Any:  # noqa: ANN401
        """Values of fit coordinates, the inverse of `to_fit`."""
        numbers = np.asarray(coordinate, dtype=np.float64)
        return like(np.exp(numbers) if self.log else numbers, coordinate)

    @property
    def fit_bounds(self) -> tuple[float, float]:
        """Bounds as fit coordinates."""
        low, high = self.bounds
        return float(self.to_fit(low)), float(self.to_fit(high))

    @property
    def open_interval(self) -> tuple[float, float]:
        """The interval that says nothing: from 0, or minus infinity, to infinity."""
        return (0.0 if self.log else -np.inf), np.inf

    def slope(self, value: float) -> float:
        """Derivative of the value by its fit coordinate: what turns a standard error back into the parameter's unit."""
        return value if self.log else 1.0
