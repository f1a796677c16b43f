"""Batch policies: how many examples each run uses next, from what its last gradient told. No torch until used.

A policy is a layer over any optimizer. Every run has its own batch; a step draws as many examples as the largest may
use, and a run uses the first of them, so that larger batches contain smaller ones and seeds stay comparable.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

from surgecore.training.engine.rules import Needs
from surgecore.training.workloads.options import option
from surgecore.training.workloads.problems import PlanCode, broken

if TYPE_CHECKING:
    from torch import Tensor

    from surgecore.training.engine.rules import Buffers
    from surgecore.training.workloads.models import Model


class Seen(NamedTuple):
    """What one gradient told about its noise, arrays of shape (groups, runs).

    Attributes
    ----------
    spread : Tensor
        Trace of the covariance of single examples' gradients, estimated with divisor b - 1.
    signal : Tensor
        Squared norm of the minibatch's gradient.
    square : Tensor
        Mean squared norm of single examples' gradients.
    along, across : Tensor or None
        Variance of the products of single gradients with the mean one; mean square of what is orthogonal to it.
    """

    spread: Tensor
    signal: Tensor
    square: Tensor
    along: Tensor | None = None
    across: Tensor | None = None


@dataclass(frozen=True)
class Policy(ABC):
    """A rule for the next batch of each run, never above `most`."""

    most: int = option(1024, 2, 1 << 20)
    needs: ClassVar[Needs] = Needs(norms=True)
    #: Whether batches may change at all, and the smallest that the rule can judge.
    adapts: ClassVar[bool] = True
    least: ClassVar[int] = 2

    def prepared(self, model: Model) -> Self:
        """The policy with what it must know of the model.

        Raises
        ------
        ValueError
            If it cannot be known.
        """
        return self

    def drawn(self, batch_size: int) -> int:
        """Examples that a step may use of which runs start from a batch size."""
        return max(batch_size, self.most)

    def check_batches(self, batch_sizes: Sequence[int]) -> None:
        """Raise ValueError if runs cannot start from these."""
        if min(batch_sizes) < self.least:
            raise broken(PlanCode.POLICY_LEAST, limit=str(self.least), got=str(min(batch_sizes)))

    def check_optimizer(self, key: str) -> None:
        """Raise ValueError if the policy does not go with the optimizer of this key."""
        return

    def check_workload(self, key: str) -> None:
        """Raise ValueError if the policy does not go with the workload of this key."""
        if ":" in key and self.adapts:
            raise broken(PlanCode.POLICY_OWN_WORKLOAD)

    def see(self, x: Buffers) -> Seen:
        """What a gradient told, before the optimizer uses it."""
        found = x.found
        assert found.norms is not None
        assert found.count is not None
        signal = x.layout.squares(x.g).sum(dim=-1)
        total, less = found.norms.sum(dim=(2, 3)), (found.count - 1).clamp(min=1)
        spread = ((total - found.count * signal) / less).clamp(min=0)
        if found.along is None:
            return Seen(spread, signal, total / found.count)
        products = found.along.square().sum(dim=-1)
        along = ((products - found.count * signal.square()) / less).clamp(min=0)
        across = ((total - products / signal) / less).clamp(min=0)
        return Seen(spread, signal, total / found.count, along, across)

    @abstractmethod
    def wanted(self, seen: Seen, memory: Tensor, step: int) -> Tensor:
        """Examples that are wanted next, of any size; `memory`, zero at first, is the rule's own for each run."""

    def next(self, sizes: Tensor, seen: Seen, memory: Tensor, step: int) -> Tensor:
        """Batch of each run for the next step: it never falls, and stays where nothing is known."""
        wanted = self.wanted(seen, memory, step).ceil().clamp(max=float(self.most))
        return sizes.where(~(wanted > sizes), wanted)

    def factor(self, seen: Seen, memory: Tensor, sizes: Tensor) -> Tensor | None:
        """Multiplier of each run's learning rate in this step, if the policy sets one."""
        return None


@dataclass(frozen=True)
class Fixed(Policy):
    """Every run keeps the batch size that the grid gives it."""

    adapts: ClassVar[bool] = False
    least: ClassVar[int] = 1

    def drawn(self, batch_size: int) -> int:
        """The batch."""
        return batch_size

    def wanted(self, seen: Seen, memory: Tensor, step: int) -> Tensor:
        """Nothing is wanted."""
        return seen.signal.new_zeros(())


@dataclass(frozen=True)
class NormTest(Policy):
    """AdAdaGrad's norm test: the batch grows until the gradient's noise is `eta` times its size.

    The batch that is wanted is tr S / (eta^2 |g|^2). Growth comes to rest at B_simple (1 - eta^2) / eta^2, or above it
    by chance, as batches never fall. Rates are not scaled with the batch.

    References
    ----------
    Lau et al., arXiv 2402.11215, confirmed from the authors' code (its equation numbers are not).
    """

    eta: float = option(0.5, 1e-3, 0.999)
    every: int = option(1, 1, 10_000)

    def wanted(self, seen: Seen, memory: Tensor, step: int) -> Tensor:
        """tr S / (eta^2 |g|^2)."""
        if step % self.every:
            return seen.signal.new_zeros(())
        return seen.spread / (self.eta**2 * seen.signal)


