"""Cells of a file as they were read, before their meaning is guessed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from surgecore.tables.problems import Notice, Problem

Lines = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True)
class RawTable:
    """Cells as read: numbers where a whole column is numeric, text elsewhere; `lines` as an editor counts.

    In `uneven` are the rows with more or fewer cells than the header.
    """

    frame: pd.DataFrame
    lines: Lines
    layout: str
    uneven: tuple[Problem, ...] = ()
    notices: tuple[Notice, ...] = ()


def unique_names(names: list[str]) -> list[str]:
    """Names of columns, each once: what is empty gets its number, what is there already a suffix."""
    seen: dict[str, int] = {}
    result = []
    for index, name in enumerate(names):
        base = unique = name.strip().strip("\ufeff") or f"column {index + 1}"
        while unique in seen:
            seen[base] += 1
            unique = f"{base}.{seen[base]}"
        seen[unique] = 0
        result.append(unique)
    return result
