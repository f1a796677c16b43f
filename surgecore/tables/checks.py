"""From a raw table and a mapping to checked trials: one row per run, every problem found at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surgecore._validate import FloatArray
from surgecore.tables.cells import Numbers, parse_numbers, read_numbers
from surgecore.tables.curves import cut_short, is_counter
from surgecore.tables.diverged import DivergedRule, finite_but_diverged
from surgecore.tables.metric import Metric, metric_of
from surgecore.tables.names import CANONICAL, STATUS_WORDS, ColumnMapping
from surgecore.tables.problems import Notice, NoticeCode, Problem, ProblemCode, Values, notice, problem
from surgecore.tables.raw import Lines

#: Learning rates closer than this are one level, written with different roundings.
SAME_RATE = 6e-3
_MAX_PROBLEMS = 1000
#: Rows from which on seeds that never repeat are names of runs.
_IDS = 5000
#: Rows from which on a column that is wrong in most of them is one problem.
_WHOLE = 5
#: A remark that somebody wrote into a cell.
_REMARK = re.compile(r"(?<!\s)\s*(?:<-|←|#|//).*$")


@dataclass(frozen=True)
class Checked:
    """Trials with what is wrong with them; rows with a problem are still in, and marked."""

    trials: pd.DataFrame
    problems: list[Problem]
    bad: NDArray[np.bool_]
    notices: list[Notice]
    metric: Metric


def check(
    frame: pd.DataFrame,
    lines: Lines,
    mapping: ColumnMapping,
    *,
    nan_is_diverged: bool,
    rule: DivergedRule,
    uneven: Sequence[Problem] = (),
    short: NDArray[np.bool_] | None = None,
) -> Checked:
    """Check every cell that a mapping uses and bring the table to the canonical columns.

    Rows that are `uneven` have more or fewer cells than the header, so their cells cannot be matched to columns; runs
    that were cut `short` are incomplete.
    """
    columns = mapping.columns
    collect = _Collector(lines, uneven)
    notices: list[Notice] = []
    table: dict[str, Any] = {"batch_size": _batch(frame, mapping, collect, notices)}
    table["learning_rate"] = _positive(frame, "learning_rate", columns["learning_rate"], collect, notices)
    kind, metric = _losses(frame, mapping, table, collect, notices, nan_is_diverged=nan_is_diverged)
    _which_run(frame, mapping, table, collect, notices)
    table["status"] = _status(frame, columns, kind, notices)
    notices += _cut_short(frame, mapping, table, short)
    notices += _spread(frame, mapping, table)
    for role in (role for role in columns if role not in CANONICAL and role not in table):
        table[role] = _positive_or_none(frame, role, columns[role], collect, notices)
    used = set(columns.values())
    for name in frame.columns:
        if name not in used and name not in table:
            table[name] = _tidy(frame[name])
    order = [name for name in CANONICAL if name in table]
    trials = pd.DataFrame(table)[[*order, *(name for name in table if name not in order)]]
    if not ("status" in columns and is_canonical(frame[columns["status"]])):
        _judge(trials, ~collect.bad, rule, notices, columns.get("loss", ""))
    rates, merged = _merge_levels(trials["learning_rate"].to_numpy(), columns["learning_rate"])
    trials["learning_rate"] = rates
    problems = collect.problems
    if problems and (lost := _best_among(trials, collect.bad)):
        problems.append(problem(ProblemCode.BEST_AMONG_THEM, batch_sizes=lost))
    return Checked(trials, problems, collect.bad, notices + merged, metric)


def _positive(frame: pd.DataFrame, role: str, name: str, collect: _Collector, notices: list[Notice]) -> FloatArray:
    """A column of which every cell must be a positive number."""
    found = read_numbers(frame[name], thousands_first=role == "batch_size")
    wrong = ~(np.isfinite(found.numbers) & (found.numbers > 0) & (found.kind == "number"))
    collect.add(wrong, name, frame[name], found.kind, ProblemCode.NOT_POSITIVE, role=role)
    notices += _remarks(frame[name], found)
    return found.numbers


def _batch(frame: pd.DataFrame, mapping: ColumnMapping, collect: _Collector, notices: list[Notice]) -> Any:  # noqa: ANN401
    """What one optimizer step sees: the column, times its factors."""
    size = _positive(frame, "batch_size", mapping.batch_size, collect, notices)
    for name in mapping.batch_factors or ():
        column = frame[name.removeprefix("/")]
        factor, kind = parse_numbers(column, thousands_first=True)
        wrong = ~(np.isfinite(factor) & (factor > 0))
        collect.add(wrong, str(column.name), column, kind, ProblemCode.NOT_POSITIVE, role="batch_size")
        with np.errstate(all="ignore"):
            size = size / factor if name.startswith("/") else size * factor
    if mapping.batch_unit == "sequences" and mapping.sequence_length > 0:
        size = size * mapping.sequence_length
    return _integers(size)


def _losses(
    frame: pd.DataFrame, mapping: ColumnMapping, table: dict[str, Any], collect: _Collector, notices: list[Notice],
    *, nan_is_diverged: bool,
) -> tuple[NDArray[np.str_], Metric]:  # fmt: skip
    """The metric so that small is good, into the table; what each of its cells is, and what it is called."""
    columns = mapping.columns
    source = frame[columns["loss"]] if "loss" in columns else pd.Series(np.nan, index=frame.index)
    losses = read_numbers(source)
    loss, kind = losses.numbers.copy(), losses.kind
    notices += _remarks(source, losses)
    collect.add(kind == "text", columns.get("loss", ""), source, kind, ProblemCode.NOT_A_LOSS)
    if nan_is_diverged and pd.api.types.is_float_dtype(source.dtype):
        kind[np.isnan(loss)] = "diverged"
    if mapping.holds == "optima":  # which are there without the metric that made them best
        kind[np.isnan(loss) & (kind != "text")] = "number"
    metric = _metric(frame, mapping, loss)
    metric = replace(metric, unit="%" if losses.percent else metric.unit)
    table["loss"] = metric.shown(loss)
    if losses.errors is not None and "loss_std" not in columns:
        table["loss_std"] = losses.errors
    return kind, metric


def _which_run(
    frame: pd.DataFrame, mapping: ColumnMapping, table: dict[str, Any], collect: _Collector, notices: list[Notice]
) -> None:
    """Seed and steps of every run, into the table."""
    columns = mapping.columns
    if "seed" in columns:
        seeds, told = _seeds(frame[columns["seed"]])
        notices += told
        if len(frame) >= _IDS and seeds.is_unique:
            # names of runs: no seed has two learning rates to compare
            table["run"] = seeds
            notices.append(notice(NoticeCode.SEEDS_ARE_NAMES, column=columns["seed"]))
        else:
            table["seed"] = seeds
    if "steps" in columns:
        values = _positive_or_none(frame, "steps", columns["steps"], collect, notices)
        if pd.notna(values).any():
            table["steps"] = values
    elif mapping.n_steps:
        table["steps"] = np.full(len(frame), mapping.n_steps)


def _judge(
    trials: pd.DataFrame, sound: NDArray[np.bool_], rule: DivergedRule, notices: list[Notice], column: str
) -> None:
    """Mark finite losses that count as diverged."""
    large = np.flatnonzero(finite_but_diverged(trials, sound, rule))
    if len(large):
        trials.loc[large, "status"] = "infeasible"
        limits: Values = (("factor", rule.gain_factor or 0.0), ("above", "" if rule.above is None else rule.above))
        notices.append(Notice(NoticeCode.FINITE_DIVERGED, (("column", column), ("count", len(large)), *limits)))


def _cut_short(
    frame: pd.DataFrame, mapping: ColumnMapping, table: dict[str, Any], short: NDArray[np.bool_] | None
) -> list[Notice]:
    """Runs that were pruned are incomplete: their loss is that of a shorter run."""
    column = mapping.curve or ""
    if not column:
        names = [str(name) for name in frame.columns if is_counter(name) and str(name) not in mapping.columns.values()]
        ends = [parse_numbers(frame[name], thousands_first=True)[0] for name in names]
        found = [cut_short(np.asarray(table["batch_size"], dtype=np.float64), at) for at in ends]
        short, column = next(((mask, name) for mask, name in zip(found, names, strict=True) if mask.any()), (None, ""))
    if short is None or not short.any():
        return []
    lost = short & (table["status"] == "complete")
    table["status"] = np.where(lost, "incomplete", table["status"])
    return [notice(NoticeCode.SHORT_CURVES, column=column, count=int(lost.sum()))] if lost.any() else []


def _best_among(trials: pd.DataFrame, bad: NDArray[np.bool_]) -> tuple[str, ...]:
    """Batch sizes whose best loss stands in a row with a problem."""
    known = np.isfinite(trials[["batch_size", "learning_rate", "loss"]].to_numpy(dtype=np.float64)).all(axis=1)
    if not (bad & known).any():
        return ()
    known &= (trials["status"] == "complete").to_numpy()
    lowest = (
        trials[known]
        .assign(bad=bad[known])
        .pivot_table(index="batch_size", columns="bad", values="loss", aggfunc="min")
    )
    if True not in lowest or False not in lowest:
        return ()
    return tuple(f"{size:g}" for size in lowest.index[lowest[True] < lowest[False]])


def _remarks(column: pd.Series[Any], found: Numbers) -> list[Notice]:
    """A line on remarks behind numbers, which were read all the same."""
    if not len(found.remarked):
        return []
    text = str(column.iloc[found.remarked[0]]).strip()[:40]
    return [notice(NoticeCode.REMARKS, column=str(column.name), count=len(found.remarked), text=text)]


def _metric(frame: pd.DataFrame, mapping: ColumnMapping, loss: FloatArray) -> Metric:
    """The metric by its name; a loss that repeats the column of steps to a target is those steps."""
    metric = metric_of(mapping.loss or "loss")
    steps = mapping.steps_to_target
    if steps and steps != mapping.loss and metric.name == "loss":
        other, _ = parse_numbers(frame[steps], thousands_first=True)
        known = np.isfinite(loss) & np.isfinite(other)
        if known.sum() > 1 and (loss[known] == other[known]).all():
            metric = metric_of(steps)
    return replace(metric, goal=mapping.goal or metric.goal)


class _Collector:
    """Problems by row, at most so many; the rest is counted."""

    def __init__(self, lines: Lines, uneven: Sequence[Problem]) -> None:
        self.lines = lines
        self.uneven = np.isin(lines, [problem.row for problem in uneven if problem.row is not None])
        self.bad = self.uneven.copy()
        here = set(lines[self.uneven].tolist())
        self.found = [problem for problem in uneven if problem.row in here][:_MAX_PROBLEMS]
        self.surplus = len(here) - len(self.found)

    def add(
        self, wrong: NDArray[np.bool_], name: str, cells: pd.Series[Any], kind: NDArray[np.str_], code: ProblemCode,
        *, role: str = "",
    ) -> None:  # fmt: skip
        self.bad |= wrong
        rows = np.flatnonzero(wrong & ~self.uneven)
        if len(rows) >= _WHOLE and 2 * len(rows) >= len(wrong):
            # a column that is wrong as a whole is one problem
            text = str(cells.iloc[rows[0]])[:60] if kind[rows[0]] != "empty" else ""
            one = problem(code, int(self.lines[rows[0]]), name, role=role, text=text)
            self.found.append(replace(one, n_rows=len(rows)))
            return
        for index in rows[:_MAX_PROBLEMS]:
            text = "" if kind[index] == "empty" else str(cells.iloc[index])[:60]
            self.found.append(problem(code, int(self.lines[index]), name, role=role, text=text))
        self.surplus += max(len(rows) - _MAX_PROBLEMS, 0)

    @property
    def problems(self) -> list[Problem]:
        ordered = sorted(self.found, key=lambda problem: problem.row or 0)
        rest = self.surplus + max(len(ordered) - _MAX_PROBLEMS, 0)
        more = [problem(ProblemCode.MORE, count=rest)] if rest else []
        return ordered[:_MAX_PROBLEMS] + more


def _status(
    frame: pd.DataFrame, columns: Mapping[str, str], kind: NDArray[np.str_], notices: list[Notice]
) -> NDArray[np.str_]:
    by_loss = np.where(kind == "diverged", "infeasible", np.where(kind == "empty", "incomplete", "complete"))
    if "status" not in columns:
        return by_loss
    words = frame[columns["status"]].astype("str").str.strip().str.lower()
    said = words.map(STATUS_WORDS).astype(object).to_numpy()
    unknown = sorted(set(words[pd.isna(said) & words.notna().to_numpy()]))
    if unknown:
        some = tuple(word[:20] for word in unknown[:5]) + (("...",) if len(unknown) > 5 else ())
        notices.append(notice(NoticeCode.UNKNOWN_STATUS, column=columns["status"], words=some))
    # a loss that is missing or not finite outweighs a status that says "complete"
    result = np.where(pd.isna(said) | (said == "complete"), by_loss, said.astype("U10"))
    # a run that was stopped after its loss had become nan is diverged; a plain empty NaN of a frame is not
    if "loss" not in columns:
        return result
    written = ~frame[columns["loss"]].isna().to_numpy() & (kind == "diverged")
    return np.where(written, "infeasible", result)


def is_canonical(column: pd.Series[Any]) -> bool:
    """A status in our own words was judged before; a tracker's "finished" says nothing about the loss."""
    return bool(column.isin(["complete", "incomplete", "infeasible"]).all())


