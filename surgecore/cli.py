"""The command `surge`: fit a sweep, say what to run next, train a sweep, measure the ingredients."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, fields, replace
from importlib import import_module
from math import isfinite, nan
from typing import Any

from surgecore import words
from surgecore.sweeps.advice import Recommendation, recommend
from surgecore.sweeps.analysis import Analysis, analyse, plain
from surgecore.sweeps.next_runs import next_runs
from surgecore.sweeps.price import price
from surgecore.sweeps.sweep import Sweep
from surgecore.tables.diverged import DivergedRule
from surgecore.tables.models import as_text
from surgecore.tables.names import ColumnMapping
from surgecore.tables.problems import Problem, SweepError
from surgecore.tables.table import Table, open_table
from surgecore.words.problems import notice, problem

_TRAINING = {"sweep": "surgecore.training.cli", "measure": "surgecore.measuring.command"}
#: What a shell reports for a command that ended because nobody reads its output (128 + SIGPIPE).
_PIPE_CLOSED = 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        As in a shell, without the program's name; those of the process by default.

    Returns
    -------
    int
        Exit status: 0, 2 where the input cannot be read, 1 where the output cannot be written, 141 where nobody
        reads it.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    return guarded(lambda: _command(given))


def guarded(command: Callable[[], int]) -> int:
    """Run a command: a reader that goes away ends it quietly, output that cannot be written with a sentence.

    Parameters
    ----------
    command : callable
        Prints, and gives its exit status.

    Returns
    -------
    int
        Its status, or 141 (as after SIGPIPE) or 1 (for instance on a full disk).
    """
    try:
        try:
            return command()
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
        return _PIPE_CLOSED
    except OSError as error:
        _drop_output()
        print(f"The output cannot be written: {error}", file=sys.stderr)
        return 1


def _drop_output() -> None:
    """Let what is still to be written go nowhere, so that the interpreter does not try once more at its end."""
    with suppress(OSError, ValueError):  # a stream that is no file
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def number(rule: str, holds: Callable[[float], bool]) -> Callable[[str], float]:
    """Type of an option that takes a finite number.

    Parameters
    ----------
    rule : str
        What the number must be, in words.
    holds : callable
        Whether a finite number is so.

    Returns
    -------
    callable
        For argparse, which refuses anything else with the rule, and exit status 2.
    """

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = nan
        if not (isfinite(value) and holds(value)):
            raise argparse.ArgumentTypeError(f"must be {rule}, but got {text!r}")
        return value

    return read


def _command(given: list[str]) -> int:
    if given and given[0] in _TRAINING:
        # these have their own options, and torch is imported only for them
        return int(import_module(_TRAINING[given[0]]).main(given[1:]))
    options = _parser().parse_args(given)
    problems: tuple[Problem, ...] = ()
    try:
        table = open_table(sys.stdin.buffer if options.file == "-" else options.file)
        mapping = _mapping(table, options)
        _check_group(table, mapping, options.group)
        rule = DivergedRule(options.diverged_factor or None, options.diverged_above)
        problems = table.problems(mapping, group=options.group)
        sweep = Sweep.from_table(
            table, mapping, group=options.group, skip_bad_rows=options.skip_bad_rows, diverged=rule
        )
    except (SweepError, OSError, ValueError) as error:
        print(f"{options.file} cannot be read as a sweep:\n{error}", file=sys.stderr)
        return 2
    analysis = analyse(sweep)
    print(_json(analysis, table, mapping, options, problems) if options.json else _text(analysis, options))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="surge", description="Optimal learning rate against batch size.")
    commands = parser.add_subparsers(dest="command", required=True)
    fit = commands.add_parser("fit", help="optima, fitted laws and verdict of a sweep")
    fit.add_argument("file", metavar="FILE", help="CSV, TSV, JSON lines, Parquet, gzipped or not; - for standard input")
    fit.add_argument("--json", action="store_true", help="all numbers as JSON")
    fit.add_argument(
        "--map", action="append", default=[], metavar="ROLE=COLUMN",
        help="which column is what, for example learning_rate=peak_lr; also group=COLUMN; may be repeated",
    )  # fmt: skip
    fit.add_argument("--group", metavar="VALUE", help="which model, where the table holds several")
    goal = fit.add_mutually_exclusive_group()
    goal.add_argument("--maximise", action="store_true", help="a large metric is good")
    goal.add_argument("--minimise", action="store_true", help="a small metric is good")
    fit.add_argument("--skip-bad-rows", action="store_true", help="leave out rows with a problem")
    fit.add_argument(
        "--diverged-factor", type=number("0 or a positive number", lambda x: x >= 0),
        default=DivergedRule().gain_factor, metavar="X",
        help="times the usual excess over the best that a finite loss may have; 0 for no limit",
    )  # fmt: skip
    fit.add_argument(
        "--diverged-above", type=number("a finite number", lambda x: True), metavar="LOSS",
        help="a loss above this is diverged",
    )  # fmt: skip
    fit.add_argument(
        "--at", type=number("a positive finite number", lambda x: x > 0), metavar="BATCH",
        help="also: learning rate for this batch size",
    )  # fmt: skip
    fit.add_argument("--next", action="store_true", help="also: which cells to run next")
    commands.add_parser("sweep", help="train a sweep (needs the extra 'training')", add_help=False)
    commands.add_parser("measure", help="measure what the law is made of (needs 'training')", add_help=False)
    return parser


def _mapping(table: Table, options: argparse.Namespace) -> ColumnMapping:
    mapping = table.mapping
    names = {field.name for field in fields(ColumnMapping)}
    query: dict[str, Any] = {}
    for pair in options.map:
        role, mark, column = pair.partition("=")
        if not mark or role not in names:
            raise ValueError(f"--map must be one of {', '.join(sorted(names))} = a column, but got {pair!r}")
        if role == "group":
            query["group"] = (*query.get("group", ()), *([column] if column else []))
        else:
            query[role] = type(getattr(mapping, role))(column)
    if options.maximise or options.minimise:
        query["goal"] = "maximise" if options.maximise else "minimise"
    # other columns may tell other models apart
    return table.resolve(replace(mapping, **({"group": None} | query if options.map else query)))


def _check_group(table: Table, mapping: ColumnMapping, group: str | None) -> None:
    """Refuse a group where there is nothing to choose, unless it names what all rows have in common."""
    if group is None or table.groups(mapping):
        return
    for name in table.columns:
        values = as_text(table.frame[name]).unique()
        if len(values) == 1 and group in (values[0], f"{name}={values[0]}"):
            return
    raise ValueError(f"--group must be one of several models in the file, but got {group!r}: it holds only one")


def _json(
    analysis: Analysis,
    table: Table,
    mapping: ColumnMapping,
    options: argparse.Namespace,
    problems: Sequence[Problem],
) -> str:
    result = words.document(analysis)
    result["read"] |= {
        "layout": table.layout,
        "mapping": mapping.to_query(),
        "group": options.group,
        "groups": [group.label for group in table.groups(mapping)],
        "problems": [{"row": p.row, "column": p.column, "code": p.code.value, "message": problem(p)} for p in problems],
    }
    if options.at is not None:
        rows = recommend(analysis, options.at)
        result["at"] = [_fields(row) for row in rows]
        found = price(analysis.sweep, options.at, learning_rate=rows[0].lr) if rows else None
        result["price"] = None if found is None else plain(asdict(found))
    if options.next:
        plan = next_runs(analysis)
        result["next_runs"] = {"cells": plan.table.to_dict(orient="records"), "goal": str(plan.goal)}
        result["next_runs"] |= {"runs": plan.n_runs, "sentence": words.next_runs(plan)}
    return json.dumps(result, indent=2, allow_nan=False)


def _fields(row: Recommendation) -> dict[str, Any]:
    """A recommendation as plain values, with its name and note in words."""
    values = {name: getattr(row, name) for name in Recommendation.__dataclass_fields__ if name != "limits"}
    return {**plain(values), "label": words.rule(row), "note": words.advice_note(row)}


def _text(analysis: Analysis, options: argparse.Namespace) -> str:
    lines = [report(analysis)]
    if options.at is not None:
        lines += ["", f"{'at batch size ' + format(options.at, 'g'):40s}  learning rate (95 %)"]
        rows = recommend(analysis, options.at)
        for row in rows:
            span = "" if row.interval is None else f"({row.interval[0]:.3g} to {row.interval[1]:.3g})"
            lines.append(f"{words.rule(row):40s}  {row.lr:.3g} {span} {words.advice_note(row)}".rstrip())
        if rows and (found := price(analysis.sweep, options.at, learning_rate=rows[0].lr)):
            lines += ["", words.price(found, analysis.sweep.metric)]
    if options.next:
        plan = next_runs(analysis)
        lines += ["", words.next_runs(plan), words.next_runs_table(plan).to_string(index=False)]
    return "\n".join(lines)


def report(analysis: Analysis) -> str:
    """The analysis as text for a terminal.

    Parameters
    ----------
    analysis : Analysis
        From `analyse`.

    Returns
    -------
    str
        Findings, optima and fits; every number with its interval.
    """
    lines = [f"{analysis.sweep.name}: {len(analysis.sweep.trials):,} trials", ""]
    lines += [*map(notice, analysis.sweep.notices), *words.findings(analysis)]
    if analysis.optima:
        lines += ["", "batch size  best learning rate (95 %)"]
    for optimum in analysis.optima:
        if optimum.on_edge:
            sign = "<=" if optimum.on_edge == "low" else ">="
            text = f"{sign} {optimum.learning_rate:.3g}  (edge of the grid)"
        elif optimum.interval is None:
            text = f"{optimum.learning_rate:.3g}  (no error)"
        else:
            text = f"{optimum.learning_rate:.3g}  ({optimum.interval[0]:.3g} to {optimum.interval[1]:.3g})"
        lines.append(f"{optimum.batch_size:10g}  {text}")
    if any(fit.law is not None for fit in analysis.comparison.fits):
        lines += ["", f"{'law':36s}  {'AIC':>7s}  weight  {'holdout':>7s}  parameters (95 %)"]
    ranking = analysis.comparison
    ranked = zip(ranking.fits, ranking.scores, ranking.weights, ranking.holdout, strict=True)
    for fit, score, weight, holdout in ranked:
        if fit.law is None:
            continue
        parameters = ", ".join(
            f"{words.param(item.param)} {item.value:.3g} ({item.interval[0]:.3g} to {item.interval[1]:.3g})"
            for item in fit.parameters.values()
        )
        lines.append(f"{words.curve(fit.family.key):36s}  {score:7.1f}  {weight:6.2f}  {holdout:+7.2f}  {parameters}")
    return "\n".join(lines)
