"""Tables that are not one row per run: matrices, one column per seed, logarithms. Each becomes rows of runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from math import e as euler
from typing import Any

import numpy as np
import pandas as pd

from surgecore.tables.cells import one_number, parse_numbers
from surgecore.tables.metric import OPEN, in_vocabulary, metric_of
from surgecore.tables.names import ALIASES, last_name, plain_name
from surgecore.tables.problems import Notice, NoticeCode, notice

Lines = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
_LOG = re.compile(
    r"^(?P<minus>-|minus_|neg_)?(?P<base>log10|log_10|lg|log2|log_2|ln|log)[_ (]+(?P<of>[a-z_ ]+?)\)?$"
    r"|^(?P<of_>[a-z_ ]+?)[_ (]+(?P<base_>log10|log_10|lg|log2|log_2|ln|log)\)?$"
)
_BASES = {"log10": (10.0,), "log_10": (10.0,), "lg": (10.0,), "log2": (2.0,), "log_2": (2.0,), "ln": (euler,)}
_SEED_WORDS = "|".join(word[::-1] for word in ("seed", "run", "rep", "repeat", "replicate", "trial", "s", "r"))
#: The end of a name, from its last letter backwards: forwards, every place in it could be where the end begins.
_SEED = re.compile(rf"[)\]]?(?P<n>\d{{1,4}})[ _\-=#:]*(?P<word>{_SEED_WORDS})?[ _\-./(\[]*", re.IGNORECASE)
_MATRIX_NAME = re.compile(r"^(?P<name>[a-z_ ]*?)\s*[=:]?\s*(?P<number>[\d.,]+(?:[eEkKmM^x*\d.+-]*))$", re.IGNORECASE)
#: Most cells that a table may have once it is one row per run.
_MOST_CELLS = 20_000_000
#: Longest name of a column that is looked at as a logarithm or as a number.
_LONGEST_NAME = 200


def tidy(frame: pd.DataFrame, lines: Lines) -> tuple[pd.DataFrame, Lines, list[Notice]]:
    """A table as one row per run, and what was done to it.

    Parameters
    ----------
    frame : DataFrame
        As read.
    lines : ndarray
        Line of each row, shape (n_rows,).

    Returns
    -------
    frame, lines : DataFrame, ndarray
        Of one row per run; the same objects where nothing had to be done.
    notices : list of Notice
    """
    notices: list[Notice] = []
    steps: tuple[Callable[..., tuple[pd.DataFrame, Lines] | None], ...] = (_matrix, _wide_seeds, _powers)
    for step in steps:
        done = step(frame, lines, notices)
        if done is not None:
            frame, lines = done
    return frame, lines, notices


def base_columns(name: str) -> tuple[str, ...]:
    """Columns that stand for a logarithm whose base is open, in the order of their bases."""
    return f"10^({name})", f"e^({name})"


def _role(text: str) -> str:
    plain = plain_name(text)
    return next((role for role in ("batch_size", "learning_rate") if plain in ALIASES[role]), "")


# --- logarithms ----------------------------------------------------------------------------------------------


def _powers(frame: pd.DataFrame, lines: Lines, notices: list[Notice]) -> tuple[pd.DataFrame, Lines] | None:
    """Columns such as log10_lr get the column they are the logarithm of beside them."""
    known = {_role(str(name)) or _role(last_name(name)) for name in frame.columns}
    made: dict[str, pd.Series[float]] = {}
    for name in frame.columns:
        text = re.sub(r"^(config|params?|hparams?)[/._ ]+", "", str(name).strip().lower())
        found = _LOG.match(text) if len(text) <= _LONGEST_NAME else None
        role = _role(found["of"] or found["of_"]) if found else ""
        if not found or not role or role in known:
            continue
        values, _ = parse_numbers(frame[name])
        values = -values if found["minus"] else values
        bases = _BASES.get(found["base"] or found["base_"], (10.0, euler))
        labels = (role,) if len(bases) == 1 else base_columns(str(name))
        for base, label in zip(bases, labels, strict=True):
            with np.errstate(over="ignore"):
                powers = base**values
            made[label] = pd.Series([float(f"{power:.3g}") for power in powers], index=frame.index)
        if len(bases) == 1:
            notices.append(notice(NoticeCode.POWERS, role=role, column=str(name), base=f"{bases[0]:.4g}"))
    return (frame.assign(**made), lines) if made else None


# --- one column per seed ---------------------------------------------------------------------------------------


def _wide_seeds(frame: pd.DataFrame, lines: Lines, notices: list[Notice]) -> tuple[pd.DataFrame, Lines] | None:
    """Columns such as val_loss_seed0, val_loss_seed1 become rows."""
    if "seed" in {plain_name(name) for name in frame.columns}:
        return None
    groups: dict[str, dict[str, str]] = {}
    worded: dict[str, bool] = {}
    for name in frame.columns:
        found = _seed_of(str(name).strip())
        if not found or in_vocabulary(str(name)) or plain_name(name) in OPEN:
            continue
        stem, word, number = found
        if (metric_of(stem).kind or plain_name(stem) in OPEN) or (not stem and word in ("seed", "run")):
            groups.setdefault(stem, {})[str(number)] = str(name)
            worded[stem] = worded.get(stem, True) and word not in ("", "s", "r")
    groups = {stem: seeds for stem, seeds in groups.items() if len(seeds) > 1 and (worded[stem] or _counted(seeds))}
    if not groups:
        return None
    seeds = list(dict.fromkeys(seed for found in groups.values() for seed in found))
    wide = {name for found in groups.values() for name in found.values()}
    rest = frame[[name for name in frame.columns if name not in wide]]
    if len(frame) * len(seeds) * (rest.shape[1] + 2) > _MOST_CELLS:
        return None
    pieces = []
    for seed in seeds:
        metrics = {stem or "value": frame[found[seed]] for stem, found in groups.items() if seed in found}
        pieces.append(rest.assign(**metrics, seed=int(seed)))
    long = pd.concat(pieces, ignore_index=True)
    order = np.argsort(np.tile(np.arange(len(frame)), len(seeds)), kind="stable")
    first = next(iter(groups.values()))
    notices.append(notice(NoticeCode.WIDE_SEEDS, columns=tuple(first.values()), count=len(seeds)))
    return long.iloc[order].reset_index(drop=True), np.repeat(lines, len(seeds))


def _seed_of(name: str) -> tuple[str, str, int] | None:
    """What stands before the seed at the end of a name, the word for it, "" for none, and its number."""
    backwards = name[::-1]
    found = _SEED.match(backwards)
    if not found:
        return None
    stem = backwards[found.end() :][::-1].strip(" _-./")
    return stem, (found["word"] or "")[::-1].lower(), int(found["n"][::-1])


def _counted(seeds: dict[str, str]) -> bool:
    numbers = sorted(map(int, seeds))
    return numbers[0] in (0, 1) and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


# --- matrices ------------------------------------------------------------------------------------------------


def _matrix(frame: pd.DataFrame, lines: Lines, notices: list[Notice]) -> tuple[pd.DataFrame, Lines] | None:
    """Batch sizes across and learning rates down, or the other way round."""
    across: dict[str, float] = {}
    names: set[str] = set()
    for name in frame.columns:
        text = str(name).strip()
        found = _MATRIX_NAME.match(text) if len(text) <= _LONGEST_NAME else None
        value = one_number(found["number"]).value if found else np.nan
        if found and np.isfinite(value) and value > 0 and (not found["name"] or _role(found["name"])):
            across[str(name)] = value
            names.add(_role(found["name"]) if found["name"] else "")
    rest = [str(name) for name in frame.columns if str(name) not in across]
    if len(across) < 2 or len(rest) == 0 or len(across) < len(rest):
        return None
    roles = {name: _corner(name) for name in rest}
    if any(metric_of(name).kind for name in rest if roles[name] == ""):
        return None
    down = next((name for name in rest if roles[name]), rest[0])
    role = roles[down] or _by_values(frame[down], list(across.values()))
    named = next(iter(names)) if len(names) == 1 else ""
    if named:
        role = {"batch_size": "learning_rate", "learning_rate": "batch_size"}[named]
    if not role or len(frame) * len(across) * 4 > _MOST_CELLS:
        return None
    other = "batch_size" if role == "learning_rate" else "learning_rate"
    numbers, _ = parse_numbers(frame[down])
    if np.isfinite(numbers).sum() < 2:
        return None
    metric = next((name for name in re.split(r"[\\/|,;]", down) if metric_of(name).kind), "value")
    kept = frame[[name for name in rest if name != down]]
    pieces = []
    for name, value in across.items():
        columns: dict[str, Any] = {role: frame[down], metric.strip(): _as_text(frame[name]), other: value}
        pieces.append(kept.assign(**columns))
    long = pd.concat(pieces, ignore_index=True)
    written = ~long[metric.strip()].isna().to_numpy()
    notices.append(notice(NoticeCode.MATRIX, down=role, across=other))
    return long[written].reset_index(drop=True), np.tile(lines, len(across))[written]


def _as_text(column: pd.Series[float]) -> pd.Series[str]:
    return column.astype("str").where(~column.isna())


def _corner(name: str) -> str:
    """Role of the corner of a matrix: the first that it names is the one down."""
    if role := _role(name):
        return role
    parts = [part for part in re.split(r"[\\/|,;↓→]| vs\.? | by | x ", name) if part.strip()]
    return next((role for part in parts if (role := _role(part))), "")


def _by_values(column: pd.Series[float], across: Sequence[float]) -> str:
    """What is down, where no name says so: batch sizes are whole and rates are small."""
    down, _ = parse_numbers(column)
    down = down[np.isfinite(down)]
    whole = all(value >= 1 and value == round(value) for value in across)
    if whole and len(down) and (down < 1).all():
        return "learning_rate"
    if len(down) and (down >= 1).all() and (down == np.round(down)).all() and max(across) < 1:
        return "batch_size"
    return ""
