"""Losses over all data, of each run read no further than is needed (torch)."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from surgecore.training.engine.stack import Views

if TYPE_CHECKING:
    from surgecore.training.workloads.batch import Batch
    from surgecore.training.workloads.models import Classifier, Model


#: Examples of a part that is read in native code, and runs in which that is compared.
_PART, _COMPARED = 128, 4


class Reader:
    """Reads losses over all data: of any model, always to the end.

    Parameters
    ----------
    model : Model
        Whose losses.

    Attributes
    ----------
    failed : bool
        Whether its native code read something else than tensors do, so that it is not used.
    """

    failed = False

    def __init__(self, model: Model) -> None:
        self._model = model

    def read(self, params: Views, floors: Tensor) -> tuple[Tensor, Tensor]:
        """Losses of runs as far as they may be at or below their floors.

        Parameters
        ----------
        params : Views
            Runs along the second dimension, the first of length one.
        floors : Tensor, shape (runs,)
            Where the exact loss begins to matter; infinite where it matters anyway.

        Returns
        -------
        losses : Tensor, float64, shape (runs,)
            Loss over all data, or a number above the floor that the loss is not below.
        whole : Tensor of bool, shape (runs,)
            Which of the two: True for the loss.
        """
        losses = self._model.full_losses(params)[0]
        return losses, torch.ones_like(losses, dtype=torch.bool)


class BoundReader(Reader):
    """Leaves a run as soon as the examples read prove that its loss is above its floor; the hardest are read first.

    No loss of an example is negative, so the sum over some of them, divided by the number of all, is not above the
    mean over all. Which examples are hard is found out anew after 8, 16, 32... readings.

    Parameters
    ----------
    model : Classifier
        Whose losses.
    data : Batch
        All examples, as one group.
    """

    _LEAST_PARTS, _JUDGES = 6, 16

    def __init__(self, model: Classifier, data: Batch) -> None:
        super().__init__(model)
        self._classifier, self._data = model, data
        self._readings, self._rank_at = 0, 4

    def read(self, params: Views, floors: Tensor) -> tuple[Tensor, Tensor]:
        """See `Reader.read`."""
        self._rank_now_and_then(params)
        sums = torch.zeros(len(floors), dtype=torch.float64, device=floors.device)
        left = torch.arange(len(floors), device=floors.device)
        count = self._data.y.shape[1]
        at = 0
        while at < count and len(left):
            # parts that are too small cost their calls, and too large ones are not needed to the end
            end = min(at + max(1, ceil(count / max(2 * len(left) ** 0.5, self._LEAST_PARTS))), count)
            sums[left] += self._means(params, at, end) * ((end - at) / count)
            # a sum that overflowed proves nothing: such a run is read to the end
            unsure = (~((sums[left] > floors[left]) & sums[left].isfinite())).nonzero()[:, 0]
            if end < count and len(unsure) < len(left):
                left = left[unsure]
                params = {name: view.index_select(1, unsure) for name, view in params.items()}
            at = end
        whole = torch.zeros(len(floors), dtype=torch.bool, device=floors.device)
        whole[left] = True
        return sums, whole

    def _rank_now_and_then(self, params: Views) -> None:
        self._readings += 1
        if self._readings >= self._rank_at:
            self._rank(params)
            self._rank_at = self._readings + max(8, self._readings // 4)

    def _means(self, params: Views, at: int, end: int) -> Tensor:
        """Mean losses over some of the examples; as many runs at once as there is room for."""
        batch = self._data._replace(x=self._data.x[:, at:end], y=self._data.y[:, at:end])
        runs = next(iter(params.values())).shape[1]
        at_once = max(self._classifier.together, self._model.room // (4 * self._classifier.activations * (end - at)))
        parts = [
            self._model.losses({name: view[:, run : run + at_once] for name, view in params.items()}, batch)[0]
            for run in range(0, runs, at_once)
        ]
        return torch.cat(parts)

    def _rank(self, params: Views) -> None:
        """Put the examples first that are hard for runs of all kinds."""
        runs = next(iter(params.values())).shape[1]
        judges = torch.linspace(0, runs - 1, min(runs, self._JUDGES)).long().tolist()
        total = torch.zeros_like(self._data.y[0], dtype=torch.float64).reshape(self._data.y.shape[1], -1)[:, 0]
        for run in judges:
            own = {name: view[:, run : run + 1] for name, view in params.items()}
            losses = self._classifier.example_losses(own, self._data)[0, 0].double()
            total += (losses / losses.mean()).nan_to_num(0.0, 0.0, 0.0)
        order = total.argsort(descending=True, stable=True)
        self._data = self._data._replace(x=self._data.x[:, order], y=self._data.y[:, order])


class NativeReader(BoundReader):
    """The same in native code, which looks after every part of the data whether it is enough.

    What it reads is compared with what tensors read first, and it is not used where the two differ.

    Parameters
    ----------
    model, data
        As of `BoundReader`.
    name : str
        Of the function in `surgecore.training.engine.native_steps`.
    """

    def __init__(self, model: Classifier, data: Batch, name: str) -> None:
        super().__init__(model, data)
        self._name, self._compared = name, False
        self._cut()

    def read(self, params: Views, floors: Tensor) -> tuple[Tensor, Tensor]:
        """See `Reader.read`."""
        if not self._compared:
            self._compared, few = True, {name: view[:, :_COMPARED] for name, view in params.items()}
            self.failed = not self._agrees(few)
        if self.failed:
            return super().read(params, floors)
        self._rank_now_and_then(params)
        return self._natively(params, floors)

    def _agrees(self, params: Views) -> bool:
        expected = self._model.full_losses(params)[0]
        try:
            found, _ = self._natively(params, torch.full_like(expected, float("inf")))
        except Exception:  # noqa: BLE001 - compilers raise errors of many kinds, and tensors need none
            return False
        return bool(torch.allclose(found, expected, rtol=1e-5, equal_nan=True))

    def _natively(self, params: Views, floors: Tensor) -> tuple[Tensor, Tensor]:
        from surgecore.training.engine import native_steps

        losses, whole = np.empty(len(floors)), np.empty(len(floors), dtype=np.bool_)
        tensors = [view[0].contiguous().numpy() for view in params.values()]
        count = self._data.y.shape[1]
        getattr(native_steps, self._name)(*tensors, floors.numpy(), self._x, self._labels, count, losses, whole)
        return torch.from_numpy(losses), torch.from_numpy(whole)

    def _rank(self, params: Views) -> None:
        super()._rank(params)
        self._cut()

    def _cut(self) -> None:
        """Cut the data into parts, examples last; what the last one lacks is filled and not counted."""
        x, y = self._data.x[0].numpy(), self._data.y[0].numpy()
        lacking = -len(y) % _PART
        padded = np.pad(x, ((0, lacking), (0, 0)))
        self._x = np.ascontiguousarray(padded.reshape(-1, _PART, x.shape[1]).transpose(0, 2, 1))
        self._labels = np.pad(y, (0, lacking)).reshape(-1, _PART)
