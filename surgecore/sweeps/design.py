"""Which runs to start with when nothing has been measured, and the files with which trackers launch them."""

from __future__ import annotations

import json
import math
import shlex
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from string import Template
from typing import Literal, get_args

import numpy as np
import pandas as pd

Scaling = Literal["sqrt", "linear", "none"]
Launcher = Literal["wandb", "optuna", "ray", "hydra", "shell"]
_SHELL = "#!/bin/sh\nset -e\n"
_POWER: dict[Scaling, float] = {"sqrt": 0.5, "linear": 1.0, "none": 0.0}


@dataclass(frozen=True)
class Design:
    """A plan of runs.

    Attributes
    ----------
    cells : DataFrame
        batch_size, learning_rate; one row a cell, each to be run with every seed.
    seeds : tuple of int
        Seeds of each cell.
    """

    cells: pd.DataFrame
    seeds: tuple[int, ...]

    @property
    def n_runs(self) -> int:
        """Training runs in all."""
        return len(self.cells) * len(self.seeds)

    def rates(self, batch_size: int) -> list[float]:
        """Learning rates at one batch size, ascending."""
        return [float(rate) for rate in self.cells.loc[self.cells["batch_size"] == batch_size, "learning_rate"]]

    @property
    def batch_sizes(self) -> list[int]:
        """Batch sizes, ascending."""
        return [int(size) for size in self.cells["batch_size"].unique()]


def grid(
    smallest: int,
    largest: int,
    *,
    rate: float,
    at: int,
    scaling: Scaling = "sqrt",
    octaves: float = 2.0,
    seeds: int = 3,
) -> Design:
    """Batch sizes an octave apart, learning rates half an octave apart around a guess that scales with them.

    Parameters
    ----------
    smallest, largest : int
        Range of batch sizes [examples].
    rate : float
        A learning rate that works.
    at : int
        The batch size at which it works [examples].
    scaling : {"sqrt", "linear", "none"}, optional
        How the guess goes with the batch size: as for Adam, as for SGD, or not at all.
    octaves : float, optional
        How far the rates reach on each side of the guess [octaves].
    seeds : int, optional
        Runs of each cell; only several give error bars.

    Returns
    -------
    Design
        Rates on one lattice, so that neighbouring batch sizes share them.

    Raises
    ------
    ValueError
        If a number is not positive, or the range is empty.

    Examples
    --------
    >>> plan = grid(32, 128, rate=1e-3, at=32, octaves=1, seeds=2)
    >>> plan.batch_sizes, plan.rates(32), plan.n_runs
    ([32, 64, 128], [0.0005, 0.0007071, 0.001, 0.001414, 0.002], 30)
    """
    sizes = _batch_sizes(smallest, largest)
    _check(rate, at, scaling, octaves, seeds)
    rows = []
    for size in sizes:
        middle = round(2 * _POWER[scaling] * math.log2(size / at))
        reach = max(1, round(2 * octaves))
        rows += [(size, _short(rate * 2 ** (step / 2))) for step in range(middle - reach, middle + reach + 1)]
    return Design(pd.DataFrame(rows, columns=["batch_size", "learning_rate"]), tuple(range(seeds)))


def random(
    smallest: int, largest: int, *, rate: float, at: int, runs: int, rng: np.random.Generator,
    scaling: Scaling = "sqrt", octaves: float = 2.0, seeds: int = 1,
) -> Design:  # fmt: skip
    """The same range with learning rates drawn log-uniformly, one in each of equal parts of the range.

    Parameters
    ----------
    smallest, largest, rate, at, scaling, octaves, seeds
        As for `grid`.
    runs : int
        Learning rates at each batch size.
    rng : Generator
        Where the draws come from.

    Returns
    -------
    Design

    Raises
    ------
    ValueError
        As for `grid`.

    References
    ----------
    J. Bergstra, Y. Bengio, Random search for hyper-parameter optimization, JMLR 13 (2012) 281.
    """
    sizes = _batch_sizes(smallest, largest)
    _check(rate, at, scaling, octaves, seeds)
    if runs < 1:
        raise ValueError(f"runs must be positive, but got {runs!r}")
    rows = []
    for size in sizes:
        middle = rate * (size / at) ** _POWER[scaling]
        parts = (np.arange(runs) + rng.random(runs)) / runs
        rows += [(size, _short(middle * 2 ** (octaves * (2 * part - 1)))) for part in parts]
    return Design(pd.DataFrame(rows, columns=["batch_size", "learning_rate"]), tuple(range(seeds)))


def _batch_sizes(smallest: int, largest: int) -> list[int]:
    if not 1 <= smallest <= largest:
        raise ValueError(f"batch sizes must be positive and ascending, but got {smallest!r} to {largest!r}")
    return [smallest * 2**octave for octave in range(int(math.log2(largest / smallest) + 1e-9) + 1)]


