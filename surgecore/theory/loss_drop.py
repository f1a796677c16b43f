"""The loss drop of one step that saturates with the batch size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import ArrayLike

from surgecore._validate import like, positive, positive_array


@dataclass(frozen=True)
class LossDrop:
    r"""Expected loss drop of one step at its best learning rate, where the noise enters as 1/B.

    .. math:: \Delta L(B) = \Delta L_{max} / (1 + B_{noise}/B)

    Parameters
    ----------
    limit : float
        Loss drop of a step on the full gradient [loss].
    noise_scale : float
        Batch size of half that drop [examples].

    Raises
    ------
    ValueError
        If a parameter is not positive and finite.

    References
    ----------
    McCandlish et al., arXiv 1812.06162, eq. 2.7; Li et al., arXiv 2405.14578, eq. 18.
    """

    limit: float
    noise_scale: float

    def __post_init__(self) -> None:
        for name in ("limit", "noise_scale"):
            object.__setattr__(self, name, positive(name, getattr(self, name)))

    def __call__(self, batch_size: ArrayLike) -> Any:  # noqa: ANN401 - a float for a scalar, else an array
        """Loss drop at each batch size.

        Parameters
        ----------
        batch_size : array_like
            Positive and finite, any shape [examples].

        Returns
        -------
        float or ndarray
            Same shape as `batch_size` [loss].

        Raises
        ------
        ValueError
            If a batch size is not positive and finite.
        """
        batch = positive_array("batch_size", batch_size)
        return like(self.limit / (1.0 + self.noise_scale / batch), batch_size)
