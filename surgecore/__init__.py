"""Optimal learning rate against batch size: laws, sweeps, fits. This file is the list of the public API."""

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

__all__ = [
    "LAWS",
    "ConstantLaw",
    "EqualSnrLaw",
    "Law",
    "LawFamily",
    "Param",
    "PowerLaw",
    "SaturatingLaw",
    "SurgeLaw",
]

__version__ = "0.1.0"
