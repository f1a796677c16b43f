"""Optimal learning rate against batch size: laws, sweeps, fits. This file is the list of the public API."""

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

__all__ = [
    "LAWS",
    "ConstantLaw",
    "EqualSnrLaw",
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
    "Sweep",
    "SweepError",
]

__version__ = "0.1.0"
