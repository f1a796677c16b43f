"""The command `surge`: fit a sweep, run a sweep."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from importlib import import_module

from surgecore.analysis import Analysis, analyse
from surgecore.problems import SweepError
from surgecore.sweep import Sweep


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        As in a shell, without the program's name; those of the process by default.

    Returns
    -------
    int
        Exit status: 0, or 2 where the input cannot be read.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["sweep"]:
        # the trainer has its own options, and torch is imported only for it
        return int(import_module("surgecore.training.cli").main(given[1:]))
    options = _parser().parse_args(given)
    try:
        sweep = Sweep.from_csv(sys.stdin.buffer if options.file == "-" else options.file)
    except (SweepError, OSError) as error:
        print(f"{options.file} cannot be read as a sweep:\n{error}", file=sys.stderr)
        return 2
    analysis = analyse(sweep)
    print(json.dumps(analysis.to_dict(), indent=2, allow_nan=False) if options.json else report(analysis))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="surge", description="Optimal learning rate against batch size.")
    commands = parser.add_subparsers(dest="command", required=True)
    fit = commands.add_parser("fit", help="optima, fitted laws and verdict of a sweep")
    fit.add_argument(
        "file", metavar="FILE", help="CSV with batch_size, learning_rate, loss; - for standard input"
    )
    fit.add_argument("--json", action="store_true", help="all numbers as JSON")
    commands.add_parser("sweep", help="train a sweep (needs the extra 'training')", add_help=False)
    return parser


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
    lines += [*analysis.sweep.notices, *analysis.sentences, "", "batch size  best learning rate (95 %)"]
    for optimum in analysis.optima:
        if optimum.on_edge:
            sign = "<=" if optimum.on_edge == "low" else ">="
            text = f"{sign} {optimum.learning_rate:.3g}  (edge of the grid)"
        elif optimum.interval is None:
            text = f"{optimum.learning_rate:.3g}  (no error)"
        else:
            text = f"{optimum.learning_rate:.3g}  ({optimum.interval[0]:.3g} to {optimum.interval[1]:.3g})"
        lines.append(f"{optimum.batch_size:10g}  {text}")
    lines += ["", f"{'law':28s}  {'AICc':>7s}  weight  parameters (95 %)"]
    for fit, weight in zip(analysis.comparison.fits, analysis.comparison.weights, strict=True):
        parameters = "no fit"
        if fit.law is not None:
            parameters = ", ".join(
                f"{param.label} {getattr(fit.law, param.name):.3g} "
                f"({fit.interval[param.name][0]:.3g} to {fit.interval[param.name][1]:.3g})"
                for param in fit.family.free
            )
        lines.append(f"{fit.family.label:28s}  {fit.aicc:7.1f}  {weight:6.2f}  {parameters}")
    return "\n".join(lines)
