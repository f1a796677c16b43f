"""Run-steps per second of batched Adam training against a loop over torch.optim, torch.func.vmap and JAX.

All columns of a line are measured in turns within one process on one thread, each as the best of several rounds, and
given as multiples of the loop in its fastest setting (plain, foreach or fused). "tensors" are plain steps, "native"
those of `surgecore.training.engine.native` and "compiled" those of torch's compiler, each where there are some; a
plan's estimate says which it takes. Times are the processor's, which are the clock's on an idle machine. Ratios hold on
this machine only; what else runs takes caches, so run it with nothing else to do.
"""

from __future__ import annotations

import argparse
import os
import time
import warnings
from collections.abc import Callable

import torch
from jax_networks import jax_step, jax_version
from plain_networks import PlainGPT, plain
from torch import nn
from training_profile import profile

from surgecore.training.engine.loop import Engine
from surgecore.training.engine.optimizers import Adam
from surgecore.training.engine.precision import set_precision
from surgecore.training.engine.rules import Buffers
from surgecore.training.engine.stack import Layout, n_params
from surgecore.training.plans.plan import Plan
from surgecore.training.workloads.larger import GPT, ResNet
from surgecore.training.workloads.models import DataModel
from surgecore.training.workloads.workloads import CharTransformer, FashionCNN

# workload options, batch size, runs, multiples of the loop that are wanted: by default, and compiled
CASES = [
    ("digits-mlp", {"hidden": 16}, 4, 128, (60.0, 95.0)),
    ("digits-mlp", {"hidden": 16}, 64, 128, (25.0, 60.0)),
    ("digits-mlp", {"hidden": 16}, 512, 128, (8.0, None)),
    ("digits-mlp", {"hidden": 64}, 4, 128, (None, None)),
    ("digits-mlp", {"hidden": 64}, 64, 128, (7.0, None)),
    ("digits-mlp", {"hidden": 64}, 512, 128, (None, None)),
    ("digits-mlp", {"hidden": 256}, 64, 128, (None, None)),
    ("fashion-cnn", {"channels": 8, "hidden": 64}, 4, 16, (3.0, None)),
    ("fashion-cnn", {"channels": 8, "hidden": 64}, 64, 16, (1.5, None)),
    ("char-transformer", {}, 1, 64, (5.0, None)),
    ("char-transformer", {}, 8, 64, (2.0, None)),
    ("char-transformer", {}, 64, 16, (1.0, None)),
    ("resnet", {"channels": 4, "norms": 2}, 8, 16, (None, None)),
    ("gpt", {"width": 32, "context": 32}, 8, 16, (None, None)),
    ("moe", {"width": 32, "context": 32}, 8, 16, (None, None)),
]
LR = 1e-3
#: Steps of a chunk before the next one's: a plan runs a chunk to its end, and its numbers stay in the caches.
IN_A_ROW = 8


class Transformer(nn.Module):
    """The same transformer as an ordinary module, one run."""

    def __init__(self, workload: CharTransformer) -> None:
        super().__init__()
        d = workload.width
        self.tokens = nn.Embedding(workload.vocabulary, d)
        self.places = nn.Parameter(torch.zeros(workload.context, d))
        self.first, self.second, self.last = (nn.LayerNorm(d, bias=False) for _ in range(3))
        self.qkv, self.out = nn.Linear(d, 3 * d, bias=False), nn.Linear(d, d, bias=False)
        self.up, self.down = nn.Linear(d, 4 * d, bias=False), nn.Linear(4 * d, d, bias=False)
        self.head = nn.Linear(d, workload.vocabulary, bias=False)
        self.heads = workload.heads

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.tokens(x) + self.places
        parts = self.qkv(self.first(h)).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        mixed = nn.functional.scaled_dot_product_attention(*parts, is_causal=True)
        h = h + self.out(mixed.transpose(1, 2).flatten(2))
        h = h + self.down(nn.functional.gelu(self.up(self.second(h)), approximate="tanh"))
        return self.head(self.last(h))


