"""Argument checks shared by the public objects: the rule, then what was given instead."""

from __future__ import annotations

from typing import overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def positive_array(name: str, value: ArrayLike) -> FloatArray:
    """Return `value` as a float array, or raise `ValueError` unless all of it is positive and finite."""
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be a number or an array of numbers, but got {value!r}") from error
    wrong = ~(np.isfinite(array) & (array > 0))
    if wrong.any():
        first = array[wrong].flat[0] if array.ndim else array
        raise ValueError(f"{name} must be positive and finite, but got {float(first)!r}")
    return array


def positive(name: str, value: float) -> float:
    """Return `value` as a float, or raise `ValueError` unless it is one positive finite number."""
    array = positive_array(name, value)
    if array.ndim:
        raise ValueError(f"{name} must be a single number, but got an array of shape {array.shape}")
    return float(array)


def finite(name: str, value: float) -> float:
    """Return `value` as a float, or raise `ValueError` unless it is one finite number."""
    try:
        number = float(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be a single number, but got {value!r}") from error
    if not np.isfinite(number):
        raise ValueError(f"{name} must be finite, but got {number!r}")
    return number


@overload
def like(result: FloatArray, given: float) -> float: ...
@overload
def like(result: FloatArray, given: ArrayLike) -> FloatArray | float: ...
def like(result: FloatArray, given: ArrayLike) -> FloatArray | float:
    """Give a float back for a scalar argument, an array of the same shape otherwise."""
    return float(result) if np.ndim(given) == 0 else result