def _check(rate: float, at: int, scaling: Scaling, octaves: float, seeds: int) -> None:
    for name, value in (("rate", rate), ("at", at), ("octaves", octaves), ("seeds", seeds)):
        if not (value > 0 and math.isfinite(value)):
            raise ValueError(f"{name} must be positive, but got {value!r}")
    if scaling not in get_args(Scaling):
        raise ValueError(f"scaling must be one of {', '.join(get_args(Scaling))}, but got {scaling!r}")


def _short(rate: float) -> float:
    return float(f"{rate:.4g}")


def launch(
    design: Design, launcher: Launcher, *, command: str = "./train",
    names: tuple[str, str, str] = ("batch_size", "learning_rate", "seed"), metric: str = "loss",
) -> dict[str, str]:  # fmt: skip
    """Files by which a tracker or a shell starts the runs of a design.

    Parameters
    ----------
    design : Design
        From `grid` or `random`.
    launcher : {"wandb", "optuna", "ray", "hydra", "shell"}
        Who starts them.
    command : str, optional
        The training program, as a shell would start it.
    names : tuple of str, optional
        What the program calls batch size, learning rate and seed.
    metric : str, optional
        What it logs.

    Returns
    -------
    dict of str to str
        Text of each file by its name; one file, but for W&B, whose sweeps are grids: one a batch size.

    Raises
    ------
    ValueError
        If the launcher is none of these, or a script in Python could not use the names.
    """
    makers = {"wandb": _wandb, "optuna": _optuna, "ray": _ray, "hydra": _hydra, "shell": _shell}
    if launcher not in makers:
        raise ValueError(f"launcher must be one of {', '.join(makers)}, but got {launcher!r}")
    return makers[launcher](design, command, names, metric)


def _wandb(design: Design, command: str, names: tuple[str, str, str], metric: str) -> dict[str, str]:
    size_name, rate_name, seed_name = map(json.dumps, names)
    files = {}
    for size in design.batch_sizes:
        parts = [json.dumps(part) for part in shlex.split(command)]
        lines = ["method: grid", "metric:", f"  name: {json.dumps(metric)}", "  goal: minimize", "parameters:"]
        lines += [f"  {size_name}:", f"    value: {size}"]
        lines += [f"  {rate_name}:", f"    values: {json.dumps(design.rates(size))}"]
        lines += [f"  {seed_name}:", f"    values: {json.dumps(list(design.seeds))}"]
        lines += ["command:", *(f"  - {part}" for part in parts), "  - ${args}"]
        files[f"sweep-{size}.yaml"] = "\n".join(lines) + "\n"
    return files


def _runs(design: Design, names: tuple[str, ...]) -> str:
    """All runs as a Python list, one a line."""
    pairs = [(int(size), float(rate)) for size, rate in design.cells.itertuples(index=False)]
    rows = [dict(zip(names, (*cell, seed), strict=True)) for cell, seed in product(pairs, design.seeds)]
    return "[\n" + "".join(f"    {row!r},\n" for row in rows) + "]"


def _template(name: str) -> Template:
    return Template((Path(__file__).parent / "launchers" / f"{name}.txt").read_text(encoding="utf-8"))


def _optuna(design: Design, command: str, names: tuple[str, str, str], metric: str) -> dict[str, str]:
    rates = design.cells["learning_rate"]
    values = dict(zip(("size", "rate", "seed"), map(_identifier, names), strict=True))
    values |= {"sizes": repr(design.batch_sizes), "seeds": repr(list(design.seeds)), "runs": _runs(design, names)}
    values |= {"lowest": repr(float(rates.min())), "highest": repr(float(rates.max()))}
    return {"sweep_optuna.py": _template("optuna").substitute(values)}


def _ray(design: Design, command: str, names: tuple[str, str, str], metric: str) -> dict[str, str]:
    runs = _runs(design, tuple(map(_identifier, names)))
    return {"sweep_ray.py": _template("ray").substitute(runs=runs, metric=json.dumps(metric)[1:-1])}


def _identifier(name: str) -> str:
    if not name.isidentifier():
        raise ValueError(f"names must be Python's for this launcher, but got {name!r}")
    return name


def _hydra(design: Design, command: str, names: tuple[str, str, str], metric: str) -> dict[str, str]:
    size_name, rate_name, seed_name = names
    seeds = ",".join(map(str, design.seeds))
    lines = [
        f"{command} --multirun {size_name}={size} {rate_name}={','.join(f'{rate:g}' for rate in design.rates(size))} "
        f"{seed_name}={seeds}"
        for size in design.batch_sizes
    ]
    return {"sweep_hydra.sh": _SHELL + "\n".join(lines) + "\n"}


def _shell(design: Design, command: str, names: tuple[str, str, str], metric: str) -> dict[str, str]:
    parts = dict(zip(("size", "rate", "seed"), map(shlex.quote, names), strict=True))
    seeds, text = " ".join(map(str, design.seeds)), ""
    for size in design.batch_sizes:
        rates = " ".join(f"{rate:g}" for rate in design.rates(size))
        text += _template("shell").substitute(parts, command=command, rates=rates, seeds=seeds, value=size)
    return {"sweep.sh": _SHELL + text}