def _positive_or_none(frame: pd.DataFrame, role: str, name: str, collect: _Collector, notices: list[Notice]) -> Any:  # noqa: ANN401
    """A column of positive numbers in which a cell may say that there is none: a target that was never reached.

    Where it is not what the trials are compared by, a cell that cannot be read is one that is not there.
    """
    found = read_numbers(frame[name], thousands_first=True)
    values, kind = found.numbers, found.kind
    wrong = (kind == "text") | ((kind == "number") & ~((values >= 0) if role == "excess_loss" else (values > 0)))
    notices += _remarks(frame[name], found)
    if role == "steps_to_target":
        collect.add(wrong, name, frame[name], kind, ProblemCode.NOT_A_COUNT, role=role)
    elif wrong.any():
        text = str(frame[name].iloc[int(np.argmax(wrong))])[:40]
        notices.append(notice(NoticeCode.IGNORED, column=name, count=int(wrong.sum()), text=text))
    return _integers(np.where((kind == "number") & ~wrong, values, np.nan))


def _spread(frame: pd.DataFrame, mapping: ColumnMapping, table: dict[str, Any]) -> list[Notice]:
    """Standard deviations over runs, from standard errors too; they say nothing without the number of runs."""
    columns = mapping.columns
    for role in ("loss_std", "loss_stderr", "n_runs"):
        if role in columns:
            values, _ = parse_numbers(frame[columns[role]])
            table[role] = np.where(values >= 0, values, np.nan)
    if mapping.stated_runs:
        table["n_runs"] = np.full(len(frame), mapping.stated_runs)
    if "loss_stderr" in table and "loss_std" not in table and "n_runs" in table:
        table["loss_std"] = table["loss_stderr"] * np.sqrt(table["n_runs"])
    if "loss_std" not in table and "loss_stderr" not in table:
        return []
    spread = tuple(columns[role] for role in ("loss_std", "loss_stderr") if role in columns)
    code = NoticeCode.SPREAD if "n_runs" in table or "loss_stderr" in table else NoticeCode.SPREAD_UNKNOWN
    return [notice(code, columns=spread or (columns["loss"],))]  # behind plus-minus signs where no column has them


