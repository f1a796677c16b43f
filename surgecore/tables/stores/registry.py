"""Which tracker a path is from, and the way from a store to a table."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from surgecore.tables.problems import ProblemCode, SweepError, refused
from surgecore.tables.stores import mlflow, optuna, plain, ray_tune, tensorboard, trackio, trainer, wandb
from surgecore.tables.stores.files import Tree
from surgecore.tables.stores.runs import Contents

#: Most databases that are looked at in one folder.
_MOST_DATABASES = 200
#: What a reader stumbles over where a store is not built as its tracker builds it.
_DAMAGE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, struct.error)


@dataclass(frozen=True)
class Store:
    """A tracker whose store can be read.

    Attributes
    ----------
    key : str
        Its name in options, and in phrases after ``store-``.
    file : callable or None
        Reads a single file of it, after `holds` said yes; None where it has no file that holds several runs.
    holds : callable
        Whether a file is one of it.
    tree : callable
        Reads a folder; None where the folder holds nothing of it.
    """

    key: str
    holds: Callable[[Path], bool]
    file: Callable[[Path], Contents] | None
    tree: Callable[[Tree], Contents | None]


def _no_file(path: Path) -> bool:
    return False


def _databases(tree: Tree, holds: Callable[[Path], bool]) -> list[Path]:
    paths = [path for end in (".db", ".sqlite", ".sqlite3") for path in tree.matching(end=end)]
    return [path for path in paths[:_MOST_DATABASES] if holds(path)]


def _optuna(tree: Tree) -> Contents | None:
    found = _databases(tree, optuna.is_database)
    journals = [] if found else [path for path in tree.matching(end=".log") if optuna.is_journal(path)]
    if len(found) + len(journals) > 1:
        names = ", ".join(path.name for path in [*found, *journals][:5])
        raise refused(ProblemCode.STORE_SEVERAL, names=names)
    return optuna.read_database(found[0]) if found else optuna.read_journal(journals[0]) if journals else None


def _mlflow(tree: Tree) -> Contents | None:
    if mlflow.run_folders(tree):
        return mlflow.read_tree(tree)
    found = _databases(tree, mlflow.is_database)
    return mlflow.read_database(found[0]) if found else None


def _trackio(tree: Tree) -> Contents | None:
    found = _databases(tree, trackio.is_database)
    return trackio.read_databases(found) if found else None


def _optuna_file(path: Path) -> Contents:
    return optuna.read_journal(path) if optuna.is_journal(path) else optuna.read_database(path)


#: Every store that is understood, in the order in which a folder is asked: a tracker that writes another's files too
#: stands before it.
STORES: tuple[Store, ...] = (
    Store("wandb", wandb.is_log, lambda path: wandb.read_logs([path]),
          lambda tree: wandb.read_logs(found) if (found := wandb.files(tree)) else None),
    Store("ray", _no_file, None,
          lambda tree: ray_tune.read_tree(tree) if ray_tune.trial_folders(tree) else None),
    Store("mlflow", mlflow.is_database, mlflow.read_database, _mlflow),
    Store("optuna", lambda path: optuna.is_journal(path) or optuna.is_database(path), _optuna_file, _optuna),
    Store("trackio", trackio.is_database, lambda path: trackio.read_databases([path]), _trackio),
    Store("trainer", _no_file, None,
          lambda tree: trainer.read_tree(tree) if trainer.run_folders(tree) else None),
    Store("tensorboard", _no_file, None,
          lambda tree: tensorboard.read_tree(tree) if tree.matching(part=tensorboard.PART) else None),
    Store("hydra", _no_file, None,
          lambda tree: plain.read_hydra(tree) if plain.hydra_folders(tree) else None),
    Store("tree", _no_file, None,
          lambda tree: plain.read_tree(tree) if plain.run_folders(tree) else None),
)  # fmt: skip


def store_file(path: Path) -> Store | None:
    """The tracker that a single file is the store of; None for a table or anything else."""
    return next((store for store in STORES if store.file is not None and store.holds(path)), None)


def read_store(path: Path, kind: str | None = None) -> Contents:
    """Read a tracker's store.

    Parameters
    ----------
    path : Path
        A folder, or a file of which `store_file` knows the tracker.
    kind : str, optional
        Key of the tracker, where a folder holds stores of several; the first that is found by default.

    Returns
    -------
    Contents

    Raises
    ------
    SweepError
        If it is no store that is known, or one that is damaged or too large.
    OSError
        If it cannot be opened.
    """
    stores = [store for store in STORES if kind is None or store.key == kind]
    if not stores:
        raise ValueError(f"kind must be one of {', '.join(store.key for store in STORES)}, but got {kind!r}")
    tree = Tree(path) if path.is_dir() else None
    for store in stores:
        try:
            if tree is not None:
                found = store.tree(tree)
            else:
                found = store.file(path) if store.file is not None and store.holds(path) else None
        except SweepError:
            raise
        except _DAMAGE as error:
            raise refused(ProblemCode.STORE_DAMAGED, name=path.name, store=store.key) from error
        if found is not None:
            return found
    raise refused(ProblemCode.STORE_NOT_ONE if tree is None else ProblemCode.STORE_NONE)
