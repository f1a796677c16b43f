"""Everything that a plan may name, with the first line of what its code says about it. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import getdoc

from surgecore.training.engine.methods import OPTIMIZERS
from surgecore.training.engine.policies import POLICIES
from surgecore.training.engine.protocols import PROTOCOLS
from surgecore.training.workloads.workloads import WORKLOADS


def kinds() -> dict[str, dict[str, str]]:
    """Keys of each table of a plan, in the order of the code, and a line about each.

    Returns
    -------
    dict of str to dict of str to str
        By table: "optimizer", "policy", "workload" and "protocol".
    """
    tables: dict[str, Mapping[str, type]] = {
        "optimizer": OPTIMIZERS, "policy": POLICIES, "workload": WORKLOADS, "protocol": PROTOCOLS,
    }  # fmt: skip
    return {table: {key: line(kind) for key, kind in known.items()} for table, known in tables.items()}


def line(kind: type) -> str:
    """First line of a class's documentation."""
    return (getdoc(kind) or "").partition("\n")[0]
