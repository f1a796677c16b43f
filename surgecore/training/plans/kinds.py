"""Everything that a plan may name. No torch."""

from __future__ import annotations

from surgecore.training.engine.methods import OPTIMIZERS
from surgecore.training.engine.policies import POLICIES
from surgecore.training.engine.protocols import PROTOCOLS
from surgecore.training.workloads.workloads import WORKLOADS


def kinds() -> dict[str, tuple[str, ...]]:
    """Keys of each table of a plan, in the order of the code.

    Returns
    -------
    dict of str to tuple of str
        By table: "optimizer", "policy", "workload" and "protocol".
    """
    return {
        "optimizer": tuple(OPTIMIZERS), "policy": tuple(POLICIES), "workload": tuple(WORKLOADS),
        "protocol": tuple(PROTOCOLS),
    }  # fmt: skip