def _seeds(column: pd.Series[Any]) -> tuple[pd.Series[Any], list[Notice]]:
    """Seeds without remarks behind them."""
    seeds = _tidy(column)
    if not isinstance(seeds.dtype, pd.StringDtype):
        return seeds, []
    remark = seeds.str.contains(_REMARK).fillna(False).to_numpy(dtype=bool)
    if not remark.any():
        return seeds, []
    text = str(seeds.iloc[int(np.argmax(remark))])[:40]
    told = notice(NoticeCode.REMARKS, column=str(column.name), count=int(remark.sum()), text=text)
    clean = seeds.str.replace(_REMARK, "", regex=True).str.strip()
    numbers = pd.to_numeric(clean, errors="coerce")
    return (numbers if numbers.notna().equals(clean.notna()) else clean), [told]


def _integers(values: FloatArray) -> Any:  # noqa: ANN401
    """Whole numbers as integers where all of them are whole."""
    finite = np.isfinite(values)
    if finite.all() and (np.abs(values) < 2**53).all() and (values == np.round(values)).all():
        return values.astype(np.int64)
    return values


def _tidy(column: pd.Series[Any]) -> pd.Series[Any]:
    return column.str.strip() if isinstance(column.dtype, pd.StringDtype) else column


def _same_to_rounding(a: float, b: float) -> bool:
    """Whether one of two numbers is the other with fewer digits."""
    digits = min(len(f"{value:.10e}".split("e")[0].rstrip("0").replace(".", "")) for value in (a, b))
    return bool(abs(a - b) <= 1.01 * 10.0 ** (np.floor(np.log10(a)) - digits + 1))


