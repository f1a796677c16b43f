"""What training costs and how far it is, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surgecore.words.numbers import number, plain
from surgecore.words.phrases import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from surgecore.training.plans.estimate import PlanCost
    from surgecore.training.runs.jobs import Job
    from surgecore.training.runs.progress import Progress
    from surgecore.training.workloads.problems import PlanProblem
    from surgecore.training.workloads.workload import Workload


def plan_problem(found: PlanProblem) -> str:
    """The rule that a plan breaks, and what it has instead."""
    return say(f"plan-{found.code}", **dict(found.values))  # type: ignore[arg-type] # no value is called language


def loss_over(workload: Workload) -> str:
    """What the full loss of a workload is taken over."""
    count, of = f"{workload.n_examples:,}", f"{workload.n_training:,}"
    return (
        say("loss-over-part", count=count, of=of) if count != of else say(f"loss-over-{workload.example}", count=count)
    )


def cost(estimate: PlanCost) -> str:
    """What a plan will cost, before anything starts."""
    return say(
        "training-cost",
        runs=estimate.runs,
        time=duration(estimate.seconds),
        steps=f"{estimate.run_steps:,}",
        flops=number(estimate.flops, 2),
        memory=number(estimate.memory / 1e6, 2),
    )


def about(table: str, key: str) -> str:
    """A line on what a plan may name in one of its tables."""
    return say(f"{table}-{key}.about")


def listing(kinds: Mapping[str, Mapping[str, str]]) -> str:
    """What a plan may name, a table at a time and a line each."""
    out = []
    for table, known in kinds.items():
        width = max(len(key) for key in known)
        out += [say("sweep-list-table", table=table), *(f"  {key:<{width}}  {line}" for key, line in known.items()), ""]
    return "\n".join(out[:-1])


def duration(seconds: float) -> str:
    """`45 s`, `12 min`, `1.5 h`."""
    if seconds < 90:
        return say("duration-seconds", amount=f"{max(seconds, 1):.0f}")
    if seconds < 5400:
        return say("duration-minutes", amount=f"{seconds / 60:.0f}")
    return say("duration-hours", amount=f"{seconds / 3600:.1f}")


def span(low: float, high: float) -> str:
    """`10 to 30 s`: a time that is known roughly, with one digit in one unit."""
    size, name = (1, "seconds") if high < 90 else (60, "minutes") if high < 5400 else (3600, "hours")
    first, last = (f"{max(float(f'{end / size:.0e}'), 1):.0f}" for end in (low, high))
    if first == last:
        return say(f"duration-{name}", amount=first)
    return say(f"span-{name}", low=first, high=last)


def expected(estimate: PlanCost) -> str:
    """How long a plan takes on one worker, as a range: a machine that is busy takes three times as long."""
    return span(estimate.seconds, 3 * estimate.seconds)


def left(progress: Mapping[str, float]) -> str:
    """How long a sweep that runs still takes, as a range."""
    return span(progress["remaining"], 2 * progress["remaining"])


def progress(now: Progress) -> str:
    """How far a sweep is, in a line."""
    best = ", ".join(f"{size}: {rate:.3g}" for size, (rate, _) in sorted(now.best.items()))
    name = "training-progress" if now.stage else "training-progress-scouting"
    return say(name, done=f"{now.done:,}", total=f"{now.total:,}", time=duration(now.remaining), best=best)


def outcome(finished: bool, done: int, total: int) -> str:
    """How a call of a sweep ended."""
    if finished:
        return say("training-done", count=total)
    if total:
        return say("training-stopped", done=f"{done:,}", total=f"{total:,}")
    return say("training-stopped-early")


def ended(job: Job) -> str:
    """Why a job that is cancelled or failed ended, and how much of it is kept."""
    said = say(f"job-{job.ending.replace('_', '-') or 'stopped'}", detail=plain(job.detail))
    if job.ending in ("not_started", "stopped_early", "refused", "no_start") and not job.resume:
        return said
    if not job.progress.get("done"):
        return f"{said} {say('job-what-was-finished')}"
    scouting = job.plan.grid.refine and job.progress["stage"] == 0
    done, total = (f"{job.progress[name]:,}" for name in ("done", "total"))
    kept = say("job-kept-scouting" if scouting else "job-kept", done=done, total=total)
    return kept if job.ending == "stopped" else f"{said} {kept}"
