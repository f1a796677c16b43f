"""Classes of one's own that a plan names by their import path. No torch."""

from __future__ import annotations

import dataclasses
from importlib import import_module
from typing import TypeVar

from surgecore.training.workloads.options import KINDS
from surgecore.training.workloads.problems import PlanCode, broken

T = TypeVar("T")


def imported(path: str, base: type[T], table: str) -> type[T]:
    """A class of one's own.

    Importing runs the module. A plan from elsewhere must not come this far; `Plan.from_dict` sees to it.

    Parameters
    ----------
    path : str
        ``module:Class``, the module as in an import statement; the class a dataclass derived from `base`, whose fields
        are its options (of type int, float, bool, str or a tuple of numbers).
    base : type
        `Workload` or `Optimizer`.
    table : str
        The plan's table that names it.

    Raises
    ------
    PlanRuleError
        If there is no such module or class, or the class is not derived from `base`.
    """
    module, _, name = path.partition(":")
    if not all(part.isidentifier() for part in (*module.split("."), name)):
        raise broken(PlanCode.OWN_PATH, where=table, got=repr(path))
    try:
        found = import_module(module)
    except ImportError as error:
        raise broken(PlanCode.OWN_MODULE, where=table, got=repr(path), reason=str(error)) from error
    kind = getattr(found, name, None)
    if not (isinstance(kind, type) and issubclass(kind, base)):
        raise broken(PlanCode.OWN_BASE, where=table, base=base.__name__, got=repr(path), found=repr(kind))
    if missing := sorted(getattr(kind, "__abstractmethods__", ())):
        raise broken(PlanCode.OWN_MISSING, where=table, names=", ".join(missing), got=repr(path))
    for item in dataclasses.fields(kind):  # type: ignore[arg-type]
        # as it is where annotations are text, which is what `read_options` reads
        item.type = item.type.__name__ if isinstance(item.type, type) else str(item.type)
        if item.type not in KINDS:
            kinds = ", ".join(KINDS)
            raise broken(PlanCode.OWN_OPTION, path=path, kinds=kinds, name=item.name, got=str(item.type))
    return kind
