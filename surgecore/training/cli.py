"""The command ``surge sweep``: estimate, run and resume a plan."""

from __future__ import annotations

import argparse
import errno
import json
import os
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from surgecore.cli import guarded, number
from surgecore.training.plans.estimate import estimate
from surgecore.training.plans.kinds import kinds
from surgecore.training.plans.plan import Plan, PlanError
from surgecore.training.runs.journal import JournalError
from surgecore.words import say
from surgecore.words import training as words

if TYPE_CHECKING:
    from surgecore.training.runs.progress import Progress


_PROGRAM = "surge sweep"
#: Seconds of a sweep on one core above which it is worth while to start a process a core.
_WORTH_PROCESSES = 10.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        As in a shell, without "surge sweep"; those of the process by default.

    Returns
    -------
    int
        0 when all is done, 2 for a plan or a request that cannot be run, 3 when stopped before the end (resumable),
        1 and 141 as `surgecore.cli.main`.
    """
    return guarded(lambda: _command(arguments))


def _command(arguments: Sequence[str] | None) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.list:
        listed = {table: {key: words.about(table, key) for key in known} for table, known in kinds().items()}
        _say(words.listing(listed), {"event": "list", **listed}, options.json)
        return 0
    if options.plan is None:
        parser.error(say("sweep-plan-needed"))
    try:
        if os.getcwd() not in sys.path:
            sys.path.append(os.getcwd())  # where a workload of one's own is looked for last
        plan = Plan.from_toml(Path(options.plan), allow_import=not options.no_import)
        cost = estimate(plan, "cuda" if options.device == "cuda" else "cpu")
        _say(f"{plan.title}: {words.cost(cost)}", {"event": "estimate", **asdict(cost)}, options.json)
        if options.estimate:
            return 0
        if options.budget is not None and cost.seconds > options.budget:
            _say(
                say("sweep-budget-may-end", seconds=f"{options.budget:g}"),
                None,
                options.json,
            )
        if options.executor is None:  # processes have to start too
            options.executor = "serial" if cost.seconds < _WORTH_PROCESSES else "processes"
        return _run(plan, options)
    except KeyboardInterrupt:
        status = words.outcome(False, 0, 0)
        _say(status, {"event": "end", "finished": False, "status": status, "files": []}, options.json)
        return 3
    except PlanError as error:
        return _refuse(str(error), options.json, [str(problem) for problem in error.problems])
    except (OSError, ValueError, JournalError) as error:
        if isinstance(error, OSError) and error.errno in (errno.EPIPE, errno.ENOSPC):
            raise  # nobody reads what is said, or it cannot be written
        return _refuse(str(error), options.json, [str(error)])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=_PROGRAM, description=say("sweep-help"))
    parser.add_argument("plan", metavar="PLAN.toml", nargs="?", help=say("sweep-help-plan"))
    parser.add_argument("--list", action="store_true", help=say("sweep-help-list"))
    parser.add_argument("--estimate", action="store_true", help=say("sweep-help-estimate"))
    parser.add_argument(
        "--budget", type=number(say("sweep-budget-rule"), lambda x: x >= 0), metavar="SECONDS",
        help=say("sweep-help-budget"),
    )  # fmt: skip
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--out", metavar="FOLDER", help=say("sweep-help-out"))
    parser.add_argument("--resume", action="store_true", help=say("sweep-help-resume"))
    parser.add_argument("--executor", choices=("serial", "processes", "ray"), help=say("sweep-help-executor"))
    parser.add_argument("--workers", type=_positive_whole, metavar="N", help=say("sweep-help-workers"))
    parser.add_argument("--address", default="auto", help=say("sweep-help-address"))
    parser.add_argument("--no-import", action="store_true", help=say("sweep-help-no-import"))
    parser.add_argument("--json", action="store_true", help=say("sweep-help-json"))
    return parser


def _positive_whole(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a positive whole number, but got {text!r}")
    return int(text)


def _run(plan: Plan, options: argparse.Namespace) -> int:
    from surgecore.training.runs.batches import batches_file
    from surgecore.training.runs.files import write_whole
    from surgecore.training.runs.runner import run

    stop = threading.Event()

    def interrupted(number: int, frame: FrameType | None) -> None:
        if stop.is_set():  # asked twice: do not wait for the chunk in flight
            raise KeyboardInterrupt
        stop.set()

    def tell(progress: Progress) -> None:
        _say(words.progress(progress), {"event": "progress", **asdict(progress)}, options.json)

    before = {number: signal.signal(number, interrupted) for number in (signal.SIGINT, signal.SIGTERM)}
    folder = Path(options.out or plan.name)
    try:
        result = run(
            plan, out=folder, device=options.device, resume=options.resume, executor=options.executor,
            workers=options.workers, address=options.address, budget=options.budget, on_progress=tell, cancel=stop,
        )  # fmt: skip
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    files = []
    for key, sweep in result.sweeps.items():
        files.append(str(folder / f"{plan.name}-{key}.csv"))
        write_whole(files[-1], sweep.to_csv())
    if not result.batches.empty:
        files.append(str(folder / batches_file(plan.name)))
        write_whole(files[-1], result.batches.to_csv(index=False))
    if result.finished:
        write_whole(folder / "plan.toml", Path(options.plan).read_bytes())
        write_whole(folder / "provenance.json", json.dumps(result.provenance, indent=1) + "\n")
    facts = {"finished": result.finished, "done": result.done, "total": result.total}
    status = words.outcome(result.finished, result.done, result.total)
    _say("\n".join([status, *files]), {"event": "end", **facts, "status": status, "files": files}, options.json)
    return 0 if result.finished else 3


def _say(text: str, record: object, as_json: bool) -> None:
    if not as_json:
        sys.stdout.write(f"{text}\n")
    elif record is not None:
        sys.stdout.write(f"{json.dumps(record)}\n")
    sys.stdout.flush()


def _refuse(text: str, as_json: bool, problems: list[str]) -> int:
    _say("", {"event": "refused", "problems": problems}, True) if as_json else sys.stderr.write(f"{text}\n")
    return 2
