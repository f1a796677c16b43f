"""The command `surge`: plan a sweep, fit it, say what to run next, convert it, train one, measure the ingredients."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from importlib import import_module
from math import isfinite, nan
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlencode

import numpy as np

from surgecore import words
from surgecore.sweeps.advice import Recommendation, recommend
from surgecore.sweeps.analysis import Analysis, analyse, plain
from surgecore.sweeps.design import Launcher, Scaling, grid, launch, random
from surgecore.sweeps.identity import PeakShift, peak_shift
from surgecore.sweeps.next_runs import next_runs
from surgecore.sweeps.price import price
from surgecore.sweeps.sweep import Sweep
from surgecore.sweeps.writers import Shape, write
from surgecore.tables.diverged import DivergedRule
from surgecore.tables.limits import READ_SECONDS, within
from surgecore.tables.models import as_text
from surgecore.tables.names import ColumnMapping
from surgecore.tables.opening import open_store, open_table, table_of_store
from surgecore.tables.problems import Problem, SweepError
from surgecore.tables.servers import fetch, is_address
from surgecore.tables.stores.registry import STORES
from surgecore.tables.table import Table
from surgecore.words import say
from surgecore.words.command import advice, option, report, unreadable
from surgecore.words.problems import problem

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
        print(say("output-lost", error=str(error)), file=sys.stderr)
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
    try:
        text = options.run(options)
    except SweepError as error:
        print(unreadable(options.file, error.problems), file=sys.stderr)
        return 2
    except (OSError, ValueError) as error:
        fit = options.command == "fit"
        print(
            say("unreadable", path=options.file) if fit else say("not-done", command=options.command), file=sys.stderr
        )
        print(error, file=sys.stderr)
        return 2
    print(text)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="surge", description=option("surge"))
    commands = parser.add_subparsers(dest="command", required=True)
    reading = _reading_options()
    fit = commands.add_parser("fit", parents=[reading], help=option("fit"), description=option("fit"))
    fit.add_argument("--json", action="store_true", help=option("json"))
    positive = number(say("rule-positive"), lambda x: x > 0)
    fit.add_argument("--at", type=positive, metavar="BATCH", help=option("at"))
    fit.add_argument("--next", action="store_true", help=option("next"))
    fit.add_argument("--against", metavar="FILE", help=option("against"))
    fit.set_defaults(run=_fit)
    convert = commands.add_parser("convert", parents=[reading], help=option("convert"), description=option("convert"))
    convert.add_argument("out", metavar="OUT", help=option("out-file"))
    convert.add_argument("--like", choices=get_args(Shape), help=option("like"))
    convert.set_defaults(run=_convert)
    _add_init(commands)
    commands.add_parser("sweep", help=option("sweep"), add_help=False)
    commands.add_parser("measure", help=option("measure"), add_help=False)
    return parser


def _reading_options() -> argparse.ArgumentParser:
    reading = argparse.ArgumentParser(add_help=False)
    reading.add_argument("file", metavar="FILE", help=option("file"))
    reading.add_argument("--map", action="append", default=[], metavar="ROLE=COLUMN", help=option("map"))
    reading.add_argument("--group", metavar="VALUE", help=option("group"))
    goal = reading.add_mutually_exclusive_group()
    goal.add_argument("--maximise", dest="goal", action="store_const", const="maximise", help=option("maximise"))
    goal.add_argument("--minimise", dest="goal", action="store_const", const="minimise", help=option("minimise"))
    reading.add_argument("--store", choices=[store.key for store in STORES], help=option("store"))
    reading.add_argument("--skip-bad-rows", action="store_true", help=option("skip-bad-rows"))
    reading.add_argument(
        "--read-seconds", type=number(say("rule-positive"), lambda x: x > 0), metavar="SECONDS", default=READ_SECONDS,
        help=option("read-seconds"),
    )  # fmt: skip
    reading.add_argument(
        "--diverged-factor", type=number(say("rule-not-negative"), lambda x: x >= 0), metavar="X",
        default=DivergedRule().gain_factor, help=option("diverged-factor"),
    )  # fmt: skip
    reading.add_argument(
        "--diverged-above",
        type=number(say("rule-finite"), lambda x: True),
        metavar="LOSS",
        help=option("diverged-above"),
    )
    return reading


def _add_init(commands: Any) -> None:  # noqa: ANN401 - argparse keeps the class of sub-parsers private
    init = commands.add_parser("init", help=option("init"), description=option("init"))
    positive = number(say("rule-positive"), lambda x: x > 0)
    whole = number(say("rule-whole"), lambda x: x >= 1 and x == int(x))
    init.add_argument("--for", dest="launcher", required=True, choices=get_args(Launcher), help=option("launcher"))
    how = init.add_mutually_exclusive_group()
    how.add_argument("--grid", action="store_true", help=option("grid"))
    how.add_argument("--random", type=whole, metavar="N", help=option("random"))
    init.add_argument("--batch", required=True, metavar="FROM:TO", help=option("batch"))
    init.add_argument("--rate", required=True, type=positive, metavar="LR", help=option("rate"))
    init.add_argument("--rate-at", required=True, type=whole, metavar="BATCH", help=option("rate-at"))
    init.add_argument("--scaling", choices=get_args(Scaling), default="sqrt", help=option("scaling"))
    init.add_argument("--octaves", type=positive, default=2.0, metavar="X", help=option("octaves"))
    init.add_argument("--seeds", type=whole, metavar="N", default=3.0, help=option("seeds"))
    init.add_argument("--draw-seed", type=int, default=0, metavar="SEED", help=option("draw-seed"))
    init.add_argument("--command", dest="program", default="python train.py", metavar="COMMAND", help=option("program"))
    init.add_argument(
        "--names", default="batch_size,learning_rate,seed", metavar="BATCH,RATE,SEED", help=option("names")
    )
    init.add_argument("--metric", default="loss", metavar="NAME", help=option("metric"))
    init.add_argument("--out", metavar="FOLDER", help=option("out-folder"))
    init.set_defaults(run=_init)


@dataclass(frozen=True)
class _Reading:
    """A file as it was read: the table, how it was understood, the sweep, and the rows left out."""

    table: Table
    mapping: ColumnMapping
    sweep: Sweep
    problems: tuple[Problem, ...] = ()


def _frugal() -> None:
    """Let the memory of a table's texts go back to the system, which pyarrow's own allocator keeps."""
    with suppress(ImportError):
        import pyarrow

        pyarrow.set_memory_pool(pyarrow.system_memory_pool())


def _read(options: argparse.Namespace) -> _Reading:
    _frugal()
    with within(options.read_seconds):
        return _understood(options)


def _understood(options: argparse.Namespace) -> _Reading:
    table = _table(options)
    mapping = _mapping(table, options)
    _check_group(table, mapping, options.group)
    rule = DivergedRule(options.diverged_factor or None, options.diverged_above)
    try:
        return _Reading(table, mapping, Sweep.from_table(table, mapping, group=options.group, diverged=rule))
    except SweepError as error:
        # the rows are checked a second time only where some of them are to be left out
        if not options.skip_bad_rows:
            raise
        sweep = Sweep.from_table(table, mapping, group=options.group, skip_bad_rows=True, diverged=rule)
        return _Reading(table, mapping, sweep, error.problems)


def _table(options: argparse.Namespace) -> Table:
    if options.file == "-":
        return open_table(sys.stdin.buffer)
    if is_address(options.file):
        return table_of_store(fetch(options.file), name=options.file.rstrip("/").rpartition("/")[2])
    return open_store(options.file, kind=options.store) if options.store else open_table(options.file)


def _mapping(table: Table, options: argparse.Namespace) -> ColumnMapping:
    names = sorted(field.name for field in fields(ColumnMapping))
    pairs = []
    for pair in options.map:
        role, mark, column = pair.partition("=")
        if not mark or role not in names:
            raise ValueError(f"--map must be one of {', '.join(names)} = a column, but got {pair!r}")
        pairs.append((role, column))
    if options.goal:
        pairs.append(("goal", options.goal))
    given = ColumnMapping.from_query(urlencode(pairs))
    changed = {role: getattr(given, role) for role, _ in pairs}
    # other columns may tell other models apart
    return table.resolve(replace(table.mapping, **({"group": None} | changed if options.map else changed)))


def _check_group(table: Table, mapping: ColumnMapping, group: str | None) -> None:
    """Refuse a group where there is nothing to choose, unless it names what all rows have in common."""
    if group is None or table.groups(mapping):
        return
    for name in table.columns:
        values = as_text(table.frame[name]).unique()
        if len(values) == 1 and group in (values[0], f"{name}={values[0]}"):
            return
    raise ValueError(f"--group must be one of several models in the file, but got {group!r}: it holds only one")


def _fit(options: argparse.Namespace) -> str:
    reading = _read(options)
    analysis = analyse(reading.sweep)
    return _json(analysis, reading, options) if options.json else _text(analysis, options)


def _shift(analysis: Analysis, options: argparse.Namespace) -> PeakShift | None:
    """Shift of the peak from this sweep to the one in another file, which is read with the same options."""
    options.file = options.against  # a complaint names the file that it is about
    return peak_shift(analysis, analyse(_read(options).sweep))


def _json(analysis: Analysis, reading: _Reading, options: argparse.Namespace) -> str:
    result = words.document(analysis)
    result["read"] |= {
        "layout": words.layout(reading.table.layout),
        "mapping": reading.mapping.to_query(),
        "group": options.group,
        "groups": [group.label for group in reading.table.groups(reading.mapping)],
        "problems": [
            {"row": p.row, "column": p.column, "code": p.code.value, "message": problem(p)} for p in reading.problems
        ],
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
        for name, promise in (("promise", plan.promise), ("uniform", plan.uniform)):
            result["next_runs"][name] = None if promise is None else asdict(promise)
    if options.against is not None:
        moved = _shift(analysis, options)
        result["shift"] = None if moved is None else plain(asdict(moved)) | {"sentence": words.peak_shift(moved)}
    return json.dumps(result, indent=2, allow_nan=False)


def _fields(row: Recommendation) -> dict[str, Any]:
    """A recommendation as plain values, with its name and note in words."""
    values = {name: getattr(row, name) for name in Recommendation.__dataclass_fields__ if name != "limits"}
    return {**plain(values), "label": words.rule(row), "note": words.advice_note(row)}


def _text(analysis: Analysis, options: argparse.Namespace) -> str:
    lines = [report(analysis)]
    if options.at is not None:
        rows = recommend(analysis, options.at)
        lines += ["", advice(options.at, rows)]
        if rows and (found := price(analysis.sweep, options.at, learning_rate=rows[0].lr)):
            lines += ["", words.price(found, analysis.sweep.metric)]
    if options.next:
        plan = next_runs(analysis)
        lines += [
            "",
            f"{words.next_runs(plan)} {words.without_plan(plan)}".strip(),
            words.next_runs_table(plan).to_string(index=False),
        ]
    if options.against is not None:
        moved = _shift(analysis, options)
        lines += ["", say("shift-open") if moved is None else words.peak_shift(moved)]
    return "\n".join(lines)


def _convert(options: argparse.Namespace) -> str:
    form = Path(options.out).suffix.removeprefix(".").lower()
    sweep = _read(options).sweep
    Path(options.out).write_bytes(write(sweep, form, options.like))  # type: ignore[arg-type] # checked there
    return say("converted", count=len(sweep.trials), path=options.out)


def _init(options: argparse.Namespace) -> str:
    smallest, _, largest = options.batch.partition(":")
    names = tuple(options.names.split(","))
    if not (smallest.isdigit() and (largest or smallest).isdigit()):
        raise ValueError(f"--batch must be FROM:TO in whole numbers, but got {options.batch!r}")
    if len(names) != 3 or not all(names):
        raise ValueError(f"--names must be three names with commas between them, but got {options.names!r}")
    span = (int(smallest), int(largest or smallest))
    common: dict[str, Any] = {"rate": options.rate, "at": int(options.rate_at), "scaling": options.scaling}
    common |= {"octaves": options.octaves, "seeds": int(options.seeds)}
    if options.random:
        rng = np.random.default_rng(options.draw_seed)
        design = random(*span, runs=int(options.random), rng=rng, **common)
    else:
        design = grid(*span, **common)
    files = launch(design, options.launcher, command=options.program, names=names, metric=options.metric)
    n = (len(design.batch_sizes), len(design.cells), design.n_runs)
    said = say("planned", sizes=n[0], cells=n[1], runs=n[2])
    if options.out is None:
        print(said, file=sys.stderr)
        return "\n".join(f"# {name}\n{text}" if len(files) > 1 else text.rstrip("\n") for name, text in files.items())
    Path(options.out).mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (Path(options.out) / name).write_text(text, encoding="utf-8")
    return said
