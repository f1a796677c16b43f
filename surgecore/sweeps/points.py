"""What fits and tests take: a value at each batch size, with what is known of its error."""

from __future__ import annotations

import typing
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from surgecore._validate import FloatArray


@dataclass(frozen=True)
class Point:
    """A positive value at one batch size: an optimal learning rate, or steps to a target.

    Attributes
    ----------
    batch_size : float
        Batch size [examples].
    value : float
        The value, in its own unit.
    stderr : float or None
        Standard error of the natural log of `value`; None where nothing tells it, and for a bound.
    dof : float
        Degrees of freedom behind `stderr`; infinite where it is known, 0 without.
    bound : {"at_least", "at_most"} or None
        The true value lies at or beyond `value`: an optimum on the high or the low edge of the rates tried. None
        where `value` is an estimate.
    """

    batch_size: float
    value: float
    stderr: float | None = None
    dof: float = 0.0
    bound: Literal["at_least", "at_most"] | None = None


@dataclass(frozen=True, eq=False)
class Points:
    """Points at distinct batch sizes, in ascending order, with their joint errors.

    Attributes
    ----------
    points : tuple of Point
        In ascending order of batch size.
    covariance : ndarray or None
        Of the natural logs of the values, shape (n, n), where errors are common to several batch sizes (seeds that
        are shared between them); None where each error is its own.
    moderated : bool
        Whether the errors were already drawn towards their common trend, with the degrees of freedom of all; fits
        then take them as they are.
    """

    points: tuple[Point, ...]
    covariance: FloatArray | None = None
    moderated: bool = False

    def __post_init__(self) -> None:
        sizes = [point.batch_size for point in self.points]
        if sizes != sorted(set(sizes)):
            raise ValueError(f"points must be in ascending order of batch size, each once, but got {sizes!r}")
        if self.covariance is not None and np.shape(self.covariance) != (len(sizes), len(sizes)):
            raise ValueError(
                f"covariance must have shape ({len(sizes)}, {len(sizes)}), but got {np.shape(self.covariance)!r}"
            )

    @classmethod
    def of(cls, points: PointsLike) -> Points:
        """Points in any order, each with an error of its own; what is `Points` already is given back."""
        if isinstance(points, Points):
            return points
        found = [item if isinstance(item, Point) else item.point for item in points]
        return cls(tuple(sorted(found, key=lambda point: point.batch_size)))


class HasPoint(typing.Protocol):
    """What stands for a point, such as an `Optimum`."""

    @property
    def point(self) -> Point:
        """Itself as a point."""


PointsLike = Points | Sequence[Point | HasPoint]