@dataclass(frozen=True)
class InnerProductTest(Policy):
    """The inner-product test: single gradients must mostly agree in direction with their mean.

    The variance is over the whole vector, as defined; the authors' code adds up tensors one by one.

    References
    ----------
    Lau et al., arXiv 2402.11215; Bollapragada et al., arXiv 1710.11258.
    """

    theta: float = option(0.5, 1e-3, 10)
    every: int = option(1, 1, 10_000)
    needs: ClassVar[Needs] = Needs(norms=True, along=True)

    def check_workload(self, key: str) -> None:
        """Products with single gradients need single gradients."""
        super().check_workload(key)
        if key == "quadratic":
            raise broken(PlanCode.POLICY_NO_EXAMPLES)

    def wanted(self, seen: Seen, memory: Tensor, step: int) -> Tensor:
        """var <g_i, g> / (theta^2 |g|^4)."""
        assert seen.along is not None
        if step % self.every:
            return seen.signal.new_zeros(())
        return seen.along / (self.theta**2 * seen.signal.square())


@dataclass(frozen=True)
class AugmentedTest(InnerProductTest):
    """The inner-product test and the orthogonality test together: the larger batch of both."""

    nu: float = option(1.0, 1e-3, 100)

    def wanted(self, seen: Seen, memory: Tensor, step: int) -> Tensor:
        """The larger of both."""
        assert seen.across is not None
        along = super().wanted(seen, memory, step)
        return along if along.ndim == 0 else along.maximum(seen.across / (self.nu**2 * seen.signal))


@dataclass(frozen=True)
class OptimalSGD(Policy):
    """The batch at which SGD to a given accuracy uses fewest examples, and the rate that goes with it.

    For a loss that is `smooth`-smooth and `convex`-strongly convex, of examples that are `roughest`-smooth each, to
    E|x - x*|^2 <= `eps`: with c = 2 h / (eps mu), h the mean squared norm of single gradients at the optimum, all
    batches up to (c + L - L_max) / L use as few examples as can be, when examples are drawn with replacement. The rate
    is half of min(1 / L(b), eps mu b / (2 h)) with L(b) = L + (L_max - L) / b; the swept rate multiplies it. Here h is
    a running mean, with memory `smoothing`, of what minibatches say where the run is, at most `cap`. Constants that
    are 0 are taken from the workload, which knows them for the quadratic and, but for mu, for softmax regression;
    give the optimizer a weight decay of mu. On other losses it is a heuristic, with constants that you give.

    References
    ----------
    Alfarra et al., arXiv 2005.01097, whose loop is not confirmed; the formula follows from Gower et al., arXiv
    1901.09401, Theorem 3.1, as recalled.
    """

    eps: float = option(0.1, 1e-12, 1e6)
    smooth: float = option(0.0, 0, 1e9)
    roughest: float = option(0.0, 0, 1e9)
    convex: float = option(0.0, 0, 1e9)
    cap: float = option(0.0, 0, 1e12)
    smoothing: float = option(0.9, 0, 0.999)
    least: ClassVar[int] = 1

    def prepared(self, model: Model) -> Self:
        """With the workload's constants in place of zeros."""
        known = model.curvatures()
        names = ("smooth", "roughest", "convex")
        values: dict[str, Any] = {name: getattr(self, name) or known.get(name, 0.0) for name in names}
        if missing := [name for name in names if not values[name]]:
            raise broken(PlanCode.POLICY_CONSTANTS, names=", ".join(missing))
        return replace(self, **values)

    def check_optimizer(self, key: str) -> None:
        """It sets the rate of plain SGD."""
        if key != "sgd":
            raise broken(PlanCode.POLICY_OPTIMIZER, got=key)

    def check_workload(self, key: str) -> None:
        """Constants are known of two workloads."""
        super().check_workload(key)
        names = ("smooth", "roughest", "convex")
        known = {"quadratic": names, "softmax": names[:2]}.get(key, ())
        if missing := [name for name in names if name not in known and not getattr(self, name)]:
            raise broken(PlanCode.POLICY_CONSTANTS, names=", ".join(missing))

    def wanted(self, seen: Seen, memory: Tensor, step: int) -> Tensor:
        """(c + L - L_max) / L, at least one."""
        new = seen.square if step == 1 else memory * self.smoothing + seen.square * (1 - self.smoothing)
        memory.copy_(new)
        return self.best(self._noise(memory))

    def best(self, noise: Tensor) -> Tensor:
        """The critical batch size for a mean squared norm of single gradients."""
        return ((2 * noise / (self.eps * self.convex) + self.smooth - self.roughest) / self.smooth).clamp(min=1)

    def next(self, sizes: Tensor, seen: Seen, memory: Tensor, step: int) -> Tensor:
        """To the nearest whole number, up or down."""
        wanted = self.wanted(seen, memory, step).round().clamp(1, self.most)
        return wanted.where(wanted.isfinite(), sizes)

    def factor(self, seen: Seen, memory: Tensor, sizes: Tensor) -> Tensor | None:
        """Half of min(1 / L(b), eps mu b / (2 h))."""
        noise = seen.square.where(memory == 0, memory)
        return self.rate(self._noise(noise), sizes)

    def rate(self, noise: Tensor, sizes: Tensor) -> Tensor:
        """The rate of a batch, for a mean squared norm of single gradients."""
        smooth = self.smooth + (self.roughest - self.smooth) / sizes
        return 0.5 * (1 / smooth).minimum(self.eps * self.convex * sizes / (2 * noise))

    def _noise(self, noise: Tensor) -> Tensor:
        return noise.clamp(max=self.cap) if self.cap else noise


POLICIES: Mapping[str, type[Policy]] = MappingProxyType(
    {
        "fixed": Fixed,
        "norm-test": NormTest,
        "inner-product-test": InnerProductTest,
        "augmented-test": AugmentedTest,
        "optimal-sgd": OptimalSGD,
    }
)
