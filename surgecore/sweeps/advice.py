"""A learning rate for another batch size: from the laws fitted to a sweep, and under the textbook rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from math import exp, isfinite, log

import numpy as np

from surgecore._validate import positive
from surgecore.sweeps.analysis import Analysis
from surgecore.sweeps.averaging import REACH, Said, Wanted, by_path, said
from surgecore.sweeps.comparison import SPEAKS, Comparison
from surgecore.sweeps.fitting import FitFlag, FitResult
from surgecore.sweeps.optima import Optimum
from surgecore.theory.laws import PowerLaw, SaturatingLaw, SurgeLaw

#: Exponent of the weak dependence that Marek et al. find with small batches.
MAREK = 0.158
#: A factor between batch sizes that more often is one between examples and tokens.
OTHER_UNIT = 100.0
# a bound this close to the rate tried, as a share of it, is not told from it by the digits shown
_AT_END = 0.005
#: Key of the row that averages the laws and the smooth path.
AVERAGE = "average"
#: Key of the row of the smooth path through the optima, which is no law.
SMOOTH_PATH = "smooth_path"


@dataclass(frozen=True)
class Limits:
    """Batch sizes at which rules end, as far as a sweep knows them.

    Attributes
    ----------
    noise_scale : float or None
        Of the best law that has one, where the optima speak for that law and bound it on both sides: the linear and
        the square-root rule hold well below it.
    critical_batch_size : float or None
        Of the trade-off between steps and examples, where the sweep bounds it on both sides: far above it a larger
        batch saves few steps.
    """

    noise_scale: float | None = None
    critical_batch_size: float | None = None


class AdviceFlag(StrEnum):
    """What to beware of in a recommendation."""

    BEYOND_DATA = "beyond_data"
    #: Inside the batch sizes measured, but beyond those whose optimum is more than a bound.
    BEYOND_OPTIMA = "beyond_optima"
    OUT_OF_REACH = "out_of_reach"
    ABOVE_NOISE_SCALE = "above_noise_scale"
    ABOVE_CRITICAL = "above_critical"
    OTHER_UNIT = "other_unit"
    NO_LAW = "no_law"
    POOR_FIT = "poor_fit"


@dataclass(frozen=True)
class Recommendation:
    """A learning rate under one rule.

    Attributes
    ----------
    rule : str
        "average" for the laws fitted to the sweep and a smooth path through its optima, averaged by weight;
        "smooth_path" for that path alone, which is no law; else the key of a law or of a textbook rule.
    fitted : bool
        Whether a sweep is behind it.
    lr : float
        Learning rate.
    interval : tuple of float or None
        95 % interval: of the average, of the path, or of one law if it holds. None for a rule that brings no error
        of its own, and for the average and the path further than `REACH` times beyond the data.
    beyond : float
        How many times the batch size lies outside those measured; 1 inside.
    weight : float or None
        Share of the law, or of the smooth path, in the average, by Akaike's criterion; None for a textbook rule and
        the average.
    flags : frozenset of AdviceFlag
        What to beware of.
    limits : Limits
        The batch sizes that the flags are about.
    at_most, at_least : float or None
        Of the average, where the lowest or the highest rate tried at this very batch size was the best: what bounds the
        best one there, which is all that the sweep itself shows of it.
    tried : float or None
        That lowest or highest rate.
    """

    rule: str
    fitted: bool
    lr: float
    interval: tuple[float, float] | None
    beyond: float = 1.0
    weight: float | None = None
    flags: frozenset[AdviceFlag] = frozenset()
    limits: Limits = field(default_factory=Limits)
    at_most: float | None = None
    at_least: float | None = None
    tried: float | None = None

    @property
    def bound(self) -> float | None:
        """`at_most` or `at_least` where it is the answer, not `lr`: at the rate tried, or what excludes `lr`."""
        for side, bound in ((1.0, self.at_most), (-1.0, self.at_least)):
            if bound is not None and (self.at_end or side * (self.lr - bound) > 0):
                return bound
        return None

    @property
    def at_end(self) -> bool:
        """Whether the bound is the rate tried itself, as far as the digits shown tell."""
        bound = self.at_least if self.at_most is None else self.at_most
        return bound is not None and (self.tried is None or abs(self.tried - bound) < _AT_END * self.tried)


def limits(analysis: Analysis) -> Limits:
    """Where rules end, from a sweep.

    Parameters
    ----------
    analysis : Analysis
        Of the sweep.

    Returns
    -------
    Limits
        None for what the sweep leaves open.
    """
    scale = None
    for fit, weight in zip(analysis.comparison.fits, analysis.comparison.law_shares, strict=True):
        found = fit.parameters.get("noise_scale")
        if weight >= SPEAKS and found is not None and found.bounded_below and found.bounded_above:
            scale = found.value
            break
    steps = analysis.tradeoff
    return Limits(scale, steps.critical_batch_size if steps is not None and steps.is_bounded else None)


def recommend(analysis: Analysis, batch_size: float) -> tuple[Recommendation, ...]:
    """Learning rate for a batch size: the average of laws and a smooth path, that path, then each law, the best first.

    Parameters
    ----------
    analysis : Analysis
        Of the sweep.
    batch_size : float
        Batch size wanted [examples].

    Returns
    -------
    tuple of Recommendation
        The first has the rule "average", where laws can be weighed: its interval counts that the law is not known,
        nor whether any holds, and is None further than 4 times beyond the data. Empty where nothing could be fitted.

    Raises
    ------
    ValueError
        If `batch_size` is not positive and finite.

    References
    ----------
    Burnham and Anderson (2002), section 4.3.

    Examples
    --------
    >>> import pandas as pd
    >>> from surgecore import Sweep, analyse
    >>> cells = [(b, r, s, abs(r - 0.01 * b) + 0.1 * s) for b in (4, 8, 16) for r in (0.02, 0.04, 0.08, 0.16, 0.32)
    ...          for s in (0, 1)]
    >>> sweep = Sweep.from_frame(pd.DataFrame(cells, columns=["batch_size", "learning_rate", "seed", "loss"]))
    >>> bool(recommend(analyse(sweep), 32))
    True
    """
    size = positive("batch_size", batch_size)
    known = limits(analysis)
    rows = []
    comparison, wanted = analysis.comparison, Wanted(size)
    for fit, weight in zip(comparison.fits, comparison.law_shares, strict=True):
        if fit.law is None:
            continue
        lr, low, high = (float(value) for value in fit.predict(size))  # type: ignore[arg-type]
        beyond = _beyond(fit, size)
        flags = _flags(fit.family.key, size, known, beyond, beyond)
        flags |= {AdviceFlag.POOR_FIT} if FitFlag.POOR_FIT in fit.flags else set()
        share = float(weight) if isfinite(comparison.scores[0]) else None
        interval = (low, high) if fit.region is not None else None
        rows.append(Recommendation(fit.family.key, True, lr, interval, beyond, share, frozenset(flags), known))
    beyond = max((row.beyond for row in rows), default=1.0)
    average = _average(comparison, wanted, 1.0, known, beyond)
    every = (*(_bounded(row, analysis, size) for row in average[:1]), *average[1:], *rows)
    measured = [optimum.batch_size for optimum in analysis.optima] or [size]
    return tuple(map(_among_bounds, every)) if min(measured) <= size <= max(measured) else every


def _among_bounds(row: Recommendation) -> Recommendation:
    """The row of a batch size among those measured: at most beyond those whose optimum is more than a bound."""
    if AdviceFlag.BEYOND_DATA not in row.flags:
        return row
    return replace(row, flags=row.flags - {AdviceFlag.BEYOND_DATA} | {AdviceFlag.BEYOND_OPTIMA})


def _bounded(row: Recommendation, analysis: Analysis, size: float) -> Recommendation:
    """With what bounds the best rate at this batch size, where an end of those tried was the best.

    In a search a curve that batch sizes share may be least at an end although another run was better: no bound then.
    """
    for o in analysis.optima:
        if o.batch_size == size and o.on_edge is not None:
            tried = o.learning_rate if o.tried is None else o.tried
            if not _was_best(analysis, o, tried):
                return row
            bounded, rate = replace(row, tried=tried), o.learning_rate
            return replace(bounded, at_most=rate) if o.on_edge == "low" else replace(bounded, at_least=rate)
    return row


def _was_best(analysis: Analysis, found: Optimum, tried: float) -> bool:
    cells = analysis.sweep.cells()
    here = cells[(cells["batch_size"] == found.batch_size) & np.isclose(cells["learning_rate"], tried, rtol=1e-6)]
    return not (here["loss"] > found.loss + 1e-9 * abs(found.loss)).any()


def _average(
    comparison: Comparison, wanted: Wanted, lr: float, known: Limits, beyond: float
) -> tuple[Recommendation, ...]:  # fmt: skip
    """Rows of the average and of the path, of a number that is `lr` times what they say; none where none speaks."""
    every, path = said(comparison, wanted), by_path(comparison, wanted)
    if every is None:
        return ()
    row = _said_row(AVERAGE, every, lr, wanted.size, known, beyond)
    alone = comparison.path_share > 1.0 - SPEAKS
    if alone or comparison.overdispersion > 1.0:
        row = replace(row, flags=row.flags | {AdviceFlag.NO_LAW if alone else AdviceFlag.POOR_FIT})
    if path is None:
        return (row,)
    return row, replace(_said_row(SMOOTH_PATH, path, lr, wanted.size, known, beyond), weight=comparison.path_share)


def _said_row(rule: str, found: Said, lr: float, size: float, known: Limits, beyond: float) -> Recommendation:
    flags, interval = _flags(rule, size, known, beyond, beyond), None
    if beyond > REACH:
        flags.add(AdviceFlag.OUT_OF_REACH)
    else:
        low, high = found.interval()
        interval = (lr * exp(low), lr * exp(high))
    return Recommendation(rule, True, lr * exp(found.mean), interval, beyond, None, frozenset(flags), known)


def transfer(
    lr: float,
    batch_size: float,
    new_batch_size: float,
    *,
    comparison: Comparison | None = None,
    noise_scale: float | None = None,
    critical_batch_size: float | None = None,
) -> tuple[Recommendation, ...]:
    """Carry a tuned learning rate to another batch size under each rule.

    Parameters
    ----------
    lr : float
        Learning rate that is good at `batch_size`.
    batch_size, new_batch_size : float
        Old and new batch size, in the same unit.
    comparison : Comparison, optional
        Laws fitted to a sweep: each gives the ratio of its values, with the interval of that ratio, and so does
        their average with a smooth path through the optima.
    noise_scale : float, optional
        A noise scale for the saturating and the surge law, where it is known from elsewhere. Above it the linear and
        the square-root rule end: flagged.
    critical_batch_size : float, optional
        Above it, no rule gains speed: flagged.

    Returns
    -------
    tuple of Recommendation
        Textbook rules first.

    Raises
    ------
    ValueError
        If a number is not positive and finite.

    References
    ----------
    Goyal et al. 1706.02677; Malladi et al. 2205.10287; Marek et al. 2507.07101; McCandlish et al. 1812.06162,
    eq. 2.6; Li et al. 2405.14578, eq. 2.

    Examples
    --------
    >>> {row.rule: round(row.lr, 4) for row in transfer(1e-3, 64, 256)}
    {'constant': 0.001, 'marek': 0.0012, 'square_root': 0.002, 'linear': 0.004}
    """
    rate, old = positive("lr", lr), positive("batch_size", batch_size)
    new = positive("new_batch_size", new_batch_size)
    known = Limits(
        None if noise_scale is None else positive("noise_scale", noise_scale),
        None if critical_batch_size is None else positive("critical_batch_size", critical_batch_size),
    )
    factor = max(new / old, old / new)
    rows = []
    for rule, ratio in _textbook(old, new, known.noise_scale).items():
        flags = _flags(rule, max(old, new), known, 1.0, factor, new)
        rows.append(Recommendation(rule, False, rate * ratio, None, flags=frozenset(flags), limits=known))
    return (*rows, *(_carried(rate, old, new, comparison, known) if comparison is not None else ()))


def _textbook(old: float, new: float, noise_scale: float | None) -> dict[str, float]:
    """New over old learning rate by rule."""
    ratio = new / old
    rules = {"constant": 1.0, "marek": ratio**MAREK, "square_root": ratio**0.5, "linear": ratio}
    if noise_scale is not None:
        for key, law in (
            ("sgd", SaturatingLaw(1.0, noise_scale)),
            ("saturating_half", SaturatingLaw(1.0, noise_scale, 0.5)),
            ("surge", SurgeLaw(1.0, noise_scale)),
        ):
            rules[key] = law(new) / law(old)
    return rules


def _carried(
    lr: float, old: float, new: float, comparison: Comparison, known: Limits
) -> Sequence[Recommendation]:  # fmt: skip
    """Rows of the laws fitted to a sweep, after that of their average."""
    rows, furthest = [], 1.0
    factor = max(new / old, old / new)
    wanted = Wanted(new, old)
    for fit, weight in zip(comparison.fits, comparison.law_shares, strict=True):
        if fit.law is None:
            continue
        beyond = max(_beyond(fit, old), _beyond(fit, new))
        furthest = max(furthest, beyond)
        # straight lines of a given slope are among the textbook rules
        if (fit.family.law is PowerLaw and fit.family.fixed) or fit.family.key == "constant":
            continue
        interval = None
        if fit.region is not None:
            _, low, high = wanted.by_law(fit, fit.region)
            interval = (lr * exp(low), lr * exp(high))
        flags = frozenset(_flags("", new, known, beyond, factor))
        value = lr * float(fit.law(new) / fit.law(old))
        rows.append(Recommendation(fit.family.key, True, value, interval, beyond, float(weight), flags, known))
    return (*_average(comparison, wanted, lr, known, furthest), *rows)


def _beyond(fit: FitResult, size: float) -> float:
    measured = [point.batch_size for point in fit.used]
    return max(size / max(measured), min(measured) / size, 1.0)


def _flags(
    rule: str, size: float, known: Limits, beyond: float, factor: float, late: float | None = None
) -> set[AdviceFlag]:  # fmt: skip
    flags = set()
    if beyond > 1.0:
        flags.add(AdviceFlag.BEYOND_DATA)
    if known.noise_scale is not None and size > known.noise_scale and rule in ("linear", "square_root"):
        flags.add(AdviceFlag.ABOVE_NOISE_SCALE)
    if known.critical_batch_size is not None and (late or size) > known.critical_batch_size:
        flags.add(AdviceFlag.ABOVE_CRITICAL)
    if factor >= OTHER_UNIT:
        flags.add(AdviceFlag.OTHER_UNIT)
    return flags


def lr_factor(analysis: Analysis, old: float, new: float) -> tuple[float, str]:
    """New over old learning rate, averaged over the laws fitted to a sweep, and the rule: "average" or "square_root".

    Parameters
    ----------
    analysis : Analysis
        Of the sweep.
    old, new : float
        Batch sizes [examples].

    Returns
    -------
    float, str
        The square-root rule where no law could be weighed.

    Raises
    ------
    ValueError
        If a batch size is not positive and finite.
    """
    before, after = positive("old", old), positive("new", new)
    found = said(analysis.comparison, Wanted(after, before))
    if found is None or not isfinite(found.mean):
        return exp(0.5 * log(after / before)), "square_root"
    return exp(found.mean), AVERAGE
