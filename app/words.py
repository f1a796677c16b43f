"""Numbers and core objects in words: pure text, shared by figures, tables and pages."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, inf, isfinite, log2, log10

from surgecore import Analysis, Optimum, Sweep

#: A peak that stands out by less than this fraction of the plateau is not worth the name.
VISIBLE = 0.01

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float | None, digits: int = 3) -> str:
    """`0.0213`, `3.1e-5`, `77`, `1.2e6`: as short as the digits allow."""
    if value is None or value != value:
        return "–"
    if not isfinite(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    # Rounding first, so that 9.996 is 10.0 and not 10.00.
    exponent = floor(log10(abs(float(f"{value:.{digits - 1}e}"))))
    if -2 <= exponent < 5:
        text = f"{value:.{max(digits - 1 - exponent, 0)}f}"
    else:
        mantissa, power = f"{value:.{digits - 1}e}".split("e")
        text = f"{mantissa}e{int(power)}"
    return text.replace("-", "−", 1) if value < 0 else text


def interval(low: float, high: float) -> str:
    """`0.019 to 0.024`, with an open end said in words."""
    if not isfinite(high) or high == inf:
        return "unbounded" if low <= 0 or not isfinite(low) else f"above {number(low)}"
    if low <= 0 or not isfinite(low):
        return f"below {number(high)}"
    return f"{number(low)} to {number(high)}"


def batch_size(value: float) -> str:
    """`2⁶ = 64` for a power of two, else the plain number."""
    power = log2(value)
    if value >= 1 and power == round(power):
        return f"{power_of_two(round(power))} = {value:.0f}"
    return number(value)


def share(fraction: float) -> str:
    """`97 %`, `< 0.1 %`."""
    if not isfinite(fraction):
        return "–"
    return "< 0.1 %" if abs(fraction) < 1e-3 else f"{number(100 * fraction, 2)} %"


def power_of_two(exponent: int) -> str:
    return "2" + str(exponent).translate(_SUPERSCRIPT)


def count(n: int, noun: str) -> str:
    """`1 cell`, `12 cells`."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def optima_alt(optima: Sequence[Optimum]) -> str:
    """The measured optima in one sentence, for alt text."""
    if not optima:
        return "No measured optimum."
    best = max(optima, key=lambda optimum: optimum.learning_rate)
    at = [f"{number(o.learning_rate)} at B = {o.batch_size:g}" for o in (optima[0], best, optima[-1])]
    sizes = count(len(optima), "batch size")
    return f"Measured optimal learning rates at {sizes}: {at[0]}, highest {at[1]}, {at[2]}."


def plain(text: str) -> str:
    """What a file says, as it stands there: never read as Markdown."""
    return "".join("\\" + c if c in r"\`*_{}[]()<>#+!|$~:" else c for c in text)


def measured(sweep: Sweep) -> str:
    """What the points are, with the horizon: one step and many steps never share a label."""
    return f"Measured after {count(sweep.steps, 'step')}" if sweep.steps else "Measured"


def loss_title(sweep: Sweep) -> str:
    return f"Loss after {count(sweep.steps, 'step')}" if sweep.steps else "Loss"


def facts(sweep: Sweep) -> str:
    """Size of a sweep in one line; nothing that was lost goes unsaid."""
    status = sweep.trials["status"].value_counts()
    seeds = count(sweep.n_seeds, "seed") if sweep.n_seeds else "no seed column"
    parts = [
        count(len(sweep.trials), "trial"),
        count(len(sweep.batch_sizes), "batch size"),
        count(len(sweep.learning_rates), "learning rate"),
        seeds,
        f"{status.get('infeasible', 0):,} diverged",
        f"{status.get('incomplete', 0):,} incomplete",
    ]
    return " · ".join(parts)


def clipped(losses: Sequence[float], limits: tuple[float, float]) -> str:
    """What the colour scale leaves out."""
    above = sum(1 for loss in losses if isfinite(loss) and loss > limits[1])
    if not above:
        return "The colour scale covers every loss."
    return f"{count(above, 'cell')} above a loss of {number(limits[1])} drawn in the last colour of the scale."


def lr_unit(optimizer: str | None) -> str:
    """Unit of a learning rate: SGD's is not that of sign-like optimizers, and an upload's is unknown."""
    if optimizer is None:
        return "units of its optimizer"
    return "parameter units² per loss" if "sgd" in optimizer.lower() else "parameter units per step"


def points(sweep: Sweep, unit: str) -> str:
    """What the measured points are, in one clause."""
    horizon = f" after {count(sweep.steps, 'step')}" if sweep.steps else ""
    return f"measured optima{horizon} with their 95 % intervals, {plain(sweep.name)} [{unit}]"


def remarks(analysis: Analysis) -> list[str]:
    """What else there is to know about a sweep, beside the verdict and the ranking."""
    shown = {analysis.verdict.sentence, analysis.comparison.sentence}
    return [*analysis.sweep.notices, *(said for said in analysis.sentences if said not in shown)]
