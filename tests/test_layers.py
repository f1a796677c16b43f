"""Who may import whom, seen from a fresh interpreter: what an import drags in."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = {"torch", "streamlit", "plotly", "sklearn", "app", "matplotlib"}


def loaded_by(statement, path=()):
    code = f"import sys; sys.path[:0] = {[str(p) for p in path]!r}\n{statement}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return {name.split(".")[0] for name in done.stdout.split()} | {
        name for name in done.stdout.split() if name.startswith(("surgecore.training", "surgecore.measuring"))
    }


CORE = sorted(
    ".".join(path.relative_to(ROOT / "surgecore").with_suffix("").parts)
    for path in (ROOT / "surgecore").rglob("*.py")
    if path.stem != "__init__" and not {"training", "measuring"} & set(path.parts)
)


def test_the_library_loads_nothing_heavy():
    assert not loaded_by("import surgecore") & (HEAVY | {"surgecore.training"})


@pytest.mark.parametrize("module", CORE)
def test_each_room_of_the_core_stays_light(module):
    assert not loaded_by(f"import surgecore.{module}") & (HEAVY | {"surgecore.training"})


def test_figures_need_no_streamlit():
    assert "streamlit" not in loaded_by("import figures.fits", [ROOT / "app"])


def test_pages_do_not_import_pages():
    pages = list((ROOT / "app" / "app_pages").glob("*.py"))
    assert len(pages) > 3
    for page in pages:
        for node in ast.walk(ast.parse(page.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert "app_pages" not in (node.module or ""), page.name
            elif isinstance(node, ast.Import):
                assert not any("app_pages" in alias.name for alias in node.names), page.name
