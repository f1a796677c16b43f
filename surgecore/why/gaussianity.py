"""How far gradients at a checkpoint are Gaussian in each coordinate: facts, without torch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Array = NDArray[np.float64]
#: Edges of the histogram, in standard deviations of each coordinate.
EDGES = np.linspace(-5, 5, 41)
#: The file of a folder's checkpoints, in a place of its own, as the folder is read for explanations.
FILE = "gaussianity/tests.json"


@dataclass(frozen=True, eq=False)
class Gaussianity:
    """How far gradients at a checkpoint are Gaussian, coordinate by coordinate.

    Attributes
    ----------
    batch_size, draws : int
        Examples a gradient, and gradients that were drawn.
    coordinates, constant : int
        Coordinates that were looked at, and of them those whose gradient never changes: they are not tested.
    fails : float
        Share of the tested coordinates at which a Gaussian is rejected by D'Agostino's K^2, at a false discovery rate
        of 5 %. A share of zero says that so many draws show nothing, not that there is nothing.
    error : float
        Standard error of `fails` over coordinates, as if they were independent, which they are not.
    skewness, excess : ndarray, shape (3,)
        Quartiles over the tested coordinates of skewness and of kurtosis beyond a Gaussian's.
    histogram : ndarray, shape (len(EDGES) - 1,)
        Share of standardised gradients of all tested coordinates between neighbouring `EDGES`; what lies outside is
        in none.
    """

    batch_size: int
    draws: int
    coordinates: int
    constant: int
    fails: float
    error: float
    skewness: Array
    excess: Array
    histogram: Array

    @property
    def gaussian(self) -> Array:
        """What `histogram` would be."""
        return np.diff(ndtr(EDGES))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; six digits."""
        return {
            field.name: [float(f"{v:.6g}") for v in value] if isinstance(value, np.ndarray) else value
            for field in fields(self)
            for value in [getattr(self, field.name)]
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Gaussianity:
        """What `to_dict` gave."""
        values: dict[str, Any] = {k: np.array(v) if isinstance(v, list) else v for k, v in data.items()}
        return cls(**values)


def load_gaussianity(folder: str | PathLike[str]) -> dict[str, tuple[Gaussianity, ...]]:
    """What was found at a folder's checkpoints, by the checkpoint's name, by batch size.

    Returns
    -------
    dict of str to tuple of Gaussianity
        Empty where nothing was measured.
    """
    path = Path(folder) / FILE
    if not path.exists():
        return {}
    found = json.loads(path.read_text(encoding="utf-8"))
    return {name: tuple(map(Gaussianity.from_dict, tests)) for name, tests in found.items()}
