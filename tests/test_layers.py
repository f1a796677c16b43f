"""Who may import whom, for every file and in a fresh interpreter, and where strings for people may stand."""

import subprocess
import sys

import house
from house import DOORS, ROOT, room

HEAVY = {"torch", "streamlit", "plotly", "sklearn", "app", "matplotlib"}
TORCH_ROOMS = {"surgecore.training", "surgecore.measuring"}
BASE = {"surgecore._validate"}
SUBROOMS = {f"surgecore.training.{name}" for name in ("workloads", "engine", "plans", "runs", "options")}
TRAINING = TORCH_ROOMS | SUBROOMS

#: What each room may import of the project, itself apart.
MAY = {
    "surgecore": {"surgecore.theory", "surgecore.tables", "surgecore.sweeps"},
    "surgecore._validate": set(),
    "surgecore.theory": BASE,
    "surgecore.tables": BASE,
    "surgecore.sweeps": BASE | {"surgecore.theory", "surgecore.tables"},
    "surgecore.why": BASE | {"surgecore.theory", "surgecore.sweeps"},
    "surgecore.words": {"surgecore", *(f"surgecore.{name}" for name in ("theory", "tables", "sweeps", "why"))},
    "surgecore.training": {"surgecore.theory", "surgecore.sweeps", "surgecore.cli", *SUBROOMS},
    "surgecore.training.options": set(),
    "surgecore.training.workloads": {"surgecore.training.options", "surgecore.training.engine"},
    "surgecore.training.engine": {"surgecore.training.options", "surgecore.training.workloads"},
    "surgecore.training.plans": BASE | SUBROOMS - {"surgecore.training.runs"},
    "surgecore.training.runs": {"surgecore.sweeps", "surgecore.theory", *SUBROOMS},
    "surgecore.measuring": BASE | TRAINING | {"surgecore.theory", "surgecore.sweeps", "surgecore.why"},
    "surgecore.cli": {"surgecore", "surgecore.sweeps", "surgecore.tables", "surgecore.theory"},
}
CORE = {name for name in MAY if name not in TRAINING} - {"surgecore._validate", "surgecore.cli"}
#: Rooms of the app: what they may import of the app, and of `surgecore` beside its light rooms.
APP = {
    # the bar says what is being trained
    "app.streamlit_app": ({"app.choice", "app.shell", "app.train"}, set()),
    "app.shell": ({"app.choice", "app.components"}, set()),
    "app.serve": ({"app.choice", "app.components", "app.shell"}, set()),
    "app.app_pages": ({"app.choice", "app.figures", "app.components"}, SUBROOMS),
    "app.choice": (set(), set()),
    "app.components": (set(), set()),
    "app.figures": (set(), set()),
    "app.learn": ({"app.choice", "app.figures", "app.components"}, set()),
    "app.lab": ({"app.choice", "app.figures", "app.components"}, set()),
    "app.explore": ({"app.choice", "app.figures", "app.components"}, set()),
    "app.sweep": ({"app.choice", "app.figures", "app.components"}, set()),
    "app.evidence": ({"app.choice", "app.figures", "app.components"}, set()),
    "app.train": ({"app.choice", "app.figures", "app.components"}, SUBROOMS),
}
#: Front doors, and what they have facts put into words by.
SPEAKING = {("surgecore", "surgecore.words.problems"), ("surgecore.training", "surgecore.words.training")}
#: Imports that still break a rule. This list may only become shorter.
BROKEN: set[tuple[str, str]] = set()


def allowed(module, other):
    here, there = room(module), room(other)
    if here == there:
        return not (here == "app.app_pages" and module != other)
    if (module, other) in SPEAKING:
        return True  # a front door lets an exception that is printed speak, when that happens
    if module in DOORS and there in CORE | TRAINING | {"surgecore.cli"}:
        return True
    if here.startswith("surgecore"):
        return there in MAY[here]
    if here == "app.app_pages" and there == OWN.get(module):
        return True
    rooms, more = APP[here]
    return there in rooms | CORE | more


#: The room of each page that has one.
OWN = {f"app_pages.{name}": f"app.{name}" for name in ("learn", "lab", "explore", "sweep", "evidence", "train")}
OWN |= {f"app_pages.{name}": "app.learn" for name in ("lesson", "derivation", "handout")}


def test_every_file_imports_what_its_room_may():
    found = {
        (module, other) for module, others in house.arrows().items() for other in others if not allowed(module, other)
    }
    assert sorted(found - BROKEN) == []
    assert sorted(BROKEN - found) == [], "mended: take it off the list"


def test_annotations_reach_no_further_than_results():
    """For annotations `words` may look at results that only torch can make; nobody may look at the app or at words."""
    known = house.sources()
    for module, path in known.items():
        for other, only_annotation in house.imports(path, known):
            if only_annotation and room(module) != room(other):
                assert room(other) in (CORE | TRAINING) - {"surgecore.words"}, (module, other)


def test_there_are_no_circles():
    assert house.circles(house.arrows()) == []


def test_flat_modules_are_a_handful():
    for top, most in (("surgecore", 5), ("app", 1)):
        assert len([path for path in (ROOT / top).glob("*.py") if path.stem != "__init__"]) <= most


def test_every_room_says_its_question():
    for path in (ROOT / "surgecore").glob("*/__init__.py"):
        assert "?" in path.read_text(encoding="utf-8").split("\n", 1)[0], path


def test_strings_for_people_stand_in_the_phrase_file():
    assert house.strings_outside() == {}, "strings for people belong in surgecore/words/en.ftl"


# --- from a fresh interpreter: what an import drags in ----------------------------------------------------


def loaded_by(statement, path=()):
    code = f"import sys; sys.path[:0] = {[str(p) for p in path]!r}\n{statement}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    names = done.stdout.split()
    return {name.split(".")[0] for name in names} | {name for name in names if room(name) in TRAINING}


LIGHT = sorted(name for name in house.sources() if name.startswith("surgecore") and room(name) not in TRAINING)


def test_no_module_of_the_core_loads_anything_heavy():
    """All of them in one interpreter: what none of them loads together, none loads alone, nor does the library."""
    assert not loaded_by("\n".join(f"import {module}" for module in LIGHT)) & (HEAVY | TRAINING)


def test_figures_need_no_streamlit():
    figures = [path.stem for path in (ROOT / "app" / "figures").glob("*.py") if path.stem != "__init__"]
    assert "streamlit" not in loaded_by("\n".join(f"import figures.{name}" for name in figures), [ROOT / "app"])
