"""The families of laws that are fitted, ranked, coloured and named: each a law with some parameters held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from surgecore.theory.laws import (
    ConstantLaw,
    GeneralSurgeLaw,
    Law,
    PowerLaw,
    SaturatingLaw,
    SurgeLaw,
)
from surgecore.theory.params import Param
from surgecore.theory.snr_laws import EqualSnrLaw, LognormalSnrLaw


@dataclass(frozen=True)
class LawFamily:
    """A law with some of its parameters held: what is fitted, ranked, coloured and named as one thing.

    Attributes
    ----------
    key : str
        Name in files, URLs and ``LAWS``; its name on screen is `surgecore.words.curve` of it.
    law : type of Law
        The law itself.
    source : str
        Paper and equation; empty for the empirical ones.
    fixed : Mapping
        Parameters that are held, by name.
    """

    key: str
    law: type[Law]
    source: str = ""
    fixed: Mapping[str, float] = field(default_factory=dict)

    @property
    def free(self) -> tuple[Param, ...]:
        """The parameters that a fit may move."""
        return tuple(param for param in self.law.params if param.name not in self.fixed)

    def build(self, **free: float) -> Law:
        """Make the law from its free parameters; raises `ValueError` where the law does."""
        return self.law(**{**self.fixed, **free})

    def contains(self, other: LawFamily) -> bool:
        """Whether `other` is this family with one or more parameters held."""
        if self.law is other.law:
            return self.key != other.key and self.fixed.items() < other.fixed.items()
        return (self.law, other.law) in _NESTED and not self.fixed


_NESTED = {(GeneralSurgeLaw, SurgeLaw), (PowerLaw, ConstantLaw), (LognormalSnrLaw, EqualSnrLaw)}
_MCCANDLISH = "McCandlish et al. 1812.06162"
_LI = "Li et al. 2405.14578"

_FAMILIES = (
    LawFamily("constant", ConstantLaw),
    LawFamily("linear", PowerLaw, "Goyal et al. 1706.02677", {"exponent": 1.0}),
    LawFamily("square_root", PowerLaw, "Malladi et al. 2205.10287", {"exponent": 0.5}),
    LawFamily("power", PowerLaw),
    LawFamily("sgd", SaturatingLaw, f"{_MCCANDLISH}, eq. 2.6", {"exponent": 1.0}),
    LawFamily("saturating_half", SaturatingLaw, f"{_MCCANDLISH}, eq. A.3", {"exponent": 0.5}),
    LawFamily("saturating", SaturatingLaw, f"{_MCCANDLISH}, eq. A.3"),
    LawFamily("surge", SurgeLaw, f"{_LI}, Theorem 3"),
    LawFamily("general_surge", GeneralSurgeLaw, f"{_LI}, Theorem 3, for heavy-tailed gradients"),
    LawFamily("equal_snr", EqualSnrLaw, f"{_LI}, Theorem 2"),
    LawFamily("lognormal_snr", LognormalSnrLaw, f"{_LI}, Theorem 2"),
)

#: The families that are fitted and compared, by key, simplest first.
LAWS: Mapping[str, LawFamily] = MappingProxyType({family.key: family for family in _FAMILIES})
