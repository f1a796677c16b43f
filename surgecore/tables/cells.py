"""Single cells: numbers as people and trackers write them, and the words for diverged and missing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surgecore._validate import FloatArray

DIVERGED_WORDS = frozenset({
    "nan", "+nan", "-nan", "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity", "diverged", "diverge",
    "divergent", "diverges", "div", "oom", "out of memory", "overflow", "exploded", "infeasible", "∞", "+∞", "-∞",
    "#num!", "#div/0!", "1.#inf", "-1.#inf", "1.#ind", "-1.#ind", "1.#qnan",
})  # fmt: skip
MISSING_WORDS = frozenset({
    "", "-", "--", "---", "–", "—", "na", "n/a", "n.a.", "<na>", "#n/a", "none", "null", "nil", "missing", "?",
    "never", "not reached", "pending", "running", "queued", "tbd", "todo", ".", "...", "…",
})  # fmt: skip

THOUSANDS = re.compile(r"^[+-]?[1-9]\d{0,2}([,' \u00a0\u202f]\d{3})+(\.\d+)?$")
DECIMAL_COMMA = re.compile(r"^[+-]?\d*,\d+([eE][+-]?\d+)?$")
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_COUNTED = "(?:tok|tokens|seqs?|sequences|examples|samples|steps|iters?|epochs|gpus?)"
_SIGN = str.maketrans(
    {**dict.fromkeys("−﹣－", "-"), **dict.fromkeys("×✕⋅·∙", "x"), **dict.fromkeys("\u00a0\u202f\u2009", " ")}
)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_SUPERSCRIPT = re.compile(r"[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_LATEX = ((r"\times", "x"), (r"\cdot", "x"), (r"\pm", "±"), (r"\%", "%"), (r"\,", ""))
#: What emphasis and mathematics are set in.
_MARKUP = re.compile(r"[*_`$~≈]+(?=\S)|(?<=\S)[*_`$]+|[{}]")


def _power(mantissa: str, base: str, exponent: str) -> float:
    if base == "10" and "e" not in mantissa.lower() and float(exponent).is_integer():
        return float(f"{mantissa}e{int(float(exponent))}")  # the number that a file would write so
    return float(mantissa) * float(float(base) ** float(exponent))


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], float]], ...] = (
    (re.compile(rf"^({_NUMBER})$"), lambda m: float(m[1])),
    # 5x10^-4, 2**15, 10^(-3)
    (re.compile(rf"^(?:({_NUMBER})\s*[x*]\s*)?(10|2)\s*(?:\^|\*\*)\s*\(?\s*({_NUMBER})\s*\)?$"),
     lambda m: _power(m[1] or "1", m[2], m[3])),
    # 0.5M, 40 K, 1Mi tokens
    (re.compile(rf"^({_NUMBER})\s*([kmgb])(i?)(?:\s*{_COUNTED})?$", re.IGNORECASE),
     lambda m: float(m[1]) * (1024.0 if m[3] else 1000.0) ** {"k": 1, "m": 2, "g": 3, "b": 3}[m[2].lower()]),
    # 256x2048, 8 x 4 x 2
    (re.compile(rf"^{_NUMBER}(?:\s*[x*]\s*{_NUMBER})+$"), lambda m: prod(float(p) for p in re.split(r"[x*]", m[0]))),
    (re.compile(r"^(\d+)\s*/\s*(\d+)$"), lambda m: float(m[1]) / float(m[2])),
    (re.compile(rf"^({_NUMBER})\s*{_COUNTED}$", re.IGNORECASE),
     lambda m: float(m[1])),
)  # fmt: skip
_PERCENT = re.compile(r"\s*%$")
_ERROR = re.compile(r"^(?P<value>.+?)\s*(?:±|\+/-|\+-)\s*(?P<error>.+)$")
#: What a number may begin with, beside a digit; where a first word ends.
_STARTS, _WORD_ENDS = ("+", "-", ".", ",", "("), re.compile(r"[\s(,;!]")
#: A remark behind a number: 1e-3 (cosine), 0.5 <- best, 12 # rerun, 0.3*.
_REMARK = re.compile(r"^(?P<value>[+-]?[\d.,]\S*?)(?:\s*(?:\(|\[|<-|←|#|//|!)|\s+(?=[A-Za-z])|[*†‡]+$).*$", re.DOTALL)


@dataclass(frozen=True)
class Numbers:
    """A column as numbers.

    Attributes
    ----------
    numbers : ndarray
        Shape (n,); NaN where a cell is none.
    kind : ndarray of str
        "number", "empty", "diverged" or "text", cell by cell.
    errors : ndarray or None
        What stands behind a plus-minus sign, where any cell has one.
    percent : bool
        Whether cells are per cent.
    remarked : ndarray of int
        Cells with a remark behind their number, which was read all the same.
    """

    numbers: FloatArray
    kind: NDArray[np.str_]
    errors: FloatArray | None = None
    percent: bool = False
    remarked: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, dtype=np.intp))


@dataclass(frozen=True)
class _Cell:
    value: float
    kind: str
    error: float = np.nan
    percent: bool = False
    remarked: bool = False


_TEXT = _Cell(np.nan, "text")


def parse_numbers(column: pd.Series[Any], *, thousands_first: bool = False) -> tuple[FloatArray, NDArray[np.str_]]:
    """Values of a column and what each cell is; see `read_numbers`."""
    found = read_numbers(column, thousands_first=thousands_first)
    return found.numbers, found.kind


def read_numbers(column: pd.Series[Any], *, thousands_first: bool = False) -> Numbers:
    """A column as numbers, whatever they are written like.

    Parameters
    ----------
    column : Series
        Of numbers or text. Thousands separators are taken out, and a comma that can only be a decimal mark is one;
        per cent, plus-minus, powers, products, K and M, typographic signs and remarks are understood.
    thousands_first : bool, optional
        Settles the ambiguous ``1,024`` for counts.

    Returns
    -------
    Numbers
    """
    n = len(column)
    kind = np.full(n, "number", dtype="U8")
    if pd.api.types.is_bool_dtype(column.dtype):
        return Numbers(np.full(n, np.nan), np.full(n, "text", dtype="U8"))
    if pd.api.types.is_numeric_dtype(column.dtype):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        kind[np.isinf(values)] = "diverged"
        kind[np.isnan(values)] = "empty"
        return Numbers(values, kind)
    # cells that pandas cannot turn into numbers are few, or few kinds: each is looked at once
    text = column.astype("str").str.strip()
    values = pd.to_numeric(text, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan, copy=True)
    missing = column.isna().to_numpy()
    kind[missing] = "empty"
    odd = np.flatnonzero(~np.isfinite(values) & ~missing)
    if not len(odd):
        return Numbers(values, kind)
    codes, kinds = pd.factorize(text.iloc[odd])
    commas = any(DECIMAL_COMMA.match(t) and not THOUSANDS.match(t) for t in kinds)
    cells = [one_number(str(t), commas and not thousands_first) for t in kinds]
    values[odd] = np.array([cell.value for cell in cells])[codes]
    kind[odd] = np.array([cell.kind for cell in cells])[codes]
    errors = None
    if any(np.isfinite(cell.error) for cell in cells):
        errors = np.full(n, np.nan)
        errors[odd] = np.array([cell.error for cell in cells])[codes]
    remarked = odd[np.array([cell.remarked for cell in cells])[codes]]
    return Numbers(values, kind, errors, any(cell.percent for cell in cells), remarked)


def one_number(text: str, decimal_comma: bool = False) -> _Cell:
    """One cell of text as a number, a word for diverged or missing, or plain text."""
    low = text.lower()
    if low in MISSING_WORDS:
        return _Cell(np.nan, "empty")
    if low in DIVERGED_WORDS:
        return _Cell(np.inf if "inf" in low or "∞" in low else np.nan, "diverged")
    if len(text) > 200:
        return _TEXT
    tidy = _tidied(text)
    value = _plain_number(tidy, decimal_comma) if tidy[:1].isdigit() or tidy[:1] in _STARTS else None
    if value is not None:
        return _Cell(value, "number")
    if tidy != text and (tidy.lower() in MISSING_WORDS or tidy.lower() in DIVERGED_WORDS):
        return one_number(tidy, decimal_comma)
    if not (tidy[:1].isdigit() or tidy[:1] in _STARTS):
        return _worded(tidy, low)  # most texts are no numbers, and have no need to be held against every form
    percent = "%" in tidy
    if found := _ERROR.match(tidy):
        value, error = (
            _plain_number(_PERCENT.sub("", found[part]).strip("() "), decimal_comma) for part in ("value", "error")
        )
        if value is not None and error is not None:
            return _Cell(value, "number", abs(error), percent)
    if _PERCENT.search(tidy) and (value := _plain_number(_PERCENT.sub("", tidy), decimal_comma)) is not None:
        return _Cell(value, "number", percent=True)
    if (found := _REMARK.match(tidy)) and found["value"] != text:
        inner = one_number(found["value"].rstrip(",;"), decimal_comma)
        return _Cell(inner.value, "number", inner.error, inner.percent, True) if inner.kind == "number" else _TEXT
    return _worded(tidy, low)


def _worded(tidy: str, low: str) -> _Cell:
    """A word for diverged with more behind it, or plain text."""
    word = _WORD_ENDS.split(tidy.lower(), maxsplit=1)[0]
    return one_number(word) if word and word != low and word in DIVERGED_WORDS else _TEXT


def _tidied(text: str) -> str:
    """Typographic signs as plain ones, without emphasis."""
    text = text.translate(_SIGN)
    for latex, sign in _LATEX:
        text = text.replace(latex, sign)
    text = _SUPERSCRIPT.sub(lambda found: "^" + found[0].translate(_RAISED), text)
    if not text.isascii() or any(mark in text for mark in "*_`${~"):
        # two stars between numbers are a power, elsewhere they are emphasis
        text = re.sub(r"(?<=\d)\s*\*\*\s*(?=\(?[+-]?\d)", "^", text)
        text = re.sub(r"(?<=\d)\s*\*\s*(?=\d)", "x", text)
        text = _MARKUP.sub("", text)
    return text.strip()


def _plain_number(text: str, decimal_comma: bool) -> float | None:
    if decimal_comma and DECIMAL_COMMA.match(text):
        return float(text.replace(",", "."))
    if THOUSANDS.match(text):
        return float(re.sub(r"[,' \u00a0\u202f]", "", text))
    if DECIMAL_COMMA.match(text):
        return float(text.replace(",", "."))
    for pattern, value in _FORMS:
        if found := pattern.match(text):
            try:
                result = value(found)
            except (OverflowError, ZeroDivisionError):
                return None
            return result if np.isfinite(result) else None
    return None
