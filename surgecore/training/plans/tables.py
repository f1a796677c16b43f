"""The tables of a plan, checked with all problems at once. No torch."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import floor, isfinite, log2
from typing import Any, TypeVar

import numpy as np

from surgecore.training.engine.methods import OPTIMIZERS
from surgecore.training.engine.policies import POLICIES, Fixed, Policy
from surgecore.training.engine.protocols import PROTOCOLS, Protocol
from surgecore.training.engine.rules import Optimizer
from surgecore.training.plans.grid import Grid, RunOptions
from surgecore.training.workloads.options import read_options, unknown
from surgecore.training.workloads.own_class import imported
from surgecore.training.workloads.problems import PlanCode, PlanProblem, PlanRuleError, wrong
from surgecore.training.workloads.workloads import WORKLOADS, Workload

T = TypeVar("T")

STATES = ("cold", "warm", "limit")
#: Learning rates of a grid, of which there may not be more: they are listed before anybody has agreed to run them.
_MOST_RATES = 1_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")
_KNOWN = ("name", "title", "workload", "optimizer", "policy", "protocol", "grid", "run")


@dataclass(frozen=True)
class Parts:
    """What a plan is made of, read from its tables: see `surgecore.training.plans.plan.Plan`."""

    name: str
    title: str
    workload: Workload
    optimizer: Optimizer
    protocol: Protocol
    grid: Grid
    run: RunOptions
    state: str
    warm_steps: int
    policy: Policy


def read_tables(table: Mapping[str, Any], problems: list[PlanProblem], *, allow_import: bool) -> Parts | None:
    """Check the tables of a plan.

    By hand, for the reasons in `surgecore.training.workloads.options`.

    Parameters
    ----------
    table : mapping
        Its tables, as TOML gives them.
    problems : list of PlanProblem
        Grows.
    allow_import : bool
        Whether a workload or an optimizer may be named by its import path.

    Returns
    -------
    Parts or None
        None if a table could not be read; even if not, there may be problems of tables together.
    """
    problems += [unknown(key, key, dict.fromkeys(_KNOWN)) for key in table if key not in _KNOWN]
    texts = [_text(table, key, problems) for key in ("name", "title")]
    told = problems if allow_import else None
    workload = _choose(table, "workload", _kinds(table, "workload", WORKLOADS, Workload, told), problems)
    settings = dict(_table(table, "optimizer", problems))
    state, warm_steps = _state(settings, problems)
    kinds = _kinds(table, "optimizer", OPTIMIZERS, Optimizer, told)  # type: ignore[type-abstract]
    optimizer = _choose({"optimizer": settings}, "optimizer", kinds, problems)
    policy = _choose(table, "policy", POLICIES, problems) if "policy" in table else Fixed()
    protocol = _choose(table, "protocol", PROTOCOLS, problems)
    grid = _grid(_table(table, "grid", problems), problems)
    run = _options(RunOptions, _table(table, "run", problems, needed=False), "run", problems)
    if protocol is not None:
        problems += protocol.problems()
    if optimizer is not None and state == "limit":
        try:
            optimizer = optimizer.limit()
        except ValueError as error:
            problems.append(_problem(error, "optimizer.state"))
    if optimizer is not None and grid is not None:
        key = str(_table(table, "workload", []).get("key"))
        problems += _raised([lambda: optimizer.check_batches(grid.batch_sizes, key)], "optimizer")
    if policy is not None and policy.adapts:
        problems += _together(table, policy, protocol, grid)
    if policy is None or workload is None or optimizer is None or protocol is None or grid is None or run is None:
        return None
    return Parts(texts[0], texts[1], workload, optimizer, protocol, grid, run, state, warm_steps, policy)


def _together(
    table: Mapping[str, Any], policy: Policy, protocol: Protocol | None, grid: Grid | None
) -> list[PlanProblem]:
    """What is wrong about a policy together with the rest."""
    keys = {name: str(table[name].get("key")) for name in ("workload", "optimizer") if name in table}
    checks: list[Callable[[], None]] = [
        lambda: policy.check_optimizer(keys.get("optimizer", "")),
        lambda: policy.check_workload(keys.get("workload", "")),
    ]
    if grid is not None:
        checks.append(lambda: policy.check_batches(grid.batch_sizes))
    if protocol is not None:
        checks.append(protocol.check_changing)
    return _raised(checks, "policy")


def _raised(checks: Sequence[Callable[[], None]], where: str) -> list[PlanProblem]:
    """What checks raise, a problem each."""
    out = []
    for check in checks:
        try:
            check()
        except ValueError as error:
            out.append(_problem(error, where))
    return out


def _problem(error: ValueError, where: str) -> PlanProblem:
    """The fact of an error; code of the user's own has only its text."""
    return error.problem if isinstance(error, PlanRuleError) else wrong(PlanCode.OWN_CODE, where=where, text=str(error))


def rounded(value: float) -> float:
    """A learning rate to six digits, as files hold it."""
    return float(f"{value:.6g}")


def _table(
    table: Mapping[str, Any], key: str, problems: list[PlanProblem], *, needed: bool = True
) -> Mapping[str, Any]:
    value = table.get(key)
    if isinstance(value, Mapping):
        return value
    if value is not None or needed:
        problems.append(
            wrong(PlanCode.NO_TABLE, where=key)
            if value is None
            else wrong(PlanCode.NOT_A_TABLE, where=key, got=repr(value))
        )
    return {}


def _text(table: Mapping[str, Any], key: str, problems: list[PlanProblem]) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        problems.append(
            wrong(PlanCode.NO_TEXT, where=key)
            if value is None
            else wrong(PlanCode.WRONG_KIND, where=key, kind="text", got=repr(value))
        )
        return ""
    if key == "name" and not _NAME.fullmatch(value):
        problems.append(wrong(PlanCode.BAD_NAME, got=repr(value[:100])))
    return value


