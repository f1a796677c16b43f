"""Reading losses over all data: of every run as it is, or of single runs from snapshots (torch)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from surgecore.training.engine.device_draws import uploaded
from surgecore.training.engine.graphs import CapturedReading
from surgecore.training.engine.precision import full_precision

if TYPE_CHECKING:
    from surgecore.training.engine.rules import Buffers
    from surgecore.training.engine.stack import Layout, Views
    from surgecore.training.workloads.models import Model

#: Readings after which one more is worth its capture, which takes as long as five.
_READINGS = 6


class Readings:
    """Reads losses of a model's runs, on a GPU as a graph where it is read often.

    Parameters
    ----------
    model : Model
        Whose runs.
    fallbacks : set of str
        Gets "reading" where one could not be captured.
    pool : callable
        Gives the memory that graphs work in.
    capture : bool
        Whether readings may be captured.

    Attributes
    ----------
    captured : CapturedReading or None
        Of the buffers that are read now.
    """

    def __init__(self, model: Model, fallbacks: set[str], pool: Callable[[], object], *, capture: bool) -> None:
        self._model, self._fallbacks, self._pool, self._capture = model, fallbacks, pool, capture
        self.captured: CapturedReading | None = None
        self._read = 0
        self._native = False
        self.begin()

    def begin(self) -> None:
        """Begin anew: what a reader knows is of the runs before."""
        self._reader = self._model.native_reader() if self._native else self._model.reader()

    def go_native(self) -> None:
        """Read in native code from now on, where there is some."""
        self._native = True
        self.begin()

    def forget(self) -> None:
        """Other buffers are read from now on; a graph of the old ones is of no use."""
        self.captured, self._read = None, 0

    def use_graphs(self, *, at_once: bool) -> None:
        """Capture the next reading, or none."""
        self._capture, self._read = at_once, 1 << 20 if at_once else 0

    def losses(self, x: Buffers) -> NDArray[np.float64]:
        """Loss over all data of every run, in float32, shape (seeds, rates)."""
        if self._native:
            shape = x.layout.groups, x.layout.runs
            views = {name: view.reshape(1, -1, *view.shape[2:]) for name, view in x.layout.views(x.p).items()}
            return self._told(views, np.full(shape[0] * shape[1], np.inf))[0].reshape(shape)

        def read() -> Tensor:
            return self._model.full_losses(x.layout.views(x.p))

        with torch.no_grad(), full_precision():
            reading = self._captured(read)
            return (read() if reading is None else reading()).cpu().numpy().copy()

    def _captured(self, read: Callable[[], Tensor]) -> CapturedReading | None:
        """Readings as a graph, where there have been some of these buffers and they can be captured."""
        self._read += 1
        if self.captured is None and self._capture and self._read > _READINGS:
            try:
                self.captured = CapturedReading(read, self._pool())
            except torch.OutOfMemoryError:
                raise
            except RuntimeError:
                self._capture = False
                self._fallbacks.add("reading")
        return self.captured

    def losses_of(
        self, layout: Layout, runs: NDArray[np.int64], floors: NDArray[np.float64], shots: Sequence[Tensor]
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Losses of single runs from snapshots: see `surgecore.training.engine.loop.Engine.losses_of`."""
        chosen = []
        for i, flat in enumerate(shots):
            seeds, rates = uploaded(runs[runs[:, 0] == i, 1:], flat.device).unbind(dim=1)
            chosen.append({name: view[seeds, rates] for name, view in layout.views(flat).items()})
        views = {name: torch.cat([part[name] for part in chosen])[None] for name in chosen[0]}
        return self._told(views, floors.astype(np.float64))

    def _told(self, views: Views, floors: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """What the reader says."""
        with torch.no_grad(), full_precision():
            losses, whole = self._reader.read(views, uploaded(floors, next(iter(views.values())).device))
        if self._reader.failed:
            self._fallbacks.add("native")
        return losses.cpu().numpy(), whole.cpu().numpy()
