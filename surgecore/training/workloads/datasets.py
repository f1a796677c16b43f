"""Where the examples come from: files on this machine and packages, nothing from a network."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:
    from surgecore.training.workloads.larger import GPT
    from surgecore.training.workloads.workloads import CharTransformer

FASHION_VARIABLE = "SURGE_FASHION_MNIST"
FASHION_FILES = ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz")
#: Source of ten modules of Python 3.11.7, the same for every Python that runs this.
_TEXT = Path(__file__).parent / "python.txt.gz"
#: Source of 117 of its modules, 3 MB.
_LIBRARY = Path(__file__).parent / "library.txt.gz"


def fashion_folder() -> Path:
    """Folder with the training images and labels of Fashion-MNIST.

    Returns
    -------
    Path
        What the variable SURGE_FASHION_MNIST names; without it the first with both files of that of Debian's package,
        ``~/.cache/fashion-mnist`` and, in the working folder, ``data/FashionMNIST/raw``, where torchvision puts them
        if its root is ``data``.

    Raises
    ------
    FileNotFoundError
        With how to get them, and what is missing in the folder named.
    """
    named = os.environ.get(FASHION_VARIABLE)
    usual = [
        Path("/usr/share/datasets/fashion-mnist"),
        Path.home() / ".cache/fashion-mnist",
        Path("data/FashionMNIST/raw"),
    ]
    for folder in [Path(named)] if named else usual:
        if all((folder / file).exists() for file in FASHION_FILES):
            return folder
    missing = [file for file in FASHION_FILES if named and not (Path(named) / file).exists()]
    where = f": {named} has no {' and no '.join(missing)}" if missing else ""
    raise FileNotFoundError(
        f"Fashion-MNIST was not found{where}. On Debian and Ubuntu: apt install dataset-fashion-mnist. Elsewhere put "
        f"{' and '.join(FASHION_FILES)} from github.com/zalandoresearch/fashion-mnist into a folder and set "
        f"{FASHION_VARIABLE} to it."
    )


def load_digits() -> tuple[Tensor, Tensor]:
    """scikit-learn's digits: inputs / 16 with each pixel's mean removed, float32, and labels."""
    from sklearn.datasets import load_digits as load

    bunch = load()
    x = bunch.data / 16
    return torch.tensor(x - x.mean(axis=0), dtype=torch.float32), torch.tensor(bunch.target, dtype=torch.int64)


def load_fashion() -> tuple[Tensor, Tensor]:
    """Training images of Fashion-MNIST, normalised, shape (60000, 1, 28, 28), and labels.

    Raises
    ------
    FileNotFoundError
        With how to get them.
    """
    folder = fashion_folder()
    with gzip.open(folder / "train-images-idx3-ubyte.gz") as file:
        pixels = np.frombuffer(file.read(), dtype=np.uint8, offset=16).reshape(-1, 1, 28, 28)
    with gzip.open(folder / "train-labels-idx1-ubyte.gz") as file:
        labels = np.frombuffer(file.read(), dtype=np.uint8, offset=8)
    x = (pixels.astype(np.float32) / 255 - 0.286) / 0.353  # mean and standard deviation of all pixels
    return torch.from_numpy(x), torch.from_numpy(labels.astype(np.int64))


def load_text(workload: CharTransformer) -> tuple[Tensor, Tensor]:
    """Sequences of characters, evenly spaced through the text, and the characters that follow each.

    Printable ASCII is numbered from its space, everything else is the last of the vocabulary.
    """
    return _sequences(_TEXT, workload)


def load_library(workload: GPT) -> tuple[Tensor, Tensor]:
    """As `load_text`, of the larger text."""
    return _sequences(_LIBRARY, workload)


def _sequences(file: Path, workload: CharTransformer | GPT) -> tuple[Tensor, Tensor]:
    text = np.frombuffer(gzip.decompress(file.read_bytes()), dtype=np.uint8).astype(np.int64) - 32
    text[(text < 0) | (text > 94)] = workload.vocabulary - 1
    last = len(text) - workload.context - 1
    starts = np.linspace(0, last, workload.sequences).astype(np.int64)
    window = text[starts[:, None] + np.arange(workload.context + 1)]
    return torch.from_numpy(window[:, :-1].copy()), torch.from_numpy(window[:, 1:].copy())
