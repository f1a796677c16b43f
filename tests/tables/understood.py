"""What is understood, from the code: ``python tests/tables/understood.py`` writes it into docs/own-sweep.md."""

from __future__ import annotations

import re
from pathlib import Path

from test_batch import FIXTURES

from surgecore.tables.batch import PARTS
from surgecore.tables.cells import DIVERGED_WORDS, MISSING_WORDS
from surgecore.tables.guesses import COUNTS
from surgecore.tables.metric import KINDS, OPEN, STD, STDERR
from surgecore.tables.models import MODEL, SETTINGS
from surgecore.tables.names import ALIASES, CURVES, STATUS_WORDS
from surgecore.tables.stores.registry import STORES
from surgecore.words import say

PAGE = Path(__file__).parents[2] / "docs" / "own-sweep.md"
START, END = "<!-- understood: written by tests/tables/understood.py -->", "<!-- end of understood -->"
PART_WORDS = {
    "total": "batch of a step", "tokens": "the same, in tokens", "local": "one device's batch",
    "batch": "batch, of a step or of a device", "accumulation": "accumulation", "devices": "devices",
    "nodes": "nodes", "per_node": "devices of a node", "parallel": "devices that share a model",
    "length": "sequence length", "rollouts": "answers to a prompt",
}  # fmt: skip
MORE = (
    ("along a curve", CURVES), ("standard deviation", STD), ("standard error", STDERR), ("runs behind a mean", COUNTS),
    ("models in one table", MODEL), ("settings beside the rate", SETTINGS), ("diverged", DIVERGED_WORDS),
    ("missing", MISSING_WORDS - {""}), ("states", STATUS_WORDS),
)  # fmt: skip
FRAMEWORKS = (
    "HF", "DeepSpeed", "axolotl", "LLaMA-Factory", "Lightning", "Megatron", "torchtitan", "nanochat", "OLMo",
    "Composer", "verl", "kohya",
)  # fmt: skip
GOALS = {"minimise": "small", "maximise": "large", "drop": "large"}
FORMS = (
    ("numbers", "`5×10⁻⁴`, `5x10^-4`, `2^15`, `256x2048`, `40K`, `0.5M`, `1/1024`, `1,024`, `0,5`, `89.5 %`, "
                "`89.5 ± 0.3`, `**0.01**`, `1e-3 (cosine)`, `−2.9`"),
    ("columns", "`log10_lr`, `lr_log2`, `-log10(lr)`; `log_lr` is asked about"),
    ("shapes", "one row per run; a matrix of batch sizes and rates; one column per seed (`loss_seed0`, `loss_seed1`); "
               "mean, `_std` or `_sem`, and `n_seeds`; a curve per run; best rates already, which is asked about"),
    ("texts", "CSV, TSV, semicolons, bars, runs of spaces; Markdown and boxes, in prose or a code fence; LaTeX "
              "tabulars"),
    ("JSON", "one object per line, a list, runs by name or under a key, columns, a history in each run"),
    ("binary", "Parquet, `.xlsx` of one sheet or several; each also gzipped"),
)  # fmt: skip


def table() -> str:
    """The tables of names, forms and stores, as Markdown."""
    lines = ["| role | names |", "|---|---|"]
    for part, names in PARTS.items():
        lines.append(f"| {PART_WORDS[part]} | {code(names)} |")
    for role in ("learning_rate", "seed", "steps", "status", "steps_to_target"):
        lines.append(f"| {role.replace('_', ' ')} | {code(ALIASES[role])} |")
    lines += [f"| {name} | {code(sorted(known))} |" for name, known in MORE]
    lines += ["", "| framework | names of what makes a batch |", "|---|---|"]
    lines += [f"| {name} | {code(logged_by(name))} |" for name in FRAMEWORKS]
    lines += ["", "| metric | good when | names |", "|---|---|---|"]
    lines += [f"| {kind.key.replace('-', ' ')} | {GOALS[kind.goal]} | {code(kind.names)} |" for kind in KINDS]
    lines += [f"| open | asked | {code(OPEN)} |", "", "| forms | |", "|---|---|"]
    lines += [f"| {name} | {text} |" for name, text in FORMS]
    lines += ["", "| store | where | what is read |", "|---|---|---|"]
    for store in STORES:
        lines.append("| " + " | ".join(say(f"store{part}-{store.key}") for part in ("", "-at", "-read")) + " |")
    return "\n".join(lines)


def logged_by(framework: str) -> list[str]:
    """Columns of the fixtures in a framework's shapes, by the last two parts of their names."""
    columns = [name for key, (made, _) in FIXTURES.items() if key.startswith(framework) for name in made]
    return sorted({".".join(name.split(".")[-2:]) for name in columns})


def number_forms() -> list[str]:
    """Every number that the page writes as an example."""
    return re.findall(r"`([^`]+)`", dict(FORMS)["numbers"])


def code(names) -> str:
    return ", ".join(f"`{name}`" for name in names)


def written() -> str:
    """The page with the tables of today."""
    text = PAGE.read_text(encoding="utf-8")
    return re.sub(
        f"{re.escape(START)}.*{re.escape(END)}", lambda _: f"{START}\n\n{table()}\n\n{END}", text, flags=re.DOTALL
    )


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
