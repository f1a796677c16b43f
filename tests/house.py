"""The house, measured: rooms, who imports whom, circles, long functions and files, documentation, strings.

``python tests/house.py`` prints it. `test_layers.py` and `test_house.py` hold the house to its rules.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
NOT_PHRASES = Path(__file__).with_name("not_phrases.txt")
APP_ROOMS = {path.stem for path in (ROOT / "app").iterdir() if not path.name.startswith(("_", "."))}
#: Modules of `surgecore` with a command line: they speak, as pages do.
DOORS = {
    "surgecore.cli", "surgecore.training.cli", "surgecore.training.data", "surgecore.training.gpu_day",
    "surgecore.measuring.command",
    "surgecore.measuring.experiment",
}  # fmt: skip


@cache
def tree_of(path: Path) -> ast.Module:
    """A file, parsed once for all that look into it."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def sources() -> dict[str, Path]:
    """Module names of the project's Python files; those of the app without "app."."""
    out = {}
    for top in ("surgecore", "app"):
        for path in sorted((ROOT / top).rglob("*.py")):
            if "node_modules" in path.parts:
                continue
            parts = path.relative_to(ROOT / top if top == "app" else ROOT).with_suffix("").parts
            out[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return out


def room(module: str) -> str:
    """`surgecore.sweeps` of `surgecore.sweeps.verdict`; `app.figures` of `figures.axes`."""
    parts = module.split(".")
    if parts[0] != "surgecore":
        return f"app.{parts[0]}"
    deep = 3 if parts[1:2] == ["training"] and len(parts) > 3 else 2
    return ".".join(parts[:deep])


def imports(path: Path, known: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Modules of the project that a file imports, and whether for annotations only."""
    known = set(known)
    tree = tree_of(path)
    checking = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            below = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in known else node.module for name in below]
        for name in dict.fromkeys(names):
            if name in known or name.split(".")[0] in ("surgecore", *APP_ROOMS):
                yield name, id(node) in checking


@cache
def arrows() -> dict[str, set[str]]:
    """Imports between modules, those for annotations left out."""
    known = sources()
    return {
        module: {name for name, only in imports(path, known) if not only} - {module} for module, path in known.items()
    }


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Strongly connected groups of more than one node (Tarjan)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in graph.get(node, ()):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            group = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(group) > 1:
                found.append(sorted(group))

    for node in graph:
        if node not in index:
            visit(node)
    return found


def between_rooms(graph: dict[str, set[str]]) -> dict[str, set[str]]:
    """The same between rooms."""
    out: dict[str, set[str]] = {}
    for module, others in graph.items():
        out.setdefault(room(module), set()).update(room(other) for other in others)
    return {name: others - {name} for name, others in out.items()}


def functions() -> list[tuple[int, str]]:
    """Length in lines, docstring included, and place of every function."""
    out = []
    for path in sources().values():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                out.append((length, f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"))
    return sorted(out, reverse=True)


def long_files(most: int = 400) -> list[tuple[int, str]]:
    """Files above so many lines that give no reason ("Long because ...") in their docstring."""
    out = []
    for path in sources().values():
        text = path.read_text(encoding="utf-8")
        head = ast.get_docstring(tree_of(path)) or ""
        if (lines := text.count("\n")) > most and "long because" not in " ".join(head.lower().split()):
            out.append((lines, str(path.relative_to(ROOT))))
    return sorted(out, reverse=True)


def namesakes() -> dict[str, list[str]]:
    """Classes of the project that have one name and are not one."""
    found: dict[str, list[str]] = {}
    for module, path in sources().items():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found.setdefault(node.name, []).append(module)
    return {name: modules for name, modules in found.items() if len(modules) > 1}


def undocumented() -> tuple[list[str], int]:
    """Public names of `surgecore` without a docstring, methods included, and how many names there are."""
    import surgecore

    missing, count = [], 0
    for name in surgecore.__all__:
        thing = getattr(surgecore, name)
        if not callable(thing) and not isinstance(thing, type):
            continue
        members = {name: thing}
        if isinstance(thing, type):
            own = vars(thing).items()
            members |= {
                f"{name}.{key}": value
                for key, value in own
                if not key.startswith("_") and (callable(value) or isinstance(value, property | classmethod))
            }
        count += len(members)
        missing += [key for key, value in members.items() if not getattr(value, "__doc__", None)]
    return missing, count


# --- strings that a person reads --------------------------------------------------------------------------

_WORDS = re.compile(r"[^\W\d_]{2,},? [^\W\d_]{2,}")
_ONE = re.compile(r"[A-Z][a-z]+[ .:]?$")
#: A word with a space beside it, between values.
_PART = re.compile(r"^[^\W\d_]{2,} |^ [^\W\d_]{2,}[ .,:;]?$|: [^\W\d_]{2,}$")
#: Whole texts of another language than English: code, addresses, styles.
_CODE = re.compile(r"^\s*(<style|import |from \w+ import |# |@|pip install|https?:|SELECT |FROM |PRAGMA |\.[\w-]+ \{)")
#: Tags and attributes, whole or cut by a value; the words between them count.
_MARKUP = re.compile(r"[\w-]+='[^']*'?|</?\w+[^>]*>?")


@cache
def not_phrases() -> frozenset[str]:
    """Texts that only look like words for a person: `not_phrases.txt` has them with the reason."""
    lines = NOT_PHRASES.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith(("#", "[")))


def strings(path: Path) -> list[tuple[int, str]]:
    """String literals of a file that read like words for a person: line and text.

    Docstrings, messages of exceptions (they are for programmers), asserts, annotations and `not_phrases` do not count.
    In the app a single capitalised word counts too, and there and in `words` one that stands between values.
    """
    tree = tree_of(path)
    skipped = {id(inner) for outer in ast.walk(tree) if _silent(outer) for inner in ast.walk(outer)}
    app = path.is_relative_to(ROOT / "app")
    speaks = app or path.is_relative_to(ROOT / "surgecore" / "words")
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    out = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            if node.value in not_phrases():
                continue
            text = _MARKUP.sub(" ", node.value)
            part = speaks and id(node) in parts and _PART.search(text)
            if not _CODE.match(text) and (_WORDS.search(text) or (app and _ONE.match(text)) or part):
                out.append((node.lineno, text))
    return out


def _silent(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Subscript):
        return "Literal" in ast.dump(node.value)
    return isinstance(node, ast.Raise | ast.Assert)


def strings_outside() -> dict[str, list[tuple[int, str]]]:
    """Such strings of each file, those that have any."""
    found = {str(path.relative_to(ROOT)): strings(path) for path in sources().values()}
    return {name: texts for name, texts in found.items() if texts}


def examples() -> dict[str, int]:
    """Runnable examples in the docstrings of the public names, those of methods included."""
    import doctest

    import surgecore

    finder = doctest.DocTestFinder(exclude_empty=True)
    found = {}
    for name in surgecore.__all__:
        thing = getattr(surgecore, name)
        tests = finder.find(thing, name, module=False, globs={}) if callable(thing) else []
        found[name] = sum(len(test.examples) for test in tests)
    return found


def main() -> None:
    graph = arrows()
    rooms = between_rooms(graph)
    lengths = functions()
    missing, names = undocumented()
    print(f"{len(sources())} files in {len(rooms)} rooms; {sum(map(len, rooms.values()))} arrows between rooms")
    for name, others in sorted(rooms.items()):
        print(f"  {name} -> {', '.join(sorted(others)) or 'nothing'}")
    print(f"circles of files: {circles(graph) or 0}")
    print(f"{len(lengths)} functions, median {median(length for length, _ in lengths):g} lines; the longest:")
    print("\n".join(f"  {length:3d} {place}" for length, place in lengths[:20]))
    print(f"above 60 lines: {sum(length > 60 for length, _ in lengths)}")
    print(f"files above 400 lines without a reason: {long_files() or 0}")
    print(f"public names documented: {names - len(missing)} of {names} {missing or ''}")
    print(f"public names with a runnable example: {', '.join(name for name, count in examples().items() if count)}")
    print(f"strings outside of the phrase file: {strings_outside() or 0}")


if __name__ == "__main__":
    main()
