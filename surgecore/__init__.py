"""Optimal learning rate against batch size: laws, sweeps, fits. This file is the list of the public API."""

from surgecore.sweeps.adam import AdamAdvice, AdamSettings, scale_adam
from surgecore.sweeps.advice import Recommendation, recommend, transfer
from surgecore.sweeps.analysis import Analysis, Remark, analyse
from surgecore.sweeps.catalogue import Entry, load_catalogue
from surgecore.sweeps.comparison import Comparison, compare
from surgecore.sweeps.fitting import FitResult, FittedParam, FittedPeak, fit
from surgecore.sweeps.identity import Factor, PeakIdentity, PeakShift, peak_identity, peak_shift
from surgecore.sweeps.next_runs import NextRuns, next_runs
from surgecore.sweeps.optima import Optimum
from surgecore.sweeps.points import Point, Points
from surgecore.sweeps.price import Cost, Price, price
from surgecore.sweeps.sweep import Sweep
from surgecore.sweeps.tradeoff import Tradeoff, fit_tradeoff, tradeoff
from surgecore.sweeps.verdict import SurgeVerdict, surge_verdict
from surgecore.tables.diverged import DivergedRule
from surgecore.tables.metric import Metric
from surgecore.tables.models import Group
from surgecore.tables.names import ColumnMapping
from surgecore.tables.opening import open_store, open_table
from surgecore.tables.problems import Notice, Problem, SweepError, speak_with
from surgecore.tables.questions import Choice, GroupsFound, Question, QuestionOpen
from surgecore.tables.table import Table
from surgecore.theory.curves import OneStepCurve, one_step_curves
from surgecore.theory.families import LAWS, LawFamily
from surgecore.theory.gradient_noise import GradientNoise
from surgecore.theory.laws import (
    ConstantLaw,
    GeneralSurgeLaw,
    Law,
    PowerLaw,
    SaturatingLaw,
    SurgeLaw,
)
from surgecore.theory.loss_drop import LossDrop
from surgecore.theory.noise_model import NoiseModel
from surgecore.theory.params import Param
from surgecore.theory.peaks import Peak
from surgecore.theory.snr_laws import EqualSnrLaw, LognormalSnrLaw

__all__ = [
    "LAWS",
    "AdamAdvice",
    "AdamSettings",
    "Analysis",
    "Choice",
    "ColumnMapping",
    "Comparison",
    "ConstantLaw",
    "Cost",
    "DivergedRule",
    "Entry",
    "EqualSnrLaw",
    "Factor",
    "FitResult",
    "FittedParam",
    "FittedPeak",
    "GeneralSurgeLaw",
    "GradientNoise",
    "Group",
    "GroupsFound",
    "Law",
    "LawFamily",
    "LognormalSnrLaw",
    "LossDrop",
    "Metric",
    "NextRuns",
    "NoiseModel",
    "Notice",
    "OneStepCurve",
    "Optimum",
    "Param",
    "Peak",
    "PeakIdentity",
    "PeakShift",
    "Point",
    "Points",
    "PowerLaw",
    "Price",
    "Problem",
    "Question",
    "QuestionOpen",
    "Recommendation",
    "Remark",
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
    "one_step_curves",
    "open_store",
    "open_table",
    "peak_identity",
    "peak_shift",
    "price",
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
