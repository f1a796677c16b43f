"""How the time of every pattern that files are searched with grows with the text: about twice for twice the text.

``python benchmarks/pattern_bench.py`` searches texts built to make a pattern go back and forth, of one part repeated n
and 2n times, and prints the ratio of the two times where it is worst. Patterns that are only used on short cells and
names are in `SHORT`; any other that grows faster than `MOST` ends it with status 1.
"""

from __future__ import annotations

import importlib
import itertools
import pkgutil
import re
import sys
import time

import surgecore.tables

#: By module and name: used on at most some 200 characters.
SHORT = {("cells", name) for name in ("_MARKUP", "_FORMS", "_PERCENT", "_ERROR", "_REMARK")} | {
    ("shapes", "_LOG"),
    ("shapes", "_MATRIX_NAME"),
    ("plain", "_PAIR"),
}
PARTS = [
    "a", "1", " ", "-", "_", "[", "(", "{", "=", ".", ",", ":", "|", '"', "`", "*", "\\", "%", "\n", "a=", "_a", ":-",
    "- ", " |", "[a", "\\\\[", "\\cline(", "\\cline{1-2}", "\\rowcolor{", "\\multicolumn{1}{", "\\textbf{", "lr[",
    "log_",
]  # fmt: skip
HEADS, TAILS = ("", "a", "a=", "1"), ("", "~", "]")
SIZE, REPEATS, MOST = 8000, 3, 3.0
#: Times below this say nothing [s].
NOISE = 1e-3


def patterns() -> dict[tuple[str, str], list[re.Pattern[str]]]:
    """All compiled patterns of the room, also those inside tuples."""
    found: dict[tuple[str, str], list[re.Pattern[str]]] = {}
    for info in pkgutil.walk_packages(surgecore.tables.__path__, "surgecore.tables."):
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            flat = value if isinstance(value, tuple) else (value,)
            inner = itertools.chain.from_iterable(each if isinstance(each, tuple) else (each,) for each in flat)
            if kept := [each for each in inner if isinstance(each, re.Pattern)]:
                found[info.name.rpartition(".")[2], name] = kept
    return found


def seconds(pattern: re.Pattern[str], text: str) -> float:
    best = float("inf")
    for _ in range(REPEATS):
        start = time.perf_counter()
        pattern.sub("", text)
        best = min(best, time.perf_counter() - start)
    return best


def growth(pattern: re.Pattern[str]) -> tuple[float, str]:
    """The worst ratio, and the text that shows it."""
    worst = 0.0, ""
    for head, part, tail in itertools.product(HEADS, PARTS, TAILS):
        n = SIZE // len(part)
        long = seconds(pattern, head + 2 * n * part + tail)
        if long > NOISE:
            ratio = long / seconds(pattern, head + n * part + tail)
            worst = max(worst, (ratio, f"{head!r} + n * {part!r} + {tail!r}"))
    return worst


def main() -> int:
    failed = 0
    for (module, name), found in patterns().items():
        if (module, name) in SHORT:
            continue
        for pattern in found:
            ratio, text = growth(pattern)
            if ratio:
                print(f"{module}.{name:16}{ratio:6.1f}  {text}", flush=True)
            failed += ratio > MOST
    print(f"{failed} patterns grow faster than {MOST:g} times")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
