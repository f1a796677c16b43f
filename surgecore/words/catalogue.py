"""Names: curves, and what was trained and how: workloads, optimizers, protocols, horizons."""

from __future__ import annotations

from surgecore.sweeps.catalogue import Entry
from surgecore.theory.params import Param
from surgecore.words.numbers import setting
from surgecore.words.phrases import has, say

#: Settings of a workload that tell its sweeps apart, in the order in which they are said.
_SHAPES = {"quadratic": ("hessian", "noise")}


def workload(key: str) -> str:
    """Name of a bundled workload."""
    return say(f"workload-{key}")


def optimizer(key: str, state: str = "cold") -> str:
    """Name of an optimizer, with the state that it starts from."""
    return say(f"optimizer-{key}") if state == "cold" else say(f"state-{state}", optimizer=say(f"optimizer-{key}"))


def policy(key: str, eta: float | None = None) -> str:
    """What becomes of batches during a run, in a few words; `eta` of the norm test."""
    return say(f"policy-{key}", eta="" if eta is None else setting(eta))


def curve(key: str, update: str = "sign") -> str:
    """Name of a curve, the same everywhere: a law family, a curve of Explore, a prediction of an update's optimum."""
    if key == "independent" and update not in ("sign", "adam_cold", "decorrelated"):
        return say("curve-independent-no-sign")  # Theorem 2 is about signs
    phrase = f"curve-{key.replace('_', '-')}"
    return say(phrase) if has(phrase) else key  # a law family of the user's own is called by its key


def param(of: Param) -> str:
    """Name of a parameter."""
    return say(f"param-{(of.phrase or of.name).replace('_', '-')}")


def meaning(of: Param) -> str:
    """What a parameter is, in a sentence."""
    return say(f"param-{(of.phrase or of.name).replace('_', '-')}.about")


def unit(key: str) -> str:
    """A unit by its key; empty for a pure number."""
    return say(f"unit-{key.replace('_', '-')}") if key else ""


def protocol(key: str) -> str:
    """How trials are started, in a few words."""
    return say(f"protocol-{key}")


def horizon(kind: str, amount: int | None, loss: float) -> str:
    """After what trials are compared: "10 steps", "20 steps after loss 0.5"."""
    return say(f"horizon-{kind.replace('_', '-')}", count=amount or 0, loss=setting(loss))


def run(entry: Entry, *, horizon_first: bool = True) -> str:
    """What tells an entry apart from others of its workload and optimizer; what differs stands first."""
    after = horizon(entry.horizon, entry.amount, entry.loss)
    if entry.horizon == "steps" and entry.loss:
        after = say("horizon-from-loss", horizon=after, loss=setting(entry.loss))
    rest = [say(f"setting-{name}-{entry.settings[name]}") for name in _SHAPES.get(entry.workload, ())]
    if "policy" in entry.settings:
        rest.append(policy(entry.settings["policy"], entry.settings.get("eta")))
    if "extrapolation" in entry.settings:
        rest.append(say(f"extrapolation-{entry.settings['extrapolation']}"))
    if "warmup" in entry.settings:
        rest.append(say("schedule-warmup" if entry.settings["warmup"] else "schedule-cosine"))
    if entry.checkpoint > 1:
        rest.append(say("checkpoint-number", number=str(entry.checkpoint)))
    if entry.protocol == "target":
        rest.append(say("protocol-of-the-paper"))
    return ", ".join([after, *rest] if horizon_first else [*rest, after])
