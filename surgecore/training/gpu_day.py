"""One visit to a GPU: ``python3 -m surgecore.training.gpu_day OUT``, call after call until it says that all is done.

Every call ends within its budget and leaves a handful of files in OUT, from which the next call goes on, also on
another machine. It needs Python, torch, numpy, pandas, scipy and scikit-learn, and nothing else. In order: a check
of the GPU against the CPU, the benchmark, then the plans of the bundle, most informative first. What fails is written
down and passed over; a process that hangs, or loses the GPU, is ended and followed by another. At home ``--collect``
brings OUT into the bundled sweeps.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from time import monotonic
from traceback import format_exc
from typing import Any

import pandas as pd
import torch

from surgecore.cli import number
from surgecore.sweeps.sweep import Sweep
from surgecore.training.data import order_manifest, publish, read_bundle
from surgecore.training.engine.loop import Engine
from surgecore.training.gpu_check import Check, Log, checked, kinds_of
from surgecore.training.plans.plan import Plan
from surgecore.training.runs.files import write_whole
from surgecore.training.runs.journal import JournalError
from surgecore.training.runs.progress import Progress
from surgecore.training.runs.runner import JOURNAL, Result, run
from surgecore.words import say

#: Largest archive of results, and how many there may be.
_MOST_BYTES, _MOST_ARCHIVES = 15_000_000, 4
_CHECK, _BENCH, _UNFINISHED, _BATCHES = "check.json", "bench.txt", "unfinished.tar.gz", "batches.csv"
#: Seconds that a call may take beyond its budget, after which it is ended; below which no new process is started;
#: of the benchmark at most; and between two times that unfinished work is put by.
_GRACE, _LEAST, _BENCH_SECONDS, _PUT_BY = 35.0, 30.0, 150.0, 30.0
#: Characters of an error that are kept.
_NOTE = 1500
#: Times that a plan may be ended for want of time.
_TRIES = 2
#: Exit status of a process that has lost the GPU.
_LOST = 4
_ROOT = Path(__file__).resolve().parents[2]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 if all is done, 3 if the next call goes on, 1 if something is wrong with what was found."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(prog="surgecore.training.gpu_day", description=say("gpu-day-help"))
    parser.add_argument("out", type=Path)
    parser.add_argument("--collect", type=Path, metavar="DATA", help=say("gpu-day-help-collect"))
    parser.add_argument("--plans", type=Path, default=_ROOT / "data" / "plans", help=say("gpu-day-help-plans"))
    parser.add_argument("--bundle", default="gpu")
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    rule = number(say("sweep-budget-rule"), lambda x: x >= 0)
    parser.add_argument("--budget", type=rule, default=500.0, metavar="SECONDS", help=say("sweep-help-budget"))
    parser.add_argument("--no-bench", action="store_true", help=say("gpu-day-help-no-bench"))
    parser.add_argument("--here", action="store_true", help=say("gpu-day-help-here"))
    options = parser.parse_args(given)
    if options.collect is not None:
        return collect(options.out, options.collect, options.bundle)
    options.out.mkdir(parents=True, exist_ok=True)
    if not options.here:
        return watched(given, options.out, options.budget)
    return visit(options.out, options.plans, options.bundle, options.device, options.budget, bench=not options.no_bench)


def watched(arguments: Sequence[str], out: Path, budget: float) -> int:
    """One call in a process of its own, which is followed by another where it loses the GPU, and ended where it hangs.

    Parameters
    ----------
    arguments : sequence of str
        Of the command.
    out : Path
        As of `visit`.
    budget : float
        Seconds, of all processes together.

    Returns
    -------
    int
        As of `visit`.
    """
    began = monotonic()
    environment = _environment()
    while True:
        left = max(0.0, budget - (monotonic() - began))
        words = [sys.executable, "-m", "surgecore.training.gpu_day", *arguments, "--here", "--budget", f"{left:.3f}"]
        with subprocess.Popen(words, env=environment) as child:
            try:
                status = child.wait(left + _GRACE)
            except subprocess.TimeoutExpired:
                child.kill()
                Log(out / _CHECK).lost("time", tries=_TRIES)
                sys.stdout.write(say("gpu-day-ended") + "\n")
                return 3
        if status < 0:  # ended by a signal, as by a fault in a kernel
            Log(out / _CHECK).lost(f"signal {-status}")
        if status >= 0 and status != _LOST:
            return status
        if budget - (monotonic() - began) < _LEAST:
            return 3


def _environment() -> dict[str, str]:
    """Of a process that finds the library wherever it is started, installed or not."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(_ROOT), os.environ.get("PYTHONPATH", "")])}


