"""Optimal learning rate against batch size: laws, sweeps, fits. This file is the list of the public API."""

from surgecore.advice import AdamAdvice, Recommendation, recommend, scale_adam, transfer
from surgecore.analysis import Analysis, analyse
from surgecore.catalogue import Entry, load_catalogue
from surgecore.columns import ColumnMapping
from surgecore.comparison import Comparison, compare
from surgecore.fitting import FitResult, fit
from surgecore.gradient_noise import GradientNoise
from surgecore.groups import Group
from surgecore.importing import GroupsFound, Table, open_table
from surgecore.laws import (
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
from surgecore.next_runs import NextRuns, next_runs
from surgecore.noise_model import NoiseModel
from surgecore.optima import Optimum
from surgecore.peaks import Peak
from surgecore.problems import Problem, SweepError
from surgecore.sweep import Sweep
from surgecore.tradeoff import Tradeoff, fit_tradeoff, tradeoff
from surgecore.trials import DivergedRule
from surgecore.verdict import SurgeVerdict, surge_verdict

__all__ = [
    "LAWS",
    "AdamAdvice",
    "Analysis",
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
    "NextRuns",
    "NoiseModel",
    "Optimum",
    "Param",
    "Peak",
    "PowerLaw",
    "Problem",
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
    "open_table",
    "recommend",
    "scale_adam",
    "surge_verdict",
    "tradeoff",
    "transfer",
]

__version__ = "0.1.0"
