"""Compare a checkpoint's measured optima with its predictions.

``python -m surgecore.measuring.experiment [--only NAME] FOLDER`` reads FOLDER/cases.toml and writes one file a
checkpoint.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

import torch
from torch import Tensor

from surgecore.measuring.gaussianity import gaussianity
from surgecore.measuring.laboratory import Effort, Laboratory
from surgecore.measuring.probes import probe_of
from surgecore.measuring.updates import (
    Updates,
    along_updates,
    decorrelated_updates,
    optimizer_updates,
)
from surgecore.sweeps.optima import Optimum
from surgecore.training.engine.methods import OPTIMIZERS
from surgecore.training.engine.precision import set_precision
from surgecore.training.plans.plan import Plan
from surgecore.training.runs.checkpoints import checkpoints
from surgecore.training.runs.provenance import device_name, versions
from surgecore.training.runs.runner import run
from surgecore.training.workloads.models import DataModel, Model
from surgecore.why.explanation import Explanation, TrainedOptimum
from surgecore.why.gaussianity import FILE as GAUSSIANITY
from surgecore.why.gaussianity import Gaussianity
from surgecore.why.measurement import Estimate, Measurement, Prediction
from surgecore.words import say
from surgecore.words import why as words

#: Key of an update, its optimizer and its state.
_KINDS = {
    "sign": ("sign", "cold"),
    "adam_cold": ("adam", "cold"),
    "adam_warm": ("adam", "warm"),
    "sgd": ("sgd", "cold"),
}
_RATES_PER_OCTAVE = 2


@dataclass(frozen=True)
class Case:
    """One checkpoint of the experiment.

    Attributes
    ----------
    name, title : str
        For files and for people.
    workload : mapping
        Table of a plan.
    loss : float
        Loss of the checkpoint, 0 for the initial parameters.
    seed : int
        Of the checkpoint.
    batch_sizes, batch_sizes_later : tuple of int
        Of one step, and of more.
    steps : tuple of int
        More steps.
    seeds, seeds_later : int
        Seeds of one step, and of more; half of them from batch size 512 on.
    updates : tuple of str
        Keys of `surgecore.why.explanation.UPDATES`.
    sampled : int
        Updates of the sampled rungs.
    twins : int
        Gaussian twins.
    warm_steps : int
        Gradients that fill a warm state.
    """

    name: str
    title: str
    workload: Mapping[str, Any]
    loss: float
    seed: int = 0
    batch_sizes: tuple[int, ...] = (1, 4, 16, 32, 64, 128, 256, 512, 1024)
    batch_sizes_later: tuple[int, ...] = (4, 16, 64, 256, 1024)
    steps: tuple[int, ...] = (5, 10, 20)
    seeds: int = 96
    seeds_later: int = 64
    updates: tuple[str, ...] = ("sign", "decorrelated", "adam_cold", "adam_warm", "sgd")
    sampled: int = 256
    twins: int = 512
    warm_steps: int = 100

    def plan(self, kind: str, steps: Sequence[int], rates: tuple[float, float]) -> Plan:
        """Plan of the measured optima of one update."""
        optimizer, state = _KINDS[kind]
        one = tuple(steps) == (1,)
        seeds = self.seeds if one else self.seeds_later
        return Plan.from_dict(
            {
                "name": f"{self.name}-{kind.replace('_', '-')}",
                "title": self.title,
                "workload": dict(self.workload),
                "optimizer": {"key": optimizer, "state": state, "warm_steps": self.warm_steps}
                if state == "warm"
                else {"key": optimizer},
                "protocol": {
                    "key": "checkpoint",
                    "loss": self.loss,
                    "checkpoint_seed": self.seed,
                    "steps": list(steps),
                },
                "grid": {
                    "batch_sizes": list(self.batch_sizes if one else self.batch_sizes_later),
                    "learning_rates": {"low": rates[0], "high": rates[1], "per_octave": _RATES_PER_OCTAVE},
                    "seeds": seeds,
                    "few_seeds": seeds // 2,
                    "few_seeds_from": 512,
                },
            }
        )


def explain(case: Case) -> Explanation:
    """Measure one checkpoint: ingredients, predictions, optima.

    Parameters
    ----------
    case : Case
        What to measure.

    Returns
    -------
    Explanation
    """
    began = monotonic()
    set_precision("cpu")
    plan = case.plan("sign", (1,), (1e-3, 1e-2))
    model = plan.workload.build("cpu")
    start = torch.from_numpy(next(checkpoints(model, [case.loss], case.seed)).parameters)
    probe = probe_of(model, start)
    laboratory = Laboratory(probe, Effort(updates=case.sampled, twins=case.twins), seed=case.seed)
    predictions: list[Prediction] = []
    optima: list[TrainedOptimum] = []
    for update in case.updates:
        mine = _predict(case, update, laboratory, model, start)
        predictions += mine
        found = [p for p in mine if p.rung == "line_search"]
        if update == "decorrelated":  # the mean loss under this noise is its own measurement
            predictions = [p for p in predictions if p not in found]
            optima += [TrainedOptimum(update, 1, p.batch_size, p.lr, case.sampled) for p in found]
        else:
            optima += _optima(case, update, found)
    numbers = laboratory.numbers()
    provenance = {
        "date": datetime.now(UTC).date().isoformat(), "versions": versions(), "device": device_name("cpu"),
        "precision": {"measured": "float64", "trained": "float32"}, "data": model.digest, "checkpoint_seed": case.seed,
        "sampled_updates": case.sampled, "twins": case.twins, "warm_steps": case.warm_steps,
        "seeds": {"1": case.seeds, "more": case.seeds_later},
    }  # fmt: skip
    measurement = Measurement(
        case.workload["key"], case.loss, probe.size, probe.n_examples or 0, laboratory.sample.exact, numbers,
        tuple(predictions), laboratory.groups(), provenance,
    )  # fmt: skip
    wall = {**provenance, "wall_seconds": round(monotonic() - began, 1)}
    return Explanation(case.name, case.title, case.loss, measurement, tuple(optima), wall)


def _predict(case: Case, update: str, laboratory: Laboratory, model: Model, start: Tensor) -> list[Prediction]:
    sizes, probe = case.batch_sizes, laboratory.probe
    if update == "decorrelated":
        updates: Updates = decorrelated_updates(probe)
    else:
        key, state = _KINDS[update]
        warm = case.warm_steps if state == "warm" else 0
        updates = optimizer_updates(model, OPTIMIZERS[key](), start, warm_steps=warm)
    out = []
    if update in ("sign", "adam_cold", "decorrelated"):
        out += laboratory.surge(sizes) + laboratory.independent(sizes)
    if update in ("sign", "adam_cold"):
        out += laboratory.correlated(sizes)
    if update == "adam_warm" and laboratory.sample.exact:
        out += laboratory.adam(sizes)
    if update == "sgd":
        out += laboratory.sgd(sizes)
    drawn = {b: updates(b, case.sampled) for b in sizes}
    out += laboratory.sampled(sizes, lambda b, _: drawn[b])
    out += along_updates(probe, sizes, lambda b, _: drawn[b], count=case.sampled)
    return [Prediction(update, p.rung, p.batch_size, p.lr) for p in out]


def _optima(case: Case, update: str, near: Sequence[Prediction]) -> list[TrainedOptimum]:
    known = [p.lr.value for p in near if p.lr.value > 0]
    out = []
    for steps, low in (((1,), 6.0), (case.steps, 24.0)):
        if not steps:
            continue
        plan = case.plan(update, steps, (min(known) / low, 5 * max(known)))
        with tempfile.TemporaryDirectory() as folder:
            result = run(plan, out=folder, device="cpu")
        for sweep in result.sweeps.values():
            assert sweep.steps is not None
            out += [_trained(update, sweep.steps, optimum) for optimum in sweep.optima()]
    return out


def _trained(update: str, steps: int, optimum: Optimum) -> TrainedOptimum:
    low, high = optimum.interval or (None, None)
    error = None if optimum.stderr is None else optimum.stderr * optimum.learning_rate
    lr = Estimate(optimum.learning_rate, error, low, high)
    return TrainedOptimum(update, steps, int(optimum.batch_size), lr, optimum.n_seeds, optimum.on_edge or "")


def gaussian(case: Case) -> list[Gaussianity]:
    """Test the gradients at a checkpoint for being Gaussian, from one example to the largest batch.

    There are twice as many draws as the case samples updates.
    """
    set_precision("cpu")
    model = case.plan("sign", (1,), (1e-3, 1e-2)).workload.build("cpu")
    start = torch.from_numpy(next(checkpoints(model, [case.loss], case.seed)).parameters)
    sizes = sorted({1, 16, 256, max(case.batch_sizes)})
    assert isinstance(model, DataModel)
    return [gaussianity(model, start, batch_size=size, draws=2 * case.sampled, seed=case.seed) for size in sizes]


def read_cases(path: Path) -> list[Case]:
    """Cases of a TOML file: tables ``[[case]]`` with the fields of `Case`."""
    tables = tomllib.loads(path.read_text(encoding="utf-8"))["case"]
    cases: list[dict[str, Any]] = [
        {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()} for table in tables
    ]
    return [Case(**case) for case in cases]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="surgecore.measuring.experiment", description=say("experiment-help"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help=say("experiment-help-only"))
    parser.add_argument("--gaussianity", action="store_true", help=say("experiment-help-gaussianity"))
    options = parser.parse_args(arguments)
    cases = read_cases(options.folder / "cases.toml")
    if options.gaussianity:
        found = {case.name: [test.to_dict() for test in gaussian(case)] for case in cases}
        (options.folder / GAUSSIANITY).parent.mkdir(exist_ok=True)
        (options.folder / GAUSSIANITY).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        return 0
    for case in cases:
        if case.name.startswith(options.only):
            explanation = explain(case)
            explanation.save(options.folder / f"{case.name}.json")
            sys.stderr.write(f"{case.name}: {explanation.provenance['wall_seconds']:.0f} s\n")
            for sentence in words.sentences(explanation, "sign"):
                sys.stderr.write(f"  {sentence}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
