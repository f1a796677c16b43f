"""Where the examples come from: files on this machine and packages, nothing from a network."""

from __future__ import annotations

import gzip
import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from surgecore.training.workloads.problems import PlanCode, PlanProblem, wrong

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from surgecore.training.workloads.larger import GPT
    from surgecore.training.workloads.workloads import CharTransformer

FASHION_VARIABLE = "SURGE_FASHION_MNIST"
FASHION_FILES = ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz")
#: Source of ten modules of Python 3.11.7, the same for every Python that runs this.
_TEXT = Path(__file__).parent / "python.txt.gz"
#: Source of 117 of its modules, 3 MB.
_LIBRARY = Path(__file__).parent / "library.txt.gz"


class MissingDataError(FileNotFoundError):
    """Data that are not on this machine.

    Attributes
    ----------
    problem : PlanProblem
        What is missing, and how to get it; its sentence is the error's text.
    """

    def __init__(self, problem: PlanProblem) -> None:
        self.problem = problem
        super().__init__(problem)

    def __str__(self) -> str:
        return str(self.problem)


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
    MissingDataError
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
    wanted = {"images": FASHION_FILES[0], "labels": FASHION_FILES[1], "variable": FASHION_VARIABLE}
    if named is None or not missing:
        raise MissingDataError(wrong(PlanCode.NO_FASHION, **wanted))
    absent = {"first": missing[0], "last": missing[-1]}
    raise MissingDataError(wrong(PlanCode.NO_FASHION_IN, folder=named, count=len(missing), **absent, **wanted))


def load_digits() -> tuple[Tensor, Tensor]:
    """scikit-learn's digits: inputs / 16 with each pixel's mean removed, float32, and labels."""
    pixels, labels = _digits()
    x = pixels / 16
    return torch.tensor(x - x.mean(axis=0), dtype=torch.float32), torch.tensor(labels, dtype=torch.int64)


def _digits() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Pixels and labels out of scikit-learn's file: to import it takes a process half as long as to import torch."""
    package = find_spec("sklearn")
    file = Path(package.origin).parent / "datasets" / "data" / "digits.csv.gz" if package and package.origin else None
    if file is None or not file.exists():
        from sklearn.datasets import load_digits as load

        return load(return_X_y=True)  # type: ignore[no-any-return]
    table = np.loadtxt(file, delimiter=",")
    return table[:, :-1], table[:, -1].astype(np.int64)


def load_fashion() -> tuple[Tensor, Tensor]:
    """Training images of Fashion-MNIST, normalised, shape (60000, 1, 28, 28), and labels.

    Raises
    ------
    MissingDataError
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
