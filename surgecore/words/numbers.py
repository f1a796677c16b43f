"""Numbers in words: one formatter, for pages, figures, reports and the command line.

The rule: as many significant digits as asked for, plain between 0.001 and 99,999 and with an exponent elsewhere. Where
an error is known, it alone decides the digits (`rounded`). Batch sizes read as counts: those of a sweep in full
(`whole`), estimated ones by their error (`examples`), both with commas from five digits on.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from math import floor, inf, isfinite, log2, log10, nan

from surgecore.words.phrases import say

#: Ends of an interval of rates that are further apart carry digits of their own; `OPEN` times apart, the lower one says
#: nothing beside the upper one.
WIDE, OPEN = 10.0, 1000.0
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
    if -3 <= exponent < 5:
        text = f"{value:.{max(digits - 1 - exponent, 0)}f}"
    else:
        mantissa, power = f"{value:.{digits - 1}e}".split("e")
        text = f"{mantissa}e{int(power)}"
    return text.replace("-", "−", 1) if value < 0 else text


def setting(value: float) -> str:
    """`0.5`, `1e-08`: a number that somebody chose, as it was chosen."""
    return f"{value:g}"


def interval(low: float, high: float, write: Callable[[float], str] = number) -> str:
    """`0.019 to 0.024`, with an open end said in words."""
    if not isfinite(high) or high == inf:
        return say("interval-unbounded") if low <= 0 or not isfinite(low) else say("interval-above", low=write(low))
    if low <= 0 or not isfinite(low):
        return say("interval-below", high=write(high))
    first, last = ends(low, high, write)
    return say("from-to", low=first, high=last)


def ends(low: float, high: float, write: Callable[[float], str] = number) -> tuple[str, str]:
    """Both ends, the lower one plain where the upper one is: `0.00036` and `0.011`, not `3.6e-4` and `0.011`."""
    first, last = write(low), write(high)
    return (format(Decimal(first), "f") if first.endswith("e-4") and "e" not in last else first), last


def rounded_interval(low: float, high: float) -> str:
    """`0.060 to 0.078`: a 95 % interval with the digits that its own width carries, as `rounded` writes its value.

    Of a wide one each end has two digits: with those of its width the lower end would be 0, which no rate is. So has
    the end of one that is open on the other side.
    """
    if not isfinite(high):
        return interval(low, high, lambda end: number(end, 2))
    if high > WIDE * low:
        return interval(low if high <= OPEN * low else 0.0, high, lambda end: number(end, 2))
    error = _error((low, high))
    return interval(low, high, lambda end: rounded(end, error))


def whole(value: float) -> str:
    """`16,384`: a batch size that was tried, or a factor; one that is not whole with three digits."""
    return _grouped(value) if value == round(value) and 1 <= value < 1e12 else number(value)


def _grouped(value: float) -> str:
    """`1024`, `16,384`: four digits are read at a glance, and stand so on axes."""
    return f"{value:,.0f}" if value >= 1e4 else f"{value:.0f}"


def examples(value: float | None, ends: tuple[float, float] | None = None, digits: int = 2) -> str:
    """Write an estimated batch size as a count.

    Parameters
    ----------
    value : float or None
        A peak, a noise scale, a critical batch size [examples].
    ends : tuple of float, optional
        Its 95 % interval, which decides the digits as in `rounded`.
    digits : int, optional
        How many where the interval is open or unknown.

    Returns
    -------
    str
        Such as "230", "16,000", "79 million".
    """
    if value is None or not isfinite(value) or value == 0:
        return number(value)
    digits = _digits(value, _error(ends), digits)
    value = float(f"{value:.{digits - 1}e}")
    if 1e6 <= value < 1e12:
        name, unit = ("millions", 1e6) if value < 1e9 else ("billions", 1e9)
        return say(name, number=f"{value / unit:.{digits}g}")
    return _grouped(value) if 1e3 <= value < 1e6 else number(value, digits)


def examples_interval(low: float, high: float) -> str:
    """`9500 to 27,000`: the interval of an estimated batch size."""
    return interval(low, high, lambda end: examples(end, (low, high)))


def _error(ends: tuple[float, float] | None) -> float:
    """Standard error behind a 95 % interval; NaN where an end is open."""
    low, high = ends or (nan, nan)
    return (high - low) / 3.92 if low > 0 and isfinite(high) else nan


def _digits(value: float, error: float, unknown: int) -> int:
    """Significant digits of a value with a standard error; `unknown` where there is none."""
    if not (isfinite(error) and error > 1e-6 * abs(value)):
        return unknown
    return min(max(floor(log10(abs(value))) - _place(error) + 1, 1), 15)


def _place(error: float) -> int:
    """Power of ten of the last digit that an error leaves."""
    place = floor(log10(error))
    return place - 1 if error / 10.0**place < 3.55 else place


def batch_size(value: float) -> str:
    """`2⁶ = 64` for a power of two, else the plain number."""
    power = log2(value)
    if value >= 1 and power == round(power):
        return f"{power_of_two(round(power))} = {value:.0f}"
    return whole(value)


def share(fraction: float) -> str:
    """`97 %`, `< 0.1 %`."""
    if not isfinite(fraction):
        return "–"
    return "< 0.1 %" if abs(fraction) < 1e-3 else f"{number(100 * fraction, 2)} %"


def power_of_two(exponent: int) -> str:
    """`2⁶`."""
    return "2" + str(exponent).translate(_SUPERSCRIPT)


def count(n: int, noun: str) -> str:
    """`1 cell`, `12 cells`."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


#: What a page would make a link or an icon of although it is escaped: addresses, and names between colons.
_ALIVE = re.compile(r"(?<=:)(?=//|material/|streamlit:)|(?<=www)(?=\.)|(?<=\w@)(?=\w)", re.IGNORECASE)
#: Stands between two characters, has no width, and lets no line end there.
_JOINER = "\u2060"


def plain(text: str) -> str:
    """What a file says, as it stands there: never read as Markdown, a link or an icon."""
    text = _ALIVE.sub(_JOINER, text)
    return "".join("\\" + c if c in r"\`*_{}[]()<>#+!|$~:" else c for c in text)


def rounded(value: float, error: float) -> str:
    """Write a value with the digits that its standard error carries.

    The error is given two significant digits where they are below 355 of 1000, else one, and the value is cut at the
    same place.

    Parameters
    ----------
    value : float
        Any number.
    error : float
        Its standard error, in the same unit; three significant digits of the value where it is none.

    Returns
    -------
    str
        Such as "0.0213" for 0.021347 with an error of 0.0004.

    References
    ----------
    Particle Data Group, Review of Particle Physics, Introduction, section 5.3 (rounding).
    """
    # an error below a millionth is that of the arithmetic: a law through every point
    if not (isfinite(error) and error > 1e-6 * abs(value) and isfinite(value)) or value == 0:
        return number(value)
    return number(round(value, -_place(error)), _digits(value, error, 3))
