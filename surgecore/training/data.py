"""Make, and check, the bundled sweeps: ``python -m surgecore.training.data [--check | --describe] FOLDER``.

FOLDER/plans holds the plans; bundle.toml there lists them in the order of the manifest, with what each cannot show.
A sweep that comes out the same keeps its card and its date, so that recomputing changes nothing.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import pandas as pd
import torch

from surgecore import words
from surgecore.cli import number
from surgecore.sweeps.analysis import analyse
from surgecore.sweeps.catalogue import Entry
from surgecore.sweeps.sweep import Sweep
from surgecore.training.data_check import NUDGES, Difference, compared
from surgecore.training.engine.protocols import Output
from surgecore.training.plans.plan import Chunk, Plan
from surgecore.training.runs.batches import batches_file
from surgecore.training.runs.executors import prepare, work
from surgecore.training.runs.files import write_whole
from surgecore.training.runs.progress import Progress
from surgecore.training.runs.records import Record, frame
from surgecore.training.runs.runner import run
from surgecore.words import say
from surgecore.words import training as training_words

#: Lists of plans for a GPU: a visit each.
GPU_BUNDLES = ("gpu", "paper")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 if all is well, 1 if a check fails or a sweep was stopped."""
    options = _parser().parse_args(arguments)
    bundle = read_bundle(options.folder / "plans", options.bundle)
    chosen = [item for item in bundle if item["plan"].startswith(options.only or "")]
    if options.check:
        return check(options.folder, chosen, options.seed)
    if options.describe:
        renew(options.folder, chosen)
        return 0
    if options.device == "cuda" and not torch.cuda.is_available():
        sys.stderr.write(say("bundle-no-gpu") + "\n")
        return 2
    began, finished = monotonic(), [True]
    for item in chosen:
        left = None if options.budget is None else max(0.0, options.budget - (monotonic() - began))
        if finished[-1]:
            finished.append(make(options.folder, item, device=options.device, budget=left))
        else:
            sys.stderr.write(say("bundle-budget-spent", plan=item["plan"]) + "\n")
    order_manifest(options.folder)
    if all(finished):  # until then what is finished need not be computed again
        shutil.rmtree(options.folder / ".journals", ignore_errors=True)
    return 0 if all(finished) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="surgecore.training.data", description=say("bundle-help"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--check", action="store_true", help=say("bundle-help-check"))
    parser.add_argument("--describe", action="store_true", help=say("bundle-help-describe"))
    parser.add_argument("--bundle", default="bundle", metavar="NAME", help=say("bundle-help-bundle"))
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument(
        "--budget", type=number(say("rule-not-negative"), lambda x: x >= 0), metavar="SECONDS",
        help=say("bundle-help-budget"),
    )  # fmt: skip
    parser.add_argument("--only", help=say("bundle-help-only"))
    parser.add_argument("--seed", type=int, help=say("bundle-help-seed"))
    return parser


def read_bundle(plans: Path, name: str) -> list[dict[str, Any]]:
    """Plans of a bundle, in its order, with what each cannot show."""
    bundle: list[dict[str, Any]] = tomllib.loads((plans / f"{name}.toml").read_text(encoding="utf-8"))["sweep"]
    return bundle


def make(folder: Path, item: Mapping[str, Any], *, device: str = "cpu", budget: float | None = None) -> bool:
    """Compute one plan and write its data files, cards and manifest entries; True if it finished."""
    plan = Plan.from_toml(folder / "plans" / f"{item['plan']}.toml")
    # bundled numbers are those of plain steps, to the last digit, unless the plan says otherwise
    plan = replace(plan, run=replace(plan.run, native=bool(plan.run.native), compile=bool(plan.run.compile)))
    work_folder = folder / ".journals" / plan.name
    journal_there = work_folder.exists()

    told = [0.0]

    def tell(progress: Progress) -> None:
        if progress.elapsed > told[0] + 10:
            told[0] = progress.elapsed
            sys.stderr.write(f"{plan.name}: {training_words.progress(progress)}\n")

    result = run(plan, out=work_folder, device=device, resume=journal_there, budget=budget, on_progress=tell)
    done = {"done": f"{result.done:,}", "total": f"{result.total:,}"}
    sys.stderr.write(say("bundle-plan-done", plan=plan.name, **done) + "\n")
    if not result.finished:
        return False
    publish(folder, plan, item, result.sweeps, result.provenance, result.batches)
    return True


def publish(
    folder: Path,
    plan: Plan,
    item: Mapping[str, Any],
    sweeps: Mapping[str, Sweep],
    provenance: Mapping[str, Any],
    batches: pd.DataFrame,
) -> None:
    """Write a plan's data files, cards and manifest entries.

    Parameters
    ----------
    folder : Path
        Of the bundled sweeps.
    plan : Plan
        What was run.
    item : mapping
        Its entry in the bundle.
    sweeps : mapping of str to Sweep
        What came out, by output.
    provenance : mapping
        As `Result.provenance`.
    batches : DataFrame
        As `Result.batches`.
    """
    entries, paths = _read_manifest(folder), _batches(folder, plan, batches)
    for output in plan.protocol.outputs():
        sweep = sweeps[output.key]
        data = gzip.compress(sweep.to_csv().encode(), mtime=0)
        entry = _entry(plan, output, sweep, data, item, provenance) | paths
        old = entries.get(entry["name"])
        if old and old["sha256"] == entry["sha256"]:
            entry = {**entry, **{key: old[key] for key in ("date", "wall_seconds", "device", "versions")}}
        entries[entry["name"]] = entry
        write_whole(folder / entry["file"], data)
        write_whole(folder / entry["card"], _card(entry, plan, sweep))
    _write_manifest(folder, entries)


def _batches(folder: Path, plan: Plan, batches: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Write the table of how batches changed, if they did; its part of the manifest."""
    if batches.empty:
        return {}
    data = gzip.compress(batches.to_csv(index=False, float_format="%.6g").encode(), mtime=0)
    file = f"{batches_file(plan.name)}.gz"
    write_whole(folder / file, data)
    return {"batches": {"file": file, "sha256": sha256(data).hexdigest()}}


def renew(folder: Path, bundle: Sequence[Mapping[str, Any]]) -> None:
    """Say anew what the data files show: the analysis may have changed, the data have not."""
    entries = _read_manifest(folder)
    for item in bundle:
        plan = Plan.from_toml(folder / "plans" / f"{item['plan']}.toml")
        for output in plan.protocol.outputs():
            old = entries[f"{plan.name}-{output.key}"]
            sweep = Entry(**old, folder=folder).load()
            new = _entry(plan, output, sweep, (folder / old["file"]).read_bytes(), item, old)
            new |= {"batches": old["batches"]} if "batches" in old else {}
            entries[new["name"]] = {**new, "date": old["date"]}
            (folder / new["card"]).write_text(_card(entries[new["name"]], plan, sweep), encoding="utf-8")
    _write_manifest(folder, entries)


def order_manifest(folder: Path) -> None:
    """Sort the manifest as the bundles list their plans, what a GPU computed first, and drop what no plan makes."""
    entries = _read_manifest(folder)
    names = []
    for bundle in (*GPU_BUNDLES, "bundle"):
        for item in read_bundle(folder / "plans", bundle) if (folder / "plans" / f"{bundle}.toml").exists() else ():
            plan = Plan.from_toml(folder / "plans" / f"{item['plan']}.toml")
            names += [f"{plan.name}-{output.key}" for output in plan.protocol.outputs()]
    _write_manifest(folder, {name: entries[name] for name in names if name in entries})


def check(folder: Path, bundle: Sequence[Mapping[str, Any]], seed: int | None) -> int:
    """Recompute one random chunk of cells of every plan and compare it with the bundled files.

    On the same processor losses are identical, on another `surgecore.training.data_check` says what they may be.
    """
    generator = np.random.default_rng(seed)
    entries, bad = _read_manifest(folder), 0
    for item in bundle:
        plan = Plan.from_toml(folder / "plans" / f"{item['plan']}.toml")
        sweeps = {
            output.key: Entry(**entries[f"{plan.name}-{output.key}"], folder=folder).load()
            for output in plan.protocol.outputs()
        }
        chunks = _chunks(plan, next(iter(sweeps.values())))
        chunk = chunks[int(generator.integers(len(chunks)))]
        task = prepare(plan, "cpu")
        now = work(task, chunk)
        found = _compared(sweeps, now, [now])
        if any(difference.largest for difference in found):
            found = _compared(sweeps, now, [work(replace(task, nudge=nudge), chunk) for nudge in NUDGES])
        worst = max(difference.largest for difference in found)
        bad += not all(difference.agrees for difference in found)
        verdict = say("check-identical") if worst == 0 else say("check-differs", share=f"{worst:.1e}")
        size = str(chunk.batch_size)
        said = say("check-plan", plan=plan.name, count=chunk.n_runs, batch=size, verdict=verdict)
        sys.stdout.write(said + "\n")
    if bad:
        sys.stdout.write(say("check-failed", count=bad) + "\n")
    return int(bad > 0)


def _compared(sweeps: Mapping[str, Sweep], now: Record, nudged: Sequence[Record]) -> list[Difference]:
    return [
        compared(sweep.trials, frame([now], key), [frame([record], key) for record in nudged])
        for key, sweep in sweeps.items()
    ]


def _chunks(plan: Plan, sweep: Sweep) -> list[Chunk]:
    """Chunks of the sweep itself; a refined grid's learning rates are read from the bundled file."""
    trials = sweep.trials
    rates = {
        int(size): tuple(sorted({float(rate) for rate in trials.loc[trials["batch_size"] == size, "learning_rate"]}))
        for size in sweep.batch_sizes
    }
    return plan.chunks(1, rates)


def _entry(
    plan: Plan,
    output: Output,
    sweep: Sweep,
    data: bytes,
    item: Mapping[str, Any],
    provenance: Mapping[str, Any],
) -> dict[str, Any]:
    name = f"{plan.name}-{output.key}"
    rates, sizes = sweep.learning_rates, plan.grid.batch_sizes
    ends = {"first": str(min(sizes)), "last": str(max(sizes)), "low": f"{rates[0]:.3g}", "high": f"{rates[-1]:.3g}"}
    few = {"few": str(plan.grid.few_seeds), "from": str(plan.grid.few_seeds_from)}
    seeds = str(plan.grid.seeds)
    if plan.grid.few_seeds:
        seeds = say("card-fewer-seeds", seeds=seeds, **few)
    horizon = words.horizon(output.horizon, output.amount, output.loss)
    return {
        "name": name, "title": f"{plan.title}, {horizon}", "file": f"{name}.csv.gz",
        "sha256": sha256(data).hexdigest(), "card": f"{name}.md", **_facts(plan, output),
        "grid": say("card-grid-is", sizes=str(len(sizes)), rates=str(len(rates)), **ends),
        "seeds": seeds, "device": provenance["device"], "versions": dict(provenance["versions"]),
        "date": datetime.now(UTC).date().isoformat(), "precision": provenance["precision"],
        "wall_seconds": provenance["wall_seconds"], "shows": " ".join(words.findings(analyse(sweep))),
        "does_not_show": item["does_not_show"],
    }  # fmt: skip


def _facts(plan: Plan, output: Output) -> dict[str, Any]:
    """What was trained and how, as keys and numbers."""
    keys = {table: plan.source[table]["key"] for table in ("workload", "optimizer", "protocol")}
    seed = getattr(plan.protocol, "checkpoint_seed", None)
    settings = {field.name: getattr(plan.workload, field.name) for field in fields(plan.workload)}
    if plan.policy.adapts:
        settings |= {"policy": plan.source["policy"]["key"], "eta": getattr(plan.policy, "eta", None)}
    if keys["optimizer"] == "extrapolated":
        settings["extrapolation"] = plan.optimizer.kind  # type: ignore[attr-defined]
    if getattr(plan.protocol, "schedule", "constant") != "constant":
        settings["warmup"] = getattr(plan.protocol, "warmup", 0.0)
    return keys | {
        "settings": settings,
        "state": plan.state, "checkpoint": 0 if seed is None else seed + 1, "horizon": output.horizon,
        "amount": output.amount, "loss": output.loss, "steps": output.steps,
    }  # fmt: skip


def _card(entry: Mapping[str, Any], plan: Plan, sweep: Sweep) -> str:
    """A sweep's card: a table of what was done and how, then what it shows and what it does not."""
    rows = _rows(entry, plan, sweep)
    head = [f"# {entry['title']}", "", f"| {say('card-what')} | {say('card-how')} |", "|---|---|"]
    table = [f"| {say(f'card-{name}')} | {text} |" for name, text in rows.items()]
    shown = [f"## {say('card-shows')}", "", entry["shows"], "", say("card-written"), ""]
    not_shown = [f"## {say('card-does-not-show')}", "", entry["does_not_show"], ""]
    return "\n".join([*head, *table, "", "```", entry["sha256"], "```", "", *shown, *not_shown])


def _rows(entry: Mapping[str, Any], plan: Plan, sweep: Sweep) -> dict[str, str]:
    """Rows of a card's table, by the end of their phrase's name."""
    status = sweep.trials["status"].value_counts()
    known = [name for name in ("complete", "incomplete", "infeasible") if name in status]
    settings = {"workload": plan.workload, "optimizer": plan.optimizer, "protocol": plan.protocol}
    if plan.policy.adapts:
        settings["policy"] = plan.policy
    after = words.horizon(entry["horizon"], entry["amount"], entry["loss"])
    one_thread, key = entry["device"].startswith("CPU"), entry["workload"]
    return {
        "workload": f"{words.workload(key)}; {say(f'workload-{key}.source')}",
        "optimizer": words.optimizer(entry["optimizer"], entry["state"]),
        "protocol": f"{after}; {words.protocol(entry['protocol'])}",
        "settings": "; ".join(f"{name}: {_options(value)}" for name, value in settings.items()),
        "grid": entry["grid"],
        "seeds": say("card-seeds-are", seeds=entry["seeds"]),
        "loss": say("card-loss-over", what=training_words.loss_over(plan.workload)),
        "trials": ", ".join(f"{status[name]:,} {name}" for name in known),
        "precision": entry["precision"],
        "device": say("card-one-thread", device=entry["device"]) if one_thread else entry["device"],
        "versions": ", ".join(f"{name} {number}" for name, number in entry["versions"].items()),
        "computed": say("card-computed-in", date=entry["date"], seconds=f"{entry['wall_seconds']:g}"),
        "plan": f"plans/{plan.name}.toml",
        "file": say("card-file-is", name=entry["file"]),
    }


def _options(value: Any) -> str:  # noqa: ANN401
    if not is_dataclass(value):
        return str(value)
    pairs = [f"{field.name} {_joined(getattr(value, field.name))}" for field in fields(value)]
    return ", ".join(pairs) or say("none")


def _joined(value: Any) -> str:  # noqa: ANN401
    if not isinstance(value, tuple):
        return str(value)
    *first, last = map(str, value) if value else [say("none")]
    return say("and").join([*filter(None, [", ".join(first)]), last])


def _read_manifest(folder: Path) -> dict[str, dict[str, Any]]:
    path = folder / "manifest.json"
    if not path.exists():
        return {}
    return {entry["name"]: entry for entry in json.loads(path.read_text(encoding="utf-8"))["sweeps"]}


def _write_manifest(folder: Path, entries: Mapping[str, Mapping[str, Any]]) -> None:
    text = json.dumps({"sweeps": list(entries.values())}, indent=1) + "\n"
    write_whole(folder / "manifest.json", text)


if __name__ == "__main__":
    sys.exit(main())
