"""The command ``surge measure``: the law's ingredients at checkpoints of a workload (torch)."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, NamedTuple

import pandas as pd
import torch

from surgecore.measuring.gaussianity import LEAST_DRAWS, gaussianity
from surgecore.measuring.laboratory import Effort, Laboratory
from surgecore.measuring.probes import probe_of
from surgecore.measuring.updates import sign_updates
from surgecore.training.engine.precision import set_precision
from surgecore.training.runs.checkpoints import Checkpoint, check_losses, checkpoints
from surgecore.training.runs.provenance import device_name, versions
from surgecore.training.runs.runner import choose_device
from surgecore.training.workloads.models import Model
from surgecore.training.workloads.options import read_options
from surgecore.training.workloads.problems import PlanProblem
from surgecore.training.workloads.workloads import WORKLOADS, Workload
from surgecore.why.gaussianity import Gaussianity
from surgecore.why.measurement import Measurement
from surgecore.words import curve, say
from surgecore.words import why as words
from surgecore.words.gaussianity import line

#: Noise scales that make up a series along a run.
SERIES = ("noise_scale", "simple_noise_scale", "sgd_noise_scale", "l1_noise_scale")
BATCH_SIZES = (1, 4, 16, 64, 256, 1024)
_LARGEST_SEED = (1 << 32) - 1


def measure(
    model: Model,
    checkpoint: Checkpoint,
    *,
    workload: str,
    batch_sizes: Sequence[int] = BATCH_SIZES,
    effort: Effort | None = None,
    seed: int = 0,
    curves: bool = True,
) -> Measurement:
    """Measure a checkpoint: numbers with errors, predictions, and the quantile summary.

    Parameters
    ----------
    model : Model
        Of a workload.
    checkpoint : Checkpoint
        Its parameters.
    workload : str
        What to call it.
    batch_sizes : sequence of int, optional
        Of the predictions [examples].
    effort : Effort, optional
        How much is computed.
    seed : int, optional
        Of all random draws.
    curves : bool, optional
        Without, only the numbers.

    Returns
    -------
    Measurement
        The same, bit for bit, for the same arguments on a CPU.
    """
    probe = probe_of(model, torch.from_numpy(checkpoint.parameters).to(model.device))
    laboratory = Laboratory(probe, effort, seed=seed)
    numbers = laboratory.numbers()
    predictions = []
    if curves:
        for rung in (laboratory.surge, laboratory.independent, laboratory.correlated, laboratory.sgd):
            predictions += rung(batch_sizes)
        predictions += laboratory.sampled(batch_sizes, sign_updates(probe, seed=seed))
    provenance = {
        "versions": versions(), "device": device_name(model.device.type), "precision": "float64", "seed": seed,
        "data": getattr(model, "digest", ""), "steps": checkpoint.steps,
    }  # fmt: skip
    return Measurement(
        workload, checkpoint.loss, probe.size, probe.n_examples or 0, laboratory.sample.exact, numbers,
        tuple(predictions), laboratory.groups() if curves else None, provenance,
    )  # fmt: skip


def series(measurements: Sequence[Measurement]) -> pd.DataFrame:
    """Noise scales along a run, one row a checkpoint, in the order of the run.

    Returns
    -------
    DataFrame
        step, loss, then each noise scale [examples] with its 95 % interval: a file that Explore lays over the
        path of the peak.
    """
    rows = []
    for m in sorted(measurements, key=lambda m: int(m.provenance["steps"])):
        row: dict[str, Any] = {"step": m.provenance["steps"], "loss": m.numbers["loss"].value}
        for key in SERIES:
            found = m.numbers[key]
            row |= {key: found.value, f"{key}_low": found.low, f"{key}_high": found.high}
        rows.append(row)
    return pd.DataFrame(rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        As in a shell, without "surge measure"; those of the process by default.

    Returns
    -------
    int
        0, or 2 for a request that cannot be met.
    """
    options = _parser().parse_args(arguments)
    try:
        pairs = list(_measure(options))
        found = [measurement for measurement, _ in pairs]
        if options.series is not None and not options.estimate:
            options.series.parent.mkdir(parents=True, exist_ok=True)
            series(found).to_csv(options.series, index=False)
    except BrokenPipeError:  # nobody reads any more: for who called
        raise
    except (OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if options.estimate:
        return 0
    if options.json:
        tables = [
            m.to_dict() | ({"gaussianity": [test.to_dict() for test in tests]} if tests else {}) for m, tests in pairs
        ]
        sys.stdout.write(json.dumps(tables, indent=1, allow_nan=False) + "\n")
    else:
        sys.stdout.write("\n\n".join("\n".join([_text(m), *map(line, tests)]) for m, tests in pairs) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="surge measure", description=say("measure-help"))
    parser.add_argument("workload", choices=sorted(WORKLOADS))
    parser.add_argument(
        "--checkpoint", type=float, action="append", metavar="LOSS",
        help=say("measure-help-checkpoint"),
    )  # fmt: skip
    parser.add_argument("--option", action="append", default=[], metavar="NAME=VALUE", help=say("measure-help-option"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--batch-sizes", default=",".join(map(str, BATCH_SIZES)), metavar="B,B,...")
    parser.add_argument("--examples", type=int, help=say("measure-help-examples"))
    parser.add_argument("--updates", type=int, default=256, help=say("measure-help-updates"))
    parser.add_argument("--twins", type=int, default=256, help=say("measure-help-twins"))
    parser.add_argument("--probes", type=int, default=64, help=say("measure-help-probes"))
    parser.add_argument("--gaussian", type=int, metavar="DRAWS", help=say("measure-help-gaussian"))
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--estimate", action="store_true", help=say("measure-help-estimate"))
    parser.add_argument("--out", type=Path, metavar="FOLDER", help=say("measure-help-out"))
    parser.add_argument("--series", type=Path, metavar="FILE.csv", help=say("measure-help-series"))
    parser.add_argument("--json", action="store_true", help=say("measure-help-json"))
    return parser


class _Request(NamedTuple):
    """What is asked for, checked."""

    workload: Workload
    batch_sizes: list[int]
    effort: Effort
    losses: list[float]


def _measure(options: argparse.Namespace) -> Iterator[tuple[Measurement, list[Gaussianity]]]:
    set_precision(options.device)
    asked = _request(options)
    model = asked.workload.build(options.device)
    size, examples = model.initial(options.seed).numel(), getattr(asked.workload, "n_examples", 1)
    cost = asked.effort.cost(size, examples, asked.batch_sizes)
    values = {name: f"{cost[name]:,}" for name in ("gradients", "products")}
    values |= {"parameters": f"{size:,}", "examples": f"{examples:,}", "memory": f"{cost['megabytes']:,}"}
    sys.stderr.write(say("measure-cost", count=len(asked.losses), **values) + "\n")
    if options.estimate:
        return
    for checkpoint in checkpoints(model, asked.losses, options.seed):
        found = measure(
            model, checkpoint, workload=options.workload, batch_sizes=asked.batch_sizes, effort=asked.effort,
            seed=options.seed,
        )  # fmt: skip
        if options.out is not None:  # now, as a later checkpoint may fail
            options.out.mkdir(parents=True, exist_ok=True)
            found.save(options.out / _file_name(found))
        parameters = torch.from_numpy(checkpoint.parameters).to(model.device)
        tests = [
            gaussianity(model, parameters, batch_size=size, draws=options.gaussian, seed=options.seed)  # type: ignore[arg-type]
            for size in (asked.batch_sizes if options.gaussian else ())
        ]
        yield found, tests


def _file_name(m: Measurement) -> str:
    """`digits-mlp-loss-0.4.json`, a name that does not depend on the language."""
    return f"{m.workload}-{f'loss-{m.checkpoint:g}' if m.checkpoint else 'initial-parameters'}.json"


def _request(options: argparse.Namespace) -> _Request:
    """Options that can be met.

    Raises
    ------
    ValueError
        With all problems, one a line.
    """
    problems: list[str] = []
    workload = _workload(options, problems)
    sizes = _batch_sizes(options.batch_sizes, problems)
    lowest = {"examples": 2 * Effort().blocks, "updates": 2, "twins": 2, "probes": 2, "gaussian": LEAST_DRAWS}
    for name, low in lowest.items():
        value = getattr(options, name)
        if value is not None and value < low:  # one alone would have no error
            problems.append(say("measure-below", option=name, low=str(low), value=str(value)))
    if not 0 <= options.seed <= _LARGEST_SEED:
        problems.append(say("measure-seed", high=str(_LARGEST_SEED), value=str(options.seed)))
    if options.workload == "quadratic" and options.gaussian is not None:
        problems.append(say("measure-gaussian-examples"))
    if options.workload == "quadratic" and options.examples is None:
        problems.append(say("measure-needs-examples"))
    losses = options.checkpoint or [0.0]
    problems += [f"--checkpoint: {sentence}" for sentence in check_losses(losses)]
    try:
        choose_device(options.device)
    except ValueError as error:
        problems.append(str(error))
    for name, folder in (("out", options.out), ("series", options.series and options.series.parent)):
        if folder is not None and (reason := _not_writable(folder)):
            problems.append(say("measure-not-writable", option=name, folder=str(folder), reason=reason))
    if options.series is not None and options.series.is_dir():
        problems.append(say("measure-series-folder", folder=str(options.series)))
    if problems or workload is None:
        raise ValueError("\n".join(problems))
    effort = Effort(options.examples, probes=options.probes, twins=options.twins, updates=options.updates)
    return _Request(workload, sizes, effort, losses)


def _workload(options: argparse.Namespace, problems: list[str]) -> Workload | None:
    table: dict[str, Any] = {}
    for pair in options.option:
        name, mark, value = pair.partition("=")
        if not mark:
            problems.append(say("measure-bad-option", text=repr(pair)))
            continue
        try:
            table[name] = json.loads(value)
        except json.JSONDecodeError:
            table[name] = value
    wrong: list[PlanProblem] = []
    try:
        return read_options(WORKLOADS[options.workload], table, "workload", wrong)
    except ValueError as error:  # options that do not go together
        problems.append(str(error))
        return None
    finally:
        problems += map(str, wrong)


def _batch_sizes(text: str, problems: list[str]) -> list[int]:
    sizes = []
    for part in text.split(","):
        try:
            sizes.append(int(part))
        except ValueError:
            problems.append(say("measure-bad-size", text=repr(part)))
            continue
        if sizes[-1] < 1:
            problems.append(say("measure-small-size", text=part))
    return list(dict.fromkeys(sizes))


def _not_writable(folder: Path) -> str:
    """Why no file can be made in a folder, which is made and removed again where it does not exist; else empty."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    made = []
    try:
        for path in reversed(missing):
            path.mkdir()
            made.append(path)
        with TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return error.strerror or str(error)
    finally:
        for path in reversed(made):
            path.rmdir()


def _text(m: Measurement) -> str:
    sizes = {"parameters": f"{m.n_parameters:,}", "examples": f"{m.n_examples:,}"}
    lines = [say("measure-title", workload=words.workload(m), checkpoint=words.checkpoint(m), **sizes)]
    lines += [f"{key:22s} {words.number(estimate)}" for key, estimate in m.numbers.items()]
    for optimizer, rung in dict.fromkeys((p.optimizer, p.rung) for p in m.predictions):
        values = ", ".join(f"{p.batch_size}: {p.lr.value:.3g}" for p in m.curve(rung, optimizer))
        lines.append(say("measure-prediction", optimizer=optimizer, curve=curve(rung, optimizer), values=values))
    return "\n".join(lines)
