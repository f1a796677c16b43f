"""Does the verdict hold what it says? Simulated sweeps of known truth, one kind of sweep per row.

Each row is a valley, a grid of learning rates, a number of runs, a noise and a true path of the optimum. A column says
how often the tool was wrong: falls that are not there, falls denied, 95 % intervals that miss. A last part judges a few
seeds of the bundled sweeps against all of them. Exits with 1 where a row falls short. What is found is added to a file,
and a later call goes on from there, unless the verdict's code has changed. From the repository:

    python benchmarks/calibration.py [--sweeps 400] [--rows WORD ...] [--processes 2] [--prices] [--bundled]
        [--write]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import pairwise, zip_longest
from pathlib import Path

import numpy as np
from scipy.stats import beta, binom
from simulated_sweeps import CENTRE, KINDS, SIZES

from surgecore import Sweep, load_catalogue, surge_verdict
from surgecore.sweeps.excess import excess

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "method.md"
STORE = ROOT / "benchmarks" / "calibration.jsonl"
#: What the verdict depends on: results of other code are not mixed with these. Prices depend on `excess` as well.
CODE = (
    "aligned", "cells", "errors", "evidence", "fall", "kinks", "paths", "pooled", "scatter", "shared", "smooth",
    "taming", "valley", "valleys", "verdict",
)  # fmt: skip
#: From so many sweeps on, the shares must hold as they are; with fewer they must not miss by more than chance.
LONG = 400
_BLOCK = 20
SUBSETS = "subset of"
PRICES = "prices of "


@cache
def digest(*more: str) -> str:
    """Of the code that a verdict depends on, of more of it, and of the simulated sweeps."""
    files = [ROOT / "surgecore" / "sweeps" / f"{name}.py" for name in (*CODE, *more)]
    files.append(Path(__file__).with_name("simulated_sweeps.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


# --- one sweep, against its truth ----------------------------------------------------------------------


def one(name: str, index: int) -> Counter:
    """What the tool says of one simulated sweep."""
    kind = KINDS[name]
    rng = np.random.default_rng([index, len(name), sum(map(ord, name))])
    sweep = kind.sweep(rng)
    verdict = surge_verdict(sweep, seed=index)
    count = Counter({verdict.decision: 1, "n": 1, f"kind {verdict.kind}": 1})
    if verdict.interval is not None:
        low, high = verdict.interval
        count["fall n"] += 1
        count["fall in"] += low - 1e-9 <= kind.drop <= high + 1e-9
        # up to the batch size to which it speaks
        path = kind.truth(SIZES)[(verdict.reach or SIZES[-1]) >= SIZES]
        count["denied"] += verdict.decision == "no_fall" and drop(path) >= max(0.25, high + 1e-9)
    count.update(_intervals(name, sweep))
    return count


def priced(row: str, index: int) -> Counter:
    """How many intervals of what half and twice the rate cost hold the truth, of one simulated sweep."""
    name = row.removeprefix(PRICES)
    kind, rng, count = KINDS[name], np.random.default_rng([index, len(name), sum(map(ord, name))]), Counter({"n": 1})
    valleys = kind.sweep(rng).valleys
    known = [point.batch_size for point in valleys.points.points if point.stderr is not None]
    for b, here in zip(SIZES.tolist(), kind.truth(SIZES).tolist(), strict=True):
        if b in known:
            _, lows, highs = excess(valleys, b, np.exp(CENTRE + here) * np.array([0.5, 2.0]))
            for price, least, most in zip(kind.prices, lows, highs, strict=True):
                if np.isfinite(most):
                    count["price n"] += 1
                    count["price in"] += least <= price <= most
    return count


def price_rows() -> list[str]:
    """Kinds with a price at half and twice the rate, and several runs per cell, which tell its error."""
    finite = [name for name, kind in KINDS.items() if not kind.items and np.isfinite(kind.valley(np.log(2.0)))]
    return [f"{PRICES}{name}" for name in finite if KINDS[name].runs not in ("1", "1 seed")]


def drop(path) -> float:
    return float(np.max(np.maximum.accumulate(path) - path)) / np.log(2.0)


def _intervals(name: str, sweep: Sweep) -> Counter:
    """How many intervals of optima hold the truth."""
    kind, valleys, count = KINDS[name], sweep.valleys, Counter()
    path = dict(zip(SIZES.tolist(), kind.truth(SIZES).tolist(), strict=True))
    known = {point.batch_size for point in valleys.points.points if point.stderr is not None}
    for b, (low, high) in zip(valleys.batch_sizes.tolist(), valleys.intervals, strict=True):
        if b in known:
            count["optima n"] += 1
            count["optima in"] += low <= CENTRE + path[b] + kind.offset <= high
    return count


# --- a few seeds of a bundled sweep, against all of them -------------------------------------------------


def subset_rows() -> list[str]:
    entries = [e.name for e in load_catalogue(ROOT / "data") if e.load().n_seeds >= 64]
    return [f"{seeds} of the seeds, {SUBSETS} {name}" for seeds in (1, 2, 3, 4) for name in entries]


@cache
def whole(name: str) -> tuple[Sweep, str]:
    """A bundled sweep and what all its seeds say."""
    (entry,) = [e for e in load_catalogue(ROOT / "data") if e.name == name]
    sweep = entry.load()
    return sweep, surge_verdict(sweep).decision


def subset(row: str, index: int) -> Counter:
    """Verdict of a few seeds; counted by what all of them say."""
    sweep, decision = whole(row.split()[-1])
    seeds = int(row.split()[0])
    chosen = np.random.default_rng([index, seeds]).choice(sweep.trials["seed"].unique(), seeds, replace=False)
    few = Sweep(sweep.name, sweep.trials[sweep.trials["seed"].isin(chosen)].reset_index(drop=True))
    return Counter({f"{decision}: {surge_verdict(few).decision}": 1, "n": 1})


# --- many, kept in a file --------------------------------------------------------------------------------


def block(task: tuple[str, int, int]) -> Counter:
    """One row's sweeps from one number to another."""
    row, first, last = task
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        judge = subset if SUBSETS in row else priced if row.startswith(PRICES) else one
        each = (judge(row, i) for i in range(first, last))
        total = sum(each, Counter())
    return Counter({key: int(n) for key, n in total.items()})


