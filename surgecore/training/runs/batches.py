"""How batches that change did change: the path of every run, thinned, and its summary over seeds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

    from surgecore.training.runs.records import Record

Array = NDArray[np.float64]
#: What is kept of a step, beside its number.
COLUMNS = ("batch", "examples", "spread", "signal")
#: Ratio of neighbouring steps that are kept, where steps are many.
_RATIO = 1.15
#: What one row of the summary is about.
_PLACE = ["batch_size", "learning_rate", "step"]


def batches_file(plan: str) -> str:
    """Name of the file with `batch_paths` of a plan's runs."""
    return f"{plan}-batches.csv"


def thinned(path: Mapping[str, Array]) -> dict[str, Array]:
    """Some steps of a path, the same whatever its length, so that paths of other seeds can be laid beside it.

    Parameters
    ----------
    path : mapping of str to ndarray, shape (steps, seeds, rates)
        As `AdaptiveEngine.path`.

    Returns
    -------
    dict of str to ndarray
        "step", shape (kept, 1, 1), and `COLUMNS`, shape (kept, seeds, rates): "examples" were used until the step
        ended; NaN where the run had been stopped. Empty where batches stay.
    """
    if not path:
        return {}
    batch = path["batch"]
    count = len(batch)
    most = int(np.ceil(np.log(max(count, 2)) / np.log(_RATIO)))
    steps = np.unique(np.round(_RATIO ** np.arange(most + 1)).astype(np.int64))
    steps = steps[steps <= count]
    examples = np.where(np.isnan(batch), np.nan, np.nancumsum(batch, axis=0))
    whole = {"batch": batch, "examples": examples, "spread": path["spread"], "signal": path["signal"]}
    kept = {name: whole[name][steps - 1] for name in COLUMNS}
    return {"step": steps.astype(np.float64)[:, None, None], **kept}


def joined(parts: Iterable[Mapping[str, Array]], axis: int) -> dict[str, Array]:
    """Paths of a chunk that was run in parts, along its seeds (axis 0) or its rates (1)."""
    found = [part for part in parts if part]
    if not found:
        return {}
    longest = max((part["step"] for part in found), key=len)

    def filled(values: Array) -> Array:
        return np.pad(values, ((0, len(longest) - len(values)), (0, 0), (0, 0)), constant_values=np.nan)

    return {"step": longest} | {
        name: np.concatenate([filled(part[name]) for part in found], axis + 1) for name in COLUMNS
    }


def batch_paths(records: Iterable[Record]) -> pd.DataFrame:
    """Batches and noise along runs, summed up over seeds.

    Parameters
    ----------
    records : iterable of Record
        Of one sweep.

    Returns
    -------
    DataFrame
        One row for each batch size that runs start from, learning rate and kept step, at which two seeds or more
        were still running: "seeds", "batch" and "batch_error" (mean and its standard error) [examples], "examples"
        (mean, used until then), "noise_scale" and "noise_scale_error" [examples]: tr S / |G|^2, the ratio of means
        over seeds with a jackknife's error; NaN where the noise leaves no gradient to be seen. Empty where batches
        stay.

    References
    ----------
    McCandlish et al., arXiv 1812.06162, eq. 2.8 and appendix A.1 (|G|^2 without the noise's part).
    """
    import pandas as pd

    rows = pd.concat([pd.DataFrame(), *map(_runs, records)], ignore_index=True)
    if rows.empty:
        return rows
    groups = rows.groupby(_PLACE, sort=True)
    table = groups["batch"].agg(seeds="count", batch="mean", batch_error="sem")
    table["examples"] = groups["examples"].mean()
    sums = groups[["spread", "power"]].transform("sum")
    count = groups["spread"].transform("count")
    rows["without"] = _ratio(sums["spread"] - rows["spread"], sums["power"] - rows["power"])
    table["noise_scale"] = _ratio(groups["spread"].sum(), groups["power"].sum())
    centred = rows["without"] - rows.groupby(_PLACE)["without"].transform("mean")
    squares = centred.pow(2) * (count - 1) / count
    error = squares.groupby([rows[name] for name in _PLACE]).sum(min_count=2).pow(0.5)
    table["noise_scale_error"] = error.where(table["noise_scale"].notna())
    summary: pd.DataFrame = table[table["seeds"] > 1].reset_index()
    return summary


def _ratio(top: pd.Series, bottom: pd.Series) -> pd.Series:
    return (top / bottom).where(bottom > 0)


def _runs(record: Record) -> pd.DataFrame:
    """Kept steps of every run that was still running, one row each."""
    import pandas as pd

    path, chunk = record.path, record.chunk
    if not path:
        return pd.DataFrame()
    shape = path["batch"].shape
    columns = {"batch_size": np.full(shape, chunk.batch_size), "step": np.broadcast_to(path["step"], shape)}
    columns["learning_rate"] = np.broadcast_to(np.array(chunk.rates), shape)
    columns |= {name: path[name] for name in COLUMNS}
    columns["power"] = path["signal"] - path["spread"] / path["batch"]
    rows = pd.DataFrame({name: np.ravel(values) for name, values in columns.items()})
    running: pd.DataFrame = rows[np.isfinite(rows["batch"]) & np.isfinite(rows["power"])]
    return running
