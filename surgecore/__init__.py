"""Optimal learning rate against batch size: laws, sweeps, fits. This file is the list of the public API."""

from surgecore.sweeps.advice import AdamAdvice, Recommendation, recommend, scale_adam, transfer
from surgecore.sweeps.analysis import Analysis, analyse
from surgecore.sweeps.catalogue import Entry, load_catalogue
from surgecore.sweeps.comparison import Comparison, compare
from surgecore.sweeps.fitting import FitResult, fit
from surgecore.sweeps.next_runs import NextRuns, next_runs
from surgecore.sweeps.optima import Optimum
from surgecore.sweeps.sweep import Sweep
from surgecore.sweeps.tradeoff import Tradeoff, fit_tradeoff, tradeoff
from surgecore.sweeps.verdict import SurgeVerdict, surge_verdict
from surgecore.tables.checks import DivergedRule
from surgecore.tables.metric import Metric
from surgecore.tables.models import Group
from surgecore.tables.names import ColumnMapping
from surgecore.tables.problems import Notice, Problem, SweepError, speak_with
from surgecore.tables.questions import Choice, GroupsFound, Question, QuestionOpen
from surgecore.tables.table import Table, open_store, open_table
from surgecore.theory.gradient_noise import GradientNoise
from surgecore.theory.laws import (
    LAWS,
    ConstantLaw,
    EqualSnrLaw,
    GeneralSurgeLaw,
    Law,
    LawFamily,
    Param,
    PowerLaw,
    SaturatingLaw,
    SurgeLaw,
)
from surgecore.theory.noise_model import NoiseModel
from surgecore.theory.peaks import Peak

__all__ = [
    "LAWS",
    "AdamAdvice",
    "Analysis",
    "Choice",
    "ColumnMapping",
    "Comparison",
    "ConstantLaw",
    "DivergedRule",
    "Entry",
    "EqualSnrLaw",
    "FitResult",
    "GeneralSurgeLaw",
    "GradientNoise",
    "Group",
    "GroupsFound",
    "Law",
    "LawFamily",
    "Metric",
    "NextRuns",
    "NoiseModel",
    "Notice",
    "Optimum",
    "Param",
    "Peak",
    "PowerLaw",
    "Problem",
    "Question",
    "QuestionOpen",
    "Recommendation",
    "SaturatingLaw",
    "SurgeLaw",
    "SurgeVerdict",
    "Sweep",
    "SweepError",
    "Table",
    "Tradeoff",
    "analyse",
    "compare",
    "fit",
    "fit_tradeoff",
    "load_catalogue",
    "next_runs",
    "open_store",
    "open_table",
    "recommend",
    "scale_adam",
    "surge_verdict",
    "tradeoff",
    "transfer",
]

__version__ = "0.1.0"


def _in_words(fact: Problem | Notice) -> str:
    """Problems and notices that are printed, as in a notebook, speak English; only this front door knows both rooms."""
    from surgecore.words.problems import speak

    return speak(fact)


speak_with(_in_words)
