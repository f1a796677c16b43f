"""Optimal learning rate against batch size: laws, sweeps, fits. This file is the list of the public API."""

from surgecore.analysis import Analysis, analyse
from surgecore.catalogue import Entry, load_catalogue
from surgecore.comparison import Comparison, compare
from surgecore.fitting import FitResult, fit
from surgecore.gradient_noise import GradientNoise
from surgecore.laws import (
    LAWS,
    ConstantLaw,
    EqualSnrLaw,
    Law,
    LawFamily,
    Param,
    PowerLaw,
    SaturatingLaw,
    SurgeLaw,
)
from surgecore.noise_model import NoiseModel
from surgecore.peaks import Peak
from surgecore.sweep import Optimum, Problem, Sweep, SweepError
from surgecore.verdict import SurgeVerdict, surge_verdict

__all__ = [
    "LAWS",
    "Analysis",
    "Comparison",
    "ConstantLaw",
    "Entry",
    "EqualSnrLaw",
    "FitResult",
    "GradientNoise",
    "Law",
    "LawFamily",
    "NoiseModel",
    "Optimum",
    "Param",
    "Peak",
    "PowerLaw",
    "Problem",
    "SaturatingLaw",
    "SurgeLaw",
    "SurgeVerdict",
    "Sweep",
    "SweepError",
    "analyse",
    "compare",
    "fit",
    "load_catalogue",
    "surge_verdict",
]

__version__ = "0.1.0"
