"""What a trial is: how long runs are trained, from where, and which loss is compared.

A protocol lists its outputs (one sweep each) and measures them on an engine. This module does not import torch.
"""

from __future__ import annotations

import typing
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import cos, pi
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from surgecore.training.engine.crossings import Crossings
from surgecore.training.workloads.options import option
from surgecore.training.workloads.problems import PlanCode, PlanProblem, broken, wrong

if TYPE_CHECKING:
    from surgecore.training.engine.loop import Engine

Array = NDArray[np.float64]


@runtime_checkable
class Adapting(typing.Protocol):
    """An engine whose runs change their batch: `surgecore.training.engine.adaptive.AdaptiveEngine`."""

    def losses_at_examples(self, examples: int) -> tuple[Array, Array]:
        """Losses and steps of all runs when each has used so many examples."""
        ...

    def examples_at(self, steps: Array) -> Array:
        """Examples that each run had used after its number of steps."""
        ...


@dataclass(frozen=True)
class Output:
    """One sweep that a plan makes.

    Attributes
    ----------
    key : str
        Ending of its name and files.
    horizon : str
        After what trials are compared: "steps" from a common checkpoint, "steps_from_start" and "examples_from_start"
        from initial parameters, "steps_after_loss" after a target was reached, "steps_to_loss" until it is.
    amount : int or None
        How many steps or examples; None where that is what is compared.
    loss : float
        Loss of the checkpoint or target; 0 for initial parameters.
    steps : int or None
        Steps of every trial, None where they differ.
    """

    key: str
    horizon: str
    amount: int | None = None
    loss: float = 0.0
    steps: int | None = None


@dataclass(frozen=True, eq=False)
class Outcome:
    """One output of one chunk, arrays of shape (seeds, rates).

    Attributes
    ----------
    loss : ndarray
        NaN or infinite where the run diverged, and NaN where `reached` is False.
    steps : ndarray
        Steps at which it was measured.
    reached : ndarray of bool or None
        False where the run never came to the point of measurement.
    extra : mapping of str to ndarray
        Further columns.
    """

    loss: Array
    steps: Array
    reached: NDArray[np.bool_] | None = None
    extra: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True)
class Protocol(ABC):
    """How trials are run and compared."""

    own_start: ClassVar[bool] = True

    @abstractmethod
    def outputs(self) -> tuple[Output, ...]:
        """Sweeps it makes, the main one first."""

    @abstractmethod
    def max_steps(self, batch_size: int) -> int:
        """Most steps of a run of this batch size."""

    @abstractmethod
    def n_evaluations(self, batch_size: int) -> int:
        """Most evaluations of the full loss in a run."""

    @abstractmethod
    def outcomes(self, engine: Engine) -> dict[str, Outcome]:
        """Run an engine to the end; one `Outcome` for each output key."""

    def problems(self) -> list[PlanProblem]:
        """Options that do not go together."""
        return []

    def factor(self, step: int, total: int) -> float:
        """Multiplier of the learning rate at a step of `total`."""
        return 1.0

    def check_changing(self) -> None:
        """Raise ValueError if runs must not change their batch."""
        if getattr(self, "schedule", "constant") != "constant":
            raise broken(PlanCode.POLICY_SCHEDULE)
        if len(getattr(self, "examples", ())) > 1:
            raise broken(PlanCode.POLICY_EXAMPLES)


@dataclass(frozen=True)
class FromCheckpoint(Protocol):
    """k steps from a common checkpoint; all k are measured in one run.

    The checkpoint is one run of Adam (learning rate 1e-3, batch size 64) to a full loss of `loss`; `loss = 0` starts
    all runs from the initial parameters of `checkpoint_seed`.
    """

    steps: tuple[int, ...] = option((10,), 1, 1_000_000)
    loss: float = option(1.0, 0)
    checkpoint_seed: int = option(0, 0)
    own_start: ClassVar[bool] = False

    def outputs(self) -> tuple[Output, ...]:
        """One sweep for each number of steps."""
        return tuple(Output(f"k{k}", "steps", k, self.loss, k) for k in self.steps)

    def max_steps(self, batch_size: int) -> int:
        """Largest number of steps."""
        return max(self.steps)

    def n_evaluations(self, batch_size: int) -> int:
        """One for each number of steps."""
        return len(set(self.steps))

    def outcomes(self, engine: Engine) -> dict[str, Outcome]:
        """Losses after each number of steps."""
        return {f"k{k}": measured for k, measured in _losses_at(engine, self.steps).items()}


@dataclass(frozen=True)
class FixedSteps(Protocol):
    """A number of steps from each seed's own initial parameters, with a schedule."""

    steps: tuple[int, ...] = option((100,), 1, 10_000_000)
    schedule: str = option("constant", choices=("constant", "cosine"))
    warmup: float = option(0.1, 0, 0.9)

    def outputs(self) -> tuple[Output, ...]:
        """One sweep for each number of steps."""
        return tuple(Output(f"s{k}", "steps_from_start", k, steps=k) for k in self.steps)

    def max_steps(self, batch_size: int) -> int:
        """Largest number of steps."""
        return max(self.steps)

    def n_evaluations(self, batch_size: int) -> int:
        """One for each number of steps."""
        return len(set(self.steps))

    def problems(self) -> list[PlanProblem]:
        """A schedule needs one length."""
        return _schedule_problems(self.schedule, self.steps, "steps")

    def factor(self, step: int, total: int) -> float:
        """Multiplier of the learning rate."""
        return _schedule(self.schedule, self.warmup, step, total)

    def outcomes(self, engine: Engine) -> dict[str, Outcome]:
        """Losses after each number of steps."""
        return {f"s{k}": measured for k, measured in _losses_at(engine, self.steps).items()}