def network(workload: object) -> nn.Module:
    """One run as an ordinary module."""
    if isinstance(workload, CharTransformer):
        return Transformer(workload)
    if isinstance(workload, GPT | ResNet):
        return plain(workload)
    gelu = nn.GELU(approximate="tanh")
    if isinstance(workload, FashionCNN):
        c, h = workload.channels, workload.hidden
        return nn.Sequential(
            nn.Conv2d(1, c, 5),
            nn.MaxPool2d(2),
            gelu,
            nn.Conv2d(c, 2 * c, 3),
            nn.MaxPool2d(2),
            gelu,
            nn.Flatten(),
            nn.Linear(50 * c, h),
            gelu,
            nn.Linear(h, h // 2),
            gelu,
            nn.Linear(h // 2, 10),
        )
    return nn.Sequential(nn.Linear(64, workload.hidden), gelu, nn.Linear(workload.hidden, 10))  # type: ignore[attr-defined]


def loss_of(net: nn.Module, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    if isinstance(net, PlainGPT):
        return net(x, y)
    out = net(x)
    return nn.functional.cross_entropy(out.reshape(-1, out.shape[-1]), y.reshape(-1))


def loop(
    model: DataModel, workload: object, batch_size: int, runs: int, device: str = "cpu", **kind: bool
) -> Callable[[], None]:
    """Step of one run in the loop over runs; its time times `runs` is the loop's."""
    net = network(workload).to(device)
    optimizer = torch.optim.Adam(net.parameters(), lr=LR, **kind)
    rows = model.draw([0], batch_size, 0)[:, 0]
    state = {"t": 0}

    def step() -> None:
        state["t"] += 1
        row = rows[state["t"] % len(rows)]
        optimizer.zero_grad()
        loss_of(net, model.x[row], model.y[row]).backward()
        optimizer.step()

    return step


def vmapped(model: DataModel, workload: object, batch_size: int, runs: int) -> Callable[[], None]:
    """All runs by torch.func.vmap over grad, one minibatch for all, and a fused update."""
    net = network(workload)
    shapes = {name: tuple(p.shape) for name, p in net.named_parameters()}
    layout = Layout(shapes, 1, runs)
    start = torch.nn.utils.parameters_to_vector(net.parameters()).detach()
    p, adam = layout.fill(start), Adam()
    buffers = Buffers(p, torch.zeros_like(p), torch.full_like(p, LR), [torch.zeros_like(p) for _ in range(2)], layout)
    rows, state = model.draw([0], batch_size, 0)[:, 0], {"t": 0}

    def one(params: dict[str, torch.Tensor], x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        if isinstance(net, PlainGPT):
            return torch.func.functional_call(net, params, (x, y))
        out = torch.func.functional_call(net, params, (x,))
        return nn.functional.cross_entropy(out.reshape(-1, out.shape[-1]), y.reshape(-1))

    gradient = torch.func.vmap(torch.func.grad(one), in_dims=(0, None, None))

    def step() -> None:
        state["t"] += 1
        row = rows[state["t"] % len(rows)]
        params = {name: view[0] for name, view in layout.views(p).items()}
        grads = gradient(params, model.x[row], model.y[row])
        torch.cat([grads[name].reshape(-1) for name in shapes], out=buffers.g)
        adam.update(buffers, adam.scalars(state["t"]))

    return step


def ours(
    model: DataModel, key: str, options: dict[str, int], batch_size: int, runs: int, way: str = "", device: str = "cpu"
) -> Callable[[], None]:
    """`IN_A_ROW` steps of all runs as a plan runs them: seeds x 32 (or 16) rates, one chunk after another."""
    rates = [LR * (1 + i / 1000) for i in range(min(runs, 32))]
    table = {
        "name": "bench",
        "title": "bench",
        "workload": {"key": key, **options},
        "optimizer": {"key": "adam"},
        "protocol": {"key": "steps"},
        "grid": {"batch_sizes": [batch_size], "learning_rates": rates, "seeds": runs // len(rates)},
        "run": {"memory_mb": 512.0 if device == "cpu" else 16384.0},
    }
    engines = [
        Engine(
            model,
            Adam(),
            batch_size=batch_size,
            seeds=c.seeds,
            rates=c.rates,
            start=model.initial(0),
            compiled=way == "compiled",
            native=way == "native",
        )
        for c in Plan.from_dict(table).chunks(1, device=device)
    ]

    def step() -> None:
        for engine in engines:
            engine.advance(IN_A_ROW)

    return step


def best_times(steps: dict[str, Callable[[], None]], rounds: int, seconds: float) -> dict[str, float]:
    """Best processor seconds a call of each, measured in turns: all run on one thread, and others may run beside."""
    counts = {}
    for name, step in steps.items():
        step()
        step()
        began = time.process_time()
        step()
        counts[name] = max(1, int(seconds / (time.process_time() - began)))
    best = dict.fromkeys(steps, float("inf"))
    for _ in range(rounds):
        for name, step in steps.items():
            began = time.process_time()
            for _ in range(counts[name]):
                step()
            best[name] = min(best[name], (time.process_time() - began) / counts[name])
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--no-compile", action="store_true", help="leave the compiled column out (it needs a C++ compiler)"
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument(
        "--profile", action="store_true", help="say of every line where its time goes, not only of short ones"
    )
    parser.add_argument(
        "--quick", action="store_true", help="one short pass over the lines with a bar, ours against the loop only"
    )
    parser.add_argument("--only", nargs="+", metavar="WORKLOAD", help="leave the lines of other workloads out")
    parser.add_argument("--batch", type=int, nargs="+", metavar="B", help="leave other batch sizes out")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.no_compile = 1, True
    warnings.simplefilter("ignore")
    set_precision("cpu")
    columns = ["vmap", "jax", "tensors", "native", "compiled"]
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    versions = f"torch {torch.__version__}, JAX {jax_version()}"
    print(f"multiples of the fastest loop over torch.optim.Adam; {versions}, one thread, {load}")
    print(
        f"{'workload':28s} {'B':>4s} {'runs':>4s} {'loop, run-steps/s':>18s}"
        + "".join(f"{c:>9s}" for c in columns)
        + "   wanted"
    )
    for key, settings, batch_size, runs, wanted in CASES:
        if options.quick and not any(wanted):
            continue
        if (options.only and key not in options.only) or (options.batch and batch_size not in options.batch):
            continue
        line(key, settings, batch_size, runs, wanted, columns, options)


def line(key, settings, batch_size, runs, wanted, columns, options) -> None:  # type: ignore[no-untyped-def]
    from surgecore.training.workloads.workloads import WORKLOADS

    workload = WORKLOADS[key](**settings)
    name = " ".join([key, *(f"{k}={v}" for k, v in settings.items())])
    try:
        model = workload.build()
    except FileNotFoundError as error:
        print(f"{name:28s} left out: {error}")
        return
    steps = {
        f"loop {kind}": loop(model, workload, batch_size, runs, **kwargs)
        for kind, kwargs in (
            ("plain", {"foreach": False}),
            ("foreach", {"foreach": True}),
            ("fused", {"fused": True}),
        )
    }
    steps["tensors"] = ours(model, key, settings, batch_size, runs)
    if model.native(Adam()) is not None:
        steps["native"] = ours(model, key, settings, batch_size, runs, "native")
    if not options.quick:
        steps["vmap"] = vmapped(model, workload, batch_size, runs)
    if not options.quick and (by_jax := jax_step(model, workload, batch_size, runs)) is not None:
        steps["jax"] = by_jax
    if not options.no_compile:
        steps["compiled"] = ours(model, key, settings, batch_size, runs, "compiled")
    times = best_times(steps, options.rounds, 0.05 if options.quick else 0.15)
    fastest = min(value for kind, value in times.items() if kind.startswith("loop"))
    times |= {kind: times[kind] / IN_A_ROW for kind in ("tensors", "native", "compiled") if kind in times}
    ratios = {kind: fastest * runs / value for kind, value in times.items() if not kind.startswith("loop")}
    cells = "".join(f"{ratios[c]:9.1f}" if c in ratios else f"{'-':>9s}" for c in columns)
    uncompiled = max(ratios["tensors"], ratios.get("native", 0))
    reached = max(uncompiled, ratios.get("compiled", 0))
    others = max(1.0, ratios.get("vmap", 0), ratios.get("jax", 0))
    notes = [" / ".join(f"{bar:g}x" for bar in wanted if bar)]
    pairs = (("uncompiled", uncompiled, wanted[0]), ("all", reached, wanted[1]))
    notes += [f"SHORT: {kind}" for kind, ratio, bar in pairs if bar and ratio < bar]
    if reached < 0.95 * others:
        notes.append("SLOWER THAN THE BEST OTHER")
    print(f"{name:28s} {batch_size:4d} {runs:4d} {1 / fastest:18,.0f}{cells}   {' '.join(notes)}", flush=True)
    if len(notes) > 1 or options.profile:
        size = runs * n_params(workload.shapes)
        print("\n".join(profile(steps["tensors"], size).lines()), flush=True)


if __name__ == "__main__":
    main()
