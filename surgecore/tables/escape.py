"""Text in exported tables that a spreadsheet would run as a formula is written so that it does not."""

from __future__ import annotations

import pandas as pd

from surgecore.tables.cells import DIVERGED_WORDS, MISSING_WORDS

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def unformulated(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame in which no text is a spreadsheet's formula: such cells and names begin with an apostrophe.

    Parameters
    ----------
    frame : DataFrame
        Anything that is to be a CSV. Numbers are left alone, also those in columns of text.

    Returns
    -------
    DataFrame
        The caller's own where nothing was to be done.

    References
    ----------
    OWASP, CSV injection.
    """
    changed = {}
    for name in frame.columns:
        column = frame[name]
        if column.dtype.kind in "iufbM":
            continue
        text = column.astype("str")
        bold = text.str.startswith(_FORMULA).fillna(False).to_numpy(dtype=bool)
        if bold.any():
            words = text.str.strip().str.lower().isin(DIVERGED_WORDS | MISSING_WORDS).to_numpy(dtype=bool)
            bold = bold & pd.to_numeric(text, errors="coerce").isna().to_numpy() & ~words
        if bold.any():
            cells = column.astype(object).copy()
            cells[bold] = "'" + text[bold]
            changed[name] = cells
    result = frame.assign(**changed) if changed else frame
    names = {name: f"'{name}" for name in frame.columns if str(name).startswith(_FORMULA)}
    return result.rename(columns=names) if names else result
