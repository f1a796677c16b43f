"""Patterns that search a stranger's file: each finds what a plainer one does, which took a power of the length."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from surgecore.tables import checks, latex, markdown, shapes
from surgecore.tables.metric import is_chosen, metric_of

SEED = re.compile(
    r"^(?P<stem>.*?)[ _\-./(\[]*(?P<word>seed|run|rep|repeat|replicate|trial|s|r)?[ _\-=#:]*(?P<n>\d{1,4})[)\]]?$",
    re.IGNORECASE,
)
PLAIN = {
    "rule": (markdown._RULE, re.compile(r"^[ \t]*[|+]?[ \t]*:?[-=]{2,}:?[-=+|: \t]*$"), "|+:-= \tx"),
    "any-rule": (markdown._ANY_RULE, re.compile(r"(?m)^[ \t]*[|+:]?[ \t]*:?[-=]{2,}[-=+|: \t]*$"), "|+:-= \n"),
    "remark": (checks._REMARK, re.compile(r"\s*(?:<-|←|#|//).*$"), "1 <-#/\t"),
    "row-end": (latex._ROW_END, re.compile(r"\\\\(?:\[[^\]\[]*\])?|\\tabularnewline"), "\\[]1a"),
}


PARTS = [*"aA-_ .(=#:)]19", "seed", "Run", "rep", "repeat", "replicate", "trial", "s", "R"]


@given(st.lists(st.sampled_from(PARTS), max_size=10).map("".join))
@example("val_loss_seed0")
@example("loss (run #12)")
@example("loss12345")
def test_a_seed_at_the_end_of_a_name(name):
    want, got = SEED.match(name), shapes._seed_of(name)
    assert (got is None) == (want is None)
    if want is not None and got is not None:
        assert got == (want["stem"].strip(" _-./"), (want["word"] or "").lower(), int(want["n"]))


@pytest.mark.parametrize("key", PLAIN)
@given(st.data())
def test_they_find_what_the_plain_ones_find(key, data):
    pattern, plain, letters = PLAIN[key]
    text = data.draw(st.text(st.sampled_from(letters), max_size=14))
    assert [found.span() for found in pattern.finditer(text)] == [found.span() for found in plain.finditer(text)]


@pytest.mark.parametrize(
    ("name", "chosen", "called"),
    [
        ("loss [minimise]", True, "loss"),
        ("top-1 [%] [Maximize]", True, "top-1 [%]"),
        (" [drop]", False, " [drop]"),
        ("loss [nats]", False, "loss [nats]"),
        ("loss minimise]", False, "loss minimise]"),
    ],
)
def test_a_direction_stands_in_brackets_behind_a_name(name, chosen, called):
    assert is_chosen(name) == chosen
    assert metric_of(name).name == called