def _merge_levels(rates: FloatArray, column: str) -> tuple[FloatArray, list[Notice]]:
    """Replace rates that differ by rounding only with the smallest of them."""
    levels = np.unique(rates[np.isfinite(rates)])
    leader = levels.copy()
    for index in range(1, len(levels) if len(levels) <= 1000 else 0):
        if levels[index] <= leader[index - 1] * (1 + SAME_RATE):
            leader[index] = leader[index - 1]
    pairs = [(rate, lead) for rate, lead in zip(levels, leader, strict=True) if rate != lead]
    # two roundings of one rate agree to the digits of the coarser; rates of a random search do not
    pairs = [(rate, lead) for rate, lead in pairs if _same_to_rounding(rate, lead)]
    if not pairs or len(pairs) > len(levels) // 2 or len(levels) > 200:
        return rates, []
    leader = levels.copy()
    leader[np.searchsorted(levels, [rate for rate, _ in pairs])] = [lead for _, lead in pairs]
    some = tuple(f"{rate:.6g} as {lead:.6g}" for rate, lead in pairs[:5]) + (("...",) if len(pairs) > 5 else ())
    merged = rates.copy()
    known = np.isfinite(rates)
    merged[known] = leader[np.searchsorted(levels, rates[known])]
    return merged, [notice(NoticeCode.SAME_RATES, column=column, pairs=some)]
