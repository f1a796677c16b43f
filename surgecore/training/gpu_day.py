"""One visit to a GPU: ``python3 -m surgecore.training.gpu_day OUT``, call after call until it says that all is done.

Every call ends within its budget and leaves a handful of files in OUT, from which the next call goes on, also on
another machine. It needs Python, torch, numpy, pandas, scipy and scikit-learn, and nothing else. In order: a check
of the GPU against the CPU, the benchmark, then the plans of the bundle, most informative first. At home
``--collect`` brings OUT into the bundled sweeps.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import pandas as pd

from surgecore.cli import number
from surgecore.sweeps.sweep import Sweep
from surgecore.training.data import order_manifest, publish, read_bundle
from surgecore.training.engine.precision import set_precision
from surgecore.training.plans.plan import Plan
from surgecore.training.runs.files import write_whole
from surgecore.training.runs.runner import JOURNAL, run
from surgecore.words import say

#: Largest archive of results, and how many there may be.
_MOST_BYTES, _MOST_ARCHIVES = 15_000_000, 4
_CHECK, _BENCH, _UNFINISHED, _BATCHES = "check.json", "bench.txt", "unfinished.tar.gz", "batches.csv"
#: Relative difference of losses after a few steps: float32 elsewhere, and TF32, which flips signs of small gradients.
_SAME = {"float32": 1e-3, "tf32": 5e-2}
_ROOT = Path(__file__).resolve().parents[2]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 if all is done, 3 if the next call goes on, 1 if something is wrong with what was found."""
    parser = argparse.ArgumentParser(prog="surgecore.training.gpu_day", description=say("gpu-day-help"))
    parser.add_argument("out", type=Path)
    parser.add_argument("--collect", type=Path, metavar="DATA", help=say("gpu-day-help-collect"))
    parser.add_argument("--plans", type=Path, default=_ROOT / "data" / "plans", help=say("gpu-day-help-plans"))
    parser.add_argument("--bundle", default="gpu")
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    rule = number(say("sweep-budget-rule"), lambda x: x >= 0)
    parser.add_argument("--budget", type=rule, default=500.0, metavar="SECONDS", help=say("sweep-help-budget"))
    parser.add_argument("--no-bench", action="store_true", help=say("gpu-day-help-no-bench"))
    options = parser.parse_args(arguments)
    if options.collect is not None:
        return collect(options.out, options.collect, options.bundle)
    options.out.mkdir(parents=True, exist_ok=True)
    return visit(options.out, options.plans, options.bundle, options.device, options.budget, bench=not options.no_bench)


def visit(out: Path, plans: Path, bundle: str, device: str, budget: float, *, bench: bool = True) -> int:
    """One call.

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
        0 if all is done, 3 if not, 1 if the check fails: then nothing is run.
    """
    began = monotonic()
    chosen = [Plan.from_toml(plans / f"{item['plan']}.toml") for item in read_bundle(plans, bundle)]
    if not (out / _CHECK).exists():
        found = self_check(chosen, device)
        write_whole(out / _CHECK, json.dumps(found, indent=1) + "\n")
    checks = json.loads((out / _CHECK).read_text(encoding="utf-8"))
    bad = [check for check in checks if not check["ok"]]
    for check in bad:
        sys.stdout.write(say("gpu-day-differs", **{k: str(check[k]) for k in ("plan", "kind", "difference")}) + "\n")
    if bench and not (out / _BENCH).exists():
        write_whole(out / _BENCH, _bench(device, max(60.0, budget - (monotonic() - began) - 30)))
    failed = {check["plan"] for check in bad}
    todo = [plan for plan in chosen if plan.name not in failed | finished(out)]
    for plan in todo:
        left = budget - (monotonic() - began)
        # the first gets on by a chunk, however little is left
        if (left <= 0 and plan is not todo[0]) or not _one(out, plan, device, max(left, 0.0)):
            sys.stdout.write(say("gpu-day-next", plan=plan.name) + "\n")
            return 3
    sys.stdout.write(say("gpu-day-done", count=len(finished(out))) + "\n")
    return 1 if bad else 0