def _choose(table: Mapping[str, Any], key: str, kinds: Mapping[str, type[Any]], problems: list[PlanProblem]) -> Any:  # noqa: ANN401
    if key not in table and wrong(PlanCode.NO_TABLE, where=key) in problems:
        return None
    options = _table(table, key, problems)
    if not options:
        return None
    name = options.get("key")
    if not kinds:  # why is among the problems
        return None
    if not isinstance(name, str) or name not in kinds:
        own = ":" in str(name) and key in ("workload", "optimizer")
        code = PlanCode.NOT_FROM_HERE if own else PlanCode.NOT_A_CHOICE
        problems.append(wrong(code, where=f"{key}.key", choices=", ".join(kinds), got=repr(name)))
        return None
    try:
        return _options(kinds[name], options, key, problems)
    except ValueError as error:
        problems.append(_problem(error, key))
        return None


def _kinds(
    table: Mapping[str, Any],
    where: str,
    known: Mapping[str, type[T]],
    base: type[T],
    problems: list[PlanProblem] | None,
) -> Mapping[str, type[T]]:
    """What a table may choose from, with what it names by its import path; without a list of problems it may not."""
    chosen = table.get(where)
    key = chosen.get("key") if isinstance(chosen, Mapping) else None
    if problems is None or not (isinstance(key, str) and ":" in key):
        return known
    try:
        return {**known, key: imported(key, base, where)}
    except ValueError as error:
        problems.append(_problem(error, f"{where}.key"))
        return {}


def _options(cls: type[T], table: Mapping[str, Any], where: str, problems: list[PlanProblem]) -> T | None:
    try:
        return read_options(cls, table, where, problems)
    except OverflowError:  # TOML has whole numbers of any length
        problems.append(wrong(PlanCode.TOO_LONG, where=where))
        return None


def _state(settings: dict[str, Any], problems: list[PlanProblem]) -> tuple[str, int]:
    state, warm_steps = settings.pop("state", "cold"), settings.pop("warm_steps", 200)
    if state not in STATES:
        problems.append(
            wrong(PlanCode.NOT_A_CHOICE, where="optimizer.state", choices=", ".join(STATES), got=repr(state))
        )
    if not isinstance(warm_steps, int) or isinstance(warm_steps, bool) or warm_steps < 1:
        problems.append(wrong(PlanCode.NOT_POSITIVE, where="optimizer.warm_steps", got=repr(warm_steps)))
    return str(state), warm_steps


def _grid(table: Mapping[str, Any], problems: list[PlanProblem]) -> Grid | None:
    """Read the grid; learning rates may be a list or a range {low, high, per_octave}."""
    values, before = dict(table), len(problems)
    for name in ("batch_sizes", "learning_rates"):
        if table and name not in table:
            problems.append(wrong(PlanCode.NOT_GIVEN, where=f"grid.{name}"))
    if isinstance(span := values.get("learning_rates"), Mapping):
        values["learning_rates"] = _span(span, problems)
        if values["learning_rates"] is None:
            del values["learning_rates"]
    grid = _options(Grid, values, "grid", problems) if table else None
    if grid is not None and "learning_rates" in values:  # else there is nothing to say about the default's
        for name in ("batch_sizes", "learning_rates"):
            items = getattr(grid, name)
            if len(set(items)) < len(items):
                problems.append(wrong(PlanCode.REPEATS, where=f"grid.{name}", got=str(list(items))))
        reach = grid.each_side / grid.per_octave
        gaps = np.diff(np.log2(sorted(grid.learning_rates)))
        if grid.refine and len(gaps) and gaps.max() > reach + 1e-9:
            problems.append(wrong(PlanCode.GAP, reach=f"{reach:g}", got=f"{gaps.max():.2g}"))
        count = len(grid.learning_rates)
        if count < 3:
            problems.append(wrong(PlanCode.FEW_RATES, limit=3, got=f"{count:,}"))
        if count > _MOST_RATES:
            problems.append(wrong(PlanCode.MANY_RATES, limit=f"{_MOST_RATES:,}", got=f"{count:,}"))
    return grid if len(problems) == before else None


def _span(span: Mapping[str, Any], problems: list[PlanProblem]) -> list[float] | None:
    names = ("low", "high", "per_octave")
    numbers = [_positive(span.get(name)) for name in names]
    if set(span) != set(names) or 0.0 in numbers or numbers[0] >= numbers[1]:
        problems.append(wrong(PlanCode.BAD_RANGE, got=str(dict(span))))
        return None
    low, high, density = numbers
    bounds = Grid.__dataclass_fields__["learning_rates"].metadata
    if low < bounds["low"] or high > bounds["high"]:
        limits = {"low": f"{bounds['low']:g}", "high": f"{bounds['high']:g}"}
        problems.append(wrong(PlanCode.RANGE_BOUNDS, **limits, got=str(dict(span))))
        return None
    steps = (log2(high) - log2(low)) * density + 1e-9
    if steps >= _MOST_RATES:  # before there is a list of them
        values: dict[str, str] = {"limit": f"{_MOST_RATES:,}", "got": f"{steps:.3g}", "range": str(dict(span))}
        problems.append(wrong(PlanCode.RANGE_LENGTH, **values))
        return None
    return [rounded(low * 2 ** (j / density)) for j in range(floor(steps) + 1)]


def _positive(value: object) -> float:
    """A positive finite number as it is, anything else as 0."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return 0.0
    try:
        return float(value) if value > 0 and isfinite(value) else 0.0
    except OverflowError:
        return 0.0
