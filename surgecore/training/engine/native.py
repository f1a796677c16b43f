"""Many steps in one call of native code: for small networks on a CPU (torch, numba).

A step of a small network by tensors costs as much for passes over memory as for arithmetic. There is native code for
networks of one hidden layer, softmax regression and quadratics, under the rules that the kernels of a GPU know. It is
compared with plain steps before it is used, and is not used where the two differ, or where numba is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from surgecore.training.engine.resident import rule_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from surgecore.training.engine.rules import Buffers, Optimizer

#: Rules in the order of their codes in `surgecore.training.engine.native_steps`.
_RULES = ("sign", "sgd", "nesterov", "adam", "adamw", "lion")
#: What it needs beside numpy: the compiler, its products, and what keeps these on one thread.
_PACKAGES = ("numba", "scipy", "threadpoolctl")


@cache
def usable(device: str) -> bool:
    """Whether native steps can be taken: on a CPU, where numba is there."""
    return device == "cpu" and all(find_spec(name) is not None for name in _PACKAGES)


#: Steps in which native code is compared with plain ones.
_COMPARED = 4


@cache
def compiled_before() -> bool:
    """Whether this machine is known to have compiled the code: where Python keeps its own compiled files."""
    source = Path(__file__).with_name("native_steps.py")
    kept = (source.parent / "__pycache__").glob("native_steps.*.nbi")
    return any(index.stat().st_mtime >= source.stat().st_mtime for index in kept)


@dataclass(eq=False)
class Native:
    """Advances runs by steps of one block in one call.

    Attributes
    ----------
    name : str
        Of the function in `surgecore.training.engine.native_steps`.
    data : tuple of ndarray or int
        What it reads beside buffers, rates, draws and table.
    rule : int
        Code of the update rule.
    numbers : tuple of float32
        Betas, what these leave, and weight decay.
    prepare : callable or None
        Makes what it reads of steps out of their draws.
    trusted : bool
        Whether it was compared with plain steps.
    """

    name: str
    data: tuple[Any, ...]
    rule: int
    numbers: tuple[np.float32, ...]
    prepare: Callable[[Tensor], Tensor] | None = None
    trusted: bool = False

    def take_steps(
        self, x: Buffers, drawn: Tensor, rows: Sequence[Sequence[float]], plain: Callable[[int], None]
    ) -> bool:
        """Take steps, at first only if they are the same as plain ones; False, and none is taken, if not.

        Parameters
        ----------
        x, drawn, rows
            As of a call.
        plain : callable
            Takes the n-th of the steps by tensors.
        """
        from surgecore.training.engine.graphs import same_steps

        if not self.trusted:
            some = min(len(rows), _COMPARED)

            def by_tensors() -> None:
                for step in range(some):
                    plain(step)

            self.trusted = same_steps(x, by_tensors, lambda: self(x, drawn[:some], rows[:some]))
        if self.trusted:
            self(x, drawn, rows)
        return self.trusted

    def __call__(self, x: Buffers, drawn: Tensor, rows: Sequence[Sequence[float]]) -> None:
        """Take steps.

        Parameters
        ----------
        x : Buffers
            What they change.
        drawn : Tensor, shape (steps, groups, ...)
            Draws of the steps.
        rows : sequence of sequence of float
            Multiplier of the rate and the rule's scalars, of each step.
        """
        from surgecore.training.engine import native_steps

        table = np.zeros((len(rows), 3), dtype=np.float32)
        table[:, : len(rows[0])] = rows
        given = drawn if self.prepare is None else self.prepare(drawn)
        state = [*x.state, x.p, x.p][:2]  # what a rule has not is never read
        flat: list[NDArray[np.float32]] = [tensor.numpy() for tensor in (x.p, *state, x.lr)]
        with _libraries().limit(limits=1, user_api="blas"):
            getattr(native_steps, self.name)(
                *flat, *self.data, given.numpy(), table, 0, len(rows), self.rule, self.numbers
            )


@cache
def _libraries() -> Any:  # noqa: ANN401 - has no types
    """Libraries for products that are loaded, to be kept on one thread as torch is."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def native_steps(
    name: str, data: tuple[Any, ...], optimizer: Optimizer, prepare: Callable[[Tensor], Tensor] | None = None
) -> Native | None:
    """Native steps of a model under an optimizer; None where there are none.

    Parameters
    ----------
    name, data, prepare
        As of `Native`.
    optimizer : Optimizer
        How it is trained.
    """
    rule = rule_of(optimizer)
    if rule is None or not usable("cpu"):
        return None
    kind = "nesterov" if rule["RULE"] == "sgd" and rule["B2"] else rule["RULE"]
    first, second = rule["B1"], rule["B2"]
    numbers = tuple(np.float32(value) for value in (first, second, 1 - first, 1 - second, rule["WD"]))
    return Native(name, data, _RULES.index(kind), numbers, prepare)