def code_of(row: str) -> str:
    """Digest of the code behind a row."""
    return digest("excess") if row.startswith(PRICES) else digest()


def stored(store: Path) -> dict[str, Counter]:
    """What is known of each row by the present code."""
    found: dict[str, Counter] = defaultdict(Counter)
    if store.exists():
        for line in map(json.loads, store.read_text().splitlines()):
            if line["code"] == code_of(line["row"]):
                found[line["row"]].update(line["counts"])
    return found


def fill(rows: list[str], sweeps: int, processes: int, store: Path) -> dict[str, Counter]:
    """All rows to so many sweeps, a block of each in turn, so that a stopped run has as many of each."""
    found = stored(store)
    left = {row: [*range(found[row]["n"], sweeps, _BLOCK), sweeps] for row in rows if found[row]["n"] < sweeps}
    spans = {row: list(pairwise(firsts)) for row, firsts in left.items()}
    tasks = [
        (row, *pair) for some in zip_longest(*spans.values()) for row, pair in zip(spans, some, strict=True) if pair
    ]
    with store.open("a") as file:
        for task, counts in zip(tasks, _each(tasks, processes), strict=True):
            found[task[0]].update(counts)
            file.write(json.dumps({"code": code_of(task[0]), "row": task[0], "counts": counts}) + "\n")
            file.flush()
    return {row: found[row] for row in rows}


def _each(tasks: list[tuple[str, int, int]], processes: int) -> Iterator[Counter]:
    if processes == 1:
        yield from map(block, tasks)
        return
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(block, tasks)


# --- tables ----------------------------------------------------------------------------------------------


def upper(count: int, n: int) -> float:
    """95 % upper limit of a binomial share."""
    return 1.0 if count >= n else float(beta.ppf(0.95, count + 1, n - count))


def too_many(count: int, n: int) -> bool:
    """Whether a share is over 5 %, or may be over 7 %; in a short run only where chance does not explain it."""
    if n >= LONG:
        return count > 0.05 * n or upper(count, n) > 0.07
    return count > binom.ppf(0.975, n, 0.05)


def short(row: str, count: Counter) -> list[str]:
    """Where a row falls short of what is promised."""
    kind, n, wrong = KINDS[row], count["n"], []
    if kind.drop == 0 and too_many(count["fall"], n):
        wrong.append("false falls")
    if too_many(count["denied"], n):
        wrong.append("falls denied")
    if kind.earlier and n >= LONG and count["fall"] / n < 0.95 * kind.earlier:
        wrong.append("power")
    for what in ("optima", "fall", "price"):
        m = count[f"{what} n"]
        # the optima of a sweep share their errors: a sweep counts as two
        independent = m if what == "fall" else min(m, 2 * n)
        if m >= 50 and _narrow(count[f"{what} in"] / m, independent, n):
            wrong.append(f"{what} interval")
    return wrong


def _narrow(share: float, independent: int, sweeps: int) -> bool:
    if sweeps >= LONG:
        return share < 0.92
    return bool(binom.cdf(round(share * independent), independent, 0.92) < 0.025)


SHARES = {
    "falls": ("fall", "n"), "does not fall": ("no_fall", "n"), "denied": ("denied", "n"),
    "optima": ("optima in", "optima n"), "fall": ("fall in", "fall n"), "price": ("price in", "price n"),
}  # fmt: skip