def visit(out: Path, plans: Path, bundle: str, device: str, budget: float, *, bench: bool = True) -> int:
    """One call, in this process.

    Parameters
    ----------
    out : Path
        What earlier calls left, and where this one leaves what the next goes on from.
    plans : Path
        Folder of the plans.
    bundle : str
        The list of them, in the order in which they are run.
    device : str
        "cuda"; "cpu" to try the procedure.
    budget : float
        Seconds.
    bench : bool, optional
        Whether to run the benchmark too.

    Returns
    -------
    int
        0 if all is done, 3 if not, 1 if all is done that can be and a plan was refused or failed, 4 if the GPU was
        lost and another process has to go on.
    """
    began, log = monotonic(), Log(out / _CHECK)

    def left() -> float:
        return budget - (monotonic() - began)

    chosen = [Plan.from_toml(plans / f"{item['plan']}.toml") for item in read_bundle(plans, bundle)]
    if not _check(chosen, device, log, left):
        if not _alive(device):
            return _LOST
        _say("gpu-day-check")
        return 3
    if bench and not (out / _BENCH).exists():
        write_whole(out / _BENCH, _bench(device, min(_BENCH_SECONDS, max(_LEAST, left() - _LEAST))))
    todo = [plan for plan in chosen if plan.name not in log.refused | finished(out)]
    for plan in todo:
        # the first gets on by a chunk, however little is left
        if left() <= 0 and plan is not todo[0]:
            return _next(plan)
        log.begin(plan.name, "run")
        try:
            done = _one(out, plan, device, max(left(), 0.0))
        except Exception:  # noqa: BLE001 - one plan that fails must not cost the others
            log.add(_failed(plan, "run", decides=True))
            _say("gpu-day-failed", plan=plan.name)
            if not _alive(device):
                return _LOST
            continue
        log.end()
        if not done:
            return _next(plan)
    _say("gpu-day-done", count=len(finished(out)), refused=len(log.refused))
    return 1 if log.refused else 0


def _next(plan: Plan) -> int:
    _say("gpu-day-next", plan=plan.name)
    return 3


def _say(phrase: str, **values: str | int) -> None:
    """Say at once: what a call that is cut off has said counts."""
    sys.stdout.write(say(phrase, language=None, **values) + "\n")
    sys.stdout.flush()


def _check(plans: Sequence[Plan], device: str, log: Log, left: Callable[[], float]) -> bool:
    """Check what has not been checked yet; False if that had to stop."""
    got_on = False
    for plan in plans:
        for kind in kinds_of(plan, device):
            if kind in log.done(plan.name):
                continue
            if left() <= 0 and got_on:
                return False
            got_on = True
            log.begin(plan.name, kind)
            try:
                log.add(checked(plan, device, kind))
            except Exception:  # noqa: BLE001 - as above
                log.add(_failed(plan, kind, decides=kind == plan.run.precision))
                if not _alive(device):
                    return False
            check = log.checks[-1]
            if not check.ok:
                said = {"plan": plan.name, "kind": kind, "difference": f"{check.difference:.2g}"}
                _say("gpu-day-differs" if check.decides else "gpu-day-differs-only", **said)
    Engine.aside = log.aside
    return True


def _failed(plan: Plan, kind: str, *, decides: bool) -> Check:
    return Check(plan.name, kind, float("inf"), False, decides, note=format_exc()[-_NOTE:])


def _alive(device: str) -> bool:
    """Whether the GPU still answers: after some errors it does not, in this process."""
    try:
        return float(torch.ones(1, device=device).add(1).item()) == 2
    except RuntimeError:
        return False


def _one(out: Path, plan: Plan, device: str, budget: float) -> bool:
    """Go on with a plan; True if it is finished, and its results are in an archive."""
    began = monotonic()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / plan.name
        if (out / _UNFINISHED).exists():
            with tarfile.open(out / _UNFINISHED) as archive:
                archive.extractall(place, filter="data")
        put_by = [began]

        def keep(progress: Progress) -> None:
            if monotonic() > put_by[0] + _PUT_BY:
                write_whole(out / _UNFINISHED, _packed(folder, plan.name))
                put_by[0] = monotonic()

        result = _run(plan, folder, device, budget, keep)
        spent = f"{monotonic() - began:.0f}"
        _say("gpu-day-plan", plan=plan.name, done=f"{result.done:,}", total=f"{result.total:,}", seconds=spent)
        if not result.finished:
            write_whole(out / _UNFINISHED, _packed(folder, plan.name))
            return False
        ready = Path(place) / "ready"
        ready.mkdir()
        for key, sweep in result.sweeps.items():
            write_whole(ready / f"{key}.csv", sweep.to_csv())
        if not result.batches.empty:
            write_whole(ready / _BATCHES, result.batches.to_csv(index=False))
        write_whole(ready / "plan.json", json.dumps(plan.source))
        write_whole(ready / "provenance.json", json.dumps(result.provenance, indent=1))
        _append(out, ready, plan.name)
        (out / _UNFINISHED).unlink(missing_ok=True)
    return True


