"""Runs under Triton's interpreter, which must be asked for before Triton is imported: prints what kernels gave as JSON.

``TRITON_INTERPRET=1 python tests/training/resident_cases.py mlp/sign softmax/adam``
"""

import json
import sys
import warnings

import numpy as np
from cuda_standins import on_device

from surgecore.training.engine.graphs import agree
from surgecore.training.engine.loop import Engine
from surgecore.training.engine.optimizers import SGD, Adam, AdamW, Lion, Sign
from surgecore.training.workloads.workloads import DigitsMLP, Quadratic, Softmax

RULES = {
    "sign": Sign(), "sign, decay": Sign(weight_decay=0.1), "sgd": SGD(),
    "momentum": SGD(momentum=0.9, weight_decay=0.01), "nesterov": SGD(momentum=0.9, nesterov=True), "adam": Adam(),
    "adam, decay": Adam(weight_decay=0.01), "adamw": AdamW(), "lion": Lion(weight_decay=0.1),
}  # fmt: skip
WORKLOADS = {"mlp": DigitsMLP(hidden=16), "softmax": Softmax(), "quadratic": Quadratic(size=20)}
#: Each rule on some workload, and each workload under some of another state: hidden layers take the interpreter long.
FEW = {("softmax", rule) for rule in ("sign", "sgd", "adam", "adamw", "lion")}
FEW |= {("mlp", "adam, decay")}
FEW |= {("quadratic", "momentum"), ("quadratic", "nesterov"), ("quadratic", "sign, decay")}
#: Minibatches of less than a tile, and of several.
BATCHES = (1, 33)


def both(model, optimizer, batch_size, *, seeds=(1,), schedule=None):
    """The plain engine, and one whose steps a kernel takes."""
    made = [
        Engine(
            model, optimizer, batch_size=batch_size, seeds=list(seeds), rates=[0.003, 0.01], start=model.initial(0),
            schedule=schedule,
        )
        for _ in range(2)
    ]  # fmt: skip
    on_device(made[1]).use_resident()
    return made


def compared(plain, fused):
    """How far the two are apart, relative to the largest entry; and whether the kernel was used to the end."""

    def off(mine, theirs):
        return float((mine - theirs).abs().max() / theirs.abs().max())

    states = zip(fused.buffers.state, plain.buffers.state, strict=True)
    return {
        "parameters": off(fused.parameters(), plain.parameters()),
        "state": max((off(mine, theirs) for mine, theirs in states), default=0.0),
        "losses": float(np.abs(fused.losses() / plain.losses() - 1).max()),
        "agree": agree(fused.parameters(), plain.parameters()),
        "used": fused.fused is not None and fused._trusted,
        "fallbacks": sorted(fused.fallbacks),
    }


def main(names):
    warnings.simplefilter("ignore")
    out = {}
    models = {key: workload.build() for key, workload in WORKLOADS.items()}
    for name in names:
        key, rule = name.split("/")
        engines = both(models[key], RULES[rule], 16)
        for engine in engines:
            engine.advance(50)
        out[name] = compared(*engines)
    for batch_size in BATCHES:
        engines = both(models["mlp"], Adam(), batch_size, seeds=(1, 2), schedule=lambda step: 1 / step)
        for engine in engines:
            engine.warm(2)
            engine.advance(5)
            engine.keep([1])
            engine.advance(2)
        out[f"batch {batch_size}"] = compared(*engines)
    plain, fused = both(models["softmax"], Adam(), 16)
    fused.fused = models["softmax"].fused(Adam(beta1=0.5), 16)
    for engine in (plain, fused):
        engine._capture = False
        engine.advance(10)
    out["wrong"] = compared(plain, fused)
    sys.stdout.write(json.dumps(out))


if __name__ == "__main__":
    main(sys.argv[1:])
