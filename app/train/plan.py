"""From the choices on the Train page to a plan: small defaults that finish in seconds, for every workload."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from choice.made import once

from surgecore import words
from surgecore.training.engine.policies import POLICIES
from surgecore.training.engine.protocols import PROTOCOLS
from surgecore.training.plans.estimate import PlanCost, estimate
from surgecore.training.plans.plan import Plan, PlanError
from surgecore.training.workloads.workloads import WORKLOADS
from surgecore.words.phrases import current_language

#: Above so many seconds of estimated time the page asks, and above so many it leaves the sweep to a terminal.
ASK_SECONDS, MOST_SECONDS = 120.0, 3600.0
#: Above so much memory [bytes] likewise.
MOST_MEMORY = 2e9

PROTOCOL_KEYS = ("checkpoint", "target", "steps", "examples")
assert set(PROTOCOL_KEYS) == set(PROTOCOLS)


@dataclass(frozen=True)
class Defaults:
    """Where a workload starts: options of its own, checkpoint loss, target, and powers of two of the grid."""

    options: dict[str, Any]
    checkpoint: float
    target: float
    steps: int
    batches: tuple[int, int]
    rates: tuple[int, int]
    sgd_rates: tuple[int, int]
    seeds: int


DEFAULTS = {
    "digits-mlp": Defaults({"hidden": 16}, 1.0, 0.5, 10, (2, 10), (-8, -1), (-3, 4), 64),
    "softmax": Defaults({}, 1.0, 0.5, 10, (2, 10), (-10, 1), (-4, 5), 64),
    "quadratic": Defaults({"size": 100}, 0.0, 0.5, 1, (2, 12), (-12, 1), (-10, 3), 64),
    "fashion-cnn": Defaults(
        {"channels": 4, "hidden": 32, "evaluated": 2000}, 1.0, 0.8, 10, (3, 7), (-11, -4), (-7, 0), 4
    ),
    "char-transformer": Defaults({"width": 32}, 2.55, 2.55, 10, (2, 6), (-11, -5), (-6, 2), 4),
    "resnet": Defaults({"channels": 4, "evaluated": 500}, 1.0, 1.0, 10, (3, 5), (-11, -4), (-6, 1), 2),
    "gpt": Defaults({"width": 32, "context": 32, "sequences": 256}, 2.6, 2.6, 10, (2, 5), (-11, -5), (-6, 2), 2),
    "moe": Defaults({"width": 32, "context": 32, "sequences": 256}, 2.6, 2.6, 10, (2, 5), (-11, -5), (-6, 2), 2),
}
WORKLOAD_KEYS = tuple(DEFAULTS)
assert set(WORKLOAD_KEYS) == set(WORKLOADS)
#: What a batch policy starts with; batches then grow to at most so many examples.
POLICY_OPTIONS: dict[str, dict[str, float]] = {
    "fixed": {},
    "norm-test": {"eta": 0.7, "most": 256},
    "inner-product-test": {"theta": 0.5, "most": 256},
    "augmented-test": {"theta": 0.5, "nu": 1.0, "most": 256},
    "optimal-sgd": {"eps": 0.1, "most": 256},
}
assert set(POLICY_OPTIONS) == set(POLICIES)


def policies(workload: str, optimizer: str) -> list[str]:
    """Keys of the batch policies that go with a workload and an optimizer."""
    found = []
    for key, kind in POLICIES.items():
        policy = kind(**POLICY_OPTIONS[key])
        with suppress(ValueError):
            policy.check_workload(workload)
            policy.check_optimizer(optimizer)
            found.append(key)
    return found


@dataclass(frozen=True)
class Choices:
    """What the visitor chose; grids are powers of two, both ends included."""

    workload: str
    optimizer: str
    state: str
    protocol: str
    steps: int
    loss: float
    batches: tuple[int, int]
    rates: tuple[int, int]
    per_octave: int
    seeds: int
    refine: bool
    policy: str = "fixed"

    def table(self) -> dict[str, Any]:
        """The tables of a plan; what does not go together is found when it is read."""
        optimizer: dict[str, Any] = {"key": self.optimizer}
        if self.state != "cold":
            optimizer["state"] = self.state
        grid: dict[str, Any] = {
            "batch_sizes": [2**k for k in range(self.batches[0], self.batches[1] + 1)],
            "learning_rates": {
                "low": 2.0 ** self.rates[0],
                "high": 2.0 ** self.rates[1],
                "per_octave": self.per_octave,
            },
            "seeds": self.seeds,
        }
        if self.refine:
            grid |= {"refine": True, "scout_seeds": min(4, self.seeds), "per_octave": self.per_octave}
            grid["each_side"] = 5
        changing = self.policy != "fixed"
        policy: dict[str, Any] = {"key": self.policy, **POLICY_OPTIONS[self.policy]}
        title = f"{words.workload(self.workload)}, {words.optimizer(self.optimizer)}"
        return {
            "name": "-".join([self.workload, self.optimizer, *([self.policy] if changing else [])]),
            "title": f"{title}, {words.policy(self.policy, policy.get('eta'))}" if changing else title,
            "workload": {"key": self.workload, **DEFAULTS[self.workload].options},
            "optimizer": optimizer,
            **({"policy": policy} if changing else {}),
            "protocol": {"key": self.protocol, **self._protocol()},
            "grid": grid,
        }

    def _protocol(self) -> dict[str, Any]:
        if self.protocol == "checkpoint":
            return {"loss": self.loss, "steps": [self.steps]}
        if self.protocol == "target":
            return {"targets": [self.loss], "then": [self.steps], "limit": 500}
        return {self.protocol: [self.steps]}


def read(table: dict[str, Any] | str) -> Plan | tuple[str, ...]:
    """A plan, or everything that is wrong with it."""
    try:
        return Plan.from_toml(table + "\n") if isinstance(table, str) else Plan.from_dict(table)
    except PlanError as error:
        return tuple(str(problem) for problem in error.problems)


def made(choices: Choices) -> Plan | tuple[str, ...]:
    """The plan of the choices, the same one for the same choices."""
    return _made(choices, current_language())


@lru_cache(maxsize=64)
def _made(choices: Choices, language: str) -> Plan | tuple[str, ...]:
    return read(choices.table())  # its title is in the language


def cost(plan: Plan) -> PlanCost:
    """What a plan costs here, estimated once."""
    return once(plan, "cost", lambda: estimate(plan))
