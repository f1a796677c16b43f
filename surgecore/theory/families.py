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
    formula : str
        The law of batch size B with what is held put in, in TeX; empty for a family of the user's own.
    """

    key: str
    law: type[Law]
    source: str = ""
    fixed: Mapping[str, float] = field(default_factory=dict)
    formula: str = ""

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


def _saturating(power: str) -> str:
    within = r"1 + \mathcal{B}_{noise}/B"
    below = rf"\left({within}\right){power}" if power else within
    return rf"\frac{{\varepsilon_{{max}}}}{{{below}}}"


_FALLS = r"\frac{\varepsilon_{max}}{\frac12\left(\sqrt{\mathcal{B}_{noise}/B} + \sqrt{B/\mathcal{B}_{noise}}\right)}"
_FALLS_FREE = r"\frac{\varepsilon_{max}}{\frac12\left((\mathcal{B}_{noise}/B)^p + (B/\mathcal{B}_{noise})^p\right)}"
_EXACT = r"\varepsilon_0\,\frac{E}{1 + R E^2}, \qquad E = "
_MEAN_SIGN = r"\int \mathrm{erf}\left(\sqrt{B/2}\,z\,e^{s u}\right) \frac{e^{-u^2/2}}{\sqrt{2\pi}}\,du"

_FAMILIES = (
    LawFamily("constant", ConstantLaw, formula=r"\varepsilon"),
    LawFamily("linear", PowerLaw, "Goyal et al. 1706.02677", {"exponent": 1.0}, r"c\,B"),
    LawFamily("square_root", PowerLaw, "Malladi et al. 2205.10287", {"exponent": 0.5}, r"c\,\sqrt{B}"),
    LawFamily("power", PowerLaw, formula=r"c\,B^p"),
    LawFamily("sgd", SaturatingLaw, f"{_MCCANDLISH}, eq. 2.6", {"exponent": 1.0}, _saturating("")),
    LawFamily("saturating_half", SaturatingLaw, f"{_MCCANDLISH}, eq. A.3", {"exponent": 0.5}, _saturating("^{1/2}")),
    LawFamily("saturating", SaturatingLaw, f"{_MCCANDLISH}, eq. A.3", formula=_saturating(r"^\alpha")),
    LawFamily("surge", SurgeLaw, f"{_LI}, Theorem 3", formula=_FALLS),
    LawFamily("general_surge", GeneralSurgeLaw, f"{_LI}, Theorem 3, for heavy-tailed gradients", formula=_FALLS_FREE),
    LawFamily("equal_snr", EqualSnrLaw, f"{_LI}, Theorem 2", formula=_EXACT + r"\mathrm{erf}(\sqrt{B/2}\,z)"),
    LawFamily("lognormal_snr", LognormalSnrLaw, f"{_LI}, Theorem 2", formula=_EXACT + _MEAN_SIGN),
)

#: The families that are fitted and compared, by key, simplest first.
LAWS: Mapping[str, LawFamily] = MappingProxyType({family.key: family for family in _FAMILIES})
