"""The loop that advances all runs of one batch size together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from surgecore.training.engine.compiled import take_compiled
from surgecore.training.engine.device_draws import uploaded
from surgecore.training.engine.draws import draw_normals
from surgecore.training.engine.evaluation import FRESH, Evaluation
from surgecore.training.engine.graphs import CapturedSteps, restore, same_steps
from surgecore.training.engine.readings import Readings
from surgecore.training.engine.rules import Buffers, Optimizer, Where
from surgecore.training.engine.stack import Layout, n_params
from surgecore.training.workloads.models import BLOCK, Model

if TYPE_CHECKING:
    from surgecore.training.engine.native import Native
    from surgecore.training.engine.resident import Resident
    from surgecore.training.engine.rules import Scalars

_WARM_STREAM = 1 << 40  # keeps the minibatches that only warm the state apart from those of training
#: Steps in a graph, the longest first, and how many steps must have been taken before one is worth its capture.
_GRAPHS = ((BLOCK, 8 * BLOCK), (8, 64), (1, 8))
#: Steps in which a kernel is compared with plain ones.
_COMPARED = 4


class Engine:
    """Runs of one batch size, every seed x every learning rate, advanced one step at a time.

    Runs of one seed see the same minibatches (common random numbers). The minibatch of step t of a seed depends on
    (seed, batch size, t) only, and a run on nothing but its own start, seed and learning rate.

    Parameters
    ----------
    model : Model
        What is trained.
    optimizer : Optimizer
        How.
    batch_size : int
        Examples a minibatch.
    seeds : sequence of int
        One group each.
    rates : sequence of float
        Learning rates, one run each in every group.
    start : Tensor
        Where runs start: (P,) for all, or (groups, P).
    schedule : callable, optional
        Multiplier of the learning rate at a step; 1 is the first. Constant by default.
    compiled : bool, optional
        Whether to compile the step: slow to start, then up to twice as fast.
    native : bool, optional
        Whether to take steps in native code, where there is some for them: see `surgecore.training.engine.native`.
    precision : str, optional
        Of the gradients: "bf16" takes products in bfloat16; see `surgecore.training.engine.precision`.

    Attributes
    ----------
    steps : int
        Steps taken.
    fallbacks : set of str
        What could not be done as asked: "graph" (steps are launched one by one), "compile" (steps are not compiled),
        "reading" (so are those of full losses), "resident" (the kernel that keeps runs on the chip was not right, or
        could not be built), "native" (nor was native code, or there is none for these steps).
    """

    #: Whether steps may be captured where there is a GPU.
    captures: ClassVar[bool] = True
    #: Of `fallbacks`: what no engine uses, because it was found wrong on this machine.
    aside: ClassVar[frozenset[str]] = frozenset()

    def __init__(
        self,
        model: Model,
        optimizer: Optimizer,
        *,
        batch_size: int,
        seeds: Sequence[int],
        rates: Sequence[float],
        start: Tensor,
        schedule: Callable[[int], float] | None = None,
        compiled: bool = False,
        native: bool = False,
        precision: str = "float32",
    ) -> None:
        self.model, self.optimizer, self.schedule = model, optimizer, schedule
        self.batch_size, self._precision = batch_size, precision
        self.fallbacks: set[str] = set()
        self.where = Where(batch_size, model.epoch)
        # a step that asks for more than one gradient, or for more than a gradient, is not compiled
        plain = type(optimizer).step is Optimizer.step and not optimizer.needs.any
        self._compiled = compiled and plain
        if compiled and not plain:
            self.fallbacks.add("compile")
        # on a GPU a step reads what changes from tables there, so that it can be replayed without the host
        self._begin(on_device=self.captures and model.device.type == "cuda" and not optimizer.noisy)
        self._pool: object = None
        #: Many steps in one launch; and whether that was compared with plain steps.
        self.fused: Resident | None = None
        self._trusted = False
        if self._on_device:
            self.use_resident()
        self._native = self._native_steps() if native else None
        self._warm: Engine | None = None
        self.reset(seeds, rates, start)

    def _begin(self, *, on_device: bool) -> None:
        """Take numbers of a step from tables on a GPU, and graphs of what was not found wrong there; or neither."""
        self._on_device = on_device
        self._capture = on_device and "graph" not in self.aside
        self.readings = Readings(
            self.model, self.fallbacks, self._memory_of_graphs, capture=on_device and "reading" not in self.aside
        )
        if on_device:
            self.fallbacks |= self.aside & {"graph", "reading"}

    def _native_steps(self) -> Native | None:
        """Native code for the steps, where there is some."""
        fits = self.captures and self.model.device.type == "cpu" and self._precision == "float32"
        native = self.model.native(self.optimizer) if fits and not self._compiled else None
        if native is None:
            self.fallbacks.add("native")
        else:
            self.readings.go_native()
        return native

    def path(self) -> dict[str, NDArray[np.float64]]:
        """What every step saw, where batches change: see `AdaptiveEngine.path`; here they stay, and it is empty."""
        return {}

    def extras(self) -> dict[str, NDArray[np.float64]]:
        """Further columns of a trial, shape (seeds, rates)."""
        return {}

    def reset(self, seeds: Sequence[int], rates: Sequence[float], start: Tensor) -> None:
        """Begin anew with other seeds, rates and starts; as many as before keep the graphs that were captured."""
        self.seeds, self.steps, self._age = list(seeds), 0, 0
        self.readings.begin()
        layout = Layout(self.model.shapes, len(self.seeds), len(rates))
        p = layout.fill(start)
        lr = layout.spread(uploaded(np.array(rates, dtype=np.float64), p.device).to(p.dtype))
        self._block = -1
        self._drawn: Tensor | None = None
        state = [torch.zeros_like(p) for _ in range(self.optimizer.n_buffers)]
        if hasattr(self, "buffers") and self.buffers.layout == layout:
            restore([self.buffers.p, self.buffers.lr, *self.buffers.state], [p, lr, *state])
            return
        self._hold(Buffers(p, torch.zeros_like(p), lr, state, layout))

    def _hold(self, buffers: Buffers) -> None:
        """Work on other buffers from now on; graphs of the old ones are of no use."""
        self.buffers = buffers
        self._graphs: dict[int, CapturedSteps] = {}
        self.readings.forget()
        self._taken = 0
        if self._on_device:
            numbers = 1 + len(self.optimizer.scalars(1, self.where))
            self._table = buffers.p.new_empty(BLOCK, numbers)
            self._row = torch.zeros(1, dtype=torch.int64, device=buffers.p.device)
            self._static: Tensor | None = None
            self._block = -1

    def use_graphs(self, *, at_once: bool) -> None:
        """On a GPU take steps as graphs from the first on, or never: for checks of the one against the other."""
        self._capture = self._on_device and at_once
        self._taken = 1 << 20 if at_once else 0
        self.readings.use_graphs(at_once=self._capture)
        self.fused = None

    def use_resident(self) -> None:
        """Take many steps in one launch, where there is a kernel for it: on a GPU that is so from the start."""
        if self.captures and self._precision == "float32" and not self._compiled:
            self.fused = self.model.fused(self.optimizer, self.batch_size)
        if self.fused is not None and "resident" in self.aside:
            self.fused = None
            self.fallbacks.add("resident")

    def warm(self, steps: int) -> None:
        """Fill the optimizer's state with that many gradients at the start, as if it had long been there.

        The parameters do not move. Averages and step counts are then those of a run of this batch size that
        arrived at the start slowly; one average serves all learning rates of a seed.
        """
        if self.steps or not self.buffers.state:
            return
        x = self.buffers
        start = x.layout.rows(x.p)[:, 0]
        seeds = [seed + _WARM_STREAM for seed in self.seeds]
        if self._warm is None:
            self._warm = Engine(
                self.model, self.optimizer, batch_size=self.batch_size, seeds=seeds, rates=[0.0], start=start,
                native=self._native is not None, precision=self._precision,
            )  # fmt: skip
            self._warm.where = replace(self.where, warming=True)
        else:
            self._warm.reset(seeds, [0.0], start)
        self._warm.advance(steps)
        frozen = self._warm.buffers
        for into, average in zip(x.state, frozen.state, strict=True):
            into.copy_(x.layout.fill(frozen.layout.rows(average)[:, 0]))
        self._age = steps

    def step(self) -> None:
        """Advance every run by one step."""
        self.advance(1)

    def advance(self, steps: int) -> None:
        """Advance every run by some steps."""
        while steps:
            block, row = divmod(self.steps, BLOCK)
            count = min(steps, BLOCK - row)
            if self._on_device:
                self._replay(block, row, count)
            elif self._native is None or not self._natively(self._native, block, row, count):
                for at in range(row, row + count):
                    self._step(block, at)
            self.steps += count
            steps -= count

    def _step(self, block: int, row: int) -> None:
        """One step whose numbers come from the host."""
        drawn = self._drawn_of(block)
        x, step = self.buffers, block * BLOCK + row + 1
        self._at = step
        lr = x.lr if self.schedule is None else x.lr * self.schedule(step)
        self._apply(lr, self.optimizer.scalars(self._age + step, self.where), drawn[row])

    def _drawn_of(self, block: int) -> Tensor:
        """Draws of a block, made once."""
        if self._block != block or self._drawn is None:
            self._drawn, self._block = self._draw(block), block
        return self._drawn

    def _natively(self, native: Native, block: int, row: int, count: int) -> bool:
        """Take steps of one block in native code; False, and none is taken, if these are not the same as plain ones."""
        first = block * BLOCK + row + 1
        rows = [self._numbers(step) for step in range(first, first + count)]
        if native.take_steps(
            self.buffers, self._drawn_of(block)[row : row + count], rows, lambda step: self._step(block, row + step)
        ):
            return True
        self._native = None
        self.fallbacks.add("native")
        return False

    def _numbers(self, step: int) -> tuple[float, ...]:
        """Multiplier of the rate and the rule's scalars, at a step."""
        factor = 1.0 if self.schedule is None else self.schedule(step)
        return factor, *self.optimizer.scalars(self._age + step, self.where)

    def _draw(self, block: int) -> Tensor:
        """Minibatches of a block; those of a step's further draws stand behind the first as more groups."""
        seeds = [seed + FRESH * i for i in range(self.optimizer.draws) for seed in self.seeds]
        return self.model.draw(seeds, self.batch_size, block)

    def _apply(self, lr: Tensor, at: Scalars, drawn: Tensor) -> None:
        x = self.buffers
        if self._compiled:
            if take_compiled(self.model, self.optimizer, x, lr, at, drawn, self._precision):
                return
            self._compiled = False
            self.fallbacks.add("compile")
        x = Buffers(x.p, x.g, lr, x.state, x.layout)
        noise = self._normals if self.optimizer.noisy else None
        needs = self.optimizer.needs
        evaluation = Evaluation(self.model, x, drawn, self.batch_size, needs, self._precision, noise=noise)
        self.optimizer.step(x, at, evaluation)

    def _normals(self) -> Tensor:
        """Normal numbers of a step, keyed as draws are, of its own stream."""
        layout, keys = self.buffers.layout, [seed + 2 * FRESH for seed in self.seeds]
        drawn = draw_normals(keys, self.batch_size, self._at, 1, n_params(layout.shapes))[0]
        return layout.fill(torch.from_numpy(drawn).to(self.buffers.p))

    def _replay(self, block: int, row: int, count: int) -> None:
        """Take steps of one block on the device, as graphs where that is worth while."""
        if self._block != block:
            self._load(block)
        self._row.fill_(row)
        if self.fused is not None and (self._trusted or self._proved(row, count)):
            self.fused(self.buffers, self._given, self._table, row, count)
            return
        while count:
            fits = (n for n, worth in _GRAPHS if n <= count and self._taken >= worth and self._captured(n))
            length = next(fits, 0)
            if length:
                self._graphs[length]()
            else:
                self._plainly(1)
            self._taken += max(length, 1)
            count -= max(length, 1)

    def _load(self, block: int) -> None:
        """Fill the tables that the steps of a block read; the graphs know where they lie."""
        drawn = self._draw(block)
        if self._static is None:
            self._static = torch.empty_like(drawn)
        self._static.copy_(drawn)
        first = block * BLOCK + 1
        rows = [self._numbers(step) for step in range(first, first + BLOCK)]
        self._table.copy_(uploaded(np.array(rows, dtype=np.float64), self._table.device))
        prepare = None if self.fused is None else self.fused.prepare
        self._given = self._static if prepare is None else prepare(self._static)
        self._block = block

    def _proved(self, row: int, count: int) -> bool:
        """Whether the kernel takes the same steps as plain ones; if not, it is used no more. Nothing is changed."""
        fused, steps = self.fused, min(count, _COMPARED)
        assert fused is not None
        self._trusted = same_steps(
            self.buffers,
            lambda: self._plainly(steps),
            lambda: fused(self.buffers, self._given, self._table, row, steps),
            [self._row],
        )
        if not self._trusted:
            self.fused = None
            self.fallbacks.add("resident")
        return self._trusted

    def _plainly(self, count: int) -> None:
        """Steps that read the tables at the counter, and count it up."""
        assert self._static is not None
        x = self.buffers
        for _ in range(count):
            drawn = self._static.index_select(0, self._row)[0]
            factor, *at = self._table.index_select(0, self._row)[0].unbind()
            self._apply(x.lr if self.schedule is None else x.lr * factor, at, drawn)
            self._row += 1

    def _captured(self, length: int) -> bool:
        """Whether there is a graph of so many steps; False, for these buffers, where there cannot be one."""
        while self._capture and length not in self._graphs:
            try:
                pool = self._memory_of_graphs()
                self._graphs[length] = CapturedSteps(lambda: self._plainly(length), self.buffers, self._row, pool)
            except torch.OutOfMemoryError:
                raise
            except RuntimeError:
                if self._compiled:  # a graph of the plain step is worth more than a compiled step without one
                    self._compiled = False
                    self.fallbacks.add("compile")
                else:
                    self._capture = False
                    self.fallbacks.add("graph")
        return length in self._graphs

    def _memory_of_graphs(self) -> object:
        """What all graphs of the engine work in, one after another: none reads what another left there."""
        self._pool = self._pool or torch.cuda.graph_pool_handle()
        return self._pool

    def keep(self, runs: Sequence[int]) -> None:
        """Go on with the learning rates at these positions only."""
        x, chosen = self.buffers, list(runs)
        layout = Layout(self.model.shapes, len(self.seeds), len(chosen))
        p, lr, *state = (x.layout.keep(flat, chosen) for flat in (x.p, x.lr, *x.state))
        self._hold(Buffers(p, torch.zeros_like(p), lr, state, layout))

    def losses(self) -> NDArray[np.float64]:
        """Loss over all data of every run, in float32, shape (seeds, rates)."""
        return self.readings.losses(self.buffers)

    def snapshot(self) -> Tensor:
        """Parameters of every run as they are now, for `losses_of`."""
        return self.buffers.p.clone()

    def losses_of(
        self, runs: NDArray[np.int64], floors: NDArray[np.float64], shots: Sequence[Tensor]
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Loss over all data of single runs, as far as it may be at or below a floor.

        Parameters
        ----------
        runs, shots : ndarray of int, shape (n, 3), and sequence of Tensor
            Snapshot (in order), seed and learning rate, by position; the snapshots, all taken since `keep`.
        floors : ndarray, shape (n,)
            Where the exact loss begins to matter; infinite where it matters anyway.

        Returns
        -------
        losses : ndarray, shape (n,)
            Of every run, or a number above its floor that the loss is not below.
        whole : ndarray of bool, shape (n,)
            Which of the two: True for the loss.
        """
        return self.readings.losses_of(self.buffers.layout, runs, floors, shots)

    def parameters(self) -> Tensor:
        """Parameters of every run, shape (seeds, rates, P)."""
        return self.buffers.layout.rows(self.buffers.p)
