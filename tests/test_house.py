"""The house keeps its measure: short functions and files, no undocumented name, examples that run."""

import doctest
import importlib
import re
from statistics import median

import house
import pytest

#: The ten names that most programs start with: each has a runnable example.
MOST_USED = (
    "Sweep", "open_table", "analyse", "fit", "compare", "scale_adam", "recommend", "GradientNoise", "NoiseModel",
    "SurgeLaw", "surge_verdict",
)  # fmt: skip


def test_functions_are_short():
    lengths = house.functions()
    assert median(length for length, _ in lengths) <= 8
    assert [place for length, place in lengths if length > 60] == []


def test_files_are_short_or_say_why_not():
    assert house.long_files() == []


def test_one_name_of_a_class_has_one_meaning():
    assert house.namesakes() == {}


def test_every_public_name_is_documented():
    missing, count = house.undocumented()
    assert count > 90
    assert not missing


def test_the_most_used_names_have_an_example():
    found = house.examples()
    assert [name for name in MOST_USED if not found[name]] == []


WITH_EXAMPLES = [
    name
    for name, path in house.sources().items()
    if re.search(r">>> (?!.*SKIP)", path.read_text(encoding="utf-8")) and path.is_relative_to(house.ROOT / "surgecore")
]


@pytest.mark.parametrize("module", WITH_EXAMPLES)
def test_examples_run(module):
    if house.room(module) in ("surgecore.measuring", "surgecore.training"):
        pytest.importorskip("torch")
    failed, tried = doctest.testmod(importlib.import_module(module), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert tried > 0
    assert failed == 0
