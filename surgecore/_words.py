"""Numbers in the sentences that results still carry; goes with the last of them."""

from __future__ import annotations

from math import floor, isfinite, log10


def number(value: float, digits: int = 2) -> str:
    """Write a number with so many significant digits, without an exponent between 1e-4 and 1e6.

    Parameters
    ----------
    value : float
        Any number.
    digits : int, optional
        Significant digits, 1 or more.

    Returns
    -------
    str
        Such as "290", "0.031" or "1.8e11".
    """
    if value == 0 or not isfinite(value):
        return f"{value:g}"
    exponent = floor(log10(abs(value)))
    if -4 <= exponent < 6:
        decimals = digits - 1 - exponent
        return f"{round(value, decimals):,.{max(decimals, 0)}f}"
    mantissa, power = f"{value:.{digits - 1}e}".split("e")
    return f"{mantissa}e{int(power)}"
