"""The bundled sweeps: a manifest with their provenance, and the check that the data are those."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from os import PathLike
from pathlib import Path
from typing import Any

import pandas as pd

from surgecore.sweeps.sweep import Sweep


@dataclass(frozen=True)
class Entry:
    """One bundled sweep and where it comes from.

    Attributes
    ----------
    name, title : str
        Key in URLs, and name on screen.
    file, sha256, card : str
        Data file, its SHA-256 in hexadecimal, and data card, beside the manifest.
    workload, optimizer, protocol : str
        Keys of what was trained, and how: "digits-mlp", "adam", "checkpoint".
    settings : mapping
        Options of the workload.
    state : str
        Of the optimizer at the start: "cold", "warm" or "limit".
    checkpoint : int
        Number of the common checkpoint, from 1; 0 where there is none.
    horizon : str
        After what trials are compared: "steps", "steps_from_start", "examples_from_start", "steps_after_loss" or
        "steps_to_loss".
    amount : int or None
        How many steps or examples that is.
    loss : float
        Loss of the checkpoint or target; 0 for initial parameters.
    steps : int or None
        Training steps of every trial, where they all have the same number.
    grid, seeds : str or other
        Batch sizes and learning rates; seeds.
    device, versions, date, precision, wall_seconds
        Provenance of the run.
    shows, does_not_show : str
        What one may and may not conclude from it.
    folder : Path
        Where the files are.
    batches : mapping
        Where batches change during a run, "file" and "sha256" of the table of how they did; else empty.
    """

    name: str
    title: str
    file: str
    sha256: str
    card: str
    workload: str
    optimizer: str
    protocol: str
    settings: Mapping[str, Any]
    state: str
    checkpoint: int
    horizon: str
    amount: int | None
    loss: float
    steps: int | None
    grid: Any
    seeds: Any
    device: str
    versions: Mapping[str, str]
    date: str
    precision: str
    wall_seconds: float
    shows: str
    does_not_show: str
    folder: Path
    batches: Mapping[str, str] = field(default_factory=dict)

    def load(self) -> Sweep:
        """Read the sweep.

        Raises
        ------
        ValueError
            If the file is not the one that the manifest describes.
        OSError
            If it cannot be read.
        """
        return Sweep.from_csv(self._checked(self.file, self.sha256), name=self.title)

    def batch_paths(self) -> pd.DataFrame | None:
        """How batches changed during the runs, columns as of the training's `batch_paths`; None where they stay.

        Raises
        ------
        ValueError, OSError
            As of `load`.
        """
        if not self.batches:
            return None
        data = self._checked(self.batches["file"], self.batches["sha256"])
        return pd.read_csv(io.BytesIO(gzip.decompress(data)))

    def _checked(self, file: str, sha256: str) -> bytes:
        data = (self.folder / file).read_bytes()
        found = hashlib.sha256(data).hexdigest()
        if found != sha256:
            raise ValueError(f"{file} must have sha256 {sha256} as in the manifest, but got {found}")
        return data

    def read_card(self) -> str:
        """Text of the data card (Markdown)."""
        return (self.folder / self.card).read_text(encoding="utf-8")


def load_catalogue(folder: str | PathLike[str]) -> tuple[Entry, ...]:
    """The sweeps that a folder's manifest.json describes.

    Parameters
    ----------
    folder : path
        With manifest.json, data files and cards.

    Returns
    -------
    tuple of Entry
        In the order of the manifest.

    Raises
    ------
    ValueError
        Naming every entry's missing or unknown keys.
    OSError
        If there is no manifest.
    """
    base = Path(folder)
    entries = json.loads((base / "manifest.json").read_text(encoding="utf-8"))["sweeps"]
    keys = {f.name for f in fields(Entry)} - {"folder"}
    optional = {"batches"}
    wrong = []
    for position, entry in enumerate(entries):
        label = entry.get("name", f"number {position + 1}")
        wrong += [f"{label}: {key} missing" for key in sorted(keys - optional - entry.keys())]
        wrong += [f"{label}: {key} unknown" for key in sorted(entry.keys() - keys)]
    if wrong:
        raise ValueError("manifest.json must describe each sweep by its keys, but got:\n" + "\n".join(wrong))
    return tuple(Entry(**entry, folder=base) for entry in entries)