def _one(out: Path, plan: Plan, device: str, budget: float) -> bool:
    """Go on with a plan; True if it is finished, and its results are in an archive."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / plan.name
        if (out / _UNFINISHED).exists():
            with tarfile.open(out / _UNFINISHED) as archive:
                archive.extractall(place, filter="data")
        resume = (folder / JOURNAL).exists()
        executor = "processes" if device == "cuda" else "serial"  # one a GPU; elsewhere this is only tried
        result = run(plan, out=folder, device=device, resume=resume, executor=executor, budget=budget)
        sys.stdout.write(say("bundle-plan-done", plan=plan.name, done=str(result.done), total=str(result.total)) + "\n")
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


def self_check(plans: Sequence[Plan], device: str) -> list[dict[str, Any]]:
    """A few steps of every plan here and on the CPU, and as graphs and plainly.

    Returns
    -------
    list of dict
        JSON-ready: plan, kind ("float32", "tf32", "graphs", "resident" where there is a kernel), the largest relative
        difference of a loss, whether it is small enough, and seconds.
    """
    out = []
    for plan in plans:
        began = monotonic()
        expected = _losses(plan, "cpu")
        for kind in ("float32", "tf32") if device == "cuda" else ("float32",):
            found = _losses(plan, device, kind)
            out.append(_check(plan, kind, found, expected, _SAME[kind], began))
            began = monotonic()
        if device == "cuda":
            graphs, plain = _losses(plan, device), _losses(plan, device, graphs=False)
            out.append(_check(plan, "graphs", graphs, plain, _SAME["float32"], began))
            began = monotonic()
            fused = _losses(plan, device, resident=True)
            if len(fused):
                out.append(_check(plan, "resident", fused, plain, _SAME["float32"], began))
    return out


def _losses(
    plan: Plan, device: str, precision: str = "float32", *, graphs: bool = True, resident: bool = False
) -> np.ndarray[Any, Any]:
    """Losses after a few steps at a middle batch size and the lower learning rates, where runs do not diverge.

    With `resident` those of the kernel that keeps runs on the chip: none if there is no such kernel, and infinite if
    there is one that is not right.
    """
    from surgecore.training.engine.loop import Engine
    from surgecore.training.runs.executors import built

    set_precision(device, precision)
    model = built(plan.workload, device)
    sizes, rates = sorted(plan.grid.batch_sizes), sorted(plan.grid.learning_rates)
    engine = Engine(
        model, plan.optimizer, batch_size=min(sizes[len(sizes) // 2], 64), seeds=[0, 1],
        rates=rates[: max(2, len(rates) // 3)][:4], start=model.initial(0), precision=precision,
    )  # fmt: skip
    if not resident:
        engine.use_graphs(at_once=graphs)
    elif engine.fused is None:
        return np.empty((0, 0))
    engine.advance(6)
    losses = engine.losses()
    return np.full(losses.shape, np.inf) if "resident" in engine.fallbacks else losses


def _check(
    plan: Plan, kind: str, found: np.ndarray[Any, Any], expected: np.ndarray[Any, Any], allowed: float, began: float
) -> dict[str, Any]:
    off = np.abs(found - expected) / np.maximum(np.abs(expected), 1e-12)
    worst = float(np.nan_to_num(off, nan=np.inf).max())
    seconds = round(monotonic() - began, 2)
    return {"plan": plan.name, "kind": kind, "difference": worst, "ok": worst <= allowed, "seconds": seconds}


def _bench(device: str, seconds: float) -> str:
    """What the benchmark says, or why it says nothing."""
    words = [sys.executable, str(_ROOT / "benchmarks" / "gpu_bench.py"), "--device", device, "--quick"]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=seconds, cwd=_ROOT)
    except subprocess.TimeoutExpired as error:
        return f"{(error.stdout or b'').decode(errors='replace')}\n{error}\n"
    return done.stdout + done.stderr[-5000:]


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
