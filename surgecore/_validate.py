"""Argument checks shared by the public objects: the rule, then what was given instead."""

from __future__ import annotations

from numbers import Real
from typing import overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def real_array(name: str, value: ArrayLike, what: str = "a number or an array of numbers") -> FloatArray:
    """Return `value` as a float array, or raise `ValueError` unless all of it is real numbers.

    Text, truth values, dates, complex numbers and masked arrays are refused: what numpy makes of them is not what was
    meant.
    """
    rule = f"{name} must be {what}"
    if isinstance(value, np.ma.MaskedArray):
        raise ValueError(f"{rule}, but got a masked array: fill or drop what is masked")
    try:
        array = np.asarray(value)
        if array.dtype.kind == "O" and all(isinstance(item, Real) and not _is_truth(item) for item in array.flat):
            return array.astype(np.float64)
        if array.dtype.kind in "iuf":
            return array.astype(np.float64, copy=False)
    except OverflowError as error:
        raise ValueError(f"{rule}, but got one that is too large for a float") from error
    except (TypeError, ValueError) as error:
        raise ValueError(f"{rule}, but got {value!r}") from error
    raise ValueError(f"{rule}, but got {value!r}")


def _is_truth(value: object) -> bool:
    return isinstance(value, bool | np.bool)


def positive_array(name: str, value: ArrayLike) -> FloatArray:
    """Return `value` as a float array, or raise `ValueError` unless all of it is positive and finite."""
    array = real_array(name, value)
    wrong = ~(np.isfinite(array) & (array > 0))
    if wrong.any():
        first = array[wrong].flat[0] if array.ndim else array
        raise ValueError(f"{name} must be positive and finite, but got {float(first)!r}")
    return array


def real_vector(name: str, value: ArrayLike, size: int | None) -> FloatArray:
    """Return a read-only copy, or raise `ValueError` unless it is a vector of finite numbers, of `size` where given."""
    array = _finite_copy(name, value)
    if array.ndim != 1 or array.size == 0 or size not in (None, array.size):
        wanted = "(N,) with N >= 1" if size is None else f"({size},)"
        raise ValueError(f"{name} must have shape {wanted}, but got {array.shape}")
    return array


def real_rows(name: str, value: ArrayLike, size: int) -> FloatArray:
    """Return a read-only copy, or raise `ValueError` unless it is a matrix of finite numbers with `size` rows."""
    array = _finite_copy(name, value)
    if array.ndim != 2 or array.shape[0] != size:
        raise ValueError(f"{name} must have shape ({size}, k), but got {array.shape}")
    return array


def _finite_copy(name: str, value: ArrayLike) -> FloatArray:
    array = real_array(name, value, "an array of numbers").copy()
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, but got {float(array[~np.isfinite(array)].flat[0])!r}")
    array.setflags(write=False)
    return array


def positive(name: str, value: float) -> float:
    """Return `value` as a float, or raise `ValueError` unless it is one positive finite number."""
    array = positive_array(name, value)
    if array.ndim:
        raise ValueError(f"{name} must be a single number, but got an array of shape {array.shape}")
    return float(array)


def finite(name: str, value: float) -> float:
    """Return `value` as a float, or raise `ValueError` unless it is one finite number."""
    array = real_array(name, value)
    if array.ndim:
        raise ValueError(f"{name} must be a single number, but got an array of shape {array.shape}")
    if not np.isfinite(array):
        raise ValueError(f"{name} must be finite, but got {float(array)!r}")
    return float(array)


@overload
def like(result: FloatArray, given: float) -> float: ...
@overload
def like(result: FloatArray, given: ArrayLike) -> FloatArray | float: ...
def like(result: FloatArray, given: ArrayLike) -> FloatArray | float:
    """Give a float back for a scalar argument, an array of the same shape otherwise."""
    return float(result) if np.ndim(given) == 0 else result
