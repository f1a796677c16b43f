"""Folders and files of a store, read within limits: text, JSON, YAML (safe), CSV."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from surgecore.tables.problems import ProblemCode, refused

_DIGITS = re.compile(r"([0-9]+)")
#: Most files of a store, deepest folder, largest file of text and of settings [bytes].
MAX_FILES = 1_000_000
MAX_DEPTH = 16
MAX_TEXT = 200 * 2**20
MAX_SETTINGS = 2**20


class Tree:
    """All folders below a root, links left out, walked once.

    Attributes
    ----------
    root : Path
        Where it begins.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def folders(self) -> dict[Path, frozenset[str]]:
        """Names of the files in each folder, by path; sorted by path, with numbers in their order."""
        found: dict[Path, frozenset[str]] = {}
        count, deep = 0, str(self.root).count(os.sep)
        for folder, below, names in os.walk(self.root):
            path = Path(folder)
            below[:] = [name for name in below if not os.path.islink(os.path.join(folder, name))]
            if folder.count(os.sep) - deep >= MAX_DEPTH:
                below.clear()
            count += len(names)
            if count > MAX_FILES:
                raise refused(ProblemCode.STORE_TOO_MANY_FILES, limit=MAX_FILES)
            found[path] = frozenset(names)
        return dict(sorted(found.items(), key=lambda item: _natural(item[0])))

    def holding(self, name: str) -> list[Path]:
        """Folders that hold a file of this name."""
        return [folder for folder, names in self.folders.items() if name in names]

    def matching(self, *, start: str = "", end: str = "", part: str = "") -> list[Path]:
        """Files by the start, the end and a part of their name, none of them links."""
        return [
            folder / name
            for folder, names in self.folders.items()
            for name in sorted(names)
            if name.startswith(start) and name.endswith(end) and part in name and not (folder / name).is_symlink()
        ]

    def label(self, folder: Path) -> str:
        """Path below the root; the root's own name for itself."""
        below = folder.relative_to(self.root).as_posix()
        return self.root.name if below == "." else below


def _natural(path: Path) -> list[tuple[int, int, str]]:
    """Sort key in which run 2 comes before run 10."""
    parts = _DIGITS.split(str(path).replace(os.sep, "\0"))
    return [(0, int(part[:300]), "") if part.isascii() and part.isdigit() else (1, 0, part) for part in parts]


def read_text(path: Path, limit: int = MAX_TEXT) -> str:
    """Text of a file in UTF-8, broken letters replaced; refused beyond a size [bytes] and for a link."""
    return read_data(path, limit).decode("utf-8-sig", errors="replace")


def read_data(path: Path, limit: int = MAX_TEXT) -> bytes:
    """Bytes of a file; refused beyond a size and for a link."""
    if path.is_symlink():
        raise refused(ProblemCode.STORE_LINK, name=path.name)
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise refused(ProblemCode.STORE_FILE_TOO_LARGE, name=path.name, limit=limit // 2**20)
    return data


@cache
def _yaml() -> Callable[[str], Any]:
    """PyYAML's safe loader; an unknown tag such as ``!!python/object`` is read as the plain value behind it.

    Imported where it is needed: a machine that only trains has none.
    """
    import yaml

    # ten times as fast, where PyYAML was built with it
    fast: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    Plain: Any = type("Plain", (fast,), {})

    def untagged(loader: yaml.SafeLoader, _: str, node: yaml.Node) -> Any:  # noqa: ANN401 - whatever the file holds
        if isinstance(node, yaml.MappingNode):
            return loader.construct_mapping(node, deep=True)
        if isinstance(node, yaml.SequenceNode):
            return loader.construct_sequence(node, deep=True)
        return loader.construct_scalar(node)  # type: ignore[arg-type] # the third kind of node

    def load(text: str) -> Any:  # noqa: ANN401 - whatever the file holds
        try:
            return yaml.load(text, Plain)
        except yaml.YAMLError as error:
            raise ValueError("text must be YAML") from error

    Plain.add_multi_constructor("", untagged)
    return load


def read_settings(path: Path) -> Mapping[Any, Any]:
    """A JSON or YAML object of settings; refused where it is none."""
    text = read_text(path, MAX_SETTINGS)
    try:
        value = json.loads(text) if path.suffix == ".json" else _yaml()(text)
    except (ValueError, RecursionError) as error:
        kind = "JSON" if path.suffix == ".json" else "YAML"
        raise refused(ProblemCode.STORE_BAD_FILE, name=path.name, kind=kind) from error
    if not isinstance(value, Mapping):
        raise refused(ProblemCode.STORE_NO_SETTINGS, name=path.name)
    return value


def read_json_lines(path: Path) -> Iterator[Mapping[str, Any]]:
    """Objects of a file with one a line; a last line that was cut off is left out."""
    for line in read_text(path).splitlines():
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            yield value


def read_csv_rows(path: Path) -> Iterator[Mapping[str, str]]:
    """Rows of a CSV by its header; cells beyond the header are left out."""
    reader = csv.reader(io.StringIO(read_text(path)))
    try:
        header = next(reader, [])
        for row in reader:
            yield dict(zip(header, row, strict=False))
    except csv.Error as error:
        raise refused(ProblemCode.STORE_BAD_FILE, name=path.name, kind="CSV") from error
