"""One batch size in several layouts: does the metric depend on micro-batches, accumulation and devices?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from surgecore.tables.metric import Metric
from surgecore.tables.names import ColumnMapping, batch_parts
from surgecore.tables.problems import Notice, NoticeCode, notice


@dataclass(frozen=True)
class Layouts:
    """Runs with the same batch size in another layout (micro-batch, accumulation, devices), compared.

    Attributes
    ----------
    cells : int
        Cells that were run in two layouts.
    difference : float
        Mean difference of the metric between the two commonest layouts.
    error : float
        Half of its 95 % interval (Student t over the cells).
    """

    cells: int
    difference: float
    error: float

    @property
    def same(self) -> bool:
        """Whether the difference is within its error."""
        return abs(self.difference) <= self.error


def layouts_told(
    frame: pd.DataFrame, trials: pd.DataFrame, bad: NDArray[np.bool_], metric: Metric, mapping: ColumnMapping
) -> list[Notice]:
    """Whether runs with the same batch size in another layout have the same metric, where that was tried."""
    parts = batch_parts([str(name) for name in frame.columns])
    names = [name for name, part in parts.items() if part in ("local", "batch", "accumulation", "devices", "nodes")]
    names = [name for name in names if len(frame[name].unique()) > 1]
    if not names or (not mapping.batch_factors and names == [mapping.batch_size]):
        return []
    layout = pd.Series(list(zip(*(frame[name].astype("str").fillna("") for name in names), strict=True)))
    found = compare_layouts(trials[~bad], layout[~bad])
    if found is None:
        return []
    code = NoticeCode.SAME_LAYOUT if found.same else NoticeCode.OTHER_LAYOUT
    shown = metric.shown(found.difference)
    return [
        notice(
            code,
            columns=tuple(names),
            cells=found.cells,
            difference=float(f"{shown:.2g}"),
            error=float(f"{found.error:.2g}"),
        )
    ]


def compare_layouts(trials: pd.DataFrame, layout: pd.Series[Any]) -> Layouts | None:
    """Losses of runs with equal batch size and learning rate but another layout.

    Parameters
    ----------
    trials : DataFrame
        With batch_size, learning_rate, loss and status.
    layout : Series
        Of the same rows: what the batch size is made of.

    Returns
    -------
    Layouts or None
        None where no cell was run in two layouts.
    """
    table = trials.assign(layout=pd.factorize(layout)[0])
    table = table[(table["status"] == "complete") & np.isfinite(table["loss"])]
    means = table.pivot_table(index=["batch_size", "learning_rate"], columns="layout", values="loss")
    if means.shape[1] < 2:
        return None
    pairs = [
        (int(both.sum()), a, b)
        for i, a in enumerate(means.columns[:20])
        for b in means.columns[i + 1 : 20]
        if (both := means[a].notna() & means[b].notna()).any()
    ]
    if not pairs:
        return None
    # the most cells; ties are broken by the order of the columns
    n, a, b = max(pairs, key=lambda pair: pair[0])
    gaps = (means[a] - means[b]).dropna().to_numpy(dtype=np.float64)
    error = float(stdtrit(n - 1, 0.975) * gaps.std(ddof=1) / np.sqrt(n)) if n > 1 else float("inf")
    return Layouts(n, float(gaps.mean()), error)
