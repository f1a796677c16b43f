"""The results of one chunk as whole arrays: in the journal, between processes and in the final table."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from zlib import compress, decompress

import numpy as np
from numpy.typing import NDArray

from surgecore.training.runs.batches import joined

if TYPE_CHECKING:
    import pandas as pd

    from surgecore.training.plans.plan import Chunk

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Record:
    """One finished chunk.

    Attributes
    ----------
    chunk : Chunk
        What was to be run.
    outputs : mapping
        For every output its columns by name, arrays of shape (seeds, rates): "loss", "steps", "reached" (1 or 0)
        and others.
    seconds : float
        What it took.
    notes : tuple of str
        What could not be done as planned: "graph", "compile" (see `Engine.fallbacks`), "halved" (out of memory, so
        that seeds or rates were run in parts).
    path : mapping
        Where batches change, what `surgecore.training.runs.batches.thinned` keeps of it; else empty.
    """

    chunk: Chunk
    outputs: Mapping[str, Mapping[str, Array]]
    seconds: float = 0.0
    notes: tuple[str, ...] = field(default=())
    path: Mapping[str, Array] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """JSON-ready; arrays in full precision."""
        packed = {
            key: {name: _pack(values) for name, values in columns.items()} for key, columns in self.outputs.items()
        }
        chunk = self.chunk
        path = {name: [list(values.shape), _pack(values)] for name, values in self.path.items()}
        return {
            "chunk": chunk.key, "stage": chunk.stage, "batch_size": chunk.batch_size, "seeds": list(chunk.seeds),
            "rates": list(chunk.rates), "seconds": round(self.seconds, 3), "notes": list(self.notes), "outputs": packed,
            **({"path": path} if path else {}),
        }  # fmt: skip

    @classmethod
    def from_json(cls, table: Mapping[str, Any]) -> Record:
        """What `to_json` gave."""
        from surgecore.training.plans.plan import Chunk

        chunk = Chunk(table["stage"], table["batch_size"], tuple(table["seeds"]), tuple(table["rates"]))
        shape = (len(chunk.seeds), len(chunk.rates))
        outputs = {
            key: {name: _unpack(text, shape) for name, text in columns.items()}
            for key, columns in table["outputs"].items()
        }
        path = {name: _unpack(text, shape) for name, (shape, text) in table.get("path", {}).items()}
        return cls(chunk, outputs, table["seconds"], tuple(table["notes"]), path)

    def losses(self, key: str) -> Array:
        """Losses of one output, NaN where a run diverged or never came to the point of measurement."""
        columns = self.outputs[key]
        loss = np.where(np.isfinite(columns["loss"]), columns["loss"], np.nan)
        return np.where(columns["reached"] > 0, loss, np.nan)


def merged(chunk: Chunk, parts: Sequence[Record], axis: int) -> Record:
    """One record of a chunk that was run in parts, along its seeds (axis 0) or its rates (1)."""
    first = parts[0]
    outputs = {
        key: {name: np.concatenate([part.outputs[key][name] for part in parts], axis) for name in columns}
        for key, columns in first.outputs.items()
    }
    notes = sorted({"halved", *(note for part in parts for note in part.notes)})
    path = joined((part.path for part in parts), axis)
    return replace(
        first, chunk=chunk, outputs=outputs, seconds=sum(p.seconds for p in parts), notes=tuple(notes), path=path
    )


def frame(records: Iterable[Record], key: str) -> pd.DataFrame:
    """Trials of one output, one row each, in an order that does not depend on which chunk was done first.

    Numbers have seven significant digits, as many as single precision carries.
    """
    import pandas as pd

    parts = []
    for record in records:
        chunk, columns = record.chunk, record.outputs[key]
        n_seeds, n_rates = len(chunk.seeds), len(chunk.rates)
        reached = columns["reached"].ravel() > 0
        finite = np.isfinite(columns["loss"]).ravel()
        part = {
            "batch_size": np.full(n_seeds * n_rates, chunk.batch_size),
            "learning_rate": np.tile(np.array(chunk.rates), n_seeds),
            "loss": _rounded(columns["loss"]),
            "seed": np.repeat(np.array(chunk.seeds), n_rates),
            "steps": _rounded(columns["steps"]),
            "status": np.where(~reached, "incomplete", np.where(finite, "complete", "infeasible")),
        }
        part |= {name: _rounded(columns[name]) for name in columns if name not in ("loss", "steps", "reached")}
        parts.append(pd.DataFrame(part))
    table = pd.concat(parts, ignore_index=True)
    cell = ["batch_size", "learning_rate", "seed"]
    return table.drop_duplicates(cell).sort_values(cell, ignore_index=True)


def _rounded(values: Array) -> Array:
    flat = np.where(np.isfinite(values), values, np.nan).ravel()
    distinct, where = np.unique(flat, return_inverse=True)
    return np.array([float(f"{value:.7g}") for value in distinct.tolist()])[where]


def _pack(values: Array) -> str:
    return b64encode(compress(np.ascontiguousarray(values, dtype="<f8").tobytes())).decode()


def _unpack(text: str, shape: Sequence[int]) -> Array:
    return np.frombuffer(decompress(b64decode(text)), dtype="<f8").reshape(shape)
