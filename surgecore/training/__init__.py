"""How are sweeps made? Plans of training runs, computed many at a time with torch.

Imports `theory`, `sweeps` and torch. Nothing else in `surgecore` imports it, and the front door does not.
"""

from surgecore.training.workloads.problems import PlanProblem, speak_with


def _in_words(problem: PlanProblem) -> str:
    """Problems of a plan that are printed speak English; only this door knows both rooms."""
    from surgecore.words.training import plan_problem

    return plan_problem(problem)


speak_with(_in_words)
