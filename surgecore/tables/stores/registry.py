"""Which tracker a path is from, and the way from a store to a table."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, replace
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
    finds : callable
        What a folder holds of it; false where that is nothing.
    tree : callable
        Reads a folder that holds something of it.
    brings : frozenset of str
        Keys of trackers whose files it writes itself, about the same runs.
    """

    key: str
    holds: Callable[[Path], bool]
    file: Callable[[Path], Contents] | None
    finds: Callable[[Tree], object]
    tree: Callable[[Tree], Contents]
    brings: frozenset[str] = frozenset()


def _no_file(path: Path) -> bool:
    return False


def _databases(tree: Tree, holds: Callable[[Path], bool]) -> list[Path]:
    paths = [path for end in (".db", ".sqlite", ".sqlite3") for path in tree.matching(end=end)]
    return [path for path in paths[:_MOST_DATABASES] if holds(path)]


def _studies(tree: Tree) -> list[Path]:
    found = _databases(tree, optuna.is_database)
    return found or [path for path in tree.matching(end=".log") if optuna.is_journal(path)]


def _optuna(tree: Tree) -> Contents:
    found = _studies(tree)
    if len(found) > 1:
        raise refused(ProblemCode.STORE_SEVERAL, names=", ".join(path.name for path in found[:5]))
    return _optuna_file(found[0])


def _mlflow(tree: Tree) -> Contents:
    if mlflow.run_folders(tree):
        return mlflow.read_tree(tree)
    return mlflow.read_database(_databases(tree, mlflow.is_database)[0])


def _optuna_file(path: Path) -> Contents:
    return optuna.read_journal(path) if optuna.is_journal(path) else optuna.read_database(path)


#: Every store that is understood, in the order in which a folder is asked: a tracker that writes another's files too
#: stands before it.
STORES: tuple[Store, ...] = (
    Store("wandb", wandb.is_log, lambda path: wandb.read_logs([path]),
          wandb.files, lambda tree: wandb.read_logs(wandb.files(tree))),
    Store("ray", _no_file, None,
          ray_tune.trial_folders, ray_tune.read_tree, frozenset({"tensorboard", "tree"})),
    Store("mlflow", mlflow.is_database, mlflow.read_database,
          lambda tree: mlflow.run_folders(tree) or _databases(tree, mlflow.is_database), _mlflow),
    Store("optuna", lambda path: optuna.is_journal(path) or optuna.is_database(path), _optuna_file,
          _studies, _optuna),
    Store("trackio", trackio.is_database, lambda path: trackio.read_databases([path]),
          lambda tree: _databases(tree, trackio.is_database),
          lambda tree: trackio.read_databases(_databases(tree, trackio.is_database))),
    Store("trainer", _no_file, None,
          trainer.run_folders, trainer.read_tree, frozenset({"tensorboard", "tree"})),
    Store("tensorboard", _no_file, None,
          lambda tree: tree.matching(part=tensorboard.PART), tensorboard.read_tree),
    Store("hydra", _no_file, None,
          plain.hydra_folders, plain.read_hydra, frozenset({"tree"})),
    Store("tree", _no_file, None,
          plain.run_folders, plain.read_tree),
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
    for place, store in enumerate(stores):
        try:
            if tree is not None and store.finds(tree):
                others = [other for other in stores[place + 1 :] if other.key not in store.brings]
                return replace(store.tree(tree), beside=tuple(other.key for other in others if other.finds(tree)))
            if tree is None and store.file is not None and store.holds(path):
                return store.file(path)
        except SweepError:
            raise
        except _DAMAGE as error:
            raise refused(ProblemCode.STORE_DAMAGED, name=path.name, store=store.key) from error
    raise refused(ProblemCode.STORE_NOT_ONE if tree is None else ProblemCode.STORE_NONE)