@dataclass(frozen=True)
class FixedExamples(Protocol):
    """A number of examples from each seed's own initial parameters: fewer steps at larger batches."""

    examples: tuple[int, ...] = option((100_000,), 1)
    schedule: str = option("constant", choices=("constant", "cosine"))
    warmup: float = option(0.1, 0, 0.9)

    def outputs(self) -> tuple[Output, ...]:
        """One sweep for each number of examples."""
        return tuple(Output(f"e{n}", "examples_from_start", n) for n in self.examples)

    def max_steps(self, batch_size: int) -> int:
        """Steps for the largest number of examples, at least one."""
        return max(1, max(self.examples) // batch_size)

    def n_evaluations(self, batch_size: int) -> int:
        """One for each number of examples."""
        return len(set(self.examples))

    def problems(self) -> list[PlanProblem]:
        """A schedule needs one length."""
        return _schedule_problems(self.schedule, self.examples, "examples")

    def factor(self, step: int, total: int) -> float:
        """Multiplier of the learning rate."""
        return _schedule(self.schedule, self.warmup, step, total)

    def outcomes(self, engine: Engine) -> dict[str, Outcome]:
        """Losses after each number of examples."""
        if isinstance(engine, Adapting):
            (examples,) = self.examples
            losses, taken = engine.losses_at_examples(examples)
            return {f"e{examples}": Outcome(losses, taken, extra=engine.extras())}
        steps = {n: max(1, n // engine.batch_size) for n in self.examples}
        measured = _losses_at(engine, tuple(steps.values()))
        return {f"e{n}": measured[steps[n]] for n in self.examples}


@dataclass(frozen=True)
class ToTarget(Protocol):
    """The paper's protocol: train from own initial parameters to a target loss, then for `then` more steps.

    The full loss is read every `every` steps (every step from batch size `every_step_from`), and the crossing t* is
    interpolated between two readings. Trials are compared by L(t* + k), the lowest being the largest drop
    target - L(t* + k). Steps to the target t* are kept with every trial, and are an output of their own.

    References
    ----------
    Li et al., arXiv 2405.14578, section 4.
    """

    targets: tuple[float, ...] = option((0.5,), 1e-9)
    then: tuple[int, ...] = option((10,), 1, 100_000)
    every: int = option(2, 1, 1000)
    every_step_from: int = option(64, 1)
    limit: int = option(2000, 1, 10_000_000)

    def outputs(self) -> tuple[Output, ...]:
        """One sweep for each target and k, then one of the steps to each target."""
        further = [
            Output(f"t{target:g}-k{k}", "steps_after_loss", k, target) for target in self.targets for k in self.then
        ]
        return (
            *further,
            *(Output(f"t{target:g}-steps", "steps_to_loss", loss=target) for target in self.targets),
        )

    def max_steps(self, batch_size: int) -> int:
        """Most steps to the last target, and the further ones."""
        return self.limit + max(self.then)

    def n_evaluations(self, batch_size: int) -> int:
        """One a point."""
        return 1 + self.max_steps(batch_size) // self._every(batch_size)

    def _every(self, batch_size: int) -> int:
        return 1 if batch_size >= self.every_step_from else self.every

    def outcomes(self, engine: Engine) -> dict[str, Outcome]:
        """Losses k steps after each crossing, and the crossings."""
        most, every = self.max_steps(engine.batch_size), self._every(engine.batch_size)
        # where batches change, the path that is told ends where the last run does
        together = 1 if isinstance(engine, Adapting) else engine.model.read_together
        found = Crossings(engine, self.targets, self.then, every=every, most=most, together=together)
        out = {}
        for target in self.targets:
            crossing = np.where(found.step[target] > self.limit, np.nan, found.step[target])
            # a run that never came to the target goes on to the limit unless it diverged
            diverged = np.isnan(crossing) & found.diverged
            reached, steps = ~np.isnan(crossing) | diverged, {"steps_to_target": crossing}
            if isinstance(engine, Adapting):
                steps["examples_to_target"] = engine.examples_at(crossing)
            for k in self.then:
                later = np.where(np.isnan(crossing), np.nan, found.later(target, k))
                out[f"t{target:g}-k{k}"] = Outcome(later, crossing + k, reached, steps)
            out[f"t{target:g}-steps"] = Outcome(crossing, crossing, reached, steps)
        return out


def _losses_at(engine: Engine, steps: Sequence[int]) -> dict[int, Outcome]:
    out = {}
    for target in sorted(set(steps)):
        engine.advance(target - engine.steps)
        losses = engine.losses()
        out[target] = Outcome(losses, np.full(losses.shape, float(target)), extra=engine.extras())
    return out


def _schedule(kind: str, warmup: float, step: int, total: int) -> float:
    if kind == "constant":
        return 1.0
    ramp = max(1, round(warmup * total))
    if step <= ramp:
        return step / ramp
    # would be 0 one step after the last: every step moves, also where there are only two
    return 0.5 * (1 + cos(pi * (step - ramp) / (total - ramp + 1)))


def _schedule_problems(kind: str, lengths: tuple[int, ...], name: str) -> list[PlanProblem]:
    if kind == "cosine" and len(set(lengths)) > 1:
        return [wrong(PlanCode.ONE_LENGTH, where=f"protocol.{name}", got=str(list(lengths)))]
    return []


PROTOCOLS: Mapping[str, type[Protocol]] = MappingProxyType(
    {"checkpoint": FromCheckpoint, "target": ToTarget, "steps": FixedSteps, "examples": FixedExamples}
)