def with_prices(found: dict[str, Counter]) -> dict[str, Counter]:
    """Rows of the table: of each kind what its verdicts and its prices say."""
    of_prices = {row.removeprefix(PRICES): count for row, count in found.items() if row.startswith(PRICES)}
    rows = {row: count.copy() for row, count in found.items() if row in KINDS}
    for row, count in of_prices.items():
        rows.setdefault(row, Counter({"n": count["n"]})).update({k: n for k, n in count.items() if k != "n"})
    return rows


def table(found: dict[str, Counter]) -> tuple[list[str], int]:
    """Lines of Markdown, a row per kind, and the number of rows that fall short."""
    lines, failed = [], 0
    for title, null in (("No fall is true", True), ("A fall is true", False)):
        rows = [row for row in found if found[row]["n"] and (KINDS[row].drop == 0) == null]
        if not rows:
            continue
        columns = [name for name in SHARES if name != ("denied" if null else "does not fall")]
        ends = [] if null else ["earlier test"]
        lines.append(f"| {title} | sweeps | {' | '.join([*columns, *ends])} | short of |")
        lines.append("|---|" + "--:|" * (1 + len(columns) + len(ends)) + "---|")
        for row in rows:
            count, wrong = found[row], short(row, found[row])
            failed += bool(wrong)
            shares = [percent(count[key], count[of]) for key, of in (SHARES[name] for name in columns)]
            earlier = KINDS[row].earlier
            shares += [] if null else ["-" if earlier is None else f"{100 * earlier:.0f} %"]
            lines.append(f"| {row.removesuffix(', constant')} | {count['n']} | {' | '.join(shares)} | {_said(wrong)} |")
        total = sum((found[row] for row in rows), Counter())
        shares = [percent(total[key], total[of]) for key, of in (SHARES[name] for name in columns)]
        lines += [f"| all | {total['n']} | {' | '.join(shares + ['-'] * len(ends))} | |", ""]
    return lines, failed


def percent(count: int, of: int) -> str:
    return f"{100 * count / of:.1f} %" if of else "-"


def _said(wrong: list[str]) -> str:
    return ", ".join(wrong) or "-"


def subset_table(found: dict[str, Counter]) -> tuple[list[str], int]:
    """The same for subsets of bundled sweeps, a row per number of seeds."""
    lines = [
        "| Seeds taken | all seeds: no fall | of these a fall | all seeds: a fall | found by the few | short of |",
        "|--:|--:|--:|--:|--:|---|",
    ]
    failed = 0
    for seeds in (1, 2, 3, 4):
        count = sum((c for row, c in found.items() if row.startswith(f"{seeds} ")), Counter())
        few = {what: sum(n for key, n in count.items() if key.startswith(f"{what}:")) for what in ("no_fall", "fall")}
        if not few["no_fall"]:
            continue
        false, true = count["no_fall: fall"], count["fall: fall"]
        wrong = too_many(false, few["no_fall"])
        failed += wrong
        shares = f"{false} ({percent(false, few['no_fall'])}) | {few['fall']} | {true} ({percent(true, few['fall'])})"
        lines.append(f"| {seeds} | {few['no_fall']} | {shares} | {_said(['false falls'] if wrong else [])} |")
    return [*lines, ""], failed


def write(lines: list[str], heading: str) -> None:
    """Put a table under its heading in the method's page, in place of the one there."""
    before, rest = PAGE.read_text().split(f"### {heading}\n")
    after = rest[rest.index("\n#") :]
    PAGE.write_text(f"{before}### {heading}\n\n" + "\n".join(lines).rstrip() + f"\n{after}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sweeps", type=int, default=LONG, help="simulated sweeps per row")
    parser.add_argument("--rows", nargs="+", default=[""], help="rows whose name has one of these in it")
    parser.add_argument("--bundled", action="store_true", help="a few seeds of the bundled sweeps, a 20th as often")
    parser.add_argument("--prices", action="store_true", help="what half and twice the rate cost, and nothing else")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--store", type=Path, default=STORE, help="file to go on from and add to")
    parser.add_argument("--known", action="store_true", help="only what is in the file, nothing new")
    parser.add_argument("--write", action="store_true", help="put the table into docs/method.md")
    options = parser.parse_args()
    rows = subset_rows() if options.bundled else price_rows() if options.prices else [*KINDS, *price_rows()]
    rows = [row for row in rows if any(word in row for word in options.rows)]
    sweeps = 0 if options.known else max(options.sweeps // 20, 1) if options.bundled else options.sweeps
    found = fill(rows, sweeps, options.processes, options.store)
    lines, failed = subset_table(found) if options.bundled else table(with_prices(found))
    print("\n".join(lines))
    if options.write:
        write(lines, "A few seeds of the bundled sweeps" if options.bundled else "Simulated sweeps")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
