"""Single cells: numbers as people and trackers write them, and the words for diverged and missing."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

DIVERGED_WORDS = frozenset({
    "nan", "+nan", "-nan", "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity", "diverged", "diverge",
    "divergent", "diverges", "oom", "out of memory", "overflow", "exploded", "infeasible", "∞", "-∞",
    "#num!", "#div/0!", "1.#inf", "-1.#inf", "1.#ind", "-1.#ind", "1.#qnan",
})  # fmt: skip
MISSING_WORDS = frozenset({
    "", "-", "--", "na", "n/a", "<na>", "#n/a", "none", "null", "missing", "?",
    "never", "not reached",
})  # fmt: skip

THOUSANDS = re.compile(r"^[+-]?[1-9]\d{0,2}([,' \u00a0\u202f]\d{3})+(\.\d+)?$")
DECIMAL_COMMA = re.compile(r"^[+-]?\d*,\d+([eE][+-]?\d+)?$")


def parse_numbers(
    column: pd.Series[Any], *, thousands_first: bool = False
) -> tuple[np.ndarray[Any, np.dtype[np.float64]], np.ndarray[Any, np.dtype[np.str_]]]:
    """Values of a column and what each cell is: "number", "empty", "diverged" or "text".

    Thousands separators are taken out; a comma that can only be a decimal mark is one. `thousands_first`
    settles the ambiguous ``1,024`` for counts.
    """
    n = len(column)
    kind = np.full(n, "number", dtype="U8")
    if pd.api.types.is_bool_dtype(column.dtype):
        return np.full(n, np.nan), np.full(n, "text", dtype="U8")
    if pd.api.types.is_numeric_dtype(column.dtype):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        kind[np.isinf(values)] = "diverged"
        kind[np.isnan(values)] = "empty"
        return values, kind
    # cells that pandas cannot turn into numbers are few: only those are looked at one by one
    text = column.astype("str").str.strip()
    values = pd.to_numeric(text, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan, copy=True)
    missing = column.isna().to_numpy()
    odd = np.flatnonzero(~np.isfinite(values))
    commas = any(DECIMAL_COMMA.match(t) and not THOUSANDS.match(t) for t in text.iloc[odd] if isinstance(t, str))
    for index in odd:
        if missing[index]:
            kind[index] = "empty"
            continue
        values[index], kind[index] = _one_number(str(text.iloc[index]), commas and not thousands_first)
    return values, kind


def _one_number(text: str, decimal_comma: bool) -> tuple[float, str]:
    low = text.lower()
    if low in MISSING_WORDS:
        return np.nan, "empty"
    if low in DIVERGED_WORDS:
        return (np.inf if "inf" in low or "∞" in low else np.nan), "diverged"
    if decimal_comma and DECIMAL_COMMA.match(text):
        return float(text.replace(",", ".")), "number"
    if THOUSANDS.match(text):
        return float(re.sub(r"[,' \u00a0\u202f]", "", text)), "number"
    if DECIMAL_COMMA.match(text):
        return float(text.replace(",", ".")), "number"
    return np.nan, "text"
