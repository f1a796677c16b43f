"""Every optimizer that a plan may name. The usual ones are in `optimizers`, here is one method of a paper a file."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from surgecore.training.engine.optimizers import (
    SGD,
    Adafactor,
    Adagrad,
    Adam,
    AdamW,
    Lion,
    Muon,
    RMSprop,
    Sign,
    Signum,
)
from surgecore.training.engine.rules import Optimizer

OPTIMIZERS: Mapping[str, type[Optimizer]] = MappingProxyType(
    {
        "sign": Sign,
        "sgd": SGD,
        "adam": Adam,
        "adamw": AdamW,
        "rmsprop": RMSprop,
        "adagrad": Adagrad,
        "adafactor": Adafactor,
        "signum": Signum,
        "lion": Lion,
        "muon": Muon,
    }
)
