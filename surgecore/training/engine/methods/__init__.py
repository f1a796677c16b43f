"""Every optimizer that a plan may name. The usual ones are in `optimizers`; here is one method of a paper a file."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from surgecore.training.engine.methods.active import ActiveAdaBelief, ActiveAdamW, ActiveRAdam, ActiveSGD
from surgecore.training.engine.methods.adagrad_norm import AdagradNorm
from surgecore.training.engine.methods.adalomo import AdaLomo
from surgecore.training.engine.methods.eve import Eve
from surgecore.training.engine.methods.extrapolation import Extrapolated
from surgecore.training.engine.methods.layerwise import CLARS, LARS
from surgecore.training.engine.methods.maxva import LaMAdam, MAdam
from surgecore.training.engine.methods.tom import Tom
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
        "adalomo": AdaLomo,
        "tom": Tom,
        "madam": MAdam,
        "lamadam": LaMAdam,
        "eve": Eve,
        "adagrad-norm": AdagradNorm,
        "lars": LARS,
        "clars": CLARS,
        "active-sgd": ActiveSGD,
        "active-adamw": ActiveAdamW,
        "active-radam": ActiveRAdam,
        "active-adabelief": ActiveAdaBelief,
        "extrapolated": Extrapolated,
    }
)
