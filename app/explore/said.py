"""What the Explore page says of the sweep whose points it shows; of the curve the instrument speaks itself."""

from __future__ import annotations

from surgecore import Analysis, Sweep
from surgecore.words import say, share


def decision(analysis: Analysis) -> str:
    """Whether the optima of the visitor's own sweep fall, in a few words."""
    verdict, sweep = analysis.verdict, analysis.sweep
    steps = say("explore-after-steps", count=sweep.steps) if sweep.steps else say(f"explore-steps-{_horizon(sweep)}")
    of = {"name": sweep.name, "steps": steps}
    if verdict.decision == "fall" and verdict.fall_octaves is not None:
        return say("explore-own-fall", fall=share(1 - 2.0**-verdict.fall_octaves), **of)
    if verdict.decision == "no_fall":
        return say("explore-own-no-fall", **of)
    if verdict.fall_octaves is None:
        return say("explore-own-too-few", **of)
    return say("explore-own-no-error-bars" if verdict.p_value is None else "explore-own-undecided", **of)


def caution(sweep: Sweep) -> str:
    """What the points of a sweep are not about; "" after one step, as the curves are."""
    if sweep.steps is not None:
        return say("explore-caution-steps", count=sweep.steps) if sweep.steps > 1 else ""
    return say(f"explore-caution-{_horizon(sweep)}")


def _horizon(sweep: Sweep) -> str:
    steps = sweep.trials["steps"].dropna().unique() if "steps" in sweep.trials else ()
    return "differ" if len(steps) else "unknown"