def _run(plan: Plan, folder: Path, device: str, budget: float, keep: Callable[[Progress], None]) -> Result:
    """Run a plan; anew where what there is of it came from another torch or other code, and cannot be gone on with."""
    options: dict[str, Any] = {
        "out": folder, "device": device, "budget": budget, "on_progress": keep,
        "executor": "processes" if device == "cuda" else "serial",  # one a GPU; elsewhere this is only tried
    }  # fmt: skip
    try:
        return run(plan, resume=(folder / JOURNAL).exists(), **options)
    except JournalError:
        shutil.rmtree(folder)
        return run(plan, **options)


def _packed(folder: Path, name: str) -> bytes:
    buffer = BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        archive.add(folder, arcname=name)
    return buffer.getvalue()


def _archives(out: Path) -> list[Path]:
    return sorted(out.glob("results-*.tar.gz"))


def _append(out: Path, ready: Path, name: str) -> None:
    """Put a plan's results into the last archive, or into a new one where that would become too large."""
    data, there = _packed(ready, name), _archives(out)
    if (there and there[-1].stat().st_size + len(data) <= _MOST_BYTES) or len(there) >= _MOST_ARCHIVES:
        with tempfile.TemporaryDirectory() as place:
            with tarfile.open(there[-1]) as archive:
                archive.extractall(place, filter="data")
            ready.rename(Path(place) / name)
            buffer = BytesIO()
            with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
                for folder in sorted(Path(place).iterdir()):
                    archive.add(folder, arcname=folder.name)
        write_whole(there[-1], buffer.getvalue())
        return
    write_whole(out / f"results-{len(there) + 1}.tar.gz", data)


def finished(out: Path) -> set[str]:
    """Names of the plans whose results are in the archives."""
    names: set[str] = set()
    for path in _archives(out):
        with tarfile.open(path) as archive:
            names |= {member.name.split("/")[0] for member in archive.getmembers()}
    return names


def _bench(device: str, seconds: float) -> str:
    """What the benchmark says, or why it says nothing."""
    words = [sys.executable, str(_ROOT / "benchmarks" / "gpu_bench.py"), "--device", device, "--quick"]
    options: dict[str, Any] = {"capture_output": True, "text": True, "cwd": _ROOT, "env": _environment()}
    try:
        done = subprocess.run(words, timeout=seconds, **options)
    except subprocess.TimeoutExpired as error:
        return f"{(error.stdout or b'').decode(errors='replace')}\n{error}\n"
    return str(done.stdout) + str(done.stderr)[-5000:]


def collect(given: Path, data: Path, bundle: str) -> int:
    """Bring the results of a visit into the bundled sweeps, with cards and manifest, after checking that all is there.

    Parameters
    ----------
    given : Path
        What `visit` left.
    data : Path
        Folder of the bundled sweeps; its ``plans`` hold the plans as they were run.
    bundle : str
        The list of them.

    Returns
    -------
    int
        0, or 1 if something does not fit; nothing of such a plan is taken.
    """
    items = {item["plan"]: item for item in read_bundle(data / "plans", bundle)}
    status = 0
    for path in _archives(given):
        with tempfile.TemporaryDirectory() as place, tarfile.open(path) as archive:
            archive.extractall(place, filter="data")
            for folder in sorted(Path(place).iterdir()):
                problem = _take(folder, data, items)
                sys.stdout.write(say(f"gpu-day-{problem or 'fits'}", plan=folder.name) + "\n")
                status |= bool(problem)
    order_manifest(data)
    return status


def _take(folder: Path, data: Path, items: Mapping[str, Mapping[str, Any]]) -> str:
    """Publish one plan's results; why not, or nothing."""
    if folder.name not in items:
        return "unknown"
    plan = Plan.from_toml(data / "plans" / f"{folder.name}.toml")
    provenance = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))
    if provenance["plan"] != plan.digest:
        return "other-plan"
    sweeps = {}
    for output in plan.protocol.outputs():
        sweeps[output.key] = Sweep.from_csv(folder / f"{output.key}.csv", name=f"{plan.name}-{output.key}")
        if not _complete(plan, sweeps[output.key]):
            return "incomplete"
    batches = pd.read_csv(folder / _BATCHES) if (folder / _BATCHES).exists() else pd.DataFrame()
    publish(data, plan, items[folder.name], sweeps, provenance, batches)
    return ""


def _complete(plan: Plan, sweep: Sweep) -> bool:
    """Whether every batch size is there, with all its seeds at every learning rate."""
    counts = sweep.trials.groupby(["batch_size", "learning_rate"])["seed"].nunique()
    each = counts.index.get_level_values("batch_size").astype(int).tolist()
    sizes = set(each)
    seeds = all(count == plan.grid.n_seeds(size) for size, count in zip(each, counts.tolist(), strict=True))
    rates = plan.grid.refine or len(counts) == len(plan.grid.batch_sizes) * len(plan.grid.learning_rates)
    return seeds and rates and sizes == set(plan.grid.batch_sizes)


if __name__ == "__main__":
    sys.exit(main())
